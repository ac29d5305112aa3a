//! A transaction of ours that is out, or may be, beside the value that stands: the node goes no
//! further before it has its data, so no write is at its end before that is known. Decides and says;
//! writes to no store.

use super::{End, Saga};
use crate::domain::intent::{Ending, Finding, Stage, Story, is_without_effect};

impl Saga<'_> {
    /// Whether nothing can come of any try so far.
    pub(super) fn is_without_effect(&self, running: Option<bool>) -> bool {
        let last = (&self.story.receipt, running);
        is_without_effect(&self.story, last, self.ledger.boot().as_ref())
    }

    /// Whether a transaction of ours may be on its way that a further step would get in the way of:
    /// beside a value that stands above the fence, where whoever looks again later can learn of it,
    /// and of encrypted data always, since a second one does not bring the data of the first.
    pub(super) fn may_come(&self, finding: &Finding, running: Option<bool>) -> bool {
        let receipt = &self.story.receipt;
        let repeatable = self.writers.values.is_repeatable();
        let earlier = receipt.stage == Stage::Reverted && !self.story.alone;
        let boot = self.ledger.boot();
        let told = repeatable || self.story.may_tell(receipt, running, boot.as_ref());
        match finding {
            Finding::Untouched => !repeatable && (receipt.stage.is_unseen() || earlier),
            _ => receipt.stage.is_unseen() && finding.is_beside(receipt, told),
        }
    }

    /// What stays open behind a value whose transaction nobody can look up any more: said with the
    /// end, also of a later run that finds the value applied.
    pub(super) fn caveat(&self) -> Option<&'static str> {
        let Story {
            version, receipt, ..
        } = &self.story;
        let stood = self.story.plan.value.is_some() && version.is_some();
        let untold = receipt.stage.is_unseen() && !self.writers.values.is_repeatable();
        (stood && untold).then_some(UNSEEN)
    }

    /// The end of a transaction whose data is different each time that it is made.
    pub(super) fn unrepeatable(&self, finding: &Finding) -> End {
        let receipt = &self.story.receipt;
        // Without its number it may be the very one that brought the value.
        let untold = finding.is_ours() && receipt.sequence.is_none();
        let ending = match receipt.stage {
            _ if untold => Ending::Unknown,
            stage => lacking(stage),
        };
        let what = match ending {
            Ending::DataMissing => "the node waits for it, for all streams",
            _ => OUT,
        };
        let said = format!(
            "{what}: its data is encrypted and can't be made again; a KV node gets past it only with \
             a finite max_download_retries in its configuration"
        );
        (ending, said)
    }
}

/// The end while a transaction of ours may still be on its way.
pub(super) fn unseen(finding: &Finding) -> End {
    let said = match finding {
        Finding::Ours(version) => format!(
            "the new value is stored at {version}; whether a transaction of this write is still on \
             its way is not known"
        ),
        Finding::Untouched => {
            "whether the value was sent is not known, and it is not sent again: encrypted data is \
             different each time, so a second transaction does not bring the data of the first"
                .to_owned()
        }
        _ => "somebody else's value stands; whether ours was sent is not known".to_owned(),
    };
    (Ending::Unknown, said)
}

/// What stays open behind a value whose transaction nobody can look up any more.
const UNSEEN: &str = "whether our own transaction brought the value can't be told, since encrypted data can't be \
     looked up without its root: if not, it may still come without its data and hold the node up";

/// What is said of a transaction of which no block is known.
pub(super) const OUT: &str =
    "the transaction is out; whether it is in a block and its data arrived can't be told";

/// The end of a transaction whose data could not be brought.
pub(super) fn lacking(stage: Stage) -> Ending {
    match stage {
        Stage::Mined => Ending::DataMissing,
        _ => Ending::Unknown,
    }
}
