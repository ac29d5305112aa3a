//! The editor: what is typed is on disk, what cannot be written is said at its place, and a text
//! that somebody overtook is never lost and never overwrites theirs.

use dualscope::app::command::Context;
use dualscope::app::edit::{Edit, Verdict};
use dualscope::app::layer::{Layer, LayerKind};
use dualscope::app::{Edited, Effect, Outside, Target};
use dualscope::domain::{Collection, Key, State, plan};
use pretty_assertions::assert_eq;

use super::writing::{is_write, on_a_healthy_row, selected};
use crate::support::driver::{Driver, is_inspect};

pub(super) fn edit(driver: &Driver) -> &Edit {
    let mut layers = driver.app.layers().iter().rev();
    layers
        .find_map(|layer| match layer {
            Layer::Edit(edit) => Some(&**edit),
            _ => None,
        })
        .unwrap()
}

pub(super) fn is_editing(driver: &Driver) -> bool {
    driver.app.active_context() == Context::Edit
}

/// The editor on a document in step.
pub(super) fn editing() -> (Driver, Key) {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver), "{}", driver.screen());
    (driver, key)
}

/// Asks for the review of the text; what is stored is read once more for it.
pub(crate) fn review(driver: &mut Driver) {
    driver.keys("<ctrl-s>");
    assert!(driver.app.review().is_none());
    driver.answer(driver.expect_start(is_inspect));
}

/// Types into the string of a member.
pub(crate) fn type_into(driver: &mut Driver, member: &str, typed: &str) {
    let lines = edit(driver).lines();
    let line = lines.iter().position(|line| line.contains(member)).unwrap() + 1;
    driver.keys(&format!("<ctrl-g>{line}<enter><end><left><left>{typed}"));
}

#[test]
fn a_word_typed_into_a_summary_reaches_both_stores_and_nothing_else_changes() {
    let (mut driver, key) = editing();
    let before = driver.rows.text(&key).unwrap();
    type_into(&mut driver, "\"summary\"", " More.");
    driver.wait(400);
    assert!(matches!(edit(&driver).verdict, Verdict::Good { .. }));
    driver.must_see("can be written ·");
    review(&mut driver);
    driver.must_see("Edit 1 document");
    driver.must_see("+  /summary:");
    driver.must_see("~  updated_at:");
    driver.keys("y");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert_eq!(driver.drafts.len(), 1, "the draft stays until it is done");
    driver.settle();
    assert!(driver.drafts.is_empty());
    let after = driver.rows.text(&key).unwrap();
    let member = |text: &str, name: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        value[name].clone()
    };
    let summary = member(&before, "summary").as_str().unwrap().to_owned() + " More.";
    assert_eq!(member(&after, "summary"), summary);
    let rest = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        let members = value.as_object_mut().unwrap();
        members.remove("summary");
        members.remove("updated_at");
        value
    };
    assert_eq!(rest(&after), rest(&before));
    assert_eq!(driver.app.list().selected().unwrap().state(), State::Agrees);
}

#[test]
fn a_text_is_on_disk_within_a_second_and_goes_only_when_it_is_given_up() {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", "A");
    driver.wait(1_000);
    assert_eq!(driver.drafts.len(), 1);
    let text = driver.drafts[0].text.text.clone();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    driver.keys("<esc>");
    driver.must_see("was changed and is not written");
    driver.must_see("▸ back");
    driver.keys("<enter>");
    assert!(is_editing(&driver), "the first answer goes on");
    driver.keys("<esc><down><enter>");
    driver.must_see("the draft is kept; e goes on with it");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);

    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see(&format!("There is a draft of {key}"));
    driver.keys("<enter>");
    assert!(is_editing(&driver) && edit(&driver).is_changed());
    driver.keys("<esc><down><down><enter>");
    assert!(driver.drafts.is_empty(), "given up for good");
}

#[test]
fn what_is_typed_at_a_question_hides_no_answer_and_chooses_none() {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"summary\"", "A");
    driver.keys("<esc>xyz");
    driver.paste("text");
    for answer in ["▸ back", "keep draft", "discard"] {
        driver.must_see(answer);
    }
    driver.keys("d");
    driver.must_see("▸ discard");
    assert_eq!(
        driver.app.top_layer(),
        LayerKind::Menu,
        "it is only selected"
    );
    driver.keys("k<enter>");
    driver.must_see("the draft is kept; e goes on with it");
    assert_eq!(driver.drafts.len(), 1);
}

#[test]
fn the_demo_says_how_long_it_keeps_a_text() {
    let mut driver = Driver::writing_with(|options| options.forgets = true);
    on_a_healthy_row(&mut driver);
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    type_into(&mut driver, "\"summary\"", "A");
    driver.keys("<esc>");
    driver.must_see("the text is kept until the program ends (demo)");
    driver.keys("k<enter>");
    driver.must_see("the draft is kept (demo: until the program ends)");
    driver.keys("W");
    driver.settle();
    driver.must_see("demo: what is written and what is kept ends with the program");
}

#[test]
fn what_was_not_changed_is_left_without_a_question() {
    let (mut driver, _) = editing();
    driver.wait(2_000);
    assert_eq!(edit(&driver).verdict, Verdict::Same);
    driver.keys("<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(driver.drafts.is_empty());
}

#[test]
fn a_fault_is_said_with_its_place_and_the_cursor_goes_there() {
    let (mut driver, _) = editing();
    driver.keys("<ctrl-g>3<enter>x<ctrl-g>1<enter>");
    driver.wait(400);
    assert!(
        matches!(&edit(&driver).verdict, Verdict::Bad(Some((3, 1)), said) if said.contains("not JSON"))
    );
    driver.must_see("3:1 not JSON");
    driver.keys("<ctrl-s>");
    assert!(is_editing(&driver));
    assert_eq!(edit(&driver).cursor(), (2, 0));
    driver.keys("<ctrl-z>");
    driver.wait(400);
    assert_eq!(edit(&driver).verdict, Verdict::Same);
    driver.keys("<ctrl-y>");
    driver.wait(400);
    assert!(matches!(edit(&driver).verdict, Verdict::Bad(..)));
}

#[test]
fn another_id_a_missing_field_and_a_delete_mark_are_refused_at_their_place() {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"id\"", "f");
    driver.wait(400);
    driver.must_see("`id` must stay");
    driver.keys("<ctrl-s>");
    assert!(is_editing(&driver) && driver.running(is_write).is_empty());
    let (line, _) = edit(&driver).cursor();
    assert!(edit(&driver).lines()[line].contains("\"id\""));
    driver.keys("<ctrl-z>");
    let lines = edit(&driver).lines();
    let line = lines
        .iter()
        .position(|line| line.contains("\"deleted_id\""))
        .unwrap()
        + 1;
    driver.keys(&format!("<ctrl-g>{line}<enter><end><left><backspace>1"));
    driver.wait(400);
    driver.must_see("MongoDB alone decides it");
}

#[test]
fn what_is_too_large_is_said_while_it_is_typed_and_not_reviewed() {
    let mut driver = Driver::writing_with(|options| {
        if let Ok(writing) = &mut options.writing {
            writing.limit = Some(plan::Room {
                most: 100,
                quoted: false,
                line: None,
            });
        }
    });
    on_a_healthy_row(&mut driver);
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    type_into(&mut driver, "\"summary\"", "x");
    driver.wait(400);
    driver.must_see("too large: ");
    driver.must_see(" stored bytes of at most 100 ");
    driver.keys("<ctrl-s>");
    assert!(is_editing(&driver));
}

#[test]
fn what_grows_on_its_way_is_told_as_it_is_sent() {
    let seen = |most| {
        let mut driver = Driver::writing_with(|options| {
            if let Ok(writing) = &mut options.writing {
                writing.limit = Some(plan::Room {
                    most,
                    quoted: true,
                    line: None,
                });
            }
        });
        on_a_healthy_row(&mut driver);
        driver.keys("e");
        driver.answer(driver.expect_start(is_inspect));
        type_into(&mut driver, "\"summary\"", "x");
        driver.wait(400);
        edit(&driver).verdict.clone()
    };
    let Verdict::Good { stored, sent } = seen(131_000) else {
        panic!("it fits")
    };
    assert!(sent > stored, "quotes are sent twice");
    assert_eq!(seen(sent), Verdict::Good { stored, sent });
    assert!(matches!(seen(sent - 1), Verdict::Bad(None, _)));
}

#[test]
fn find_and_paste_work_on_the_text() {
    let (mut driver, _) = editing();
    driver.keys("<ctrl-f>group_id<enter>");
    let (line, _) = edit(&driver).cursor();
    assert!(edit(&driver).lines()[line].contains("group_id"));
    driver.keys("<ctrl-f>no such text<enter>");
    driver.must_see("it does not occur in the text");
    let before = edit(&driver).lines().len();
    driver.paste("\r\n\r\n");
    assert_eq!(edit(&driver).lines().len(), before + 2);
}

#[test]
fn the_editor_outside_gets_the_text_and_gives_it_back() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("E");
    driver.answer(driver.expect_start(is_inspect));
    let Some(Effect::EditOutside(_, text)) = driver.effects.last().cloned() else {
        panic!("{:?}", driver.effects.len())
    };
    let changed = text
        .text
        .replace("\"summary\": \"", "\"summary\": \"Outside. ");
    driver.outside(Outside::Edited(Edited::Text(format!("{changed}\n").into())));
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("+  /summary: \"Outside. ");
    driver.keys("n");
    assert!(is_editing(&driver), "the text is still there");
    driver.wait(1_000);
    assert_eq!(driver.drafts.len(), 1);

    driver.keys("<ctrl-o>");
    let broken = "{\n  \"id\": ,\n}";
    driver.outside(Outside::Edited(Edited::Text(broken.into())));
    assert!(is_editing(&driver));
    assert_eq!(edit(&driver).cursor(), (1, 8), "at the fault");
    driver.keys("<ctrl-o>");
    let said = "vi ended with exit status: 1; nothing was changed";
    driver.outside(Outside::Edited(Edited::Nothing(said.to_owned())));
    driver.must_see(said);
    assert_eq!(edit(&driver).text(), broken);
}

#[test]
fn an_editor_outside_that_changed_nothing_leaves_nothing() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("E");
    driver.answer(driver.expect_start(is_inspect));
    driver.outside(Outside::Edited(Edited::Same));
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(driver.drafts.is_empty());
    driver.must_see("nothing was changed");
}

#[test]
fn a_new_document_and_a_copy_begin_with_an_id_of_their_own() {
    let mut driver = Driver::writing();
    let original = on_a_healthy_row(&mut driver);
    driver.keys("a");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver));
    driver.must_see("\"id\": \"6979da570000000000000abc\"");
    driver.must_see("\"timestamp\": \"2026-01-20T");
    assert!(
        !driver.sees("in step"),
        "the state of the selected document is not that of the new one"
    );
    review(&mut driver);
    driver.must_see("Create 1 document");
    driver.must_see("no value → new version (only while there is none)");
    driver.keys("n<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);

    // A copy is written down as its original is.
    let text = driver.rows.text(&original).unwrap();
    driver.rows.foreign(&original, &text);
    driver.keys("A");
    driver.answer(driver.expect_start(is_inspect));
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver));
    review(&mut driver);
    driver.must_see("written as plain JSON");
    driver.keys("y");
    driver.settle();
    let copy: Key = "memcells:6979da570000000000000abc".parse().unwrap();
    let member = |key: &Key, name: &str| {
        let text = driver.rows.text(key).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value[name].clone()
    };
    assert_eq!(member(&copy, "id"), "6979da570000000000000abc");
    assert_eq!(member(&copy, "summary"), member(&original, "summary"));
}

#[test]
fn the_last_words_before_the_end_are_saved() {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"summary\"", "Z");
    assert!(driver.drafts.is_empty());
    let effects = driver.app.unsaved();
    let [Effect::SaveDraft(_, text)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(text.text.contains('Z'));
    assert!(driver.app.unsaved().is_empty(), "once is enough");
    assert_eq!(text.key, selected(&driver));
}

#[test]
fn a_broken_value_is_edited_as_it_is() {
    let mut driver = Driver::writing_with(|options| {
        let place = Collection::new("episodic_memories");
        options.open = Some(Target::Collection(place));
    });
    driver.keys("fis:undecodable<enter>");
    driver.settle();
    let (mut texts, mut refused) = (0, 0);
    for _ in 0..7 {
        let key = selected(&driver);
        let seen = driver.rows.inspection(&key);
        let full = seen.document.stored.seen().unwrap().full().unwrap();
        let raw = full.text().map(ToString::to_string);
        driver.keys("e");
        driver.settle();
        match (is_editing(&driver), raw) {
            (true, raw) => {
                let raw = raw.or_else(|| String::from_utf8(full.raw.to_vec()).ok());
                assert_eq!(Some(edit(&driver).text()), raw);
                driver.wait(500);
                assert!(matches!(
                    edit(&driver).verdict,
                    Verdict::Bad(..) | Verdict::Same
                ));
                driver.keys("<esc>");
                texts += 1;
            }
            (false, raw) => {
                assert_eq!(raw, None);
                driver.must_see("is not text, so it can't be edited");
                refused += 1;
            }
        }
        driver.keys("j");
        driver.settle();
    }
    assert!(texts > 0 && texts + refused == 7, "{texts} {refused}");
}
