//! The mouse does what some key does, where it is pointed at.

use dualscope::app::layer::Layer;
use dualscope::app::layout::Pane;
use dualscope::app::viewer::View;
use dualscope::app::{Effect, Mouse};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE};

#[test]
fn m_turns_it_on_and_off_and_says_so() {
    let mut driver = Driver::browsing(9);
    driver.keys("m");
    driver.must_see("mouse on (m turns it off)");
    driver.keys("m");
    driver.must_see("mouse off");
    assert_eq!(driver.effects, [Effect::Mouse(true), Effect::Mouse(false)]);
}

#[test]
fn a_click_selects_a_double_click_opens_and_the_border_does_nothing() {
    let mut driver = Driver::browsing(50);
    let list = driver.app.layout().list.unwrap();
    driver.mouse(Mouse::Click(list.x + 5, list.y + 2 + 4));
    driver.settle();
    assert_eq!((driver.selected(), driver.document()), (Some(45), Some(45)));
    for row in [list.y, list.y + 1, list.y + list.height - 1] {
        driver.mouse(Mouse::Click(list.x + 5, row));
        assert_eq!(driver.selected(), Some(45));
    }
    driver.mouse(Mouse::DoubleClick(list.x + 5, list.y + 2));
    assert_eq!(driver.app.focus(), Pane::Document);
    driver.settle();
    assert_eq!(driver.document(), Some(49));
}

#[test]
fn a_click_on_a_tab_chooses_that_view_and_leaves_the_keys_where_they_are() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    let document = driver.app.layout().document.unwrap();
    let row = document.bottom() - 1;
    let tab = |driver: &Driver, name: &str| {
        let screen = driver.screen();
        let line = screen.lines().nth(usize::from(row)).unwrap().to_owned();
        let at = line.rfind(name).unwrap();
        u16::try_from(line[..at].chars().count()).unwrap()
    };
    for view in [View::Diff, View::Raw, View::Full, View::Lite] {
        let column = tab(&driver, view.name());
        driver.mouse(Mouse::Click(column, row));
        assert_eq!(driver.app.viewer().view(), view);
        let last = column + u16::try_from(view.name().len()).unwrap() - 1;
        driver.mouse(Mouse::Click(last, row));
        assert_eq!(driver.app.viewer().view(), view);
    }
    assert_eq!(driver.app.focus(), Pane::List);
    for beside in [document.x + 1, document.right() - 1] {
        driver.mouse(Mouse::Click(beside, row));
        assert_eq!(driver.app.viewer().view(), View::Lite);
    }
}

#[test]
fn a_click_below_the_last_row_selects_nothing_else() {
    let mut driver = Driver::browsing(3);
    let list = driver.app.layout().list.unwrap();
    driver.mouse(Mouse::Click(list.x + 5, list.y + 10));
    assert_eq!(driver.selected(), Some(2));
    assert_eq!(driver.app.focus(), Pane::List);
}

#[test]
fn the_wheel_scrolls_what_it_is_over() {
    let mut driver = Driver::browsing(300);
    let layout = *driver.app.layout();
    let (list, document) = (layout.list.unwrap(), layout.document.unwrap());
    driver.mouse(Mouse::Scroll(list.x + 5, list.y + 5, 2));
    driver.settle();
    assert_eq!(driver.shown()[0], 293);
    assert_eq!(
        (driver.selected(), driver.document()),
        (Some(293), Some(293))
    );
    driver.mouse(Mouse::Scroll(document.x + 5, document.y + 5, 1));
    assert_eq!(driver.app.focus(), Pane::List);
    driver.mouse(Mouse::Click(document.x + 5, document.y + 3));
    assert_eq!(driver.app.focus(), Pane::Document);
}

#[test]
fn collections_open_by_click_after_a_rest_and_by_double_click_at_once() {
    let mut driver = Driver::browsing(9);
    driver.rows.fill("event_log_records", 0..4);
    driver.keys("R");
    driver.settle();
    let pane = driver.app.layout().collections.unwrap();
    driver.mouse(Mouse::Click(pane.x + 3, pane.y + 2));
    driver.settle();
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        "event_log_records"
    );
    assert_eq!(driver.app.focus(), Pane::Collections);
    driver.mouse(Mouse::DoubleClick(pane.x + 3, pane.y + 1));
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        HERE
    );
    assert_eq!(driver.app.focus(), Pane::List);
    driver.mouse(Mouse::Click(pane.x + 3, pane.y + 20));
    driver.settle();
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        HERE
    );
}

#[test]
fn the_wheel_reaches_the_last_line_of_a_page_and_leaves_what_is_below_alone() {
    let mut driver = Driver::browsing(300);
    driver.resize(80, 24);
    driver.settle();
    driver.keys("?G");
    let end = driver.screen();
    driver.mouse(Mouse::Scroll(10, 10, 1));
    assert_eq!(driver.screen(), end);
    driver.mouse(Mouse::Scroll(10, 10, -1));
    assert_ne!(driver.screen(), end);
    driver.mouse(Mouse::Click(10, 4));
    driver.keys("<esc>");
    assert_eq!(driver.selected(), Some(299));
}

#[test]
fn pointing_outside_of_everything_is_harmless() {
    let mut driver = Driver::browsing(9);
    for mouse in [
        Mouse::Click(500, 500),
        Mouse::DoubleClick(0, 0),
        Mouse::Scroll(0, 39, -3),
    ] {
        driver.mouse(mouse);
    }
    driver.resize(20, 5);
    driver.mouse(Mouse::Click(3, 3));
    assert_eq!(driver.selected(), Some(8));
}

/// The cell where a text begins on the screen.
fn cell_of(driver: &Driver, text: &str) -> (u16, u16) {
    let screen = driver.screen();
    let (row, line) = (screen.lines().enumerate())
        .find(|(_, line)| line.contains(text))
        .unwrap();
    let column = dualscope::domain::text::Spelling::Full.width(&line[..line.find(text).unwrap()]);
    (column.try_into().unwrap(), row.try_into().unwrap())
}

#[test]
fn a_click_selects_in_a_menu_and_a_double_click_chooses() {
    let mut driver = Driver::browsing(9);
    for size in [(200, 40), (120, 40), (80, 24)] {
        driver.resize(size.0, size.1);
        driver.keys("s<ctrl-u>");
        let (column, row) = cell_of(&driver, "parent_id");
        driver.mouse(Mouse::Click(column, row));
        driver.must_see("Order by");
        driver.mouse(Mouse::DoubleClick(column, row));
        driver.settle();
        assert_eq!(driver.app.list().sort.field, "parent_id");
        driver.keys("s<ctrl-u>timest<enter>");
        driver.settle();
    }
}

#[test]
fn in_the_menu_of_columns_a_double_click_shows_and_hides_and_what_is_outside_does_nothing() {
    let mut driver = Driver::browsing(9);
    for size in [(200, 40), (120, 40), (80, 24)] {
        driver.resize(size.0, size.1);
        driver.keys("C");
        let (column, row) = cell_of(&driver, "● keywords");
        driver.mouse(Mouse::DoubleClick(column, row));
        assert!(!driver.app.list().columns.contains(&"keywords".to_owned()));
        driver.mouse(Mouse::DoubleClick(column, row));
        assert!(driver.app.list().columns.contains(&"keywords".to_owned()));
        let shown = driver.app.list().columns.clone();
        for cell in [(0, 0), (column, row + 30), (500, 500), (2, 3)] {
            driver.mouse(Mouse::DoubleClick(cell.0, cell.1));
        }
        assert_eq!(driver.app.list().columns, shown);
        driver.keys("<esc>");
    }
}

#[test]
fn a_long_menu_that_has_scrolled_is_clicked_where_it_shows() {
    let mut driver = Driver::browsing(9);
    driver.resize(80, 24);
    driver.keys(":<pagedown><pagedown><pagedown>");
    let (column, row) = cell_of(&driver, "find.next");
    driver.mouse(Mouse::Click(column, row));
    let Some(Layer::Menu(menu)) = driver.app.layers().last() else {
        panic!()
    };
    assert_eq!(menu.selected().unwrap().label, "find.next");
}

#[test]
fn a_click_selects_a_task_and_a_double_click_opens_its_details() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    driver.settle();
    driver.keys("w");
    let (column, row) = cell_of(&driver, "list collections");
    driver.mouse(Mouse::Click(column, row));
    let selected = |driver: &Driver| driver.app.tasks().selected().unwrap().spec.name();
    assert_eq!(selected(&driver), "list collections");
    assert!(!driver.app.tasks().shows_details());
    driver.mouse(Mouse::DoubleClick(column, row));
    driver.must_see("asked for (UTC)");
    let (column, row) = cell_of(&driver, "asked for (UTC)");
    driver.mouse(Mouse::DoubleClick(column, row));
    assert_eq!(selected(&driver), "list collections");
    assert!(
        driver.app.tasks().shows_details(),
        "the details are no list"
    );
    driver.mouse(Mouse::Scroll(column, row, -1));
    assert_ne!(selected(&driver), "list collections");
}

#[test]
fn while_something_is_typed_pointing_changes_nothing() {
    let mut driver = Driver::browsing(300);
    driver.keys("fuser");
    let before = (driver.screen(), driver.selected());
    for mouse in [
        Mouse::Click(60, 10),
        Mouse::DoubleClick(5, 3),
        Mouse::Scroll(60, 10, 3),
    ] {
        driver.mouse(mouse);
        assert_eq!((driver.screen(), driver.selected()), before);
    }
}
