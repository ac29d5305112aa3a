//! The editor: one text, its cursor, what is wrong with it. The stored text is not touched; what is
//! typed becomes a draft on disk and, after a review, a write.

mod source;

use tui_textarea::{CursorMove, TextArea};

use super::draft::DraftId;
use super::msg::Chord;
use super::prompt::area_input;
use crate::domain::plan::{Refusal, Typed};
use crate::domain::{Key, human};
use crate::task::event::Inspection;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use source::Source;

/// Milliseconds of rest before the text is checked.
const CHECK_REST: u64 = 300;
/// Milliseconds after which a change is on disk.
const SAVE_WITHIN: u64 = 1_000;
/// Changes that can be taken back.
const HISTORY: usize = 2_000;

/// What is known about the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It has changed since it was checked.
    Checking,
    /// It can be written; what is stored is being read once more, for the review.
    Reading,
    /// It can be written.
    Good {
        /// Its stored bytes.
        stored: u64,
        /// Bytes that it takes when it is sent.
        sent: u64,
    },
    /// Nothing would change.
    Same,
    /// It cannot be written; where, and why.
    Bad(Option<(usize, usize)>, String),
}

/// The size of a value beside the room for it.
#[must_use]
pub fn of_most(stored: u64, sent: u64, most: u64) -> String {
    let (size, most) = (human::grouped(stored), human::grouped(most));
    if stored == sent {
        return format!("{size} stored bytes of at most {most}");
    }
    let sent = human::grouped(sent);
    format!("{size} stored bytes, sent as {sent} of at most {most}")
}

/// What an editor begins with, besides what is stored.
#[derive(Debug, Default)]
pub(super) struct Begin {
    /// A text that stands in place of the stored one.
    pub(super) text: Option<Arc<str>>,
    /// The draft of this session that it goes on with.
    pub(super) draft: Option<DraftId>,
    /// Drafts of other runs that the text was made from.
    pub(super) files: Vec<PathBuf>,
}

/// A document being edited.
#[derive(Debug)]
pub struct Edit {
    /// Which document.
    pub key: Key,
    /// What is known about the text.
    pub verdict: Verdict,
    /// Which draft it is.
    pub(super) id: DraftId,
    /// It goes on with a draft.
    pub(super) goes_on: bool,
    /// Drafts of other runs that the text was made from.
    pub(super) files: Vec<PathBuf>,
    /// It is to close as soon as its text is on the disk.
    pub(super) closes: bool,
    /// The text as it was when the editor was opened.
    first: String,
    pub(super) source: Source,
    pub(super) search: Option<String>,
    area: TextArea<'static>,
    top: usize,
    left: usize,
    size: (usize, usize),
    check_due: Option<u64>,
    save_due: Option<u64>,
}

impl Edit {
    /// An editor over what is stored; the text of `begin` stands in place of the stored text where it
    /// is given. `id` is the draft that it is.
    pub(super) fn new(seen: &Inspection, source: Source, (id, begin): (DraftId, Begin)) -> Self {
        let first = source.first_text().to_owned();
        let text = begin.text.as_deref();
        let shown = text.map_or_else(|| first.clone(), |text| source.folded(text));
        let is_given = text.is_some();
        let mut edit = Self {
            key: seen.document.key.clone(),
            verdict: Verdict::Checking,
            id,
            goes_on: begin.draft.is_some() || !begin.files.is_empty(),
            files: begin.files,
            closes: false,
            first,
            source,
            search: None,
            area: area(&shown),
            top: 0,
            left: 0,
            size: (1, 1),
            check_due: Some(0),
            save_due: None,
        };
        if is_given {
            edit.save_due = Some(0);
        }
        edit
    }

    /// The text as it stands on the screen.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The text with everything that is folded in it, as it is kept.
    pub(super) fn whole_text(&self) -> Arc<str> {
        self.source.unfolded(&self.text()).into()
    }

    /// Replaces the whole text; that can be taken back.
    pub(super) fn replace(&mut self, whole: &str, now: u64) {
        let shown = self.source.folded(whole);
        self.area.select_all();
        self.area.insert_str(&shown);
        self.area.move_cursor(CursorMove::Top);
        self.changed(now);
    }

    /// Whether the text is another than when the editor was opened.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.text() != self.first
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// The cursor: line and character, from 0.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// The selected stretch, from and to, as [`Self::cursor`] counts.
    #[must_use]
    pub fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range()
    }

    /// The first line and the first character on the screen.
    #[must_use]
    pub fn origin(&self) -> (usize, usize) {
        (self.top, self.left)
    }

    /// When something is to be done, in milliseconds of the program.
    pub(super) fn due(&self) -> Option<u64> {
        [self.check_due, self.save_due].into_iter().flatten().min()
    }

    /// Whether a check is due now; it counts as done then.
    pub(super) fn take_check(&mut self, now: u64) -> bool {
        self.check_due.take_if(|due| *due <= now).is_some()
    }

    /// Whether the draft is to be saved now; it counts as done then.
    pub(super) fn take_save(&mut self, now: u64) -> bool {
        self.save_due.take_if(|due| *due <= now).is_some()
    }

    /// The text is given to the disk now.
    pub(super) fn save_is_ordered(&mut self) {
        self.save_due = None;
    }

    /// Takes the size of the place for the text, line numbers left out.
    pub(super) fn resize(&mut self, width: u16, height: u16) {
        let numbers = self.number_width() + 1;
        self.size = (
            usize::from(width).saturating_sub(numbers).max(1),
            usize::from(height).max(1),
        );
        self.follow();
    }

    /// Cells of a line number.
    #[must_use]
    pub fn number_width(&self) -> usize {
        self.area.lines().len().to_string().len()
    }

    /// Takes a key that is no command.
    pub(super) fn typed(&mut self, chord: Chord, now: u64) {
        use super::msg::Key as K;
        let page = i64::try_from(self.size.1).unwrap_or(1);
        match chord.key {
            K::PageDown => self.move_lines(page),
            K::PageUp => self.move_lines(-page),
            K::Enter => {
                self.new_line();
                self.changed(now);
            }
            _ => {
                if self.area.input(area_input(chord)) {
                    self.changed(now);
                }
            }
        }
        self.follow();
    }

    /// A new line that begins where this one does.
    fn new_line(&mut self) {
        let (line, column) = self.cursor();
        let indent: String = self.area.lines()[line]
            .chars()
            .take(column)
            .take_while(|character| matches!(character, ' ' | '\t'))
            .collect();
        self.area.insert_newline();
        self.area.insert_str(indent);
    }

    pub(super) fn pasted(&mut self, text: &str, now: u64) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.area.insert_str(text) {
            self.changed(now);
        }
        self.follow();
    }

    /// Takes the last change back, or makes it again.
    pub(super) fn step_back(&mut self, back: bool, now: u64) {
        let changed = if back {
            self.area.undo()
        } else {
            self.area.redo()
        };
        if changed {
            self.changed(now);
        }
        self.follow();
    }

    fn changed(&mut self, now: u64) {
        self.verdict = Verdict::Checking;
        self.closes = false;
        self.check_due = Some(now + CHECK_REST);
        self.save_due.get_or_insert(now + SAVE_WITHIN);
    }

    fn move_lines(&mut self, by: i64) {
        let motion = if by < 0 {
            CursorMove::Up
        } else {
            CursorMove::Down
        };
        for _ in 0..by.unsigned_abs() {
            self.area.move_cursor(motion);
        }
    }

    /// Puts the cursor at a place: line and column from 1.
    pub(super) fn go_to(&mut self, (line, column): (usize, usize)) {
        let cell = |at: usize| u16::try_from(at.saturating_sub(1)).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area
            .move_cursor(CursorMove::Jump(cell(line), cell(column)));
        self.follow();
    }

    /// Puts the cursor at a value, where the text is JSON and has it.
    pub(super) fn go_to_pointer(&mut self, pointer: &str) {
        if let Some(place) = source::place_at(&self.text(), pointer) {
            self.go_to(place);
        }
    }

    /// Goes to the next (or previous) place of the text that is looked for. Returns whether there
    /// is one.
    pub(super) fn find(&mut self, forward: bool) -> bool {
        let Some(search) = self.search.as_ref().map(|text| text.to_lowercase()) else {
            return false;
        };
        let (line, column) = self.cursor();
        let lines = self.area.lines();
        let count = lines.len();
        let places = |at: usize| {
            let lowered = lines[at].to_lowercase();
            let found = lowered.match_indices(&search);
            found
                .map(|(byte, _)| lowered[..byte].chars().count())
                .collect::<Vec<_>>()
        };
        let found = (0..=count).find_map(|step| {
            let at = if forward {
                (line + step) % count
            } else {
                (line + count - step % count) % count
            };
            let beyond = |place: &usize| match (step, forward) {
                (0, true) => *place > column,
                (0, false) => *place < column,
                _ => true,
            };
            let mut all = places(at).into_iter().filter(beyond);
            let place = if forward { all.next() } else { all.next_back() };
            place.map(|place| (at + 1, place + 1))
        });
        if let Some(place) = found {
            self.go_to(place);
        }
        found.is_some()
    }

    /// Moves the text under the cursor, which stays on the screen.
    pub(super) fn scroll(&mut self, by: i64) {
        self.move_lines(by);
        self.follow();
    }

    /// Puts the cursor at a cell of the place for the text.
    pub(super) fn click(&mut self, (column, row): (u16, u16)) {
        let column = usize::from(column).saturating_sub(self.number_width() + 1);
        let line = (self.top + usize::from(row)).min(self.area.lines().len().saturating_sub(1));
        let text = &self.area.lines()[line];
        let count = text.chars().count();
        let beyond = (self.left..count).find(|end| cells(text, self.left, *end + 1) > column);
        let place = (line + 1, beyond.unwrap_or(count) + 1);
        self.go_to(place);
    }

    /// Keeps the cursor on the screen.
    fn follow(&mut self) {
        let (line, column) = self.cursor();
        let (width, height) = self.size;
        self.top = self.top.min(line).max((line + 1).saturating_sub(height));
        if column < self.left {
            self.left = column.saturating_sub(width / 2);
        }
        let text = &self.area.lines()[line];
        while self.left < column && cells(text, self.left, column) >= width {
            self.left += (width / 2).clamp(1, column - self.left);
        }
    }

    /// The text as it would be stored.
    pub(super) fn stored(&self) -> Result<Typed, Refusal> {
        self.source.stored(&self.text())
    }

    /// A place of the text as it would be stored, in the text on the screen.
    pub(super) fn place_of(
        &self,
        stored: &str,
        place: Option<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        source::place_of(stored, place?, &self.text())
    }
}

/// Cells between two characters of a line, as far as they can be told without a font.
fn cells(line: &str, from: usize, to: usize) -> usize {
    use unicode_width::UnicodeWidthChar as _;
    let width = |character: char| character.width().unwrap_or(1);
    line.chars().skip(from).take(to - from).map(width).sum()
}

fn area(text: &str) -> TextArea<'static> {
    // A line keeps what is not a line feed, so that the text comes back byte for byte.
    let lines = text.split('\n').map(str::to_owned).collect();
    let mut area = TextArea::new(lines);
    area.set_max_histories(HISTORY);
    area.set_tab_length(2);
    area
}
