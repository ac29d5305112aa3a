//! A program in a terminal: keys go in, a model of the screen comes out.
//!
//! Programs draw only the cells that change, so the stream of bytes says little; the screen does.
//! Nothing here sleeps: every wait is for something to appear, with a deadline, and says what was
//! on the screen when it did not.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::Screen;

use super::keys::bytes_of;
use super::program::Program;
use super::screen::{Extras, Modes, plain, styled};

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// What the reading and the waiting thread know.
struct Seen {
    parser: vt100::Parser<Extras>,
    raw: Vec<u8>,
    closed: bool,
    exit: Option<ExitStatus>,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;
type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

/// A program in its terminal. It is ended when this is dropped.
pub(crate) struct Pty {
    seen: Shared,
    keyboard: Keyboard,
    master: Box<dyn MasterPty + Send>,
    pid: u32,
    found: Modes,
    _home: TempDir,
}

impl Pty {
    pub(crate) fn start(program: Program) -> Self {
        let (columns, rows) = program.columns_and_rows;
        let pair = native_pty_system()
            .openpty(pty_size(program.columns_and_rows))
            .unwrap();
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Extras::default());
        let found = Modes::of(&parser, &*pair.master);
        let seen = Seen {
            parser,
            raw: Vec::new(),
            closed: false,
            exit: None,
        };
        let seen: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let keyboard: Keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));

        let mut child = pair.slave.spawn_command(program.builder()).unwrap();
        let pid = child.process_id().unwrap();
        let (waiting, screen) = (Arc::clone(&seen), pair.master.try_clone_reader().unwrap());
        std::thread::spawn(move || {
            let exit = child.wait().unwrap();
            tell(&waiting, |seen| seen.exit = Some(exit));
        });
        let (reading, answering) = (Arc::clone(&seen), Arc::clone(&keyboard));
        std::thread::spawn(move || read(screen, &reading, &answering));
        Self {
            seen,
            keyboard,
            master: pair.master,
            pid,
            found,
            _home: program.home,
        }
    }

    fn now(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }

    /// Types `keys`, in the notation of [`bytes_of`].
    pub(crate) fn send(&self, keys: &str) {
        self.send_bytes(&bytes_of(keys));
    }

    pub(crate) fn send_bytes(&self, bytes: &[u8]) {
        let mut keyboard = self.keyboard.lock().unwrap();
        keyboard
            .write_all(bytes)
            .and_then(|()| keyboard.flush())
            .unwrap();
    }

    /// Pastes, in brackets if the program asked for them.
    pub(crate) fn paste(&self, text: &str) {
        let bracketed = self.now().parser.screen().bracketed_paste();
        let text = if bracketed {
            format!("\x1b[200~{text}\x1b[201~")
        } else {
            text.to_owned()
        };
        self.send_bytes(text.as_bytes());
    }

    /// Waits until `text` is on the screen. Panics with the screen when [`PATIENCE`] ends.
    pub(crate) fn until(&self, text: &str) {
        self.until_within(text, PATIENCE);
    }

    /// The same with a deadline of its own.
    pub(crate) fn until_within(&self, text: &str, patience: Duration) {
        self.wait(&format!("`{text}`"), patience, |seen| {
            seen.parser.screen().contents().contains(text).then_some(())
        });
    }

    /// Waits until the screen is such; `what` is for the message.
    pub(crate) fn until_screen(&self, what: &str, such: impl Fn(&Screen) -> bool) {
        self.wait(what, PATIENCE, |seen| {
            such(seen.parser.screen()).then_some(())
        });
    }

    /// Waits for the program's end, the last of its output included.
    pub(crate) fn exit(&self) -> ExitStatus {
        self.wait("the end", PATIENCE, |seen| {
            seen.exit.clone().filter(|_| seen.closed)
        })
    }

    fn wait<T>(&self, what: &str, patience: Duration, get: impl Fn(&Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        let mut seen = self.now();
        loop {
            if let Some(got) = get(&seen) {
                return got;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let (screen, exit) = (plain(seen.parser.screen()), seen.exit.clone());
                drop(seen);
                panic!("waited for {what}; exit: {exit:?}; the screen:\n{screen}\n--");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// The text of the screen, without blanks at the ends of lines.
    pub(crate) fn snapshot(&self) -> String {
        plain(self.now().parser.screen())
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.now().parser.screen().size();
        (columns, rows)
    }

    /// The colours and attributes of the screen, see [`styled`].
    pub(crate) fn styled(&self) -> String {
        styled(self.now().parser.screen())
    }

    /// Every byte that came so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.now().raw.clone()
    }

    /// What the program has switched on and not off again.
    pub(crate) fn modes(&self) -> Modes {
        Modes::of(&self.now().parser, &*self.master)
    }

    /// The terminal as it was before the start, to compare with [`Pty::modes`].
    pub(crate) fn found(&self) -> Modes {
        self.found.clone()
    }

    /// What was copied last by OSC 52, as it came: Base64.
    pub(crate) fn clipboard(&self) -> Vec<u8> {
        self.now().parser.callbacks().clipboard.clone()
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        // Below two by two the screen model cannot wrap a wide character; nothing is read there.
        self.now()
            .parser
            .screen_mut()
            .set_size(rows.max(2), columns.max(2));
        self.master.resize(pty_size((columns, rows))).unwrap();
    }

    /// Sends a signal by its name (`TERM`, `HUP`, `CONT`, …) to the job in the foreground.
    pub(crate) fn signal(&self, name: &str) {
        let group = self.master.process_group_leader().unwrap();
        assert!(
            kill(name, &format!("-{group}")),
            "SIG{name} could not be sent"
        );
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.now().exit.is_none() {
            if let Some(job) = self.master.process_group_leader() {
                kill("KILL", &format!("-{job}"));
            }
            kill("KILL", &self.pid.to_string());
        }
    }
}

/// By the shell, whose `kill` is built in.
fn kill(signal: &str, whom: &str) -> bool {
    let script = r#"kill -s "$1" -- "$2" 2>/dev/null"#;
    Command::new("sh")
        .args(["-c", script, "sh", signal, whom])
        .status()
        .unwrap()
        .success()
}

fn tell(shared: &Shared, change: impl FnOnce(&mut Seen)) {
    change(&mut shared.0.lock().unwrap());
    shared.1.notify_all();
}

/// Feeds the screen until the terminal closes, and answers what the program asks the terminal.
fn read(mut screen: Box<dyn Read + Send>, shared: &Shared, keyboard: &Keyboard) {
    let mut buffer = [0; 8192];
    while let Ok(read @ 1..) = screen.read(&mut buffer) {
        let mut answers = Vec::new();
        tell(shared, |seen| {
            seen.raw.extend(&buffer[..read]);
            seen.parser.process(&buffer[..read]);
            answers = seen.parser.callbacks_mut().take_answers();
        });
        // a program that ended needs no answer
        let _ = keyboard.lock().unwrap().write_all(&answers);
    }
    tell(shared, |seen| seen.closed = true);
}
