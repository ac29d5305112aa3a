//! How a write ended: what the stores hold now goes to its place, and the rest is said.

use std::sync::Arc;

use super::super::App;
use super::super::command::Command;
use super::super::draft::Spent;
use super::super::notice::Level;
use super::super::review::TypedText;
use super::super::versus::{Overtaken, Sides};
use super::Sent;
use crate::domain::Key;
use crate::domain::document::Sight;
use crate::domain::full::Full;
use crate::domain::intent::Ending;
use crate::domain::plan::Plan;
use crate::task::event::{Inspection, Written};
use crate::task::spec::TaskId;

/// How a write ended that is not done, with the key that helps. What matters most stands where it is
/// not cut off, and nothing is said twice.
fn unfinished(written: &Written, next: &str) -> String {
    let (ending, key) = (written.ending.row(), written.key.to_string());
    let why = ending.apart(&written.said);
    let rest = why.strip_prefix(&key);
    let why = rest.and_then(|rest| rest.strip_prefix(": ")).unwrap_or(why);
    if ending.open {
        format!("{} ({next}): {key}: {why}", ending.said)
    } else {
        format!("{}: {why}; {key} ({next})", ending.said)
    }
}

impl App {
    /// The end of a write: what the stores hold now, and how it ended in words.
    pub(super) fn on_written(&mut self, task: TaskId, written: &Written) {
        let at = self.writes.sent.iter().position(|sent| sent.task == task);
        let sent = at.map(|at| self.writes.sent.remove(at));
        self.drop_settled_question();
        if let Some(inspection) = &written.inspection {
            self.show_written(inspection);
        }
        let done = written.ending == Ending::Done;
        self.taken_up_has_ended(task, done);
        let said = if done {
            format!("{}: {}", written.key, written.said)
        } else {
            let next = self.next_after(written.ending);
            unfinished(written, &next)
        };
        let level = match (done, written.ending.row().open) {
            (true, _) => Level::Info,
            (false, true) => Level::Warn,
            (false, false) => Level::Error,
        };
        if self.writes.leaving && done {
            self.writes.parting.push(said.clone());
        }
        self.say(level, said);
        match sent {
            Some(Sent {
                plan,
                typed: Some(typed),
                ..
            }) => self.text_has_ended(written, &plan, typed),
            Some(sent) if sent.takes_back => self.taking_back_has_ended(written, &sent.plan),
            _ => {}
        }
        if matches!(
            self.layers.last(),
            Some(super::super::layer::Layer::Recovery(_))
        ) {
            self.look_for_unfinished(false);
        }
        // What is not done is not left unseen.
        self.writes.leaving &= done;
        self.leave_if_written();
    }

    /// A typed text whose write has ended: its draft goes when that is done; one that was overtaken
    /// is shown beside what overtook it, unless somebody is busy with something else.
    fn text_has_ended(&mut self, written: &Written, plan: &Plan, typed: TypedText) {
        match (written.ending, &written.inspection) {
            (Ending::Done, _) => self.drop_drafts(Spent {
                key: written.key.clone(),
                id: Some(typed.id),
                text: Some(typed.text),
                files: typed.files,
            }),
            (Ending::Conflict | Ending::Superseded, Some(now)) => {
                let before = plan.before.full().and_then(Full::json).cloned();
                if self.layers.is_empty() && self.prompt.is_none() {
                    self.open_versus(Overtaken {
                        saw: before,
                        mine: Some(typed.text),
                        lite: Some(Sides::of(plan)),
                        draft: Some(typed.id),
                        theirs: Arc::new(Inspection::clone(now)),
                        files: typed.files,
                        taking_back: false,
                    });
                }
            }
            _ => {}
        }
    }

    /// An undo after whose review somebody wrote: what it was to change is shown beside what came in
    /// between, unless somebody is busy with something else.
    fn taking_back_has_ended(&mut self, written: &Written, plan: &Plan) {
        let overtaken = matches!(written.ending, Ending::Conflict | Ending::Superseded);
        let free = self.layers.is_empty() && self.prompt.is_none();
        let now = written.inspection.as_ref().filter(|_| overtaken && free);
        let Some(now) = now else { return };
        let saw = plan.before.full();
        let mine = match &plan.value {
            Some(write) => write.full().and_then(|full| full.text().cloned()),
            None => saw.and_then(|full| full.text().cloned()),
        };
        self.open_versus(Overtaken {
            saw: saw.and_then(Full::json).cloned(),
            mine,
            lite: Some(Sides::of(plan)),
            theirs: Arc::new(Inspection::clone(now)),
            draft: None,
            files: Vec::new(),
            taking_back: true,
        });
    }

    /// The key that helps after a write that is not done.
    fn next_after(&self, ending: Ending) -> String {
        if ending.row().open {
            format!("{} takes it up again", self.key_of(Command::Recovery))
        } else {
            format!("{} shows its steps", self.key_of(Command::Tasks))
        }
    }

    /// Puts what the stores hold now where it belongs: row, state and document.
    fn show_written(&mut self, inspection: &Inspection) {
        let key = &inspection.document.key;
        let listed = self.list.collection.as_ref() == Some(&key.collection);
        match &inspection.document.lite {
            Sight::Seen(None) if listed => {
                self.list.window.remove(|row| row.key == *key);
                self.selection_moved_if_gone(key);
            }
            Sight::Seen(Some(lite)) if listed => {
                let known = self.list.replace(key, lite);
                if !known && !self.list.filters_states() && self.list.loaded {
                    self.fetch(self.list.fetch_again());
                }
            }
            _ => {}
        }
        self.show_document(inspection);
    }

    fn selection_moved_if_gone(&mut self, key: &Key) {
        if self.preview.key.as_ref() == Some(key) && !self.zoomed {
            self.selection_moved();
        }
    }

    /// A fresh look at a document, where it is on the screen.
    pub(in crate::app) fn show_document(&mut self, inspection: &Inspection) {
        self.list.note_marks(&[inspection.mark()]);
        self.list.measure();
        if self.preview.key.as_ref() == Some(&inspection.document.key) {
            let reading = self.preview.task.take();
            self.stop(reading);
            self.preview.failure = None;
            self.viewer.show(Arc::new(inspection.clone()));
        }
    }
}
