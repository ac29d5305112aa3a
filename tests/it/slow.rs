//! A store that is only slow is not a store that failed: the screen, the real background and a node
//! that takes its time, together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dualscope::app::keymap::Keymap;
use dualscope::app::{App, Effect, Input, Msg, Now, Options, Target, update};
use dualscope::domain::{Catalog, State};
use dualscope::store::kv::{self, Reader};
use dualscope::store::memory::MemoryIndex;
use dualscope::store::memory::faults::{Faults, Faulty, Latency};
use dualscope::store::port::{Index, Services};
use dualscope::task::job::World;
use dualscope::task::{Runtime, TaskEvent};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

use crate::devnet::{Fault, KvNode, stream};
use crate::support::driver::{WALL, options};
use crate::support::flags::{flags, full, key, lite};
use crate::support::looking::lines;

const PATIENCE: Duration = Duration::from_secs(20);
/// How long the slow node takes for each request.
const SLOW: Duration = Duration::from_millis(1_300);

/// A session on a real KV node over HTTP, with a screen that nobody draws on a terminal.
struct Session {
    app: App,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    start: Instant,
    /// Every picture that there was.
    seen: Vec<String>,
}

impl Session {
    fn on(index: Arc<dyn Index>, node: &KvNode, open: Target) -> Self {
        let reader = Reader::new(&node.url(), &kv::Options::new(&stream(1).to_string())).unwrap();
        let services = Services::reading(index, Ok(Arc::new(reader)));
        let world = World::new(services, Catalog::builtin(), None, 0, 64 << 20);
        let (runtime, reports) = Runtime::new(world, Handle::current());
        let options = Options {
            open: Some(open),
            ..options()
        };
        let mut session = Self {
            app: App::new(options, Keymap::builtin().unwrap()),
            runtime,
            reports,
            start: Instant::now(),
            seen: Vec::new(),
        };
        session.send(Msg::Input(Input::Resize(120, 40)));
        session
    }

    fn send(&mut self, msg: Msg) {
        let mono = u64::try_from(self.start.elapsed().as_millis()).unwrap();
        let wall = WALL + i64::try_from(mono).unwrap();
        for effect in update(&mut self.app, msg, Now { mono, wall }) {
            match effect {
                Effect::Start(task, spec) => self.runtime.start(task, spec),
                Effect::Cancel(task) => self.runtime.cancel(task),
                _ => {}
            }
        }
        let screen = self.screen();
        if self.seen.last() != Some(&screen) {
            self.seen.push(screen);
        }
    }

    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let theme = dualscope::ui::theme::Theme::default();
        terminal
            .draw(|frame| dualscope::ui::view(&self.app, &theme, frame))
            .unwrap();
        lines(terminal.backend().buffer()).join("\n")
    }

    fn key(&mut self, key: &str) {
        self.send(Msg::Input(Input::Key(key.parse().unwrap())));
    }

    /// Lets the background work until the screen shows a text.
    async fn until(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{text:?} never came:\n{}", self.screen());
            let beat = Duration::from_millis(20);
            match tokio::time::timeout(beat, self.reports.recv()).await {
                Ok(event) => self.send(Msg::Task(event.unwrap())),
                Err(_) => self.send(Msg::Tick),
            }
        }
    }

    fn has_shown(&self, text: &str) -> bool {
        self.seen.iter().any(|screen| screen.contains(text))
    }
}

/// A document of some megabytes in both stores.
fn stores() -> (Arc<MemoryIndex>, KvNode) {
    let index = Arc::new(MemoryIndex::new("memsys"));
    index.put(&flags(), lite(0, "first"));
    let node = KvNode::with_stream();
    node.put(&key(0).to_string(), full(0, "first"));
    (index, node)
}

/// The text of a value of about three megabytes.
fn long(name: &str) -> String {
    full(0, name).replace("[1]", &format!("\"{}\"", "x".repeat(3_000_000)))
}

#[tokio::test]
async fn a_value_that_takes_its_time_is_awaited_and_its_bytes_are_told() {
    let (index, node) = stores();
    node.put(&key(0).to_string(), long("first"));
    node.fail("kv_getValue", Fault::Delay(SLOW), 0, usize::MAX);
    let mut session = Session::on(index, &node, Target::Document(key(0)));

    session.until("still reading from the KV node, ").await;
    session.until("The value has not been read yet.").await;
    session
        .until("still reading from the KV node: 262 kB of 3.0 MB, ")
        .await;
    session.until("\"name\": \"first\"").await;
    assert!(!session.has_shown("can't tell") && !session.has_shown("Can't tell"));
    assert!(!session.has_shown("ead it again"));
    assert!(!session.screen().contains("still reading"));
}

#[tokio::test]
async fn what_was_known_stays_while_it_is_read_again() {
    let (index, node) = stores();
    let mut session = Session::on(index, &node, Target::Collection(flags()));
    session.until("\"name\": \"first\"").await;
    session.until("● 0").await;
    node.put(&key(0).to_string(), full(0, "second"));
    node.fail("kv_getValue", Fault::Delay(SLOW), 0, usize::MAX);
    session.seen.clear();

    session.key("R");
    session.until("\"name\": \"second\"").await;
    assert!(
        !session.has_shown("still reading"),
        "the old value stood there"
    );
    assert!(session.seen[0].contains("\"name\": \"first\""));
    let unknown = |screen: &String| screen.contains("an't tell");
    assert!(!session.seen.iter().any(unknown), "{:#?}", session.seen);
    let row = session.app.list().selected().unwrap();
    assert_eq!(row.state(), State::Drifted);
}

#[tokio::test]
async fn a_read_that_is_stopped_says_so_and_not_that_it_goes_on() {
    let (index, node) = stores();
    node.fail("kv_getValue", Fault::Silence, 0, usize::MAX);
    let mut session = Session::on(index, &node, Target::Document(key(0)));
    session.until("still reading from the KV node, ").await;
    session.until(" s (esc stops)").await;
    session.key("esc");
    assert!(!session.screen().contains("still reading"));
    session.until("stopped on request (R again)").await;
    session.until("The value has not been read yet.").await;
}

#[tokio::test]
async fn a_slow_mongodb_does_not_hide_the_value_nor_what_is_known_of_it() {
    let (index, node) = stores();
    let slow = Latency {
        fixed: SLOW,
        jitter: Duration::ZERO,
    };
    let index = Arc::new(Faulty::<dyn Index>::new(index, Faults::new(slow)));
    let mut session = Session::on(index, &node, Target::Document(key(0)));
    session.until("\"name\": \"first\"").await;
    session.until("plain JSON").await;
    session.until("still reading from MongoDB, ").await;
    session.key("tab");
    session
        .until("The lite document has not been read yet.")
        .await;
    session.until("_id: 0").await;
    assert!(!session.has_shown("an't tell"));
}
