//! Values by name, a later layer over an earlier one, each with its origin.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use super::origin::Origin;
use super::value::Value;

/// One value of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// `section.key`, or `browse.columns.COLLECTION`.
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The value that won, for each name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layered(BTreeMap<String, Entry>);

impl Layered {
    /// Puts a stronger layer on top.
    pub(crate) fn put(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            self.0.insert(entry.name.clone(), entry);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name)
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if let Some(entry) = self.0.get_mut(name) {
            entry.value = value;
        }
    }

    /// Takes every secret out, for a session that needs none.
    pub(crate) fn remove_secrets(&mut self) {
        self.0
            .retain(|_, entry| !matches!(entry.value, Value::Secret(_)));
    }

    /// The entries below `NAME.`, in the order of their names.
    pub(crate) fn below(&self, name: &str) -> impl Iterator<Item = &Entry> {
        let start = format!("{name}.");
        self.0
            .range(start.clone()..)
            .take_while(move |(key, _)| key.starts_with(&start))
            .map(|(_, entry)| entry)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn secret(&self, name: &str) -> Option<SecretString> {
        match &self.get(name)?.value {
            Value::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }

    pub(crate) fn list(&self, name: &str) -> Option<&[String]> {
        match &self.get(name)?.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn path(&self, name: &str) -> Option<&Path> {
        match &self.get(name)?.value {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    pub(crate) fn duration(&self, name: &str) -> Option<Duration> {
        match self.get(name)?.value {
            Value::Duration(duration) => Some(duration),
            _ => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.number(name)?).ok()
    }

    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name)?.value {
            Value::Bool(on) => Some(on),
            _ => None,
        }
    }

    /// Columns by collection.
    pub(crate) fn columns(&self) -> BTreeMap<String, Vec<String>> {
        self.below("browse.columns")
            .filter_map(|entry| {
                let collection = entry.name.strip_prefix("browse.columns.")?;
                match &entry.value {
                    Value::List(items) => Some((collection.to_owned(), items.clone())),
                    _ => None,
                }
            })
            .collect()
    }
}
