//! `dualscope get`: one document, in one of its views.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::{Get, View};
use super::collections;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::record::{self, Object};
use super::secret::Discretion;
use super::session::{Session, mismatch};
use super::text::{self, Column, Table};
use crate::domain::diagnose::Finding;
use crate::domain::ejson::{self, Style};
use crate::domain::full::{Full, Stored};
use crate::domain::{Body, Diagnosis, Key, Sight, State, filter};
use crate::task::event::Inspection;
use crate::task::{Outcome, TaskSpec};

pub(super) async fn run(session: &mut Session, args: &Get, out: &mut Output) -> Result<Exit, Stop> {
    let spec = TaskSpec::Inspect {
        key: args.key.clone(),
        id: None,
        at: args.at,
    };
    let Outcome::Inspection(inspection) = session.ask(spec).await? else {
        return Err(mismatch());
    };
    if inspection.twins > 0 {
        out.note(&format!(
            "note: {} more documents of {} have an _id that prints the same",
            inspection.twins, args.key.collection
        ));
    }
    let discretion = Discretion::of(&args.key.collection, args.reveal);
    let sheet = Sheet {
        args,
        diagnosis: discretion.diagnosis(&inspection.diagnosis).into_owned(),
        inspection: &inspection,
        discretion,
    };
    let gap = match sheet.gap(session.values.is_err()) {
        Some(_) if sheet.is_nowhere() => Some(nowhere(session, args).await?),
        gap => gap,
    };
    if out.style.json {
        out.json(&sheet.object())?;
    } else if gap.is_none() {
        sheet.print(out)?;
    }
    out.flush()?;
    match gap {
        Some(fault) => Err(fault.into()),
        None => Ok(sheet.exit()),
    }
}

/// The fault of a key that neither store knows, with the next place to look.
async fn nowhere(session: &mut Session, args: &Get) -> Result<Fault, Stop> {
    let Key { collection, .. } = &args.key;
    let listed = collections::list(session).await?;
    let hint = if listed.iter().any(|entry| entry.name == *collection) {
        format!("`dualscope ls {collection}` lists the documents of this collection")
    } else {
        let near = filter::meant(
            collection.as_str(),
            listed.iter().map(|entry| entry.name.as_str()),
        );
        format!("there is no such collection{near} (`dualscope collections` lists all)")
    };
    let message = format!(
        "{} is in neither store, as far as this node can see",
        args.key
    );
    Ok(Fault::new(Exit::Findings, "not-found", message).hint(hint))
}

/// One document and what is wanted of it.
struct Sheet<'a> {
    args: &'a Get,
    inspection: &'a Inspection,
    diagnosis: Diagnosis,
    discretion: Discretion,
}

impl Sheet<'_> {
    /// Neither store knows the key, as far as can be seen now.
    fn is_nowhere(&self) -> bool {
        let document = &self.inspection.document;
        let absent = matches!(document.stored, Sight::Seen(Stored::Absent));
        let unlisted = matches!(document.lite, Sight::Seen(None));
        let seen = !matches!(self.diagnosis.state, State::Unknown | State::Pending);
        absent && unlisted && seen && self.args.at.is_none()
    }

    fn is_unknown(&self) -> bool {
        self.diagnosis.state == State::Unknown
    }

    fn full(&self) -> Option<&Full> {
        self.inspection
            .document
            .stored
            .seen()
            .and_then(Stored::full)
    }

    /// Why what is wanted can't be printed, and what would help.
    fn gap(&self, no_values: bool) -> Option<Fault> {
        match self.args.view {
            View::State => self.unknown(no_values),
            View::Diff if self.diagnosis.fields.is_empty() => {
                Some(self.nothing_to_compare(no_values))
            }
            View::Diff => None,
            View::Lite => self.lite_gap(),
            View::Full | View::Raw => self.value_gap(no_values),
        }
    }

    /// A state that can't be told since a store does not answer.
    fn unknown(&self, no_values: bool) -> Option<Fault> {
        let document = &self.inspection.document;
        match (&document.lite, &document.stored) {
            _ if self.diagnosis.is_kept_in_mongo() => None,
            (_, Sight::Unknown(why)) => Some(self.silent(why, no_values)),
            // MongoDB has no part in what stood at an older version.
            (Sight::Unknown(why), _) if self.args.at.is_none() => Some(self.silent(why, no_values)),
            _ => None,
        }
    }

    fn silent(&self, why: &str, no_values: bool) -> Fault {
        let fault = |exit, kind| Fault::new(exit, kind, format!("{}: {why}", self.args.key));
        if no_values {
            return fault(Exit::Usage, "config")
                .hint("name a value store with --kv-node and --stream, or in the configuration");
        }
        fault(Exit::Unreachable, "unreachable").hint("run `dualscope doctor`")
    }

    fn nothing_to_compare(&self, no_values: bool) -> Fault {
        if let (Some(at), None) = (self.args.at, self.unknown(no_values)) {
            let message = format!(
                "{}: MongoDB has no older state to compare with: {}",
                self.args.key, self.diagnosis.said
            );
            let hint = format!("leave --at {} out to compare what stands now", at.0);
            return Fault::new(Exit::Usage, "usage", message).hint(hint);
        }
        self.unknown(no_values).unwrap_or_else(|| {
            let message = format!(
                "{}: there are not two sides to compare: {}",
                self.args.key, self.diagnosis.said
            );
            let hint = match (self.inspection.lite(), self.full()) {
                (Some(_), _) => "--view lite prints the one that is there",
                (None, Some(_)) => "--view raw prints the one that is there",
                (None, None) => "--view state says how the two sides stand",
            };
            Fault::new(Exit::Findings, "not-found", message).hint(hint)
        })
    }

    fn lite_gap(&self) -> Option<Fault> {
        match &self.inspection.document.lite {
            Sight::Seen(Some(_)) => None,
            Sight::Seen(None) => {
                let message = format!("{} is not listed in MongoDB", self.args.key);
                let hint = "--view state says what the value store holds";
                Some(Fault::new(Exit::Findings, "not-found", message).hint(hint))
            }
            Sight::Unknown(why) => Some(self.silent(why, false)),
            Sight::Unchecked => Some(self.silent("MongoDB was not asked", false)),
        }
    }

    fn value_gap(&self, no_values: bool) -> Option<Fault> {
        let key = &self.args.key;
        let gone = |message: String, hint: String| {
            Some(Fault::new(Exit::Findings, "not-found", message).hint(hint))
        };
        let when = self
            .args
            .at
            .map_or_else(String::new, |at| format!(" at version {}", at.0));
        let stored = match &self.inspection.document.stored {
            Sight::Seen(stored) => stored,
            Sight::Unknown(why) => return Some(self.silent(why, no_values)),
            Sight::Unchecked => return Some(self.silent("the KV node was not asked", no_values)),
        };
        match stored {
            // Also when a value is there: a later one of that version may come.
            _ if self.args.at.is_some() && self.is_unknown() => {
                Some(self.silent(&self.diagnosis.said, no_values))
            }
            Stored::Absent => Some(self.absent(no_values)),
            Stored::Tombstone { version } => {
                let message = format!(
                    "{key} has no value{when}: it was deleted (tombstone) at version {}",
                    version.0
                );
                let before = self.inspection.before.and_then(|head| match head {
                    crate::domain::Head::Value { version, .. } => Some(version),
                    _ => None,
                });
                let hint = before.map_or_else(
                    || "--view state says how the two sides stand".to_owned(),
                    |before| format!("--at {} prints the value before that", before.0),
                );
                gone(message, hint)
            }
            Stored::Value { .. } if self.discretion.hides() => {
                let message = format!("{} holds secrets in clear text", key.collection);
                let fault = Fault::new(Exit::Refused, "refused", message);
                Some(fault.hint("--reveal prints them"))
            }
            Stored::Value { full, .. } => match &full.body {
                Body::Undecodable(why) if self.args.view == View::Full => {
                    let message = format!("{key} does not decode: {}", why.reason);
                    let fault = Fault::new(Exit::Findings, "undecodable", message);
                    Some(fault.hint("--view raw prints the stored bytes as they are"))
                }
                _ => None,
            },
        }
    }

    /// What a missing value means.
    fn absent(&self, no_values: bool) -> Fault {
        let key = &self.args.key;
        let Diagnosis { state, said, .. } = &self.diagnosis;
        let (why, hint) = match (state, self.args.at) {
            (State::Unknown, _) => return self.silent(said, no_values),
            (State::Unchecked, None) => (said.to_string(), "--view lite prints the document"),
            (_, Some(_)) => (
                "nothing was written yet, as far as this node can see".to_owned(),
                "--view state without --at says how it stands now",
            ),
            (State::Pending, None) => (
                said.to_string(),
                "look again in a while; after kv.grace it counts as never written",
            ),
            _ => (
                "none was ever written, as far as this node can see".to_owned(),
                "--view state says how the two sides stand",
            ),
        };
        let when = self
            .args
            .at
            .map_or_else(String::new, |at| format!(" at version {}", at.0));
        let message = format!("{key} has no value{when}: {why}");
        Fault::new(Exit::Findings, "not-found", message).hint(hint)
    }

    fn exit(&self) -> Exit {
        let finding = self.diagnosis.state.row().finding;
        match self.args.view {
            View::Diff | View::State if finding => Exit::Findings,
            View::State if self.args.at.is_some() && self.is_unknown() => Exit::Partly,
            _ => Exit::Clean,
        }
    }

    fn print(&self, out: &mut Output) -> Result<(), Stop> {
        match self.args.view {
            View::Full => {
                let text = self.full().and_then(Full::text).map_or("", |text| text);
                exactly(text.as_bytes(), out)
            }
            View::Raw => exactly(self.full().map_or(&[], |full| &full.raw), out),
            View::Lite => {
                let Some(lite) = self.inspection.lite() else {
                    return Ok(());
                };
                let lite = self.discretion.lite(lite);
                let text = ejson::print_document(&lite.fields, self.style(), true);
                out.line(&text::visible_lines(&text, out.style.spelling()))
            }
            View::Diff => self.diff(out),
            View::State => {
                let line = self.state_line(out);
                out.line(&line)
            }
        }
    }

    fn style(&self) -> Style {
        if self.args.canonical {
            Style::Canonical
        } else {
            Style::Relaxed
        }
    }

    fn state_line(&self, out: &Output) -> String {
        let row = self.diagnosis.state.row();
        let spelling = out.style.spelling();
        let sign = row.sign(spelling);
        let said = self.diagnosis.said.spelled_out(spelling);
        format!(
            "{}  {said}",
            out.paint(row.role, &format!("{sign} {}", row.name))
        )
    }

    fn diff(&self, out: &mut Output) -> Result<(), Stop> {
        let line = self.state_line(out);
        out.line(&line)?;
        let mut table = Table::new(
            vec![
                Column::whole("field"),
                Column::short("lite (MongoDB)"),
                Column::short("full (value)"),
                Column::whole("verdict"),
            ],
            out.style.spelling(),
        );
        let spelling = out.style.spelling();
        let dash = || spelling.pick("–", "-").to_owned();
        let cells: Vec<Vec<String>> = self
            .diagnosis
            .fields
            .iter()
            .map(|row| {
                let listed = row.lite.as_ref();
                let said = if row.is_worth_a_look() {
                    format!("! {}", row.said)
                } else {
                    row.said.clone()
                };
                vec![
                    row.name.clone(),
                    listed.map_or_else(dash, |(text, kind)| format!("{text} ({kind})")),
                    row.full.clone().unwrap_or_else(dash),
                    said,
                ]
            })
            .collect();
        for line in table.lines(&cells) {
            out.line(&line)?;
        }
        for Finding { code, said } in &self.diagnosis.findings {
            out.line(&format!("{code}: {}", said.spelled_out(spelling)))?;
        }
        Ok(())
    }

    /// The document for programs, as far as the view asks for it.
    fn object(&self) -> Object {
        let mut object = record::document(&self.args.key);
        record::put_state(&mut object, &self.diagnosis);
        record::put_head(
            &mut object,
            self.inspection.head(),
            self.full().and_then(Full::codec),
        );
        if let Some(at) = self.args.at {
            object.put("at", &at);
        }
        if matches!(self.args.view, View::Full | View::Lite | View::Diff) {
            match self.inspection.lite() {
                Some(lite) => {
                    let lite = self.discretion.lite(lite);
                    record::put_lite(&mut object, &lite, None, self.style());
                }
                None => object.put("lite", &()),
            }
        }
        let shown = self.full().filter(|_| !self.discretion.hides());
        match self.args.view {
            View::Full => match shown.and_then(Full::json) {
                Some(json) => object.put_json("full", record::one_line(json.text())),
                None => object.put("full", &()),
            },
            View::Raw => object.put("raw_base64", &shown.map(|full| STANDARD.encode(&full.raw))),
            View::Diff => record::put_fields(&mut object, &self.diagnosis.fields),
            View::Lite | View::State => {}
        }
        record::put_findings(&mut object, &self.diagnosis.findings);
        object
    }
}

/// Bytes as they are; on a terminal, which is not a file, made harmless and ended with a newline.
fn exactly(bytes: &[u8], out: &mut Output) -> Result<(), Stop> {
    if !out.terminal {
        return out.bytes(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    out.line(&text::visible_lines(&text, out.style.spelling()))
}
