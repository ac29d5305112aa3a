//! Which drafts a write that is taken up has to say: they go when it is done, as those of a write of
//! this session do.

use super::super::App;
use super::super::draft::{Draft, Spent};
use super::super::layer::Layer;
use crate::domain::intent::IntentId;
use crate::domain::plan;
use crate::task::spec::TaskId;

impl App {
    /// The drafts of the list that the open write writes.
    fn drafts_of(&self, intent: &IntentId) -> Vec<Spent> {
        let mut layers = self.layers.iter().rev();
        let recovery = layers.find_map(|layer| match layer {
            Layer::Recovery(recovery) => Some(recovery),
            _ => None,
        });
        let Some(recovery) = recovery else {
            return Vec::new();
        };
        let mut open = recovery.open.iter();
        let Some(open) = open.find(|open| open.story.intent == *intent) else {
            return Vec::new();
        };
        let plan = &open.story.plan;
        let of_it = |draft: &&Draft| {
            let (text, base) = (&draft.text, draft.text.base);
            let here = text.key == plan.key && draft.elsewhere.is_none();
            here && plan::wrote(plan, (base, &text.text))
        };
        let spent = |draft: &Draft| Spent {
            key: draft.text.key.clone(),
            id: draft.own,
            text: Some(draft.text.text.clone()),
            files: draft.file.iter().cloned().collect(),
        };
        recovery.drafts.iter().filter(of_it).map(spent).collect()
    }

    /// Remembers what goes when the task that takes the write up is done.
    pub(super) fn note_taken_up(&mut self, task: TaskId, intent: &IntentId) {
        let spent = self.drafts_of(intent);
        self.writes.taken_up.push((task, spent));
    }

    /// What was written by a task that took a write up is no draft any more.
    pub(in crate::app) fn taken_up_has_ended(&mut self, task: TaskId, done: bool) {
        let all = &mut self.writes.taken_up;
        let Some(at) = all.iter().position(|(of, _)| *of == task) else {
            return;
        };
        let (_, spent) = all.remove(at);
        if done {
            for spent in spent {
                self.drop_drafts(spent);
            }
        }
    }
}
