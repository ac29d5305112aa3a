//! The endless list: walking it, both ends, refreshing it in place, looking for text in it.

use dualscope::app::Options;
use dualscope::app::list::window::Side;
use dualscope::domain::Bson;
use dualscope::domain::query::Count;
use dualscope::task::event::Outcome;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, is_page, options};

fn held(driver: &Driver) -> usize {
    driver.app.list().window.len()
}

#[test]
fn the_list_goes_on_to_its_end_and_back_in_a_bounded_window() {
    let mut driver = Driver::new(Options {
        window: 200,
        page_size: 50,
        ..options()
    });
    driver.rows.fill(HERE, 0..2000);
    driver.resize(120, 40);
    driver.settle();
    driver.keys("<enter>");
    let mut most = 0;
    for _ in 0..70 {
        driver.keys("<pagedown>");
        driver.settle();
        most = most.max(held(&driver));
    }
    assert_eq!(driver.selected(), Some(0), "the oldest row");
    assert!(most <= 300, "{most} rows held");
    assert!(driver.app.list().window.is_complete(Side::After));
    driver.must_see("of 2 000");
    for _ in 0..70 {
        driver.keys("<pageup>");
        driver.settle();
        most = most.max(held(&driver));
    }
    assert_eq!(driver.selected(), Some(1999));
    assert!(most <= 300, "{most} rows held");
}

#[test]
fn both_ends_are_one_question_away() {
    let mut driver = Driver::browsing(2000);
    driver.keys("G");
    let pages = driver.running(is_page);
    assert_eq!(pages.len(), 1);
    driver.settle();
    assert_eq!(driver.selected(), Some(0));
    driver.must_see("at the end of ≈2 000");
    driver.keys("k");
    driver.settle();
    assert_eq!((driver.selected(), driver.document()), (Some(1), Some(1)));
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(1999));
    driver.must_see("1–");
}

#[test]
fn a_small_list_has_both_ends_at_hand_and_its_true_size() {
    let mut driver = Driver::browsing(60);
    let asked = driver.asked.len();
    driver.keys("G");
    assert_eq!(driver.selected(), Some(0));
    driver.keys("gg");
    assert_eq!(driver.selected(), Some(59));
    assert_eq!(driver.asked.len(), asked, "nothing was asked for that");
    driver.must_see("of 60");
}

#[test]
fn a_refresh_keeps_the_document_and_shows_rows_that_came_in_before_it() {
    let mut driver = Driver::browsing(50);
    driver.keys("jjj");
    driver.settle();
    assert_eq!(driver.selected(), Some(46));
    driver.rows.fill(HERE, 50..53);
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.selected(), Some(46));
    assert!(
        driver.shown().starts_with(&[52, 51, 50, 49]),
        "{:?}",
        driver.shown()
    );
    driver.must_see("of 53");
}

#[test]
fn a_refresh_in_the_middle_keeps_the_place_and_what_is_before_can_be_reached() {
    let mut driver = Driver::browsing(1000);
    for _ in 0..6 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    let (selected, shown) = (driver.selected(), driver.shown());
    driver.rows.fill(HERE, 1000..1010);
    driver.keys("R");
    driver.settle();
    assert_eq!((driver.selected(), driver.shown()), (selected, shown));
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(1009));
}

#[test]
fn going_up_during_a_refresh_loses_no_rows() {
    let mut driver = Driver::browsing(1000);
    driver.keys("<pagedown><pagedown>");
    driver.settle();
    driver.keys("R");
    // Still on the way: the screen goes to the first row meanwhile.
    driver.keys("gg");
    driver.settle();
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(999));
    assert_eq!(driver.shown()[..3], [999, 998, 997]);
}

#[test]
fn when_everything_from_here_on_is_gone_the_rest_is_shown() {
    let mut driver = Driver::browsing(200);
    driver.keys("G");
    driver.settle();
    for number in 0..100 {
        driver.rows.remove(HERE, number);
    }
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.selected(), Some(100));
    assert!(!driver.sees("is empty"));
}

#[test]
fn rows_inserted_while_walking_are_neither_lost_nor_doubled() {
    let mut driver = Driver::browsing(300);
    for new in 300..320 {
        driver.keys("<ctrl-d>");
        driver.rows.fill(HERE, new..new + 1);
        driver.settle();
    }
    let all: Vec<u32> = (driver.app.list().window.rows())
        .map(|row| crate::support::rows::number(&row.key))
        .collect();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1] + 1), "{all:?}");
}

#[test]
fn a_failed_refresh_keeps_the_rows_dimmed_with_the_reason_and_the_key_that_helps() {
    let mut driver = Driver::browsing(50);
    driver.keys("R");
    driver.fail(driver.expect_start(is_page), gone());
    assert_eq!(driver.shown()[0], 49);
    driver.must_see("✗ MongoDB at db:27017 does not answer (R again)");
    let dimmed = driver.styled("…000002f");
    driver.settle();
    assert!(
        driver.running(is_page).is_empty(),
        "it does not try again by itself"
    );
    driver.keys("R");
    driver.settle();
    assert!(!driver.sees("does not answer"));
    assert_ne!(driver.styled("…000002f"), dimmed);
}

#[test]
fn a_page_that_failed_below_is_read_on_request_only() {
    let mut driver = Driver::browsing(300);
    let page = driver.down_to_a_page();
    driver.fail(page, gone());
    driver.keys("jjj");
    assert!(driver.running(is_page).is_empty());
    let selected = driver.selected();
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.selected(), selected);
    driver.keys("<pagedown><pagedown><pagedown><pagedown>");
    driver.settle();
    assert!(held(&driver) > 200);
}

#[test]
fn a_count_is_exact_or_says_that_it_is_not() {
    let mut driver = Driver::browsing(500);
    driver.must_see("of ≈500");
    driver.keys("c");
    driver.must_see("counting …");
    let count = driver.expect_start(|spec| matches!(spec, TaskSpec::Count { .. }));
    driver.finish(count, Outcome::Count(Count::AtLeast(400)));
    driver.must_see("of ≥ 400");
    driver.must_see("the count ran into its time limit");
    driver.keys("c");
    driver.settle();
    driver.must_see("of 500 ");
}

#[test]
fn text_is_found_in_loaded_rows_and_found_again() {
    let mut driver = Driver::browsing(30);
    driver.keys("/");
    driver.must_see("find in loaded rows:");
    driver.keys("kyoto<enter>");
    // 29 has "lunch"; keywords go round in five.
    assert_eq!(driver.selected(), Some(26));
    driver.must_see("match 1 of 6 in the loaded rows");
    driver.keys("n");
    assert_eq!(driver.selected(), Some(21));
    driver.must_see("match 2 of 6 in the loaded rows");
    driver.keys("N");
    assert!(!driver.sees("on from"));
    driver.keys("N");
    assert_eq!(driver.selected(), Some(1), "round the end");
    driver.must_see("match 6 of 6 in the loaded rows; on from the end");
    driver.keys("n");
    driver.must_see("match 1 of 6 in the loaded rows; on from the top");
    driver.keys("N");
    driver.keys("<esc>n");
    driver.must_see("next: nothing has been searched for");
    driver.keys("/zebra<enter>");
    driver.must_see("\"zebra\" does not occur in the loaded rows");
    assert_eq!(driver.selected(), Some(1));
    driver.keys("<enter>");
    driver.settle();
    driver.keys("/_id<enter>");
    driver.must_see("match 1 of 1");
    assert!(!driver.sees("on from"));
    driver.keys("n");
    driver.must_see("match 1 of 1; on from the top");
    driver.keys("N");
    driver.must_see("match 1 of 1; on from the end");
}

#[test]
fn an_order_can_be_chosen_and_turned_round_and_a_missing_index_is_said() {
    let mut driver = Driver::browsing(300);
    driver.keys("S");
    driver.settle();
    assert_eq!(driver.shown()[..2], [0, 1]);
    driver.must_see("timestamp ↑");
    driver.must_see("no index starts with timestamp: the server sorts in memory");

    driver.keys("s");
    driver.must_see("Order by");
    driver.must_see("no index");
    driver.keys("_id<enter>");
    driver.settle();
    driver.must_see("_id ↓");
    assert_eq!(driver.shown()[0], 299);
    driver.keys("s<enter>");
    driver.settle();
    driver.must_see("_id ↑");
}

#[test]
fn the_rows_at_the_end_have_numbers_once_all_are_counted() {
    for count_first in [true, false] {
        let mut driver = Driver::browsing(542);
        driver.keys(if count_first { "c" } else { "G" });
        driver.settle();
        if !count_first {
            driver.must_see("34 rows at the end of ≈542");
        }
        driver.keys(if count_first { "G" } else { "c" });
        driver.settle();
        driver.must_see(" 509–542 of 542 ");
        for _ in 0..20 {
            driver.keys("<pageup>");
            driver.settle();
        }
        driver.must_see(" 1–34 of 542 ");
    }
}

#[test]
fn a_column_without_values_stands_where_one_with_values_will() {
    let mut given = options();
    let shown = ["user_id".to_owned()].to_vec();
    given.configured.insert(HERE.to_owned(), shown);
    let mut driver = Driver::new(given);
    driver.rows.fill(HERE, 0..0);
    driver.resize(120, 40);
    driver.settle();
    let mut row = crate::support::rows::row(1);
    row.0.retain(|(name, _)| name != "user_id");
    row.0.push(("user_id".to_owned(), Bson::Null));
    driver.rows.index.put(&crate::support::driver::here(), row);
    driver.keys("R");
    driver.settle();
    let column = |driver: &Driver| {
        let list = driver.app.list();
        let found = list.widths.iter().find(|column| column.path == "user_id");
        found.unwrap().right
    };
    assert!(!column(&driver));
    driver.rows.fill(HERE, 2..4);
    driver.keys("R");
    driver.settle();
    assert!(!column(&driver));
}
