//! What is said of a plan, as the document stands.

use std::sync::Arc;

use super::*;
use crate::domain::bson::{Bson, Document};
use crate::domain::document::Lite;
use crate::domain::full::{Body, Codec, Full};
use crate::domain::json::Json;
use crate::domain::key::Version;
use crate::domain::plan::{Before, Fence};

fn lite() -> Lite {
    Lite::new(Document(vec![("_id".to_owned(), Bson::Int32(1))]))
}

fn value() -> Stored {
    let json = Arc::new(Json::parse("{}".into()).unwrap());
    let body = Body::Json {
        codec: Codec::Plain,
        json,
    };
    Stored::Value {
        version: Version(7),
        full: Full {
            raw: Arc::from(*b"{}"),
            body,
        },
    }
}

fn plan(action: Action, stored: Stored, tombstone: bool) -> Plan {
    Plan {
        action,
        key: "things:1".parse().unwrap(),
        id: Bson::Int32(1),
        before: Before {
            lite: Some(lite()),
            stored: Some(stored),
        },
        value: tombstone.then(|| ValueWrite {
            bytes: Arc::from([]),
            fence: Fence::At(Version(7)),
        }),
        lite: Some(match action {
            Action::Delete => LiteWrite::Remove,
            _ => LiteWrite::Update(Vec::new()),
        }),
    }
}

fn found(state: State, said: &str) -> Diagnosis {
    Diagnosis {
        state,
        newer: None,
        said: said.into(),
        findings: Vec::new(),
        fields: Arc::from([]),
    }
}

#[test]
fn an_undo_is_promised_only_as_far_as_it_goes() {
    let whole = afterwards(&plan(Action::Delete, value(), true), None).join("\n");
    assert!(
        whole.contains("undo writes the value again and lists"),
        "{whole}"
    );
    let bare = afterwards(&plan(Action::Delete, Stored::Absent, false), None).join("\n");
    assert!(bare.contains("no value is written"), "{bare}");
    let gone = afterwards(&plan(Action::Delete, value(), true), Some("too large")).join("\n");
    assert!(
        gone.contains("tombstone") && !gone.contains("undo"),
        "{gone}"
    );
    // The undo of a first value under a document that MongoDB listed before.
    let first = afterwards(&plan(Action::Undo, value(), true), None);
    assert_eq!(
        first,
        [
            "0G holds a tombstone under the key",
            "MongoDB lists the document still"
        ]
    );
    let none = afterwards(&plan(Action::Restore, value(), false), None);
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn what_a_write_leads_to_is_said_where_it_leads_there_and_nowhere_else() {
    let said = |action: Action, stored: Stored, state: State, words: &str| {
        let tombstone = matches!(stored, Stored::Value { .. });
        consequences(&plan(action, stored, tombstone), &found(state, words)).join("\n")
    };
    let only = said(Action::Delete, Stored::Absent, State::FullInMongo, "");
    assert!(only.contains("the only copy"), "{only}");
    let kept = said(
        Action::Delete,
        Stored::Absent,
        State::Unchecked,
        "kept in MongoDB only",
    );
    assert!(kept.contains("the only copy"), "{kept}");
    let bare = said(
        Action::Restore,
        Stored::Absent,
        State::SoftDeletedNoValue,
        "",
    );
    assert!(bare.contains("live without a value"), "{bare}");
    let late = said(
        Action::Delete,
        Stored::Absent,
        State::Pending,
        "written 26 s ago",
    );
    assert!(
        late.contains("written 26 s ago") && late.contains("not listed"),
        "{late}"
    );
    for (action, stored, state) in [
        (Action::Delete, value(), State::FullInMongo),
        (Action::Delete, value(), State::Agrees),
        (Action::Restore, value(), State::SoftDeleted),
        (Action::SoftDelete, Stored::Absent, State::Pending),
    ] {
        let mut plan = plan(action, stored, action == Action::Delete);
        if action == Action::Restore {
            plan.value = None;
        }
        let said = consequences(&plan, &found(state, ""));
        assert!(said.is_empty(), "{action:?} {said:?}");
    }
}

#[test]
fn a_document_goes_with_a_word_where_the_node_does_not_tell_how_far_it_sees() {
    let plan = plan(Action::Delete, Stored::Absent, false);
    let mut seen = found(State::NeverWritten, "never written");
    let told = |seen: &Diagnosis| {
        let said = consequences(&plan, seen).join("; ");
        said.contains("does not tell where its history begins")
    };
    assert!(!told(&seen));
    seen.findings.push(crate::domain::diagnose::Finding {
        code: REACH_UNTOLD,
        said: "told".into(),
    });
    assert!(told(&seen));
}
