//! The tree of a JSON value: which rows are visible, and where they stand.
//!
//! The visible rows are kept as one flat list and spliced when something is folded, so that a row
//! is found by its number at once, and drawing never walks the document. Nothing here recurses.

mod draw;
mod keep;
mod search;

pub(super) use keep::Step;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::json::{Json, Kind, NodeId};
use crate::domain::text::Spelling;

use super::text::{self, Style};

/// Strings longer than this are not opened by "unfold all", only one by one, in bytes.
const LONG: usize = 64 * 1024;

/// What is known about each node besides the index.
#[derive(Clone, Copy, Debug)]
struct Fact {
    depth: u16,
    /// Kinds of the direct children, a bit each.
    below: u8,
    open: bool,
}

/// One row: the start of a node, a further piece of its text, or its closing bracket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Row {
    node: u32,
    part: u32,
}

const CLOSE: u32 = u32::MAX;

/// How a tree is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Face {
    /// As JSON.
    Json,
    /// As fields with their types: no quotation marks around names, no outer braces.
    Fields,
}

/// A JSON value and what is visible of it.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    json: Arc<Json>,
    face: Face,
    /// For [`Face::Fields`]: the type of each node.
    types: Vec<&'static str>,
    /// Nodes whose value is not shown.
    masked: HashSet<u32>,
    facts: Vec<Fact>,
    rows: Vec<Row>,
    /// Where the pieces of opened texts start, in bytes behind the start of the text.
    breaks: HashMap<u32, Vec<u32>>,
    width: usize,
    spelling: Spelling,
}

impl Tree {
    /// The tree of a JSON text, folded as suits it.
    pub(super) fn new(json: Arc<Json>, width: usize, spelling: Spelling) -> Self {
        Self::with_types(json, Face::Json, Vec::new(), (width, spelling))
    }

    /// The tree of a value that stands for one with types; `types` has one for each node.
    pub(super) fn with_types(
        json: Arc<Json>,
        face: Face,
        types: Vec<&'static str>,
        (width, spelling): (usize, Spelling),
    ) -> Self {
        let mut tree = Self {
            facts: facts(&json),
            json,
            face,
            types,
            masked: HashSet::new(),
            rows: Vec::new(),
            breaks: HashMap::new(),
            width,
            spelling,
        };
        tree.rebuild();
        tree
    }

    /// Hides the values of the outermost members that `clear` does not name.
    pub(super) fn mask(&mut self, clear: impl Fn(&str) -> bool) {
        let root = self.json.root();
        let hidden = |id: &NodeId| !self.json.key(*id).is_some_and(|key| clear(&key));
        self.masked = match self.json.kind(root) {
            Kind::Object => self
                .json
                .children(root)
                .filter(hidden)
                .map(|id| id.0)
                .collect(),
            _ => HashSet::from([root.0]),
        };
        self.rebuild();
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn resize(&mut self, width: usize) {
        if width != self.width {
            self.width = width;
            self.breaks.clear();
            self.rebuild();
        }
    }

    /// The node of a row.
    pub(super) fn node(&self, row: usize) -> NodeId {
        NodeId(self.rows.get(row).map_or(0, |row| row.node))
    }

    fn rebuild(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        match self.face {
            Face::Json => self.append(self.json.root(), &mut rows),
            Face::Fields => {
                let json = Arc::clone(&self.json);
                for child in json.children(json.root()) {
                    self.append(child, &mut rows);
                }
            }
        }
        self.rows = rows;
    }

    /// Appends the visible rows of one node and everything open below it.
    fn append(&mut self, from: NodeId, rows: &mut Vec<Row>) {
        let json = Arc::clone(&self.json);
        let end = json.after(from).0;
        let mut open: Vec<NodeId> = Vec::new();
        let mut at = from.0;
        loop {
            while let Some(last) = open.last().filter(|last| json.after(**last).0 <= at) {
                let node = last.0;
                rows.push(Row { node, part: CLOSE });
                open.pop();
            }
            if at >= end {
                return;
            }
            let id = NodeId(at);
            rows.push(Row { node: at, part: 0 });
            if !self.is_open(id) {
                at = json.after(id).0;
            } else if is_container(json.kind(id)) {
                open.push(id);
                at += 1;
            } else {
                let pieces = self.lay_out(id);
                rows.extend((1..pieces).map(|part| Row { node: at, part }));
                at += 1;
            }
        }
    }

    /// Whether something of the node is visible besides its own row.
    fn is_open(&self, id: NodeId) -> bool {
        self.facts[id.0 as usize].open && !self.masked.contains(&id.0) && self.can_open(id)
    }

    fn can_open(&self, id: NodeId) -> bool {
        match self.json.kind(id) {
            Kind::Array | Kind::Object => !self.json.is_empty(id),
            Kind::String | Kind::Number => true,
            Kind::Null | Kind::Bool => false,
        }
    }

    /// Breaks an opened text into pieces, once for each width; says how many.
    fn lay_out(&mut self, id: NodeId) -> u32 {
        if let Some(breaks) = self.breaks.get(&id.0) {
            return u32::try_from(breaks.len()).unwrap_or(CLOSE);
        }
        let json = Arc::clone(&self.json);
        let (text, style) = inside(&json, id);
        let room = self.room(id);
        if text::measure(text, style, room.0).is_some() {
            return 1;
        }
        let mut breaks = vec![0];
        let mut at = text::row_len(text, style, room.0);
        while at < text.len() {
            breaks.push(u32::try_from(at).unwrap_or(u32::MAX));
            at += text::row_len(&text[at..], style, room.1);
        }
        let pieces = u32::try_from(breaks.len()).unwrap_or(CLOSE);
        self.breaks.insert(id.0, breaks);
        pieces
    }

    /// The rows of a node that starts at `row`.
    fn extent(&self, row: usize) -> usize {
        let first = self.rows[row];
        let id = NodeId(first.node);
        if !self.is_open(id) {
            return 1;
        }
        let rest = &self.rows[row..];
        if is_container(self.json.kind(id)) {
            let close = |row: &Row| row.node == first.node && row.part == CLOSE;
            return rest.iter().position(close).map_or(1, |at| at + 1);
        }
        rest.iter().take_while(|row| row.node == first.node).count()
    }

    fn set_open(&mut self, row: usize, open: bool) {
        let (id, len) = (self.node(row), self.extent(row));
        self.facts[id.0 as usize].open = open;
        let mut rows = Vec::new();
        self.append(id, &mut rows);
        self.rows.splice(row..row + len, rows);
    }

    /// Folds the node of the row, or goes to its parent if nothing is to fold; the row to be on.
    pub(super) fn fold(&mut self, row: usize) -> usize {
        let id = self.node(row);
        let start = self.row_of(id);
        if self.extent(start) > 1 || (self.is_open(id) && is_container(self.json.kind(id))) {
            self.set_open(start, false);
            return start;
        }
        match self.json.parent(id) {
            Some(parent) if self.face == Face::Json || parent != self.json.root() => {
                self.row_of(parent)
            }
            _ => start,
        }
    }

    /// Unfolds the node of the row, or goes to its first child; the row to be on.
    pub(super) fn unfold(&mut self, row: usize) -> usize {
        let Some(here) = self.rows.get(row).copied() else {
            return row;
        };
        let id = NodeId(here.node);
        if self.masked.contains(&here.node) || !self.can_open(id) || here.part == CLOSE {
            return row;
        }
        if self.is_open(id) {
            return row + usize::from(is_container(self.json.kind(id)));
        }
        if is_container(self.json.kind(id)) || !self.fits(id) {
            self.set_open(row, true);
        }
        row
    }

    /// Folds what is open, unfolds what is folded; the row to be on.
    pub(super) fn toggle(&mut self, row: usize) -> usize {
        let id = self.node(row);
        let start = self.row_of(id);
        if self.extent(start) > 1 {
            self.set_open(start, false);
            return start;
        }
        self.unfold(row)
    }

    /// Unfolds everything (very long strings only one by one); if nothing was folded, folds
    /// everything below the root.
    pub(super) fn toggle_all(&mut self, row: usize) -> usize {
        let id = self.node(row);
        let json = Arc::clone(&self.json);
        let all_open = !(0..self.facts.len()).map(node_id).any(|id| self.hides(id));
        for (at, fact) in self.facts.iter_mut().enumerate() {
            let id = node_id(at);
            fact.open = if all_open {
                at == 0
            } else {
                is_container(json.kind(id)) || fact.open || json.raw(id).len() <= LONG
            };
        }
        self.rebuild();
        self.row_of(id)
    }

    /// Whether "unfold all" would show more of the node.
    fn hides(&self, id: NodeId) -> bool {
        if self.facts[id.0 as usize].open || self.masked.contains(&id.0) || !self.can_open(id) {
            return false;
        }
        is_container(self.json.kind(id)) || self.json.raw(id).len() <= LONG && !self.fits(id)
    }

    /// The first row of a node, or of the nearest visible one around it.
    pub(super) fn row_of(&self, id: NodeId) -> usize {
        self.row_at(start_of(&self.json, id))
    }

    /// The row that shows a byte of the text, or of what it is folded into.
    pub(super) fn row_at(&self, offset: usize) -> usize {
        let behind = self.rows.partition_point(|row| self.offset(*row) <= offset);
        behind.saturating_sub(1)
    }

    /// Where a row starts in the text. Grows from row to row.
    fn offset(&self, row: Row) -> usize {
        let id = NodeId(row.node);
        match row.part {
            0 => start_of(&self.json, id),
            CLOSE => self.json.span(id).end - 1,
            part => self.text_start(id) + self.piece_start(id, part),
        }
    }

    fn piece_start(&self, id: NodeId, part: u32) -> usize {
        let breaks = self.breaks.get(&id.0);
        breaks
            .and_then(|breaks| breaks.get(part as usize))
            .map_or(0, |at| *at as usize)
    }

    /// Where the inside of a text starts.
    fn text_start(&self, id: NodeId) -> usize {
        self.json.span(id).start + usize::from(self.json.kind(id) == Kind::String)
    }

    /// Where the row of a match would be; the byte order of matches and rows is the same.
    pub(super) fn offset_of_row(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, |row| self.offset(*row))
    }
}

fn node_id(at: usize) -> NodeId {
    NodeId(u32::try_from(at).unwrap_or(u32::MAX))
}

fn is_container(kind: Kind) -> bool {
    matches!(kind, Kind::Array | Kind::Object)
}

/// Where a node starts, its name included.
fn start_of(json: &Json, id: NodeId) -> usize {
    json.key_raw(id).map_or(json.span(id).start, |key| {
        // The name is a slice of the text, so the distance of the two is its place.
        key.as_ptr().addr() - json.text().as_ptr().addr() - 1
    })
}

/// The text of a leaf without its quotation marks, and how it is written.
fn inside(json: &Json, id: NodeId) -> (&str, Style) {
    let raw = json.raw(id);
    match json.kind(id) {
        Kind::String => (&raw[1..raw.len() - 1], Style::Json),
        _ => (raw, Style::Plain(Spelling::Full)),
    }
}

/// Depths, kinds of children, and what is open at first: short things are, long ones are not.
fn facts(json: &Json) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::with_capacity(json.node_count());
    for at in 0..json.node_count() {
        let id = node_id(at);
        let depth = json.parent(id).map_or(0, |parent| {
            let parent = &mut facts[parent.0 as usize];
            parent.below |= 1 << json.kind(id) as u8;
            parent.depth.saturating_add(1)
        });
        facts.push(Fact {
            depth,
            below: 0,
            open: false,
        });
    }
    for (at, fact) in facts.iter_mut().enumerate() {
        let id = node_id(at);
        let nodes = json.after(id).0 as usize - at - 1;
        let numbers = fact.below == 1 << Kind::Number as u8 && json.len(id) > 8;
        let most = match fact.depth {
            0 => usize::MAX,
            1 => 24,
            _ => 8,
        };
        fact.open = is_container(json.kind(id)) && nodes <= most && (at == 0 || !numbers);
    }
    facts
}
