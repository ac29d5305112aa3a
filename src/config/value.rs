//! Text into a checked value, by the kind of the setting.
//!
//! The same checks serve the file, the environment, the flags and the service's files. A complaint
//! never repeats a secret.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::fault::Complaint;
use super::mask::{is_host, mask};
use super::table::{Kind, nearest};
use crate::domain::text::Spelling;

/// A checked value of any kind.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Secret(SecretString),
    Path(PathBuf),
    Duration(Duration),
    Number(u64),
    Bool(bool),
    List(Vec<String>),
}

/// What paths in a value are relative to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    /// The folder of the file, or the working directory.
    pub(crate) dir: &'a Path,
    /// What `~` stands for.
    pub(crate) home: &'a Path,
}

/// The id of a 0G stream: `0x` and 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamId(String);

/// Why a text is not a stream id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StreamIdFault {
    /// The number of hex digits is wrong.
    #[error("a stream id of {0} hex digits, where 64 are needed")]
    Length(usize),
    /// A character is not a hex digit.
    #[error("a stream id whose character {0} is not a hex digit")]
    Digit(usize),
}

impl StreamId {
    /// `0x` and 64 lower-case hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamId {
    type Err = StreamIdFault;

    /// Takes 64 hex digits in either case, with or without `0x`.
    fn from_str(text: &str) -> Result<Self, StreamIdFault> {
        let digits = text
            .strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .unwrap_or(text);
        if let Some(odd) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
            let before = text.len() - digits.len();
            return Err(StreamIdFault::Digit(before + odd + 1));
        }
        if digits.len() != 64 {
            return Err(StreamIdFault::Length(digits.len()));
        }
        Ok(Self(format!("0x{}", digits.to_ascii_lowercase())))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text into the value of a setting, every rule of its kind applied.
pub(crate) fn parse(
    name: &str,
    kind: Kind,
    text: &str,
    base: Base<'_>,
) -> Result<Value, Complaint> {
    if text.trim().is_empty() {
        return Err(Complaint::new(
            format!("`{name}` is empty"),
            "Give it a value or remove it",
        ));
    }
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Secret => Ok(Value::Secret(text.to_owned().into())),
        Kind::Url => url(name, text),
        Kind::Urls => urls(name, text.split(',').map(str::trim)),
        Kind::Path => Ok(Value::Path(path(text, base))),
        Kind::Duration(low, high) => duration(name, text, low, high),
        Kind::Size(low, high) => size(name, text, low, high),
        Kind::Integer(low, high) => integer(name, text, low, high),
        Kind::Bool => boolean(name, text),
        Kind::Choice(words) => choice(name, text, words),
        Kind::Stream => stream(name, text),
        Kind::Columns => columns(name, text.split(',').map(str::trim)),
    }
}

/// A list of field paths: at least one, none empty, none twice.
pub(crate) fn columns<'a>(
    name: &str,
    items: impl Iterator<Item = &'a str>,
) -> Result<Value, Complaint> {
    let mut all: Vec<String> = Vec::new();
    for item in items {
        if item.is_empty() || all.iter().any(|known| known == item) {
            let fault = if item.is_empty() {
                "an empty"
            } else {
                "twice the same"
            };
            return Err(Complaint::new(
                format!("`{name}` has {fault} column"),
                "Name each field once, for example [\"_id\", \"timestamp\"]",
            ));
        }
        all.push(item.to_owned());
    }
    if all.is_empty() {
        return Err(Complaint::new(
            format!("`{name}` names no column"),
            "Name at least one field, or remove the line to get the usual columns",
        ));
    }
    Ok(Value::List(all))
}

fn url(name: &str, text: &str) -> Result<Value, Complaint> {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    if !authority.is_some_and(|a| is_host(a.rsplit_once('@').map_or(a, |(_, host)| host)))
        || text.contains(char::is_whitespace)
    {
        return Err(Complaint::new(
            format!("`{name}` is {}, which is not an http address", quoted(text)),
            "Write http://HOST:PORT or https://HOST:PORT",
        ));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A list of addresses: at least one, each of its own.
pub(crate) fn urls<'a>(
    name: &str,
    items: impl Iterator<Item = &'a str>,
) -> Result<Value, Complaint> {
    let mut all: Vec<String> = Vec::new();
    for item in items {
        url(name, item)?;
        if !all.iter().any(|known| known == item) {
            all.push(item.to_owned());
        }
    }
    if all.is_empty() {
        return Err(Complaint::new(
            format!("`{name}` names no address"),
            "Name at least one, for example [\"http://HOST:PORT\"], or remove the line",
        ));
    }
    Ok(Value::List(all))
}

fn path(text: &str, base: Base<'_>) -> PathBuf {
    match text.strip_prefix("~/") {
        Some(rest) => base.home.join(rest),
        None if text == "~" => base.home.to_owned(),
        None => base.dir.join(text),
    }
}

/// A number with a unit of time; `None` for everything else.
pub(crate) fn time(text: &str) -> Option<Duration> {
    let signed: SignedDuration = text.parse().ok()?;
    Duration::try_from(signed).ok()
}

/// Some texts as a choice between them.
fn alternatives(texts: &[String]) -> String {
    match texts {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        texts => texts.concat(),
    }
}

fn duration(name: &str, text: &str, low: Duration, high: Duration) -> Result<Value, Complaint> {
    let fits = |text: &&str| time(text).is_some_and(|example| low <= example && example <= high);
    let examples = ["80 ms", "10 s", "5 min", "48 h"].into_iter();
    let examples: Vec<String> = examples
        .filter(fits)
        .take(3)
        .map(|text| format!("\"{text}\""))
        .collect();
    let next = format!(
        "Write a number with a unit from {} to {}, for example {}",
        duration_text(low),
        duration_text(high),
        alternatives(&examples)
    );
    let Some(value) = time(text) else {
        let unit = if text.trim().parse::<f64>().is_ok() {
            "a number without a unit of time"
        } else {
            "not a duration"
        };
        let what = format!("`{name}` is {}, {unit}", quoted(text));
        return Err(Complaint::new(what, next));
    };
    if value < low || value > high {
        let what = format!("`{name}` is {}, out of range", duration_text(value));
        return Err(Complaint::new(what, next));
    }
    Ok(Value::Duration(value))
}

fn size(name: &str, text: &str, low: u64, high: u64) -> Result<Value, Complaint> {
    let next = format!(
        "Write bytes from {} to {}, for example 67108864 or \"64 MiB\"",
        size_text(low),
        size_text(high)
    );
    let trimmed = text.trim();
    let cut = trimmed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at(cut);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "kib" => Some(1 << 10),
        "mib" => Some(1 << 20),
        "gib" => Some(1 << 30),
        _ => None,
    };
    let bytes = factor.and_then(|f: u64| digits.parse::<u64>().ok()?.checked_mul(f));
    match bytes {
        Some(bytes) if (low..=high).contains(&bytes) => Ok(Value::Number(bytes)),
        Some(_) => {
            let what = format!("`{name}` is {}, out of range", quoted(text));
            Err(Complaint::new(what, next))
        }
        None => {
            let what = format!("`{name}` is {}, not a number of bytes", quoted(text));
            Err(Complaint::new(what, next))
        }
    }
}

fn integer(name: &str, text: &str, low: u64, high: u64) -> Result<Value, Complaint> {
    let next = format!("Write a whole number from {low} to {high}");
    let Ok(number) = text.trim().parse::<i128>() else {
        let what = format!("`{name}` is {}, not a whole number", quoted(text));
        return Err(Complaint::new(what, next));
    };
    match u64::try_from(number) {
        Ok(value) if (low..=high).contains(&value) => Ok(Value::Number(value)),
        _ => {
            let what = format!("`{name}` is {number}, out of range");
            Err(Complaint::new(what, next))
        }
    }
}

fn boolean(name: &str, text: &str) -> Result<Value, Complaint> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(Value::Bool(true)),
        "false" | "0" | "no" | "off" => Ok(Value::Bool(false)),
        _ => Err(Complaint::new(
            format!("`{name}` is {}, neither true nor false", quoted(text)),
            "Write true or false",
        )),
    }
}

fn choice(name: &str, text: &str, words: &[&str]) -> Result<Value, Complaint> {
    if words.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let lower = text.to_ascii_lowercase();
    let near = nearest(&lower, words.iter().copied())
        .map(|word| format!("Did you mean `{word}`? "))
        .unwrap_or_default();
    Err(Complaint::new(
        format!("`{name}` cannot be {}", quoted(text)),
        format!("{near}Write one of {}", words.join(", ")),
    ))
}

fn stream(name: &str, text: &str) -> Result<Value, Complaint> {
    match text.trim().parse::<StreamId>() {
        Ok(id) => Ok(Value::Text(id.0)),
        Err(fault) => Err(Complaint::new(
            format!("`{name}` is {fault}"),
            "Write all 64 hex digits, with or without 0x, as the service has them in .env or \
             .0g_secrets",
        )),
    }
}

/// A value from a person's file for a message: short, and without what may be a password.
pub(crate) fn quoted(text: &str) -> String {
    let masked = if text.contains('@') || text.contains("://") {
        mask(text)
    } else {
        text.to_owned()
    };
    format!("{:?}", Spelling::Ascii.truncate(&masked, 40))
}

/// A duration in the form in which it is written in the file.
pub(crate) fn duration_text(value: Duration) -> String {
    let millis = value.as_millis();
    match value.as_secs() {
        _ if !millis.is_multiple_of(1000) => format!("{millis} ms"),
        seconds if seconds > 0 && seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// A size in the form in which it is written in the file.
pub(crate) fn size_text(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    units
        .into_iter()
        .find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit))
        .map_or_else(
            || bytes.to_string(),
            |(unit, name)| format!("{} {name}", bytes / unit),
        )
}
