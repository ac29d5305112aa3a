//! The demo's own screens: the real application over the real background on the demo's stores,
//! with both clocks held still and every measured time replaced by a fixed one.

use std::time::Duration;

use dualscope::app::keymap::Keymap;
use dualscope::app::{self, App, Effect, Input, Msg, Now, Target};
use dualscope::domain::{Catalog, Codec, Collection};
use dualscope::task::event::Outcome;
use dualscope::task::job::World;
use dualscope::task::{Runtime, TaskEvent, What};
use dualscope::ui;
use dualscope::ui::theme::{Depth, Surroundings, Theme};
use dualscope::wiring;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::Receiver;

/// 2026-04-15 06:00 UTC: shortly after the demo's last talk.
const WALL: i64 = 1_776_232_800_000;

/// A scene: its name, the screen, what is opened, and the keys pressed one after the other.
type Scene = (
    &'static str,
    (u16, u16),
    &'static str,
    &'static [&'static str],
);

const SCENES: &[Scene] = &[
    ("browse", (132, 34), "episodic_memories", &["j", "j", "j"]),
    (
        "states",
        (132, 20),
        "memcells",
        &[
            "f",
            "text:is:drifted,tombstoned,never-written,undecodable",
            "enter",
        ],
    ),
    (
        "diff",
        (110, 18),
        "memcells",
        &["f", "text:is:drifted", "enter", "enter", "tab", "tab"],
    ),
    ("narrow", (80, 24), "entities", &["j"]),
];

pub(crate) fn all() -> Vec<(&'static str, Buffer)> {
    SCENES
        .iter()
        .map(|(name, size, open, keys)| (*name, scene(*size, open, keys)))
        .collect()
}

fn scene(size: (u16, u16), open: &str, keys: &[&str]) -> Buffer {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let services = wiring::demo_at(WALL, Duration::ZERO);
    let described = services.writers.as_ref().unwrap().values.described();
    let world = World::new(services, Catalog::builtin(), None, 300_000, 64 << 20).at(|| WALL);
    let place = world.place();
    let options = app::Options {
        profile: "demo".to_owned(),
        database: place.database.clone(),
        stream: place.stream.clone(),
        writing: Ok(app::Writing {
            by: described.by,
            encryption: described.encryption,
            limit: None,
            codec: Codec::Base64,
            protected: false,
            place,
        }),
        open: Some(Target::Collection(Collection::new(open))),
        ..app::Options::default()
    };
    let (runtime, reports) = Runtime::new(world, tokio.handle().clone());
    let app = App::new(options, Keymap::builtin().unwrap());
    let mut stage = Stage {
        app,
        runtime,
        reports,
        mono: 0,
    };
    tokio.block_on(async {
        stage.tell(Msg::Input(Input::Resize(size.0, size.1)));
        stage.settle().await;
        for key in keys {
            match key.strip_prefix("text:") {
                Some(text) => stage.tell(Msg::Input(Input::Paste(text.to_owned()))),
                None => stage.tell(Msg::Input(Input::Key(key.parse().unwrap()))),
            }
            stage.settle().await;
        }
    });
    let around = Surroundings {
        colorterm: "truecolor".to_owned(),
        ..Surroundings::default()
    };
    let theme = Theme::load("dark", Depth::True, &around, |_| None).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal
        .draw(|frame| ui::view(&stage.app, &theme, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

struct Stage {
    app: App,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    mono: u64,
}

impl Stage {
    fn tell(&mut self, msg: Msg) {
        let now = Now {
            mono: self.mono,
            wall: WALL,
        };
        for effect in app::update(&mut self.app, msg, now) {
            if let Effect::Start(id, spec) = effect {
                self.runtime.start(id, spec);
            }
        }
    }

    /// Until nothing runs and nothing is due within a second.
    async fn settle(&mut self) {
        loop {
            if self.app.is_waiting() {
                let report = tokio::time::timeout(Duration::from_secs(30), self.reports.recv());
                let event = report
                    .await
                    .expect("the demo answers")
                    .expect("the runtime lives");
                self.tell(Msg::Task(still(event)));
            } else if let Some(due) = self.app.wake_at().filter(|due| *due < self.mono + 1000) {
                self.mono = self.mono.max(due);
                self.tell(Msg::Tick);
            } else {
                return;
            }
        }
    }
}

/// The report with fixed times in place of measured ones.
fn still(mut event: TaskEvent) -> TaskEvent {
    const MONGO: Duration = Duration::from_millis(2);
    const VALUES: Duration = Duration::from_millis(9);
    if let What::Finished(outcome) = &mut event.what {
        match outcome {
            Outcome::Page(_, took) => *took = MONGO,
            Outcome::Inspection(inspection) => inspection.took = VALUES,
            Outcome::Health(health) => {
                health.mongo = health.mongo.clone().map(|_| MONGO);
                health.values = health.values.clone().map(|_| VALUES);
            }
            _ => {}
        }
    }
    event
}
