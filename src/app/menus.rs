//! The menus: what they offer and what choosing means.

mod columns;

use super::App;
use super::command::{Availability, Command};
use super::layer::Layer;
use super::layout::Pane;
use super::menu::{Answer, Choice, Item, Menu, Purpose};
use super::msg::Effect;
use super::notice::Level;
use crate::domain::query::Count;
use crate::domain::{Model, Sort, human};

impl App {
    fn open_menu(&mut self, purpose: Purpose, items: Vec<Item>, cursor: usize) {
        self.layers
            .push(Layer::Menu(Box::new(Menu::new(purpose, items, cursor))));
    }

    pub(super) fn open_palette(&mut self) {
        let context = self.context();
        let items = Command::ALL
            .iter()
            .filter(|command| **command != Command::Palette)
            .filter_map(|command| {
                let off = match command.availability(self) {
                    Availability::Yes => None,
                    Availability::No(why) => Some(why.to_owned()),
                    Availability::Hidden => return None,
                };
                Some(Item {
                    label: command.name().to_owned(),
                    help: command.help().to_owned(),
                    right: self.keys.keys_of(context, *command).unwrap_or_default(),
                    off,
                    checked: None,
                    choice: Choice::Command(*command),
                })
            })
            .collect();
        self.open_menu(Purpose::Palette, items, 0);
    }

    pub(super) fn pick_collection(&mut self) {
        let spelling = self.options.spelling();
        let items = self.collections.rows().iter().map(|row| Item {
            label: row.name.to_string(),
            help: match row.kind {
                super::collections::Kind::Dual => String::new(),
                super::collections::Kind::Unknown => "stored twice? not known yet".to_owned(),
                super::collections::Kind::MongoOnly => "MongoDB only".to_owned(),
            },
            right: match &row.estimate {
                Some(Ok(count)) => human::count(Count::Estimate(*count), spelling),
                _ => String::new(),
            },
            off: None,
            checked: None,
            choice: Choice::Collection(row.name.clone()),
        });
        let cursor = self.collections.cursor();
        self.open_menu(Purpose::Collections, items.collect(), cursor);
    }

    /// The fields that a row can have: those of the model, then those seen.
    fn all_fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = self
            .known_fields()
            .iter()
            .map(|field| {
                (
                    field.name.clone(),
                    format!("{:?}", field.kind).to_lowercase(),
                )
            })
            .collect();
        for (name, kind) in self.list.seen_fields() {
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, kind.to_owned()));
            }
        }
        fields
    }

    pub(super) fn open_sort_menu(&mut self) {
        let fields = self.all_fields();
        let cursor = fields
            .iter()
            .position(|(name, _)| *name == self.list.sort.field);
        let items = fields.into_iter().map(|(name, kind)| {
            let chosen = name == self.list.sort.field;
            let hidden = |model: &&Model| model.hides(&name) && !self.reveals();
            let off = self.list.model.filter(hidden).map(|_| {
                let hint = self.reveal_hint();
                format!("masked; {hint}")
            });
            let right = match self.list.is_indexed(&name) {
                Some(true) => "indexed",
                Some(false) => "no index",
                None => "",
            };
            Item {
                help: kind,
                right: right.to_owned(),
                off,
                checked: Some(chosen),
                choice: Choice::Sort(name.clone()),
                label: name,
            }
        });
        self.open_menu(Purpose::Sort, items.collect(), cursor.unwrap_or(0));
    }

    pub(super) fn menu_command(&mut self, command: Command) {
        if self.columns_command(command) {
            return;
        }
        let Some(Layer::Menu(menu)) = self.layers.last_mut() else {
            return;
        };
        match command {
            Command::Down => menu.move_by(1),
            Command::Up => menu.move_by(-1),
            Command::PageDown => menu.move_by(10),
            Command::PageUp => menu.move_by(-10),
            Command::Accept => self.choose(),
            _ => {
                self.layers.pop();
            }
        }
    }

    fn choose(&mut self) {
        let Some(Layer::Menu(menu)) = self.layers.last_mut() else {
            return;
        };
        let Some(item) = menu.selected().cloned() else {
            return;
        };
        if let Some(why) = item.off {
            return self.say(Level::Info, format!("{}: {why}", item.label));
        }
        if let Choice::Column(_) = item.choice {
            menu.toggle();
            return self.show_checked();
        }
        self.layers.pop();
        match item.choice {
            Choice::Command(command) => self.run_if_available(command),
            Choice::Collection(name) => {
                // Whatever lies above the browser would hide it.
                self.layers.clear();
                if self.list.collection.as_ref() != Some(&name) {
                    self.open_collection(&name);
                }
                self.focus_on(Pane::List);
            }
            Choice::Sort(field) => {
                // The field that is in use already turns round.
                let same = field == self.list.sort.field;
                let descending = if same {
                    !self.list.sort.descending
                } else {
                    true
                };
                self.set_sort(Sort { field, descending });
            }
            Choice::Column(_) => {}
            Choice::Answer(answer) => self.answer(answer),
        }
    }

    /// Asks something with a few answers; each has a label and what it means.
    pub(super) fn ask(&mut self, question: String, answers: Vec<(String, String, Answer)>) {
        let item = |(label, help, answer)| Item {
            label,
            help,
            right: String::new(),
            off: None,
            checked: None,
            choice: Choice::Answer(answer),
        };
        let items = answers.into_iter().map(item).collect();
        let mut menu = Menu::new(Purpose::Question, items, 0);
        menu.question = question;
        self.layers.push(Layer::Menu(Box::new(menu)));
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::KeepDraft => self.keep_draft(),
            Answer::GiveUpText => self.close_editor(false),
            Answer::UseDraft(at) => self.use_draft(Some(at)),
            Answer::UseStored => self.use_draft(None),
            Answer::Discard => self.discard_draft(),
            Answer::GiveUpWrite => self.give_write_up(),
            Answer::Wait => self.leave_after_writes(),
            Answer::LeaveNow => self.out.push(Effect::Exit),
            Answer::Back => {}
        }
    }
}
