//! The rule of the guard, case by case.

use super::*;

fn lite(fields: &[(&str, Bson)]) -> Lite {
    let mut all = vec![("_id".to_owned(), Bson::Int32(1))];
    all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())));
    Lite::new(Document(all))
}

fn set(name: &str, value: Bson) -> LiteWrite {
    LiteWrite::Update(vec![(name.to_owned(), Some(value))])
}

#[test]
fn every_field_that_was_read_must_still_be_so() {
    let before = lite(&[("a", Bson::Int32(1)), ("b", Bson::Int32(2))]);
    let write = set("a", Bson::Int32(5));
    assert!(write.holds(Some(&before), Some(&before)));
    let turned = lite(&[("b", Bson::Int32(2)), ("a", Bson::Int32(1))]);
    assert!(
        write.holds(Some(&before), Some(&turned)),
        "order is nothing"
    );
    for now in [
        lite(&[("a", Bson::Int32(1)), ("b", Bson::Int32(3))]),
        lite(&[("a", Bson::Int32(1)), ("b", Bson::Int64(2))]),
        lite(&[("a", Bson::Int32(1)), ("b", Bson::Null)]),
        lite(&[("a", Bson::Int32(1))]),
    ] {
        assert!(!write.holds(Some(&before), Some(&now)), "{now:?}");
    }
    assert!(!write.holds(Some(&before), None));
    assert!(!write.holds(None, Some(&before)));
}

#[test]
fn a_null_may_go_and_nothing_may_come_where_the_write_writes() {
    let (null, missing) = (lite(&[("a", Bson::Null)]), lite(&[]));
    let one = lite(&[("a", Bson::Int32(1))]);
    let write = set("a", Bson::Int32(5));
    assert!(write.holds(Some(&null), Some(&missing)));
    assert!(!write.holds(Some(&missing), Some(&null)));
    assert!(!write.holds(Some(&missing), Some(&one)));
    let elsewhere = set("b", Bson::Int32(5));
    assert!(elsewhere.holds(Some(&missing), Some(&one)));
    assert!(!LiteWrite::Remove.holds(Some(&missing), Some(&one)));
}

#[test]
fn numbers_are_the_same_only_to_the_bit() {
    let nan = Bson::Double(f64::NAN);
    assert!(same(&nan, &nan));
    assert!(!same(&Bson::Double(0.0), &Bson::Double(-0.0)));
    assert!(!same(&Bson::Int32(1), &Bson::Int64(1)));
    let list = |value: &Bson| Bson::Array(vec![value.clone()]);
    assert!(same(&list(&nan), &list(&nan)));
    assert!(!same(&list(&Bson::Int32(1)), &list(&Bson::Double(1.0))));
}

#[test]
fn a_write_that_contradicts_itself_is_told() {
    let (id, before) = (Bson::Int32(1), lite(&[]));
    let contradicts = |write: LiteWrite, before: Option<&Lite>| {
        matches!(write.unfit(&id, before), Some(Unfit::Contradiction(_)))
    };
    let insert = LiteWrite::Insert(before.fields.clone());
    assert!(contradicts(insert.clone(), Some(&before)));
    assert!(contradicts(LiteWrite::Insert(Document::default()), None));
    assert!(contradicts(set("a", Bson::Null), None));
    assert!(contradicts(set("_id", Bson::Int32(2)), Some(&before)));
    assert!(matches!(
        LiteWrite::Remove.unfit(&Bson::Int64(1), Some(&before)),
        Some(Unfit::Contradiction(_))
    ));
    assert_eq!(insert.unfit(&id, None), None);
    assert_eq!(LiteWrite::Remove.unfit(&id, None), None);
}

#[test]
fn what_would_not_be_stored_as_it_is_is_refused() {
    let id = Bson::Int32(1);
    let before = lite(&[("twin", Bson::Null), ("twin", Bson::Null)]);
    let zero = Bson::Timestamp {
        time: 0,
        increment: 0,
    };
    let odd = Bson::Other {
        kind: "dbPointer",
        ejson: String::new(),
    };
    for write in [
        set("twin", Bson::Null),
        set("a", zero),
        set("a", Bson::Array(vec![odd])),
        LiteWrite::Update(vec![("a".to_owned(), None), ("a".to_owned(), None)]),
    ] {
        let unfit = write.unfit(&id, Some(&before));
        assert!(matches!(unfit, Some(Unfit::Unwritable(_))), "{write:?}");
    }
}
