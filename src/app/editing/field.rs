//! One value changed in place: the line that it is typed on. From there on it is a text like any
//! other, with its draft, its checks and its review; nothing here makes a plan of its own.

use super::super::App;
use super::super::edit::Begin;
use super::super::layout::Pane;
use super::super::notice::Level;
use super::super::prompts::Purpose;
use super::super::viewer::View;
use super::super::writing::Wanted;
use crate::domain::Key;
use crate::domain::edit::{self, Spot, quoted};
use crate::domain::filter::Fault;
use crate::domain::full::{Full, Stored};
use crate::domain::json::{Json, Kind};
use crate::task::event::Inspection;

/// Most bytes of a value that is changed on one line.
const MOST: usize = 2_000;

/// A value that is being changed in place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::app) struct Field {
    key: Key,
    pointer: String,
    /// What stood on the line when it was opened.
    shown: String,
    /// What was typed, as far as it is in no editor yet.
    typed: String,
}

impl Field {
    /// What is in front of the line.
    pub(in crate::app) fn label(&self) -> String {
        format!("{}: ", self.pointer)
    }

    /// What the line begins with.
    pub(in crate::app) fn text(&self) -> &str {
        &self.typed
    }
}

impl App {
    /// Opens the line for the value under the cursor.
    pub(in crate::app) fn change_field(&mut self) {
        let mut field = match self.field_here() {
            Ok(field) => field,
            Err(why) => return self.say(Level::Info, format!("change: {why}")),
        };
        let writes = &mut self.writes;
        writes.fields_left.extend(writes.field.take());
        let same = |left: &Field| (&left.key, &left.pointer) == (&field.key, &field.pointer);
        if let Some(at) = writes.fields_left.iter().position(same) {
            field.typed = writes.fields_left.swap_remove(at).typed;
        }
        writes.field = Some(field);
        self.open_prompt(Purpose::Field);
    }

    /// The value under the cursor, or why it is not changed on one line.
    fn field_here(&self) -> Result<Field, &'static str> {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| {
            Some(&shown.document.key) == self.preview.key.as_ref() && shown.at.is_none()
        });
        let json = shown
            .and_then(|shown| shown.document.stored.seen())
            .and_then(Stored::full)
            .and_then(Full::json);
        let (Some(shown), Some(json)) = (shown, json) else {
            return Err("there is no JSON value here");
        };
        if self.focus != Pane::Document || self.viewer.view() != View::Full {
            return Err("go to a value in the Full view first");
        }
        if self.viewer.is_masked() {
            return Err("its values are masked: show them first");
        }
        let pointer = self.viewer.copy_path().map(|path| path.text);
        let found = pointer.and_then(|pointer| Some((edit::find(json, &pointer)?, pointer)));
        let (node, pointer) = found
            .filter(|(node, _)| *node != json.root())
            .ok_or("the cursor is on the whole document: go to one of its values")?;
        let text = match (json.kind(node), json.string(node)) {
            (Kind::String, Some(text)) => quoted(&text, false),
            _ => json.raw(node).to_owned(),
        };
        if text.len() > MOST || text.contains('\n') {
            return Err("it is too long for one line: edit the document");
        }
        Ok(Field {
            key: shown.document.key.clone(),
            pointer,
            shown: text.clone(),
            typed: text,
        })
    }

    /// What was typed on the line. A fault leaves the line open, and is marked on it.
    pub(in crate::app) fn field_typed(&mut self, typed: &str) -> Result<(), Fault> {
        let typed = typed.trim();
        let Some(field) = &mut self.writes.field else {
            return Ok(());
        };
        typed.clone_into(&mut field.typed);
        if let Err(fault) = Json::parse(typed.into()) {
            let said = format!("not JSON: {}; a text stands in quotation marks", fault.what);
            self.say(Level::Warn, said.clone());
            let end = typed.len().min(fault.at + 1);
            return Err(Fault {
                span: fault.at.min(end)..end,
                what: said,
                choice: String::new(),
            });
        }
        let field = field.clone();
        if field.typed == field.shown {
            self.writes.field = None;
            self.say(Level::Info, "the value is as it was");
        } else {
            self.read_for(Wanted::Field(field));
        }
        Ok(())
    }

    /// The line was left; what was typed on it is there when it is opened again.
    pub(in crate::app) fn field_left(&mut self, typed: &str) {
        let Some(field) = &mut self.writes.field else {
            return;
        };
        typed.trim().clone_into(&mut field.typed);
        if field.typed == field.shown {
            self.writes.field = None;
        } else {
            let said = "nothing was written; the same key on the same value has what was typed";
            self.say(Level::Info, said);
        }
    }

    /// Puts the typed value into the text that was read just now, and leads to its review.
    pub(in crate::app) fn put_field(&mut self, field: &Field, seen: &Inspection) {
        let stored = seen.document.stored.seen();
        let json = stored.and_then(Stored::full).and_then(Full::json);
        let made = match json.map(|json| (json, edit::find(json, &field.pointer))) {
            Some((json, Some(_))) => edit::set(json, &field.pointer, &field.typed, Spot::End)
                .map_err(|refusal| refusal.to_string()),
            _ => Err("it is not there any more".to_owned()),
        };
        let text = match made {
            Ok(text) => super::super::versus::laid_out(&text),
            Err(why) => {
                let said = format!("change {}: {why}; nothing was written", field.pointer);
                return self.say(Level::Warn, said);
            }
        };
        // From here on the text is a draft.
        self.writes.field = None;
        let begin = Begin {
            text: Some(text.into()),
            ..Begin::default()
        };
        self.show_editor(std::sync::Arc::new(seen.clone()), begin);
        if let Some(edit) = self.editor() {
            edit.go_to_pointer(&field.pointer);
        }
        self.review_text();
    }
}
