//! The loop on a paused clock: stories of keys, floods, silence and the end.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::stream;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::{advance, sleep};

use super::*;
use crate::task::event::What;

type Log = Rc<RefCell<Vec<String>>>;

#[derive(Clone, Default)]
struct Recorder {
    log: Log,
    no_shell: bool,
}

impl Recorder {
    fn note(&self, what: impl Into<String>) {
        self.log.borrow_mut().push(what.into());
    }
}

impl Host for Recorder {
    fn start(&mut self, task: TaskId, _: TaskSpec) {
        self.note(format!("start {task}"));
    }
    fn cancel(&mut self, task: TaskId) {
        self.note(format!("cancel {task}"));
    }
    fn perform(&mut self, effect: Effect) -> Option<Outside> {
        self.note(format!("{effect:?}"));
        None
    }
    fn suspend(&mut self) -> Result<(), String> {
        if self.no_shell {
            return Err("no shell".to_owned());
        }
        self.note("suspend");
        Ok(())
    }
    fn resume(&mut self) -> io::Result<()> {
        self.note("resume");
        Ok(())
    }
}

/// A session on a paused clock, driven through its sources.
struct Driver {
    events: Option<mpsc::Sender<Event>>,
    signals: mpsc::Sender<Signal>,
    reports: mpsc::Sender<TaskEvent>,
    frames: Rc<RefCell<Vec<Instant>>>,
    log: Log,
}

fn key(character: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE))
}

fn report(task: u64) -> TaskEvent {
    TaskEvent {
        task: TaskId(task),
        what: What::Started,
    }
}

impl Driver {
    async fn key(&self, character: char) {
        self.events
            .as_ref()
            .unwrap()
            .send(key(character))
            .await
            .unwrap();
    }

    fn frames(&self) -> usize {
        self.frames.borrow().len()
    }

    /// The most frames in any one second.
    fn busiest_second(&self) -> usize {
        let frames = self.frames.borrow();
        let within = |from: &Instant| {
            let second = *from..*from + Duration::from_secs(1);
            frames.iter().filter(|at| second.contains(at)).count()
        };
        frames.iter().map(within).max().unwrap_or(0)
    }
}

/// Runs a session next to a story; gives both ends.
async fn play<T>(
    recorder: Recorder,
    story: impl AsyncFnOnce(&mut Driver) -> T,
) -> (io::Result<Exit>, T) {
    let (event_sender, mut events) = mpsc::channel(256);
    let (signal_sender, mut signals) = mpsc::channel(8);
    let (report_sender, reports) = mpsc::channel(256);
    let frames = Rc::new(RefCell::new(Vec::new()));
    let mut driver = Driver {
        events: Some(event_sender),
        signals: signal_sender,
        reports: report_sender,
        frames: frames.clone(),
        log: recorder.log.clone(),
    };
    let sources = Sources {
        events: stream::poll_fn(move |context| events.poll_recv(context)),
        signals: stream::poll_fn(move |context| signals.poll_recv(context)),
        reports,
    };
    let mut app = App::default();
    let mut terminal = Terminal::new(TestBackend::new(30, 3)).unwrap();
    let mut draw = |app: &App, frame: &mut Frame<'_>| {
        frames.borrow_mut().push(Instant::now());
        crate::ui::view(app, frame);
    };
    let session = EventLoop::new(&mut app, &mut terminal, recorder, &mut draw, Clock::start())
        .run(sources, vec![Effect::Cancel(TaskId(99))]);
    tokio::join!(session, story(&mut driver))
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_before_the_first_effect_and_the_last_key_ends_it() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        tokio::task::yield_now().await;
        assert_eq!(driver.frames(), 1);
        assert_eq!(*driver.log.borrow(), ["cancel 99"]);
        driver.key('q').await;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_happens() {
    let (_, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(60)).await;
        let frames = driver.frames();
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(frames, 1);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_reports_makes_sixty_frames_a_second_at_most() {
    let (_, (frames, busiest)) = play(Recorder::default(), async |driver: &mut Driver| {
        // 20 reports a millisecond for three seconds, a key every tenth
        for millisecond in 0..3000_u64 {
            for task in 0..20 {
                driver.reports.send(report(task)).await.unwrap();
            }
            if millisecond % 100 == 0 {
                driver.key('j').await;
            }
            advance(Duration::from_millis(1)).await;
        }
        let seen = (driver.frames(), driver.busiest_second());
        driver.key('q').await;
        seen
    })
    .await;
    assert!(busiest <= 60, "{busiest} frames in one second");
    // and it is not that nothing was drawn
    assert!(frames > 150, "{frames}");
}

#[tokio::test(start_paused = true)]
async fn a_key_in_a_flood_has_its_frame_at_once() {
    let (exit, late) = play(Recorder::default(), async |driver: &mut Driver| {
        let mut late = Vec::new();
        for round in 0..100_u64 {
            // the key falls anywhere between two frames
            for _ in 0..(50 + round % 17) {
                driver.reports.try_send(report(round)).unwrap();
                advance(Duration::from_millis(1)).await;
            }
            while driver.reports.try_send(report(round)).is_ok() {}
            let pressed = Instant::now();
            let before = driver.frames();
            driver.key('j').await;
            while driver.frames() == before {
                sleep(Duration::from_millis(1)).await;
            }
            late.push(driver.frames.borrow()[before] - pressed);
        }
        driver.key('q').await;
        late
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    let worst = late.iter().max().unwrap();
    assert!(*worst <= Duration::from_millis(1), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn many_keys_at_once_are_all_handled_before_one_frame() {
    let (exit, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(1)).await;
        let before = driver.frames();
        for _ in 0..60 {
            driver.key('j').await;
        }
        sleep(Duration::from_secs(1)).await;
        let frames = driver.frames() - before;
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    assert_eq!(frames, 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_terminal_ends_the_session() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        driver.events = None;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::TerminalGone);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it_even_in_a_flood() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        while driver.reports.try_send(report(1)).is_ok() {}
        let stop = Signal::Stop(Exit::Signal(15));
        driver.signals.send(stop).await.unwrap();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Signal(15));
}

#[tokio::test(start_paused = true)]
async fn a_stop_gives_the_terminal_away_and_the_continuation_draws_everything() {
    let (_, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(1)).await;
        driver.signals.send(Signal::Suspend).await.unwrap();
        driver.signals.send(Signal::Continue).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["cancel 99", "suspend", "resume"]);
        let frames = driver.frames();
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(frames, 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_from_outside_is_noticed_when_it_is_over() {
    play(Recorder::default(), async |driver: &mut Driver| {
        driver.signals.send(Signal::Continue).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["cancel 99", "resume"]);
        assert_eq!(driver.frames(), 2);
        driver.key('q').await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_a_shell_nothing_is_stopped() {
    let recorder = Recorder {
        no_shell: true,
        ..Recorder::default()
    };
    play(recorder, async |driver: &mut Driver| {
        driver.signals.send(Signal::Suspend).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["cancel 99"]);
        driver.key('q').await;
    })
    .await;
}
