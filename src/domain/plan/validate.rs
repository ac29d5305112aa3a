//! May this text be written under this key? Faults that were there before are no walls: an edit
//! that mends one of two is welcome.

use super::super::compare::{full_id, is_id_of};
use super::super::diagnose::value_fault;
use super::super::json::{Json, Kind, NodeId};
use super::super::key::Key;
use super::super::model::{MONGO_ONLY, Model};

/// Why a write is not even planned. Nothing was touched.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{said}; {hint}")]
pub struct Refusal {
    /// The kind.
    pub why: Why,
    /// What is wrong, on one line, without any of the document's values.
    pub said: String,
    /// The next step.
    pub hint: String,
    /// Where in the text (line and column from 1), when it is about a place in it.
    pub place: Option<(usize, usize)>,
}

/// The kinds of refusals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// Nothing would change.
    Nothing,
    /// The text is not a document that this key can hold.
    Invalid,
    /// This collection does not have what is asked for.
    Unsupported,
    /// One of the two halves is not known, so nothing is decided about it.
    Unseen,
    /// Somebody wrote since; the change has to be looked at again.
    Superseded,
    /// It is there already, or it is gone.
    State,
}

impl Why {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing-to-do",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::Unseen => "unseen",
            Self::Superseded => "superseded",
            Self::State => "wrong-state",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Nothing | Self::Unsupported => "nothing was written",
            Self::Invalid => "mend the text; nothing was written",
            Self::Unseen => "wait until both stores answer, then read it again",
            Self::Superseded => "read it again and look at what changed; nothing was written",
            Self::State => "read it again; nothing was written",
        }
    }
}

impl Refusal {
    /// A refusal with the usual next step of its kind.
    #[must_use]
    pub fn new(why: Why, said: impl Into<String>) -> Self {
        Self {
            why,
            said: said.into(),
            hint: why.hint().to_owned(),
            place: None,
        }
    }

    /// The same with a better next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with a next step where a collection lacks what was asked for.
    pub(super) fn unmarked(self, hint: &str) -> Self {
        match self.why {
            Why::Unsupported => self.hint(hint),
            _ => self,
        }
    }

    fn at(mut self, json: &Json, at: NodeId) -> Self {
        let before = &json.text()[..json.span(at).start];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        self.place = Some((line, column));
        self
    }
}

/// Checks a parsed text against its key and the model, and against what was stored before.
///
/// # Errors
/// The first fault that `before` did not have as well.
pub(super) fn validate(
    key: &Key,
    json: &Json,
    before: Option<&Json>,
    model: Option<&Model>,
) -> Result<(), Refusal> {
    let root = json.root();
    let invalid = |said: String| Refusal::new(Why::Invalid, said);
    if json.kind(root) != Kind::Object {
        return Err(invalid("the value must be a JSON object".to_owned()));
    }
    let member = |json: &Json, name: &str| json.get(json.root(), name);
    let had = |name: &str| before.and_then(|json| member(json, name).map(|at| json.raw(at)));
    if let Some(at) = member(json, "_id").filter(|_| had("_id").is_none()) {
        let said = "`_id` is MongoDB's name; the full value says `id`".to_owned();
        return Err(invalid(said).at(json, at));
    }
    let wrong_id = full_id(json).filter(|at| !is_id_of(json, *at, key));
    let was_wrong = before.and_then(|json| full_id(json).map(|at| !is_id_of(json, at, key)));
    if let Some(at) = wrong_id.filter(|_| was_wrong != Some(true)) {
        let said = format!("`id` must stay {} (the key says it)", key.id);
        return Err(invalid(said).at(json, at));
    }
    if let Some(fault) = value_fault(key, json, model) {
        let old = before.and_then(|json| value_fault(key, json, model));
        if old.is_none_or(|old| old.said != fault.said) {
            let refusal = invalid(fault.said.to_string());
            let at = fault.at;
            return Err(at.map_or(refusal.clone(), |at| refusal.at(json, at)));
        }
    }
    let had_id = before.is_some_and(|json| full_id(json).is_some());
    if had_id && full_id(json).is_none() {
        return Err(invalid(format!(
            "`id` must stay {} (the key says it), and the text has none",
            key.id
        )));
    }
    for name in MONGO_ONLY {
        let now = member(json, name);
        if before.is_some() && now.map(|at| json.raw(at)) != had(name) {
            let said = format!(
                "`{name}` in the full value is not read by anybody: MongoDB alone decides it"
            );
            let marked = model.is_some_and(|model| model.soft_delete);
            let refusal = invalid(said).hint(if marked {
                "leave it as it was, and use soft-delete or restore instead"
            } else {
                "leave it as it was"
            });
            return Err(now.map_or(refusal.clone(), |at| refusal.at(json, at)));
        }
    }
    Ok(())
}
