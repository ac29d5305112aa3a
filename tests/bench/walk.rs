//! Resident memory after walking a million rows through the application and the runtime.
//!
//! Measured in a process of its own, on stores whose rows are made on the fly, so that what is
//! resident is the program's and nothing else. The walk rests now and then, so that states and
//! documents are loaded too and the cache of values fills.

use std::io::{BufRead as _, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use dualscope::app::{self, App, Effect, Input, Msg, Now};
use dualscope::config::{Overrides, Surroundings, load_without_stores};
use dualscope::store::port::Services;
use dualscope::task::{Runtime, TaskEvent};
use dualscope::ui::{self, theme::Theme};
use dualscope::wiring;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::Receiver;

use crate::report::{Amount, Bar, Bench, Run, resident};
use crate::rounds::Effort;
use crate::screen::{SIZE, press};
use crate::synthetic::Synthetic;

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "memory",
    run: Run::Bars(memory),
}];

/// The flag that makes this program the walking process.
pub(crate) const CHILD: &str = "--walk";
const ROWS: u64 = 1_000_000;
/// Rows between two rests.
const REST_EVERY: u64 = 2_000;
const LIMIT: u64 = 60_000_000;
/// Ten times the rows may take this many times the memory.
const GROWTH: f64 = 1.1;

fn memory(_: Effort) -> anyhow::Result<Vec<Bar>> {
    let marks = [ROWS / 100, ROWS / 10, ROWS];
    let mut child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .args(marks.map(|rows| rows.to_string()))
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    anyhow::ensure!(child.wait()?.success(), "the walk failed");
    let bytes = lines.iter().map(|line| line.parse());
    let bytes: Vec<u64> = bytes.collect::<Result<_, _>>()?;
    let [early, some, all] = bytes[..] else {
        anyhow::bail!("the walk told {} numbers", bytes.len());
    };
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let growth = all as f64 / some as f64;
    let limit = Amount::Bytes(LIMIT);
    Ok(vec![
        Bar::told("resident after 10 000 rows", Amount::Bytes(early)),
        Bar::told("resident after 100 000 rows", Amount::Bytes(some)),
        Bar::at_most("resident after 1 000 000 rows", Amount::Bytes(all), limit),
        Bar::at_most(
            "times the memory for ten times the rows",
            Amount::Number(growth),
            Amount::Number(GROWTH),
        ),
    ])
}

/// The walking process: tells what is resident after so many rows, a number on each line.
pub(crate) fn child(marks: &[String], out: &mut impl Write) -> anyhow::Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2) // as the program has
        .enable_all()
        .build()?;
    let mut walk = tokio.block_on(async { Walk::new() })?;
    for rows in marks {
        let rows: u64 = rows.parse()?;
        tokio.block_on(walk.to(rows))?;
        writeln!(out, "{}", resident(std::process::id())?)?;
    }
    Ok(())
}

struct Walk {
    app: App,
    now: Now,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    terminal: Terminal<TestBackend>,
    theme: Theme,
}

impl Walk {
    /// With the settings that a person has who set nothing.
    fn new() -> anyhow::Result<Self> {
        let loaded = load_without_stores(&Overrides::default(), &Surroundings::default())?;
        let stores = Arc::new(Synthetic::new(u32::MAX));
        let services = Services::reading(stores.clone(), Ok(stores));
        let world = wiring::world(services, &loaded.settings);
        let (runtime, reports) = wiring::runtime(world, tokio::runtime::Handle::current());
        let mut walk = Self {
            app: crate::screen::app()?,
            now: Now::default(),
            runtime,
            reports,
            terminal: Terminal::new(TestBackend::new(SIZE.0, SIZE.1))?,
            theme: Theme::default(),
        };
        walk.send(Msg::Input(Input::Resize(SIZE.0, SIZE.1)));
        Ok(walk)
    }

    fn send(&mut self, message: Msg) {
        self.now.mono += 1;
        for effect in app::update(&mut self.app, message, self.now) {
            match effect {
                Effect::Start(task, spec) => self.runtime.start(task, spec),
                Effect::Cancel(task) => self.runtime.cancel(task),
                _ => {}
            }
        }
    }

    async fn report(&mut self) -> anyhow::Result<()> {
        let report = self.reports.recv().await.context("the runtime ended")?;
        self.send(Msg::Task(report));
        Ok(())
    }

    fn visited(&self) -> u64 {
        let window = &self.app.list().window;
        window.number(window.cursor()).unwrap_or(0)
    }

    async fn to(&mut self, rows: u64) -> anyhow::Result<()> {
        let mut rest_at = self.visited() + REST_EVERY;
        while self.visited() < rows {
            while self.app.list().is_loading() {
                self.report().await?;
            }
            self.send(press("pagedown")?);
            if self.visited() >= rest_at {
                self.rest().await?;
                rest_at = self.visited() + REST_EVERY;
            }
            self.draw()?;
        }
        self.rest().await
    }

    /// Time passes, and everything that was started comes to its end.
    async fn rest(&mut self) -> anyhow::Result<()> {
        for _ in 0..3 {
            self.now.mono += 100;
            self.send(Msg::Tick);
            while self.app.tasks().running() > 0 || self.app.list().is_loading() {
                self.report().await?;
            }
        }
        self.draw()
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (app, theme) = (&self.app, &self.theme);
        self.terminal.draw(|frame| ui::view(app, theme, frame))?;
        self.app.mark_clean();
        Ok(())
    }
}
