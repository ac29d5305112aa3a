//! The part of `$regex` that is understood here: plain text, with or without anchors.

use crate::domain::Bson;

/// A literal text with its anchors.
#[derive(Debug)]
pub(super) struct Pattern {
    literal: String,
    from_start: bool,
    to_end: bool,
    ignore_case: bool,
}

impl Pattern {
    /// Reads a pattern; `None` when it is more than text, anchors and escaped signs.
    pub(super) fn read(pattern: &str, options: &str) -> Option<Self> {
        let ignore_case = match options {
            "" => false,
            "i" => true,
            _ => return None,
        };
        let (from_start, rest) = match pattern.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (to_end, rest) = match rest.strip_suffix('$') {
            Some(before) if !before.ends_with('\\') => (true, before),
            _ => (false, rest),
        };
        let mut literal = String::new();
        let mut signs = rest.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => literal.push(signs.next().filter(|c| !c.is_alphanumeric())?),
                '.' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' | '^' | '$' => {
                    return None;
                }
                sign => literal.push(sign),
            }
        }
        if ignore_case {
            literal = literal.to_lowercase();
        }
        Some(Self {
            literal,
            from_start,
            to_end,
            ignore_case,
        })
    }

    /// Whether a value is a text with this in it.
    pub(super) fn matches(&self, value: &Bson) -> bool {
        let (Bson::String(text) | Bson::Symbol(text)) = value else {
            return false;
        };
        let lower = self.ignore_case.then(|| text.to_lowercase());
        let text = lower.as_deref().unwrap_or(text);
        match (self.from_start, self.to_end) {
            (true, true) => text == self.literal,
            (true, false) => text.starts_with(&self.literal),
            (false, true) => text.ends_with(&self.literal),
            (false, false) => text.contains(&self.literal),
        }
    }
}
