//! What is left, in words.

use super::super::page::Line;
use super::{Item, Recovery};
use crate::app::draft::Unreadable;
use crate::domain::bson::date_text;
use crate::domain::intent::{Choice, Finding, Phase};
use crate::domain::plan::ValueWrite;
use crate::domain::state::Role;
use crate::domain::text::clean;
use crate::task::event::OpenIntent;

pub(super) fn details(recovery: &Recovery) -> Vec<Line> {
    let mut lines = match recovery.selected() {
        Some(Item::Open(open)) => of_intent(open),
        Some(Item::Draft(draft)) => {
            let base = draft.text.base.map_or_else(
                || "there was no value when it was begun".to_owned(),
                |version| format!("begun with {version}"),
            );
            let mut lines = vec![
                Line::heading(&draft.text.key.to_string()),
                Line::new("", "a text that was typed and not written", None),
                Line::new("", base, Some(Role::Dim)),
            ];
            if let Some(place) = &draft.elsewhere {
                let said = format!("of other stores: {place}");
                lines.push(Line::new("!", said, Some(Role::Warn)));
            }
            lines
        }
        Some(Item::Unreadable(file)) => of_file(file),
        None if recovery.faults.is_empty() => {
            let said = "nothing is left: no unfinished write, no draft";
            vec![Line::new("", said, Some(Role::Dim))]
        }
        None => Vec::new(),
    };
    for fault in &recovery.faults {
        lines.push(Line::new("!", fault.clone(), Some(Role::Warn)));
    }
    if recovery.forgets {
        let said = "demo: what is written and what is kept ends with the program";
        lines.push(Line::new("", said, Some(Role::Dim)));
    }
    lines
}

fn of_file(file: &Unreadable) -> Vec<Line> {
    vec![
        Line::heading("What an editor left, or a draft that was damaged"),
        Line::new("!", file.said.clone(), Some(Role::Warn)),
        Line::new("file", clean(&file.file.display().to_string()), None),
        Line::new(
            "",
            "it stays as it is: copy its path and open it with a program that knows it, or discard it",
            Some(Role::Dim),
        ),
    ]
}

fn of_intent(open: &OpenIntent) -> Vec<Line> {
    let story = &open.story;
    let mut lines = vec![
        Line::heading(&format!(
            "{} {}",
            story.plan.action.row().verb,
            story.plan.key
        )),
        Line::new(
            "",
            format!("planned {} UTC; {}", when(story.since), phase(story.phase)),
            None,
        ),
    ];
    if let Some((ending, said)) = &story.ended {
        let said = format!("left as {}", ending.row().with(said));
        lines.push(Line::new("", said, Some(Role::Warn)));
    }
    if let Some(decision) = story.decision {
        let said = format!("it was decided to {} it", decision.name());
        lines.push(Line::new("", said, None));
    }
    if open.elsewhere {
        let said = format!(
            "for other stores: {}; start with their profile",
            story.place
        );
        lines.push(Line::new("!", said, Some(Role::Warn)));
    }
    if let Some(said) = open.owner.apart() {
        lines.push(Line::new("!", said, Some(Role::Warn)));
    }
    let Some(verdict) = &open.verdict else {
        return lines;
    };
    for said in &verdict.certain {
        lines.push(Line::new("certain", said.clone(), Some(Role::Ok)));
    }
    for said in &verdict.uncertain {
        lines.push(Line::new("not known", said.clone(), Some(Role::Warn)));
    }
    for choice in &verdict.choices {
        lines.push(Line::new("can", means(*choice), None));
    }
    lines
}

/// A moment in seconds.
pub(super) fn when(ms: i64) -> String {
    date_text(ms.div_euclid(1000) * 1000)
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Planned => "nothing had left this machine",
        Phase::Submitting => "the value was about to be sent, or was sent",
        Phase::Submitted => "the value was sent",
        Phase::Applied => "the value is in the store, MongoDB was to follow",
        Phase::Indexed => "both stores were written, not read back",
    }
}

/// What it means for both stores to give the write up. It touches neither.
pub(super) fn given_up(open: &OpenIntent) -> String {
    let finding = open.verdict.as_ref().map(|verdict| &verdict.finding);
    let may_come = open.verdict.as_ref().is_some_and(|verdict| {
        matches!(
            verdict.finding,
            Finding::Untouched | Finding::Foreign(_) | Finding::Unknown(_)
        ) && !verdict.uncertain.is_empty()
    });
    match finding {
        Some(Finding::Ours(version)) => {
            let value = open.story.plan.value.as_ref();
            let tombstone = value.is_some_and(ValueWrite::is_tombstone);
            let what = if tombstone { "tombstone" } else { "value" };
            format!("its {what} stays in 0G ({version}), MongoDB stays as it is now")
        }
        _ if may_come => "both stores stay as they are now; its value may still come".to_owned(),
        _ => "both stores stay as they are now".to_owned(),
    }
}

fn means(choice: Choice) -> &'static str {
    match choice {
        Choice::Follow => "be followed: its client still runs",
        Choice::Finish => "be finished: the steps that are left are taken",
        Choice::Drop => "be given up: what it did so far stays",
        Choice::Later => "wait",
    }
}
