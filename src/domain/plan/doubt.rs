//! What a text may be written with although its readers will not like it: said, not refused.

use super::{Action, Plan, ValueWrite};
use crate::domain::bson::Bson;
use crate::domain::compare::full_id;
use crate::domain::full::Full;
use crate::domain::json::{Json, Kind, NodeId};
use crate::domain::model::{FieldType, Model};

/// Levels of nesting that readers in common use take.
const DEEP: usize = 100;

/// What is odd about the text that a plan writes, and was not odd about the one before.
#[must_use]
pub fn doubts(plan: &Plan, model: Option<&Model>) -> Vec<String> {
    let new = plan.value.as_ref().and_then(ValueWrite::full);
    let Some(json) = new.as_ref().and_then(Full::json) else {
        return Vec::new();
    };
    let old = plan.before.full().and_then(Full::json).map(|json| &**json);
    let mut said = Vec::new();
    said.extend(odd_id(plan, model));
    if old.is_none() && json.kind(json.root()) == Kind::Object && full_id(json).is_none() {
        said.push("the text has no `id`; the service takes it from the key".to_owned());
    }
    said.extend(repeated(json, old));
    said.extend(deep(json, old));
    said.extend(endless(json, old));
    said.extend(halved(json, old));
    said
}

/// A new document whose id is of another type than those of its collection.
fn odd_id(plan: &Plan, model: Option<&Model>) -> Option<String> {
    let wanted = model?.lite_field("_id")?.kind == FieldType::ObjectId;
    let odd = wanted && !matches!(plan.id, Bson::ObjectId(_));
    let new = plan.action == Action::Create;
    (new && odd).then(|| {
        format!(
            "{} is not an ObjectId (24 hex digits), as the ids of this collection are",
            plan.key.id
        )
    })
}

fn repeated(json: &Json, old: Option<&Json>) -> Option<String> {
    let names = json.repeated_keys();
    let before = old.map_or(0, |old| old.repeated_keys().len());
    let first = names.first().filter(|_| names.len() > before)?;
    let at = json.pointer(*first);
    Some(format!("{at} is there twice; readers see the last one"))
}

fn deep(json: &Json, old: Option<&Json>) -> Option<String> {
    let levels = depth(json);
    let odd = levels > DEEP && old.is_none_or(|old| depth(old) < levels);
    odd.then(|| format!("it is nested {levels} deep; many readers stop at {DEEP}"))
}

/// How deep values are nested.
fn depth(json: &Json) -> usize {
    let mut stack = vec![(json.root(), 1)];
    let mut most = 1;
    while let Some((node, level)) = stack.pop() {
        most = most.max(level);
        stack.extend(json.children(node).map(|child| (child, level + 1)));
    }
    most
}

fn endless(json: &Json, old: Option<&Json>) -> Option<String> {
    let odd = too_large(json)?;
    let before = old.and_then(too_large);
    if before.is_some() {
        return None;
    }
    let at = json.pointer(odd);
    Some(format!(
        "{at} is a number beyond what readers take (it would be infinite)"
    ))
}

/// The first number that a float does not hold.
fn too_large(json: &Json) -> Option<NodeId> {
    let mut stack = vec![json.root()];
    while let Some(node) = stack.pop() {
        let number = json.kind(node) == Kind::Number;
        if number && json.raw(node).parse::<f64>().is_ok_and(f64::is_infinite) {
            return Some(node);
        }
        stack.extend(json.children(node));
    }
    None
}

fn halved(json: &Json, old: Option<&Json>) -> Option<String> {
    let odd = half(json).filter(|_| old.and_then(half).is_none())?;
    Some(format!(
        "{} has half of a character (a surrogate alone); many readers refuse it",
        json.pointer(odd)
    ))
}

/// The first node with half of a character in its text or in its name.
fn half(json: &Json) -> Option<NodeId> {
    let mut stack = vec![json.root()];
    while let Some(node) = stack.pop() {
        let text = (json.kind(node) == Kind::String).then(|| json.raw(node));
        let mut raws = text.into_iter().chain(json.key_raw(node));
        if raws.any(is_halved) {
            return Some(node);
        }
        stack.extend(json.children(node));
    }
    None
}

/// Whether an escaped surrogate stands without its other half.
fn is_halved(raw: &str) -> bool {
    let mut rest = raw;
    let mut high = false;
    while let Some(at) = rest.find('\\') {
        let (between, escape) = rest.split_at(at);
        let unit = escape
            .strip_prefix("\\u")
            .and_then(|digits| digits.get(..4));
        let unit = unit.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let low = matches!(unit, Some(0xDC00..=0xDFFF));
        // A high one is followed by a low one at once, and no other place has one.
        if high != low || (high && !between.is_empty()) {
            return true;
        }
        high = matches!(unit, Some(0xD800..=0xDBFF));
        rest = &escape[if unit.is_some() { 6 } else { 2 }..];
    }
    high
}

#[cfg(test)]
mod tests;
