//! Editing a large value: laying it out, building it again, saying what changed.

use std::fmt::Write;
use std::time::{Duration, Instant};

use dualscope::domain::Json;
use dualscope::domain::edit::{Folding, Layout, changes, rebuild};

use crate::report::{Amount, Bar, Bench, Run};
use crate::rounds::Effort;

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "edit/2-MB",
    run: Run::Bars(large_value),
}];

/// What one edit of a large value may take.
const LIMIT: Duration = Duration::from_millis(100);

/// A value of 2 MB in Python's style: 100 records, each with a vector of 1024 numbers.
fn large() -> String {
    let mut text = String::from(r#"{"id": "65f1c0ffee65f1c0ffee0001", "records": ["#);
    for record in 0..100 {
        let comma = if record == 0 { "" } else { ", " };
        let _ = write!(
            text,
            r#"{comma}{{"n": {record}, "title": "\u4e2d\u6587 {record}", "vector": ["#
        );
        for n in 0..1024 {
            let comma = if n == 0 { "" } else { ", " };
            let number = (f64::from(n * 100 + record) * 0.618).sin();
            let _ = write!(text, "{comma}{number}");
        }
        text.push_str("]}");
    }
    text.push_str("], \"tail\": null}");
    text
}

fn median(effort: Effort, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Amount> {
    let mut times = Vec::new();
    for _ in 0..effort.rounds {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(Amount::Time(times[times.len() / 2]))
}

fn large_value(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let original = Json::parse(large().into())?;
    anyhow::ensure!(original.text().len() > 2_000_000, "not large");
    let folded = Layout::new(&original, Folding::default())?;
    let open = Layout::new(&original, Folding::NOTHING)?;
    let edit = |layout: &Layout| layout.text().replacen("中文 45", "中文字 45", 1);
    let (in_folded, in_open) = (edit(&folded), edit(&open));
    let numbers = in_open.replace("0.5", "0.6");
    let new = rebuild(&original, &folded, &in_folded)?.json;
    anyhow::ensure!(new.text().len() == original.text().len() + 6, "not edited");
    let rebuilding = |layout: &Layout, edited: &str| {
        let made = rebuild(&original, layout, edited)?;
        anyhow::ensure!(!made.untouched, "not edited");
        Ok(())
    };
    let laying_out = median(effort, || {
        Layout::new(&original, Folding::default())?;
        Ok(())
    })?;
    let telling = median(effort, || {
        anyhow::ensure!(changes(&original, &new).len() == 1, "not one change");
        Ok(())
    })?;
    let folded = median(effort, || rebuilding(&folded, &in_folded))?;
    let unfolded = median(effort, || rebuilding(&open, &in_open))?;
    let many = median(effort, || rebuilding(&open, &numbers))?;
    Ok(vec![
        Bar::at_most(
            "laying out, vectors folded",
            laying_out,
            Amount::Time(LIMIT),
        ),
        Bar::at_most("rebuilding, vectors folded", folded, Amount::Time(LIMIT)),
        Bar::at_most("rebuilding, nothing folded", unfolded, Amount::Time(LIMIT)),
        Bar::told("rebuilding, numbers edited in all vectors", many),
        Bar::at_most("saying what changed", telling, Amount::Time(LIMIT)),
    ])
}
