//! The pages to read (help, messages, doctor): what their keys do.

use super::App;
use super::command::{Availability, Command, Context};
use super::layer::Layer;
use super::layout::inside;
use super::notice::Level;
use super::page::{Line, Page, Subject};
use super::prompts::Purpose;
use super::writing::LEFT_OPEN;
use crate::domain::bson::date_text;
use crate::domain::check::{Check, CheckVerdict};
use crate::domain::state::{Role, TABLE};
use crate::task::spec::TaskSpec;

impl App {
    pub(super) fn open_help(&mut self) {
        let context = self.context();
        let mut lines = Vec::new();
        for place in [context, Context::Global] {
            if lines.is_empty() || place != context {
                self.list_keys(place, context, &mut lines);
            }
        }
        self.list_without_keys(context, &mut lines);
        lines.push(Line::heading("Marks"));
        for row in &TABLE {
            let text = format!("{}: {}", row.name, row.said);
            let mark = row.sign(self.options.spelling());
            lines.push(Line::new(mark, text, Some(row.role)));
        }
        let (sign, ascii) = LEFT_OPEN;
        let said = "left open: a write of yours to the document has no end yet";
        let sign = self.options.spelling().pick(sign, ascii);
        lines.push(Line::new(sign, said, Some(Role::Warn)));
        let title = format!("Keys of this place ({})", context.name());
        self.open_page(Page::new(Subject::Help, title, lines));
    }

    /// The keys that a place has; for the global ones, those that the place does not change.
    fn list_keys(&self, place: Context, context: Context, lines: &mut Vec<Line>) {
        lines.push(Line::heading(if place == Context::Global {
            "Everywhere"
        } else {
            place.name()
        }));
        let mut known: Vec<Command> = Vec::new();
        for (at, binding) in self.keys.visible(context) {
            if at != place || known.contains(&binding.command) {
                continue;
            }
            known.push(binding.command);
            let all: Vec<String> = self
                .keys
                .visible(context)
                .filter(|(_, b)| b.command == binding.command)
                .map(|(_, b)| b.shown())
                .collect();
            lines.extend(self.helped(all.join(", "), binding.command));
        }
    }

    /// What a command does, and why not now; nothing where it does not belong here.
    fn helped(&self, way: String, command: Command) -> Option<Line> {
        let (role, why) = match command.availability(self) {
            Availability::Yes => (None, String::new()),
            Availability::No(why) => (Some(Role::Dim), format!(" (now: {why})")),
            Availability::Hidden => return None,
        };
        Some(Line::new(way, format!("{}{why}", command.help()), role))
    }

    /// The commands that have no key; where the palette has one, it leads to them.
    fn list_without_keys(&self, context: Context, lines: &mut Vec<Line>) {
        let Some(palette) = self.keys.keys_of(context, Command::Palette) else {
            return;
        };
        let named = self.keys.without_keys().filter_map(|command| {
            let way = format!("{palette} {}", command.name());
            self.helped(way, command)
        });
        let named: Vec<Line> = named.collect();
        if !named.is_empty() {
            lines.push(Line::heading("In the palette, without a key"));
            lines.extend(named);
        }
    }

    pub(super) fn open_log(&mut self) {
        let spelling = self.options.spelling();
        let mut lines: Vec<Line> = self
            .notices
            .all()
            .map(|notice| {
                let times = if notice.times > 1 {
                    format!(" ({}{})", spelling.pick("×", "x"), notice.times)
                } else {
                    String::new()
                };
                let role = match notice.level {
                    Level::Info => None,
                    Level::Warn => Some(Role::Warn),
                    Level::Error => Some(Role::Bad),
                };
                let at = date_text(notice.at.div_euclid(1000) * 1000);
                let said = spelling.clean(&notice.text);
                Line::new(at, format!("{said}{times}"), role)
            })
            .collect();
        if lines.is_empty() {
            lines.push(Line::new("", "no messages yet", Some(Role::Dim)));
        }
        self.open_page(Page::new(
            Subject::Log,
            "Messages (UTC, newest at the end)",
            lines,
        ));
        self.page_command(Command::Bottom);
    }

    pub(super) fn open_doctor(&mut self) {
        let running = self.doctor.take();
        self.stop(running);
        let lines = vec![Line::new("", "checking both stores", Some(Role::Dim))];
        self.open_page(Page::new(Subject::Doctor, "Doctor", lines));
        self.doctor = Some(self.start(TaskSpec::Doctor));
    }

    /// Shows what the doctor has found; the parts come before the whole.
    pub(super) fn show_checks(&mut self, checks: &[Check], whole: bool) {
        let arrow = self.options.spelling().pick("→", "->");
        let Some(page) = self.doctor_page() else {
            return;
        };
        // What says that more will come stands at the end only.
        page.text.retain(|line| !whole && !is_waiting(line));
        for check in checks {
            let role = match check.verdict {
                CheckVerdict::Ok => Role::Ok,
                CheckVerdict::Warn => Role::Warn,
                CheckVerdict::Failed => Role::Bad,
                CheckVerdict::Skipped => Role::Dim,
            };
            let left = format!("{:<7} {}", check.verdict.name(), check.step.name());
            page.text
                .push(Line::new(left, check.said.clone(), Some(role)));
            if !check.next.is_empty() {
                page.text
                    .push(Line::new("", format!("{arrow} {}", check.next), None));
            }
        }
        if !whole {
            page.text.push(Line::new("", "checking", Some(Role::Dim)));
        }
        self.keep_pages_filled();
    }

    /// Opens a page; one of its kind that was open before makes room.
    fn open_page(&mut self, page: Page) {
        let subject = page.subject;
        let same = |layer: &Layer| matches!(layer, Layer::Page(page) if page.subject == subject);
        self.layers.retain(|layer| !same(layer));
        self.layers.push(Layer::Page(page));
        self.keep_pages_filled();
    }

    fn doctor_page(&mut self) -> Option<&mut Page> {
        self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Page(page) if page.subject == Subject::Doctor => Some(page),
            _ => None,
        })
    }

    /// The doctor will find nothing more.
    pub(super) fn end_doctor(&mut self, why: &str) {
        if let Some(page) = self.doctor_page() {
            page.text.retain(|line| !is_waiting(line));
            page.text.push(Line::new(
                "",
                format!("not finished: {why}"),
                Some(Role::Bad),
            ));
        }
        self.keep_pages_filled();
    }

    /// Breaks pages to the screen; one that has grown does not show less than it could.
    pub(super) fn keep_pages_filled(&mut self) {
        let spelling = self.options.spelling();
        let area = inside(self.layout.layer);
        let (width, whole) = (usize::from(area.width), usize::from(area.height).max(1));
        for layer in &mut self.layers {
            let (page, height) = match layer {
                Layer::Page(page) => (page, whole),
                Layer::Review(review) => {
                    let height = review.height(area, spelling);
                    (&mut review.page, height)
                }
                Layer::Versus(versus) => (&mut versus.page, whole),
                Layer::Edit(edit) => {
                    edit.resize(area.width, area.height);
                    continue;
                }
                Layer::Menu(_) | Layer::Tasks | Layer::Recovery(_) | Layer::Versions(_) => continue,
            };
            page.wrap(width, spelling);
            page.scroll_by(0, height);
        }
    }

    /// Rows of what is read on the topmost layer.
    pub(super) fn page_height(&self) -> usize {
        let area = inside(self.layout.layer);
        match self.layers.last() {
            Some(Layer::Review(review)) => review.height(area, self.options.spelling()),
            _ => usize::from(area.height).max(1),
        }
    }

    pub(super) fn find_in_page(&mut self, search: Option<String>) -> bool {
        let height = self.page_height();
        let Some(Layer::Page(page)) = self.layers.last_mut() else {
            return false;
        };
        page.search = search;
        page.search.is_none() || page.find(true, height)
    }

    pub(super) fn page_command(&mut self, command: Command) {
        let height = self.page_height();
        let Some(Layer::Page(page)) = self.layers.last_mut() else {
            return;
        };
        match command {
            _ if scrolled(page, command, height) => {}
            Command::Find => self.open_prompt(Purpose::FindInPage),
            Command::FindNext | Command::FindPrevious => {
                if !page.find(command == Command::FindNext, height) {
                    self.say(Level::Info, "no match on this page");
                }
            }
            Command::Back | Command::Quit => self.close_layer(),
            // Help about this page stands on it; it is not a place of its own.
            Command::Help if page.subject != Subject::Help => self.general_command(command),
            Command::Help | Command::Log => {
                self.close_layer();
                self.general_command(command);
            }
            Command::Refresh if page.subject == Subject::Doctor => {
                self.close_layer();
                self.open_doctor();
            }
            other => self.general_command(other),
        }
    }

    fn close_layer(&mut self) {
        if let Some(Layer::Page(Page {
            subject: Subject::Doctor,
            ..
        })) = self.layers.pop()
        {
            let running = self.doctor.take();
            self.stop(running);
        }
    }
}

/// Moves on a page. Returns whether the command is such a motion.
pub(super) fn scrolled(page: &mut Page, command: Command, height: usize) -> bool {
    let step = i64::try_from(height.max(2) - 1).unwrap_or(1);
    let everything = i64::from(u32::MAX);
    let by = match command {
        Command::Down => 1,
        Command::Up => -1,
        Command::PageDown => step,
        Command::PageUp => -step,
        Command::HalfDown => step / 2,
        Command::HalfUp => -step / 2,
        Command::Top => -everything,
        Command::Bottom => everything,
        _ => return false,
    };
    page.scroll_by(by, height);
    true
}

/// Whether a line of the doctor's page only says that more will come.
fn is_waiting(line: &Line) -> bool {
    line.left.is_empty() && line.role == Some(Role::Dim)
}
