//! The picture of one document: its facts, its rows, the cursor.
//!
//! The viewer has made everything visible and measured it already; here it gets its colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use crate::app::viewer::{self, Ink, Lit, Viewer};
use crate::domain::diagnose::Verdict;

/// Draws the document into `area`, whose size the viewer was told. `focused` says whether keys go
/// there.
pub fn draw(viewer: &Viewer, theme: &Theme, focused: bool, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let head = viewer.head();
    buffer.set_line(area.x, area.y, &line(&head, theme), area.width);
    let cursor = viewer.cursor();
    for (below, (number, row)) in (1..area.height).zip(viewer.lines().iter().enumerate()) {
        let y = area.y + below;
        // The cursor's background lies under the row, so that matches stay visible on it.
        if cursor == Some(number) {
            let role = if focused {
                Role::Selected
            } else {
                Role::SelectedUnfocused
            };
            buffer.set_style(Rect::new(area.x, y, area.width, 1), theme.style(role));
        }
        buffer.set_line(area.x, y, &line(row, theme), area.width);
    }
}

fn line<'a>(row: &'a viewer::Line, theme: &Theme) -> Line<'a> {
    let spans = row.spans.iter().map(|span| {
        let ink = theme.style(role(span.ink));
        let style: Style = match span.lit {
            Lit::No => ink,
            Lit::Match => ink.patch(theme.style(Role::Match)),
            Lit::Here => ink.patch(theme.style(Role::MatchHere)),
        };
        Span::styled(span.text.as_str(), style)
    });
    spans.collect()
}

fn role(ink: Ink) -> Role {
    match ink {
        Ink::Plain => Role::Text,
        Ink::Head => Role::Column,
        Ink::Key => Role::JsonKey,
        Ink::Text => Role::JsonString,
        Ink::Number => Role::JsonNumber,
        Ink::Bool => Role::JsonBool,
        Ink::Null => Role::JsonNull,
        Ink::Punct => Role::JsonPunctuation,
        Ink::Escape => Role::Escape,
        Ink::Folded => Role::Folded,
        Ink::Type => Role::Type,
        Ink::Dim => Role::Dim,
        Ink::Ok => Role::Ok,
        Ink::Warn => Role::Warn,
        Ink::Bad => Role::Bad,
        Ink::Info => Role::Info,
        Ink::Fault => Role::MatchHere,
        Ink::State(state) => state.row().role.into(),
        Ink::Verdict(verdict) => match verdict {
            Verdict::Same => Role::DiffSame,
            Verdict::LiteNewer => Role::DiffLite,
            Verdict::FullNewer => Role::DiffFull,
            Verdict::Differs | Verdict::Invalid => Role::DiffDiffers,
            Verdict::MissingInLite | Verdict::MissingInFull => Role::DiffMissing,
            Verdict::Type => Role::DiffType,
            Verdict::NotCompared => Role::DiffIgnored,
        },
    }
}
