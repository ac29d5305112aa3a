//! Rows that a filter by date passes over since they hold text in that field: the list alone would
//! look as if they were not there.

use std::time::Duration;

use super::super::exit::Stop;
use super::super::output::Output;
use super::super::session::{Session, mismatch};
use crate::domain::query::Count;
use crate::domain::{Collection, Filter};
use crate::task::{Outcome, TaskSpec};

/// How long one such count may take; nobody has asked for it.
const LIMIT: Duration = Duration::from_secs(2);

/// Tells of such rows. That they can't be counted is told as well, and is no fault of the list.
pub(super) async fn tell(
    session: &mut Session,
    collection: &Collection,
    filter: &Filter,
    out: &mut Output,
) -> Result<(), Stop> {
    let asked = filter.texts_for_dates();
    let specs = asked.iter().map(|(_, texts)| TaskSpec::Count {
        collection: collection.clone(),
        filter: texts.clone(),
        limit: LIMIT,
    });
    let ends = session.ask_all(specs.collect(), |_, _| Ok(())).await?;
    for ((path, _), end) in asked.iter().zip(ends) {
        let said = match end {
            Ok(Outcome::Count(count)) => said(path, count),
            Ok(_) => return Err(mismatch()),
            Err(_) => said(path, Count::AtLeast(0)),
        };
        if let Some(said) = said {
            out.note(&out.style.spelling().clean(&said));
        }
    }
    Ok(())
}

fn said(path: &str, count: Count) -> Option<String> {
    let rows = match count {
        Count::Exact(0) => return None,
        Count::AtLeast(0) => {
            return Some(format!(
                "can't tell whether rows hold text in {path}, which no date matches"
            ));
        }
        Count::Exact(1) => "1 row holds".to_owned(),
        Count::Exact(n) => format!("{n} rows hold"),
        Count::AtLeast(n) | Count::Estimate(n) => format!("at least {n} rows hold"),
    };
    Some(format!(
        "{rows} text in {path}, which no date matches: -f '{{\"{path}\": {{\"$type\": \"string\"}}}}' \
         lists them"
    ))
}
