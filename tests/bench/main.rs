//! Benchmarks: `cargo bench --bench bench [-- NAME…]`, or `tests/bench/run [NAME…]` for those that
//! need a MongoDB server. Prints a table in Markdown; fails when a ratio is over its limit.
//!
//! A name picks the pairs whose names contain it; `--quick` measures with less effort, `--list`
//! only names them. Does nothing when it is not started by `cargo bench`.

mod parse;
mod rounds;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use rounds::{Bench, Effort, HEAD, measure};

/// Every pair there is, by topic.
const TOPICS: &[&[Bench]] = &[parse::PAIRS];

const CAREFUL: Effort = Effort {
    rounds: 31,
    round: Duration::from_millis(40),
};
const QUICK: Effort = Effort {
    rounds: 7,
    round: Duration::from_millis(10),
};

fn main() -> io::Result<ExitCode> {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    if !has("--bench") {
        return Ok(ExitCode::SUCCESS); // started by `cargo test`
    }
    let picked = TOPICS.iter().copied().flatten().filter(|bench| {
        names.is_empty() || names.iter().any(|name| bench.name.contains(name.as_str()))
    });
    let mut out = io::stdout();
    if has("--list") {
        picked
            .into_iter()
            .try_for_each(|bench| writeln!(out, "{}", bench.name))?;
        return Ok(ExitCode::SUCCESS);
    }
    run(
        picked,
        if has("--quick") { QUICK } else { CAREFUL },
        &mut out,
    )
}

fn run<'a>(
    picked: impl Iterator<Item = &'a Bench>,
    effort: Effort,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let mut all_within = true;
    let mut count = 0;
    writeln!(out, "{HEAD}")?;
    for bench in picked {
        count += 1;
        match (bench.build)() {
            Err(lacks) => writeln!(out, "| {} | | | | | not run: {lacks} |", bench.name)?,
            Ok(pair) => {
                let measured = measure(pair, effort);
                all_within &= measured.within_limit();
                writeln!(out, "| {} | {measured} |", bench.name)?;
            }
        }
    }
    if count == 0 {
        writeln!(
            io::stderr(),
            "no pair has such a name; `--list` names them all"
        )?;
    }
    Ok(if all_within && count > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
