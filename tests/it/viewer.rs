//! One document on the screen: what keys do there, what it looks like, what always holds.

mod differences;
mod properties;
mod screens;
mod search;
mod speed;
mod stories;

use std::sync::Arc;
use std::time::Duration;

use dualscope::app::viewer::{Viewer, ViewerOptions};
use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::codec;
use dualscope::domain::diagnose::{FieldRow, Finding, Verdict};
use dualscope::domain::{
    Bson, Codec, Collection, Diagnosis, Document, Full, Key, Lite, Sight, State, Stored, Version,
};
use dualscope::task::event::Inspection;

const OID: &str = "6979da5797f9041fc0aa0640";

/// A document of which the halves are given; nothing is compared.
fn inspection(lite: Sight<Option<Lite>>, stored: Sight<Stored>) -> Inspection {
    Inspection {
        document: Document {
            key: key(OID),
            lite,
            stored,
        },
        diagnosis: diagnosis(State::Agrees, "in step"),
        at: None,
        before: None,
        deleted: None,
        twins: 0,
        silent: false,
        took: Duration::from_millis(9),
    }
}

fn key(id: &str) -> Key {
    Key {
        collection: Collection::new("episodic_memories"),
        id: id.into(),
    }
}

fn diagnosis(state: State, said: &str) -> Diagnosis {
    Diagnosis {
        state,
        newer: None,
        said: said.into(),
        findings: Vec::new(),
        fields: Arc::new([]),
    }
}

fn row(
    name: &str,
    lite: Option<(&str, &'static str)>,
    full: Option<&str>,
    verdict: (Verdict, &str),
) -> FieldRow {
    FieldRow {
        name: name.to_owned(),
        lite: lite.map(|(text, kind)| (text.to_owned(), kind)),
        full: full.map(str::to_owned),
        verdict: verdict.0,
        said: verdict.1.to_owned(),
        decides: false,
    }
}

fn finding(code: &'static str, said: &str) -> Finding {
    let said = said.into();
    Finding { code, said }
}

/// A stored value as the node would return it.
fn value(raw: &[u8]) -> Stored {
    Stored::Value {
        version: Version(812),
        full: codec::decode(raw.into()),
    }
}

fn stored(text: &str) -> Sight<Stored> {
    Sight::Seen(value(&codec::encode(text, Codec::Base64)))
}

/// The full value of a document and nothing else.
fn full_only(text: &str) -> Inspection {
    let full = codec::decode(text.as_bytes().into());
    full_value(full)
}

fn full_value(full: Full) -> Inspection {
    let version = Version(812);
    inspection(
        Sight::Seen(None),
        Sight::Seen(Stored::Value { version, full }),
    )
}

fn lite(fields: Vec<(&str, Bson)>) -> Sight<Option<Lite>> {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Sight::Seen(Some(Lite::new(BsonDocument(fields.collect()))))
}

fn text(value: &str) -> Bson {
    Bson::String(value.to_owned())
}

/// A viewer of that size that shows a document.
fn viewer((width, height): (u16, u16), inspection: Inspection) -> Viewer {
    let mut viewer = Viewer::new(ViewerOptions::default());
    viewer.resize(width, height);
    viewer.show(Arc::new(inspection));
    viewer
}

/// The rows on the screen as text.
fn rows(viewer: &Viewer) -> Vec<String> {
    let lines = viewer.lines();
    lines
        .iter()
        .map(|line| line.text().trim_end().to_owned())
        .collect()
}

/// The row that the cursor is on.
fn here(viewer: &Viewer) -> String {
    rows(viewer)[viewer.cursor().unwrap()].trim().to_owned()
}

/// An episode with everything that makes a document long.
fn episode() -> String {
    let vector: Vec<String> = (0..1024).map(|n| format!("{n}.5e-3")).collect();
    let story = "On the way to the station Alice said that the dentist had moved the appointment. ";
    format!(
        concat!(
            r#"{{"id":"{}","user_id":"alice","group_id":"g1","timestamp":"2026-01-20T14:12:51.407912+00:00","#,
            r#""keywords":["dentist","tuesday"],"episode":"{}","vector":[{}],"#,
            r#""extend":{{"a":1,"b":null,"c":{{"deep":[true,false]}}}},"sync_status":1,"score":1.50,"big":12345678901234567890123}}"#
        ),
        OID,
        story.repeat(25),
        vector.join(",")
    )
}

fn episode_lite() -> Sight<Option<Lite>> {
    lite(vec![
        ("_id", Bson::object_id_from_hex(OID).unwrap()),
        ("user_id", text("alice")),
        ("timestamp", Bson::Date(1_768_918_371_407)),
        ("keywords", Bson::Array(vec![text("dentist")])),
        ("sync_status", Bson::Int32(0)),
        ("score", Bson::Double(1.5)),
        ("count", Bson::Int64(7)),
        ("updated_at", Bson::Date(1_768_918_375_001)),
        ("deleted_at", Bson::Null),
        (
            "extra",
            Bson::Document(BsonDocument(vec![(
                "uuid".into(),
                Bson::Binary {
                    subtype: 4,
                    bytes: vec![7; 16],
                },
            )])),
        ),
    ])
}

fn drifted() -> Inspection {
    let mut inspection = inspection(episode_lite(), stored(&episode()));
    let mut diagnosis = diagnosis(
        State::Drifted,
        "drifted: full is newer by 4.2 s · sync_status 0 → 1",
    );
    let same = |said| (Verdict::Same, said);
    diagnosis.fields = Arc::new([
        row(
            "_id / id",
            Some((OID, "objectId")),
            Some(r#""6979da5797f9041fc0aa0640""#),
            same("same"),
        ),
        row(
            "timestamp",
            Some(("2026-01-20 14:12:51.407", "date")),
            Some(r#""2026-01-20T14:12:51.407912+00:00""#),
            same("same (floored to ms)"),
        ),
        row(
            "keywords",
            Some((r#"["dentist"]"#, "array")),
            Some(r#"["dentist","tuesday"]"#),
            (Verdict::Differs, "differs"),
        ),
        row(
            "updated_at",
            Some(("2026-01-20 14:12:55.001", "date")),
            Some(r#""2026-01-20T14:12:59.210000+00:00""#),
            (Verdict::FullNewer, "full newer by 4.2 s"),
        ),
        row(
            "title",
            Some((
                "日本語の題名 with a title that is longer than any column of the table could ever hold",
                "string",
            )),
            None,
            (Verdict::MissingInFull, "missing in full"),
        ),
        row(
            "deleted_at",
            Some(("null", "null")),
            None,
            (Verdict::NotCompared, "Mongo only, not compared"),
        ),
    ]);
    diagnosis.findings = vec![
        finding(
            "extra-lite-field",
            "MongoDB has a field `count` that the collection does not declare.",
        ),
        finding("codec", "The value is Base64."),
    ];
    inspection.diagnosis = diagnosis;
    inspection
}
