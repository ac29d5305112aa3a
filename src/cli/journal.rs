//! `dualscope journal`: the writes that are written down, and one with its facts. Asks no store.
//!
//! Without `--values` nothing of a document is printed but its key.

mod aside;

use super::args::Journal;
use super::exit::{Exit, Stop};
use super::output::Output;
use super::record::Object;
use super::recover::{phase_name, story_object};
use super::text::{Column, Table};
use super::write::{self, Veil};
use crate::domain::intent::{Fact, Receipt, Story};
use crate::domain::state::Role;
use crate::domain::text::clean;
use crate::domain::{Head, plan, time};
use crate::journal::{self, Entry, FileFault, Owner, Record, Survey, Trouble, What};

pub(super) fn run(
    journal: &journal::Journal,
    args: &Journal,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let survey = journal.survey();
    if let Some(file) = &args.set_aside {
        return aside::run(journal, &survey, (file, args.yes), out);
    }
    match &args.intent {
        Some(name) => one(journal, &survey, (name, args), out),
        None => list(&survey, args, out),
    }
}

fn list(survey: &Survey, args: &Journal, out: &mut Output) -> Result<Exit, Stop> {
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let entries = || survey.entries.iter().take(limit);
    if out.style.json {
        for entry in entries() {
            let mut object = story_object(&entry.story);
            object.put("owner", owner(entry));
            object.put("whole", &entry.whole);
            out.json(&object)?;
        }
    } else if survey.entries.is_empty() {
        out.note("nothing is written down");
    } else {
        let rows: Vec<Vec<String>> = entries().map(row).collect();
        let titles = ["intent", "begun", "action", "key", "ended"];
        let mut table = Table::new(titles.map(Column::whole).into(), out.style.spelling());
        for line in table.lines(&rows) {
            out.line(&line)?;
        }
    }
    if survey.entries.len() > limit {
        let more = survey.entries.len() - limit;
        out.note(&format!("{more} older writes are not listed"));
    }
    faults(&survey.faults, out)
}

fn row(entry: &Entry) -> Vec<String> {
    let story = &entry.story;
    let ended = match &story.ended {
        Some((ending, _)) => ending.row().said.to_owned(),
        None => format!("open: {}", phase_name(story.phase)),
    };
    vec![
        story.intent.to_string(),
        time::iso(story.since).unwrap_or_default(),
        story.plan.action.row().name.to_owned(),
        story.plan.key.to_string(),
        ended,
    ]
}

fn owner(entry: &Entry) -> &'static str {
    match entry.owner {
        Owner::Here => "ours",
        Owner::Running => "alive",
        Owner::Gone => "gone",
        Owner::Untold => "unknown",
    }
}

/// What could not be read. A line that is torn off is no damage: nothing depended on it.
fn faults(faults: &[FileFault], out: &mut Output) -> Result<Exit, Stop> {
    let mut exit = Exit::Clean;
    for fault in faults {
        let (kind, damaged) = match fault.trouble {
            Trouble::Torn => ("torn", false),
            Trouble::Damaged => ("damaged", true),
            Trouble::Newer => ("newer", true),
            Trouble::Twice => ("twice", true),
            Trouble::Foreign => ("foreign", false),
            Trouble::Unreadable => ("unreadable", true),
        };
        if damaged {
            exit = Exit::Findings;
        }
        let file = fault.file.display().to_string();
        if out.style.json {
            let mut object = Object::with_schema();
            object.put("fault", kind);
            object.put("file", &file);
            object.put("line", &fault.line);
            object.put("said", &fault.said);
            out.json(&object)?;
        } else {
            let line = fault
                .line
                .map_or(String::new(), |line| format!(", line {line}"));
            let said = format!("{kind}: {file}{line}: {}", fault.said);
            let role = if damaged { Role::Bad } else { Role::Warn };
            let said = out.paint(role, &clean(&said));
            out.line(&said)?;
            if let Some(name) = fault.file.file_name()
                && matches!(fault.trouble, Trouble::Damaged | Trouble::Newer)
            {
                let name = name.display();
                out.note(&format!(
                    "`dualscope journal --set-aside {name}` tells what is in it and puts it aside"
                ));
            }
        }
    }
    Ok(exit)
}

fn one(
    journal: &journal::Journal,
    survey: &Survey,
    (name, args): (&str, &Journal),
    out: &mut Output,
) -> Result<Exit, Stop> {
    let entry = write::found(survey.find(name), name)?;
    let story = &entry.story;
    let veil = Veil::over(&story.plan.key.collection, args.reveal, out);
    if args.values && out.style.json {
        veil.allows_all()?;
    }
    let records = journal.facts(entry);
    if out.style.json {
        let mut object = story_object(story);
        object.put("owner", owner(entry));
        object.put("whole", &entry.whole);
        let facts: Vec<Object> = records.iter().map(fact_object).collect();
        object.put("facts", &facts);
        if args.values {
            object.put("plan", &plan::to_json(&story.plan));
        }
        out.json(&object)?;
    } else {
        title(entry, out)?;
        for record in &records {
            let at = time::iso(record.at).unwrap_or_default();
            let what = What::of(&record.fact).name();
            let line = format!("  {at:24}  {what:10}  {}", said(&record.fact, story));
            out.line(clean(&line).trim_end())?;
        }
        if args.values {
            write::changes(&story.plan, veil, out)?;
        }
    }
    let of_it: Vec<FileFault> = survey
        .faults
        .iter()
        .filter(|fault| fault.file == entry.file)
        .cloned()
        .collect();
    faults(&of_it, out)
}

fn title(entry: &Entry, out: &mut Output) -> Result<(), Stop> {
    let story = &entry.story;
    let title = format!(
        "{}  {} {}",
        story.intent,
        story.plan.action.row().verb,
        story.plan.key
    );
    out.line(&clean(&title))?;
    out.line(&clean(&format!("  {}", story.place)))?;
    if let Some(undoes) = &story.undoes {
        out.line(&format!("  takes back {undoes}"))?;
    }
    if let Some(Head::Value { version, size }) = story.withheld {
        out.line(&format!(
            "  the value before ({version}, {size} bytes) was not kept"
        ))?;
    }
    let state = match (&story.ended, story.is_open()) {
        (Some((ending, _)), false) => ending.row().said.to_owned(),
        _ => format!(
            "open; `dualscope recover {}` says what can be done",
            story.intent
        ),
    };
    out.line(&format!("  {state}"))
}

/// A fact in words, without any value.
fn said(fact: &Fact, story: &Story) -> String {
    match fact {
        Fact::Planned { plan, .. } => {
            let steps: Vec<&str> = plan.steps().iter().map(|step| step.name()).collect();
            let bytes = plan.value.as_ref().map(|write| write.bytes.len());
            let bytes = bytes.map_or(String::new(), |bytes| format!(", {bytes} bytes"));
            format!("{}{bytes}", steps.join(" "))
        }
        Fact::Submitting { attempt, .. } | Fact::Completing { attempt, .. } => {
            format!("try {attempt} of {}", story.attempts)
        }
        Fact::Seen(receipt) => receipt_said(receipt),
        Fact::Submitted | Fact::Indexed => String::new(),
        Fact::Applied { version } => format!("at {version}"),
        Fact::Decided(decision) => decision.name().to_owned(),
        Fact::Ended { ending, said } => format!("{}: {said}", ending.row().name),
    }
}

fn receipt_said(receipt: &Receipt) -> String {
    let mut said = receipt.stage.name().to_owned();
    for (name, value) in [
        ("root", receipt.root.clone()),
        ("hash", receipt.hash.clone()),
        (
            "sequence",
            receipt.sequence.map(|number| number.to_string()),
        ),
        ("pid", receipt.child.map(|child| child.pid.to_string())),
    ] {
        if let Some(value) = value {
            said = format!("{said}, {name} {value}");
        }
    }
    said
}

fn fact_object(record: &Record) -> Object {
    let mut object = Object::default();
    object.put("at", &time::iso(record.at));
    object.put("what", What::of(&record.fact).name());
    match &record.fact {
        Fact::Planned { .. } | Fact::Submitted | Fact::Indexed => {}
        Fact::Submitting { attempt, .. } | Fact::Completing { attempt, .. } => {
            object.put("attempt", attempt);
        }
        Fact::Seen(receipt) => {
            object.put("stage", receipt.stage.name());
            object.put("root", &receipt.root);
            object.put("hash", &receipt.hash);
            object.put("sequence", &receipt.sequence);
            object.put("pid", &receipt.child.map(|child| child.pid));
        }
        Fact::Applied { version } => object.put("version", version),
        Fact::Decided(decision) => object.put("decision", decision.name()),
        Fact::Ended { ending, said } => {
            object.put("ending", ending.row().name);
            object.put("said", said);
        }
    }
    object
}
