//! The loop between the terminal and `app::update`.
//!
//! It awaits nothing but the next thing that happens. It draws on change, never on a clock; a key
//! is never behind a flood of reports, and its frame is not either ([`Pace`]). Generic over
//! the backend and all sources, so that it runs in tests on a paused clock.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use futures_util::{Stream, StreamExt as _};
use ratatui::backend::Backend;
use ratatui::crossterm::event::Event;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::Exit;
use super::input::{self, Translator};
use super::signal::Signal;
use crate::app::{self, App, Effect, Input, Msg, Now, Outside};
use crate::task::event::TaskEvent;
use crate::task::spec::{TaskId, TaskSpec};

/// Time between frames: a little more than a sixtieth of a second, so that with the one frame that
/// a key may have early no second has more than 60.
const FRAME: Duration = Duration::from_millis(17);
/// How many reports, or inputs, are taken before the screen gets its turn.
const BATCH: usize = 64;
/// A wake-up time that stays in the past must not become a busy loop.
const TICK: Duration = Duration::from_millis(5);
/// After a stop, how long to wait for the word that it is over.
const CONTINUED: Duration = Duration::from_millis(250);

/// What the loop can do besides drawing.
pub trait Host {
    /// Starts a task; returns at once.
    fn start(&mut self, task: TaskId, spec: TaskSpec);
    /// Stops a task.
    fn cancel(&mut self, task: TaskId);
    /// Does an effect that is neither a task nor the end; the answer goes back to the application.
    fn perform(&mut self, effect: Effect) -> Option<Outside>;
    /// Gives the terminal back and stops until continued; says why when that makes no sense.
    ///
    /// # Errors
    /// Nobody would bring the program back, or the system refused.
    fn suspend(&mut self) -> Result<(), String>;
    /// Takes the terminal again.
    ///
    /// # Errors
    /// The terminal is gone.
    fn resume(&mut self) -> io::Result<()>;
}

/// Where things come from.
#[derive(Debug)]
pub struct Sources<E, S> {
    /// The terminal; its end is the end of the program.
    pub events: E,
    /// Signals.
    pub signals: S,
    /// The background.
    pub reports: mpsc::Receiver<TaskEvent>,
}

/// Both clocks. The monotonic one is tokio's, so that tests can pause it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose monotonic side starts at zero now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// Both times.
    #[must_use]
    pub fn now(self) -> Now {
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono: u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX),
            wall: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn at(self, mono: u64) -> Instant {
        self.origin + Duration::from_millis(mono)
    }
}

/// When the next frame may be drawn. Frames are [`FRAME`] apart on average; one that answers a
/// person may come a frame early, so a key does not wait behind a frame that showed a report.
#[derive(Clone, Copy, Debug)]
struct Pace {
    next: Instant,
}

impl Pace {
    fn due(self, answers: bool) -> Instant {
        if answers {
            self.next.checked_sub(FRAME).unwrap_or(self.next)
        } else {
            self.next
        }
    }

    fn drawn(&mut self, now: Instant) {
        self.next = self.next.max(now) + FRAME;
    }
}

/// Draws the application.
pub type Draw<'a> = &'a mut dyn FnMut(&App, &mut Frame<'_>);

/// Everything that the loop owns while it runs.
pub struct EventLoop<'a, B: Backend, H> {
    app: &'a mut App,
    terminal: &'a mut Terminal<B>,
    host: H,
    draw: Draw<'a>,
    clock: Clock,
    translator: Translator,
    pace: Pace,
    ticked: Instant,
    /// The picture answers a person.
    answers: bool,
    /// The screen may show anything.
    torn: bool,
}

enum Happened {
    Signal(Signal),
    Events(Vec<Event>),
    NoTerminal,
    Tick,
    Reports(Vec<TaskEvent>),
    FrameDue,
}

enum Next {
    GoOn,
    Suspend,
    End,
}

impl<'a, B, H> EventLoop<'a, B, H>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
{
    /// A loop over this application; `draw` makes its picture.
    pub fn new(
        app: &'a mut App,
        terminal: &'a mut Terminal<B>,
        host: H,
        draw: Draw<'a>,
        clock: Clock,
    ) -> Self {
        let now = Instant::now();
        Self {
            app,
            terminal,
            host,
            draw,
            clock,
            translator: Translator::default(),
            pace: Pace { next: now },
            ticked: now,
            answers: true,
            torn: true,
        }
    }

    /// Runs until the application, a signal or the end of the terminal ends it. `first` are the
    /// effects that the application wants done at the start.
    ///
    /// # Errors
    /// A frame could not be written for another reason than that the terminal is gone.
    pub async fn run<E, S>(
        mut self,
        mut sources: Sources<E, S>,
        first: Vec<Effect>,
    ) -> io::Result<Exit>
    where
        E: Stream<Item = Event> + Unpin,
        S: Stream<Item = Signal> + Unpin,
    {
        self.measure()?;
        self.draw_when_due()?;
        let mut next = self.perform(first);
        loop {
            match next {
                Next::GoOn => {}
                Next::End => return Ok(Exit::Asked),
                Next::Suspend => {
                    if let Some(exit) = self.suspend(&mut sources.signals).await? {
                        return Ok(exit);
                    }
                }
            }
            self.draw_when_due()?;
            next = match self.wait(&mut sources).await {
                Happened::NoTerminal => return Ok(Exit::TerminalGone),
                Happened::Signal(Signal::Stop(exit)) => return Ok(exit),
                Happened::Signal(Signal::Suspend) => Next::Suspend,
                Happened::Signal(Signal::Continue) => {
                    self.resume()?;
                    Next::GoOn
                }
                Happened::Events(events) => self.take_events(events),
                Happened::Reports(reports) => self.update_all(reports.into_iter().map(Msg::Task)),
                Happened::Tick => {
                    self.ticked = Instant::now();
                    self.update(Msg::Tick)
                }
                Happened::FrameDue => Next::GoOn,
            };
        }
    }

    fn dirty(&self) -> bool {
        self.torn || self.app.is_dirty()
    }

    fn draw_when_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if !self.dirty() || now < self.pace.due(self.answers) {
            return Ok(());
        }
        let (app, draw) = (&*self.app, &mut self.draw);
        self.terminal
            .draw(|frame| draw(app, frame))
            .map_err(io::Error::other)?;
        self.app.mark_clean();
        (self.torn, self.answers) = (false, false);
        self.pace.drawn(now);
        Ok(())
    }

    async fn wait<E, S>(&mut self, sources: &mut Sources<E, S>) -> Happened
    where
        E: Stream<Item = Event> + Unpin,
        S: Stream<Item = Signal> + Unpin,
    {
        let wake = self.app.wake_at().map(|mono| self.clock.at(mono));
        let tick = wake.map_or(self.ticked, |wake| wake.max(self.ticked + TICK));
        let frame = self.pace.due(self.answers);
        tokio::select! {
            biased;
            Some(signal) = sources.signals.next() => Happened::Signal(signal),
            event = sources.events.next() => match event {
                Some(event) => {
                    let mut events = vec![event];
                    while events.len() < BATCH && let Some(event) = at_hand(&mut sources.events).await {
                        events.push(event);
                    }
                    Happened::Events(events)
                }
                None => Happened::NoTerminal,
            },
            () = sleep_until(tick), if wake.is_some() => Happened::Tick,
            Some(report) = sources.reports.recv() => {
                let mut reports = vec![report];
                while reports.len() < BATCH && let Ok(report) = sources.reports.try_recv() {
                    reports.push(report);
                }
                Happened::Reports(reports)
            }
            () = sleep_until(frame), if self.dirty() => Happened::FrameDue,
        }
    }

    fn take_events(&mut self, events: Vec<Event>) -> Next {
        let mono = self.clock.now().mono;
        let mut inputs = Vec::new();
        for event in events {
            if let Some(next) = self.translator.input(event, mono) {
                input::push(&mut inputs, next);
            }
        }
        self.answers |= !inputs.is_empty();
        self.update_all(inputs.into_iter().map(Msg::Input))
    }

    fn update_all(&mut self, messages: impl Iterator<Item = Msg>) -> Next {
        let mut next = Next::GoOn;
        for message in messages {
            match self.update(message) {
                Next::End => return Next::End,
                Next::Suspend => next = Next::Suspend,
                Next::GoOn => {}
            }
        }
        next
    }

    fn update(&mut self, message: Msg) -> Next {
        let effects = app::update(self.app, message, self.clock.now());
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Next {
        let mut next = Next::GoOn;
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Start(task, spec) => self.host.start(task, spec),
                Effect::Cancel(task) => self.host.cancel(task),
                Effect::Exit => return Next::End,
                Effect::Suspend => next = Next::Suspend,
                other => {
                    if let Some(outside) = self.host.perform(other) {
                        let message = Msg::Outside(outside);
                        effects.extend(app::update(self.app, message, self.clock.now()));
                    }
                }
            }
        }
        next
    }

    /// Out of the way of the shell, and back.
    async fn suspend<S>(&mut self, signals: &mut S) -> io::Result<Option<Exit>>
    where
        S: Stream<Item = Signal> + Unpin,
    {
        if let Err(why) = self.host.suspend() {
            self.update(Msg::Outside(Outside::Failed(why)));
            return Ok(None);
        }
        // Continued: the signal that says so is on its way, and so may be one that ends us.
        while let Ok(Some(signal)) = timeout(CONTINUED, signals.next()).await {
            match signal {
                Signal::Stop(exit) => return Ok(Some(exit)),
                Signal::Continue => break,
                Signal::Suspend => {}
            }
        }
        self.resume()?;
        Ok(None)
    }

    fn resume(&mut self) -> io::Result<()> {
        self.host.resume()?;
        self.terminal.clear().map_err(io::Error::other)?;
        self.update(Msg::Outside(Outside::Resumed));
        self.measure()
    }

    /// Tells the application the size; the next frame draws everything.
    fn measure(&mut self) -> io::Result<()> {
        let size = self.terminal.size().map_err(io::Error::other)?;
        self.update(Msg::Input(Input::Resize(size.width, size.height)));
        (self.torn, self.answers) = (true, true);
        Ok(())
    }
}

/// The next event if it is there already.
async fn at_hand<E: Stream<Item = Event> + Unpin>(events: &mut E) -> Option<Event> {
    poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests;
