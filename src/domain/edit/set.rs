//! One place of a stored text gets a new value; nothing else is touched.
//!
//! For what the program writes itself (`id`, `updated_at`). What a person edits goes through
//! `rebuild`.

use super::layout::{inside, nodes};
use super::slots::Slots;
use super::style::{Indent, Style};
use super::text::{patched, quoted};
use super::write::{Fate, Sheet};
use crate::domain::json::{Fault, Json, Kind, NodeId};

/// Where a member goes that an object does not have yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot<'a> {
    /// Behind all others.
    End,
    /// Behind the member of that name, at the end where there is none.
    Behind(&'a str),
}

/// Why nothing was set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The pointer does not begin with a slash, or has an unknown `~` in it.
    #[error("not a JSON pointer")]
    NotAPointer,
    /// There is nothing that could hold the place.
    #[error("there is no {0}")]
    NoPlace(String),
    /// The new value is not JSON.
    #[error("the new value is not JSON: {0}")]
    NotJson(#[from] Fault),
}

/// The text with the value at a JSON pointer replaced by `value`, which is JSON and is written in
/// the text's style: strings and gaps as the text has them, numbers as given. A member that is
/// absent is added at `spot`; an array takes one at its end (by its length or `-`). Of a repeated
/// name the last one is meant.
///
/// # Errors
/// The pointer leads nowhere, or `value` is not JSON.
pub fn set(json: &Json, pointer: &str, value: &str, spot: Spot<'_>) -> Result<String, Refusal> {
    let value = Json::parse(value.into())?;
    let steps = steps(pointer).ok_or(Refusal::NotAPointer)?;
    let Some((last, path)) = steps.split_last() else {
        return Ok(replaced(json, json.root(), &value));
    };
    let mut at = json.root();
    let mut walked = String::new();
    for step in path {
        walked.push('/');
        walked.push_str(&step.replace('~', "~0").replace('/', "~1"));
        at = child(json, at, step).ok_or_else(|| Refusal::NoPlace(walked.clone()))?;
    }
    if let Some(found) = child(json, at, last) {
        return Ok(replaced(json, found, &value));
    }
    let behind = match json.kind(at) {
        Kind::Object => match spot {
            Spot::Behind(name) => json.get(at, name),
            Spot::End => None,
        },
        Kind::Array if last == "-" || *last == json.len(at).to_string() => None,
        _ => return Err(Refusal::NoPlace(pointer.to_owned())),
    };
    let behind = behind.or_else(|| json.children(at).last());
    Ok(added(json, (at, behind), (last, &value)))
}

/// The value at a JSON pointer, if it leads to one.
#[must_use]
pub fn find(json: &Json, pointer: &str) -> Option<NodeId> {
    let steps = steps(pointer)?;
    let mut walked = steps.iter();
    walked.try_fold(json.root(), |at, step| child(json, at, step))
}

/// The text under another id: only `/id` is written.
///
/// # Errors
/// The text is not an object.
pub fn duplicate(json: &Json, new_id: &str) -> Result<String, Refusal> {
    set(json, "/id", &quoted(new_id, false), Spot::End)
}

fn steps(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let step = |step: &str| {
        let mut parts = step.split('~');
        let mut name = parts.next()?.to_owned();
        for part in parts {
            name.push(match part.as_bytes().first() {
                Some(b'0') => '~',
                Some(b'1') => '/',
                _ => return None,
            });
            name.push_str(&part[1..]);
        }
        Some(name)
    };
    pointer.strip_prefix('/')?.split('/').map(step).collect()
}

fn child(json: &Json, parent: NodeId, step: &str) -> Option<NodeId> {
    match json.kind(parent) {
        Kind::Object => json.get(parent, step),
        Kind::Array => {
            let index = step.parse::<usize>().ok()?;
            let plain = index.to_string() == step;
            json.children(parent).nth(index).filter(|_| plain)
        }
        _ => None,
    }
}

fn replaced(json: &Json, at: NodeId, value: &Json) -> String {
    let (text, span) = (json.text(), json.span(at));
    let mut out = String::with_capacity(text.len() + value.text().len());
    out.push_str(&text[..span.start]);
    let style = Style::of(json);
    if (json.kind(at), value.kind(value.root())) == (Kind::String, Kind::String) {
        let (stored, new) = (inside(json.raw(at)), inside(value.raw(value.root())));
        out.push('"');
        out.push_str(&patched(stored, new, style.ascii));
        out.push('"');
    } else {
        let indent = Indent::at(text, span.start);
        write_new(json, (&style, indent), value, &mut out);
    }
    out.push_str(&text[span.end..]);
    out
}

fn write_new(json: &Json, (style, indent): (&Style, Indent<'_>), value: &Json, out: &mut String) {
    let fates: Vec<Fate> = nodes(value).map(|_| Fate::NEW).collect();
    let sheet = Sheet {
        original: json,
        style,
        edited: value,
        fates: &fates,
    };
    sheet.write(value.root(), indent, out);
}

/// Adds a value to a container, behind one of its members.
fn added(
    json: &Json,
    (container, behind): (NodeId, Option<NodeId>),
    (name, value): (&str, &Json),
) -> String {
    let (text, style, kind) = (json.text(), Style::of(json), json.kind(container));
    let slots = Slots::of(json, container);
    let mut indent = Indent::at(text, json.span(container).start);
    let outer = indent;
    let mut out = String::with_capacity(text.len() + value.text().len() + 32);
    let rest = if let Some(behind) = behind {
        let (end, slot) = (json.span(behind).end, slots.find(behind));
        out.push_str(&text[..end]);
        out.push_str(slots.inner_trail(slot));
        out.push(',');
        if let Some(lead) = slots.own_lead(slot).or_else(|| slots.usual_lead()) {
            out.push_str(lead);
            indent = indent.behind(lead);
        } else {
            style.push_gap(&style.inline_next(kind), indent, &mut out);
        }
        end
    } else {
        out.push_str(&text[..=json.span(container).start]);
        indent = style.open(kind, indent, &mut out);
        json.span(container).end - 1
    };
    if kind == Kind::Object {
        out.push_str(&quoted(name, style.ascii));
        out.push_str(slots.usual_colon().unwrap_or(&style.colon));
    }
    write_new(json, (&style, indent), value, &mut out);
    if slots.is_empty() {
        style.push_gap(&style.gaps(kind).close, outer, &mut out);
    }
    out.push_str(&text[rest..]);
    out
}
