//! The time of a write in the text itself: `updated_at`, and `created_at` of a first value. Nothing
//! else of a text is the program's to write.

use super::clock;
use super::edit::{Desk, parse};
use super::validate::{Refusal, Why};
use crate::domain::edit::{Spot, quoted, set};
use crate::domain::json::{Json, Kind, NodeId};
use crate::domain::time;

const CREATED: &str = "created_at";
const UPDATED: &str = "updated_at";

/// Why a text is not written that differs from the stored one in `updated_at` alone.
pub const ONLY_TIME: &str = "only `updated_at` differs, and that becomes the time of a write";

impl Desk<'_> {
    /// The text with the time of the write in `updated_at` (and in `created_at` of a first value
    /// that has none). A text that has lost the member gets it again, a first value gets it where
    /// the collection has it.
    ///
    /// # Errors
    /// Nothing else differs from the stored text.
    pub(super) fn stamped(
        &self,
        json: Json,
        old: Option<&Json>,
        create: bool,
    ) -> Result<Json, Refusal> {
        if old.is_some_and(|old| is_alike(old, &json)) {
            return Err(Refusal::new(Why::Nothing, ONLY_TIME));
        }
        let json = if create {
            self.dated(json, old, CREATED)?
        } else {
            json
        };
        self.dated(json, old, UPDATED)
    }

    fn dated(&self, json: Json, old: Option<&Json>, name: &str) -> Result<Json, Refusal> {
        let at = json.get(json.root(), name);
        let wanted = match at {
            Some(at) => name == UPDATED || json.kind(at) == Kind::Null,
            None => self.has(old, name),
        };
        if !wanted {
            return Ok(json);
        }
        let like = text(&json, name)
            .or_else(|| text(old?, name))
            .or_else(|| text(&json, CREATED));
        let stamp = clock::stamp(&self.before, self.now);
        let stamp = time::iso_micros(stamp, &like.unwrap_or_default());
        let stamp = quoted(&stamp, false);
        let said = if let Some(at) = at {
            let mut said = json.text().to_string();
            said.replace_range(json.span(at), &stamp);
            said
        } else {
            let made = set(&json, &format!("/{name}"), &stamp, Spot::Behind(CREATED));
            made.map_err(|fault| Refusal::new(Why::Invalid, fault.to_string()))?
        };
        parse(&said.into())
    }

    /// Whether a value of this key has the member: as the stored one has it, or as the collection
    /// does where nothing is stored yet.
    fn has(&self, old: Option<&Json>, name: &str) -> bool {
        let Some(old) = old else {
            let lite = self.before.lite.as_ref();
            let listed = lite.is_some_and(|lite| lite.get(name).is_some());
            let declared = self
                .model
                .is_some_and(|model| model.lite_field(name).is_some());
            return listed || declared;
        };
        old.get(old.root(), name).is_some()
    }
}

fn text(json: &Json, name: &str) -> Option<String> {
    let at = json.get(json.root(), name)?;
    json.string(at).map(std::borrow::Cow::into_owned)
}

/// Whether two texts are the same but for `updated_at`.
fn is_alike(old: &Json, new: &Json) -> bool {
    let at = |json: &Json| json.get(json.root(), UPDATED);
    match (at(old), at(new)) {
        (Some(was), Some(is)) => {
            let mut text = new.text().to_string();
            text.replace_range(new.span(is), old.raw(was));
            text == **old.text()
        }
        (None, None) => false,
        (was, is) => members(old, was).eq(members(new, is)),
    }
}

fn members(json: &Json, but: Option<NodeId>) -> impl Iterator<Item = (Option<String>, &str)> {
    let children = json
        .children(json.root())
        .filter(move |child| Some(*child) != but);
    children.map(|child| {
        let name = json.key(child).map(std::borrow::Cow::into_owned);
        (name, json.raw(child))
    })
}
