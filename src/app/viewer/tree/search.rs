//! Matches in a tree, and what must be unfolded to see one.

use crate::domain::json::NodeId;

use super::super::find::{Found, Pattern};
use super::super::line::Hit;
use super::super::text::Style;
use super::{Face, Tree, inside, is_container, node_id, start_of};

impl Tree {
    /// All matches in names and values that are not masked.
    pub(in crate::app::viewer) fn search(&self, pattern: &Pattern) -> Found {
        let mut found = Found::default();
        let mut at = 0;
        while at < self.facts.len() {
            let id = node_id(at);
            let masked = self.masked.contains(&id.0);
            at = if masked {
                self.json.after(id).0 as usize
            } else {
                at + 1
            };
            let key = self
                .json
                .key_raw(id)
                .map(|key| (key, start_of(&self.json, id) + 1));
            let value = (!masked && !is_container(self.json.kind(id))).then(|| {
                let (text, style) = inside(&self.json, id);
                (text, style, self.text_start(id))
            });
            let key = key.map(|(key, start)| (key, Style::Json, start));
            for (text, style, start) in key.into_iter().chain(value) {
                if !found.add(pattern, text, style, (id.0, start)) {
                    return found;
                }
            }
        }
        found
    }

    /// Unfolds what hides a match; its row.
    pub(in crate::app::viewer) fn reveal(&mut self, hit: Hit) -> usize {
        let id = NodeId(hit.of);
        let mut outermost = None;
        let mut at = id;
        while let Some(parent) = self.json.parent(at) {
            // The outermost row of `Face::Fields` does not exist.
            let is_row = self.face == Face::Json || parent != self.json.root();
            if is_row && !self.facts[parent.0 as usize].open {
                self.facts[parent.0 as usize].open = true;
                outermost = Some(parent);
            }
            at = parent;
        }
        if let Some(folded) = outermost {
            self.facts[folded.0 as usize].open = false;
            self.set_open(self.row_of(folded), true);
        }
        let in_value = hit.start >= self.text_start(id);
        if in_value && !is_container(self.json.kind(id)) && !self.is_open(id) && !self.fits(id) {
            self.set_open(self.row_of(id), true);
        }
        self.row_at(hit.start)
    }
}
