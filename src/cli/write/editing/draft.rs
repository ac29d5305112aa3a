//! The drafts of a document: which one is gone on with, one that was overtaken, and the end of one.

use std::sync::Arc;

use super::rebuilt;
use crate::cli::args::Edit;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::write::make;
use crate::cli::write::{Question, Settled, ask, consent};
use crate::domain::edit::{Merged, merge};
use crate::domain::full::{Full, Stored};
use crate::domain::intent::{Ending, Ledger, Story};
use crate::domain::json::Json;
use crate::domain::plan::Why;
use crate::domain::{Key, Version, time};
use crate::journal::Draft;
use crate::task::event::Inspection;

/// The drafts of a document, the newest first; what is none is told.
fn all(session: &Session, key: &Key, out: &mut Output) -> Vec<Draft> {
    let found = session.drafts().load(&session.place, key);
    for fault in &found.faults {
        out.note(&format!(
            "note: draft {}: {}",
            fault.file.display(),
            fault.said
        ));
    }
    found.drafts
}

/// The newest draft.
pub(super) fn newest(session: &Session, key: &Key, out: &mut Output) -> Result<Draft, Fault> {
    let found = all(session, key, out).into_iter().next();
    found.ok_or_else(|| none(key))
}

fn none(key: &Key) -> Fault {
    Fault::new(
        Exit::Findings,
        "not-found",
        format!("there is no draft of {key}"),
    )
}

/// The draft to go on with, if there is one and the person wants it.
pub(super) async fn chosen(
    session: &mut Session,
    args: &Edit,
    inspection: &Inspection,
    out: &mut Output,
) -> Result<Option<Draft>, Stop> {
    let key = &args.given.key;
    let Some(draft) = all(session, key, out).into_iter().next() else {
        return if args.resume {
            Err(none(key).into())
        } else {
            Ok(None)
        };
    };
    let at = time::iso(draft.at).unwrap_or_default();
    if args.fresh {
        out.note(&format!(
            "a draft of {at} stays in {}",
            draft.file.display()
        ));
        return Ok(None);
    }
    if !args.resume {
        let unasked = |_no_person| {
            let message = format!("there is a draft of {key}, saved {at}");
            let hint = "--resume goes on with it, --fresh leaves it where it is, \
                        --discard removes it";
            Fault::usage(message).hint(hint)
        };
        consent::needs_a_person(out).map_err(unasked)?;
        let question = format!("there is a draft, saved {at}; go on with it?");
        if !consent::wants(session, &question, out).await? {
            out.note(&format!("the draft stays in {}", draft.file.display()));
            return Ok(None);
        }
    }
    let now = inspection.document.stored.seen().and_then(Stored::version);
    if draft.base == now {
        return Ok(Some(draft));
    }
    let merged = merged(session, (args, inspection), &draft).await;
    let can = match merged {
        Ok(merged) if merged.overlaps.is_empty() => format!(
            "nobody else changed the same place: `dualscope edit {key} --rebase` puts the changes \
             of the draft into what stands now"
        ),
        Ok(merged) => format!("both changed {}", merged.overlaps.join(", ")),
        Err(Stop::Fault(fault)) => fault.message,
        Err(stop) => return Err(stop),
    };
    let hint = format!(
        "the draft stays in {}; `dualscope edit {key} --fresh` begins with what stands now",
        draft.file.display()
    );
    Err(moved(&draft, now).hint(can).and(hint).into())
}

fn moved(draft: &Draft, now: Option<Version>) -> Fault {
    let version = |version: Option<Version>| {
        version.map_or("no value".to_owned(), |version| version.to_string())
    };
    let message = format!(
        "the draft was made from {}, and the key is at {} now",
        version(draft.base),
        version(now)
    );
    Fault::new(Exit::Conflict, Why::Superseded.name(), message)
}

/// The text to be stored: what the draft changed, in what is stored now.
pub(super) async fn rebased(
    session: &mut Session,
    (args, inspection): (&Edit, &Inspection),
    draft: &Draft,
) -> Result<Arc<str>, Stop> {
    let merged = merged(session, (args, inspection), draft).await;
    let merged = merged.map_err(|stop| stays(draft, stop))?;
    if merged.overlaps.is_empty() {
        return Ok(merged.text.into());
    }
    let message = format!("both changed {}", merged.overlaps.join(", "));
    let key = &args.given.key;
    let hint = format!(
        "nothing was written; `dualscope edit {key} --fresh` begins with what stands now, and \
         `dualscope history {key}` lists what was written"
    );
    let fault = Fault::new(Exit::Conflict, Why::Superseded.name(), message).hint(hint);
    Err(stays(draft, fault.into()))
}

/// The changes from what the draft was made from to its text, in what is stored now.
async fn merged(
    session: &mut Session,
    (args, inspection): (&Edit, &Inspection),
    draft: &Draft,
) -> Result<Merged, Stop> {
    let conflict = |said: &str| Fault::new(Exit::Conflict, Why::Superseded.name(), said);
    let json = |inspection: &Inspection| -> Option<Arc<Json>> {
        let stored = inspection.document.stored.seen()?;
        stored.full().and_then(Full::json).cloned()
    };
    let now = json(inspection).ok_or_else(|| conflict("there is no JSON under the key now"))?;
    let stands = inspection.document.stored.seen().and_then(Stored::version);
    let unknown = || conflict("what the draft was made from is not known any more");
    let saw = if draft.base == stands {
        Arc::clone(&now)
    } else {
        let base = draft.base.ok_or_else(unknown)?;
        let then = make::inspect(session, &args.given, Some(base)).await?;
        let stored = then.document.stored.seen();
        if stored.and_then(Stored::version) != Some(base) {
            return Err(unknown().into());
        }
        json(&then).ok_or_else(unknown)?
    };
    let text = rebuilt(&saw, &draft.text)?;
    let mine = Json::parse(text).map_err(|_fault| conflict("the draft is not JSON"))?;
    Ok(merge(&saw, &mine, &now)
        .map_err(|_fault| conflict("the two changes do not fit together"))?)
}

/// The fault with the place of the draft.
pub(super) fn stays(draft: &Draft, stop: Stop) -> Stop {
    match stop {
        Stop::Fault(fault) => {
            let kept = format!("the draft stays in {}", draft.file.display());
            fault.and(kept).into()
        }
        Stop::Closed => Stop::Closed,
    }
}

/// A draft goes when its text was written.
pub(super) fn spent((settled, draft): (&Settled, &Draft), session: &Session, out: &mut Output) {
    if settled.ending != Some(Ending::Done) {
        out.note(&format!("the draft stays in {}", draft.file.display()));
    } else if let Err(error) = session.drafts().discard(draft) {
        out.note(&format!("note: {error}"));
    }
}

/// Removes the drafts of a document, when the person agrees.
pub(super) async fn discard(
    session: &mut Session,
    args: &Edit,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let (key, how) = (&args.given.key, &args.given.how);
    let drafts = all(session, key, out);
    if drafts.is_empty() {
        return Err(none(key).into());
    }
    no_write_needs_them(session, key)?;
    for draft in &drafts {
        let at = time::iso(draft.at).unwrap_or_default();
        let (size, file) = (draft.text.len(), draft.file.display());
        out.note(&format!("a draft of {at}, {size} bytes: {file}"));
    }
    if how.dry_run {
        out.note("nothing was removed");
        return Ok(Exit::Clean);
    }
    if !how.yes {
        consent::needs_a_person(out)?;
        out.prompt(&format!("remove {} for good.", counted(drafts.len())))?;
        let question = Question {
            heavy: true,
            key: Some(key),
        };
        ask(session, &question, out).await?;
    }
    let kept = session.drafts();
    for draft in &drafts {
        if let Err(error) = kept.discard(draft) {
            let fault = Fault::new(Exit::Findings, "draft", error.to_string());
            return Err(fault.hint("the others may be gone").into());
        }
    }
    out.note(&format!("{} removed", counted(drafts.len())));
    Ok(Exit::Clean)
}

/// Refuses where an open write may have one of the texts: it must outlive the write's end.
fn no_write_needs_them(session: &Session, key: &Key) -> Result<(), Fault> {
    let survey = Ledger::survey(&session.journal()).map_err(|fault| {
        let said = format!("can't tell whether a write still needs it: {}", fault.said);
        Fault::new(Exit::Refused, "journal", said).hint(fault.hint)
    })?;
    let mut stories = survey.entries.into_iter().map(|entry| entry.story);
    let needs = |story: &Story| story.may_need_draft_of(key) && story.place == session.place;
    let Some(story) = stories.find(needs) else {
        return Ok(());
    };
    let intent = &story.intent;
    let said = format!("an unfinished write may still need a draft of {key}: {intent}");
    let fault = Fault::new(Exit::Refused, "open", said);
    Err(fault.hint(format!(
        "`dualscope recover {intent}` says how to finish it or give it up; nothing was removed"
    )))
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 draft".to_owned(),
        many => format!("{many} drafts"),
    }
}
