//! What comes of looking for a write to take back.

use std::sync::Arc;

use super::super::App;
use super::super::notice::Level;
use super::super::review::{Decided, TakenBack};
use super::super::versus::{Overtaken, Sides};
use crate::domain::full::Full;
use crate::domain::plan::{Plan, Why};
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

    /// A write of ours on which somebody has built: what it left is what we saw, what was before it
    /// is what we want, in both stores.
    fn undo_was_overtaken(&mut self, done: &Plan, now: Inspection) {
        let before = done.before.full();
        let saw = match &done.value {
            Some(write) => write.full().and_then(|full| full.json().cloned()),
            None => before.and_then(Full::json).cloned(),
        };
        self.open_versus(Overtaken {
            saw,
            mine: before.and_then(|full| full.text().cloned()),
            lite: Some(Sides::of_taking_back(done)),
            theirs: Arc::new(now),
            draft: None,
            files: Vec::new(),
            taking_back: true,
        });
    }
}
