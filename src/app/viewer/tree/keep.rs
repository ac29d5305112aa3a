//! What stays when a document is read again: the same nodes stay open, the cursor stays on its node.

use std::collections::HashMap;

use crate::domain::json::{Json, Kind, NodeId};

use super::{Tree, is_container};

impl Tree {
    /// Opens what is open in `old`, node by node of the same place and kind. Returns the node that
    /// stands where `cursor` stood, or the nearest around it.
    pub(in crate::app::viewer) fn keep(&mut self, old: &Self, cursor: NodeId) -> NodeId {
        if self.json == old.json {
            self.facts.clone_from(&old.facts);
            self.rebuild();
            return cursor;
        }
        let mut place = self.json.root();
        let mut pairs = vec![(old.json.root(), self.json.root())];
        while let Some((before, now)) = pairs.pop() {
            // Every ancestor of the cursor's node is met before the node itself.
            if before <= cursor && cursor < old.json.after(before) {
                place = place.max(now);
            }
            let kind = self.json.kind(now);
            if old.json.kind(before) != kind {
                continue;
            }
            self.facts[now.0 as usize].open = old.facts[before.0 as usize].open;
            match kind {
                Kind::Object => pair_members(&old.json, before, &self.json, now, &mut pairs),
                Kind::Array => pairs.extend(old.json.children(before).zip(self.json.children(now))),
                _ => {}
            }
        }
        self.rebuild();
        place
    }

    /// Whether both show the same rows if the same is open.
    pub(in crate::app::viewer) fn is_same(&self, other: &Self) -> bool {
        self.json == other.json && self.masked == other.masked && self.width == other.width
    }

    /// A node's text as written; for a string the value itself, unless half a surrogate pair in
    /// it has no text.
    pub(in crate::app::viewer) fn value(&self, id: NodeId) -> Option<String> {
        if self.is_masked(id) {
            return None;
        }
        let value = match self.json.string(id) {
            Some(text) if !text.contains('\u{fffd}') => text.into_owned(),
            _ => self.json.raw(id).to_owned(),
        };
        Some(value)
    }

    /// The steps from the root to a node: names and positions.
    pub(in crate::app::viewer) fn steps(&self, id: NodeId) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = self.json.parent(at) {
            steps.push(Step {
                name: self.json.key(at).map(std::borrow::Cow::into_owned),
                index: self.json.index_in(parent, at),
            });
            at = parent;
        }
        steps.reverse();
        steps
    }

    /// Where a node stands, as a JSON Pointer.
    pub(in crate::app::viewer) fn pointer(&self, id: NodeId) -> String {
        self.json.pointer(id)
    }

    fn is_masked(&self, id: NodeId) -> bool {
        if self.masked.is_empty() {
            return false;
        }
        let mut at = Some(id);
        while let Some(node) = at {
            if self.masked.contains(&node.0) {
                return true;
            }
            at = self.json.parent(node);
        }
        // The whole object would hand out its masked members.
        is_container(self.json.kind(id)) && id == self.json.root()
    }
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::app::viewer) struct Step {
    /// The name; `None` in arrays.
    pub(in crate::app::viewer) name: Option<String>,
    /// Which child it is, from 0.
    pub(in crate::app::viewer) index: usize,
}

fn pair_members(
    old: &Json,
    before: NodeId,
    new: &Json,
    now: NodeId,
    pairs: &mut Vec<(NodeId, NodeId)>,
) {
    let members: HashMap<_, _> = old.children(before).map(|id| (old.key(id), id)).collect();
    pairs.extend(new.children(now).filter_map(|id| {
        let before = members.get(&new.key(id))?;
        Some((*before, id))
    }));
}
