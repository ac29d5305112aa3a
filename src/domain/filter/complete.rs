//! Completion in the filter line: names of fields, then what can stand behind the colon.

use std::ops::Range;

use super::super::model::{Field, FieldType};
use super::super::state::TABLE;
use super::Names;
use super::term::ends_name;

/// What could stand at a place of the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Byte range that the text replaces.
    pub span: Range<usize>,
    /// The text.
    pub text: String,
    /// A few words about it (the field's type, the state in words).
    pub help: String,
}

/// Completions at a byte offset of the line, the best first. `names` are fields seen in loaded
/// rows with their BSON type names, beside the `known` ones.
#[must_use]
pub fn complete(line: &str, at: usize, known: &[Field], names: &Names) -> Vec<Completion> {
    let mut at = at.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    if line.trim_start().starts_with('{') {
        return Vec::new();
    }
    let Some(start) = term_start(&line[..at]) else {
        return Vec::new();
    };
    let start = start + usize::from(line[start..at].starts_with('-'));
    let typed = &line[start..at];
    match typed.find(ends_name) {
        None => fields(line, start..at, known, names),
        Some(long) => {
            let (name, behind) = typed.split_at(long);
            let value = start + long;
            match (name, behind.strip_prefix(':')) {
                ("is", Some(_)) => states(line, value + 1..at),
                (_, Some("")) => operators(at, kind_of(name, known, names)),
                _ => Vec::new(),
            }
        }
    }
}

/// Where the last term of a text starts; `None` inside quotes.
fn term_start(text: &str) -> Option<usize> {
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            c if c.is_whitespace() && !quoted => start = at + c.len_utf8(),
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    (!quoted).then_some(start)
}

fn fields(line: &str, span: Range<usize>, known: &[Field], names: &Names) -> Vec<Completion> {
    let typed = line[span.clone()].to_lowercase();
    let seen = names
        .iter()
        .filter(|(name, _)| known.iter().all(|field| field.name != *name));
    let all = known
        .iter()
        .map(|field| (field.name.as_str(), type_said(field.kind)))
        .chain(seen.map(|(name, kind)| (name.as_str(), *kind)))
        .chain([("is", "the state of loaded rows")]);
    let behind = &line[span.end..];
    let rest = behind.find(ends_name).unwrap_or(behind.len());
    let colon = behind[rest..].is_empty() || behind[rest..].starts_with(char::is_whitespace);
    let mut found: Vec<_> = all
        .filter_map(|(name, help)| {
            let rank = name.to_lowercase().find(&typed)?;
            let text = if colon {
                format!("{name}:")
            } else {
                name.to_owned()
            };
            let span = span.start..span.end + rest;
            let help = help.to_owned();
            Some((rank > 0, Completion { span, text, help }))
        })
        .collect();
    found.sort_by_key(|(inside, _)| *inside);
    found
        .into_iter()
        .map(|(_, completion)| completion)
        .collect()
}

fn states(line: &str, values: Range<usize>) -> Vec<Completion> {
    let typed = &line[values.clone()];
    let start = values.start + typed.rfind([',', '!']).map_or(0, |comma| comma + 1);
    let typed = &line[start..values.end];
    let mut found: Vec<_> = TABLE
        .iter()
        .filter(|row| row.name.contains(typed))
        .collect();
    found.sort_by_key(|row| !row.name.starts_with(typed));
    found
        .into_iter()
        .map(|row| Completion {
            span: start..values.end,
            text: row.name.to_owned(),
            help: row.said.to_owned(),
        })
        .collect()
}

fn kind_of<'a>(name: &str, known: &'a [Field], names: &'a Names) -> &'a str {
    let field = known.iter().find(|field| field.name == name);
    let seen = names.iter().find(|(seen, _)| seen == name);
    match (field, seen) {
        (Some(field), _) => type_said(field.kind),
        (None, Some((_, kind))) => kind,
        (None, None) => "",
    }
}

fn operators(at: usize, kind: &str) -> Vec<Completion> {
    const DATES: [(&str, &str); 4] = [
        ("today", "since midnight UTC"),
        ("yesterday", "the day before, UTC"),
        (">-2h", "in the last two hours"),
        (">", "later than"),
    ];
    const NUMBERS: [(&str, &str); 4] = [
        (">", "greater than"),
        (">=", "greater or equal"),
        ("<", "less than"),
        ("<=", "less or equal"),
    ];
    let own: &[(&str, &str)] = match kind {
        "date" => &DATES,
        "int" | "float" | "long" | "double" | "decimal" => &NUMBERS,
        "bool" => &[("true", "is true"), ("false", "is false")],
        "id" | "objectId" => &[],
        _ => &[("~", "contains this text")],
    };
    let all = own.iter().chain(&[
        ("null", "null or missing"),
        ("!null", "neither null nor missing"),
    ]);
    all.map(|(text, help)| Completion {
        span: at..at,
        text: (*text).to_owned(),
        help: (*help).to_owned(),
    })
    .collect()
}

fn type_said(kind: FieldType) -> &'static str {
    match kind {
        FieldType::ObjectId => "id",
        FieldType::String => "text",
        FieldType::Date => "date",
        FieldType::Strings => "texts",
        FieldType::Int => "int",
        FieldType::Float => "float",
        FieldType::Bool => "bool",
        FieldType::Nested => "nested",
    }
}
