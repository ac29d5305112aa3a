//! The configuration file: TOML into checked entries, each with its line.
//!
//! All faults of a file are found in one go. The parser's own error text is not used as a whole,
//! since it repeats the faulty line, which may hold a secret.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Complaint, Problem};
use super::layers::Entry;
use super::origin::Origin;
use super::table::{self, Kind, SETTINGS, nearest, nearest_setting};
use super::value::{self, Base, Value};

/// What one file says.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// The top-level sections.
    pub(crate) base: Vec<Entry>,
    /// The sections of each profile.
    pub(crate) profiles: BTreeMap<String, Vec<Entry>>,
    /// Everything wrong in it.
    pub(crate) problems: Vec<Problem>,
    /// Not TOML, so nothing is known of what it says.
    pub(crate) broken: bool,
}

/// A text, the name it has in messages, and how its values are marked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The TOML text.
    pub(crate) text: &'a str,
    /// The file, with the home folder as `~`; `None` for the compiled-in defaults.
    pub(crate) path: Option<&'a str>,
    /// What paths are relative to.
    pub(crate) base: Base<'a>,
}

/// Reads the text; a text with faults gives the entries that are right, and the faults.
pub(crate) fn read(source: Source<'_>) -> File {
    let mut reader = Reader {
        source,
        profile: None,
        entries: Vec::new(),
        problems: Vec::new(),
    };
    // A byte order mark is no fault of the person who typed the rest.
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(source.text);
    reader.source.text = text;
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            reader.syntax(error.message(), error.span());
        }
        return File {
            problems: reader.problems(),
            broken: true,
            ..File::default()
        };
    }
    let mut profiles = BTreeMap::new();
    reader.sections(root.get_ref(), &mut |reader, key, value| {
        if key.get_ref() != "profiles" {
            return false;
        }
        profiles = reader.profiles(value);
        true
    });
    File {
        base: std::mem::take(&mut reader.entries),
        profiles,
        problems: reader.problems(),
        broken: false,
    }
}

type Name<'i> = Spanned<std::borrow::Cow<'i, str>>;
type Item<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    source: Source<'a>,
    profile: Option<String>,
    entries: Vec<Entry>,
    /// Each with its byte, since tables come in the order of their names.
    problems: Vec<(usize, Problem)>,
}

impl Reader<'_> {
    fn problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|(byte, _)| *byte);
        self.problems
            .into_iter()
            .map(|(_, problem)| problem)
            .collect()
    }

    fn sections(
        &mut self,
        table: &DeTable<'_>,
        other: &mut dyn FnMut(&mut Self, &Name<'_>, &Item<'_>) -> bool,
    ) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if other(self, key, value) {
                continue;
            }
            match value.get_ref() {
                _ if name == "profile" && self.profile.is_none() => {
                    self.setting("profile", key, value);
                }
                DeValue::Table(section)
                    if table::sections().any(|s| s == name && !s.is_empty()) =>
                {
                    self.section(name, section);
                }
                _ => self.unknown_section(key, value),
            }
        }
    }

    fn profiles(&mut self, value: &Item<'_>) -> BTreeMap<String, Vec<Entry>> {
        let mut all = BTreeMap::new();
        let DeValue::Table(profiles) = value.get_ref() else {
            let complaint = Complaint::new("`profiles` is not a table", "Write [profiles.NAME]");
            self.complain(value.span(), complaint);
            return all;
        };
        let outer = std::mem::take(&mut self.entries);
        for (name, value) in profiles {
            let DeValue::Table(sections) = value.get_ref() else {
                let what = format!("`profiles.{}` is not a profile", name.get_ref());
                let complaint = Complaint::new(what, "Write [profiles.NAME.SECTION]");
                self.complain(name.span(), complaint);
                continue;
            };
            self.profile = Some(name.get_ref().to_string());
            self.sections(sections, &mut |_, _, _| false);
            all.insert(
                name.get_ref().to_string(),
                std::mem::take(&mut self.entries),
            );
        }
        self.profile = None;
        self.entries = outer;
        all
    }

    fn section(&mut self, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{section}.{}", key.get_ref());
            match table::find(&name) {
                Some(setting) if setting.kind == Kind::Columns && setting.name == name => {
                    self.columns(&name, key, value);
                }
                Some(setting) if setting.name == name => self.setting(setting.name, key, value),
                _ => self.unknown_key(section, key),
            }
        }
    }

    fn columns(&mut self, name: &str, key: &Name<'_>, value: &Item<'_>) {
        let DeValue::Table(collections) = value.get_ref() else {
            return self.wrong_type(name, "a table of lists", key, value.get_ref());
        };
        for (collection, value) in collections {
            self.setting(
                &format!("{name}.{}", collection.get_ref()),
                collection,
                value,
            );
        }
    }

    fn setting(&mut self, name: &str, key: &Name<'_>, value: &Item<'_>) {
        let Some(setting) = table::find(name) else {
            return;
        };
        let base = self.source.base;
        let parsed = match (setting.kind, value.get_ref()) {
            (kind @ (Kind::Columns | Kind::Urls), DeValue::Array(items)) => {
                let texts: Option<Vec<&str>> =
                    items.iter().map(|item| item.get_ref().as_str()).collect();
                match texts {
                    Some(texts) if kind == Kind::Urls => value::urls(name, texts.into_iter()),
                    Some(texts) => value::columns(name, texts.into_iter()),
                    None => return self.wrong_type(name, "a list of texts", key, value.get_ref()),
                }
            }
            (Kind::Bool, DeValue::Boolean(on)) => Ok(Value::Bool(*on)),
            (Kind::Integer(..) | Kind::Size(..), DeValue::Integer(number)) => {
                let digits = i128::from_str_radix(number.as_str(), number.radix())
                    .map_or_else(|_| number.to_string(), |n| n.to_string());
                value::parse(name, setting.kind, &digits, base)
            }
            (Kind::Bool | Kind::Integer(..) | Kind::Columns | Kind::Urls, other) => {
                return self.wrong_type(name, wanted(setting.kind), key, other);
            }
            (kind, DeValue::String(text)) => value::parse(name, kind, text, base),
            (kind, other) => return self.wrong_type(name, wanted(kind), key, other),
        };
        match parsed {
            Ok(value) => {
                let entry = Entry {
                    name: name.to_owned(),
                    value,
                    origin: self.origin(key.span()),
                };
                self.entries.push(entry);
            }
            Err(complaint) => self.complain(value.span(), complaint),
        }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        let Some(path) = self.source.path.map(str::to_owned) else {
            return Origin::Default;
        };
        let (line, _) = position(self.source.text, span.start);
        match self.profile.clone() {
            Some(name) => Origin::Profile { name, path, line },
            None => Origin::File { path, line },
        }
    }

    fn wrong_type(&mut self, name: &str, wanted: &str, key: &Name<'_>, found: &DeValue<'_>) {
        let found = article(found.type_str());
        let complaint = Complaint::new(
            format!("`{name}` must be {wanted}, not {found}"),
            table::find(name).map_or_else(String::new, |setting| {
                format!("For example: {}", setting.example())
            }),
        );
        self.complain(key.span(), complaint);
    }

    fn unknown_section(&mut self, key: &Name<'_>, value: &Item<'_>) {
        let name = printable(key);
        let outside = self.profile.is_none().then_some(["profile", "profiles"]);
        let known: Vec<&str> = table::sections()
            .filter(|section| !section.is_empty())
            .chain(outside.into_iter().flatten())
            .collect();
        let meant = nearest_setting("", name).filter(|_| !value.get_ref().is_table());
        let what = match value.get_ref() {
            _ if known.contains(&name) => format!("`{name}` is a section, not a value"),
            DeValue::Table(_) => format!("there is no section `{name}`"),
            _ => format!("there is no setting `{name}` outside the sections"),
        };
        let next = match (nearest(name, known.iter().copied()), meant) {
            (Some(near), _) if near == name => format!("Write [{name}] and its settings below"),
            (_, Some(setting)) => {
                let (section, key) = (setting.section(), setting.key());
                format!("Write `{key}` below [{section}], if you mean `{section}.{key}`")
            }
            (Some(near), _) => format!("Did you mean `{near}`? Rename or remove it"),
            (None, None) => format!("The sections are {}", known.join(", ")),
        };
        self.complain(key.span(), Complaint::new(what, next));
    }

    fn unknown_key(&mut self, section: &str, key: &Name<'_>) {
        let name = printable(key);
        let keys: Vec<_> = SETTINGS
            .iter()
            .filter(|s| s.section() == section)
            .map(table::Setting::key)
            .collect();
        let next = nearest_setting(section, name).map_or_else(
            || format!("The settings of [{section}] are {}", keys.join(", ")),
            |near| format!("Did you mean `{}`? Rename or remove it", near.name),
        );
        let what = format!("there is no setting `{section}.{name}`");
        self.complain(key.span(), Complaint::new(what, next));
    }

    fn syntax(&mut self, message: &str, span: Option<Range<usize>>) {
        let message = message.lines().next().unwrap_or("not TOML");
        let span = span.unwrap_or_default();
        // A key may be repeated here; anything else on the line may be a secret.
        let key = self.source.text.get(span.clone()).unwrap_or_default();
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let twice = message == "duplicate key" && key.len() < 40 && key.chars().all(is_key);
        let name = if twice {
            format!(" `{key}`")
        } else {
            String::new()
        };
        let complaint = Complaint::new(
            format!("this is not TOML: {message}{name}"),
            "Correct this line; texts stand in quotes: key = \"value\"",
        );
        self.complain(span, complaint);
    }

    fn complain(&mut self, span: Range<usize>, complaint: Complaint) {
        let (line, column) = position(self.source.text, span.start);
        let mut place = format!(
            "{}:{line}:{column}",
            self.source.path.unwrap_or("compiled-in config.toml")
        );
        if let Some(profile) = &self.profile {
            place = format!("{place} (profile {profile})");
        }
        self.problems.push((span.start, complaint.at(place)));
    }
}

/// A key for a message. One that needs quotes may be anything, even a secret in the wrong place.
fn printable<'a>(key: &'a Name<'_>) -> &'a str {
    let name = key.get_ref().as_ref();
    if is_plain_key(name) { name } else { "..." }
}

fn is_plain_key(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.len() <= 40 && name.chars().all(plain)
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false without quotes",
        Kind::Integer(..) => "a whole number without quotes",
        Kind::Size(..) => "a number of bytes or a text such as \"64 MiB\"",
        Kind::Duration(..) => "a text such as \"10 s\"",
        Kind::Columns | Kind::Urls => "a list of texts",
        _ => "a text in quotes",
    }
}

fn article(kind: &str) -> String {
    match kind {
        "array" | "integer" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// Line and column of a byte, both counted from one; the column counts characters.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(1, |line| line.chars().count() + 1);
    (line, column)
}
