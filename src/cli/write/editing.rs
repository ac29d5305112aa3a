//! `dualscope edit`: a value goes to the person's editor and comes back.
//!
//! The text is saved as a draft while it is edited and goes only when it was written: whatever the
//! editor, the text, the stores or the person say, nothing that was typed is lost.

use std::sync::Arc;

use super::editor::{self, Sheet};
use super::input::{Input, not_json};
use super::make::{self, Needs};
use super::saver::Saver;
use super::{Settled, Trouble, consent, report, settle};
use crate::cli::args::Edit;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::domain::edit::{Folding, Layout, rebuild};
use crate::domain::full::Stored;
use crate::domain::intent::Ending;
use crate::domain::json::Json;
use crate::domain::plan::{Refusal, Typed, Why};
use crate::domain::time;
use crate::journal::Draft;
use crate::task::event::Inspection;

pub(super) async fn run(
    session: &mut Session,
    args: &Edit,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let inspection = make::look(session, &args.given, Needs::Both).await?;
    let draft = draft(session, args, &inspection, out).await?;
    let mut sitting = Sitting::new(session, args, inspection)?;
    let mut text = match &draft {
        Some(draft) => Arc::clone(&draft.text),
        None => Arc::clone(&sitting.shown),
    };
    let mut complaint: Option<String> = None;
    loop {
        let (edited, fault) = sitting.round(session, &text, complaint.take()).await?;
        let typed = match fault {
            Some(fault) => Err(fault),
            None => sitting.typed(edited.as_ref()),
        };
        let proposal = match typed {
            Err(fault) => Err(Trouble::Stop(fault.into())),
            Ok((input, typed)) => {
                make::typed_plan(session, &sitting.inspection, (&input, &typed, false)).await
            }
        };
        let fault = match proposal {
            Ok(proposal) => {
                let settled = settle(session, proposal, &args.given.how, out).await;
                return sitting.end((settled, draft.as_ref()), session, out);
            }
            Err(Trouble::Nothing(nothing)) => {
                return report::nothing(&nothing, &args.given.how, out);
            }
            Err(Trouble::Stop(Stop::Fault(fault))) => fault,
            Err(Trouble::Stop(stop)) => return Err(stop),
        };
        let again = edited.is_some() && fault.kind == Why::Invalid.name();
        if !again || consent::needs_a_person(out).is_err() {
            return Err(sitting.kept(*fault, session).into());
        }
        out.fault(&fault);
        out.prompt("edit it again? [Y/n]")?;
        let answer = session.line().await?;
        if answer.is_none_or(|answer| answer.trim().eq_ignore_ascii_case("n")) {
            return Err(sitting.kept(*fault, session).into());
        }
        complaint = Some(fault.message.clone());
        text = edited.unwrap_or(text);
    }
}

/// The draft to go on with, if there is one and the person wants it.
async fn draft(
    session: &mut Session,
    args: &Edit,
    inspection: &Inspection,
    out: &mut Output,
) -> Result<Option<Draft>, Stop> {
    let key = &args.given.key;
    let found = session.drafts().load(&session.place, key);
    for fault in &found.faults {
        out.note(&format!(
            "note: draft {}: {}",
            fault.file.display(),
            fault.said
        ));
    }
    let Some(draft) = found.drafts.into_iter().next() else {
        if args.resume {
            let message = format!("there is no draft of {key}");
            return Err(Fault::new(Exit::Findings, "not-found", message).into());
        }
        return Ok(None);
    };
    let at = time::iso(draft.at).unwrap_or_default();
    if args.fresh {
        out.note(&format!(
            "a draft of {at} stays in {}",
            draft.file.display()
        ));
        return Ok(None);
    }
    if !args.resume {
        let unasked = |_no_person| {
            let message = format!("there is a draft of {key}, saved {at}");
            let hint = "--resume goes on with it, --fresh leaves it where it is";
            Fault::usage(message).hint(hint)
        };
        consent::needs_a_person(out).map_err(unasked)?;
        out.prompt(&format!(
            "there is a draft, saved {at}; go on with it? [Y/n]"
        ))?;
        let answer = session.line().await?.unwrap_or_else(|| "n".to_owned());
        if answer.trim().eq_ignore_ascii_case("n") {
            out.note(&format!("the draft stays in {}", draft.file.display()));
            return Ok(None);
        }
    }
    let now = inspection.document.stored.seen().and_then(Stored::version);
    if draft.base == now {
        return Ok(Some(draft));
    }
    let version = |version: Option<crate::domain::Version>| {
        version.map_or("no value".to_owned(), |version| version.to_string())
    };
    let message = format!(
        "the draft was made from {}, and the key is at {} now",
        version(draft.base),
        version(now)
    );
    let hint = format!(
        "the draft stays in {}; `dualscope edit {key} --fresh` begins with what stands now",
        draft.file.display()
    );
    let fault = Fault::new(Exit::Conflict, Why::Superseded.name(), message);
    Err(fault.hint(hint).into())
}

/// One document in the editor.
struct Sitting<'a> {
    args: &'a Edit,
    inspection: Inspection,
    original: Option<Arc<Json>>,
    /// What the editor begins with.
    shown: Arc<str>,
    sheet: Option<Sheet>,
    saver: Saver,
}

impl<'a> Sitting<'a> {
    fn new(session: &Session, args: &'a Edit, inspection: Inspection) -> Result<Self, Fault> {
        let key = &args.given.key;
        let stored = inspection.document.stored.seen();
        let Some(full) = stored.and_then(Stored::full) else {
            let message = format!("{key} has no value to edit");
            let hint = format!(
                "`dualscope put {key} FILE` writes a first one, `dualscope history {key}` lists older ones"
            );
            return Err(Fault::new(Exit::Refused, Why::State.name(), message).hint(hint));
        };
        let shown = match (full.json(), full.text()) {
            (Some(json), _) => Arc::clone(layout(json, None)?.text()),
            (None, Some(text)) => Arc::clone(text),
            (None, None) => {
                let message = format!("{key} is not text, so it can't be edited");
                let fault = Fault::new(Exit::Refused, Why::State.name(), message);
                return Err(fault.hint("`dualscope put` writes another value"));
            }
        };
        let saver = Saver {
            drafts: session.drafts(),
            place: session.place.clone(),
            key: key.clone(),
            base: stored.and_then(Stored::version),
            shown: Arc::clone(&shown),
            saved: None,
            trouble: None,
        };
        Ok(Self {
            args,
            original: full.json().cloned(),
            shown,
            sheet: Some(Sheet::new(session.state(), key)?),
            saver,
            inspection,
        })
    }

    /// The editor once: the text that it leaves, or why there is none to go on with.
    async fn round(
        &mut self,
        session: &mut Session,
        text: &str,
        complaint: Option<String>,
    ) -> Result<(Option<Arc<str>>, Option<Fault>), Stop> {
        let Some(sheet) = &self.sheet else {
            return Ok((None, None));
        };
        sheet.fill(text, complaint.as_deref())?;
        let saver = &mut self.saver;
        let command = editor::command();
        let ended = session
            .outside(&command, &sheet.file, || saver.save(sheet.bytes()))
            .await;
        let status = match ended {
            Ok(status) => status,
            Err(stop) => {
                // The editor may still have it open.
                if let Some(sheet) = self.sheet.take() {
                    sheet.keep();
                }
                return Err(self.kept_stop(stop, session));
            }
        };
        let bytes = sheet.bytes();
        self.saver.save(bytes.clone());
        let refused = |message: String| Fault::new(Exit::Refused, "editor", message);
        if !status.success() {
            let fault = refused(format!("the editor ended with {status}"));
            return Ok((None, Some(fault)));
        }
        let Some(bytes) = bytes else {
            return Ok((
                None,
                Some(refused("the editor removed the file".to_owned())),
            ));
        };
        if bytes.trim_ascii().is_empty() {
            let fault = refused("the file was saved empty".to_owned());
            let hint = format!(
                "nothing was written; `dualscope delete {}` deletes",
                self.args.given.key
            );
            return Ok((None, Some(fault.hint(hint))));
        }
        let name = sheet.file.file_name().unwrap_or_default().to_string_lossy();
        Ok(match Input::of(name.into_owned(), bytes) {
            Ok(input) => (Some(input.text), None),
            Err(fault) => (None, Some(fault)),
        })
    }

    /// The text to be stored.
    fn typed(&self, edited: Option<&Arc<str>>) -> Result<(Input, Typed), Fault> {
        let edited = Arc::clone(edited.unwrap_or(&self.shown));
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

    /// The line end that editors add is no part of a text that had none.
    fn as_it_ended(&self, edited: &str) -> Arc<str> {
        if self.shown.ends_with('\n') {
            return edited.into();
        }
        edited.strip_suffix('\n').unwrap_or(edited).into()
    }

    /// The end of it: a draft goes only when its text was written.
    fn end(
        self,
        (settled, resumed): (Result<Settled, Stop>, Option<&Draft>),
        session: &mut Session,
        out: &mut Output,
    ) -> Result<Exit, Stop> {
        let settled = settled.map_err(|stop| self.kept_stop(stop, session))?;
        if settled.ending != Some(Ending::Done) {
            if let Some(said) = self.where_it_is(session) {
                out.note(&said);
            }
            return Ok(settled.exit);
        }
        let drafts = &self.saver.drafts;
        let found = drafts.load(&self.saver.place, &self.saver.key).drafts;
        let written = |draft: &&Draft| draft.ours || resumed.is_some_and(|old| old == *draft);
        for draft in found.iter().filter(written) {
            if let Err(error) = drafts.discard(draft) {
                out.note(&format!("note: {error}"));
            }
        }
        Ok(settled.exit)
    }

    /// Where the text is that was typed. It is there also when the session is gone.
    fn where_it_is(&self, session: &mut Session) -> Option<String> {
        let key = &self.args.given.key;
        let Some((file, _)) = &self.saver.saved else {
            return self.saver.trouble.clone();
        };
        let file = file.display();
        Some(if session.keep() {
            format!("the text is kept in {file}; `dualscope edit {key} --resume` goes on with it")
        } else {
            format!("the text is kept in {file}")
        })
    }

    /// The fault with the place of the text.
    fn kept(&self, fault: Fault, session: &mut Session) -> Fault {
        let kept = self.where_it_is(session);
        let hint = Some(fault.hint.clone()).filter(|hint| !hint.is_empty());
        let hint = hint.unwrap_or_else(|| "nothing was written".to_owned());
        let hints: Vec<String> = [Some(hint), kept].into_iter().flatten().collect();
        fault.hint(hints.join("\n  "))
    }

    fn kept_stop(&self, stop: Stop, session: &mut Session) -> Stop {
        match stop {
            Stop::Fault(fault) => self.kept(*fault, session).into(),
            Stop::Closed => Stop::Closed,
        }
    }
}

/// What is stored of an edited view.
fn rebuilt(original: &Json, edited: &str) -> Result<Arc<str>, Refusal> {
    let layout = layout(original, Some(edited))
        .map_err(|fault| Refusal::new(Why::Invalid, fault.message))?;
    let rebuilt = rebuild(original, &layout, edited).map_err(|fault| not_json(&fault))?;
    Ok(Arc::clone(rebuilt.json.text()))
}

/// The view of a stored text. Of a text that was edited under other marks for folded values, the
/// view that has those.
fn layout(json: &Json, edited: Option<&str>) -> Result<Layout, Fault> {
    let of = |ascii| {
        let folding = Folding {
            ascii,
            ..Folding::default()
        };
        Layout::new(json, folding)
    };
    let too_long = |fault: crate::domain::json::Fault| Fault::from(not_json(&fault));
    let usual = of(false).map_err(too_long)?;
    let Some(edited) = edited else {
        return Ok(usual);
    };
    let other = of(true).map_err(too_long)?;
    let has = |layout: &Layout| {
        let mut folds = layout.folds().iter();
        folds.any(|fold| edited.contains(&fold.token))
    };
    Ok(if has(&other) && !has(&usual) {
        other
    } else {
        usual
    })
}
