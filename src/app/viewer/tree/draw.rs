//! One row of a tree as text.

use crate::domain::human;
use crate::domain::json::{Kind, NodeId};
use crate::domain::model::MASK;

use super::super::line::{Hits, Ink, Line, Pen, Slice};
use super::super::text::{self, Style};
use super::{CLOSE, Face, Row, Tree, inside, is_container, start_of};

/// Cells of the column of types, its gap included.
const TYPES: usize = 12;
/// Further right no type stands, so that it can be seen together with its field.
const FIELDS: usize = 84;

/// A size is said where so many times its own cells are hidden.
const WORTH: usize = 4;

impl Tree {
    /// The row as it is drawn.
    pub(in crate::app::viewer) fn line(&self, row: usize, hits: Hits<'_>) -> Line {
        let mut pen = Pen::new(self.value_width(), self.spelling, hits);
        let Some(row) = self.rows.get(row).copied() else {
            return pen.done();
        };
        let id = NodeId(row.node);
        let masked = self.masked.contains(&row.node);
        pen.indent(self.indent(id) + if matches!(row.part, 0 | CLOSE) { 0 } else { 2 });
        if row.part == 0 {
            self.name(&mut pen, id);
        }
        if masked {
            pen.push(Ink::Dim, MASK);
        } else if is_container(self.json.kind(id)) {
            self.container(&mut pen, row);
        } else {
            self.leaf(&mut pen, row);
        }
        if row.part == 0
            && let Some(kind) = self.types.get(row.node as usize)
        {
            let gap = pen.left();
            pen.widen(self.width - self.value_width());
            pen.blanks(gap + 1);
            pen.push(Ink::Type, kind);
        }
        pen.done()
    }

    /// Cells left of the column of types.
    fn value_width(&self) -> usize {
        match self.face {
            Face::Json => self.width,
            Face::Fields => self
                .width
                .saturating_sub(TYPES)
                .max(self.width / 2)
                .min(FIELDS),
        }
    }

    fn indent(&self, id: NodeId) -> usize {
        let depth = usize::from(self.facts[id.0 as usize].depth);
        let depth = match self.face {
            Face::Json => depth,
            Face::Fields => depth.saturating_sub(1),
        };
        // Very deep values stop moving to the right; the path in the footer says where one is.
        (depth * 2).min(self.width / 3)
    }

    fn name_limit(&self) -> usize {
        (self.value_width() / 2).max(4)
    }

    fn name(&self, pen: &mut Pen<'_>, id: NodeId) {
        let Some(key) = self.json.key_raw(id) else {
            return;
        };
        let quote = |pen: &mut Pen<'_>| {
            if self.face == Face::Json {
                pen.push(Ink::Key, "\"");
            }
        };
        quote(pen);
        let slice = Slice {
            text: key,
            start: start_of(&self.json, id) + 1,
            of: id.0,
            style: Style::Json,
        };
        pen.slice(Ink::Key, slice, self.name_limit());
        quote(pen);
        pen.push(Ink::Punct, ": ");
    }

    /// Cells for the first and for the further pieces of a text.
    pub(super) fn room(&self, id: NodeId) -> (usize, usize) {
        let name = self.json.key_raw(id).map_or(0, |key| {
            let limit = self.name_limit();
            let quotes = if self.face == Face::Json { 4 } else { 2 };
            text::measure(key, Style::Json, limit).unwrap_or(limit) + quotes
        });
        let wide = self.value_width().saturating_sub(self.indent(id));
        // Two quotation marks and a comma; two more cells of indentation behind the first row.
        (
            wide.saturating_sub(name + 3).max(4),
            wide.saturating_sub(5).max(4),
        )
    }

    /// Whether a leaf is shown as a whole on one row.
    pub(super) fn fits(&self, id: NodeId) -> bool {
        let (text, style) = inside(&self.json, id);
        text::measure(text, style, self.room(id).0).is_some()
    }

    fn comma(&self, pen: &mut Pen<'_>, id: NodeId) {
        let parent = self.json.parent(id);
        let more = parent.is_some_and(|parent| self.json.after(id) < self.json.after(parent));
        if more && self.face == Face::Json {
            pen.push(Ink::Punct, ",");
        }
    }

    fn mark(&self) -> &'static str {
        self.spelling.pick(" ▸", " ..")
    }

    fn container(&self, pen: &mut Pen<'_>, row: Row) {
        let id = NodeId(row.node);
        let (open, close) = match self.json.kind(id) {
            Kind::Array => ("[", "]"),
            _ => ("{", "}"),
        };
        if row.part == CLOSE {
            pen.push(Ink::Punct, close);
            return self.comma(pen, id);
        }
        pen.push(Ink::Punct, open);
        if self.json.is_empty(id) {
            pen.push(Ink::Punct, close);
            self.comma(pen, id);
        } else if !self.is_open(id) {
            pen.push(Ink::Folded, &self.summary(id));
            pen.push(Ink::Punct, close);
            pen.push(Ink::Folded, self.mark());
        }
    }

    /// What a folded container holds: `3`, `1024 numbers`.
    fn summary(&self, id: NodeId) -> String {
        let len = self.json.len(id);
        if self.json.kind(id) == Kind::Object {
            return len.to_string();
        }
        let below = self.facts[id.0 as usize].below;
        let kinds = [
            (Kind::Null, "null"),
            (Kind::Bool, "boolean"),
            (Kind::Number, "number"),
            (Kind::String, "string"),
            (Kind::Array, "array"),
            (Kind::Object, "object"),
        ];
        // Values that stand for BSON have kinds of their own, which the type column names.
        let word = kinds
            .iter()
            .find(|(kind, _)| below == 1 << *kind as u8 && self.face == Face::Json)
            .map_or("item", |(_, word)| word);
        format!("{len} {word}{}", if len == 1 { "" } else { "s" })
    }

    fn leaf(&self, pen: &mut Pen<'_>, row: Row) {
        let id = NodeId(row.node);
        let (ink, quotes) = self.leaf_ink(id);
        let (text, style) = inside(&self.json, id);
        let from = self.piece_start(id, row.part);
        let pieces = self.breaks.get(&row.node).filter(|_| self.is_open(id));
        let to = pieces
            .and_then(|breaks| breaks.get(row.part as usize + 1))
            .map_or(text.len(), |at| *at as usize);
        let slice = Slice {
            text: &text[from..to],
            start: self.text_start(id) + from,
            of: row.node,
            style,
        };
        if quotes && row.part == 0 {
            pen.push(Ink::Punct, "\"");
        }
        let folded = pieces.is_none() && !self.fits(id);
        if folded {
            let tag = self.size_tag(id, (text, style));
            let room = self.room(id).0 + 1;
            pen.slice(
                ink,
                slice,
                room.saturating_sub(self.spelling.width(&tag)).max(2),
            );
            if quotes {
                pen.push(Ink::Punct, "\"");
            }
            return pen.push(Ink::Folded, &tag);
        }
        pen.slice(ink, slice, usize::MAX);
        if to == text.len() {
            if quotes {
                pen.push(Ink::Punct, "\"");
            }
            self.comma(pen, id);
        }
    }

    /// The size of a folded text; nothing where it would take the place of much of what is hidden.
    fn size_tag(&self, id: NodeId, (text, style): (&str, Style)) -> String {
        let tag = self.mark().to_owned() + &human::bytes(text.len() as u64);
        let hidden = self.spelling.width(&tag) * WORTH;
        match text::measure(text, style, self.room(id).0 + hidden) {
            Some(_) => String::new(),
            None => tag,
        }
    }

    /// What a leaf is, and whether it stands in quotation marks.
    fn leaf_ink(&self, id: NodeId) -> (Ink, bool) {
        let kind = match self.types.get(id.0 as usize) {
            None | Some(&("string" | "symbol" | "javascript" | "regex")) => self.json.kind(id),
            Some(&("int" | "long" | "double" | "decimal")) => Kind::Number,
            Some(&"bool") => Kind::Bool,
            Some(&("null" | "undefined")) => Kind::Null,
            Some(_) => return (Ink::Plain, false),
        };
        match kind {
            Kind::String => (Ink::Text, true),
            Kind::Number => (Ink::Number, false),
            Kind::Bool => (Ink::Bool, false),
            Kind::Null => (Ink::Null, false),
            Kind::Array | Kind::Object => (Ink::Punct, false),
        }
    }
}
