//! Benchmarks: `cargo bench --bench bench [-- NAME…]`, or `tests/bench/run [NAME…]` with a MongoDB
//! server for those that need one. Prints a table in Markdown; fails when something is over its bar.
//!
//! A name picks the benches whose names contain it; `--quick` measures with less effort, `--list`
//! only names them. Does nothing when it is not started by `cargo bench`.

mod edit;
mod flood;
mod journal;
mod mongo;
mod parse;
mod report;
mod rounds;
mod saga;
mod screen;
mod start;
mod synthetic;
mod terminal;
mod values;
mod walk;
mod writing;

#[path = "../devnet/devnet.rs"]
mod devnet;
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "support of the tests, of which a part is taken"
)]
#[path = "../support/devnet.rs"]
mod support;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use report::{Bar, Bench, HEAD, Run, pair_row};
use rounds::{Effort, measure};

/// Every bench there is, by topic.
const TOPICS: &[&[Bench]] = &[
    parse::BENCHES,
    edit::BENCHES,
    journal::BENCHES,
    saga::BENCHES,
    mongo::BENCHES,
    values::BENCHES,
    screen::BENCHES,
    walk::BENCHES,
    flood::BENCHES,
    writing::BENCHES,
    start::BENCHES,
];

const CAREFUL: Effort = Effort {
    rounds: 31,
    round: Duration::from_millis(40),
};
const QUICK: Effort = Effort {
    rounds: 7,
    round: Duration::from_millis(10),
};

fn main() -> anyhow::Result<ExitCode> {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    if has(walk::CHILD) {
        walk::child(&names, &mut io::stdout())?;
        return Ok(ExitCode::SUCCESS);
    }
    if !has("--bench") {
        return Ok(ExitCode::SUCCESS); // started by `cargo test`
    }
    let picked = TOPICS.iter().copied().flatten().filter(|bench| {
        names.is_empty() || names.iter().any(|name| bench.name.contains(name.as_str()))
    });
    let mut out = io::stdout();
    if has("--list") {
        for bench in picked {
            writeln!(out, "{}", bench.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let effort = if has("--quick") { QUICK } else { CAREFUL };
    let code = run(picked, effort, &mut out);
    mongo::clean_up()?;
    Ok(code?)
}

fn run<'a>(
    picked: impl Iterator<Item = &'a Bench>,
    effort: Effort,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let mut all_within = true;
    let mut count = 0;
    writeln!(out, "{}\n\n{HEAD}", report::heading())?;
    for bench in picked {
        count += 1;
        match rows(bench, effort) {
            Err(lacks) => writeln!(out, "| {} | | | | | not run: {lacks:#} |", bench.name)?,
            Ok((rows, within)) => {
                all_within &= within;
                rows.iter().try_for_each(|row| writeln!(out, "{row}"))?;
            }
        }
    }
    if count == 0 {
        writeln!(
            io::stderr(),
            "no bench has such a name; `--list` names them all"
        )?;
    }
    Ok(if all_within && count > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The rows of one bench, and whether all of them are within their bars.
fn rows(bench: &Bench, effort: Effort) -> anyhow::Result<(Vec<String>, bool)> {
    Ok(match bench.run {
        Run::Pair(build) => {
            let measured = measure(build()?, effort)?;
            let within = measured.within_limit();
            (vec![pair_row(bench.name, &measured)], within)
        }
        Run::Bars(bars) => {
            let bars = bars(effort)?;
            let rows = bars.iter().map(|bar| bar.row(bench.name)).collect();
            (rows, bars.iter().all(Bar::is_within))
        }
    })
}
