//! Two edits of one text made into one, member by member, where they do not touch the same place.
//!
//! Lists are one value here: whether two changes of a list belong together is not for a program to
//! decide. Where both changed a place otherwise, theirs stays and the place is named.

use std::collections::HashSet;

use super::layout::{Folding, Layout};
use super::rebuild;
use crate::domain::json::{Fault, Json, Kind, NodeId};

/// Below this level a difference is one change.
const DEEPEST: usize = 200;

/// What became of my changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// Their text with my changes in it; all that I did not change keeps its bytes.
    pub text: String,
    /// The places that both changed, as JSON pointers; theirs stands there.
    pub overlaps: Vec<String>,
}

/// Makes the changes from `saw` to `mine` in `theirs`.
///
/// # Errors
/// The result would not be JSON, which is a fault of ours.
pub fn merge(saw: &Json, mine: &Json, theirs: &Json) -> Result<Merged, Fault> {
    let mut merge = Merge {
        saw,
        mine,
        theirs,
        out: String::with_capacity(theirs.text().len()),
        overlaps: Vec::new(),
    };
    let roots = (Some(saw.root()), Some(mine.root()), Some(theirs.root()));
    merge.value(roots, "");
    let (merged, overlaps) = (merge.out, merge.overlaps);
    let layout = Layout::new(theirs, Folding::NOTHING)?;
    let rebuilt = rebuild(theirs, &layout, &merged)?;
    Ok(Merged {
        text: rebuilt.json.text().to_string(),
        overlaps,
    })
}

struct Merge<'a> {
    saw: &'a Json,
    mine: &'a Json,
    theirs: &'a Json,
    out: String,
    overlaps: Vec<String>,
}

/// One place in the three texts, where it is there.
type Place = (Option<NodeId>, Option<NodeId>, Option<NodeId>);

/// Whose value a place gets.
enum Whose {
    Mine,
    Theirs,
    /// Both are objects: it is decided within.
    Within,
}

impl Merge<'_> {
    fn whose(&mut self, (saw, mine, theirs): Place, pointer: &str) -> Whose {
        let same = |one: (&Json, Option<NodeId>), other: (&Json, Option<NodeId>)| match (one, other)
        {
            ((_, None), (_, None)) => true,
            ((one, Some(a)), (other, Some(b))) => alike((one, a), (other, b)),
            _ => false,
        };
        let (s, m, t) = ((self.saw, saw), (self.mine, mine), (self.theirs, theirs));
        if same(m, t) || same(s, m) {
            return Whose::Theirs;
        }
        if same(s, t) {
            return Whose::Mine;
        }
        let plain = |(json, at): (&Json, Option<NodeId>)| {
            at.is_some_and(|at| json.kind(at) == Kind::Object && has_unique_names(json, at))
        };
        let shallow = pointer.matches('/').count() < DEEPEST;
        if shallow && plain(m) && plain(t) && (saw.is_none() || plain(s)) {
            return Whose::Within;
        }
        self.overlaps.push(pointer.to_owned());
        Whose::Theirs
    }

    /// Appends the value of a place. Returns whether there is one.
    fn value(&mut self, place: Place, pointer: &str) -> bool {
        let raw = match self.whose(place, pointer) {
            Whose::Mine => place.1.map(|at| self.mine.raw(at).to_owned()),
            Whose::Theirs => place.2.map(|at| self.theirs.raw(at).to_owned()),
            Whose::Within => {
                self.object(place, pointer);
                return true;
            }
        };
        self.out.push_str(raw.as_deref().unwrap_or(""));
        raw.is_some()
    }

    /// Their members in their order, then those that only I have.
    fn object(&mut self, (saw, mine, theirs): Place, pointer: &str) {
        let names = |json: &Json, at: Option<NodeId>| -> Vec<(String, String)> {
            let children = at.into_iter().flat_map(|at| json.children(at));
            let name = |id| {
                let raw = json.key_raw(id).unwrap_or_default().to_owned();
                (json.key(id).unwrap_or_default().into_owned(), raw)
            };
            children.map(name).collect()
        };
        let mut all = names(self.theirs, theirs);
        for (name, raw) in names(self.mine, mine) {
            if !all.iter().any(|(known, _)| *known == name) {
                all.push((name, raw));
            }
        }
        self.out.push('{');
        let mut first = true;
        for (name, raw) in all {
            let member = |json: &Json, at: Option<NodeId>| at.and_then(|at| json.get(at, &name));
            let place = (
                member(self.saw, saw),
                member(self.mine, mine),
                member(self.theirs, theirs),
            );
            let length = self.out.len();
            if !first {
                self.out.push(',');
            }
            self.out.push('"');
            self.out.push_str(&raw);
            self.out.push_str("\":");
            let step = name.replace('~', "~0").replace('/', "~1");
            if self.value(place, &format!("{pointer}/{step}")) {
                first = false;
            } else {
                self.out.truncate(length);
            }
        }
        self.out.push('}');
    }
}

fn has_unique_names(json: &Json, at: NodeId) -> bool {
    let mut met = HashSet::new();
    json.children(at)
        .all(|child| met.insert(json.key(child).unwrap_or_default()))
}

/// Whether two values are the same, white space and the spelling of strings aside; numbers as they
/// are written, members in their order.
fn alike((one, a): (&Json, NodeId), (other, b): (&Json, NodeId)) -> bool {
    let mut pairs = vec![(a, b)];
    while let Some((a, b)) = pairs.pop() {
        let same = one.kind(a) == other.kind(b)
            && match one.kind(a) {
                Kind::Array | Kind::Object => one.len(a) == other.len(b),
                Kind::String => one.string(a) == other.string(b),
                _ => one.raw(a) == other.raw(b),
            };
        if !same {
            return false;
        }
        for (a, b) in one.children(a).zip(other.children(b)) {
            if one.key(a) != other.key(b) {
                return false;
            }
            pairs.push((a, b));
        }
    }
    true
}
