//! The members that each kind of fact adds to its line.
//!
//! A match over every fact: what is not named here is not written.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::What;
use crate::domain::full::{Head, Stored};
use crate::domain::intent::{Child, Decision, Ending, Fact, IntentId, Place, Receipt, Stage};
use crate::domain::key::Version;
use crate::domain::plan::{self, Plan};

/// Adds what the fact says.
pub(super) fn write(object: &mut Map<String, Value>, fact: &Fact, keep_values: bool) {
    let mut add = |name: &str, value: Value| object.insert(name.to_owned(), value);
    match fact {
        Fact::Planned {
            place,
            plan,
            undoes,
        } => {
            add("place", place_out(place));
            add("plan", plan_out(plan, keep_values));
            if let Some(undoes) = undoes {
                add("undoes", (*undoes.0).into());
            }
        }
        Fact::Submitting {
            attempt,
            boot,
            alone,
        } => {
            add("attempt", (*attempt).into());
            if *alone {
                add("alone", true.into());
            }
            if let Some(boot) = boot {
                add("boot", (**boot).into());
            }
        }
        Fact::Completing { attempt, boot } => {
            add("attempt", (*attempt).into());
            if let Some(boot) = boot {
                add("boot", (**boot).into());
            }
        }
        Fact::Seen(receipt) => drop(add("receipt", receipt_out(receipt))),
        Fact::Submitted | Fact::Indexed => {}
        Fact::Applied { version } => drop(add("version", version.0.into())),
        Fact::Decided(decision) => drop(add("decision", decision.name().into())),
        Fact::Ended { ending, said } => {
            add("ending", ending.row().name.into());
            add("said", said.as_str().into());
        }
    }
}

/// Reads what [`write`] added.
///
/// # Errors
/// What is missing or not known, without any value.
pub(super) fn read(what: What, value: &Value) -> Result<Fact, String> {
    Ok(match what {
        What::Planned => Fact::Planned {
            place: place_in(member(value, "place")?)?,
            plan: Arc::new(plan::from_json(member(value, "plan")?)?),
            undoes: optional(value, "undoes")
                .map(|name| name.as_str().ok_or("`undoes` is not text"))
                .transpose()?
                .map(|name| IntentId(name.into())),
        },
        What::Submitting => Fact::Submitting {
            attempt: small(value, "attempt")?,
            boot: boot(value)?,
            alone: optional(value, "alone")
                .map(|alone| alone.as_bool().ok_or("`alone` is not true or false"))
                .transpose()?
                .unwrap_or(false),
        },
        What::Completing => Fact::Completing {
            attempt: small(value, "attempt")?,
            boot: boot(value)?,
        },
        What::Seen => Fact::Seen(receipt_in(member(value, "receipt")?)?),
        What::Submitted => Fact::Submitted,
        What::Applied => Fact::Applied {
            version: Version(number(value, "version")?),
        },
        What::Indexed => Fact::Indexed,
        What::Decided => Fact::Decided(
            Decision::from_name(text(value, "decision")?).ok_or("a decision that is not known")?,
        ),
        What::Ended => Fact::Ended {
            ending: Ending::from_name(text(value, "ending")?)
                .ok_or("an ending that is not known")?,
            said: text(value, "said")?.to_owned(),
        },
    })
}

fn boot(value: &Value) -> Result<Option<Arc<str>>, String> {
    let boot = optional(value, "boot").map(|boot| boot.as_str().ok_or("`boot` is not text"));
    Ok(boot.transpose()?.map(Into::into))
}

fn plan_out(plan: &Plan, keep_values: bool) -> Value {
    let Some(Stored::Value { version, full }) =
        plan.before.stored.as_ref().filter(|_| !keep_values)
    else {
        return plan::to_json(plan);
    };
    let mut shorter = plan.clone();
    shorter.before.stored = None;
    let mut value = plan::to_json(&shorter);
    if let Some(before) = value.get_mut("before") {
        before["stored"] = json!({
            "version": version.0,
            "size": full.raw.len(),
            "kept": false,
        });
    }
    value
}

/// Takes the mark of a previous value that was not kept out of a plan, so that the plan reads as
/// one whose previous value nobody asked for.
///
/// # Errors
/// The mark is not one that was written here.
pub(super) fn take_withheld(value: &mut Value) -> Result<Option<Head>, String> {
    let stored = value.pointer_mut("/plan/before/stored");
    let Some(stored) = stored.filter(|stored| stored.get("kept") == Some(&Value::Bool(false)))
    else {
        return Ok(None);
    };
    let stored = stored.take();
    Ok(Some(Head::Value {
        version: Version(number(&stored, "version")?),
        size: number(&stored, "size")?,
    }))
}

fn place_out(place: &Place) -> Value {
    json!({ "mongo": place.mongo, "database": place.database, "stream": place.stream })
}

fn place_in(value: &Value) -> Result<Place, String> {
    Ok(Place {
        mongo: text(value, "mongo")?.to_owned(),
        database: text(value, "database")?.to_owned(),
        stream: text(value, "stream")?.to_owned(),
    })
}

fn receipt_out(receipt: &Receipt) -> Value {
    json!({
        "pid": receipt.child.map(|child| child.pid),
        "started": receipt.child.map(|child| child.started),
        "stage": receipt.stage.name(),
        "root": receipt.root,
        "hash": receipt.hash,
        "sequence": receipt.sequence,
        "floor": receipt.floor,
    })
}

fn receipt_in(value: &Value) -> Result<Receipt, String> {
    let child = optional(value, "pid").map(|_| {
        Ok::<_, String>(Child {
            pid: small(value, "pid")?,
            started: number(value, "started")?,
        })
    });
    let words = |name| {
        let word = optional(value, name).map(|_| text(value, name).map(str::to_owned));
        word.transpose()
    };
    let sequence = |name| {
        let given = optional(value, name).map(|_| number(value, name));
        given.transpose()
    };
    Ok(Receipt {
        child: child.transpose()?,
        stage: Stage::from_name(text(value, "stage")?).ok_or("a stage that is not known")?,
        root: words("root")?,
        hash: words("hash")?,
        sequence: sequence("sequence")?,
        floor: sequence("floor")?,
    })
}

fn optional<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

fn member<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value
        .get(name)
        .ok_or_else(|| format!("`{name}` is missing"))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = member(value, name)?.as_str();
    text.ok_or_else(|| format!("`{name}` is not text"))
}

fn number(value: &Value, name: &str) -> Result<u64, String> {
    let number = member(value, name)?.as_u64();
    number.ok_or_else(|| format!("`{name}` is not a number"))
}

fn small(value: &Value, name: &str) -> Result<u32, String> {
    u32::try_from(number(value, name)?).map_err(|_too_large| format!("`{name}` is too large"))
}
