//! The filter line: asked for by enter alone, wrong ones never, states chosen by us.

use dualscope::app::command::Context;
use dualscope::domain::query::Test;
use dualscope::domain::{Bson, State};
use dualscope::task::event::{Outcome, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, is_page};

fn filter_of(driver: &Driver) -> dualscope::domain::Filter {
    let TaskSpec::Page(query) = driver.spec(driver.expect_start(is_page)) else {
        panic!()
    };
    query.filter
}

fn is_count(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Count { .. })
}

fn is_marks(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Marks { .. })
}

#[test]
fn the_server_is_asked_by_enter_and_not_while_a_filter_is_typed() {
    let mut driver = Driver::browsing(50);
    let asked = driver.asked.len();
    for typed in [
        "fuser_id:bo",
        "b",
        "<ctrl-u>user_id:~b",
        "<ctrl-u>{}",
        "<ctrl-u>is:drifted",
    ] {
        driver.keys(typed);
        driver.wait(5_000);
        driver.settle();
        assert!(
            !driver.asked[asked..].iter().any(|(_, spec)| is_page(spec)),
            "{typed}"
        );
    }
    driver.keys("<ctrl-u>user_id:bob<enter>");
    let filter = filter_of(&driver);
    assert_eq!(
        filter.clauses[0].test,
        Test::AnyOf(vec![Bson::String("bob".into())])
    );
    driver.settle();
    assert_eq!(driver.app.active_context(), Context::List);
    assert!(driver.shown().iter().all(|number| number % 3 == 1));
    driver.must_see("user_id:bob");

    let asked = driver.asked.len();
    driver.keys("f<enter>");
    driver.settle();
    let again = driver.asked[asked..].iter().any(|(_, spec)| is_page(spec));
    assert!(!again, "what stands there is not asked twice");
}

#[test]
fn leaving_the_line_leaves_everything_as_it_was_without_asking_again() {
    for size in [(120, 40), (80, 24)] {
        let mut driver = Driver::browsing(300);
        driver.resize(size.0, size.1);
        for number in [290, 260, 200, 3] {
            driver.rows.states.insert(number, State::Drifted);
        }
        for filter in ["", "is:drifted"] {
            driver.keys(&format!("f<ctrl-u>{filter}<enter>"));
            driver.settle();
            driver.keys("<pagedown><pagedown>jj<pagedown>");
            driver.settle();
            let before = (driver.screen(), driver.selected(), driver.asked.len());
            for typed in [
                "f",
                "f user_id:bob",
                "f<up>",
                "f<ctrl-u>",
                "f is:nothing",
                "/x",
            ] {
                driver.keys(typed);
                driver.settle();
                driver.keys("<esc>");
                driver.settle();
                let pages = driver.asked[before.2..].iter();
                assert!(
                    !pages
                        .clone()
                        .any(|(_, spec)| is_page(spec) || is_marks(spec)),
                    "{typed}"
                );
                assert_eq!(
                    (driver.screen(), driver.selected()),
                    (before.0.clone(), before.1),
                    "{typed}"
                );
            }
        }
        driver.must_see("1–4 of 4 · looked at 300");
        driver.keys("<enter>");
        driver.settle();
        let open = driver.screen();
        driver.keys("fx<esc>");
        assert_eq!(driver.screen(), open, "also in a document");
    }
}

#[test]
fn a_fault_stands_under_its_place_and_nothing_is_asked() {
    let mut driver = Driver::browsing(50);
    driver.keys("fuser_id:bob is:gone");
    driver.wait(1000);
    assert!(driver.running(is_page).is_empty());
    let screen = driver.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let typed = lines
        .iter()
        .position(|line| line.starts_with("filter: "))
        .unwrap();
    let place = lines[typed].find("gone").unwrap();
    let caret = lines[typed + 1].chars().position(|c| c == '▲').unwrap();
    assert_eq!(caret, place);
    driver.must_see("no state is called \"gone\"");

    driver.keys("<enter>");
    assert_eq!(
        driver.app.active_context(),
        Context::Prompt,
        "it cannot be used"
    );
    driver.keys("<esc>");
    assert_eq!(
        driver.shown().len(),
        34.min(driver.app.list().window.height())
    );
    assert!(!driver.app.list().is_filtered());
}

#[test]
fn leaving_keeps_the_filter_in_use() {
    let mut driver = Driver::browsing(50);
    driver.keys("fuser_id:bob<enter>");
    driver.settle();
    driver.keys("f group_id:g1");
    driver.settle();
    driver.keys("<esc>");
    driver.settle();
    assert_eq!(driver.app.list().filter_text, "user_id:bob");
    driver.keys("F");
    driver.settle();
    assert_eq!(driver.app.list().window.len(), 50);
    driver.keys("F");
    driver.must_see("no filter: no filter is set");
}

#[test]
fn names_are_completed_by_tab_forwards_and_backwards() {
    let mut driver = Driver::browsing(50);
    driver.keys("fgr<tab>");
    driver.must_see("filter: group_id:");
    driver.keys("g2<enter>");
    driver.settle();
    assert!(driver.shown().iter().all(|number| number % 2 == 1));
    driver.keys("f<ctrl-u>is:to<tab>");
    driver.must_see("filter: is:tombstoned");
    driver.keys("<ctrl-u>");
    driver.keys("<tab><tab>");
    let second = driver.app.prompt().unwrap().line.text().to_owned();
    driver.keys("<shift-tab>");
    assert_ne!(driver.app.prompt().unwrap().line.text(), second);
    driver.keys("<tab>");
    assert_eq!(driver.app.prompt().unwrap().line.text(), second);
}

#[test]
fn a_field_stays_known_while_its_filter_lets_no_row_pass() {
    let mut driver = Driver::browsing(0);
    let mut row = crate::support::rows::row(1);
    row.0
        .push(("extra_note".to_owned(), Bson::String("x".to_owned())));
    driver.rows.index.put(&crate::support::driver::here(), row);
    driver.keys("R");
    driver.settle();
    driver.keys("fextra_note:y<enter>");
    driver.settle();
    driver.must_see("no row passes the filter");
    driver.keys("fz");
    assert!(driver.app.prompt().unwrap().fault.is_none());
    driver.keys("<enter>");
    driver.settle();
    assert_eq!(driver.app.list().filter_text, "extra_note:yz");
}

#[test]
fn a_raw_query_is_asked_as_it_is() {
    let mut driver = Driver::browsing(50);
    driver.keys("f");
    driver.paste("{ \"user_id\": \"carol\",\n \"group_id\": \"g1\" }");
    driver.keys("<enter>");
    let filter = filter_of(&driver);
    assert!(filter.clauses.is_empty());
    assert_eq!(filter.raw.unwrap().0.len(), 2);
    driver.settle();
    assert!(driver.shown().iter().all(|number| number % 6 == 2));
    driver.keys("f<ctrl-u>{ \"$where\": \"1\" }");
    driver.wait(500);
    assert!(driver.running(is_page).is_empty());
    driver.must_see("$where runs JavaScript");
}

#[test]
fn rows_join_when_their_state_is_known() {
    let mut driver = Driver::browsing(0);
    driver.rows.fill(HERE, 0..400);
    for number in [350, 270, 10] {
        driver.rows.states.insert(number, State::Orphan);
    }
    driver.keys("fis:orphan<enter>");
    assert!(
        filter_of(&driver).is_empty(),
        "MongoDB does not know states"
    );
    driver.answer(driver.expect_start(is_page));
    assert!(driver.shown().is_empty());
    driver.answer(driver.expect_start(is_marks));
    assert_eq!(driver.shown(), [350]);
    driver.must_see("looked at 100");
    driver.settle();
    assert_eq!(driver.shown(), [350, 270, 10]);
    driver.must_see("looked at 400");
    driver.keys("c");
    driver.must_see("this is the whole number already");
    assert!(driver.running(is_count).is_empty());
    driver.must_see("1–3 of 3 · looked at 400");
}

#[test]
fn a_count_of_rows_to_look_at_is_not_that_of_rows_in_the_state() {
    let mut driver = Driver::browsing(0);
    driver.rows.fill(HERE, 0..5000);
    driver.rows.states.insert(4990, State::Orphan);
    driver.keys("fis:orphan<enter>");
    driver.settle();
    driver.keys("c");
    driver.must_see("counting the rows to look at");
    driver.settle();
    driver.must_see("looked at 1 000 of 5 000");
    assert!(!driver.sees("of 5 000 ·"));
}

#[test]
fn a_slow_look_tells_how_far_it_is_and_keeps_what_it_found_when_it_is_stopped() {
    let mut driver = Driver::browsing(400);
    driver.rows.states.insert(390, State::Orphan);
    assert_eq!(driver.document(), Some(399));
    driver.keys("fis:orphan<enter>");
    assert_eq!(driver.document(), None, "it is no row of this list");
    driver.answer(driver.expect_start(is_page));
    driver.must_see("looked at 0, none in this state so far");

    let look = driver.expect_start(is_marks);
    driver.report(look, What::Started);
    let (parts, _) = driver.rows.answer(&driver.spec(look));
    let Some(Outcome::Marks(marks)) = parts.into_iter().next() else {
        panic!()
    };
    let half = marks[..50].to_vec();
    driver.report(look, What::Part(Outcome::Marks(half)));
    driver.must_see("looked at 50, none");
    driver.wait(1100);
    driver.keys("<esc>");
    assert_eq!(driver.stopped, [look]);
    driver.report(look, What::Cancelled);
    assert_eq!(driver.shown(), [390]);
    driver.must_see("looked at 50");
    driver.wait(5000);
    assert!(driver.running(is_page).is_empty(), "stopped is stopped");
}

#[test]
fn looking_for_a_state_stops_by_itself_and_goes_on_when_somebody_walks() {
    let mut driver = Driver::browsing(0);
    driver.rows.fill(HERE, 0..5000);
    driver.keys("fis:orphan<enter>");
    driver.settle();
    driver.must_see("none of the 1 000 rows looked at is in this state");
    assert!(driver.running(is_page).is_empty());
}

#[test]
fn no_row_in_a_state_is_said_with_the_way_back() {
    let mut driver = Driver::browsing(30);
    driver.keys("fis:tombstoned<enter>");
    driver.settle();
    driver.must_see("none of the 30 rows looked at is in this state");
    driver.must_see("F shows all rows");
    assert_eq!(driver.document(), None, "no row, no document");
}

#[test]
fn states_that_cannot_be_told_end_the_search_with_a_reason() {
    let mut driver = Driver::browsing(300);
    driver.keys("fis:orphan<enter>");
    driver.answer(driver.expect_start(is_page));
    driver.fail(driver.expect_start(is_marks), gone());
    driver.must_see("does not answer");
    driver.wait(5000);
    assert!(
        driver.running(is_page).is_empty(),
        "no page was silently left out"
    );
    driver.keys("R");
    driver.settle();
    driver.must_see("none of the 300 rows looked at");
}

#[test]
fn a_failed_filter_says_why_and_typing_another_helps() {
    let mut driver = Driver::browsing(50);
    driver.keys("fuser_id:bob<enter>");
    driver.fail(driver.expect_start(is_page), gone());
    driver.must_see("does not answer");
    driver.keys("f<ctrl-u>user_id:alice<enter>");
    driver.settle();
    assert!(driver.shown().iter().all(|number| number % 3 == 0));
    assert!(!driver.sees("does not answer"));
}
