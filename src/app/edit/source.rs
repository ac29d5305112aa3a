//! What an edited text is made of: the stored text behind the view, and how the two become each
//! other without a change that nobody made.

use std::sync::Arc;

use crate::domain::edit::{Folding, Layout, rebuild, template};
use crate::domain::json::{Json, NodeId};
use crate::domain::plan::{Refusal, Typed, Why};
use crate::domain::{Lite, Model};
use crate::task::event::Inspection;

/// Where the text comes from.
#[derive(Debug)]
pub(in crate::app) enum Source {
    /// A stored text that is JSON, and the view of it.
    Json(Arc<Json>, Box<Layout>),
    /// A text that is edited as it is: a new document, or a stored value that is not JSON.
    Plain(Arc<str>),
}

impl Source {
    /// What is edited of a document as it was read.
    ///
    /// # Errors
    /// The value was not read, it can't be told what is there, or it is no text.
    pub(in crate::app) fn of(
        seen: &Inspection,
        model: Option<&Model>,
        (now, ascii): (i64, bool),
    ) -> Result<Self, Refusal> {
        let document = &seen.document;
        if let Some(why) = seen.diagnosis.untold() {
            return Err(Refusal::new(Why::Unseen, why));
        }
        let Some(stored) = document.stored.seen() else {
            return Err(Refusal::new(Why::Unseen, "the value could not be read"));
        };
        let Some(full) = stored.full() else {
            let lite: Option<&Lite> = seen.lite();
            let text = template((&document.key, now), model, lite);
            return Ok(Self::Plain(text.into()));
        };
        let folding = Folding {
            ascii,
            ..Folding::default()
        };
        if let Some(json) = full.json() {
            return match Layout::new(json, folding) {
                Ok(layout) => Ok(Self::Json(Arc::clone(json), Box::new(layout))),
                Err(fault) => Err(Refusal::new(Why::Unsupported, fault.to_string())),
            };
        }
        full.as_text().map(Self::Plain).ok_or_else(|| {
            let said = "the value is not text, so it can't be edited as text";
            Refusal::new(Why::Unsupported, said).hint("put an older version back (versions)")
        })
    }

    /// The text as it is shown at first.
    pub(super) fn first_text(&self) -> &str {
        match self {
            Self::Json(_, layout) => layout.text(),
            Self::Plain(text) => text,
        }
    }

    /// The text as it is shown at first, with everything that is folded in it.
    pub(in crate::app) fn whole(&self) -> String {
        self.unfolded(self.first_text())
    }

    /// The text with every placeholder replaced by what it stands for, also where the text is not
    /// JSON (yet): a draft is read without the version that it was made from.
    pub(super) fn unfolded(&self, shown: &str) -> String {
        let Self::Json(json, layout) = self else {
            return shown.to_owned();
        };
        let mut text = shown.to_owned();
        for fold in layout.folds() {
            let token = format!("\"{}\"", fold.token);
            if text.contains(&token) {
                text = text.replace(&token, json.raw(fold.node));
            }
        }
        text
    }

    /// A whole text with the same places folded as in the view.
    pub(super) fn folded(&self, whole: &str) -> String {
        let Self::Json(json, layout) = self else {
            return whole.to_owned();
        };
        let mut text = whole.to_owned();
        for fold in layout.folds() {
            let raw = json.raw(fold.node);
            if text.contains(raw) {
                text = text.replace(raw, &format!("\"{}\"", fold.token));
            }
        }
        // The bytes of a folded value may stand inside of a string, too: then nothing is folded.
        let parses = |text: &str| Json::parse(text.into()).is_ok();
        let same = self.unfolded(&text) == whole && (parses(&text) || !parses(whole));
        if same { text } else { whole.to_owned() }
    }

    /// The text as it would be stored: untouched places keep their bytes.
    pub(super) fn stored(&self, shown: &str) -> Result<Typed, Refusal> {
        let text = match self {
            Self::Plain(_) => shown.into(),
            Self::Json(json, layout) => {
                let rebuilt = rebuild(json, layout, shown).map_err(|fault| Refusal {
                    place: Some((fault.line, fault.column)),
                    ..Refusal::new(Why::Invalid, format!("not JSON: {}", fault.what))
                })?;
                Arc::clone(rebuilt.json.text())
            }
        };
        Ok(Typed { text, as_is: false })
    }
}

/// A place (line and column from 1) of the stored text, in the text on the screen: the same JSON
/// pointer leads there.
pub(super) fn place_of(stored: &str, place: (usize, usize), shown: &str) -> Option<(usize, usize)> {
    if stored == shown {
        return Some(place);
    }
    let stored = Json::parse(stored.into()).ok()?;
    let at = offset_of(stored.text(), place);
    let node = all(&stored).find(|node| stored.span(*node).start == at)?;
    place_at(shown, &stored.pointer(node))
}

/// Where a JSON pointer leads to in a text (line and column from 1).
pub(super) fn place_at(text: &str, pointer: &str) -> Option<(usize, usize)> {
    let json = Json::parse(text.into()).ok()?;
    let there = all(&json).find(|node| json.pointer(*node) == pointer)?;
    let before = &text[..json.span(there).start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Some((line, column))
}

fn all(json: &Json) -> impl Iterator<Item = NodeId> + use<> {
    (0..u32::try_from(json.node_count()).unwrap_or(u32::MAX)).map(NodeId)
}

fn offset_of(text: &str, (line, column): (usize, usize)) -> usize {
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n').map_or(0, |end| end + 1);
    }
    let rest = text[start..].char_indices().nth(column - 1);
    rest.map_or(text.len(), |(at, _)| start + at)
}
