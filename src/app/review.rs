//! The last look before a write: what both stores hold, what they will hold, and in which steps.
//! Nothing is written before this screen, and it can be left without writing.

pub(super) mod words;

use super::App;
use super::command::{Command, Context};
use super::draft::DraftId;
use super::keymap::Keymap;
use super::layer::Layer;
use super::msg::Chord;
use super::notice::Level;
use super::page::{self, Page, Subject};
use super::pages::scrolled;
use super::prompt::Line;
use super::writing::Sent;
use crate::domain::Key;
use crate::domain::bson::date_text;
use crate::domain::intent::{IntentId, Story};
use crate::domain::plan::{Plan, Refusal, Why};
use crate::domain::state::Role;
use crate::domain::text::Spelling;
use crate::task::event::{Failure, Inspection};
use crate::task::spec::{TaskId, TaskSpec};
use ratatui::layout::Rect;
use std::path::PathBuf;
use std::sync::Arc;

/// Milliseconds for which a review is on the screen before a yes counts: one that was typed while it
/// came up was not meant for it.
const LOOK: u64 = 500;

/// A decided write and what is shown of it.
#[derive(Clone, Debug)]
pub struct Review {
    /// What will be done.
    pub plan: Arc<Plan>,
    /// The write that it takes back.
    pub undoes: Option<IntentId>,
    /// What is shown.
    pub page: Page,
    /// The word as typed so far, where one must be typed.
    pub name: Option<Line>,
    /// That word: the profile's name, or `yes` where there is no way back.
    pub word: String,
    /// The text that it comes from.
    pub typed: Option<TypedText>,
    /// The task that asks whether the stores would take it.
    foreseeing: TaskId,
    /// Since when it is on the screen (ms of [`super::Now::mono`]).
    pub(super) since: u64,
    /// The screen says that a yes counts.
    pub(super) counts: bool,
}

/// A text on its way into the stores: its draft goes when the write is done, not before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedText {
    /// Which draft it is.
    pub id: DraftId,
    /// As it is in the draft.
    pub text: Arc<str>,
    /// Drafts of other runs that it was made from.
    pub files: Vec<PathBuf>,
}

/// Everything that a review is made from.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) plan: Plan,
    pub(super) undoes: Option<TakenBack>,
    pub(super) typed: Option<TypedText>,
}

/// A write that is to be taken back.
#[derive(Debug)]
pub(super) struct TakenBack {
    intent: IntentId,
    /// Which it is, for people.
    said: String,
}

impl TakenBack {
    pub(super) fn new(story: &Story) -> Self {
        let (intent, plan) = (story.intent.clone(), &story.plan);
        let when = date_text(story.since.div_euclid(1000) * 1000);
        let verb = plan.action.row().verb;
        let said = format!("takes back {intent}: {verb} {}, {when} UTC", plan.key);
        Self { intent, said }
    }

    fn line(&self, spelling: Spelling) -> page::Line {
        page::Line::new("", spelling.clean(&self.said), Some(Role::Warn))
    }
}

impl Review {
    /// The rows above the page, which stand still: whose it is, whole where that takes no more than
    /// half of the room.
    #[must_use]
    pub fn head(&self, inside: Rect, spelling: Spelling) -> Vec<String> {
        let key = self.plan.key.to_string();
        let width = usize::from(inside.width);
        let rows = spelling.wrap(&spelling.clean(&key), width);
        if rows.len() <= usize::from(inside.height / 2).max(1) {
            return rows;
        }
        vec![spelling.shorten_left(&key, width).into_owned()]
    }

    /// The row below the page, which stands still: what is asked.
    #[must_use]
    pub fn question(&self, keys: &Keymap) -> String {
        if self.name.is_some() {
            return format!("type {} to write: ", self.word);
        }
        if !self.counts {
            return "look at it: your yes counts in a moment".to_owned();
        }
        let key = |command: Command| {
            let keys = keys.keys_of(Context::Review, command);
            keys.unwrap_or_else(|| format!(": {}", command.name()))
        };
        let (yes, no) = (key(Command::Write), key(Command::Back));
        format!("{yes} writes, {no} goes back, enter neither")
    }

    /// When a yes begins to count, as long as the screen does not say that it does.
    pub(super) fn due(&self) -> Option<u64> {
        (!self.counts).then_some(self.since + LOOK)
    }

    /// Whether the screen says that a yes counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.counts
    }

    /// Nobody has seen it up to now.
    pub(super) fn show_anew(&mut self, now: u64) {
        (self.since, self.counts) = (now, false);
    }

    /// Rows of the page itself.
    pub(super) fn height(&self, inside: Rect, spelling: Spelling) -> usize {
        let still = self.head(inside, spelling).len() + 1;
        usize::from(inside.height).saturating_sub(still).max(1)
    }

    pub(super) fn typed(&mut self, chord: Chord) {
        if let Some(line) = &mut self.name {
            line.press(chord);
        }
    }

    pub(super) fn pasted(&mut self, text: &str) {
        if let Some(line) = &mut self.name {
            line.paste(text);
        }
    }
}

impl App {
    /// Whether a review lies on top.
    #[must_use]
    pub fn review(&self) -> Option<&Review> {
        match self.layers.last() {
            Some(Layer::Review(review)) => Some(review),
            _ => None,
        }
    }

    /// What is said of writes of the document that are left open.
    fn unsettled(&self, key: &Key) -> Vec<page::Line> {
        let said = |intent: &IntentId| {
            let said = format!(
                "write {intent} to this document is still open: W takes it up first; this one may \
                 fail by its fence, or break what that one has still to do"
            );
            page::Line::new("!", said, Some(Role::Bad))
        };
        self.left_open_of(key).map(said).collect()
    }

    /// Shows a decided write; `seen` is the document that it was decided about.
    pub(super) fn open_review(&mut self, decided: Decided, seen: &Inspection) {
        // It may have been taken up again since the document was asked for.
        if self.is_written(&decided.plan.key) {
            let what = decided.plan.action.row().name;
            let said = format!("{what}: {}", self.still_written(&decided.plan.key));
            return self.say(Level::Info, said);
        }
        let Ok(writing) = &self.options.writing else {
            return;
        };
        if let Some(said) = writing.too_large(&decided.plan) {
            let refusal = Refusal::new(Why::Invalid, format!("{}: {said}", decided.plan.key));
            let what = decided.plan.action.row().name;
            let hint = match decided.typed {
                Some(_) => "make it smaller; nothing was written",
                None => "nothing was written",
            };
            return self.refuse(what, &refusal.hint(hint));
        }
        let plan = Arc::new(decided.plan);
        let hides = self.hides(&plan.key);
        let words = words::Words {
            plan: &plan,
            seen,
            writing,
            model: self.options.catalog.get(&plan.key.collection),
            hides: &hides,
            ascii: self.options.ascii,
            rebuilds: self.key_of(Command::Rebuild),
            now: self.now.wall.saturating_mul(1000),
        };
        let which = decided.undoes.as_ref();
        let which = which.map(|taken| taken.line(self.options.spelling()));
        let open = self.unsettled(&plan.key);
        let lines = which.into_iter().chain(open).chain(words.lines()).collect();
        let title = format!(
            "{} 1 document · profile {} · stream {}",
            capitalised(plan.action.row().verb),
            self.options.profile,
            self.options.stream
        );
        let (protected, forever) = (writing.protected, writing.forever(&plan).is_some());
        let name = (protected || forever).then(Line::default);
        let word = if protected {
            self.options.profile.clone()
        } else {
            "yes".to_owned()
        };
        let foreseeing = self.start(TaskSpec::Foresee(Arc::clone(&plan)));
        self.layers.push(Layer::Review(Box::new(Review {
            foreseeing,
            plan,
            undoes: decided.undoes.map(|taken| taken.intent),
            page: Page::new(Subject::Part, title, lines),
            name,
            word,
            typed: decided.typed,
            since: self.now.mono,
            counts: false,
        })));
        self.keep_pages_filled();
    }

    /// A store says no beforehand: that is shown above all else. Returns whether the task was the one
    /// that asks.
    pub(super) fn would_be_refused(&mut self, task: TaskId, failure: &Failure) -> bool {
        let reviews = self.layers.iter_mut().filter_map(|layer| match layer {
            Layer::Review(review) if review.foreseeing == task => Some(review),
            _ => None,
        });
        let Some(review) = reviews.last() else {
            return false;
        };
        let line = page::Line::new("!", failure.whole(), Some(Role::Bad));
        review.page.text.insert(0, line);
        self.keep_pages_filled();
        true
    }

    /// Which members of a document are kept from the screen now.
    pub(super) fn hides(&self, key: &Key) -> impl Fn(&str) -> bool + use<> {
        let model = self.options.catalog.get(&key.collection);
        let shown = self.viewer.inspection();
        let here = shown.is_some_and(|shown| shown.document.key == *key);
        let revealed = here && !self.viewer.is_masked();
        move |name: &str| {
            !revealed && model.is_some_and(|model| model.sensitive && model.hides(name))
        }
    }

    pub(super) fn review_command(&mut self, command: Command) {
        let height = self.page_height();
        let Some(Layer::Review(review)) = self.layers.last_mut() else {
            return;
        };
        let early = self.now.mono < review.since + LOOK;
        let named = review.name.as_ref().map(|line| line.text().to_owned());
        match (command, named) {
            _ if scrolled(&mut review.page, command, height) => {}
            (Command::Write | Command::Accept, _) if early => {
                let said = "look at it first, then say yes; nothing was written";
                self.say(Level::Info, said);
            }
            (Command::Write, None) => {
                self.expect_rest_of_yes();
                self.write_reviewed();
            }
            (Command::Accept, Some(name)) if name == review.word => self.write_reviewed(),
            (Command::Accept, Some(_)) => {
                let said = format!("type {} and press enter to write", review.word);
                self.say(Level::Warn, said);
            }
            (Command::Open | Command::Stay, _) => {
                let said = review.question(&self.keys);
                self.say(Level::Info, said);
            }
            (Command::Back | Command::Cancel | Command::Quit, _) => self.leave_review(),
            (other, _) => self.general_command(other),
        }
    }

    /// When the review on top has been on the screen for long enough.
    pub(super) fn review_due(&self) -> Option<u64> {
        self.review().and_then(Review::due)
    }

    /// Lets a yes count when it is time. Returns whether that can be seen.
    pub(super) fn tick_review(&mut self) -> bool {
        let now = self.now.mono;
        let Some(Layer::Review(review)) = self.layers.last_mut() else {
            return false;
        };
        let due = review.due().is_some_and(|due| due <= now);
        review.counts |= due;
        due
    }

    fn leave_review(&mut self) {
        self.layers.pop();
        self.say(Level::Info, "nothing was written");
    }

    fn write_reviewed(&mut self) {
        let Some(Layer::Review(review)) = self.layers.pop() else {
            return;
        };
        if review.typed.is_some() {
            self.close_editor_sent();
        }
        let (plan, undoes) = (Arc::clone(&review.plan), review.undoes);
        let (key, takes_back) = (plan.key.clone(), undoes.is_some());
        let said = format!("{} {key}: on its way", plan.action.row().verb);
        let task = self.start(TaskSpec::Write { plan, undoes });
        self.writes.sent.push(Sent {
            task,
            plan: review.plan,
            typed: review.typed,
            takes_back,
        });
        self.say(Level::Info, said);
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
