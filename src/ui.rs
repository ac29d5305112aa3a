//! The picture of the state. Reads `&App`, changes nothing.
//!
//! Text from the stores passes `text::fit` or `text::visible` before it reaches a cell, so that
//! nothing stored can act on the terminal.

mod edit;
mod header;
pub mod human;
mod layers;
mod lists;
mod offers;
mod panes;
mod review;
mod status;
mod table;
mod tasks;
pub mod text;
pub mod theme;
pub mod viewer;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::App;
use crate::app::command::{Command, Context};
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
        let role = if focused {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let set = if self.ascii {
            ASCII_BORDER
        } else {
            ratatui::symbols::border::PLAIN
        };
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
        ascii: app.options().ascii,
    };
    let layout = app.layout();
    if layout.too_small {
        let (columns, rows) = SMALLEST;
        let text =
            format!("dualscope needs {columns}x{rows} cells; make the window larger (q quits)");
        frame.render_widget(
            Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }),
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

/// Breaks a sentence into rows of at most `width` cells, between words where that is possible.
fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in sentence.split(' ') {
        let used = rows.last().map_or(0, |row| text::width(row));
        if used > 0 && used + 1 + text::width(word) > width {
            rows.push(String::new());
        } else if used > 0 {
            rows.iter_mut()
                .last()
                .into_iter()
                .for_each(|row| row.push(' '));
        }
        for (at, piece) in text::rows(word, width.max(1)).enumerate() {
            if at > 0 {
                rows.push(String::new());
            }
            let piece = text::clean(&word[piece]).into_owned();
            rows.iter_mut()
                .last()
                .into_iter()
                .for_each(|row| row.push_str(&piece));
        }
    }
    rows
}

/// Text without its first `cells` cells.
fn skip(whole: &str, cells: usize) -> String {
    let keep = text::width(whole).saturating_sub(cells);
    let mut rest = whole.char_indices().map(|(at, _)| &whole[at..]);
    rest.find(|rest| text::width(rest) <= keep)
        .unwrap_or("")
        .to_owned()
}

/// What a key does, by the keys of a place as they are now: "R reads again". A command without a key
/// is named as in the palette.
fn hint(app: &App, command: Command, does: &str) -> String {
    let context = match command {
        Command::CancelTask | Command::RetryTask | Command::GotoSubject => Context::Tasks,
        _ => Context::List,
    };
    let keys = app.keys().keys_of(context, command);
    let keys = keys.unwrap_or_else(|| format!(": {}", command.name()));
    format!("{keys} {does}")
}

fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
