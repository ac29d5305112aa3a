//! `dualscope doctor`: every step of the way to both stores, with the next step where one failed.

use super::exit::{Exit, Stop};
use super::output::Output;
use super::record::Object;
use super::session::{Session, mismatch};
use crate::domain::check::{Check, CheckVerdict};
use crate::domain::state::Role;
use crate::task::{Outcome, TaskSpec};

pub(super) async fn run(session: &mut Session, out: &mut Output) -> Result<Exit, Stop> {
    out.progress(|| "asking MongoDB and the KV node".to_owned());
    let Outcome::Checks(checks) = session.ask(TaskSpec::Doctor).await? else {
        return Err(mismatch());
    };
    if out.style.json {
        for check in &checks {
            out.json(&object(check))?;
        }
    } else {
        let of = |store: &str| -> Vec<&Check> {
            let steps = checks.iter();
            let belongs = |check: &&Check| check.step.name().split(' ').next() == Some(store);
            steps.filter(belongs).collect()
        };
        let (mongo, values, writing) = (of("mongo"), of("kv"), of("write"));
        section(out, &format!("MongoDB  {}", session.mongo), &mongo)?;
        let place = session
            .values
            .as_ref()
            .map_or("not configured", String::as_str);
        section(out, &format!("KV node  {place}"), &values)?;
        let way = session.way.as_ref().map_or("not possible", String::as_str);
        section(out, &format!("Writing  {way}"), &writing)?;
    }
    let failed = |check: &Check| check.verdict == CheckVerdict::Failed;
    Ok(if checks.iter().any(failed) {
        Exit::Unreachable
    } else {
        Exit::Clean
    })
}

fn section(out: &mut Output, title: &str, checks: &[&Check]) -> Result<(), Stop> {
    out.line(&out.style.spelling().clean(title))?;
    for check in checks {
        let spelling = out.style.spelling();
        let (mark, ascii, role) = sign(check.verdict);
        let mark = spelling.pick(mark, ascii);
        // The section says which store it is.
        let step = check
            .step
            .name()
            .split_once(' ')
            .map_or("", |(_, step)| step);
        let word = format!("{:7}", check.verdict.name());
        let sign = out.paint(role, &format!("{mark} {word}"));
        out.line(&format!(
            "  {sign} {step:9} {}",
            out.style.spelling().clean(&check.said)
        ))?;
        if !check.next.is_empty() {
            out.line(&format!(
                "{:22}{} {}",
                "",
                spelling.pick("→", "->"),
                spelling.clean(&check.next)
            ))?;
        }
    }
    Ok(())
}

fn sign(verdict: CheckVerdict) -> (&'static str, &'static str, Role) {
    match verdict {
        CheckVerdict::Ok => ("●", "=", Role::Ok),
        CheckVerdict::Warn => ("◐", "~", Role::Warn),
        CheckVerdict::Failed => ("✗", "x", Role::Bad),
        CheckVerdict::Skipped => ("–", "-", Role::Dim),
    }
}

fn object(check: &Check) -> Object {
    let mut object = Object::with_schema();
    object.put("step", check.step.name());
    object.put("verdict", check.verdict.name());
    object.put("said", &check.said);
    object.put("next", &check.next);
    object
}
