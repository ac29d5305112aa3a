//! `dualscope recover`: the writes that an earlier run left open, and decisions about them.
//!
//! Listing changes nothing, and a session that cannot write may list too. A decision is carried out only where the verdict offers it; writes of
//! running programs and of other stores are named and left alone.

mod decide;

use super::args::Recover;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::record::Object;
use super::secret::Discretion;
use super::session::{Session, mismatch};
use super::write::{self, consent, place_object};
use crate::domain::intent::{
    Choice, Decision, Finding, Ledger, Owner, Phase, Stage, Story, Verdict,
};
use crate::domain::state::Role;
use crate::domain::text::clean;
use crate::domain::{Diagnosis, time};
use crate::task::event::{Inspection, OpenIntent};
use crate::task::{Outcome, TaskSpec};

pub(super) async fn run(
    session: &mut Session,
    args: &Recover,
    out: &mut Output,
) -> Result<Exit, Stop> {
    if args.finish || args.drop {
        session.can_write()?;
    }
    consent::expected(session, args.expect.as_deref())?;
    let (mut open, faults) = open(session).await?;
    for fault in &faults {
        out.note(&format!("note: {}", clean(fault)));
    }
    if let Some(name) = &args.intent {
        open = vec![chosen(session, (open, args.drop), name).await?];
    }
    let decision = match (args.finish, args.drop) {
        (true, _) => Decision::Finish,
        (_, true) => Decision::Drop,
        _ => return list(session, &open, out).await,
    };
    decide::run(session, (&open, decision), args, out).await
}

/// What is open. A session that cannot write takes nothing up and so judges nothing: it tells what
/// is written down.
async fn open(session: &mut Session) -> Result<(Vec<OpenIntent>, Vec<String>), Stop> {
    if session.can_write().is_ok() {
        return match session.ask(TaskSpec::Survey).await? {
            Outcome::Open(open, faults) => Ok((open, faults)),
            _ => Err(mismatch()),
        };
    }
    let survey = Ledger::survey(&session.journal()).map_err(|fault| {
        let unread = Fault::new(Exit::Refused, "journal", fault.said);
        unread.hint(fault.hint)
    })?;
    let entries = survey.entries.into_iter();
    let open = entries.filter(|entry| entry.story.is_open());
    let open = open.map(|entry| OpenIntent {
        elsewhere: entry.story.place != session.place,
        owner: entry.owner,
        story: entry.story,
        verdict: None,
    });
    Ok((open.collect(), survey.faults))
}

/// The one that is named; one that is closed is told apart from one that is not known. One that was
/// given up and that the node waits for all the same can be finished, not given up once more.
async fn chosen(
    session: &mut Session,
    (open, drop): (Vec<OpenIntent>, bool),
    name: &str,
) -> Result<OpenIntent, Stop> {
    let survey = session.journal().survey();
    let story = write::found(survey.find(name), name)?.story.clone();
    let intent = &story.intent;
    let mut open = open.into_iter();
    if let Some(found) = open.find(|open| open.story.intent == *intent) {
        return Ok(found);
    }
    let closed = |message: String| {
        let hint = format!("`dualscope journal {intent}` tells how it ended");
        Fault::new(Exit::Refused, "closed", message).hint(hint)
    };
    if drop || !story.is_given_up() || session.can_write().is_err() {
        let message = format!("the write {intent} is closed; there is nothing left to do");
        return Err(closed(message).into());
    }
    match session.ask(TaskSpec::Reconsider(intent.clone())).await {
        Ok(Outcome::Open(mut one, _)) => one.pop().ok_or_else(mismatch),
        Ok(_) => Err(mismatch()),
        Err(Stop::Fault(fault)) if fault.kind == "refused" => Err(closed(fault.message).into()),
        Err(stop) => Err(stop),
    }
}

async fn list(session: &mut Session, open: &[OpenIntent], out: &mut Output) -> Result<Exit, Stop> {
    drafts(session, open, out);
    if open.is_empty() {
        out.note("nothing is open");
        if let Some(passing) = session.passing() {
            out.note(passing);
        }
        return Ok(Exit::Clean);
    }
    for one in open {
        let look = Look::at(session, one).await?;
        if out.style.json {
            out.json(&object(&look))?;
        } else {
            lines(&look, out)?;
            if let Err(why) = session.can_write()
                && apart(one).is_none()
            {
                out.line(&clean(&format!(
                    "  can do     nothing here: {}",
                    why.message
                )))?;
            }
        }
    }
    Ok(Exit::Findings)
}

/// Texts that were typed and not written, which are no writes yet.
fn drafts(session: &Session, open: &[OpenIntent], out: &mut Output) {
    let found = session.drafts().list();
    let here = found
        .drafts
        .iter()
        .filter(|draft| draft.place == session.place);
    for draft in here {
        let at = time::iso(draft.at).unwrap_or_default();
        let (key, file) = (&draft.key, draft.file.display());
        let needs = |one: &OpenIntent| !one.elsewhere && one.story.may_need_draft_of(key);
        let discard = if open.iter().any(needs) {
            "an unfinished write may still need it"
        } else {
            "--discard gives it up"
        };
        let said = format!(
            "a text of {key} was typed and not written, saved {at} in {file}; \
             `dualscope edit {key} --resume` goes on with it, {discard}"
        );
        out.note(&out.style.spelling().clean(&said));
    }
    for fault in &found.faults {
        let said = format!("note: draft {}: {}", fault.file.display(), fault.said);
        out.note(&out.style.spelling().clean(&said));
    }
}

/// An open write and what can be seen of its document now, where it is ours to look at.
struct Look<'a> {
    one: &'a OpenIntent,
    state: Option<Diagnosis>,
    /// The value is written, and MongoDB's document is neither as it was read nor as planned:
    /// finishing could only end as it did before.
    stuck: bool,
}

impl<'a> Look<'a> {
    async fn at(session: &mut Session, one: &'a OpenIntent) -> Result<Self, Stop> {
        let blind = Self {
            one,
            state: None,
            stuck: false,
        };
        if one.verdict.is_none() {
            return Ok(blind);
        }
        let plan = &one.story.plan;
        let spec = TaskSpec::Inspect {
            key: plan.key.clone(),
            id: Some(plan.id.clone()),
            at: None,
        };
        match session.ask(spec).await {
            Ok(Outcome::Inspection(seen)) => {
                let discretion = Discretion::of(&plan.key.collection, false);
                Ok(Self {
                    one,
                    state: Some(discretion.diagnosis(&seen.diagnosis).into_owned()),
                    stuck: is_stuck(one, &seen),
                })
            }
            Ok(_) => Err(mismatch()),
            // What the verdict says of a silent store is enough.
            Err(Stop::Fault(fault)) if fault.exit == Exit::Unreachable => Ok(blind),
            Err(stop) => Err(stop),
        }
    }

    async fn all(session: &mut Session, open: &'a [OpenIntent]) -> Result<Vec<Self>, Stop> {
        let mut looks = Vec::new();
        for one in open {
            looks.push(Self::at(session, one).await?);
        }
        Ok(looks)
    }

    /// The decisions that the verdict offers and that can lead on.
    fn choices(&self) -> impl Iterator<Item = Decision> + '_ {
        let offered = |verdict: &Verdict| {
            let has = |choice| verdict.choices.contains(&choice);
            // To follow what still runs is how such a write is finished.
            let finish = (has(Choice::Finish) && !self.stuck) || has(Choice::Follow);
            [
                (finish, Decision::Finish),
                (has(Choice::Drop), Decision::Drop),
            ]
        };
        let offered = self.one.verdict.as_ref().map(offered).into_iter().flatten();
        offered.filter_map(|(offered, decision)| offered.then_some(decision))
    }

    /// What can be done, as it is typed.
    fn can(&self) -> String {
        let can: Vec<String> = self
            .choices()
            .map(|decision| format!("--{}", decision.name()))
            .collect();
        // Where waiting is best, whoever decides at once is told so.
        let first = self.one.verdict.as_ref().and_then(|of| of.choices.first());
        let best = match first {
            Some(Choice::Later) => "look again later, or ",
            _ => "",
        };
        match can.as_slice() {
            [] => "nothing now; look again later".to_owned(),
            can => format!(
                "{best}dualscope recover {} {}",
                self.one.story.intent,
                can.join(" | ")
            ),
        }
    }

    /// What makes MongoDB's document right again where this write can't.
    fn then(&self) -> Option<String> {
        let key = &self.one.story.plan.key;
        self.stuck.then(|| {
            format!("dualscope rebuild-lite {key}, which makes MongoDB say what the value says")
        })
    }
}

fn is_stuck(one: &OpenIntent, seen: &Inspection) -> bool {
    let plan = &one.story.plan;
    let written = one
        .verdict
        .as_ref()
        .is_some_and(|verdict| matches!(verdict.finding, Finding::Ours(_)));
    let (Some(write), Some(now)) = (&plan.lite, seen.document.lite.seen()) else {
        return false;
    };
    let (before, now) = (plan.before.lite.as_ref(), now.as_ref());
    written && !write.is(now) && !write.holds(before, now)
}

fn lines(look: &Look<'_>, out: &mut Output) -> Result<(), Stop> {
    let Look { one, state, .. } = look;
    let OpenIntent { story, .. } = *one;
    let since = time::iso(story.since).unwrap_or_default();
    let title = format!(
        "{}  {} {}",
        story.intent,
        story.plan.action.row().verb,
        story.plan.key
    );
    out.line(&out.paint(Role::Warn, &clean(&title)))?;
    out.line(&format!("  begun      {since}, {}", phase(story)))?;
    if let Some((ending, said)) = &story.ended {
        let said = format!("  left as    {}", ending.row().with(said));
        out.line(&clean(&said))?;
    }
    if let Some(why) = apart(one) {
        return out.line(&clean(&format!("  left alone {why}")));
    }
    if let Some(verdict) = &one.verdict {
        for said in &verdict.certain {
            out.line(&clean(&format!("  certain    {said}")))?;
        }
        for said in &verdict.uncertain {
            out.line(&clean(&format!("  not known  {said}")))?;
        }
    }
    if let Some(state) = state {
        let (name, said) = (state.state.name(), &state.said);
        // Some states begin with their name when they are told.
        let told = if said.starts_with(name) {
            said.to_string()
        } else {
            format!("{name}: {said}")
        };
        out.line(&clean(&format!("  now        {told}")))?;
    }
    if one.verdict.is_none() {
        return Ok(());
    }
    out.line(&format!("  can do     {}", look.can()))?;
    match look.then() {
        Some(then) => out.line(&clean(&format!("  then       {then}"))),
        None => Ok(()),
    }
}

/// How far it is by what is written down. The client may have come further since: nothing is said
/// here that a later look could contradict.
fn phase(story: &Story) -> &'static str {
    match (story.phase, story.receipt.stage) {
        (Phase::Planned, _) => "nothing has left this machine",
        (Phase::Submitting, Stage::Preparing | Stage::Sending) => "sending the value was begun",
        (Phase::Submitting, Stage::Sent | Stage::Vanished) => "the transaction was sent",
        (Phase::Submitting, Stage::Mined) => "the transaction is in a block",
        (Phase::Submitting, Stage::Uploaded) | (Phase::Submitted, _) => "the value was submitted",
        (Phase::Submitting, Stage::Reverted) => "the transaction failed on the chain",
        (Phase::Applied, _) => "the value is written",
        (Phase::Indexed, _) => "both stores are written; only the reading back is left",
    }
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Planned => "planned",
        Phase::Submitting => "submitting",
        Phase::Submitted => "submitted",
        Phase::Applied => "applied",
        Phase::Indexed => "indexed",
    }
}

pub(super) fn owner_name(owner: Owner) -> &'static str {
    match owner {
        Owner::Ours => "ours",
        Owner::Alive => "alive",
        Owner::Gone => "gone",
        Owner::Unread => "unread",
    }
}

/// Why it is left alone, if it is.
fn apart(one: &OpenIntent) -> Option<String> {
    if one.elsewhere {
        let place = &one.story.place;
        return Some(format!("it is for other stores: {place}"));
    }
    one.owner.apart().map(str::to_owned)
}

fn object(look: &Look<'_>) -> Object {
    let Look { one, state, .. } = look;
    let story = &one.story;
    let mut object = story_object(story);
    object.put("owner", owner_name(one.owner));
    object.put("elsewhere", &one.elsewhere);
    let verdict = one.verdict.as_ref();
    object.put("certain", &verdict.map(|verdict| &verdict.certain));
    object.put("uncertain", &verdict.map(|verdict| &verdict.uncertain));
    let choices: Vec<&str> = look.choices().map(Decision::name).collect();
    object.put("choices", &choices);
    object.put("state", &state.as_ref().map(|diagnosis| diagnosis.state));
    object
}

/// What the journal tells of a write, without any value.
pub(super) fn story_object(story: &Story) -> Object {
    let mut object = Object::with_schema();
    object.put("intent", &*story.intent.0);
    object.put("key", &story.plan.key.to_string());
    object.put("action", story.plan.action.row().name);
    object.put("since", &time::iso(story.since));
    object.put("last", &time::iso(story.last));
    object.put("phase", phase_name(story.phase));
    object.put("attempts", &story.attempts);
    object.put("open", &story.is_open());
    let ended = story.ended.as_ref();
    object.put("ending", &ended.map(|(ending, _)| ending.row().name));
    object.put("said", &ended.map(|(_, said)| said));
    object.put("version", &story.version);
    object.put("undoes", &story.undoes.as_ref().map(|intent| &*intent.0));
    object.put("place", &place_object(&story.place));
    object
}
