//! Properties over any tree in any style.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::super::layout::is_vector;
use super::super::text::shown as look;
use super::super::{Folding, Layout, Spot, changes, rebuild, set};
use super::json;
use super::tree::{Node, Printed, Tree, any_style, any_text, any_tree, scalar};
use crate::domain::json::{Json, Kind, NodeId};

/// A number that no made-up text has.
const NEW: &str = "987654321.1250e-3";

/// What a person can do to one array or object.
#[derive(Clone, Copy, Debug)]
enum Act {
    Insert(usize),
    Remove(usize),
    Swap(usize, usize),
    Rename(usize),
}

fn any_act() -> impl Strategy<Value = Act> {
    let place = || 0..8_usize;
    prop_oneof![
        place().prop_map(Act::Insert),
        place().prop_map(Act::Remove),
        (place(), place()).prop_map(|(a, b)| Act::Swap(a, b)),
        place().prop_map(Act::Rename),
    ]
}

impl Act {
    fn on(self, tree: &mut Tree) {
        match tree {
            Tree::Scalar(_) => {}
            Tree::Array(items) => self.on_list(items, || scalar(NEW)),
            Tree::Object(members) => {
                if let (Act::Rename(at), false) = (self, members.is_empty()) {
                    let at = at % members.len();
                    "new name".clone_into(&mut members[at].0);
                } else {
                    self.on_list(members, || ("new".to_owned(), scalar(NEW)));
                }
            }
        }
    }

    fn on_list<T>(self, list: &mut Vec<T>, new: impl Fn() -> T) {
        let length = list.len();
        match self {
            Act::Insert(at) => list.insert(at % (length + 1), new()),
            Act::Remove(at) if length > 0 => drop(list.remove(at % length)),
            Act::Swap(a, b) if length > 0 => list.swap(a % length, b % length),
            _ => {}
        }
    }
}

/// Goes along a tree and a text: the text says the tree, and what was not touched has its bytes.
fn follow(tree: &Node, made: &Json, id: NodeId, twins: &dyn Fn(&Node, &str) -> bool) {
    if let Some(stored) = &tree.stored {
        let raw = made.raw(id);
        assert!(raw == stored || twins(tree, raw), "{raw} was {stored}");
        return;
    }
    let children: Vec<NodeId> = made.children(id).collect();
    match &tree.tree {
        Tree::Scalar(text) => assert_eq!(made.raw(id), text),
        Tree::Array(items) => {
            assert_eq!((made.kind(id), items.len()), (Kind::Array, children.len()));
            for (item, child) in items.iter().zip(children) {
                follow(item, made, child, twins);
            }
        }
        Tree::Object(members) => {
            assert_eq!(
                (made.kind(id), members.len()),
                (Kind::Object, children.len())
            );
            for ((key, member), child) in members.iter().zip(children) {
                assert_eq!(look(made.key_raw(child).unwrap()), look(key));
                follow(member, made, child, twins);
            }
        }
    }
}

fn nodes_of(json: &Json) -> impl Iterator<Item = NodeId> {
    (0..u32::try_from(json.node_count()).unwrap()).map(NodeId)
}

/// A scalar of a text, chosen by a number.
fn some_scalar(json: &Json, number: usize) -> Option<NodeId> {
    let leaf = |id: &NodeId| !matches!(json.kind(*id), Kind::Array | Kind::Object);
    let all: Vec<NodeId> = nodes_of(json).filter(leaf).collect();
    (!all.is_empty()).then(|| all[number % all.len()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn who_edits_nothing_changes_nothing(text in any_text(), ascii: bool, folds: bool) {
        let original = json(&text);
        let some = Folding { numbers: 3, bytes: 12, ascii };
        let folding = if folds { some } else { Folding::NOTHING };
        let layout = Layout::new(&original, folding).unwrap();
        let rebuilt = rebuild(&original, &layout, layout.text()).unwrap();
        prop_assert_eq!(&**rebuilt.json.text(), text.as_str());
        prop_assert!(rebuilt.untouched);
        prop_assert_eq!(changes(&original, &rebuilt.json), vec![]);
    }

    #[test]
    fn white_space_of_the_editor_does_not_count(text in any_text(), style in any_style()) {
        let original = json(&text);
        let layout = Layout::new(&original, Folding::default()).unwrap();
        let edited = Node::of(&layout, &original).print(style);
        let rebuilt = rebuild(&original, &layout, &edited).unwrap();
        prop_assert_eq!(&**rebuilt.json.text(), text.as_str());
    }

    #[test]
    fn one_edited_scalar_changes_its_bytes_only(text in any_text(), number: usize, folds: bool) {
        let original = json(&text);
        let folding = if folds { Folding::default() } else { Folding::NOTHING };
        let layout = Layout::new(&original, folding).unwrap();
        let Some(shown) = some_scalar(layout.json(), number) else { return Ok(()) };
        let put = |text: &str, span: std::ops::Range<usize>| {
            format!("{}{NEW}{}", &text[..span.start], &text[span.end..])
        };
        let edited = put(layout.text(), layout.json().span(shown));
        let rebuilt = rebuild(&original, &layout, &edited).unwrap();
        let stored = layout.origin(shown);
        prop_assert_eq!(&**rebuilt.json.text(), put(&text, original.span(stored)));
        let told = changes(&original, &rebuilt.json);
        let places: Vec<&str> = told.iter().map(|change| change.pointer.as_str()).collect();
        // a vector is told as one value
        let vector = original.parent(stored).filter(|parent| is_vector(&original, *parent, 32));
        let place = vector.filter(|_| is_vector(&rebuilt.json, vector.unwrap(), 32));
        prop_assert_eq!(places, vec![original.pointer(place.unwrap_or(stored))]);
    }

    #[test]
    fn what_stands_beside_an_edit_keeps_its_bytes(
        text in any_text(), number: usize, act in any_act(), style in any_style(), folds: bool,
    ) {
        let original = json(&text);
        let folding = if folds { Folding::default() } else { Folding::NOTHING };
        let layout = Layout::new(&original, folding).unwrap();
        let mut tree = Node::of(&layout, &original);
        let number = number % tree.containers().max(1);
        tree.touch(number, &mut |tree| act.on(tree));
        let rebuilt = rebuild(&original, &layout, &tree.print(style)).unwrap();
        // two spellings that look alike to the person cannot be told apart when one is moved
        let bare = |node: &Node| Node { stored: None, ..node.clone() }.print(Printed::Compact);
        let view = layout.json();
        let twins = |node: &Node, raw: &str| {
            let alike = nodes_of(view).filter(|id| original.raw(layout.origin(*id)) == raw);
            let looks: Vec<String> = alike.map(|id| view.raw(id).replace(['\n', ' '], "")).collect();
            looks.contains(&bare(node).replace(['\n', ' '], ""))
        };
        follow(&tree, &rebuilt.json, NodeId(0), &twins);
        prop_assert_eq!(rebuilt.untouched, changes(&original, &rebuilt.json).is_empty());
    }

    #[test]
    fn any_other_text_may_be_typed(text in any_text(), tree in any_tree(), style in any_style()) {
        let original = json(&text);
        let layout = Layout::new(&original, Folding::NOTHING).unwrap();
        let typed = json(&tree.print(style));
        let rebuilt = rebuild(&original, &layout, typed.text()).unwrap();
        let (mut wanted, mut made) = (typed.clone(), rebuilt.json.clone());
        for json in [&mut wanted, &mut made] {
            *json = Layout::new(json, Folding::NOTHING).unwrap().json().clone();
        }
        let plain = |json: &Json| json.text().replace(r"\u007f", "\u{7f}").replace(r"\u2028", "\u{2028}");
        prop_assert_eq!(plain(&made), plain(&wanted));
    }

    #[test]
    fn placeholders_bring_their_bytes_wherever_they_go(text in any_text(), style in any_style()) {
        let original = json(&text);
        let layout = Layout::new(&original, Folding { numbers: 2, bytes: 8, ascii: false }).unwrap();
        let tokens = layout.folds().iter().rev();
        let list = tokens.flat_map(|fold| [scalar(&format!("\"{}\"", fold.token)), scalar("1")]);
        let edited = Node { tree: Tree::Array(list.collect()), stored: None }.print(style);
        let rebuilt = rebuild(&original, &layout, &edited).unwrap().json;
        let items = rebuilt.children(NodeId(0)).step_by(2).map(|id| rebuilt.raw(id));
        let folds = layout.folds().iter().rev().map(|fold| original.raw(fold.node));
        prop_assert_eq!(items.collect::<Vec<_>>(), folds.collect::<Vec<_>>());
    }

    #[test]
    fn setting_touches_one_place(text in any_text(), number: usize) {
        let original = json(&text);
        let all: Vec<NodeId> = nodes_of(&original).collect();
        let id = all[number % all.len()];
        // of repeated names the last is meant
        let pointer = original.pointer(id);
        let is_last = original.parent(id).is_none_or(|_| {
            let mut at = id;
            while let Some(parent) = original.parent(at) {
                let name = original.key(at);
                if name.is_some_and(|name| original.get(parent, &name) != Some(at)) { return false; }
                at = parent;
            }
            true
        });
        prop_assume!(is_last);
        let made = set(&original, &pointer, NEW, Spot::End).unwrap();
        let span = original.span(id);
        prop_assert_eq!(made, format!("{}{NEW}{}", &text[..span.start], &text[span.end..]));
    }

    #[test]
    fn an_added_member_leaves_all_bytes_where_they_are(
        tree in any_tree(), style in any_style(), behind: bool,
    ) {
        let object = match tree.tree {
            Tree::Object(_) => tree,
            _ => Node { tree: Tree::Object(vec![("a".to_owned(), tree)]), stored: None },
        };
        let text = object.print(style);
        let original = json(&text);
        let spot = if behind { Spot::Behind("a") } else { Spot::End };
        let made = json(&set(&original, "/brand new", "[1,{\"x\":null}]", spot).unwrap());
        let id = made.get(NodeId(0), "brand new").unwrap();
        prop_assert_eq!(made.len(id), 2);
        let others = made.children(NodeId(0)).filter(|child| *child != id);
        let raws = |json: &Json, ids: Vec<NodeId>| ids.iter()
            .map(|id| format!("{:?}{}", json.key_raw(*id), json.raw(*id))).collect::<Vec<_>>();
        let others = raws(&made, others.collect());
        prop_assert_eq!(others, raws(&original, original.children(NodeId(0)).collect()));
        let last = original.get(NodeId(0), "a").filter(|_| behind);
        let last = last.or(original.children(NodeId(0)).last());
        let before = last.map_or(original.span(NodeId(0)).start + 1, |last| original.span(last).end);
        prop_assert!(made.text().starts_with(&text[..before]));
        // an object without members loses the blanks between its brackets
        let behind = last.map_or(original.span(NodeId(0)).end - 1, |last| original.span(last).end);
        prop_assert!(made.text().ends_with(&text[behind..]));
    }
}
