//! How long `app::update` and `ui::view` take, one call at a time, after 100 000 rows were visited
//! and with a document of 2 MB open.
//!
//! No runtime and no terminal: what the application asks for is answered from made-up stores
//! between the measured calls, so that nothing but these two is measured. A call in whose middle
//! the system took the processor away says nothing about us: it counts for the slowest only.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use dualscope::app::keymap::Keymap;
use dualscope::app::{self, App, Chord, Effect, Input, Msg, Now, Options, Target};
use dualscope::domain::codec;
use dualscope::domain::{Codec, Collection, Diagnosis, Full, Head};
use dualscope::task::event::{Mark, Outcome, TaskEvent, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::ui::{self, theme::Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::report::{Amount, Bar, Bench, Run, line_of};
use crate::rounds::{Effort, quantile_of};
use crate::synthetic::{COLLECTION, Synthetic, entry, row_of};

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "screen",
    run: Run::Bars(screen),
}];

const ROWS: u32 = 100_000;
/// Rows between two rests, in which states and the selected document are loaded.
const REST_EVERY: u32 = 50;
/// Rows for each frame of the walk.
const FRAME_EVERY: u32 = 8;
const UPDATE: Duration = Duration::from_millis(1);
const VIEW: Duration = Duration::from_millis(4);
/// Bytes of the large document, about.
const LARGE: usize = 2 << 20;
/// Columns and rows of the screen.
pub(crate) const SIZE: (u16, u16) = (120, 40);

/// An application that opens the made-up collection at its start.
pub(crate) fn app() -> anyhow::Result<App> {
    let options = Options {
        open: Some(Target::Collection(Collection::new(COLLECTION))),
        ..Options::default()
    };
    Ok(App::new(options, Keymap::builtin()?))
}

/// The key of that name.
pub(crate) fn press(key: &str) -> anyhow::Result<Msg> {
    let chord: Chord = key.parse().map_err(anyhow::Error::msg)?;
    Ok(Msg::Input(Input::Key(chord)))
}

/// An application with everything it needs, and a stopwatch at both functions.
struct Desk {
    app: App,
    now: Now,
    stores: Synthetic,
    diagnosis: Diagnosis,
    /// The value that every document has now.
    value: Full,
    terminal: Terminal<TestBackend>,
    theme: Theme,
    updates: Calls,
    views: Calls,
}

/// How long calls took.
#[derive(Default)]
struct Calls {
    all: Vec<Duration>,
    /// Those that were not interrupted.
    whole: Vec<Duration>,
}

impl Calls {
    /// Does the work and notes how long it took.
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let before = preemptions();
        let start = Instant::now();
        let done = work();
        let took = start.elapsed();
        self.all.push(took);
        if preemptions() == before {
            self.whole.push(took);
        }
        done
    }

    fn quantile(&self, part: f64) -> Amount {
        Amount::Time(quantile_of(&self.whole, part))
    }

    fn slowest(&self) -> Duration {
        self.all.iter().max().copied().unwrap_or_default()
    }
}

/// How often the system took the processor away from this thread; 0 where it does not say.
fn preemptions() -> u64 {
    let told = line_of("/proc/thread-self/status", "nonvoluntary_ctxt_switches");
    told.and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Desk {
    fn new() -> anyhow::Result<Self> {
        let stores = Synthetic::new(10 * ROWS);
        let value = stores.full(0);
        let mut desk = Self {
            app: app()?,
            now: Now::default(),
            diagnosis: Synthetic::inspection(0, value.clone()).diagnosis,
            stores,
            value,
            terminal: Terminal::new(TestBackend::new(SIZE.0, SIZE.1))?,
            theme: Theme::default(),
            updates: Calls::default(),
            views: Calls::default(),
        };
        desk.send(Msg::Input(Input::Resize(SIZE.0, SIZE.1)));
        anyhow::ensure!(desk.app.list().loaded, "the list was not loaded");
        Ok(desk)
    }

    /// Gives a message to the application, answers what it asks for, and so on.
    fn send(&mut self, message: Msg) {
        let mut messages = VecDeque::from([message]);
        while let Some(message) = messages.pop_front() {
            let (app, now) = (&mut self.app, self.now);
            let effects = self.updates.time(|| app::update(app, message, now));
            for effect in effects {
                messages.extend(self.answers(effect).into_iter().map(Msg::Task));
            }
        }
    }

    fn answers(&self, effect: Effect) -> Vec<TaskEvent> {
        let (task, ends) = match effect {
            Effect::Start(task, spec) => (task, self.answer(spec)),
            Effect::Cancel(task) => (task, vec![What::Cancelled]),
            _ => (TaskId::default(), Vec::new()),
        };
        let event = |what| TaskEvent { task, what };
        ends.into_iter().map(event).collect()
    }

    fn answer(&self, spec: TaskSpec) -> Vec<What> {
        let outcome = match spec {
            TaskSpec::Collections => Outcome::Collections(vec![entry()]),
            TaskSpec::Page(query) => Outcome::Page(self.stores.rows(&query), VIEW),
            TaskSpec::Indexes(name) => Outcome::Indexes(name, Vec::new()),
            TaskSpec::Inspect { key, .. } => {
                let inspection = Synthetic::inspection(row_of(&key), self.value.clone());
                Outcome::Inspection(Box::new(inspection))
            }
            TaskSpec::Marks { collection, rows } => {
                let mark = |key| Mark {
                    key,
                    diagnosis: self.diagnosis.clone(),
                    head: Some(Head::of(1, 23_000)),
                    codec: Some(Codec::Base64),
                    silent: false,
                };
                let marks = rows.iter().map(|lite| mark(lite.key(&collection)));
                let part = What::Part(Outcome::Marks(marks.collect()));
                return vec![What::Started, part, What::Finished(Outcome::Done)];
            }
            _ => Outcome::Done,
        };
        vec![What::Started, What::Finished(outcome)]
    }

    /// Presses some keys, with a frame after each.
    fn press_each(&mut self, keys: &str) -> anyhow::Result<()> {
        keys.split_whitespace().try_for_each(|key| {
            self.press(key)?;
            self.draw()
        })
    }

    fn press(&mut self, key: &str) -> anyhow::Result<()> {
        self.now.mono += 5;
        self.send(press(key)?);
        Ok(())
    }

    /// Time passes; what was to be loaded after a rest is.
    fn rest(&mut self) {
        for _ in 0..3 {
            self.now.mono += 100;
            self.send(Msg::Tick);
        }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (app, theme, views) = (&self.app, &self.theme, &mut self.views);
        self.terminal
            .draw(|frame| views.time(|| ui::view(app, theme, frame)))?;
        self.app.mark_clean();
        Ok(())
    }

    /// The bars of what was measured since the last call.
    fn bars(&mut self, names: [&'static str; 6]) -> Vec<Bar> {
        let updates = std::mem::take(&mut self.updates);
        let views = std::mem::take(&mut self.views);
        let [
            update,
            update_99,
            update_slowest,
            view,
            view_99,
            view_slowest,
        ] = names;
        vec![
            Bar::told(update, updates.quantile(0.5)),
            Bar::at_most(update_99, updates.quantile(0.99), Amount::Time(UPDATE)),
            Bar::told(update_slowest, Amount::Time(updates.slowest())),
            Bar::told(view, views.quantile(0.5)),
            Bar::at_most(view_99, views.quantile(0.99), Amount::Time(VIEW)),
            Bar::told(view_slowest, Amount::Time(views.slowest())),
        ]
    }
}

/// A document of about 2 MB: many small parts, some vectors, one long text.
fn large() -> Full {
    let numbers: Vec<String> = (0..1024)
        .map(|n| (f64::from(n) * 0.618).sin().to_string())
        .collect();
    let vector = numbers.join(",");
    let mut text = format!(r#"{{"id":"1","long":"{}""#, "long text ".repeat(LARGE / 40));
    for n in 0..8 {
        text.extend([r#",""#, &format!("vector{n}"), r#"":["#, &vector, "]"]);
    }
    text += r#","original_data":["#;
    for n in 0.. {
        let part = format!(
            r#"{{"n":{n},"speaker":"somebody","said":"something that takes a line or so, and is said again and again","tags":["a","b","c"]}}"#
        );
        if text.len() + part.len() > LARGE {
            break;
        }
        if n > 0 {
            text.push(',');
        }
        text += &part;
    }
    text += "]}";
    codec::decode(codec::encode(&text, Codec::Base64).into())
}

fn screen(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let mut desk = Desk::new()?;
    desk.press("g")?;
    desk.press("g")?;
    for row in 1..=ROWS {
        desk.press("j")?;
        if row % REST_EVERY == 0 {
            desk.rest();
        }
        if row % FRAME_EVERY == 0 {
            desk.draw()?;
        }
    }
    let window = &desk.app.list().window;
    let visited = window.number(window.cursor()).unwrap_or(0);
    anyhow::ensure!(visited >= u64::from(ROWS), "stopped at row {visited}");
    let mut bars = desk.bars([
        "update, walking 100 000 rows",
        "update p99, walking",
        "update slowest, walking",
        "view, walking 100 000 rows",
        "view p99, walking",
        "view slowest, walking",
    ]);
    bars.extend(large_document(&mut desk, effort)?);
    Ok(bars)
}

/// The same application with a document of 2 MB: what keys cost that move and fold, and, told
/// apart, those few that go through all of it.
fn large_document(desk: &mut Desk, effort: Effort) -> anyhow::Result<Vec<Bar>> {
    desk.value = large();
    desk.press("j")?;
    desk.rest();
    let opening = std::mem::take(&mut desk.updates).slowest();
    let shown = desk.app.viewer().inspection();
    let size = shown.and_then(|shown| shown.head());
    let is_large = matches!(size, Some(Head::Value { size, .. }) if size > LARGE as u64);
    anyhow::ensure!(is_large, "the large document was not opened");
    desk.press("enter")?;
    for _ in 0..effort.rounds {
        desk.press_each(READING)?;
    }
    let mut bars = desk.bars([
        "update, then reading 2 MB",
        "update p99, then reading 2 MB",
        "update slowest, then reading 2 MB",
        "view, then reading 2 MB",
        "view p99, then reading 2 MB",
        "view slowest, then reading 2 MB",
    ]);
    bars.push(Bar::told("opening 2 MB", Amount::Time(opening)));
    for (what, keys) in THROUGH_ALL {
        let mut slowest = Vec::new();
        for _ in 0..effort.rounds {
            desk.updates = Calls::default();
            desk.press_each(keys)?;
            slowest.push(desk.updates.slowest());
        }
        bars.push(Bar::told(what, Amount::Time(quantile_of(&slowest, 0.5))));
    }
    Ok(bars)
}

/// A person reads: down, into folds, to the end and back, deep and out again.
const READING: &str = "j j j enter j j space pagedown pagedown ctrl-d k k G pageup pageup k k h k h \
                       g g j j enter j l j l j j j j pagedown pagedown ctrl-u k k k space j j g g";

/// Keys that cannot but go through the whole document.
const THROUGH_ALL: [(&str, &str); 3] = [
    ("unfolding or folding all of 2 MB", "*"),
    ("finding a word in 2 MB", "/ a g a i n enter"),
    ("showing the next view of 2 MB", "tab"),
];
