//! The whole house without a terminal: the application, the real task runtime and the demo's
//! stores, pumped until nothing moves.

use std::collections::HashSet;
use std::collections::VecDeque;
use std::time::Duration;

use dualscope::app::keymap::Keymap;
use dualscope::app::{App, Chord, Effect, Input, Key, Msg, Now, Options, update};
use dualscope::domain::Catalog;
use dualscope::store::memory::faults::{Faults, Faulty, Latency};
use dualscope::store::port::Services;
use dualscope::task::job::World;
use dualscope::task::spec::TaskId;
use dualscope::task::{Runtime, TaskEvent};
use dualscope::wiring;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use std::sync::Arc;

/// Longest wait for one report.
const DEADLINE: Duration = Duration::from_secs(60);
const GRACE: i64 = 5 * 60 * 1000;

pub(crate) struct House {
    pub(crate) app: App,
    /// Trouble for either store.
    pub(crate) faults: Arc<Faults>,
    pub(crate) effects: Vec<Effect>,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    running: HashSet<TaskId>,
    now: Now,
}

impl House {
    /// The demo at a size, everything of the first screen read.
    pub(crate) async fn open(options: Options, size: (u16, u16)) -> Self {
        let faults = Faults::new(Latency::default());
        let Services { index, values, .. } = wiring::demo(Duration::ZERO);
        let services = Services::reading(
            Arc::new(Faulty::new(index, faults.clone())),
            values.map(|values| Arc::new(Faulty::new(values, faults.clone())) as Arc<_>),
        );
        let world = World::new(services, Catalog::builtin(), None, GRACE, 64 << 20);
        let (runtime, reports) = Runtime::new(world, Handle::current());
        let mut house = Self {
            app: App::new(options, Keymap::builtin().unwrap()),
            faults,
            effects: Vec::new(),
            runtime,
            reports,
            running: HashSet::new(),
            now: Now {
                mono: 0,
                wall: Timestamp::now().as_millisecond(),
            },
        };
        house.send(Msg::Input(Input::Resize(size.0, size.1)));
        house.quiet().await;
        house
    }

    fn send(&mut self, msg: Msg) {
        let mut effects = VecDeque::from(update(&mut self.app, msg, self.now));
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Start(task, spec) => {
                    self.running.insert(task);
                    self.runtime.start(task, spec);
                }
                Effect::Cancel(task) => self.runtime.cancel(task),
                other => self.effects.push(other),
            }
        }
    }

    /// Keys as in `Driver::keys`, then everything that follows from them.
    pub(crate) async fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let mut chord = Chord::plain(Key::Char(first));
            rest = &rest[first.len_utf8()..];
            if first == '<' {
                let (name, behind) = rest.split_once('>').unwrap();
                (chord, rest) = (name.parse().unwrap(), behind);
            }
            self.send(Msg::Input(Input::Key(chord)));
        }
        self.quiet().await;
    }

    /// Takes reports until every task has ended and nothing is due within a second.
    pub(crate) async fn quiet(&mut self) {
        loop {
            while !self.running.is_empty() {
                let event = timeout(DEADLINE, self.reports.recv())
                    .await
                    .unwrap()
                    .unwrap();
                if event.what.is_end() {
                    self.running.remove(&event.task);
                }
                self.send(Msg::Task(event));
            }
            match self.app.wake_at().filter(|at| *at <= self.now.mono + 1000) {
                Some(at) => {
                    self.now.mono = at.max(self.now.mono);
                    self.send(Msg::Tick);
                }
                None => return,
            }
        }
    }

    pub(crate) fn screen(&self) -> String {
        let (columns, rows) = self.app.size();
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let theme = dualscope::ui::theme::Theme::default();
        terminal
            .draw(|frame| dualscope::ui::view(&self.app, &theme, frame))
            .unwrap();
        super::looking::lines(terminal.backend().buffer()).join("\n")
    }

    #[track_caller]
    pub(crate) fn must_see(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on\n{screen}");
    }
}
