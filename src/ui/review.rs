//! The last look before a write.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::layers::{draw_page, window};
use super::theme::Role;
use super::{Look, put, span};
use crate::app::App;
use crate::app::review::Review;

pub(super) fn draw(app: &App, review: &Review, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let inner = window(area, look, &review.page.title, frame);
    let head = review.head(inner, look.text);
    let above = u16::try_from(head.len()).unwrap_or(1);
    for (row, said) in (0..above).zip(head) {
        put(
            frame,
            inner,
            row,
            Line::styled(said, look.style(Role::Title)),
        );
    }
    let body = Rect {
        y: inner.y + above,
        height: inner.height.saturating_sub(above + 1),
        ..inner
    };
    draw_page(&review.page, look, body, frame);
    more_below(review, look, (area, body), frame);
    let asks = review.question(app.keys());
    let Some(name) = &review.name else {
        let asks = Line::styled(asks, look.style(Role::Warn));
        return put(frame, inner, inner.height.saturating_sub(1), asks);
    };
    let typed = look.text.clean(name.text());
    let column = look.text.width(&asks) + look.text.width(&name.text()[..name.cursor()]);
    let line = Line::from(vec![
        span(asks, look.style(Role::Warn)),
        span(typed, look.style(Role::Input)),
    ]);
    put(frame, inner, inner.height.saturating_sub(1), line);
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let last = inner.width.saturating_sub(1);
    let row = inner.y + inner.height.saturating_sub(1);
    frame.set_cursor_position((inner.x + column.min(last), row));
}

/// Says at the border that not everything is on the screen.
fn more_below(review: &Review, look: Look<'_>, (area, body): (Rect, Rect), frame: &mut Frame<'_>) {
    let end = review.page.top + usize::from(body.height);
    let below = review.page.lines.len().saturating_sub(end);
    if below == 0 || area.height == 0 {
        return;
    }
    let said = format!(" {below} more lines below ");
    let width = u16::try_from(look.text.width(&said)).unwrap_or(area.width);
    let at = Rect {
        x: area.x + area.width.saturating_sub(width + 2),
        y: area.y + area.height - 1,
        width: width.min(area.width),
        height: 1,
    };
    frame.render_widget(Line::styled(said, look.style(Role::Warn)), at);
}
