//! What makes two contents the same, or alike.
//!
//! A sum is a quick answer that may be wrong by chance; [`same_tree`] is the sure one. White space
//! never counts, scalars count as they are written.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::layout::nodes;
use crate::domain::json::{Json, Kind, NodeId};

/// Parts of an item that count for its likeness.
const TRAITS: usize = 64;

/// A number for the content of every subtree.
pub(super) fn sums(json: &Json) -> Vec<u64> {
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

/// A number for a member: its name and its content.
pub(super) fn named(json: &Json, sums: &[u64], id: NodeId) -> u64 {
    let mut hasher = DefaultHasher::new();
    json.key_raw(id).hash(&mut hasher);
    sums[id.0 as usize].hash(&mut hasher);
    hasher.finish()
}

/// Sums of an item's own parts, sorted; its first ones where there are many.
pub(super) fn traits(json: &Json, sums: &[u64], id: NodeId) -> Vec<u64> {
    let of = |child: NodeId| named(json, sums, child);
    let mut traits: Vec<u64> = json.children(id).take(TRAITS).map(of).collect();
    traits.sort_unstable();
    traits
}

/// How much two items have in common. Anything may take the place of anything.
pub(super) fn likeness((kind, a): &(Kind, Vec<u64>), (other, b): &(Kind, Vec<u64>)) -> u32 {
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
