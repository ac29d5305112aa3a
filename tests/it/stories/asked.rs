//! Whose rows these are: the frame never names a filter or an order that its rows do not have, and
//! tells what a filter by date passes over.

use dualscope::domain::query::Count;
use dualscope::domain::{Bson, State, Window};
use dualscope::task::event::{Health, Outcome, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, QUICK, gone, here, is_page};
use crate::support::rows;

fn is_texts(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Texts { .. })
}

/// The line of the frame above the rows, and the one below them.
fn frame(driver: &Driver) -> [String; 2] {
    let screen = driver.screen();
    let edge = |corner: &str| {
        let mut lines = screen.lines().filter(|line| line.contains(corner));
        lines.next().unwrap_or_default().to_owned()
    };
    [edge("┌"), edge("└")]
}

#[test]
fn until_the_answer_is_there_the_frame_names_what_the_rows_are() {
    for (keys, asked) in [
        ("f<ctrl-u>user_id:nora<enter>", "asked for user_id:nora"),
        ("S", "asked for timestamp ↑"),
        ("F", "asked for no filter"),
    ] {
        let mut driver = Driver::browsing(50);
        driver.keys("fuser_id:bob<enter>");
        driver.settle();
        let rows = driver.shown();
        let [title, foot] = frame(&driver);
        assert!(title.contains("user_id:bob · timestamp ↓"), "{title}");
        assert!(foot.contains("1–17 of 17"), "{foot}");

        driver.keys(keys);
        for failed in [false, true] {
            if failed {
                driver.fail(driver.expect_start(is_page), gone());
            }
            assert_eq!(driver.shown(), rows);
            let [title, foot] = frame(&driver);
            assert!(title.contains("user_id:bob · timestamp ↓"), "{title}");
            assert!(foot.contains("1–17 of 17"), "{foot}");
            assert!(foot.contains(asked), "{foot}");
        }
        driver.keys("R");
        driver.settle();
        assert!(!driver.sees("asked for"));
        assert!(!driver.sees("user_id:bob · timestamp ↓"));
    }
}

#[test]
fn rows_of_another_order_are_not_continued_and_their_count_is_not_that_of_the_new_filter() {
    let mut driver = Driver::browsing(400);
    driver.keys("S");
    driver.fail(driver.expect_start(is_page), gone());
    driver.keys("GgGkkk<pagedown>");
    driver.fail(driver.expect_start(is_page), gone());
    driver.keys("<pagedown><pagedown><pagedown><pagedown><pagedown>");
    assert!(driver.running(is_page).is_empty());
    driver.keys("f user_id:bob<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    driver.keys("c");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::Count { .. })));
    assert!(!driver.sees("of 133"), "the count of other rows");
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.shown()[..3], [1, 4, 7]);
    driver.must_see("1–34 of 133");
}

#[test]
fn asking_for_what_is_there_again_is_no_other_question() {
    let mut driver = Driver::browsing(50);
    driver.keys("fuser_id:nora<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    driver.must_see("asked for user_id:nora");
    driver.keys("f<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    driver.keys("F");
    assert!(!driver.sees("asked for"));
    driver.fail(driver.expect_start(is_page), gone());
    driver.must_see("1–34 of 50");
    assert_eq!(driver.shown()[0], 49);
}

#[test]
fn rows_found_by_their_state_stay_what_they_are_until_others_come() {
    let mut driver = Driver::browsing(50);
    driver.rows.states.insert(30, State::Orphan);
    driver.keys("fis:orphan<enter>");
    driver.settle();
    driver.keys("f<ctrl-u>user_id:bob<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    let [title, foot] = frame(&driver);
    assert!(title.contains("is:orphan"), "{title}");
    assert!(
        foot.contains("1–1 of 1") && foot.contains("asked for user_id:bob"),
        "{foot}"
    );
}

#[test]
fn the_rows_that_were_asked_for_come_by_themselves_when_mongodb_answers_again() {
    let mut driver = Driver::browsing(50);
    driver.keys("fuser_id:bob<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    let health = |mongo| Health {
        mongo,
        values: Ok(QUICK),
        window: Window::default(),
    };
    for mongo in [Err(gone()), Ok(QUICK)] {
        driver.must_see("asked for user_id:bob");
        driver.wait(5_000);
        let sign = driver.expect_start(|spec| *spec == TaskSpec::Health);
        driver.finish(sign, Outcome::Health(Box::new(health(mongo))));
    }
    driver.settle();
    assert!(!driver.sees("asked for"));
    driver.must_see("1–17 of 17");
    assert!(driver.shown().iter().all(|number| number % 3 == 1));
}

#[test]
fn a_look_for_texts_that_was_stopped_can_be_run_again() {
    let mut driver = dated();
    driver.keys("ftimestamp:>2001-01-01<enter>");
    driver.answer(driver.expect_start(is_page));
    driver.wait(1_100);
    let look = driver.expect_start(is_texts);
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != look {
        driver.keys("j");
    }
    driver.keys("x");
    assert!(driver.stopped.contains(&look));
    driver.report(look, What::Cancelled);
    driver.keys("<esc>");
    driver.must_see("text in timestamp? can't tell");
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != look {
        driver.keys("j");
    }
    driver.keys("r");
    driver.answer(driver.expect_start(is_texts));
    driver.keys("<esc>");
    driver.settle();
    driver.must_see("2 rows hold text in timestamp");
}

/// A session where two rows hold their date as text.
fn dated() -> Driver {
    let driver = Driver::browsing(50);
    for number in [60, 61] {
        let mut row = rows::row(number);
        row.0.retain(|(name, _)| name != "timestamp");
        row.0.push((
            "timestamp".to_owned(),
            Bson::String("2026-01-20".to_owned()),
        ));
        driver.rows.index.put(&here(), row);
    }
    driver
}

#[test]
fn what_a_filter_by_date_passes_over_is_told_behind_the_rows() {
    let mut driver = dated();
    driver.keys("ftimestamp:>2001-01-01<enter>");
    assert!(driver.running(is_texts).is_empty(), "rows come first");
    driver.answer(driver.expect_start(is_page));
    assert_eq!(driver.shown()[0], 49);
    driver.answer(driver.expect_start(is_texts));
    driver.must_see("2 rows hold text in timestamp, which no date matches");
    driver.must_see(r#"f {"timestamp": {"$type": "string"}} lists them"#);
    driver.wait(5_000);
    driver.settle();
    let [_, foot] = frame(&driver);
    assert!(foot.contains("2 rows hold text in timestamp"), "{foot}");
    let asked = driver.asked.len();
    driver.keys("Gggjjj");
    driver.settle();
    let again = driver.asked[asked..].iter().any(|(_, spec)| is_texts(spec));
    assert!(!again, "it is known");
    driver.keys("R");
    driver.settle();
    let again = driver.asked[asked..].iter().any(|(_, spec)| is_texts(spec));
    assert!(again, "it is read again too");
    driver.must_see("2 rows hold text in timestamp");

    driver.keys("f<ctrl-u>");
    driver.paste(r#"{"timestamp": {"$type": "string"}}"#);
    driver.keys("<enter>");
    driver.settle();
    assert_eq!(driver.shown().len(), 2);
    assert!(!driver.sees("hold text"));
}

#[test]
fn that_it_cannot_be_told_is_told_and_an_old_answer_is_dropped() {
    let mut driver = dated();
    driver.keys("ftimestamp:>2001-01-01<enter>");
    driver.answer(driver.expect_start(is_page));
    let first = driver.expect_start(is_texts);
    driver.keys("f group_id:g1<enter>");
    assert!(driver.stopped.contains(&first));
    driver.answer(driver.expect_start(is_page));
    let second = driver.expect_start(is_texts);
    let late = Outcome::Texts(vec![("timestamp".to_owned(), Count::Exact(9))]);
    driver.finish(first, late);
    assert!(!driver.sees("hold text"));
    driver.fail(second, gone());
    driver.must_see("text in timestamp? can't tell");
    driver.must_see("can't tell whether rows hold text in timestamp");
}

#[test]
fn a_filter_without_dates_asks_for_nothing_more() {
    let mut driver = Driver::browsing(50);
    driver.rows.fill(HERE, 50..60);
    driver.keys("fuser_id:bob<enter>");
    driver.settle();
    assert!(!driver.asked.iter().any(|(_, spec)| is_texts(spec)));
}
