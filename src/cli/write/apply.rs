//! A plan that was printed, read back to be carried out exactly as it is.

use std::sync::Arc;

use serde_json::Value;

use super::input::Input;
use super::{Proposal, Trouble};
use crate::cli::args::Apply;
use crate::cli::exit::{Exit, Fault};
use crate::cli::session::Session;
use crate::domain::Key;
use crate::domain::intent::{IntentId, Place};
use crate::domain::plan::{self, Plan};

/// The number of the form that is read.
const SCHEMA: u64 = 1;

pub(super) fn read(session: &Session, args: &Apply) -> Result<Proposal, Trouble> {
    let input = Input::read(&args.file)?;
    let refused = |said: String| {
        let message = format!("{}: {said}", input.name);
        Fault::new(Exit::Refused, "invalid", message)
            .hint("make a plan with --dry-run --json; nothing was written")
    };
    let value: Value = serde_json::from_str(&input.text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("{}:{line}:{column}: not one JSON object", input.name);
        Fault::new(Exit::Refused, "invalid", message)
            .hint("a plan is one line of --dry-run --json; nothing was written")
    })?;
    let place = place(&value).map_err(refused)?;
    if place != session.place {
        let message = format!(
            "{}: the plan is for other stores: {place}, not {}",
            input.name, session.place
        );
        let fault = Fault::new(Exit::Refused, "other-stores", message);
        return Err(fault
            .hint("choose the profile of those stores; nothing was written")
            .into());
    }
    let plan = whole(&value).map_err(refused)?;
    let undoes = value.get("undoes").and_then(Value::as_str);
    Ok(Proposal {
        plan: Arc::new(plan),
        undoes: undoes.map(|name| IntentId(name.into())),
        notes: Vec::new(),
        found: None,
        forever: None,
    })
}

fn place(value: &Value) -> Result<Place, String> {
    if value.get("schema").and_then(Value::as_u64) != Some(SCHEMA) {
        return Err(format!("`schema` is not {SCHEMA}"));
    }
    let place = value.get("place").ok_or("`place` is missing")?;
    let text = |name: &str| {
        let text = place.get(name).and_then(Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| format!("`place.{name}` is missing"))
    };
    Ok(Place {
        mongo: text("mongo")?,
        database: text("database")?,
        stream: text("stream")?,
    })
}

/// The plan, if it is whole, hangs together and says nothing that is not understood.
fn whole(value: &Value) -> Result<Plan, String> {
    let given = value.get("plan").ok_or("`plan` is missing")?;
    let plan = crate::domain::plan::from_json(given)?;
    if plan::to_json(&plan) != *given {
        return Err("`plan` says something that this version does not understand".to_owned());
    }
    if Key::new(&plan.key.collection, &plan.id) != plan.key {
        return Err("`id` is not the key's".to_owned());
    }
    if let Some(write) = &plan.value {
        let read = plan.before.stored.as_ref();
        let read = read.ok_or("`value` needs what was stored before")?;
        if !write.fence.holds(read.head()) {
            return Err("`fence` is not the version that was read".to_owned());
        }
    }
    if let Some(lite) = &plan.lite
        && lite.unfit(&plan.id, plan.before.lite.as_ref()).is_some()
    {
        return Err("`lite` does not fit what was read".to_owned());
    }
    Ok(plan)
}
