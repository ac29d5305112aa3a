//! Taking a write back where the journal keeps no values.

use super::*;

#[test]
fn an_undo_without_the_value_before_takes_it_from_the_stores_own_history() {
    let mut desk = Desk::new();
    desk.settings.journal.keep_values = false;
    let file = desk.file("value.json", &text(r#"["lunch","trip"]"#));
    let before = desk.lite();
    desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Clean);
    // The store's own history has what it replaced.
    desk.run(&["undo", "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.full(), text(r#"["lunch"]"#));
    assert_eq!(desk.lite(), before);
    desk.run(&["redo", "--yes"]).ended(Exit::Clean);
    assert!(desk.full().contains("trip"), "{}", desk.full());
    desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
    desk.run(&["undo", "--yes"]).ended(Exit::Clean);
    assert!(desk.full().contains("trip"), "{}", desk.full());

    // Not where the node's history begins later than that.
    desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
    let tombstone = desk.stored().version().unwrap().0;
    desk.values = Arc::new(MemoryValues::new("stream"));
    desk.values.skip(tombstone);
    assert_eq!(desk.values.delete(KEY).0, tombstone);
    desk.values.set_window(Some(true), Some(tombstone));
    let gone = desk.both();
    let refused = desk.run(&["undo", "--yes"]).ended(Exit::Refused);
    for said in ["journal.keep_values is off", &format!("v{}", tombstone - 1)] {
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    assert_eq!(desk.both(), gone);
}
