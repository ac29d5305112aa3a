//! The client as a process: started so that it outlives this program, watched by its number and
//! start time, ended only by those who know that it has sent nothing.
//!
//! A program may not leave its session by itself without `unsafe`, so another does it: `setsid`
//! (util-linux, busybox) makes a session of its own and becomes the client in place, under the same
//! process number. Where it is missing, `nohup` ignores the end of the terminal and a process group
//! of its own keeps the keys of the terminal away. Either way the client survives our end, a closed
//! terminal, Ctrl-C and `kill -9` of this program. Neither program touches an argument.
//!
//! The client writes to a file, never a pipe: a pipe whose reader is gone would end it at its next
//! line. The file is locked as long as the client runs, since the lock belongs to the open file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::argv::Argv;
use crate::domain::intent::Child;

/// Bytes reserved for the client's output before it starts: on a full disk its lines would be lost
/// without a word, and with them the proof of what it has done.
const RESERVED: u64 = 256 * 1024;

/// How long a process may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// Variables that the client may see: where programs and certificates are.
const ENVIRONMENT: &[&str] = &["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The variables that a client is started with.
pub(super) fn environment() -> Vec<(&'static str, OsString)> {
    let value = |name: &&'static str| Some((*name, std::env::var_os(name)?));
    ENVIRONMENT.iter().filter_map(value).collect()
}

/// Bytes of the environment as the system counts them.
pub(super) fn environment_size() -> usize {
    let all = environment();
    all.iter()
        .map(|(name, value)| name.len() + value.len() + 10)
        .sum()
}

/// The program of that name in the folders of `PATH`.
pub(super) fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    std::env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .find(|file| is_executable(file))
}

/// Whether this is a file that may be started.
pub(super) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// How a process leaves this program's session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Launcher {
    /// `setsid`, here.
    Session(PathBuf),
    /// `nohup`, here, with a process group.
    Group(PathBuf),
    /// A process group alone.
    Bare,
}

impl Launcher {
    /// The best one that this machine has.
    pub(super) fn find() -> Self {
        let group = || in_path("nohup").map(Self::Group);
        in_path("setsid")
            .map(Self::Session)
            .or_else(group)
            .unwrap_or(Self::Bare)
    }

    fn command(&self, program: &Path) -> std::process::Command {
        use std::os::unix::process::CommandExt as _;
        let behind = |launcher: &Path| {
            let mut command = std::process::Command::new(launcher);
            command.arg(program);
            command
        };
        match self {
            // no group here: the leader of one would have to fork to leave it
            Self::Session(setsid) => behind(setsid),
            Self::Group(nohup) => {
                let mut command = behind(nohup);
                command.process_group(0);
                command
            }
            Self::Bare => {
                let mut command = std::process::Command::new(program);
                command.process_group(0);
                command
            }
        }
    }
}

/// The private file that a client writes to.
pub(super) struct Output {
    file: File,
}

impl Output {
    /// Opens it for a client; `fresh` takes away what it held. `WouldBlock`: a client of an earlier
    /// try still writes to it.
    pub(super) fn open(path: &Path, fresh: bool) -> io::Result<Self> {
        let file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            // a file system without locks: the process number has to do
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if fresh {
            file.set_len(0)?;
        }
        reserve(&file)?;
        Ok(Self { file })
    }
}

#[cfg(target_os = "linux")]
fn reserve(file: &File) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    let end = file.metadata()?.len();
    match fallocate(file, FallocateFlags::KEEP_SIZE, end, RESERVED) {
        Err(error)
            if error == rustix::io::Errno::OPNOTSUPP || error == rustix::io::Errno::NOSYS =>
        {
            Ok(())
        }
        other => other.map_err(io::Error::from),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(_file: &File) -> io::Result<()> {
    let _ = RESERVED;
    Ok(())
}

/// A client that this program has started.
pub(super) struct Running {
    process: tokio::process::Child,
    /// What it is known by, also to those who come later.
    pub(super) child: Child,
}

/// Starts `program`. Reading from its input ends at once.
pub(super) fn start(
    launcher: &Launcher,
    program: &Path,
    argv: &Argv,
    input: File,
    output: Output,
) -> io::Result<Running> {
    let mut command = launcher.command(program);
    command
        .args(argv.arguments())
        .env_clear()
        .envs(environment())
        .current_dir("/")
        .stdin(Stdio::from(input))
        .stderr(Stdio::from(output.file.try_clone()?))
        .stdout(Stdio::from(output.file));
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(false);
    let process = command.spawn()?;
    let pid = process.id().unwrap_or_default();
    let started = started(pid).unwrap_or_default();
    Ok(Running {
        process,
        child: Child { pid, started },
    })
}

impl Running {
    /// Its end, once it has ended.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Ends it: asks, then forces.
    pub(super) async fn end(&mut self) -> io::Result<ExitStatus> {
        // not waited for yet, so the number cannot belong to another process
        signal(self.child.pid, Signal::TERM);
        if let Ok(ended) = tokio::time::timeout(GRACE, self.process.wait()).await {
            return ended;
        }
        signal(self.child.pid, Signal::KILL);
        self.process.wait().await
    }
}

fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

fn signal(number: u32, signal: Signal) {
    if let Some(pid) = pid(number) {
        // a process that is gone already needs no signal
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Ends a process that this program has not started; `false` when it could not be ended.
pub(super) async fn end(child: Child) -> bool {
    for word in [Signal::TERM, Signal::KILL] {
        if !signal_exactly(child, word) {
            break;
        }
        let deadline = tokio::time::Instant::now() + GRACE;
        while is_running(child) != Some(false) && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    is_running(child) == Some(false)
}

/// Signals this process and no later one of the same number.
#[cfg(target_os = "linux")]
fn signal_exactly(child: Child, signal: Signal) -> bool {
    use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};
    let Some(handle) = pid(child.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
    else {
        return false;
    };
    // looked at after the handle was taken: it is the handle's own process
    is_running(child) == Some(true) && pidfd_send_signal(&handle, signal).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn signal_exactly(child: Child, signal: Signal) -> bool {
    // without start times nobody can tell whose number it is by now
    is_running(child) == Some(true)
        && pid(child.pid).is_some_and(|pid| rustix::process::kill_process(pid, signal).is_ok())
}

/// Whether the process still runs; `None` when it can't be told.
pub(super) fn is_running(child: Child) -> Option<bool> {
    let pid = pid(child.pid)?;
    if rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
        return Some(false);
    }
    match stat(child.pid) {
        Ok(stat) => Some(!stat.over && stat.started == child.started),
        Err(error)
            if error.kind() == io::ErrorKind::NotFound && Path::new("/proc/self").exists() =>
        {
            Some(false)
        }
        Err(_) => None,
    }
}

fn started(pid: u32) -> Option<u64> {
    stat(pid).ok().map(|stat| stat.started)
}

struct Stat {
    /// It has ended and waits to be taken note of.
    over: bool,
    started: u64,
}

/// What `/proc` says of a process; other systems than Linux have none.
fn stat(pid: u32) -> io::Result<Stat> {
    let text = fs::read(format!("/proc/{pid}/stat"))?;
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    // the name in brackets may hold anything, brackets too
    let end = text
        .iter()
        .rposition(|byte| *byte == b')')
        .ok_or_else(odd)?;
    let rest =
        std::str::from_utf8(text.get(end + 1..).unwrap_or_default()).map_err(|_error| odd())?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let started = fields
        .get(19)
        .and_then(|field| field.parse().ok())
        .ok_or_else(odd)?;
    Ok(Stat {
        over: matches!(fields.first(), Some(&("Z" | "X" | "x"))),
        started,
    })
}

/// Whether somebody writes to this output. `None`: the file is not there, or its file system has no
/// locks.
pub(super) fn is_written(path: &Path) -> Option<bool> {
    let file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

/// Starts a program that only answers, and takes what it says; it is ended after `patience`.
pub(super) async fn ask<'a>(
    program: &Path,
    arguments: impl Iterator<Item = &'a OsStr>,
    patience: Duration,
) -> io::Result<std::process::Output> {
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(environment())
        .current_dir("/")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    match tokio::time::timeout(patience, command.output()).await {
        Ok(output) => output,
        Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests;
