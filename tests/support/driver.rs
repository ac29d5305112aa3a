//! The application without a terminal: keys and answers in, state and effects out, on a clock that
//! moves when it is told to.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use dualscope::app::draft::Draft;
use dualscope::app::keymap::Keymap;
use dualscope::app::{App, Chord, Effect, Input, Key, Mouse, Msg, Now, Options, Outside, update};
use dualscope::domain::intent::Ending;
use dualscope::task::event::{Failure, Outcome, TaskEvent, What};
use dualscope::task::spec::{TaskId, TaskSpec};

pub(crate) use super::made::{gone, here, is_inspect, is_page, options, writing_options};
use super::rows::{Rows, number};

/// The collection that most stories play in.
pub(crate) const HERE: &str = "episodic_memories";
/// 2026-01-20 14:00:00 UTC.
pub(crate) const WALL: i64 = 1_768_917_600_000;

pub(crate) struct Driver {
    pub(crate) app: App,
    /// What the stores would answer.
    pub(crate) rows: Rows,
    /// Every task asked for, in order.
    pub(crate) asked: Vec<(TaskId, TaskSpec)>,
    /// Tasks that have neither ended nor been cancelled.
    pub(crate) running: Vec<TaskId>,
    /// Tasks that the application has cancelled and that have not said so yet.
    pub(crate) stopped: Vec<TaskId>,
    /// Effects that are not tasks.
    pub(crate) effects: Vec<Effect>,
    /// The drafts on disk.
    pub(crate) drafts: Vec<Draft>,
    /// Nothing can be saved.
    pub(crate) disk_full: bool,
    /// What is to be saved is answered by [`Driver::disk_answers`] only.
    pub(crate) slow_disk: bool,
    /// Orders that are not answered yet.
    orders: Vec<Effect>,
    /// A review that comes up is not looked at before the next key.
    pub(crate) hasty: bool,
    now: Now,
}

impl Driver {
    /// An application that has not been told anything.
    pub(crate) fn new(options: Options) -> Self {
        let now = Now {
            mono: 1000,
            wall: WALL,
        };
        Self {
            app: App::new(options, Keymap::builtin().unwrap()),
            rows: Rows::default(),
            asked: Vec::new(),
            running: Vec::new(),
            stopped: Vec::new(),
            effects: Vec::new(),
            drafts: Vec::new(),
            disk_full: false,
            slow_disk: false,
            orders: Vec::new(),
            hasty: false,
            now,
        }
    }

    /// A session at `HERE` with `count` rows, everything read, at 120x40.
    pub(crate) fn browsing(count: u32) -> Self {
        let mut driver = Self::new(options());
        driver.rows.fill(HERE, 0..count);
        driver.resize(120, 40);
        driver.settle();
        driver.keys("<enter>");
        driver
    }

    /// A session on the demo that can write, at its cells of memory, everything read, at 120x40.
    pub(crate) fn writing() -> Self {
        Self::writing_with(|_| {})
    }

    /// The same with other options.
    pub(crate) fn writing_with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = writing_options();
        change(&mut options);
        let mut driver = Self::new(options);
        driver.rows = Rows::demo();
        driver.resize(120, 40);
        driver.settle();
        driver
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        let unseen = self.app.review().is_none();
        let mut effects = VecDeque::from(update(&mut self.app, msg, self.now));
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Start(task, spec) => {
                    assert!(self.asked.last().is_none_or(|(last, _)| *last < task));
                    self.asked.push((task, spec));
                    self.running.push(task);
                }
                Effect::Cancel(task) => {
                    if self.running.contains(&task) {
                        self.running.retain(|running| *running != task);
                        self.stopped.push(task);
                    }
                }
                other => {
                    if let Some(outside) = self.drafts_kept(&other) {
                        let more = update(&mut self.app, Msg::Outside(outside), self.now);
                        effects.extend(more);
                    }
                    self.effects.push(other);
                }
            }
        }
        if unseen && !self.hasty && self.app.review().is_some() {
            self.wait(500);
        }
    }

    /// What the files of the drafts answer.
    fn drafts_kept(&mut self, effect: &Effect) -> Option<Outside> {
        match effect {
            Effect::SaveDraft(..) if self.slow_disk => {
                self.orders.push(effect.clone());
                None
            }
            Effect::SaveDraft(id, text) if self.disk_full => {
                let why = "the draft could not be saved (no room)".to_owned();
                Some(Outside::NotSaved(*id, text.text.clone(), why))
            }
            Effect::SaveDraft(id, text) => {
                self.drafts.retain(|draft| draft.own != Some(*id));
                self.drafts.push(Draft {
                    text: text.clone(),
                    own: Some(*id),
                    at: self.now.wall,
                    file: Some(PathBuf::from(format!("/own/{}", id.0))),
                    elsewhere: None,
                });
                Some(Outside::Saved(*id, text.text.clone()))
            }
            Effect::FindDrafts(key) => {
                let of = |draft: &&Draft| key.as_ref().is_none_or(|key| draft.text.key == *key);
                let found = self.drafts.iter().filter(of).cloned().collect();
                Some(Outside::Drafts(key.clone(), found, Vec::new()))
            }
            Effect::DropDrafts(spent) => {
                self.drafts.retain(|draft| {
                    let text = spent.text.as_ref();
                    let same = text.is_none_or(|text| *text == draft.text.text);
                    let own = draft.own.is_some() && draft.own == spent.id;
                    let named = draft
                        .file
                        .as_ref()
                        .is_some_and(|file| spent.files.contains(file));
                    !((own && same) || named)
                });
                None
            }
            Effect::MakeId => Some(Outside::Id("6979da570000000000000abc".to_owned())),
            _ => None,
        }
    }

    /// A slow disk has done all that was ordered.
    pub(crate) fn disk_answers(&mut self) {
        self.disk_does(self.orders.len());
    }

    /// A slow disk has done these first of what was ordered.
    pub(crate) fn disk_does(&mut self, count: usize) {
        let slow = std::mem::take(&mut self.slow_disk);
        let done: Vec<Effect> = self.orders.drain(..count).collect();
        for order in done {
            if let Some(answer) = self.drafts_kept(&order) {
                self.outside(answer);
            }
        }
        self.slow_disk = slow;
    }

    /// The outside world answers.
    pub(crate) fn outside(&mut self, outside: Outside) {
        self.send(Msg::Outside(outside));
    }

    /// Text as it is, `<enter>`, `<ctrl-c>` … by the names of the key file, `<lt>` for `<`.
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let chord: Chord = if first == '<' {
                let (name, behind) = rest[1..].split_once('>').unwrap();
                rest = behind;
                if name == "lt" {
                    Chord::plain(Key::Char('<'))
                } else {
                    name.parse().unwrap()
                }
            } else {
                rest = &rest[first.len_utf8()..];
                Chord::plain(Key::Char(first))
            };
            self.send(Msg::Input(Input::Key(chord)));
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.send(Msg::Input(Input::Paste(text.to_owned())));
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.send(Msg::Input(Input::Resize(columns, rows)));
    }

    pub(crate) fn mouse(&mut self, mouse: Mouse) {
        self.send(Msg::Input(Input::Mouse(mouse)));
    }

    /// Lets time pass, with every tick that is wanted on the way.
    pub(crate) fn wait(&mut self, ms: u64) {
        let end = self.now.mono + ms;
        for _ in 0..100_000 {
            let Some(at) = self.app.wake_at().filter(|at| *at <= end) else {
                break;
            };
            self.set_clock(at.max(self.now.mono));
            self.send(Msg::Tick);
            let again = self.app.wake_at();
            assert!(
                again.is_none_or(|next| next > self.now.mono),
                "a tick that changes nothing"
            );
        }
        self.set_clock(end);
    }

    fn set_clock(&mut self, mono: u64) {
        let passed = i64::try_from(mono - self.now.mono).unwrap();
        self.now = Now {
            mono,
            wall: self.now.wall + passed,
        };
    }

    pub(crate) fn report(&mut self, task: TaskId, what: What) {
        if what.is_end() {
            self.running.retain(|running| *running != task);
            self.stopped.retain(|stopped| *stopped != task);
        }
        self.send(Msg::Task(TaskEvent { task, what }));
    }

    /// A write ends like this.
    pub(crate) fn ends(&mut self, task: TaskId, ending: Ending, said: &str) {
        let TaskSpec::Write { plan, .. } = self.spec(task) else {
            panic!("{task:?} is no write")
        };
        let end = (ending, said.to_owned());
        let written = self.rows.pen.end(&self.rows, &plan, end);
        self.finish(task, Outcome::from(written));
    }

    pub(crate) fn finish(&mut self, task: TaskId, outcome: Outcome) {
        self.report(task, What::Finished(outcome));
    }

    pub(crate) fn fail(&mut self, task: TaskId, failure: Failure) {
        self.report(task, What::Failed(failure));
    }

    /// Answers a task as the stores would, also one that was cancelled long ago.
    pub(crate) fn answer(&mut self, task: TaskId) {
        self.report(task, What::Started);
        let spec = self.spec(task);
        if matches!(spec, TaskSpec::PlanUndo(_)) && self.rows.pen.plans().is_empty() {
            return self.fail(task, gone());
        }
        let (parts, end) = self.rows.answer(&spec);
        for part in parts {
            self.report(task, What::Part(part));
        }
        self.finish(task, end);
    }

    /// Answers everything and waits, until nothing more is asked.
    pub(crate) fn settle(&mut self) {
        for _ in 0..500 {
            for task in std::mem::take(&mut self.stopped) {
                self.report(task, What::Cancelled);
            }
            if self.running.is_empty() {
                self.wait(300);
                if self.running.is_empty() && self.stopped.is_empty() {
                    return;
                }
            } else {
                let task = self.running[0];
                self.answer(task);
            }
        }
        panic!("the application never stops asking");
    }

    /// Answers everything but one task.
    pub(crate) fn settle_but(&mut self, kept: TaskId) {
        for _ in 0..500 {
            let Some(task) = self.running.iter().find(|task| **task != kept).copied() else {
                return;
            };
            self.answer(task);
        }
        panic!("the application never stops asking");
    }

    pub(crate) fn spec(&self, task: TaskId) -> TaskSpec {
        let (_, spec) = self.asked.iter().find(|(id, _)| *id == task).unwrap();
        spec.clone()
    }

    /// The running task of a kind; there must be exactly one.
    pub(crate) fn expect_start(&self, is: impl Fn(&TaskSpec) -> bool) -> TaskId {
        let found = self.running(is);
        assert_eq!(found.len(), 1, "{:?}", self.running_names());
        found[0]
    }

    pub(crate) fn running(&self, is: impl Fn(&TaskSpec) -> bool) -> Vec<TaskId> {
        let mut running = self.running.clone();
        running.retain(|task| is(&self.spec(*task)));
        running
    }

    pub(crate) fn running_names(&self) -> Vec<String> {
        self.running
            .iter()
            .map(|task| self.spec(*task).name())
            .collect()
    }

    /// Goes down until more rows are asked for.
    pub(crate) fn down_to_a_page(&mut self) -> TaskId {
        for _ in 0..20 {
            self.keys("<pagedown>");
            if !self.running(is_page).is_empty() {
                return self.expect_start(is_page);
            }
        }
        panic!("no page was asked for");
    }

    /// The number of the selected row.
    pub(crate) fn selected(&self) -> Option<u32> {
        self.app.list().selected().map(|row| number(&row.key))
    }

    /// The numbers of the rows on the screen.
    pub(crate) fn shown(&self) -> Vec<u32> {
        let window = &self.app.list().window;
        let rows = window.shown().filter_map(|at| window.get(at));
        rows.map(|row| number(&row.key)).collect()
    }

    /// The number of the document in the document's pane.
    pub(crate) fn document(&self) -> Option<u32> {
        let shown = self.app.viewer().inspection()?;
        Some(number(&shown.document.key))
    }
}

pub(crate) const QUICK: Duration = Duration::from_millis(2);
