//! Every state, every reason not to raise a false alarm. One healthy memcell is the start of most
//! stories; each changes one thing.

use super::super::bson::{Bson, Document as BsonDocument};
use super::super::ejson::read_document;
use super::super::full::{Reason, Undecodable};
use super::super::key::{Collection, Key, Version};
use super::super::model::Catalog;
use super::super::text::Spelling;
use super::*;
use pretty_assertions::assert_eq;
use rstest::rstest;

mod fault;
mod value;

const ID: &str = "6979da5797f9041fc0aa0640";
/// 2026-02-01T00:00:00Z, well after every date in the stories.
const NOW: i64 = 1_769_904_000_000;

const LITE: &str = r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "user_id": null,
    "timestamp": {"$date": "2026-01-20T14:12:55.407Z"}, "group_id": "g1",
    "participants": ["alice", "bob"], "type": "Conversation", "keywords": [],
    "deleted_at": null, "deleted_by": null, "deleted_id": 0,
    "created_at": {"$date": "2026-01-20T14:13:08.412Z"},
    "updated_at": {"$date": "2026-01-20T14:13:31.900Z"}}"#;

const FULL: &str = r#"{"created_at": "2026-01-20T14:13:08.412907+00:00",
    "updated_at": "2026-01-20T22:13:31.900214+08:00", "deleted_at": null, "deleted_by": null,
    "deleted_id": 0, "user_id": null, "timestamp": "2026-01-20T14:12:55.407999Z", "summary": "s",
    "group_id": "g1", "original_data": null, "participants": ["alice", "bob"],
    "type": "Conversation", "subject": null, "keywords": [], "linked_entities": null,
    "episode": null, "foresight_memories": null, "event_log": null, "extend": null,
    "id": "6979da5797f9041fc0aa0640"}"#;

/// A lite document with some members replaced, added, or (by `undefined`) removed.
fn lite(changes: &str) -> BsonDocument {
    let mut document = read_document(LITE).unwrap();
    for (name, value) in read_document(changes).unwrap().0 {
        document.0.retain(|(n, _)| *n != name);
        if value != Bson::Undefined {
            document.0.push((name, value));
        }
    }
    document
}

fn full(changes: &[(&str, &str)]) -> String {
    let mut text = FULL.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

fn json(text: &str, codec: Codec) -> Stored {
    let json = Arc::new(Json::parse(text.into()).unwrap());
    value(Body::Json { codec, json })
}

fn value(body: Body) -> Stored {
    let raw = Arc::new([]);
    Stored::Value {
        version: Version(812),
        full: Full { raw, body },
    }
}

fn tombstone() -> Stored {
    Stored::Tombstone {
        version: Version(812),
    }
}

/// A node that holds the stream and does not say how far it is.
const SEEN: Window = Window {
    held: Some(true),
    applied: None,
    first: None,
};

struct Story {
    document: Document,
    outlook: Outlook<'static>,
}

fn story(lite: Option<BsonDocument>, stored: Stored) -> Story {
    story_in("memcells", lite, stored)
}

fn story_in(collection: &str, lite: Option<BsonDocument>, stored: Stored) -> Story {
    let collection = Collection::new(collection);
    let model = Catalog::builtin().get(&collection);
    let key = Key {
        collection,
        id: ID.into(),
    };
    let lite = Sight::Seen(lite.map(Lite::new));
    let outlook = Outlook {
        model,
        no_values: false,
        now: NOW,
        grace: 120_000,
        expected: None,
        window: SEEN,
    };
    Story {
        document: Document {
            key,
            lite,
            stored: Sight::Seen(stored),
        },
        outlook,
    }
}

impl Story {
    fn told(&self) -> Diagnosis {
        diagnose(&self.document, &self.outlook)
    }

    fn is(&self) -> (State, String) {
        let told = self.told();
        let line = told.said.fit(100, Spelling::Full);
        assert!(Spelling::Full.width(&line) <= 100, "{line}");
        (told.state, told.said.to_string())
    }

    fn codes(&self) -> Vec<&'static str> {
        self.told().findings.iter().map(|f| f.code).collect()
    }
}

fn healthy(changes: &[(&str, &str)]) -> Stored {
    json(&full(changes), Codec::Plain)
}

fn said(state: State, words: &str) -> (State, String) {
    (state, words.to_owned())
}

#[rstest]
fn a_healthy_document_is_in_step_in_both_codecs(
    #[values(Codec::Base64, Codec::Plain)] codec: Codec,
    #[values(true, false)] known: bool,
    #[values(
        "{}",
        r#"{"user_id": {"$undefined": true}, "deleted_by": {"$undefined": true}}"#
    )]
    changes: &str,
) {
    let mut story = story(Some(lite(changes)), json(FULL, codec));
    story.outlook.expected = known.then_some(codec);
    assert_eq!(story.is(), said(State::Agrees, "in step"));
    assert_eq!(story.codes(), Vec::<&str>::new());
    assert_eq!(story.told().newer, None);
}

#[rstest]
#[case::lite("sync refused", true)]
#[case::stored("node unreachable", false)]
fn a_half_that_cannot_be_asked_makes_the_pair_unknown(#[case] why: &str, #[case] of_lite: bool) {
    let mut story = story(Some(lite(r#"{"deleted_by": "x"}"#)), healthy(&[]));
    if of_lite {
        story.document.lite = Sight::Unknown(why.into());
    } else {
        story.document.stored = Sight::Unknown(why.into());
    }
    assert_eq!(
        story.is(),
        said(State::Unknown, &format!("can't tell: {why}"))
    );
}

#[test]
fn what_nobody_looked_at_is_unchecked() {
    let mut story = story(Some(lite("{}")), healthy(&[]));
    story.document.stored = Sight::Unchecked;
    assert_eq!(story.is(), said(State::Unchecked, "not looked at yet"));
    story.document.stored = Sight::Seen(Stored::Absent);
    story.document.lite = Sight::Unchecked;
    assert_eq!(story.is().0, State::Unchecked);
}

#[rstest]
#[case::stream(Window { held: Some(false), ..SEEN }, "the node does not follow this stream")]
#[case::history(Window { first: Some(9), ..SEEN }, "below its history: the node starts at 9")]
#[case::silent(Window { held: None, ..SEEN }, "the node says neither which streams it holds nor how far it is")]
#[case::replay(Window { applied: Some(0), ..SEEN }, "the node has applied nothing yet")]
fn no_value_in_a_history_that_is_not_seen_is_unknown(#[case] window: Window, #[case] why: &str) {
    for lite in [None, Some(lite("{}"))] {
        let mut story = story(lite, Stored::Absent);
        story.outlook.window = window;
        assert_eq!(
            story.is(),
            said(State::Unknown, &format!("can't tell: {why}"))
        );
        story.document.stored = Sight::Seen(healthy(&[]));
        let told = story.is().0 == State::Unknown;
        assert_eq!(
            told,
            window.held == Some(false),
            "a value that was seen is no guess"
        );
    }
}

#[test]
fn a_full_history_does_not_hide_a_missing_value() {
    let mut story = story(Some(lite("{}")), Stored::Absent);
    story.outlook.window = Window {
        held: Some(true),
        applied: Some(7),
        first: Some(0),
    };
    assert_eq!(story.is(), said(State::NeverWritten, "never written"));
    assert_eq!(story.codes(), ["version-zero"]);
}

#[test]
fn a_node_that_does_not_say_how_far_it_is_is_told_with_a_missing_value() {
    let mut story = story(Some(lite("{}")), Stored::Absent);
    assert_eq!(story.is(), said(State::NeverWritten, "never written"));
    assert_eq!(story.codes(), ["version-zero", "reach-untold"]);
    // a node that says nothing at all can't be believed, and that says it already
    story.outlook.window.held = None;
    assert_eq!(story.is().0, State::Unknown);
    assert_eq!(story.codes(), ["version-zero"]);
}

#[rstest]
#[case::just_now(NOW - 12_000, State::Pending)]
#[case::clock_ahead(NOW + 12_000, State::Pending)]
#[case::old(NOW - 120_000, State::NeverWritten)]
#[case::far_future(NOW + 120_000, State::NeverWritten)]
fn a_young_document_waits_for_its_value(#[case] at: i64, #[case] state: State) {
    let date = format!(r#"{{"$date": {{"$numberLong": "{at}"}}}}"#);
    for name in ["created_at", "updated_at"] {
        let lite = lite(&format!(r#"{{"{name}": {date}}}"#));
        let (found, words) = story(Some(lite), Stored::Absent).is();
        assert_eq!(found, state, "{name}");
        if state == State::Pending {
            assert_eq!(words, "not applied yet: written 12.0 s ago");
        }
    }
}

#[test]
fn a_young_soft_deleted_document_waits_too_and_an_old_one_lost_its_value() {
    let marks = r#"{"deleted_at": {"$date": "2026-01-31T23:59:59Z"}, "deleted_id": 5"#;
    let young = lite(&format!(
        r#"{marks}, "created_at": {{"$date": "2026-01-31T23:59:50Z"}}}}"#
    ));
    assert_eq!(story(Some(young), Stored::Absent).is().0, State::Pending);
    let old = || Some(lite(&format!("{marks}}}")));
    assert_eq!(
        story(old(), Stored::Absent).is(),
        said(
            State::SoftDeletedNoValue,
            "soft-deleted, and its value is gone: never written"
        )
    );
    let gone = story(old(), tombstone());
    assert_eq!(
        gone.is(),
        said(
            State::SoftDeletedNoValue,
            "soft-deleted, and its value is gone: tombstoned at version 812"
        )
    );
    assert_eq!(gone.codes(), Vec::<&str>::new());
    let kept = story(old(), healthy(&[]));
    assert_eq!(
        kept.is(),
        said(
            State::SoftDeleted,
            "soft-deleted 2026-01-31 23:59:59 (value kept)"
        )
    );
}

#[test]
fn a_tombstone_under_a_live_document_is_never_pending() {
    let young = format!(r#"{{"updated_at": {{"$date": {{"$numberLong": "{NOW}"}}}}}}"#);
    let words = "tombstoned at version 812, still listed";
    assert_eq!(
        story(Some(lite(&young)), tombstone()).is(),
        said(State::Tombstoned, words)
    );
}

#[test]
fn not_listed_means_orphan_deleted_or_nowhere() {
    assert_eq!(
        story(None, Stored::Absent).is(),
        said(State::NeverWritten, "in neither store")
    );
    let deleted = "deleted in both stores, tombstone at version 812";
    assert_eq!(story(None, tombstone()).is(), said(State::Agrees, deleted));
    let orphan = story(None, healthy(&[]));
    assert_eq!(
        orphan.is(),
        said(State::Orphan, "stored at version 812, not listed")
    );
    let broken = story(None, healthy(&[("\"g1\"", "7")]));
    assert_eq!(
        broken.is(),
        said(
            State::Orphan,
            "stored at version 812, not listed · group_id is a number, should be text"
        )
    );
    assert_eq!(broken.codes(), ["misfiled"]);
}
