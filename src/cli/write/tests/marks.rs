//! What is so already is no failure: nothing is written, and the exit code is that of a success.

use super::*;

#[test]
fn a_mark_that_is_set_or_gone_already_is_nothing_to_do_as_anywhere_else() {
    let desk = Desk::new();
    let before = desk.both();
    let alive = desk.run(&["restore", KEY, "--yes"]).ended(Exit::Clean);
    let said = format!("{KEY}: nothing to do: it is not soft-deleted\n");
    assert_eq!(alive.out, said);
    assert_eq!(desk.both(), before);
    desk.run(&["soft-delete", KEY, "--yes"]).ended(Exit::Clean);
    let marked = desk.both();
    let again = desk.run(&["soft-delete", KEY, "--by", "x", "--yes", "--json"]);
    let line = &again.ended(Exit::Clean).json()[0];
    assert_eq!(line["ending"], "nothing-to-do");
    assert_eq!(line["key"], KEY);
    assert_eq!(line["said"], "it is soft-deleted already");
    assert_eq!(desk.both(), marked);
}

#[test]
fn what_a_write_leaves_of_a_whole_document_in_mongodb_is_said_and_can_be_taken_out() {
    let desk = Desk::new();
    let mut whole = lite();
    let summary = Bson::String("lunch \u{2014} at noon".to_owned());
    whole.0.push(("summary".to_owned(), summary));
    desk.index.put(&Collection::new("memcells"), whole.clone());
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let said = "MongoDB's document still holds fields of the full value (summary)";
    let dry = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Clean);
    let way = format!("`dualscope rebuild-lite {KEY}` takes out what the value says too");
    assert!(
        dry.out.contains(said) && dry.out.contains(&way),
        "{}",
        dry.out
    );

    let dry = desk
        .run(&["rebuild-lite", KEY, "--dry-run"])
        .ended(Exit::Clean);
    assert!(!dry.out.contains(said), "{}", dry.out);
    let done = desk
        .run(&["rebuild-lite", KEY, "--yes", "--json"])
        .ended(Exit::Clean);
    assert_eq!(done.json()[0]["state"], "agrees");
    assert_eq!(desk.lite().unwrap().fields, lite());
    desk.run(&["rebuild-lite", KEY, "--yes"]).ended(Exit::Clean);
    desk.run(&["undo", "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.lite().unwrap().fields, whole);
}

#[test]
fn what_mongodb_alone_holds_is_not_taken_out() {
    let desk = Desk::new();
    let mut whole = lite();
    let mine = |name: &str, text: &str| (name.to_owned(), Bson::String(text.to_owned()));
    whole.0.push(mine("summary", "lunch \u{2014} at noon"));
    whole.0.push(mine("episode", "nobody else has it"));
    desk.index.put(&Collection::new("memcells"), whole.clone());
    let refused = desk
        .run(&["rebuild-lite", KEY, "--yes"])
        .ended(Exit::Refused);
    let said = "MongoDB's document holds episode, and the value does not say the same";
    assert!(refused.err.contains(said), "{}", refused.err);
    assert_eq!(desk.lite().unwrap().fields, whole);

    // what differs is settled first, and nothing goes with it
    whole.0.retain(|(name, _)| name != "episode");
    whole.0.last_mut().unwrap().1 = Bson::String("older".to_owned());
    desk.index.put(&Collection::new("memcells"), whole.clone());
    desk.run(&["rebuild-lite", KEY, "--yes"]).ended(Exit::Clean);
    let now = desk.lite().unwrap();
    let says = Bson::String("lunch \u{2014} at noon".to_owned());
    assert_eq!(now.get("summary"), Some(&says));
    desk.run(&["rebuild-lite", KEY, "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.lite().unwrap().get("summary"), None);
}
