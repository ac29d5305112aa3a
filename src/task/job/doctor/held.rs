//! What holds the node up, and which writes of this machine are open: a transaction that is mined
//! without its data stalls all streams, whoever sent it, so it is looked for where it shows.
//!
//! Only looks. What this program itself is writing right now is no finding.

use std::sync::Arc;

use crate::domain::check::{Check, CheckVerdict, Step};
use crate::domain::intent::{Fate, Ledger, Owner, Receipt, Story};
use crate::store::port::{Values, Waits};
use crate::task::job::World;

/// A write of the journal, as far as it can be seen now.
struct Left {
    story: Story,
    owner: Owner,
    receipt: Receipt,
    /// Whether its client runs.
    running: Option<bool>,
    /// Its transaction may be without data.
    lacks_data: bool,
}

/// The two answers: what the node waits for, if it can be asked (`reached`), and what is open.
pub(super) async fn checks(world: &World, reached: bool) -> (Option<Check>, Option<Check>) {
    let values = world.services.values.as_ref().ok().filter(|_| reached);
    let waits = match values {
        Some(values) => Some(match values.waits_for().await {
            Ok(waits) => waits,
            Err(error) => Waits::Untold(error.message),
        }),
        None => None,
    };
    let left = match &world.journal {
        Some(ledger) => Some(left(world, ledger, values).await),
        None => None,
    };
    let known = match &left {
        Some(Ok(left)) => left.as_slice(),
        _ => &[],
    };
    let waiting = waits.map(|waits| waiting(world, &waits, known));
    let open = left.map(|left| match left {
        Ok(left) => open(world, &left),
        Err((said, next)) => Check::warn(Step::WriteOpen, said, next),
    });
    (waiting, open)
}

/// Every write of the journal that matters here; closed ones too, since one that was given up may be
/// what the node waits for.
async fn left(
    world: &World,
    ledger: &Arc<dyn Ledger>,
    values: Option<&Arc<dyn Values>>,
) -> Result<Vec<Left>, (String, String)> {
    let survey = ledger.survey().map_err(|fault| (fault.said, fault.hint))?;
    let mut all = Vec::new();
    for entry in survey.entries {
        let (story, owner) = (entry.story, entry.owner);
        let (mut receipt, mut running) = (story.receipt.clone(), None);
        let ours = story.is_open() && owner.apart().is_none() && story.place == world.place();
        if let (true, Some(write), Ok(writers)) = (ours, &story.plan.value, world.writers()) {
            let output = ledger.output(&story.intent, story.attempts);
            let (write, known) = ((&story.plan.key, write), &story.receipt);
            // what its output does not tell is told by the journal
            if let Ok((seen, runs)) = writers.values.look(write, known, &output).await {
                (receipt, running) = (seen.over(known), runs);
            }
        }
        let sent = ours && receipt.stage.may_lack_data() && running != Some(true);
        let lacks_data = sent && !is_judged(values, &receipt).await;
        all.push(Left {
            story,
            owner,
            receipt,
            running,
            lacks_data,
        });
    }
    Ok(all)
}

/// Whether the node has come past the transaction, and so had its data.
async fn is_judged(values: Option<&Arc<dyn Values>>, receipt: &Receipt) -> bool {
    let (Some(values), Some(sequence)) = (values, receipt.sequence) else {
        return false;
    };
    let fate = values.fate(sequence).await;
    matches!(fate, Ok(Fate::Applied | Fate::Dropped(_)))
}

impl Left {
    /// Whether it sent this transaction.
    fn sent(&self, world: &World, sequence: u64, root: Option<&str>) -> bool {
        match (self.receipt.root.as_deref(), root) {
            (Some(ours), Some(root)) => ours.eq_ignore_ascii_case(root),
            _ => {
                self.receipt.sequence == Some(sequence)
                    && self.story.place.stream == world.place().stream
            }
        }
    }

    /// How likely it is the one, where several carry the same data: one that is closed for good hardly.
    fn rank(&self) -> u8 {
        match (self.story.is_open(), self.story.is_given_up()) {
            (true, _) => 0,
            (_, true) => 1,
            _ => 2,
        }
    }

    fn named(&self) -> String {
        let plan = &self.story.plan;
        format!(
            "{} {} (intent {})",
            plan.action.row().verb,
            plan.key,
            self.story.intent
        )
    }

    /// What brings the data, and whether it is on its way.
    fn brings(&self, world: &World) -> Option<(CheckVerdict, String)> {
        let intent = &self.story.intent;
        let failed = |next: String| Some((CheckVerdict::Failed, next));
        if self.running == Some(true) {
            let next = "its client still runs: wait for it, then run the doctor again";
            return Some((CheckVerdict::Warn, next.to_owned()));
        }
        if self.owner == Owner::Alive {
            let next = "another dualscope that runs works on it: see what it says";
            return Some((CheckVerdict::Warn, next.to_owned()));
        }
        let given_up = self.story.is_given_up();
        if !self.story.is_open() && !given_up {
            return None;
        }
        if let Some(why) = self.owner.apart() {
            return failed(why.to_owned());
        }
        if self.story.place != world.place() {
            return failed(format!(
                "start dualscope with the profile of {}: `dualscope recover {intent} --finish` there brings the data",
                self.story.place
            ));
        }
        let writers = world.writers().ok();
        if writers.is_some_and(|writers| !writers.values.is_repeatable()) {
            let next = "its data is encrypted and can't be made again: a node of yours with \
                        max_download_retries above 0 gives it up and goes on";
            return failed(next.to_owned());
        }
        if given_up {
            return failed(format!(
                "it was given up: `dualscope recover {intent} --finish` takes it up again and brings \
                 the data"
            ));
        }
        failed(format!(
            "`dualscope recover {intent} --finish`, or :unfinished on the screen, brings the data"
        ))
    }
}

fn waiting(world: &World, waits: &Waits, left: &[Left]) -> Check {
    let step = Step::KvWaiting;
    let (sequence, root) = match waits {
        Waits::Nothing => {
            let said = "no transaction holds it up";
            return Check::ok(step, said);
        }
        Waits::Untold(why) => {
            let said = format!("whether a transaction holds it up can't be told: {why}");
            return Check::skipped(step, said);
        }
        Waits::Stuck { sequence } => {
            let said = format!(
                "does not get past transaction {sequence}, although its data can be had: nothing is \
                 applied any more, in any stream"
            );
            let next = "look at the node's log: a batch that is encrypted otherwise than the node \
                        expects stops it, and so does a storage node that it cannot reach";
            return Check::warn(step, said, next);
        }
        Waits::Data { sequence, root } => (*sequence, root.as_deref()),
    };
    let mut said = format!(
        "waits for the data of transaction {sequence}, which is mined without it: nothing is applied \
         any more, in any stream"
    );
    let senders = left.iter().filter(|left| left.sent(world, sequence, root));
    let sender = senders.min_by_key(|left| left.rank());
    if let Some(sender) = sender {
        said = format!("{said}; it is that of {}", sender.named());
    }
    let (verdict, next) = sender
        .and_then(|sender| sender.brings(world))
        .unwrap_or_else(|| {
            let root = root.map_or(String::new(), |root| format!(" (root {root})"));
            let next = format!(
                "only who sent it has the data{root}, and knows its key; it is for a stream that this \
                 node holds, and this journal has no open write of it. Where dualscope sent it, its \
                 `dualscope doctor` names the write; with any other program let them run the same write \
                 again (stream, key, value, version) with 0g-storage-client --skip-tx, which sends no \
                 second transaction. A node of yours with max_download_retries above 0 gives it up and \
                 goes on"
            );
            (CheckVerdict::Failed, next)
        });
    Check::new(step, verdict, said, next)
}

/// The open writes to these stores.
fn open(world: &World, left: &[Left]) -> Check {
    let step = Step::WriteOpen;
    let open: Vec<&Left> = left
        .iter()
        .filter(|left| left.story.is_open() && left.story.place == world.place())
        .filter(|left| left.owner != Owner::Alive)
        .filter(|left| !world.is_at_work(&left.story.intent))
        .collect();
    let more = |count: usize| match count {
        0 | 1 => String::new(),
        count => format!("; and {} more", count - 1),
    };
    let lost: Vec<&Left> = open
        .iter()
        .copied()
        .filter(|left| left.lacks_data)
        .collect();
    if let Some(first) = lost.first() {
        let number = first
            .receipt
            .sequence
            .map_or(String::new(), |number| format!(" {number}"));
        let said = format!(
            "the transaction{number} of {} is out, and its data is not known to have arrived: \
             without it the node waits for all streams{}",
            first.named(),
            more(lost.len())
        );
        let next = first.brings(world).map_or(String::new(), |(_, next)| next);
        return Check::failed(step, said, next);
    }
    match open.first() {
        None => Check::ok(step, "no write is left open"),
        Some(first) => {
            let said = format!("{} is left open{}", first.named(), more(open.len()));
            let next = "`dualscope recover`, or :unfinished on the screen, tells how it stands and what \
                        can be done";
            Check::warn(step, said, next)
        }
    }
}
