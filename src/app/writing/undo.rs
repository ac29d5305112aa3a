//! What comes of looking for a write to take back.

use std::sync::Arc;

use super::super::App;
use super::super::notice::Level;
use super::super::review::{Decided, TakenBack};
use super::super::versus::Overtaken;
use crate::domain::plan::{Plan, ValueWrite, Why};
use crate::task::event::{Inspection, Undo};

impl App {
    pub(super) fn on_undo(&mut self, undo: Undo) {
        if !self.layers.is_empty() || self.prompt.is_some() {
            return self.say(Level::Info, "undo: not begun, since you went on");
        }
        match undo.plan {
            Ok(plan) => {
                let decided = Decided {
                    plan: Arc::unwrap_or_clone(plan),
                    undoes: Some(TakenBack::new(&undo.story)),
                    typed: None,
                };
                self.open_review(decided, &undo.inspection);
            }
            Err(refusal) => {
                self.refuse("undo", &refusal);
                if refusal.why == Why::Superseded {
                    self.undo_was_overtaken(&undo.story.plan, undo.inspection);
                }
            }
        }
    }

    /// A write of ours on which somebody has built: what it wrote is what we saw, what was before it
    /// is what we want.
    fn undo_was_overtaken(&mut self, done: &Plan, now: Inspection) {
        let wrote = done.value.as_ref().and_then(ValueWrite::full);
        let saw = wrote.and_then(|full| full.json().cloned());
        let before = done.before.full().and_then(|full| full.text().cloned());
        if let Some(mine) = before {
            self.open_versus(Overtaken {
                saw,
                mine,
                theirs: Arc::new(now),
                files: Vec::new(),
                taking_back: true,
            });
        }
    }
}
