//! Which node of an edited text is which node of the text before: by path first, members by name,
//! items by content.
//!
//! Works on two plain texts and compares scalars as they are written. White space is not looked
//! at. Without recursion; equal subtrees are found by sums and then compared byte by byte, so that
//! two contents with the same sum are never taken for one.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use super::align::{by_score, in_order};
use super::layout::nodes;
use crate::domain::json::{Json, Kind, NodeId};

/// The largest table of likenesses between items that were taken out and put in.
const CELLS: usize = 4096;

/// Parts of an item that count for its likeness.
const TRAITS: usize = 64;

/// Shorter strings say too little to be called moved.
const SHORT: usize = 10;

/// What an edited node was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// Nothing.
    New,
    /// This node, which is not the same any more.
    Changed(NodeId),
    /// This node with all that is in it. Nodes below have no entry of their own.
    Same(NodeId),
}

/// The answer for every node of the edited text.
#[derive(Debug)]
pub(super) struct Pairing {
    pub(super) fits: Vec<Fit>,
    /// The member or item whose place a node has taken.
    pub(super) places: Vec<Option<NodeId>>,
    /// Members and items that are in the text before only, without what is in them.
    pub(super) removed: Vec<NodeId>,
}

/// Pairs the nodes of two texts.
pub(super) fn pair(old: &Json, new: &Json) -> Pairing {
    let mut matcher = Matcher {
        old,
        new,
        old_sums: sums(old),
        new_sums: sums(new),
        found: Pairing {
            fits: vec![Fit::New; new.node_count()],
            places: vec![None; new.node_count()],
            removed: Vec::new(),
        },
        loose_old: Vec::new(),
        loose_new: Vec::new(),
        todo: vec![(old.root(), new.root())],
    };
    while let Some((a, b)) = matcher.todo.pop() {
        matcher.step(a, b);
    }
    matcher.look_elsewhere();
    matcher.found
}

struct Matcher<'a> {
    old: &'a Json,
    new: &'a Json,
    old_sums: Vec<u64>,
    new_sums: Vec<u64>,
    found: Pairing,
    /// Subtrees that are gone, as far as their place tells.
    loose_old: Vec<NodeId>,
    /// Subtrees that came in, as far as their place tells.
    loose_new: Vec<NodeId>,
    todo: Vec<(NodeId, NodeId)>,
}

impl<'a> Matcher<'a> {
    fn old_sum(&self, id: NodeId) -> u64 {
        self.old_sums[id.0 as usize]
    }

    fn new_sum(&self, id: NodeId) -> u64 {
        self.new_sums[id.0 as usize]
    }

    fn same(&self, a: NodeId, b: NodeId) -> bool {
        self.old_sum(a) == self.new_sum(b) && same_tree((self.old, a), (self.new, b))
    }

    fn step(&mut self, a: NodeId, b: NodeId) {
        let place = b.0 as usize;
        self.found.places[place] = Some(a);
        if self.same(a, b) {
            self.found.fits[place] = Fit::Same(a);
            return;
        }
        self.found.fits[place] = Fit::Changed(a);
        match (self.old.kind(a), self.new.kind(b)) {
            (Kind::Object, Kind::Object) => self.members(a, b),
            (Kind::Array, Kind::Array) => self.items(a, b),
            _ => {
                self.loose_old.push(a);
                self.loose_new.push(b);
            }
        }
    }

    /// Members by name and content, then by name, then by content, each in their order.
    fn members(&mut self, a: NodeId, b: NodeId) {
        let (old, new) = (self.old, self.new);
        let exact = |json: &'a Json, sums: &[u64], id: NodeId| {
            (json.key_raw(id).unwrap_or(""), sums[id.0 as usize])
        };
        let mut olds: Vec<NodeId> = old.children(a).collect();
        let mut news: Vec<NodeId> = new.children(b).collect();
        self.by_name(
            (&mut olds, &mut news),
            |m, id| exact(old, &m.old_sums, id),
            |m, id| exact(new, &m.new_sums, id),
        );
        self.by_name(
            (&mut olds, &mut news),
            |_, id| old.key_raw(id),
            |_, id| new.key_raw(id),
        );
        // a member under a new name: what could be spelled in several ways keeps its bytes
        let content = |json: &Json, sums: &[u64], id: NodeId| {
            let kind = json.kind(id);
            let spelled = matches!(kind, Kind::String | Kind::Array | Kind::Object);
            spelled.then(|| sums[id.0 as usize])
        };
        self.by_name(
            (&mut olds, &mut news),
            |m, id| content(old, &m.old_sums, id).ok_or((false, id)),
            |m, id| content(new, &m.new_sums, id).ok_or((true, id)),
        );
        self.loosen(&olds, &news);
    }

    /// Takes the pairs with equal names out of both lists.
    fn by_name<N: Hash + Eq>(
        &mut self,
        (olds, news): (&mut Vec<NodeId>, &mut Vec<NodeId>),
        old_name: impl Fn(&Self, NodeId) -> N,
        new_name: impl Fn(&Self, NodeId) -> N,
    ) {
        let mut named: HashMap<N, VecDeque<NodeId>> = HashMap::with_capacity(olds.len());
        for a in olds.iter() {
            named.entry(old_name(self, *a)).or_default().push_back(*a);
        }
        let mut pairs = Vec::new();
        news.retain(|b| {
            let first = named.get_mut(&new_name(self, *b));
            let found = first.and_then(VecDeque::pop_front);
            pairs.extend(found.map(|a| (a, *b)));
            found.is_none()
        });
        let taken: HashSet<NodeId> = pairs.iter().map(|(a, _)| *a).collect();
        olds.retain(|a| !taken.contains(a));
        self.todo.extend(pairs);
    }

    fn loosen(&mut self, olds: &[NodeId], news: &[NodeId]) {
        self.found.removed.extend(olds);
        self.loose_old.extend(olds);
        self.loose_new.extend(news);
    }

    /// Items by content in their order, then by content alone, then by likeness between what
    /// stayed.
    fn items(&mut self, a: NodeId, b: NodeId) {
        let mut olds: Vec<NodeId> = self.old.children(a).collect();
        let mut news: Vec<NodeId> = self.new.children(b).collect();
        let old_sums: Vec<u64> = olds.iter().map(|id| self.old_sum(*id)).collect();
        let new_sums: Vec<u64> = news.iter().map(|id| self.new_sum(*id)).collect();
        let stays = in_order(&old_sums, &new_sums);
        // a gap is what stands between two items that stayed: its number is how many are before
        let mut old_gap = vec![0_usize; olds.len() + 1];
        let mut new_gap = HashMap::new();
        let mut passed = 0;
        for (column, row) in stays.iter().enumerate() {
            passed += usize::from(row.is_some());
            new_gap.insert(news[column], passed);
            if let Some(row) = row {
                old_gap[*row] += 1;
                self.todo.push((olds[*row], news[column]));
            }
        }
        let mut passed = 0;
        let mut gap_of_old = HashMap::new();
        for (row, id) in olds.iter().enumerate() {
            passed += old_gap[row];
            gap_of_old.insert(*id, passed);
        }
        let mut row = 0;
        olds.retain(|_| {
            row += 1;
            old_gap[row - 1] == 0
        });
        let mut column = 0;
        news.retain(|_| {
            column += 1;
            stays[column - 1].is_none()
        });
        self.by_name(
            (&mut olds, &mut news),
            |m, id| m.old_sum(id),
            |m, id| m.new_sum(id),
        );
        let olds = olds.chunk_by(|a, b| gap_of_old[a] == gap_of_old[b]);
        let mut olds: HashMap<usize, &[NodeId]> = olds.map(|c| (gap_of_old[&c[0]], c)).collect();
        for news in news.chunk_by(|a, b| new_gap[a] == new_gap[b]) {
            let olds = olds.remove(&new_gap[&news[0]]).unwrap_or(&[]);
            self.gap(olds, news);
        }
        for olds in olds.into_values() {
            self.loosen(olds, &[]);
        }
    }

    /// Pairs what was taken out with what was put in at the same place.
    fn gap(&mut self, olds: &[NodeId], news: &[NodeId]) {
        let pairs = if olds.len().saturating_mul(news.len()) <= CELLS {
            let old = |id: &NodeId| (self.old.kind(*id), traits(self.old, &self.old_sums, *id));
            let new = |id: &NodeId| (self.new.kind(*id), traits(self.new, &self.new_sums, *id));
            let old: Vec<_> = olds.iter().map(old).collect();
            let new: Vec<_> = news.iter().map(new).collect();
            by_score(olds.len(), news.len(), |row, column| {
                likeness(&old[row], &new[column])
            })
        } else {
            (0..olds.len()).zip(0..news.len()).collect()
        };
        let rows: HashSet<usize> = pairs.iter().map(|(row, _)| *row).collect();
        let columns: HashSet<usize> = pairs.iter().map(|(_, column)| *column).collect();
        self.todo.extend(
            pairs
                .iter()
                .map(|(row, column)| (olds[*row], news[*column])),
        );
        let left = |ids: &[NodeId], taken: &HashSet<usize>| -> Vec<NodeId> {
            let ids = ids.iter().enumerate();
            ids.filter(|(at, _)| !taken.contains(at))
                .map(|(_, id)| *id)
                .collect()
        };
        self.loosen(&left(olds, &rows), &left(news, &columns));
    }

    /// What came in may be what went out elsewhere: a member under a new name, a value that was
    /// moved or wrapped.
    fn look_elsewhere(&mut self) {
        let mut gone: HashMap<u64, VecDeque<NodeId>> = HashMap::new();
        for root in &self.loose_old {
            for id in (root.0..self.old.after(*root).0).map(NodeId) {
                if says_enough(self.old, id) {
                    gone.entry(self.old_sum(id)).or_default().push_back(id);
                }
            }
        }
        if gone.is_empty() {
            return;
        }
        let mut taken = HashSet::new();
        for root in std::mem::take(&mut self.loose_new) {
            let (mut at, end) = (root, self.new.after(root));
            while at < end {
                let found = self.take_gone(&mut gone, at);
                at = if found.is_some() {
                    self.new.after(at)
                } else {
                    NodeId(at.0 + 1)
                };
                taken.extend(found);
            }
        }
        self.found.removed.retain(|id| !taken.contains(id));
    }

    fn take_gone(
        &mut self,
        gone: &mut HashMap<u64, VecDeque<NodeId>>,
        b: NodeId,
    ) -> Option<NodeId> {
        let candidates = gone.get_mut(&self.new_sum(b))?;
        let a = *candidates.front()?;
        if !self.same(a, b) {
            return None;
        }
        candidates.pop_front();
        self.found.fits[b.0 as usize] = Fit::Same(a);
        self.found.places[b.0 as usize].get_or_insert(a);
        Some(a)
    }
}

fn says_enough(json: &Json, id: NodeId) -> bool {
    match json.kind(id) {
        Kind::Array | Kind::Object => !json.is_empty(id),
        Kind::String => json.raw(id).len() > SHORT,
        _ => false,
    }
}

/// A number for the content of every subtree.
fn sums(json: &Json) -> Vec<u64> {
    let mut sums = vec![0; json.node_count()];
    for id in nodes(json).rev() {
        let mut hasher = DefaultHasher::new();
        let kind = json.kind(id);
        (kind as u8).hash(&mut hasher);
        if matches!(kind, Kind::Array | Kind::Object) {
            for child in json.children(id) {
                json.key_raw(child).hash(&mut hasher);
                sums[child.0 as usize].hash(&mut hasher);
            }
        } else {
            json.raw(id).hash(&mut hasher);
        }
        sums[id.0 as usize] = hasher.finish();
    }
    sums
}

/// Whether two subtrees have the same names and scalars in the same order. Nodes stand in document
/// order, so one walk along both tells.
pub(super) fn same_tree((old, a): (&Json, NodeId), (new, b): (&Json, NodeId)) -> bool {
    let size = old.after(a).0 - a.0;
    let alike = |step: u32| {
        let (a, b) = (NodeId(a.0 + step), NodeId(b.0 + step));
        let kind = old.kind(a);
        kind == new.kind(b)
            && (step == 0 || old.key_raw(a) == new.key_raw(b))
            && match kind {
                Kind::Array | Kind::Object => old.len(a) == new.len(b),
                _ => old.raw(a) == new.raw(b),
            }
    };
    size == new.after(b).0 - b.0 && (0..size).all(alike)
}

/// Sums of an item's own parts, sorted; its first ones where there are many.
fn traits(json: &Json, sums: &[u64], id: NodeId) -> Vec<u64> {
    let of = |child: NodeId| {
        let mut hasher = DefaultHasher::new();
        json.key_raw(child).hash(&mut hasher);
        sums[child.0 as usize].hash(&mut hasher);
        hasher.finish()
    };
    let mut traits: Vec<u64> = json.children(id).take(TRAITS).map(of).collect();
    traits.sort_unstable();
    traits
}

/// How much two items have in common. Anything may take the place of anything.
fn likeness((kind, a): &(Kind, Vec<u64>), (other, b): &(Kind, Vec<u64>)) -> u32 {
    if kind != other {
        return 1;
    }
    let common = a
        .iter()
        .filter(|part| b.binary_search(part).is_ok())
        .count();
    // never more than TRAITS
    2 + 8 * u32::try_from(common).unwrap_or(0)
}
