//! The list of documents: a mark, the id, and the chosen fields.

mod edge;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::marks::Sign;
use super::panes::{failed, sentences};
use super::theme::Role;
use super::{Look, hint, put, span};
use crate::app::App;
use crate::app::command::Command;
use crate::app::layout::{Pane, inside};
use crate::app::list::columns::Column;
use crate::app::list::{Fetch, Row};
use crate::domain::text::Align;
use crate::domain::{State, human};

pub(super) fn draw(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let list = app.list();
    let focused = app.focus() == Pane::List && app.layers().is_empty();
    let block = edge::pane(app, look, area.width, focused);
    frame.render_widget(block, area);
    let area = inside(area);
    if list.window.is_empty() {
        return empty(app, look, area, frame);
    }
    let id_width = list.id_width();
    let fitted = list.fitted(area.width);
    put(frame, area, 0, head(&fitted, look, id_width));
    let outdated = list.failure.is_some();
    for (line, at) in (1..area.height).zip(list.window.shown()) {
        let Some(row) = list.window.get(at) else {
            continue;
        };
        let selected = at == list.window.cursor();
        let style = match (selected, focused) {
            (true, true) => look.style(Role::Selected),
            (true, false) => look.style(Role::SelectedUnfocused),
            _ if outdated => look.style(Role::Dim),
            _ => look.style(Role::Text),
        };
        let area = Rect {
            y: area.y + line,
            height: 1,
            ..area
        };
        frame.buffer_mut().set_style(area, style);
        frame.render_widget(
            row_line(app, row, look, (id_width, &fitted), (style, selected)),
            area,
        );
    }
    if let Some(failure) = &list.failure {
        let row = area.height.saturating_sub(1);
        put(frame, area, row, failed(app, failure, look, area.width));
    }
}

fn head(fitted: &[Column], look: Look<'_>, id_width: usize) -> Line<'static> {
    let style = look.style(Role::Column);
    let mut line = Line::styled(
        format!("   {}", look.text.fit("id", id_width, Align::Left)),
        style,
    );
    for column in fitted {
        let title = if column.dates {
            format!("{} (UTC)", column.path)
        } else {
            column.path.clone()
        };
        let align = if column.right {
            Align::Right
        } else {
            Align::Left
        };
        let title = look.text.fit(&title, usize::from(column.width), align);
        line.push_span(span(format!("  {title}"), style));
    }
    line
}

fn row_line(
    app: &App,
    row: &Row,
    look: Look<'_>,
    (id_width, fitted): (usize, &[Column]),
    (base, selected): (Style, bool),
) -> Line<'static> {
    let list = app.list();
    let cursor = if selected {
        look.sign(Sign::Cursor)
    } else {
        " "
    };
    let checking = row.mark.is_none()
        && list
            .marking
            .as_ref()
            .is_some_and(|(_, keys)| keys.contains(&row.key));
    let (mark, style) = match &row.old {
        // In step or not, it is not all that is to be said of it.
        _ if app.is_left_open(&row.key) => (look.sign(Sign::Unfinished), look.style(Role::Warn)),
        // What was known stays, dimmed, until it is known anew.
        Some(old) if row.mark.is_none() => {
            let (mark, _) = look.mark(old.diagnosis.state);
            (mark, look.style(Role::Dim))
        }
        _ if checking => (app.spinner(), look.style(Role::Dim)),
        _ => look.mark(row.state()),
    };
    // On the selected row its own colours stand; the mark's shape says the state.
    let mark_style = if selected { base } else { style };
    let id = look.text.fit(
        &look.text.shorten_left(&row.key.id, id_width),
        id_width,
        Align::Left,
    );
    let mut line = Line::from(vec![
        Span::styled(cursor, base),
        span(mark, mark_style),
        span(
            format!(" {id}"),
            if row.state() == State::SoftDeleted {
                look.style(Role::Dim).patch(base)
            } else {
                base
            },
        ),
    ]);
    let found = list.search.as_ref().map(|search| search.to_lowercase());
    for column in fitted {
        line.push_span(Span::styled("  ", base));
        let shown = list.cell(row, &column.path);
        line.push_span(field(shown, column, look, base, found.as_deref()));
    }
    line
}

fn field(
    shown: String,
    column: &Column,
    look: Look<'_>,
    base: Style,
    found: Option<&str>,
) -> Span<'static> {
    let hit = found.is_some_and(|found| shown.to_lowercase().contains(found));
    let align = if column.right {
        Align::Right
    } else {
        Align::Left
    };
    let width = usize::from(column.width);
    // The ends of ids differ, not their beginnings.
    let is_id = shown.len() == 24 && shown.bytes().all(|byte| byte.is_ascii_hexdigit());
    let shown = if is_id {
        look.text.shorten_left(&shown, width).into_owned()
    } else {
        shown
    };
    let shown = look.text.fit(&shown, width, align);
    span(shown, if hit { look.style(Role::Match) } else { base })
}

/// An empty list says why, and which key helps.
fn empty(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let (said, role) = why_empty(app, look);
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    for (row, line) in (0..area.height).zip(sentences(&said, look, area.width)) {
        put(frame, area, row, Line::styled(line, look.style(role)));
    }
}

fn why_empty(app: &App, look: Look<'_>) -> (Vec<String>, Role) {
    let list = app.list();
    let again = || hint(app, Command::Refresh, "reads again");
    let all = || hint(app, Command::ClearFilter, "shows all rows");
    let Some(name) = &list.collection else {
        return (vec!["choose a collection".to_owned()], Role::Dim);
    };
    let name = look.text.clean(name.as_str());
    if let Some(failure) = &list.failure {
        return (
            vec![failure.said.clone(), failure.hint.clone(), again()],
            Role::Bad,
        );
    }
    if list.is_loading() {
        let at_end = matches!(list.fetch, Some((_, Fetch::Last)));
        let what = if at_end {
            "reading the last rows"
        } else {
            "reading"
        };
        let mut said = format!("{} {what} {}", app.spinner(), look.text.cut());
        if list.filters_states() {
            let looked_at = human::grouped(list.looked_at());
            let dot = look.text.dot();
            said = format!("{said}{dot}looked at {looked_at}, none in this state so far");
        }
        return (vec![said], Role::Dim);
    }
    if list.filters_states() {
        let looked_at = human::grouped(list.looked_at());
        let said = format!("none of the {looked_at} rows looked at is in this state");
        return (vec![said, all()], Role::Dim);
    }
    if list.is_filtered() {
        return (
            vec!["no row passes the filter".to_owned(), all()],
            Role::Dim,
        );
    }
    let pane = app.collections();
    if pane.loaded && pane.rows().iter().all(|row| row.name.as_str() != name) {
        let said = format!("there is no {name} in {}", app.options().database);
        let choose = if app.layout().collections.is_some() {
            "choose a collection on the left".to_owned()
        } else {
            hint(app, Command::PickCollection, "lists the collections")
        };
        let meant = app
            .options()
            .meant
            .as_ref()
            .filter(|(word, _)| *word == *name);
        let meant =
            meant.map(|(_, command)| format!("or was the command `dualscope {command}` meant?"));
        return ([said, choose].into_iter().chain(meant).collect(), Role::Bad);
    }
    (vec![format!("{name} is empty"), again()], Role::Dim)
}
