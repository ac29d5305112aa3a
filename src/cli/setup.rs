//! `dualscope config` and `dualscope paths`: what is set, why, and where it stands.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::args::{Common, Config};
use super::exit::{Exit, Stop};
use super::output::Output;
use super::record::Object;
use super::session::{self, Stores};
use super::text::{self, Column, Table};
use crate::config::{self, Loaded, Origin, Paths, Shown, Surroundings};

/// The start of the names of the settings that have a collection in them.
const COLUMNS: &str = "browse.columns.";

pub(super) fn config(
    common: &Common,
    what: Option<&Config>,
    out: &mut Output,
) -> Result<Exit, Stop> {
    match what {
        None | Some(Config::Show) => show(common, out)?,
        Some(Config::Init { force }) => {
            let paths = Paths::find(&common.overrides(), &Surroundings::of_process());
            let file = config::init(&paths, *force)?;
            let file = file.display().to_string();
            if out.style.json {
                let mut object = Object::with_schema();
                object.put("config", &file);
                out.json(&object)?;
            } else {
                out.line(&out.style.spelling().clean(&file))?;
            }
            out.note("written, with every setting as a comment; only you can read it");
        }
    }
    Ok(Exit::Clean)
}

fn show(common: &Common, out: &mut Output) -> Result<(), Stop> {
    let mut loaded = session::load(common, Stores::Read, out)?;
    if !common.demo {
        put_chosen(&mut loaded);
    }
    if out.style.json {
        for shown in &loaded.shown {
            let mut object = Object::with_schema();
            object.put("name", &shown.name);
            object.put("value", &shown.value);
            object.put("origin", &shown.origin.to_string());
            out.json(&object)?;
        }
        for note in &loaded.notes {
            let mut object = Object::with_schema();
            object.put("note", note);
            out.json(&object)?;
        }
        return Ok(());
    }
    let mut table = Table::new(
        vec![
            Column::whole("setting"),
            Column::whole("value"),
            Column::whole("from"),
        ],
        out.style.spelling(),
    );
    let rows: Vec<Vec<String>> = loaded
        .shown
        .iter()
        .map(|shown| {
            vec![
                shown.name.clone(),
                shown.text().to_owned(),
                shown.origin.to_string(),
            ]
        })
        .collect();
    for line in table.lines(&rows) {
        out.line(&line)?;
    }
    for note in &loaded.notes {
        out.line(&format!(
            "note: {}",
            text::visible_lines(note, out.style.spelling())
        ))?;
    }
    Ok(())
}

/// Puts the columns that were chosen on the screen over those of the files, as the screen does. A file
/// that is not understood is the screen's to set aside.
fn put_chosen(loaded: &mut Loaded) {
    let file = &loaded.paths.columns_file;
    let text = fs::read(file).unwrap_or_default();
    let mut whole: Value = serde_json::from_slice(&text).unwrap_or_default();
    let columns: BTreeMap<String, Vec<String>> = match whole["schema"].as_u64() {
        Some(1) => serde_json::from_value(whole["columns"].take()).unwrap_or_default(),
        _ => return,
    };
    let origin = Origin::Chosen(loaded.paths.shown(file));
    for (collection, shown) in columns {
        let name = format!("{COLUMNS}{collection}");
        let row = Shown {
            value: Some(shown.join(", ")),
            origin: origin.clone(),
            name,
        };
        match loaded.shown.iter_mut().find(|old| old.name == row.name) {
            Some(old) if old.origin.is_of_session() => {}
            Some(old) => *old = row,
            None => {
                let stands_before = |old: &Shown| {
                    let columns = old.name.starts_with(COLUMNS);
                    old.name.starts_with("browse.") && (!columns || old.name < row.name)
                };
                let last = loaded.shown.iter().rposition(stands_before);
                let place = last.map_or(loaded.shown.len(), |last| last + 1);
                loaded.shown.insert(place, row);
            }
        }
    }
}

/// Every path; when the configuration is broken, those that can be told without it.
pub(super) fn paths(common: &Common, out: &mut Output) -> Result<Exit, Stop> {
    let (over, around) = (common.overrides(), Surroundings::of_process());
    let paths = match config::paths(&over, &around) {
        Ok(paths) => paths,
        Err(fault) => {
            out.note(&format!(
                "note: {}",
                text::visible_lines(&fault.to_string(), out.style.spelling())
            ));
            Paths::find(&over, &around)
        }
    };
    let rows = paths.list();
    if out.style.json {
        for (name, path, exists) in rows {
            let mut object = Object::with_schema();
            object.put("name", name);
            object.put("path", &path.display().to_string());
            object.put("exists", &exists);
            out.json(&object)?;
        }
        return Ok(Exit::Clean);
    }
    let mut table = Table::new(
        vec![
            Column::whole("what"),
            Column::whole("path"),
            Column::whole("there"),
        ],
        out.style.spelling(),
    );
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, path, exists)| {
            let there = if exists { "yes" } else { "no" };
            vec![
                name.to_owned(),
                path.display().to_string(),
                there.to_owned(),
            ]
        })
        .collect();
    for line in table.lines(&rows) {
        out.line(&line)?;
    }
    Ok(Exit::Clean)
}
