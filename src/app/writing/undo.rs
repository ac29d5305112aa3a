//! What comes of looking for a write to take back.

use std::sync::Arc;

use super::super::App;
use super::super::command::{Command, Context};
use super::super::notice::Level;
use super::super::review::{Decided, TakenBack};
use super::super::versus::{Overtaken, Sides};
use crate::domain::full::Full;
use crate::domain::plan::{Plan, Why};
use crate::task::event::{Halfway, Inspection, Stuck, Undo};

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
                let versions = match refusal.why {
                    Why::Unsupported => {
                        format!("; {} lists the versions", self.key_of(Command::Versions))
                    }
                    _ => String::new(),
                };
                self.say(Level::Warn, format!("undo: {refusal}{versions}"));
                if refusal.why == Why::Superseded {
                    self.undo_was_overtaken(&undo.story.plan, undo.inspection);
                }
            }
        }
    }

    /// A write that is meant and can't be taken back as it stands, with the keys that help.
    pub(super) fn on_stuck(&mut self, stuck: &Stuck) {
        let plan = &stuck.story.plan;
        let verb = plan.action.row().verb.to_lowercase();
        let helps = match &stuck.how {
            Halfway::Open => format!("{} takes it up", self.key_of(Command::Recovery)),
            Halfway::Overwritten => {
                format!("{} lists the versions", self.key_of(Command::Versions))
            }
            Halfway::Value {
                tombstone,
                older,
                followed,
                ..
            } => {
                let back = || {
                    let key = self.key_of(Command::Versions);
                    format!("{key} puts the older value back")
                };
                let on = match (tombstone, followed) {
                    (_, Some(true)) => None,
                    (true, _) => Some((Command::Delete, "takes the document out of MongoDB")),
                    (false, _) => Some((Command::Rebuild, "makes MongoDB follow")),
                };
                let on = on.map(|(command, does)| format!("{} {does}", self.key_of(command)));
                let ways: Vec<String> = older.map(|_| back()).into_iter().chain(on).collect();
                if ways.is_empty() {
                    format!("{} deletes it", self.key_of(Command::Delete))
                } else {
                    ways.join(", ")
                }
            }
        };
        let said = format!(
            "undo: the last write to {} ({verb}) {}; {helps}",
            plan.key,
            stuck.said()
        );
        self.say(Level::Warn, said);
    }

    /// The keys of a command in the list; where it has none, the way to it by its name.
    pub(in crate::app) fn key_of(&self, command: Command) -> String {
        let keys = self.keys.keys_of(Context::List, command);
        keys.unwrap_or_else(|| format!(": {}", command.name()))
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
