//! The demo's stores hold exactly what is said about them: every planted state is diagnosed as
//! such, and nothing else is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use dualscope::domain::model::Layout;
use dualscope::domain::state::TABLE;
use dualscope::domain::{
    Body, Catalog, Codec, Collection, Diagnosis, Document, Filter, Head, Key, Lite, Newer, Outlook,
    Place, Query, Sight, Sort, State, Stored, diagnose,
};
use dualscope::store::memory::seed::{Across, Demo, plant};
use dualscope::store::port::{Got, Index, Values, Want};
use tokio_util::sync::CancellationToken;

const NOW: i64 = 1_780_000_000_000;
const GRACE: i64 = 5 * 60 * 1000;

fn all_of(collection: &str) -> Query {
    Query {
        collection: Collection::new(collection),
        filter: Filter::default(),
        sort: Sort::by_id(false),
        from: Place::First,
        limit: 10_000,
    }
}

async fn documents(demo: &Demo, collection: &str) -> Vec<Lite> {
    let token = CancellationToken::new();
    demo.index
        .page(&all_of(collection), &token)
        .await
        .unwrap()
        .rows
}

async fn stored(demo: &Demo, key: &Key) -> Stored {
    let got = demo.values.get(&[Want::latest(key.clone())]).await.unwrap();
    match got.into_iter().next().unwrap().unwrap() {
        Got::Stored(stored) => stored,
        Got::Unchanged(_) => panic!("nothing was known"),
    }
}

async fn seen(demo: &Demo, key: &Key) -> Document {
    let lite = demo
        .index
        .by_ids(&key.collection, &key.id_candidates())
        .await
        .unwrap();
    Document {
        key: key.clone(),
        lite: Sight::Seen(lite.into_iter().next()),
        stored: Sight::Seen(stored(demo, key).await),
    }
}

async fn diagnosed(demo: &Demo, key: &Key) -> Diagnosis {
    let outlook = Outlook {
        model: Catalog::builtin().get(&key.collection),
        no_values: false,
        now: NOW,
        grace: GRACE,
        expected: None,
        window: demo.values.window().await.unwrap(),
    };
    diagnose(&seen(demo, key).await, &outlook)
}

#[tokio::test]
async fn every_planted_state_is_found_and_no_other() {
    let demo = plant(NOW);
    let mut wrong = Vec::new();
    let mut met: BTreeMap<State, usize> = BTreeMap::new();
    let mut newer = HashSet::new();
    let mut remarks = Vec::new();
    for (key, state) in &demo.expected {
        let found = diagnosed(&demo, key).await;
        *met.entry(*state).or_default() += 1;
        newer.extend(found.newer);
        if found.state != *state {
            wrong.push(format!(
                "{key} is {state:?}, found {:?}: {}",
                found.state, found.said
            ));
        }
        if *state == State::Agrees {
            remarks.extend(found.findings.iter().map(|finding| finding.code));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // Of the healthy ones only the restored cell, whose value still says deleted, has a remark.
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert_eq!(
        newer,
        HashSet::from([Newer::Lite, Newer::Full, Newer::Neither])
    );
    let not_planted = [State::Unknown, State::Unchecked];
    let missing: Vec<&str> = TABLE
        .iter()
        .filter(|row| !not_planted.contains(&row.state))
        .filter(|row| met.get(&row.state).is_none_or(|n| *n < 2))
        .map(|row| row.name)
        .collect();
    assert!(missing.is_empty(), "planted less than twice: {missing:?}");
    assert!(met[&State::Agrees] > 1_300, "{met:?}");
}

#[tokio::test]
async fn what_is_kept_in_mongodb_alone_raises_no_alarm() {
    let demo = plant(NOW);
    for name in ["conversation_status", "user_secrets"] {
        let collection = Collection::new(name);
        for lite in documents(&demo, name).await {
            let found = diagnosed(&demo, &lite.key(&collection)).await;
            assert!(!found.state.row().finding, "{name}: {}", found.said);
        }
    }
}

#[tokio::test]
async fn the_expectations_name_every_document_of_the_double_collections_once() {
    let demo = plant(NOW);
    let expected: HashMap<&Key, State> = demo.expected.iter().map(|(k, s)| (k, *s)).collect();
    assert_eq!(expected.len(), demo.expected.len());
    let mut listed = HashSet::new();
    let doubled = Catalog::builtin().collections.iter();
    let doubled = doubled.filter(|m| m.stored == Layout::Dual);
    for model in doubled {
        let collection = Collection::new(&model.name);
        let rows = documents(&demo, &model.name).await;
        assert!(rows.len() >= 6, "{collection} has {}", rows.len());
        listed.extend(rows.iter().map(|lite| lite.key(&collection)));
    }
    assert!(listed.len() > 1_450, "{}", listed.len());
    assert!(listed.iter().all(|key| expected.contains_key(key)));
    for (key, state) in &demo.expected {
        let known = Catalog::builtin().get(&key.collection).is_some();
        assert!(
            !known || listed.contains(key) != (*state == State::Orphan),
            "{key}"
        );
    }
}

#[tokio::test]
async fn the_same_demo_comes_out_at_every_start() {
    let (a, b) = (plant(NOW), plant(NOW));
    assert_eq!(a.expected, b.expected);
    assert_eq!(a.across, b.across);
    for (key, _) in a.expected.iter().step_by(37) {
        assert_eq!(seen(&a, key).await, seen(&b, key).await);
    }
    // An id that was noted down is good at any later start.
    let later = plant(NOW + 86_400_000);
    assert_eq!(a.expected, later.expected);
    assert_eq!(a.across, later.across);
}

#[tokio::test]
async fn one_scan_meets_every_key_once_and_no_tombstone() {
    let demo = plant(NOW);
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = demo
            .values
            .scan(keys.last().map(String::as_str), 100)
            .await
            .unwrap();
        keys.extend(page.rows.into_iter().map(|found| found.key));
        if !page.more {
            break;
        }
    }
    assert!(keys.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
    for (key, state) in &demo.expected {
        let has_value = keys.binary_search(&key.to_string()).is_ok();
        match state {
            State::Tombstoned
            | State::NeverWritten
            | State::SoftDeletedNoValue
            | State::Pending => {
                assert!(!has_value, "{key}");
            }
            State::FullInMongo => {}
            _ => assert!(has_value, "{key} is {state:?}"),
        }
    }
    for (which, key) in &demo.across {
        let listed = keys.binary_search(key).is_ok();
        match which {
            Across::UnknownPrefix | Across::UpgradedStatus => assert!(listed, "{key}"),
            Across::BareKey => assert_eq!(key.len(), 24),
            _ => assert!(key.parse::<Key>().is_ok(), "{key}"),
        }
    }
}

#[tokio::test]
async fn a_tombstoned_document_had_three_live_versions_before() {
    let demo = plant(NOW);
    let of = |state: State| demo.expected.iter().filter(move |(_, s)| *s == state);
    for (key, _) in of(State::Tombstoned) {
        let history = demo.values.history(key, None, 10).await.unwrap();
        assert!(matches!(history.rows[0], Head::Tombstone(_)), "{key}");
        let live = history
            .rows
            .iter()
            .filter(|h| matches!(h, Head::Value { .. }));
        assert!(live.count() >= 3, "{key}");
    }
    let mut written_again = 0;
    for (key, _) in of(State::Agrees) {
        let history = demo.values.history(key, None, 50).await.unwrap();
        let versions: Vec<_> = history.rows.iter().collect();
        written_again += usize::from(matches!(
            versions[..],
            [
                Head::Value { .. },
                Head::Tombstone(_),
                Head::Value { .. },
                ..
            ]
        ));
    }
    assert!(written_again >= 3, "{written_again}");
}

#[tokio::test]
async fn both_generations_wrote_and_no_escape_sequence_is_raw() {
    let demo = plant(NOW);
    let mut codecs: BTreeMap<Codec, usize> = BTreeMap::new();
    let mut largest = 0;
    let mut escaped = 0;
    for (key, _) in &demo.expected {
        let Stored::Value { full, .. } = stored(&demo, key).await else {
            continue;
        };
        largest = largest.max(full.raw.len());
        if let Body::Json { codec, json } = &full.body {
            *codecs.entry(*codec).or_default() += 1;
            assert!(!json.text().bytes().any(|b| b < b' '), "{key}");
            escaped += usize::from(json.text().contains("\\u001b"));
            if *codec == Codec::Plain && key.collection.as_str() != "legacy_imports" {
                assert!(json.text().is_ascii(), "{key}");
            }
        }
    }
    assert!(
        codecs[&Codec::Base64] > 400 && codecs[&Codec::Plain] > 400,
        "{codecs:?}"
    );
    assert!(largest > 2_000_000, "{largest}");
    assert!(escaped > 20, "{escaped}");
}

#[tokio::test]
async fn the_collections_are_those_of_a_deployment() {
    let demo = plant(NOW);
    let entries = demo.index.collections().await.unwrap();
    let names: HashSet<&str> = entries.iter().map(|e| e.name.as_str()).collect();
    for model in &Catalog::builtin().collections {
        assert!(names.contains(model.name.as_str()), "{}", model.name);
    }
    let hidden = entries.iter().filter(|e| Catalog::builtin().hides(&e.name));
    assert_eq!(hidden.count(), 3);
    assert_eq!(documents(&demo, "EventLogRecordProjection").await, []);
    let kinds: HashSet<&str> = documents(&demo, "feature_flags")
        .await
        .iter()
        .map(|lite| lite.get("value").unwrap().type_name())
        .collect();
    assert!(kinds.len() >= 16, "{kinds:?}");
    let odd: HashSet<&str> = documents(&demo, "legacy_imports")
        .await
        .iter()
        .map(|lite| lite.id.type_name())
        .collect();
    assert_eq!(odd, HashSet::from(["string", "int", "long", "uuid"]));
    let status = documents(&demo, "conversation_status").await;
    assert_eq!(status.len(), 6);
    let indexes = demo
        .index
        .indexes(&Collection::new("core_memories"))
        .await
        .unwrap();
    assert!(
        indexes
            .iter()
            .any(|i| i.unique && i.fields == ["user_id", "version"])
    );
}

#[tokio::test]
async fn children_point_to_cells_and_several_documents_show_the_rest() {
    let demo = plant(NOW);
    let cells: HashSet<String> = demo
        .expected
        .iter()
        .filter(|(key, _)| key.collection.as_str() == "memcells")
        .map(|(key, _)| key.id.to_string())
        .collect();
    for lite in documents(&demo, "episodic_memories").await {
        let parent = lite.get("parent_id").unwrap().to_string();
        assert!(cells.contains(&parent), "{parent}");
    }
    for which in [
        Across::DuplicateKey,
        Across::WrongLatest,
        Across::BareKey,
        Across::UnknownPrefix,
        Across::UpgradedStatus,
        Across::DanglingChild,
    ] {
        let count = demo.across.iter().filter(|(w, _)| *w == which).count();
        assert!(count >= 2, "{which:?}: {count}");
    }
    let _: Arc<dyn Index> = demo.index;
}
