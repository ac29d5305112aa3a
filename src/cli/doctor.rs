//! `dualscope doctor`: every step of the way to both stores, with the next step where one failed.

use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use super::record::Object;
use super::session::{Session, mismatch};
use crate::config::Loaded;
use crate::domain::check::{Check, CheckVerdict, Step};
use crate::domain::state::Role;
use crate::task::{Outcome, TaskSpec};
use crate::wiring;

pub(super) async fn run(session: &mut Session, out: &mut Output) -> Result<Exit, Stop> {
    out.progress(|| "asking MongoDB and the KV node".to_owned());
    let Outcome::Checks(checks) = session.ask(TaskSpec::Doctor).await? else {
        return Err(mismatch());
    };
    let titles = Titles {
        mongo: &session.mongo,
        values: session.values.as_deref().ok(),
        way: session.way.as_deref().ok(),
    };
    print(&checks, &titles, out)?;
    let failed = |check: &Check| check.verdict == CheckVerdict::Failed;
    Ok(if checks.iter().any(failed) {
        Exit::Unreachable
    } else {
        Exit::Clean
    })
}

/// What can be told where no MongoDB is named; it ends as every command does there.
pub(super) async fn partly(loaded: &Loaded, out: &mut Output) -> Result<Exit, Stop> {
    out.progress(|| "asking the KV node".to_owned());
    let (values, writer) = wiring::partly(&loaded.settings, &loaded.paths.wallets_dir);
    let (missing, next) = (wiring::NO_MONGO, wiring::NO_MONGO_NEXT);
    let mut checks = vec![Check::failed(Step::MongoDns, missing, next)];
    match &values {
        Ok(values) => checks.extend(values.probe().await),
        Err(why) => {
            let next = "name one with --kv-node and --stream, or in the configuration";
            checks.push(Check::new(Step::KvReach, CheckVerdict::Skipped, why, next));
        }
    }
    match (&writer, wiring::unfit(&loaded.settings)) {
        (Ok(writer), _) => checks.extend(writer.probe().await),
        (Err(_), Some(why)) => checks.push(Check::unfit(why)),
        (Err(why), None) => checks.push(Check::skipped(Step::WriteWay, why)),
    }
    let place = values.map(|values| format!("{} {}", values.address(), values.stream()));
    let way = writer.map(|writer| writer.described());
    let way = way.map(|way| format!("{}, encryption: {}", way.by, way.encryption));
    let titles = Titles {
        mongo: "not configured",
        values: place.as_deref().ok(),
        way: way.as_deref().ok(),
    };
    print(&checks, &titles, out)?;
    Err(Fault::new(Exit::Usage, "config", missing).hint(next).into())
}

/// Where the steps lead, for people.
struct Titles<'a> {
    mongo: &'a str,
    values: Option<&'a str>,
    way: Option<&'a str>,
}

fn print(checks: &[Check], titles: &Titles<'_>, out: &mut Output) -> Result<(), Stop> {
    if out.style.json {
        return checks.iter().try_for_each(|check| out.json(&object(check)));
    }
    let of = |store: &str| -> Vec<&Check> {
        let steps = checks.iter();
        let belongs = |check: &&Check| check.step.name().split(' ').next() == Some(store);
        steps.filter(belongs).collect()
    };
    let values = titles.values.unwrap_or("not configured");
    let way = titles.way.unwrap_or("not possible");
    section(out, &format!("MongoDB  {}", titles.mongo), &of("mongo"))?;
    section(out, &format!("KV node  {values}"), &of("kv"))?;
    section(out, &format!("Writing  {way}"), &of("write"))
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
