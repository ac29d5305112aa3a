//! How a submission of a value can fail: what went wrong, bounded by what may have happened by then.

use crate::domain::intent::{Receipt, Stage};
use crate::store::error::StoreError;

/// Why a submission did not end well, and what may have happened by then.
#[derive(Clone, PartialEq, Debug)]
pub struct SubmitFault {
    /// What was known at the end. Its stage bounds what can have happened.
    pub receipt: Receipt,
    /// What went wrong. Its retry class is [`Retry::Safe`](crate::store::error::Retry::Safe) only when
    /// nothing can have been sent.
    pub error: StoreError,
}

impl SubmitFault {
    /// A fault before anything was sent.
    #[must_use]
    pub fn unsent(error: StoreError) -> Self {
        Self {
            receipt: Receipt::default(),
            error,
        }
    }

    /// Whether nothing can have been sent.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.receipt.stage == Stage::Preparing
    }

    /// The error in words that begin with what was sent, where nothing was.
    #[must_use]
    pub fn said(&self) -> String {
        if !self.is_unsent() {
            return self.error.to_string();
        }
        let StoreError { message, hint, .. } = &self.error;
        let why = message
            .strip_suffix("; nothing was sent")
            .unwrap_or(message);
        format!("nothing was sent: {why}; {hint}")
    }

    /// Whether nothing comes of it: nothing was sent, or the chain refused what was.
    #[must_use]
    pub fn is_without_effect(&self) -> bool {
        self.receipt.stage.is_without_effect()
    }
}
