//! The line at the bottom while something is typed: a filter, or text to find.
//!
//! A filter is asked for by enter alone, never while it is typed: half a line may be a search through
//! a whole collection of a server that others work on. So leaving the line has nothing to take back.

use super::App;
use super::command::Command;
use super::history::{self, Walk};
use super::layout::Pane;
use super::list::{Question, Row};
use super::msg::{Chord, Effect, Key as Pressed};
use super::prompt::Line;
use crate::domain::discretion::{Masked, masked};
use crate::domain::filter::{self, Completion, Fault};
use crate::domain::model::Field;
use crate::domain::{Key, Sort};

/// What is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The filter of the list.
    Filter,
    /// Text to find in loaded rows.
    FindInList,
    /// Text to find in the document.
    FindInDocument,
    /// Text to find on the page.
    FindInPage,
    /// Text to find in the editor.
    FindInText,
    /// The line of the editor to go to.
    Line,
    /// The name of a protected profile.
    Profile,
    /// The new value of one member of the document.
    Field,
}

/// The line and what is known about it.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What is in front of the line.
    label: String,
    /// The text.
    pub line: Line,
    /// What is wrong with it, and where.
    pub fault: Option<Fault>,
    /// What could be typed at the cursor.
    pub completions: Vec<Completion>,
    /// The completion that stands in the text now.
    pub chosen: Option<usize>,
    /// Where the keys were and which row stood at the top, for leaving without a change.
    left: Left,
    /// The filters used here before.
    pub walk: Walk,
    /// Masked values were shown when it was opened: they may be asked for.
    pub reveals: bool,
}

/// How the screen stood when the line was opened.
#[derive(Clone, Debug)]
struct Left {
    focus: Pane,
    zoomed: bool,
    top: Option<Key>,
}

impl Prompt {
    /// Rows it needs on the screen.
    #[must_use]
    pub fn rows(&self) -> u16 {
        match self.purpose {
            Purpose::Filter => 3,
            _ => 1,
        }
    }

    /// What is in front of the line.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Filter => "filter: ",
            Self::FindInList => "find in loaded rows: ",
            Self::FindInDocument => "find in document: ",
            Self::FindInPage => "find on this page: ",
            Self::FindInText => "find in the text: ",
            Self::Line => "go to line: ",
            Self::Profile => "the profile's name: ",
            Self::Field => "new value: ",
        }
    }
}

impl App {
    pub(super) fn open_prompt(&mut self, purpose: Purpose) {
        let window = &self.list.window;
        let left = Left {
            focus: self.focus,
            zoomed: self.zoomed,
            top: window.get(window.first_shown()).map(|row| row.key.clone()),
        };
        if purpose == Purpose::Filter && self.layers.is_empty() {
            self.focus_on(Pane::List);
        }
        let text = match purpose {
            Purpose::Filter => self.list.filter_text.clone(),
            Purpose::Field => {
                let field = self.writes.field.as_ref();
                field.map_or_else(String::new, |field| field.text().to_owned())
            }
            _ => String::new(),
        };
        let field = self.writes.field.as_ref();
        let label = match (purpose, field) {
            (Purpose::Field, Some(field)) => self.options.spelling().clean(&field.label()).into(),
            _ => purpose.label().to_owned(),
        };
        let mut line = Line::new(&text);
        if purpose == Purpose::Field && text.ends_with('"') {
            // into the text, not behind it
            line.press(Chord::plain(Pressed::Left));
        }
        let walk = match (purpose, &self.list.collection) {
            (Purpose::Filter, Some(name)) => {
                let used = self.options.filters.get(name.as_str());
                Walk::new(used.map_or(&[][..], Vec::as_slice))
            }
            _ => Walk::default(),
        };
        self.prompt = Some(Prompt {
            purpose,
            label,
            line,
            fault: None,
            completions: Vec::new(),
            chosen: None,
            left,
            walk,
            reveals: self.reveals(),
        });
        self.check_prompt();
        self.relayout();
    }

    pub(super) fn prompt_command(&mut self, command: Command) {
        match command {
            Command::Accept => self.accept_prompt(),
            Command::Cancel | Command::Back | Command::Quit => self.cancel_prompt(),
            Command::Complete => self.complete(1),
            Command::CompleteBack => self.complete(-1),
            Command::Older => self.walk(true),
            Command::Newer => self.walk(false),
            _ => {}
        }
    }

    pub(super) fn prompt_typed(&mut self, chord: Chord) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        if prompt.line.press(chord) {
            prompt.chosen = None;
        }
        if prompt.purpose == Purpose::Field {
            prompt.fault = None;
        }
        self.check_prompt();
    }

    pub(super) fn prompt_pasted(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            prompt.line.paste(text);
            prompt.chosen = None;
        }
        self.check_prompt();
    }

    /// Reads the line again: its fault and its completions.
    fn check_prompt(&mut self) {
        let known = self.known_fields();
        let names = self.list.seen_fields();
        let now = self.now;
        let (model, hint) = (self.list.model, self.reveal_hint());
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        if prompt.purpose != Purpose::Filter {
            return;
        }
        let text = prompt.line.text();
        let parsed = filter::parse(text, known, &names, now.wall);
        if prompt.chosen.is_none() {
            prompt.completions = filter::complete(text, prompt.line.cursor(), known, &names);
        }
        prompt.fault = match parsed {
            Ok(line) if !prompt.reveals => {
                let masked = masked(model, &line.filter, &Sort::by_id(true));
                masked.map(|masked| refused(text, &masked, &hint))
            }
            parsed => parsed.err(),
        };
    }

    pub(super) fn known_fields(&self) -> &'static [Field] {
        self.list.model.map_or(&[], |model| &model.lite)
    }

    fn complete(&mut self, by: isize) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        let count = prompt.completions.len();
        if count == 0 {
            return;
        }
        let next = match prompt.chosen {
            None if by > 0 => 0,
            None => count - 1,
            Some(at) => (at + count).wrapping_add_signed(by) % count,
        };
        // The range of the first completion is that of the typed text; a later one replaces the
        // completion that stands there now.
        let start = prompt.completions[next].span.start;
        let end = match prompt.chosen {
            Some(at) => start + prompt.completions[at].text.len(),
            None => prompt.completions[next].span.end,
        };
        let text = prompt.completions[next].text.clone();
        prompt.line.splice(start..end, &text);
        prompt.chosen = Some(next);
        self.check_prompt();
    }

    /// Puts an older filter into the line, or a newer one; what stands there is not lost.
    fn walk(&mut self, older: bool) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        let Some(line) = prompt.walk.step(prompt.line.text(), older) else {
            return;
        };
        prompt.line.set(line);
        prompt.chosen = None;
        self.check_prompt();
    }

    /// A line about what is masked is remembered nowhere.
    fn remember_filter(&mut self, line: &str) {
        let Some(name) = self.list.collection.as_ref().map(ToString::to_string) else {
            return;
        };
        let filter = &self.list.line.filter;
        let masked = masked(self.list.model, filter, &Sort::by_id(true));
        if history::is_kept(line) && masked.is_none() {
            history::push(self.options.filters.entry(name.clone()).or_default(), line);
            self.out.push(Effect::RememberFilter(name, line.to_owned()));
        }
    }

    fn accept_prompt(&mut self) {
        let Some(mut prompt) = self.prompt.take() else {
            return;
        };
        let text = prompt.line.text().to_owned();
        match prompt.purpose {
            Purpose::Filter => {
                if prompt.fault.is_some() {
                    // The fault stays on the screen, under the place it means.
                    self.prompt = Some(prompt);
                    return;
                }
                self.set_filter(&text);
                self.remember_filter(&text);
            }
            Purpose::FindInList | Purpose::FindInDocument | Purpose::FindInPage => {
                self.find(prompt.purpose, &text);
            }
            Purpose::FindInText | Purpose::Line => self.found_in_text(prompt.purpose, &text),
            Purpose::Profile => self.decided(&text),
            Purpose::Field => {
                if let Err(fault) = self.field_typed(&text) {
                    prompt.fault = Some(fault);
                    self.prompt = Some(prompt);
                    return;
                }
            }
        }
        self.relayout();
    }

    fn cancel_prompt(&mut self) {
        let Some(prompt) = self.prompt.take() else {
            return;
        };
        match prompt.purpose {
            Purpose::Profile => self.decided(""),
            Purpose::Field => self.field_left(prompt.line.text()),
            _ => {}
        }
        (self.focus, self.zoomed) = (prompt.left.focus, prompt.left.zoomed);
        self.relayout();
        // The line took rows of the list away.
        let window = &mut self.list.window;
        let is_top = |row: &Row| Some(&row.key) == prompt.left.top.as_ref();
        let top = window.rows().position(is_top);
        if let Some(top) = top {
            window.place(top, window.cursor());
        }
    }

    pub(super) fn set_filter(&mut self, text: &str) {
        // The same once more asks again only where other rows stand there still.
        if text == self.list.filter_text && self.list.answered.is_none() {
            return;
        }
        let names = self.list.seen_fields();
        let Ok(line) = filter::parse(text, self.known_fields(), &names, self.now.wall) else {
            return;
        };
        let filter_text = text.to_owned();
        self.list.ask(Question {
            filter_text,
            line,
            sort: self.list.sort.clone(),
        });
        self.load_first();
    }
}

/// The fault of a line that asks for what is masked, at the name that does.
fn refused(line: &str, masked: &Masked, hint: &str) -> Fault {
    let name = masked.name();
    let at = line.find(name).unwrap_or(0);
    let span = at..(at + name.len()).min(line.len());
    let what = format!("{masked}; {hint}");
    Fault {
        span,
        what,
        choice: String::new(),
    }
}
