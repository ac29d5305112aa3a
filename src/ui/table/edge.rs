//! The frame of the list: whose rows these are, which of how many, and what they are not.

use ratatui::text::Line;
use ratatui::widgets::Block;

use super::super::theme::Role;
use super::super::{Look, span};
use crate::app::App;
use crate::app::list::Texts;
use crate::app::list::window::Side;
use crate::domain::query::Count;
use crate::domain::text::Align;
use crate::domain::{Sort, human};

pub(super) fn pane(app: &App, look: Look<'_>, width: u16, focused: bool) -> Block<'static> {
    let mut foot = beyond(app, look, width);
    foot.extend(position(app, look));
    let room = usize::from(width).saturating_sub(foot.width() + 3);
    let block = look.pane(title(app, look, width), foot, focused);
    block.title_bottom(note(app, look, room).left_aligned())
}

fn title(app: &App, look: Look<'_>, width: u16) -> Line<'static> {
    let list = app.list();
    let Some(collection) = &list.collection else {
        return Line::styled(" Documents ", look.style(Role::Title));
    };
    let dot = look.text.dot();
    let order = format!("{dot}{} ", ordered(list.shown_sort(), look));
    let mut filter = String::new();
    if !list.shown_filter().is_empty() {
        let room = usize::from(width).saturating_sub(collection.as_str().len() + order.len() + 8);
        let said = look.text.clean(list.shown_filter());
        filter = format!(
            "{dot}{}",
            look.text
                .fit(&said, look.text.width(&said).min(room.max(8)), Align::Left)
        );
    }
    Line::from(vec![
        span(
            format!(" {}", look.text.clean(collection.as_str())),
            look.style(Role::Title),
        ),
        span(filter, look.style(Role::Info)),
        span(order, look.style(Role::Dim)),
    ])
}

fn ordered(sort: &Sort, look: Look<'_>) -> String {
    let arrow = if sort.descending {
        look.text.pick("↓", "desc")
    } else {
        look.text.pick("↑", "asc")
    };
    format!("{} {arrow}", look.text.clean(&sort.field))
}

/// What the rows are not: the answer to what was asked last, or all that a reader of dates expects.
fn note(app: &App, look: Look<'_>, room: usize) -> Line<'static> {
    let said = asked_for(app, look).or_else(|| left_out(app, look));
    let said = said.map_or_else(String::new, |said| format!(" {said} "));
    let width = look.text.width(&said).min(room);
    let said = look.text.fit(&said, width, Align::Left);
    Line::styled(said, look.style(Role::Warn))
}

/// Rows that hold text where the filter compares dates.
fn left_out(app: &App, look: Look<'_>) -> Option<String> {
    let Some(Texts::Known(found)) = &app.list().texts else {
        return None;
    };
    let said = found.iter().filter_map(|(path, count)| {
        let path = look.text.clean(path);
        match count {
            Count::Exact(0) => None,
            Count::AtLeast(0) => Some(format!("text in {path}? can't tell")),
            Count::Exact(1) => Some(format!("1 row holds text in {path}")),
            count => {
                let rows = human::count(*count, look.text);
                Some(format!("{rows} rows hold text in {path}"))
            }
        }
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(look.text.dot()))
}

fn asked_for(app: &App, look: Look<'_>) -> Option<String> {
    let list = app.list();
    let old = list.answered.as_ref()?;
    let mut new = Vec::new();
    if old.filter_text != list.filter_text {
        new.push(match look.text.clean(&list.filter_text) {
            none if none.is_empty() => "no filter".into(),
            filter => filter,
        });
    }
    if old.sort != list.sort {
        new.push(ordered(&list.sort, look).into());
    }
    if new.is_empty() {
        return None;
    }
    Some(format!("asked for {}", new.join(look.text.dot())))
}

/// How many of the chosen columns have no room.
fn beyond(app: &App, look: Look<'_>, width: u16) -> Line<'static> {
    let list = app.list();
    let more = list.beyond(width.saturating_sub(2));
    if more == 0 || list.window.is_empty() {
        return Line::default();
    }
    let arrow = look.text.pick("→", "->");
    Line::styled(format!(" {more} more {arrow} "), look.style(Role::Dim))
}

/// Which rows of how many; a count says how exact it is.
fn position(app: &App, look: Look<'_>) -> Line<'static> {
    let list = app.list();
    if !list.loaded && !list.filters_states() {
        return Line::default();
    }
    let mut said = String::new();
    let shown = list.window.shown();
    if let (Some(first), false) = (list.window.number(shown.start), shown.is_empty()) {
        let end = first + shown.len() as u64;
        let dash = look.text.pick("–", "-");
        said = format!(
            " {}{dash}{}",
            human::grouped(first + 1),
            human::grouped(end)
        );
    } else if !shown.is_empty() {
        let end = shown.end == list.window.len() && list.window.is_complete(Side::After);
        let place = if end { " at the end" } else { "" };
        said = format!(" {} rows{place}", human::grouped(shown.len() as u64));
    }
    let total = total(app, look);
    if !total.is_empty() {
        said = format!("{said} of {total}");
    }
    if list.filters_states() {
        let dot = look.text.dot();
        said = format!("{said}{dot}looked at {}", looked_at(app, look));
    }
    if list.is_loading() {
        said = format!("{said} {}", app.spinner());
    }
    if list.counting.is_some() {
        said = format!("{said} counting {}", look.text.cut());
    }
    Line::styled(format!("{said} "), look.style(Role::Dim))
}

/// How many rows `is:STATE` has looked at, and of how many where that was counted.
fn looked_at(app: &App, look: Look<'_>) -> String {
    let list = app.list();
    let looked_at = human::grouped(list.looked_at());
    match list.count {
        Some(count) => format!("{looked_at} of {}", human::count(count, look.text)),
        None => looked_at,
    }
}

fn total(app: &App, look: Look<'_>) -> String {
    let list = app.list();
    let estimate = || {
        let row = app.collections().get(list.collection.as_ref()?)?;
        row.estimate.as_ref()?.as_ref().ok().copied()
    };
    let count = match list.shown_count() {
        // It is of the rows to look at, not of those in the state.
        Some(count) if !list.filters_states() => Some(count),
        _ if list.window.is_complete(Side::After) && list.window.number(0).is_some() => {
            let before = list.window.number(0).unwrap_or(0);
            Some(Count::Exact(list.window.len() as u64 + before))
        }
        _ if !list.shown_filter().is_empty() => None,
        _ => estimate().map(Count::Estimate),
    };
    count.map_or_else(String::new, |count| human::count(count, look.text))
}
