//! BSON values as plain data: what a lite document holds, with every type kept.
//!
//! The driver's own type stays in `store::mongo`; the conversion lives there too. Nothing here
//! turns a number into another type, and nothing does IO.

use std::fmt::{self, Write as _};

use jiff::Timestamp;

/// One BSON value. Types that MongoDB keeps apart stay apart (`Int32` is not `Int64`).
#[derive(Clone, PartialEq, Debug)]
pub enum Bson {
    /// `null`. A missing field is not this; it is absent from its document.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A 32-bit integer.
    Int32(i32),
    /// A 64-bit integer.
    Int64(i64),
    /// A 64-bit float, infinities and not-a-number included.
    Double(f64),
    /// A 128-bit decimal, in the text form of the BSON specification.
    Decimal128(String),
    /// UTF-8 text.
    String(String),
    /// Milliseconds since 1970 UTC, also before 1970 and outside the years 1–9999.
    Date(i64),
    /// Twelve bytes.
    ObjectId([u8; 12]),
    /// Bytes with their subtype (4 is a UUID).
    Binary {
        /// The BSON subtype byte.
        subtype: u8,
        /// The bytes as stored.
        bytes: Vec<u8>,
    },
    /// An ordered list.
    Array(Vec<Bson>),
    /// An ordered sub-document.
    Document(Document),
    /// A regular expression with its options.
    Regex {
        /// The pattern.
        pattern: String,
        /// Options in alphabetical order.
        options: String,
    },
    /// The replication timestamp (seconds, increment); not a date.
    Timestamp {
        /// Seconds since 1970.
        time: u32,
        /// Counter within the second.
        increment: u32,
    },
    /// JavaScript source.
    JavaScript(String),
    /// A symbol (deprecated, but stored documents have it).
    Symbol(String),
    /// `undefined` (deprecated).
    Undefined,
    /// Sorts before everything.
    MinKey,
    /// Sorts after everything.
    MaxKey,
    /// A deprecated or composite type shown by its EJSON text, never written by us.
    Other {
        /// The `$type` alias.
        kind: &'static str,
        /// Its extended JSON.
        ejson: String,
    },
}

/// An ordered BSON document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document(pub Vec<(String, Bson)>);

impl Document {
    /// The value of the first field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Bson> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The value at a dotted path; a number steps into an array.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Bson> {
        let (head, rest) = path
            .split_once('.')
            .map_or((path, None), |(h, r)| (h, Some(r)));
        let mut value = self.get(head)?;
        for step in rest.into_iter().flat_map(|r| r.split('.')) {
            value = match value {
                Bson::Document(document) => document.get(step)?,
                Bson::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl Bson {
    /// The `ObjectId` that these 24 hex digits write, in either case.
    #[must_use]
    pub fn object_id_from_hex(text: &str) -> Option<Self> {
        let bytes = hex_bytes(text)?;
        Some(Self::ObjectId(bytes.try_into().ok()?))
    }

    /// The UUID (binary subtype 4) that this hyphenated text writes.
    #[must_use]
    pub fn uuid_from_text(text: &str) -> Option<Self> {
        let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        if text.len() != 36 || hyphens != [8, 13, 18, 23] {
            return None;
        }
        let bytes = hex_bytes(&text.replace('-', ""))?;
        Some(Self::Binary { subtype: 4, bytes })
    }

    /// The type's `$type` alias (`uuid` for binary subtype 4).
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int32(_) => "int",
            Self::Int64(_) => "long",
            Self::Double(_) => "double",
            Self::Decimal128(_) => "decimal",
            Self::String(_) => "string",
            Self::Date(_) => "date",
            Self::ObjectId(_) => "objectId",
            Self::Binary { subtype: 4, bytes } if bytes.len() == 16 => "uuid",
            Self::Binary { .. } => "binData",
            Self::Array(_) => "array",
            Self::Document(_) => "object",
            Self::Regex { .. } => "regex",
            Self::Timestamp { .. } => "timestamp",
            Self::JavaScript(_) => "javascript",
            Self::Symbol(_) => "symbol",
            Self::Undefined => "undefined",
            Self::MinKey => "minKey",
            Self::MaxKey => "maxKey",
            Self::Other { kind, .. } => kind,
        }
    }

    /// The value as a key's id, the way the service's `str(id)` prints it where it can.
    #[must_use]
    pub fn id_text(&self) -> String {
        match self {
            Self::String(text) | Self::Symbol(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// Whether the value is `null` or the deprecated `undefined`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null | Self::Undefined)
    }
}

/// A short readable form for tables and messages: hex for object ids, `2026-01-20 14:13:08.412`
/// for dates (UTC), text as is, everything else as relaxed extended JSON.
impl fmt::Display for Bson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectId(bytes) => write_hex(f, bytes),
            Self::Date(ms) => f.write_str(&date_text(*ms)),
            Self::String(text) | Self::Symbol(text) => f.write_str(text),
            Self::Binary { subtype: 4, bytes } if bytes.len() == 16 => {
                for (part, range) in [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().enumerate() {
                    if part > 0 {
                        f.write_char('-')?;
                    }
                    write_hex(f, &bytes[range])?;
                }
                Ok(())
            }
            other => f.write_str(&super::ejson::relaxed(other)),
        }
    }
}

/// A date in UTC as tables show it; milliseconds are left out when zero, and a date that no
/// calendar here reaches is shown by its number.
#[must_use]
pub fn date_text(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(at) if ms.rem_euclid(1000) == 0 => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        Err(_) => format!("date({ms})"),
    }
}

fn write_hex(f: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Lower-case hex of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    // Writing to a String cannot fail.
    let _ = write_hex(&mut text, bytes);
    text
}

/// The bytes that an even number of hex digits writes.
#[must_use]
pub fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_the_way_the_service_prints_them() {
        let oid = Bson::object_id_from_hex("6979DA5797f9041fc0aa063f").unwrap();
        assert_eq!(oid.id_text(), "6979da5797f9041fc0aa063f");
        assert_eq!(Bson::Int32(-7).id_text(), "-7");
        let uuid = "c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11";
        assert_eq!(Bson::uuid_from_text(uuid).unwrap().id_text(), uuid);
        assert_eq!(Bson::object_id_from_hex("6979da5797f9041fc0aa063"), None);
        assert_eq!(
            Bson::uuid_from_text("c9f3f8d26-a1f-4f0e-9a61-0a4a3f6f2b11"),
            None
        );
    }

    #[test]
    fn dates_print_in_utc_and_never_fail() {
        assert_eq!(date_text(1_768_918_388_412), "2026-01-20 14:13:08.412");
        assert_eq!(date_text(-1), "1969-12-31 23:59:59.999");
        assert_eq!(date_text(0), "1970-01-01 00:00:00");
        assert_eq!(date_text(i64::MAX), format!("date({})", i64::MAX));
    }

    #[test]
    fn a_dotted_path_steps_into_documents_and_arrays() {
        let inner = Document(vec![("b".into(), Bson::Array(vec![Bson::Int32(5)]))]);
        let document = Document(vec![("a".into(), Bson::Document(inner))]);
        assert_eq!(document.at("a.b.0"), Some(&Bson::Int32(5)));
        assert_eq!(document.at("a.c"), None);
        assert_eq!(document.at("a.b.x"), None);
    }
}
