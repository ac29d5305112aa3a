//! What recover offers of an open write, and that nothing that it says contradicts the rest.

use super::left_open::left;
use super::*;
use crate::domain::intent::{Ending, Fact, Receipt, Stage};

const SENT: Fact = Fact::Submitting {
    attempt: 1,
    boot: None,
    alone: false,
};

#[test]
fn finish_is_not_offered_where_somebody_else_changed_mongodb_after_the_value_was_written() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let said = "left alone: compare them, then rebuild the lite document".to_owned();
    let half = Fact::Ended {
        ending: Ending::HalfDone,
        said,
    };
    let line = ["put", KEY, &file, "--as-is"];
    let intent = left(&desk, &line, &[SENT, Fact::Submitted, half]);
    desk.values
        .put(KEY, Codec::Base64.encode(&text(r#"["trip"]"#)));
    let mut theirs = desk.lite().unwrap().fields;
    let field = theirs.0.iter_mut().find(|(name, _)| name == "keywords");
    field.unwrap().1 = Bson::Array(vec![Bson::String("theirs".to_owned())]);
    desk.index.put(&Collection::new("memcells"), theirs);
    let before = desk.both();

    let list = desk.run(&["recover"]).ended(Exit::Findings);
    let can = format!("can do     dualscope recover {intent} --drop\n");
    let then = format!("then       dualscope rebuild-lite {KEY}, which");
    for said in [&can, &then] {
        assert!(list.out.contains(said), "{}", list.out);
    }
    let json = desk.run(&["recover", "--json"]).ended(Exit::Findings);
    assert_eq!(json.json()[0]["choices"], serde_json::json!(["drop"]));
    let refused = desk
        .run(&["recover", "--finish", "--yes"])
        .ended(Exit::Refused);
    let why = format!(
        "finish is not offered, since MongoDB was changed by somebody else; what can be done: \
         dualscope recover {intent} --drop, then dualscope rebuild-lite {KEY}"
    );
    assert!(refused.err.contains(&why), "{}", refused.err);
    assert_eq!(desk.both(), before);

    // What it names leads to the end.
    desk.run(&["recover", &intent.0, "--drop", "--yes"])
        .ended(Exit::Clean);
    let done = ["rebuild-lite", KEY, "--yes", "--json"];
    let done = desk.run(&done).ended(Exit::Clean);
    assert_eq!(done.json()[0]["state"], "agrees");
    desk.run(&["recover"]).ended(Exit::Clean);
}

#[test]
fn how_far_a_write_is_agrees_with_what_is_certain_of_it() {
    for (stage, said) in [
        (Stage::Preparing, "sending the value was begun"),
        (Stage::Sent, "the transaction was sent"),
        (Stage::Mined, "the transaction is in a block"),
        (Stage::Uploaded, "the value was submitted"),
        (Stage::Reverted, "the transaction failed on the chain"),
    ] {
        let desk = Desk::new();
        let receipt = Receipt {
            stage,
            ..Receipt::default()
        };
        left(&desk, &["delete", KEY], &[SENT, Fact::Seen(receipt)]);
        let list = desk.run(&["recover"]).ended(Exit::Findings);
        let begun = list.out.lines().find(|line| line.contains("begun "));
        assert!(
            begun.is_some_and(|line| line.ends_with(said)),
            "{}",
            list.out
        );
        assert!(!list.out.contains("may or may not"), "{}", list.out);
    }
}

#[test]
fn where_a_later_look_can_tell_more_it_is_named_before_anything_that_ends_the_write() {
    let desk = Desk::new();
    let receipt = Receipt {
        stage: Stage::Sending,
        ..Receipt::default()
    };
    let intent = left(&desk, &["delete", KEY], &[SENT, Fact::Seen(receipt)]);
    desk.values
        .put(KEY, Codec::Base64.encode(&text(r#"["theirs"]"#)));
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    for said in [
        "whether the transaction was sent",
        &format!("can do     look again later, or dualscope recover {intent} --drop\n"),
    ] {
        assert!(list.out.contains(said), "{}", list.out);
    }
}
