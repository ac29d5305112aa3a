//! The proof that a key was deleted: when, which version, what was there before.

use super::*;

fn proof(desk: &Desk) -> (String, Value) {
    let told = desk.run(&["history", KEY]).ended(Exit::Clean).out;
    let json = desk.run(&["history", KEY, "--json"]).ended(Exit::Clean);
    let line = json.json().pop().unwrap();
    assert_eq!(line["state"], "deleted");
    assert_eq!(
        (&line["version"], &line["live"], &line["last"]),
        (&3.into(), &2.into(), &2.into())
    );
    (told, line)
}

/// The last content says itself when it was written.
fn says_bound(told: &str, line: &Value) {
    assert_eq!(line["not_before"], "2026-01-20T14:00:00Z");
    assert!(told.contains("not before 2026-01-20T14:00:00Z"), "{told}");
}

/// Somebody else's tombstone.
fn deleted(desk: &Desk) {
    desk.values.set_delay(None);
    desk.values.delete(KEY);
}

#[test]
fn of_a_write_of_ours_the_journal_knows_the_time() {
    let desk = Desk::new();
    desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
    let (told, line) = proof(&desk);
    let intent = line["intent"].as_str().unwrap();
    assert_eq!(line["when_by"], "journal");
    assert!(!told.contains("not before"), "it is known better: {told}");
    let when = format!(
        "when: {}, by the journal of this machine (write {intent})",
        line["when"].as_str().unwrap()
    );
    assert!(told.contains(&when), "{told}");
}

#[test]
fn the_mark_of_a_soft_delete_is_not_the_time_of_the_tombstone() {
    let desk = Desk::new();
    desk.run(&["soft-delete", KEY, "--yes"]).ended(Exit::Clean);
    deleted(&desk);
    let (told, line) = proof(&desk);
    says_bound(&told, &line);
    let Some(Bson::Date(at)) = desk.lite().unwrap().get("deleted_at").cloned() else {
        panic!("it is soft-deleted");
    };
    let at = crate::domain::time::iso(at).unwrap();
    assert_eq!(
        (&line["when"], &line["when_by"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(line["soft_deleted"], *at);
    assert!(told.contains("when: not known by the node"), "{told}");
    let marked = format!("its soft delete in MongoDB was at {at}");
    assert!(told.contains(&marked), "{told}");
}

#[test]
fn where_nobody_knows_it_that_is_said() {
    let desk = Desk::new();
    deleted(&desk);
    let (told, line) = proof(&desk);
    says_bound(&told, &line);
    assert_eq!(
        (&line["when"], &line["when_by"]),
        (&Value::Null, &Value::Null)
    );
    assert!(told.contains("when: not known by the node"), "{told}");
}
