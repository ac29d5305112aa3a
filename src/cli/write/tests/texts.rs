//! What is stored of a text that comes in: how it is written down, and the time of the write.

use super::*;

const WITH_TRIP: &str = r#"["lunch","trip"]"#;

#[test]
fn a_first_text_is_stored_compact_in_the_codec_that_is_configured_or_base64() {
    let mut desk = Desk::new();
    // What its neighbours are written in is no reason to choose another.
    desk.values
        .put(KEY, Codec::Plain.encode(&text(r#"["lunch"]"#)));
    let id = "6979da5797f9041fc0aa0640";
    let first = text(WITH_TRIP)
        .replace("6979da5797f9041fc0aa063f", id)
        .replace(',', ", ");
    let file = desk.file("value.json", &first);
    let key = format!("memcells:{id}");
    let done = desk
        .run(&["put", &key, &file, "--yes", "--json", "--as-is"])
        .ended(Exit::Clean);
    assert_eq!(done.json()[0]["action"], "create");
    let (_, _, bytes) = desk.values.log().pop().unwrap();
    let first = crate::cli::record::one_line(&first);
    assert_eq!(bytes.as_ref(), Codec::Base64.encode(&first));

    desk.run(&["delete", &key, "--yes"]).ended(Exit::Clean);
    desk.settings.kv.codec = config::Codec::Plain;
    let put = ["put", &key, &file, "--yes", "--as-is"];
    desk.run(&put).ended(Exit::Clean);
    let (_, _, bytes) = desk.values.log().pop().unwrap();
    assert_eq!(bytes.as_ref(), Codec::Plain.encode(&first));

    // A value that is there keeps its own.
    desk.settings.kv.codec = config::Codec::Base64;
    let other = first.replace("trip", "walk");
    let file = desk.file("value.json", &other);
    let put = ["put", &key, &file, "--yes", "--as-is"];
    desk.run(&put).ended(Exit::Clean);
    let (_, _, bytes) = desk.values.log().pop().unwrap();
    assert_eq!(bytes.as_ref(), Codec::Plain.encode(&other));
}

/// The text without its member `updated_at`.
fn without_time(text: &str) -> String {
    text.replace(r#""updated_at":"2026-01-20T14:00:00+00:00","#, "")
}

fn millis(desk: &Desk, name: &str) -> i64 {
    match desk.lite().unwrap().get(name) {
        Some(Bson::Date(ms)) => *ms,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn a_text_that_has_lost_its_time_gets_the_time_of_the_write_in_both_stores() {
    let desk = Desk::new();
    let before = millis(&desk, "updated_at");
    let file = desk.file("value.json", &without_time(&text(WITH_TRIP)));
    desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Clean);
    let full = desk.full();
    let (_, stamp) = full.split_once(r#","updated_at":""#).expect(&full);
    let (stamp, _) = stamp.split_once('"').unwrap();
    assert_eq!(
        full.replace(stamp, "2026-01-20T14:00:00+00:00"),
        text(WITH_TRIP),
        "it stands where it stood"
    );
    let written = crate::domain::time::parse(stamp).unwrap().ms();
    assert!(written > before);
    assert_eq!(millis(&desk, "updated_at"), written);

    // A program that means it leaves it out.
    let file = desk.file("value.json", &without_time(&text("[]")));
    let put = ["put", KEY, &file, "--yes", "--as-is"];
    desk.run(&put).ended(Exit::Clean);
    assert!(!desk.full().contains("updated_at"), "{}", desk.full());
    // What is not there is nobody's to add.
    let file = desk.file("value.json", &without_time(&text(WITH_TRIP)));
    desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Clean);
    assert!(!desk.full().contains("updated_at"), "{}", desk.full());
}

#[test]
fn a_first_text_without_times_gets_both() {
    let desk = Desk::new();
    let key = "memcells:6979da5797f9041fc0aa0640";
    let bare = without_time(&text(WITH_TRIP))
        .replace(r#""created_at":"2026-01-20T14:00:00+00:00","#, "")
        .replace("063f", "0640");
    let file = desk.file("value.json", &bare);
    let done = ["put", key, &file, "--yes", "--json"];
    let done = desk.run(&done).ended(Exit::Clean);
    assert_eq!(done.json()[0]["state"], "agrees");
    let (_, _, bytes) = desk.values.log().pop().unwrap();
    let full = crate::domain::codec::decode(bytes.as_ref().into());
    let full: Value = serde_json::from_str(full.text().unwrap()).unwrap();
    assert!(full["created_at"].is_string(), "{full}");
    assert_eq!(full["created_at"], full["updated_at"]);
}

#[test]
fn a_text_that_differs_in_its_time_alone_pays_for_no_transaction() {
    let desk = Desk::new();
    let before = desk.both();
    let stored = text(r#"["lunch"]"#);
    let other = stored.replace(
        r#""updated_at":"2026-01-20T14"#,
        r#""updated_at":"2026-01-21T09"#,
    );
    for text in [&other, &without_time(&stored)] {
        let file = desk.file("value.json", text);
        let answer = desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Clean);
        let said = "nothing to do: only `updated_at` differs";
        assert!(answer.out.contains(said), "{}", answer.out);
        assert!(answer.out.contains("--as-is writes it"), "{}", answer.out);
        assert_eq!(desk.both(), before);
    }
    let file = desk.file("value.json", &other);
    let put = ["put", KEY, &file, "--yes", "--as-is"];
    desk.run(&put).ended(Exit::Clean);
    assert_eq!(desk.full(), other);
}
