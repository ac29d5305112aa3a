//! MongoDB extended JSON (v2): printing it relaxed or canonical, reading both, and reading what
//! people type in the MongoDB shell.
//!
//! Canonical text reads back as the same value with the same types; relaxed text is for people.
//! Nothing here evaluates anything: JavaScript is text.

mod read;
mod shell;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use read::{read, read_document};
pub use shell::read_query;

use super::bson::{Bson, Document, hex};
use super::time;

/// The two forms of the specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Numbers and dates the way people write them.
    Relaxed,
    /// Every type kept.
    Canonical,
}

/// Relaxed extended JSON of a value, on one line without blanks.
#[must_use]
pub fn relaxed(value: &Bson) -> String {
    print(value, Style::Relaxed, false)
}

/// Canonical extended JSON of a value, on one line without blanks.
#[must_use]
pub fn canonical(value: &Bson) -> String {
    print(value, Style::Canonical, false)
}

/// Extended JSON of a value: on one line, or `pretty` with one member a line, two blanks a level.
#[must_use]
pub fn print(value: &Bson, style: Style, pretty: bool) -> String {
    let mut printer = Printer::new(style, pretty);
    printer.value(value);
    printer.out
}

/// Extended JSON of a document, like [`print()`].
#[must_use]
pub fn print_document(document: &Document, style: Style, pretty: bool) -> String {
    let mut printer = Printer::new(style, pretty);
    printer.document(document);
    printer.out
}

struct Printer {
    out: String,
    style: Style,
    pretty: bool,
    level: usize,
}

impl Printer {
    fn new(style: Style, pretty: bool) -> Self {
        Self {
            out: String::new(),
            style,
            pretty,
            level: 0,
        }
    }

    fn value(&mut self, value: &Bson) {
        match value {
            Bson::Null => self.out.push_str("null"),
            Bson::Bool(is) => self.out.push_str(if *is { "true" } else { "false" }),
            Bson::Int32(number) => self.integer("$numberInt", i64::from(*number)),
            Bson::Int64(number) => self.integer("$numberLong", *number),
            Bson::Double(number) => self.double(*number),
            Bson::Decimal128(text) => self.wrapped("$numberDecimal", text),
            Bson::String(text) => self.text(text),
            Bson::Date(ms) => self.date(*ms),
            Bson::ObjectId(bytes) => self.wrapped("$oid", &hex(bytes)),
            Bson::Array(items) => self.block('[', ']', items, Self::value),
            Bson::Document(document) => self.document(document),
            Bson::JavaScript(code) => self.wrapped("$code", code),
            Bson::Symbol(text) => self.wrapped("$symbol", text),
            Bson::Other { ejson, .. } => self.out.push_str(ejson),
            other => self.rare(other),
        }
    }

    /// The types that need more than one member, and those that are only a name.
    fn rare(&mut self, value: &Bson) {
        // Writing to a String cannot fail.
        let _ = match value {
            Bson::Binary { subtype, bytes } => write!(
                self.out,
                r#"{{"$binary":{{"base64":"{}","subType":"{subtype:02x}"}}}}"#,
                STANDARD.encode(bytes)
            ),
            Bson::Regex { pattern, options } => write!(
                self.out,
                r#"{{"$regularExpression":{{"pattern":{},"options":{}}}}}"#,
                quoted(pattern),
                quoted(options)
            ),
            Bson::Timestamp { time, increment } => write!(
                self.out,
                r#"{{"$timestamp":{{"t":{time},"i":{increment}}}}}"#
            ),
            Bson::MinKey => self.out.write_str(r#"{"$minKey":1}"#),
            Bson::MaxKey => self.out.write_str(r#"{"$maxKey":1}"#),
            _ => self.out.write_str(r#"{"$undefined":true}"#),
        };
    }

    fn document(&mut self, document: &Document) {
        self.block('{', '}', &document.0, |printer, (name, value)| {
            printer.text(name);
            printer
                .out
                .push_str(if printer.pretty { ": " } else { ":" });
            printer.value(value);
        });
    }

    fn block<T>(&mut self, open: char, close: char, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.out.push(open);
        self.level += 1;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.line();
            each(self, item);
        }
        self.level -= 1;
        if !items.is_empty() {
            self.line();
        }
        self.out.push(close);
    }

    fn line(&mut self) {
        if self.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.level));
        }
    }

    fn integer(&mut self, wrapper: &str, number: i64) {
        match self.style {
            Style::Canonical => self.wrapped(wrapper, &number.to_string()),
            Style::Relaxed => self.out.push_str(&number.to_string()),
        }
    }

    fn double(&mut self, number: f64) {
        let text = match number {
            n if n.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            // The shortest text that reads back, always with a point or an exponent.
            n => format!("{n:?}"),
        };
        if self.style == Style::Relaxed && number.is_finite() {
            self.out.push_str(&text);
        } else {
            self.wrapped("$numberDouble", &text);
        }
    }

    fn date(&mut self, ms: i64) {
        match time::iso(ms).filter(|_| self.style == Style::Relaxed) {
            Some(text) => self.wrapped("$date", &text),
            None => {
                let _ = write!(self.out, r#"{{"$date":{{"$numberLong":"{ms}"}}}}"#);
            }
        }
    }

    fn wrapped(&mut self, wrapper: &str, text: &str) {
        let _ = write!(self.out, r#"{{"{wrapper}":{}}}"#, quoted(text));
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&quoted(text));
    }
}

/// A JSON string literal.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
pub(super) mod tests;
