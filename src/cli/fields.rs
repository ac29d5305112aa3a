//! Names of fields on the command line: a misspelt one is told, not answered with empty cells.

use super::args::Ls;
use super::exit::{Fault, Stop};
use super::output::Output;
use super::question::{self, Question};
use super::session::Session;
use crate::domain::{Collection, Filter, Model, columns, filter};
use crate::task::{Outcome, TaskSpec};

/// Checks the columns, the sort field and the fields of the filter line against what is known of
/// the collection, its indexes and some of its documents. Where those can't settle it, it is said.
pub(super) async fn check(
    session: &mut Session,
    args: &Ls,
    question: &Question,
    out: &mut Output,
) -> Result<(), Stop> {
    let model = Session::model(&args.collection);
    let mut open = asked(args, question)?;
    open.retain(|name| name != "_id" && model.is_none_or(|m| m.lite_field(name).is_none()));
    if open.is_empty() {
        return Ok(());
    }
    let mut known: Vec<String> = model
        .map(|model| model.lite.iter().map(|field| field.name.clone()).collect())
        .unwrap_or_default();
    known.extend(indexed(session, &args.collection).await?);
    let sample = question::page(
        session,
        &args.collection,
        Filter::default(),
        question::SAMPLE,
    )
    .await?;
    // Of what has no documents the walk says so itself.
    if sample.rows.is_empty() && model.is_none() {
        return Ok(());
    }
    let seen = columns::seen(sample.rows.iter());
    known.extend(seen.into_iter().map(|(name, _)| name));
    for name in open.iter().filter(|name| !known.contains(*name)) {
        if model.is_none() && sample.more {
            let near = filter::meant(name, known.iter().map(String::as_str));
            out.note(&out.style.spelling().clean(&format!(
                "note: the {} newest documents of {} have no field {name:?}, and no index has{near}",
                sample.rows.len(),
                args.collection
            )));
            continue;
        }
        return Err(unknown(name, &known, model, &args.collection).into());
    }
    Ok(())
}

/// The first steps of the paths that were typed, each once.
fn asked(args: &Ls, question: &Question) -> Result<Vec<String>, Fault> {
    let columns = args.columns.iter().flatten().map(String::as_str);
    let clauses = question.filter.clauses.iter().map(|c| c.path.as_str());
    let mut names: Vec<String> = Vec::new();
    for path in columns.chain([question.sort.field.as_str()]).chain(clauses) {
        if path.split('.').any(str::is_empty) {
            let fault = Fault::usage(format!("{path:?} is not the name of a field"));
            return Err(fault.hint("names of columns stand between commas: --columns _id,type"));
        }
        let top = path.split('.').next().unwrap_or_default();
        if !names.iter().any(|name| name == top) {
            names.push(top.to_owned());
        }
    }
    Ok(names)
}

/// The fields of the indexes; a server that does not list them knows none.
async fn indexed(session: &mut Session, collection: &Collection) -> Result<Vec<String>, Stop> {
    let spec = TaskSpec::Indexes(collection.clone());
    let ends = session.ask_all(vec![spec], |_, _| Ok(())).await?;
    let fields = ends.into_iter().flat_map(|end| match end {
        Ok(Outcome::Indexes(_, indexes)) => indexes,
        _ => Vec::new(),
    });
    let fields = fields.flat_map(|index| index.fields);
    let top = |path: String| path.split('.').next().unwrap_or_default().to_owned();
    Ok(fields.map(top).collect())
}

fn unknown(name: &str, known: &[String], model: Option<&Model>, of: &Collection) -> Fault {
    let near = filter::meant(name, known.iter().map(String::as_str));
    let fault = Fault::usage(format!("MongoDB holds no field {name:?} in {of}{near}"));
    if model.is_some_and(|model| model.full_field(name).is_some()) {
        return fault.hint("it is in the full value: `dualscope get KEY` prints that");
    }
    let mut names: Vec<&str> = known.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    fault.hint(format!("there are {}", names.join(", ")))
}
