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
