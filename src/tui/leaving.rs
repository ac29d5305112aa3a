//! The end of a session while something is being written: what the shell's prompt waits for, how each
//! write ended, and whether one is left open. It decides nothing and writes to no store.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::App;
use crate::domain::Key;
use crate::domain::text::clean;
use crate::task::event::{Outcome, What, Written};
use crate::task::spec::TaskId;
use crate::task::{Runtime, TaskEvent};

/// The writes that had not ended when the screen was left.
pub(super) struct Leaving {
    writes: Vec<(TaskId, Key)>,
    /// What is left ends with the program: the demo.
    forgets: bool,
}

impl Leaving {
    pub(super) fn of(app: &App) -> Self {
        let writes = app.tasks().under_way();
        Self {
            writes: writes.map(|(task, key)| (task, key.clone())).collect(),
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
            let ours = self.writes.iter().any(|(task, _)| *task == report.task);
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

    /// How each write ended, in words, and whether one is left open.
    pub(super) fn says(&self, ends: &[TaskEvent]) -> (Vec<String>, bool) {
        let mut any = false;
        let mut said = Vec::new();
        for (task, key) in &self.writes {
            let end = ends.iter().find(|end| end.task == *task);
            let (words, open) = ended(end.map(|end| &end.what));
            any |= open;
            let rest = match (open, self.forgets) {
                (false, _) => "",
                (true, false) => "; `dualscope recover` takes it up again",
                (true, true) => "; the demo forgets it",
            };
            let key = key.to_string();
            said.push(format!("{}: {}{rest}", clean(&key), clean(&words)));
        }
        (said, any)
    }
}

/// How a write ended, and whether it is open.
fn ended(end: Option<&What>) -> (String, bool) {
    match end {
        Some(What::Finished(Outcome::Written(written))) => {
            (words(written), written.ending.row().open)
        }
        Some(What::Failed(failure)) => {
            // A fault of the program says nothing of the stores.
            let open = failure.kind == "bug";
            (failure.said.clone(), open)
        }
        Some(What::Cancelled) => ("not begun, nothing was sent".to_owned(), false),
        _ => ("its write has not ended".to_owned(), true),
    }
}

fn words(written: &Written) -> String {
    let row = written.ending.row();
    if row.exit == 0 {
        written.said.clone()
    } else {
        format!("{}: {}", row.said, written.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::{ENDINGS, Ending};
    use crate::domain::plan::Action;
    use crate::task::Failure;

    fn leaving(forgets: bool) -> Leaving {
        Leaving {
            writes: vec![(TaskId(7), "memcells:a".parse().unwrap())],
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
}
