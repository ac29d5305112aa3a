//! Taking a write back, and taking that back again.

use std::sync::Arc;

use super::{Proposal, Trouble};
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::session::{Session, mismatch};
use crate::domain::Key;
use crate::domain::intent::Story;
use crate::domain::plan::Why;
use crate::domain::time;
use crate::journal::Lookup;
use crate::task::spec::Undoing;
use crate::task::{Outcome, TaskSpec};

/// The plan that takes back the write of that name, or the last one.
pub(super) async fn undo(session: &mut Session, name: Option<&str>) -> Result<Proposal, Trouble> {
    let which = match name {
        None => Undoing::Last(None),
        Some(name) => {
            let survey = session.journal().survey();
            let entry = found(survey.find(name), name)?;
            Undoing::Intent(entry.story.intent.clone())
        }
    };
    propose(session, which).await
}

/// The plan that takes back the last undo.
pub(super) async fn redo(session: &mut Session) -> Result<Proposal, Trouble> {
    propose(session, Undoing::LastUndo(None)).await
}

/// The one entry that was meant.
pub(in crate::cli) fn found<'a>(
    lookup: Lookup<'a>,
    name: &str,
) -> Result<&'a crate::journal::Entry, Fault> {
    match lookup {
        Lookup::One(entry) => Ok(entry),
        Lookup::None => {
            let message = format!("the journal knows no write {name}");
            Err(Fault::new(Exit::Findings, "not-found", message)
                .hint("`dualscope journal` lists those that it knows"))
        }
        Lookup::Many(names) => {
            let names: Vec<&str> = names.iter().map(|name| &*name.0).collect();
            let message = format!("more than one write of the journal begins with {name}");
            Err(Fault::usage(message).hint(format!("one of {}", names.join(", "))))
        }
    }
}

async fn propose(session: &mut Session, which: Undoing) -> Result<Proposal, Trouble> {
    let undo = match session.ask(TaskSpec::PlanUndo(which)).await {
        Ok(Outcome::Undo(undo)) => undo,
        Ok(_) => return Err(mismatch().into()),
        Err(Stop::Fault(mut fault)) if fault.kind == "refused" => {
            fault.exit = Exit::Refused;
            return Err(Stop::Fault(fault).into());
        }
        Err(stop) => return Err(stop.into()),
    };
    match undo.plan {
        Ok(plan) => Ok(Proposal {
            plan,
            undoes: Some(undo.story.intent.clone()),
            notes: vec![what(&undo.story)],
            found: Some(undo.inspection.diagnosis),
            forever: None,
        }),
        Err(refusal) => {
            let overtaken = refusal.why == Why::Superseded;
            let mut fault = Fault::from(refusal);
            if overtaken {
                fault = fault.hint(stands_now(&undo.story.plan.key));
            }
            fault.message = format!("{}: {}", what(&undo.story), fault.message);
            Err(fault.into())
        }
    }
}

/// What shows what somebody wrote since.
fn stands_now(key: &Key) -> String {
    format!(
        "nothing was written; `dualscope get {key} --view diff` and `dualscope history {key}` show \
         what stands now"
    )
}

/// Which write it is about.
fn what(story: &Story) -> String {
    let at = time::iso(story.since).unwrap_or_default();
    let (intent, plan) = (&story.intent, Arc::clone(&story.plan));
    format!(
        "takes back {intent}: {} {}, {at}",
        plan.action.row().verb,
        plan.key
    )
}
