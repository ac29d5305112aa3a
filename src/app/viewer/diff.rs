//! Field by field: what MongoDB has, what the full value has, and how the two compare.
//!
//! Wide panes have a table; narrow ones, and rows that were opened, put the two values below each
//! other. The verdict always stands there as a mark and in words, never as a colour alone, and the
//! fields that make the document's state what it is have the state's own mark in front.

mod draw;

use std::ops::Range;

use crate::domain::diagnose::{FieldRow, Verdict};
use crate::domain::model::MASK;
use crate::domain::text::Spelling;
use crate::domain::{State, Stored};
use crate::task::event::Inspection;

use super::find::{Found, Pattern};
use super::line::Hit;
use super::text::{self, Style};

/// From this width on there is a table.
const TABLE: usize = 96;

/// The texts of one field, as they are searched and drawn; findings have only the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Name,
    Said,
    Lite,
    Full,
}

/// In the order of the enum, in which also the rows follow each other.
const PARTS: [Part; 4] = [Part::Name, Part::Said, Part::Lite, Part::Full];
/// One row.
#[derive(Clone, Debug)]
enum Row {
    /// A field with all its columns.
    Table,
    /// The name and the verdict.
    Name,
    /// A piece of one side's value.
    Side(Part, Range<usize>),
    /// A piece of a sentence.
    Sentence(Range<usize>),
    Heading,
    Blank,
}

/// One field, or one sentence.
#[derive(Clone, Debug)]
struct Item {
    verdict: Option<Verdict>,
    texts: [String; 4],
    kind: &'static str,
    /// The state that hangs on the field.
    decides: Option<State>,
    /// There is something to see.
    differs: bool,
    open: bool,
}

/// The row of a field that differs, and which (from 1) of how many it is.
pub(super) type Difference = (usize, (usize, usize));

/// The table and what of it is visible.
#[derive(Clone, Debug)]
pub(super) struct Diff {
    items: Vec<Item>,
    /// How many of the items are fields; the rest are findings.
    fields: usize,
    rows: Vec<(usize, Row)>,
    version: Option<String>,
    width: usize,
    spelling: Spelling,
}

impl Diff {
    /// The comparison as `diagnose` made it; values of fields that `hidden` names are masked.
    pub(super) fn new(
        inspection: &Inspection,
        hidden: impl Fn(&str) -> bool,
        spelling: Spelling,
    ) -> Self {
        let diagnosis = &inspection.diagnosis;
        let mut items: Vec<Item> = diagnosis
            .fields
            .iter()
            .map(|row| field(row, hidden(&row.name), diagnosis.state))
            .collect();
        let fields = items.len();
        if fields == 0 {
            items.push(sentence(format!(
                "There are not two halves to compare: {}.",
                diagnosis.said.spelled_out(spelling)
            )));
        }
        let findings = diagnosis.findings.iter();
        items.extend(findings.map(|finding| sentence(finding.said.spelled_out(spelling))));
        let stored = inspection.document.stored.seen();
        Self {
            items,
            fields,
            rows: Vec::new(),
            version: stored.and_then(Stored::version).map(|v| v.to_string()),
            width: 0,
            spelling,
        }
    }

    /// Takes over which fields were opened in an older comparison; where its row stands here.
    pub(super) fn keep(&mut self, old: &Self, row: usize) -> usize {
        for item in &mut self.items[..self.fields] {
            let name = &item.texts[0];
            item.open = old.items[..old.fields]
                .iter()
                .any(|o| o.open && o.texts[0] == *name);
        }
        self.rebuild();
        let at = old.item_of_row(row);
        let name = old.items.get(at).map(|item| &item.texts[0]);
        let fields = &self.items[..self.fields];
        let here = fields.iter().position(|item| Some(&item.texts[0]) == name);
        here.map_or(row, |item| self.row_of_item(item))
    }

    /// The row of what the state hangs on, else of the first field that differs.
    pub(super) fn first_difference(&self) -> usize {
        let fields = &self.items[..self.fields];
        let first = fields
            .iter()
            .position(|item| item.decides.is_some())
            .or_else(|| fields.iter().position(|item| item.differs));
        first.map_or(0, |item| self.row_of_item(item))
    }

    /// The next field that differs, or the previous one, around the end; without a row to start
    /// from the first or the last one.
    pub(super) fn difference(&self, row: Option<usize>, forward: bool) -> Option<Difference> {
        let here = row.map(|row| self.item_of_row(row));
        let differing: Vec<usize> = (0..self.fields)
            .filter(|at| self.items[*at].differs)
            .collect();
        let last = differing.len().checked_sub(1)?;
        let next = match (here, forward) {
            (None, true) => 0,
            (None, false) => last,
            (Some(here), true) => differing.iter().position(|at| *at > here).unwrap_or(0),
            (Some(here), false) => differing.iter().rposition(|at| *at < here).unwrap_or(last),
        };
        let row = self.row_of_item(differing[next]);
        Some((row, (next + 1, last + 1)))
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn resize(&mut self, width: usize) {
        if width != self.width {
            self.width = width;
            self.rebuild();
        }
    }

    fn is_table(&self) -> bool {
        self.width >= TABLE
    }

    fn rebuild(&mut self) {
        let mut rows = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            if at >= self.fields {
                if at == self.fields.max(1) {
                    rows.extend([(at, Row::Blank), (at, Row::Heading)]);
                }
                let pieces = text::rows(
                    &item.texts[Part::Said as usize],
                    self.spelling,
                    self.side_width(),
                );
                rows.extend(pieces.into_iter().map(|piece| (at, Row::Sentence(piece))));
                continue;
            }
            if self.is_table() && !item.open {
                rows.push((at, Row::Table));
                continue;
            }
            rows.push((at, Row::Name));
            for part in [Part::Lite, Part::Full] {
                let text = &item.texts[part as usize];
                if !item.open || text.is_empty() {
                    rows.push((at, Row::Side(part, 0..text.len())));
                    continue;
                }
                let pieces = text::rows(text, self.spelling, self.side_width());
                rows.extend(pieces.into_iter().map(|piece| (at, Row::Side(part, piece))));
            }
        }
        self.rows = rows;
    }

    /// Cells of a value below its field's name.
    fn side_width(&self) -> usize {
        self.width.saturating_sub(8).max(4)
    }

    /// Opens or closes the field of a row; the row to be on.
    pub(super) fn set_open(&mut self, row: usize, open: Option<bool>) -> usize {
        let Some((at, _)) = self.rows.get(row) else {
            return row;
        };
        let at = *at;
        if at < self.fields {
            let item = &mut self.items[at];
            item.open = open.unwrap_or(!item.open);
            self.rebuild();
        }
        self.row_of_item(at)
    }

    /// Opens every field, or closes all if all are open.
    pub(super) fn toggle_all(&mut self, row: usize) -> usize {
        let at = self.item_of_row(row);
        let open = !self.items[..self.fields].iter().all(|item| item.open);
        for item in &mut self.items[..self.fields] {
            item.open = open;
        }
        self.rebuild();
        self.row_of_item(at)
    }

    pub(super) fn item_of_row(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, |row| row.0)
    }

    pub(super) fn row_of_item(&self, item: usize) -> usize {
        self.rows.iter().position(|row| row.0 == item).unwrap_or(0)
    }

    /// The last row of the field or the finding that a row belongs to.
    pub(super) fn last_row_of(&self, row: usize) -> usize {
        let item = self.item_of_row(row);
        self.rows
            .iter()
            .rposition(|row| row.0 == item)
            .unwrap_or(row)
    }

    /// Whether an opened field shows more than a closed one.
    pub(super) fn folds(&self) -> bool {
        let long = |text: &String| self.spelling.width(text) > self.side_width();
        let fields = &self.items[..self.fields];
        let cut = |item: &Item| item.open || item.texts[Part::Lite as usize..].iter().any(long);
        (self.is_table() && self.fields > 0) || fields.iter().any(cut)
    }

    pub(super) fn search(&self, pattern: &Pattern) -> Found {
        let mut found = Found::default();
        for (at, item) in self.items.iter().enumerate() {
            for part in PARTS {
                let text = &item.texts[part as usize];
                found.add(
                    pattern,
                    text,
                    Style::Plain(self.spelling),
                    (of(at, part), 0),
                );
            }
        }
        found
    }

    /// The row of a match; one in a value that is cut off is opened first when `open`.
    pub(super) fn row_of_hit(&self, hit: Hit) -> usize {
        let (item, part) = (hit.of as usize / 4, PARTS[hit.of as usize % 4]);
        let holds = |(at, row): &(usize, Row)| {
            *at == item
                && match row {
                    Row::Table => true,
                    Row::Name => matches!(part, Part::Name | Part::Said),
                    Row::Side(side, piece) => *side == part && piece.contains(&hit.start),
                    Row::Sentence(piece) => piece.contains(&hit.start),
                    Row::Heading | Row::Blank => false,
                }
        };
        self.rows
            .iter()
            .position(holds)
            .unwrap_or_else(|| self.row_of_item(item))
    }

    /// Opens the field of a match in a value; its row.
    pub(super) fn reveal(&mut self, hit: Hit) -> usize {
        let item = hit.of as usize / 4;
        if item < self.fields && matches!(PARTS[hit.of as usize % 4], Part::Lite | Part::Full) {
            self.items[item].open = true;
            self.rebuild();
        }
        self.row_of_hit(hit)
    }

    /// The field or finding of a row as text, and the field's name: on a line of one side that
    /// side's value, else both sides and the verdict.
    pub(super) fn copy(&self, row: usize) -> Option<(String, String)> {
        let (item, row) = self.rows.get(row)?;
        let item = &self.items[*item];
        let [name, said, lite, full] = &item.texts;
        if item.verdict.is_none() {
            return Some((String::new(), said.clone()));
        }
        let kind = item.kind;
        let side = match row {
            Row::Side(Part::Lite, _) => lite.strip_suffix(&format!(" ({kind})")).unwrap_or(lite),
            Row::Side(Part::Full, _) => full,
            _ => "",
        };
        if !side.is_empty() {
            return Some((name.clone(), side.to_owned()));
        }
        let text = format!("{name}\nlite ({kind}): {lite}\nfull: {full}\nverdict: {said}\n");
        Some((name.clone(), text))
    }
}

fn of(item: usize, part: Part) -> u32 {
    u32::try_from(item * 4 + part as usize).unwrap_or(u32::MAX)
}

fn field(row: &FieldRow, hidden: bool, state: State) -> Item {
    let mask = |text: String| if hidden { MASK.to_owned() } else { text };
    let (lite, kind) = match &row.lite {
        Some((text, "null")) => (text.clone(), "null"),
        Some((text, kind)) => (format!("{} ({kind})", mask(text.clone())), *kind),
        None => (String::new(), "missing"),
    };
    let full = row.full.clone().map(mask).unwrap_or_default();
    Item {
        verdict: Some(row.verdict),
        texts: [row.name.clone(), row.said.clone(), lite, full],
        kind,
        decides: row.decides.then_some(state),
        differs: row.is_worth_a_look(),
        open: false,
    }
}

fn sentence(said: String) -> Item {
    Item {
        verdict: None,
        texts: [String::new(), said, String::new(), String::new()],
        kind: "",
        decides: None,
        differs: false,
        open: false,
    }
}
