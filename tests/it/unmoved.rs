//! Every document of the demo through the whole way of a write: what is not edited is not written,
//! and an edit of one place moves that place, the time of the write, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::edit::{Folding, Layout, Spot, changes, rebuild, set};
use dualscope::domain::intent::{Ending, Fact};
use dualscope::domain::json::{Kind, NodeId};
use dualscope::domain::plan::{Plan, Typed, Why};
use dualscope::domain::state::State;
use dualscope::domain::{Document, Full, Json, Key, Lite, Stored};
use dualscope::store::memory::seed::plant;
use dualscope::task::event::Inspection;

use crate::support::writing::{Fuse, Program, Stores, desk};

const NOW: i64 = 1_780_000_000_000;
/// The field that every write sets.
const STAMP: &str = "/updated_at";

struct Demo {
    stores: Stores,
    program: Program,
    keys: Vec<Key>,
}

fn demo() -> Demo {
    let demo = plant(NOW);
    let keys = demo.expected.into_iter();
    let keys = keys.filter(|(_, state)| *state != State::Unknown);
    demo.values.set_delay(Some(Duration::ZERO));
    let stores = Stores {
        index: demo.index,
        values: demo.values,
        ..Stores::new()
    };
    let program = stores.start(&Fuse::new(None, None));
    Demo {
        program,
        stores,
        keys: keys.map(|(key, _)| key).collect(),
    }
}

/// The value as JSON, where it is.
fn json(document: &Document) -> Option<Arc<Json>> {
    let stored = document.stored.seen()?;
    stored.full().and_then(Full::json).cloned()
}

fn lite(inspection: &Inspection) -> Option<Lite> {
    inspection.document.lite.seen().cloned().flatten()
}

fn stored(inspection: &Inspection) -> &Stored {
    inspection.document.stored.seen().unwrap()
}

fn typed(text: &str) -> Typed {
    Typed {
        text: text.into(),
        as_is: false,
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_of_nothing_is_no_write() {
    let Demo {
        stores,
        mut program,
        keys,
    } = demo();
    let before = stores.values.log();
    let mut looked_at = 0;
    for key in &keys {
        let inspection = program.inspect(key).await;
        let Some(json) = json(&inspection.document) else {
            continue;
        };
        let layout = Layout::new(&json, Folding::default()).unwrap();
        let same = rebuild(&json, &layout, layout.text()).unwrap();
        for text in [json.text(), same.json.text()] {
            let refusal = desk(&inspection.document).edit(&typed(text)).unwrap_err();
            assert_eq!(refusal.why, Why::Nothing, "{key}: {}", refusal.said);
        }
        looked_at += 1;
    }
    assert!(looked_at > 1_000, "{looked_at}");
    assert!(stores.paper.facts().is_empty());
    assert_eq!(stores.values.log().len(), before.len());
}

/// One edit: the place, the spelling that was there, the new text.
struct Edit {
    pointer: String,
    plan: Plan,
}

/// A longer text at the last place that may have one.
fn edit(inspection: &Inspection, old: &Json) -> Option<Edit> {
    let ids = (0..u32::try_from(old.node_count()).unwrap()).map(NodeId);
    let is_simple = |id: &NodeId| old.kind(*id) == Kind::String && !old.raw(*id).contains('\\');
    for id in ids.rev().filter(is_simple) {
        let span = old.span(id);
        let (before, behind) = old.text().split_at(span.end - 1);
        let text = format!("{before} more{behind}");
        let pointer = old.pointer(id);
        let plan = desk(&inspection.document).edit(&typed(&text));
        if let Some(plan) = plan.ok().filter(|_| pointer != STAMP) {
            return Some(Edit { pointer, plan });
        }
    }
    None
}

/// The spelling of a place.
fn spelled(json: &Json, pointer: &str) -> Option<String> {
    let mut id = json.root();
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        id = match json.kind(id) {
            Kind::Object => json.get(id, &name)?,
            _ => json.children(id).nth(name.parse().ok()?)?,
        };
    }
    Some(json.raw(id).to_owned())
}

/// Only the place and the time differ: put back as they were, the texts are the same bytes.
fn same_but(old: &Json, new: &Json, pointer: &str) {
    let mut moved: Vec<String> = changes(old, new).into_iter().map(|c| c.pointer).collect();
    moved.retain(|moved| moved != STAMP);
    assert_eq!(moved, [pointer]);
    let mut back = new.text().to_string();
    for place in [pointer, STAMP] {
        let Some(was) = spelled(old, place) else {
            continue;
        };
        let json = Json::parse(back.as_str().into()).unwrap();
        back = set(&json, place, &was, Spot::End).unwrap();
    }
    assert_eq!(back, &**old.text());
}

/// Of MongoDB's half only the field of the place and the time differ.
fn same_lite_but(before: Option<&Lite>, after: Option<&Lite>, pointer: &str) {
    let top = pointer.split('/').nth(1).unwrap();
    let fields = |lite: Option<&Lite>| -> BTreeMap<String, String> {
        let fields = lite.map(|lite| lite.fields.0.clone()).unwrap_or_default();
        let fields = fields.into_iter();
        let kept = fields.filter(|(name, _)| name != top && name != &STAMP[1..]);
        kept.map(|(name, value)| (name, format!("{value:?}")))
            .collect()
    };
    assert_eq!(before.is_some(), after.is_some());
    assert_eq!(fields(before), fields(after));
}

#[tokio::test(start_paused = true)]
async fn an_edit_of_one_place_moves_that_place_and_the_time_alone() {
    let Demo {
        stores,
        mut program,
        keys,
    } = demo();
    let before_all = stores.values.log();
    let mut new: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    let (mut done, mut refused) = (0, Vec::new());
    for key in &keys {
        let before = program.inspect(key).await;
        let Some(old) = json(&before.document).filter(|_| before.twins == 0) else {
            continue;
        };
        let Some(edit) = edit(&before, &old) else {
            refused.push(key.to_string());
            continue;
        };
        let planned = edit.plan.value.clone().unwrap();
        let written = program.write(edit.plan).await.unwrap();
        let context = format!("{key} {}: {}", edit.pointer, written.said);
        let after = program.inspect(key).await;
        if written.ending != Ending::Done {
            assert_eq!(written.ending, Ending::Refused, "{context}");
            assert_eq!(stored(&before), stored(&after), "{context}");
            assert_eq!(lite(&before), lite(&after), "{context}");
            refused.push(context);
            continue;
        }
        assert!(planned.is(stored(&after)), "{context}");
        same_but(&old, &json(&after.document).unwrap(), &edit.pointer);
        same_lite_but(lite(&before).as_ref(), lite(&after).as_ref(), &edit.pointer);
        new.insert(key.to_string(), planned.bytes);
        done += 1;
    }
    let durable = stores.paper.facts().into_iter().filter(Fact::is_durable);
    assert_eq!(durable.count(), 2 * new.len(), "waits for the disk");
    let mut log = stores.values.log();
    let added = log.split_off(before_all.len());
    assert!(log == before_all, "history changed");
    assert_eq!(added.len(), new.len(), "written twice, or nobody knows");
    let added: BTreeMap<String, Arc<[u8]>> = added
        .into_iter()
        .map(|(_, key, bytes)| (key, bytes))
        .collect();
    assert!(added == new, "other bytes than were planned");
    assert!(
        done > 1_000 && refused.len() < 60,
        "{done} done, not: {refused:#?}"
    );
}
