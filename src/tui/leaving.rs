//! The end of a session while something is being written: what the shell's prompt waits for, how each
//! write ended, and whether one is left open. It decides nothing and writes to no store.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::App;
use crate::app::writing::LeftHere;
use crate::domain::Key;
use crate::domain::intent::IntentId;
use crate::domain::text::clean;
use crate::task::event::{Outcome, What};
use crate::task::spec::TaskId;
use crate::task::{Runtime, TaskEvent};

/// The writes of the session that are not at their end when the screen is left.
pub(super) struct Leaving {
    /// Those that have not ended.
    writes: Vec<UnderWay>,
    /// Those that have ended and are left open.
    left: Vec<LeftHere>,
    /// What is left ends with the program: the demo.
    forgets: bool,
}

struct UnderWay {
    task: TaskId,
    key: Key,
    /// The open write that it takes up.
    takes_up: Option<IntentId>,
}

/// How a write stands behind the screen.
struct End {
    said: String,
    open: bool,
    intent: Option<IntentId>,
}

impl Leaving {
    pub(super) fn of(app: &App) -> Self {
        let writes = app.tasks().under_way().filter_map(|entry| {
            Some(UnderWay {
                task: entry.id,
                key: entry.spec.writes()?.clone(),
                takes_up: entry.spec.takes_up().cloned(),
            })
        });
        Self {
            writes: writes.collect(),
            left: app.left_here().to_vec(),
            forgets: app.options().forgets,
        }
    }

    /// What the prompt waits for.
    pub(super) fn waits(&self, grace: Duration) -> String {
        let rest = if self.forgets {
            "the demo forgets the rest"
        } else {
            "the journal has the rest"
        };
        let seconds = grace.as_secs();
        format!("a write is under way; its step gets {seconds} s to end, {rest}")
    }

    /// Ends every task, within the grace time; what was reported meanwhile of the writes.
    pub(super) async fn shut_down(
        &self,
        (runtime, grace): (Runtime, Duration),
        reports: &mut mpsc::Receiver<TaskEvent>,
    ) -> Vec<TaskEvent> {
        let mut ends = Vec::new();
        let mut keep = |report: TaskEvent| {
            let ours = self.writes.iter().any(|write| write.task == report.task);
            if ours && report.what.is_end() {
                ends.push(report);
            }
        };
        let mut shutdown = std::pin::pin!(runtime.shutdown(grace));
        loop {
            tokio::select! {
                biased;
                Some(report) = reports.recv() => keep(report),
                () = &mut shutdown => break,
            }
        }
        while let Ok(report) = reports.try_recv() {
            keep(report);
        }
        ends
    }

    /// How each write ended, in words, and whether one of this session is left open.
    pub(super) fn says(&self, ends: &[TaskEvent]) -> (Vec<String>, bool) {
        let mut told: Vec<(&Key, End)> = Vec::new();
        let mut again: Vec<&IntentId> = Vec::new();
        for write in &self.writes {
            let end = ends.iter().find(|end| end.task == write.task);
            let Some(end) = self.ended(write, end.map(|end| &end.what)) else {
                continue;
            };
            again.extend(&write.takes_up);
            told.push((&write.key, end));
        }
        let is_told = |left: &&LeftHere| again.iter().any(|of| left.intent.as_ref() == Some(of));
        let left = self.left.iter().filter(|left| !is_told(left)).map(|left| {
            let end = End {
                said: left.said.clone(),
                open: true,
                intent: left.intent.clone(),
            };
            (&left.key, end)
        });
        let all: Vec<(&Key, End)> = left.chain(told).collect();
        let any = all.iter().any(|(_, end)| end.open);
        let said = all.iter().map(|(key, end)| self.line(key, end));
        (said.collect(), any)
    }

    fn line(&self, key: &Key, end: &End) -> String {
        let name = end.intent.as_ref().map(|intent| format!(" {intent}"));
        let rest = match (end.open, self.forgets) {
            (false, _) => String::new(),
            (true, false) => {
                let name = name.unwrap_or_default();
                format!("; `dualscope recover{name}` takes it up again")
            }
            (true, true) => "; the demo forgets it".to_owned(),
        };
        format!("{}: {}{rest}", clean(&key.to_string()), clean(&end.said))
    }

    /// How a write ended; nothing where what it was to take up stands as it stood and is told itself.
    fn ended(&self, write: &UnderWay, end: Option<&What>) -> Option<End> {
        let intent = write.takes_up.as_ref();
        let told = |said: &str, open| End {
            said: said.to_owned(),
            open,
            intent: intent.cloned(),
        };
        let stands = || self.left.iter().any(|left| left.intent.as_ref() == intent);
        let stands = intent.is_some() && stands();
        Some(match end {
            Some(What::Finished(Outcome::Written(written))) => {
                let row = written.ending.row();
                End {
                    said: match row.exit {
                        0 => written.said.clone(),
                        _ => row.with(&written.said),
                    },
                    open: row.open,
                    intent: written.intent.clone(),
                }
            }
            // A fault of the program says nothing of the stores.
            Some(What::Failed(failure)) if failure.kind == "bug" => told(&failure.said, true),
            Some(What::Failed(_) | What::Cancelled) if stands => return None,
            Some(What::Failed(failure)) => told(&failure.said, false),
            Some(What::Cancelled) if intent.is_some() => {
                told("not taken up, it is open as it was", false)
            }
            Some(What::Cancelled) => told("not begun, nothing was sent", false),
            _ => told("its write has not ended", true),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::{ENDINGS, Ending};
    use crate::domain::plan::Action;
    use crate::task::Failure;
    use crate::task::event::Written;

    fn leaving(forgets: bool) -> Leaving {
        Leaving {
            writes: vec![UnderWay {
                task: TaskId(7),
                key: "memcells:a".parse().unwrap(),
                takes_up: None,
            }],
            left: Vec::new(),
            forgets,
        }
    }

    fn end(what: What) -> [TaskEvent; 1] {
        let task = TaskId(7);
        [TaskEvent { task, what }]
    }

    fn written(ending: Ending) -> What {
        What::Finished(Outcome::from(Written {
            intent: None,
            key: "memcells:a".parse().unwrap(),
            action: Action::Delete,
            ending,
            said: "as it is".to_owned(),
            version: None,
            inspection: None,
        }))
    }

    #[test]
    fn every_end_of_a_write_is_told_and_an_open_one_counts() {
        for row in &ENDINGS {
            let (said, open) = leaving(false).says(&end(written(row.ending)));
            assert_eq!(open, row.open, "{}", row.name);
            let expected = match (row.ending, row.open) {
                (Ending::Done, _) => "memcells:a: as it is".to_owned(),
                (_, false) => format!("memcells:a: {}: as it is", row.said),
                (_, true) => format!(
                    "memcells:a: {}: as it is; `dualscope recover` takes it up again",
                    row.said
                ),
            };
            assert_eq!(said, [expected]);
        }
    }

    #[test]
    fn a_write_without_an_end_is_open_and_the_demo_names_no_journal() {
        let (said, open) = leaving(false).says(&[]);
        assert!(open);
        let next = "memcells:a: its write has not ended; `dualscope recover` takes it up again";
        assert_eq!(said, [next]);
        let (said, open) = leaving(true).says(&[]);
        assert!(open);
        assert_eq!(
            said,
            ["memcells:a: its write has not ended; the demo forgets it"]
        );
        let waits = leaving(true).waits(Duration::from_secs(5));
        assert!(!waits.contains("journal"), "{waits}");
    }

    #[test]
    fn what_was_not_begun_is_not_open() {
        let failure = |kind| Failure {
            said: "no".to_owned(),
            hint: String::new(),
            kind,
            again: false,
        };
        for (what, open) in [
            (What::Cancelled, false),
            (What::Failed(failure("refused")), false),
            (What::Failed(failure("bug")), true),
        ] {
            assert_eq!(leaving(false).says(&end(what)).1, open);
        }
    }

    /// A session that has left a write open, which the task takes up again.
    fn taking_up(here: bool, forgets: bool) -> Leaving {
        let intent = IntentId("0192".into());
        let mut leaving = leaving(forgets);
        leaving.writes[0].takes_up = Some(intent.clone());
        if here {
            let said = "value written, MongoDB not yet: x".to_owned();
            let key = "memcells:a".parse().unwrap();
            leaving.left = vec![LeftHere::new(Some(intent), key, said)];
        }
        leaving
    }

    const LEFT: &str = "memcells:a: value written, MongoDB not yet: x";
    const AGAIN: &str = "; `dualscope recover 0192` takes it up again";

    #[test]
    fn a_write_of_the_session_that_ended_before_and_is_left_open_counts_and_is_named() {
        for (forgets, rest) in [(false, AGAIN), (true, "; the demo forgets it")] {
            let mut leaving = taking_up(true, forgets);
            leaving.writes.clear();
            let (said, open) = leaving.says(&[]);
            assert!(open);
            assert_eq!(said, [format!("{LEFT}{rest}")]);
        }
    }

    #[test]
    fn a_write_that_is_taken_up_again_is_told_once_by_its_last_end() {
        let failure = Failure {
            said: "held".to_owned(),
            hint: String::new(),
            kind: "refused",
            again: true,
        };
        for what in [What::Cancelled, What::Failed(failure)] {
            let (said, open) = taking_up(true, false).says(&end(what));
            assert!(open, "it stands as it stood");
            assert_eq!(said, [format!("{LEFT}{AGAIN}")]);
        }
        let (said, open) = taking_up(true, false).says(&[]);
        assert!(open);
        assert_eq!(
            said,
            [format!("memcells:a: its write has not ended{AGAIN}")]
        );
        let (said, open) = taking_up(true, false).says(&end(written(Ending::Done)));
        assert!(!open);
        assert_eq!(said, ["memcells:a: as it is"]);
    }

    #[test]
    fn what_an_earlier_run_left_open_is_not_the_sessions_while_nothing_was_done_to_it() {
        let (said, open) = taking_up(false, false).says(&end(What::Cancelled));
        assert!(!open);
        assert_eq!(said, ["memcells:a: not taken up, it is open as it was"]);
        assert!(taking_up(false, false).says(&[]).1);
    }
}
