//! The service's `NAME=value` files, read the way the usual loader of such files reads them.
//!
//! Keys of wallets and encryption are recognised by name and kept apart from all other values, so
//! that no text can repeat them.
//! `${NAME}` is filled from the same file only: a folder that somebody else wrote must not be able
//! to put this person's environment into an address.

use secrecy::SecretString;

/// Names whose values are secrets of their own.
pub(crate) const SEALED: &[&str] = &["ZEROG_WALLET_KEY", "ZEROG_ENCRYPTION_KEY"];

/// One assignment. No `Debug`: the value may be a password.
pub(crate) struct Variable {
    pub(crate) name: String,
    /// Empty for a sealed name.
    pub(crate) value: String,
    /// The value of a sealed name, unless it is empty.
    pub(crate) sealed: Option<SecretString>,
    /// Counted from one.
    pub(crate) line: usize,
}

/// The assignments of one file in their order.
#[derive(Default)]
pub(crate) struct DotEnv {
    pub(crate) variables: Vec<Variable>,
    /// Lines that the usual loader skips as unreadable.
    pub(crate) odd_lines: Vec<usize>,
}

impl DotEnv {
    /// The variable of that name, the last one if it is there twice, unless its value is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        let last = self.variables.iter().rev().find(|v| v.name == name)?;
        (!last.value.is_empty()).then_some(last)
    }

    /// The secret of a sealed name, and its line.
    pub(crate) fn sealed(&self, name: &str) -> Option<(SecretString, usize)> {
        let last = self.variables.iter().rev().find(|v| v.name == name)?;
        Some((last.sealed.clone()?, last.line))
    }

    /// Whether the name is assigned at all, sealed ones included.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|v| v.name == name)
    }

    /// Reads comments, `export`, quotes, inline comments, CR LF and a byte order mark.
    pub(crate) fn parse(text: &str) -> Self {
        let mut out = Self::default();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 1;
        while !rest.is_empty() {
            let used = out.statement(rest, line);
            line += rest.get(..used).unwrap_or(rest).matches('\n').count();
            rest = rest.get(used..).unwrap_or_default();
        }
        out
    }

    /// Reads the statement at the start of `rest`; answers how many bytes it took.
    fn statement(&mut self, rest: &str, line: usize) -> usize {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let first = rest.get(..end).unwrap_or(rest);
        let trimmed = first.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return end;
        }
        let Some((left, right)) = first.split_once('=') else {
            return end;
        };
        let left = left.trim();
        let name = left
            .strip_prefix("export")
            .filter(|name| name.starts_with(char::is_whitespace))
            .map_or(left, str::trim);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            self.odd_lines.push(line);
            return end;
        }
        let value = right.trim_start_matches([' ', '\t']);
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            let spaced = value.len() < right.len();
            self.add(name, unquoted(value, spaced), line);
            return end;
        };
        // A quoted value may go on over the end of the line.
        let start = end - value.len() + 1;
        let body = rest.get(start..).unwrap_or_default();
        let closed = closing(body, quote).and_then(|at| {
            let after = body.get(at + 1..)?;
            let tail = after.split('\n').next()?.trim();
            let clean = tail.is_empty() || tail.starts_with('#');
            let length = after.find('\n').map_or(after.len(), |n| n + 1);
            clean.then_some((at, start + at + 1 + length))
        });
        let Some((at, used)) = closed else {
            self.odd_lines.push(line);
            return end;
        };
        self.add(
            name,
            &unescaped(body.get(..at).unwrap_or_default(), quote),
            line,
        );
        used
    }

    fn add(&mut self, name: &str, value: &str, line: usize) {
        let is_sealed = SEALED.contains(&name);
        let sealed = (is_sealed && !value.is_empty()).then(|| value.to_owned().into());
        let value = if is_sealed {
            String::new()
        } else {
            self.filled(value)
        };
        self.variables.push(Variable {
            name: name.to_owned(),
            value,
            sealed,
            line,
        });
    }

    /// `${NAME}` and `${NAME:-default}` replaced from what stands above.
    fn filled(&self, value: &str) -> String {
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((inside, after)) = after.split_once('}') else {
                break;
            };
            let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
            out.push_str(before);
            out.push_str(self.get(name).map_or(default, |known| &known.value));
            rest = after;
        }
        out + rest
    }
}

/// The byte of the closing quote; a backslash hides the character after it.
fn closing(body: &str, quote: char) -> Option<usize> {
    let mut hidden = false;
    for (at, c) in body.char_indices() {
        if hidden {
            hidden = false;
        } else if c == '\\' {
            hidden = true;
        } else if c == quote {
            return Some(at);
        }
    }
    None
}

fn unescaped(body: &str, quote: char) -> String {
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match (quote, chars.next()) {
            (_, Some(next @ ('\\' | '\''))) | ('"', Some(next @ '"')) => out.push(next),
            ('"', Some('n')) => out.push('\n'),
            ('"', Some('r')) => out.push('\r'),
            ('"', Some('t')) => out.push('\t'),
            (_, Some(next)) => out.extend(['\\', next]),
            (_, None) => out.push('\\'),
        }
    }
    out
}

/// An unquoted value ends at white space followed by `#`.
fn unquoted(value: &str, spaced: bool) -> &str {
    if spaced && value.starts_with('#') {
        return "";
    }
    let comment = value.char_indices().find(|(at, c)| {
        let before = value.get(..*at).unwrap_or_default();
        *c == '#' && before.ends_with(char::is_whitespace)
    });
    let end = comment.map_or(value.len(), |(at, _)| at);
    value.get(..end).unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String, usize)> {
        let file = DotEnv::parse(text);
        let all = file.variables.into_iter();
        all.map(|v| (v.name, v.value, v.line)).collect()
    }

    fn value(line: &str) -> String {
        let all = pairs(line);
        assert_eq!(all.len(), 1, "{line:?} is one assignment");
        all.into_iter().next().map(|(_, value, _)| value).unwrap()
    }

    #[test]
    fn unquoted_values_lose_inline_comments_but_not_a_hash_inside() {
        assert_eq!(value("A=one # two"), "one");
        assert_eq!(value("A=one\t#two"), "one");
        assert_eq!(value("A=a#b"), "a#b");
        assert_eq!(value("A=#abc"), "#abc");
        assert_eq!(value("A= # nothing"), "");
        assert_eq!(value("A = spaced out  "), "spaced out");
        assert_eq!(value("A=it's"), "it's");
    }

    #[test]
    fn quotes_keep_hashes_and_spaces_and_know_their_escapes() {
        assert_eq!(value("A='x # y' # z"), "x # y");
        assert_eq!(value(r#"A="say \"hi\"\n" "#), "say \"hi\"\n");
        assert_eq!(value(r"A='a\nb'"), r"a\nb");
        assert_eq!(value(r"A='it\'s'"), "it's");
        assert_eq!(value("A=\"two\nlines\""), "two\nlines");
        assert_eq!(value("A=\"\""), "");
    }

    #[test]
    fn export_crlf_and_a_byte_order_mark_change_nothing() {
        let text = "\u{feff}A=1\r\nexport B=2\r\n\r\n# c\r\nexport\tC='3'\r\nexported=4\r\n";
        let expected = [
            ("A", "1", 1),
            ("B", "2", 2),
            ("C", "3", 5),
            ("exported", "4", 6),
        ];
        let expected = expected.map(|(n, v, l)| (n.to_owned(), v.to_owned(), l));
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn lines_after_a_value_of_many_lines_keep_their_numbers() {
        let all = pairs("A=\"x\ny\nz\"\nB=1\n");
        assert_eq!(all.last().map(|(_, _, line)| *line), Some(4));
    }

    #[test]
    fn an_open_quote_costs_only_its_own_line() {
        let file = DotEnv::parse("A='open\nB=2\nC=\"x\" tail\nD=4\n");
        assert_eq!(file.odd_lines, [1, 3]);
        assert_eq!(file.get("B").map(|v| v.value.as_str()), Some("2"));
        assert!(!file.has("A") && !file.has("C") && file.has("D"));
    }

    #[test]
    fn the_last_assignment_wins_and_an_empty_one_is_none() {
        let file = DotEnv::parse("A=1\nA=2\nB=1\nB=\n");
        assert_eq!(file.get("A").map(|v| v.line), Some(2));
        assert!(file.get("B").is_none() && file.has("B"));
    }

    #[test]
    fn references_are_filled_from_the_file_alone() {
        let file = DotEnv::parse("A=in\nB=${A}side\nC=${PATH}x${NO:-d}\nD=${A\n");
        let of = |name| file.get(name).map(|v| v.value.as_str());
        assert_eq!(of("B"), Some("inside"));
        assert_eq!(of("C"), Some("xd"));
        assert_eq!(of("D"), Some("${A"));
    }

    #[test]
    fn sealed_keys_stand_in_no_other_value() {
        let file = DotEnv::parse("ZEROG_WALLET_KEY=canary\nA=${ZEROG_WALLET_KEY}\n");
        assert!(file.has("ZEROG_WALLET_KEY"));
        assert!(file.variables.iter().all(|v| !v.value.contains("canary")));
        let (key, line) = file.sealed("ZEROG_WALLET_KEY").unwrap();
        assert_eq!((key.expose_secret(), line), ("canary", 1));
    }
}
