//! `dualscope recover --finish | --drop`: what is decided is carried out where the verdict offers it,
//! the oldest write first and what is only awaited last, and the drafts of what was typed follow.

use super::{Look, apart, lines};
use crate::cli::args::Recover;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::write::{self, Question, consent};
use crate::domain::intent::{Decision, Ending, Phase};
use crate::domain::plan::{self, Plan};
use crate::domain::text::clean;
use crate::journal::Draft;
use crate::task::TaskSpec;
use crate::task::event::OpenIntent;

pub(super) async fn run(
    session: &mut Session,
    (open, decision): (&[OpenIntent], Decision),
    args: &Recover,
    out: &mut Output,
) -> Result<Exit, Stop> {
    let looks = Look::all(session, open).await?;
    let offers = |look: &&Look<'_>| look.choices().any(|offered| offered == decision);
    let (mut ours, left): (Vec<&Look<'_>>, Vec<&Look<'_>>) = looks.iter().rev().partition(offers);
    // The oldest first: a transaction without its data holds up all that came after it. What is only
    // awaited comes last, since it may wait for one of the others.
    ours.sort_by_key(|look| look.one.story.phase == Phase::Submitted);
    for look in &left {
        let said = format!(
            "{}: left alone: {}",
            look.one.story.intent,
            why_not(look, decision)
        );
        out.note(&out.style.spelling().clean(&said));
    }
    if ours.is_empty() {
        if left.is_empty() {
            out.note("nothing is open");
            return Ok(Exit::Clean);
        }
        let message = format!(
            "there is no open write that {} can be done to",
            decision.name()
        );
        let fault = Fault::new(Exit::Refused, "refused", message);
        return Err(fault
            .hint("`dualscope recover` says what can be done")
            .into());
    }
    agreed(session, (&ours, decision), args, out).await?;
    let mut worst = if left.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    };
    for Look { one, .. } in ours {
        let spec = TaskSpec::Resume {
            intent: one.story.intent.clone(),
            key: one.story.plan.key.clone(),
            decision,
        };
        let carried = session.carry(spec, out).await?;
        let plan = &one.story.plan;
        let exit = write::told(session, &carried, (&plan.key, plan.action), out);
        texts(
            session,
            (plan, carried.written.as_ref().map(|written| written.ending)),
            out,
        );
        let given_up = carried.written.as_ref().map(|written| written.ending);
        let asked = decision == Decision::Drop && given_up == Some(Ending::GivenUp);
        if !asked && exit != Exit::Clean && (worst == Exit::Clean || exit.code() > worst.code()) {
            worst = exit;
        }
        if carried.stopped.is_some() {
            return Ok(worst);
        }
    }
    Ok(worst)
}

/// The draft of a text goes when its write is done. Of one that was given up it stays: what was
/// typed is written nowhere else.
fn texts(session: &Session, (plan, ending): (&Plan, Option<Ending>), out: &mut Output) {
    let kept = session.drafts();
    let found = kept.load(&session.place, &plan.key).drafts;
    let of_it = |draft: &&Draft| plan::wrote(plan, (draft.base, &draft.text));
    for draft in found.iter().filter(of_it) {
        match ending {
            Some(Ending::Done) => {
                if let Err(error) = kept.discard(draft) {
                    out.note(&format!("note: {error}"));
                }
            }
            Some(Ending::GivenUp) => {
                let (key, file) = (&draft.key, draft.file.display());
                let said = format!(
                    "the text that was typed is kept in {file}; `dualscope edit {key} --resume` \
                     goes on with it, --discard gives it up"
                );
                out.note(&clean(&said));
            }
            _ => {}
        }
    }
}

async fn agreed(
    session: &mut Session,
    (ours, decision): (&[&Look<'_>], Decision),
    args: &Recover,
    out: &mut Output,
) -> Result<(), Stop> {
    if consent::given(session, args.yes, args.expect.is_some())? {
        return Ok(());
    }
    consent::needs_a_person(out)?;
    let shown = out.beside(|out| {
        ours.iter().try_for_each(|look| lines(look, out))?;
        out.flush()
    });
    shown.map_err(write::unseen)?;
    out.prompt(&format!("{} {}.", decision.name(), counted(ours.len())))?;
    let question = Question {
        heavy: decision == Decision::Drop,
        key: None,
    };
    write::ask(session, &question, out).await
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 write".to_owned(),
        many => format!("{many} writes"),
    }
}

fn why_not(look: &Look<'_>, decision: Decision) -> String {
    let one = look.one;
    if let Some(why) = apart(one) {
        return why;
    }
    let name = decision.name();
    let unknown = one
        .verdict
        .as_ref()
        .map(|verdict| verdict.uncertain.join("; "));
    let why = match unknown.filter(|unknown| !unknown.is_empty()) {
        Some(unknown) => format!(", since it is not known: {unknown}"),
        None if look.stuck => ", since MongoDB was changed by somebody else".to_owned(),
        None => String::new(),
    };
    let then = look.then().map(|then| format!(", then {then}"));
    let (can, then) = (look.can(), then.unwrap_or_default());
    format!("{name} is not offered{why}; what can be done: {can}{then}")
}
