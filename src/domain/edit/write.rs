//! The new stored text: bytes of the old one wherever a node or a gap was not touched, the old
//! text's style for the rest.
//!
//! Decides nothing about what belongs together; that comes in as a [`Fate`] for every node of the
//! edited text. Without recursion.

use super::layout::inside;
use super::slots::{Slots, colon};
use super::style::{Indent, Style};
use super::text::patched;
use crate::domain::json::{Json, Kind, NodeId};

/// What is written for an edited node's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body {
    /// What the person typed, in the text's style.
    New,
    /// The bytes of a stored node.
    Verbatim(NodeId),
    /// The gaps of a stored array or object, around items that have their own fates.
    Within(NodeId),
    /// A stored string with the typed difference.
    Text(NodeId),
}

/// What is written for an edited node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fate {
    pub(super) body: Body,
    /// The stored member or item whose name and gaps it has.
    pub(super) place: Option<NodeId>,
}

impl Fate {
    pub(super) const NEW: Self = Self {
        body: Body::New,
        place: None,
    };
}

/// Everything that writing needs.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) original: &'a Json,
    pub(super) style: &'a Style,
    pub(super) edited: &'a Json,
    /// One for every edited node.
    pub(super) fates: &'a [Fate],
}

/// An array or object that is being written.
struct Frame<'a> {
    kind: Kind,
    /// The next child, and the first node behind the container.
    at: NodeId,
    end: NodeId,
    slots: Slots<'a>,
    indent: Indent<'a>,
    /// Whether a child has been written.
    begun: bool,
    /// The slot of the child before, if it has one.
    before: Option<usize>,
    /// The gap behind the last comma whose item had one.
    nearest: Option<&'a str>,
}

impl<'a> Sheet<'a> {
    /// Appends a node's value and all that is in it; `indent` is that of its line.
    pub(super) fn write(&self, node: NodeId, indent: Indent<'a>, out: &mut String) {
        let mut open: Vec<Frame<'a>> = Vec::new();
        open.extend(self.value(node, indent, out));
        while let Some(frame) = open.last_mut() {
            if frame.at < frame.end {
                let inner = self.child(frame, out);
                open.extend(inner);
            } else {
                self.close(frame, out);
                open.pop();
            }
        }
    }

    fn fate(&self, node: NodeId) -> Fate {
        self.fates[node.0 as usize]
    }

    /// Writes a value, or opens it.
    fn value(&self, node: NodeId, indent: Indent<'a>, out: &mut String) -> Option<Frame<'a>> {
        let kind = self.edited.kind(node);
        let raw = self.edited.raw(node);
        let stored = match self.fate(node).body {
            Body::Verbatim(stored) => {
                out.push_str(self.original.raw(stored));
                return None;
            }
            Body::Text(stored) => {
                let stored = inside(self.original.raw(stored));
                self.string(stored, inside(raw), out);
                return None;
            }
            Body::Within(stored) => Some(stored),
            Body::New => None,
        };
        match kind {
            Kind::String => self.string("", inside(raw), out),
            Kind::Array | Kind::Object => {
                out.push(if kind == Kind::Array { '[' } else { '{' });
                let slots = stored.map(|stored| Slots::of(self.original, stored));
                return Some(Frame {
                    kind,
                    at: NodeId(node.0 + 1),
                    end: self.edited.after(node),
                    slots: slots.unwrap_or_default(),
                    indent,
                    begun: false,
                    before: None,
                    nearest: None,
                });
            }
            _ => out.push_str(raw),
        }
        None
    }

    fn string(&self, stored: &str, typed: &str, out: &mut String) {
        out.push('"');
        out.push_str(&patched(stored, typed, self.style.ascii));
        out.push('"');
    }

    /// Writes one item with what stands between it and the one before.
    fn child(&self, frame: &mut Frame<'a>, out: &mut String) -> Option<Frame<'a>> {
        let node = frame.at;
        let place = self.fate(node).place;
        let slot = place.and_then(|place| frame.slots.find(place));
        if frame.begun {
            out.push_str(frame.slots.inner_trail(frame.before));
            out.push(',');
        }
        let indent = self.lead(frame, slot, out);
        frame.begun = true;
        frame.before = slot;
        frame.at = self.edited.after(node);
        if let Some(name) = self.edited.key_raw(node) {
            self.member_name(frame, (name, place), out);
        }
        self.value(node, indent, out)
    }

    /// Writes the gap in front of an item; returns the indentation of the item's line.
    fn lead(&self, frame: &mut Frame<'a>, slot: Option<usize>, out: &mut String) -> Indent<'a> {
        let first = !frame.begun;
        let stored = if first {
            frame.slots.first_lead()
        } else {
            let own = frame.slots.own_lead(slot);
            frame.nearest = own.or(frame.nearest);
            frame.nearest.or_else(|| frame.slots.usual_lead())
        };
        if let Some(lead) = stored {
            out.push_str(lead);
            return frame.indent.behind(lead);
        }
        if first {
            return self.style.open(frame.kind, frame.indent, out);
        }
        let inline;
        let gap = if frame.slots.is_empty() {
            &self.style.gaps(frame.kind).next
        } else {
            inline = self.style.inline_next(frame.kind);
            &inline
        };
        let indent = frame.indent.on_line_of(gap);
        self.style.push_gap(gap, indent, out);
        indent
    }

    fn member_name(
        &self,
        frame: &Frame<'a>,
        (typed, place): (&str, Option<NodeId>),
        out: &mut String,
    ) {
        let stored = place.and_then(|place| self.original.key_raw(place));
        self.string(stored.unwrap_or(""), typed, out);
        let own = place.and_then(|place| colon(self.original, place));
        let own = own.map(|range| &self.original.text()[range]);
        let own = own.or_else(|| frame.slots.usual_colon());
        out.push_str(own.unwrap_or(&self.style.colon));
    }

    fn close(&self, frame: &Frame<'a>, out: &mut String) {
        if let (true, Some(trail)) = (frame.begun, frame.slots.last_trail()) {
            out.push_str(trail);
        } else if frame.begun {
            let gap = &self.style.gaps(frame.kind).close;
            self.style.push_gap(gap, frame.indent, out);
        }
        out.push(if frame.kind == Kind::Array { ']' } else { '}' });
    }
}
