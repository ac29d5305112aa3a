//! The loop on a paused clock: stories of keys, floods, silence and the end.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::stream;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::{advance, sleep};

use super::*;
use crate::task::event::What;

/// A program that shows how often it was told something. `q` leaves, `z` stops, `c` copies, `t`
/// asks to be woken in 100 ms.
#[derive(Default)]
struct Counter {
    told: Vec<Msg>,
    dirty: bool,
    wake_at: Option<u64>,
}

impl Program for Counter {
    fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        self.dirty = true;
        let typed = match &msg {
            Msg::Input(Input::Key(chord)) => chord.typed(),
            _ => None,
        };
        if msg == Msg::Tick {
            self.wake_at = None;
        }
        self.told.push(msg);
        match typed {
            Some('q') => vec![Effect::Exit],
            Some('z') => vec![Effect::Suspend],
            Some('c') => vec![Effect::Copy("text".to_owned()), Effect::Cancel(TaskId(1))],
            Some('t') => {
                self.wake_at = Some(now.mono + 100);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn mark_clean(&mut self) {
        self.dirty = false;
    }

    fn wake_at(&self) -> Option<u64> {
        self.wake_at
    }
}

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
        Some(Outside::Copied("sent".to_owned()))
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
    let (exit, told, _) = play_all(recorder, story).await;
    (exit, told)
}

/// The same, with everything that the program was told.
async fn play_all<T>(
    recorder: Recorder,
    story: impl AsyncFnOnce(&mut Driver) -> T,
) -> (io::Result<Exit>, T, Vec<Msg>) {
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
    let mut app = Counter::default();
    let mut terminal = Terminal::new(TestBackend::new(30, 3)).unwrap();
    let mut draw = |app: &Counter, frame: &mut Frame<'_>| {
        frames.borrow_mut().push(Instant::now());
        frame.render_widget(app.told.len().to_string(), frame.area());
    };
    let session =
        EventLoop::new(&mut app, &mut terminal, recorder, &mut draw, Clock::start()).run(sources);
    let (exit, end) = tokio::join!(session, story(&mut driver));
    (exit, end, app.told)
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_needs_nothing_but_the_size() {
    let (exit, (), told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        tokio::task::yield_now().await;
        assert_eq!(driver.frames(), 1);
        driver.key('q').await;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    assert_eq!(told[0], Msg::Input(Input::Resize(30, 3)));
}

#[tokio::test(start_paused = true)]
async fn effects_are_done_in_order_and_their_answers_come_back() {
    let (_, log, told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        driver.key('c').await;
        sleep(Duration::from_secs(1)).await;
        driver.key('q').await;
        driver.log.borrow().clone()
    })
    .await;
    assert_eq!(log, ["Copy(\"text\")", "cancel 1"]);
    assert_eq!(told[2], Msg::Outside(Outside::Copied("sent".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn who_asks_to_be_woken_is_woken_then_and_once_even_in_a_flood() {
    let (_, (), told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        driver.key('t').await;
        for _ in 0..200 {
            while driver.reports.try_send(report(1)).is_ok() {}
            advance(Duration::from_millis(1)).await;
        }
        driver.key('q').await;
    })
    .await;
    let ticks = told.iter().filter(|msg| **msg == Msg::Tick).count();
    assert_eq!(ticks, 1);
    let tick = told.iter().position(|msg| *msg == Msg::Tick).unwrap();
    let later = told[tick..].iter().any(|msg| matches!(msg, Msg::Task(_)));
    assert!(later, "not only when the flood was over");
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
        assert_eq!(*driver.log.borrow(), ["suspend", "resume"]);
        let frames = driver.frames();
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(frames, 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_from_outside_is_noticed_when_it_is_over() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        driver.signals.send(Signal::Continue).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["resume"]);
        assert_eq!(driver.frames(), 2);
        driver.key('q').await;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
}

#[tokio::test(start_paused = true)]
async fn without_a_shell_nothing_is_stopped() {
    let recorder = Recorder {
        no_shell: true,
        ..Recorder::default()
    };
    let (_, (), told) = play_all(recorder, async |driver: &mut Driver| {
        driver.key('z').await;
        driver.signals.send(Signal::Suspend).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert!(driver.log.borrow().is_empty());
        driver.key('q').await;
    })
    .await;
    assert!(told.contains(&Msg::Outside(Outside::Failed("no shell".to_owned()))));
}
