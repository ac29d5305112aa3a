//! Which of the commands that write can be used now, and why not.

use super::super::App;
use super::super::board::Sign;
use super::super::command::{Availability, Command};
use super::super::layer::{Layer, LayerKind};
use super::super::recovery::MISFIT;
use crate::domain::full::Stored;
use crate::domain::{Key, Lite, State, Window};
use crate::task::event::Inspection;

/// Said where it can't be told what the value store holds; the document's own reason takes its
/// place where it is shown.
const UNTOLD: &str = "can't tell what 0G holds";

/// Said of the marks where a collection has none.
const UNMARKED: &str = "this collection has no delete marks";

/// Said where a write must end first; which one is said where there is room.
const ONGOING: &str = "a write of yours is still on its way";

/// Whether the command writes the document that is selected.
pub(super) fn writes_selected(command: Command) -> bool {
    matches!(
        command,
        Command::SoftDelete
            | Command::Delete
            | Command::Restore
            | Command::Rebuild
            | Command::Edit
            | Command::EditField
            | Command::EditOutside
            | Command::Duplicate
    )
}

impl App {
    /// Whether a command that leads to a write can be used; `None` for any other.
    pub(in crate::app) fn can_write_now(&self, command: Command) -> Option<Availability> {
        let browser = self.top_layer() == LayerKind::Browse;
        let on_document = match command {
            Command::EditOutside if self.top_layer() == LayerKind::Edit => {
                return Some(Availability::Yes);
            }
            Command::Edit | Command::Discard if self.top_layer() == LayerKind::Versus => {
                return Some(Availability::Yes);
            }
            Command::Open | Command::Edit | Command::CopyPath
                if self.top_layer() == LayerKind::Recovery =>
            {
                let recovery = self.recovery()?;
                return Some(recovery.can(command));
            }
            Command::Finish | Command::GiveUp | Command::Discard => {
                return Some(match self.layers.last() {
                    Some(Layer::Recovery(_)) if self.waits_for(command).is_some() => {
                        Availability::No(ONGOING)
                    }
                    Some(Layer::Recovery(recovery)) => recovery.can(command),
                    _ => Availability::Hidden,
                });
            }
            Command::Recovery => {
                return Some(match &self.options.writing {
                    Ok(_) => Availability::Yes,
                    Err(_) => Availability::No("this session cannot write"),
                });
            }
            Command::Versions => {
                let here = browser && self.preview.key.is_some();
                return Some(match (here, self.top_layer()) {
                    (true, _) if self.was_never_written() => {
                        Availability::No("the key was never written, as far as this node can see")
                    }
                    (true, _) | (_, LayerKind::Versions) => Availability::Yes,
                    _ => Availability::No("no document is selected"),
                });
            }
            other if writes_selected(other) => true,
            Command::Undo | Command::Redo | Command::New => false,
            other => {
                let here = self.top_layer() == place_of(other)?;
                let may = other != Command::PutBack || self.options.writing.is_ok();
                return Some(match (here, may) {
                    (false, _) => Availability::Hidden,
                    (true, false) => Availability::No("this session cannot write"),
                    (true, true) if self.waits_for(other).is_some() => Availability::No(ONGOING),
                    (true, true) => Availability::Yes,
                });
            }
        };
        Some(self.in_browser(command, on_document))
    }

    /// Whether a command of the browser that writes can be used.
    fn in_browser(&self, command: Command, on_document: bool) -> Availability {
        if self.top_layer() != LayerKind::Browse {
            Availability::No("it belongs to the browser: go back first")
        } else if self.options.writing.is_err() {
            Availability::No("this session cannot write")
        } else if on_document && self.preview.key.is_none() {
            Availability::No("no document is selected")
        } else if command == Command::New && !self.list.is_open() {
            Availability::No("no collection is open")
        } else if self.waits_for(command).is_some() {
            Availability::No(ONGOING)
        } else {
            self.fits_state(command)
        }
    }

    /// Whether the value store has told that the document shown has no version at all.
    fn was_never_written(&self) -> bool {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| {
            self.preview.key.as_ref() == Some(&shown.document.key) && shown.at.is_none()
        });
        let absent = |shown: &Inspection| {
            let absent = matches!(shown.document.stored.seen(), Some(Stored::Absent));
            absent && shown.diagnosis.untold().is_none()
        };
        self.blind_window().is_none() && shown.is_some_and(|shown| absent(shown))
    }

    /// Whether a command of the browser leads to a write.
    fn leads_to_write(&self, command: Command) -> bool {
        let reads = matches!(command, Command::Versions | Command::EditOutside);
        self.layers.is_empty() && !reads && self.can_write_now(command).is_some()
    }

    /// Whether a command is worth its room on the screen: one that writes is not in a session that
    /// cannot, nor where it can't be told what it would replace or delete, nor where the collection
    /// never has what it is about.
    #[must_use]
    pub fn is_offered(&self, command: Command) -> bool {
        let writes = self.leads_to_write(command);
        let never = || {
            let may = self.can_write_now(command);
            matches!(may, Some(Availability::No(UNTOLD | UNMARKED)))
        };
        !writes || (self.options.writing.is_ok() && !never())
    }

    /// What the state of the selected document allows, as far as it is known.
    fn fits_state(&self, command: Command) -> Availability {
        if command == Command::New && self.blind_window().is_some() {
            return Availability::No(UNTOLD);
        }
        let Some(key) = &self.preview.key else {
            return Availability::Yes;
        };
        let touches_value = matches!(
            command,
            Command::Delete
                | Command::Edit
                | Command::EditField
                | Command::EditOutside
                | Command::Duplicate
                | Command::Rebuild
        );
        if touches_value && self.untold(key).is_some() {
            return Availability::No(UNTOLD);
        }
        let model = self.options.catalog.get(&key.collection);
        let unmarked = model.is_some_and(|model| !model.soft_delete);
        let lite = self.selected_lite(key);
        match (command, lite) {
            (Command::SoftDelete | Command::Restore, _) if unmarked => Availability::No(UNMARKED),
            (Command::SoftDelete, Some(lite)) if lite.is_soft_deleted() => {
                Availability::No("it is soft-deleted already")
            }
            (Command::Restore, Some(lite))
                if !lite.is_soft_deleted() && !lite.has_stray_marks() =>
            {
                Availability::No("it is not soft-deleted")
            }
            (Command::Rebuild, _) if self.selected_state(key) == State::Agrees => {
                Availability::No("the lite document says what the full value says")
            }
            _ => Availability::Yes,
        }
    }

    /// Why nothing can be told of the document as it was last read, if so.
    fn untold(&self, key: &Key) -> Option<String> {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| shown.document.key == *key && shown.at.is_none());
        if let Some(shown) = shown {
            return shown.diagnosis.untold();
        }
        let row = self.list.selected().filter(|row| row.key == *key)?;
        row.mark.as_ref()?.diagnosis.untold()
    }

    /// Why "no value" is no answer of the value store, as far as it has said how far it sees.
    fn blind_window(&self) -> Option<String> {
        let window = self.board.window;
        let asked = window != Window::default();
        window.blind().filter(|_| asked)
    }

    /// MongoDB's half of the document that is known under the key.
    fn selected_lite(&self, key: &Key) -> Option<&Lite> {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| shown.document.key == *key && shown.at.is_none());
        if let Some(lite) = shown.and_then(|shown| shown.lite()) {
            return Some(lite);
        }
        let row = self.list.selected().filter(|row| row.key == *key)?;
        Some(&row.lite)
    }

    fn selected_state(&self, key: &Key) -> State {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| shown.document.key == *key && shown.at.is_none());
        shown.map_or(State::Unchecked, |shown| shown.diagnosis.state)
    }

    /// A reason that is about what MongoDB holds, with what is known of MongoDB.
    fn with_silence(&self, said: String) -> String {
        match &self.board.mongo {
            Sign::Bad(failure) if said.contains("MongoDB") => format!("{said}: {}", failure.said),
            _ => said,
        }
    }

    /// Why a command cannot be used, with the session's own reason where it cannot write at all.
    pub(in crate::app) fn why_not(&self, command: Command, why: &'static str) -> String {
        if let (MISFIT, Some(recovery)) = (why, self.recovery()) {
            return self.with_silence(recovery.refusal(command).unwrap_or_default());
        }
        match &self.options.writing {
            Err(reason) if self.can_write_now(command).is_some() && self.layers.is_empty() => {
                reason.clone()
            }
            _ if why == UNTOLD && command == Command::New => {
                let why = self.blind_window().unwrap_or_default();
                format!("can't tell whether an id is free: {why}")
            }
            _ if why == ONGOING => {
                let said = self.waits_for(command).map(|key| self.still_written(key));
                said.unwrap_or_else(|| why.to_owned())
            }
            _ if why == UNTOLD => {
                let said = self.preview.key.as_ref().and_then(|key| self.untold(key));
                said.unwrap_or_else(|| why.to_owned())
            }
            _ => why.to_owned(),
        }
    }
}

/// The layer that a command belongs to, of those that only one layer has.
fn place_of(command: Command) -> Option<LayerKind> {
    match command {
        Command::Write | Command::Stay => Some(LayerKind::Review),
        Command::Rebase => Some(LayerKind::Versus),
        Command::Mark | Command::Compare | Command::PutBack => Some(LayerKind::Versions),
        Command::Check | Command::GotoLine | Command::EditUndo | Command::EditRedo => {
            Some(LayerKind::Edit)
        }
        _ => None,
    }
}
