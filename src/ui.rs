//! The picture of the state. Reads `&App`, changes nothing.
//!
//! Text from the stores passes `domain::text` before it reaches a cell, so that nothing stored can
//! act on the terminal.

mod edit;
mod header;
mod layers;
mod lists;
mod marks;
mod offers;
mod panes;
mod review;
mod status;
mod table;
mod tasks;
pub mod theme;
pub mod viewer;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::App;
use crate::app::command::{Command, Context};
use crate::domain::State;
use crate::domain::text::Spelling;
use marks::Sign;
use theme::{Role, Theme};

/// What every part of the picture is drawn with.
#[derive(Clone, Copy)]
struct Look<'a> {
    theme: &'a Theme,
    text: Spelling,
}

impl Look<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The mark of a state and its colour.
    fn mark(&self, state: State) -> (&'static str, Style) {
        let row = state.row();
        (row.sign(self.text), self.style(row.role.into()))
    }

    /// One of our own marks.
    fn sign(&self, sign: Sign) -> &'static str {
        sign.shown(self.text)
    }

    /// A bordered pane with a title at its top and one at its bottom.
    fn pane(&self, title: Line<'static>, bottom: Line<'static>, focused: bool) -> Block<'static> {
        let role = if focused {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let set = self
            .text
            .pick(ratatui::symbols::border::PLAIN, ASCII_BORDER);
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
    let look = Look {
        theme,
        text: app.options().spelling(),
    };
    let layout = app.layout();
    if layout.too_small {
        frame.render_widget(
            Paragraph::new(app.too_small()).wrap(ratatui::widgets::Wrap { trim: true }),
            frame.area(),
        );
        return;
    }
    let screen = frame.area();
    frame.buffer_mut().set_style(screen, look.style(Role::Text));
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
        let area = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        frame.render_widget(line, area);
    }
}

/// What a key does, by the keys of a place as they are now: "R reads again". A command without a key
/// is named as in the palette.
fn hint(app: &App, command: Command, does: &str) -> String {
    let context = match command {
        Command::CancelTask | Command::RetryTask | Command::ExtendTask | Command::GotoSubject => {
            Context::Tasks
        }
        _ => Context::List,
    };
    format!("{} {does}", key_in(app, context, command))
}

/// The keys of a command in the browser.
fn key(app: &App, command: Command) -> String {
    key_in(app, Context::List, command)
}

fn key_in(app: &App, context: Context, command: Command) -> String {
    let keys = app.keys().keys_of(context, command);
    keys.unwrap_or_else(|| format!(": {}", command.name()))
}

fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
