//! What a person edits: a stored text, one member a line, with what is too long folded away.
//!
//! The view is JSON itself, so that any editor's JSON mode works on it. Numbers, member order and
//! repeated names stand as they were written; escapes of printable characters are decoded. It is a
//! view: the stored text is never changed here.

use std::collections::HashMap;
use std::sync::Arc;

use super::text::shown;
use crate::domain::json::{Fault, Json, Kind, NodeId};

/// Deeper levels are not indented further: a hundred thousand of them would need gigabytes.
pub(super) const DEEPEST_INDENT: usize = 64;

/// What is folded, and how a folded value looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folding {
    /// Arrays of more numbers than this are folded.
    pub numbers: usize,
    /// Strings of more bytes than this are folded.
    pub bytes: usize,
    /// Placeholders without any sign beyond ASCII.
    pub ascii: bool,
}

impl Folding {
    /// Nothing is folded.
    pub const NOTHING: Self = Self {
        numbers: usize::MAX,
        bytes: usize::MAX,
        ascii: false,
    };
}

impl Default for Folding {
    fn default() -> Self {
        Self {
            numbers: 32,
            bytes: 8 * 1024,
            ascii: false,
        }
    }
}

/// A folded value and the string that stands for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    /// The string's inside, such as `⟦#3: 1024 numbers⟧`.
    pub token: String,
    /// The node of the stored text.
    pub node: NodeId,
}

/// A stored text as it is edited.
#[derive(Clone, Debug)]
pub struct Layout {
    source: Arc<str>,
    json: Json,
    /// The node of the stored text for every node of the view.
    origin: Vec<NodeId>,
    folds: Vec<Fold>,
    by_token: HashMap<String, usize>,
    guard: Guard,
}

/// Repeated brackets that no string of the stored text contains: they mark a placeholder.
#[derive(Clone, Debug)]
struct Guard {
    open: String,
    close: String,
}

impl Guard {
    fn of(json: &Json, ascii: bool) -> Self {
        let (open, close, least) = if ascii {
            ('<', '>', 3)
        } else {
            ('⟦', '⟧', 1)
        };
        let mut most = 0;
        for id in nodes(json) {
            let inside = (json.kind(id) == Kind::String).then(|| inside(json.raw(id)));
            for text in inside.into_iter().chain(json.key_raw(id)) {
                most = most.max(longest_run(&shown(text), open, close));
            }
        }
        let times = least.max(most + 1);
        Self {
            open: String::from(open).repeat(times),
            close: String::from(close).repeat(times),
        }
    }

    fn marks(&self, text: &str) -> bool {
        text.contains(&self.open) || text.contains(&self.close)
    }
}

fn longest_run(text: &str, open: char, close: char) -> usize {
    let (mut most, mut run, mut last) = (0, 0, None);
    for (at, sign) in text.match_indices([open, close]) {
        let goes_on = last == Some((at, sign));
        run = if goes_on { run + 1 } else { 1 };
        last = Some((at + sign.len(), sign));
        most = most.max(run);
    }
    most
}

impl Layout {
    /// Lays a stored text out.
    ///
    /// # Errors
    /// The view would be longer than a text that can be indexed.
    pub fn new(original: &Json, folding: Folding) -> Result<Self, Fault> {
        let mut printer = Printer {
            original,
            folding,
            guard: Guard::of(original, folding.ascii),
            out: String::with_capacity(original.text().len()),
            origin: Vec::with_capacity(original.node_count()),
            folds: Vec::new(),
            open: Vec::new(),
        };
        printer.print();
        let tokens = printer.folds.iter().enumerate();
        Ok(Self {
            source: original.text().clone(),
            by_token: tokens.map(|(at, fold)| (fold.token.clone(), at)).collect(),
            json: Json::parse(printer.out.into())?,
            origin: printer.origin,
            folds: printer.folds,
            guard: printer.guard,
        })
    }

    /// The text to edit; without a line end behind it.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        self.json.text()
    }

    /// The view's own index.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The view that an edited text was made from, told by the placeholders in it, in either form;
    /// `None` for a text without any.
    ///
    /// # Errors
    /// The view would be too long.
    pub fn told_by(original: &Json, edited: &str) -> Result<Option<Self>, Fault> {
        for ascii in [false, true] {
            let folding = Folding {
                ascii,
                ..Folding::default()
            };
            let view = Self::new(original, folding)?;
            if view.folds.iter().any(|fold| edited.contains(&fold.token)) {
                return Ok(Some(view));
            }
        }
        Ok(None)
    }

    /// What is folded, in the order of the text.
    #[must_use]
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    /// Whether this is the view of that text.
    pub(super) fn shows(&self, original: &Json) -> bool {
        Arc::ptr_eq(&self.source, original.text()) || self.source == *original.text()
    }

    /// The node of the stored text that a node of the view shows.
    pub(super) fn origin(&self, id: NodeId) -> NodeId {
        self.origin[id.0 as usize]
    }

    /// Whether a node of the view is a placeholder.
    pub(super) fn is_fold(&self, id: NodeId) -> bool {
        let stored = self.origin(id);
        self.folds
            .binary_search_by_key(&stored, |fold| fold.node)
            .is_ok()
    }

    /// The node of the stored text that a string of an edited text stands for.
    ///
    /// # Errors
    /// It looks like a placeholder and is none.
    pub(super) fn unfold(&self, edited: &Json, id: NodeId) -> Result<Option<NodeId>, Fault> {
        if self.folds.is_empty() {
            return Ok(None);
        }
        if let Some(key) = edited.key_raw(id).filter(|key| self.guard.marks(key)) {
            let at = edited.key_span(id).map_or(0, |span| span.start);
            return Err(self.not_known(edited, at, key, " cannot be a member name"));
        }
        if edited.kind(id) != Kind::String {
            return Ok(None);
        }
        let text = inside(edited.raw(id));
        match self.by_token.get(text) {
            Some(at) => Ok(Some(self.folds[*at].node)),
            None if self.guard.marks(text) => {
                let at = edited.span(id).start;
                Err(self.not_known(edited, at, text, ""))
            }
            None => Ok(None),
        }
    }

    /// Names the placeholder that was meant, as far as that can be told; never other text.
    fn not_known(&self, edited: &Json, at: usize, text: &str, why: &str) -> Fault {
        let number = text.split_once('#').map(|(_, behind)| {
            let end = behind.find(|c: char| !c.is_ascii_digit());
            &behind[..end.unwrap_or(behind.len())]
        });
        let number = number.filter(|digits| (1..=9).contains(&digits.len()));
        let meant = number.and_then(|digits| digits.parse::<usize>().ok());
        let meant = meant.and_then(|number| self.folds.get(number.checked_sub(1)?));
        let what = match (meant, number) {
            (Some(fold), _) if !why.is_empty() => format!("the placeholder {}{why}", fold.token),
            (Some(fold), _) => format!("a changed placeholder; it was {}", fold.token),
            (None, Some(number)) => format!("the placeholder #{number} stands for no folded value"),
            (None, None) => format!(
                "{} marks a folded value here, and this is none",
                if text.contains(&self.guard.open) {
                    &self.guard.open
                } else {
                    &self.guard.close
                }
            ),
        };
        Fault::new(edited.text(), at, what)
    }
}

/// Every node in document order.
pub(super) fn nodes(json: &Json) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
    // A node count never passes MAX_BYTES, which fits.
    (0..u32::try_from(json.node_count()).unwrap_or(u32::MAX)).map(NodeId)
}

/// A string's text without its quotation marks.
pub(super) fn inside(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or("")
}

/// Whether an array holds more than `most` items, all of them numbers.
pub(super) fn is_vector(json: &Json, id: NodeId, most: usize) -> bool {
    json.kind(id) == Kind::Array
        && json.len(id) > most
        && json
            .children(id)
            .all(|item| json.kind(item) == Kind::Number)
}

struct Printer<'a> {
    original: &'a Json,
    folding: Folding,
    guard: Guard,
    out: String,
    origin: Vec<NodeId>,
    folds: Vec<Fold>,
    /// Containers that are not closed: the first node behind each, and its bracket.
    open: Vec<(NodeId, char)>,
}

impl Printer<'_> {
    fn print(&mut self) {
        let end = self.original.after(self.original.root());
        let mut at = self.original.root();
        while at < end {
            self.close(at);
            at = self.node(at);
        }
        self.close(end);
    }

    /// Closes what ends before a node.
    fn close(&mut self, at: NodeId) {
        while let Some((_, bracket)) = self.open.pop_if(|(end, _)| *end == at) {
            self.line();
            self.out.push(bracket);
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        let levels = self.open.len().min(DEEPEST_INDENT);
        self.out.extend(std::iter::repeat_n("  ", levels));
    }

    /// Prints a node, or opens it; returns the next one to print.
    fn node(&mut self, id: NodeId) -> NodeId {
        let json = self.original;
        self.origin.push(id);
        if let Some(parent) = json.parent(id) {
            if id.0 > parent.0 + 1 {
                self.out.push(',');
            }
            self.line();
        }
        if let Some(key) = json.key_raw(id) {
            self.string(key);
            self.out.push_str(": ");
        }
        let kind = json.kind(id);
        match kind {
            Kind::Array if is_vector(json, id, self.folding.numbers) => {
                let what = format!("{} numbers", json.len(id));
                self.fold(id, &what);
            }
            Kind::Array | Kind::Object => return self.container(id, kind),
            Kind::String if json.raw(id).len() - 2 > self.folding.bytes => {
                let signs = json.string(id).map_or(0, |text| text.chars().count());
                self.fold(id, &format!("{signs} characters"));
            }
            Kind::String => self.string(inside(json.raw(id))),
            _ => self.out.push_str(json.raw(id)),
        }
        json.after(id)
    }

    fn container(&mut self, id: NodeId, kind: Kind) -> NodeId {
        let brackets = if kind == Kind::Array { "[]" } else { "{}" };
        if self.original.is_empty(id) {
            self.out.push_str(brackets);
        } else {
            self.out.push_str(&brackets[..1]);
            let closing = if kind == Kind::Array { ']' } else { '}' };
            self.open.push((self.original.after(id), closing));
        }
        NodeId(id.0 + 1)
    }

    fn string(&mut self, inside: &str) {
        self.out.push('"');
        self.out.push_str(&shown(inside));
        self.out.push('"');
    }

    fn fold(&mut self, node: NodeId, what: &str) {
        let number = self.folds.len() + 1;
        let Guard { open, close } = &self.guard;
        let token = format!("{open}#{number}: {what}{close}");
        self.out.push('"');
        self.out.push_str(&token);
        self.out.push('"');
        self.folds.push(Fold { token, node });
    }
}
