//! What a refusal says to do instead must lead somewhere: it names a command only where that would
//! find something.

use super::*;

const OTHER: &str = "memcells:6979da5797f9041fc0aa0640";

impl Desk {
    /// The document of that key is listed as well.
    fn listed(&self, key: &str) {
        let key: Key = key.parse().unwrap();
        let mut fields = lite();
        fields.0[0].1 = Bson::object_id_from_hex(&key.id).unwrap();
        self.index.put(&key.collection, fields);
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
        &["edit", OTHER, "--yes"],
        (
            Exit::Refused,
            &format!("{OTHER} has no value to edit"),
            &format!("`dualscope put {OTHER} FILE` writes a first one\n"),
        ),
    );
    desk.refusal(
        &["put-back", OTHER, "--version", "1", "--yes"],
        (
            Exit::Findings,
            &format!("{OTHER} has no version 1"),
            "it was never written, as far as this node can see\n",
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
