//! Editing the demo's values: whatever a deployment stores comes out as it went in.

use std::sync::Arc;

use dualscope::domain::edit::{Folding, Layout, Spot, changes, duplicate, rebuild, set};
use dualscope::domain::json::{Kind, NodeId};
use dualscope::domain::{Codec, Full, Json, Stored};
use dualscope::store::memory::seed::plant;
use dualscope::store::port::{Got, Values, Want};

const NOW: i64 = 1_780_000_000_000;

/// Every value of the demo that is JSON, with its codec.
async fn values() -> Vec<(String, Codec, Arc<Json>)> {
    let demo = plant(NOW);
    let mut found = Vec::new();
    for (key, _) in &demo.expected {
        let got = demo.values.get(&[Want::latest(key.clone())]).await.unwrap();
        let Got::Stored(Stored::Value { full, .. }) = got.into_iter().next().unwrap().unwrap()
        else {
            continue;
        };
        if let (Some(json), Some(codec)) = (Full::json(&full), full.codec()) {
            found.push((key.to_string(), codec, json.clone()));
        }
    }
    assert!(found.len() > 1_000, "{}", found.len());
    found
}

/// The last string of a value that has no escape and is not folded.
fn some_text(json: &Json) -> Option<NodeId> {
    let ids = (0..u32::try_from(json.node_count()).unwrap()).map(NodeId);
    let plain =
        |id: &NodeId| json.kind(*id) == Kind::String && !json.raw(*id).contains(['\\', '⟦']);
    ids.rev().find(plain)
}

#[tokio::test]
async fn every_value_survives_an_edit_of_nothing_and_of_one_text() {
    let mut edited = 0;
    for (key, codec, json) in values().await {
        let layout = Layout::new(&json, Folding::default()).unwrap();
        let same = rebuild(&json, &layout, layout.text()).unwrap();
        assert!(same.untouched, "{key}");
        let Some(text) = some_text(layout.json()) else {
            continue;
        };
        let span = layout.json().span(text);
        let (before, behind) = (
            &layout.text()[..span.end - 1],
            &layout.text()[span.end - 1..],
        );
        let made = rebuild(&json, &layout, &format!("{before} 字{behind}")).unwrap();
        // what was typed is spelled as the value's own writer does it
        let typed = if codec == Codec::Plain && json.text().is_ascii() && json.text().contains(": ")
        {
            " \\u5b57"
        } else {
            " 字"
        };
        let told = changes(&json, &made.json);
        assert_eq!(told.len(), 1, "{key}: {told:?}");
        let new = made.json.text();
        let common = new
            .bytes()
            .zip(json.text().bytes())
            .take_while(|(a, b)| a == b)
            .count();
        assert_eq!(new.len(), json.text().len() + typed.len(), "{key}");
        assert_eq!(new[common + typed.len()..], json.text()[common..], "{key}");
        edited += 1;
    }
    assert!(edited > 1_000, "{edited}");
}

#[tokio::test]
async fn every_value_takes_a_new_id_and_a_new_date_and_nothing_else() {
    for (key, _, json) in values().await {
        if json.kind(json.root()) != Kind::Object {
            continue;
        }
        let copy = Json::parse(duplicate(&json, "new").unwrap().into()).unwrap();
        let dated = set(&copy, "/updated_at", "\"2026-01-01\"", Spot::End).unwrap();
        let dated = Json::parse(dated.into()).unwrap();
        let mut places: Vec<String> = changes(&json, &dated)
            .into_iter()
            .map(|c| c.pointer)
            .collect();
        places.sort_unstable();
        assert_eq!(places, ["/id", "/updated_at"], "{key}");
    }
}
