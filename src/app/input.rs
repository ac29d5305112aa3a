//! From keys to commands: whose keys they are, and who has the command.

use super::App;
use super::command::{Availability, Command, Context};
use super::keymap::Resolved;
use super::layer::Layer;
use super::layout::Pane;
use super::msg::{Chord, Effect, Key};
use super::notice::Level;

/// What follows the `y` when somebody types the word.
const REST_OF_YES: [Key; 2] = [Key::Char('e'), Key::Char('s')];
/// Milliseconds that each of these letters may take.
const NEXT_LETTER: u64 = 900;
/// Milliseconds that the key which ends the word may take: that one is pressed with more thought.
const LAST_KEY: u64 = 3_000;

/// What was typed of a "yes" beyond its first letter, and when the last of it.
#[derive(Debug)]
pub(super) struct RestOfYes {
    since: u64,
    letters: usize,
}

impl App {
    /// A write was let pass: the rest of the word is not for what lies behind the review.
    pub(super) fn expect_rest_of_yes(&mut self) {
        let key = self.keys.keys_of(Context::Review, Command::Write);
        if key.as_deref() != Some("y") {
            return;
        }
        self.rest_of_yes = Some(RestOfYes {
            since: self.now.mono,
            letters: 0,
        });
    }

    /// Whether the key goes on with the word "yes", or ends it with enter. Any other key is none of
    /// it, and nothing is after that.
    pub(super) fn is_rest_of_yes(&mut self, chord: Chord) -> bool {
        let Some(RestOfYes { since, letters }) = self.rest_of_yes.take() else {
            return false;
        };
        let took = self.now.mono.saturating_sub(since);
        if chord == Chord::plain(Key::Enter) {
            let most = if letters > 0 { LAST_KEY } else { NEXT_LETTER };
            return took <= most;
        }
        let next = REST_OF_YES.get(letters).copied().map(Chord::plain);
        let is_it = next == Some(chord) && took <= NEXT_LETTER;
        if is_it {
            self.rest_of_yes = Some(RestOfYes {
                since: self.now.mono,
                letters: letters + 1,
            });
        }
        is_it
    }

    pub(super) fn context(&self) -> Context {
        if self.prompt.is_some() {
            return Context::Prompt;
        }
        match (self.layers.last(), self.focus) {
            (Some(layer), _) => layer.context(),
            (None, Pane::Collections) => Context::Collections,
            (None, Pane::List) => Context::List,
            (None, Pane::Document) => Context::Document,
        }
    }

    pub(super) fn press(&mut self, chord: Chord) {
        let context = self.context();
        self.pending.push(chord);
        let keys = std::mem::take(&mut self.pending);
        match self.keys.resolve(context, &keys) {
            Resolved::Command(command) => self.run_if_available(command),
            Resolved::Pending(_) => self.pending = keys,
            // A key that leads nowhere ends what was pending; in a line it is text.
            Resolved::Nothing if context.takes_text() => self.typed(chord),
            Resolved::Nothing if keys.len() == 1 && chord.key == Key::Esc => {
                self.run(Command::Back);
            }
            Resolved::Nothing => self.say_unbound(context, &keys),
        }
    }

    /// A key without a meaning here: says where it has one.
    fn say_unbound(&mut self, context: Context, keys: &[Chord]) {
        if keys.last().is_some_and(|last| last.key == Key::Esc) {
            return;
        }
        let shown: Vec<String> = keys.iter().map(Chord::to_string).collect();
        let shown = shown.join(" ");
        let elsewhere = [
            (Context::List, "the list"),
            (Context::Document, "the document"),
            (Context::Collections, "the collections"),
        ];
        let means = |place| matches!(self.keys.resolve(place, keys), Resolved::Command(_));
        let place = elsewhere
            .iter()
            .find(|(place, _)| *place != context && means(*place));
        let said = match place {
            Some((_, place)) => format!("{shown} belongs to {place}"),
            None => format!("nothing is bound to {shown}"),
        };
        self.notices.whisper(self.now, said);
    }

    pub(super) fn typed(&mut self, chord: Chord) {
        if self.prompt.is_some() {
            return self.prompt_typed(chord);
        }
        match self.layers.last_mut() {
            Some(Layer::Menu(menu)) => menu.typed(chord),
            Some(Layer::Review(review)) => review.typed(chord),
            Some(Layer::Edit(edit)) => edit.typed(chord, self.now.mono),
            _ => {}
        }
    }

    pub(super) fn pasted(&mut self, text: &str) {
        if self.prompt.is_some() {
            return self.prompt_pasted(text);
        }
        match self.layers.last_mut() {
            Some(Layer::Menu(menu)) => menu.pasted(text),
            Some(Layer::Review(review)) => review.pasted(text),
            Some(Layer::Edit(edit)) => edit.pasted(text, self.now.mono),
            _ => {}
        }
    }

    pub(super) fn run_if_available(&mut self, command: Command) {
        if let Availability::No(why) = command.availability(self) {
            let why = self.why_not(command, why);
            self.say(Level::Info, format!("{}: {why}", command.short()));
        } else {
            self.run(command);
        }
    }

    pub(super) fn run(&mut self, command: Command) {
        if self.prompt.is_some() {
            return self.prompt_command(command);
        }
        match self.layers.last() {
            Some(Layer::Menu(_)) => self.menu_command(command),
            Some(Layer::Tasks) => self.tasks_command(command),
            Some(Layer::Page(_)) => self.page_command(command),
            Some(Layer::Review(_)) => self.review_command(command),
            Some(Layer::Edit(_)) => self.edit_command(command),
            Some(Layer::Versus(_)) => self.versus_command(command),
            Some(Layer::Recovery(_)) => self.recovery_command(command),
            Some(Layer::Versions(_)) => self.versions_command(command),
            None => self.browse_command(command),
        }
    }

    /// Commands that mean the same everywhere.
    pub(super) fn general_command(&mut self, command: Command) {
        match command {
            Command::Quit => self.quit(),
            Command::Suspend => self.out.push(Effect::Suspend),
            Command::Help => self.open_help(),
            Command::Log => self.open_log(),
            Command::Doctor => self.open_doctor(),
            Command::Palette => self.open_palette(),
            Command::Tasks => self.open_tasks(),
            Command::Recovery => self.look_for_unfinished(false),
            Command::PickCollection => self.pick_collection(),
            Command::Mouse => {
                self.mouse = !self.mouse;
                self.out.push(Effect::Mouse(self.mouse));
                let key = self.keys.keys_of(Context::List, Command::Mouse);
                let said = match (self.mouse, key) {
                    (true, Some(key)) => format!("mouse on ({key} turns it off)"),
                    (true, None) => "mouse on".to_owned(),
                    (false, _) => "mouse off".to_owned(),
                };
                self.say(Level::Info, said);
            }
            _ => {}
        }
    }
}
