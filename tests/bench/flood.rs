//! Keys in a flood of task reports: from the key to the frame that shows it, and how many frames.
//!
//! The real loop on the real clock, drawing into memory; another thread reports progress as fast as
//! the loop takes it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dualscope::app::draft::{DraftId, DraftText};
use dualscope::app::{self, App, Edited, Effect, Input, Msg, Now, Outside};
use dualscope::domain::{Collection, Filter, Place, Query, Sort};
use dualscope::task::event::{Outcome, TaskEvent, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::tui::Exit;
use dualscope::tui::event_loop::{Clock, Editing, EventLoop, Host, Sources};
use dualscope::tui::signal::Signal;
use dualscope::ui::{self, theme::Theme};
use futures_util::stream;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::report::{Amount, Bar, Bench, Run};
use crate::rounds::{Effort, quantile_of};
use crate::screen::SIZE;
use crate::synthetic::{COLLECTION, Synthetic};
use crate::terminal::pause;

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "flood",
    run: Run::Bars(flood),
}];

/// Keys for each round of effort.
const KEYS: usize = 30;
/// Between two keys; not a multiple of the time between frames.
const BETWEEN: Duration = Duration::from_millis(23);
const LATE: Duration = Duration::from_millis(16);
const FRAMES: f64 = 60.0;

/// Starts nothing.
struct Nobody;

impl Host for Nobody {
    fn start(&mut self, _: TaskId, _: TaskSpec) {}
    fn cancel(&mut self, _: TaskId) {}
    fn perform(&mut self, _: Effect) -> Option<Outside> {
        None
    }
    fn edit(&mut self, _: (DraftId, DraftText), _: CancellationToken) -> Editing<'_> {
        Box::pin(std::future::ready(Edited::Same))
    }
    fn suspend(&mut self) -> Result<(), String> {
        Err("nobody would bring it back".to_owned())
    }
    fn resume(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An application with so many rows loaded, the first selected, and a task that runs.
fn app_with_rows(rows: usize) -> anyhow::Result<(App, TaskId)> {
    let mut app = crate::screen::app()?;
    let resize = Msg::Input(Input::Resize(SIZE.0, SIZE.1));
    let mut running = TaskId::default();
    for effect in app::update(&mut app, resize, Now::default()) {
        let Effect::Start(task, spec) = effect else {
            continue;
        };
        match spec {
            TaskSpec::Page(_) => {
                let query = Query {
                    collection: Collection::new(COLLECTION),
                    filter: Filter::default(),
                    sort: Sort::by_id(true),
                    from: Place::First,
                    limit: u32::try_from(rows)? + 1,
                };
                let page = Synthetic::new(query.limit).rows(&query);
                let what = What::Finished(Outcome::Page(page, LATE));
                let event = TaskEvent { task, what };
                app::update(&mut app, Msg::Task(event), Now::default());
            }
            TaskSpec::Collections => running = task,
            _ => {}
        }
    }
    let held = app.list().window.len();
    anyhow::ensure!(held > rows, "only {held} rows are loaded");
    Ok((app, running))
}

/// What the frames told.
#[derive(Default)]
struct Seen {
    frames: Vec<Instant>,
    late: Vec<Duration>,
}

/// Keys that were sent, the oldest first.
type Sent = Arc<Mutex<VecDeque<Instant>>>;

/// Reports until it is over, under a task that the application knows; tells how often.
pub(crate) type Reporter = fn(&mpsc::Sender<TaskEvent>, TaskId, &AtomicBool) -> anyhow::Result<u32>;

/// What came of keys that were pressed under reports.
pub(crate) struct Under {
    /// What the reporter counted.
    pub(crate) count: u32,
    pub(crate) lasted: Duration,
    seen: Seen,
}

impl Under {
    pub(crate) fn bars(&self) -> [Bar; 3] {
        let time = |part| Amount::Time(quantile_of(&self.seen.late, part));
        let busiest = Amount::Number(busiest_second(&self.seen.frames));
        let most = Amount::Number(FRAMES);
        [
            Bar::told("key to frame, median", time(0.5)),
            Bar::at_most("key to frame p99", time(0.99), Amount::Time(LATE)),
            Bar::at_most("frames in the busiest second", busiest, most),
        ]
    }
}

fn flood(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let under = keys_under(effort, |reports, task, over| {
        Ok(report(reports, task, over))
    })?;
    let rate = f64::from(under.count) / under.lasted.as_secs_f64();
    let mut bars = vec![Bar::told("reports a second", Amount::Number(rate.round()))];
    bars.extend(under.bars());
    Ok(bars)
}

/// Keys at the pace of somebody in a hurry, while another thread reports.
pub(crate) fn keys_under(effort: Effort, reporter: Reporter) -> anyhow::Result<Under> {
    let keys = KEYS * effort.rounds;
    let (mut app, running) = app_with_rows(keys)?;
    let (event_sender, mut events) = mpsc::channel(256);
    let (report_sender, mut reports) = mpsc::channel(256);
    let (over, sent) = (Arc::new(AtomicBool::new(false)), Sent::default());
    let (ending, sending) = (Arc::clone(&over), Arc::clone(&sent));
    let reporting = std::thread::spawn(move || reporter(&report_sender, running, &over));
    let typing = std::thread::spawn(move || {
        type_keys(keys, &event_sender, &sending);
        ending.store(true, Ordering::Relaxed);
    });
    let sources = Sources {
        events: stream::poll_fn(move |context| events.poll_recv(context)),
        signals: stream::pending::<Signal>(),
        reports: &mut reports,
    };
    let start = Instant::now();
    let seen = watch(&mut app, sources, &sent)?;
    let lasted = start.elapsed();
    let (Ok(()), Ok(count)) = (typing.join(), reporting.join()) else {
        anyhow::bail!("a thread of the flood failed");
    };
    anyhow::ensure!(
        seen.late.len() == keys,
        "{} of {keys} keys",
        seen.late.len()
    );
    Ok(Under {
        count: count?,
        lasted,
        seen,
    })
}

/// Reports progress as fast as it is taken; tells how often.
fn report(reports: &mpsc::Sender<TaskEvent>, task: TaskId, over: &AtomicBool) -> u32 {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        let done = usize::try_from(count).unwrap_or(0);
        let what = What::Progress { done, total: done };
        if reports.blocking_send(TaskEvent { task, what }).is_err() {
            break;
        }
        count += 1;
    }
    count
}

fn type_keys(keys: usize, events: &mpsc::Sender<Event>, sent: &Sent) {
    for _ in 0..keys {
        pause(BETWEEN);
        let now = Instant::now();
        lock(sent).push_back(now);
        let key = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
        let _ = events.blocking_send(Event::Key(key));
    }
    pause(BETWEEN * 4);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the loop to its end. Every key moves the cursor one row down, so the cursor tells which keys
/// a frame shows.
fn watch<E>(
    app: &mut App,
    sources: Sources<'_, E, stream::Pending<Signal>>,
    sent: &Sent,
) -> anyhow::Result<Seen>
where
    E: futures_util::Stream<Item = Event> + Unpin,
{
    let seen = RefCell::new(Seen::default());
    let (theme, sent) = (Theme::default(), Arc::clone(sent));
    let mut draw = |app: &App, frame: &mut Frame<'_>| {
        let begun = Instant::now();
        ui::view(app, &theme, frame);
        let now = Instant::now();
        let mut seen = seen.borrow_mut();
        seen.frames.push(begun);
        let mut waiting = lock(&sent);
        while seen.late.len() < app.list().window.cursor()
            && let Some(pressed) = waiting.pop_front()
        {
            seen.late.push(now - pressed);
        }
    };
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1))?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let exit = tokio.block_on(async {
        EventLoop::new(app, &mut terminal, Nobody, &mut draw, Clock::start())
            .run(sources)
            .await
    })?;
    anyhow::ensure!(exit == Exit::TerminalGone, "the loop ended by itself");
    Ok(seen.into_inner())
}

/// The most frames in any one second.
#[expect(clippy::cast_precision_loss, reason = "some sixty")]
fn busiest_second(frames: &[Instant]) -> f64 {
    let within = |from: &Instant| {
        let later = frames.iter().filter(|at| *at >= from);
        later
            .take_while(|at| **at < *from + Duration::from_secs(1))
            .count()
    };
    frames.iter().map(within).max().unwrap_or(0) as f64
}
