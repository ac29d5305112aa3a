//! Rows that a filter by date passes over since they hold text in that field: the list alone would
//! look as if they were not there.

use super::super::exit::Stop;
use super::super::output::Output;
use super::super::session::{Session, mismatch};
use crate::domain::human::texts_said;
use crate::domain::query::{TEXTS_LIMIT, texts_line};
use crate::domain::{Collection, Filter};
use crate::task::{Outcome, TaskSpec};

/// Tells of such rows. That they can't be counted is told as well, and is no fault of the list.
pub(super) async fn tell(
    session: &mut Session,
    collection: &Collection,
    filter: &Filter,
    out: &mut Output,
) -> Result<(), Stop> {
    if filter.texts_for_dates().is_empty() {
        return Ok(());
    }
    let asked = TaskSpec::Texts {
        collection: collection.clone(),
        filter: filter.clone(),
        limit: TEXTS_LIMIT,
    };
    let Outcome::Texts(found) = session.ask(asked).await? else {
        return Err(mismatch());
    };
    for (path, count) in found {
        let lister = format!("-f '{}'", texts_line(&path));
        if let Some(said) = texts_said(&path, count, &lister) {
            out.note(&out.style.spelling().clean(&said));
        }
    }
    Ok(())
}
