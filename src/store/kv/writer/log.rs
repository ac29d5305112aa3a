//! What the client says, line by line, into what is known of a submission.
//!
//! A line counts only by its message: a phrase of the table below, in the client's own form, plain
//! or coloured. Everything else is skipped, so nothing that a document says can move a stage.

use std::collections::BTreeMap;

use super::fault::bounded;
use crate::domain::intent::{Receipt, Stage};

/// Bytes of one line that are looked at; a longer line's rest is dropped.
const LONGEST: usize = 16 * 1024;

/// The client's messages that prove how far it is.
const MARKS: &[(&str, Stage)] = &[
    // from here on the transaction may leave at any moment
    ("submit with fee", Stage::Sending),
    ("Set tx params", Stage::Sending),
    (
        "Succeeded to send transaction to append log entry",
        Stage::Sent,
    ),
    ("Transaction receipt", Stage::Sent),
    // only what a storage node knows of, and so is in a block, is uploaded
    ("Begin to upload file", Stage::Mined),
    ("Completed to upload file", Stage::Uploaded),
    ("File finalized on storage node", Stage::Uploaded),
    ("upload took", Stage::Uploaded),
];

/// The message of a client that has done all.
const DONE: &str = "upload took";

/// How a client says that it gives up.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Its own last word: message and cause. Strangers' text, never to be shown as it is.
    Fatal(String),
    /// It refused its command line; the text may repeat all of it.
    Usage(String),
    /// It broke.
    Panic(String),
}

/// The log of one process so far.
#[derive(Clone)]
pub(super) struct Log {
    /// What is known.
    pub(super) receipt: Receipt,
    /// How it failed, if it said so.
    pub(super) failure: Option<Failure>,
    /// It said that it has done all.
    pub(super) done: bool,
    line: Vec<u8>,
    overlong: bool,
}

impl Log {
    /// A log whose submission is already known to be so far.
    pub(super) fn new(receipt: Receipt) -> Self {
        Self {
            receipt,
            failure: None,
            done: false,
            line: Vec::new(),
            overlong: false,
        }
    }

    /// Takes more bytes in.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ended) = match part.split_last() {
                Some((b'\n', text)) => (text, true),
                _ => (part, false),
            };
            let room = LONGEST.saturating_sub(self.line.len());
            self.overlong |= text.len() > room;
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            if ended {
                self.end_of_line(true);
            }
        }
    }

    /// Nothing more will come. Of a last line without its end the message counts, but no number.
    pub(super) fn close(&mut self) {
        if !self.line.is_empty() {
            self.end_of_line(false);
        }
    }

    /// What is known now that its process has ended.
    pub(super) fn concluded(mut self) -> Receipt {
        self.receipt.stage = bounded(&self.receipt, self.failure.as_ref());
        self.receipt
    }

    fn end_of_line(&mut self, ended: bool) {
        let line = std::mem::take(&mut self.line);
        let whole = ended && !std::mem::take(&mut self.overlong);
        let text = without_colour(&String::from_utf8_lossy(&line));
        match Line::parse(&text) {
            Some(line) => self.entry(&line, whole),
            None => self.stray(&text),
        }
    }

    fn entry(&mut self, line: &Line<'_>, whole: bool) {
        if line.fatal {
            let cause = line.fields.get("error").map_or("", String::as_str);
            self.failure = Some(Failure::Fatal(format!("{}: {cause}", line.message)));
            return;
        }
        let mark = MARKS.iter().find(|(phrase, _)| *phrase == line.message);
        if let Some((_, stage)) = mark {
            self.receipt.stage = self.receipt.stage.max(*stage);
            self.done |= line.message == DONE;
        }
        if !whole {
            return;
        }
        let field = |names: &[&str]| names.iter().find_map(|name| line.fields.get(*name));
        if let Some(root) = field(&["root"]).filter(|root| is_hash(root)) {
            self.receipt.root = Some(root.to_ascii_lowercase());
        }
        let hash = field(&["hash", "txHash"]).filter(|hash| is_hash(hash));
        if let (Some(hash), Some((_, Stage::Sent))) = (hash, mark) {
            self.receipt.hash = Some(hash.to_ascii_lowercase());
        }
        if let Some(sequence) = field(&["sequence", "txSeq"]).and_then(|text| text.parse().ok()) {
            self.receipt.sequence = Some(sequence);
        }
    }

    /// Lines that are not of the log: of the runtime below the client, or about its arguments.
    fn stray(&mut self, text: &str) {
        let failure = if text.starts_with("panic: ") || text.starts_with("fatal error: ") {
            Failure::Panic(text.to_owned())
        } else if text.starts_with("Error: ") {
            Failure::Usage(text.to_owned())
        } else {
            return;
        };
        self.failure.get_or_insert(failure);
    }
}

/// `0x` and 64 hex digits.
pub(super) fn is_hash(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// One entry of the log.
struct Line<'a> {
    fatal: bool,
    message: &'a str,
    fields: BTreeMap<&'a str, String>,
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        if text.starts_with("time=") {
            return Self::plain(text);
        }
        // INFO[2026-01-02T03:04:05Z] message, padded   name=value
        let (level, rest) = text.split_at_checked(4)?;
        let rest = rest.strip_prefix('[')?;
        let known = ["TRAC", "DEBU", "INFO", "WARN", "ERRO", "FATA", "PANI"];
        if !known.contains(&level) {
            return None;
        }
        let (_, rest) = rest.split_once("] ")?;
        let start = first_field(rest).unwrap_or(rest.len());
        let (message, fields) = rest.split_at(start);
        Some(Self {
            fatal: matches!(level, "FATA" | "PANI"),
            message: message.trim(),
            fields: fields_of(fields)?.into_iter().collect(),
        })
    }

    fn plain(text: &'a str) -> Option<Self> {
        let fields: BTreeMap<&str, String> = fields_of(text)?.into_iter().collect();
        let level = fields.get("level")?;
        let fatal = matches!(level.as_str(), "fatal" | "panic");
        let message = fields.get("msg")?;
        // known messages need no quoting of their own letters, so the table's text will do
        let message = MARKS
            .iter()
            .map(|(phrase, _)| *phrase)
            .find(|phrase| phrase == message)
            .or_else(|| fatal.then(|| raw(text, "msg=")).flatten())
            .unwrap_or_default();
        Some(Self {
            fatal,
            message,
            fields,
        })
    }
}

/// The text of a field as it stands in the line, without its quotes.
fn raw<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.get(..quote_end(quoted)?),
        None => rest.split(' ').next(),
    }
}

/// Where the first ` name=` of a coloured line begins.
fn first_field(text: &str) -> Option<usize> {
    text.match_indices(' ').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.split_once('=').is_some_and(|(name, _)| is_name(name))
    })
}

fn is_name(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')');
    !text.is_empty() && text.chars().all(part)
}

/// `name=value name="quoted value"`; nothing when a field breaks off or is no field.
fn fields_of(text: &str) -> Option<Vec<(&str, String)>> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        if !is_name(name) {
            return None;
        }
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            let (inside, after) = quoted.split_at(quote_end(quoted)?);
            (unescaped(inside), after.get(1..).unwrap_or_default())
        } else {
            let end = after.find(' ').unwrap_or(after.len());
            let (value, after) = after.split_at(end);
            (value.to_owned(), after)
        };
        all.push((name, value));
        rest = after.trim_start();
    }
    Some(all)
}

/// The quote that ends a quoted text.
fn quote_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// The client's quoting undone as far as it matters: quotes, backslashes, line ends.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(c @ ('"' | '\\')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// The text without the terminal's colour codes.
fn without_colour(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|c: char| c.is_ascii_alphabetic());
        rest = end.and_then(|end| after.get(end + 1..)).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
