//! What is wrong with a value by itself, which of two faults counts, and where the view points.

use super::*;
use pretty_assertions::assert_eq;

/// What is wrong with the bytes comes before what is wrong with the JSON in them: the service cannot
/// get to the second.
#[rstest]
#[case::bytes("[1", Codec::Plain, "not JSON", &[])]
#[case::codec_of_a_document(FULL, Codec::Base64, "Base64 where the service reads plain JSON", &["codec"])]
#[case::codec_of_something_else("[1]", Codec::Base64, "Base64 where", &["misfiled", "codec"])]
fn undecodable_comes_before_misfiled(
    #[case] text: &str,
    #[case] codec: Codec,
    #[case] words: &str,
    #[case] codes: &[&str],
) {
    let value = match Json::parse(text.into()) {
        Ok(_) => json(text, codec),
        Err(fault) => value(Body::Undecodable(Undecodable {
            codec: Some(codec),
            reason: Reason::NotJson(fault),
            text: Some(text.into()),
        })),
    };
    let mut story = story(Some(lite("{}")), value);
    story.outlook.expected = Some(Codec::Plain);
    let (state, told) = story.is();
    assert_eq!(state, State::Undecodable);
    assert!(told.starts_with(words), "{told}");
    assert_eq!(story.codes(), codes);
}

#[rstest]
#[case::number("1", "a number")]
#[case::text("\"a\"", "text")]
#[case::null("null", "null")]
#[case::array("[{}]", "an array")]
fn json_without_an_object_is_misfiled_and_not_undecodable(#[case] text: &str, #[case] kind: &str) {
    let mut story = story(Some(lite("{}")), json(text, Codec::Plain));
    story.outlook.expected = Some(Codec::Plain);
    let words = format!("JSON, but {kind} where a document belongs");
    assert_eq!(story.is(), said(State::Misfiled, &words));
    story.document.lite = Sight::Seen(None);
    let (state, told) = story.is();
    assert_eq!(state, State::Orphan);
    assert!(told.ends_with(&words), "{told}");
}

#[rstest]
#[case::drifted(lite("{\"group_id\": \"g2\"}"), &[], &["group_id"])]
#[case::type_drift(lite("{\"timestamp\": \"2026-01-20T14:12:55.407999Z\"}"), &[], &["timestamp"])]
#[case::id(lite("{}"), &[("\"id\": \"6979da5797f9041fc0aa0640\"", "\"id\": \"6979da5797f9041fc0aa0641\"")], &["_id / id"])]
#[case::full_only(lite("{}"), &[("\"summary\": \"s\"", "\"summary\": 5")], &["summary"])]
#[case::both(lite("{}"), &[("\"2026-01-20T14:12:55.407999Z\"", "null")], &["timestamp"])]
#[case::marks(lite("{\"deleted_id\": 5}"), &[], &["deleted_at", "deleted_by", "deleted_id"])]
#[case::whole(lite("{\"summary\": \"s\"}"), &[], &["summary"])]
#[case::in_step(lite("{}"), &[], &[])]
fn the_fields_that_a_state_hangs_on_are_pointed_at(
    #[case] lite: BsonDocument,
    #[case] changes: &[(&str, &str)],
    #[case] names: &[&str],
) {
    let told = story(Some(lite), healthy(changes)).told();
    let decide = told.fields.iter().filter(|row| row.decides);
    let found: Vec<&str> = decide.map(|row| row.name.as_str()).collect();
    assert_eq!(found, names, "{:?}: {}", told.state, told.said);
}
