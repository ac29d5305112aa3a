//! The task list and the details of the selected task.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::layers::{highlight, window};
use super::marks::Sign;
use super::theme::Role;
use super::{Look, hint, put};
use crate::app::App;
use crate::app::command::{Availability, Command};
use crate::app::tasks::{Entry, Progress, Stage, Step, Subject};
use crate::domain::text::{Align, Spelling};
use crate::domain::{State, human, plan, time};

/// Least cells for words beside the times of a step.
const BESIDE: usize = 24;

pub(super) fn draw(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let area = window(area, look, "Tasks", frame);
    let tasks = app.tasks();
    let details = match tasks.selected().filter(|_| tasks.shows_details()) {
        Some(entry) => details(app, entry, look, area.width),
        None => Vec::new(),
    };
    let rows = tasks.rows(area.height);
    let top = tasks.top(rows);
    for (row, (at, entry)) in (0..rows).zip(tasks.listed().enumerate().skip(top)) {
        let selected = at == tasks.cursor();
        if selected {
            highlight(frame, area, row, look);
        }
        let line = task_line(app, entry, look, area.width, selected);
        put(frame, area, row, line);
    }
    if tasks.listed().next().is_none() {
        let nothing = Line::styled("nothing has run yet", look.style(Role::Dim));
        put(frame, area, 0, nothing);
    }
    for (row, (said, role)) in (rows..area.height).zip(details) {
        put(frame, area, row, Line::styled(said, look.style(role)));
    }
}

fn task_line(
    app: &App,
    entry: &Entry,
    look: Look<'_>,
    width: u16,
    selected: bool,
) -> Line<'static> {
    let (mark, role) = match &entry.state {
        Progress::Queued => (look.sign(Sign::Queued), Role::Dim),
        Progress::Running | Progress::Stopping => (app.spinner(), Role::Info),
        Progress::Done => (look.sign(Sign::Done), Role::Ok),
        Progress::Unknown => (State::Unknown.row().sign(look.text), Role::Warn),
        Progress::Left(ending) if ending.row().open => (look.sign(Sign::Open), Role::Warn),
        Progress::Left(_) | Progress::Failed(_) => (look.sign(Sign::Failed), Role::Bad),
        Progress::Cancelled => (look.sign(Sign::Cancelled), Role::Dim),
    };
    let took = entry
        .ended
        .unwrap_or(app.now().mono)
        .saturating_sub(entry.since);
    let took = human::took(std::time::Duration::from_millis(took));
    let done = match entry.done {
        Some((done, _)) if entry.spec.counts_bytes() => human::bytes(done as u64),
        Some((done, total)) => format!("{done}/{total}"),
        None => String::new(),
    };
    let right = match entry.phase(app.now(), app.options().patience) {
        Some(phase) => format!("{phase:>31}"),
        None => format!("{done:>11}  {took:>9}  {:<9}", entry.state.said()),
    };
    let room = usize::from(width).saturating_sub(look.text.width(&right) + 12);
    let name = look
        .text
        .fit(&name(entry, look.text, room), room, Align::Left);
    let base = if selected {
        look.style(Role::Selected)
    } else {
        look.style(Role::Text)
    };
    let mark_style = if selected { base } else { look.style(role) };
    Line::from(vec![
        Span::styled(
            format!(
                "{} ",
                if selected {
                    look.sign(Sign::Cursor)
                } else {
                    " "
                }
            ),
            base,
        ),
        Span::styled(mark, mark_style),
        Span::styled(format!(" {:>4} {name} {right}", entry.id.0), base),
    ])
}

/// The name in `room` cells: of a key that does not fit, the end of the id stays, which differs.
fn name(entry: &Entry, spelling: Spelling, room: usize) -> String {
    let whole = entry.spec.name();
    let Some(Subject::Document(key, _)) = entry.subject() else {
        return whole;
    };
    match whole.split_once(&*key.id) {
        Some((before, behind)) if spelling.width(&whole) > room => {
            let left = room.saturating_sub(spelling.width(before) + spelling.width(behind));
            format!(
                "{before}{}{behind}",
                spelling.shorten_left(&key.id, left.max(4))
            )
        }
        _ => whole,
    }
}

/// What is known of a task, the most wanted first.
fn details(app: &App, entry: &Entry, look: Look<'_>, width: u16) -> Vec<(String, Role)> {
    let rule = look.text.pick("─", "-").repeat(usize::from(width));
    let mut said = vec![
        (rule, Role::Dim),
        (
            format!("task {}: {}", entry.id, look.text.clean(&entry.spec.name())),
            Role::Title,
        ),
    ];
    if let Progress::Failed(failure) = &entry.state {
        said.push((failure.said.clone(), Role::Bad));
        said.push((failure.hint.clone(), Role::Text));
    }
    let steps = entry.steps.all();
    let asked = steps.first().map_or(entry.since, |step| step.at.mono);
    let room = usize::from(width.max(1));
    let wrapped = |(said, role): (String, Role)| {
        let lines = look.text.wrap(&said, room);
        lines.into_iter().map(move |line| (line, role))
    };
    let phase = entry.phase(app.now(), app.options().patience);
    let last = steps.last();
    let steps = steps.iter().flat_map(|step| {
        let bytes = entry.spec.counts_bytes();
        let number = if bytes { human::bytes } else { human::grouped };
        let is_last = last.is_some_and(|last| std::ptr::eq(step, last));
        let phase = phase.as_deref().filter(|_| is_last);
        let lines = step_lines((step, phase, number), asked, look.text, room);
        lines.into_iter().map(|line| (line, Role::Footer))
    });
    let said = said.into_iter().flat_map(wrapped).chain(steps);
    said.chain(wrapped((keys(app, entry), Role::Dim))).collect()
}

/// The time of day and how long after the start, and beside them what was done.
fn step_lines(
    (step, phase, number): (&Step, Option<&str>, fn(u64) -> String),
    asked: u64,
    spelling: Spelling,
    room: usize,
) -> Vec<String> {
    let after = std::time::Duration::from_millis(step.at.mono.saturating_sub(asked));
    let after = match step.stage {
        Stage::Asked => String::new(),
        _ => format!("+{}", human::took(after)),
    };
    let said = match &step.stage {
        Stage::Asked => "asked for (UTC)".to_owned(),
        Stage::Queued => "waits for a place".to_owned(),
        Stage::Started => "started".to_owned(),
        Stage::Progress(done, total) => {
            let (done, total) = (*done as u64, *total as u64);
            format!("{} of {} done", number(done), number(total))
        }
        Stage::Parts(count, what) => format!("{} {what}", human::grouped(*count)),
        Stage::StopAsked => "a stop was asked for".to_owned(),
        Stage::Counted(count, what, rest) => {
            format!("done: {} {what}{rest}", human::grouped(*count))
        }
        Stage::Write(plan::Step::Confirm, _) if let Some(phase) = phase => phase.to_owned(),
        Stage::Write(step, said) => format!("{}: {said}", step.said()),
        Stage::Left(ending, said) => ending.row().with(said),
        Stage::Ended(said) if said == "done" => said.clone(),
        Stage::Ended(said) => format!("done: {said}"),
        Stage::Unknown(why) => why.clone(),
        Stage::Failed => "failed".to_owned(),
        Stage::Stopped => "stopped; a read that is stopped changes nothing".to_owned(),
    };
    let when = format!("{}  {after:>9}  ", time::clock(step.at.wall));
    let beside = room.saturating_sub(when.len());
    if beside < BESIDE {
        return spelling.wrap(&(when + &said), room);
    }
    let blanks = " ".repeat(when.len());
    let first = std::iter::once(when).chain(std::iter::repeat(blanks));
    let lines = first.zip(spelling.wrap(&said, beside));
    lines.map(|(when, line)| when + &line).collect()
}

/// The keys that help here.
fn keys(app: &App, entry: &Entry) -> String {
    let mut said = Vec::new();
    if entry.state.is_end() {
        if entry.can_retry() {
            said.push(hint(app, Command::RetryTask, "runs it again"));
        }
    } else {
        said.push(hint(app, Command::CancelTask, "stops it"));
        if entry.is_waiting_write() {
            said.push(hint(app, Command::ExtendTask, "waits longer"));
        }
    }
    if Command::GotoSubject.availability(app) == Availability::Yes {
        said.push(hint(app, Command::GotoSubject, "goes to what it is about"));
    }
    said.join("; ")
}
