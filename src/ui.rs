//! The picture of the state. Reads `&App`, changes nothing.
//!
//! Text from the stores passes `text::fit` or `text::visible` before it reaches a cell, so that
//! nothing stored can act on the terminal.

mod header;
pub mod human;
mod layers;
mod panes;
mod status;
mod table;
pub mod text;
pub mod theme;
pub mod viewer;

pub mod human;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::App;
use crate::app::layout::SMALLEST;
use crate::domain::State;
use theme::{Role, Theme};

/// What every part of the picture is drawn with.
#[derive(Clone, Copy)]
struct Look<'a> {
    theme: &'a Theme,
    ascii: bool,
}

impl Look<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The mark of a state and its colour.
    fn mark(&self, state: State) -> (&'static str, Style) {
        let row = state.row();
        let mark = if self.ascii { row.ascii } else { row.mark };
        (mark, self.style(row.role.into()))
    }

    /// One of two spellings: with the characters of a full font, or in ASCII.
    fn pick<'t>(&self, full: &'t str, ascii: &'t str) -> &'t str {
        if self.ascii { ascii } else { full }
    }

    /// A bordered pane with a title at its top and one at its bottom.
    fn pane(&self, title: Line<'static>, bottom: Line<'static>, focused: bool) -> Block<'static> {
        let role = if focused { Role::BorderFocused } else { Role::Border };
        let set = if self.ascii { ASCII_BORDER } else { ratatui::symbols::border::PLAIN };
        Block::bordered()
            .border_set(set)
            .border_style(self.style(role))
            .title_top(title)
            .title_bottom(bottom.right_aligned())
    }
}

const ASCII_BORDER: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws everything.
pub fn view(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let look = Look { theme, ascii: app.options().ascii };
    let layout = app.layout();
    if layout.too_small {
        let (columns, rows) = SMALLEST;
        let text = format!("dualscope needs {columns}x{rows} cells; make the window larger (q quits)");
        frame.render_widget(Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }), frame.area());
        return;
    }
    frame.buffer_mut().set_style(frame.area(), look.style(Role::Plain));
    header::draw(app, look, layout.header, frame);
    if let Some(area) = layout.list {
        table::draw(app, look, area, frame);
    }
    if let Some(area) = layout.document {
        panes::document(app, look, area, frame);
    }
    if let Some(area) = layout.collections {
        if layout.list.is_some_and(|list| list.intersects(area)) {
            frame.render_widget(Clear, area);
        }
        panes::collections(app, look, area, frame);
    }
    for layer in app.layers() {
        layers::draw(app, layer, look, layout.layer, frame);
    }
    status::state_line(app, look, layout.state, frame);
    if let (Some(area), Some(prompt)) = (layout.prompt, app.prompt()) {
        status::prompt(prompt, look, area, frame);
    }
    status::footer(app, look, layout.footer, frame);
}

/// Draws a line of spans at a row, cut at the right edge.
fn put(frame: &mut Frame<'_>, area: Rect, row: u16, line: Line<'_>) {
    if row < area.height {
        let area = Rect { y: area.y + row, height: 1, ..area };
        frame.render_widget(line, area);
    }
}

fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
