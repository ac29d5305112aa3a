//! From a command to a plan: the document is read now, and the plan is made from what was read.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::input::Input;
use super::{Proposal, Trouble};
use crate::cli::args::{Given, Put, PutBack, SoftDelete};
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::session::{Session, mismatch};
use crate::config;
use crate::domain::document::Sight;
use crate::domain::full::{Full, Stored};
use crate::domain::plan::{self, Desk, Plan, Refusal, Typed, Why};
use crate::domain::{Codec, State, Version};
use crate::task::event::Inspection;
use crate::task::{Outcome, TaskSpec};

type Made = Result<Proposal, Trouble>;

/// What of a document must be known before a write to it is planned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Both,
    Mongo,
}

pub(super) async fn put(session: &mut Session, args: &Put) -> Made {
    let input = Input::read(&args.file)?;
    let inspection = look(session, &args.given, Needs::Both).await?;
    let full = stored(&inspection).and_then(Stored::full);
    let text = if args.verbatim {
        Arc::clone(&input.text)
    } else {
        let over = input.over(full.and_then(Full::json).map(|json| &**json));
        over.map_err(|refusal| input.blame(refusal))?
    };
    let typed = Typed {
        text,
        as_is: args.as_is || args.verbatim,
    };
    let vouched = args.given.if_version == Some(Version(0));
    typed_plan(session, &inspection, (&input, &typed, vouched))
}

/// The plan of a text. A refusal names the place in what was typed. `vouched`: the person says that
/// the key was never written.
pub(super) fn typed_plan(
    session: &Session,
    inspection: &Inspection,
    (input, typed, vouched): (&Input, &Typed, bool),
) -> Made {
    kept_twice(inspection)?;
    let codec = plan::codec(None, None, configured(session));
    let desk = || {
        let desk = desk(inspection, codec)?;
        Ok(if vouched { desk.vouched() } else { desk })
    };
    let refusal = match desk().and_then(|desk| desk.edit(typed)) {
        Ok(plan) => {
            let late = plan::behind(&plan.before, micros()).filter(|_| !typed.as_is);
            let mut proposal = Proposal::new(plan, inspection);
            proposal.notes.extend(late);
            return Ok(proposal);
        }
        Err(refusal) => refusal,
    };
    if refusal.why == Why::Nothing {
        let mut refusal = refusal;
        if refusal.said == plan::ONLY_TIME {
            refusal.said.push_str("; --as-is writes it as it is typed");
        }
        return Err(Trouble::of(refusal, inspection));
    }
    // What is stored may be spelt on one line: the place that helps is the one in what was typed.
    let as_typed = Typed {
        text: Arc::clone(&input.text),
        as_is: true,
    };
    let again = desk().and_then(|desk| desk.edit(&as_typed)).err();
    let place = again.filter(|again| again.said == refusal.said);
    let refusal = Refusal {
        place: place.and_then(|again| again.place),
        ..refusal
    };
    Err(input.blame(refusal).into())
}

pub(super) async fn delete(session: &mut Session, given: &Given) -> Made {
    let inspection = look(session, given, Needs::Both).await?;
    planned(&inspection, tombstone)
}

fn tombstone(desk: Desk<'_>) -> Result<Plan, Refusal> {
    desk.delete()
}

pub(super) async fn soft_delete(session: &mut Session, args: &SoftDelete) -> Made {
    let inspection = look(session, &args.given, Needs::Mongo).await?;
    planned(&inspection, |desk| {
        plan::soft_delete(desk, args.by.as_deref())
    })
}

pub(super) async fn restore(session: &mut Session, given: &Given) -> Made {
    let inspection = look(session, given, Needs::Mongo).await?;
    planned(&inspection, plan::restore)
}

pub(super) async fn rebuild(session: &mut Session, given: &Given) -> Made {
    let inspection = look(session, given, Needs::Both).await?;
    kept_twice(&inspection)?;
    planned(&inspection, plan::rebuild)
}

pub(super) async fn put_back(session: &mut Session, args: &PutBack) -> Made {
    let now = look(session, &args.given, Needs::Both).await?;
    let then = inspect(session, &args.given, Some(args.version)).await?;
    let old = match &then.document.stored {
        Sight::Seen(old) => old,
        Sight::Unknown(why) => return Err(silent(why).into()),
        Sight::Unchecked => return Err(mismatch().into()),
    };
    if stored(&now) == Some(&Stored::Absent) {
        let key = &args.given.key;
        let message = format!("{key} was never written, as far as this node can see");
        let fault = Fault::new(Exit::Findings, "not-found", message);
        return Err(fault.hint("nothing was written").into());
    }
    if old.version().is_some_and(|version| version != args.version) || *old == Stored::Absent {
        let message = format!("{} has no version {}", args.given.key, args.version.0);
        let hint = format!("`dualscope history {}` lists its versions", args.given.key);
        let fault = Fault::new(Exit::Findings, "not-found", message);
        return Err(fault.hint(hint).into());
    }
    planned(&now, |desk| desk.put_back(old))
}

/// A plan that is made from the document alone.
fn planned(inspection: &Inspection, make: impl FnOnce(Desk<'_>) -> Result<Plan, Refusal>) -> Made {
    // A codec is chosen for first values only, which none of these is.
    let plan = desk(inspection, Codec::Base64).and_then(make);
    match plan {
        Ok(plan) => Ok(Proposal::new(plan, inspection)),
        Err(refusal) => Err(Trouble::of(refusal, inspection)),
    }
}

fn desk(inspection: &Inspection, codec: Codec) -> Result<Desk<'_>, Refusal> {
    let model = Session::model(&inspection.document.key.collection);
    let seen = (&inspection.document, &inspection.diagnosis);
    Desk::new(seen, model, codec, micros())
}

/// Microseconds since 1970.
pub(super) fn micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}

/// Reads a document for a write to it, and checks what must hold before one is planned.
pub(super) async fn look(
    session: &mut Session,
    given: &Given,
    needs: Needs,
) -> Result<Inspection, Stop> {
    let inspection = inspect(session, given, None).await?;
    let key = &given.key;
    if inspection.twins > 0 {
        let message = format!(
            "{} more documents of {} have an _id that prints like {}",
            inspection.twins, key.collection, key.id
        );
        let fault = Fault::new(Exit::Refused, "ambiguous", message);
        return Err(fault.hint("which one is meant can't be told").into());
    }
    if let Sight::Unknown(why) = &inspection.document.lite {
        return Err(silent(why).into());
    }
    if needs == Needs::Both {
        value_known(&inspection, given)?;
    }
    if let Some(version) = given.if_version {
        at_version(&inspection, version)?;
    }
    Ok(inspection)
}

pub(super) async fn inspect(
    session: &mut Session,
    given: &Given,
    at: Option<Version>,
) -> Result<Inspection, Stop> {
    let spec = TaskSpec::Inspect {
        key: given.key.clone(),
        id: None,
        at,
    };
    match session.ask(spec).await? {
        Outcome::Inspection(inspection) => Ok(*inspection),
        _ => Err(mismatch()),
    }
}

/// Nothing is decided about a value that can't be told. Who says that the key was never written
/// may write a first value: the fence holds the store to it.
fn value_known(inspection: &Inspection, given: &Given) -> Result<(), Fault> {
    if let Sight::Unknown(why) = &inspection.document.stored {
        return Err(silent(why));
    }
    let absent = stored(inspection) == Some(&Stored::Absent);
    let said_absent = absent && given.if_version == Some(Version(0));
    if inspection.diagnosis.state != State::Unknown || said_absent {
        return Ok(());
    }
    let fault = silent(&inspection.diagnosis.said);
    if !absent {
        return Err(fault);
    }
    Err(fault.hint(
        "nothing was written; if you know that the key was never written, --if-version 0 says so",
    ))
}

fn silent(why: &str) -> Fault {
    Fault::new(Exit::Unreachable, Why::Unseen.name(), why)
        .hint("nothing was written; `dualscope doctor` looks for the cause")
}

fn at_version(inspection: &Inspection, wanted: Version) -> Result<(), Fault> {
    let Some(stored) = stored(inspection) else {
        return Err(silent("which version the value has is not known"));
    };
    let now = stored.version();
    if now.unwrap_or(Version(0)) == wanted {
        return Ok(());
    }
    let stands = now.map_or("was never written".to_owned(), |now| format!("is at {now}"));
    let key = &inspection.document.key;
    let message = format!("{key} {stands}, not at {wanted}");
    Err(Fault::new(Exit::Conflict, Why::Superseded.name(), message)
        .hint("read it again and look at what changed; nothing was written"))
}

fn stored(inspection: &Inspection) -> Option<&Stored> {
    inspection.document.stored.seen()
}

/// A text is written where a collection has full values; what MongoDB alone keeps stays there.
pub(super) fn kept_twice(inspection: &Inspection) -> Result<(), Fault> {
    if !inspection.diagnosis.is_kept_in_mongo() {
        return Ok(());
    }
    let collection = &inspection.document.key.collection;
    let message = format!("{collection} is kept in MongoDB only");
    Err(Fault::new(Exit::Refused, Why::Unsupported.name(), message)
        .hint("it has no full values; nothing was written"))
}

/// How values are written down by configuration, if it says so.
fn configured(session: &Session) -> Option<Codec> {
    match session.settings.kv.codec {
        config::Codec::Base64 => Some(Codec::Base64),
        config::Codec::Plain => Some(Codec::Plain),
        config::Codec::Auto => None,
    }
}
