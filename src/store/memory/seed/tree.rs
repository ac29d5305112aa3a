//! A full document before it is written down, and the two ways in which the service writes it.
//!
//! A tree is a recipe: vectors and long texts are a number here and become text only when the
//! value is read.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::domain::{Bson, Codec};

/// Numbers in one vector, as the service's default has it.
const DIMENSIONS: u32 = 1024;

/// Fields in order.
pub(super) type Fields = Vec<(Cow<'static, str>, Tree)>;

/// One JSON value.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    /// Microseconds since 1970, and minutes east of Greenwich.
    Time(i64, i16),
    List(Arc<[Tree]>),
    Map(Arc<Fields>),
    /// An embedding: numbers drawn from this seed.
    Vector(u64),
    /// A text repeated until it has this many bytes.
    Long(Arc<str>, usize),
    /// Text as it stands, for values that no JSON writer would make.
    Raw(&'static str),
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Tree {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Tree {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl<T: Into<Tree>> From<Option<T>> for Tree {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Tree>> From<Vec<T>> for Tree {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<Fields> for Tree {
    fn from(fields: Fields) -> Self {
        Self::Map(Arc::new(fields))
    }
}

/// An object in the order written.
macro_rules! map {
    ($($name:literal : $value:expr),* $(,)?) => {
        vec![$((std::borrow::Cow::Borrowed($name), $crate::store::memory::seed::tree::Tree::from($value))),*]
    };
}
pub(super) use map;

impl Tree {
    /// A moment in UTC, in microseconds since 1970.
    pub(super) fn utc(micros: i64) -> Self {
        Self::Time(micros, 0)
    }

    /// The field as MongoDB holds it: dates floored to the millisecond, the rest as it is.
    pub(super) fn lite(&self) -> Bson {
        match self {
            Self::Bool(truth) => Bson::Bool(*truth),
            Self::Int(number) => i32::try_from(*number).map_or(Bson::Int64(*number), Bson::Int32),
            Self::Float(number) => Bson::Double(*number),
            Self::Text(text) => Bson::String(text.to_string()),
            Self::Time(micros, _) => Bson::Date(micros.div_euclid(1000)),
            Self::List(items) => Bson::Array(items.iter().map(Self::lite).collect()),
            Self::Map(fields) => Bson::Document(crate::domain::bson::Document(
                fields
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.lite()))
                    .collect(),
            )),
            Self::Null | Self::Vector(_) | Self::Long(..) | Self::Raw(_) => Bson::Null,
        }
    }
}

/// How a value is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Since the end of February: Python's default encoder, ASCII only, a blank behind `,` and `:`.
    Newest,
    /// January: compact, other scripts as they are, and all of it as Base64.
    January,
}

impl Style {
    /// The codec that belongs to the style.
    pub(super) fn codec(self) -> Codec {
        match self {
            Self::Newest => Codec::Plain,
            Self::January => Codec::Base64,
        }
    }

    /// The bytes that are stored for an object.
    pub(super) fn bytes(self, fields: &Fields) -> Vec<u8> {
        let mut printer = Printer {
            out: String::with_capacity(1024),
            ascii: self == Self::Newest,
        };
        printer.object(fields);
        match self.codec() {
            Codec::Plain => printer.out.into_bytes(),
            Codec::Base64 => STANDARD.encode(printer.out).into_bytes(),
        }
    }
}

struct Printer {
    out: String,
    ascii: bool,
}

impl Printer {
    fn value(&mut self, tree: &Tree) {
        match tree {
            Tree::Null => self.out.push_str("null"),
            Tree::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Tree::Int(number) => self.print(format_args!("{number}")),
            Tree::Float(number) => self.float(*number),
            Tree::Text(text) => self.text(text),
            Tree::Time(micros, minutes) => {
                let text = iso(*micros, *minutes);
                self.text(&text);
            }
            Tree::List(items) => self.list(items, Self::value),
            Tree::Map(fields) => self.object(fields),
            Tree::Vector(seed) => {
                let mut draw = Draw(*seed);
                let numbers: Vec<f64> = (0..DIMENSIONS).map(|_| draw.component()).collect();
                self.list(&numbers, |printer, number| printer.float(*number));
            }
            Tree::Long(text, bytes) => {
                let long = text.repeat(bytes / text.len().max(1) + 1);
                self.text(&long);
            }
            Tree::Raw(text) => self.out.push_str(text),
        }
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push_str(if self.ascii { ", " } else { "," });
            }
            each(self, item);
        }
        self.out.push(']');
    }

    fn object(&mut self, fields: &Fields) {
        self.out.push('{');
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.out.push_str(if self.ascii { ", " } else { "," });
            }
            self.text(name);
            self.out.push_str(if self.ascii { ": " } else { ":" });
            self.value(value);
        }
        self.out.push('}');
    }

    /// A string with its escapes. Control characters are always escaped, in both styles.
    fn text(&mut self, text: &str) {
        self.out.push('"');
        for sign in text.chars() {
            match sign {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                sign if sign < ' ' || (self.ascii && sign > '~') => {
                    for unit in sign.encode_utf16(&mut [0; 2]) {
                        self.print(format_args!("\\u{unit:04x}"));
                    }
                }
                sign => self.out.push(sign),
            }
        }
        self.out.push('"');
    }

    /// A number as Python's `repr` prints it: the shortest digits that read back, an exponent of
    /// at least two digits below 0.0001.
    fn float(&mut self, number: f64) {
        if number != 0.0 && number.abs() < 1e-4 {
            let text = format!("{number:e}");
            let (digits, power) = text.split_once("e-").unwrap_or((&text, "0"));
            self.print(format_args!("{digits}e-{power:0>2}"));
        } else {
            self.print(format_args!("{number:?}"));
        }
    }

    fn print(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(text);
    }
}

/// Python's `isoformat` of a moment with its offset; microseconds are left out when zero.
pub(super) fn iso(micros: i64, minutes: i16) -> String {
    let offset = Offset::from_seconds(i32::from(minutes) * 60).unwrap_or(Offset::UTC);
    let Ok(at) = Timestamp::from_microsecond(micros) else {
        return String::new();
    };
    let local = offset.to_datetime(at);
    let part = micros.rem_euclid(1_000_000);
    let mut text = local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    if part != 0 {
        let _ = write!(text, ".{part:06}");
    }
    let (sign, size) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
    let _ = write!(text, "{sign}{:02}:{:02}", size / 60, size % 60);
    text
}

/// A small generator of numbers (`splitmix64`): the same seed gives the same demo on every machine.
#[derive(Clone, Debug)]
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// One of some items; there must be one.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One number of an embedding: a 32-bit float around zero, widened as Python widens it.
    fn component(&mut self) -> f64 {
        // The sum of four is near enough to a bell curve; each has 16 bits.
        let bits = self.next();
        let sum: f64 = (0..4)
            .map(|part| (bits >> (16 * part)) & 0xffff)
            .map(|part| f64::from(u32::try_from(part).unwrap_or(0)))
            .sum();
        let centred = sum - f64::from(u16::MAX) * 2.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding to 32 bits is meant"
        )]
        let narrow = (centred / f64::from(u16::MAX) * 0.055) as f32;
        f64::from(narrow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(style: Style, tree: impl Into<Tree>) -> String {
        let bytes = style.bytes(&map! { "a": tree.into(), "b": Tree::Null });
        let text = String::from_utf8(bytes).unwrap();
        match style.codec() {
            Codec::Plain => text,
            Codec::Base64 => String::from_utf8(STANDARD.decode(text).unwrap()).unwrap(),
        }
    }

    #[test]
    fn both_generations_write_as_the_service_does() {
        let text = "é漢👩\u{200d}💻 \u{1b}[31m\u{7f}";
        assert_eq!(
            printed(Style::Newest, text),
            r#"{"a": "\u00e9\u6f22\ud83d\udc69\u200d\ud83d\udcbb \u001b[31m\u007f", "b": null}"#
        );
        assert_eq!(
            printed(Style::January, "é漢 \u{1b}"),
            r#"{"a":"é漢 \u001b","b":null}"#
        );
    }

    #[test]
    fn numbers_print_as_python_prints_them() {
        let of = |number| printed(Style::January, Tree::Float(number));
        assert_eq!(of(1_768_918_375.0), r#"{"a":1768918375.0,"b":null}"#);
        assert_eq!(of(0.0001), r#"{"a":0.0001,"b":null}"#);
        assert_eq!(of(-0.000_012_5), r#"{"a":-1.25e-05,"b":null}"#);
        let vector = printed(Style::Newest, Tree::Vector(7));
        assert_eq!(vector, printed(Style::Newest, Tree::Vector(7)));
        assert_eq!(vector.matches(',').count(), 1024);
        assert!((21_500..24_000).contains(&vector.len()), "{}", vector.len());
    }

    #[test]
    fn moments_print_with_their_offset_and_are_floored_in_mongodb() {
        assert_eq!(
            iso(1_768_918_388_412_907, 0),
            "2026-01-20T14:13:08.412907+00:00"
        );
        assert_eq!(
            iso(1_768_918_388_000_000, -210),
            "2026-01-20T10:43:08-03:30"
        );
        assert_eq!(Tree::utc(-1).lite(), Bson::Date(-1));
    }
}
