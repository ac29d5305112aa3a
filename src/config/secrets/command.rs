//! The command that prints a secret, on its way: it can be looked at without waiting for it.
//!
//! Its standard error is thrown away and its output never leaves a `SecretString`. One that runs
//! beside the screen has no terminal either, so it can neither write over the picture nor take
//! keys: `setsid` starts it, where that is there, since a program may not leave its session by
//! itself without `unsafe`.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::fault::Complaint;

/// In bytes; a longer line is no secret that is known here.
const LONGEST_LINE: u64 = 64 * 1024;

/// How a command stands to the terminal that this program was started in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stand {
    /// It may ask there.
    AtTerminal,
    /// It cannot reach it.
    Apart,
}

/// A command that was started. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    stand: Stand,
    line: Option<Receiver<SecretString>>,
    ended: Option<ExitStatus>,
    deadline: Instant,
    patience: Duration,
}

impl Running {
    /// Starts a command for the setting of this name, through the shell.
    pub(crate) fn start(
        name: &'static str,
        command: &str,
        env: &BTreeMap<String, String>,
        (stand, patience): (Stand, Duration),
    ) -> Result<Self, Complaint> {
        let mut shell = match (stand, setsid(env)) {
            (Stand::Apart, Some(setsid)) => {
                let mut shell = Command::new(setsid);
                shell.arg("/bin/sh");
                shell
            }
            (Stand::Apart, None) => {
                let mut shell = Command::new("/bin/sh");
                shell.process_group(0);
                shell
            }
            (Stand::AtTerminal, _) => Command::new("/bin/sh"),
        };
        let started = shell
            .arg("-c")
            .arg(command)
            .env_clear()
            .envs(env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let said = |error: io::Error| format!("could not be started: {}", error.kind());
        let mut child = started.map_err(|error| failed(name, &said(error)))?;
        Ok(Self {
            name,
            line: child.stdout.take().map(first_line),
            child,
            stand,
            ended: None,
            deadline: Instant::now() + patience,
            patience,
        })
    }

    /// The first line of its output, once it has ended; why there is none.
    pub(crate) fn poll(&mut self) -> Option<Result<SecretString, Complaint>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        let late = Instant::now() >= self.deadline;
        let failed = |how: &str| Some(Err(failed(self.name, how)));
        let Some(status) = self.ended else {
            let how = format!("did not end within {} s", self.patience.as_secs());
            return if late { failed(&how) } else { None };
        };
        if !status.success() {
            return failed(&status.code().map_or_else(
                || "was ended by a signal".to_owned(),
                |code| format!("ended with status {code}"),
            ));
        }
        let line = match self.line.as_ref().map(Receiver::try_recv) {
            Some(Ok(line)) => line,
            Some(Err(TryRecvError::Empty)) if !late => return None,
            _ => return failed("printed nothing that is UTF-8 text"),
        };
        match line.expose_secret().trim() {
            "" => failed("printed nothing on its first line"),
            text => Some(Ok(text.to_owned().into())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_some() {
            return;
        }
        // one that is apart leads a group of its own, with all that it has started
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let (Stand::Apart, Some(group)) = (self.stand, group) {
            kill_process_group(group, Signal::KILL).ok();
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn failed(name: &str, how: &str) -> Complaint {
    Complaint::new(
        format!("the command of `{name}` {how}"),
        "Run it by hand to see why; what it prints is not shown here",
    )
}

/// The first line, as soon as it is there. The rest is read and dropped, so that the command can
/// end in peace, and what it leaves running in the background cannot hold us up.
fn first_line(output: impl Read + Send + 'static) -> Receiver<SecretString> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = String::new();
        if (&mut output)
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .is_ok()
        {
            // Nobody listens any more when the deadline has passed.
            sender.send(SecretString::from(line)).ok();
        }
        // what is said is said: a line that never came is told from one that comes late
        drop(sender);
        io::copy(&mut output, &mut io::sink()).ok();
    });
    receiver
}

fn setsid(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let path = env.get("PATH")?;
    let mut places = path
        .split(':')
        .map(|folder| Path::new(folder).join("setsid"));
    places.find(|file| file.is_file())
}
