//! Lists with details: unfinished writes and drafts, versions of a value.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::layers::{draw_page, highlight, window};
use super::marks::Sign;
use super::panes::sentences;
use super::theme::Role;
use super::{Look, put, span};
use crate::app::page::{Page, Subject};
use crate::app::recovery::{Item, Recovery};
use crate::app::versions::{Versions, version_of};
use crate::domain::Head;
use crate::domain::bson::date_text;
use crate::domain::human;
use crate::domain::text::Align;

pub(super) fn recovery(recovery: &Recovery, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let inner = window(area, look, "Unfinished writes and drafts", frame);
    let rows = u16::try_from(recovery.items().count()).unwrap_or(u16::MAX);
    let rows = rows.clamp(1, (inner.height / 2).max(1));
    let top = (recovery.cursor() + 1).saturating_sub(usize::from(rows));
    for (row, (at, item)) in (0..rows).zip(recovery.items().enumerate().skip(top)) {
        if at == recovery.cursor() {
            highlight(frame, inner, row, look);
        }
        let (mark, role, said) = said(item, look);
        let mark_style = look.style(role);
        let room = usize::from(inner.width).saturating_sub(3);
        let said = look.text.fit(&said, room, Align::Left);
        let mut line = Line::from(vec![span(format!(" {mark} "), mark_style)]);
        let base = if at == recovery.cursor() {
            Role::Selected
        } else {
            Role::Text
        };
        line.push_span(span(said, look.style(base)));
        put(frame, inner, row, line);
    }
    let rule = look.text.pick("─", "-").repeat(usize::from(inner.width));
    put(
        frame,
        inner,
        rows,
        Line::styled(rule, look.style(Role::Dim)),
    );
    let below = Rect {
        y: inner.y + rows + 1,
        height: inner.height.saturating_sub(rows + 1),
        ..inner
    };
    let mut page = Page::new(Subject::Part, "", recovery.details());
    page.wrap(usize::from(below.width), look.text);
    draw_page(&page, look, below, frame);
}

fn said(item: Item<'_>, look: Look<'_>) -> (&'static str, Role, String) {
    let when = |ms: i64| date_text(ms.div_euclid(1000) * 1000);
    match item {
        Item::Open(open) => {
            let story = &open.story;
            let mine = open.verdict.is_some();
            let role = if mine { Role::Warn } else { Role::Dim };
            let verb = story.plan.action.row().verb;
            let said = format!("{}  {verb} {}", when(story.since), story.plan.key);
            (Sign::Open.shown(look.text), role, said)
        }
        Item::Draft(draft) => {
            let size = human::exact_bytes(draft.text.text.len());
            let said = format!("{}  draft of {} ({size})", when(draft.at), draft.text.key);
            (Sign::Draft.shown(look.text), Role::Info, said)
        }
        Item::Unreadable(file) => {
            let said = format!("{}: {}", file.said, file.file.display());
            (Sign::Failed.shown(look.text), Role::Warn, said)
        }
    }
}

pub(super) fn versions(versions: &Versions, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let title = format!("Versions of {}", versions.key);
    let inner = window(area, look, &title, frame);
    let when = versions.when().unwrap_or_default();
    let when = sentences(&[&when], look, inner.width.saturating_sub(4));
    let below = when.len() + 1;
    let height = usize::from(inner.height).saturating_sub(below).max(1);
    let top = (versions.cursor() + 1).saturating_sub(height);
    let shown = versions.rows.iter().enumerate().skip(top).take(height);
    let mut row = 0;
    for (at, head) in shown {
        let selected = at == versions.cursor();
        if selected {
            highlight(frame, inner, row, look);
        }
        let version = version_of(*head);
        let marked = version.is_some() && versions.marked == version;
        let mark = if marked {
            Sign::Marked.shown(look.text)
        } else {
            " "
        };
        let (what, role) = match head {
            Head::Value { size, .. } => {
                (format!("value      {:>10}", human::bytes(*size)), Role::Ok)
            }
            Head::Tombstone(_) => ("tombstone".to_owned(), Role::Bad),
            Head::Absent => ("never written".to_owned(), Role::Dim),
        };
        let is_newest = version.is_some() && version == versions.newest();
        let newest = if is_newest { "   newest" } else { "" };
        let number = version.map_or(String::new(), |version| version.to_string());
        let base = if selected { Role::Selected } else { Role::Text };
        let line = Line::from(vec![
            span(format!(" {mark} {number:>12}  "), look.style(base)),
            span(what, look.style(if selected { base } else { role })),
            span(newest, look.style(if selected { base } else { Role::Dim })),
        ]);
        put(frame, inner, row, line);
        row += 1;
    }
    let below = std::iter::once(versions.end.as_str()).chain(when.iter().map(String::as_str));
    for (row, said) in (row..inner.height).zip(below) {
        let line = Line::styled(format!("   {said}"), look.style(Role::Dim));
        put(frame, inner, row, line);
    }
}
