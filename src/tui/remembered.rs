//! What outlives a session: the columns chosen for each collection and the filter lines used there.
//!
//! Files of the state folder, readable by their owner only and replaced as a whole. One that cannot
//! be understood is set aside under another name and said once; nothing is ever written over it.
//! Neither a message nor a log line has anything out of these files.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::app::history;
use crate::app::list::columns::Choice;
use crate::config::{COLUMNS, FILTERS};

/// The form of these files; one with a greater number is a later version's.
const SCHEMA: u64 = 1;
/// Bytes of all filter lines together, about.
const WHOLE: usize = 1 << 20;
/// Nothing that is written here comes near to this size.
const LARGEST: u64 = 16 << 20;

type Filters = BTreeMap<String, Vec<String>>;

/// What was remembered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remembered {
    /// Choices of columns, by collection.
    pub columns: BTreeMap<String, Choice>,
    /// Filter lines by collection, the oldest first.
    pub filters: Filters,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// Reads what is there; a file that is missing counts as an empty one.
#[must_use]
pub fn load(state: &Path) -> Remembered {
    let mut notes = Vec::new();
    let mut filters = given(read(state, FILTERS, filters_in), &mut notes);
    for lines in filters.values_mut() {
        lines.drain(..lines.len().saturating_sub(history::KEPT));
    }
    Remembered {
        columns: given(read(state, COLUMNS, columns_in), &mut notes),
        filters,
        notes,
    }
}

/// Remembers what was chosen for a collection; a choice of nothing is forgotten. Returns what a
/// person should know.
///
/// # Errors
/// The file cannot be read or written, or is a later version's; then it stays as it is.
pub fn remember_columns(
    state: &Path,
    collection: String,
    choice: Choice,
) -> io::Result<Option<String>> {
    // read again: another dualscope may have written meanwhile
    let (mut all, note) = read(state, COLUMNS, columns_in)?;
    if choice == Choice::default() {
        all.remove(&collection);
    } else {
        all.insert(collection, choice);
    }
    let (mut columns, mut widths) = (BTreeMap::new(), BTreeMap::new());
    for (name, choice) in all {
        if let Some(shown) = choice.shown {
            columns.insert(name.clone(), shown);
        }
        if !choice.widths.is_empty() {
            widths.insert(name, choice.widths);
        }
    }
    let text = json!({ "schema": SCHEMA, "columns": columns, "widths": widths });
    write(state, COLUMNS, &text)?;
    Ok(note)
}

/// Remembers a filter line that was used in a collection. Returns what a person should know.
///
/// # Errors
/// The file cannot be read or written, or is a later version's; then it stays as it is.
pub fn remember_filter(state: &Path, collection: String, line: &str) -> io::Result<Option<String>> {
    let (mut all, note) = read(state, FILTERS, filters_in)?;
    history::push(all.entry(collection).or_default(), line);
    bound(&mut all);
    write(state, FILTERS, &json!({ "schema": SCHEMA, "filters": all }))?;
    Ok(note)
}

/// Takes the oldest lines from where there is most, until all have room.
fn bound(all: &mut Filters) {
    let size = |lines: &Vec<String>| lines.iter().map(String::len).sum::<usize>();
    let mut whole: usize = all.values().map(size).sum();
    while whole > WHOLE {
        let Some(lines) = all.values_mut().max_by_key(|lines| size(lines)) else {
            return;
        };
        whole -= lines.remove(0).len();
    }
    all.retain(|_, lines| !lines.is_empty());
}

/// What was read, or nothing and the reason among the notes.
fn given<T: Default>(read: io::Result<(T, Option<String>)>, notes: &mut Vec<String>) -> T {
    let (found, note) = read.unwrap_or_else(|error| (T::default(), Some(error.to_string())));
    notes.extend(note);
    found
}

fn columns_in(whole: &mut Value) -> Option<BTreeMap<String, Choice>> {
    let mut all: BTreeMap<String, Choice> = BTreeMap::new();
    let columns: BTreeMap<String, Vec<String>> =
        serde_json::from_value(whole.get_mut("columns")?.take()).ok()?;
    for (name, shown) in columns {
        all.entry(name).or_default().shown = Some(shown);
    }
    // an earlier version writes none
    if let Some(widths) = whole.get_mut("widths") {
        let widths: BTreeMap<String, BTreeMap<String, u16>> =
            serde_json::from_value(widths.take()).ok()?;
        for (name, widths) in widths {
            all.entry(name).or_default().widths = widths;
        }
    }
    Some(all)
}

fn filters_in(whole: &mut Value) -> Option<Filters> {
    serde_json::from_value(whole.get_mut("filters")?.take()).ok()
}

/// The content of a file, and what is to be said when it had to be set aside.
fn read<T: Default>(
    state: &Path,
    name: &str,
    find: fn(&mut Value) -> Option<T>,
) -> io::Result<(T, Option<String>)> {
    let path = state.join(name);
    let failed = |error: &io::Error| {
        let said = format!("{} can't be read: {}", path.display(), error.kind());
        io::Error::new(error.kind(), said)
    };
    let text = match fs::metadata(&path) {
        Ok(file) if file.len() > LARGEST => Vec::new(),
        Ok(_) => fs::read(&path).map_err(|error| failed(&error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((T::default(), None)),
        Err(error) => return Err(failed(&error)),
    };
    let mut whole: Value = serde_json::from_slice(&text).unwrap_or_default();
    if whole["schema"]
        .as_u64()
        .is_some_and(|schema| schema > SCHEMA)
    {
        let said = format!(
            "{} is of a later dualscope; it stays as it is",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::Unsupported, said));
    }
    if let Some(found) = find(&mut whole) {
        return Ok((found, None));
    }
    let aside = set_aside(&path).map_err(|error| failed(&error))?;
    let said = format!(
        "{} could not be understood; it is kept as {}",
        path.display(),
        aside.file_name().unwrap_or_default().display()
    );
    tracing::warn!(file = name, "a remembered file was set aside");
    Ok((T::default(), Some(said)))
}

/// Gives a file another name, one that nothing has.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut aside = path.with_extension("json.unreadable");
    let mut number = 1;
    while aside.try_exists()? {
        number += 1;
        aside = path.with_extension(format!("json.unreadable-{number}"));
    }
    fs::rename(path, &aside)?;
    Ok(aside)
}

fn write(state: &Path, name: &str, content: &Value) -> io::Result<()> {
    private_folder(state)?;
    let text = serde_json::to_vec_pretty(content)?;
    let mut file = NamedTempFile::new_in(state)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(state.join(name))
        .map_err(|error| error.error)?;
    Ok(())
}

/// Makes a folder that only its owner can look into, if there is none.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests;
