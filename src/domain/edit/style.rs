//! How a stored text is written, found by counting, so that what is new looks like what is there.
//!
//! Every array and every object has one vote for each of its gaps. Used only where no neighbour
//! shows how a gap looks; never a reason to rewrite anything.

use std::collections::BTreeMap;

use super::layout::{DEEPEST_INDENT, nodes};
use super::slots::{begin, blanks, colon};
use crate::domain::json::{Json, Kind, NodeId};

/// White space in one kind of place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    /// On the same line.
    Inline(String),
    /// A line end and indentation.
    Line,
}

/// The gaps of arrays, or those of objects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Gaps {
    /// Behind the opening bracket.
    pub(super) open: Gap,
    /// Behind a comma.
    pub(super) next: Gap,
    /// In front of the closing bracket.
    pub(super) close: Gap,
}

/// How a text is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether strings spell everything beyond ASCII as `\uXXXX`, as Python's `json.dumps` does.
    pub ascii: bool,
    pub(super) array: Gaps,
    pub(super) object: Gaps,
    /// The colon with the gaps around it.
    pub(super) colon: String,
    newline: String,
    /// One level of indentation.
    unit: String,
}

/// The blanks at the beginning of a line: some that stand in the text, and levels behind them.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Indent<'a> {
    base: &'a str,
    levels: usize,
}

impl<'a> Indent<'a> {
    /// Of the line that a byte of a text stands in.
    pub(super) fn at(text: &'a str, at: usize) -> Self {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let base = &text[line..line + blanks(&text[line..at])];
        Self { base, levels: 0 }
    }

    /// Of an item behind a gap, in a container whose line is indented by `self`.
    pub(super) fn behind(self, gap: &'a str) -> Self {
        gap.rfind('\n').map_or(self, |end| Self {
            base: &gap[end + 1..],
            levels: 0,
        })
    }

    /// Of an item behind a gap that the style gives.
    pub(super) fn on_line_of(self, gap: &Gap) -> Self {
        let deeper = usize::from(*gap == Gap::Line);
        let levels = DEEPEST_INDENT.min(self.levels + deeper);
        Self { levels, ..self }
    }
}

impl Style {
    /// How this text is written. Compact where nothing tells.
    #[must_use]
    pub fn of(json: &Json) -> Self {
        let mut count = Count::default();
        for id in nodes(json) {
            count.node(json, id);
        }
        count.style(json)
    }

    pub(super) fn gaps(&self, kind: Kind) -> &Gaps {
        if kind == Kind::Object {
            &self.object
        } else {
            &self.array
        }
    }

    /// Appends a gap; `indent` is that of the line which it would begin.
    pub(super) fn push_gap(&self, gap: &Gap, indent: Indent<'_>, out: &mut String) {
        match gap {
            Gap::Inline(blanks) => out.push_str(blanks),
            Gap::Line => {
                out.push_str(&self.newline);
                out.push_str(indent.base);
                out.extend(std::iter::repeat_n(self.unit.as_str(), indent.levels));
            }
        }
    }

    /// Appends the gap behind the bracket of a container in a line indented by `indent`; returns
    /// the indentation of the first item's line.
    pub(super) fn open<'a>(&self, kind: Kind, indent: Indent<'a>, out: &mut String) -> Indent<'a> {
        let gap = &self.gaps(kind).open;
        let inner = indent.on_line_of(gap);
        self.push_gap(gap, inner, out);
        inner
    }

    /// The gap behind a comma in a container that stands on one line.
    pub(super) fn inline_next(&self, kind: Kind) -> Gap {
        match &self.gaps(kind).next {
            Gap::Line if self.colon.ends_with(' ') => Gap::Inline(" ".to_owned()),
            Gap::Line => Gap::Inline(String::new()),
            inline @ Gap::Inline(_) => inline.clone(),
        }
    }
}

/// Votes for the gaps of one kind of place.
#[derive(Default)]
struct Votes<'a>(BTreeMap<&'a str, usize>);

impl<'a> Votes<'a> {
    fn add(&mut self, gap: &'a str) {
        self.add_exactly(if gap.contains('\n') { "\n" } else { gap });
    }

    fn add_exactly(&mut self, written: &'a str) {
        *self.0.entry(written).or_default() += 1;
    }

    fn winner(&self) -> Option<&'a str> {
        let most = self.0.iter().max_by_key(|(_, votes)| **votes);
        most.map(|(gap, _)| *gap)
    }

    fn gap(&self) -> Option<Gap> {
        self.winner().map(|gap| match gap {
            "\n" => Gap::Line,
            inline => Gap::Inline(inline.to_owned()),
        })
    }
}

#[derive(Default)]
struct Seen<'a> {
    open: Votes<'a>,
    next: Votes<'a>,
    close: Votes<'a>,
}

#[derive(Default)]
struct Count<'a> {
    array: Seen<'a>,
    object: Seen<'a>,
    colon: Votes<'a>,
    /// One level of indentation, where the first container with lines shows it.
    unit: Option<&'a str>,
    newline: Option<&'a str>,
}

impl<'a> Count<'a> {
    fn node(&mut self, json: &'a Json, id: NodeId) {
        let text: &'a str = json.text();
        if let Some(colon) = colon(json, id) {
            self.colon.add_exactly(&text[colon]);
        }
        let mut children = json.children(id);
        let (Some(first), second) = (children.next(), children.next()) else {
            return;
        };
        let span = json.span(id);
        let open = &text[span.start + 1..begin(json, first)];
        let inside = &text[span.start + 1..span.end - 1];
        let close = &inside[inside.trim_end_matches([' ', '\t', '\n', '\r']).len()..];
        let seen = match json.kind(id) {
            Kind::Object => &mut self.object,
            _ => &mut self.array,
        };
        seen.open.add(open);
        seen.close.add(close);
        if let Some(second) = second {
            let between = &text[json.span(first).end..begin(json, second)];
            let comma = between.find(',').map_or(0, |at| at + 1);
            seen.next.add(&between[comma..]);
        }
        self.lines(open, close);
    }

    fn lines(&mut self, open: &'a str, close: &'a str) {
        let Some((before, indent)) = open.rsplit_once('\n') else {
            return;
        };
        let crlf = before.ends_with('\r');
        self.newline.get_or_insert(if crlf { "\r\n" } else { "\n" });
        let outer = close.rsplit_once('\n').map(|(_, outer)| outer);
        let unit = outer.and_then(|outer| indent.strip_prefix(outer));
        if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
            self.unit.get_or_insert(unit);
        }
    }

    fn style(&self, json: &Json) -> Style {
        let colon = self.colon.winner().unwrap_or(":");
        let other = Gap::Inline(if colon.ends_with(' ') { " " } else { "" }.to_owned());
        let gaps = |seen: &Seen<'_>, beside: &Seen<'_>| {
            let none = || Gap::Inline(String::new());
            let open = seen.open.gap().or_else(|| beside.open.gap());
            let open = open.unwrap_or_else(none);
            let next = seen.next.gap().or_else(|| match open {
                Gap::Line => Some(Gap::Line),
                Gap::Inline(_) => beside.next.gap(),
            });
            let close = seen.close.gap().or_else(|| beside.close.gap());
            Gaps {
                open,
                next: next.unwrap_or_else(|| other.clone()),
                close: close.unwrap_or_else(none),
            }
        };
        let array = gaps(&self.array, &self.object);
        let object = gaps(&self.object, &self.array);
        let blank = Gap::Inline(" ".to_owned());
        let like_python = colon == ": " && (object.next == blank || array.next == blank);
        Style {
            ascii: spells_ascii(json.text(), like_python),
            array,
            object,
            colon: colon.to_owned(),
            newline: self.newline.unwrap_or("\n").to_owned(),
            unit: self.unit.unwrap_or("  ").to_owned(),
        }
    }
}

/// Whether characters beyond ASCII are escaped in this text; without any, as Python does it where
/// the gaps are Python's.
fn spells_ascii(text: &str, like_python: bool) -> bool {
    let plain = text.bytes().filter(|byte| *byte >= 0xC0).count();
    let mut escaped = 0;
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let code = rest.get(at + 2..at + 6);
        let code = code.filter(|_| rest[at + 1..].starts_with('u'));
        let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        escaped += usize::from(code.is_some_and(|code| code > 0x7F));
        rest = &rest[at + 2..];
    }
    escaped > plain || (escaped == plain && like_python)
}
