//! The picture of one document: its facts, its rows, the cursor, the tabs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::app::viewer::{self, Ink, Lit, View, Viewer};

/// Draws the document into `area`, whose size the viewer was told. `focused` says whether keys go
/// there.
pub fn draw(viewer: &Viewer, focused: bool, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    buffer.set_line(area.x, area.y, &line(&viewer.head()), area.width);
    let cursor = viewer.cursor();
    for (at, row) in (1..area.height).zip(viewer.lines().iter().enumerate()) {
        let (number, row) = row;
        let y = area.y + at;
        buffer.set_line(area.x, y, &line(row), area.width);
        if cursor == Some(number) {
            buffer.set_style(Rect::new(area.x, y, area.width, 1), selection(focused));
        }
    }
}

/// The names of the views, the one that is shown in brackets, for the lower border.
#[must_use]
pub fn tabs(viewer: &Viewer) -> Line<'static> {
    let tabs = View::ALL.into_iter().map(|view| {
        let name = view.name();
        if view == viewer.view() {
            Span::styled(format!("[{name}]"), style(Ink::Head))
        } else {
            Span::styled(format!(" {name} "), style(Ink::Dim))
        }
    });
    Line::from_iter(tabs)
}

fn line(row: &viewer::Line) -> Line<'_> {
    let spans = row.spans.iter().map(|span| {
        let lit = match span.lit {
            Lit::No => style(span.ink),
            Lit::Match => style(span.ink).add_modifier(Modifier::UNDERLINED),
            Lit::Here => style(span.ink).add_modifier(Modifier::REVERSED),
        };
        Span::styled(span.text.as_str(), lit)
    });
    Line::from_iter(spans)
}

fn selection(_focused: bool) -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

fn style(_ink: Ink) -> Style {
    Style::new()
}
