//! An unfinished write and what the stores hold now: what is certain, what is not, what can be done.
//!
//! The rules lean on the fence: a second submission of the same value is dropped by the store if
//! the first was applied, so finishing is safe where the data is the same each time. That of an
//! encrypted stream is not: there nothing is sent again that may be out. Giving up is safe only
//! while nothing can have been sent.

use std::sync::Arc;

use super::alone;
use super::finding::Finding;
use super::receipt::{Fate, PASSED, Receipt, Stage};
use super::{IntentId, Phase, Story};
use crate::domain::document::{Lite, Sight};
use crate::domain::full::Stored;
use crate::domain::key::Version;
use crate::domain::plan::{Plan, ValueWrite};

/// What can be seen about an intent now.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// MongoDB's half.
    pub lite: Sight<Option<Lite>>,
    /// The value store's half.
    pub stored: Sight<Stored>,
    /// The version under which our bytes stand above the fence, when they are not the latest.
    pub ours_below: Option<Version>,
    /// What the last try is known to have done, its output read again.
    pub receipt: Receipt,
    /// Whether the process of the last try still runs; `None` when it can't be told.
    pub running: Option<bool>,
    /// Whether the data of a transaction that lacks it can be brought again.
    pub repeatable: bool,
    /// What the store says of the transaction.
    pub fate: Fate,
    /// Which start of this machine this is.
    pub boot: Option<Arc<str>>,
    /// The write of the same journal that brought the latest value, if one did.
    pub value_by: Option<IntentId>,
    /// The one that changed MongoDB's half since, if one did.
    pub lite_by: Option<IntentId>,
}

/// Who wrote: somebody else, or the person whose journal it is by another write.
#[must_use]
pub fn who(by: Option<&IntentId>) -> String {
    by.map_or_else(
        || "somebody else".to_owned(),
        |intent| format!("your own write {intent}"),
    )
}

/// How MongoDB stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LiteSide {
    NotPlanned,
    AsRead,
    AsPlanned,
    Foreign,
    Unknown,
}

/// What may be done about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choice {
    /// Follow the process that still runs.
    Follow,
    /// Take up the steps that are left.
    Finish,
    /// Give it up: nothing was sent, or what is left is said.
    Drop,
    /// Leave it for later.
    Later,
}

impl Choice {
    /// The name in JSON and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Finish => "finish",
            Self::Drop => "drop",
            Self::Later => "later",
        }
    }
}

/// The answer about one open intent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// How the value side stands.
    pub finding: Finding,
    /// What is certain, one sentence each.
    pub certain: Vec<String>,
    /// What is not.
    pub uncertain: Vec<String>,
    /// What may be done, the best first.
    pub choices: Vec<Choice>,
}

/// Judges an open intent.
#[must_use]
pub fn judge(story: &Story, evidence: &Evidence) -> Verdict {
    let plan = &story.plan;
    let finding = plan.value.as_ref().map_or(Finding::NotPlanned, |write| {
        value_side(story, write, evidence)
    });
    let lite = lite_side(plan, &evidence.lite);
    let mut verdict = Verdict {
        finding,
        certain: Vec::new(),
        uncertain: Vec::new(),
        choices: Vec::new(),
    };
    say_value(story, evidence, &mut verdict);
    say_lite(lite, evidence, &mut verdict);
    verdict.choices = choices(story, evidence, &verdict.finding, lite);
    verdict
}

fn value_side(story: &Story, write: &ValueWrite, evidence: &Evidence) -> Finding {
    let stored = match &evidence.stored {
        Sight::Seen(stored) => stored,
        Sight::Unchecked => return Finding::Unknown("not asked yet".to_owned()),
        Sight::Unknown(why) => return Finding::Unknown(why.to_string()),
    };
    if let Some(why) = write.fence.behind(stored.head()) {
        return Finding::Unknown(why);
    }
    if write.fence.holds(stored.head()) {
        return Finding::Untouched;
    }
    match (stored.version(), evidence.ours_below) {
        // The same bytes from somebody else, before any of ours went out, are not ours.
        (Some(version), _)
            if story.phase > Phase::Planned
                && write.is(stored)
                && version.0 >= write.fence.number() =>
        {
            Finding::Ours(version)
        }
        (_, Some(ours)) => Finding::Superseded(ours),
        (version, None) => Finding::Foreign(version),
    }
}

fn lite_side(plan: &Plan, now: &Sight<Option<Lite>>) -> LiteSide {
    let Some(write) = &plan.lite else {
        return LiteSide::NotPlanned;
    };
    let Some(now) = now.seen() else {
        return LiteSide::Unknown;
    };
    let before = plan.before.lite.as_ref();
    match write {
        _ if write.is(now.as_ref()) => LiteSide::AsPlanned,
        _ if write.holds(before, now.as_ref()) => LiteSide::AsRead,
        _ => LiteSide::Foreign,
    }
}

/// Whether nothing can come of any try so far: none was sent, or the chain refused it. What a client
/// said last is lost with the machine when it goes down, so its silence counts only while the machine
/// has not been started again. `receipt` and `running` are of the last try, looked at now.
#[must_use]
pub fn is_without_effect(
    story: &Story,
    (receipt, running): (&Receipt, Option<bool>),
    boot: Option<&Arc<str>>,
) -> bool {
    let last = match receipt.stage {
        Stage::Reverted => true,
        // Without a word for this start of the machine nobody knows whether it is the same.
        Stage::Preparing => {
            story.boot.is_some() && story.boot.as_ref() == boot && running == Some(false)
        }
        _ => false,
    };
    story.phase == Phase::Planned || story.phase == Phase::Submitting && story.alone && last
}

fn nothing_sent(story: &Story, evidence: &Evidence) -> bool {
    let last = (&evidence.receipt, evidence.running);
    is_without_effect(story, last, evidence.boot.as_ref())
}

/// Whether a transaction of ours may be on its way that nobody has seen yet: beside the value that
/// stands, or one of encrypted data, which no second one stands in for.
fn may_come(story: &Story, evidence: &Evidence, finding: &Finding) -> bool {
    let Evidence { receipt, .. } = evidence;
    let earlier = receipt.stage == Stage::Reverted && !story.alone;
    let boot = evidence.boot.as_ref();
    let told = evidence.repeatable || story.may_tell(receipt, evidence.running, boot);
    let so = match finding {
        Finding::Untouched => !evidence.repeatable && (receipt.stage.is_unseen() || earlier),
        _ => receipt.stage.is_unseen() && finding.is_beside(receipt, told),
    };
    so && story.phase == Phase::Submitting && !nothing_sent(story, evidence)
}

/// Whether the node waits for the data of our transaction, or will, beside the value that stands.
fn is_waited_for(story: &Story, evidence: &Evidence, finding: &Finding) -> bool {
    let Evidence { receipt, .. } = evidence;
    let open = story.phase == Phase::Submitting && !finding.is_by(receipt);
    receipt.stage.may_lack_data()
        && !matches!(evidence.fate, Fate::Dropped(_))
        && (open || !finding.is_ours())
}

fn say_value(story: &Story, evidence: &Evidence, verdict: &mut Verdict) {
    let beside = may_come(story, evidence, &verdict.finding)
        || is_waited_for(story, evidence, &verdict.finding);
    let Verdict {
        finding,
        certain,
        uncertain,
        ..
    } = verdict;
    let mut sent = false;
    match finding {
        Finding::NotPlanned => {
            certain.push("the value store is not touched by it".to_owned());
            alone::say((story, evidence), (certain, uncertain));
        }
        Finding::Untouched if nothing_sent(story, evidence) => {
            let why = match evidence.receipt.stage {
                Stage::Reverted => "the transaction failed on the chain",
                _ => "nothing was sent",
            };
            certain.push(format!("{why}; the value is as it was"));
        }
        Finding::Untouched => {
            certain.push("the value is as it was so far".to_owned());
            sent = true;
        }
        Finding::Ours(version) => {
            certain.push(format!("the new value is stored at {version}"));
            sent = beside;
        }
        Finding::Superseded(version) => {
            certain.push(format!(
                "the new value was stored at {version}, and {} wrote again since",
                who(evidence.value_by.as_ref())
            ));
            sent = beside;
        }
        Finding::Foreign(version) => {
            let at = version.map_or(String::new(), |version| format!(" at {version}"));
            certain.push(format!(
                "{} wrote the value{at}; it is not overwritten",
                who(evidence.value_by.as_ref())
            ));
            sent = !nothing_sent(story, evidence);
        }
        Finding::Unknown(why) => uncertain.push(format!("what the value store holds: {why}")),
    }
    if sent {
        say_sent(evidence, (certain, uncertain));
    }
    match evidence.running {
        Some(true) => certain.push("the client that writes it still runs".to_owned()),
        None if story.phase == Phase::Submitting => {
            uncertain.push("whether the client that writes it still runs".to_owned());
        }
        _ => {}
    }
}

/// What is known of the transaction, and what is not.
fn say_sent(evidence: &Evidence, (certain_of, open): (&mut Vec<String>, &mut Vec<String>)) {
    let sequence = evidence
        .receipt
        .sequence
        .map_or(String::new(), |n| format!(" (sequence {n})"));
    let certain = match (&evidence.fate, evidence.receipt.stage) {
        (Fate::Dropped(why), _) => format!("the node dropped the transaction{sequence}: {why}"),
        (Fate::Applied, _) => format!(
            "the KV node has applied another transaction of this number{sequence}: it follows another chain than the EVM node (writer.evm_rpc)"
        ),
        (Fate::Passed, stage) if stage != Stage::Vanished => {
            format!("the node went past the transaction{sequence} and {PASSED}")
        }
        (_, Stage::Mined) => format!(
            "the transaction{sequence} is in a block without its data, and the node waits for it, for all streams"
        ),
        (_, Stage::Reverted) => "the transaction failed on the chain".to_owned(),
        (_, Stage::Vanished) => {
            "the transaction was sent, and the EVM node knows nothing of it any more".to_owned()
        }
        _ => String::new(),
    };
    let uncertain = match (&evidence.fate, evidence.receipt.stage) {
        (Fate::Dropped(_), _) | (_, Stage::Reverted) => String::new(),
        (Fate::Passed, Stage::Sent | Stage::Mined) => "whether its data arrived: a node that comes to the transaction waits for it, for all streams".to_owned(),
        (Fate::Passed, Stage::Uploaded) => "whether another node has applied it".to_owned(),
        (_, Stage::Mined) if !evidence.repeatable => "how the node gets past it: the data is encrypted and can't be made again, so it needs a finite max_download_retries".to_owned(),
        (_, Stage::Mined) | (Fate::Applied, _) => String::new(),
        (_, Stage::Vanished) => "whether another node of the chain still has it and puts it into a block, where its data would be missing".to_owned(),
        (_, Stage::Preparing | Stage::Sending) if evidence.repeatable => "whether the transaction was sent".to_owned(),
        (_, Stage::Preparing | Stage::Sending) => "whether the transaction was sent: encrypted data can't be made again, so it is not sent twice, and one that still comes without its data holds up the node, for all streams".to_owned(),
        (_, Stage::Sent) => format!("whether the transaction{sequence} is in a block, and its data with it: without the data the node waits for all streams"),
        (_, Stage::Uploaded) => format!("when the transaction{sequence} will be applied"),
    };
    let said = |text: String| (!text.is_empty()).then_some(text);
    certain_of.extend(said(certain));
    open.extend(said(uncertain));
}

fn say_lite(lite: LiteSide, evidence: &Evidence, verdict: &mut Verdict) {
    let said = match lite {
        LiteSide::NotPlanned => "MongoDB is not touched by it".to_owned(),
        LiteSide::AsRead => "MongoDB is as it was".to_owned(),
        LiteSide::AsPlanned => "MongoDB holds its part".to_owned(),
        LiteSide::Foreign => format!(
            "MongoDB was changed by {}; it is not overwritten",
            who(evidence.lite_by.as_ref())
        ),
        LiteSide::Unknown => {
            verdict.uncertain.push("what MongoDB holds".to_owned());
            return;
        }
    };
    verdict.certain.push(said);
}

fn choices(story: &Story, evidence: &Evidence, finding: &Finding, lite: LiteSide) -> Vec<Choice> {
    use Choice::{Drop, Finish, Follow, Later};
    if lite == LiteSide::Unknown {
        return vec![Later];
    }
    if evidence.running == Some(true) {
        return vec![Follow, Later];
    }
    let dropped = matches!(evidence.fate, Fate::Dropped(_));
    let waited_for = is_waited_for(story, evidence, finding);
    let comes = !dropped && may_come(story, evidence, finding);
    // Nobody can bring its data any more: the node has to be told to go on without it.
    let lost = !evidence.repeatable && evidence.receipt.stage == Stage::Mined;
    match finding {
        Finding::Untouched if nothing_sent(story, evidence) || dropped => vec![Finish, Drop, Later],
        // Where it went it can't be followed; here nothing comes of it.
        Finding::Untouched if evidence.fate == Fate::Applied => vec![Drop, Later],
        // Its data can still be brought, for the nodes that come to it; nothing comes of it here.
        Finding::Untouched
            if evidence.fate == Fate::Passed && evidence.receipt.stage != Stage::Vanished =>
        {
            if waited_for && evidence.repeatable {
                vec![Finish, Drop, Later]
            } else {
                vec![Drop, Later]
            }
        }
        // But for its own client, where that may still be at work.
        Finding::Untouched | Finding::Foreign(_) | Finding::Ours(_) | Finding::Superseded(_)
            if lost && waited_for && evidence.running.is_none() =>
        {
            vec![Later, Drop]
        }
        Finding::Untouched | Finding::Foreign(_) if lost => vec![Drop, Later],
        // Without its number it may be the one that brought the value.
        Finding::Ours(_) | Finding::Superseded(_)
            if lost && waited_for && evidence.receipt.sequence.is_some() =>
        {
            vec![Drop, Later]
        }
        // It may still come, without its data: whoever is done with it now can't be told of that.
        Finding::Ours(_) if comes => vec![Later, Finish, Drop],
        Finding::Untouched | Finding::Superseded(_) | Finding::Foreign(_) if comes => {
            vec![Later, Drop]
        }
        // A second copy is dropped by its fence if the first is applied; giving up could leave a
        // write that happens later and that nobody knows: unlikely where its chain forgot it.
        Finding::Untouched if evidence.receipt.stage == Stage::Vanished => {
            vec![Finish, Drop, Later]
        }
        Finding::Untouched => vec![Finish, Later],
        Finding::NotPlanned if lite == LiteSide::Foreign => vec![Drop, Later],
        Finding::NotPlanned => match alone::is_overtaken(story, evidence) {
            Err(_) => vec![Later, Drop],
            // What MongoDB holds already is told once more when it is read back.
            Ok(true) if lite == LiteSide::AsRead => vec![Drop, Later],
            Ok(_) => vec![Finish, Drop, Later],
        },
        Finding::Ours(_) => vec![Finish, Drop, Later],
        // Ours comes too late, and yet the node goes no further before it has its data.
        Finding::Superseded(_) | Finding::Foreign(_) if waited_for => vec![Finish, Drop, Later],
        Finding::Superseded(_) | Finding::Foreign(_) => vec![Drop, Later],
        Finding::Unknown(_) => vec![Later],
    }
}
