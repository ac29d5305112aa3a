//! One line of the journal: printing and reading it, and nothing about files.
//!
//! `{"v":1,"crc":"89abcdef","seq":3,"at":1700000000000,"intent":"…","what":"applied",…}`: one
//! fact, one line. The checksum is CRC-32 over all bytes of the line but its own eight digits and
//! the line feed, so that no flipped bit passes, not even one in the version. Later versions of
//! the format keep everything up to and with the checksum. A line that is whole and not
//! understood is said to be so; nothing in it is guessed.

mod fact;

use serde_json::{Map, Value};

use super::Rules;
use crate::domain::full::Head;
use crate::domain::intent::{Fact, IntentId};

/// The kinds of facts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// [`Fact::Planned`]
    Planned,
    /// [`Fact::Submitting`]
    Submitting,
    /// [`Fact::Completing`]
    Completing,
    /// [`Fact::Seen`]
    Seen,
    /// [`Fact::Submitted`]
    Submitted,
    /// [`Fact::Applied`]
    Applied,
    /// [`Fact::Indexed`]
    Indexed,
    /// [`Fact::Decided`]
    Decided,
    /// [`Fact::Ended`]
    Ended,
}

/// Every kind with its name in the file, in the order of the enum.
pub const WHATS: [(What, &str); 9] = [
    (What::Planned, "planned"),
    (What::Submitting, "submitting"),
    (What::Completing, "completing"),
    (What::Seen, "seen"),
    (What::Submitted, "submitted"),
    (What::Applied, "applied"),
    (What::Indexed, "indexed"),
    (What::Decided, "decided"),
    (What::Ended, "ended"),
];

impl What {
    /// The kind of a fact.
    #[must_use]
    pub fn of(fact: &Fact) -> Self {
        match fact {
            Fact::Planned { .. } => Self::Planned,
            Fact::Submitting { .. } => Self::Submitting,
            Fact::Completing { .. } => Self::Completing,
            Fact::Seen(_) => Self::Seen,
            Fact::Submitted => Self::Submitted,
            Fact::Applied { .. } => Self::Applied,
            Fact::Indexed => Self::Indexed,
            Fact::Decided(_) => Self::Decided,
            Fact::Ended { .. } => Self::Ended,
        }
    }

    /// The name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        WHATS[self as usize].1
    }
}

/// What a line says.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The number of the line in its file, from 1.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// About which intent.
    pub intent: &'a IntentId,
    /// What happened.
    pub fact: &'a Fact,
}

/// What was read from a line.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The number of the line in its file, from 1.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// About which intent.
    pub intent: IntentId,
    /// What happened. A previous value that was not kept is `None` in its plan, as one that
    /// nobody asked for.
    pub fact: Fact,
    /// The version and size of a previous value that was not kept on purpose; its bytes may still
    /// be in the value store's own history.
    pub withheld: Option<Head>,
}

/// Why a line says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineFault {
    /// Its bytes are not those that were written.
    Damaged(&'static str),
    /// Its bytes are right and their meaning is not known here.
    Newer(String),
}

impl std::fmt::Display for LineFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged(said) => f.write_str(said),
            Self::Newer(said) => write!(f, "{said}: a newer dualscope may have written it"),
        }
    }
}

const BEFORE_VERSION: &[u8] = b"{\"v\":";
const BEFORE_CRC: &[u8] = b",\"crc\":\"";
const AFTER_CRC: &[u8] = b"\",";
const DIGITS: usize = 8;
const VERSION: &[u8] = b"1";

fn checksum(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// The line with its line feed.
#[must_use]
pub fn print(line: &Line<'_>, rules: Rules) -> Vec<u8> {
    let mut object = Map::new();
    object.insert("seq".to_owned(), line.seq.into());
    object.insert("at".to_owned(), line.at.into());
    object.insert("intent".to_owned(), (*line.intent.0).into());
    object.insert("what".to_owned(), What::of(line.fact).name().into());
    fact::write(&mut object, line.fact, rules.keep_values);
    let body = Value::Object(object).to_string();
    // without its first brace, which the version stands behind
    let rest = body.as_bytes().get(1..).unwrap_or_default();
    let crc = checksum(&[BEFORE_VERSION, VERSION, BEFORE_CRC, AFTER_CRC, rest]);
    let crc = format!("{crc:08x}");
    [
        BEFORE_VERSION,
        VERSION,
        BEFORE_CRC,
        crc.as_bytes(),
        AFTER_CRC,
        rest,
        b"\n",
    ]
    .concat()
}

/// Reads a line without its line feed.
///
/// # Errors
/// The line is not what was written, or it is and this program does not know what it means.
pub fn parse(line: &[u8]) -> Result<Record, LineFault> {
    let version = checked(line)?;
    if version != VERSION {
        let version = String::from_utf8_lossy(version);
        return Err(LineFault::Newer(format!("format version {version}")));
    }
    let newer = |said: &str| LineFault::Newer(said.to_owned());
    let mut value: Value =
        serde_json::from_slice(line).map_err(|_not_json| newer("not one JSON object"))?;
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    let seq = number("seq").ok_or_else(|| newer("`seq` is missing"))?;
    let at = value.get("at").and_then(Value::as_i64);
    let at = at.ok_or_else(|| newer("`at` is missing"))?;
    let intent = value.get("intent").and_then(Value::as_str);
    let intent = IntentId(intent.ok_or_else(|| newer("`intent` is missing"))?.into());
    let name = value.get("what").and_then(Value::as_str);
    let what = WHATS.iter().find(|(_, known)| Some(*known) == name);
    let (what, _) = what.ok_or_else(|| newer("a kind of fact that is not known here"))?;
    let withheld = fact::take_withheld(&mut value).map_err(LineFault::Newer)?;
    let fact = fact::read(*what, &value).map_err(LineFault::Newer)?;
    Ok(Record {
        seq,
        at,
        intent,
        fact,
        withheld,
    })
}

/// The version of a line whose checksum is right.
fn checked(line: &[u8]) -> Result<&[u8], LineFault> {
    let shape = LineFault::Damaged("it does not begin as a line of the journal");
    let rest = line.strip_prefix(BEFORE_VERSION).ok_or(shape.clone())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (version, rest) = rest.split_at(digits.min(9));
    let rest = rest.strip_prefix(BEFORE_CRC).ok_or(shape.clone())?;
    let (digits, rest) = rest.split_at_checked(DIGITS).ok_or(shape.clone())?;
    let body = rest.strip_prefix(AFTER_CRC).ok_or(shape.clone())?;
    let crc = checksum(&[BEFORE_VERSION, version, BEFORE_CRC, AFTER_CRC, body]);
    // compared as text, so that a changed case of a digit counts too
    if format!("{crc:08x}").as_bytes() == digits && !version.is_empty() {
        Ok(version)
    } else {
        Err(LineFault::Damaged("its checksum is wrong"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_kind_at_its_place() {
        for (at, (what, name)) in WHATS.iter().enumerate() {
            assert_eq!(*what as usize, at, "{name}");
        }
    }
}
