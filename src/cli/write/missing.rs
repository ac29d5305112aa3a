//! A write to a document of a collection that does not exist is most likely a slip of the pen, and is
//! told as that. A value whose collection is gone can be deleted all the same: only what is refused
//! is looked at.

use crate::cli::collections;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;
use crate::domain::Key;
use crate::domain::plan::Why;

/// The stop, or what is wrong with the collection where that is the reason.
pub(super) async fn instead(session: &mut Session, key: &Key, stop: Stop) -> Stop {
    let Stop::Fault(fault) = &stop else {
        return stop;
    };
    let kinds = [Why::State.name(), Why::Unsupported.name(), "not-found"];
    let refused = matches!(fault.exit, Exit::Refused | Exit::Findings);
    if !refused || !kinds.contains(&fault.kind) || Session::model(&key.collection).is_some() {
        return stop;
    }
    // What can't be listed is no reason to say anything else.
    let Ok(listed) = collections::list(session).await else {
        return stop;
    };
    match collections::must_be_among(session, &key.collection, &listed).await {
        Err(Stop::Fault(missing)) => missing.and("nothing was written").into(),
        Err(Stop::Closed) | Ok(()) => stop,
    }
}
