//! A plan that was printed is what is done: no more, no less, and only where it was made for.

use proptest::prelude::*;

use super::{Answer, Desk, KEY, text};
use crate::cli::exit::Exit;
use crate::domain::plan::{LiteWrite, Plan};
use crate::domain::{Codec, Stored};

/// Makes a plan without writing anything.
fn plan(desk: &Desk, line: &[&str]) -> (Plan, String) {
    let before = desk.both();
    let dry = desk
        .run(&[line, &["--dry-run", "--json"]].concat())
        .ended(Exit::Clean);
    assert_eq!(desk.both(), before, "{line:?}");
    let value: serde_json::Value = serde_json::from_str(&dry.out).unwrap();
    let plan = crate::domain::plan::from_json(&value["plan"]).unwrap();
    let writes = usize::from(plan.value.is_some()) + usize::from(plan.lite.is_some());
    assert_eq!(value["operations"], writes);
    assert_eq!(
        value["bytes"],
        plan.value.as_ref().map_or(0, |write| write.bytes.len())
    );
    (plan, desk.file("plan.json", &dry.out))
}

fn apply(desk: &Desk, file: &str) -> Answer {
    desk.run(&["apply", file, "--yes", "--json"])
}

/// Both stores hold what the plan says, and what it does not name is as it was.
fn is_done(desk: &Desk, plan: &Plan) {
    let (lite, stored) = desk.both();
    match &plan.value {
        Some(write) => assert!(write.is(&stored), "{plan:?}"),
        None => assert_eq!(Some(&stored), plan.before.stored.as_ref()),
    }
    let Some(write) = &plan.lite else {
        assert_eq!(lite, plan.before.lite);
        return;
    };
    assert!(write.is(lite.as_ref()), "{plan:?}");
    if let (LiteWrite::Update(fields), Some(lite), Some(before)) = (write, lite, &plan.before.lite)
    {
        let named = |name: &String| fields.iter().any(|(field, _)| field == name);
        let others = |all: &[(String, crate::domain::Bson)]| -> Vec<_> {
            all.iter()
                .filter(|(name, _)| !named(name))
                .cloned()
                .collect()
        };
        assert_eq!(others(&lite.fields.0), others(&before.fields.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_a_dry_run_prints_is_what_apply_does(
        keywords in proptest::collection::vec("[a-zäß京\"\\\\]{0,6}", 0..4),
        kinds in proptest::collection::vec(0..6_usize, 1..5),
    ) {
        let desk = Desk::new();
        let keywords = serde_json::to_string(&keywords).unwrap();
        let file = desk.file("value.json", &text(&keywords));
        for kind in kinds {
            let line: &[&str] = match kind {
                0 => &["put", KEY, &file],
                1 => &["delete", KEY],
                2 => &["soft-delete", KEY],
                3 => &["put-back", KEY, "--version", "1"],
                4 => &["rebuild-lite", KEY],
                _ => &["undo"],
            };
            let can = desk.run(&[line, &["--dry-run", "--json"]].concat());
            // What is refused, or would change nothing, makes no plan.
            if can.exit != Exit::Clean || can.json()[0].get("plan").is_none() {
                continue;
            }
            let (plan, file) = plan(&desk, line);
            let done = apply(&desk, &file).ended(Exit::Clean);
            prop_assert_eq!(&done.json()[0]["ending"], "done");
            is_done(&desk, &plan);
        }
    }
}

#[test]
fn a_plan_is_carried_out_once_and_only_while_both_stores_are_as_they_were() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let (_, printed) = plan(&desk, &["put", KEY, &file]);
    desk.values
        .put(KEY, Codec::Base64.encode(&text(r#"["theirs"]"#)));
    let before = desk.both();
    let refused = apply(&desk, &printed).ended(Exit::Conflict);
    assert_eq!(refused.json()[0]["ending"], "conflict");
    assert_eq!(desk.both(), before);

    let (_, printed) = plan(&desk, &["put", KEY, &file]);
    apply(&desk, &printed).ended(Exit::Clean);
    apply(&desk, &printed).ended(Exit::Conflict);

    let (_, printed) = plan(&desk, &["soft-delete", KEY]);
    let mut lite = desk.lite().unwrap().fields;
    lite.0
        .push(("deleted_at".to_owned(), crate::domain::Bson::Null));
    lite.0.retain(|(name, _)| name != "type");
    desk.index
        .put(&crate::domain::Collection::new("memcells"), lite);
    let before = desk.both();
    apply(&desk, &printed).ended(Exit::Conflict);
    assert_eq!(desk.both(), before);
}

#[test]
fn a_plan_that_was_touched_or_is_for_other_stores_is_refused() {
    let desk = Desk::new();
    let (_, printed) = plan(&desk, &["delete", KEY]);
    let text = std::fs::read_to_string(printed).unwrap();
    let before = desk.both();
    for (old, new, said) in [
        (
            r#""stream":"stream""#,
            r#""stream":"other""#,
            "for other stores",
        ),
        (r#""schema":1"#, r#""schema":2"#, "`schema` is not 1"),
        (r#""fence":2"#, r#""fence":3"#, "`fence` is not the version"),
        (
            r#""action":"delete""#,
            r#""action":"erase""#,
            "`action` is not known",
        ),
        (
            r#""action":"delete""#,
            r#""action":"delete","force":true"#,
            "does not understand",
        ),
        ("{", "", "not one JSON object"),
    ] {
        let touched = text.replacen(old, new, 1);
        assert_ne!(touched, text, "{old}");
        let file = desk.file("touched.json", &touched);
        let answer = desk.run(&["apply", &file, "--yes"]).ended(Exit::Refused);
        assert!(answer.err.contains(said), "{}", answer.err);
    }
    assert_eq!(desk.both(), before);
    assert!(matches!(desk.stored(), Stored::Value { .. }));
}

#[test]
fn an_edit_that_would_be_older_than_what_is_stored_says_so_first() {
    let desk = Desk::new();
    let ahead = |keywords: &str| {
        let text = text(keywords);
        text.replace(
            r#""updated_at":"2026-01-20T14:00:00"#,
            r#""updated_at":"2100-01-20T14:00:00"#,
        )
    };
    desk.values.set_delay(None);
    desk.values.put(
        KEY,
        crate::domain::Codec::Base64.encode(&ahead(r#"["lunch"]"#)),
    );
    desk.values.set_delay(Some(std::time::Duration::ZERO));
    let file = desk.file("value.json", &ahead(r#"["trip"]"#));
    let dry = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Clean);
    assert!(
        dry.out.contains("updated_at is 2100-01-20T14:00:00Z"),
        "{}",
        dry.out
    );
    desk.run(&["put", KEY, &file, "--yes"]).ended(Exit::Clean);
    assert!(
        desk.full().contains("2100-01-20T14:00:00.001"),
        "{}",
        desk.full()
    );
    // A text that says its time itself is left alone.
    let file = desk.file("value.json", &text(r#"["as it is"]"#));
    let dry = desk
        .run(&["put", KEY, &file, "--as-is", "--dry-run"])
        .ended(Exit::Clean);
    assert!(!dry.out.contains("clock"), "{}", dry.out);
}
