//! What both stores hold once a plan is carried out, as far as it can be told before.
//!
//! For words of a review only: what really is there is read back.

use std::sync::Arc;

use super::{LiteWrite, Plan, ValueWrite};
use crate::domain::bson::Document;
use crate::domain::codec;
use crate::domain::compare::{self, Pair};
use crate::domain::diagnose::{self, FieldRow, Verdict};
use crate::domain::document::Lite;
use crate::domain::full::Full;
use crate::domain::json::{Json, Kind};
use crate::domain::model::Model;

impl ValueWrite {
    /// What its bytes say, as a reader of the store will read them; `None` for a tombstone.
    #[must_use]
    pub fn full(&self) -> Option<Full> {
        (!self.is_tombstone()).then(|| codec::decode(Arc::clone(&self.bytes)))
    }
}

/// What moves in a text none of whose values do.
#[must_use]
pub fn unmoved(old: &Json, new: &Json) -> &'static str {
    if old.text() == new.text() {
        "the same text, written down in another way"
    } else {
        "white space and spelling only, no value changes"
    }
}

impl LiteWrite {
    /// The document after it: changed fields where they stood, new ones at the end.
    #[must_use]
    pub fn after(&self, before: Option<&Lite>) -> Option<Lite> {
        match self {
            Self::Insert(document) => {
                // As a server stores it: `_id` first.
                let all = document.0.iter().cloned();
                let (mut all, rest): (Vec<_>, Vec<_>) = all.partition(|(name, _)| name == "_id");
                all.extend(rest);
                Some(Lite::new(Document(all)))
            }
            Self::Remove => None,
            Self::Update(fields) => {
                let mut all = before.map_or_else(Vec::new, |lite| lite.fields.0.clone());
                for (name, value) in fields {
                    let place = all.iter().position(|(known, _)| known == name);
                    match (place, value) {
                        (Some(at), Some(value)) => all[at].1 = value.clone(),
                        (Some(at), None) => drop(all.remove(at)),
                        (None, Some(value)) => all.push((name.clone(), value.clone())),
                        (None, None) => {}
                    }
                }
                Some(Lite::new(Document(all)))
            }
        }
    }
}

impl Plan {
    /// The fields that MongoDB's document holds after it and that belong into the value alone, where
    /// there is a value then.
    #[must_use]
    pub fn surplus(&self, model: Option<&Model>) -> Vec<String> {
        let has_value = match &self.value {
            Some(write) => !write.is_tombstone(),
            None => self.before.full().is_some(),
        };
        let lite = match &self.lite {
            Some(write) => write.after(self.before.lite.as_ref()),
            None => self.before.lite.clone(),
        };
        let model = model.filter(|model| model.is_dual() && has_value);
        let (Some(lite), Some(model)) = (&lite, model) else {
            return Vec::new();
        };
        let names = diagnose::surplus(lite, model).into_iter();
        names.map(str::to_owned).collect()
    }

    /// The fields, of those that differed in `before`, in which the two halves will differ still.
    #[must_use]
    pub fn remaining(&self, before: &[FieldRow], model: Option<&Model>) -> Vec<String> {
        let lite = match &self.lite {
            Some(write) => write.after(self.before.lite.as_ref()),
            None => self.before.lite.clone(),
        };
        let written = self.value.as_ref().map(ValueWrite::full);
        let full = match &written {
            Some(full) => full.as_ref(),
            None => self.before.full(),
        };
        let json = full.and_then(Full::json).map(|json| &**json);
        let object = json.filter(|json| json.kind(json.root()) == Kind::Object);
        let (Some(lite), Some(json)) = (&lite, object) else {
            return Vec::new();
        };
        let pair = Pair {
            key: &self.key,
            lite,
            json,
        };
        let differs =
            |row: &&FieldRow| !matches!(row.verdict, Verdict::Same | Verdict::NotCompared);
        let after = compare::rows(pair, model);
        let names = after.iter().filter(differs).map(|row| &row.name);
        let differed = |name: &&String| before.iter().filter(differs).any(|row| row.name == **name);
        names.filter(differed).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::full::Codec;
    use crate::domain::plan::Fence;

    fn codec(bytes: &[u8]) -> Option<Codec> {
        let write = ValueWrite {
            bytes: bytes.into(),
            fence: Fence::Absent,
        };
        write.full()?.codec()
    }

    #[test]
    fn bytes_are_read_as_every_reader_of_the_store_reads_them() {
        assert_eq!(codec(br#"{"a":1}"#), Some(Codec::Plain));
        assert_eq!(codec(b"eyJhIjoxMX0="), Some(Codec::Base64));
        assert_eq!(codec(b"eyJhIjoxMX0"), Some(Codec::Base64), "no padding");
        assert_eq!(codec(b"true"), Some(Codec::Plain), "Base64 of no JSON");
        assert_eq!(codec(b"\xff"), None);
        assert_eq!(codec(b""), None);
    }

    #[test]
    fn what_moves_beside_the_values_is_named() {
        let json = |text: &str| Json::parse(text.into()).unwrap();
        let (close, wide) = (json(r#"{"a":1}"#), json(r#"{"a": 1}"#));
        assert!(unmoved(&close, &close).contains("another way"));
        assert!(unmoved(&close, &wide).contains("white space"));
    }
}
