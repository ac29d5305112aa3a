//! Which write is to be taken back, and the plan for it. Reads the journal and both stores; changes
//! nothing. The journal may hold writes of earlier runs and of other programs: one of this program,
//! or of the document that is looked at, is what a person means by the last one.

mod stuck;

use std::collections::HashMap;
use std::sync::Arc;

use stuck::Came;

use super::inspect::{self, Wanted};
use super::{Failure, Outcome, World};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::intent::{Ending, Entry, IntentId, Owner, Phase, Story};
use crate::domain::plan::{Action, Before, Fence, LiteWrite, Plan, Refusal, Why, inverse};
use crate::domain::{Key, Version};
use crate::store::error::Kind;
use crate::store::port::{Got, Want};
use crate::task::event::{Halfway, Inspection, Stuck, Undo};
use crate::task::spec::Undoing;

/// The plan that takes a write back, or why that cannot be done now.
pub(super) async fn plan(world: &World, which: &Undoing) -> Result<Outcome, Failure> {
    let Some(pen) = &world.pen else {
        return Err(refused("this session has no journal"));
    };
    let survey = pen.ledger.survey().map_err(|fault| Failure {
        hint: fault.hint,
        ..refused(&fault.said)
    })?;
    let place = world.place();
    let here = survey.entries.into_iter();
    let here: Vec<Entry> = here.filter(|entry| entry.story.place == place).collect();
    let history = History::of(&here);
    let mut passed = Vec::new();
    let (story, inspection) = loop {
        let story = history.choose(which, &passed)?;
        if let Some(stuck) = closed_to_undo(story) {
            return Ok(stuck);
        }
        let inspection = read(world, &story.plan).await?;
        if is_done(story) {
            break (story.clone(), inspection);
        }
        match stuck::came(story, &inspection) {
            Ok(Came::Nothing) if matches!(which, Undoing::Intent(_)) => {
                return Err(not_done(story));
            }
            Ok(Came::Nothing) => passed.push(&story.intent),
            Ok(Came::Halfway(how)) => return Ok(stands_halfway(story, how)),
            Err(why) => return Err(untold(story, &why)),
        }
    };
    let plan = &story.plan;
    let made = match (before(&story, &inspection), whole(world, plan).await) {
        (Ok(now), Ok(whole)) => inverse(&whole, history.version(&story), now),
        // Somebody's later write says more than a text that is not there any more.
        (Ok(now), Err(missing)) => match inverse(plan, history.version(&story), now) {
            Err(refusal) if refusal.why == Why::Superseded => Err(refusal),
            _ => Err(missing),
        },
        (Err(refusal), _) => Err(refusal),
    };
    let plan = made.and_then(|plan| carried(world, plan)).map(Arc::new);
    Ok(Outcome::Undo(Box::new(Undo {
        story,
        inspection,
        plan,
    })))
}

async fn read(world: &World, plan: &Plan) -> Result<Inspection, Failure> {
    match inspect::inspect(world, Wanted::now(&plan.key, &plan.id), None).await? {
        Outcome::Inspection(inspection) => Ok(*inspection),
        _ => Err(refused("the document could not be read")),
    }
}

fn stands_halfway(story: &Story, how: Halfway) -> Outcome {
    Outcome::Stuck(Box::new(Stuck {
        story: story.clone(),
        how,
    }))
}

/// What can't be taken back whatever the stores hold now.
fn closed_to_undo(story: &Story) -> Option<Outcome> {
    let how = if story.is_open() {
        Halfway::Open
    } else if is_done(story) || stuck::may_have_come(story) {
        return None;
    } else {
        Halfway::Overwritten
    };
    Some(stands_halfway(story, how))
}

/// The plan, where the way of writing can carry its value.
fn carried(world: &World, plan: Plan) -> Result<Plan, Refusal> {
    if let (Ok(writers), Some(write)) = (world.writers(), &plan.value)
        && let Err(error) = writers.values.check(&plan.key, write)
    {
        let hint = "it can't be taken back by dualscope; nothing was written";
        return Err(Refusal::new(Why::Unsupported, error.message).hint(hint));
    }
    Ok(plan)
}

fn refused(said: &str) -> Failure {
    Failure {
        said: said.to_owned(),
        hint: "nothing was written".to_owned(),
        kind: Kind::Refused.name(),
        again: false,
    }
}

/// A plan with the value that it replaced. A journal that keeps no values names its version alone:
/// the store's own history has it, as far back as the node sees.
async fn whole(world: &World, done: &Plan) -> Result<Plan, Refusal> {
    let fence = done.value.as_ref().map(|write| write.fence);
    let (Some(Fence::At(version)), None) = (fence, &done.before.stored) else {
        return Ok(done.clone());
    };
    let unseen = |why: String| Refusal::new(Why::Unseen, why);
    let values = world.services.values.as_ref();
    let values = values.map_err(|why| unseen(why.clone()))?;
    let want = Want {
        at: Some(version),
        ..Want::latest(done.key.clone())
    };
    let got = values.get(&[want]).await;
    let got = got.map_err(|error| unseen(error.message))?.pop();
    match got {
        Some(Ok(Got::Stored(stored))) if is_value(&stored, version) => {
            let mut whole = done.clone();
            whole.before.stored = Some(stored);
            Ok(whole)
        }
        Some(Err(error)) => Err(unseen(error.message)),
        _ => {
            let said = format!(
                "what was there before, {version}, is not in the journal (journal.keep_values is \
                 off) and not in the history that the node has"
            );
            let hint = "what the node has is in its history; nothing was written";
            Err(Refusal::new(Why::Unsupported, said).hint(hint))
        }
    }
}

fn is_value(stored: &Stored, version: Version) -> bool {
    matches!(stored, Stored::Value { version: found, .. } if *found == version)
}

/// Both halves as the plan that takes a write back needs them.
fn before(story: &Story, seen: &Inspection) -> Result<Before, Refusal> {
    let (document, done) = (&seen.document, &story.plan);
    let takes_away = done.value.is_some() || matches!(done.lite, Some(LiteWrite::Insert(_)));
    if let Some(why) = seen.diagnosis.untold().filter(|_| takes_away) {
        return Err(Refusal::new(Why::Unseen, why));
    }
    let fence = story.version.map(Fence::At);
    let head = document.stored.seen().map(Stored::head);
    if let Some(why) = fence.zip(head).and_then(|(fence, head)| fence.behind(head)) {
        return Err(Refusal::new(Why::Unseen, why));
    }
    let lite = match &document.lite {
        Sight::Seen(lite) => lite.clone(),
        Sight::Unchecked => return Err(Refusal::new(Why::Unseen, "MongoDB was not asked")),
        Sight::Unknown(why) => return Err(Refusal::new(Why::Unseen, &**why)),
    };
    Ok(Before {
        lite,
        stored: document.stored.seen().cloned(),
    })
}

fn is_done(story: &Story) -> bool {
    matches!(story.ended, Some((Ending::Done, _)))
}

/// The writes to these stores, and which of them were taken back.
struct History<'a> {
    /// The newest first.
    entries: &'a [Entry],
    /// The writes that took one back, by the one that they took back.
    takers: HashMap<&'a IntentId, Vec<&'a Story>>,
}

impl<'a> History<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut takers: HashMap<_, Vec<_>> = HashMap::new();
        for story in entries.iter().map(|entry| &entry.story) {
            if let Some(undone) = story.undoes.as_ref().filter(|_| is_done(story)) {
                takers.entry(undone).or_default().push(story);
            }
        }
        Self { entries, takers }
    }

    /// Whether the write still holds: nobody has taken it back, or that was taken back in turn.
    fn stands(&self, story: &Story) -> bool {
        let takers = self.takers.get(&story.intent);
        let age = |story: &Story| (story.since, story.intent.clone());
        // Each taker is newer than what it takes back, so this ends.
        takers.is_none_or(|takers| {
            let mut newer = takers.iter().filter(|taker| age(taker) > age(story));
            !newer.any(|taker| self.stands(taker))
        })
    }

    /// The write that is meant; one that is not done where it must not be passed over.
    fn choose(&self, which: &Undoing, passed: &[&IntentId]) -> Result<&'a Story, Failure> {
        let (key, undo) = match which {
            Undoing::Intent(intent) => return self.named(intent),
            Undoing::Last(key) => (key.as_ref(), false),
            Undoing::LastUndo(key) => (key.as_ref(), true),
        };
        let meant = |entry: &&Entry| {
            let story = &entry.story;
            (story.plan.action == Action::Undo) == undo
                && (key.is_none() || entry.owner == Owner::Ours || key == Some(&story.plan.key))
                && (is_halfway(story) || is_done(story) && self.stands(story))
                && !passed.contains(&&story.intent)
        };
        let found = self.entries.iter().find(meant).map(|entry| &entry.story);
        found.ok_or_else(|| refused(&nothing(key, undo)))
    }

    fn named(&self, intent: &IntentId) -> Result<&'a Story, Failure> {
        let mut stories = self.entries.iter().map(|entry| &entry.story);
        let Some(story) = stories.find(|story| story.intent == *intent) else {
            let said = format!("the journal knows no write {intent} to these stores");
            return Err(refused(&said));
        };
        if is_halfway(story) {
            return Ok(story);
        }
        if !is_done(story) {
            return Err(not_done(story));
        }
        if !self.stands(story) {
            let said = format!("write {intent} was taken back already");
            return Err(refused(&said));
        }
        Ok(story)
    }

    /// The version under which the value of a write stands now: its own, or that of the write that
    /// brought it back when all that came after it was taken back.
    fn version(&self, story: &Story) -> Option<Version> {
        let mut version = story.version?;
        let began = |plan: &Plan| plan.before.stored.as_ref().and_then(Stored::version);
        let oldest_first = self.entries.iter().rev().map(|entry| &entry.story);
        for taken in oldest_first.filter(|later| later.plan.key == story.plan.key) {
            let Some(takers) = self.takers.get(&taken.intent) else {
                continue;
            };
            if began(&taken.plan) == Some(version)
                && let Some(back) = takers.iter().find_map(|taker| taker.version)
            {
                version = back;
            }
        }
        Some(version)
    }
}

/// Whether the write changed something, or may have, and is not at its end in both stores.
fn is_halfway(story: &Story) -> bool {
    let came = story.is_open() || story.phase >= Phase::Applied || stuck::may_have_come(story);
    !is_done(story) && came
}

fn not_done(story: &Story) -> Failure {
    let ended = story.ended.as_ref();
    let said = ended.map_or("it is still open", |(ending, _)| ending.row().said);
    let intent = &story.intent;
    let said = format!("write {intent} was not done, so it can't be taken back: {said}");
    refused(&said)
}

/// A write that was given up, where nobody can tell now what came of it.
fn untold(story: &Story, why: &str) -> Failure {
    let (verb, key) = (story.plan.action.row().verb.to_lowercase(), &story.plan.key);
    let said = format!(
        "the write to {key} ({verb}) was given up, and it can't be told what came of it: {why}"
    );
    Failure {
        again: true,
        ..refused(&said)
    }
}

fn nothing(key: Option<&Key>, undo: bool) -> String {
    let what = if undo { "undo" } else { "write" };
    match key {
        Some(key) => format!("there is no {what} of this session or to {key} to take back"),
        None => format!("the journal holds no {what} to these stores that could be taken back"),
    }
}
