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
use crate::task::event::{Halfway, Stuck};
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
        Ok(Outcome::Stuck(stuck)) => return Err(fault(&stuck).into()),
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
            let (why, key) = (refusal.why, &undo.story.plan.key);
            let mut fault = Fault::from(refusal);
            match why {
                Why::Superseded => fault = fault.hint(stands_now(key)),
                Why::Unsupported => {
                    fault = fault.and(format!("`dualscope history {key}` lists its versions"));
                }
                _ => {}
            }
            let named = named(&undo.story);
            fault.message = format!("can't take back {named}: {}", fault.message);
            Err(fault.into())
        }
    }
}

/// A write that is meant and can't be taken back as it stands, with the commands that help.
fn fault(stuck: &Stuck) -> Fault {
    let (intent, plan) = (&stuck.story.intent, &stuck.story.plan);
    let key = &plan.key;
    let verb = plan.action.row().verb.to_lowercase();
    let message = format!("write {intent} ({verb} {key}) {}", stuck.said());
    let fault = Fault::new(Exit::Refused, "refused", message);
    let other = "`dualscope undo INTENT` takes back another write; nothing was written";
    let ways = match &stuck.how {
        Halfway::Open => vec![format!(
            "`dualscope recover {intent}` brings it to its end first"
        )],
        Halfway::Overwritten => vec![format!(
            "`dualscope get {key} --view diff` and `dualscope history {key}` show what stands now"
        )],
        Halfway::Value {
            tombstone,
            older,
            followed,
            ..
        } => {
            let back = older.map(|older| {
                format!(
                    "`dualscope put-back {key} --version {}` brings back what was there before",
                    older.0
                )
            });
            let on = match (tombstone, followed) {
                (_, Some(true)) => None,
                (true, _) => Some(format!(
                    "`dualscope delete {key}` takes the document out of MongoDB as well"
                )),
                (false, _) => Some(format!(
                    "`dualscope rebuild-lite {key}` makes MongoDB follow"
                )),
            };
            back.into_iter().chain(on).collect()
        }
    };
    let fault = ways.into_iter().fold(fault, Fault::and);
    fault.and(other)
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
    format!("takes back {}", named(story))
}

fn named(story: &Story) -> String {
    let at = time::iso(story.since).unwrap_or_default();
    let (intent, plan) = (&story.intent, Arc::clone(&story.plan));
    format!("{intent}: {} {}, {at}", plan.action.row().verb, plan.key)
}
