//! The three texts in words: what was changed, what was written since, and whether that fits.

use super::super::editing::base_of;
use super::super::page::Line;
use super::super::review::words::change_lines;
use super::Overtaken;
use crate::domain::edit::{changes, merge};
use crate::domain::full::Stored;
use crate::domain::state::Role;
use crate::task::event::Inspection;

type Hides<'a> = &'a dyn Fn(&str) -> bool;

pub(super) fn lines(overtaken: &Overtaken, hides: Hides<'_>, arrow: &str) -> Vec<Line> {
    let mut lines = vec![
        Line::heading(&overtaken.key().to_string()),
        Line::new("", now_said(overtaken), None),
    ];
    lines.extend(both_said(overtaken));
    lines.push(Line::default());
    my_changes(overtaken, hides, (arrow, &mut lines));
    their_changes(overtaken, hides, (arrow, &mut lines));
    if let Some(lite) = &overtaken.lite {
        let how = (overtaken.taking_back, hides);
        lines.extend(lite.lines(&overtaken.theirs, how));
    }
    lines
}

fn my_changes(overtaken: &Overtaken, hides: Hides<'_>, (arrow, lines): (&str, &mut Vec<Line>)) {
    let taking_back = overtaken.taking_back;
    lines.push(Line::heading(if taking_back {
        "What taking your write back would change"
    } else {
        "What you changed"
    }));
    let (sign, said, role) = match (&overtaken.saw, overtaken.mine()) {
        (_, Some(Err(fault))) => {
            let said = format!("your text is not JSON yet: {fault}");
            ("!", said, Some(Role::Warn))
        }
        (None, Some(Ok(_))) if taking_back => {
            let said = "your write left no text; taking it back would bring the one before it";
            ("", said.to_owned(), None)
        }
        (None, Some(Ok(_))) => {
            let said = "what it was made from is not known any more; your text is whole";
            ("!", said.to_owned(), Some(Role::Warn))
        }
        (Some(_), None) => {
            let said = "the value would go; before your write there was none, or it is not known";
            ("-", said.to_owned(), Some(Role::Bad))
        }
        (None, None) => ("", "no text of 0G is concerned".to_owned(), Some(Role::Dim)),
        (Some(saw), Some(Ok(mine))) => {
            let all = changes(saw, &mine);
            change_lines(&all, hides, (arrow, lines));
            if !all.is_empty() {
                return;
            }
            ("", "nothing in 0G".to_owned(), Some(Role::Dim))
        }
    };
    lines.push(Line::new(sign, said, role));
}

fn their_changes(overtaken: &Overtaken, hides: Hides<'_>, (arrow, lines): (&str, &mut Vec<Line>)) {
    lines.push(Line::heading("What was written since"));
    let nothing = || Line::new("", "nothing in 0G", Some(Role::Dim));
    match (&overtaken.saw, overtaken.now()) {
        (Some(saw), Some(now)) => {
            let all = changes(saw, now);
            change_lines(&all, hides, (arrow, lines));
            if all.is_empty() {
                lines.push(nothing());
            }
        }
        (None, Some(now)) => {
            if let Some(Ok(mine)) = overtaken.mine() {
                let said = if overtaken.taking_back {
                    "compared with the text before your write:"
                } else {
                    "compared with your text:"
                };
                lines.push(Line::new("", said, Some(Role::Dim)));
                change_lines(&changes(&mine, now), hides, (arrow, lines));
            } else {
                lines.push(Line::new("", now_said(overtaken), Some(Role::Warn)));
            }
        }
        (None, None) if overtaken.lite.is_some() && is_empty_now(&overtaken.theirs) => {
            lines.push(nothing());
        }
        (_, None) => lines.push(Line::new("", now_said(overtaken), Some(Role::Warn))),
    }
}

/// Whether 0G is known to hold no text.
fn is_empty_now(theirs: &Inspection) -> bool {
    let stored = theirs.document.stored.seen();
    stored.is_some_and(|stored| stored.full().is_none())
}

/// Whether the two changes fit together.
fn both_said(overtaken: &Overtaken) -> Option<Line> {
    let texts = overtaken.texts();
    let merged = texts
        .as_ref()
        .and_then(|(saw, mine, now)| merge(saw, mine, now).ok());
    let lite = overtaken.lite.as_ref();
    let mut both = lite.map_or(Vec::new(), |lite| lite.overlaps(&overtaken.theirs));
    both.extend(
        merged
            .iter()
            .flat_map(|merged| merged.overlaps.iter().cloned()),
    );
    if !both.is_empty() {
        let said = format!("changed by both: {}", both.join(", "));
        return Some(Line::new("", said, Some(Role::Bad)));
    }
    let _ = merged?;
    let moved = lite.is_some_and(|lite| lite.is_moved(&overtaken.theirs));
    let same = texts.is_some_and(|(saw, _, now)| changes(saw, now).is_empty());
    let said = match (same, moved) {
        (true, true) => "only MongoDB's document was changed since, and not where you changed it",
        _ => "no place was changed by both: your changes fit into what is there now",
    };
    Some(Line::new("", said, Some(Role::Ok)))
}

fn now_said(overtaken: &Overtaken) -> String {
    let theirs = &overtaken.theirs;
    let version = base_of(theirs).map_or(String::new(), |version| format!(" at {version}"));
    let same = match (&overtaken.saw, overtaken.now()) {
        (Some(saw), Some(now)) => changes(saw, now).is_empty(),
        _ => false,
    };
    match theirs.document.stored.seen() {
        None => "what 0G holds now could not be read".to_owned(),
        Some(Stored::Absent) => "0G holds no value now".to_owned(),
        Some(Stored::Tombstone { .. }) => format!("0G holds no text now: it was deleted{version}"),
        Some(Stored::Value { .. }) if same => format!("0G holds the same text still{version}"),
        Some(Stored::Value { .. }) => format!("0G holds another value now{version}"),
    }
}
