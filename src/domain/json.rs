//! JSON as it was written: a flat index over the text, never a copy of it.
//!
//! Every node keeps its byte range, so a number, an escape or the order of keys comes out exactly
//! as it went in, a two-megabyte value costs one pass, and a place in the text can be named. Text
//! is never changed here. Depth is not limited (the scanner does not recurse).

mod scan;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

pub use scan::MAX_BYTES;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, kept as written.
    Number,
    /// A string, kept with its escapes.
    String,
    /// `[ … ]`
    Array,
    /// `{ … }`
    Object,
}

/// The number of a node in document order; the root is 0 and a child is greater than its parent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    /// Byte range of the value itself.
    start: u32,
    end: u32,
    /// Byte range of the member name with its quotation marks; empty for array items and the root.
    key: (u32, u32),
    /// Direct children.
    len: u32,
    /// First node behind this one's subtree.
    next: u32,
    parent: u32,
}

/// Why a text is not JSON, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} at byte {at} (line {line}, column {column})")]
pub struct Fault {
    /// Byte offset in the text, from 0.
    pub at: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there, in words; never the text itself beyond one character.
    pub what: String,
}

impl Fault {
    /// A fault at a byte offset of `text`.
    pub(crate) fn new(text: &str, at: usize, what: impl Into<String>) -> Self {
        let mut cut = at.min(text.len());
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        let before = &text[..cut];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self {
            at,
            line,
            column,
            what: what.into(),
        }
    }
}

/// A parsed text and its index.
#[derive(Clone)]
pub struct Json {
    text: Arc<str>,
    nodes: Vec<Node>,
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Json({} bytes, {} nodes)",
            self.text.len(),
            self.nodes.len()
        )
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Json {
    /// Indexes a text that must be exactly one JSON value (RFC 8259).
    ///
    /// # Errors
    /// The first place where it is not.
    pub fn parse(text: Arc<str>) -> Result<Self, Fault> {
        let nodes = scan::scan(&text)?;
        Ok(Self { text, nodes })
    }

    /// The whole text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// How many nodes there are, the root included.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// What the node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// The node's text as written.
    #[must_use]
    pub fn raw(&self, id: NodeId) -> &str {
        let node = self.node(id);
        &self.text[node.start as usize..node.end as usize]
    }

    /// Byte range of the node in the text.
    #[must_use]
    pub fn span(&self, id: NodeId) -> std::ops::Range<usize> {
        let node = self.node(id);
        node.start as usize..node.end as usize
    }

    /// Number of direct children.
    #[must_use]
    pub fn len(&self, id: NodeId) -> usize {
        self.node(id).len as usize
    }

    /// Whether the node has no children.
    #[must_use]
    pub fn is_empty(&self, id: NodeId) -> bool {
        self.node(id).len == 0
    }

    /// The enclosing array or object.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id.0 != 0).then(|| NodeId(self.node(id).parent))
    }

    /// The first node behind this one and all its children, as a number in document order.
    #[must_use]
    pub fn after(&self, id: NodeId) -> NodeId {
        NodeId(self.node(id).next)
    }

    /// The member name without its quotation marks, escapes still as written.
    #[must_use]
    pub fn key_raw(&self, id: NodeId) -> Option<&str> {
        let (start, end) = self.node(id).key;
        (end > start).then(|| &self.text[start as usize + 1..end as usize - 1])
    }

    /// Byte range of the member name with its quotation marks.
    #[must_use]
    pub fn key_span(&self, id: NodeId) -> Option<std::ops::Range<usize>> {
        let (start, end) = self.node(id).key;
        (end > start).then_some(start as usize..end as usize)
    }

    /// The member name, unescaped.
    #[must_use]
    pub fn key(&self, id: NodeId) -> Option<Cow<'_, str>> {
        self.key_raw(id).map(unescape)
    }

    /// The children in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.node(id);
        let end = node.next;
        let mut at = id.0 + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let here = NodeId(at);
                at = self.node(here).next;
                here
            })
        })
    }

    /// The member of that name; of a repeated name the last one, as other readers take it.
    #[must_use]
    pub fn get(&self, object: NodeId, name: &str) -> Option<NodeId> {
        if self.kind(object) != Kind::Object {
            return None;
        }
        self.children(object)
            .filter(|child| self.key(*child).is_some_and(|k| k == name))
            .last()
    }

    /// The text of a string node, unescaped; a lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        (node.kind == Kind::String)
            .then(|| unescape(&self.text[node.start as usize + 1..node.end as usize - 1]))
    }

    /// Where the node stands, as a JSON Pointer (RFC 6901); empty for the root.
    #[must_use]
    pub fn pointer(&self, id: NodeId) -> String {
        self.pointer_by(id, |parent, child| self.index_in(parent, child))
    }

    /// The same for who knows already where each item stands among its siblings.
    pub(crate) fn pointer_by(&self, id: NodeId, index: impl Fn(NodeId, NodeId) -> usize) -> String {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = self.parent(at) {
            steps.push(match self.key(at) {
                Some(key) => key.replace('~', "~0").replace('/', "~1"),
                None => index(parent, at).to_string(),
            });
            at = parent;
        }
        steps
            .iter()
            .rev()
            .fold(String::new(), |path, step| path + "/" + step)
    }

    /// Which child of `parent` the node is, from 0.
    #[must_use]
    pub fn index_in(&self, parent: NodeId, child: NodeId) -> usize {
        self.children(parent).position(|c| c == child).unwrap_or(0)
    }

    /// Member names that stand more than once in one object: other readers see only the last.
    #[must_use]
    pub fn repeated_keys(&self) -> Vec<NodeId> {
        let mut repeated = Vec::new();
        for at in 0..self.nodes.len() {
            // A node count never passes MAX_BYTES, which fits.
            let id = NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            if self.nodes[at].kind == Kind::Object && self.nodes[at].len > 1 {
                let mut seen = HashSet::new();
                repeated.extend(
                    self.children(id)
                        .filter(|c| !seen.insert(self.key(*c).unwrap_or_default())),
                );
            }
        }
        repeated
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

/// Resolves the escapes of a JSON string's inside. Escapes have been checked by the scanner.
fn unescape(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = rest.as_bytes()[at + 1];
        rest = &rest[at + 2..];
        match code {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => rest = push_unicode(&mut out, rest),
            other => out.push(other as char),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Reads the four digits behind `\u`, and a low surrogate if one follows; returns what is left.
fn push_unicode<'a>(out: &mut String, rest: &'a str) -> &'a str {
    let unit = |s: &str| s.get(..4).and_then(|d| u32::from_str_radix(d, 16).ok());
    let Some(high) = unit(rest) else { return rest };
    let behind = &rest[4..];
    if (0xD800..0xDC00).contains(&high)
        && let Some(low) = behind.strip_prefix("\\u").and_then(unit)
        && (0xDC00..0xE000).contains(&low)
    {
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        out.push(char::from_u32(code).unwrap_or('\u{FFFD}'));
        return &behind[6..];
    }
    out.push(char::from_u32(high).unwrap_or('\u{FFFD}'));
    behind
}

#[cfg(test)]
mod tests;
