//! `dualscope journal --set-aside FILE`: a file that can't be read to its end no longer counts.
//!
//! What it tells of writes is said before, and only with the flag is anything done.

use std::path::Path;

use super::row;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::record::Object;
use crate::domain::text::clean;
use crate::journal::{self, Entry, JournalError, Survey};

pub(super) fn run(
    journal: &journal::Journal,
    survey: &Survey,
    (named, yes): (&Path, bool),
    out: &mut Output,
) -> Result<Exit, Stop> {
    let Some(file) = journal.file(named) else {
        let message = format!("the journal has no file {}", named.display());
        let hint = "`dualscope journal` names the files that can't be read to their end";
        return Err(Fault::new(Exit::Findings, "not-found", message)
            .hint(hint)
            .into());
    };
    let within = |entry: &&Entry| entry.file == file;
    let entries: Vec<&Entry> = survey.entries.iter().filter(within).collect();
    if !yes {
        for entry in &entries {
            out.note(&clean(&row(entry).join("  ")));
        }
        let open = entries.iter().filter(|entry| entry.story.is_open()).count();
        let message = format!(
            "it tells of {} writes, {open} of them open; look at their documents before they are \
             forgotten",
            entries.len()
        );
        let hint = "say --yes to put it aside; nothing was changed";
        return Err(Fault::usage(message).hint(hint).into());
    }
    let aside = journal.set_aside(&file).map_err(|error| refused(&error))?;
    let aside = aside.display().to_string();
    if out.style.json {
        let mut object = Object::with_schema();
        object.put("file", &file.display().to_string());
        object.put("aside", &aside);
        let intents: Vec<&str> = entries.iter().map(|it| &*it.story.intent.0).collect();
        object.put("intents", &intents);
        out.json(&object)?;
    } else {
        out.line(&clean(&format!("put aside as {aside}")))?;
    }
    Ok(Exit::Clean)
}

fn refused(error: &JournalError) -> Fault {
    let hint = match error {
        JournalError::Whole => "nothing is wrong with it; `dualscope recover` decides what is open",
        JournalError::Held => "end the program that holds it first",
        _ => "look at the room and the rights of the journal's folder",
    };
    Fault::new(Exit::Refused, "journal", error.to_string()).hint(hint)
}
