//! `dualscope collections`: what there is, how it is stored, how much of it.

use std::collections::HashMap;
use std::time::Duration;

use super::args::Collections;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::record::Object;
use super::session::{Session, mismatch};
use super::text::{Column, Table};
use crate::domain::check::Step;
use crate::domain::model::Layout;
use crate::domain::query::{Count, Entry};
use crate::domain::{Catalog, Collection, Filter, filter, human};
use crate::task::{Outcome, TaskSpec};

/// Where the documents of a collection are, as far as it could be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Dual,
    MongoOnly,
    Unknown,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Dual => "dual",
            Self::MongoOnly => "mongo-only",
            Self::Unknown => "unknown",
        }
    }
}

pub(super) async fn run(
    session: &mut Session,
    args: &Collections,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let mut entries = list(session).await?;
    needs_some(session, &entries).await?;
    let catalog = Catalog::builtin();
    entries.retain(|entry| args.all || !catalog.hides(&entry.name));
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut told = Told {
        trouble: Vec::new(),
    };
    let kinds = kinds(session, &entries, &mut told).await?;
    let counts = if args.count {
        let limit = Duration::from_secs(args.time_limit);
        exact(session, &entries, limit, &mut told).await?
    } else {
        estimates(session, &entries, &mut told).await?
    };
    // Stored twice first, as on the screen.
    entries.sort_by_key(|entry| kinds.get(&entry.name) != Some(&Kind::Dual));
    let rows: Vec<Row> = entries
        .into_iter()
        .map(|entry| Row {
            kind: kinds.get(&entry.name).copied().unwrap_or(Kind::Unknown),
            count: counts.get(&entry.name).copied(),
            entry,
        })
        .collect();
    print(&rows, out)?;
    told.trouble.dedup();
    told.trouble.iter().for_each(|said| out.note(said));
    if rows.is_empty() {
        out.note(&format!(
            "no collections in {} but helpers: --all lists them",
            session.mongo
        ));
    }
    Ok(if told.trouble.is_empty() {
        Exit::Clean
    } else {
        Exit::Partly
    })
}

/// The collections of the database, as the server lists them.
pub(super) async fn list(session: &mut Session) -> Result<Vec<Entry>, Stop> {
    match session.ask(TaskSpec::Collections).await? {
        Outcome::Collections(entries) => Ok(entries),
        _ => Err(mismatch()),
    }
}

/// A database without any collection is most likely a typing error.
pub(super) async fn needs_some(session: &mut Session, listed: &[Entry]) -> Result<(), Stop> {
    if !listed.is_empty() {
        return Ok(());
    }
    let (said, next) = elsewhere(session).await?;
    let message = format!("no collections in {}: {said}", session.mongo);
    let fault = Fault::new(Exit::Usage, "not-found", message);
    Err(fault.hint(next).into())
}

/// A name that the database does not have is a typing error.
pub(super) async fn must_be_among(
    session: &mut Session,
    collection: &Collection,
    listed: &[Entry],
) -> Result<(), Stop> {
    if listed.iter().any(|entry| entry.name == *collection) {
        return Ok(());
    }
    let name = collection.as_str();
    let message = format!("there is no collection {name:?} in {}", session.mongo);
    let fault = |message| Fault::new(Exit::Usage, "not-found", message);
    if listed.is_empty() {
        let (said, next) = elsewhere(session).await?;
        return Err(fault(format!("{message}: {said}")).hint(next).into());
    }
    let near = filter::meant(name, listed.iter().map(|entry| entry.name.as_str()));
    let next = "`dualscope collections` lists what is there";
    Err(fault(message + &near).hint(next).into())
}

/// The collections that are stored twice, and what was said of those that could not be told.
pub(super) async fn dual(
    session: &mut Session,
    listed: &[Entry],
) -> Result<(Vec<Collection>, Vec<String>), Stop> {
    let shown = |entry: &&Entry| !Catalog::builtin().hides(&entry.name) && !entry.derived;
    let mut entries: Vec<Entry> = listed.iter().filter(shown).cloned().collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut told = Told {
        trouble: Vec::new(),
    };
    let kinds = kinds(session, &entries, &mut told).await?;
    let mut dual = Vec::new();
    for Entry { name, .. } in entries {
        match kinds.get(&name) {
            Some(Kind::Dual) => dual.push(name),
            None if told.trouble.is_empty() => told.add(
                &name,
                "can't tell whether it is stored twice; name it to have it checked",
            ),
            _ => {}
        }
    }
    Ok((dual, told.trouble))
}

/// What there is beside an empty database, as far as the login may know, and the next step: what
/// the doctor finds.
pub(super) async fn elsewhere(session: &mut Session) -> Result<(String, String), Stop> {
    let mut found = None;
    let mut note = |outcome| {
        if let Outcome::Checks(checks) = outcome {
            let step = checks.into_iter().find(|c| c.step == Step::MongoDatabase);
            found = found.take().or(step);
        }
        Ok(())
    };
    session.ask_in_parts(TaskSpec::Doctor, &mut note).await?;
    Ok(found.filter(|check| !check.next.is_empty()).map_or_else(
        || {
            let next = "`dualscope doctor` checks every step of the way";
            ("it is empty".to_owned(), next.to_owned())
        },
        |check| (check.said, check.next),
    ))
}

/// What could not be had.
struct Told {
    trouble: Vec<String>,
}

impl Told {
    fn add(&mut self, collection: &Collection, said: &str) {
        self.trouble.push(format!("{collection}: {said}"));
    }
}

/// What the model says, and a look at the documents of those without one.
async fn kinds(
    session: &mut Session,
    entries: &[Entry],
    told: &mut Told,
) -> Result<HashMap<Collection, Kind>, Stop> {
    let mut kinds = HashMap::new();
    let mut open = Vec::new();
    for Entry { name, .. } in entries {
        match Session::model(name).map(|model| model.stored) {
            Some(Layout::Dual) => kinds.insert(name.clone(), Kind::Dual),
            Some(Layout::MongoOnly) => kinds.insert(name.clone(), Kind::MongoOnly),
            Some(Layout::DualInJanuary) | None => {
                open.push(name.clone());
                None
            }
        };
    }
    if session.values.is_err() {
        return Ok(kinds);
    }
    let specs = open.iter().cloned().map(TaskSpec::Look).collect();
    for (name, end) in open
        .iter()
        .zip(session.ask_all(specs, |_, _| Ok(())).await?)
    {
        match end {
            Ok(Outcome::Look(name, Some(true))) => kinds.insert(name, Kind::Dual),
            Ok(Outcome::Look(name, Some(false))) => kinds.insert(name, Kind::MongoOnly),
            Ok(_) => None,
            Err(failure) => {
                told.add(name, &format!("can't tell its kind: {}", failure.said));
                None
            }
        };
    }
    Ok(kinds)
}

async fn estimates(
    session: &mut Session,
    entries: &[Entry],
    told: &mut Told,
) -> Result<HashMap<Collection, Count>, Stop> {
    let names: Vec<Collection> = entries.iter().map(|entry| entry.name.clone()).collect();
    let mut counts = HashMap::new();
    let spec = TaskSpec::Estimates(names);
    session
        .ask_in_parts(spec, |part| {
            match part {
                Outcome::Estimate(name, Ok(count)) => {
                    counts.insert(name, Count::Estimate(count));
                }
                Outcome::Estimate(name, Err(failure)) => told.add(&name, &failure.said),
                _ => {}
            }
            Ok(())
        })
        .await?;
    Ok(counts)
}

async fn exact(
    session: &mut Session,
    entries: &[Entry],
    limit: Duration,
    told: &mut Told,
) -> Result<HashMap<Collection, Count>, Stop> {
    let specs = entries.iter().map(|entry| TaskSpec::Count {
        collection: entry.name.clone(),
        filter: Filter::default(),
        limit,
    });
    let ends = session.ask_all(specs.collect(), |_, _| Ok(())).await?;
    let mut counts = HashMap::new();
    for (entry, end) in entries.iter().zip(ends) {
        match end {
            Ok(Outcome::Count(count)) => {
                counts.insert(entry.name.clone(), count);
            }
            Ok(_) => return Err(mismatch()),
            Err(failure) => told.add(&entry.name, &failure.said),
        }
    }
    Ok(counts)
}

struct Row {
    entry: Entry,
    kind: Kind,
    count: Option<Count>,
}

fn print(rows: &[Row], out: &mut Output) -> Result<(), Stop> {
    if out.style.json {
        for row in rows {
            out.json(&object(row))?;
        }
        return Ok(());
    }
    let spelling = out.style.spelling();
    let said = |count| human::count(count, spelling);
    let mut table = Table::new(
        vec![
            Column::whole("collection"),
            Column::whole("kind"),
            Column::number("documents"),
        ],
        out.style.spelling(),
    );
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let view = if row.entry.derived { ", view" } else { "" };
            vec![
                row.entry.name.to_string(),
                format!("{}{view}", row.kind.name()),
                row.count.map_or_else(|| "?".to_owned(), said),
            ]
        })
        .collect();
    if cells.is_empty() {
        return Ok(());
    }
    for line in table.lines(&cells) {
        out.line(&line)?;
    }
    Ok(())
}

fn object(row: &Row) -> Object {
    let (count, exactness) = match row.count {
        Some(Count::Estimate(n)) => (Some(n), Some("estimate")),
        Some(Count::Exact(n)) => (Some(n), Some("exact")),
        Some(Count::AtLeast(n)) => (Some(n), Some("at-least")),
        None => (None, None),
    };
    let mut object = Object::with_schema();
    object.put("collection", &row.entry.name);
    object.put("kind", row.kind.name());
    object.put("derived", &row.entry.derived);
    object.put("count", &count);
    object.put("count_is", &exactness);
    object
}
