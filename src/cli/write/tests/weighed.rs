//! What a plan is said to lead to before it is agreed to, and plans that are refused since they
//! could not be carried out.

use super::*;

/// A text of this many bytes and a few.
fn large(bytes: usize) -> String {
    text(&format!(r#"["{}"]"#, "x".repeat(bytes)))
}

/// A desk whose value is larger than what can be written.
fn too_large() -> Desk {
    let desk = Desk::new();
    desk.values.put(KEY, Codec::Base64.encode(&large(200_000)));
    desk
}

#[test]
fn a_delete_that_no_undo_could_take_back_says_so_and_its_undo_is_no_plan() {
    let desk = too_large();
    let dry = desk.run(&["delete", KEY, "--dry-run"]).ended(Exit::Clean);
    assert!(dry.out.contains("can NOT be undone"), "{}", dry.out);
    assert!(dry.out.contains("at most 100000"), "{}", dry.out);
    assert!(!dry.out.contains("undo writes"), "{}", dry.out);
    let done = desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
    assert!(done.err.contains("can NOT be undone"), "{}", done.err);
    let before = desk.both();
    for how in ["--dry-run", "--yes"] {
        let undo = desk.run(&["undo", how]).ended(Exit::Refused);
        assert!(
            undo.err.contains("at most 100000 can be written"),
            "{}",
            undo.err
        );
    }
    assert_eq!(desk.both(), before);

    let desk = Desk::new();
    let dry = desk.run(&["delete", KEY, "--dry-run"]).ended(Exit::Clean);
    assert!(!dry.out.contains("can NOT"), "{}", dry.out);
    for said in ["0G holds a tombstone", "undo writes the value again"] {
        assert!(dry.out.contains(said), "{}", dry.out);
    }
}

#[test]
fn a_plan_that_cannot_be_carried_is_refused_when_it_is_made() {
    let desk = Desk::new();
    let before = desk.both();
    let file = desk.file("large.json", &large(200_000));
    let said = "at most 100000 can be written";
    let dry = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Refused);
    assert!(dry.err.contains(said) && dry.out.is_empty(), "{}", dry.err);
    let yes = desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Refused);
    assert!(yes.out.contains(said), "{} {}", yes.out, yes.err);
    assert_eq!(desk.both(), before);
}

#[test]
fn a_restore_of_what_has_no_value_says_what_becomes_live() {
    let desk = Desk::new();
    desk.run(&["soft-delete", KEY, "--yes"]).ended(Exit::Clean);
    desk.values.delete(KEY);
    let dry = desk.run(&["restore", KEY, "--dry-run"]).ended(Exit::Clean);
    assert!(dry.out.contains("live without a value"), "{}", dry.out);
}

#[test]
fn stray_marks_are_taken_back_and_nothing_else() {
    let desk = Desk::new();
    let clean = desk.lite().unwrap().fields;
    let mut marked = clean.clone();
    let by = marked.0.iter_mut().find(|(name, _)| name == "deleted_by");
    by.unwrap().1 = Bson::String("admin".to_owned());
    let memcells = Collection::new("memcells");
    desk.index.put(&memcells, marked);
    desk.run(&["restore", KEY, "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.lite().unwrap().fields, clean);
    let again = desk.run(&["restore", KEY, "--yes"]).ended(Exit::Clean);
    assert!(again.out.contains("not soft-deleted"), "{}", again.out);
}

#[test]
fn a_text_that_damages_a_document_is_refused_or_said() {
    let desk = Desk::new();
    let whole = text(r#"["lunch"]"#);
    let id = r#","id":"6979da5797f9041fc0aa063f""#;
    let file = desk.file("value.json", &whole.replace(id, ""));
    let gone = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Refused);
    assert!(gone.err.contains("`id` must stay"), "{}", gone.err);
    let file = desk.file("value.json", "{}");
    let bare = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Refused);
    assert!(bare.err.contains("required field"), "{}", bare.err);
    let twice = whole.replace(id, &format!(r#","summary":"again"{id}"#));
    let file = desk.file("value.json", &twice);
    let said = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Clean);
    assert!(said.out.contains("/summary is there twice"), "{}", said.out);
    let file = desk.file(
        "value.json",
        &whole.replace("6979da5797f9041fc0aa063f", "zzz"),
    );
    let odd = desk
        .run(&["put", "memcells:zzz", &file, "--dry-run"])
        .ended(Exit::Clean);
    assert!(odd.out.contains("zzz is not an ObjectId"), "{}", odd.out);
}

#[test]
fn a_refusal_names_a_step_that_helps() {
    let desk = Desk::new();
    let misfiled = text(r#"["lunch"]"#).replace("6979da5797f9041fc0aa063f", "0000");
    desk.values.put(KEY, Codec::Base64.encode(&misfiled));
    let mend = desk
        .run(&["rebuild-lite", KEY, "--yes"])
        .ended(Exit::Refused);
    assert!(
        mend.err.contains(&format!("edit {KEY} mends")),
        "{}",
        mend.err
    );
    let tombstone = desk.values.delete(KEY).0.to_string();
    let back = desk
        .run(&["rebuild-lite", KEY, "--yes"])
        .ended(Exit::Refused);
    assert!(back.err.contains("put-back brings"), "{}", back.err);
    let empty = ["put-back", KEY, "--version", &tombstone, "--yes"];
    let empty = desk.run(&empty).ended(Exit::Refused);
    assert!(empty.err.contains("choose a version"), "{}", empty.err);
}

#[test]
fn a_difference_that_nobody_reads_is_not_agreed_to() {
    let closed = crate::cli::write::unseen(Stop::Closed);
    let Stop::Fault(fault) = closed else {
        panic!("a write that was never asked about ended well");
    };
    assert_eq!(fault.exit, Exit::Usage);
    assert!(fault.hint[0].contains("nothing was written"), "{fault:?}");
}

#[test]
fn a_write_to_a_collection_that_does_not_exist_is_a_fault_of_the_command_line() {
    let desk = Desk::new();
    let file = desk.file("value.json", r#"{"id":"1"}"#);
    let lines: [&[&str]; 7] = [
        &["put", "memcell:1", &file],
        &["edit", "memcell:1"],
        &["delete", "memcell:1"],
        &["soft-delete", "memcell:1"],
        &["restore", "memcell:1"],
        &["rebuild-lite", "memcell:1"],
        &["put-back", "memcell:1", "--version", "1"],
    ];
    for line in lines {
        let refused = desk.run(&[line, &["--yes"]].concat()).ended(Exit::Usage);
        for said in [
            "there is no collection \"memcell\"",
            "memcells",
            "nothing was written",
        ] {
            assert!(refused.err.contains(said), "{line:?}: {}", refused.err);
        }
    }
    // A value may outlive its collection, and goes all the same.
    desk.values.put("memcell:1", Codec::Base64.encode("{}"));
    desk.run(&["delete", "memcell:1", "--yes"])
        .ended(Exit::Clean);
    // A collection that is known is there with its first document.
    desk.run(&["delete", "episodic_memories:1", "--yes"])
        .ended(Exit::Refused);
}

#[test]
fn a_line_break_in_a_key_breaks_no_line() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let key = "memcells:6\n9";
    for line in [
        &["put", key, &file, "--yes"][..],
        &["edit", key, "--yes"],
        &["delete", key, "--yes"],
        &["put-back", key, "--version", "1", "--yes"],
        &["history", key],
    ] {
        let refused = desk.run(line);
        assert_ne!(refused.exit, Exit::Clean, "{}", refused.out);
        let all = refused.out + &refused.err;
        assert!(!all.contains("6\n9"), "{line:?}: {all}");
        assert!(
            all.contains("6␊9") || line[0] == "delete",
            "{line:?}: {all}"
        );
    }
}
