//! The top row: which session, how both stores are, what is going on.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::marks::Sign;
use super::theme::Role;
use super::{Look, key, span};
use crate::app::App;
use crate::app::board::{self, Half};
use crate::app::command::Command;
use crate::domain::human;
use crate::domain::text::Align;

pub(super) fn draw(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    frame.buffer_mut().set_style(area, look.style(Role::Header));
    let right = right_part(app, look);
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    let options = app.options();
    let place = format!("{}{}{}", options.profile, look.text.dot(), options.database);
    // What both stores are like is the last thing to give way.
    let detail = [Detail::Whole, Detail::Speed, Detail::Marks];
    let left = look.text.width(TITLE) + look.text.width(&place).min(PLACE);
    let fits = |detail: &Detail| left + stores(app, look, *detail).width() + 2 <= room;
    let detail = detail.into_iter().find(fits);
    let stores = stores(app, look, detail.unwrap_or(Detail::Marks));
    let title = if detail.is_some() { TITLE } else { " " };
    let width = room.saturating_sub(look.text.width(title) + stores.width());
    let width = width.min(look.text.width(&place)).min(PLACE);
    let mut line = Line::from(vec![
        span(title, look.style(Role::Title)),
        span(
            look.text.fit(&place, width, Align::Left),
            look.style(Role::Header),
        ),
    ]);
    line.extend(stores);
    frame.render_widget(
        line,
        Rect {
            width: u16::try_from(room).unwrap_or(area.width),
            ..area
        },
    );
    frame.render_widget(right.alignment(Alignment::Right), area);
}

const TITLE: &str = " dualscope  ";
/// Most cells for the names of the profile and the database.
const PLACE: usize = 40;

/// How much is said of the stores.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Everything.
    Whole,
    /// How fast they are.
    Speed,
    /// Whether they are there.
    Marks,
}

fn stores(app: &App, look: Look<'_>, detail: Detail) -> Line<'static> {
    let board = app.board();
    let whole = detail == Detail::Whole;
    let gap = if whole { "    " } else { "  " };
    let mut line = Line::default();
    for (name, half) in [("Mongo", Half::Mongo), ("0G", Half::Values)] {
        line.push_span(Span::raw(gap));
        let shown = match board.silent_for(half, app.now()) {
            Some(time) => (Sign::Asked, Role::Warn, human::age(time)),
            None => known(board.sign(half), look),
        };
        line.extend(store(name, shown, look, detail != Detail::Marks));
    }
    if whole && let Some(applied) = board.window.applied {
        let said = format!("  applied {}", human::grouped(applied));
        line.push_span(span(said, look.style(Role::Dim)));
    }
    if board.window.held == Some(false) {
        line.push_span(span("  stream not held", look.style(Role::Bad)));
    }
    line
}

/// The last sign of a store: its mark, its colour, and what is said beside it.
fn known(sign: &board::Sign, look: Look<'_>) -> (Sign, Role, String) {
    match sign {
        board::Sign::Unknown => (Sign::Asked, Role::Dim, String::new()),
        board::Sign::Alive(took) => (Sign::Up, Role::Ok, human::took(*took)),
        board::Sign::Bad(failure) if failure.again => {
            (Sign::Down, Role::Bad, failure.kind.to_owned())
        }
        // In ASCII the mark is the word already.
        board::Sign::Bad(_) => (Sign::Off, Role::Dim, look.text.pick("none", "").to_owned()),
    }
}

fn store(
    name: &str,
    (mark, role, said): (Sign, Role, String),
    look: Look<'_>,
    whole: bool,
) -> Vec<Span<'static>> {
    let mut spans = vec![
        span(format!("{name} "), look.style(Role::Header)),
        span(look.sign(mark), look.style(role)),
    ];
    if whole && !said.is_empty() {
        spans.push(span(format!(" {said}"), look.style(Role::Header)));
    }
    spans
}

fn right_part(app: &App, look: Look<'_>) -> Line<'static> {
    let mut line = Line::default();
    let unkept = app.unkept();
    if unkept > 0 {
        let texts = if unkept == 1 { "text" } else { "texts" };
        let said = format!("{unkept} {texts} NOT ON DISK ");
        line.push_span(span(said, look.style(Role::Bad)));
    }
    if app.options().writing.is_err() {
        line.push_span(span("READ-ONLY ", look.style(Role::Warn)));
    }
    let open = app.left_open();
    if open > 0 {
        let said = format!(" {open} open ({}) ", key(app, Command::Recovery));
        line.push_span(span(said, look.style(Role::Warn)));
    }
    let running = app.tasks().running();
    if running > 0 {
        let tasks = if running == 1 { "task" } else { "tasks" };
        line.push_span(span(
            format!(" {} {running} {tasks} ", app.spinner()),
            look.style(Role::Info),
        ));
    }
    line
}
