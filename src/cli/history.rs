//! `dualscope history`: the versions of one value, the newest first.

mod proof;

use super::args::History;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::record::Object;
use super::session::{Session, mismatch};
use super::text::{Column, Table};
use crate::domain::text::Spelling;
use crate::domain::{Head, Key, Version, Window};
use crate::task::{Outcome, TaskSpec};
use proof::Deleted;

/// Versions asked for at once.
const PAGE: usize = 100;

pub(super) async fn run(
    session: &mut Session,
    args: &History,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let mut sheet = Sheet::new(&args.key, out.style.spelling());
    let mut left = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut from = None;
    loop {
        let spec = TaskSpec::History {
            key: args.key.clone(),
            from,
            limit: PAGE.min(left),
        };
        let Outcome::Versions(versions) = session.ask(spec).await? else {
            return Err(mismatch());
        };
        sheet.window = versions.window;
        let rows = versions.page.rows;
        left -= rows.len().min(left);
        sheet.print(&rows, out)?;
        out.progress(|| format!("{} versions so far", sheet.count));
        from = rows.last().copied().and_then(version_of).and_then(below);
        let whole = !versions.page.more || from.is_none();
        if !whole && left > 0 {
            continue;
        }
        if !whole {
            out.note("there are older versions; without --limit all are listed");
        }
        if let Some(deleted) = sheet.deleted() {
            proof::tell(session, (&args.key, deleted), out).await?;
        }
        return if whole {
            sheet.end(out)
        } else {
            Ok(Exit::Clean)
        };
    }
}

fn below(version: Version) -> Option<Version> {
    version.0.checked_sub(1).map(Version)
}

fn version_of(head: Head) -> Option<Version> {
    match head {
        Head::Absent => None,
        Head::Tombstone(version) | Head::Value { version, .. } => Some(version),
    }
}

struct Sheet<'a> {
    key: &'a Key,
    table: Table,
    window: Window,
    count: usize,
    /// The newest one, where that is a tombstone.
    deleted: Option<Version>,
    /// Versions with content, and the newest of them.
    live: usize,
    last: Option<(Version, u64)>,
}

impl<'a> Sheet<'a> {
    fn new(key: &'a Key, spelling: Spelling) -> Self {
        let columns = vec![
            Column::whole("version").at_least(9),
            Column::whole("state").at_least(9),
            Column::number("bytes").at_least(9),
        ];
        Self {
            key,
            table: Table::new(columns, spelling),
            window: Window::default(),
            count: 0,
            deleted: None,
            live: 0,
            last: None,
        }
    }

    fn print(&mut self, heads: &[Head], out: &mut Output) -> Result<(), Stop> {
        let mut cells = Vec::new();
        for head in heads {
            let (version, state, size) = match *head {
                Head::Absent => continue,
                Head::Tombstone(version) => (version, "tombstone", 0),
                Head::Value { version, size } => (version, "value", size),
            };
            if self.count == 0 && size == 0 {
                self.deleted = Some(version);
            }
            self.count += 1;
            if size > 0 {
                self.live += 1;
                self.last.get_or_insert((version, size));
            }
            if out.style.json {
                let mut object = Object::with_schema();
                object.put("key", &self.key.to_string());
                object.put("version", &version);
                object.put("state", state);
                object.put("size", &size);
                out.json(&object)?;
            } else {
                cells.push(vec![
                    version.to_string(),
                    state.to_owned(),
                    size.to_string(),
                ]);
            }
        }
        if !cells.is_empty() {
            for line in self.table.lines(&cells) {
                out.line(&line)?;
            }
        }
        Ok(())
    }

    /// What proves that the key was deleted, if it was.
    fn deleted(&self) -> Option<Deleted> {
        Some(Deleted {
            at: self.deleted?,
            live: self.live,
            last: self.last,
        })
    }

    /// Behind the last version that can be seen.
    fn end(&self, out: &mut Output) -> Result<Exit, Stop> {
        let first = self.window.first.filter(|first| *first > 0);
        if let Some(first) = first {
            if out.style.json {
                let mut object = Object::with_schema();
                object.put("key", &self.key.to_string());
                object.put("version", &());
                object.put("state", "unknown");
                object.put("below", &first);
                out.json(&object)?;
            } else {
                out.line(&format!(
                    "below {first}: unknown, the node's history starts there"
                ))?;
            }
        }
        if self.count > 0 {
            if !self.window.tells_reach() {
                out.note(
                    "this node does not tell where its history begins: there may be older versions",
                );
            }
            return Ok(Exit::Clean);
        }
        out.flush()?;
        let key = self.key;
        let fault = if let Some(why) = self.window.blind() {
            let message = format!("whether {key} was ever written can't be told: {why}");
            Fault::new(Exit::Unreachable, "unseen", message)
        } else {
            let message = format!("{key} was never written, as far as this node can see");
            Fault::new(Exit::Findings, "not-found", message)
        };
        Err(fault
            .hint(format!(
                "`dualscope get {key} --view state` says how the two sides stand"
            ))
            .into())
    }
}
