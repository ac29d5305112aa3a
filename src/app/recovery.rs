//! What is left to be finished or found out: open writes of this run and earlier ones, and drafts.
//! Said before the browser at the start, and reachable later. Writes of running programs, and those
//! to other stores, are named and left alone.

mod deciding;
mod fitting;
mod spent;
mod words;

use super::App;
use super::command::{Availability, Command};
use super::draft::{Draft, Spent, Unreadable};
use super::layer::Layer;
use super::menu::Answer;
use super::msg::Effect;
use super::notice::Level;
use super::page::Line;
use crate::domain::Key;
use crate::domain::intent::Decision;
use crate::task::event::OpenIntent;
use crate::task::spec::{TaskId, TaskSpec};
use std::path::PathBuf;

pub(super) use deciding::Deciding;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// Open writes, the newest first.
    pub open: Vec<OpenIntent>,
    /// Drafts, the newest first.
    pub drafts: Vec<Draft>,
    /// Files that are no drafts.
    pub unreadable: Vec<Unreadable>,
    /// What could not be read.
    pub faults: Vec<String>,
    /// All of it ends with the program: the demo.
    pub forgets: bool,
    /// Which writes are open is known.
    told: bool,
    cursor: usize,
}

/// Said where a command does not fit the selected thing; its own reason takes its place where it is
/// shown.
pub(super) const MISFIT: &str = "it does not fit what is selected";

/// One thing in the list.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// An open write.
    Open(&'a OpenIntent),
    /// A draft.
    Draft(&'a Draft),
    /// A file that is no draft.
    Unreadable(&'a Unreadable),
}

impl<'a> Item<'a> {
    /// The document that it is about, where that is known.
    #[must_use]
    pub fn key(self) -> Option<&'a Key> {
        match self {
            Self::Open(open) => Some(&open.story.plan.key),
            Self::Draft(draft) => Some(&draft.text.key),
            Self::Unreadable(_) => None,
        }
    }
}

/// The search for what is left.
#[derive(Debug, Default)]
pub(super) struct Looking {
    /// The task that looks for open writes.
    pub(super) task: Option<TaskId>,
    /// What was found so far.
    pub(super) found: Recovery,
    /// Nobody asked: it comes up only if there is something.
    pub(super) quiet: bool,
}

impl Recovery {
    fn is_empty(&self) -> bool {
        let listed = self.items().next().is_some();
        !listed && self.faults.is_empty()
    }

    /// Everything in the list, in its order.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let open = self.open.iter().map(Item::Open);
        let drafts = open.chain(self.drafts.iter().map(Item::Draft));
        drafts.chain(self.unreadable.iter().map(Item::Unreadable))
    }

    /// The selected place.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected thing.
    #[must_use]
    pub fn selected(&self) -> Option<Item<'_>> {
        self.items().nth(self.cursor)
    }

    fn move_by(&mut self, by: i64) {
        let last = self.items().count().saturating_sub(1);
        let target = i64::try_from(self.cursor).unwrap_or(0).saturating_add(by);
        self.cursor = usize::try_from(target.max(0)).unwrap_or(0).min(last);
    }

    /// Selects the thing at a place.
    pub(super) fn select(&mut self, at: usize) {
        self.cursor = at.min(self.items().count().saturating_sub(1));
    }

    /// What is known of the selected thing.
    #[must_use]
    pub fn details(&self) -> Vec<Line> {
        words::details(self)
    }
}

impl App {
    /// The list of what is unfinished, where it lies on top.
    pub(super) fn recovery(&self) -> Option<&Recovery> {
        match self.layers.last() {
            Some(Layer::Recovery(recovery)) => Some(recovery),
            _ => None,
        }
    }

    /// Looks for what earlier runs left, before anybody asks.
    pub(super) fn look_for_unfinished(&mut self, quiet: bool) {
        if self.options.writing.is_err() {
            return;
        }
        let old = self.writes.looking.task.take();
        self.stop(old);
        self.stop_counting();
        self.asking_for_open();
        self.writes.looking = Looking {
            task: Some(self.start(TaskSpec::Survey)),
            found: Recovery {
                forgets: self.options.forgets,
                ..Recovery::default()
            },
            quiet,
        };
        self.out.push(Effect::FindDrafts(None));
    }

    pub(super) fn on_open_intents(&mut self, open: Vec<OpenIntent>, faults: Vec<String>) {
        self.note_open(&open);
        let looking = &mut self.writes.looking;
        looking.task = None;
        looking.found.open = open;
        looking.found.told = true;
        looking.found.faults.extend(faults);
        self.show_recovery();
    }

    /// All drafts, asked for together with the open writes.
    pub(super) fn on_all_drafts(&mut self, drafts: Vec<Draft>, faults: &[Unreadable]) {
        let found = &mut self.writes.looking.found;
        found.drafts = drafts;
        found.unreadable = faults.to_vec();
        if let Some(Layer::Recovery(recovery)) = self.layers.last_mut() {
            recovery.drafts.clone_from(&found.drafts);
            recovery.unreadable.clone_from(&found.unreadable);
            recovery.select(recovery.cursor);
        }
    }

    /// The journal could not be asked: the drafts are told all the same.
    pub(super) fn unfinished_unknown(&mut self, task: TaskId) -> bool {
        let asked = self.writes.looking.task.take_if(|id| *id == task).is_some();
        if asked {
            let looking = &mut self.writes.looking;
            if !looking.quiet {
                let said = "which writes are unfinished could not be looked up";
                looking.found.faults.push(said.to_owned());
            }
            self.show_recovery();
        }
        asked
    }

    fn show_recovery(&mut self) {
        let looking = &self.writes.looking;
        let found = looking.found.clone();
        if let Some(Layer::Recovery(recovery)) = self.layers.last_mut() {
            let cursor = recovery.cursor;
            **recovery = found;
            return recovery.select(cursor);
        }
        let free = self.layers.is_empty() && self.prompt.is_none();
        match (looking.quiet, found.is_empty()) {
            // Asked for, it comes up with nothing in it too: q leads back from it, not out.
            (quiet, empty) if free && !(quiet && empty) => {
                self.layers.push(Layer::Recovery(Box::new(found)));
            }
            (true, false) => {
                let key = self
                    .keys
                    .keys_of(super::command::Context::List, Command::Recovery);
                let key = key.unwrap_or_else(|| Command::Recovery.name().to_owned());
                let said = format!("there are unfinished writes or drafts; {key} lists them");
                self.say(Level::Warn, said);
            }
            (false, true) => self.say(Level::Info, "nothing is unfinished, and there is no draft"),
            _ => {}
        }
    }

    pub(super) fn recovery_command(&mut self, command: Command) {
        let page = i64::try_from(self.page_height()).unwrap_or(1);
        let Some(Layer::Recovery(recovery)) = self.layers.last_mut() else {
            return;
        };
        match command {
            Command::Down => recovery.move_by(1),
            Command::Up => recovery.move_by(-1),
            Command::PageDown | Command::HalfDown => recovery.move_by(page),
            Command::PageUp | Command::HalfUp => recovery.move_by(-page),
            Command::Top => recovery.move_by(-i64::from(u32::MAX)),
            Command::Bottom => recovery.move_by(i64::from(u32::MAX)),
            Command::Finish => self.decide_to(Decision::Finish),
            Command::GiveUp => self.decide_to(Decision::Drop),
            Command::Discard => self.ask_to_discard(),
            Command::Open | Command::Edit => self.open_unfinished(),
            Command::CopyPath => self.copy_file(),
            Command::Refresh => self.look_for_unfinished(false),
            Command::Back | Command::Quit | Command::Recovery => {
                self.layers.pop();
            }
            other => self.general_command(other),
        }
    }

    /// Asks before a text is given up, as closing the editor does.
    fn ask_to_discard(&mut self) {
        let Some(Layer::Recovery(recovery)) = self.layers.last() else {
            return;
        };
        let (question, stays, gives_up) = match recovery.selected() {
            Some(Item::Draft(draft)) => (
                format!("The draft of {} was not written", draft.text.key),
                "the draft stays",
                "give the text up for good",
            ),
            Some(Item::Unreadable(file)) => (
                format!("{} can't be read as text", file.file.display()),
                "the file stays",
                "remove it for good, with all that an editor left beside it",
            ),
            Some(Item::Open(_)) | None => return,
        };
        let answer = |label: &str, help: &str, answer| (label.to_owned(), help.to_owned(), answer);
        let answers = vec![
            answer("back", stays, Answer::Back),
            answer("discard", gives_up, Answer::Discard),
        ];
        self.ask(question, answers);
    }

    /// Gives the selected draft up, as was answered.
    pub(super) fn discard_draft(&mut self) {
        // It may have come to be needed while it was asked.
        if let Availability::No(why) = Command::Discard.availability(self) {
            let why = self.why_not(Command::Discard, why);
            return self.say(Level::Info, format!("{}: {why}", Command::Discard.short()));
        }
        let Some(Layer::Recovery(recovery)) = self.layers.last() else {
            return;
        };
        let draft = match recovery.selected() {
            Some(Item::Draft(draft)) => draft,
            Some(Item::Unreadable(file)) => {
                let file = file.file.clone();
                return self.remove_unreadable(file);
            }
            Some(Item::Open(_)) | None => return,
        };
        let spent = Spent {
            key: draft.text.key.clone(),
            id: draft.own,
            // what is not on disk in this form goes with what is
            text: draft.file.as_ref().map(|_| draft.text.text.clone()),
            files: draft.file.iter().cloned().collect(),
        };
        self.drop_drafts(spent);
        self.out.push(Effect::FindDrafts(None));
        self.say(Level::Info, "the draft was given up");
    }

    /// Gives a file up that is no draft.
    fn remove_unreadable(&mut self, file: PathBuf) {
        self.out.push(Effect::RemoveUnreadable(file));
        self.out.push(Effect::FindDrafts(None));
        self.say(Level::Info, "the file was given up");
    }

    /// Copies the path of the selected file.
    fn copy_file(&mut self) {
        let Some(Layer::Recovery(recovery)) = self.layers.last() else {
            return;
        };
        let Some(Item::Unreadable(file)) = recovery.selected() else {
            return;
        };
        match file.file.to_str() {
            Some(path) => self.out.push(Effect::Copy(path.to_owned())),
            None => self.say(Level::Warn, "its path is no text"),
        }
    }

    /// Goes to the document; a draft opens in the editor.
    fn open_unfinished(&mut self) {
        let Some(Layer::Recovery(recovery)) = self.layers.last() else {
            return;
        };
        let (key, draft) = match recovery.selected() {
            Some(Item::Open(open)) => (open.story.plan.key.clone(), None),
            Some(Item::Draft(draft)) => (draft.text.key.clone(), Some(draft.clone())),
            Some(Item::Unreadable(_)) | None => return,
        };
        self.layers.pop();
        self.open_document(key, None);
        if draft.is_some() {
            self.read_for(super::writing::Wanted::Edit { outside: false });
        }
    }
}
