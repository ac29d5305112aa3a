//! A draft whose document was written again meanwhile.

use super::*;
use crate::domain::Version;
use crate::journal::Text;

impl Desk {
    /// A draft of the document, made from this version.
    pub(super) fn draft(&self, base: u64, text: &str) {
        let session = self.session();
        let draft = Text {
            place: &session.place,
            key: &KEY.parse().unwrap(),
            base: Some(Version(base)),
            text,
        };
        session.drafts().save(draft).unwrap();
    }

    pub(super) fn drafts(&self) -> usize {
        let session = self.session();
        let found = session.drafts().load(&session.place, &KEY.parse().unwrap());
        found.drafts.len()
    }

    /// Somebody else writes the value.
    fn theirs(&self, text: &str) {
        self.values.set_delay(None);
        self.values.put(KEY, Codec::Base64.encode(text));
        self.values.set_delay(Some(Duration::ZERO));
    }
}

const MINE: &str = r#"["lunch","mine"]"#;

#[test]
fn changes_of_two_people_at_two_places_are_both_written() {
    let desk = Desk::new();
    desk.draft(2, &text(MINE));
    desk.theirs(&text(r#"["lunch"]"#).replace("noon", "one"));

    let late = desk
        .run(&["edit", KEY, "--resume", "--yes"])
        .ended(Exit::Conflict);
    assert!(late.err.contains("--rebase"), "{}", late.err);
    assert!(late.err.contains("the draft stays in"), "{}", late.err);

    let dry = desk
        .run(&["edit", KEY, "--rebase", "--dry-run"])
        .ended(Exit::Clean);
    assert!(dry.out.contains("/keywords"), "{}", dry.out);
    assert!(!dry.out.contains("/summary"), "{}", dry.out);
    assert_eq!(desk.drafts(), 1);

    desk.run(&["edit", KEY, "--rebase", "--yes", "--as-is"])
        .ended(Exit::Clean);
    assert_eq!(desk.full(), text(MINE).replace("noon", "one"));
    assert_eq!(desk.drafts(), 0);
}

#[test]
fn a_place_that_both_changed_is_named_and_nothing_is_written() {
    let desk = Desk::new();
    desk.draft(2, &text(MINE));
    desk.theirs(&text(r#"["theirs"]"#).replace("noon", "one"));
    let before = desk.both();
    for line in [
        ["edit", KEY, "--rebase", "--yes"],
        ["edit", KEY, "--resume", "--yes"],
    ] {
        let refused = desk.run(&line).ended(Exit::Conflict);
        assert!(
            refused.err.contains("both changed /keywords"),
            "{}",
            refused.err
        );
        assert!(!refused.err.contains("/summary"), "{}", refused.err);
        assert!(
            refused.err.contains("the draft stays in"),
            "{}",
            refused.err
        );
    }
    assert_eq!(desk.both(), before);
    assert_eq!(desk.drafts(), 1);
}

#[test]
fn a_draft_without_a_known_beginning_is_not_guessed_at() {
    let desk = Desk::new();
    desk.draft(77, &text(MINE));
    let refused = desk
        .run(&["edit", KEY, "--rebase", "--yes"])
        .ended(Exit::Conflict);
    assert!(
        refused.err.contains("is not known any more"),
        "{}",
        refused.err
    );

    let desk = Desk::new();
    desk.draft(2, "{ not json");
    let refused = desk
        .run(&["edit", KEY, "--rebase", "--yes"])
        .ended(Exit::Refused);
    assert!(refused.err.contains("not JSON"), "{}", refused.err);
    assert_eq!(desk.drafts(), 1);
    desk.run(&[
        "edit",
        "memcells:6979da5797f9041fc0aa0640",
        "--rebase",
        "--yes",
    ])
    .ended(Exit::Findings);
}

#[test]
fn a_draft_is_removed_only_by_its_name_and_is_named_by_recover() {
    let desk = Desk::new();
    desk.draft(2, &text(MINE));
    let told = desk.run(&["recover"]).ended(Exit::Clean);
    assert!(
        told.err.contains(&format!("dualscope edit {KEY} --resume")),
        "{}",
        told.err
    );
    assert!(!told.err.contains("mine"), "{}", told.err);
    // Nobody is there to be asked.
    desk.run(&["edit", KEY, "--discard"]).ended(Exit::Usage);
    assert_eq!(desk.drafts(), 1);
    desk.run(&["edit", KEY, "--discard", "--yes"])
        .ended(Exit::Clean);
    assert_eq!(desk.drafts(), 0);
    desk.run(&["edit", KEY, "--discard", "--yes"])
        .ended(Exit::Findings);
}
