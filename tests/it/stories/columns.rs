//! Columns: which, in which order, how wide; remembered for their collection, and back to the defaults.

use dualscope::app::list::columns::Choice;
use dualscope::app::{Effect, Options};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, options};

/// A list wide enough for all of its columns.
fn wide() -> Driver {
    let mut driver = Driver::browsing(9);
    driver.resize(200, 40);
    driver
}

/// What was last asked to be remembered.
fn remembered(driver: &Driver) -> Choice {
    let Some(Effect::RememberColumns(name, choice)) = driver.effects.last() else {
        panic!("{:?}", driver.effects)
    };
    assert_eq!(name, HERE);
    choice.clone()
}

fn names(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|&path| path.to_owned()).collect()
}

/// The names in the head of the list, in their order.
fn head(driver: &Driver) -> Vec<String> {
    let width = driver.app.layout().list.unwrap().width - 2;
    let fitted = driver.app.list().fitted(width);
    fitted.into_iter().map(|column| column.path).collect()
}

fn width(driver: &Driver, path: &str) -> u16 {
    let list = driver.app.layout().list.unwrap().width - 2;
    let fitted = driver.app.list().fitted(list);
    let found = fitted.iter().find(|column| column.path == path);
    found.unwrap().width
}

const ALL: [&str; 4] = ["timestamp", "user_id", "group_id", "keywords"];

#[test]
fn they_are_chosen_shown_and_remembered() {
    let mut driver = wide();
    assert_eq!(head(&driver), ALL);
    driver.keys("C");
    driver.must_see("Columns (enter shows or hides)");
    driver.must_see("enter show/hide  down/up move  left/right order  -/+ width  esc close");
    driver.keys("keyw<enter><esc>");
    let choice = remembered(&driver);
    assert_eq!(choice.shown, Some(names(&ALL[..3])));
    assert!(choice.widths.is_empty());
    assert_eq!(head(&driver), ALL[..3]);

    driver.keys("]R");
    driver.settle();
    assert_eq!(head(&driver), ALL[..3], "and it stays so");
}

#[test]
fn they_move_to_the_left_and_to_the_right() {
    let mut driver = wide();
    driver.keys("C<down><left>");
    assert_eq!(
        remembered(&driver).shown,
        Some(names(&["user_id", "timestamp", "group_id", "keywords"]))
    );
    driver.keys("<right><right>");
    let order = ["timestamp", "group_id", "user_id", "keywords"];
    assert_eq!(head(&driver), order);
    let before = driver.effects.len();
    driver.keys("<ctrl-u>keyw<right>");
    assert_eq!(driver.effects.len(), before, "it is the last already");
    driver.keys("<left><esc>");
    let order = ["timestamp", "group_id", "keywords", "user_id"];
    assert_eq!(remembered(&driver).shown, Some(names(&order)));
    driver.keys("R");
    driver.settle();
    assert_eq!(head(&driver), order);
    driver.keys("C");
    let screen = driver.screen();
    let line = |name: &str| {
        screen
            .lines()
            .position(|l| l.contains(&format!("● {name}")))
    };
    assert!(
        line("keywords") < line("user_id"),
        "the menu has their order"
    );
}

#[test]
fn what_is_not_shown_has_no_place_and_no_width() {
    let mut driver = wide();
    driver.keys("Cparent_id<left>");
    driver.must_see("this field is not shown; enter shows it");
    driver.keys("+");
    assert_eq!(driver.effects, [], "and nothing was changed");
}

#[test]
fn they_are_made_wider_and_narrower_and_as_wide_as_their_values_again() {
    let mut driver = wide();
    let (user, time) = (width(&driver, "user_id"), width(&driver, "timestamp"));
    driver.keys("C<down>+++");
    driver.must_see(&format!("{} cells", user + 6));
    assert_eq!(width(&driver, "user_id"), user + 6);
    assert_eq!(width(&driver, "timestamp"), time, "the others stay");
    let choice = remembered(&driver);
    assert_eq!(choice.shown, None, "which are shown was not chosen");
    assert_eq!(choice.widths["user_id"], user + 6);
    driver.keys("-----------------");
    assert_eq!(width(&driver, "user_id"), 3);
    driver.keys("<up>-<esc>");
    assert_eq!(
        width(&driver, "timestamp"),
        time - 2,
        "also dates, if somebody wants it"
    );
    driver.keys("]R");
    driver.settle();
    assert_eq!(
        width(&driver, "user_id"),
        3,
        "rows that come do not change it"
    );
    driver.keys("C=<down>=");
    assert_eq!(
        (width(&driver, "user_id"), width(&driver, "timestamp")),
        (user, time)
    );
    assert_eq!(
        remembered(&driver),
        Choice::default(),
        "nothing is left to remember"
    );
}

#[test]
fn a_column_wider_than_the_list_leaves_out_those_behind_it_and_stays() {
    let mut driver = wide();
    driver.resize(80, 24);
    driver.keys("C<down>");
    driver.keys(&"+".repeat(60));
    assert_eq!(head(&driver)[..2], ["timestamp", "user_id"]);
    driver.screen();
    let widest = width(&driver, "user_id");
    driver.keys("-");
    assert_eq!(
        width(&driver, "user_id"),
        widest - 2,
        "one step back shows at once"
    );
}

#[test]
fn the_defaults_come_back_with_a_key_or_from_the_palette() {
    let mut driver = wide();
    driver.keys("C<enter><down><left>+<ctrl-r>");
    driver.must_see("Columns (enter shows or hides)");
    assert_eq!(remembered(&driver), Choice::default());
    assert_eq!(head(&driver), ALL);

    driver.keys("<enter><esc>");
    assert_ne!(head(&driver), ALL);
    driver.keys(":default-columns<enter>");
    assert_eq!(head(&driver), ALL);
    assert_eq!(remembered(&driver), Choice::default());
}

#[test]
fn the_defaults_are_those_of_the_configuration_where_it_names_some() {
    let mut given = options();
    let configured = ["group_id", "extend.origin"].map(str::to_owned).to_vec();
    given.configured.insert(HERE.to_owned(), configured.clone());
    let mut driver = Driver::new(given);
    driver.rows.fill(HERE, 0..9);
    driver.resize(200, 40);
    driver.settle();
    driver.keys("<enter>");
    assert_eq!(head(&driver), configured);
    driver.keys("Ckeyw<enter>");
    assert_eq!(
        head(&driver),
        ["group_id", "extend.origin", "keywords"],
        "a path that is no field of its own is not lost"
    );
    driver.keys("<ctrl-r><esc>");
    assert_eq!(head(&driver), configured);
}

#[test]
fn no_column_at_all_is_a_choice_too() {
    let mut driver = wide();
    driver.keys("C<enter><down><enter><down><enter><down><enter><esc>");
    assert_eq!(remembered(&driver).shown, Some(names(&[])));
    assert_eq!(head(&driver), [""; 0]);
    driver.keys("R");
    driver.settle();
    assert_eq!(head(&driver), [""; 0]);
    driver.must_see("…0000008");
}

#[test]
fn the_id_is_never_a_column_since_it_stands_in_front() {
    let mut driver = wide();
    driver.keys("C_id");
    driver.must_see("every row begins with it");
}

#[test]
fn remembered_ones_are_there_from_the_start_in_their_order_and_width() {
    let mut remembered = options();
    let choice = Choice {
        shown: Some(names(&["group_id", "user_id"])),
        widths: [("user_id".to_owned(), 25)].into(),
    };
    remembered.columns.insert(HERE.to_owned(), choice);
    let mut driver = Driver::new(Options { ..remembered });
    driver.rows.fill(HERE, 0..9);
    driver.resize(200, 40);
    driver.settle();
    assert_eq!(head(&driver), ["group_id", "user_id"]);
    assert_eq!(width(&driver, "user_id"), 25);
}

#[test]
fn with_no_field_selected_its_keys_say_so() {
    let mut driver = wide();
    driver.keys("Cj");
    driver.keys("qq");
    driver.must_see("nothing matches");
    for key in ["<left>", "<right>", "+", "-", "="] {
        driver.keys(key);
        driver.must_see("no field is selected: no name matches what is typed");
    }
    assert_eq!(head(&driver), ALL);
}
