//! What `ls` asks: the filter line, the order and the place, read from its arguments.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::Ls;
use super::exit::{Exit, Fault, Stop};
use super::looking;
use super::secret;
use super::session::Session;
use crate::domain::columns;
use crate::domain::filter::{self, Line};
use crate::domain::query::{Clause, Test};
use crate::domain::{
    Collection, Cursor, Filter, Key, Lite, Model, Page, Place, Query, Sort, State,
};

/// Rows looked at to learn the names and types of fields.
pub(super) const SAMPLE: u32 = 50;

/// One question about a collection.
pub(super) struct Question {
    pub(super) filter: Filter,
    /// Only these states; empty is every state.
    pub(super) states: Vec<State>,
    pub(super) sort: Sort,
    pub(super) from: Place,
    /// The filter as typed, when it is a MongoDB query.
    raw: Option<String>,
}

impl Question {
    /// A query that the server does not understand is the fault of who typed it.
    pub(super) fn blame(&self, stop: Stop) -> Stop {
        match (stop, &self.raw) {
            (Stop::Fault(mut fault), Some(line)) if fault.kind == "malformed" => {
                fault.exit = Exit::Usage;
                Stop::Fault(Box::new(fault.at(line, 0..line.len())))
            }
            (stop, _) => stop,
        }
    }
}

/// Reads the arguments; a field that is not known beforehand is looked for in some documents.
pub(super) async fn read(session: &mut Session, args: &Ls) -> Result<Question, Stop> {
    let model = Session::model(&args.collection);
    let line = args.filter.as_deref().unwrap_or_default();
    let parsed = filter_line(session, args, line).await?;
    let sort = sort(args.sort.as_deref(), model)?;
    if !args.reveal {
        secret::guard(model, &parsed.filter, &sort)?;
    }
    let from = match &args.after {
        Some(text) => after(session, args, text, &sort).await?,
        None => Place::First,
    };
    let raw = parsed.filter.raw.is_some().then(|| line.to_owned());
    Ok(Question {
        filter: parsed.filter,
        states: parsed.states,
        sort,
        from,
        raw,
    })
}

async fn filter_line(session: &mut Session, args: &Ls, line: &str) -> Result<Line, Stop> {
    let known = Session::model(&args.collection).map_or(&[][..], |model| &model.lite);
    let now = now();
    let first = filter::parse(line, known, &[], now);
    let learns = !known.is_empty() && first.is_err();
    let untyped = known.is_empty() && first.as_ref().is_ok_and(|l| !l.filter.clauses.is_empty());
    let parsed = if learns || untyped {
        let sample = page(session, &args.collection, Filter::default(), SAMPLE).await?;
        let names = columns::seen(sample.rows.iter());
        filter::parse(line, known, &names, now)
    } else {
        first
    };
    parsed.map_err(|fault| {
        let told = Fault::new(Exit::Usage, "filter", format!("the filter: {}", fault.what));
        let help = "`dualscope ls --help` shows how filters are written";
        let hint = match fault.choice.as_str() {
            "" => help.to_owned(),
            choice => format!("{choice}; {help}"),
        };
        told.at(line, fault.span).hint(hint).into()
    })
}

fn sort(asked: Option<&str>, model: Option<&Model>) -> Result<Sort, Fault> {
    let Some(asked) = asked else {
        return Ok(model.map_or_else(
            || Sort::by_id(true),
            |model| Sort {
                field: model.sort_field.clone(),
                descending: model.sort_descending,
            },
        ));
    };
    let field = asked.strip_prefix('-').unwrap_or(asked);
    if field.contains(',') {
        let fault = Fault::usage(format!("{asked:?}: rows are sorted by one field"));
        return Err(fault.hint("name one of them; _id puts those that are equal there in order"));
    }
    let sound = field
        .split('.')
        .all(|part| !part.is_empty() && !part.starts_with('$'));
    if !sound {
        let fault = Fault::usage(format!("{field:?} is not the name of a field"));
        return Err(fault.hint("--sort timestamp, or --sort -timestamp for the greatest first"));
    }
    Ok(Sort {
        field: field.to_owned(),
        descending: field != asked,
    })
}

/// The place behind a document, given by its key or its id.
async fn after(session: &mut Session, args: &Ls, text: &str, sort: &Sort) -> Result<Place, Stop> {
    let own = text.strip_prefix(&format!("{}:", args.collection));
    let key = Key {
        collection: args.collection.clone(),
        id: own.unwrap_or(text).into(),
    };
    let clause = Clause {
        path: "_id".to_owned(),
        test: Test::AnyOf(key.id_candidates()),
    };
    let filter = Filter {
        clauses: vec![clause],
        raw: None,
    };
    let found = page(session, &args.collection, filter, 1).await?;
    let Some(lite) = found.rows.first() else {
        let fault = Fault::usage(format!("MongoDB does not list {key}"));
        return Err(fault
            .hint("--after wants the key of a document of this list")
            .into());
    };
    Ok(Place::After(Arc::new(Cursor::of(lite, sort))))
}

/// The newest documents by `_id` that pass a filter.
pub(super) async fn page(
    session: &mut Session,
    collection: &Collection,
    filter: Filter,
    limit: u32,
) -> Result<Page<Lite>, Stop> {
    let query = Query {
        collection: collection.clone(),
        filter,
        sort: Sort::by_id(true),
        from: Place::First,
        limit,
    };
    looking::page(session, query).await
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
