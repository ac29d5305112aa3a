//! `dualscope edit`: a value goes to the person's editor and comes back.
//!
//! The text is saved as a draft while it is edited and goes only when it was written: whatever the
//! editor, the text, the stores or the person say, nothing that was typed is lost.

mod draft;
mod sitting;

use std::sync::Arc;

use super::input::{Input, not_json};
use super::make::{self, Needs};
use super::{Trouble, consent, report, settle, standing};
use crate::cli::args::Edit;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::domain::edit::{Folding, Layout, rebuild};
use crate::domain::full::Stored;
use crate::domain::json::Json;
use crate::domain::plan::{Refusal, Typed, Why};
use crate::domain::text::clean;
use crate::journal::Draft;
use sitting::Sitting;

/// Said of a first text that nobody has changed.
const AS_MADE: &str =
    "the text is as it was made from MongoDB's document; --as-is writes it as it is";

pub(super) async fn run(
    session: &mut Session,
    args: &Edit,
    out: &mut Output,
) -> Result<Exit, Stop> {
    if args.discard {
        return draft::discard(session, args, out).await;
    }
    if !args.rebase && !args.given.how.yes {
        consent::needs_a_person(out).map_err(|_nobody| {
            Fault::usage("there is no terminal for the editor and for the question").hint(
                "--yes runs an editor that needs none, and writes what it leaves; nothing was \
                     written",
            )
        })?;
    }
    let inspection = make::look(session, &args.given, Needs::Both).await?;
    make::kept_twice(&inspection)?;
    // Better now than after an hour in the editor.
    standing::on(session, &args.given.key, &args.given.how)?;
    if args.rebase {
        return rebased(session, (args, inspection), out).await;
    }
    if let Some(full) = inspection.document.stored.seen().and_then(Stored::full)
        && let Some(why) = session.too_large(&args.given.key, &full.raw)
    {
        out.note(&format!(
            "note: {}; an edit must make it smaller",
            clean(&why)
        ));
    }
    let draft = draft::chosen(session, args, &inspection, out).await?;
    let mut sitting = Sitting::new(session, args, inspection)?;
    let text = match &draft {
        Some(draft) => Arc::clone(&draft.text),
        None => Arc::clone(sitting.shown()),
    };
    if sitting.made {
        out.note("there is no value: the text is made from MongoDB's document");
    }
    sitting.lay_out(session, &text)?;
    let done = sit(&mut sitting, session, (text, draft.as_ref()), out).await;
    let done = done.map_err(|stop| sitting.kept_stop(stop, session));
    sitting::note(&sitting.leave(session), out);
    done
}

/// The editor, again and again while the text can't be written and the person wants to go on.
async fn sit(
    sitting: &mut Sitting<'_>,
    session: &mut Session,
    (mut text, draft): (Arc<str>, Option<&Draft>),
    out: &mut Output,
) -> Result<Exit, Stop> {
    let how = &sitting.args.given.how;
    let mut complaint: Option<String> = None;
    loop {
        let (edited, fault) = sitting.round(session, &text, complaint.take()).await?;
        if let (None, Some(text)) = (&fault, &edited)
            && draft.is_none()
            && sitting.is_as_made(text)
        {
            let nothing = report::Nothing::new(AS_MADE.to_owned(), &sitting.inspection);
            return Ok(report::nothing(&nothing, how, out));
        }
        let typed = match fault {
            Some(fault) => Err(fault),
            None => sitting.typed(edited.as_ref()),
        };
        let proposal = match typed {
            Err(fault) => Err(Trouble::Stop(fault.into())),
            Ok((input, typed)) => {
                make::typed_plan(session, &sitting.inspection, (&input, &typed, false))
            }
        };
        let fault = match proposal {
            Ok(proposal) => {
                let settled = settle(session, proposal, how, out).await?;
                return Ok(sitting.end((&settled, draft), session, out));
            }
            Err(Trouble::Nothing(nothing)) => return Ok(report::nothing(&nothing, how, out)),
            Err(Trouble::Stop(Stop::Fault(fault))) => fault,
            Err(Trouble::Stop(stop)) => return Err(stop),
        };
        let again = edited.is_some() && fault.kind == Why::Invalid.name();
        if !again || consent::needs_a_person(out).is_err() {
            return Err(Stop::Fault(fault));
        }
        out.fault(&fault);
        if !consent::wants(session, "edit it again?", out).await? {
            return Err(Stop::Fault(fault));
        }
        complaint = Some(fault.message.clone());
        text = edited.unwrap_or(text);
    }
}

/// The changes of a draft in what is stored now, without an editor.
async fn rebased(
    session: &mut Session,
    (args, inspection): (&Edit, crate::task::event::Inspection),
    out: &mut Output,
) -> Result<Exit, Stop> {
    let draft = draft::newest(session, &args.given.key, out)?;
    let text = draft::rebased(session, (args, &inspection), &draft).await?;
    let input = Input {
        name: "draft".to_owned(),
        text: Arc::clone(&text),
    };
    let typed = Typed {
        text,
        as_is: args.as_is,
    };
    let how = &args.given.how;
    let settled = match make::typed_plan(session, &inspection, (&input, &typed, false)) {
        Ok(proposal) => settle(session, proposal, how, out).await,
        Err(Trouble::Nothing(nothing)) => return Ok(report::nothing(&nothing, how, out)),
        Err(Trouble::Stop(stop)) => Err(stop),
    };
    let settled = settled.map_err(|stop| draft::stays(&draft, stop))?;
    draft::spent((&settled, &draft), session, out);
    Ok(settled.exit)
}

/// What is stored of an edited view.
fn rebuilt(original: &Json, edited: &str) -> Result<Arc<str>, Refusal> {
    let view = match Layout::told_by(original, edited) {
        Ok(Some(view)) => Ok(view),
        Ok(None) => Layout::new(original, Folding::default()),
        Err(fault) => Err(fault),
    };
    let view = view.map_err(|fault| not_json(&fault))?;
    let rebuilt = rebuild(original, &view, edited).map_err(|fault| not_json(&fault))?;
    Ok(Arc::clone(rebuilt.json.text()))
}
