//! The log: a private file, and nothing on the terminal.
//!
//! Only what dualscope itself says is kept. Drivers and RPC libraries can log whole requests at
//! their lower levels, values and all, so their events never pass, whatever the level is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::fault::{Fault, Problem};
use super::paths::private_dir;
use super::settings::{Log, LogLevel};

/// The name of the file being written; older ones have `.1` to `.5` behind it.
pub const FILE: &str = "dualscope.log";

/// Older files kept.
const KEPT: usize = 5;

/// A file is put aside when it has so many bytes, or when a new day (UTC) has begun.
const MOST_BYTES: u64 = 8 << 20;

/// Writes what is left when it is dropped; `main` keeps it to the end.
#[must_use = "the log ends when the guard is dropped"]
pub struct Guard(#[expect(dead_code, reason = "kept for its drop")] Option<WorkerGuard>);

/// Starts the log of this process. With level `off` no file is made.
///
/// # Errors
///
/// When the folder or file cannot be made private and written.
pub fn start(log: &Log) -> Result<Guard, Fault> {
    if log.level == LogLevel::Off {
        return Ok(Guard(None));
    }
    let file = PrivateLog::open(&log.dir, MOST_BYTES).map_err(|error| {
        Problem::new(
            log.dir.display().to_string(),
            format!("the log cannot be written here: {}", error.kind()),
            "Make the folder writable, name another with `log.dir`, or set `log.level = \"off\"`",
        )
    })?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    // A second start in one process keeps the first log.
    subscriber(log.level, writer).try_init().ok();
    Ok(Guard(Some(guard)))
}

/// Plain lines, UTC, from this crate only.
fn subscriber<W>(level: LogLevel, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level_filter(level));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(false)
        // A failed write would otherwise be told on stderr, across the screen.
        .log_internal_errors(false);
    tracing_subscriber::registry().with(lines.with_filter(filter))
}

fn level_filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// A log file of mode 0600 that puts itself aside by size and by day. The appender's own rolling
/// file makes files that others may read and does not look at the size.
struct PrivateLog {
    path: PathBuf,
    file: File,
    bytes: u64,
    day: String,
    most: u64,
}

impl PrivateLog {
    fn open(dir: &Path, most: u64) -> io::Result<Self> {
        private_dir(dir)?;
        let path = dir.join(FILE);
        let old_day = fs::metadata(&path)
            .and_then(|meta| meta.modified())
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok())
            .map(day);
        let today = day(Timestamp::now());
        if old_day.is_some_and(|old| old != today) {
            put_aside(&path)?;
        }
        let file = private_file(&path)?;
        Ok(Self {
            bytes: file.metadata()?.len(),
            file,
            path,
            day: today,
            most,
        })
    }

    fn turn(&mut self, more: usize, today: String) -> io::Result<()> {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        let full = self.bytes > 0 && self.bytes.saturating_add(more) > self.most;
        if full || self.day != today {
            self.file.flush()?;
            put_aside(&self.path)?;
            self.file = private_file(&self.path)?;
            self.bytes = self.file.metadata()?.len();
            self.day = today;
        }
        self.bytes = self.bytes.saturating_add(more);
        Ok(())
    }
}

impl Write for PrivateLog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.turn(line.len(), day(Timestamp::now()))?;
        self.file.write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    path.with_extension(format!("log.{number}"))
}

/// `dualscope.log` becomes `.1`, `.1` becomes `.2`, and the oldest goes.
fn put_aside(path: &Path) -> io::Result<()> {
    for number in (1..KEPT).rev() {
        match fs::rename(numbered(path, number), numbered(path, number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, numbered(path, 1))
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        // The file may be an old one that was made otherwise.
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut all: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        all.sort();
        all
    }

    #[test]
    fn a_full_file_is_put_aside_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = PrivateLog::open(dir.path(), 10).unwrap();
        for number in 0..9 {
            writeln!(log, "line {number}").unwrap();
        }

        let mut expected = vec![FILE.to_owned()];
        expected.extend((1..=KEPT).map(|number| format!("{FILE}.{number}")));
        assert_eq!(names(dir.path()), expected);
        let newest = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert_eq!(newest, "line 8\n");
        let oldest = fs::read_to_string(numbered(&dir.path().join(FILE), KEPT)).unwrap();
        assert_eq!(oldest, "line 3\n");
    }

    #[test]
    fn a_line_longer_than_a_file_is_kept_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = PrivateLog::open(dir.path(), 4).unwrap();
        log.write_all(b"a long line\n").unwrap();

        assert_eq!(names(dir.path()), [FILE]);
    }

    #[test]
    fn a_new_day_begins_a_new_file_and_the_same_day_goes_on_with_the_old() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = PrivateLog::open(dir.path(), 1000).unwrap();
        log.write_all(b"one\n").unwrap();
        drop(log);
        let mut log = PrivateLog::open(dir.path(), 1000).unwrap();
        log.write_all(b"two\n").unwrap();
        assert_eq!(names(dir.path()), [FILE]);

        log.turn(0, "2999-01-01".to_owned()).unwrap();
        assert_eq!(names(dir.path()), [FILE.to_owned(), format!("{FILE}.1")]);
    }

    #[test]
    fn yesterdays_file_is_put_aside_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let file = private_file(&path).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        file.set_modified(long_ago).unwrap();

        PrivateLog::open(dir.path(), 1000).unwrap();

        assert_eq!(names(dir.path()), [FILE.to_owned(), format!("{FILE}.1")]);
    }

    #[cfg(unix)]
    #[test]
    fn an_old_file_that_others_could_read_becomes_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        PrivateLog::open(dir.path(), 1000).unwrap();

        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
