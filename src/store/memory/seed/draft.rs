//! One document of the demo before it is stored: what was written when, and what MongoDB lists.

use std::borrow::Cow;
use std::sync::Arc;

use super::tree::{Fields, Style, Tree};
use crate::domain::bson::Document;
use crate::domain::{Bson, Catalog, Collection, State};
use crate::store::memory::values::Content;

/// Microseconds in one second, minute, hour and day.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// 2026-02-25 00:00 UTC: the deployment of the demo was upgraded, and writes plain JSON since.
pub(super) const UPGRADE: i64 = 1_771_977_600 * SECOND;

/// What one write to the value store carries.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// A document as the service writes it.
    Object(Arc<Fields>, Style),
    /// Any bytes.
    Bytes(Vec<u8>),
    /// Nothing: a tombstone.
    Tombstone,
}

impl Written {
    pub(super) fn content(self) -> Content {
        match self {
            Self::Object(fields, style) => Content::made(move || style.bytes(&fields)),
            Self::Bytes(bytes) => bytes.into(),
            Self::Tombstone => Content::tombstone(),
        }
    }
}

/// One write and its moment in microseconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) at: i64,
    pub(super) written: Written,
}

/// One document.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) collection: &'static str,
    pub(super) id: [u8; 12],
    /// The full document as last written, id included.
    pub(super) full: Arc<Fields>,
    /// When it was last written.
    pub(super) at: i64,
    pub(super) writes: Vec<Write>,
    /// The lite document; `None` is not listed.
    pub(super) lite: Option<Document>,
    /// What a diagnosis must find.
    pub(super) expect: State,
    /// Whether something was planted here, so that nothing else is.
    pub(super) planted: bool,
}

/// The style in which the deployment wrote at a moment.
pub(super) fn style_at(at: i64) -> Style {
    if at < UPGRADE {
        Style::January
    } else {
        Style::Newest
    }
}

/// A moment as the deployment wrote it: in March the server ran one week in another time zone.
pub(super) fn time(at: i64) -> Tree {
    let odd_week = 1_772_928_000 * SECOND..1_773_532_800 * SECOND;
    Tree::Time(at, if odd_week.contains(&at) { 480 } else { 0 })
}

/// Sets a field, at the end when it is new.
pub(super) fn set(fields: &mut Fields, name: &'static str, value: impl Into<Tree>) {
    let value = value.into();
    match fields.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => *old = value,
        None => fields.push((Cow::Borrowed(name), value)),
    }
}

/// Lower-case hex. The demo makes some ten thousand of these while somebody waits.
fn digits(id: &[u8; 12]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    id.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

impl Draft {
    /// A document that the service has just inserted: `created_at`, `updated_at`, the delete
    /// marks, the declared fields, and the id last.
    pub(super) fn insert(collection: &'static str, id: [u8; 12], at: i64, fields: Fields) -> Self {
        let mut full: Fields = Vec::with_capacity(fields.len() + 6);
        set(&mut full, "created_at", time(at));
        set(&mut full, "updated_at", time(at));
        if collection == "memcells" {
            set(&mut full, "deleted_at", Tree::Null);
            set(&mut full, "deleted_by", Tree::Null);
            set(&mut full, "deleted_id", 0);
        }
        full.extend(fields);
        set(&mut full, "id", digits(&id));
        let mut draft = Self {
            collection,
            id,
            full: Arc::new(full),
            at,
            writes: Vec::new(),
            lite: None,
            expect: State::Agrees,
            planted: false,
        };
        draft.write(at);
        draft
    }

    /// A save: the id moves to the third place and stays there.
    pub(super) fn save(&mut self, at: i64, change: impl FnOnce(&mut Fields)) {
        let full = Arc::make_mut(&mut self.full);
        change(full);
        if let Some(from) = full.iter().position(|(name, _)| name == "id")
            && from > 2
        {
            full[2..=from].rotate_right(1);
        }
        self.amend(at, |_| {});
    }

    /// An `update_many`: the order stays.
    pub(super) fn amend(&mut self, at: i64, change: impl FnOnce(&mut Fields)) {
        let full = Arc::make_mut(&mut self.full);
        change(full);
        set(full, "updated_at", time(at));
        self.write(at);
    }

    /// Writes a tombstone; MongoDB keeps what it has.
    pub(super) fn tombstone(&mut self, at: i64) {
        let written = Written::Tombstone;
        self.writes.push(Write { at, written });
        self.at = at;
    }

    /// Replaces the last write by the same document in this shape; MongoDB keeps what it has.
    pub(super) fn rewrite_last(&mut self, written: Written) {
        if let Some(last) = self.writes.last_mut() {
            last.written = written;
        }
    }

    /// Writes the changed full document without telling MongoDB.
    pub(super) fn change_value(&mut self, change: impl FnOnce(&mut Fields)) {
        change(Arc::make_mut(&mut self.full));
        let written = Written::Object(Arc::clone(&self.full), style_at(self.at));
        self.rewrite_last(written);
    }

    /// The bytes of the last write.
    pub(super) fn bytes(&self) -> Vec<u8> {
        style_at(self.at).bytes(&self.full)
    }

    /// Sets a field of the lite document alone.
    pub(super) fn set_lite(&mut self, name: &str, value: Bson) {
        let Some(lite) = &mut self.lite else { return };
        match lite.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => lite.0.push((name.to_owned(), value)),
        }
    }

    /// A field of the full document.
    pub(super) fn get(&self, name: &str) -> &Tree {
        let field = self.full.iter().find(|(n, _)| n == name);
        field.map_or(&Tree::Null, |(_, value)| value)
    }

    /// The 24 hex digits of the id.
    pub(super) fn hex(&self) -> String {
        digits(&self.id)
    }

    /// The key in the value store.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.collection, self.hex())
    }

    fn write(&mut self, at: i64) {
        self.at = at;
        let written = Written::Object(Arc::clone(&self.full), style_at(at));
        self.writes.push(Write { at, written });
        self.lite = Some(self.cut());
    }

    /// The lite document: the indexed fields with explicit nulls, in the order of one process.
    fn cut(&self) -> Document {
        let model = Catalog::builtin().get(&Collection::new(self.collection));
        let names = model.iter().flat_map(|model| &model.lite).skip(1);
        let mut fields: Vec<(String, Bson)> = names
            .map(|field| (field.name.clone(), self.get(&field.name).lite()))
            .collect();
        // The service builds the fields from a set, so each of its processes has its own order.
        let started = usize::try_from(self.at.div_euclid(9 * DAY)).unwrap_or(0);
        let turn = started % fields.len().max(1);
        fields.rotate_left(turn);
        fields.insert(0, ("_id".to_owned(), Bson::ObjectId(self.id)));
        Document(fields)
    }
}
