//! Writing from the browser: which document, read once more, planned, reviewed, sent, and what came
//! of it. Nothing is planned from what merely stands on the screen: it may be old. A row changes
//! or goes when the store said so, not when the key was pressed.

mod ended;
mod left;
mod making;
mod may;
mod ongoing;
mod undo;

use std::sync::Arc;

pub use left::{LEFT_OPEN, LeftHere};

use super::App;
use super::command::Command;
use super::draft::{Draft, Spent, Unreadable};
use super::editing::{Field, Opening};
use super::layer::Layer;
use super::notice::Level;
use super::recovery::{Deciding, Looking};
use super::review::{Decided, TypedText};
use super::versus::Overtaken;
use crate::domain::full::Stored;
use crate::domain::plan::{self, Desk, Plan, Refusal};
use crate::domain::{Bson, Codec, Collection, Key, Version};
use crate::task::event::{Inspection, Outcome};
use crate::task::spec::{TaskId, TaskSpec, Undoing};

/// What a document is read for.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// A plan that needs nothing more.
    Plan(Command),
    /// The editor, or the person's own one.
    Edit {
        /// The person's own one.
        outside: bool,
    },
    /// One value of it, typed in place.
    Field(Field),
    /// The review of this text, which stands in the editor.
    Review(Arc<str>),
    /// The text of this document for another one.
    Copy,
    /// A document that is not there yet, with a text to begin with.
    New(Option<Arc<str>>),
    /// What an overtaken text was made from.
    Base(Box<Overtaken>),
    /// An older version, to be looked at.
    Look,
    /// An older version, to be compared with this one.
    First(Version),
    /// The version that it is compared with.
    Second(Box<Inspection>),
    /// An older version, to be put back.
    Old,
    /// What is stored now, where that is to be put back.
    PutBack(Box<Stored>),
}

impl Wanted {
    fn what(&self) -> &'static str {
        match self {
            Self::Plan(command) => command.short(),
            Self::Edit { .. } => "edit",
            Self::Field(_) => "change",
            Self::Review(_) => "review",
            Self::Copy => "duplicate",
            Self::New(_) => "new",
            Self::Base(_) => "draft",
            Self::Look | Self::First(_) | Self::Second(_) => "versions",
            Self::Old | Self::PutBack(_) => "put back",
        }
    }
}

/// A read that a write waits for.
#[derive(Debug)]
struct Reading {
    task: TaskId,
    key: Key,
    /// The version that was on the screen.
    shown: Option<Version>,
    wanted: Wanted,
}

/// A write on its way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) task: TaskId,
    pub(super) plan: Arc<Plan>,
    pub(super) typed: Option<TypedText>,
    /// It takes another write back.
    pub(super) takes_back: bool,
}

/// What is being decided, and what runs.
#[derive(Debug, Default)]
pub struct Writes {
    reading: Option<Reading>,
    undoing: Option<TaskId>,
    /// The search for unfinished writes.
    pub(super) looking: Looking,
    /// A decision about an open write that waits for the profile's name.
    pub(super) deciding: Option<Deciding>,
    /// How the writes ended that were waited for in order to leave.
    pub(super) parting: Vec<String>,
    /// The writes that were taken up, and the drafts that go with each.
    pub(super) taken_up: Vec<(TaskId, Vec<Spent>)>,
    /// A value that is being changed in place, or was and is in no editor yet.
    pub(super) field: Option<Field>,
    /// Others of which something was typed that is in no editor.
    pub(super) fields_left: Vec<Field>,
    /// A document that is about to be edited.
    pub(super) opening: Option<Opening>,
    /// The document in the editor, as it was read.
    pub(super) editing: Option<Arc<Inspection>>,
    /// The collection and the text that wait for a new id.
    making: Option<(Collection, Option<making::Original>)>,
    /// The last copy, and how what it is a copy of is written down.
    copied: Option<(Key, Codec)>,
    /// The program ends with the last write.
    pub(super) leaving: bool,
    pub(super) sent: Vec<Sent>,
    left: left::Left,
}

impl App {
    /// The commands of the browser that lead to a write. Returns whether it was one.
    pub(super) fn write_command(&mut self, command: Command) -> bool {
        match command {
            Command::SoftDelete | Command::Delete | Command::Restore | Command::Rebuild => {
                self.read_for(Wanted::Plan(command));
            }
            Command::Versions => self.open_versions(),
            Command::EditField => self.change_field(),
            Command::Edit => self.read_for(Wanted::Edit { outside: false }),
            Command::EditOutside => self.read_for(Wanted::Edit { outside: true }),
            Command::Duplicate => self.read_for(Wanted::Copy),
            Command::New => {
                if let Some(name) = self.list.collection.clone() {
                    self.make(name, None);
                }
            }
            Command::Undo => self.look_for_undo(Undoing::Last(self.preview.key.clone())),
            Command::Redo => self.look_for_undo(Undoing::LastUndo(self.preview.key.clone())),
            _ => return false,
        }
        true
    }

    /// Reads the selected document once more; what is wanted follows when the answer is there.
    pub(super) fn read_for(&mut self, wanted: Wanted) {
        let Some(key) = self.preview.key.clone() else {
            return;
        };
        // The draft that would be found is the text that is being written.
        let edits = matches!(wanted, Wanted::Edit { .. } | Wanted::Field(_));
        if edits && self.is_written(&key) {
            let said = format!("{}: {}", wanted.what(), self.still_written(&key));
            return self.say(Level::Info, said);
        }
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| shown.document.key == key && shown.at.is_none());
        let stored = shown.and_then(|shown| shown.document.stored.seen());
        let version = stored.and_then(Stored::version);
        let row = self.list.selected().filter(|row| row.key == key);
        let id = row.map(|row| row.lite.id.clone());
        self.read_document(key, id, (version, wanted));
    }

    /// Reads the value as of a version.
    pub(super) fn read_at(&mut self, key: Key, version: Version, wanted: Wanted) {
        self.read(key, (None, Some(version)), (None, wanted));
    }

    /// Reads both halves as they are now.
    pub(super) fn read_now(&mut self, key: Key, wanted: Wanted) {
        self.read_document(key, None, (None, wanted));
    }

    /// Reads both halves of the document in the editor once more, for the review of its text.
    pub(super) fn read_to_review(&mut self, seen: &Inspection, text: Arc<str>) {
        let id = seen.lite().map(|lite| lite.id.clone());
        let key = seen.document.key.clone();
        self.read_document(key, id, (None, Wanted::Review(text)));
    }

    /// Reads what an overtaken text was made from; without it there is less to compare.
    pub(super) fn read_base(&mut self, base: Version, overtaken: Overtaken) {
        let key = overtaken.theirs.document.key.clone();
        self.read_at(key, base, Wanted::Base(Box::new(overtaken)));
    }

    fn read_document(&mut self, key: Key, id: Option<Bson>, what: (Option<Version>, Wanted)) {
        self.read(key, (id, None), what);
    }

    /// Reads a document, as of a version where one is named, for what is wanted of it.
    fn read(
        &mut self,
        key: Key,
        (id, at): (Option<Bson>, Option<Version>),
        (shown, wanted): (Option<Version>, Wanted),
    ) {
        let old = self.writes.reading.take().map(|reading| reading.task);
        self.stop(old);
        let task = self.start(TaskSpec::Inspect {
            key: key.clone(),
            id,
            at,
        });
        self.writes.reading = Some(Reading {
            task,
            key,
            shown,
            wanted,
        });
    }

    fn look_for_undo(&mut self, which: Undoing) {
        let old = self.writes.undoing.take();
        self.stop(old);
        self.writes.undoing = Some(self.start(TaskSpec::PlanUndo(which)));
    }

    /// An answer that belongs to a write. Returns whether anything on the screen has changed.
    pub(super) fn on_write_answer(&mut self, task: TaskId, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Inspection(inspection) => {
                let reading = self.writes.reading.take_if(|reading| reading.task == task);
                let Some(reading) = reading else {
                    return false;
                };
                self.on_read(&reading, &inspection);
            }
            Outcome::Undo(undo) if self.writes.undoing == Some(task) => {
                self.writes.undoing = None;
                self.on_undo(*undo);
            }
            Outcome::Stuck(stuck) if self.writes.undoing == Some(task) => {
                self.writes.undoing = None;
                self.on_stuck(&stuck);
            }
            Outcome::Written(written) => {
                self.note_ending(&written);
                self.on_written(task, &written);
            }
            Outcome::Open(open, _) if self.counted_open(task, &open) => {}
            Outcome::Open(open, faults) if self.writes.looking.task == Some(task) => {
                self.on_open_intents(open, faults);
            }
            Outcome::Versions(versions) => return self.on_versions(task, *versions),
            _ => return false,
        }
        true
    }

    /// Drafts that were looked for.
    pub(super) fn on_drafts(
        &mut self,
        key: Option<&Key>,
        drafts: Vec<Draft>,
        faults: &[Unreadable],
    ) {
        for fault in faults {
            let file = fault.file.display();
            self.say(Level::Warn, format!("{}: {file}", fault.said));
        }
        let drafts = self.with_held(key, drafts);
        match key {
            Some(_) => self.offer_drafts(drafts),
            None => self.on_all_drafts(drafts, faults),
        }
    }

    /// Whether the failed task was one that a write waited for; a write itself is forgotten.
    pub(super) fn on_write_failed(&mut self, task: TaskId) -> bool {
        if self.versions_failed(task) || self.unfinished_unknown(task) {
            return true;
        }
        self.writes.sent.retain(|sent| sent.task != task);
        self.drop_settled_question();
        let reading = self.writes.reading.take_if(|reading| reading.task == task);
        if let Some(Reading {
            wanted: Wanted::Base(overtaken),
            ..
        }) = &reading
        {
            self.open_versus(Overtaken::clone(overtaken));
        }
        if matches!(&reading, Some(reading) if matches!(reading.wanted, Wanted::Review(_))) {
            self.check_text();
        }
        let undoing = self.writes.undoing.take_if(|undoing| *undoing == task);
        reading.is_some() || undoing.is_some()
    }

    /// Whether what was asked for may come up now: nobody has gone elsewhere meanwhile.
    fn is_still_wanted(&mut self, wanted: &Wanted, key: &Key) -> bool {
        let free = self.prompt.is_none()
            && match (self.layers.last(), wanted) {
                (Some(Layer::Edit(edit)), Wanted::Review(text)) => {
                    edit.key == *key && edit.whole_text() == *text
                }
                (_, Wanted::Review(_)) => false,
                (None, _) => true,
                (Some(Layer::Versions(versions)), _) => versions.key == *key,
                (Some(_), _) => false,
            };
        let anywhere = matches!(wanted, Wanted::New(_) | Wanted::Review(_));
        let same = self.preview.key.as_ref() == Some(key) || anywhere;
        if !free || !same {
            let said = format!("{} {key}: not begun, since you went on", wanted.what());
            self.say(Level::Info, said);
        }
        free && same
    }

    fn on_read(&mut self, reading: &Reading, inspection: &Inspection) {
        if !self.is_still_wanted(&reading.wanted, &reading.key) {
            return self.check_text();
        }
        match &reading.wanted {
            Wanted::New(text) => return self.edit_new(inspection, text.clone()),
            Wanted::Review(_) => return self.review_over(inspection),
            Wanted::Base(overtaken) => return self.compare_with(inspection, overtaken),
            Wanted::Look => return self.look_at_version(inspection),
            Wanted::First(other) => {
                let first = Wanted::Second(Box::new(inspection.clone()));
                return self.read_at(reading.key.clone(), *other, first);
            }
            Wanted::Second(first) => return self.compare_versions(first, inspection),
            Wanted::Old => return self.old_is_known(inspection),
            Wanted::PutBack(old) => return self.put_back(old, inspection),
            Wanted::Plan(_) | Wanted::Edit { .. } | Wanted::Field(_) | Wanted::Copy => {}
        }
        self.say_if_changed(reading.shown, inspection);
        self.show_document(inspection);
        match &reading.wanted {
            Wanted::Plan(command) => self.decide(*command, inspection),
            Wanted::Edit { outside } => self.open_editor(inspection, *outside),
            Wanted::Field(field) => self.put_field(field, inspection),
            _ => self.copy_of(inspection),
        }
    }

    fn compare_with(&mut self, base: &Inspection, overtaken: &Overtaken) {
        let stored = base.document.stored.seen().and_then(Stored::full);
        let saw = stored.and_then(|full| full.json().cloned());
        self.open_versus(Overtaken {
            saw,
            ..overtaken.clone()
        });
    }

    fn decide(&mut self, command: Command, inspection: &Inspection) {
        let desk = self.desk(inspection);
        match desk.and_then(|desk| plan_of(command, desk)) {
            Ok(plan) => {
                let decided = Decided {
                    plan,
                    undoes: None,
                    typed: None,
                };
                self.open_review(decided, inspection);
            }
            Err(refusal) => self.refuse(command.short(), &refusal),
        }
    }

    fn say_if_changed(&mut self, shown: Option<Version>, now: &Inspection) {
        let stored = now.document.stored.seen();
        let version = stored.and_then(Stored::version);
        if let (Some(shown), Some(version)) = (shown, version)
            && shown != version
        {
            let said = format!("it was written again since it was shown: {shown}, now {version}");
            self.say(Level::Warn, said);
        }
    }

    pub(super) fn refuse(&mut self, what: &str, refusal: &Refusal) {
        self.say(Level::Warn, format!("{what}: {refusal}"));
    }
}

fn plan_of(command: Command, desk: Desk<'_>) -> Result<Plan, Refusal> {
    match command {
        Command::SoftDelete => plan::soft_delete(desk, None),
        Command::Restore => plan::restore(desk),
        Command::Rebuild => plan::rebuild(desk),
        _ => desk.delete(),
    }
}
