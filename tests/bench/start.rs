//! The start of the real binary in a terminal, and its rest.

use std::time::Duration;

use dualscope::domain::codec::encode;
use dualscope::domain::{Bson, Codec, Collection, Key};

use crate::devnet::{KvNode, stream};
use crate::mongo::{self, COLLECTION};
use crate::parse::document;
use crate::report::{Amount, Bar, Bench, Run, resident};
use crate::rounds::{Effort, quantile_of};
use crate::terminal::{Session, pause};
use crate::values::VECTOR;

pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "start/demo",
        run: Run::Bars(demo),
    },
    Bench {
        name: "start/servers",
        run: Run::Bars(servers),
    },
    Bench {
        name: "idle",
        run: Run::Bars(idle),
    },
];

const FIRST_FRAME: Duration = Duration::from_millis(60);
const FIRST_PAGE: Duration = Duration::from_millis(250);
const RESIDENT: u64 = 30 << 20;
const IDLE: Duration = Duration::from_secs(10);
/// A thousandth of the time at rest counts as none.
const NO_CPU: Duration = Duration::from_millis(10);
/// Until everything that a start loads is there.
const SETTLED: Duration = Duration::from_secs(2);
/// Values for so many of the newest documents.
const VALUES: u32 = 100;

/// Whether a frame is on the screen: its last line, the footer, is.
fn has_frame(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    screen
        .rows(0, columns)
        .nth(usize::from(rows) - 1)
        .is_some_and(|line| !line.trim().is_empty())
}

fn demo(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let (mut frames, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let session = Session::start(&["demo", COLLECTION])?;
        frames.push(session.until("the first frame", has_frame)?);
        let has_rows = |screen: &vt100::Screen| screen.contents().contains("2026-");
        pages.push(session.until("the first rows", has_rows)?);
    }
    let time = |times: &[Duration], part| Amount::Time(quantile_of(times, part));
    Ok(vec![
        Bar::at_most("first frame", time(&frames, 0.5), Amount::Time(FIRST_FRAME)),
        Bar::told("first frame, fastest", time(&frames, 0.0)),
        Bar::told("first frame, slowest", time(&frames, 1.0)),
        Bar::told("first rows", time(&pages, 0.5)),
    ])
}

/// A MongoDB server and a KV node on this machine, opened at a collection that is small, since the
/// server's own work on a large one is not ours.
fn servers(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let server = mongo::server()?;
    let node = KvNode::with_stream();
    let value = encode(&document(VECTOR), Codec::Base64);
    for row in mongo::SMALL - VALUES..mongo::SMALL {
        let id = Bson::ObjectId(mongo::id(row));
        let key = Key::new(&Collection::new(COLLECTION), &id);
        node.put(&key.to_string(), &value);
    }
    let (url, stream) = (node.url(), stream(1).to_string());
    let arguments = [
        "--mongo-uri",
        &server.uri,
        "--database",
        &server.small,
        "--kv-node",
        &url,
        "--stream",
        &stream,
        COLLECTION,
    ];
    let (mut pages, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds.min(15) {
        let session = Session::start(&arguments)?;
        let has_page = |screen: &vt100::Screen| screen.contents().contains(mongo::DAY);
        pages.push(session.until("the first page", has_page)?);
        pause(SETTLED / 4);
        sizes.push(resident(session.pid())?);
    }
    sizes.sort_unstable();
    let time = |part| Amount::Time(quantile_of(&pages, part));
    Ok(vec![
        Bar::at_most("first page", time(0.5), Amount::Time(FIRST_PAGE)),
        Bar::told("first page, fastest", time(0.0)),
        Bar::told("first page, slowest", time(1.0)),
        Bar::at_most(
            "resident there",
            Amount::Bytes(sizes[sizes.len() / 2]),
            Amount::Bytes(RESIDENT),
        ),
    ])
}

fn idle(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let mut session = Session::start(&["demo", COLLECTION])?;
    session.until("the first frame", has_frame)?;
    pause(SETTLED);
    let mut answers = Vec::new();
    for round in 0..effort.rounds * 2 {
        answers.push(session.key_to_byte(if round % 2 == 0 { "j" } else { "k" })?);
        pause(SETTLED / 10);
    }
    pause(SETTLED);
    let (bytes, cpu) = (session.bytes(), session.cpu()?);
    pause(IDLE);
    let used = session.cpu()?.saturating_sub(cpu);
    #[expect(clippy::cast_precision_loss, reason = "shown")]
    let bytes = (session.bytes() - bytes) as f64;
    Ok(vec![
        Bar::told(
            "key to first byte",
            Amount::Time(quantile_of(&answers, 0.5)),
        ),
        Bar::told(
            "key to first byte p99",
            Amount::Time(quantile_of(&answers, 0.99)),
        ),
        Bar::at_most(
            "bytes drawn in 10 s",
            Amount::Number(bytes),
            Amount::Number(0.0),
        ),
        Bar::at_most(
            "processor time in 10 s",
            Amount::Time(used),
            Amount::Time(NO_CPU),
        ),
    ])
}
