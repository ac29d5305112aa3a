//! The journal in memory: what outlives a program that dies.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use dualscope::domain::intent::{
    Ending, Entry, Fact, IntentId, Ledger, LedgerFault, Owner, Story, Survey,
};
use dualscope::domain::plan::Plan;
use dualscope::domain::{Document, Stored};

use super::{Fuse, Stores};

/// Picks facts.
pub(crate) type Pick = fn(&Fact) -> bool;

/// The journal: every fact, and which program each intent belongs to.
#[derive(Debug, Default)]
pub(crate) struct Paper {
    facts: Mutex<Vec<(IntentId, Fact)>>,
    owners: Mutex<HashMap<IntentId, usize>>,
    pub(super) alive: Mutex<Vec<usize>>,
    pub(super) started: Mutex<usize>,
    names: Mutex<usize>,
    /// What both stores held when a write was called done.
    done: Mutex<Vec<(IntentId, Document)>>,
    /// Whether the bytes of earlier values are kept out of it.
    pub(crate) withholds: AtomicBool,
    /// The facts for which the disk has no room.
    pub(crate) refused: Mutex<Option<Pick>>,
}

impl Paper {
    pub(crate) fn stories(&self) -> Vec<Story> {
        let mut stories: Vec<Story> = Vec::new();
        for (at, (intent, fact)) in self.facts.lock().unwrap().iter().enumerate() {
            let at = i64::try_from(at).unwrap();
            match stories.iter_mut().find(|story| story.intent == *intent) {
                Some(story) => story.take(at, fact),
                None => stories.extend(Story::begin(intent.clone(), at, fact)),
            }
        }
        stories.reverse();
        if self.withholds.load(Ordering::Relaxed) {
            stories.iter_mut().for_each(withhold);
        }
        stories
    }

    /// Both halves of the document each time that this write was called done.
    pub(crate) fn done(&self, intent: &IntentId) -> Vec<Document> {
        let done = self.done.lock().unwrap();
        let of_it = done.iter().filter(|(of, _)| of == intent);
        of_it.map(|(_, halves)| halves.clone()).collect()
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.facts
            .lock()
            .unwrap()
            .iter()
            .map(|(_, fact)| fact.clone())
            .collect()
    }
}

impl Paper {
    /// What was not on disk when the machine went down.
    pub(super) fn forget(&self) {
        let mut facts = self.facts.lock().unwrap();
        let durable = facts.iter().rposition(|(_, fact)| fact.is_durable());
        facts.truncate(durable.map_or(0, |last| last + 1));
    }
}

/// The story as it is read from a journal without the bytes of earlier values.
fn withhold(story: &mut Story) {
    let Some(stored @ Stored::Value { .. }) = &story.plan.before.stored else {
        return;
    };
    story.withheld = Some(stored.head());
    let mut plan = Plan::clone(&story.plan);
    plan.before.stored = None;
    story.plan = Arc::new(plan);
}

/// One program's hold on the journal.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) program: usize,
    pub(super) stores: Stores,
    pub(super) fuse: Arc<Fuse>,
}

impl Ledger for Hold {
    fn name(&self) -> IntentId {
        let mut names = self.stores.paper.names.lock().unwrap();
        *names += 1;
        IntentId(format!("intent-{names}").into())
    }

    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault> {
        let refused = *self.stores.paper.refused.lock().unwrap();
        if refused.is_some_and(|refused| refused(fact)) {
            return Err(LedgerFault {
                said: "no space left on device".to_owned(),
                hint: "make room".to_owned(),
            });
        }
        // Read before somebody else can act once more.
        let halves = matches!(fact, Fact::Ended { ending, .. } if *ending == Ending::Done)
            .then(|| self.stores.halves());
        // Before the line is on disk, and after: the program can die at either.
        if self.fuse.pass(&self.stores) {
            let paper = &self.stores.paper;
            let halves = halves.map(|halves| (intent.clone(), halves));
            paper.done.lock().unwrap().extend(halves);
            paper
                .facts
                .lock()
                .unwrap()
                .push((intent.clone(), fact.clone()));
            paper
                .owners
                .lock()
                .unwrap()
                .insert(intent.clone(), self.program);
            self.fuse.pass(&self.stores);
        }
        Ok(())
    }

    fn boot(&self) -> Option<Arc<str>> {
        let boot = self
            .stores
            .machine
            .as_ref()
            .map_or(0, |machine| machine.boot());
        Some(boot.to_string().into())
    }

    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        Path::new("/nowhere").join(format!("{intent}-{attempt}.log"))
    }

    fn survey(&self) -> Result<Survey, LedgerFault> {
        let entries = self.stores.paper.stories().into_iter();
        let entries = entries.map(|story| Entry {
            owner: self.owner(&story.intent),
            story,
        });
        Ok(Survey {
            entries: entries.collect(),
            faults: Vec::new(),
        })
    }

    fn readopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        self.adopt(intent)
    }

    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        let fault = |said: &str| LedgerFault {
            said: said.to_owned(),
            hint: "leave it".to_owned(),
        };
        if self.owner(intent) == Owner::Alive {
            return Err(fault("another program holds it"));
        }
        let mut stories = self.stores.paper.stories().into_iter();
        let story = stories
            .find(|story| story.intent == *intent)
            .ok_or_else(|| fault("no such intent"))?;
        self.stores
            .paper
            .owners
            .lock()
            .unwrap()
            .insert(intent.clone(), self.program);
        Ok((
            story,
            Arc::new(Self {
                program: self.program,
                stores: self.stores.clone(),
                fuse: Arc::clone(&self.fuse),
            }),
        ))
    }
}

impl Hold {
    fn owner(&self, intent: &IntentId) -> Owner {
        let owners = self.stores.paper.owners.lock().unwrap();
        match owners.get(intent) {
            Some(program) if *program == self.program => Owner::Ours,
            Some(program) if self.stores.paper.alive.lock().unwrap().contains(program) => {
                Owner::Alive
            }
            _ => Owner::Gone,
        }
    }
}
