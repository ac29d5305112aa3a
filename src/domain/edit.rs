//! Editing a stored JSON text so that nothing changes but what a person touched.
//!
//! [`Layout`] is what is edited. [`rebuild`] makes the new stored text from it: every node that was
//! not touched keeps its bytes, every gap its white space, and what is new is written as the text
//! around it ([`Style`]). [`changes`] says what an edit did, [`set`] writes one place. Pure values:
//! no file, no editor, no store.
//!
//! `NaN` and `Infinity` are not JSON for our scanner, so a value that holds them has no [`Layout`]:
//! its raw text is what can be edited, and that is the caller's business.

mod align;
mod change;
mod content;
mod layout;
mod merge;
mod pair;
mod set;
mod slots;
mod style;
mod template;
mod text;
mod write;

pub use change::{Change, Move, What, changes};
pub use layout::{Fold, Folding, Layout};
pub use merge::{Merged, merge};
pub use set::{Refusal, Spot, duplicate, find, set};
pub use style::Style;
pub use template::template;
pub use text::quoted;

use super::json::{Fault, Json, Kind, NodeId};
use layout::nodes;
use pair::{Fit, Pairing, pair};
use style::Indent;
use write::{Body, Fate, Sheet};

/// The outcome of an edit.
#[derive(Clone, PartialEq, Debug)]
pub struct Rebuilt {
    /// The new stored text and its index.
    pub json: Json,
    /// Whether it is, byte for byte, the text before.
    pub untouched: bool,
}

/// Makes the new stored text from the edited view of `original`.
///
/// A placeholder may be moved, copied or deleted; it stands for the bytes of its value. Members
/// are found again by name (repeated ones by content, then in order), items by content.
///
/// # Errors
/// The place in `edited` where it is not JSON, or where something looks like a placeholder and is
/// none.
pub fn rebuild(original: &Json, shown: &Layout, edited: &str) -> Result<Rebuilt, Fault> {
    if !shown.shows(original) {
        return Err(Fault::new(edited, 0, "the edited view is of another text"));
    }
    let body = edited.strip_prefix('\u{FEFF}').unwrap_or(edited);
    let skipped = edited.len() - body.len();
    rebuild_text(original, shown, body).map_err(|mut fault| {
        fault.at += skipped;
        fault
    })
}

fn rebuild_text(original: &Json, shown: &Layout, edited: &str) -> Result<Rebuilt, Fault> {
    let edited = Json::parse(edited.into())?;
    let folds = nodes(&edited)
        .map(|id| shown.unfold(&edited, id))
        .collect::<Result<Vec<_>, _>>()?;
    let pairing = pair(shown.json(), &edited);
    let fates = fates(original, shown, (&edited, &pairing, &folds));
    let span = original.span(original.root());
    let text = original.text();
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..span.start]);
    let sheet = Sheet {
        original,
        style: &Style::of(original),
        edited: &edited,
        fates: &fates,
    };
    sheet.write(edited.root(), Indent::at(text, span.start), &mut out);
    out.push_str(&text[span.end..]);
    let json = Json::parse(out.into())?;
    if !says_what_was_typed((&edited, &folds), original, &json) {
        let what = "the new text would not say what was typed; nothing was taken over";
        return Err(Fault::new(edited.text(), 0, what));
    }
    let untouched = json.text() == original.text();
    Ok(Rebuilt { json, untouched })
}

fn fates(
    original: &Json,
    shown: &Layout,
    (edited, pairing, folds): (&Json, &Pairing, &[Option<NodeId>]),
) -> Vec<Fate> {
    let body = |id: NodeId| {
        let at = id.0 as usize;
        if let Some(fold) = folds[at] {
            return Body::Verbatim(fold);
        }
        let before = match pairing.fits[at] {
            Fit::New => return Body::New,
            Fit::Same(before) => return Body::Verbatim(shown.origin(before)),
            Fit::Changed(before) => before,
        };
        let stored = shown.origin(before);
        let folded = shown.is_fold(before);
        match (edited.kind(id), original.kind(stored)) {
            (Kind::String, Kind::String) if !folded => Body::Text(stored),
            (Kind::Array, Kind::Array) | (Kind::Object, Kind::Object) if !folded => {
                Body::Within(stored)
            }
            _ => Body::New,
        }
    };
    let place = |id: NodeId| pairing.places[id.0 as usize].map(|place| shown.origin(place));
    let fate = |id| Fate {
        body: body(id),
        place: place(id),
    };
    nodes(edited).map(fate).collect()
}

/// Reads a new text back: whether it holds the edited nodes, with folded ones byte for byte.
fn says_what_was_typed(
    (edited, folds): (&Json, &[Option<NodeId>]),
    original: &Json,
    made: &Json,
) -> bool {
    let mut there = made.root();
    for id in nodes(edited) {
        if there.0 as usize >= made.node_count() || edited.key(id) != made.key(there) {
            return false;
        }
        if let Some(fold) = folds[id.0 as usize] {
            if made.raw(there) != original.raw(fold) {
                return false;
            }
            there = made.after(there);
            continue;
        }
        let alike = edited.kind(id) == made.kind(there)
            && match edited.kind(id) {
                Kind::Array | Kind::Object => edited.len(id) == made.len(there),
                Kind::String => edited.string(id) == made.string(there),
                _ => edited.raw(id) == made.raw(there),
            };
        if !alike {
            return false;
        }
        there = NodeId(there.0 + 1);
    }
    there.0 as usize == made.node_count()
}

#[cfg(test)]
mod tests;
