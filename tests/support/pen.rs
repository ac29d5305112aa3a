//! Writes to the rows in memory: done at once, and remembered so that they can be taken back.

use std::cell::RefCell;
use std::sync::Arc;

use dualscope::domain::intent::{Decision, Ending, Fact, IntentId, Place, Story, When};
use dualscope::domain::plan::{Before, Plan, inverse};
use dualscope::domain::{Key, Version};
use dualscope::store::port::LiteWriter as _;
use dualscope::task::event::{OpenIntent, Outcome, Undo, Written};

use super::driver::WALL;
use super::rows::{Rows, now};

/// What was written, the newest at the end.
#[derive(Default)]
pub(crate) struct Pen {
    done: RefCell<Vec<(Arc<Plan>, Option<Version>)>>,
    /// What earlier runs left open.
    pub(crate) left: RefCell<Vec<OpenIntent>>,
}

pub(crate) fn place() -> Place {
    Place {
        mongo: "db:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: "0x00f2be".to_owned(),
    }
}

/// The story of a plan that was only planned.
pub(crate) fn story(name: &str, plan: &Arc<Plan>) -> Story {
    let fact = Fact::Planned {
        place: place(),
        plan: Arc::clone(plan),
        undoes: None,
    };
    Story::begin(IntentId(name.into()), WALL, &fact).unwrap()
}

impl Pen {
    /// The plans that were carried out.
    pub(crate) fn plans(&self) -> Vec<Arc<Plan>> {
        self.done
            .borrow()
            .iter()
            .map(|(plan, _)| plan.clone())
            .collect()
    }

    pub(super) fn open(&self) -> Vec<OpenIntent> {
        self.left.borrow().clone()
    }

    /// When a tombstone of ours was written.
    pub(super) fn deleted(&self, key: &Key, at: Version) -> Option<When> {
        let done = self.done.borrow();
        let stories = done
            .iter()
            .enumerate()
            .map(|(number, (plan, version))| Story {
                version: *version,
                ..story(&format!("intent-{number}"), plan)
            });
        let stories: Vec<Story> = stories.collect();
        When::written(&stories, (&place(), key, at))
    }

    /// Carries a plan out in both stores, while they are as they were read.
    pub(super) fn write(&self, rows: &Rows, plan: &Arc<Plan>) -> Outcome {
        let seen = rows.inspection(&plan.key);
        let fits = plan
            .value
            .as_ref()
            .is_none_or(|write| write.fence.holds(seen.head().unwrap()))
            && plan
                .lite
                .as_ref()
                .is_none_or(|write| write.holds(plan.before.lite.as_ref(), seen.lite()));
        if !fits {
            let said = "somebody else wrote first".to_owned();
            return Outcome::from(self.end(rows, plan, (Ending::Conflict, said)));
        }
        let version = plan.value.as_ref().map(|write| {
            let values = rows.real.as_ref().expect("the demo's values");
            values.put(&plan.key.to_string(), write.bytes.to_vec())
        });
        if let Some(write) = &plan.lite {
            let before = plan.before.lite.as_ref();
            let held = now(rows
                .index
                .write(&plan.key.collection, &plan.id, before, write));
            assert!(held, "the document is not as it was read");
        }
        self.done.borrow_mut().push((plan.clone(), version));
        let said = format!("{}, read back from both stores", plan.action.row().done);
        Outcome::from(self.end(rows, plan, (Ending::Done, said)))
    }

    /// The end of a write with what the stores hold now.
    pub(crate) fn end(&self, rows: &Rows, plan: &Arc<Plan>, end: (Ending, String)) -> Written {
        let name = IntentId(format!("intent-{}", self.done.borrow().len()).into());
        let mut written = Written::new(Some(name), plan, end);
        written.inspection = Some(Box::new(rows.inspection(&plan.key)));
        written
    }

    pub(super) fn resume(&self, rows: &Rows, intent: &IntentId, decision: Decision) -> Outcome {
        let at = |open: &OpenIntent| open.story.intent == *intent;
        let mut left = self.left.borrow_mut();
        let at = left.iter().position(at).unwrap();
        let plan = left.remove(at).story.plan;
        drop(left);
        let mut end = match decision {
            Decision::Finish => self.write(rows, &plan),
            Decision::Drop => {
                let end = (Ending::GivenUp, "given up: nothing was sent".to_owned());
                Outcome::from(self.end(rows, &plan, end))
            }
        };
        if let Outcome::Written(written) = &mut end {
            written.intent = Some(intent.clone());
        }
        end
    }

    /// The last write and what takes it back.
    pub(super) fn undo(&self, rows: &Rows) -> Outcome {
        let (plan, version) = self.done.borrow().last().cloned().expect("a write");
        let inspection = rows.inspection(&plan.key);
        let before = Before {
            lite: inspection.lite().cloned(),
            stored: inspection.document.stored.seen().cloned(),
        };
        Outcome::Undo(Box::new(Undo {
            story: story("intent-to-undo", &plan),
            plan: inverse(&plan, version, before).map(Arc::new),
            inspection,
        }))
    }
}

impl Rows {
    /// Somebody else writes a value.
    pub(crate) fn foreign(&self, key: &Key, text: &str) -> Version {
        let values = self.real.as_ref().expect("the demo's values");
        let raw = dualscope::domain::codec::encode(text, dualscope::domain::Codec::Plain);
        values.put(&key.to_string(), raw)
    }

    /// The text that is stored now.
    pub(crate) fn text(&self, key: &Key) -> Option<String> {
        let seen = self.inspection(key);
        let full = seen.document.stored.seen()?.full()?;
        full.text().map(ToString::to_string)
    }
}
