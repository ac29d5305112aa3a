//! What an edit did, place by place: for the screen that is read before anything is written.
//!
//! Scalars are compared as they are written, so `1.0` and `1.00` differ, and so do two spellings of
//! one string. White space alone is no change. Texts are cut; the places are exact.

use std::collections::{HashMap, HashSet};

use super::align::rising;
use super::layout::{Folding, is_vector, nodes};
use super::pair::{Fit, Pairing, pair};
use super::text::Units;
use crate::domain::json::{Json, Kind, NodeId};

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// Characters in front of the first difference of two long values.
const BEFORE: usize = 20;

/// Below this level a difference is told as one.
const DEEPEST: usize = 512;

/// One difference between two texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where, as a JSON pointer: into the new text, except for what was removed.
    pub pointer: String,
    /// What happened there.
    pub what: What,
}

/// What happened to a place. Values are shown on one line, at most about 80 characters of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// It was not there.
    Added {
        /// The value.
        new: String,
    },
    /// It is not there any more; the pointer is one into the old text.
    Removed {
        /// The value.
        old: String,
    },
    /// It has another value.
    Replaced {
        /// The value before.
        old: String,
        /// The value now.
        new: String,
    },
    /// It stood elsewhere: under another name, in another container, or at another place among
    /// its siblings. What is in it may have changed as well, with changes of its own.
    Moved(Move),
}

/// Where something stood that has another place now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Move {
    /// Where it was, as a JSON pointer into the old text.
    pub from: String,
    /// Which of its siblings it was, from 0.
    pub old_place: usize,
    /// Which of its siblings it is, from 0.
    pub new_place: usize,
}

impl Move {
    /// In words, with places from 1; the arrow stands between them.
    #[must_use]
    pub fn said(&self, arrow: &str) -> String {
        let (old, new) = (self.old_place + 1, self.new_place + 1);
        format!("stood at {} (place {old} {arrow} {new})", self.from)
    }
}

/// The differences between two texts, in the order of the new one; what was removed from an array
/// or object stands before its other changes. A vector is one value.
#[must_use]
pub fn changes(original: &Json, new: &Json) -> Vec<Change> {
    let pairing = pair(original, new);
    let mut removed: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for id in &pairing.removed {
        if let Some(parent) = original.parent(*id) {
            removed.entry(parent).or_default().push(*id);
        }
    }
    let mut walk = Walk {
        old: original,
        new,
        old_places: places(original),
        new_places: places(new),
        pairing: &pairing,
        removed,
        reordered: HashSet::new(),
        found: Vec::new(),
    };
    let mut open: Vec<NodeId> = Vec::new();
    let mut at = new.root();
    while (at.0 as usize) < new.node_count() {
        while open.pop_if(|end| *end <= at).is_some() {}
        at = walk.node(at, open.len());
        let parent = NodeId(at.0.saturating_sub(1));
        if (at.0 as usize) < new.node_count() && new.parent(at) == Some(parent) {
            open.push(new.after(parent));
        }
    }
    walk.found
}

struct Walk<'a> {
    old: &'a Json,
    new: &'a Json,
    old_places: Vec<usize>,
    new_places: Vec<usize>,
    pairing: &'a Pairing,
    removed: HashMap<NodeId, Vec<NodeId>>,
    /// Children that do not stand in their old order.
    reordered: HashSet<NodeId>,
    found: Vec<Change>,
}

impl Walk<'_> {
    /// Tells what happened to a node; returns the next one to look at.
    fn node(&mut self, id: NodeId, depth: usize) -> NodeId {
        let behind = self.new.after(id);
        let at = id.0 as usize;
        let a = match self.pairing.fits[at] {
            Fit::New => {
                let new = alone(self.new.raw(id));
                self.tell(id, What::Added { new });
                return behind;
            }
            Fit::Same(a) => {
                match self.pairing.places[at].filter(|place| *place != a) {
                    // something else stood here, and this came from elsewhere
                    Some(before) => self.replaced(before, id),
                    None => self.moved(a, id),
                }
                return behind;
            }
            Fit::Changed(a) => a,
        };
        self.moved(a, id);
        let kinds = (self.old.kind(a), self.new.kind(id));
        let container = kinds.0 == kinds.1 && matches!(kinds.1, Kind::Array | Kind::Object);
        let most = Folding::default().numbers;
        let vector = is_vector(self.old, a, most) && is_vector(self.new, id, most);
        if !container || vector || depth >= DEEPEST {
            self.replaced(a, id);
            return behind;
        }
        for gone in self.removed.remove(&a).unwrap_or_default() {
            let pointer = pointer(self.old, &self.old_places, gone);
            let old = alone(self.old.raw(gone));
            let what = What::Removed { old };
            self.found.push(Change { pointer, what });
        }
        self.note_order(a, id);
        NodeId(id.0 + 1)
    }

    fn tell(&mut self, id: NodeId, what: What) {
        let pointer = pointer(self.new, &self.new_places, id);
        self.found.push(Change { pointer, what });
    }

    fn replaced(&mut self, a: NodeId, b: NodeId) {
        let (old, new) = beside(self.old.raw(a), self.new.raw(b));
        self.tell(b, What::Replaced { old, new });
    }

    /// Tells that a node has another place, if it has.
    fn moved(&mut self, a: NodeId, b: NodeId) {
        let home = self.new.parent(b).map(|parent| self.fit(parent));
        let stayed = self.old.parent(a) == home.flatten()
            && self.old.key_raw(a) == self.new.key_raw(b)
            && !self.reordered.contains(&b);
        if !stayed {
            let stood = Move {
                from: pointer(self.old, &self.old_places, a),
                old_place: self.old_places[a.0 as usize],
                new_place: self.new_places[b.0 as usize],
            };
            self.tell(b, What::Moved(stood));
        }
    }

    fn fit(&self, b: NodeId) -> Option<NodeId> {
        match self.pairing.fits[b.0 as usize] {
            Fit::New => None,
            Fit::Changed(a) | Fit::Same(a) => Some(a),
        }
    }

    fn note_order(&mut self, a: NodeId, b: NodeId) {
        let home = |child: &NodeId| {
            let place = self.pairing.places[child.0 as usize];
            place.filter(|place| self.old.parent(*place) == Some(a))
        };
        let stayed: Vec<(NodeId, usize)> = self
            .new
            .children(b)
            .filter_map(|child| Some((child, home(&child)?.0 as usize)))
            .collect();
        let order: Vec<usize> = stayed.iter().map(|(_, place)| *place).collect();
        let rising = rising(&order);
        let moved = stayed.iter().zip(rising).filter(|(_, stays)| !stays);
        self.reordered.extend(moved.map(|((child, _), _)| *child));
    }
}

/// Which of its siblings each node is, from 0.
fn places(json: &Json) -> Vec<usize> {
    let mut places = vec![0; json.node_count()];
    for id in nodes(json) {
        for (place, child) in json.children(id).enumerate() {
            places[child.0 as usize] = place;
        }
    }
    places
}

fn pointer(json: &Json, places: &[usize], id: NodeId) -> String {
    json.pointer_by(id, |_, child| places[child.0 as usize])
}

/// The beginning of a value on one line.
fn alone(raw: &str) -> String {
    excerpt(raw, 0, true)
}

/// Two values that differ, cut so that the first difference can be seen.
fn beside(old: &str, new: &str) -> (String, String) {
    let mut sides = Units::new(old).zip(Units::new(new));
    let common = sides.by_ref().take_while(|(a, b)| a.looks_like(b)).count();
    let unlike = |a: &str, b: &str| {
        let mut sides = (Units::new(a).skip(common), Units::new(b).skip(common));
        sides.0.next().is_some() || sides.1.next().is_some()
    };
    if unlike(old, new) {
        let side = |raw| excerpt(raw, common, true);
        return (side(old), side(new));
    }
    // only spelled otherwise: as written
    let sides = Units::new(old).zip(Units::new(new));
    let common = sides.take_while(|(a, b)| a.raw == b.raw).count();
    (excerpt(old, common, false), excerpt(new, common, false))
}

/// A part of a value on one line that holds the unit number `wanted`; `decoded` as people read it,
/// otherwise as it is spelled.
fn excerpt(raw: &str, wanted: usize, decoded: bool) -> String {
    let skipped = if wanted + BEFORE < SHOWN {
        0
    } else {
        wanted - BEFORE
    };
    let mut units = Units::new(raw).skip(skipped);
    let mut out = String::from(if skipped > 0 { "…" } else { "" });
    for unit in units.by_ref().take(SHOWN) {
        match unit.raw {
            // a line end and its indentation become one blank
            "\n" | "\r" | "\t" | " " if out.ends_with(' ') => {}
            "\n" | "\r" | "\t" => out.push(' '),
            _ if decoded => unit.show(&mut out),
            raw => out.push_str(raw),
        }
    }
    if units.next().is_some() {
        out.push('…');
    }
    out
}
