//! Listed, with a value.

use super::super::super::ejson::{Style, print_document, tests::arbitrary_bson};
use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

#[test]
fn bytes_that_do_not_decode_say_why() {
    let reason = Reason::NotUtf8 { at: 118 };
    let body = Body::Undecodable(Undecodable {
        codec: None,
        reason,
        text: None,
    });
    let deleted = r#"{"deleted_at": {"$date": "2026-01-21T00:00:00Z"}, "deleted_id": 5}"#;
    let story = story(Some(lite(deleted)), value(body));
    assert_eq!(
        story.is(),
        said(State::Undecodable, "not UTF-8 at byte 118")
    );
    assert_eq!(story.codes(), ["soft-deleted"]);
    assert!(story.told().fields.is_empty());
}

#[rstest]
#[case(
    Codec::Base64,
    Codec::Plain,
    "Base64 where the service reads plain JSON"
)]
#[case(
    Codec::Plain,
    Codec::Base64,
    "plain JSON where the service reads Base64"
)]
fn a_value_of_the_wrong_generation_is_undecodable(
    #[case] found: Codec,
    #[case] expected: Codec,
    #[case] words: &str,
) {
    let mut story = story(Some(lite("{}")), json(FULL, found));
    assert_eq!(
        story.is().0,
        State::Agrees,
        "nobody says what the service reads"
    );
    story.outlook.expected = Some(expected);
    assert_eq!(story.is(), said(State::Undecodable, words));
    assert_eq!(story.codes(), ["codec"]);
    assert!(!story.told().fields.is_empty(), "it can still be compared");
}

#[rstest]
#[case::id(
    "\"id\": \"6979da5797f9041fc0aa0640\"",
    "\"id\": \"6979da5797f9041fc0aa0641\"",
    "its id differs from the key"
)]
#[case::missing(
    "\"timestamp\": \"2026-01-20T14:12:55.407999Z\", ",
    "",
    "the required field timestamp is missing"
)]
#[case::null(
    "\"2026-01-20T14:12:55.407999Z\"",
    "null",
    "the required field timestamp is null"
)]
#[case::date(
    "\"2026-01-20T14:12:55.407999Z\"",
    "\"soon\"",
    "timestamp is text, should be an ISO 8601 date"
)]
#[case::text(
    "\"summary\": \"s\"",
    "\"summary\": 5",
    "summary is a number, should be text"
)]
#[case::texts(
    "[\"alice\", \"bob\"]",
    "[1]",
    "participants is an array, should be an array of texts"
)]
#[case::nested(
    "\"event_log\": null",
    "\"event_log\": \"x\"",
    "event_log is text, should be an object or an array"
)]
fn json_that_is_not_this_document_is_misfiled(
    #[case] from: &str,
    #[case] to: &str,
    #[case] words: &str,
) {
    let story = story(Some(lite("{}")), healthy(&[(from, to)]));
    assert_eq!(story.is(), said(State::Misfiled, words));
}

#[rstest]
#[case::upper("\"id\": \"6979da5797f9041fc0aa0640\"", "\"id\": \"6979DA5797F9041FC0AA0640\"", &[])]
#[case::underscore("\"id\"", "\"_id\"", &[])]
#[case::missing(",\n    \"id\": \"6979da5797f9041fc0aa0640\"", "", &["id-missing"])]
#[case::default("\"deleted_id\": 0, ", "", &[])]
#[case::newer_field_absent("\"extend\": null,", "", &[])]
#[case::undeclared("\"extend\": null", "\"extend\": null, \"extra\": {\"a\": 1}", &[])]
#[case::marks("\"deleted_at\": null", "\"deleted_at\": \"2026-01-20T14:13:08+00:00\"", &["deleted-in-value"])]
#[case::repeated("\"extend\": null", "\"extend\": 5, \"extend\": null", &["repeated-keys"])]
fn what_the_service_reads_is_no_fault(
    #[case] from: &str,
    #[case] to: &str,
    #[case] codes: &[&str],
) {
    let story = story(Some(lite("{}")), healthy(&[(from, to)]));
    assert_eq!(story.is().0, State::Agrees);
    assert_eq!(story.codes(), codes);
}

#[rstest]
#[case::full_newer(
    "14:13:31.900214+08:00",
    "14:13:36.109999+08:00",
    "drifted: full is newer by 4.2 s · type Conversation → null",
    Newer::Full
)]
#[case::lite_newer(
    "14:13:31.900214+08:00",
    "14:13:30.000001+08:00",
    "drifted: lite is newer by 1.9 s · type null → Conversation",
    Newer::Lite
)]
#[case::neither(
    "14:13:31.900214+08:00",
    "14:13:31.900999+08:00",
    "drifted, neither is newer · type Conversation ≠ null",
    Newer::Neither
)]
fn drift_says_which_half_is_newer(
    #[case] from: &str,
    #[case] to: &str,
    #[case] words: &str,
    #[case] newer: Newer,
) {
    let from = from.replace("14:13", "22:13");
    let to = to.replace("14:13", "22:13");
    let changes = [(from.as_str(), to.as_str()), ("\"Conversation\"", "null")];
    let story = story(Some(lite("{}")), healthy(&changes));
    assert_eq!(story.is(), said(State::Drifted, words));
    assert_eq!(story.told().newer, Some(newer));
}

#[test]
fn drift_of_the_date_alone_and_of_many_long_values_stays_one_line() {
    let alone = story(Some(lite("{}")), healthy(&[("22:13:31.9", "22:13:32.9")]));
    assert_eq!(
        alone.is().1,
        "drifted: full is newer by 1.0 s, nothing else differs"
    );
    let long = format!("\"{}\\n\"", "long ".repeat(5_000));
    let many = story(
        Some(lite(
            r#"{"participants": null, "keywords": {"$undefined": true}, "user_id": "a"}"#,
        )),
        healthy(&[("\"g1\"", &long), ("\"Conversation\"", &long)]),
    );
    let told = many.told();
    assert_eq!(told.state, State::Drifted);
    assert!(told.said.contains(&"long ".repeat(5_000)), "nothing is cut");
    assert_eq!(
        told.said.fit(100, Spelling::Full),
        "drifted, neither is newer · user_id a ≠ null · group_id g1 ≠ long long long … · +3 more"
    );
    assert_eq!(
        told.said.fit(60, Spelling::Ascii),
        "drifted, neither is newer; user_id a != null; +4 more"
    );
}

#[test]
fn a_soft_deleted_document_that_differs_has_drifted() {
    let marks =
        r#"{"deleted_at": {"$date": "2026-01-21T00:00:00Z"}, "deleted_id": 5, "group_id": "g2"}"#;
    let story = story(Some(lite(marks)), healthy(&[]));
    assert_eq!(story.is().0, State::Drifted);
    assert_eq!(story.codes(), ["soft-deleted"]);
}

#[rstest]
#[case::as_recovered(
    r#"{"timestamp": "2026-01-20T14:12:55.407999Z"}"#,
    "timestamp is text, should be a date"
)]
#[case::same_instant(
    r#"{"timestamp": "2026-01-20T22:12:55.407+08:00"}"#,
    "timestamp is text, should be a date"
)]
#[case::two(r#"{"timestamp": "2026-01-20T14:12:55.407999Z", "created_at": "2026-01-20T14:13:08.412907+00:00"}"#, "timestamp is text, should be a date · created_at is text, should be a date")]
fn text_where_a_date_belongs_is_type_drift(#[case] changes: &str, #[case] words: &str) {
    assert_eq!(
        story(Some(lite(changes)), healthy(&[])).is(),
        said(State::TypeDrift, words)
    );
    let other = lite(&changes.replace("12:55", "12:56").replace("13:08", "13:09"));
    let drifted = story(Some(other), healthy(&[]));
    assert_eq!(drifted.is().0, State::Drifted, "another instant is drift");
    assert!(drifted.codes().contains(&"type-drift"));
}

#[test]
fn a_whole_document_in_mongodb_is_seen_with_and_without_a_value() {
    let whole = || Some(lite(r#"{"summary": "s", "event_log": {"a": 1}}"#));
    let words = "the whole document sits in MongoDB: summary, event_log";
    let differs = story(
        whole(),
        healthy(&[("\"summary\": \"s\"", "\"summary\": \"t\"")]),
    );
    assert_eq!(
        differs.is().0,
        State::Drifted,
        "two contents: compare first"
    );
    let event = ("\"event_log\": null", "\"event_log\": {\"a\": 1.0}");
    assert_eq!(
        story(whole(), healthy(&[event])).is(),
        said(State::FullInMongo, words)
    );
    let alone = story(whole(), Stored::Absent);
    assert_eq!(
        alone.is(),
        said(
            State::FullInMongo,
            &format!("{words}, no value was written")
        )
    );
    assert_eq!(story(whole(), tombstone()).is().0, State::Tombstoned);
    let undeclared = story(
        Some(lite(r#"{"mark": 1, "revision_id": "r"}"#)),
        healthy(&[]),
    );
    assert_eq!(undeclared.is().0, State::Agrees);
    assert_eq!(undeclared.codes(), ["extra-lite-fields"]);
}

#[rstest]
#[case(r#"{"deleted_id": 5}"#, "deleted_at is null, deleted_id is 5")]
#[case(
    r#"{"deleted_at": {"$undefined": true}, "deleted_id": {"$numberLong": "5"}}"#,
    "deleted_at is null, deleted_id is 5"
)]
#[case(r#"{"deleted_by": "ann"}"#, "deleted_at is null, deleted_by is set")]
#[case(
    r#"{"deleted_at": {"$date": "2026-01-21T00:00:00Z"}}"#,
    "deleted_at is set, deleted_id is 0"
)]
fn delete_marks_that_disagree_are_said(#[case] changes: &str, #[case] words: &str) {
    let story = story(Some(lite(changes)), healthy(&[]));
    assert_eq!(
        story.is(),
        said(
            State::DeleteMarks,
            &format!("delete marks disagree: {words}")
        )
    );
}

#[test]
fn collections_that_live_in_mongodb_are_not_diagnosed_as_pairs() {
    let secret = read_document(r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "user_id": "u"}"#);
    let secrets = story_in("user_secrets", Some(secret.unwrap()), Stored::Absent);
    assert_eq!(secrets.is(), said(State::Unchecked, "kept in MongoDB only"));
    let january =
        r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "group_id": "g1", "created_at": null}"#;
    let status = |text: &str| Some(read_document(text).unwrap());
    let value = r#"{"group_id": "g1", "old_msg_start_time": "2026-01-20T14:13:08+00:00", "id": "6979da5797f9041fc0aa0640"}"#;
    let old = story_in(
        "conversation_status",
        status(january),
        json(value, Codec::Plain),
    );
    assert_eq!(old.is().0, State::Agrees);
    assert_eq!(old.codes(), ["kept-in-value"]);
    let later = r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "group_id": "g1",
        "created_at": null, "old_msg_start_time": null}"#;
    let new = story_in(
        "conversation_status",
        status(later),
        json(value, Codec::Plain),
    );
    assert_eq!(new.is(), said(State::Unchecked, "kept in MongoDB only"));
    assert_eq!(new.codes(), ["leftover-value"]);
}

#[test]
fn a_collection_without_a_model_is_compared_where_both_halves_have_a_field() {
    let fields = r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "a": 1, "mongo": 2}"#;
    let told = |value: &str| {
        let lite = Some(read_document(fields).unwrap());
        story_in("elsewhere", lite, json(value, Codec::Plain)).is()
    };
    let value = r#"{"id": "6979da5797f9041fc0aa0640", "a": 1, "full": null}"#;
    assert_eq!(told(value), said(State::Agrees, "in step"));
    let other = value.replace("\"a\": 1", "\"a\": 2");
    assert_eq!(
        told(&other),
        said(State::Drifted, "drifted, neither is newer · a 1 ≠ 2")
    );
}

/// A document of the model's names with arbitrary values.
fn arbitrary_fields() -> impl Strategy<Value = BsonDocument> {
    let names = Catalog::builtin().collections[0]
        .lite
        .iter()
        .map(|f| f.name.clone());
    let names: Vec<_> = names
        .chain(["id", "summary", "x\n"].map(String::from))
        .collect();
    let healthy = lite("{}")
        .0
        .into_iter()
        .map(|(_, value)| value)
        .collect::<Vec<_>>();
    let value = prop_oneof![arbitrary_bson(), prop::sample::select(healthy)];
    let member = (prop::sample::select(names), value);
    prop::collection::vec(member, 0..14).prop_map(BsonDocument)
}

proptest! {
    #[test]
    fn any_pair_of_documents_gets_one_line(
        mongo in prop::option::of(arbitrary_fields()), value in arbitrary_fields(),
        known: bool, expected in prop::option::of(prop::sample::select(Codec::ALL.to_vec())),
    ) {
        let text = print_document(&value, Style::Relaxed, false);
        let listed = mongo.is_some();
        let mut story = story(mongo, json(&text, Codec::Plain));
        story.outlook.model = story.outlook.model.filter(|_| known);
        story.outlook.expected = expected;
        let told = story.told();
        for room in [0, 1, 20, 100] {
            let line = told.said.fit(room, Spelling::Ascii);
            prop_assert!(Spelling::Ascii.width(&line) <= room && !line.contains(char::is_control));
        }
        prop_assert_eq!(told.newer.is_some(), told.state == State::Drifted);
        prop_assert_eq!(told.fields.is_empty(), !listed);
        prop_assert!(told.state != State::Unknown && told.state != State::Unchecked);
        prop_assert!(told.findings.iter().all(|f| !f.said.is_empty() && f.code != told.state.name()));
    }
}
