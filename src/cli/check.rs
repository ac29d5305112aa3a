//! `dualscope check`: how many documents of a collection stand how.
//!
//! It looks and counts; what stands behind a number is for `ls` to list.

use std::collections::HashSet;
use std::sync::Arc;

use super::args::Check;
use super::collections;
use super::exit::{Exit, Stop};
use super::looking::{self, Look, Tally};
use super::output::Output;
use super::record::Object;
use super::session::Session;
use super::text::{Column, Table};
use crate::domain::state::{State, TABLE};
use crate::domain::{Collection, Cursor, Diagnosis, Filter, Lite, Place, Query, Sort};

/// The states of one collection's documents.
struct Summary {
    collection: Collection,
    /// How often each state was met, in the order of the table.
    states: [u64; TABLE.len()],
    /// Of those in no state: kept in MongoDB only, so that there is nothing to look at.
    kept_in_mongo: u64,
    findings: u64,
    /// Documents that the walk met, whether their states could be told or not.
    documents: u64,
    /// The walk came to the end.
    complete: bool,
}

pub(super) async fn run(
    session: &mut Session,
    args: &Check,
    out: &mut Output,
) -> Result<Exit, Stop> {
    looking::needs_values(session)?;
    let listed = collections::list(session).await?;
    collections::needs_some(session, &listed).await?;
    let (chosen, unclear) = if args.collections.is_empty() {
        collections::dual(session, &listed).await?
    } else {
        for name in &args.collections {
            collections::must_be_among(session, name, &listed).await?;
        }
        let mut chosen = args.collections.clone();
        let mut met = HashSet::new();
        chosen.retain(|name| met.insert(name.clone()));
        (chosen, Vec::new())
    };
    let mut tally = Tally::default();
    let mut sheet = Sheet::new();
    for collection in chosen {
        let mut summary = Summary::new(collection);
        let walked = walk(session, args, &mut summary, (&mut tally, out)).await;
        // What was counted before a store fell silent is told all the same.
        if summary.documents > 0 || walked.is_ok() {
            sheet.print(&summary, out)?;
        }
        walked?;
    }
    if sheet.incomplete {
        out.note("the newest documents only: --limit N looks at more of each, --all at all");
    }
    for said in &unclear {
        out.note(said);
    }
    if sheet.table.is_none() && !out.style.json {
        out.note(&format!("nothing in {} is stored twice", session.mongo));
    }
    Ok(match tally.end(out) {
        Exit::Clean if !unclear.is_empty() => Exit::Partly,
        exit => exit,
    })
}

/// Goes through a collection from its newest document.
async fn walk(
    session: &mut Session,
    args: &Check,
    summary: &mut Summary,
    (tally, out): (&mut Tally, &mut Output),
) -> Result<(), Stop> {
    let page_size = session.settings.browse.page_size as u64;
    let most = if args.all {
        u64::MAX
    } else {
        args.limit.unwrap_or(page_size)
    };
    let sort = Sort::by_id(true);
    let mut from = Place::First;
    while summary.documents < most {
        let limit = page_size.min(most - summary.documents);
        let query = Query {
            collection: summary.collection.clone(),
            filter: Filter::default(),
            sort: sort.clone(),
            from,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let page = looking::page(session, query).await?;
        let last = page.rows.last().map(|row| Cursor::of(row, &sort));
        let rows: Vec<Arc<Lite>> = page.rows.into_iter().map(Arc::new).collect();
        let look = Look::at(session, &summary.collection, &rows).await?;
        tally.look(&look);
        for mark in &look.marks {
            summary.add(&mark.diagnosis);
            tally.count(mark);
        }
        summary.documents += rows.len() as u64;
        summary.complete = !page.more;
        look.silence("run `dualscope doctor`")?;
        let (true, Some(last)) = (page.more, last) else {
            return Ok(());
        };
        from = Place::After(Arc::new(last));
        let Summary {
            collection,
            documents,
            ..
        } = &*summary;
        out.progress(|| format!("{collection}: {documents} documents looked at"));
    }
    Ok(())
}

impl Summary {
    fn new(collection: Collection) -> Self {
        Self {
            collection,
            states: [0; TABLE.len()],
            kept_in_mongo: 0,
            findings: 0,
            documents: 0,
            complete: false,
        }
    }

    fn add(&mut self, diagnosis: &Diagnosis) {
        self.findings += u64::from(diagnosis.state.row().finding);
        if diagnosis.is_kept_in_mongo() {
            self.kept_in_mongo += 1;
        } else {
            self.states[diagnosis.state as usize] += 1;
        }
    }

    fn object(&self) -> Object {
        let mut states = Object::default();
        for (row, count) in TABLE.iter().zip(&self.states) {
            states.put(row.name, count);
        }
        let mut object = Object::with_schema();
        object.put("collection", &self.collection);
        object.put("documents", &self.documents);
        object.put("complete", &self.complete);
        object.put("unknown", &self.states[State::Unknown as usize]);
        object.put("kept_in_mongo", &self.kept_in_mongo);
        object.put("findings", &self.findings);
        object.put("states", &states);
        object
    }

    /// The states that were met, the healthy ones first.
    fn met(&self) -> String {
        let met = TABLE
            .iter()
            .zip(&self.states)
            .filter(|(_, count)| **count > 0);
        let mut met: Vec<String> = met
            .map(|(row, count)| format!("{count} {}", row.name))
            .collect();
        if self.kept_in_mongo > 0 {
            met.push(format!("{} kept in MongoDB only", self.kept_in_mongo));
        }
        met.join(", ")
    }
}

/// Summaries as lines of a table or of JSON, each as soon as it is known.
struct Sheet {
    table: Option<Table>,
    incomplete: bool,
}

impl Sheet {
    fn new() -> Self {
        Self {
            table: None,
            incomplete: false,
        }
    }

    fn print(&mut self, summary: &Summary, out: &mut Output) -> Result<(), Stop> {
        self.incomplete |= !summary.complete;
        if out.style.json {
            out.json(&summary.object())?;
            return out.flush();
        }
        let table = self.table.get_or_insert_with(|| {
            let columns = vec![
                Column::whole("collection").at_least(NAME),
                Column::number("documents"),
                Column::number("findings"),
                Column::whole("states"),
            ];
            Table::new(columns, out.style.spelling())
        });
        let more = if summary.complete { "" } else { "+" };
        let cells = vec![
            summary.collection.to_string(),
            format!("{}{more}", summary.documents),
            summary.findings.to_string(),
            summary.met(),
        ];
        for line in table.lines(&[cells]) {
            out.line(&line)?;
        }
        out.flush()
    }
}

/// Cells for the longest name of the service's own collections.
const NAME: usize = 25;
