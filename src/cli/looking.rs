//! Pages of a collection and how both sides of their rows stand: what `ls` and `check` walk by.

use std::sync::Arc;

use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::session::{Session, mismatch};
use crate::domain::{Collection, Lite, Page, Query, State};
use crate::task::event::Mark;
use crate::task::{Failure, Outcome, TaskSpec};

/// Reads one page.
pub(super) async fn page(session: &mut Session, query: Query) -> Result<Page<Lite>, Stop> {
    match session.ask(TaskSpec::Page(query)).await? {
        Outcome::Page(page, _) => Ok(page),
        _ => Err(mismatch()),
    }
}

/// Why both sides can't be looked at in this session, if there is no value store.
pub(super) fn needs_values(session: &Session) -> Result<(), Fault> {
    match &session.values {
        Ok(_) => Ok(()),
        Err(why) => Err(Fault::new(Exit::Usage, "config", why.clone())
            .hint("looking at both sides needs --kv-node and --stream")),
    }
}

/// What a look at some rows told.
#[derive(Default)]
pub(super) struct Look {
    /// In the order of the rows.
    pub(super) marks: Vec<Mark>,
    /// Why some of them could not be told.
    failure: Option<Failure>,
}

impl Look {
    /// Looks at both sides of some rows.
    pub(super) async fn at(
        session: &mut Session,
        collection: &Collection,
        rows: &[Arc<Lite>],
    ) -> Result<Self, Stop> {
        let mut look = Self::default();
        if rows.is_empty() {
            return Ok(look);
        }
        let spec = TaskSpec::Marks {
            collection: collection.clone(),
            rows: rows.to_vec(),
        };
        let ends = session
            .ask_all(vec![spec], |_, part| {
                if let Outcome::Marks(some) = part {
                    look.marks.extend(some);
                }
                Ok(())
            })
            .await?;
        look.failure = ends.into_iter().find_map(Result::err);
        match &look.failure {
            _ if look.marks.len() == rows.len() => Ok(look),
            Some(failure) => Err(failure.clone().into()),
            None => Err(mismatch()),
        }
    }

    /// The fault of a store that told nothing at all: it is not asked for the rest.
    pub(super) fn silence(&self, hint: &str) -> Result<(), Fault> {
        let silent = |mark: &Mark| mark.head.is_none() && mark.diagnosis.state == State::Unknown;
        match &self.failure {
            Some(failure) if self.marks.iter().all(silent) => {
                let fault = Fault::new(Exit::Unreachable, "unreachable", failure.said.clone());
                Err(fault.hint(hint))
            }
            _ => Ok(()),
        }
    }
}

/// What a walk has found so far.
#[derive(Default)]
pub(super) struct Tally {
    /// Documents that are not as they should be.
    pub(super) findings: u64,
    /// Documents looked at.
    looked: u64,
    /// Documents whose state can't be told, and why the first one can't.
    untold: u64,
    why: String,
}

impl Tally {
    /// Counts a document that belongs to the answer.
    pub(super) fn count(&mut self, mark: &Mark) {
        self.findings += u64::from(mark.diagnosis.state.row().finding);
    }

    /// Counts documents that were looked at; whether that told their states.
    pub(super) fn look(&mut self, look: &Look) {
        self.looked += look.marks.len() as u64;
        let unknown = |mark: &&Mark| mark.diagnosis.state == State::Unknown;
        let Some(first) = look.marks.iter().find(unknown) else {
            return;
        };
        self.untold += look.marks.iter().filter(unknown).count() as u64;
        if self.why.is_empty() {
            let said = &*first.diagnosis.said;
            let why = said.strip_prefix("can't tell: ");
            why.unwrap_or(said).clone_into(&mut self.why);
        }
    }

    /// How the command ends. What was found is found; without a finding the answer is whole only
    /// when every state could be told.
    pub(super) fn end(&self, out: &mut Output) -> Exit {
        if self.untold > 0 {
            let Self {
                untold,
                looked,
                why,
                ..
            } = self;
            out.note(&out.style.spelling().clean(&format!(
                "{untold} of {looked} documents can't be told: {why}"
            )));
        }
        match (self.findings, self.untold) {
            (0, 0) => Exit::Clean,
            (0, _) => Exit::Partly,
            _ => Exit::Findings,
        }
    }
}
