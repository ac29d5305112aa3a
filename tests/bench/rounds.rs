//! Measures two ways to the same result side by side, in the same minutes of the same machine.
//!
//! What counts is the ratio, and it is taken round by round (A B, then B A, …), so that a machine
//! that slows down slows both. Absolute times are for orientation.

use std::fmt;
use std::time::{Duration, Instant};

/// One way to do the work; a call does it once.
pub(crate) struct Side {
    label: &'static str,
    work: Box<dyn FnMut()>,
}

impl Side {
    /// The result of `work` is kept from the optimizer.
    pub(crate) fn new<T>(label: &'static str, mut work: impl FnMut() -> T + 'static) -> Self {
        Self {
            label,
            work: Box::new(move || drop(std::hint::black_box(work()))),
        }
    }

    fn time(&mut self, calls: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            (self.work)();
        }
        start.elapsed()
    }

    /// Also warms up: so many calls that one round can be measured.
    fn calls_for_a_round(&mut self, round: Duration) -> u32 {
        let mut calls = 1;
        loop {
            let took = self.time(calls);
            if took >= round || calls >= 1 << 24 {
                return calls;
            }
            let missing = round.as_secs_f64() / took.as_secs_f64().max(1e-9);
            let factor = if missing < 8.0 { 2 } else { 8 };
            calls *= factor;
        }
    }
}

/// Two ways to the same result, and how much the second may cost in units of the first.
pub(crate) struct Pair {
    pub(crate) base: Side,
    pub(crate) ours: Side,
    pub(crate) limit: Option<f64>,
}

/// A named pair. It is built only when it runs; `Err` says what it lacks on this machine.
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    pub(crate) build: fn() -> Result<Pair, String>,
}

/// How long and how often.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) round: Duration,
}

/// What came out of a pair.
pub(crate) struct Measured {
    base: (&'static str, Duration),
    ours: (&'static str, Duration),
    /// Ours to base: the lower quarter, the median and the upper quarter of the rounds.
    ratio: [f64; 3],
    limit: Option<f64>,
}

impl Measured {
    pub(crate) fn within_limit(&self) -> bool {
        self.limit.is_none_or(|limit| self.ratio[1] <= limit)
    }
}

pub(crate) fn measure(mut pair: Pair, effort: Effort) -> Measured {
    let base_calls = pair.base.calls_for_a_round(effort.round);
    let our_calls = pair.ours.calls_for_a_round(effort.round);
    let (mut base, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let first = (round % 2 == 1).then(|| pair.ours.time(our_calls));
        let one = pair.base.time(base_calls).as_secs_f64() / f64::from(base_calls);
        let two = first
            .unwrap_or_else(|| pair.ours.time(our_calls))
            .as_secs_f64();
        let two = two / f64::from(our_calls);
        base.push(one);
        ours.push(two);
        ratios.push(two / one);
    }
    let median = |times: &mut Vec<f64>| Duration::from_secs_f64(quantile(times, 0.5));
    Measured {
        base: (pair.base.label, median(&mut base)),
        ours: (pair.ours.label, median(&mut ours)),
        ratio: [0.25, 0.5, 0.75].map(|part| quantile(&mut ratios, part)),
        limit: pair.limit,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index into a few rounds"
)]
fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = part * (values.len() - 1) as f64;
    let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// The head of the table whose rows are [`Measured`].
pub(crate) const HEAD: &str = "\
| pair | base | ours | ratio (quarters) | limit | |
|---|---:|---:|---:|---:|---|";

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = self.ratio;
        let limit = self
            .limit
            .map_or(String::new(), |limit| format!("≤ {limit}"));
        let verdict = if self.within_limit() { "" } else { "**over**" };
        write!(f, "{}: {} | ", self.base.0, time(self.base.1))?;
        write!(f, "{}: {} | ", self.ours.0, time(self.ours.1))?;
        write!(f, "{middle:.2} ({low:.2}–{high:.2}) | {limit} | {verdict}")
    }
}

/// A time with three digits and a unit.
fn time(time: Duration) -> String {
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
