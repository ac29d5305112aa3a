//! Three texts of one value: what a person saw, what they made of it, and what somebody else wrote
//! meanwhile. Nothing of either is lost: the text stays a draft, their value stays stored.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::command::Command;
use super::draft::{DraftId, Spent};
use super::edit::{Begin, Source};
use super::editing::base_of;
use super::layer::Layer;
use super::notice::Level;
use super::page::{Line, Page, Subject};
use super::pages::scrolled;
use super::review::words::change_lines;
use crate::domain::Key;
use crate::domain::edit::{Folding, Layout, Merged, changes, merge, rebuild};
use crate::domain::full::{Full, Stored};
use crate::domain::json::{Fault, Json};
use crate::domain::state::Role;
use crate::task::event::Inspection;

/// The three texts.
#[derive(Clone, Debug)]
pub(super) struct Overtaken {
    /// What the text was made from, where it is known.
    pub(super) saw: Option<Arc<Json>>,
    /// The text, byte for byte.
    pub(super) mine: Arc<str>,
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
    fn mine(&self) -> Result<Json, Fault> {
        match &self.saw {
            None => Json::parse(Arc::clone(&self.mine)),
            Some(saw) => {
                // A draft of an editor outside may have placeholders still.
                let view = match Layout::told_by(saw, &self.mine)? {
                    Some(view) => view,
                    None => Layout::new(saw, Folding::NOTHING)?,
                };
                rebuild(saw, &view, &self.mine).map(|rebuilt| rebuilt.json)
            }
        }
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

    /// The three as JSON, where they are.
    fn texts(&self) -> Option<(&Json, Json, &Json)> {
        Some((self.saw.as_deref()?, self.mine().ok()?, self.now()?))
    }
}

impl App {
    pub(super) fn open_versus(&mut self, overtaken: Overtaken) {
        let hides = self.hides(overtaken.key());
        let arrow = if self.options.ascii { "->" } else { "→" };
        let lines = lines(&overtaken, &hides, arrow);
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
                    text: Some(overtaken.mine),
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

/// A stored text as the editor shows one, with what would be folded as it is.
fn laid_out(text: &str) -> String {
    let laid_out = || {
        let json = Json::parse(text.into()).ok()?;
        let view = Layout::new(&json, Folding::default()).ok()?;
        Some(Source::Json(Arc::new(json), Box::new(view)).whole())
    };
    laid_out().unwrap_or_else(|| text.to_owned())
}

fn lines(overtaken: &Overtaken, hides: &dyn Fn(&str) -> bool, arrow: &str) -> Vec<Line> {
    let mut lines = vec![
        Line::heading(&overtaken.key().to_string()),
        Line::new("", now_said(&overtaken.theirs), None),
    ];
    both_said(overtaken, &mut lines);
    let mine = overtaken.mine();
    let what = if overtaken.taking_back {
        "What taking your write back would change"
    } else {
        "What you changed"
    };
    lines.push(Line::heading(what));
    match (&overtaken.saw, &mine) {
        (_, Err(fault)) => {
            let said = format!("your text is not JSON yet: {fault}");
            lines.push(Line::new("!", said, Some(Role::Warn)));
        }
        (None, Ok(_)) if overtaken.taking_back => {
            let said = "your write left no text; taking it back would bring the one before it";
            lines.push(Line::new("", said, None));
        }
        (None, Ok(_)) => {
            let said = "what it was made from is not known any more; your text is whole";
            lines.push(Line::new("!", said, Some(Role::Warn)));
        }
        (Some(saw), Ok(mine)) => change_lines(&changes(saw, mine), hides, (arrow, &mut lines)),
    }
    lines.push(Line::heading("What was written since"));
    match (&overtaken.saw, overtaken.now()) {
        (Some(saw), Some(now)) => change_lines(&changes(saw, now), hides, (arrow, &mut lines)),
        (None, Some(now)) => {
            if let Ok(mine) = &mine {
                let said = if overtaken.taking_back {
                    "compared with the text before your write:"
                } else {
                    "compared with your text:"
                };
                lines.push(Line::new("", said, Some(Role::Dim)));
                change_lines(&changes(mine, now), hides, (arrow, &mut lines));
            }
        }
        (_, None) => lines.push(Line::new("", now_said(&overtaken.theirs), Some(Role::Warn))),
    }
    lines
}

/// Whether the two changes fit together.
fn both_said(overtaken: &Overtaken, lines: &mut Vec<Line>) {
    let merged = overtaken
        .texts()
        .and_then(|(saw, mine, now)| merge(saw, &mine, now).ok());
    if let Some(merged) = merged {
        let said = if merged.overlaps.is_empty() {
            "no place was changed by both: your changes fit into what is there now".to_owned()
        } else {
            format!("changed by both: {}", merged.overlaps.join(", "))
        };
        let role = if merged.overlaps.is_empty() {
            Role::Ok
        } else {
            Role::Bad
        };
        lines.push(Line::new("", said, Some(role)));
    }
    lines.push(Line::default());
}

fn now_said(theirs: &Inspection) -> String {
    let version = base_of(theirs).map_or(String::new(), |version| format!(" at {version}"));
    match theirs.document.stored.seen() {
        None => "what 0G holds now could not be read".to_owned(),
        Some(Stored::Absent) => "0G holds no value now".to_owned(),
        Some(Stored::Tombstone { .. }) => format!("the value was deleted{version}"),
        Some(Stored::Value { .. }) => format!("0G holds another value now{version}"),
    }
}
