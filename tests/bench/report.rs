//! What is measured and how it is told: one table in Markdown, fit to be pasted into the README.

use std::fmt::{self, Write as _};
use std::fs;
use std::time::Duration;

use crate::rounds::{Effort, Measured, Pair};

/// Something to measure under one name. `Err` says what it lacks on this machine.
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

/// How it is measured.
pub(crate) enum Run {
    /// Two ways to the same result: what counts is their ratio.
    Pair(fn() -> anyhow::Result<Pair>),
    /// Single values, each under its own bar.
    Bars(fn(Effort) -> anyhow::Result<Vec<Bar>>),
}

/// One value and what it may be at most.
pub(crate) struct Bar {
    /// What was measured, behind the bench's name.
    pub(crate) what: &'static str,
    pub(crate) value: Amount,
    pub(crate) limit: Option<Amount>,
}

impl Bar {
    pub(crate) fn at_most(what: &'static str, value: Amount, limit: Amount) -> Self {
        Self {
            what,
            value,
            limit: Some(limit),
        }
    }

    /// For orientation only.
    pub(crate) fn told(what: &'static str, value: Amount) -> Self {
        Self {
            what,
            value,
            limit: None,
        }
    }

    pub(crate) fn is_within(&self) -> bool {
        self.limit
            .is_none_or(|limit| self.value.plain() <= limit.plain())
    }

    /// The row of the table.
    pub(crate) fn row(&self, name: &str) -> String {
        let limit = self.limit.map(|limit| format!("≤ {limit}"));
        let verdict = verdict(limit.is_some(), self.is_within());
        let (what, value) = (self.what, self.value);
        let limit = limit.unwrap_or_default();
        format!("| {name}: {what} | | {value} | | {limit} | {verdict} |")
    }
}

/// A measured amount.
#[derive(Clone, Copy)]
pub(crate) enum Amount {
    Time(Duration),
    Bytes(u64),
    Number(f64),
}

impl Amount {
    #[expect(
        clippy::cast_precision_loss,
        reason = "compared and shown, not counted"
    )]
    fn plain(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64(),
            Self::Bytes(bytes) => bytes as f64,
            Self::Number(number) => number,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&shown(*time)),
            Self::Bytes(_) => write!(f, "{:.1} MiB", self.plain() / f64::from(1 << 20)),
            Self::Number(number) if number.fract() == 0.0 => write!(f, "{number:.0}"),
            Self::Number(number) => write!(f, "{number:.2}"),
        }
    }
}

/// `pass`, or `**over**`, or nothing where there is no bar.
pub(crate) fn verdict(has_bar: bool, within: bool) -> &'static str {
    match (has_bar, within) {
        (false, _) => "",
        (true, true) => "pass",
        (true, false) => "**over**",
    }
}

/// A time with three digits and a unit.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    for (unit, scale) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] {
        let value = seconds * scale;
        if value >= 1.0 {
            let digits = if value < 10.0 {
                2
            } else {
                usize::from(value < 100.0)
            };
            return format!("{value:.digits$} {unit}");
        }
    }
    format!("{:.0} ns", seconds * 1e9)
}

/// The head of the table whose rows are [`Bar::row`] and [`pair_row`].
pub(crate) const HEAD: &str = "\
| what | base | ours | ratio (quarters) | bar | |
|---|---:|---:|---:|---:|---|";

/// The row of a pair.
pub(crate) fn pair_row(name: &str, measured: &Measured) -> String {
    format!("| {name} | {measured} |")
}

/// Where and when: the machine, how busy it was, the day, the MongoDB server.
pub(crate) fn heading() -> String {
    let mut said = String::from("Measured on ");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "a processor".to_owned());
    let _ = write!(said, "{cores} cores of {model}, {}", std::env::consts::OS);
    if let Ok(load) = fs::read_to_string("/proc/loadavg")
        && let Some(minute) = load.split(' ').next()
    {
        let _ = write!(said, ", load {minute} at the start");
    }
    let _ = write!(said, ", {}", jiff::Zoned::now().date());
    if let Ok(kind) = std::env::var("DUALSCOPE_BENCH_MONGO_KIND") {
        let _ = write!(said, "; MongoDB server: {kind}");
    }
    said.push_str(
        ". Times are medians where nothing else is said; those of `update` and `view` leave out \
         calls that the system interrupted, except for the slowest.",
    );
    said
}

/// The value behind `name` and a colon in one of the system's files.
pub(crate) fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Bytes of memory that a process has resident.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    let shown = line_of(&format!("/proc/{pid}/status"), "VmRSS");
    let kilobytes = shown.as_deref().and_then(|text| text.split(' ').next());
    let kilobytes: Option<u64> = kilobytes.and_then(|text| text.parse().ok());
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| anyhow::anyhow!("this system does not tell the memory of a process"))
}
