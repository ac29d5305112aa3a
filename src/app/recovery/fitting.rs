//! Which keys fit what is selected in the list of what is unfinished, and the true reason of any other.

use super::super::command::{Availability, Command};
use super::super::draft::Draft;
use super::{Item, MISFIT, Recovery};
use crate::domain::intent::Choice;
use crate::task::event::OpenIntent;

impl Recovery {
    /// Whether a command of this place can be used on the selected thing.
    #[must_use]
    pub fn can(&self, command: Command) -> Availability {
        match self.refusal(command) {
            None => Availability::Yes,
            Some(_) => Availability::No(MISFIT),
        }
    }

    /// Why a command of this place cannot be used on the selected thing, if so.
    #[must_use]
    pub fn refusal(&self, command: Command) -> Option<String> {
        use Command::{CopyPath, Discard, Edit, Finish, GiveUp, Open};
        let said = match (command, self.selected()) {
            (Open | Edit | Finish | GiveUp | Discard | CopyPath, None) => "nothing is selected",
            (Finish | GiveUp, Some(Item::Open(open))) => return cannot(open, command),
            (Finish | GiveUp, Some(Item::Draft(_))) => "it is a text that was typed, and no write",
            (Discard, Some(Item::Draft(draft))) => self.needs(draft)?,
            (Finish | GiveUp, Some(Item::Unreadable(_))) => "it is a file, and no write",
            (Open | Edit, Some(Item::Unreadable(_))) => {
                "it can't be read as text: copy its path and open it with a program that knows it"
            }
            (CopyPath, Some(Item::Open(_) | Item::Draft(_))) => "it has no file of its own to open",
            (Discard, Some(Item::Open(_))) => "it is a write, and no draft",
            (Open | Edit, Some(Item::Draft(draft))) => {
                let place = draft.elsewhere.as_ref()?;
                let said = format!("it is of other stores: {place}; start with their profile");
                return Some(said);
            }
            (Edit, Some(Item::Open(_))) => "it is a write; open it to see its document",
            _ => return None,
        };
        Some(said.to_owned())
    }

    /// A text goes only when no write has it that could still want it.
    fn needs(&self, draft: &Draft) -> Option<&'static str> {
        let same_stores = |open: &OpenIntent| match &draft.elsewhere {
            None => !open.elsewhere,
            Some(place) => *place == open.story.place.to_string(),
        };
        let needs =
            |open: &OpenIntent| open.story.may_need_draft_of(&draft.text.key) && same_stores(open);
        if !self.told {
            return Some("can't tell whether an unfinished write still needs it");
        }
        let needed = self.open.iter().any(needs);
        needed.then_some("an unfinished write may still need it: finish it or give it up first")
    }
}

/// Why an open write can't be finished, or given up, if so.
fn cannot(open: &OpenIntent, command: Command) -> Option<String> {
    if open.elsewhere {
        let place = &open.story.place;
        let said = format!("it is for other stores: {place}; start with their profile");
        return Some(said);
    }
    let Some(verdict) = &open.verdict else {
        let why = open.owner.apart();
        return Some(why.unwrap_or("nothing is known of it yet").to_owned());
    };
    let (what, choices) = match command {
        Command::GiveUp => ("it can't be given up now", &[Choice::Drop][..]),
        _ => (
            "it can't be finished now",
            &[Choice::Finish, Choice::Follow][..],
        ),
    };
    if choices
        .iter()
        .any(|choice| verdict.choices.contains(choice))
    {
        return None;
    }
    let open = verdict.uncertain.first();
    let why = open.map(|open| format!("not known: {open}"));
    let why = why.or_else(|| verdict.certain.last().cloned());
    Some(why.map_or_else(|| what.to_owned(), |why| format!("{what}; {why}")))
}
