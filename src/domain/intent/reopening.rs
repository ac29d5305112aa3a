//! A write that was given up, whose transaction came into a block all the same, without its data: the
//! node waits for it, for all streams, and only this write has the data. Whether it is taken up again.
//!
//! A pure rule. What is not certain opens nothing: a closed write stays closed.

use super::{Choice, Ending, Evidence, Fate, PASSED, Phase, Stage, Story, Verdict, judge};

/// How a closed write stands, where it can be taken up again: to finish it or to leave it.
///
/// # Errors
/// Why it stays closed, as the end of a sentence. `now` is what the nodes tell of its transaction at
/// this moment, whatever was known before.
pub fn reopen(story: &Story, now: Stage, evidence: &Evidence) -> Result<Verdict, String> {
    if let Some(why) = closed_for_good(story) {
        return Err(why);
    }
    if evidence.running == Some(true) {
        return Err("the client that writes it still runs: wait for it".to_owned());
    }
    match &evidence.fate {
        Fate::Dropped(why) => return Err(format!("the node has dropped its transaction: {why}")),
        Fate::Applied => return Err("the node has come past its transaction".to_owned()),
        Fate::Passed => {
            return Err(format!(
                "the node has gone past its transaction and {PASSED}"
            ));
        }
        Fate::Waiting | Fate::Untold => {}
    }
    match now {
        Stage::Mined if evidence.repeatable => {}
        Stage::Mined => {
            let why = "its data is encrypted and can't be made again: a KV node gets past it only \
                       with a finite max_download_retries in its configuration";
            return Err(why.to_owned());
        }
        Stage::Uploaded => {
            return Err("the data of its transaction is there: nothing waits for it".to_owned());
        }
        Stage::Reverted => return Err("its transaction failed on the chain".to_owned()),
        Stage::Preparing | Stage::Sending | Stage::Sent | Stage::Vanished => {
            return Err("no node tells that its transaction is in a block".to_owned());
        }
    }
    let mut verdict = judge(story, evidence);
    // It was given up already.
    let choices = verdict.choices.iter().copied();
    verdict.choices = choices.filter(|choice| *choice != Choice::Drop).collect();
    if verdict.choices.contains(&Choice::Finish) {
        return Ok(verdict);
    }
    let why = verdict.uncertain.pop().or(verdict.certain.pop());
    Err(why.unwrap_or_else(|| "nothing of it is left to be done".to_owned()))
}

/// Why it can't even be asked about.
fn closed_for_good(story: &Story) -> Option<String> {
    match &story.ended {
        Some((Ending::GivenUp, _)) => {}
        Some((ending, _)) => return Some(format!("it ended: {}", ending.row().said)),
        None => return Some("it is open".to_owned()),
    }
    if story.plan.value.is_none() {
        return Some("it writes no value".to_owned());
    }
    (story.phase == Phase::Planned).then(|| "nothing of it was sent".to_owned())
}
