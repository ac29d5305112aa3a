//! What a task has gone through, step by step. Counts and names only: no value out of an answer.

use super::super::msg::Now;
use crate::domain::check::CheckVerdict;
use crate::domain::intent::{Ending, Story};
use crate::domain::plan;
use crate::domain::query::Count;
use crate::task::event::{Inspection, Outcome, What};

/// One step with the moment of its last report.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When.
    pub at: Now,
    /// When the first report of it came.
    pub since: Now,
    /// What.
    pub stage: Stage,
}

/// What a step is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It was asked for.
    Asked,
    /// It waited for a place in its lane.
    Queued,
    /// It began.
    Started,
    /// So many are done, of so many.
    Progress(usize, usize),
    /// So many parts of the answer have come.
    Parts(u64, &'static str),
    /// A stop was asked for.
    StopAsked,
    /// It ended with so many of something, and what is to be said of them.
    Counted(u64, &'static str, &'static str),
    /// A step of a write was taken, or is waited in.
    Write(plan::Step, String),
    /// A write ended otherwise than done, in words.
    Left(Ending, String),
    /// It ended; what came of it, in words.
    Ended(String),
    /// It ended, and a half of what it read is not known; why, in words.
    Unknown(String),
    /// It could not be done.
    Failed,
    /// It was stopped.
    Stopped,
}

/// The steps of one task. Reports of one kind are one step, so that they stay few.
#[derive(Clone, PartialEq, Debug)]
pub struct Steps(Vec<Step>);

impl Steps {
    /// A task that has just been asked for.
    #[must_use]
    pub fn new(now: Now) -> Self {
        let stage = Stage::Asked;
        Self(vec![Step {
            at: now,
            since: now,
            stage,
        }])
    }

    /// All of them, in their order.
    #[must_use]
    pub fn all(&self) -> &[Step] {
        &self.0
    }

    /// Notes a report.
    pub fn note(&mut self, what: &What, now: Now) {
        let stage = match what {
            What::Queued => Stage::Queued,
            What::Started => Stage::Started,
            What::Progress { done, total } => Stage::Progress(*done, *total),
            What::Part(outcome) => {
                let (count, said) = part(outcome);
                Stage::Parts(count + self.parts(), said)
            }
            What::Step(report) => Stage::Write(report.step, report.said.clone()),
            What::Finished(outcome) => end(outcome),
            What::Failed(_) => Stage::Failed,
            What::Cancelled => Stage::Stopped,
        };
        self.add(stage, now);
    }

    /// Notes that a stop was asked for.
    pub fn stop_asked(&mut self, now: Now) {
        self.add(Stage::StopAsked, now);
    }

    fn parts(&self) -> u64 {
        let parts = self.0.iter().find_map(|step| match step.stage {
            Stage::Parts(count, _) => Some(count),
            _ => None,
        });
        parts.unwrap_or(0)
    }

    fn add(&mut self, stage: Stage, now: Now) {
        let kind = |stage: &Stage| {
            let step = match stage {
                Stage::Write(step, _) => Some(*step),
                _ => None,
            };
            (std::mem::discriminant(stage), step)
        };
        let same = |step: &&Step| kind(&step.stage) == kind(&stage);
        let since = self.0.iter().find(same).map_or(now, |step| step.since);
        self.0.retain(|step| kind(&step.stage) != kind(&stage));
        self.0.push(Step {
            at: now,
            since,
            stage,
        });
    }
}

fn size(count: usize) -> u64 {
    count as u64
}

fn part(outcome: &Outcome) -> (u64, &'static str) {
    match outcome {
        Outcome::Estimate(..) => (1, "sizes came"),
        Outcome::Marks(marks) => (size(marks.len()), "documents looked at"),
        Outcome::Checks(checks) => (size(checks.len()), "steps checked"),
        Outcome::Sign(..) => (1, "signs of life"),
        Outcome::Inspection(_) => (1, "half of the document read"),
        _ => (1, "parts came"),
    }
}

fn end(outcome: &Outcome) -> Stage {
    match outcome {
        Outcome::Collections(entries) => Stage::Counted(size(entries.len()), "collections", ""),
        Outcome::Indexes(_, indexes) => Stage::Counted(size(indexes.len()), "indexes", ""),
        Outcome::Page(page, _) => {
            let more = if page.more {
                "; there are more"
            } else {
                "; there are no more"
            };
            Stage::Counted(size(page.rows.len()), "rows", more)
        }
        Outcome::Count(Count::Exact(count)) => Stage::Counted(*count, "documents", ""),
        Outcome::Count(Count::AtLeast(count)) => {
            Stage::Counted(*count, "documents at least", "; the time limit was reached")
        }
        Outcome::Count(Count::Estimate(count)) => {
            Stage::Counted(*count, "documents by the metadata", "")
        }
        Outcome::Texts(found) => Stage::Counted(size(found.len()), "fields looked at", ""),
        Outcome::Checks(checks) => {
            let failed = checks.iter().any(|c| c.verdict == CheckVerdict::Failed);
            let said = if failed { "; not all went well" } else { "" };
            Stage::Counted(size(checks.len()), "steps checked", said)
        }
        Outcome::Inspection(inspection) => read(inspection),
        Outcome::Written(written) if written.ending == Ending::Done => {
            Stage::Ended(written.said.clone())
        }
        Outcome::Written(written) => Stage::Left(written.ending, written.said.clone()),
        Outcome::Open(open, _) if open.len() == 1 => Stage::Counted(1, "unfinished write", ""),
        Outcome::Open(open, _) => Stage::Counted(size(open.len()), "unfinished writes", ""),
        Outcome::Undo(undo) => Stage::Ended(format!("found: {}", named(&undo.story))),
        Outcome::Stuck(stuck) => {
            let (which, became) = (named(&stuck.story), stuck.said());
            Stage::Ended(format!("found: {which}, which {became}"))
        }
        Outcome::Versions(versions) => {
            let more = if versions.page.more {
                "; there are more"
            } else {
                ""
            };
            Stage::Counted(size(versions.page.rows.len()), "versions", more)
        }
        Outcome::Unlocked(_) => Stage::Ended("this session can write now".to_owned()),
        Outcome::Look(_, dual) => Stage::Ended(
            match dual {
                Some(true) => "it is stored twice",
                Some(false) => "no value was found for it",
                None => "it can't be told",
            }
            .to_owned(),
        ),
        Outcome::Health(_)
        | Outcome::Sign(..)
        | Outcome::Estimate(..)
        | Outcome::Marks(_)
        | Outcome::Done => Stage::Ended("done".to_owned()),
    }
}

/// A write of the journal.
fn named(story: &Story) -> String {
    let plan = &story.plan;
    format!("{} {}", plan.action.row().name, plan.key)
}

fn read(inspection: &Inspection) -> Stage {
    let silent: Vec<String> = inspection
        .unknown_halves()
        .map(|(half, why)| format!("the {half} document is not known: {why}"))
        .collect();
    if silent.is_empty() {
        let state = inspection.diagnosis.state.row().name;
        return Stage::Ended(format!("both stores read: {state}"));
    }
    Stage::Unknown(silent.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mono: u64) -> Now {
        Now { mono, wall: 0 }
    }

    #[test]
    fn reports_of_one_kind_are_one_step_at_its_last_moment() {
        let mut steps = Steps::new(at(0));
        steps.note(&What::Started, at(1));
        for done in 1..500 {
            let total = 500;
            steps.note(&What::Progress { done, total }, at(1 + 2 * done as u64));
            let part = Outcome::Marks(Vec::new());
            steps.note(&What::Part(part), at(2 + 2 * done as u64));
        }
        steps.note(&What::Finished(Outcome::Done), at(2000));
        let found: Vec<_> = steps.all().iter().map(|s| (s.at.mono, &s.stage)).collect();
        assert_eq!(
            found,
            [
                (0, &Stage::Asked),
                (1, &Stage::Started),
                (999, &Stage::Progress(499, 500)),
                (1000, &Stage::Parts(0, "documents looked at")),
                (2000, &Stage::Ended("done".to_owned())),
            ]
        );
    }
}
