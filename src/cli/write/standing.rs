//! A document with a write that is still open is not written to unless that is said: the second
//! write could only fail by its fence, or break what is left of the first.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::cli::args::How;
use crate::cli::exit::{Exit, Fault};
use crate::cli::session::Session;
use crate::domain::Key;
use crate::domain::intent::{Entry, Ledger, standing};

/// What is open on the document, one sentence each, the newest first.
///
/// # Errors
/// There is some, and this is neither a dry run nor agreed to; or the journal can't be read.
pub(super) fn on(session: &Session, key: &Key, how: &How) -> Result<Vec<String>, Fault> {
    let survey = Ledger::survey(&session.journal()).map_err(|fault| {
        let unread = Fault::new(Exit::Refused, "journal", fault.said);
        unread.hint(format!("{}; nothing was written", fault.hint))
    })?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    let said = |entry: &Entry| {
        let first = format!("`dualscope recover {}` first", entry.story.intent);
        format!("{}; {first}", entry.still(now))
    };
    let open = standing(&survey, &session.place, key);
    let said: Vec<String> = open.map(said).collect();
    match said.first() {
        Some(first) if !how.dry_run && !how.despite_open => {
            let fault = Fault::new(Exit::Refused, "open", first);
            Err(fault.hint("--despite-open writes all the same; nothing was written"))
        }
        _ => Ok(said),
    }
}
