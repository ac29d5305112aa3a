//! The editor on the screen: what opens it, what its keys do, and that no text is lost when it
//! closes.

mod field;
mod opening;
mod reviewing;

pub(super) use field::Field;
pub(super) use opening::Opening;

use super::App;
use super::command::{Command, Context};
use super::draft::{DraftText, Spent};
use super::edit::{Edit, Verdict, of_most};
use super::layer::Layer;
use super::menu::Answer;
use super::msg::{Edited, Effect};
use super::notice::Level;
use super::prompts::Purpose;
use crate::domain::full::Stored;
use crate::domain::plan::Why;
use crate::task::event::Inspection;

impl App {
    pub(super) fn editor(&mut self) -> Option<&mut Edit> {
        self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Edit(edit) => Some(&mut **edit),
            _ => None,
        })
    }

    /// When the editor wants to be looked after.
    pub(super) fn edit_due(&self) -> Option<u64> {
        let edits = self.layers.iter().filter_map(|layer| match layer {
            Layer::Edit(edit) => edit.due(),
            _ => None,
        });
        edits.min()
    }

    /// Checks and saves what is due. Returns whether that can be seen.
    pub(super) fn tick_editor(&mut self) -> bool {
        let now = self.now.mono;
        let Some(edit) = self.editor() else {
            return false;
        };
        let (check, save) = (edit.take_check(now), edit.take_save(now));
        if save {
            self.save_draft();
        }
        if check {
            self.check_text();
        }
        check
    }

    /// Gives the text to the disk, when it is another than what is stored.
    pub(super) fn save_draft(&mut self) {
        let base = self.writes.editing.as_deref().and_then(base_of);
        let Some(edit) = self.editor() else { return };
        edit.save_is_ordered();
        if !edit.is_changed() {
            return;
        }
        let (id, key, text) = (edit.id, edit.key.clone(), edit.whole_text());
        self.keep_text(id, DraftText { key, base, text });
    }

    /// Looks whether the text can be written, and says so in the editor.
    pub(super) fn check_text(&mut self) {
        let Some(made) = self.plan_of_text() else {
            return;
        };
        let limit = self.options.writing.as_ref().ok();
        let limit = limit.and_then(|writing| writing.limit);
        let verdict = match made {
            Ok(plan) => {
                let bytes = plan.value.map(|write| write.bytes).unwrap_or_default();
                let stored = bytes.len() as u64;
                let sent = limit.map_or(stored, |room| room.sent(&bytes));
                match limit.filter(|room| room.over(&plan.key, &bytes).is_some()) {
                    Some(room) => {
                        let size = of_most(stored, sent, room.most_under(&plan.key));
                        Verdict::Bad(None, format!("too large: {size}"))
                    }
                    None => Verdict::Good { stored, sent },
                }
            }
            Err(refusal) if refusal.why == Why::Nothing => Verdict::Same,
            Err(refusal) => Verdict::Bad(refusal.place, refusal.said),
        };
        let now = self.now.mono;
        if let Some(edit) = self.editor() {
            edit.take_check(now);
            edit.verdict = verdict;
        }
    }

    pub(super) fn edit_command(&mut self, command: Command) {
        let now = self.now.mono;
        let Some(Layer::Edit(edit)) = self.layers.last_mut() else {
            return;
        };
        edit.closes = false;
        match command {
            Command::Check => self.review_text(),
            Command::Find => self.open_prompt(Purpose::FindInText),
            Command::GotoLine => self.open_prompt(Purpose::Line),
            Command::FindNext | Command::FindPrevious => {
                if !edit.find(command == Command::FindNext) {
                    self.say(Level::Info, "it does not occur in the text");
                }
            }
            Command::EditUndo => edit.step_back(true, now),
            Command::EditRedo => edit.step_back(false, now),
            Command::EditOutside => self.edit_outside(),
            Command::Cancel | Command::Back | Command::Quit => self.leave_editor(),
            other => self.general_command(other),
        }
    }

    /// What was typed at the editor's own line.
    pub(super) fn found_in_text(&mut self, purpose: Purpose, typed: &str) {
        let Some(edit) = self.editor() else { return };
        let found = if purpose == Purpose::Line {
            let line = typed.trim().parse::<usize>().ok();
            line.map(|line| edit.go_to((line, 1))).is_some()
        } else {
            edit.search = (!typed.is_empty()).then(|| typed.to_owned());
            typed.is_empty() || edit.find(true)
        };
        if !found {
            let said = match purpose {
                Purpose::Line => "a line is a number",
                _ => "it does not occur in the text",
            };
            self.say(Level::Info, said);
        }
    }

    /// Asks only when there is something to lose.
    fn leave_editor(&mut self) {
        self.save_draft();
        let Some(edit) = self.editor() else { return };
        if !edit.is_changed() {
            return self.leave_as_stored();
        }
        let key = edit.key.clone();
        let keeps = if self.options.forgets {
            "close; the text is kept until the program ends (demo)"
        } else {
            "close; the text stays on disk"
        };
        let answer = |label: &str, help: &str, answer| (label.to_owned(), help.to_owned(), answer);
        let answers = vec![
            answer("back", "go on typing", Answer::Back),
            answer("keep draft", keeps, Answer::KeepDraft),
            answer(
                "discard",
                "close and give the text up for good",
                Answer::GiveUpText,
            ),
        ];
        self.ask(format!("{key} was changed and is not written"), answers);
    }

    /// The text is what is stored: what was typed on the way to it goes, but no draft that was there
    /// before.
    fn leave_as_stored(&mut self) {
        let Some(edit) = self.editor() else { return };
        if !edit.goes_on {
            return self.close_editor(false);
        }
        let key = edit.key.clone();
        self.close_editor_sent();
        let said = format!("nothing was changed; there is still a draft of {key}");
        self.say(Level::Info, said);
    }

    /// Closes the editor when its text is on the disk, which may be now.
    pub(super) fn keep_draft(&mut self) {
        self.save_draft();
        let Some(edit) = self.editor() else { return };
        let (id, key) = (edit.id, edit.key.clone());
        if self.keeping.is_safe(id) {
            return self.close_editor(true);
        }
        if let Some(edit) = self.editor() {
            edit.closes = true;
        }
        self.keep_now(id);
        let said =
            format!("the draft of {key} is being saved; the editor closes when it is on disk");
        self.say(Level::Info, said);
    }

    /// Closes the editor, whose text is on the disk; without `keep` its drafts go.
    pub(super) fn close_editor(&mut self, keep: bool) {
        let at = self
            .layers
            .iter()
            .rposition(|layer| matches!(layer, Layer::Edit(_)));
        let Some(Layer::Edit(edit)) = at.map(|at| self.layers.remove(at)) else {
            return;
        };
        self.writes.editing = None;
        if keep {
            let key = self
                .keys
                .keys_of(super::command::Context::List, Command::Edit);
            let key = key.unwrap_or_else(|| Command::Edit.name().to_owned());
            let kept = self.options.kept_until();
            return self.say(
                Level::Info,
                format!("the draft is kept{kept}; {key} goes on with it"),
            );
        }
        if edit.goes_on || self.keeping.knows(edit.id) {
            self.drop_drafts(Spent {
                key: edit.key,
                id: Some(edit.id),
                text: None,
                files: edit.files,
            });
        }
    }

    /// The text is on its way: the editor closes, and its draft stays until the write is done.
    pub(super) fn close_editor_sent(&mut self) {
        self.save_draft();
        self.layers.retain(|layer| !matches!(layer, Layer::Edit(_)));
        self.writes.editing = None;
    }

    /// Gives the text to the person's own editor; it is on disk before.
    pub(super) fn edit_outside(&mut self) {
        self.save_draft();
        let base = self.writes.editing.as_deref().and_then(base_of);
        let Some(edit) = self.editor() else { return };
        let (id, key, text) = (edit.id, edit.key.clone(), edit.text().into());
        self.out
            .push(Effect::EditOutside(id, DraftText { key, base, text }));
    }

    /// The person's editor has ended.
    pub(super) fn on_edited(&mut self, edited: Edited) {
        let now = self.now.mono;
        let Some(edit) = self.editor() else { return };
        match edited {
            Edited::Same if !edit.is_changed() => {
                self.leave_as_stored();
                self.say(Level::Info, "nothing was changed");
            }
            Edited::Same => self.say(Level::Info, "nothing was changed in the editor outside"),
            Edited::Nothing(said) => self.say(Level::Warn, said),
            Edited::Left(why, file) => {
                let keys = self.keys.keys_of(Context::List, Command::Recovery);
                let list = keys.unwrap_or_else(|| Command::Recovery.short().to_owned());
                let place = if self.options.forgets {
                    "until the program ends (demo)".to_owned()
                } else {
                    file.display().to_string()
                };
                let said = format!("{why}; nothing was taken over; {list} lists the text: {place}");
                self.say(Level::Warn, said);
            }
            Edited::Text(text) => {
                // Editors end a file with a line end; the text has none.
                let text = text.strip_suffix('\n').unwrap_or(&text);
                edit.replace(text, now);
                self.review_text();
            }
        }
    }
}

/// The version that a text is made from.
pub(super) fn base_of(seen: &Inspection) -> Option<crate::domain::Version> {
    seen.document.stored.seen().and_then(Stored::version)
}
