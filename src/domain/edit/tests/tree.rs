//! Made-up JSON texts: any tree, printed in any style.

use proptest::prelude::*;

use super::super::Layout;
use crate::domain::json::{Json, Kind, NodeId};

/// A value; scalars and names as they are written.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Tree {
    Scalar(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A value, and the bytes that it has in the stored text as long as nobody touched it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    pub(super) tree: Tree,
    pub(super) stored: Option<String>,
}

/// How a tree is printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Printed {
    Compact,
    Python,
    Indented,
    /// Any white space anywhere, drawn from this number.
    Wild(u64),
}

pub(super) fn node(tree: Tree) -> Node {
    Node { tree, stored: None }
}

pub(super) fn scalar(text: &str) -> Node {
    node(Tree::Scalar(text.to_owned()))
}

impl Node {
    /// The view of a stored text, every node with its stored bytes.
    pub(super) fn of(layout: &Layout, original: &Json) -> Self {
        Self::at(layout.json(), NodeId(0), &|id| {
            Some(original.raw(layout.origin(id)).to_owned())
        })
    }

    fn at(json: &Json, id: NodeId, stored: &dyn Fn(NodeId) -> Option<String>) -> Self {
        let child = |child| Self::at(json, child, stored);
        let tree = match json.kind(id) {
            Kind::Array => Tree::Array(json.children(id).map(child).collect()),
            Kind::Object => {
                let key = |child| json.key_raw(child).unwrap().to_owned();
                Tree::Object(json.children(id).map(|c| (key(c), child(c))).collect())
            }
            _ => Tree::Scalar(json.raw(id).to_owned()),
        };
        let stored = stored(id);
        Self { tree, stored }
    }

    pub(super) fn print(&self, style: Printed) -> String {
        let mut printer = Printer {
            style,
            draw: if let Printed::Wild(seed) = style {
                seed
            } else {
                0
            },
            depth: 0,
            out: String::new(),
        };
        printer.wild();
        printer.node(self);
        printer.wild();
        printer.out
    }

    /// Every array and object, outermost first.
    pub(super) fn containers(&self) -> usize {
        match &self.tree {
            Tree::Scalar(_) => 0,
            Tree::Array(items) => 1 + items.iter().map(Self::containers).sum::<usize>(),
            Tree::Object(members) => 1 + members.iter().map(|(_, n)| n.containers()).sum::<usize>(),
        }
    }

    /// Edits one container; it and all around it lose their stored bytes.
    pub(super) fn touch(&mut self, number: usize, edit: &mut dyn FnMut(&mut Tree)) -> bool {
        let mut number = number;
        self.touch_in(&mut number, edit)
    }

    fn touch_in(&mut self, number: &mut usize, edit: &mut dyn FnMut(&mut Tree)) -> bool {
        let children: Vec<&mut Self> = match &mut self.tree {
            Tree::Scalar(_) => return false,
            Tree::Array(items) => items.iter_mut().collect(),
            Tree::Object(members) => members.iter_mut().map(|(_, node)| node).collect(),
        };
        let here = *number == 0;
        *number = number.wrapping_sub(1);
        let touched = here || {
            let mut children = children.into_iter();
            children.any(|child| child.touch_in(number, edit))
        };
        if here {
            edit(&mut self.tree);
        }
        if touched {
            self.stored = None;
        }
        touched
    }
}

struct Printer {
    style: Printed,
    draw: u64,
    depth: usize,
    out: String,
}

impl Printer {
    fn wild(&mut self) {
        if let Printed::Wild(_) = self.style {
            self.draw = self
                .draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let blanks = ["", "", "", " ", " ", "\n", "\n  ", "\t", "\r\n", "  "];
            self.out.push_str(blanks[(self.draw >> 33) as usize % 10]);
        }
    }

    fn line(&mut self) {
        if let Printed::Indented = self.style {
            self.out.push('\n');
            self.out.push_str(&"    ".repeat(self.depth));
        }
        self.wild();
    }

    fn node(&mut self, node: &Node) {
        match &node.tree {
            Tree::Scalar(text) => self.out.push_str(text),
            Tree::Array(items) => {
                self.all('[', items.iter().map(|item| (None, item)));
                self.out.push(']');
            }
            Tree::Object(members) => {
                let member = |(key, value): &'_ (String, Node)| (Some(key.clone()), value.clone());
                let members: Vec<_> = members.iter().map(member).collect();
                self.all(
                    '{',
                    members.iter().map(|(key, value)| (key.as_deref(), value)),
                );
                self.out.push('}');
            }
        }
    }

    fn all<'a>(
        &mut self,
        bracket: char,
        items: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Node)>,
    ) {
        self.out.push(bracket);
        self.depth += 1;
        let empty = items.len() == 0;
        for (at, (key, item)) in items.enumerate() {
            if at > 0 {
                self.wild();
                self.out.push(',');
                if let Printed::Python = self.style {
                    self.out.push(' ');
                }
            }
            self.line();
            if let Some(key) = key {
                self.out.push('"');
                self.out.push_str(key);
                self.out.push('"');
                self.wild();
                self.out.push(':');
                if let Printed::Python | Printed::Indented = self.style {
                    self.out.push(' ');
                }
                self.wild();
            }
            self.node(item);
        }
        self.depth -= 1;
        if !empty {
            self.line();
        }
    }
}

const PIECES: &[&str] = &[
    "a",
    "b",
    " ",
    "/",
    "é",
    "中",
    "😀",
    "⟦",
    "⟧",
    "<<<",
    "#1: ",
    r"\u4e2d",
    r"\u00E9",
    r"\u00e9",
    r"\ud83d\ude00",
    r"\ud83d",
    r"\ude00",
    r"\ud800",
    r"\/",
    r"\n",
    r#"\""#,
    r"\\",
    r"\u0000",
    r"\u200b",
    r"\u27e6",
    r"\u005c",
    r"\u0022",
    r"\u0041",
    "\u{7f}",
    "\u{2028}",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "1.0",
    "1.00",
    "1e5",
    "1E+05",
    "1e-7",
    "-12.5",
    "12345678901234567890.50",
    "1e400",
];

fn inside() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..5).prop_map(|pieces| pieces.concat())
}

/// Any tree: odd spellings, repeated names, now and then a vector.
pub(super) fn any_tree() -> impl Strategy<Value = Node> {
    let number = || prop::sample::select(NUMBERS).prop_map(scalar);
    let leaf = prop_oneof![
        2 => prop::sample::select(&["null", "true", "false", "[]", "{}"][..3]).prop_map(scalar),
        3 => number(),
        6 => inside().prop_map(|text| scalar(&format!("\"{text}\""))),
        1 => prop::collection::vec(number(), 33..36).prop_map(|v| node(Tree::Array(v))),
    ];
    let key = prop_oneof![
        4 => prop::sample::select(&["a", "b", "c", "id"][..]).prop_map(str::to_owned),
        1 => inside(),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let member = (key.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|items| node(Tree::Array(items))),
            prop::collection::vec(member, 0..6).prop_map(|members| node(Tree::Object(members))),
        ]
    })
}

pub(super) fn any_style() -> impl Strategy<Value = Printed> {
    prop_oneof![
        Just(Printed::Compact),
        Just(Printed::Python),
        Just(Printed::Indented),
        any::<u64>().prop_map(Printed::Wild),
    ]
}

pub(super) fn any_text() -> impl Strategy<Value = String> {
    (any_tree(), any_style()).prop_map(|(tree, style)| tree.print(style))
}
