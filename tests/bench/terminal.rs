//! The real binary in a terminal, with a stopwatch at every byte that comes out of it.

use std::fs;
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::screen::SIZE;

const BINARY: &str = env!("CARGO_BIN_EXE_dualscope");

/// Waits without work.
pub(crate) fn pause(time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

struct Seen {
    parser: vt100::Parser,
    bytes: u64,
    /// When the last of them came.
    last: Instant,
    closed: bool,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A running program; it is killed when this is dropped.
pub(crate) struct Session {
    seen: Shared,
    started: Instant,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    _home: TempDir,
}

impl Session {
    /// Starts the program in an empty home.
    pub(crate) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let home = TempDir::new()?;
        let size = PtySize {
            cols: SIZE.0,
            rows: SIZE.1,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let seen = Seen {
            parser: vt100::Parser::new(SIZE.1, SIZE.0, 0),
            bytes: 0,
            last: Instant::now(),
            closed: false,
        };
        let seen: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let (reading, screen) = (Arc::clone(&seen), pair.master.try_clone_reader()?);
        std::thread::spawn(move || read(screen, &reading));
        let command = command(&home, arguments);
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        Ok(Self {
            seen,
            started,
            child,
            keyboard: pair.master.take_writer()?,
            _master: pair.master,
            _home: home,
        })
    }

    fn now(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time from the start until the screen was such.
    pub(crate) fn until(
        &self,
        what: &str,
        such: impl Fn(&vt100::Screen) -> bool,
    ) -> anyhow::Result<Duration> {
        let at = self.wait(what, |seen| such(seen.parser.screen()))?;
        Ok(at - self.started)
    }

    /// The time from a key to the first byte that comes after it.
    pub(crate) fn key_to_byte(&mut self, key: &str) -> anyhow::Result<Duration> {
        let before = self.bytes();
        let pressed = Instant::now();
        self.keyboard.write_all(key.as_bytes())?;
        self.keyboard.flush()?;
        let at = self.wait("an answer to a key", |seen| seen.bytes > before)?;
        Ok(at - pressed)
    }

    fn wait(&self, what: &str, such: impl Fn(&Seen) -> bool) -> anyhow::Result<Instant> {
        let end = Instant::now() + Duration::from_secs(20);
        let mut seen = self.now();
        while !such(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            let screen = seen.parser.screen().contents();
            let said = screen.lines().find(|line| !line.trim().is_empty());
            let said = said.unwrap_or("").trim();
            anyhow::ensure!(!seen.closed, "it ended before {what}: {said}");
            anyhow::ensure!(!left.is_zero(), "waited for {what}, but saw: {said}");
            let woken = self.seen.1.wait_timeout(seen, left);
            seen = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(seen.last)
    }

    /// Bytes that have come so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.now().bytes
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    /// The processor's time that it has used so far, all threads together.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let mut nanoseconds = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.pid()))? {
            let told = fs::read_to_string(task?.path().join("schedstat"))?;
            let running = told.split(' ').next().unwrap_or("0");
            nanoseconds += running.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(home: &TempDir, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(BINARY);
    command.args(arguments);
    for (name, _) in std::env::vars() {
        let ours = ["DUALSCOPE_", "XDG_"]
            .iter()
            .any(|start| name.starts_with(start));
        if ours || ["NO_COLOR", "TMUX", "STY"].contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("HOME", home.path());
    command.cwd(home.path());
    command
}

/// Feeds the screen until the terminal closes.
fn read(mut screen: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = vec![0; 1 << 16];
    let tell = |change: &mut dyn FnMut(&mut Seen)| {
        change(&mut shared.0.lock().unwrap_or_else(PoisonError::into_inner));
        shared.1.notify_all();
    };
    while let Ok(read @ 1..) = screen.read(&mut buffer) {
        let now = Instant::now();
        tell(&mut |seen| {
            seen.bytes += read as u64;
            seen.last = now;
            seen.parser.process(&buffer[..read]);
        });
    }
    tell(&mut |seen| seen.closed = true);
}
