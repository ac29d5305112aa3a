//! The gaps around the items of one array or object, as they stand in the text.
//!
//! A gap in front of the first item and one behind the last belong to the brackets; the others
//! belong to their item. Reads the text only.

use std::ops::Range;

use crate::domain::json::{Json, NodeId};

/// One item with the white space around it.
#[derive(Clone, Debug)]
pub(super) struct Slot<'a> {
    pub(super) node: NodeId,
    /// Between the opening bracket or the comma and the item.
    lead: &'a str,
    /// From the end of a member's name to its value, the colon included.
    colon: Option<&'a str>,
    /// Between the item and the comma or the closing bracket.
    trail: &'a str,
}

/// The items of an array or object.
#[derive(Debug, Default)]
pub(super) struct Slots<'a> {
    list: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    pub(super) fn of(json: &'a Json, container: NodeId) -> Self {
        let text: &'a str = json.text();
        let mut from = json.span(container).start + 1;
        let mut list = Vec::with_capacity(json.len(container));
        for node in json.children(container) {
            let lead = from..begin(json, node);
            let end = json.span(node).end;
            let trail = end..end + blanks(&text[end..]);
            from = trail.end + 1;
            list.push(Slot {
                node,
                lead: &text[lead],
                colon: colon(json, node).map(|range| &text[range]),
                trail: &text[trail],
            });
        }
        Self { list }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Which slot a node has.
    pub(super) fn find(&self, node: NodeId) -> Option<usize> {
        self.list.binary_search_by_key(&node, |slot| slot.node).ok()
    }

    /// The gap behind the opening bracket.
    pub(super) fn first_lead(&self) -> Option<&'a str> {
        self.list.first().map(|slot| slot.lead)
    }

    /// The gap that a slot has behind its comma; for a new item, or one that stood first, there is
    /// none.
    pub(super) fn own_lead(&self, slot: Option<usize>) -> Option<&'a str> {
        let slot = slot.filter(|at| *at > 0)?;
        Some(self.list[slot].lead)
    }

    /// A gap as it stands behind commas here, if that can be told.
    pub(super) fn usual_lead(&self) -> Option<&'a str> {
        let only = || self.first_lead().filter(|lead| lead.contains('\n'));
        self.list.get(1).map(|slot| slot.lead).or_else(only)
    }

    /// The gap in front of the comma behind a slot.
    pub(super) fn inner_trail(&self, slot: Option<usize>) -> &'a str {
        let inner = self.list.len().saturating_sub(1);
        let slot = slot.filter(|at| *at < inner).unwrap_or(0);
        if inner > 0 { self.list[slot].trail } else { "" }
    }

    /// The gap in front of the closing bracket.
    pub(super) fn last_trail(&self) -> Option<&'a str> {
        self.list.last().map(|slot| slot.trail)
    }

    /// A colon with its gaps as members have it here.
    pub(super) fn usual_colon(&self) -> Option<&'a str> {
        self.list.first().and_then(|slot| slot.colon)
    }
}

/// Where a member or an item begins.
pub(super) fn begin(json: &Json, node: NodeId) -> usize {
    json.key_span(node)
        .map_or(json.span(node).start, |key| key.start)
}

/// The bytes between a member's name and its value.
pub(super) fn colon(json: &Json, node: NodeId) -> Option<Range<usize>> {
    Some(json.key_span(node)?.end..json.span(node).start)
}

/// How many bytes of JSON's white space a text begins with.
pub(super) fn blanks(text: &str) -> usize {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    text.bytes().take_while(is_blank).count()
}
