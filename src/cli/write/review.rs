//! A plan as it is looked at before it is agreed to: both stores, before and after.
//!
//! Values go to standard output only. What a sensitive collection masks stays masked.

use serde_json::Value;

use super::Proposal;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::record::Object;
use crate::cli::session::Session;
use crate::domain::edit::{self, What};
use crate::domain::full::{Full, Stored};
use crate::domain::intent::Place;
use crate::domain::json::Json;
use crate::domain::model::MASK;
use crate::domain::plan::{self, LiteWrite, Plan, Step, ValueWrite};
use crate::domain::state::Role;
use crate::domain::text::{Spelling, clean};
use crate::domain::{Bson, Collection, Lite, Model, ejson};

/// Cells of a lite value that are shown.
const SHOWN: usize = 80;

/// What of a collection may be shown.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Veil {
    spelling: Spelling,
    /// The model of a collection whose secrets stay hidden.
    hides: Option<&'static Model>,
}

impl Veil {
    pub(in crate::cli) fn over(collection: &Collection, reveal: bool, out: &Output) -> Self {
        let model = Session::model(collection);
        Self {
            spelling: out.style.spelling(),
            hides: model.filter(|model| model.sensitive && !reveal),
        }
    }

    fn value(self, name: &str, value: &Bson) -> String {
        if self.hides.is_some_and(|model| model.hides(name)) {
            return MASK.to_owned();
        }
        let text = ejson::relaxed(value);
        self.spelling.truncate(&text, SHOWN).into_owned()
    }

    /// A plan holds what was read in full: there is no half of it to print.
    pub(in crate::cli) fn allows_all(self) -> Result<(), Fault> {
        match self.hides {
            None => Ok(()),
            Some(model) => {
                let message = format!("the plan holds what {} masks", model.name);
                Err(Fault::new(Exit::Refused, "refused", message).hint("--reveal prints it"))
            }
        }
    }
}

/// Prints a proposal: for people as a difference over both stores, for programs as the plan.
pub(super) fn print(
    session: &Session,
    proposal: &Proposal,
    veil: Veil,
    out: &mut Output,
) -> Result<(), Stop> {
    if out.style.json {
        veil.allows_all()?;
        return out.json(&object(&session.place, proposal));
    }
    let plan = &proposal.plan;
    let verb = plan.action.row().verb;
    out.line(&format!("{verb} {}", clean(&plan.key.to_string())))?;
    let way = match &session.way {
        Ok(way) => format!("written by {way}"),
        Err(why) => format!("can't be written: {why}"),
    };
    let profile = &session.profile;
    let place = format!("  profile {profile} · {} · {way}", session.place);
    out.line(&veil.spelling.ours(&clean(&place)))?;
    for note in &proposal.notes {
        out.line(&format!("  {}", clean(note)))?;
    }
    changes(plan, veil, out)?;
    let steps = plan.steps().into_iter().zip(1..);
    let steps: Vec<String> = steps
        .map(|(step, number)| format!("{number} {}", step.said()))
        .collect();
    out.line(&format!("Steps: {}", steps.join("  ")))
}

/// Both stores, before and after.
pub(in crate::cli) fn changes(plan: &Plan, veil: Veil, out: &mut Output) -> Result<(), Stop> {
    out.line(&clean(&value_title(plan, veil.spelling)))?;
    if let Some(write) = &plan.value {
        value_lines(plan, write, veil, out)?;
    }
    out.line(lite_title(plan))?;
    for line in lite_lines(plan, veil) {
        print_line(&line, out)?;
    }
    Ok(())
}

fn value_title(plan: &Plan, spelling: Spelling) -> String {
    let arrow = spelling.pick("→", "->");
    let stored = plan.before.stored.as_ref();
    let was = match stored {
        None => "not read".to_owned(),
        Some(Stored::Absent) => "never written".to_owned(),
        Some(Stored::Tombstone { version }) => format!("{version}, a tombstone"),
        Some(Stored::Value { version, full }) => format!("{version}, {} bytes", full.raw.len()),
    };
    let Some(write) = &plan.value else {
        return format!("0G full: not touched ({was})");
    };
    let becomes = if write.is_tombstone() {
        "a tombstone: the key holds nothing after".to_owned()
    } else {
        format!("a new version, {} bytes", write.bytes.len())
    };
    let only = match stored.and_then(Stored::version) {
        Some(version) => format!("only if still {version}"),
        None => "only if still never written".to_owned(),
    };
    format!("0G full: {was} {arrow} {becomes} ({only})")
}

fn value_lines(plan: &Plan, write: &ValueWrite, veil: Veil, out: &mut Output) -> Result<(), Stop> {
    let Some(full) = write.full() else {
        return Ok(());
    };
    if veil.hides.is_some() {
        return out.line("  (masked; --reveal shows it)");
    }
    let old = plan.before.full().and_then(Full::json);
    let Some(new) = full.json() else {
        return out.line("  the bytes of an older version, which are not JSON");
    };
    if full.codec() != plan.before.full().and_then(Full::codec) {
        let codec = full.codec().map_or("", |codec| codec.said());
        out.line(&format!("  written as {codec}"))?;
    }
    let empty = Json::parse("{}".into());
    let old = match (old, &empty) {
        (Some(old), _) => old,
        (None, Ok(empty)) => empty,
        (None, Err(_)) => return Ok(()),
    };
    let changes = edit::changes(old, new);
    if changes.is_empty() {
        return out.line(&format!("  {}", plan::unmoved(old, new)));
    }
    for change in changes {
        for line in change_lines(&change, veil.spelling) {
            print_line(&line, out)?;
        }
    }
    Ok(())
}

fn change_lines(change: &edit::Change, spelling: Spelling) -> Vec<String> {
    let at = if change.pointer.is_empty() {
        "(whole value)"
    } else {
        &change.pointer
    };
    match &change.what {
        What::Added { new } => vec![format!("+ {at}  {new}")],
        What::Removed { old } => vec![format!("- {at}  {old}")],
        What::Replaced { old, new } => vec![format!("- {at}  {old}"), format!("+ {at}  {new}")],
        What::Moved(stood) => {
            let arrow = spelling.pick("→", "->");
            vec![format!("~ {at}  {}", stood.said(arrow))]
        }
    }
}

fn lite_title(plan: &Plan) -> &'static str {
    match (&plan.lite, &plan.before.lite) {
        (None, Some(_)) => "MongoDB lite: not touched",
        (None, None) => "MongoDB lite: not touched (not listed)",
        (Some(LiteWrite::Insert(_)), _) => {
            "MongoDB lite: a new document (only if still not listed)"
        }
        (Some(LiteWrite::Remove), _) => {
            "MongoDB lite: the document goes, and is not listed after (only if still as read)"
        }
        (Some(LiteWrite::Update(_)), _) => {
            "MongoDB lite: these fields alone (only if still as read)"
        }
    }
}

fn lite_lines(plan: &Plan, veil: Veil) -> Vec<String> {
    match &plan.lite {
        None | Some(LiteWrite::Remove) => Vec::new(),
        Some(LiteWrite::Insert(document)) => {
            let line =
                |(name, value): &(String, Bson)| format!("+ {name}  {}", veil.value(name, value));
            document.0.iter().map(line).collect()
        }
        Some(LiteWrite::Update(fields)) => {
            let before = plan.before.lite.as_ref();
            let line = |(name, value): &plan::FieldWrite| {
                field_line(name, (old(before, name), value.as_ref()), veil)
            };
            fields.iter().map(line).collect()
        }
    }
}

fn old<'a>(lite: Option<&'a Lite>, name: &str) -> Option<&'a Bson> {
    lite?.get(name)
}

fn field_line(name: &str, (old, new): (Option<&Bson>, Option<&Bson>), veil: Veil) -> String {
    let shown = |value: &Bson| veil.value(name, value);
    let arrow = veil.spelling.pick("→", "->");
    match (old, new) {
        (Some(old), Some(new)) if old.type_name() == new.type_name() => {
            format!("~ {name}  {} {arrow} {}", shown(old), shown(new))
        }
        (Some(old), Some(new)) => format!(
            "~ {name}  {} ({}) {arrow} {} ({})",
            shown(old),
            old.type_name(),
            shown(new),
            new.type_name()
        ),
        (None, Some(new)) => format!("+ {name}  {}", shown(new)),
        (Some(old), None) => format!("- {name}  {}", shown(old)),
        (None, None) => format!("~ {name}"),
    }
}

fn print_line(line: &str, out: &mut Output) -> Result<(), Stop> {
    let role = match line.as_bytes().first() {
        Some(b'+') => Role::Ok,
        Some(b'-') => Role::Bad,
        _ => Role::Warn,
    };
    let line = out.paint(role, &clean(line));
    out.line(&format!("  {line}"))
}

/// What `apply` reads.
fn object(place: &Place, proposal: &Proposal) -> Object {
    let plan = &proposal.plan;
    let mut object = Object::with_schema();
    object.put("place", &place_object(place));
    object.put("plan", &plan::to_json(plan));
    let steps: Vec<&str> = plan.steps().into_iter().map(Step::name).collect();
    object.put("steps", &steps);
    let operations = usize::from(plan.value.is_some()) + usize::from(plan.lite.is_some());
    object.put("operations", &operations);
    let bytes = plan.value.as_ref().map_or(0, |write| write.bytes.len());
    object.put("bytes", &bytes);
    if let Some(undoes) = &proposal.undoes {
        object.put("undoes", &*undoes.0);
    }
    object.put("notes", &proposal.notes);
    object
}

pub(in crate::cli) fn place_object(place: &Place) -> Value {
    serde_json::json!({
        "mongo": place.mongo,
        "database": place.database,
        "stream": place.stream,
    })
}
