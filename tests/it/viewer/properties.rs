//! What holds for every document and every sequence of keys.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use dualscope::app::viewer::{Ink, View};
use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::{Bson, Lite, Sight};
use unicode_width::UnicodeWidthStr;

use super::{Viewer, full_only, inspection, value, viewer};

/// Text with everything that is awkward on a screen.
fn awkward_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[ -~]{0,12}",
        2 => "\\PC{0,6}",
        1 => proptest::sample::select(vec![
            "\u{1b}[31m", "\n", "\t", "\u{0}", "\u{7f}", "\u{9b}", "\u{202e}", "\u{200b}", "\u{301}",
            "e\u{301}", "👩‍👩‍👧‍👦", "🇯🇵🇯", "\u{200d}", "a\u{200d}b", "京都", "שלום", "\\", "\"", "\u{e0061}",
            "\u{fe0f}", "\u{600}\\", "한\u{11a8}", "\u{3164}",
        ]).prop_map(str::to_owned),
        1 => "\u{301}{1,80}",
        1 => "[a-z]{60,200}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        awkward_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 14, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..14).prop_map(Value::from),
            proptest::collection::vec(("[a-zé\n]{0,8}", inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A text of the value, written like one of the services that may have written it.
fn written(value: &Value, style: u8) -> String {
    let compact = serde_json::to_string(value).unwrap();
    match style % 3 {
        0 => compact,
        1 => serde_json::to_string_pretty(value).unwrap(),
        _ => {
            let mut ascii = String::new();
            for character in compact.chars() {
                if character.is_ascii() {
                    ascii.push(character);
                } else {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        write!(ascii, "\\u{unit:04x}").unwrap();
                    }
                }
            }
            ascii
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Move(i64),
    Page(i64),
    Half(i64),
    Fold,
    Unfold,
    Toggle,
    ToggleAll,
    Top,
    Bottom,
    Find(String),
    Next(bool),
    ClearFind,
    View(usize),
    Click(u16, u16),
    Scroll(i64),
    Resize(u16, u16),
    Again,
    Reveal,
    Fault,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (-30..30_i64).prop_map(Act::Move),
        (-3..3_i64).prop_map(Act::Page),
        (-3..3_i64).prop_map(Act::Half),
        Just(Act::Fold),
        Just(Act::Unfold),
        Just(Act::Unfold),
        Just(Act::Toggle),
        Just(Act::ToggleAll),
        Just(Act::Top),
        Just(Act::Bottom),
        "[a-z0-9\\\\é]{0,2}".prop_map(Act::Find),
        any::<bool>().prop_map(Act::Next),
        Just(Act::ClearFind),
        (0..4_usize).prop_map(Act::View),
        (0..90_u16, 0..30_u16).prop_map(|(x, y)| Act::Click(x, y)),
        (-9..9_i64).prop_map(Act::Scroll),
        (0..130_u16, 0..40_u16).prop_map(|(w, h)| Act::Resize(w, h)),
        Just(Act::Again),
        Just(Act::Reveal),
        Just(Act::Fault),
    ]
}

fn run(viewer: &mut Viewer, act: &Act, again: &super::Inspection) {
    match act {
        Act::Move(by) => viewer.move_by(*by),
        Act::Page(by) => viewer.page(*by),
        Act::Half(by) => viewer.half_page(*by),
        Act::Fold => viewer.fold(),
        Act::Unfold => viewer.unfold(),
        Act::Toggle => viewer.toggle(),
        Act::ToggleAll => viewer.toggle_all(),
        Act::Top => viewer.top(),
        Act::Bottom => viewer.bottom(),
        Act::Find(text) => drop(viewer.find(text)),
        Act::Next(forward) => drop(viewer.find_next(*forward)),
        Act::ClearFind => viewer.clear_find(),
        Act::View(at) => viewer.set_view(View::ALL[*at]),
        Act::Click(x, y) => viewer.click(*x, *y),
        Act::Scroll(by) => viewer.scroll(*by),
        Act::Resize(w, h) => viewer.resize(*w, *h),
        Act::Again => viewer.show(again.clone().into()),
        Act::Reveal => {
            viewer.reveal();
        }
        Act::Fault => drop(viewer.to_fault()),
    }
}

/// The rules of every screen.
fn check(viewer: &Viewer, width: u16, height: u16) -> Result<(), TestCaseError> {
    let (row, total) = viewer.position();
    prop_assert!((1..=total).contains(&row), "row {row} of {total}");
    let lines = viewer.lines();
    let cursor = viewer.cursor().unwrap();
    let body = usize::from(height).saturating_sub(1);
    prop_assert!(lines.len() <= body);
    prop_assert!(
        body == 0 || cursor < lines.len(),
        "cursor {cursor} of {}",
        lines.len()
    );
    prop_assert!(lines.len() == body.min(total), "the screen is filled");
    for line in lines.iter().chain([&viewer.head()]) {
        let text = line.text();
        prop_assert!(
            text.width() <= usize::from(width).max(1),
            "{text:?} is wider than {width}"
        );
        prop_assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    let _ = (
        viewer.path(),
        viewer.copy_value(),
        viewer.copy_path(),
        viewer.copy_document(),
    );
    Ok(())
}

fn bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(yes) => Bson::Bool(*yes),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| Bson::Double(number.as_f64().unwrap()), Bson::Date),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(bson).collect()),
        Value::Object(members) => Bson::Document(BsonDocument(
            members
                .iter()
                .map(|(name, value)| (name.clone(), bson(value)))
                .collect(),
        )),
    }
}

/// Whether anything of the document is not on one of the rows.
fn is_folded(viewer: &Viewer) -> bool {
    let mut rows = (0..viewer.position().1).map(|row| viewer.line(row));
    rows.any(|line| line.spans.iter().any(|span| span.ink == Ink::Folded))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What one sees of a value that is wholly unfolded is JSON of the same value, at any width
    /// that has room for the names.
    #[test]
    fn all_rows_together_are_the_same_json(
        value in json(), style in 0..3_u8, width in 60..140_u16, detours in proptest::collection::vec(act(), 0..6),
    ) {
        let text = written(&value, style);
        let document = full_only(&text);
        let mut shown = viewer((width, 20), document.clone());
        for detour in &detours {
            if !matches!(detour, Act::Resize(..) | Act::View(_)) {
                run(&mut shown, detour, &document);
            }
        }
        shown.set_view(View::Full);
        shown.toggle_all();
        if is_folded(&shown) {
            shown.toggle_all();
        }
        prop_assert!(!is_folded(&shown));
        let mut all = String::new();
        for row in 0..shown.position().1 {
            let line = shown.line(row);
            all.push_str(&line.text()[line.indent..]);
        }
        let read: Value = serde_json::from_str(&all).map_err(|e| TestCaseError::fail(format!("{e}: {all}")))?;
        let stored: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, stored);
    }

    #[test]
    fn no_sequence_of_keys_leaves_the_screen_wrong(
        value in json(), style in 0..3_u8, other in json(),
        acts in proptest::collection::vec(act(), 1..40),
    ) {
        let mut first = full_only(&written(&value, style));
        if let Bson::Document(fields) = bson(&other) {
            first.document.lite = Sight::Seen(Some(Lite::new(fields)));
        }
        let mut again = first.clone();
        again.document.stored = full_only(&written(&other, style)).document.stored;
        let (mut width, mut height) = (80, 24);
        let mut shown = viewer((width, height), first);
        for act in &acts {
            if let Act::Resize(w, h) = act {
                (width, height) = (*w, *h);
            }
            run(&mut shown, act, &again);
            check(&shown, width, height)?;
        }
    }

    #[test]
    fn no_bytes_leave_the_screen_wrong(
        bytes in proptest::collection::vec(any::<u8>(), 1..400),
        text in awkward_text(), as_text in any::<bool>(),
        acts in proptest::collection::vec(act(), 1..20),
    ) {
        let bytes = if as_text { format!("x{text}{text}").into_bytes() } else { bytes };
        let document = inspection(Sight::Seen(None), Sight::Seen(value(&bytes)));
        let (mut width, mut height) = (80, 24);
        let mut shown = viewer((width, height), document.clone());
        for act in &acts {
            if let Act::Resize(w, h) = act {
                (width, height) = (*w, *h);
            }
            run(&mut shown, act, &document);
            check(&shown, width, height)?;
        }
    }
}
