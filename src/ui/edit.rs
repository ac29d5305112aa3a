//! The editor: the text with line numbers, the cursor, and what is known about the text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::layers::window;
use super::theme::Role;
use super::{Look, put, span};
use crate::app::App;
use crate::app::edit::{Edit, Verdict, of_most};
use crate::domain::human;

pub(super) fn draw(app: &App, edit: &Edit, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let title = format!("Edit {}", edit.key);
    let inner = window(area, look, &title, frame);
    let numbers = edit.number_width();
    let (top, left) = edit.origin();
    let bad = match &edit.verdict {
        Verdict::Bad(place, _) => place.map(|(line, _)| line),
        _ => None,
    };
    for (row, at) in (0..inner.height).zip(top..edit.lines().len()) {
        let role = if bad == Some(at + 1) {
            Role::Bad
        } else {
            Role::Dim
        };
        let number = span(format!("{:>numbers$} ", at + 1), look.style(role));
        let mut line = Line::from(vec![number]);
        line.extend(spans(edit, at, left, look));
        put(frame, inner, row, line);
    }
    verdict(app, edit, look, area, frame);
    cursor(edit, look, (numbers, inner), frame);
}

/// One line from the first visible character on, the selected part apart.
fn spans(edit: &Edit, at: usize, left: usize, look: Look<'_>) -> Vec<Span<'static>> {
    let line = &edit.lines()[at];
    let count = line.chars().count();
    let (from, to) = match edit.selection() {
        Some((start, end)) if (start.0..=end.0).contains(&at) => {
            let from = if at == start.0 { start.1 } else { 0 };
            let to = if at == end.0 { end.1 } else { count };
            (from.max(left), to.max(left))
        }
        _ => (count, count),
    };
    let part = |from: usize, to: usize, role| {
        let piece: String = line
            .chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect();
        span(look.text.clean(&piece).into_owned(), look.style(role))
    };
    vec![
        part(left, from, Role::Text),
        part(from, to, Role::Selected),
        part(to, count, Role::Text),
    ]
}

/// What is known about the text, at the lower border.
fn verdict(app: &App, edit: &Edit, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let (line, column) = edit.cursor();
    let limit = app.options().writing.as_ref().ok();
    let limit = limit.and_then(|writing| writing.limit);
    let (said, role) = match &edit.verdict {
        Verdict::Checking => ("checking".to_owned(), Role::Dim),
        Verdict::Reading => ("reading what is stored now".to_owned(), Role::Dim),
        Verdict::Same => ("as it is stored".to_owned(), Role::Dim),
        Verdict::Good { stored, sent } => {
            let size = limit.map_or_else(
                || format!("{} stored bytes", human::grouped(*stored)),
                |room| of_most(*stored, *sent, room.most_under(&edit.key)),
            );
            (format!("can be written · {size}"), Role::Ok)
        }
        Verdict::Bad(place, why) => {
            let at = place.map_or(String::new(), |(line, column)| format!("{line}:{column} "));
            (format!("{at}{why}"), Role::Bad)
        }
    };
    let place = format!(" {}:{} ", line + 1, column + 1);
    let room = usize::from(area.width).saturating_sub(look.text.width(&place) + 6);
    let said = look.text.truncate(&said, room).into_owned();
    let line = Line::from(vec![
        span(place, look.style(Role::Title)),
        span(format!(" {said} "), look.style(role)),
    ]);
    let width = u16::try_from(line.width()).unwrap_or(area.width);
    let at = Rect {
        x: area.x + 2,
        y: area.y + area.height.saturating_sub(1),
        width: width.min(area.width.saturating_sub(4)),
        height: 1,
    };
    frame.render_widget(line, at);
}

fn cursor(edit: &Edit, look: Look<'_>, (numbers, inner): (usize, Rect), frame: &mut Frame<'_>) {
    let (line, column) = edit.cursor();
    let (top, left) = edit.origin();
    let before: String = edit.lines()[line]
        .chars()
        .skip(left)
        .take(column.saturating_sub(left))
        .collect();
    let cells = numbers + 1 + look.text.width(&before);
    let x = u16::try_from(cells)
        .unwrap_or(u16::MAX)
        .min(inner.width.saturating_sub(1));
    let y = u16::try_from(line.saturating_sub(top)).unwrap_or(u16::MAX);
    frame.set_cursor_position((inner.x + x, inner.y + y.min(inner.height.saturating_sub(1))));
}
