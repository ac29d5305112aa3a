//! Reading texts: keys and values.

use std::fmt::Write;
use std::str::FromStr;

use dualscope::domain::Key;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::report::{Bench, Run};
use crate::rounds::{Pair, Side};

pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "parse/key",
        run: Run::Pair(key),
    },
    Bench {
        name: "parse/value-with-vector",
        run: Run::Pair(value_with_vector),
    },
];

/// A key, checked and kept, beside cutting the text at its colon.
fn key() -> anyhow::Result<Pair> {
    const TEXT: &str = "episodic_memories:65f1c0ffee65f1c0ffee0001";
    Key::from_str(TEXT)?;
    let cut = || {
        std::hint::black_box(TEXT)
            .split_once(':')
            .map(|(a, b)| (a.len(), b.len()))
    };
    Ok(Pair {
        base: Side::new("split", cut),
        ours: Side::new("Key", || Key::from_str(std::hint::black_box(TEXT)).ok()),
        limit: None,
    })
}

/// A value of 23 kB as the service writes it, nearly all of it one vector: as a tree, beside only
/// checking that it is JSON.
fn value_with_vector() -> anyhow::Result<Pair> {
    let text = document(1024);
    serde_json::from_str::<Value>(&text)?;
    let again = text.clone();
    Ok(Pair {
        base: Side::new("check", move || {
            serde_json::from_str::<&RawValue>(&text).map(str_len)
        }),
        ours: Side::new("tree", move || serde_json::from_str::<Value>(&again)),
        limit: None,
    })
}

fn str_len(raw: &RawValue) -> usize {
    raw.get().len()
}

/// A document with a vector of so many numbers.
pub(crate) fn document(numbers: u32) -> String {
    let mut text = r#"{"id":"65f1c0ffee65f1c0ffee0001","summary":"made up","vector":["#.to_owned();
    for n in 0..numbers {
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{}", (f64::from(n) * 0.618).sin());
    }
    text.push_str("]}");
    text
}
