//! What is sent, and what is made of the answers; no server needed.

use std::io;

use mongodb::bson::{Bson as Value, Document as Query, doc};
use mongodb::error::Error;
use mongodb::options::UpdateModifications;
use rstest::rstest;

use super::outcome::outcome;
use super::rights::judge;
use super::{COMMAND_BYTES, Call, bytes_of, change, guard};
use crate::domain::bson::Document;
use crate::domain::plan::LiteWrite;
use crate::domain::{Bson, Collection, Lite};
use crate::store::error::{Kind, Retry, StoreError};
use crate::store::port::CheckVerdict;

fn lite(fields: &[(&str, Bson)]) -> Lite {
    let mut all = vec![("_id".to_owned(), Bson::Int32(1))];
    all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())));
    Lite::new(Document(all))
}

fn update(fields: &[(&str, Option<Bson>)]) -> LiteWrite {
    LiteWrite::Update(
        fields
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect(),
    )
}

fn sent(before: &Lite, write: &LiteWrite, room: usize) -> Result<Query, StoreError> {
    guard::filter(&before.id, before, write, room)
}

#[test]
fn every_field_is_compared_as_data_and_by_type() {
    let before = lite(&[("a", Bson::String("$b".to_owned())), ("n", Bson::Null)]);
    let write = update(&[("a", Some(Bson::Null)), ("new", Some(Bson::Null))]);
    let expected = doc! {
        "_id": { "$eq": 1 },
        "$expr": { "$and": [
            { "$eq": [{ "$type": "$_id" }, "int"] },
            { "$eq": ["$_id", { "$literal": 1 }] },
            { "$eq": [{ "$type": "$a" }, "string"] },
            { "$eq": ["$a", { "$literal": "$b" }] },
            { "$in": [{ "$type": "$n" }, ["null", "missing"]] },
            { "$eq": [{ "$type": "$new" }, "missing"] },
        ] },
    };
    assert_eq!(sent(&before, &write, COMMAND_BYTES), Ok(expected));
}

#[test]
fn odd_names_are_asked_for_among_the_names() {
    let before = lite(&[("a.b", Bson::Null)]);
    let filter = sent(&before, &update(&[("$c", None)]), COMMAND_BYTES).unwrap();
    let tests = filter
        .get_document("$expr")
        .unwrap()
        .get_array("$and")
        .unwrap();
    let names = doc! {
        "$map": { "input": { "$objectToArray": "$$ROOT" }, "in": "$$this.k" },
    };
    let missing = |name: &str| doc! { "$not": [{ "$in": [{ "$literal": name }, names.clone()] }] };
    let get = doc! { "field": { "$literal": "a.b" }, "input": "$$ROOT" };
    let is_null = doc! { "$eq": [{ "$type": { "$getField": get } }, "null"] };
    let unset = doc! { "$or": [is_null, missing("a.b")] };
    assert_eq!(tests[2..], [Value::from(unset), Value::from(missing("$c"))]);
}

#[test]
fn a_removal_asks_for_no_other_fields() {
    let filter = sent(&lite(&[]), &LiteWrite::Remove, COMMAND_BYTES).unwrap();
    let tests = filter
        .get_document("$expr")
        .unwrap()
        .get_array("$and")
        .unwrap();
    let names = doc! {
        "$map": { "input": { "$objectToArray": "$$ROOT" }, "in": "$$this.k" },
    };
    let last = doc! { "$setIsSubset": [names, { "$literal": ["_id"] }] };
    assert_eq!(tests.last(), Some(&Value::from(last)));
}

#[test]
fn what_cannot_be_sent_back_is_guarded_by_its_type() {
    let odd = |kind| Bson::Other {
        kind,
        ejson: String::new(),
    };
    let before = lite(&[("p", odd("dbPointer")), ("u", odd("unreadable"))]);
    let filter = sent(&before, &update(&[]), COMMAND_BYTES).unwrap();
    let tests = filter
        .get_document("$expr")
        .unwrap()
        .get_array("$and")
        .unwrap();
    let pointer = doc! { "$eq": [{ "$type": "$p" }, "dbPointer"] };
    assert_eq!(tests[2..], [Value::from(pointer)]);
}

#[test]
fn too_much_to_compare_leaves_the_touched_fields_and_the_stamps() {
    let long = Bson::String("x".repeat(1000));
    let stamp = Bson::Date(5);
    let before = lite(&[
        ("long", long.clone()),
        ("a", Bson::Int32(1)),
        ("updated_at", stamp),
    ]);
    let write = update(&[("a", None)]);
    let all = sent(&before, &write, COMMAND_BYTES).unwrap();
    let size = bytes_of(&all).unwrap();
    assert_eq!(sent(&before, &write, size), Ok(all));
    let least = sent(&before, &write, size - 1).unwrap().to_string();
    assert!(!least.contains("$long"), "{least}");
    for kept in ["$_id", "$a", "$updated_at"] {
        assert!(least.contains(kept), "{least}");
    }
    let touching = update(&[("long", None)]);
    let error = sent(&before, &touching, 900).unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::TooLarge, Retry::Never));
}

/// By text: the driver's type has no equality.
#[track_caller]
fn assert_sent(change: &UpdateModifications, expected: &UpdateModifications) {
    assert_eq!(format!("{change:?}"), format!("{expected:?}"));
}

#[test]
fn plain_names_are_set_by_operators_and_odd_ones_by_stages() {
    let of = |write: LiteWrite| match write {
        LiteWrite::Update(fields) => change::of(&fields).unwrap().0,
        _ => unreachable!(),
    };
    let plain = of(update(&[("a", Some(Bson::Int64(1))), ("b", None)]));
    let expected = doc! { "$set": { "a": 1_i64 }, "$unset": { "b": "" } };
    assert_sent(&plain, &UpdateModifications::Document(expected));
    let only_set = of(update(&[("a", Some(Bson::Null))]));
    let expected = doc! { "$set": { "a": null } };
    assert_sent(&only_set, &UpdateModifications::Document(expected));
    let odd = of(update(&[
        ("a.b", Some(Bson::String("$x".to_owned()))),
        ("c", None),
    ]));
    let stage = |field: &str, value: Value| {
        let set = doc! { "field": { "$literal": field }, "input": "$$ROOT", "value": value };
        doc! { "$replaceWith": { "$setField": set } }
    };
    let stages = vec![
        stage("a.b", doc! { "$literal": "$x" }.into()),
        stage("c", "$$REMOVE".into()),
    ];
    assert_sent(&odd, &UpdateModifications::Pipeline(stages));
}

fn told(error: impl Into<Error>) -> StoreError {
    let call = Call {
        doing: "updating a document of memcells".to_owned(),
        address: "db.example.net:27017".to_owned(),
        typed: false,
        set: false,
    };
    outcome(&error.into(), &call)
}

#[rstest]
#[case(io::ErrorKind::ConnectionRefused, Retry::Safe)]
#[case(io::ErrorKind::ConnectionReset, Retry::AfterLooking)]
#[case(io::ErrorKind::UnexpectedEof, Retry::AfterLooking)]
#[case(io::ErrorKind::TimedOut, Retry::AfterLooking)]
#[case(io::ErrorKind::BrokenPipe, Retry::AfterLooking)]
#[case(io::ErrorKind::NotFound, Retry::AfterLooking)]
fn only_a_refused_connection_is_sure_not_to_have_written(
    #[case] kind: io::ErrorKind,
    #[case] retry: Retry,
) {
    let error = told(io::Error::new(kind, "private text"));
    assert_eq!(error.retry, retry, "{error}");
    assert!(!error.to_string().contains("private"), "{error}");
}

#[test]
fn an_error_that_nobody_knows_may_have_written() {
    let error = told(Error::custom("private text".to_owned()));
    assert_eq!(
        (error.kind, error.retry),
        (Kind::Unknown, Retry::AfterLooking)
    );
    assert!(!error.to_string().contains("private"), "{error}");
}

fn status(privileges: Vec<Query>) -> Query {
    let users = vec![doc! { "user": "someone", "db": "admin" }];
    doc! { "authInfo": { "authenticatedUsers": users, "authenticatedUserPrivileges": privileges } }
}

fn privilege(resource: Query, actions: &[&str]) -> Query {
    doc! { "resource": resource, "actions": actions.to_vec() }
}

const ALL: [&str; 4] = super::rights::NEEDED;

#[rstest]
#[case::whole(doc! { "db": "memsys", "collection": "" }, &ALL, CheckVerdict::Ok, "memsys")]
#[case::every(doc! { "db": "", "collection": "" }, &ALL, CheckVerdict::Ok, "memsys")]
#[case::any(doc! { "anyResource": true }, &["anyAction"], CheckVerdict::Ok, "memsys")]
#[case::reads(doc! { "db": "memsys", "collection": "" }, &["find"], CheckVerdict::Failed, "insert, update, remove")]
#[case::other(doc! { "db": "other", "collection": "" }, &ALL, CheckVerdict::Failed, "update")]
#[case::cluster(doc! { "cluster": true }, &ALL, CheckVerdict::Failed, "update")]
#[case::some(doc! { "db": "memsys", "collection": "a" }, &ALL, CheckVerdict::Warn, "not to b")]
fn rights_are_told_from_the_privileges(
    #[case] resource: Query,
    #[case] actions: &[&str],
    #[case] verdict: CheckVerdict,
    #[case] word: &str,
) {
    let names = ["a", "b"].map(Collection::new);
    let check = judge(
        "memsys",
        &names,
        &status(vec![privilege(resource, actions)]),
    );
    assert_eq!(check.verdict, verdict, "{check:?}");
    assert!(check.said.contains(word), "{check:?}");
    let asks = check.next.contains("`readWrite` on memsys");
    assert_eq!(asks, verdict != CheckVerdict::Ok, "{check:?}");
}

#[test]
fn privileges_of_several_roles_count_together() {
    let on = |name: &str| doc! { "db": "memsys", "collection": name };
    let parts = vec![
        privilege(on(""), &["find", "insert"]),
        privilege(on("a"), &["update", "remove"]),
        privilege(on("b"), &["update", "remove"]),
    ];
    let names = ["a", "b"].map(Collection::new);
    let check = judge("memsys", &names, &status(parts));
    assert_eq!(check.verdict, CheckVerdict::Ok, "{check:?}");
    assert!(check.said.contains("has now"), "{check:?}");
}

#[test]
fn a_server_that_says_nothing_about_rights_is_not_guessed_at() {
    let mut silent = status(vec![]);
    silent
        .get_document_mut("authInfo")
        .unwrap()
        .remove("authenticatedUserPrivileges");
    for answer in [
        silent,
        Query::new(),
        doc! { "authInfo": { "authenticatedUsers": [] } },
    ] {
        let check = judge("memsys", &[], &answer);
        assert_eq!(check.verdict, CheckVerdict::Skipped, "{check:?}");
    }
}
