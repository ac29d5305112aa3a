//! Values of the filter line, read by the type of their field.

use std::cmp::Ordering;
use std::ops::Range;

use jiff::civil;

use super::super::bson::Bson;
use super::super::model::FieldType;
use super::super::query::{Clause, Test};
use super::super::time;
use super::Fault;
use super::term::{Op, Term, Value};

/// What the values of a field are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Id,
    Text,
    Date,
    Int,
    Float,
    Bool,
    /// Not known.
    Any,
}

impl Kind {
    /// Of a field of the model, or (not `whole`) of something inside it.
    pub(super) fn of_field(kind: FieldType, whole: bool) -> Self {
        match kind {
            FieldType::Strings => Self::Text,
            _ if !whole => Self::Any,
            FieldType::ObjectId => Self::Id,
            FieldType::String => Self::Text,
            FieldType::Date => Self::Date,
            FieldType::Int => Self::Int,
            FieldType::Float => Self::Float,
            FieldType::Bool => Self::Bool,
            FieldType::Nested => Self::Any,
        }
    }

    /// Of a field that was seen with this BSON type.
    pub(super) fn of_bson(name: &str) -> Self {
        match name {
            "date" => Self::Date,
            "objectId" => Self::Id,
            "bool" => Self::Bool,
            _ => Self::Any,
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Id => "an id: 24 hex digits",
            Self::Text | Self::Any => "text",
            Self::Date => "a date: 2026-01-20, 2026-01-20T14:12, today, -2h",
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Bool => "true or false",
        }
    }
}

/// A stretch of time: from its first millisecond to the first one behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    from: i64,
    to: i64,
    /// Counted from now, so nothing is ever equal to it.
    relative: bool,
}

type End = Option<(Bson, bool)>;

/// How the values of one term are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typing {
    pub(super) kind: Kind,
    pub(super) now: i64,
}

impl Typing {
    /// The condition that a term writes.
    pub(super) fn clause(self, term: &Term) -> Result<Clause, Fault> {
        let first = &term.values[0];
        let test = match term.op {
            Op::Contains => self.contains(first)?,
            Op::Greater { or_equal } => Test::Range {
                from: self.lower(first, or_equal)?,
                to: None,
            },
            Op::Less { or_equal } => Test::Range {
                from: None,
                to: self.upper(first, or_equal)?,
            },
            Op::Equal if term.range => self.range(term)?,
            Op::Equal if term.values.len() == 1 && is_null(first) => Test::IsNull(!term.negated),
            Op::Equal => self.equal(term)?,
        };
        Ok(Clause {
            path: term.name.clone(),
            test,
        })
    }

    fn contains(self, value: &Value) -> Result<Test, Fault> {
        if !matches!(self.kind, Kind::Text | Kind::Any) {
            let what = format!(
                "~ looks into text, and this field holds {}",
                self.kind.said()
            );
            return Err(Fault::new(&value.span, what));
        }
        if value.text.is_empty() {
            return Err(Fault::new(&value.span, "the text to look for is missing"));
        }
        Ok(Test::Contains(value.text.clone()))
    }

    fn equal(self, term: &Term) -> Result<Test, Fault> {
        let mut all = Vec::new();
        for value in &term.values {
            if is_null(value) {
                all.push(Bson::Null);
            } else if self.kind == Kind::Date {
                let at = self.stretch(value)?;
                if at.relative {
                    let what = format!(
                        "no date is equal to this; write {}:>{}",
                        term.name, value.text
                    );
                    return Err(Fault::new(&value.span, what));
                }
                if at.to - at.from > 1 && (term.negated || term.values.len() > 1) {
                    let what = "a stretch of time stands alone; name instants to the millisecond";
                    return Err(Fault::new(&value.span, what));
                }
                if at.to - at.from > 1 {
                    return Ok(Test::Range {
                        from: Some((Bson::Date(at.from), true)),
                        to: Some((Bson::Date(at.to), false)),
                    });
                }
                all.push(Bson::Date(at.from));
            } else {
                all.extend(self.candidates(value)?);
            }
        }
        Ok(if term.negated {
            Test::NoneOf(all)
        } else {
            Test::AnyOf(all)
        })
    }

    fn range(self, term: &Term) -> Result<Test, Fault> {
        let end = |value: &Value, of: fn(Self, &Value, bool) -> Result<End, Fault>| {
            if value.is_open() {
                Ok(None)
            } else {
                of(self, value, true)
            }
        };
        let from = end(&term.values[0], Self::lower)?;
        let to = end(&term.values[1], Self::upper)?;
        if let (Some((from, _)), Some((to, with_to))) = (&from, &to) {
            let span = term.values[0].span.start..term.values[1].span.end;
            match order(from, to) {
                None => return Err(Fault::new(&span, "the two ends are of different types")),
                Some(Ordering::Less) => {}
                Some(Ordering::Equal) if *with_to => {}
                Some(_) => return Err(Fault::new(&span, "the range ends before it starts")),
            }
        }
        Ok(Test::Range { from, to })
    }

    fn lower(self, value: &Value, or_equal: bool) -> Result<End, Fault> {
        Ok(Some(match self.dated(value)? {
            Some(at) if or_equal || at.relative => (Bson::Date(at.from), or_equal),
            Some(at) => (Bson::Date(at.to), true),
            None => (self.bound(value)?, or_equal),
        }))
    }

    fn upper(self, value: &Value, or_equal: bool) -> Result<End, Fault> {
        Ok(Some(match self.dated(value)? {
            Some(at) if or_equal && !at.relative => (Bson::Date(at.to), false),
            Some(at) => (Bson::Date(at.from), or_equal),
            None => (self.bound(value)?, or_equal),
        }))
    }

    /// The stretch of time that a bound names, where it names one.
    fn dated(self, value: &Value) -> Result<Option<Stretch>, Fault> {
        match self.kind {
            Kind::Date => self.stretch(value).map(Some),
            Kind::Any if !value.quoted && value.text.len() >= "2026-01-20".len() => {
                Ok(written(&value.text))
            }
            _ => Ok(None),
        }
    }

    fn bound(self, value: &Value) -> Result<Bson, Fault> {
        if is_null(value) || self.kind == Kind::Bool {
            let what = "null, true and false have no order: write field:value";
            return Err(Fault::new(&value.span, what));
        }
        // The first candidate is the one of the most telling type.
        let first = self.candidates(value)?.into_iter().next();
        Ok(first.unwrap_or(Bson::Null))
    }

    /// The values that a text can stand for, the most telling type first; never empty.
    fn candidates(self, value: &Value) -> Result<Vec<Bson>, Fault> {
        let text = value.text.as_str();
        let string = Bson::String(text.to_owned());
        let id = Bson::object_id_from_hex(text);
        let found = match self.kind {
            Kind::Text => Some(vec![string]),
            Kind::Any if value.quoted => Some(vec![string]),
            Kind::Any => {
                let typed = id.or_else(|| boolean(text)).or_else(|| number(text));
                Some(typed.into_iter().chain([string]).collect())
            }
            Kind::Id => id.map(|id| vec![id, string]),
            Kind::Bool => boolean(text).map(|is| vec![is]),
            Kind::Int => integer(text).map(|n| vec![n]),
            Kind::Float => number(text).map(|n| vec![n]),
            Kind::Date => Some(vec![Bson::Date(self.stretch(value)?.from)]),
        };
        found.ok_or_else(|| self.wanted(value))
    }

    fn stretch(self, value: &Value) -> Result<Stretch, Fault> {
        let relative = |ms: i64| Stretch {
            from: ms,
            to: ms.saturating_add(1),
            relative: true,
        };
        let today = || {
            let from = self.now - self.now.rem_euclid(DAY);
            Stretch {
                from,
                to: from + DAY,
                relative: false,
            }
        };
        let found = match value.text.as_str() {
            "now" => Some(relative(self.now)),
            "today" => Some(today()),
            "yesterday" => Some(Stretch {
                from: today().from - DAY,
                to: today().from,
                relative: false,
            }),
            text => ago(text)
                .map(|ms| relative(self.now.saturating_sub(ms)))
                .or_else(|| written(text)),
        };
        found.ok_or_else(|| self.wanted(value))
    }

    fn wanted(self, value: &Value) -> Fault {
        Fault::new(
            &value.span,
            format!("this field holds {}", self.kind.said()),
        )
    }
}

const DAY: i64 = 86_400_000;

fn is_null(value: &Value) -> bool {
    value.text == "null" && !value.quoted
}

fn boolean(text: &str) -> Option<Bson> {
    text.parse().ok().map(Bson::Bool)
}

fn integer(text: &str) -> Option<Bson> {
    let short = text.parse().ok().map(Bson::Int32);
    short.or_else(|| text.parse().ok().map(Bson::Int64))
}

fn number(text: &str) -> Option<Bson> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let float = || text.parse().ok().filter(|n: &f64| plain && n.is_finite());
    integer(text).or_else(|| float().map(Bson::Double))
}

/// Milliseconds of `-2h`.
fn ago(text: &str) -> Option<i64> {
    let text = text.strip_prefix('-')?;
    let unit = match text.chars().last()? {
        's' => 1000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let count = &text[..text.len() - 1];
    let digits = count.bytes().all(|b| b.is_ascii_digit());
    let count: i64 = count.parse().ok().filter(|_| digits)?;
    count.checked_mul(unit)
}

/// The stretch that a written date stands for: all of the year, month, day, minute, second or
/// millisecond.
fn written(text: &str) -> Option<Stretch> {
    let stretch = |Range { start, end }| Stretch {
        from: start,
        to: end,
        relative: false,
    };
    let year = || text.get(..4)?.parse::<i16>().ok();
    let digits = text.bytes().take(4).all(|b| b.is_ascii_digit());
    match text.len() {
        4 if digits => Some(stretch(first_of(year()?, 1)?..first_of(year()? + 1, 1)?)),
        7 if digits && text.as_bytes()[4] == b'-' => {
            let month: i8 = text.get(5..)?.parse().ok()?;
            let next = if month == 12 {
                first_of(year()? + 1, 1)
            } else {
                first_of(year()?, month + 1)
            };
            Some(stretch(first_of(year()?, month)?..next?))
        }
        10 => {
            let from = time::parse(text)?.ms();
            Some(stretch(from..from + DAY))
        }
        11.. if text.as_bytes()[4] == b'-' && b"Tt ".contains(&text.as_bytes()[10]) => {
            let clock = text.get(11..)?.split(['Z', 'z', '+', '-']).next()?;
            let long = match (clock.contains(['.', ',']), clock.matches(':').count()) {
                (true, _) => 1,
                (_, 0) => 3_600_000,
                (_, 1) => 60_000,
                _ => 1000,
            };
            let from = time::parse(text)?.ms();
            Some(stretch(from..from + long))
        }
        _ => None,
    }
}

fn first_of(year: i16, month: i8) -> Option<i64> {
    let date = civil::Date::new(year, month, 1).ok()?;
    Some(time::parse(&date.to_string())?.ms())
}

/// How the ends of a range stand; `None` when they cannot be compared.
fn order(a: &Bson, b: &Bson) -> Option<Ordering> {
    let number = |value: &Bson| match value {
        Bson::Int32(n) => Some(f64::from(*n)),
        // Close is close enough to tell a range that is the wrong way round.
        Bson::Int64(n) => n.to_string().parse().ok(),
        Bson::Double(n) => Some(*n),
        _ => None,
    };
    match (a, b) {
        (Bson::Date(a), Bson::Date(b)) => Some(a.cmp(b)),
        (Bson::String(a), Bson::String(b)) => Some(a.cmp(b)),
        (Bson::ObjectId(a), Bson::ObjectId(b)) => Some(a.cmp(b)),
        (a, b) => number(a)?.partial_cmp(&number(b)?),
    }
}
