//! The terms of a filter line: a name, an operator, values, and the place of each. Types are
//! not known here.

use std::ops::Range;

use super::Fault;

/// How the field is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    Equal,
    Greater { or_equal: bool },
    Less { or_equal: bool },
    Contains,
}

/// One value as typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl Value {
    pub(super) fn is_open(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }
}

/// One condition as typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Term {
    pub(super) span: Range<usize>,
    pub(super) negated: bool,
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) op: Op,
    /// At least one; with `range` exactly two, of which one may be open.
    pub(super) values: Vec<Value>,
    pub(super) range: bool,
}

/// Operators and what they mean, the longer before the shorter; the flag is for negation.
const OPERATORS: [(&str, Op, bool); 13] = [
    (":>=", Op::Greater { or_equal: true }, false),
    (":<=", Op::Less { or_equal: true }, false),
    (":>", Op::Greater { or_equal: false }, false),
    (":<", Op::Less { or_equal: false }, false),
    (":~", Op::Contains, false),
    (":!", Op::Equal, true),
    (":", Op::Equal, false),
    (">=", Op::Greater { or_equal: true }, false),
    ("<=", Op::Less { or_equal: true }, false),
    ("!=", Op::Equal, true),
    (">", Op::Greater { or_equal: false }, false),
    ("<", Op::Less { or_equal: false }, false),
    ("~", Op::Contains, false),
];

/// Where the name of a term ends.
pub(super) fn ends_name(c: char) -> bool {
    c.is_whitespace() || ":<>=!~\"".contains(c)
}

/// The terms of a line in their order.
pub(super) fn split(line: &str) -> Result<Vec<Term>, Fault> {
    let mut scanner = Scanner { line, at: 0 };
    let mut terms = Vec::new();
    loop {
        scanner.skip(char::is_whitespace);
        if scanner.rest().is_empty() {
            return Ok(terms);
        }
        terms.push(scanner.term()?);
    }
}

struct Scanner<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn skip(&mut self, of: impl Fn(char) -> bool) {
        self.at = self.line.len() - self.rest().trim_start_matches(of).len();
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn term(&mut self) -> Result<Term, Fault> {
        let start = self.at;
        let minus = self.take("-");
        let name_start = self.at;
        self.skip(|c| !ends_name(c));
        let name_span = name_start..self.at;
        let name = self.line[name_span.clone()].to_owned();
        if name.is_empty() {
            let what = "the name of a field is missing: write field:value";
            return Err(Fault::new(&self.here(), what));
        }
        let (op, not) = self.operator(&name, &name_span)?;
        let (values, range) = self.values()?;
        let term = Term {
            span: start..self.at,
            negated: minus != not,
            name,
            name_span,
            op,
            values,
            range,
        };
        term.checked()
    }

    fn operator(&mut self, name: &str, span: &Range<usize>) -> Result<(Op, bool), Fault> {
        // `=` is `:` with nothing behind it that could be an operator.
        if self.take("=") {
            return Ok((Op::Equal, false));
        }
        for (text, op, not) in OPERATORS {
            if self.take(text) {
                return Ok((op, not));
            }
        }
        let what = format!("a condition is missing: write {name}:value");
        Err(Fault::new(span, what))
    }

    fn values(&mut self) -> Result<(Vec<Value>, bool), Fault> {
        let mut values = vec![self.value()?];
        let range = self.take("..");
        if range {
            values.push(self.value()?);
        } else {
            while self.take(",") {
                values.push(self.value()?);
            }
        }
        match self.rest().chars().next() {
            None => Ok((values, range)),
            Some(c) if c.is_whitespace() => Ok((values, range)),
            Some(_) => {
                let what = "a blank is missing here; a value with quotes, commas or .. inside is \
                            quoted as a whole";
                Err(Fault::new(&self.here(), what))
            }
        }
    }

    fn value(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let quoted = self.take("\"");
        let text = if quoted {
            self.quoted(start)?
        } else {
            self.bare()
        };
        Ok(Value {
            span: start..self.at,
            text,
            quoted,
        })
    }

    fn bare(&mut self) -> String {
        let rest = self.rest();
        let ends = |(at, c): &(usize, char)| {
            c.is_whitespace() || *c == ',' || rest[*at..].starts_with("..")
        };
        let long = rest
            .char_indices()
            .find(ends)
            .map_or(rest.len(), |(at, _)| at);
        self.at += long;
        rest[..long].to_owned()
    }

    fn quoted(&mut self, start: usize) -> Result<String, Fault> {
        let mut text = String::new();
        let mut escaped = false;
        for c in self.rest().chars() {
            self.at += c.len_utf8();
            match c {
                '"' if !escaped => return Ok(text),
                '\\' if !escaped => escaped = true,
                _ => {
                    if escaped && !"\"\\".contains(c) {
                        text.push('\\');
                    }
                    text.push(c);
                    escaped = false;
                }
            }
        }
        Err(Fault::new(
            &(start..self.line.len()),
            "the quotation mark is not closed",
        ))
    }

    /// The character at the current place.
    fn here(&self) -> Range<usize> {
        let long = self.rest().chars().next().map_or(0, char::len_utf8);
        self.at..self.at + long
    }
}

impl Term {
    /// The term, if its parts go together.
    fn checked(self) -> Result<Self, Fault> {
        let open = self.values.iter().filter(|value| value.is_open()).count();
        let equal = self.op == Op::Equal;
        if open > usize::from(self.range) {
            let value = self.values.iter().rfind(|value| value.is_open());
            let span = value.map_or(&self.span, |value| &value.span);
            return Err(Fault::new(span, "a value is missing here"));
        }
        let odd =
            |value: &&Value| !value.quoted && value.text.starts_with(['<', '>', '~', '!', '=']);
        if let Some(value) = self.values.iter().find(odd) {
            let what = "one comparison at a time; a value that starts like this stands in quotes";
            return Err(Fault::new(&value.span, what));
        }
        if !equal && self.values.len() > 1 {
            return Err(Fault::new(&self.span, "this comparison takes one value"));
        }
        if self.negated && (self.range || !equal) {
            return Err(Fault::new(&self.span, "only field:value can be negated"));
        }
        Ok(self)
    }
}
