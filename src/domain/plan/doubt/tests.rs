//! Texts that are written although readers will stumble.

use super::*;
use crate::domain::full::Codec;
use crate::domain::plan::{Before, Fence};
use crate::domain::{Catalog, Collection, Key};

fn said(id: &str, text: &str) -> String {
    let key = Key {
        collection: Collection::new("memcells"),
        id: id.into(),
    };
    let plan = Plan {
        action: Action::Create,
        id: key.id_candidates().remove(0),
        key,
        before: Before {
            lite: None,
            stored: None,
        },
        value: Some(ValueWrite {
            bytes: Codec::Base64.encode(text).into(),
            fence: Fence::Absent,
        }),
        lite: None,
    };
    let model = Catalog::builtin().get(&plan.key.collection);
    doubts(&plan, model).join("\n")
}

const ID: &str = "6979da5797f9041fc0aa063f";

#[test]
fn what_readers_will_stumble_over_is_said() {
    let deep = format!(
        r#"{{"id":1,"a":{}1{}}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    for (id, text, words) in [
        (
            ID,
            r#"{"id":"1","a":1,"b":{"c":1,"c":2}}"#,
            "/b/c is there twice",
        ),
        (ID, deep.as_str(), "nested 5002 deep"),
        (ID, r#"{"id":"1","a":[1,1e400]}"#, "/a/1 is a number beyond"),
        (
            ID,
            r#"{"id":"1","a":["\ud800"]}"#,
            "/a/0 has half of a character",
        ),
        (
            ID,
            r#"{"id":"1","a":"\ude00x"}"#,
            "/a has half of a character",
        ),
        (ID, r#"{"id":"1","\ud83dx":1}"#, "has half of a character"),
        (ID, r#"{"a":1}"#, "has no `id`"),
        ("zzz", r#"{"id":"zzz"}"#, "zzz is not an ObjectId"),
    ] {
        let said = said(id, text);
        assert!(said.contains(words) && !said.contains('\n'), "{said}");
    }
    assert_eq!(said(ID, r#"{"id":"1","a":[1e300,{"b":1}]}"#), "");
    assert_eq!(
        said(ID, r#"{"id":"1","a":"\ud83d\ude00 \\ud800 \u00e4"}"#),
        ""
    );
}

#[test]
fn what_was_so_before_is_not_said_again() {
    let old = Json::parse(r#"{"a":1,"a":2,"b":1e999,"d":"\ud800"}"#.into()).unwrap();
    let new = Json::parse(r#"{"a":1,"a":2,"b":1e999,"c":1,"d":"\ud800"}"#.into()).unwrap();
    assert_eq!(halved(&new, Some(&old)), None);
    assert_eq!(repeated(&new, Some(&old)), None);
    assert_eq!(endless(&new, Some(&old)), None);
    assert_eq!(deep(&new, Some(&old)), None);
}
