//! Writes that touch the value: a new text, a tombstone, an older version again. MongoDB follows
//! in the fields that the change itself moved, and in no other.

use std::sync::Arc;

use super::project;
use super::validate::{Refusal, Why, validate};
use super::{Action, Before, Fence, FieldWrite, LiteWrite, Plan, ValueWrite};
use crate::domain::bson::Bson;
use crate::domain::compare;
use crate::domain::diagnose::Diagnosis;
use crate::domain::document::{Document, Lite, Sight};
use crate::domain::full::{Codec, Full, Stored};
use crate::domain::json::Json;
use crate::domain::key::Key;
use crate::domain::model::{Layout, Model};

/// Everything that a plan is made from.
#[derive(Clone, Debug)]
pub struct Desk<'a> {
    /// Which document.
    pub key: &'a Key,
    /// What both stores held when they were read.
    pub before: Before,
    /// What is known of the collection.
    pub model: Option<&'a Model>,
    /// How a value is written down when the key has none yet.
    pub codec: Codec,
    /// Microseconds since 1970, for `updated_at` and the delete marks.
    pub now: i64,
    /// Why the value can't be told, if so: then nothing is planned that replaces or deletes it.
    untold: Option<String>,
    vouched: bool,
}

/// A new text for the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Typed {
    /// The JSON text as it shall be stored, but for `updated_at`.
    pub text: Arc<str>,
    /// Leave `updated_at` as the text says it, for a text that was written by a program.
    pub as_is: bool,
}

impl<'a> Desk<'a> {
    /// A desk for a document that was read, with what was found of it. MongoDB's half must be known.
    /// Where the value's half can't be told, the desk still makes plans for MongoDB's marks, and no
    /// others.
    ///
    /// # Errors
    /// [`Why::Unseen`] with the reason of the store that did not answer.
    pub fn new(
        (document, diagnosis): (&'a Document, &Diagnosis),
        model: Option<&'a Model>,
        codec: Codec,
        now: i64,
    ) -> Result<Self, Refusal> {
        let lite = match &document.lite {
            Sight::Seen(lite) => lite.clone(),
            Sight::Unchecked => return Err(Refusal::new(Why::Unseen, "MongoDB was not asked yet")),
            Sight::Unknown(why) => return Err(Refusal::new(Why::Unseen, &**why)),
        };
        Ok(Self {
            key: &document.key,
            before: Before {
                lite,
                stored: document.stored.seen().cloned(),
            },
            model,
            codec,
            now,
            untold: diagnosis.untold(),
            vouched: false,
        })
    }

    /// The same desk for somebody who knows that the key was never written, where the store cannot
    /// see that. A value that is there is not touched by it.
    #[must_use]
    pub fn vouched(mut self) -> Self {
        self.vouched = true;
        self
    }

    /// Another text for the value, or a first one.
    ///
    /// # Errors
    /// A text that this key cannot hold, nothing changed, or a collection that is not stored twice.
    pub fn edit(self, typed: &Typed) -> Result<Plan, Refusal> {
        let stored = self.stored()?.clone();
        let old = stored.full().and_then(Full::json).cloned();
        if stored
            .full()
            .and_then(Full::text)
            .is_some_and(|text| *text == typed.text)
        {
            return Err(Refusal::new(Why::Nothing, "the text is as it was"));
        }
        let json = parse(&typed.text)?;
        validate(self.key, &json, old.as_deref(), self.model)?;
        let create = self.before.lite.is_none() && stored.full().is_none();
        if create {
            self.dual()?;
        }
        let json = if typed.as_is {
            json
        } else {
            self.stamped(json, old.as_deref(), create)?
        };
        let lite = match &self.before.lite {
            Some(lite) => self.follow(lite, old.as_deref(), &json)?,
            None if create => Some(LiteWrite::Insert(project::fresh(
                &json,
                self.dual()?,
                &self.id(),
            )?)),
            // A value that nobody lists stays so: listing it is another decision (rebuild-lite).
            None => None,
        };
        let own = stored.full().and_then(Full::codec);
        let codec = super::codec(own, None, Some(self.codec));
        let value = ValueWrite {
            bytes: codec.encode(json.text()).into(),
            fence: self.fence(&stored),
        };
        let action = if create { Action::Create } else { Action::Edit };
        Ok(self.plan(action, Some(value), lite))
    }

    /// A tombstone where there is a value, and the listed document goes.
    ///
    /// # Errors
    /// Nothing is there to delete.
    pub fn delete(self) -> Result<Plan, Refusal> {
        let stored = self.stored()?;
        let value = stored.full().map(|_| ValueWrite {
            bytes: Arc::from([]),
            fence: Fence::of(stored),
        });
        let lite = self.before.lite.as_ref().map(|_| LiteWrite::Remove);
        if value.is_none() && lite.is_none() {
            return Err(Refusal::new(Why::State, "neither store holds it"));
        }
        Ok(self.plan(Action::Delete, value, lite))
    }

    /// An older version's bytes again, exactly; MongoDB follows. A deleted document is listed again.
    ///
    /// # Errors
    /// That version has no readable document, or it is what the key holds now.
    pub fn put_back(self, old: &Stored) -> Result<Plan, Refusal> {
        let stored = self.stored()?.clone();
        let Some(full) = old.full() else {
            let refusal = Refusal::new(Why::State, "that version holds no value");
            return Err(refusal.hint("choose a version that has one; nothing was written"));
        };
        if stored.full().is_some_and(|now| now.raw == full.raw) {
            return Err(Refusal::new(Why::Nothing, "the key holds these bytes now"));
        }
        let lite = match (&self.before.lite, full.json()) {
            (_, None) => None,
            (Some(lite), Some(json)) => {
                let now = stored.full().and_then(Full::json).cloned();
                self.follow(lite, now.as_deref(), json)?
            }
            (None, Some(_)) if stored.full().is_some() => None,
            (None, Some(json)) => Some(LiteWrite::Insert(project::fresh(
                json,
                self.dual()?,
                &self.id(),
            )?)),
        };
        let value = ValueWrite {
            bytes: full.raw.clone(),
            fence: self.fence(&stored),
        };
        Ok(self.plan(Action::PutBack, Some(value), lite))
    }

    pub(super) fn lite_only(self, action: Action, lite: LiteWrite) -> Plan {
        self.plan(action, None, Some(lite))
    }

    /// `_id` in MongoDB: as it is there, or the likeliest that prints like the key's.
    pub(super) fn id(&self) -> Bson {
        let listed = self.before.lite.as_ref().map(|lite| lite.id.clone());
        let likeliest = || self.key.id_candidates().into_iter().next();
        listed.or_else(likeliest).unwrap_or(Bson::Null)
    }

    /// The model of a collection that is stored twice.
    pub(super) fn dual(&self) -> Result<&'a Model, Refusal> {
        let model = self.model.filter(|model| model.stored != Layout::MongoOnly);
        model.ok_or_else(|| {
            let said = format!(
                "which fields MongoDB needs of {} is not known",
                self.key.collection
            );
            Refusal::new(Why::Unsupported, said)
        })
    }

    /// What one lite field shall hold for this value, when it does not hold it already.
    pub(super) fn field(
        &self,
        lite: &Lite,
        json: &Json,
        name: &str,
    ) -> Result<Option<FieldWrite>, Refusal> {
        let declared = self.model.and_then(|model| model.lite_field(name));
        let now = lite.get(name);
        let value = match (declared, now) {
            (Some(field), _) => Some(project::declared(json, field, now)?),
            (None, Some(old)) => project::alike(json, name, old)?,
            (None, None) => return Ok(None),
        };
        let same = now == value.as_ref() || (now.is_none() && value == Some(Bson::Null));
        Ok((!same).then(|| (name.to_owned(), value)))
    }

    fn plan(self, action: Action, value: Option<ValueWrite>, lite: Option<LiteWrite>) -> Plan {
        Plan {
            action,
            id: self.id(),
            key: self.key.clone(),
            before: self.before,
            value,
            lite,
        }
    }

    /// The value's half, where it can be told what it is.
    ///
    /// # Errors
    /// [`Why::Unseen`]: "no value" of a store that cannot see its whole history is no answer.
    pub(super) fn stored(&self) -> Result<&Stored, Refusal> {
        let unseen = || Refusal::new(Why::Unseen, "the value could not be read");
        let stored = self.before.stored.as_ref();
        match &self.untold {
            Some(why) if !(self.vouched && stored == Some(&Stored::Absent)) => {
                Err(Refusal::new(Why::Unseen, why.as_str()))
            }
            _ => stored.ok_or_else(unseen),
        }
    }

    fn fence(&self, stored: &Stored) -> Fence {
        match Fence::of(stored) {
            Fence::Absent if self.untold.is_some() => Fence::Vouched,
            fence => fence,
        }
    }

    /// The lite fields that the change from `old` to `json` moves. A difference that was there
    /// before stays: nobody asked to settle it.
    fn follow(
        &self,
        lite: &Lite,
        old: Option<&Json>,
        json: &Json,
    ) -> Result<Option<LiteWrite>, Refusal> {
        let raw = |json: &Json, name: &str| {
            json.get(json.root(), name)
                .map(|at| json.raw(at).to_owned())
        };
        let declared = self.model.into_iter().flat_map(|model| &model.lite);
        let mut names: Vec<&str> = declared.map(|field| field.name.as_str()).collect();
        for (name, _) in &lite.fields.0 {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let skipped = |name: &str| {
            ["_id", "revision_id"].contains(&name)
                || crate::domain::model::MONGO_ONLY.contains(&name)
        };
        // A first text that says what MongoDB holds changes nothing there, its types included.
        let says = |name: &str| {
            let at = json.get(json.root(), name);
            let both = lite.get(name).zip(at);
            both.is_some_and(|(now, at)| compare::same(now, json, at))
        };
        let mut fields = Vec::new();
        for name in names.into_iter().filter(|name| !skipped(name)) {
            let (was, is) = (old.and_then(|old| raw(old, name)), raw(json, name));
            let moved = match old {
                Some(_) => was != is,
                None => is.is_some() && !says(name),
            };
            if moved {
                fields.extend(self.field(lite, json, name)?);
            }
        }
        Ok((!fields.is_empty()).then_some(LiteWrite::Update(fields)))
    }
}

pub(super) fn parse(text: &Arc<str>) -> Result<Json, Refusal> {
    Json::parse(Arc::clone(text)).map_err(|fault| Refusal {
        place: Some((fault.line, fault.column)),
        ..Refusal::new(Why::Invalid, format!("not JSON: {}", fault.what))
    })
}
