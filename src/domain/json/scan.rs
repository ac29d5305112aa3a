//! One pass over a text: checks the grammar of RFC 8259 and notes where every value stands.
//!
//! An explicit stack instead of recursion, so that no stored document can exhaust ours.

use super::{Fault, Kind, Node};

/// Longest text that can be indexed, in bytes (offsets are 32 bits wide).
pub const MAX_BYTES: usize = u32::MAX as usize - 1;

const NO_PARENT: u32 = u32::MAX;

/// What the scanner waits for.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    /// A value, anywhere a value must stand.
    Value,
    /// A value or `]`, behind `[`.
    ValueOrEnd,
    /// A member name or `}`, behind `{`.
    KeyOrEnd,
    /// A member name, behind a comma in an object.
    Key,
    /// A comma or the end of the container.
    CommaOrEnd,
    /// Nothing but white space.
    Nothing,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    open: Vec<u32>,
    key: (u32, u32),
}

pub(super) fn scan(text: &str) -> Result<Vec<Node>, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::new(
            text,
            MAX_BYTES,
            "longer than 4 GiB, which cannot be indexed",
        ));
    }
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        nodes: Vec::with_capacity(text.len() / 16 + 1),
        open: Vec::new(),
        key: (0, 0),
    };
    scanner.run()?;
    scanner.nodes.shrink_to_fit();
    Ok(scanner.nodes)
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        let mut want = Want::Value;
        loop {
            self.skip_blanks();
            let Some(&byte) = self.bytes.get(self.at) else {
                return match want {
                    Want::Nothing => Ok(()),
                    _ if self.nodes.is_empty() => Err(self.fault("the text is empty")),
                    _ => Err(self.fault("the text ends in the middle of a value")),
                };
            };
            want = match (want, byte) {
                (Want::Nothing, _) => return Err(self.fault("more text behind the value")),
                (Want::ValueOrEnd, b']')
                | (Want::KeyOrEnd, b'}')
                | (Want::CommaOrEnd, b']' | b'}') => self.close(byte)?,
                (Want::CommaOrEnd, b',') => {
                    self.at += 1;
                    if self.in_object() {
                        Want::Key
                    } else {
                        Want::Value
                    }
                }
                (Want::CommaOrEnd, _) => return Err(self.missing_comma()),
                (Want::KeyOrEnd | Want::Key, b'"') => self.member_name()?,
                (Want::KeyOrEnd | Want::Key, _) => {
                    return Err(self.fault("a member name in quotation marks is missing"));
                }
                (Want::Value | Want::ValueOrEnd, _) => self.value(byte)?,
            };
        }
    }

    fn value(&mut self, byte: u8) -> Result<Want, Fault> {
        match byte {
            b'{' => Ok(self.open(Kind::Object, Want::KeyOrEnd)),
            b'[' => Ok(self.open(Kind::Array, Want::ValueOrEnd)),
            b'"' => {
                let start = self.at;
                self.string()?;
                Ok(self.leaf(Kind::String, start))
            }
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                self.number()?;
                Ok(self.leaf(Kind::Number, start))
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Want, Fault> {
        let rest = &self.bytes[self.at..];
        for (word, kind) in [
            ("true", Kind::Bool),
            ("false", Kind::Bool),
            ("null", Kind::Null),
        ] {
            if rest.starts_with(word.as_bytes()) {
                let start = self.at;
                self.at += word.len();
                return Ok(self.leaf(kind, start));
            }
        }
        for word in ["NaN", "Infinity"] {
            if rest.starts_with(word.as_bytes()) {
                return Err(self.fault(format!("{word} is not JSON (Python writes and reads it)")));
            }
        }
        Err(self.fault("a value is missing"))
    }

    fn open(&mut self, kind: Kind, want: Want) -> Want {
        let index = self.push(kind, self.at);
        self.open.push(index);
        self.at += 1;
        want
    }

    fn close(&mut self, byte: u8) -> Result<Want, Fault> {
        let matches = if self.in_object() {
            byte == b'}'
        } else {
            byte == b']'
        };
        if !matches {
            return Err(self.fault("the wrong closing bracket"));
        }
        self.at += 1;
        let (end, next) = (offset(self.at), offset(self.nodes.len()));
        if let Some(index) = self.open.pop() {
            let node = &mut self.nodes[index as usize];
            node.end = end;
            node.next = next;
        }
        Ok(self.behind_value())
    }

    fn leaf(&mut self, kind: Kind, start: usize) -> Want {
        self.push(kind, start);
        self.behind_value()
    }

    fn behind_value(&self) -> Want {
        if self.open.is_empty() {
            Want::Nothing
        } else {
            Want::CommaOrEnd
        }
    }

    fn push(&mut self, kind: Kind, start: usize) -> u32 {
        let index = offset(self.nodes.len());
        let parent = self.open.last().copied();
        if let Some(parent) = parent {
            self.nodes[parent as usize].len += 1;
        }
        self.nodes.push(Node {
            kind,
            start: offset(start),
            end: offset(self.at),
            key: std::mem::take(&mut self.key),
            len: 0,
            next: index + 1,
            parent: parent.unwrap_or(NO_PARENT),
        });
        index
    }

    fn in_object(&self) -> bool {
        self.open
            .last()
            .is_some_and(|at| self.nodes[*at as usize].kind == Kind::Object)
    }

    fn member_name(&mut self) -> Result<Want, Fault> {
        let start = self.at;
        self.string()?;
        let end = self.at;
        self.skip_blanks();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.fault("a colon is missing behind the member name"));
        }
        self.at += 1;
        self.key = (offset(start), offset(end));
        Ok(Want::Value)
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return Err(self.fault_at(start, "a string is not closed")),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(b'\n' | b'\r') => {
                    return Err(self.fault("the string is not closed on this line"));
                }
                Some(0..=0x1f) => {
                    return Err(self.fault("a control character inside a string is not escaped"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fault("\\u needs four hex digits"));
                }
                self.at += 6;
            }
            _ => return Err(self.fault("an unknown escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes[self.at..].starts_with(b"Infinity") {
            return Err(self.fault_at(start, "-Infinity is not JSON (Python writes and reads it)"));
        }
        if self.digits() == 0 {
            return Err(self.fault("a digit is missing"));
        }
        let whole = &self.bytes[start..self.at];
        let whole = whole.strip_prefix(b"-").unwrap_or(whole);
        if whole.len() > 1 && whole[0] == b'0' {
            return Err(self.fault_at(start, "a number starts with a needless zero"));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.fault("a digit is missing behind the point"));
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.fault("a digit is missing in the exponent"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn missing_comma(&self) -> Fault {
        if self.in_object() {
            self.fault("a comma or } is missing")
        } else {
            self.fault("a comma or ] is missing")
        }
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        self.fault_at(self.at, what)
    }

    fn fault_at(&self, at: usize, what: impl Into<String>) -> Fault {
        Fault::new(self.text, at, what)
    }
}

/// Offsets and node numbers are below [`MAX_BYTES`], which has been checked.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
