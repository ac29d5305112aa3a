//! `dualscope ls`: walks a collection page by page and prints what it meets.
//!
//! One page is in memory at a time; the next one is asked for when this one has been written.

mod texts;

use std::sync::Arc;

use super::args::Ls;
use super::collections;
use super::exit::{Exit, Stop};
use super::fields;
use super::looking::{self, Look, Tally};
use super::output::Output;
use super::question::{self, Question};
use super::record;
use super::secret::Discretion;
use super::session::Session;
use super::text::{Column, Table};
use crate::domain::columns;
use crate::domain::ejson::Style;
use crate::domain::text::Spelling;
use crate::domain::{Cursor, Lite, Model, Page, Place, Query, State};
use crate::task::event::Mark;

/// Columns that nobody has asked for.
const COLUMNS: usize = 6;
/// What helps when nothing of the values can be seen.
const SILENT: &str = "run `dualscope doctor`; the documents alone are listed without --check and \
                      without is:STATE";

pub(super) async fn run(session: &mut Session, args: &Ls, out: &mut Output) -> Result<Exit, Stop> {
    let question = question::read(session, args).await?;
    let looks = args.check || !question.states.is_empty();
    if looks {
        looking::needs_values(session)?;
    }
    fields::check(session, args, &question, out).await?;
    let page_size = session.settings.browse.page_size;
    let mut walk = Walk {
        left: match (args.all, args.limit) {
            (true, _) => None,
            (false, limit) => Some(limit.unwrap_or(page_size as u64)),
        },
        printer: Printer::new(session, args),
        looks,
        question,
        printed: 0,
        met: 0,
        tally: Tally::default(),
    };
    walk.run(session, page_size, out).await?;
    let filter = &walk.question.filter;
    texts::tell(session, &args.collection, filter, out).await?;
    if walk.met == 0 {
        let listed = collections::list(session).await?;
        collections::must_be_among(session, &args.collection, &listed).await?;
        out.note("no documents");
    } else if walk.printed == 0 {
        out.note(&format!("none of {} documents matches", walk.met));
        if walk.question.states.contains(&State::Orphan) {
            out.note("an orphan stands in no list: `dualscope get KEY` tells one by its key");
        }
    }
    Ok(walk.tally.end(out))
}

/// One walk through a list.
struct Walk<'a> {
    question: Question,
    printer: Printer<'a>,
    /// Whether both sides of each row are looked at.
    looks: bool,
    /// Rows that may still be printed; `None` is all.
    left: Option<u64>,
    printed: u64,
    met: u64,
    tally: Tally,
}

impl Walk<'_> {
    async fn run(
        &mut self,
        session: &mut Session,
        page_size: usize,
        out: &mut Output,
    ) -> Result<(), Stop> {
        loop {
            let page = self.page(session, page_size).await?;
            self.met += page.rows.len() as u64;
            let last = page
                .rows
                .last()
                .map(|row| Cursor::of(row, &self.question.sort));
            let rows: Vec<Arc<Lite>> = page.rows.into_iter().map(Arc::new).collect();
            let collection = &self.printer.args.collection;
            let look = if self.looks {
                Look::at(session, collection, &rows).await?
            } else {
                Look::default()
            };
            // Who asks for what can't be told has the answer.
            if !self.question.states.contains(&State::Unknown) {
                self.tally.look(&look);
            }
            let more = self.print(&rows, &look.marks, out)? || page.more;
            out.flush()?;
            look.silence(SILENT)?;
            if self.left == Some(0) {
                if more {
                    out.note(
                        "there are more: --all prints all, --limit N so many, --after goes on",
                    );
                }
                return Ok(());
            }
            let (true, Some(last)) = (page.more, last) else {
                return Ok(());
            };
            self.question.from = Place::After(Arc::new(last));
            let (met, printed) = (self.met, self.printed);
            out.progress(|| format!("{met} documents read, {printed} printed"));
        }
    }

    async fn page(&self, session: &mut Session, page_size: usize) -> Result<Page<Lite>, Stop> {
        let wanted = match self.left {
            // What does not match must be read too.
            Some(left) if self.question.states.is_empty() => left.min(page_size as u64),
            _ => page_size as u64,
        };
        let query = Query {
            collection: self.printer.args.collection.clone(),
            filter: self.question.filter.clone(),
            sort: self.question.sort.clone(),
            from: self.question.from.clone(),
            limit: u32::try_from(wanted).unwrap_or(u32::MAX),
        };
        let page = looking::page(session, query).await;
        page.map_err(|stop| self.question.blame(stop))
    }

    /// Prints what matches, as far as it may; whether something that matches was left out.
    fn print(
        &mut self,
        rows: &[Arc<Lite>],
        marks: &[Mark],
        out: &mut Output,
    ) -> Result<bool, Stop> {
        let states = &self.question.states;
        let pairs = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (&**row, marks.get(at)));
        let wanted = |mark: Option<&Mark>| {
            states.is_empty() || mark.is_some_and(|mark| states.contains(&mark.diagnosis.state))
        };
        let mut matching: Vec<_> = pairs.filter(|(_, mark)| wanted(*mark)).collect();
        let most = self.left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let more = matching.len() > most;
        matching.truncate(most);
        let count = matching.len() as u64;
        for mark in matching.iter().filter_map(|(_, mark)| *mark) {
            self.tally.count(mark);
        }
        self.printer.print(&matching, out)?;
        self.printed += count;
        self.left = self.left.map(|left| left - count);
        Ok(more)
    }
}

/// Rows as text or as JSON.
struct Printer<'a> {
    args: &'a Ls,
    model: Option<&'static Model>,
    discretion: Discretion,
    /// Columns of the table, once the first rows are known.
    columns: Option<Vec<String>>,
    table: Option<Table>,
}

impl<'a> Printer<'a> {
    fn new(session: &Session, args: &'a Ls) -> Self {
        let configured = session
            .settings
            .browse
            .columns
            .get(args.collection.as_str());
        Self {
            args,
            model: Session::model(&args.collection),
            discretion: Discretion::of(&args.collection, args.reveal),
            columns: args.columns.clone().or_else(|| configured.cloned()),
            table: None,
        }
    }

    fn print(&mut self, rows: &[(&Lite, Option<&Mark>)], out: &mut Output) -> Result<(), Stop> {
        if out.style.json {
            return rows.iter().try_for_each(|row| self.json(*row, out));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let columns = self
            .columns
            .get_or_insert_with(|| {
                let mut chosen = columns::chosen(self.model, &rows.iter().map(|(lite, _)| *lite));
                chosen.truncate(COLUMNS);
                chosen
            })
            .iter()
            // It leads every line.
            .filter(|name| *name != "_id")
            .cloned()
            .collect::<Vec<_>>();
        let spelling = out.style.spelling();
        let checked = rows.iter().any(|(_, mark)| mark.is_some());
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| self.cells(*row, &columns, spelling))
            .collect();
        let table = self
            .table
            .get_or_insert_with(|| table(&columns, checked, spelling));
        let mut lines = table.lines(&cells);
        if lines.len() > rows.len() {
            out.line(&lines.remove(0))?;
        }
        for ((line, cells), (_, mark)) in lines.iter().zip(&cells).zip(rows) {
            let role = mark.map(|mark| mark.diagnosis.state.row().role);
            match (
                role,
                cells
                    .first()
                    .and_then(|state| line.strip_prefix(state.as_str())),
            ) {
                (Some(role), Some(rest)) => {
                    let line = out.paint(role, &cells[0]) + rest;
                    out.line(&line)?;
                }
                _ => out.line(line)?,
            }
        }
        Ok(())
    }

    fn cells(
        &self,
        (lite, mark): (&Lite, Option<&Mark>),
        columns: &[String],
        spelling: Spelling,
    ) -> Vec<String> {
        let lite = self.discretion.lite(lite);
        let mut cells = Vec::with_capacity(columns.len() + 3);
        if let Some(mark) = mark {
            let row = mark.diagnosis.state.row();
            cells.push(format!("{} {}", row.sign(spelling), row.name));
        }
        cells.push(lite.id.id_text());
        let cell = |path: &String| columns::cell(None, &lite, path, spelling);
        cells.extend(columns.iter().map(cell));
        if let Some(mark) = mark {
            let agrees = mark.diagnosis.state == State::Agrees;
            let diagnosis = self.discretion.diagnosis(&mark.diagnosis);
            cells.push(if agrees {
                String::new()
            } else {
                diagnosis.said.spelled_out(spelling)
            });
        }
        cells
    }

    fn json(&self, (lite, mark): (&Lite, Option<&Mark>), out: &mut Output) -> Result<(), Stop> {
        let mut object = record::document(&lite.key(&self.args.collection));
        if let Some(mark) = mark {
            let diagnosis = self.discretion.diagnosis(&mark.diagnosis);
            record::put_state(&mut object, &diagnosis);
            record::put_head(&mut object, mark.head, mark.codec);
            record::put_findings(&mut object, &diagnosis.findings);
        }
        let lite = self.discretion.lite(lite);
        record::put_lite(
            &mut object,
            &lite,
            self.args.columns.as_deref(),
            Style::Relaxed,
        );
        out.json(&object)
    }
}

fn table(columns: &[String], checked: bool, spelling: Spelling) -> Table {
    let mut all = Vec::with_capacity(columns.len() + 3);
    if checked {
        all.push(Column::whole("state"));
    }
    all.push(Column::whole("id"));
    all.extend(columns.iter().map(|name| Column::short(name)));
    if checked {
        all.push(Column::whole("both sides"));
    }
    Table::new(all, spelling)
}
