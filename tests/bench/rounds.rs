//! Measures two ways to the same result side by side, in the same minutes of the same machine.
//!
//! What counts is the ratio, and it is taken round by round (A B, then B A, …), so that a machine
//! that slows down slows both. Absolute times are for orientation.

use std::fmt;
use std::time::{Duration, Instant};

use crate::report::{shown, verdict};

type Work = Box<dyn FnMut() -> anyhow::Result<()>>;

/// One way to do the work; a call does it once.
pub(crate) struct Side {
    label: &'static str,
    work: Work,
}

impl Side {
    /// Work that cannot fail. Its result is kept from the optimizer.
    pub(crate) fn new<T>(label: &'static str, mut work: impl FnMut() -> T + 'static) -> Self {
        Self::fallible(label, move || Ok(work()))
    }

    /// Work that may fail, which ends the measuring: a failure is fast and proves nothing.
    pub(crate) fn fallible<T>(
        label: &'static str,
        mut work: impl FnMut() -> anyhow::Result<T> + 'static,
    ) -> Self {
        Self {
            label,
            work: Box::new(move || {
                std::hint::black_box(work()?);
                Ok(())
            }),
        }
    }

    fn time(&mut self, calls: u32) -> anyhow::Result<Duration> {
        let start = Instant::now();
        for _ in 0..calls {
            (self.work)()?;
        }
        Ok(start.elapsed())
    }

    /// Also warms up: so many calls that one round can be measured.
    fn calls_for_a_round(&mut self, round: Duration) -> anyhow::Result<u32> {
        let mut calls = 1;
        loop {
            let took = self.time(calls)?;
            if took >= round || calls >= 1 << 24 {
                return Ok(calls);
            }
            let missing = round.as_secs_f64() / took.as_secs_f64().max(1e-9);
            let factor = if missing < 8.0 { 2 } else { 8 };
            calls *= factor;
        }
    }
}

/// Two ways to the same result, and what the second may cost in units of the first.
pub(crate) struct Pair {
    pub(crate) base: Side,
    pub(crate) ours: Side,
    pub(crate) limit: Option<Limit>,
}

/// The bar for a ratio.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
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
    limit: Option<Limit>,
}

impl Measured {
    pub(crate) fn within_limit(&self) -> bool {
        match self.limit {
            None => true,
            Some(Limit::AtMost(limit)) => self.ratio[1] <= limit,
            Some(Limit::AtLeast(limit)) => self.ratio[1] >= limit,
        }
    }
}

pub(crate) fn measure(mut pair: Pair, effort: Effort) -> anyhow::Result<Measured> {
    let base_calls = pair.base.calls_for_a_round(effort.round)?;
    let our_calls = pair.ours.calls_for_a_round(effort.round)?;
    let (mut base, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let first = (round % 2 == 1).then(|| pair.ours.time(our_calls));
        let one = pair.base.time(base_calls)?.as_secs_f64() / f64::from(base_calls);
        let two = first
            .unwrap_or_else(|| pair.ours.time(our_calls))?
            .as_secs_f64();
        let two = two / f64::from(our_calls);
        base.push(one);
        ours.push(two);
        ratios.push(two / one);
    }
    let median = |times: &mut Vec<f64>| Duration::from_secs_f64(quantile(times, 0.5));
    Ok(Measured {
        base: (pair.base.label, median(&mut base)),
        ours: (pair.ours.label, median(&mut ours)),
        ratio: [0.25, 0.5, 0.75].map(|part| quantile(&mut ratios, part)),
        limit: pair.limit,
    })
}

/// A quantile of some times; zero of none.
pub(crate) fn quantile_of(times: &[Duration], part: f64) -> Duration {
    let mut seconds: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
    if seconds.is_empty() {
        return Duration::ZERO;
    }
    Duration::from_secs_f64(quantile(&mut seconds, part))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index into what was measured"
)]
fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = part * (values.len() - 1) as f64;
    let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = self.ratio;
        let limit = match self.limit {
            None => String::new(),
            Some(Limit::AtMost(limit)) => format!("≤ {limit}"),
            Some(Limit::AtLeast(limit)) => format!("≥ {limit}"),
        };
        write!(f, "{}: {} | ", self.base.0, shown(self.base.1))?;
        write!(f, "{}: {} | ", self.ours.0, shown(self.ours.1))?;
        write!(f, "{middle:.2} ({low:.2}–{high:.2}) | {limit} | ")?;
        f.write_str(verdict(self.limit.is_some(), self.within_limit()))
    }
}
