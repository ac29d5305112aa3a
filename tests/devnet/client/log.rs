//! The log on stderr, in the two forms of logrus' text formatter.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use super::go;

/// A level, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Panic,
    Fatal,
    Error,
    Warning,
    Info,
    Debug,
    Trace,
}

/// Name, short name and colour of each level.
const LEVELS: [(Level, &str, &str, u8); 7] = [
    (Level::Panic, "panic", "PANI", 31),
    (Level::Fatal, "fatal", "FATA", 31),
    (Level::Error, "error", "ERRO", 31),
    (Level::Warning, "warning", "WARN", 33),
    (Level::Info, "info", "INFO", 36),
    (Level::Debug, "debug", "DEBU", 37),
    (Level::Trace, "trace", "TRAC", 37),
];

impl Level {
    /// A level by its name, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let name = if name == "warn" { "warning" } else { &name };
        let found = LEVELS.iter().find(|(_, known, _, _)| *known == name);
        found.map(|(level, ..)| *level)
    }
}

/// Where lines go and in which form.
#[derive(Clone, Copy)]
pub(crate) struct Log {
    pub(crate) level: Level,
    pub(crate) coloured: bool,
}

/// One field of a line.
pub(crate) type Field<'a> = (&'a str, String);

impl Log {
    pub(crate) fn info(self, message: &str, fields: &[Field<'_>]) {
        self.line(Level::Info, message.as_bytes(), fields);
    }

    pub(crate) fn debug(self, message: &str, fields: &[Field<'_>]) {
        self.line(Level::Debug, message.as_bytes(), fields);
    }

    pub(crate) fn error(self, message: &str, fields: &[Field<'_>]) {
        self.line(Level::Error, message.as_bytes(), fields);
    }

    /// A line that says the same at whatever level is the lowest shown.
    pub(crate) fn remind(self, message: &str, fields: &[Field<'_>]) {
        self.line(self.level, message.as_bytes(), fields);
    }

    /// The last line; the exit code that follows it.
    pub(crate) fn fatal(self, message: impl AsRef<[u8]>, fields: &[Field<'_>]) -> ExitCode {
        self.line(Level::Fatal, message.as_ref(), fields);
        ExitCode::from(1)
    }

    fn line(self, level: Level, message: &[u8], fields: &[Field<'_>]) {
        if level > self.level {
            return;
        }
        let mut fields = fields.to_vec();
        fields.sort();
        let line = if self.coloured {
            coloured(level, message, &fields)
        } else {
            plain(level, message, &fields)
        };
        stderr(&line);
    }
}

fn plain(level: Level, message: &[u8], fields: &[Field<'_>]) -> Vec<u8> {
    let (_, name, ..) = LEVELS[level as usize];
    let mut out = format!("time=\"{}\" level={name} msg=", now()).into_bytes();
    out.extend(value(message));
    for (name, text) in fields {
        out.extend(format!(" {name}=").bytes());
        out.extend(value(text.as_bytes()));
    }
    out.push(b'\n');
    out
}

fn coloured(level: Level, message: &[u8], fields: &[Field<'_>]) -> Vec<u8> {
    let (_, _, short, colour) = LEVELS[level as usize];
    let mut out = format!("\x1b[{colour}m{short}\x1b[0m[{}] ", now()).into_bytes();
    out.extend(message);
    let characters = String::from_utf8_lossy(message).chars().count();
    out.resize(out.len() + 44_usize.saturating_sub(characters), b' ');
    out.push(b' ');
    for (name, text) in fields {
        out.extend(format!(" \x1b[{colour}m{name}\x1b[0m=").bytes());
        out.extend(value(text.as_bytes()));
    }
    out.push(b'\n');
    out
}

/// Quoted unless every character is harmless.
fn value(bytes: &[u8]) -> Vec<u8> {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/@^+".contains(byte);
    if bytes.iter().all(harmless) {
        bytes.to_vec()
    } else {
        go::quote(bytes).into_bytes()
    }
}

fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Writes to stderr as Go does: what cannot be written is lost, but without a reader it dies.
pub(crate) fn stderr(bytes: &[u8]) {
    die_without_reader(std::io::stderr().write_all(bytes));
}

/// Writes to stdout likewise.
pub(crate) fn stdout(bytes: &[u8]) {
    let mut out = std::io::stdout();
    die_without_reader(out.write_all(bytes).and_then(|()| out.flush()));
}

fn die_without_reader(written: std::io::Result<()>) {
    if written.is_err_and(|why| why.kind() == ErrorKind::BrokenPipe) {
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGPIPE);
    }
}

/// A Go panic: its text, a dump, exit code 2.
pub(crate) fn go_panic(why: &str) -> ExitCode {
    let dump = "goroutine 1 [running]:\nmain.main()\n\t/build/main.go:6 +0xf\n";
    stderr(format!("panic: {why}\n\n{dump}").as_bytes());
    ExitCode::from(2)
}
