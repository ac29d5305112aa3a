//! Opening a journal, and writing to one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::codec::decode;
use dualscope::domain::intent::{Ending, Fact, Place};
use dualscope::domain::plan::{Action, Before, Fence, LiteWrite, Plan, ValueWrite};
use dualscope::domain::{Bson, Codec, Key, Lite, Stored, Version};
use dualscope::journal::{Journal, Rules};
use serde_json::Value;
use tempfile::TempDir;

use crate::parse::document;
use crate::report::{Amount, Bar, Bench, Run};
use crate::rounds::{Effort, Limit, Pair, Side, quantile_of};

pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "journal/open-10-MB",
        run: Run::Pair(open),
    },
    Bench {
        name: "journal/first-list-10-MB",
        run: Run::Bars(first_list),
    },
    Bench {
        name: "journal/append",
        run: Run::Bars(append),
    },
];

const SIZE: u64 = 10_000_000;
const RULES: Rules = Rules { keep_values: true };

/// The facts of one edit of a value of about 23 kB, stored as Base64, half of the edits smaller.
fn life(number: u32) -> anyhow::Result<Vec<Fact>> {
    let key: Key = format!("memcells:6979da57{number:016x}").parse()?;
    let text = document(if number.is_multiple_of(2) { 1024 } else { 16 });
    let fields = vec![
        ("_id".to_owned(), key.id_candidates().remove(0)),
        ("user_id".to_owned(), Bson::String("alice".to_owned())),
        ("timestamp".to_owned(), Bson::Date(1_700_000_000_000)),
    ];
    let plan = Plan {
        action: Action::Edit,
        id: key.id_candidates().remove(0),
        key,
        before: Before {
            lite: Some(Lite::new(BsonDocument(fields))),
            stored: Some(Stored::Value {
                version: Version(7),
                full: decode(Codec::Base64.encode(&text).into()),
            }),
        },
        value: Some(ValueWrite {
            bytes: Codec::Base64.encode(&text.replace("made up", "new")).into(),
            fence: Fence::At(Version(7)),
        }),
        lite: Some(LiteWrite::Update(vec![(
            "updated_at".to_owned(),
            Some(Bson::Date(1_700_000_000_001)),
        )])),
    };
    let place = Place {
        mongo: "db:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: "0xf2be".to_owned(),
    };
    Ok(vec![
        Fact::Planned {
            place,
            plan: Arc::new(plan),
            undoes: None,
        },
        Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        },
        Fact::Submitted,
        Fact::Applied {
            version: Version(8),
        },
        Fact::Indexed,
        Fact::Ended {
            ending: Ending::Done,
            said: "both read back".to_owned(),
        },
    ])
}

/// A folder with one journal of [`SIZE`] bytes.
fn filled() -> anyhow::Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let journal = Journal::new(folder.path(), RULES);
    let path = journal.own().path().to_owned();
    for number in 0.. {
        let intent = Journal::new_intent();
        for fact in life(number)? {
            journal.append(&intent, &fact)?;
        }
        if fs::metadata(&path)?.len() >= SIZE {
            break;
        }
    }
    Ok((folder, path))
}

/// The whole journal as stories, beside reading its bytes and each line as a tree of JSON.
fn open() -> anyhow::Result<Pair> {
    let (folder, path) = filled()?;
    let base = move || -> anyhow::Result<usize> {
        let bytes = fs::read(&path)?;
        let lines = bytes.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        let read = lines.map(serde_json::from_slice::<Value>);
        Ok(read.collect::<Result<Vec<_>, _>>()?.len())
    };
    let journal = Journal::new(folder.path(), RULES);
    let ours = move || {
        let _kept = &folder;
        let survey = journal.survey();
        ensure!(survey.faults.is_empty(), "{:?}", survey.faults);
        Ok(survey.entries.len())
    };
    Ok(Pair {
        base: Side::fallible("serde_json", base),
        ours: Side::fallible("survey", ours),
        limit: Some(Limit::AtMost(3.0)),
    })
}

fn first_list(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let (folder, _) = filled()?;
    let journal = Journal::new(folder.path(), RULES);
    let times = timed(effort.rounds, || Ok(journal.survey().entries.len()))?;
    Ok(vec![Bar::at_most(
        "all stories",
        Amount::Time(quantile_of(&times, 0.5)),
        Amount::Time(Duration::from_millis(100)),
    )])
}

/// One write's facts on this disk, with its waits for it; the disk decides.
fn append(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::tempdir()?;
    let journal = Journal::new(folder.path(), RULES);
    let facts = life(1)?;
    let whole = timed(effort.rounds, || {
        let intent = Journal::new_intent();
        facts
            .iter()
            .try_for_each(|fact| journal.append(&intent, fact).context("append"))
    })?;
    let wait = timed(effort.rounds, || sync(folder.path()))?;
    let told = |what, times: &[Duration]| Bar::told(what, Amount::Time(quantile_of(times, 0.5)));
    Ok(vec![
        told("six facts of a write", &whole),
        told("one wait for this disk", &wait),
    ])
}

fn sync(folder: &Path) -> anyhow::Result<()> {
    let file = fs::File::create(folder.join("wait.log"))?;
    std::io::Write::write_all(&mut &file, b"x")?;
    Ok(file.sync_data()?)
}

fn timed<T>(
    rounds: usize,
    mut work: impl FnMut() -> anyhow::Result<T>,
) -> anyhow::Result<Vec<Duration>> {
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(work()?);
        Ok(start.elapsed())
    };
    (0..rounds).map(time).collect()
}
