//! The commands that write: each makes a plan, shows it, asks, carries it out and tells the end.
//!
//! Nothing here decides what a write does (`domain::plan` does) or touches a store (the saga does).
//! Whatever is not certain is told as such, and a text that was typed is never thrown away.

mod apply;
pub(super) mod consent;
mod editing;
mod editor;
mod input;
mod make;
mod missing;
mod report;
mod review;
mod saver;
mod standing;
mod undo;

use std::sync::Arc;

use super::args::{How, Write};
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::session::Session;
use crate::domain::diagnose::Diagnosis;
use crate::domain::intent::{Ending, IntentId};
use crate::domain::plan::{self, LiteWrite, Plan, Refusal, ValueWrite, Why};
use crate::domain::text::clean;
use crate::domain::{Catalog, Key};
use crate::task::TaskSpec;
use crate::task::event::Inspection;

pub(super) use consent::{Question, ask};
pub(super) use report::told;
pub(super) use review::{Veil, changes, place_object};
pub(super) use undo::found;

/// A decided write with what is said about it.
#[derive(Debug)]
pub(super) struct Proposal {
    plan: Arc<Plan>,
    /// The write that it takes back.
    undoes: Option<IntentId>,
    /// Worth knowing before it is agreed to, one sentence each.
    notes: Vec<String>,
    /// What of the document led to the plan; `None` for a plan that was made elsewhere.
    found: Option<Diagnosis>,
    /// That there is no way back that this program could go, where it is so.
    forever: Option<String>,
}

impl Proposal {
    fn new(plan: Plan, inspection: &Inspection) -> Self {
        Self {
            notes: stays(&plan, inspection),
            plan: Arc::new(plan),
            undoes: None,
            found: Some(inspection.diagnosis.clone()),
            forever: None,
        }
    }

    /// Adds what comes of it, as far as this session can tell; fails where it cannot be carried.
    fn weighed(mut self, session: &Session, how: &How) -> Result<Self, Fault> {
        let plan = &self.plan;
        if how.dry_run || !how.yes {
            session.carries(plan)?;
        }
        let why = session.forever(plan);
        let model = Catalog::builtin().get(&plan.key.collection);
        let comes = match &self.found {
            Some(found) => plan::consequences(plan, found),
            None => Vec::new(),
        };
        let after = plan::afterwards(plan, why.as_deref());
        let after = (!after.is_empty()).then(|| format!("afterwards: {}", after.join("; ")));
        self.forever = why.map(|why| plan::forever(&why));
        let all = self.forever.clone().into_iter().chain(comes);
        let all = all.chain(plan::doubts(plan, model)).chain(after);
        self.notes.extend(all);
        Ok(self)
    }

    /// Says to whoever agreed beforehand that there is no way back.
    fn warn(&self, out: &mut Output) {
        if let Some(said) = &self.forever {
            out.note(&format!("note: {said}"));
        }
    }

    /// Whether content leaves a store, so that a slip of a finger must not be enough.
    fn is_heavy(&self) -> bool {
        let plan = &self.plan;
        let tombstone = plan.value.as_ref().is_some_and(ValueWrite::is_tombstone);
        let removed = matches!(plan.lite, Some(LiteWrite::Remove));
        plan.action.row().heavy || tombstone || removed || self.forever.is_some()
    }
}

/// What the plan does not settle: differences, and what MongoDB holds beyond a lite document.
fn stays(plan: &Plan, inspection: &Inspection) -> Vec<String> {
    let model = Catalog::builtin().get(&plan.key.collection);
    let listed = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
    let differ = listed(plan.remaining(&inspection.diagnosis.fields, model));
    let differ =
        differ.map(|names| format!("the two sides differed before, and still will, in {names}"));
    let beyond = listed(plan.surplus(model)).map(|names| {
        format!(
            "MongoDB's document still holds fields of the full value ({names}); `dualscope \
             rebuild-lite {}` takes out what the value says too",
            plan.key
        )
    });
    differ.into_iter().chain(beyond).collect()
}

pub(super) async fn run(
    session: &mut Session,
    command: &Write,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let how = how(command);
    if !how.dry_run {
        session.can_write()?;
    }
    let done = carried_out(session, command, out).await;
    match (done, key(command)) {
        (Err(stop), Some(key)) => Err(missing::instead(session, key, stop).await),
        (done, _) => done,
    }
}

async fn carried_out(
    session: &mut Session,
    command: &Write,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let how = how(command);
    let proposal = match command {
        Write::Edit(args) => return editing::run(session, args, out).await,
        Write::Put(args) => make::put(session, args).await,
        Write::Delete(args) => make::delete(session, &args.given).await,
        Write::SoftDelete(args) => make::soft_delete(session, args).await,
        Write::Restore(args) => make::restore(session, &args.given).await,
        Write::RebuildLite(args) => make::rebuild(session, &args.given).await,
        Write::PutBack(args) => make::put_back(session, args).await,
        Write::Undo(args) => undo::undo(session, args.intent.as_deref()).await,
        Write::Redo(_) => undo::redo(session).await,
        Write::Apply(args) => apply::read(session, args),
    };
    match proposal {
        Ok(proposal) => {
            let settled = settle(session, proposal, how, out).await?;
            Ok(settled.exit)
        }
        Err(Trouble::Nothing(nothing)) => Ok(report::nothing(&nothing, how, out)),
        Err(Trouble::Stop(stop)) => Err(stop),
    }
}

/// The document that was named, if one was.
fn key(command: &Write) -> Option<&Key> {
    match command {
        Write::Put(args) => Some(&args.given.key),
        Write::Edit(args) => Some(&args.given.key),
        Write::Delete(args) | Write::Restore(args) | Write::RebuildLite(args) => {
            Some(&args.given.key)
        }
        Write::SoftDelete(args) => Some(&args.given.key),
        Write::PutBack(args) => Some(&args.given.key),
        Write::Undo(_) | Write::Redo(_) | Write::Apply(_) => None,
    }
}

fn how(command: &Write) -> &How {
    match command {
        Write::Put(args) => &args.given.how,
        Write::Edit(args) => &args.given.how,
        Write::Delete(args) | Write::Restore(args) | Write::RebuildLite(args) => &args.given.how,
        Write::SoftDelete(args) => &args.given.how,
        Write::PutBack(args) => &args.given.how,
        Write::Undo(args) => &args.how,
        Write::Redo(args) => &args.how,
        Write::Apply(args) => &args.how,
    }
}

/// How a proposal was settled.
struct Settled {
    exit: Exit,
    /// `None` for a dry run, or when it had to be left to recovery.
    ending: Option<Ending>,
}

/// Shows a proposal, asks, carries it out and tells the end.
async fn settle(
    session: &mut Session,
    proposal: Proposal,
    how: &How,
    out: &mut Output,
) -> Result<Settled, Stop> {
    let open = standing::on(session, &proposal.plan.key, how)?;
    let mut proposal = proposal.weighed(session, how)?;
    proposal.notes.splice(0..0, open.iter().cloned());
    if how.dry_run || !consent::is_given(session, how)? {
        let no = foreseen(session, &proposal.plan, out).await?;
        proposal.notes.splice(0..0, no);
    }
    let veil = Veil::over(&proposal.plan.key.collection, how.reveal, out);
    if how.dry_run {
        review::print(session, &proposal, veil, out)?;
        return Ok(Settled {
            exit: Exit::Clean,
            ending: None,
        });
    }
    consent::expected(session, how.expect.as_deref())?;
    if consent::is_given(session, how)? {
        for said in &open {
            out.note(&format!("note: {}", clean(said)));
        }
        proposal.warn(out);
    } else {
        consent::needs_a_person(out)?;
        let shown = out.beside(|out| {
            review::print(session, &proposal, veil, out)?;
            out.flush()
        });
        shown.map_err(unseen)?;
        let question = Question {
            heavy: proposal.is_heavy(),
            key: Some(&proposal.plan.key),
        };
        ask(session, &question, out).await?;
    }
    let spec = TaskSpec::Write {
        plan: Arc::clone(&proposal.plan),
        undoes: proposal.undoes.clone(),
    };
    let carried = session.carry(spec, out).await?;
    let (key, action) = (&proposal.plan.key, proposal.plan.action);
    let exit = told(session, &carried, (key, action), out);
    if let Some(passing) = session.passing() {
        out.note(passing);
    }
    Ok(Settled {
        exit,
        ending: carried.written.map(|written| written.ending),
    })
}

/// What a store says to the plan beforehand, if it says no.
async fn foreseen(
    session: &mut Session,
    plan: &Arc<Plan>,
    out: &mut Output,
) -> Result<Option<String>, Stop> {
    if session.way.is_err() {
        return Ok(None);
    }
    out.progress(|| "asking whether the stores would take it".to_owned());
    match session.ask(TaskSpec::Foresee(Arc::clone(plan))).await {
        Ok(_) => Ok(None),
        Err(Stop::Fault(fault)) => {
            let said = [std::slice::from_ref(&fault.message), &fault.hint].concat();
            Ok(Some(said.join("; ")))
        }
        Err(stop) => Err(stop),
    }
}

/// Nobody agrees to what nobody can see: that a reader has left is then no end of a write.
pub(super) fn unseen(stop: Stop) -> Stop {
    match stop {
        Stop::Fault(_) => stop,
        Stop::Closed => Fault::usage("nobody reads what there is to agree to")
            .hint("it goes to standard output; nothing was written")
            .into(),
    }
}

/// Why there is no proposal.
enum Trouble {
    /// Nothing would change, which is as good as done.
    Nothing(report::Nothing),
    Stop(Stop),
}

impl Trouble {
    /// The end of a plan that could not be made.
    fn of(refusal: Refusal, inspection: &Inspection) -> Self {
        match refusal.why {
            Why::Nothing => Self::Nothing(report::Nothing::new(refusal.said, inspection)),
            _ => Self::Stop(Fault::from(refusal).into()),
        }
    }
}

impl<T: Into<Stop>> From<T> for Trouble {
    fn from(stop: T) -> Self {
        Self::Stop(stop.into())
    }
}

#[cfg(test)]
mod tests;
