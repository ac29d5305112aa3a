//! The loop between the terminal and `app::update`.
//!
//! It awaits nothing but the next thing that happens. It draws on change, never on a clock; a key
//! is never behind a flood of reports, and its frame is not either (`Pace`). Generic over
//! the backend and all sources, so that it runs in tests on a paused clock.

mod outside;
mod pace;
mod sources;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use ratatui::backend::Backend;
use ratatui::crossterm::event::Event;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

pub use self::pace::Clock;
use self::pace::Pace;
pub use self::sources::Sources;
use self::sources::at_hand;
use super::Exit;
use super::input::{self, Translator};
use super::signal::Signal;
use crate::app::draft::{DraftId, DraftText};
use crate::app::{self, App, Edited, Effect, Input, Msg, Now, Outside};
use crate::task::event::TaskEvent;
use crate::task::spec::{TaskId, TaskSpec};

/// How many reports, or inputs, are taken before the screen gets its turn.
const BATCH: usize = 64;
/// A wake-up time that stays in the past must not become a busy loop.
const TICK: Duration = Duration::from_millis(5);
/// After a stop, how long to wait for the word that it is over.
const CONTINUED: Duration = Duration::from_millis(250);

/// What runs in the loop: the application, or something small in tests.
pub trait Program {
    /// Takes one message; gives what must happen outside.
    fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect>;
    /// Whether the screen no longer shows the state.
    fn is_dirty(&self) -> bool;
    /// The screen shows the state now.
    fn mark_clean(&mut self);
    /// When, in milliseconds of [`Now::mono`], a [`Msg::Tick`] is wanted.
    fn wake_at(&self) -> Option<u64>;
}

impl Program for App {
    fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        app::update(self, msg, now)
    }

    fn is_dirty(&self) -> bool {
        self.is_dirty()
    }

    fn mark_clean(&mut self) {
        self.mark_clean();
    }

    fn wake_at(&self) -> Option<u64> {
        self.wake_at()
    }
}

/// What the loop can do besides drawing.
pub trait Host {
    /// Starts a task; returns at once.
    fn start(&mut self, task: TaskId, spec: TaskSpec);
    /// Stops a task.
    fn cancel(&mut self, task: TaskId);
    /// Does an effect that is neither a task nor the end; the answer goes back to the application.
    fn perform(&mut self, effect: Effect) -> Option<Outside>;
    /// The answer to an effect that was not done at once.
    fn poll_answer(&mut self, _context: &mut Context<'_>) -> Poll<Outside> {
        Poll::Pending
    }
    /// Gives the terminal to the person's editor until it ends; `stop` asks it to.
    fn edit(&mut self, text: (DraftId, DraftText), stop: CancellationToken) -> Editing<'_>;
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

/// An editor at work.
pub type Editing<'a> = Pin<Box<dyn Future<Output = Edited> + 'a>>;

/// Draws the program.
pub type Draw<'a, P> = &'a mut dyn FnMut(&P, &mut Frame<'_>);

/// Everything that the loop owns while it runs.
pub struct EventLoop<'a, B: Backend, H, P> {
    app: &'a mut P,
    terminal: &'a mut Terminal<B>,
    host: H,
    draw: Draw<'a, P>,
    clock: Clock,
    translator: Translator,
    pace: Pace,
    ticked: Instant,
    /// The picture answers a person.
    answers: bool,
    /// The screen may show anything.
    torn: bool,
    /// The size that the program knows.
    told: Option<Size>,
}

enum Happened {
    Signal(Signal),
    Events(Vec<Event>),
    NoTerminal,
    Tick,
    Reports(Vec<TaskEvent>),
    Answer(Outside),
    FrameDue,
}

enum Next {
    GoOn,
    Suspend,
    Edit(DraftId, DraftText),
    End,
}

impl<'a, B, H, P> EventLoop<'a, B, H, P>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
    P: Program,
{
    /// A loop over this application; `draw` makes its picture.
    pub fn new(
        app: &'a mut P,
        terminal: &'a mut Terminal<B>,
        host: H,
        draw: Draw<'a, P>,
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
            pace: Pace::from(now),
            ticked: now,
            answers: true,
            torn: true,
            told: None,
        }
    }

    /// Runs until the program, a signal or the end of the terminal ends it. The first thing that
    /// the program hears is the size of the screen.
    ///
    /// # Errors
    /// A frame could not be written for another reason than that the terminal is gone.
    pub async fn run<E, S>(mut self, mut sources: Sources<'_, E, S>) -> io::Result<Exit>
    where
        E: Stream<Item = Event> + Unpin,
        S: Stream<Item = Signal> + Unpin,
    {
        let mut next = self.measure()?;
        loop {
            match next {
                Next::GoOn => {}
                Next::End => return Ok(Exit::Asked),
                Next::Edit(id, text) => {
                    next = match self.edit((id, text), &mut sources.signals).await? {
                        Ok(next) => next,
                        Err(exit) => return Ok(exit),
                    };
                    continue;
                }
                Next::Suspend => {
                    if let Some(exit) = self.suspend(&mut sources.signals).await? {
                        return Ok(exit);
                    }
                }
            }
            if let Next::End = self.draw_when_due()? {
                return Ok(Exit::Asked);
            }
            next = match self.wait(&mut sources).await {
                Happened::NoTerminal => return Ok(Exit::TerminalGone),
                Happened::Signal(Signal::Stop(exit)) => return Ok(exit),
                Happened::Signal(Signal::Suspend) => Next::Suspend,
                Happened::Signal(Signal::Continue) => {
                    self.resume()?;
                    Next::GoOn
                }
                Happened::Events(events) => self.take_events(events)?,
                Happened::Reports(reports) => self.update_all(reports.into_iter().map(Msg::Task)),
                Happened::Answer(outside) => self.update(Msg::Outside(outside)),
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

    /// Draws, if there is something to draw and it is time. The terminal may have another size by
    /// now than the program was told; a picture for one size is never drawn into another.
    fn draw_when_due(&mut self) -> io::Result<Next> {
        if !self.dirty() || Instant::now() < self.pace.due(self.answers) {
            return Ok(Next::GoOn);
        }
        let next = self.measure()?;
        let (app, draw, told) = (&*self.app, &mut self.draw, self.told);
        let mut fits = true;
        self.terminal
            .draw(|frame| {
                fits = told == Some(frame.area().as_size());
                if fits {
                    draw(app, frame);
                }
            })
            .map_err(io::Error::other)?;
        self.app.mark_clean();
        (self.torn, self.answers) = (!fits, !fits);
        self.pace.drawn(Instant::now());
        Ok(next)
    }

    async fn wait<E, S>(&mut self, sources: &mut Sources<'_, E, S>) -> Happened
    where
        E: Stream<Item = Event> + Unpin,
        S: Stream<Item = Signal> + Unpin,
    {
        let wake = self.app.wake_at().map(|mono| self.clock.at(mono));
        let tick = wake.map_or(self.ticked, |wake| wake.max(self.ticked + TICK));
        let frame = self.pace.due(self.answers);
        let (dirty, host) = (self.dirty(), &mut self.host);
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
            outside = poll_fn(|context| host.poll_answer(context)) => Happened::Answer(outside),
            () = sleep_until(frame), if dirty => Happened::FrameDue,
        }
    }

    fn take_events(&mut self, events: Vec<Event>) -> io::Result<Next> {
        let mono = self.clock.now().mono;
        let mut inputs = Vec::new();
        for event in events {
            if let Some(next) = self.translator.input(event, mono) {
                input::push(&mut inputs, next);
            }
        }
        self.answers |= !inputs.is_empty();
        // which size it has now is looked up when it is drawn
        let resized = |input: &Input| matches!(input, Input::Resize(..));
        let torn = inputs.iter().any(resized);
        self.torn |= torn;
        inputs.retain(|input| !resized(input));
        // A key behind it is meant for what that size shows.
        let next = if torn && !inputs.is_empty() {
            self.measure()?
        } else {
            Next::GoOn
        };
        match self.update_all(inputs.into_iter().map(Msg::Input)) {
            Next::GoOn => Ok(next),
            other => Ok(other),
        }
    }

    fn update_all(&mut self, messages: impl Iterator<Item = Msg>) -> Next {
        let mut next = Next::GoOn;
        for message in messages {
            match self.update(message) {
                Next::End => return Next::End,
                Next::GoOn => {}
                other => next = other,
            }
        }
        next
    }

    fn update(&mut self, message: Msg) -> Next {
        let effects = self.app.update(message, self.clock.now());
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
                Effect::EditOutside(id, text) => next = Next::Edit(id, text),
                other => {
                    if let Some(outside) = self.host.perform(other) {
                        let message = Msg::Outside(outside);
                        effects.extend(self.app.update(message, self.clock.now()));
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
        (self.torn, self.answers) = (true, true);
        self.update(Msg::Outside(Outside::Resumed));
        Ok(())
    }

    /// Tells the program the size of the terminal if it does not know it.
    fn measure(&mut self) -> io::Result<Next> {
        let size = self.terminal.size().map_err(io::Error::other)?;
        if self.told == Some(size) {
            return Ok(Next::GoOn);
        }
        self.told = Some(size);
        Ok(self.update(Msg::Input(Input::Resize(size.width, size.height))))
    }
}

#[cfg(test)]
mod harness;
#[cfg(test)]
mod tests;
