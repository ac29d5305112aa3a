//! What a refusal says to do instead must lead somewhere: it names a command only where that would
//! find something.

use super::*;

const EPISODE: &str = "episodic_memories:6979da5797f9041fc0aa063f";
const SECRETS: &str = "user_secrets:6979da5797f9041fc0aa063f";
const OTHER: &str = "memcells:6979da5797f9041fc0aa0640";
const NEW: &str = "memcells:6979da5797f9041fc0aa0777";

impl Desk {
    /// The document of that key is listed as well.
    fn listed(&self, key: &str) {
        let key: Key = key.parse().unwrap();
        let mut fields = lite();
        fields.0[0].1 = Bson::object_id_from_hex(&key.id).unwrap();
        self.index.put(&key.collection, fields);
    }

    fn stores(&self, key: &str, raw: &[u8]) {
        self.values.set_delay(None);
        self.values.put(key, raw.to_vec());
        self.values.set_delay(Some(Duration::ZERO));
    }

    /// What a refused command says; nothing was written by it.
    #[track_caller]
    fn refusal(&self, line: &[&str], (exit, said, hint): (Exit, &str, &str)) {
        let refused = self.run(line);
        assert_eq!(refused.exit, exit, "{}", refused.err);
        let lines = format!("{said}\n  {hint}");
        assert!(
            refused.err.contains(&lines),
            "{lines}\n---\n{}",
            refused.err
        );
        let history = self.run(&["history", line[1]]);
        if hint.contains("`dualscope history") {
            assert_eq!(history.exit, Exit::Clean, "{hint}: {}", history.err);
        }
    }
}

#[test]
fn a_key_that_was_never_written_has_no_versions_to_list() {
    let desk = Desk::new();
    desk.listed(OTHER);
    desk.refusal(
        &["edit", NEW, "--yes"],
        (
            Exit::Refused,
            &format!("{NEW} has no value to edit"),
            &format!("`dualscope put {NEW} FILE` writes a first one\n"),
        ),
    );
    desk.refusal(
        &["put-back", OTHER, "--version", "1", "--yes"],
        (
            Exit::Findings,
            &format!("{OTHER} was never written, as far as this node can see"),
            "nothing was written\n",
        ),
    );
    desk.refusal(
        &["put-back", KEY, "--version", "7", "--yes"],
        (
            Exit::Findings,
            &format!("{KEY} has no version 7"),
            &format!("`dualscope history {KEY}` lists its versions\n"),
        ),
    );
    desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
    desk.refusal(
        &["edit", KEY, "--yes"],
        (
            Exit::Refused,
            &format!("{KEY} has no value to edit"),
            &format!(
                "`dualscope put {KEY} FILE` writes a first one, `dualscope history {KEY}` lists \
                 older ones\n"
            ),
        ),
    );
}

#[test]
fn where_a_collection_has_no_marks_the_way_that_is_left_is_named() {
    let desk = Desk::new();
    desk.listed(EPISODE);
    let none = "episodic_memories has no delete marks";
    let refused = |line: &[&str], hint: &str| desk.refusal(line, (Exit::Refused, none, hint));
    refused(
        &["soft-delete", EPISODE, "--yes"],
        "delete takes the document from MongoDB, undo lists it again; nothing was written\n",
    );
    refused(&["restore", EPISODE, "--yes"], "nothing was written\n");
    desk.stores(EPISODE, b"{}");
    refused(
        &["soft-delete", EPISODE, "--yes"],
        "delete it with a tombstone instead; nothing was written\n",
    );
    refused(&["restore", EPISODE, "--yes"], "nothing was written\n");
    desk.stores(EPISODE, b"");
    refused(
        &["restore", EPISODE, "--yes"],
        "put-back writes an older version of the value that was deleted; nothing was written\n",
    );
}

#[test]
fn a_text_is_not_edited_where_mongodb_alone_keeps_the_documents() {
    let desk = Desk::new();
    desk.listed(SECRETS);
    let key: Key = SECRETS.parse().unwrap();
    let ids = key.id_candidates();
    let held = || {
        let found = desk.index.by_ids(&key.collection, &ids);
        desk.runtime.block_on(found).unwrap()
    };
    let before = held();
    assert_eq!(before.len(), 1);
    for more in [&[][..], &["--dry-run"], &["--fresh"]] {
        let line = [&["edit", SECRETS, "--yes"], more].concat();
        desk.refusal(
            &line,
            (
                Exit::Refused,
                "user_secrets is kept in MongoDB only",
                "it has no full values; nothing was written\n",
            ),
        );
    }
    assert_eq!(held(), before);
    assert!(desk.session().drafts().list().drafts.is_empty());
}

#[test]
fn a_lite_document_is_not_made_from_what_cannot_be_read() {
    let desk = Desk::new();
    desk.listed(OTHER);
    let none = "there is no readable value to make the lite document from";
    let refused = |hint: &str| {
        desk.refusal(
            &["rebuild-lite", OTHER, "--yes"],
            (Exit::Refused, none, hint),
        );
    };
    refused(
        "a first value has to be written before (put, or edit on the screen); nothing was written\n",
    );
    for raw in [&b"not json"[..], b"\xff\xfe", b"{\"id\":"] {
        desk.stores(OTHER, raw);
        refused(
            "put-back an older version that can be read, or put another; nothing was written\n",
        );
    }
    desk.stores(OTHER, b"");
    refused(
        "put-back brings an older version back, delete finishes the delete; nothing was written\n",
    );
}
