//! The collections on the left and the document on the right.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::marks::Sign;
use super::theme::Role;
use super::{Look, hint, put, span, viewer};
use crate::app::collections::{Collections, Kind, Row};
use crate::app::command::{Command, Context};
use crate::app::layout::{Pane, inside};
use crate::app::viewer::View;
use crate::app::{App, Failure, Half, Waiting};
use crate::domain::human;
use crate::domain::text::{Align, Spelling};

pub(super) fn collections(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let pane = app.collections();
    let focused = app.focus() == Pane::Collections && app.layers().is_empty();
    let title = Line::styled(" Collections ", look.style(Role::Title));
    frame.render_widget(look.pane(title, Line::default(), focused), area);
    let area = inside(area);
    if pane.rows().is_empty() {
        return empty_collections(app, look, area, frame);
    }
    for line in 0..area.height {
        let at = pane.top() + usize::from(line);
        if let Some(row) = pane.row_at(at) {
            put(
                frame,
                area,
                line,
                collection(app, row, look, area.width, focused),
            );
        } else if pane.divider().is_some_and(|divider| at == divider) {
            put(
                frame,
                area,
                line,
                Line::styled(others(pane), look.style(Role::Dim)),
            );
        }
    }
    if let Some(failure) = &pane.failure {
        let row = area.height.saturating_sub(1);
        put(frame, area, row, failed(app, failure, look, area.width));
    }
}

/// What stands between the groups; what was not looked at yet is not called anything.
fn others(pane: &Collections) -> &'static str {
    if pane.rows().iter().any(|row| row.kind == Kind::Unknown) {
        "others"
    } else {
        "not dual-stored"
    }
}

fn collection(app: &App, at: usize, look: Look<'_>, width: u16, focused: bool) -> Line<'static> {
    let pane = app.collections();
    let row: &Row = &pane.rows()[at];
    let selected = pane.cursor() == at;
    let open = app.list().collection.as_ref() == Some(&row.name);
    let size = match &row.estimate {
        Some(Ok(count)) => format!("{}{}", human::about(look.text), human::rough(*count)),
        Some(Err(_)) => "?".to_owned(),
        None => String::new(),
    };
    let room = usize::from(width).saturating_sub(look.text.width(&size) + 2);
    let name = look.text.fit(row.name.as_str(), room, Align::Left);
    let mark = if selected {
        look.sign(Sign::Cursor)
    } else {
        " "
    };
    let base = match (selected, focused, row.kind) {
        (true, true, _) => Role::Selected,
        (true, false, _) => Role::SelectedUnfocused,
        (false, _, Kind::Dual) => Role::Text,
        (false, ..) => Role::Dim,
    };
    let style = if open {
        look.style(base)
            .add_modifier(ratatui::style::Modifier::BOLD)
    } else {
        look.style(base)
    };
    Line::from(vec![
        span(mark, style),
        span(format!("{name} "), style),
        span(size, style),
    ])
}

fn empty_collections(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let pane = app.collections();
    let lines = match (&pane.failure, pane.task) {
        (Some(failure), _) => sentences(
            &[
                &failure.said,
                &failure.hint,
                &hint(app, Command::Refresh, "reads again"),
            ],
            look,
            area.width,
        ),
        (None, Some(_)) => vec![format!("{} reading {}", app.spinner(), look.text.cut())],
        (None, None) => {
            let database = &app.options().database;
            let said = format!("{database} has no collections.");
            sentences(
                &[
                    &said,
                    &format!(
                        "Is it the right database? {}",
                        hint(app, Command::Doctor, "tells")
                    ),
                ],
                look,
                area.width,
            )
        }
    };
    let role = if pane.failure.is_some() {
        Role::Bad
    } else {
        Role::Dim
    };
    for (row, line) in (0..area.height).zip(lines) {
        put(frame, area, row, Line::styled(line, look.style(role)));
    }
}

/// Wraps some sentences, each from a new line.
pub(super) fn sentences(all: &[&str], look: Look<'_>, width: u16) -> Vec<String> {
    all.iter()
        .flat_map(|one| look.text.wrap(one, usize::from(width.max(1))))
        .collect()
}

/// One line that says that something failed while older things stay visible.
pub(super) fn failed(app: &App, failure: &Failure, look: Look<'_>, width: u16) -> Line<'static> {
    let key = hint(app, Command::Refresh, "again");
    let said = format!("{} {} ({key})", look.sign(Sign::Failed), failure.said);
    Line::styled(
        look.text.fit(&said, usize::from(width), Align::Left),
        look.style(Role::Bad),
    )
}

pub(super) fn document(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let focused = app.focus() == Pane::Document && app.layers().is_empty();
    let shown = app.viewer().inspection().map(|shown| &shown.document.key);
    let wanted = app.preview().key.as_ref();
    // An older document makes room for the reason why the wanted one is not there.
    let shown = shown.filter(|shown| app.preview().failure.is_none() || Some(*shown) == wanted);
    let stale = shown.is_some() && shown != wanted;
    let mut title = Line::default();
    if let Some(key) = shown.or(wanted) {
        let room = usize::from(area.width.saturating_sub(6));
        let key = key.to_string();
        let id = look.text.shorten_left(&key, room);
        title.push_span(span(format!(" {id} "), look.style(Role::Title)));
    }
    if app.preview().task.is_some() {
        title.push_span(span(format!("{} ", app.spinner()), look.style(Role::Info)));
    }
    frame.render_widget(look.pane(title, views(app, look), focused), area);
    let body = inside(area);
    match (&app.preview().failure, shown) {
        (Some(failure), None) => {
            let lines = sentences(
                &[
                    &failure.said,
                    &failure.hint,
                    &hint(app, Command::Refresh, "reads again"),
                ],
                look,
                body.width,
            );
            for (row, line) in (0..body.height).zip(lines) {
                put(frame, body, row, Line::styled(line, look.style(Role::Bad)));
            }
        }
        (failure, Some(_)) => {
            viewer::draw(app.viewer(), look.theme, focused, body, frame.buffer_mut());
            if stale {
                frame.buffer_mut().set_style(body, look.style(Role::Dim));
            }
            if let Some(waits) = app.waits().filter(|waits| concerns(waits, app)) {
                let room = usize::from(body.width);
                let said = waiting(app, &waits, look.text, room);
                let said = look.text.fit(&said, room, Align::Left);
                put(frame, body, 0, Line::styled(said, look.style(Role::Info)));
            }
            if let Some(failure) = failure {
                let row = body.height.saturating_sub(1);
                put(frame, body, row, failed(app, failure, look, body.width));
            }
        }
        (None, None) => {
            let said = match (wanted, app.waits()) {
                (None, _) => "no document is selected".to_owned(),
                (_, Some(waits)) if waits.time >= 1000 => {
                    waiting(app, &waits, look.text, usize::from(body.width))
                }
                _ => format!("reading {}", look.text.cut()),
            };
            put(frame, body, 0, Line::styled(said, look.style(Role::Dim)));
        }
    }
}

/// Whether the view that is shown lacks what is still being read.
fn concerns(waits: &Waiting, app: &App) -> bool {
    let of_lite = matches!(app.viewer().view(), View::Lite | View::Diff);
    waits.half != Some(Half::Mongo) || of_lite
}

/// `still reading from the KV node: 262 kB of 20.0 MB, 2 s (esc stops)`; where that does not fit, who
/// is waited for gives way.
pub(super) fn waiting(app: &App, waits: &Waiting, spelling: Spelling, room: usize) -> String {
    let from = match waits.half {
        Some(Half::Values) => "the KV node",
        Some(Half::Mongo) => "MongoDB",
        None => "both stores",
    };
    let came = waits
        .bytes
        .map(|(have, of)| format!("{} of {}", human::bytes(have), human::bytes(of)));
    let stops = match app.keys().keys_of(Context::Document, Command::Back) {
        Some(key) if waits.stops => format!(" ({key} stops)"),
        _ => String::new(),
    };
    let time = format!("{} s{stops}", waits.time / 1000);
    let (whole, short) = match came {
        Some(came) => (
            format!("still reading from {from}: {came}, {time}"),
            format!("{came}, {time}"),
        ),
        None => (
            format!("still reading from {from}, {time}"),
            format!("still reading, {time}"),
        ),
    };
    if spelling.width(&whole) > room {
        short
    } else {
        whole
    }
}

/// The names of the views, the present one marked.
fn views(app: &App, look: Look<'_>) -> Line<'static> {
    let mut line = Line::default();
    for view in View::ALL {
        let present = app.viewer().view();
        let text = view.tab(present);
        let role = if view == present {
            Role::Title
        } else {
            Role::Dim
        };
        line.push_span(span(text, look.style(role)));
    }
    line
}
