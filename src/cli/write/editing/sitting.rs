//! One document in the editor, and where its text is at every moment.

use std::path::Path;
use std::sync::Arc;

use super::rebuilt;
use crate::cli::args::Edit;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::write::Settled;
use crate::cli::write::editor;
use crate::cli::write::input::{Input, not_json};
use crate::cli::write::make;
use crate::cli::write::saver::Saver;
use crate::domain::Key;
use crate::domain::edit::{Folding, Layout, template};
use crate::domain::full::{Full, Stored};
use crate::domain::intent::Ending;
use crate::domain::json::Json;
use crate::domain::plan::{Refusal, Typed, Why};
use crate::domain::text::clean;
use crate::journal::{Draft, Sheet, Text};
use crate::task::event::Inspection;

/// One document in the editor.
pub(super) struct Sitting<'a> {
    pub(super) args: &'a Edit,
    pub(super) inspection: Inspection,
    original: Option<Arc<Json>>,
    /// There is no value: the text was made from MongoDB's document.
    pub(super) made: bool,
    editor: String,
    sheet: Option<Sheet>,
    /// The editor may have the sheet open still.
    open: bool,
    /// The text that was planned last, and whether it was written in both stores.
    last: Option<Arc<str>>,
    done: bool,
    saver: Saver,
}

impl<'a> Sitting<'a> {
    pub(super) fn new(
        session: &Session,
        args: &'a Edit,
        inspection: Inspection,
    ) -> Result<Self, Fault> {
        let key = &args.given.key;
        let stored = inspection.document.stored.seen();
        let full = stored.and_then(Stored::full);
        let shown = match full {
            Some(full) => shown(key, full)?,
            None => made(&inspection)?,
        };
        let saver = Saver {
            drafts: session.drafts(),
            place: session.place.clone(),
            key: key.clone(),
            base: stored.and_then(Stored::version),
            shown,
            saved: None,
            trouble: None,
        };
        Ok(Self {
            args,
            original: full.and_then(Full::json).cloned(),
            made: full.is_none(),
            editor: editor::command()?,
            sheet: None,
            open: false,
            last: None,
            done: false,
            saver,
            inspection,
        })
    }

    /// What the editor begins with when there is no draft.
    pub(super) fn shown(&self) -> &Arc<str> {
        &self.saver.shown
    }

    /// Makes the file for the editor, which will begin with this text.
    pub(super) fn lay_out(&mut self, session: &Session, text: &str) -> Result<(), Fault> {
        let begun = Text {
            place: &self.saver.place,
            key: &self.saver.key,
            base: self.saver.base,
            text,
        };
        self.sheet = Some(editor::sheet(session.state(), begun)?);
        Ok(())
    }

    /// The editor once: the text that it leaves, or why there is none to go on with.
    pub(super) async fn round(
        &mut self,
        session: &mut Session,
        text: &str,
        complaint: Option<String>,
    ) -> Result<(Option<Arc<str>>, Option<Fault>), Stop> {
        let Some(sheet) = &self.sheet else {
            return Ok((None, None));
        };
        editor::fill(sheet, text, complaint.as_deref())?;
        let saver = &mut self.saver;
        let ended = session
            .outside(&self.editor, sheet, || saver.save(sheet.bytes().ok()))
            .await;
        let status = match ended {
            Ok(status) => status,
            Err(stop) => {
                let started = !matches!(&stop, Stop::Fault(fault) if fault.kind == "editor");
                self.open = started;
                return Err(stop);
            }
        };
        let bytes = sheet.bytes();
        self.saver.save(bytes.as_ref().ok().cloned());
        let refused = |message: String| Fault::new(Exit::Refused, "editor", message);
        let bytes = match bytes {
            _ if !status.success() => {
                let fault = refused(format!("the editor ended with {status}"));
                return Ok((None, Some(fault)));
            }
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let fault = refused("the editor removed the file".to_owned());
                return Ok((None, Some(fault)));
            }
            Err(error) => {
                let said = format!("what the editor left can't be read: {}", error.kind());
                return Ok((None, Some(refused(said))));
            }
        };
        if bytes.trim_ascii().is_empty() {
            let fault = refused("the file was saved empty".to_owned());
            let hint = format!(
                "nothing was written; `dualscope delete {}` deletes",
                self.args.given.key
            );
            return Ok((None, Some(fault.hint(hint))));
        }
        let name = sheet.file().file_name().unwrap_or_default();
        Ok(
            match Input::of(name.to_string_lossy().into_owned(), bytes) {
                Ok(input) => (Some(input.text), None),
                Err(fault) => (None, Some(fault)),
            },
        )
    }

    /// The text to be stored.
    pub(super) fn typed(&mut self, edited: Option<&Arc<str>>) -> Result<(Input, Typed), Fault> {
        let edited = Arc::clone(edited.unwrap_or(self.shown()));
        self.last = Some(Arc::clone(&edited));
        let input = Input {
            name: "text".to_owned(),
            text: edited,
        };
        let text = match &self.original {
            Some(original) => rebuilt(original, &input.text),
            None => Ok(self.as_it_ended(&input.text)),
        };
        let text = text.map_err(|refusal| input.blame(refusal))?;
        let as_is = self.args.as_is;
        Ok((input, Typed { text, as_is }))
    }

    /// Whether a first text is as it was made, and nobody has asked for it so.
    pub(super) fn is_as_made(&self, edited: &str) -> bool {
        let same = edited.trim_end() == self.shown().trim_end();
        self.made && same && !self.args.as_is
    }

    /// The line end that editors add is no part of a text that had none.
    fn as_it_ended(&self, edited: &str) -> Arc<str> {
        if self.shown().ends_with('\n') {
            return edited.into();
        }
        edited.strip_suffix('\n').unwrap_or(edited).into()
    }

    /// The end of it: a draft goes only when its text was written.
    pub(super) fn end(
        &mut self,
        (settled, resumed): (&Settled, Option<&Draft>),
        session: &mut Session,
        out: &mut Output,
    ) -> Exit {
        if settled.ending != Some(Ending::Done) {
            note(&self.where_it_is(session), out);
            return settled.exit;
        }
        self.done = true;
        let drafts = &self.saver.drafts;
        let found = drafts.load(&self.saver.place, &self.saver.key).drafts;
        let written =
            |draft: &&Draft| draft.ours.is_some() || resumed.is_some_and(|old| old == *draft);
        for draft in found.iter().filter(written) {
            if let Err(error) = drafts.discard(draft) {
                out.note(&format!("note: {error}"));
            }
        }
        settled.exit
    }

    /// Lets the sheet go where all of it is safe elsewhere; where it is not, it stays, in words.
    pub(super) fn leave(&mut self, session: &mut Session) -> Vec<String> {
        let Some(sheet) = self.sheet.take() else {
            return Vec::new();
        };
        if self.open {
            return stays(session, "the editor may still have open:", sheet.file());
        }
        let bytes = match sheet.bytes() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if let Some(folder) = sheet.aside() {
                    return stays(session, "what the editor left is in", &folder);
                }
                sheet.remove();
                return Vec::new();
            }
            Err(_unread) => return stays(session, "the text is kept in", sheet.file()),
        };
        let last = self.last.as_ref().filter(|_| self.done);
        let written = last.is_some_and(|text| text.as_bytes() == bytes);
        if written || self.saver.has(&bytes) {
            sheet.remove();
            return Vec::new();
        }
        let what = match self.saver.saved {
            Some(_) => "what the editor saved last is kept in",
            None => "the text is kept in",
        };
        stays(session, what, sheet.file())
    }

    /// Where the text is that was typed. It is there also when the session is gone.
    fn where_it_is(&mut self, session: &mut Session) -> Vec<String> {
        let key = &self.args.given.key;
        let mut said = Vec::new();
        if let Some((file, _)) = &self.saver.saved {
            said = stays(session, "the text is kept in", file);
            if session.passing().is_none() {
                let next = format!("; `dualscope edit {key} --resume` goes on with it");
                for line in &mut said {
                    line.push_str(&next);
                }
            }
        }
        said.extend(self.saver.trouble.clone());
        said.extend(self.leave(session));
        said
    }

    /// The fault with the place of the text.
    fn kept(&mut self, fault: Fault, session: &mut Session) -> Fault {
        let fault = if fault.hint.is_empty() {
            fault.hint("nothing was written")
        } else {
            fault
        };
        self.where_it_is(session)
            .into_iter()
            .fold(fault, Fault::and)
    }

    /// The end of it before anything was written, with the place of the text.
    pub(super) fn kept_stop(&mut self, stop: Stop, session: &mut Session) -> Stop {
        match stop {
            Stop::Fault(fault) => self.kept(*fault, session).into(),
            Stop::Closed => Stop::Closed,
        }
    }
}

/// What the editor begins with, of a value.
fn shown(key: &Key, full: &Full) -> Result<Arc<str>, Fault> {
    if let Some(json) = full.json() {
        let view = Layout::new(json, Folding::default());
        let view = view.map_err(|fault| Fault::from(not_json(&fault)))?;
        return Ok(Arc::clone(view.text()));
    }
    full.as_text().ok_or_else(|| {
        let message = format!("{key} is not text, so it can't be edited");
        let fault = Fault::new(Exit::Refused, Why::State.name(), message);
        fault.hint("`dualscope put` writes another value")
    })
}

/// What the editor begins with where there is no value: a text made from MongoDB's document, as the
/// screen makes it.
fn made(inspection: &Inspection) -> Result<Arc<str>, Fault> {
    let key = &inspection.document.key;
    if let Some(why) = inspection.diagnosis.untold() {
        return Err(Refusal::new(Why::Unseen, why).into());
    }
    let model = Session::model(&key.collection);
    match inspection
        .lite()
        .filter(|_| Session::is_dual(&key.collection))
    {
        Some(lite) => Ok(template((key, make::micros()), model, Some(lite)).into()),
        None => Err(nothing_to_edit(key, inspection.document.stored.seen())),
    }
}

/// What leads on where there is no value, as far as anything does.
fn nothing_to_edit(key: &Key, stored: Option<&Stored>) -> Fault {
    let message = format!("{key} has no value to edit");
    let mut can = Vec::new();
    if Session::is_dual(&key.collection) {
        can.push(format!("`dualscope put {key} FILE` writes a first one"));
    }
    if matches!(stored, Some(Stored::Tombstone { .. })) {
        can.push(format!("`dualscope history {key}` lists older ones"));
    }
    if can.is_empty() {
        can.push("nothing was written".to_owned());
    }
    Fault::new(Exit::Refused, Why::State.name(), message).hint(can.join(", "))
}

/// What is said of a text, line by line.
pub(super) fn note(lines: &[String], out: &mut Output) {
    let lines: Vec<_> = lines.iter().map(|line| clean(line)).collect();
    if !lines.is_empty() {
        out.note(&lines.join("\n  "));
    }
}

/// Leaves a file where it is, in words. Of the demo's it is said that no other command goes on with
/// it.
fn stays(session: &mut Session, what: &str, file: &Path) -> Vec<String> {
    let mut said = vec![format!("{what} {}", file.display())];
    if !session.keep() {
        let passing = "demo: no other command goes on with it; take it from there";
        said.push(passing.to_owned());
    }
    said
}
