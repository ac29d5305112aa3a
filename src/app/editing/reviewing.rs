//! From the text in the editor to its review. The editor may have been open for long: what is stored
//! is read once more, and a text that was overtaken meanwhile is not reviewed but shown beside what
//! overtook it.

use std::sync::Arc;

use super::super::App;
use super::super::edit::Verdict;
use super::super::layer::Layer;
use super::super::notice::Level;
use super::super::review::{Decided, TypedText};
use super::super::versus::{Overtaken, Sides};
use super::base_of;
use crate::domain::full::{Full, Stored};
use crate::domain::plan::{Plan, Refusal};
use crate::task::event::Inspection;

impl App {
    /// The plan for the text in the editor, over what was there when it was opened.
    pub(super) fn plan_of_text(&mut self) -> Option<Result<Plan, Refusal>> {
        let seen = self.writes.editing.clone()?;
        self.plan_over(&seen)
    }

    fn plan_over(&mut self, seen: &Inspection) -> Option<Result<Plan, Refusal>> {
        let typed = self.editor()?.stored();
        let made = typed.and_then(|typed| {
            let plan = self.desk(seen)?.edit(&typed);
            plan.map_err(|refusal| (refusal, typed.text))
                .map_err(|(refusal, stored)| {
                    let place = self.layers.iter().rev().find_map(|layer| match layer {
                        Layer::Edit(edit) => edit.place_of(&stored, refusal.place),
                        _ => None,
                    });
                    Refusal { place, ..refusal }
                })
        });
        Some(made)
    }

    /// The review of the text, once what is stored has been read again. What can't be written as it
    /// stands is said at once.
    pub(in crate::app) fn review_text(&mut self) {
        self.save_draft();
        self.check_text();
        let Some(made) = self.plan_of_text() else {
            return;
        };
        let (Some(seen), Some(edit)) = (self.writes.editing.clone(), self.editor()) else {
            return;
        };
        if let Err(refusal) = made {
            return self.refuse_text(&refusal);
        }
        if let Verdict::Bad(_, said) = &edit.verdict {
            let said = format!("{said}; make it smaller; nothing was written");
            return self.say(Level::Warn, said);
        }
        edit.verdict = Verdict::Reading;
        let text = edit.whole_text();
        self.read_to_review(&seen, text);
    }

    /// A refusal puts the cursor at its place.
    fn refuse_text(&mut self, refusal: &Refusal) {
        if let (Some(edit), Some(place)) = (self.editor(), refusal.place) {
            edit.go_to(place);
        }
        self.refuse("edit", refusal);
    }

    /// What is stored has been read for the review of the text.
    pub(in crate::app) fn review_over(&mut self, now: &Inspection) {
        self.check_text();
        let Some(before) = self.writes.editing.clone() else {
            return;
        };
        let told = now.document.stored.seen().is_some();
        if told && base_of(now) != base_of(&before) {
            return self.text_was_overtaken(&before, now);
        }
        match self.plan_over(now) {
            None => {}
            Some(Err(refusal)) => self.refuse_text(&refusal),
            Some(Ok(plan)) => {
                self.show_document(now);
                self.writes.editing = Some(Arc::new(now.clone()));
                let Some(edit) = self.editor() else { return };
                let typed = TypedText {
                    id: edit.id,
                    text: edit.whole_text(),
                    files: edit.files.clone(),
                };
                let decided = Decided {
                    plan,
                    undoes: None,
                    typed: Some(typed),
                };
                self.open_review(decided, now);
            }
        }
    }

    /// Another value is there than the one in the editor: nothing of it is planned over.
    fn text_was_overtaken(&mut self, before: &Inspection, now: &Inspection) {
        let plan = self.plan_over(before).and_then(Result::ok);
        let lite = plan.as_ref().map(Sides::of);
        let Some(edit) = self.editor() else { return };
        let (id, mine, files) = (edit.id, edit.whole_text(), edit.files.clone());
        let stored = before.document.stored.seen().and_then(Stored::full);
        let saw = stored.and_then(Full::json).cloned();
        self.close_editor_sent();
        self.show_document(now);
        self.open_versus(Overtaken {
            saw,
            mine: Some(mine),
            lite,
            theirs: Arc::new(now.clone()),
            draft: Some(id),
            files,
            taking_back: false,
        });
        let kept = self.kept_said(Some(id));
        let said = format!("it was written again since you began; nothing was written; {kept}");
        self.say(Level::Warn, said);
    }
}
