//! Which node of an edited text is which node of the text before: by path first, members by name,
//! items by content.
//!
//! Works on two plain texts and compares scalars as they are written. White space is not looked
//! at. Without recursion; equal subtrees are found by sums and then compared byte by byte, so that
//! two contents with the same sum are never taken for one.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::align::{by_score, in_order};
use super::content::{likeness, named, same_tree, sums, traits};
use crate::domain::json::{Json, Kind, NodeId};

/// The largest table of likenesses between items that were taken out and put in.
const CELLS: usize = 4096;

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
    matcher.found.removed.sort_unstable();
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

/// A child that has no counterpart yet. Its gap is between two that have: how many stand before.
#[derive(Clone, Copy)]
struct Left {
    gap: usize,
    id: NodeId,
}

fn left(ids: &[NodeId], stayed: impl Iterator<Item = bool>) -> Vec<Left> {
    let mut gap = 0;
    let each = ids.iter().zip(stayed).filter_map(|(id, stayed)| {
        gap += usize::from(stayed);
        (!stayed).then_some(Left { gap, id: *id })
    });
    each.collect()
}

impl Matcher<'_> {
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

    /// Members by name and content in their order, then by name and content, by name, by content.
    fn members(&mut self, a: NodeId, b: NodeId) {
        let (old, new) = (self.old, self.new);
        let (mut olds, mut news) = self.stay(
            (a, b),
            |m, id| named(old, &m.old_sums, id),
            |m, id| named(new, &m.new_sums, id),
        );
        let left = (&mut olds, &mut news);
        self.by_name(
            left,
            |m, id| named(old, &m.old_sums, id),
            |m, id| named(new, &m.new_sums, id),
        );
        let left = (&mut olds, &mut news);
        self.by_name(left, |_, id| old.key_raw(id), |_, id| new.key_raw(id));
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
        let ids = |left: &[Left]| left.iter().map(|left| left.id).collect::<Vec<_>>();
        self.loosen(&ids(&olds), &ids(&news));
    }

    /// Pairs the children that are the same and in the same order; returns the others.
    fn stay(
        &mut self,
        (a, b): (NodeId, NodeId),
        old_content: impl Fn(&Self, NodeId) -> u64,
        new_content: impl Fn(&Self, NodeId) -> u64,
    ) -> (Vec<Left>, Vec<Left>) {
        let olds: Vec<NodeId> = self.old.children(a).collect();
        let news: Vec<NodeId> = self.new.children(b).collect();
        let old_contents: Vec<u64> = olds.iter().map(|id| old_content(self, *id)).collect();
        let new_contents: Vec<u64> = news.iter().map(|id| new_content(self, *id)).collect();
        let stays = in_order(&old_contents, &new_contents);
        let mut stayed = vec![false; olds.len()];
        for (column, row) in stays.iter().enumerate() {
            if let Some(row) = row {
                stayed[*row] = true;
                self.todo.push((olds[*row], news[column]));
            }
        }
        let new_stayed = stays.iter().map(Option::is_some);
        (left(&olds, stayed.iter().copied()), left(&news, new_stayed))
    }

    /// Takes the pairs with equal names out of both lists.
    fn by_name<N: Hash + Eq>(
        &mut self,
        (olds, news): (&mut Vec<Left>, &mut Vec<Left>),
        old_name: impl Fn(&Self, NodeId) -> N,
        new_name: impl Fn(&Self, NodeId) -> N,
    ) {
        let mut named: HashMap<N, VecDeque<NodeId>> = HashMap::with_capacity(olds.len());
        for Left { id, .. } in olds.iter() {
            named.entry(old_name(self, *id)).or_default().push_back(*id);
        }
        let mut pairs = Vec::new();
        news.retain(|Left { id, .. }| {
            let first = named.get_mut(&new_name(self, *id));
            let found = first.and_then(VecDeque::pop_front);
            pairs.extend(found.map(|a| (a, *id)));
            found.is_none()
        });
        let taken: HashSet<NodeId> = pairs.iter().map(|(a, _)| *a).collect();
        olds.retain(|left| !taken.contains(&left.id));
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
        let (mut olds, mut news) = self.stay((a, b), Self::old_sum, Self::new_sum);
        self.by_name((&mut olds, &mut news), Self::old_sum, Self::new_sum);
        let mut gaps: BTreeMap<usize, (Vec<NodeId>, Vec<NodeId>)> = BTreeMap::new();
        for Left { gap, id } in olds {
            gaps.entry(gap).or_default().0.push(id);
        }
        for Left { gap, id } in news {
            gaps.entry(gap).or_default().1.push(id);
        }
        for (olds, news) in gaps.into_values() {
            self.gap(&olds, &news);
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
        self.loose_old.sort_unstable();
        self.loose_new.sort_unstable();
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
