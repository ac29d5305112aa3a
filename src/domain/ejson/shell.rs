//! What people type in the MongoDB shell, rewritten as extended JSON: names and text in any
//! quotation marks, `ObjectId("…")` and its like, `/pattern/i`, a comma too many.
//!
//! A rewriting of tokens, not a JavaScript reader: nothing is computed, and every place of the
//! result is traced back to the place it was typed at.

use std::fmt::Write as _;

use super::super::bson::Document;
use super::super::json::Fault;
use super::quoted;
use super::read::read_document;

/// Reads a query document: extended JSON, or as it is typed in the MongoDB shell.
///
/// # Errors
/// The first fault, with its place in `text`.
pub fn read_query(text: &str) -> Result<Document, Fault> {
    if let Ok(document) = read_document(text) {
        return Ok(document);
    }
    let mut shell = Shell {
        text,
        at: 0,
        out: String::with_capacity(text.len() * 2),
        places: Vec::new(),
    };
    while shell.at < text.len() {
        shell.token()?;
    }
    read_document(&shell.out)
        .map_err(|fault| Fault::new(text, shell.typed_at(fault.at), fault.what))
}

struct Shell<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// Where in the result a token starts, and where it was typed.
    places: Vec<(usize, usize)>,
}

/// Constructors with one argument, and the type wrapper each stands for.
const CONSTRUCTORS: [(&str, &str); 14] = [
    ("ObjectId", "$oid"),
    ("ObjectID", "$oid"),
    ("ISODate", "$date"),
    ("Date", "$date"),
    ("UUID", "$uuid"),
    ("NumberInt", "$numberInt"),
    ("Int32", "$numberInt"),
    ("NumberLong", "$numberLong"),
    ("Long", "$numberLong"),
    ("Double", "$numberDouble"),
    ("NumberDecimal", "$numberDecimal"),
    ("Decimal128", "$numberDecimal"),
    ("Symbol", "$symbol"),
    ("Code", "$code"),
];

/// Words that are values by themselves.
const WORDS: [(&str, &str); 8] = [
    ("true", "true"),
    ("false", "false"),
    ("null", "null"),
    ("undefined", r#"{"$undefined":true}"#),
    ("NaN", r#"{"$numberDouble":"NaN"}"#),
    ("Infinity", r#"{"$numberDouble":"Infinity"}"#),
    ("MinKey", r#"{"$minKey":1}"#),
    ("MaxKey", r#"{"$maxKey":1}"#),
];

type Outcome<T = ()> = Result<T, Fault>;

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

impl<'a> Shell<'a> {
    fn token(&mut self) -> Outcome {
        let start = self.at;
        let Some(c) = self.peek() else { return Ok(()) };
        self.places.push((self.out.len(), start));
        match c {
            '"' | '\'' => {
                let text = self.string(c)?;
                self.out.push_str(&text);
            }
            '/' => self.regex()?,
            ']' | '}' => {
                self.drop_comma();
                self.copy(c);
            }
            '-' if self.text[start..].starts_with("-Infinity") => {
                self.at += "-Infinity".len();
                self.out.push_str(r#"{"$numberDouble":"-Infinity"}"#);
            }
            c if in_name(c) && !c.is_numeric() => self.word()?,
            c if c.is_ascii_digit() => {
                let number = self.while_in(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                self.out.push_str(number);
            }
            _ => self.copy(c),
        }
        Ok(())
    }

    fn word(&mut self) -> Outcome {
        let start = self.at;
        let word = self.while_in(in_name);
        let known = WORDS.iter().find(|(name, _)| *name == word);
        self.blanks();
        match (self.peek(), known) {
            (Some(':'), _) => self.out.push_str(&quoted(word)),
            (Some('.'), _) => {
                return Err(self.fault(start, "a name with dots stands in quotation marks"));
            }
            (Some('('), _) => return self.call(start, word),
            (Some(c), None) if word == "new" && in_name(c) => return self.word(),
            (_, Some((_, json))) => self.out.push_str(json),
            _ => {
                let what = format!("{word} is no value; text stands in quotation marks");
                return Err(self.fault(start, what));
            }
        }
        Ok(())
    }

    /// `Name(argument)`; the cursor stands at the bracket.
    fn call(&mut self, start: usize, name: &str) -> Outcome {
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(')') => break,
                Some(',') if !arguments.is_empty() => self.at += 1,
                Some(quote @ ('"' | '\'')) => arguments.push(self.string(quote)?),
                Some(c) if c.is_ascii_digit() || c == '-' => {
                    let number = self.while_in(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                    arguments.push(number.to_owned());
                }
                Some(_) => return Err(self.fault(self.at, "text, a number or ) is missing here")),
                None => return Err(self.fault(start, format!("{name}( is not closed"))),
            }
        }
        self.at += 1;
        let json = constructed(name, &arguments);
        let json = json.ok_or_else(|| {
            let known = CONSTRUCTORS.iter().any(|(known, _)| *known == name);
            let why = if known {
                "takes one value, in brackets"
            } else {
                "is not known here"
            };
            self.fault(start, format!("{name} {why}"))
        })?;
        self.out.push_str(&json);
        Ok(())
    }

    /// Text in quotation marks of either kind, as a JSON string.
    fn string(&mut self, quote: char) -> Outcome<String> {
        let start = self.at;
        let mut escaped = false;
        let mut json = String::from('"');
        for c in self.text[start + 1..].chars() {
            self.at += c.len_utf8();
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                c if c == quote && !escaped => {
                    self.at += 1;
                    json.push('"');
                    return Ok(json);
                }
                // JSON has no \' and needs \".
                '\'' => json.push(c),
                '"' => json.push_str("\\\""),
                c if escaped => json.extend(['\\', c]),
                c => json.push(c),
            }
            escaped = false;
        }
        Err(self.fault(start, "a string is not closed"))
    }

    fn regex(&mut self) -> Outcome {
        let start = self.at;
        let (mut escaped, mut class, mut end) = (false, false, None);
        for (at, c) in self.text[start + 1..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => {
                    end = Some(start + 1 + at);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end.filter(|end| *end > start + 1) else {
            return Err(self.fault(start, "a regular expression is not closed by /"));
        };
        let pattern = self.text[start + 1..end].replace("\\/", "/");
        self.at = end + 1;
        let mut options: Vec<char> = self.while_in(|c| c.is_ascii_alphabetic()).chars().collect();
        if options.iter().any(|c| !"imsxu".contains(*c)) {
            return Err(self.fault(
                end + 1,
                "the options of a regular expression are i, m, s, x, u",
            ));
        }
        options.sort_unstable();
        let options: String = options.into_iter().collect();
        // Writing to a String cannot fail.
        let _ = write!(
            self.out,
            r#"{{"$regularExpression":{{"pattern":{},"options":"{options}"}}}}"#,
            quoted(&pattern)
        );
        Ok(())
    }

    /// Takes back a comma that stands before a closing bracket.
    fn drop_comma(&mut self) {
        let kept = self.out.trim_end();
        if let Some(before) = kept.strip_suffix(',')
            && !before.trim_end().ends_with(['{', '[', ',', ':'])
        {
            // A blank keeps the places of what follows.
            let at = before.len();
            self.out.replace_range(at..=at, " ");
        }
    }

    fn copy(&mut self, c: char) {
        self.at += c.len_utf8();
        self.out.push(c);
    }

    fn blanks(&mut self) {
        self.while_in(char::is_whitespace);
    }

    fn while_in(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let taken = &rest[..rest.len() - rest.trim_start_matches(of).len()];
        self.at += taken.len();
        taken
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Where the token was typed that stands at a place of the result.
    fn typed_at(&self, at: usize) -> usize {
        if at >= self.out.len() {
            return self.text.len();
        }
        let index = self.places.partition_point(|(out, _)| *out <= at);
        index.checked_sub(1).map_or(0, |index| self.places[index].1)
    }

    fn fault(&self, at: usize, what: impl Into<String>) -> Fault {
        Fault::new(self.text, at, what)
    }
}

/// The extended JSON of a constructor's value; arguments are JSON strings or bare numbers.
fn constructed(name: &str, arguments: &[String]) -> Option<String> {
    match (name, arguments) {
        ("MinKey" | "MaxKey", []) => {
            let word = WORDS.iter().find(|(word, _)| *word == name);
            word.map(|(_, json)| (*json).to_owned())
        }
        ("Timestamp", [t, i]) => Some(format!(r#"{{"$timestamp":{{"t":{t},"i":{i}}}}}"#)),
        ("BinData", [subtype, base64]) => {
            let subtype: u8 = subtype.parse().ok()?;
            Some(format!(
                r#"{{"$binary":{{"base64":{base64},"subType":"{subtype:02x}"}}}}"#
            ))
        }
        (name, [one]) => {
            let (_, wrapper) = CONSTRUCTORS.iter().find(|(known, _)| *known == name)?;
            let bare = !one.starts_with('"');
            let one = match *wrapper {
                "$date" if bare => format!(r#"{{"$numberLong":"{one}"}}"#),
                _ if bare => format!("\"{one}\""),
                _ => one.clone(),
            };
            Some(format!(r#"{{"{wrapper}":{one}}}"#))
        }
        _ => None,
    }
}
