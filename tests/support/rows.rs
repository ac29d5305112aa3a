//! What the stores would answer, from rows in memory. Rows have numbers: the greater is newer, and
//! stands earlier in a list that is ordered by time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use dualscope::domain::check::{Check, CheckVerdict, Step};
use dualscope::domain::codec;
use dualscope::domain::intent::When;
use dualscope::domain::query::IndexEntry;
use dualscope::domain::{
    Catalog, Codec, Collection, Diagnosis, Document, Head, Key, Lite, Outlook, Page, Sight, State,
    Stored, Version, Window, diagnose,
};
use dualscope::store::error::StoreError;
use dualscope::store::memory::{self, MemoryIndex, MemoryValues};
use dualscope::store::port::{Got, Index as _, Values as _, Want};
use dualscope::task::event::{Health, Inspection, Mark, Outcome, Versions};
use dualscope::task::spec::TaskSpec;
use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::driver::{QUICK, WALL};
pub(crate) use super::made::{fields, hex_id, id, key, number, row};
use super::pen::Pen;

const WINDOW: Window = Window {
    held: Some(true),
    applied: Some(1284),
    first: None,
};

/// Both stores.
pub(crate) struct Rows {
    pub(crate) index: Arc<MemoryIndex>,
    /// The demo's values, in place of made ones.
    pub(super) real: Option<Arc<MemoryValues>>,
    /// States of rows that are not in step.
    pub(crate) states: HashMap<u32, State>,
    /// Text of values that are more than the usual few fields.
    pub(crate) values: HashMap<u32, String>,
    /// What was written, and what is left open.
    pub(crate) pen: Pen,
    /// How far the node says that it sees.
    pub(crate) window: Window,
    /// Collections without a model that are stored twice.
    pub(crate) dual: Vec<&'static str>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            index: Arc::new(MemoryIndex::new("memsys")),
            real: None,
            states: HashMap::new(),
            values: HashMap::new(),
            pen: Pen::default(),
            window: WINDOW,
            dual: Vec::new(),
        }
    }
}

impl Rows {
    pub(crate) fn fill(&mut self, collection: &str, numbers: Range<u32>) {
        let collection = Collection::new(collection);
        self.index.create(&collection);
        for number in numbers {
            self.index.put(&collection, row(number));
        }
    }

    pub(crate) fn remove(&mut self, collection: &str, number: u32) {
        self.index
            .remove(&Collection::new(collection), &id(number))
            .unwrap();
    }

    pub(crate) fn add_index(&mut self, collection: &str, field: &str) {
        let entry = IndexEntry::plain(field, &[field], false);
        self.index.add_index(&Collection::new(collection), entry);
    }

    /// The demo as it is planted at `WALL`, with true diagnoses.
    pub(crate) fn demo() -> Self {
        let (index, values) = memory::demo(WALL);
        Self::of(index, values)
    }

    /// Both stores as they are, with true diagnoses.
    pub(crate) fn of(index: Arc<MemoryIndex>, values: Arc<MemoryValues>) -> Self {
        Self {
            index,
            real: Some(values),
            ..Self::default()
        }
    }

    fn state(&self, number: u32) -> State {
        self.states.get(&number).copied().unwrap_or(State::Agrees)
    }

    pub(crate) fn mark(&self, key: &Key) -> Mark {
        if self.real.is_some() {
            let seen = self.inspection(key);
            let (head, diagnosis) = (seen.head(), seen.diagnosis.clone());
            return Mark {
                key: key.clone(),
                diagnosis,
                head,
                codec: None,
                silent: seen.silent,
            };
        }
        Mark {
            silent: false,
            key: key.clone(),
            diagnosis: said(self.state(number(key))),
            head: Some(Head::Value {
                version: Version(812),
                size: 120,
            }),
            codec: Some(Codec::Base64),
        }
    }

    /// The parts of an answer and its end.
    pub(crate) fn answer(&self, spec: &TaskSpec) -> (Vec<Outcome>, Outcome) {
        let token = CancellationToken::new();
        let end = match spec {
            TaskSpec::Health => Outcome::Health(Box::new(Health {
                mongo: Ok(QUICK),
                values: Ok(QUICK * 4),
                window: self.window,
            })),
            TaskSpec::Collections => Outcome::Collections(now(self.index.collections())),
            TaskSpec::Estimates(names) => {
                let part = |name: &Collection| {
                    Outcome::Estimate(name.clone(), Ok(now(self.index.estimate(name))))
                };
                return (names.iter().map(part).collect(), Outcome::Done);
            }
            TaskSpec::Look(name) => {
                Outcome::Look(name.clone(), Some(self.dual.contains(&name.as_str())))
            }
            TaskSpec::Indexes(name) => {
                Outcome::Indexes(name.clone(), now(self.index.indexes(name)))
            }
            TaskSpec::Page(query) => Outcome::Page(now(self.index.page(query, &token)), QUICK),
            TaskSpec::Count {
                collection,
                filter,
                limit,
            } => Outcome::Count(now(self.index.count(collection, filter, *limit, &token))),
            TaskSpec::Texts { .. } => self.texts(spec),
            TaskSpec::Marks { collection, rows } => {
                let mark = |row: &Arc<Lite>| self.mark(&row.key(collection));
                return (
                    vec![Outcome::Marks(rows.iter().map(mark).collect())],
                    Outcome::Done,
                );
            }
            TaskSpec::Inspect { key, at, .. } => {
                Outcome::Inspection(Box::new(self.inspection_at(key, *at)))
            }
            TaskSpec::Unlock => Outcome::Unlocked(dualscope::task::event::Way::default()),
            TaskSpec::Doctor => return (Vec::new(), Outcome::Checks(checks())),
            TaskSpec::Foresee(_) => Outcome::Done,
            TaskSpec::Write { plan, .. } => self.pen.write(self, plan),
            TaskSpec::Reconsider(_) => panic!("only a command asks for one that is closed"),
            TaskSpec::Survey => Outcome::Open(self.pen.open(), Vec::new()),
            TaskSpec::Resume {
                intent, decision, ..
            } => self.pen.resume(self, intent, *decision),
            TaskSpec::PlanUndo(_) => self.pen.undo(self),
            TaskSpec::History { key, from, limit } => self.versions(key, *from, *limit),
        };
        (Vec::new(), end)
    }

    fn texts(&self, spec: &TaskSpec) -> Outcome {
        let TaskSpec::Texts {
            collection,
            filter,
            limit,
        } = spec
        else {
            unreachable!()
        };
        let token = CancellationToken::new();
        let count = |texts| now(self.index.count(collection, texts, *limit, &token));
        let asked = filter.texts_for_dates();
        let found = asked
            .iter()
            .map(|(path, texts)| ((*path).to_owned(), count(texts)));
        Outcome::Texts(found.collect())
    }

    fn versions(&self, key: &Key, from: Option<Version>, limit: usize) -> Outcome {
        let page = |values: &Arc<MemoryValues>| now(values.history(key, from, limit));
        let none = || Page {
            rows: Vec::new(),
            more: false,
        };
        let page = self.real.as_ref().map_or_else(none, page);
        let ours = |head: &Head| {
            let Head::Tombstone(at) = *head else {
                return None;
            };
            Some((at, self.pen.deleted(key, at)?))
        };
        Outcome::Versions(Box::new(Versions {
            key: key.clone(),
            deleted: page.rows.iter().filter_map(ours).collect(),
            page,
            window: self.window,
        }))
    }

    fn inspection_at(&self, key: &Key, at: Option<Version>) -> Inspection {
        let mut seen = self.inspection(key);
        if let (Some(_), Some(values)) = (at, &self.real) {
            let want = Want {
                at,
                ..Want::latest(key.clone())
            };
            let got = now(values.get(&[want])).remove(0).unwrap();
            let Got::Stored(stored) = got else {
                unreachable!()
            };
            (seen.document.stored, seen.at) = (Sight::Seen(stored), at);
        }
        seen
    }

    pub(crate) fn inspection(&self, key: &Key) -> Inspection {
        let ids = key.id_candidates();
        let lite = now(self.index.by_ids(&key.collection, &ids))
            .into_iter()
            .next();
        let at = number(key);
        if let Some(values) = &self.real {
            let got = now(values.get(&[Want::latest(key.clone())]))
                .remove(0)
                .unwrap();
            let Got::Stored(stored) = got else {
                unreachable!()
            };
            return self.seen(key, lite, stored, None);
        }
        let text = self.values.get(&at).cloned().unwrap_or_else(|| {
            format!(
                r#"{{"id":"{}","user_id":"alice","episode":"Row {at} in full."}}"#,
                key.id
            )
        });
        let raw = codec::encode(&text, Codec::Base64);
        let stored = Stored::Value {
            version: Version(812),
            full: codec::decode(raw.into()),
        };
        self.seen(key, lite, stored, Some(said(self.state(at))))
    }

    /// Both halves, with a true diagnosis unless another is given.
    fn seen(
        &self,
        key: &Key,
        lite: Option<Lite>,
        stored: Stored,
        given: Option<Diagnosis>,
    ) -> Inspection {
        let document = Document {
            key: key.clone(),
            lite: Sight::Seen(lite),
            stored: Sight::Seen(stored),
        };
        let outlook = Outlook {
            model: Catalog::builtin().get(&key.collection),
            no_values: false,
            now: WALL,
            grace: 300_000,
            expected: None,
            window: self.window,
        };
        let deleted = match document.stored.seen() {
            Some(Stored::Tombstone { version }) => {
                let lite = document.lite.seen().and_then(Option::as_ref);
                let ours = self.pen.deleted(key, *version);
                Some(ours.unwrap_or_else(|| When::listed(lite)))
            }
            _ => None,
        };
        Inspection {
            diagnosis: given.unwrap_or_else(|| diagnose(&document, &outlook)),
            document,
            at: None,
            before: None,
            deleted,
            twins: 0,
            silent: false,
            took: QUICK,
        }
    }
}

/// The memory store never waits.
pub(super) fn now<T>(call: impl Future<Output = Result<T, StoreError>>) -> T {
    call.now_or_never().unwrap().unwrap()
}

fn said(state: State) -> Diagnosis {
    Diagnosis {
        state,
        newer: None,
        said: state.row().said.into(),
        findings: Vec::new(),
        fields: Arc::new([]),
    }
}

fn checks() -> Vec<Check> {
    let check = |step, verdict, said: &str, next: &str| Check {
        step,
        verdict,
        said: said.to_owned(),
        next: next.to_owned(),
    };
    vec![
        check(Step::MongoTcp, CheckVerdict::Ok, "db:27017 accepts", ""),
        check(
            Step::MongoAuth,
            CheckVerdict::Skipped,
            "no login is named",
            "",
        ),
        check(
            Step::KvReach,
            CheckVerdict::Failed,
            "nobody listens at kv:6789",
            "is the node running? check kv.node",
        ),
    ]
}
