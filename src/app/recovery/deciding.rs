//! A decision about an open write: asked about where it is for good, then carried out by a task.

use super::super::App;
use super::super::command::{Availability, Command};
use super::super::menu::Answer;
use super::super::notice::Level;
use super::super::prompts::Purpose;
use super::{Item, words};
use crate::domain::Key;
use crate::domain::intent::{Decision, IntentId};
use crate::task::event::OpenIntent;
use crate::task::spec::TaskSpec;

/// What is to be done about which open write.
#[derive(Clone, Debug)]
pub(in crate::app) struct Deciding {
    intent: IntentId,
    key: Key,
    decision: Decision,
}

impl Deciding {
    fn new(open: &OpenIntent, decision: Decision) -> Self {
        Self {
            intent: open.story.intent.clone(),
            key: open.story.plan.key.clone(),
            decision,
        }
    }
}

/// The decision as the keys of the list name it.
fn named(decision: Decision) -> &'static str {
    match decision {
        Decision::Finish => Command::Finish.short(),
        Decision::Drop => Command::GiveUp.short(),
    }
}

impl App {
    /// The open write that is selected in the list on top.
    fn selected_open(&self) -> Option<&OpenIntent> {
        match self.recovery()?.selected()? {
            Item::Open(open) => Some(open),
            Item::Draft(_) | Item::Unreadable(_) => None,
        }
    }

    /// Leads to a decision about the selected write. To give it up is for good, so that is asked; the
    /// name of a protected profile is a question already.
    pub(super) fn decide_to(&mut self, decision: Decision) {
        let Some(open) = self.selected_open() else {
            return;
        };
        let deciding = Deciding::new(open, decision);
        let means = (decision == Decision::Drop).then(|| words::given_up(open));
        let writing = self.options.writing.as_ref();
        if writing.is_ok_and(|writing| writing.protected) {
            return self.ask_for_profile(deciding, means);
        }
        let Some(means) = means else {
            return self.carry_out(deciding);
        };
        let verb = open.story.plan.action.row().verb.to_lowercase();
        let question = format!("Give up: {verb} {}", deciding.key);
        let answer = |label: &str, help: &str, answer| (label.to_owned(), help.to_owned(), answer);
        let answers = vec![
            answer("back", "the write stays open", Answer::Back),
            answer("give up", &means, Answer::GiveUpWrite),
        ];
        self.ask(question, answers);
    }

    fn ask_for_profile(&mut self, deciding: Deciding, means: Option<String>) {
        let (what, profile) = (named(deciding.decision), self.options.profile.clone());
        self.writes.deciding = Some(deciding);
        self.open_prompt(Purpose::Profile);
        let means = means.map_or_else(String::new, |means| format!(" ({means})"));
        let said =
            format!("{what}: profile {profile} is protected; type its name and press enter{means}");
        self.say(Level::Info, said);
    }

    /// Gives the selected write up, as was answered.
    pub(in crate::app) fn give_write_up(&mut self) {
        // What is known of it may have changed while it was asked.
        if let Availability::No(why) = Command::GiveUp.availability(self) {
            let why = self.why_not(Command::GiveUp, why);
            return self.say(Level::Info, format!("{}: {why}", Command::GiveUp.short()));
        }
        let deciding = self.selected_open();
        let deciding = deciding.map(|open| Deciding::new(open, Decision::Drop));
        if let Some(deciding) = deciding {
            self.carry_out(deciding);
        }
    }

    /// What was typed for the profile's name: nothing else lets the decision pass.
    pub(in crate::app) fn decided(&mut self, typed: &str) {
        let Some(deciding) = self.writes.deciding.take() else {
            return;
        };
        if typed.trim() == self.options.profile {
            return self.carry_out(deciding);
        }
        let said = format!(
            "{}: that is not the profile's name; nothing was done",
            named(deciding.decision)
        );
        self.say(Level::Warn, said);
    }

    fn carry_out(&mut self, deciding: Deciding) {
        let Deciding {
            intent,
            key,
            decision,
        } = deciding;
        let said = format!("{} {key}: on its way", named(decision));
        let task = self.start(TaskSpec::Resume {
            intent: intent.clone(),
            key,
            decision,
        });
        self.note_taken_up(task, &intent);
        self.say(Level::Info, said);
    }
}
