//! Reading one file to its end, or to the place behind which nothing can be trusted.
//!
//! A bad last line is torn: the program or the machine went down while it was written, and nothing
//! was done that depends on it. A bad line with others behind it is damage: reading stops there.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use super::record::{LineFault, Record, parse};
use crate::domain::intent::{IntentId, Story};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The stories in the order in which they began.
    pub(super) stories: Vec<Story>,
    /// Bytes up to and with the last good line.
    pub(super) good: u64,
    /// Good lines.
    pub(super) lines: u64,
    /// Why reading stopped before the end of the file.
    pub(super) stop: Option<Stop>,
}

/// Where and why reading stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Stop {
    /// The line, from 1.
    pub(super) line: u64,
    pub(super) why: Why,
    /// In words, without any value.
    pub(super) said: String,
}

/// The kinds of stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// The last line has no end yet.
    Unfinished,
    /// The last line is not what was written.
    Torn,
    /// A line with others behind it is not what was written, or not in its turn.
    Damaged,
    /// A line is right and not understood.
    Newer,
}

/// Reads a file from its first byte.
///
/// # Errors
/// The system could not read it; what a line holds is never an error here.
pub(super) fn read(file: impl Read) -> io::Result<Reading> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut reading = Reading::default();
    let mut places = HashMap::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = file.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(reading);
        }
        let at = reading.lines + 1;
        let Some(whole) = line.strip_suffix(b"\n") else {
            reading.stop = Some(Stop {
                line: at,
                why: Why::Unfinished,
                said: format!("{length} bytes without an end"),
            });
            return Ok(reading);
        };
        let refused = match parse(whole) {
            Ok(record) => take(&mut reading, &mut places, record).err(),
            Err(LineFault::Damaged(_)) if file.fill_buf()?.is_empty() => Some((
                Why::Torn,
                format!("{length} bytes that are not a whole line"),
            )),
            Err(fault @ LineFault::Damaged(_)) => Some((Why::Damaged, fault.to_string())),
            Err(fault @ LineFault::Newer(_)) => Some((Why::Newer, fault.to_string())),
        };
        if let Some((why, said)) = refused {
            reading.stop = Some(Stop {
                line: at,
                why,
                said,
            });
            return Ok(reading);
        }
        reading.lines = at;
        reading.good += length as u64;
    }
}

/// Adds a record to the stories; refuses one that is not in its turn.
fn take(
    reading: &mut Reading,
    places: &mut HashMap<IntentId, usize>,
    record: Record,
) -> Result<(), (Why, String)> {
    let damaged = |said: String| Err((Why::Damaged, said));
    let expected = reading.lines + 1;
    if record.seq != expected {
        return damaged(format!(
            "it says it is line {}: lines are missing, twice or in another order",
            record.seq
        ));
    }
    let begun = Story::begin(record.intent.clone(), record.at, &record.fact);
    match (places.get(&record.intent), begun) {
        (None, Some(mut story)) => {
            story.withheld = record.withheld;
            places.insert(record.intent, reading.stories.len());
            reading.stories.push(story);
            Ok(())
        }
        (Some(at), None) => {
            if let Some(story) = reading.stories.get_mut(*at) {
                story.take(record.at, &record.fact);
            }
            Ok(())
        }
        (None, None) => damaged("a fact about an intent that never began".to_owned()),
        (Some(_), Some(_)) => damaged("an intent that begins twice".to_owned()),
    }
}

/// The facts of one intent, in the order of the file, up to the place behind which nothing can be
/// trusted.
pub(super) fn facts(bytes: &[u8], intent: &IntentId) -> Vec<Record> {
    let good = read(bytes).map_or(0, |reading| reading.good);
    let good = usize::try_from(good)
        .unwrap_or(bytes.len())
        .min(bytes.len());
    let lines = bytes[..good].split(|byte| *byte == b'\n');
    let records = lines.filter_map(|line| parse(line).ok());
    records.filter(|record| record.intent == *intent).collect()
}
