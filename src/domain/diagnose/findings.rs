//! Everything else worth knowing about a document, beside its state. Codes are stable: programs
//! match on them. A finding that is a state of its own has that state's name.

use super::super::bson::Bson;
use super::super::compare;
use super::super::document::Lite;
use super::super::full::{Body, Full, Stored};
use super::super::json::{Json, Kind};
use super::super::model::{FieldType, Layout};
use super::super::state::{Newer, State};
use super::super::text::Sentence;
use super::{Case, FieldRow, Finding, REACH_UNTOLD, said, validity};

impl Case<'_> {
    /// What the MongoDB half says by itself.
    pub(super) fn lite_findings(&self, lite: &Lite, all: &mut Vec<Finding>) {
        match (lite.get("_id"), self.outlook.model) {
            (None, _) => all.push(finding("no-lite-id", "the listed document has no _id")),
            (Some(Bson::ObjectId(_)), _) | (_, None) => {}
            (Some(id), Some(_)) => {
                let said = format!("its _id is {}, not an ObjectId", id.type_name());
                all.push(finding("odd-id", said));
            }
        }
        if self.is_soft_deleted(lite) {
            all.push(of_state(State::SoftDeleted, said::soft_deleted(lite)));
        }
        if let Some(why) = self.delete_marks(lite) {
            all.push(of_state(State::DeleteMarks, why));
        }
        if self.is_mongo_only(Some(lite)) {
            return;
        }
        let held = self.full_in_mongo(lite);
        if !held.is_empty() {
            all.push(of_state(State::FullInMongo, said::held(&held)));
        }
        let extra = self.extra_fields(lite, &held);
        if !extra.is_empty() {
            let said = said::listed("fields outside the lite set: ", &extra);
            all.push(finding("extra-lite-fields", said));
        }
        for name in self.text_dates(lite) {
            let said = Sentence::default().name(name);
            let said = said.ours(" is text, should be a date");
            all.push(of_state(State::TypeDrift, said));
        }
    }

    /// What the value store's half says, beside the lite half if there is one.
    pub(super) fn stored_findings(
        &self,
        lite: Option<&Lite>,
        stored: &Stored,
        all: &mut Vec<Finding>,
    ) {
        match stored {
            Stored::Absent => {
                all.push(finding(
                    "version-zero",
                    "an empty write of transaction 0 would read like \"never written\"",
                ));
                let window = self.outlook.window;
                let untold = !window.tells_reach() && window.blind().is_none();
                if untold && !self.is_mongo_only(lite) {
                    let said = "this node does not say how far it is, nor where its history begins: \
                                a value that is on its way, or older, looks like one that was \
                                never written";
                    all.push(finding(REACH_UNTOLD, said));
                }
            }
            Stored::Tombstone { .. } => {}
            Stored::Value { full, .. } => {
                self.value_findings(full, all);
                if let Some(json) = full.json() {
                    self.json_findings(lite, json, all);
                }
            }
        }
        let kept = self.document.lite.seen().is_some() && self.is_mongo_only(lite);
        if kept && stored.full().is_some() {
            let said = "the value store holds a value that the service no longer reads";
            all.push(finding("leftover-value", said));
        }
    }

    /// What the comparison says, for documents whose state is another.
    pub(super) fn row_findings(
        rows: &[FieldRow],
        (newer, by): (Newer, u64),
        all: &mut Vec<Finding>,
    ) {
        if rows.iter().any(FieldRow::drifts) {
            all.push(of_state(State::Drifted, said::drift(rows, newer, by)));
        }
        if let Some(said) = said::type_drift(rows)
            && !all.iter().any(|f| f.code == State::TypeDrift.name())
        {
            all.push(of_state(State::TypeDrift, said));
        }
    }

    fn value_findings(&self, full: &Full, all: &mut Vec<Finding>) {
        if self
            .outlook
            .model
            .is_some_and(|model| model.stored == Layout::MongoOnly)
        {
            return;
        }
        let fault = self.value_fault(full);
        let undecodable = fault
            .as_ref()
            .is_some_and(|f| f.state == State::Undecodable);
        all.extend(fault.map(|fault| of_state(fault.state, fault.said)));
        // What the service would find once it could read the bytes.
        if let (Body::Json { json, .. }, true) = (&full.body, undecodable)
            && let Some(fault) = validity::fault(&self.document.key, json, self.outlook.model)
        {
            all.push(of_state(fault.state, fault.said));
        }
        if let (Body::Json { codec, .. }, Some(expected)) = (&full.body, self.outlook.expected)
            && *codec != expected
        {
            let said = format!("written as {}, read as {}", codec.said(), expected.said());
            all.push(finding("codec", said));
        }
    }

    fn json_findings(&self, lite: Option<&Lite>, json: &Json, all: &mut Vec<Finding>) {
        let repeated = json.repeated_keys();
        if let Some(first) = repeated.first() {
            let count = repeated.len();
            let said = format!("{count} repeated names, readers see the last: ");
            let said = Sentence::from(said).value(&json.pointer(*first));
            all.push(finding("repeated-keys", said));
        }
        if json.kind(json.root()) != Kind::Object {
            return;
        }
        if compare::full_id(json).is_none() {
            all.push(finding("id-missing", "the value has no id"));
        }
        let set = |name: &str| {
            let member = json.get(json.root(), name);
            member.is_some_and(|at| json.kind(at) != Kind::Null)
        };
        if set("deleted_at") && lite.is_some_and(|lite| !self.is_soft_deleted(lite)) {
            let said = "the value says deleted, MongoDB (which decides) says live";
            all.push(finding("deleted-in-value", said));
        }
        let model = self.outlook.model;
        if let Some(model) = model.filter(|model| model.stored == Layout::DualInJanuary)
            && lite.is_some_and(|lite| !self.is_mongo_only(Some(lite)))
            && model.full.iter().any(|field| set(&field.name))
        {
            let said = "later deployments look in MongoDB for what only this value has";
            all.push(finding("kept-in-value", said));
        }
    }

    /// Top-level lite fields that the model does not know at all.
    fn extra_fields<'b>(&self, lite: &'b Lite, held: &[&str]) -> Vec<&'b str> {
        let Some(model) = self.outlook.model else {
            return Vec::new();
        };
        let names = lite.fields.0.iter().map(|(name, _)| name.as_str());
        names
            .filter(|name| model.lite_field(name).is_none() && !held.contains(name))
            .filter(|name| *name != "revision_id")
            .collect()
    }

    fn text_dates<'b>(&'b self, lite: &'b Lite) -> impl Iterator<Item = &'b str> {
        let fields = self.outlook.model.map_or(&[][..], |model| &model.lite);
        let dates = fields.iter().filter(|field| field.kind == FieldType::Date);
        dates
            .map(|field| field.name.as_str())
            .filter(|name| matches!(lite.get(name), Some(Bson::String(_))))
    }
}

fn finding(code: &'static str, said: impl Into<Sentence>) -> Finding {
    Finding {
        code,
        said: said.into(),
    }
}

fn of_state(state: State, said: Sentence) -> Finding {
    finding(state.name(), said)
}
