//! Diff opens at what matters, marks it, and keys go from one difference to the next.

use dualscope::app::viewer::View;
use dualscope::domain::State;
use dualscope::domain::text::Spelling;

use super::{
    Viewer, drifted, episode, episode_lite, full_only, here, inspection, rows, stored, viewer,
};

fn field(viewer: &Viewer) -> String {
    viewer.path()
}

#[test]
fn the_first_difference_is_where_the_cursor_starts_and_keys_go_round_the_others() {
    let mut shown = viewer((120, 20), drifted());
    shown.set_view(View::Diff);
    assert_eq!(field(&shown), "keywords");
    assert_eq!(shown.to_difference(true), Some((2, 3)));
    assert_eq!(field(&shown), "updated_at");
    assert_eq!(shown.to_difference(true), Some((3, 3)));
    assert_eq!(shown.to_difference(true), Some((1, 3)), "around the end");
    assert_eq!(shown.to_difference(false), Some((3, 3)));
    assert_eq!(shown.to_difference(false), Some((2, 3)));
    assert_eq!(field(&shown), "updated_at");
}

#[test]
fn from_another_view_the_key_leads_to_the_first_and_backwards_to_the_last() {
    let mut shown = viewer((120, 20), drifted());
    assert_eq!(shown.to_difference(true), Some((1, 3)));
    assert_eq!(
        (shown.view(), field(&shown).as_str()),
        (View::Diff, "keywords")
    );
    shown.set_view(View::Raw);
    assert_eq!(shown.to_difference(false), Some((3, 3)));
}

#[test]
fn where_nothing_differs_the_view_starts_at_its_top() {
    let mut shown = viewer((120, 20), inspection(episode_lite(), stored(&episode())));
    shown.set_view(View::Diff);
    assert_eq!(shown.position().0, 1);
    assert_eq!(shown.to_difference(true), None);
}

#[test]
fn what_the_state_hangs_on_comes_before_other_differences_and_has_its_mark() {
    let mut told = drifted();
    let mut fields = told.diagnosis.fields.to_vec();
    let last = fields.last_mut().unwrap();
    assert_eq!(last.name, "deleted_at");
    last.decides = true;
    told.diagnosis.state = State::DeleteMarks;
    told.diagnosis.fields = fields.into();
    for (width, wide) in [(60, false), (120, true)] {
        let mut shown = viewer((width, 6), told.clone());
        shown.set_view(View::Diff);
        assert_eq!(field(&shown), "deleted_at");
        assert!(here(&shown).starts_with("◎ deleted_at"), "{}", here(&shown));
        assert_eq!(shown.head().text().contains("verdict"), wide);
        assert!(rows(&shown).len() <= 5);
    }
}

#[test]
fn the_cursor_stays_on_its_field_when_the_width_or_the_document_changes() {
    let mut shown = viewer((120, 12), drifted());
    shown.set_view(View::Diff);
    shown.to_difference(true);
    let name = field(&shown);
    for width in [60, 40, 130] {
        shown.resize(width, 12);
        assert_eq!(field(&shown), name, "{width}");
    }
    let mut fewer = drifted();
    fewer.diagnosis.fields = fewer.diagnosis.fields[1..].to_vec().into();
    shown.show(std::sync::Arc::new(fewer));
    assert_eq!(field(&shown), name);
}

#[test]
fn a_value_a_little_too_long_is_cut_and_not_replaced_by_its_size() {
    let value = r#"{"at":"2026-04-15T04:26:33.000000","text":"LONG"}"#;
    let value = value.replace("LONG", &"long ".repeat(40));
    let mut shown = viewer((34, 10), full_only(&value));
    let seen = rows(&shown);
    assert_eq!(seen[1], r#"  "at": "2026-04-15T04:26:33.000…""#);
    assert!(seen[2].ends_with("\" ▸200 B"), "{}", seen[2]);
    shown.move_by(1);
    shown.unfold();
    let open: String = rows(&shown).iter().map(|row| row.trim()).collect();
    assert!(open.contains("26:33.000000"), "it still unfolds: {open}");
    assert_eq!(Spelling::Full.width(&seen[1]), 34);
}
