//! The bottom rows: the state in words (or a message), the line being typed, the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::theme::Role;
use super::{Look, put, skip, span, text};
use crate::app::App;
use crate::app::command::{Availability, Command, Context};
use crate::app::keymap::Resolved;
use crate::app::notice::Level;
use crate::app::prompts::{Prompt, Purpose};
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
        let said = text::fit(&notice.text, usize::from(area.width) - 2, text::Align::Left);
        return put(
            frame,
            area,
            0,
            Line::styled(format!(" {said}"), look.style(role)),
        );
    }
    if let Some(diagnosis) = diagnosis(app) {
        let (mark, style) = look.mark(diagnosis.state);
        let said = text::fit(
            &diagnosis.said,
            usize::from(area.width).saturating_sub(4),
            text::Align::Left,
        );
        put(
            frame,
            area,
            0,
            Line::from(vec![span(format!(" {mark} "), style), Span::raw(said)]),
        );
    }
}

/// The state of the selected document: as read last, else as marked in the list.
fn diagnosis(app: &App) -> Option<&Diagnosis> {
    let key = app.selected_key()?;
    if let Some(shown) = app.viewer().inspection()
        && shown.document.key == *key
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
    let mut line = Line::styled(" … ", look.style(Role::Dim));
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
    let before = text::width(label) + text::width(&typed[..prompt.line.cursor()]);
    let room = usize::from(area.width).saturating_sub(1);
    // A long line moves to the left so that the cursor stays visible.
    let hidden = before.saturating_sub(room);
    let whole = format!("{label}{}", text::clean(typed));
    let shown = skip(&whole, hidden);
    put(frame, area, 0, Line::styled(shown, look.style(Role::Input)));
    let column = u16::try_from(before - hidden).unwrap_or(0);
    frame.set_cursor_position((area.x + column.min(area.width - 1), area.y));
    if prompt.purpose != Purpose::Filter {
        return;
    }
    if let Some(fault) = &prompt.fault {
        let start = fault.span.start.min(typed.len());
        let at = text::width(label) + text::width(&typed[..floor(typed, start)]);
        let caret = look.pick("▲", "^");
        let mut said = format!(
            "{}{caret} {}",
            " ".repeat(at.saturating_sub(hidden)),
            fault.what
        );
        if text::width(&said) > room {
            said = format!("{caret} {}", fault.what);
        }
        put(
            frame,
            area,
            1,
            Line::styled(text::clean(&said), look.style(Role::Bad)),
        );
    }
    put(frame, area, 2, completions(prompt, look));
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn completions(prompt: &Prompt, look: Look<'_>) -> Line<'static> {
    let mut line = Line::styled("        ", look.style(Role::Dim));
    if prompt.completions.is_empty() {
        let hint =
            "field:value   field>2026-01-20   field:~part   is:tombstoned   { \"raw\": \"query\" }";
        line.push_span(span(hint, look.style(Role::Dim)));
        return line;
    }
    let first = prompt.chosen.unwrap_or(0).saturating_sub(3);
    for (at, completion) in prompt.completions.iter().enumerate().skip(first).take(12) {
        let role = if prompt.chosen == Some(at) {
            Role::Selected
        } else {
            Role::Footer
        };
        line.push_span(span(
            format!(" {} ", text::clean(&completion.text)),
            look.style(role),
        ));
        if prompt.chosen == Some(at) && !completion.help.is_empty() {
            line.push_span(span(
                format!(" {} ", completion.help),
                look.style(Role::Dim),
            ));
        }
    }
    line
}

/// What the footer offers in each place, the most useful first.
fn offered(context: Context) -> &'static [Command] {
    use Command as C;
    match context {
        Context::Collections => &[
            C::Down,
            C::Open,
            C::PickCollection,
            C::Refresh,
            C::Doctor,
            C::Tasks,
            C::Palette,
            C::Help,
            C::Quit,
        ],
        Context::List => &[
            C::Down,
            C::Open,
            C::Filter,
            C::Find,
            C::Sort,
            C::NextView,
            C::Columns,
            C::Count,
            C::CopyKey,
            C::Tasks,
            C::Palette,
            C::Help,
            C::Quit,
        ],
        Context::Document => &[
            C::Down,
            C::NextView,
            C::Unfold,
            C::Fold,
            C::ToggleAll,
            C::Find,
            C::CopyValue,
            C::CopyPath,
            C::Back,
            C::Palette,
            C::Help,
        ],
        Context::Menu => &[C::Accept, C::Cancel],
        Context::Prompt => &[C::Accept, C::Complete, C::Cancel],
        Context::Tasks => &[C::Down, C::Open, C::CancelTask, C::RetryTask, C::Back],
        Context::Page => &[C::Down, C::Find, C::FindNext, C::Back],
        Context::Global => &[],
    }
}

pub(super) fn footer(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let context = app.active_context();
    let mut line = Line::raw(" ");
    for command in offered(context) {
        let Some(mut keys) = app.keys().keys_of(context, *command) else {
            continue;
        };
        let mut word = command.short();
        if *command == Command::Down
            && let Some(up) = app.keys().keys_of(context, Command::Up)
        {
            (keys, word) = (format!("{keys}/{up}"), "move");
        }
        let on = !matches!(command.availability(app), Availability::No(_));
        let role = if on { Role::Footer } else { Role::Dim };
        let entry = [
            span(
                format!("{keys} "),
                look.style(if on { Role::FooterKey } else { Role::Dim }),
            ),
            span(format!("{word}  "), look.style(role)),
        ];
        let width: usize = entry.iter().map(Span::width).sum();
        if line.width() + width > usize::from(area.width) {
            break;
        }
        line.extend(entry);
    }
    put(frame, area, 0, line);
}
