//! The two strongest layers: environment variables and flags.

use std::collections::BTreeMap;
use std::path::Path;

use super::Overrides;
use super::fault::{Complaint, Problem};
use super::layers::Entry;
use super::origin::Origin;
use super::table::{self, Kind, PLACES, SETTINGS, Setting, TEST_PREFIX, nearest};
use super::value::{self, Base};

/// Settings from `DUALSCOPE_*`; an empty variable counts as not set.
pub(crate) fn read(
    env: &BTreeMap<String, String>,
    base: Base<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (variable, text) in env {
        let named_so = |setting: &Setting| setting.environment.contains(&variable.as_str());
        let ours = variable.starts_with("DUALSCOPE_") && !variable.starts_with(TEST_PREFIX)
            || SETTINGS.iter().any(named_so);
        if !ours || text.is_empty() || PLACES.contains(&variable.as_str()) {
            continue;
        }
        let place = format!("environment {variable}");
        let Some((name, kind)) = named(variable) else {
            problems.push(unknown(variable).at(place));
            continue;
        };
        let value = match value::parse(&name, kind, text, base) {
            Ok(value) => value,
            Err(complaint) => {
                problems.push(complaint.at(place));
                continue;
            }
        };
        if let Some(other) = entries.iter().find(|entry| entry.name == name) {
            let what = format!("`{name}` is also set by {}", other.origin);
            problems.push(Problem::new(place, what, "Unset one of the two"));
            continue;
        }
        entries.push(Entry {
            name,
            value,
            origin: Origin::Environment(variable.clone()),
        });
    }
    entries
}

/// The setting that a variable sets.
fn named(variable: &str) -> Option<(String, Kind)> {
    let exact = |setting: &&Setting| {
        setting.environment.contains(&variable)
            || setting.kind != Kind::Columns
                && setting.long_environment().as_deref() == Some(variable)
    };
    if let Some(setting) = SETTINGS.iter().find(exact) {
        return Some((setting.name.to_owned(), setting.kind));
    }
    SETTINGS.iter().find_map(|setting| {
        let start = setting.long_environment()? + "__";
        let collection = variable.strip_prefix(&start).filter(|c| !c.is_empty())?;
        (setting.kind == Kind::Columns).then(|| {
            (
                format!("{}.{}", setting.name, collection.to_lowercase()),
                setting.kind,
            )
        })
    })
}

fn unknown(variable: &str) -> Complaint {
    let long: Vec<String> = SETTINGS
        .iter()
        .filter_map(Setting::long_environment)
        .collect();
    let short = SETTINGS.iter().flat_map(|setting| setting.environment);
    let known = long
        .iter()
        .map(String::as_str)
        .chain(short.copied())
        .chain(PLACES.iter().copied());
    // All names start alike, which would make any two of them look near.
    let tail = |name: &str| name.trim_start_matches("DUALSCOPE_").to_owned();
    let tails: Vec<(String, &str)> = known.map(|name| (tail(name), name)).collect();
    let near = nearest(&tail(variable), tails.iter().map(|(tail, _)| tail.as_str()))
        .and_then(|near| tails.iter().find(|(tail, _)| tail == near));
    let next = match near {
        Some((_, name)) => format!("Did you mean {name}? Rename or unset it"),
        None => "Unset it; settings are DUALSCOPE_<SECTION>__<KEY>".to_owned(),
    };
    Complaint::new("dualscope knows no such variable", next)
}

/// Settings from flags.
pub(crate) fn flags(over: &Overrides, base: Base<'_>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let dir = over.service_dir.as_deref().map(Path::to_string_lossy);
    let client = over.client.as_deref().map(Path::to_string_lossy);
    let nodes = (!over.storage_nodes.is_empty()).then(|| over.storage_nodes.join(","));
    let read_only = over.read_only.then_some("true");
    let given = [
        ("profile", over.profile.as_deref()),
        ("mongo.uri", over.mongo_uri.as_deref()),
        ("mongo.database", over.database.as_deref()),
        ("kv.node", over.kv_node.as_deref()),
        ("kv.stream", over.stream.as_deref()),
        ("writer.client", client.as_deref()),
        ("writer.evm_rpc", over.evm_rpc.as_deref()),
        ("writer.storage_nodes", nodes.as_deref()),
        ("writer.indexer", over.indexer.as_deref()),
        ("writer.patience", over.patience.as_deref()),
        ("service.dir", dir.as_deref()),
        ("session.read_only", read_only),
    ];
    let mut entries = Vec::new();
    for (name, text) in given {
        let (Some(setting), Some(text)) = (table::find(name), text) else {
            continue;
        };
        let flag = setting.flag.unwrap_or(name);
        match value::parse(name, setting.kind, text, base) {
            Ok(value) => entries.push(Entry {
                name: name.to_owned(),
                value,
                origin: Origin::Flag(flag),
            }),
            Err(complaint) => problems.push(complaint.at(format!("flag {flag}"))),
        }
    }
    entries
}
