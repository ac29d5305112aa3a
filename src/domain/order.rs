//! The order of BSON values as MongoDB defines it: brackets of types first, then the value; and
//! the place of a row in an order by a field.
//!
//! A total order (not-a-number sorts before every number), exact across all four number types:
//! nothing is rounded on the way to a comparison.

use std::cmp::Ordering;

use super::bson::{Bson, Document};
use super::document::Lite;
use super::query::{Cursor, Sort};

impl Cursor {
    /// The place of a row. Missing is null; an array stands at its least item (its greatest when
    /// descending), an array without items at `undefined`, below null. A path through an array of
    /// documents leads to the values of them all.
    #[must_use]
    pub fn of(row: &Lite, sort: &Sort) -> Self {
        let mut found = Vec::new();
        let steps: Vec<&str> = sort.field.split('.').collect();
        values(&row.fields, &steps, &mut found);
        let by_order = |a: &&Bson, b: &&Bson| compare(a, b);
        let value = if sort.descending {
            found.into_iter().max_by(by_order)
        } else {
            found.into_iter().min_by(by_order)
        };
        Self {
            value: value.cloned().unwrap_or(Bson::Null),
            id: row.id.clone(),
        }
    }

    /// Compares two places of an order: `Less` is met first.
    #[must_use]
    pub fn compare(&self, other: &Self, sort: &Sort) -> Ordering {
        let order = compare(&self.value, &other.value).then_with(|| compare(&self.id, &other.id));
        if sort.descending {
            order.reverse()
        } else {
            order
        }
    }
}

/// All values that a path leads to, by the rules of MongoDB's index keys.
fn values<'a>(document: &'a Document, steps: &[&str], found: &mut Vec<&'a Bson>) {
    let (Some((step, rest)), null) = (steps.split_first(), &Bson::Null) else {
        return;
    };
    match (document.get(step), rest) {
        (Some(Bson::Array(items)), []) if items.is_empty() => found.push(&Bson::Undefined),
        (Some(Bson::Array(items)), []) => found.extend(items),
        (Some(value), []) => found.push(value),
        (Some(Bson::Document(inner)), rest) => values(inner, rest, found),
        (Some(Bson::Array(items)), rest) => through(items, rest, found),
        _ => found.push(null),
    }
}

/// Steps into an array: at a place when the path names one, else into every item.
fn through<'a>(items: &'a [Bson], rest: &[&str], found: &mut Vec<&'a Bson>) {
    let at = rest.first().and_then(|step| step.parse::<usize>().ok());
    if let Some(item) = at.and_then(|at| items.get(at)) {
        match (item, &rest[1..]) {
            (Bson::Array(inner), []) if inner.is_empty() => found.push(&Bson::Undefined),
            (Bson::Array(inner), []) => found.extend(inner),
            (value, []) => found.push(value),
            (Bson::Document(inner), rest) => values(inner, rest, found),
            (Bson::Array(inner), rest) => through(inner, rest, found),
            _ => found.push(&Bson::Null),
        }
        return;
    }
    for item in items {
        match item {
            Bson::Document(inner) => values(inner, rest, found),
            _ => found.push(&Bson::Null),
        }
    }
}

/// The bracket of a value. Types in one bracket compare by value, brackets by this number.
#[must_use]
pub fn bracket(value: &Bson) -> u8 {
    match value {
        Bson::MinKey => 0,
        Bson::Undefined => 1,
        Bson::Null => 2,
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => 3,
        Bson::String(_) | Bson::Symbol(_) => 4,
        Bson::Document(_) => 5,
        Bson::Array(_) => 6,
        Bson::Binary { .. } => 7,
        Bson::ObjectId(_) => 8,
        Bson::Bool(_) => 9,
        Bson::Date(_) => 10,
        Bson::Timestamp { .. } => 11,
        Bson::Regex { .. } => 12,
        Bson::Other { .. } => 13,
        Bson::JavaScript(_) => 14,
        Bson::MaxKey => 15,
    }
}

/// Compares two values.
#[must_use]
pub fn compare(a: &Bson, b: &Bson) -> Ordering {
    bracket(a)
        .cmp(&bracket(b))
        .then_with(|| within_bracket(a, b))
}

fn within_bracket(a: &Bson, b: &Bson) -> Ordering {
    match (a, b) {
        (Bson::String(a) | Bson::Symbol(a), Bson::String(b) | Bson::Symbol(b))
        | (Bson::JavaScript(a), Bson::JavaScript(b)) => a.cmp(b),
        (Bson::Document(a), Bson::Document(b)) => documents(a, b),
        (Bson::Array(a), Bson::Array(b)) => arrays(a, b),
        (
            Bson::Binary { subtype, bytes },
            Bson::Binary {
                subtype: other,
                bytes: others,
            },
        ) => (bytes.len(), subtype, bytes).cmp(&(others.len(), other, others)),
        (Bson::ObjectId(a), Bson::ObjectId(b)) => a.cmp(b),
        (Bson::Bool(a), Bson::Bool(b)) => a.cmp(b),
        (Bson::Date(a), Bson::Date(b)) => a.cmp(b),
        (
            Bson::Timestamp { time, increment },
            Bson::Timestamp {
                time: other,
                increment: others,
            },
        ) => (time, increment).cmp(&(other, others)),
        (
            Bson::Regex { pattern, options },
            Bson::Regex {
                pattern: other,
                options: others,
            },
        ) => (pattern, options).cmp(&(other, others)),
        (
            Bson::Other { kind, ejson },
            Bson::Other {
                kind: other,
                ejson: others,
            },
        ) => (kind, ejson).cmp(&(other, others)),
        _ => numbers(a, b),
    }
}

/// Field by field: the bracket, then the name, then the value.
fn documents(a: &Document, b: &Document) -> Ordering {
    a.0.iter()
        .zip(&b.0)
        .map(|((name, value), (other, others))| {
            bracket(value)
                .cmp(&bracket(others))
                .then_with(|| name.cmp(other))
                .then_with(|| compare(value, others))
        })
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.0.len().cmp(&b.0.len()))
}

fn arrays(a: &[Bson], b: &[Bson]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| compare(a, b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Two numbers of any width; everything else in one bracket without content is equal.
fn numbers(a: &Bson, b: &Bson) -> Ordering {
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return a.cmp(&b);
    }
    if let (Bson::Double(a), Bson::Double(b)) = (a, b) {
        return doubles(*a, *b);
    }
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    }
}

fn integer(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(n) => Some(i64::from(*n)),
        Bson::Int64(n) => Some(*n),
        _ => None,
    }
}

fn doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// A number by its decimal digits: `0.d₁d₂d₃… × 10^exponent`, without zeros at either end.
#[derive(PartialEq, Eq, Debug)]
enum Number {
    /// Not-a-number.
    Nan,
    Infinity {
        negative: bool,
    },
    Zero,
    Finite {
        negative: bool,
        exponent: i64,
        digits: Vec<u8>,
    },
}

impl Number {
    fn of(value: &Bson) -> Option<Self> {
        match value {
            Bson::Int32(n) => Self::read(&n.to_string()),
            Bson::Int64(n) => Self::read(&n.to_string()),
            Bson::Double(n) if n.is_nan() => Some(Self::Nan),
            Bson::Double(n) if n.is_infinite() => Some(Self::Infinity {
                negative: n.is_sign_negative(),
            }),
            // 1 074 places hold every double exactly.
            Bson::Double(n) => Self::read(&format!("{n:.1074}")),
            Bson::Decimal128(text) => Some(Self::read(text).unwrap_or(Self::Nan)),
            _ => None,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if text.eq_ignore_ascii_case("infinity") || text.eq_ignore_ascii_case("inf") {
            return Some(Self::Infinity { negative });
        }
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(part.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let Some(first) = all.iter().position(|d| *d != b'0') else {
            return Some(Self::Zero);
        };
        let last = all.iter().rposition(|d| *d != b'0').unwrap_or(first);
        Some(Self::Finite {
            negative,
            exponent: i64::try_from(whole.len()).ok()? - i64::try_from(first).ok()? + power,
            digits: all[first..=last].to_vec(),
        })
    }

    /// Not-a-number, then by sign: a number that sorts before zero is below it.
    fn rank(&self) -> i8 {
        match self {
            Self::Nan => -3,
            Self::Infinity { negative: true } => -2,
            Self::Finite { negative: true, .. } => -1,
            Self::Zero => 0,
            Self::Finite { .. } => 1,
            Self::Infinity { .. } => 2,
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (
                Self::Finite {
                    negative,
                    exponent,
                    digits,
                },
                Self::Finite {
                    negative: sign,
                    exponent: power,
                    digits: others,
                },
            ) if negative == sign => {
                let by_size = exponent.cmp(power).then_with(|| digits.cmp(others));
                if *negative {
                    by_size.reverse()
                } else {
                    by_size
                }
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// A value as the key of an ordered map.
#[derive(Clone, Debug)]
pub struct Ordered(pub Bson);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests;
