//! From what the terminal reports to what the application knows. Total: everything has an answer,
//! and what means nothing here is `None`, never a panic.

use std::io;
use std::task::{Context, Poll};
use std::thread;

use futures_util::StreamExt as _;
use ratatui::crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::app::{Chord, Input, Key, Mouse};

/// Two clicks on one cell within this many milliseconds are a double click.
const DOUBLE_CLICK: u64 = 400;
/// Events that may wait to be read; a terminal that sends more has to wait itself.
const WAITING: usize = 256;

/// Turns events into inputs; remembers the last click.
#[derive(Debug, Default)]
pub struct Translator {
    clicked: Option<(u16, u16, u64)>,
}

impl Translator {
    /// The input that an event is, if it is one; `mono` is now, in milliseconds.
    pub fn input(&mut self, event: Event, mono: u64) -> Option<Input> {
        match event {
            Event::Key(key) => chord(key).map(Input::Key),
            Event::Paste(text) => Some(Input::Paste(text)),
            Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
            Event::Mouse(mouse) => self.mouse(mouse, mono).map(Input::Mouse),
            Event::FocusGained | Event::FocusLost => None,
        }
    }

    fn mouse(&mut self, event: MouseEvent, mono: u64) -> Option<Mouse> {
        let (column, row) = (event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let before = self.clicked.replace((column, row, mono));
                let again = before.is_some_and(|(c, r, at)| {
                    (c, r) == (column, row) && mono.saturating_sub(at) <= DOUBLE_CLICK
                });
                if !again {
                    return Some(Mouse::Click(column, row));
                }
                // a third click is a first one again
                self.clicked = None;
                Some(Mouse::DoubleClick(column, row))
            }
            MouseEventKind::ScrollDown => Some(Mouse::Scroll(column, row, 1)),
            MouseEventKind::ScrollUp => Some(Mouse::Scroll(column, row, -1)),
            _ => None,
        }
    }
}

/// Adds an input to those not handled yet. Of several sizes only the last counts, and turns of the
/// wheel over one cell are one turn.
pub fn push(inputs: &mut Vec<Input>, next: Input) {
    match (inputs.last_mut(), &next) {
        (Some(last @ Input::Resize(..)), Input::Resize(..)) => *last = next,
        (
            Some(Input::Mouse(Mouse::Scroll(column, row, turned))),
            Input::Mouse(Mouse::Scroll(c, r, more)),
        ) if (&*column, &*row) == (c, r) => *turned = turned.saturating_add(*more),
        _ => inputs.push(next),
    }
}

/// The key as people press it; `None` for a release and for keys without a meaning here.
fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let held = |modifier| event.modifiers.contains(modifier);
    let mut chord = Chord {
        key: key(event.code)?,
        ctrl: held(KeyModifiers::CONTROL),
        alt: held(KeyModifiers::ALT),
        shift: held(KeyModifiers::SHIFT),
    };
    match event.code {
        KeyCode::BackTab => chord.shift = true,
        // shift is in the character already; Ctrl makes no difference between c and C
        KeyCode::Char(character) => {
            if chord.ctrl {
                chord.key = Key::Char(character.to_ascii_lowercase());
            } else if chord.shift && character.is_ascii_lowercase() {
                chord.key = Key::Char(character.to_ascii_uppercase());
            }
            chord.shift = false;
        }
        _ => {}
    }
    Some(chord)
}

fn key(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::F(number) => Key::F(number),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab | KeyCode::BackTab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        _ => return None,
    })
}

/// Reads the terminal on a thread of its own until it is dropped.
///
/// crossterm's reader waits inside a read for the rest of an unfinished sequence, and turns round
/// and round at a terminal that hung up. On its own thread that costs nobody a frame; the end of
/// the terminal is noticed elsewhere (`signal`), and the thread ends with the program.
#[derive(Debug)]
pub struct Reader {
    _stop: DropGuard,
    thread: thread::JoinHandle<()>,
}

impl Reader {
    /// Starts to read; events come out of the receiver, which ends when reading fails.
    ///
    /// # Errors
    /// No thread could be started.
    pub fn start(handle: Handle) -> io::Result<(Self, mpsc::Receiver<Event>)> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("terminal-input".to_owned())
            .spawn(move || handle.block_on(read(sender, stopped)))?;
        let reader = Self {
            _stop: stop.drop_guard(),
            thread,
        };
        Ok((reader, receiver))
    }
}

/// The terminal's events, which can be left to another program for a while.
#[derive(Debug)]
pub struct Keyboard {
    handle: Handle,
    state: Reading,
}

#[derive(Debug)]
enum Reading {
    On(Reader, mpsc::Receiver<Event>),
    /// Somebody else reads.
    Off,
    /// The terminal can't be read any more.
    Ended,
}

impl Keyboard {
    /// Starts to read.
    ///
    /// # Errors
    /// No thread could be started.
    pub fn start(handle: Handle) -> io::Result<Self> {
        let (reader, events) = Reader::start(handle.clone())?;
        let state = Reading::On(reader, events);
        Ok(Self { handle, state })
    }

    /// The next event; never one while somebody else reads.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        match &mut self.state {
            Reading::On(_, events) => events.poll_recv(context),
            Reading::Off => Poll::Pending,
            Reading::Ended => Poll::Ready(None),
        }
    }

    /// Stops reading; gives what says whether the reading has ended.
    pub fn pause(&mut self) -> impl Fn() -> bool + use<> {
        let state = std::mem::replace(&mut self.state, Reading::Off);
        let thread = match state {
            Reading::On(reader, _) => Some(reader.thread),
            Reading::Off | Reading::Ended => None,
        };
        move || thread.as_ref().is_none_or(thread::JoinHandle::is_finished)
    }

    /// Reads again.
    pub fn resume(&mut self) {
        if let Reading::Off = self.state {
            self.state = match Reader::start(self.handle.clone()) {
                Ok((reader, events)) => Reading::On(reader, events),
                Err(_) => Reading::Ended,
            };
        }
    }
}

async fn read(sender: mpsc::Sender<Event>, stop: CancellationToken) {
    let mut events = EventStream::new();
    loop {
        let event = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            event = events.next() => event,
        };
        match event {
            Some(Ok(event)) => {
                if sender.send(event).await.is_err() {
                    return;
                }
            }
            Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "the terminal can't be read");
                return;
            }
            None => return,
        }
    }
}

#[cfg(test)]
mod tests;
