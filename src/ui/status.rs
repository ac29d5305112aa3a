//! The bottom rows: the state in words (or a message), the line being typed, the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::marks::Sign;
use super::offers::offered;
use super::panes::waiting;
use super::theme::Role;
use super::{Look, key, put, span};
use crate::app::App;
use crate::app::command::{Availability, Command, Context};
use crate::app::keymap::Resolved;
use crate::app::notice::Level;
use crate::app::prompts::{Prompt, Purpose};
use crate::app::review::Review;
use crate::app::viewer::View;
use crate::domain::text::Align;
use crate::domain::{Diagnosis, State};

pub(super) fn state_line(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    if !app.pending().is_empty() {
        return put(frame, area, 0, waiting_keys(app, look));
    }
    if let Some(notice) = app.notices().shown() {
        let role = match notice.level {
            Level::Info => Role::Info,
            Level::Warn => Role::Warn,
            Level::Error => Role::Bad,
        };
        let said = short(&notice.text, app, look, usize::from(area.width) - 2);
        return put(
            frame,
            area,
            0,
            Line::styled(format!(" {said}"), look.style(role)),
        );
    }
    if app.is_covered() {
        return;
    }
    if let Some(diagnosis) = diagnosis(app) {
        let (mark, style) = look.mark(diagnosis.state);
        let open = left_open(app, look);
        let room = usize::from(area.width).saturating_sub(4 + look.text.width(&open));
        let said = diagnosis.said.fit(room, look.text);
        put(
            frame,
            area,
            0,
            Line::from(vec![
                span(open, look.style(Role::Warn)),
                span(format!(" {mark} "), style),
                Span::raw(said),
            ]),
        );
    } else if let Some(waits) = app.waits().filter(|waits| waits.half.is_some()) {
        let room = usize::from(area.width).saturating_sub(1);
        let said = format!(" {}", waiting(app, &waits, look.text, room));
        put(frame, area, 0, Line::styled(said, look.style(Role::Info)));
    }
}

/// That a write of the selected document is left open, where one is.
fn left_open(app: &App, look: Look<'_>) -> String {
    let open = app.selected_key().is_some_and(|key| app.is_left_open(key));
    if !open {
        return String::new();
    }
    let sign = look.sign(Sign::Unfinished);
    format!(
        " {sign} a write of yours is open ({})",
        key(app, Command::Recovery)
    )
}

/// A message as far as there is room, with the key that shows the whole of it.
fn short(text: &str, app: &App, look: Look<'_>, room: usize) -> String {
    let key = app.keys().keys_of(app.active_context(), Command::Log);
    match key {
        Some(key) if look.text.width(text) > room => {
            let whole = format!(" {key} whole text");
            let left = room.saturating_sub(look.text.width(&whole));
            format!("{}{whole}", look.text.fit(text, left, Align::Left))
        }
        _ => look.text.fit(text, room, Align::Left),
    }
}

/// The state of the selected document: as read last, else as marked in the list.
fn diagnosis(app: &App) -> Option<&Diagnosis> {
    let key = app.selected_key()?;
    // A new document has no state yet; that of the selected one would be taken for its own.
    if app
        .layers()
        .iter()
        .any(|layer| layer.subject().is_some_and(|subject| subject != key))
    {
        return None;
    }
    if let Some(shown) = app.viewer().inspection()
        && shown.document.key == *key
        && shown.awaited().is_none()
    {
        return Some(&shown.diagnosis);
    }
    let row = app.list().selected().filter(|row| row.key == *key)?;
    row.mark
        .as_ref()
        .map(|mark| &mark.diagnosis)
        .filter(|d| d.state != State::Unchecked)
}

/// The keys that can follow those already pressed.
fn waiting_keys(app: &App, look: Look<'_>) -> Line<'static> {
    let mut line = Line::styled(format!(" {} ", look.text.cut()), look.style(Role::Dim));
    if let Resolved::Pending(bindings) = app.keys().resolve(app.active_context(), app.pending()) {
        for binding in bindings {
            line.push_span(span(binding.shown(), look.style(Role::FooterKey)));
            line.push_span(span(
                format!(" {}   ", binding.command.help()),
                look.style(Role::Footer),
            ));
        }
    }
    line.push_span(span("esc leaves", look.style(Role::Dim)));
    line
}

pub(super) fn prompt(prompt: &Prompt, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let label = prompt.label();
    let typed = prompt.line.text();
    let before = look.text.width(label) + look.text.width(&typed[..prompt.line.cursor()]);
    let room = usize::from(area.width).saturating_sub(1);
    // A long line moves to the left so that the cursor stays visible.
    let hidden = before.saturating_sub(room);
    let whole = format!("{label}{}", look.text.clean(typed));
    let shown = look.text.skip(&whole, hidden);
    put(frame, area, 0, Line::styled(shown, look.style(Role::Input)));
    mark_fault(prompt, hidden, look, area, frame);
    let column = u16::try_from(before - hidden).unwrap_or(0);
    frame.set_cursor_position((area.x + column.min(area.width - 1), area.y));
    if prompt.purpose != Purpose::Filter {
        return;
    }
    if let Some(fault) = &prompt.fault {
        let start = fault.span.start.min(typed.len());
        let at = look.text.width(label) + look.text.width(&typed[..floor(typed, start)]);
        let caret = look.sign(Sign::Caret);
        let mut said = format!(
            "{}{caret} {}",
            " ".repeat(at.saturating_sub(hidden)),
            fault.what
        );
        if look.text.width(&said) > room {
            said = format!("{caret} {}", fault.what);
        }
        put(
            frame,
            area,
            1,
            Line::styled(look.text.clean(&said), look.style(Role::Bad)),
        );
    }
    let width = usize::from(area.width);
    put(frame, area, 2, completions(prompt, look, width));
}

/// Marks the faulty part of the line itself: there is not always room for words under it.
fn mark_fault(prompt: &Prompt, hidden: usize, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let Some(fault) = &prompt.fault else { return };
    let typed = prompt.line.text();
    let column = |at: usize| {
        let before = &typed[..floor(typed, at.min(typed.len()))];
        let cells = look.text.width(prompt.label()) + look.text.width(before);
        u16::try_from(cells.saturating_sub(hidden))
            .unwrap_or(u16::MAX)
            .min(area.width)
    };
    let (start, end) = (column(fault.span.start), column(fault.span.end));
    let marked = Rect {
        x: area.x + start,
        width: end.saturating_sub(start),
        height: 1,
        ..area
    };
    frame.buffer_mut().set_style(marked, look.style(Role::Bad));
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn completions(prompt: &Prompt, look: Look<'_>, width: usize) -> Line<'static> {
    let mut line = Line::styled("        ", look.style(Role::Dim));
    if prompt.completions.is_empty() {
        let hint =
            "field:value   field>2026-01-20   field:~part   is:tombstoned   { \"raw\": \"query\" }";
        line.push_span(span(hint, look.style(Role::Dim)));
        return line;
    }
    let first = prompt.chosen.unwrap_or(0).saturating_sub(3);
    for (at, completion) in prompt.completions.iter().enumerate().skip(first) {
        let chosen = prompt.chosen == Some(at);
        let role = if chosen { Role::Selected } else { Role::Footer };
        let text = format!(" {} ", look.text.clean(&completion.text));
        if line.width() + look.text.width(&text) > width {
            break;
        }
        line.push_span(span(text, look.style(role)));
        if chosen && !completion.help.is_empty() {
            let help = format!(" {} ", completion.help);
            line.push_span(span(help, look.style(Role::Dim)));
        }
    }
    line
}

pub(super) fn footer(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let context = app.active_context();
    let width = |entry: &[Span<'_>]| entry.iter().map(Span::width).sum::<usize>();
    // The way to all the other keys is never what gives way.
    let (last, first): (Vec<Command>, Vec<Command>) = offered(context)
        .iter()
        .filter(|command| has_use(app, **command))
        .partition(|command| matches!(command, Command::Palette | Command::Help));
    let entries = |commands: Vec<Command>| {
        let entry = |command| footer_entry(app, look, command);
        commands.into_iter().filter_map(entry).collect::<Vec<_>>()
    };
    let last = entries(last).concat();
    let mut room = usize::from(area.width).saturating_sub(1 + width(&last));
    let mut line = Line::raw(" ");
    for entry in entries(first) {
        if width(&entry) > room {
            break;
        }
        room -= width(&entry);
        line.extend(entry);
    }
    line.extend(last);
    put(frame, area, 0, line);
}

/// Whether the line being typed, or the view, has a use for a command.
fn has_use(app: &App, command: Command) -> bool {
    match (app.prompt(), command) {
        (_, Command::NextDifference) => {
            let differs = command.availability(app) == Availability::Yes;
            differs && app.viewer().view() == View::Diff
        }
        (_, Command::Write) => app.review().is_some_and(Review::counts),
        (_, Command::Unfold | Command::Fold | Command::ToggleAll) => app.viewer().folds(),
        (Some(prompt), Command::Complete) => prompt.purpose == Purpose::Filter,
        (Some(prompt), Command::Older) => prompt.walk.earlier() > 0,
        // Each is about the selected entry: one that does not fit it has no use.
        (None, command) if of_entry(app.active_context(), command) => {
            command.availability(app) == Availability::Yes
        }
        // Palette and help say why; here the room is for what can be used.
        (None, command) => app.is_offered(command),
        _ => true,
    }
}

/// Whether a command is about the selected entry of the tasks or of what is unfinished.
fn of_entry(context: Context, command: Command) -> bool {
    let listed = matches!(context, Context::Tasks | Context::Recovery);
    listed && !matches!(command, Command::Down | Command::Back)
}

/// Commands that the footer names together, with one word for both.
const PAIRS: [(Command, Command, &str); 4] = [
    (Command::Down, Command::Up, "move"),
    (Command::Older, Command::Newer, "earlier filters"),
    (Command::ColumnLeft, Command::ColumnRight, "order"),
    (Command::ColumnNarrower, Command::ColumnWider, "width"),
];

/// A command's first key and its name.
fn footer_entry(app: &App, look: Look<'_>, command: Command) -> Option<Vec<Span<'static>>> {
    let context = app.active_context();
    let mut keys = app.keys().keys_of(context, command)?;
    let mut word = command.short();
    if let Some((_, other, both)) = PAIRS.iter().find(|(one, ..)| *one == command)
        && let Some(other) = app.keys().keys_of(context, *other)
    {
        (keys, word) = (format!("{keys}/{other}"), both);
    }
    // Here everything shows at once: there is nothing to use or to leave unchanged.
    match (context, command) {
        (Context::Columns, Command::Accept) => word = "show/hide",
        (Context::Columns | Context::Edit, Command::Cancel) => word = "close",
        (Context::Confirm, Command::Accept) => word = "write",
        _ => {}
    }
    let on = !matches!(command.availability(app), Availability::No(_));
    let roles = if on {
        (Role::FooterKey, Role::Footer)
    } else {
        (Role::Dim, Role::Dim)
    };
    Some(vec![
        span(format!("{keys} "), look.style(roles.0)),
        span(format!("{word}  "), look.style(roles.1)),
    ])
}
