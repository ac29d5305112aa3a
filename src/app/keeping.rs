//! Typed texts on their way to the disk. A text counts as kept when it was said that its file is
//! written, never when that was asked for. Until then it is held here, also when its editor has
//! closed, and saved again with growing pauses. Nothing here gives a text up: that is a write that is
//! done, or a person's word.

use std::sync::Arc;

use super::App;
use super::draft::{Draft, DraftId, DraftText, Spent};
use super::layer::Layer;
use super::msg::{Effect, Outside};
use super::notice::Level;
use crate::domain::Key;

/// Milliseconds before a text is saved again for the first time; each pause is twice the one before.
const FIRST_PAUSE: u64 = 1_000;
/// The longest of these pauses.
const LONGEST_PAUSE: u64 = 60_000;

/// The texts of this session that editors have given to the disk.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    slips: Vec<Slip>,
    last: u32,
}

/// One text, in its newest form.
#[derive(Debug)]
struct Slip {
    id: DraftId,
    text: DraftText,
    /// What its file holds.
    on_disk: Option<Arc<str>>,
    /// What was ordered to be saved and is not answered yet.
    asked: Option<Arc<str>>,
    /// When it is saved again.
    again: Option<u64>,
    failed: u32,
    /// Why it could not be saved last time.
    why: String,
}

/// A text that is not on the disk.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The text.
    pub text: &'a DraftText,
    /// Why it could not be saved; empty while nothing has gone wrong yet.
    pub why: &'a str,
}

impl Slip {
    fn new(id: DraftId, text: DraftText) -> Self {
        Self {
            id,
            text,
            on_disk: None,
            asked: None,
            again: None,
            failed: 0,
            why: String::new(),
        }
    }

    /// Whether its file holds the text, and nothing on its way will put another one there: what was
    /// ordered last is done after all that was ordered before it.
    fn is_safe(&self) -> bool {
        self.asked.is_none() && self.on_disk.as_ref() == Some(&self.text.text)
    }

    /// Takes the last order, where this is the answer for it: an order is known by the very text that
    /// went out with it, since the same words may have been ordered before, with others in between.
    fn answered(&mut self, text: &Arc<str>) -> bool {
        let last = self.asked.take_if(|asked| Arc::ptr_eq(asked, text));
        last.is_some()
    }

    /// The order to save it, unless it is saved or ordered already.
    fn order(&mut self) -> Option<Effect> {
        if self.is_safe() || self.asked.as_ref() == Some(&self.text.text) {
            return None;
        }
        self.asked = Some(Arc::clone(&self.text.text));
        self.again = None;
        Some(Effect::SaveDraft(self.id, self.text.clone()))
    }
}

impl Keeping {
    /// A name that no other text of this session has.
    pub(super) fn fresh(&mut self) -> DraftId {
        self.last += 1;
        DraftId(self.last)
    }

    fn slip(&mut self, id: DraftId) -> Option<&mut Slip> {
        self.slips.iter_mut().find(|slip| slip.id == id)
    }

    /// Takes the newest form of a text; the order to save it, if one is needed.
    fn take(&mut self, id: DraftId, text: DraftText) -> Option<Effect> {
        if let Some(slip) = self.slip(id) {
            slip.text = text;
            return slip.order();
        }
        let mut slip = Slip::new(id, text);
        let order = slip.order();
        self.slips.push(slip);
        order
    }

    /// Whether the text was given to the disk, and is not forgotten since.
    pub(super) fn knows(&self, id: DraftId) -> bool {
        self.slips.iter().any(|slip| slip.id == id)
    }

    /// Whether nothing of this text is missing on the disk.
    pub(super) fn is_safe(&self, id: DraftId) -> bool {
        let slip = self.slips.iter().find(|slip| slip.id == id);
        slip.is_none_or(Slip::is_safe)
    }

    fn held(&self) -> impl Iterator<Item = &Slip> {
        self.slips.iter().filter(|slip| !slip.is_safe())
    }

    fn saved(&mut self, id: DraftId, text: &Arc<str>) -> Option<&mut Slip> {
        let slip = self.slip(id)?;
        slip.on_disk = Some(Arc::clone(text));
        if slip.answered(text) {
            slip.again = None;
        }
        Some(slip)
    }

    /// A text that could not be saved; how often that was so in a row. Nothing, when it was answered
    /// for a text that is not awaited any more.
    fn not_saved(&mut self, id: DraftId, (text, why): (&Arc<str>, &str), now: u64) -> Option<u32> {
        let slip = self.slip(id)?;
        if !slip.answered(text) {
            return None;
        }
        let pause = FIRST_PAUSE << slip.failed.min(16);
        slip.again = Some(now + pause.min(LONGEST_PAUSE));
        slip.failed += 1;
        let news = slip.why != why;
        why.clone_into(&mut slip.why);
        Some(if news { 1 } else { slip.failed })
    }
}

impl App {
    /// The texts that are not on the disk.
    pub fn held(&self) -> impl Iterator<Item = Held<'_>> {
        self.keeping.held().map(|slip| Held {
            text: &slip.text,
            why: &slip.why,
        })
    }

    /// How many texts could not be saved so far.
    #[must_use]
    pub fn unkept(&self) -> usize {
        self.held().filter(|held| !held.why.is_empty()).count()
    }

    /// When a text is to be saved again.
    pub(super) fn keeping_due(&self) -> Option<u64> {
        let slips = self.keeping.slips.iter();
        slips.filter_map(|slip| slip.again).min()
    }

    /// Gives a text to the disk.
    pub(super) fn keep_text(&mut self, id: DraftId, text: DraftText) {
        let order = self.keeping.take(id, text);
        self.out.extend(order);
    }

    /// Does not wait for the end of the pause.
    pub(super) fn keep_now(&mut self, id: DraftId) {
        let order = self.keeping.slip(id).and_then(Slip::order);
        self.out.extend(order);
    }

    /// Saves again what could not be saved, where its time has come.
    pub(super) fn tick_keeping(&mut self) {
        let now = self.now.mono;
        for slip in &mut self.keeping.slips {
            if slip.again.take_if(|again| *again <= now).is_some() {
                self.out.extend(slip.order());
            }
        }
    }

    /// A text is on the disk. Returns whether that can be seen.
    pub(super) fn on_saved(&mut self, id: DraftId, text: &Arc<str>) -> bool {
        let Some(slip) = self.keeping.saved(id, text) else {
            return false;
        };
        let safe = slip.is_safe();
        let mended = safe && slip.failed > 0;
        if mended {
            (slip.failed, slip.why) = (0, String::new());
            let said = format!("the draft of {} is on disk now", slip.text.key);
            self.say(Level::Info, said);
        }
        let closes = self
            .editor()
            .is_some_and(|edit| edit.id == id && edit.closes);
        if safe && closes {
            self.close_editor(true);
        }
        self.forget_safe();
        mended || (safe && closes)
    }

    /// A text is not on the disk: it is saved again later. Returns whether that can be seen.
    pub(super) fn on_not_saved(&mut self, id: DraftId, text: &Arc<str>, why: &str) -> bool {
        let now = self.now.mono;
        let Some(times) = self.keeping.not_saved(id, (text, why), now) else {
            return false;
        };
        let editor = self.editor().filter(|edit| edit.id == id);
        let stays = editor.map(|edit| std::mem::take(&mut edit.closes));
        let said = match stays {
            Some(true) => format!("{why}; the editor stays open, and it is saved again"),
            Some(false) => format!("{why}; the text is only on the screen, and it is saved again"),
            None => format!("{why}; the text is only in this program, and it is saved again"),
        };
        if times == 1 || stays == Some(true) {
            self.say(Level::Error, said);
        }
        true
    }

    /// What is safe and not being edited needs no thought any more.
    fn forget_safe(&mut self) {
        let layers = &self.layers;
        let open = |id: DraftId| {
            let is_it = |layer: &Layer| matches!(layer, Layer::Edit(edit) if edit.id == id);
            layers.iter().any(is_it)
        };
        let slips = &mut self.keeping.slips;
        slips.retain(|slip| !slip.is_safe() || open(slip.id));
    }

    /// Drafts that are not needed any more: also what of them is not on the disk yet.
    pub(super) fn drop_drafts(&mut self, spent: Spent) {
        self.keeping.slips.retain(|slip| {
            let same = spent
                .text
                .as_ref()
                .is_none_or(|text| *text == slip.text.text);
            spent.id != Some(slip.id) || !same
        });
        self.out.push(Effect::DropDrafts(spent));
    }

    /// What is to be said of a text where it counts as kept.
    pub(super) fn kept_said(&self, id: Option<DraftId>) -> String {
        match id {
            Some(id) if !self.keeping.is_safe(id) => {
                "the text is not on disk yet; it is saved again, and not given up".to_owned()
            }
            _ => format!("the text is kept as a draft{}", self.options.kept_until()),
        }
    }

    /// The drafts that were found, with those that are not on the disk in the form that they have now.
    pub(super) fn with_held(&self, key: Option<&Key>, mut drafts: Vec<Draft>) -> Vec<Draft> {
        let of = |slip: &&Slip| key.is_none_or(|key| *key == slip.text.key);
        for slip in self.keeping.held().filter(of) {
            drafts.retain(|draft| draft.own != Some(slip.id));
            let held = Draft {
                text: slip.text.clone(),
                own: Some(slip.id),
                at: self.now.wall,
                file: None,
                elsewhere: None,
            };
            drafts.insert(0, held);
        }
        drafts
    }

    /// What is not on disk yet, for the end of the program in whatever way it comes.
    #[must_use]
    pub fn unsaved(&mut self) -> Vec<Effect> {
        let before = std::mem::take(&mut self.out);
        self.save_draft();
        for slip in &mut self.keeping.slips {
            self.out.extend(slip.order());
        }
        std::mem::replace(&mut self.out, before)
    }

    /// An answer that comes after the last frame; what is to be said of it on the terminal. What could
    /// not be saved is in [`Self::held`] then.
    #[must_use]
    pub fn last_word(&mut self, outside: Outside) -> Option<String> {
        match outside {
            Outside::Saved(id, text) => {
                self.keeping.saved(id, &text);
                None
            }
            Outside::NotSaved(id, text, why) => {
                self.keeping.not_saved(id, (&text, &why), self.now.mono);
                None
            }
            Outside::Failed(said) => Some(said),
            _ => None,
        }
    }
}
