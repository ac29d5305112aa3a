//! What both stores hold once a plan is carried out, as far as it can be told before.
//!
//! For words of a review only: what really is there is read back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{LiteWrite, Plan, ValueWrite};
use crate::domain::bson::Document;
use crate::domain::compare::{self, Pair};
use crate::domain::diagnose::{FieldRow, Verdict};
use crate::domain::document::Lite;
use crate::domain::full::{Codec, Full};
use crate::domain::json::{Json, Kind};
use crate::domain::model::Model;

impl ValueWrite {
    /// The JSON text of its bytes: Base64 of it, or the text itself. (JSON of a document begins with
    /// a brace, which Base64 does not have.)
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match STANDARD.decode(self.bytes.trim_ascii()) {
            Ok(decoded) => String::from_utf8(decoded).ok(),
            Err(_) => std::str::from_utf8(&self.bytes).ok().map(str::to_owned),
        }
    }

    /// How its text is written down; `None` for bytes without one.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        let text = self.text().filter(|_| !self.is_tombstone())?;
        let plain = text.as_bytes() == &*self.bytes;
        Some(if plain { Codec::Plain } else { Codec::Base64 })
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
    /// The fields, of those that differed in `before`, in which the two halves will differ still.
    #[must_use]
    pub fn remaining(&self, before: &[FieldRow], model: Option<&Model>) -> Vec<String> {
        let lite = match &self.lite {
            Some(write) => write.after(self.before.lite.as_ref()),
            None => self.before.lite.clone(),
        };
        let written = self.value.as_ref().map(ValueWrite::text);
        let written = written.map(|text| Json::parse(text?.into()).ok());
        let json = match &written {
            Some(json) => json.as_ref(),
            None => self.before.full().and_then(Full::json).map(|json| &**json),
        };
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
