//! Three texts of one value: what a person saw, what they made of it, and what somebody else wrote
//! meanwhile. Nothing of either is lost: the text stays a draft, their value stays stored.

mod lite;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::command::Command;
use super::draft::{DraftId, Spent};
use super::edit::{Begin, Source};
use super::layer::Layer;
use super::notice::Level;
use super::page::{Page, Subject};
use super::pages::scrolled;
pub(super) use lite::Sides;

use crate::domain::Key;
use crate::domain::edit::{Folding, Layout, Merged, changes, merge, rebuild};
use crate::domain::full::Full;
use crate::domain::json::{Fault, Json};
use crate::task::event::Inspection;

/// The three texts.
#[derive(Clone, Debug)]
pub(super) struct Overtaken {
    /// What the text was made from, where it is known.
    pub(super) saw: Option<Arc<Json>>,
    /// The text, byte for byte; `None` is "no text": a value that was deleted, or was not there.
    pub(super) mine: Option<Arc<str>>,
    /// MongoDB's half of what was seen and of what was wanted, where it is known.
    pub(super) lite: Option<Sides>,
    /// What both stores hold now.
    pub(super) theirs: Arc<Inspection>,
    /// The draft of this session that the text is.
    pub(super) draft: Option<DraftId>,
    /// Drafts of other runs that the text was made from.
    pub(super) files: Vec<PathBuf>,
    /// It is not something that was typed, but a write that was to be taken back.
    pub(super) taking_back: bool,
}

/// The page that shows them.
#[derive(Debug)]
pub struct Versus {
    /// What is shown.
    pub page: Page,
    overtaken: Overtaken,
}

impl Versus {
    /// The document.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.overtaken.key()
    }
}

impl Overtaken {
    fn key(&self) -> &Key {
        &self.theirs.document.key
    }

    fn now(&self) -> Option<&Arc<Json>> {
        let stored = self.theirs.document.stored.seen()?;
        stored.full().and_then(Full::json)
    }

    /// My text as it would be stored: what I did not touch is spelled as it was. (A text in the
    /// editor has readable characters where the stored one may have escapes.)
    fn mine(&self) -> Option<Result<Json, Fault>> {
        let mine = self.mine.as_ref()?;
        Some(match &self.saw {
            None => Json::parse(Arc::clone(mine)),
            Some(saw) => over(saw, mine),
        })
    }

    /// Both changes in one text. Where both changed a place, what was typed stands there: it is in no
    /// store yet, while theirs is, and the review names every place of theirs that it replaces.
    fn merged(&self) -> Option<Result<Merged, Fault>> {
        let (saw, mine, now) = self.texts()?;
        let merged = merge(saw, &mine, now);
        match merged {
            Ok(merged) if !merged.overlaps.is_empty() && !self.taking_back => {
                let typed = merge(saw, now, &mine);
                Some(typed.map(|typed| Merged {
                    text: typed.text,
                    ..merged
                }))
            }
            merged => Some(merged),
        }
    }

    /// Whether what is stored now says all that was typed.
    fn is_said_already(&self, merged: &Merged) -> bool {
        let same = |now: &Arc<Json>| **now.text() == *merged.text;
        !self.taking_back && merged.overlaps.is_empty() && self.now().is_some_and(same)
    }

    /// Whether nothing of the value was to be changed.
    fn is_of_lite_alone(&self) -> bool {
        let texts = self.texts();
        self.taking_back && texts.is_some_and(|(saw, mine, _)| changes(saw, &mine).is_empty())
    }

    /// The three as JSON, where they are.
    fn texts(&self) -> Option<(&Json, Json, &Json)> {
        Some((self.saw.as_deref()?, self.mine()?.ok()?, self.now()?))
    }
}

/// A text as it would be stored in place of the one that it was made from.
fn over(saw: &Json, mine: &Arc<str>) -> Result<Json, Fault> {
    // A draft of an editor outside may have placeholders still.
    let view = match Layout::told_by(saw, mine)? {
        Some(view) => view,
        None => Layout::new(saw, Folding::NOTHING)?,
    };
    rebuild(saw, &view, mine).map(|rebuilt| rebuilt.json)
}

impl App {
    pub(super) fn open_versus(&mut self, overtaken: Overtaken) {
        let hides = self.hides(overtaken.key());
        let arrow = if self.options.ascii { "->" } else { "→" };
        let lines = words::lines(&overtaken, &hides, arrow);
        let title = format!("{} was written again meanwhile", overtaken.key());
        self.layers.push(Layer::Versus(Box::new(Versus {
            page: Page::new(Subject::Part, title, lines),
            overtaken,
        })));
        self.keep_pages_filled();
    }

    pub(super) fn versus_command(&mut self, command: Command) {
        let height = self.page_height();
        let Some(Layer::Versus(versus)) = self.layers.last_mut() else {
            return;
        };
        match command {
            _ if scrolled(&mut versus.page, command, height) => {}
            Command::Rebase => self.rebase(),
            Command::Edit => {
                let Some(overtaken) = self.close_versus() else {
                    return;
                };
                let begin = Begin {
                    text: overtaken.mine,
                    draft: overtaken.draft,
                    files: overtaken.files,
                };
                self.show_editor(overtaken.theirs, begin);
                let said = "your text over what is stored now; the review shows what it replaces";
                self.say(Level::Warn, said);
            }
            Command::Discard => {
                let Some(overtaken) = self.close_versus() else {
                    return;
                };
                self.drop_drafts(Spent {
                    key: overtaken.key().clone(),
                    id: overtaken.draft,
                    text: None,
                    files: overtaken.files,
                });
                self.say(Level::Info, "the text was given up; what is stored stays");
            }
            Command::Back | Command::Cancel | Command::Quit => {
                let (typed, draft) = (!versus.overtaken.taking_back, versus.overtaken.draft);
                self.close_versus();
                let said = if typed {
                    format!("nothing was written; {}", self.kept_said(draft))
                } else {
                    "nothing was written".to_owned()
                };
                self.say(Level::Info, said);
            }
            other => self.general_command(other),
        }
    }

    fn close_versus(&mut self) -> Option<Overtaken> {
        match self.layers.pop() {
            Some(Layer::Versus(versus)) => Some(versus.overtaken),
            other => {
                self.layers.extend(other);
                None
            }
        }
    }

    /// My changes in their text; what both changed is left to the person, in the editor.
    fn rebase(&mut self) {
        let Some(Layer::Versus(versus)) = self.layers.last() else {
            return;
        };
        if versus.overtaken.is_of_lite_alone() {
            let said =
                "rebase: the value is not concerned, and no text changes MongoDB's document alone";
            return self.say(Level::Warn, said);
        }
        let merged = match versus.overtaken.merged() {
            None => {
                let said = "rebase: one of the three texts is not JSON, or not known; edit instead";
                return self.say(Level::Warn, said);
            }
            Some(Err(fault)) => return self.say(Level::Error, format!("rebase: {fault}")),
            Some(Ok(merged)) => merged,
        };
        let Some(overtaken) = self.close_versus() else {
            return;
        };
        if overtaken.is_said_already(&merged) {
            return self.nothing_is_missing(overtaken);
        }
        let (text, typed) = (laid_out(&merged.text), !overtaken.taking_back);
        let begin = Begin {
            text: Some(text.into()),
            draft: overtaken.draft,
            files: overtaken.files,
        };
        self.show_editor(overtaken.theirs, begin);
        let Some(first) = merged.overlaps.first() else {
            return self.review_text();
        };
        if let Some(edit) = self.editor() {
            edit.go_to_pointer(first);
        }
        let places = merged.overlaps.join(", ");
        let said = if typed {
            format!(
                "yours stands where both changed it: {places}; the review shows what it replaces"
            )
        } else {
            format!("what was written since stands where both changed it: {places}")
        };
        self.say(Level::Warn, said);
    }
}

impl App {
    /// What stands now says all that was typed: the draft of it has done its work.
    fn nothing_is_missing(&mut self, overtaken: Overtaken) {
        let key = overtaken.theirs.document.key.clone();
        let said = format!("{key}: what is stored now says all of your text; its draft is gone");
        self.drop_drafts(Spent {
            key,
            id: overtaken.draft,
            text: overtaken.mine,
            files: overtaken.files,
        });
        self.say(Level::Info, said);
    }
}

/// A stored text as the editor shows one, with what would be folded as it is.
pub(super) fn laid_out(text: &str) -> String {
    let laid_out = || {
        let json = Json::parse(text.into()).ok()?;
        let view = Layout::new(&json, Folding::default()).ok()?;
        Some(Source::Json(Arc::new(json), Box::new(view)).whole())
    };
    laid_out().unwrap_or_else(|| text.to_owned())
}
