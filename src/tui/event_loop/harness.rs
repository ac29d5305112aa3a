//! A small program in the loop, between a terminal, signals and reports that a story drives.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::stream;
use ratatui::backend::{ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;
use tokio::sync::mpsc;

use super::*;
use crate::task::event::What;

/// A program that shows how often it was told something. `q` leaves, `z` stops, `c` copies, `e`
/// edits outside, `t` asks to be woken in 100 ms.
#[derive(Default)]
pub(super) struct Counter {
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
            Some('e') => vec![Effect::EditOutside(
                DraftId(1),
                DraftText {
                    key: "memcells:a".parse().unwrap(),
                    base: None,
                    text: "{}".into(),
                },
            )],
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

pub(super) type Log = Rc<RefCell<Vec<String>>>;

/// A terminal that may have another size each time it is asked.
pub(super) struct Shrinking {
    inner: TestBackend,
    sizes: Rc<RefCell<VecDeque<Size>>>,
}

impl Shrinking {
    fn new(sizes: Rc<RefCell<VecDeque<Size>>>) -> Self {
        Self {
            inner: TestBackend::new(30, 3),
            sizes,
        }
    }
}

impl Backend for Shrinking {
    type Error = std::convert::Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.inner.draw(content)
    }
    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }
    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }
    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, at: P) -> Result<(), Self::Error> {
        self.inner.set_cursor_position(at)
    }
    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }
    fn clear_region(&mut self, region: ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(region)
    }
    fn size(&self) -> Result<Size, Self::Error> {
        let mut sizes = self.sizes.borrow_mut();
        let last = sizes.len() <= 1;
        let size = if last {
            sizes.front().copied()
        } else {
            sizes.pop_front()
        };
        Ok(size.unwrap_or(Size::new(30, 3)))
    }
    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }
    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush()
    }
}

#[derive(Clone, Default)]
pub(super) struct Recorder {
    pub(super) sizes: Rc<RefCell<VecDeque<Size>>>,
    pub(super) log: Log,
    pub(super) no_shell: bool,
    pub(super) slow_editor: bool,
    /// Effects are answered later.
    pub(super) late: bool,
    pub(super) answer: Option<Outside>,
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
        let answer = Some(Outside::Copied("sent".to_owned()));
        if self.late {
            self.answer = answer;
            return None;
        }
        answer
    }
    fn poll_answer(&mut self, _: &mut Context<'_>) -> Poll<Outside> {
        self.answer.take().map_or(Poll::Pending, Poll::Ready)
    }
    fn edit(&mut self, _: (DraftId, DraftText), stop: CancellationToken) -> Editing<'_> {
        self.note("edit");
        Box::pin(async move {
            if self.slow_editor {
                stop.cancelled().await;
                self.note("asked to end");
            }
            Edited::Same
        })
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
pub(super) struct Driver {
    pub(super) events: Option<mpsc::Sender<Event>>,
    pub(super) signals: mpsc::Sender<Signal>,
    pub(super) reports: mpsc::Sender<TaskEvent>,
    pub(super) frames: Rc<RefCell<Vec<Instant>>>,
    pub(super) log: Log,
}

pub(super) fn key(character: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE))
}

pub(super) fn report(task: u64) -> TaskEvent {
    TaskEvent {
        task: TaskId(task),
        what: What::Started,
    }
}

impl Driver {
    pub(super) async fn key(&self, character: char) {
        self.events
            .as_ref()
            .unwrap()
            .send(key(character))
            .await
            .unwrap();
    }

    pub(super) fn frames(&self) -> usize {
        self.frames.borrow().len()
    }

    /// The most frames in any one second.
    pub(super) fn busiest_second(&self) -> usize {
        let frames = self.frames.borrow();
        let within = |from: &Instant| {
            let second = *from..*from + Duration::from_secs(1);
            frames.iter().filter(|at| second.contains(at)).count()
        };
        frames.iter().map(within).max().unwrap_or(0)
    }
}

/// Runs a session next to a story; gives both ends.
pub(super) async fn play<T>(
    recorder: Recorder,
    story: impl AsyncFnOnce(&mut Driver) -> T,
) -> (io::Result<Exit>, T) {
    let (exit, told, _) = play_all(recorder, story).await;
    (exit, told)
}

/// The same, with everything that the program was told.
pub(super) async fn play_all<T>(
    recorder: Recorder,
    story: impl AsyncFnOnce(&mut Driver) -> T,
) -> (io::Result<Exit>, T, Vec<Msg>) {
    let (event_sender, mut events) = mpsc::channel(256);
    let (signal_sender, mut signals) = mpsc::channel(8);
    let (report_sender, mut reports) = mpsc::channel(256);
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
        reports: &mut reports,
    };
    let mut app = Counter::default();
    let mut terminal = Terminal::new(Shrinking::new(recorder.sizes.clone())).unwrap();
    let mut draw = |app: &Counter, frame: &mut Frame<'_>| {
        frames.borrow_mut().push(Instant::now());
        let size = app.told.iter().rev().find_map(|msg| match msg {
            Msg::Input(Input::Resize(columns, rows)) => Some(Size::new(*columns, *rows)),
            _ => None,
        });
        assert_eq!(
            size,
            Some(frame.area().as_size()),
            "a picture for another size"
        );
        frame.render_widget(app.told.len().to_string(), frame.area());
    };
    let session =
        EventLoop::new(&mut app, &mut terminal, recorder, &mut draw, Clock::start()).run(sources);
    let (exit, end) = tokio::join!(session, story(&mut driver));
    (exit, end, app.told)
}
