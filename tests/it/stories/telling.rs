//! What the screen says of its own work: reads that got half an answer, keys that help here,
//! columns without room, marks that are being looked at again.

use std::sync::Arc;

use dualscope::app::layout::Pane;
use dualscope::app::tasks::{Progress, Tasks};
use dualscope::app::viewer::{Line, View, Viewer, ViewerOptions};
use dualscope::app::{Effect, Now, Options, Target};
use dualscope::domain::document::Sight;
use dualscope::domain::intent::{Decision, IntentId};
use dualscope::domain::{Collection, Outlook, State, Window, diagnose};
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::event::{Inspection, Outcome, TaskEvent, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, is_inspect, is_page, options};
use crate::support::house::House;
use crate::support::rows::Rows;

fn is_marks(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Marks { .. })
}

/// The demo, in one of its collections.
fn demo(collection: &str, (columns, rows): (u16, u16)) -> Driver {
    let mut chosen = options();
    chosen.open = Some(Target::Collection(Collection::new(collection)));
    let mut driver = Driver::new(chosen);
    driver.rows = Rows::demo();
    driver.resize(columns, rows);
    driver.settle();
    driver
}

/// The answer of a read whose value store was silent.
fn half(mut inspection: Inspection) -> Inspection {
    inspection.document.stored = Sight::Unknown("the KV node at kv:6789 does not answer".into());
    let outlook = Outlook {
        model: None,
        no_values: false,
        now: 0,
        grace: 0,
        expected: None,
        window: Window::default(),
    };
    inspection.diagnosis = diagnose(&inspection.document, &outlook);
    inspection
}

#[test]
fn a_read_that_got_half_an_answer_is_not_called_done() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    driver.keys("j");
    driver.wait(100);
    let read = driver.expect_start(is_inspect);
    let key = driver.app.selected_key().unwrap().clone();
    let answer = half(driver.rows.inspection(&key));
    driver.finish(read, Outcome::Inspection(Box::new(answer)));
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != read {
        driver.keys("j");
    }
    let screen = driver.screen();
    let line = screen.lines().find(|line| line.contains("▸")).unwrap();
    assert!(line.contains("? ") && line.contains("unknown"), "{line}");
    assert!(!line.contains('✓') && !line.contains("done"), "{line}");
    driver.keys("<enter>");
    driver.must_see("the full document is not known: the KV node at kv:6789 does not answer");
    assert!(!driver.sees("both stores read"));
}

#[test]
fn the_palette_ranks_names_before_descriptions_and_what_can_run_before_what_cannot() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    let first = |driver: &Driver, count: usize| -> Vec<String> {
        let Some(dualscope::app::layer::Layer::Menu(menu)) = driver.app.layers().last() else {
            panic!()
        };
        let shown = menu.shown().take(count);
        shown.map(|item| item.label.clone()).collect()
    };
    driver.keys(":doc");
    assert_eq!(first(&driver, 1), ["app.doctor"]);
    driver.keys("<ctrl-u>fil");
    assert_eq!(first(&driver, 1), ["list.filter"]);
    driver.keys("<ctrl-u>:doctor");
    assert_eq!(first(&driver, 1), ["app.doctor"]);
    driver.keys("<ctrl-u>");
    let all = first(&driver, usize::MAX);
    driver.keys("<esc>:");
    assert_eq!(
        first(&driver, usize::MAX),
        all,
        "without words the table's order"
    );
}

#[test]
fn help_on_a_page_is_about_the_page_and_leaves_it_there() {
    for open in [":app.doctor<enter>", "@"] {
        let mut driver = Driver::browsing(9);
        driver.settle();
        driver.keys(open);
        let title = driver.screen().lines().nth(1).unwrap().to_owned();
        driver.keys("?");
        driver.must_see("Keys of this place (page)");
        driver.keys("<esc>");
        assert_eq!(driver.screen().lines().nth(1).unwrap(), title);
        driver.keys("<esc>");
        assert_eq!(driver.app.layers().len(), 0);
    }
}

#[test]
fn columns_without_room_are_counted_and_named() {
    let mut driver = Driver::browsing(9);
    driver.resize(200, 40);
    driver.settle();
    assert!(!driver.sees("more →"));
    driver.resize(100, 24);
    let list = driver.app.layout().list.unwrap().width - 2;
    let shown = driver.app.list().fitted(list).len();
    let more = driver.app.list().widths.len() - shown;
    assert!(more > 0);
    driver.must_see(&format!("{more} more →"));
    driver.keys("C");
    driver.must_see("auto, no room");
    driver.resize(200, 40);
    assert!(!driver.sees("no room"));
}

#[test]
fn a_mark_that_is_looked_at_again_stays_until_the_answer() {
    let mut driver = Driver::browsing(9);
    driver.rows.states.insert(8, State::Orphan);
    driver.keys("R");
    driver.settle();
    let row = |driver: &Driver| {
        let screen = driver.screen();
        let line = screen.lines().find(|line| line.contains("…0000008"));
        line.unwrap().to_owned()
    };
    assert!(row(&driver).contains("+ …0000008"));
    driver.rows.states.insert(8, State::Agrees);
    driver.keys("R");
    assert!(row(&driver).contains("+ …0000008"), "{}", row(&driver));
    driver.answer(driver.expect_start(is_page));
    driver.wait(50);
    assert!(row(&driver).contains("+ …0000008"), "{}", row(&driver));
    let list = driver.app.list();
    assert_eq!(list.selected().unwrap().state(), State::Unchecked);
    driver.answer(driver.expect_start(is_marks));
    assert!(row(&driver).contains("● …0000008"));
}

#[test]
fn the_copied_command_leads_to_the_same_stores_and_view() {
    let mut given = options();
    given.given = ["--profile", "a b"].map(str::to_owned).to_vec();
    let mut driver = Driver::new(Options { ..given });
    driver.rows.fill(HERE, 0..9);
    driver.resize(120, 40);
    driver.settle();
    driver.keys("<enter><tab><tab>:copy.command<enter>");
    assert_eq!(driver.app.viewer().view(), View::Diff);
    let key = driver.app.selected_key().unwrap();
    let expected = format!("dualscope get {key} --view diff --profile 'a b'");
    assert_eq!(driver.effects, [Effect::Copy(expected)]);
}

#[test]
fn what_is_masked_is_not_copied_and_says_so() {
    let mut driver = demo("user_secrets", (120, 40));
    driver.keys("y");
    driver.must_see("masked: v in the document shows it");
    assert_eq!(driver.effects, []);
}

#[test]
fn folding_is_offered_where_there_is_something_to_fold() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    driver.keys("<enter>");
    driver.must_see("unfold");
    driver.keys("<tab><tab><tab>");
    assert_eq!(driver.app.viewer().view(), View::Raw);
    assert!(!driver.sees("unfold"));
}

#[test]
fn the_comparison_opens_with_all_lines_of_the_first_difference_on_the_screen() {
    let mut driver = demo(HERE, (80, 24));
    driver.keys("fis:drifted<enter>");
    driver.settle();
    assert!(!driver.app.list().window.is_empty());
    for row in driver.app.list().window.rows() {
        let inspection = Arc::new(driver.rows.inspection(&row.key));
        for height in 4..24 {
            let mut viewer = Viewer::new(ViewerOptions::default());
            viewer.resize(60, height);
            viewer.set_view(View::Diff);
            viewer.show(inspection.clone());
            whole_field_is_shown(&viewer);
            viewer.resize(60, height + 30);
            viewer.resize(60, height);
            whole_field_is_shown(&viewer);
            viewer.to_difference(true);
            whole_field_is_shown(&viewer);
        }
    }
}

/// The cursor's field with both of its values.
#[track_caller]
fn whole_field_is_shown(viewer: &Viewer) {
    let (name, at) = (viewer.path(), viewer.cursor().unwrap());
    let lines: Vec<String> = viewer.lines().iter().map(Line::text).collect();
    assert!(lines[at].contains(&name), "{lines:#?}");
    let below = |by: usize| lines.get(at + by).map_or("", |line| line.trim_start());
    let both = below(1).starts_with("lite") && below(2).starts_with("full");
    assert!(both, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_values_that_failed_tells_its_cause_and_the_next_step() {
    let open = Some(Target::Collection(Collection::new(HERE)));
    let mut house = House::open(Options { open, ..options() }, (100, 30)).await;
    let gone = StoreError::new(
        Store::Values,
        Kind::Unreachable,
        "nobody answers at kv:6789",
    );
    let hint = gone.hint.clone();
    for op in [Op::Window, Op::Heads, Op::Get, Op::Ping] {
        house.faults.always(op, Fault::Fail(gone.clone()));
    }
    house.keys("R").await;
    house.keys("w").await;
    for _ in 0..20 {
        let entry = house.app.tasks().selected().unwrap();
        if is_marks(&entry.spec) && matches!(entry.state, Progress::Failed(_)) {
            break;
        }
        house.keys("j").await;
    }
    assert!(is_marks(&house.app.tasks().selected().unwrap().spec));
    house.keys("<enter>").await;
    house.must_see("nobody answers at kv:6789");
    house.must_see(hint.split_whitespace().next().unwrap());
    house.must_see("failed");
}

#[test]
fn a_write_that_has_ended_is_not_said_to_run_again() {
    let resume = TaskSpec::Resume {
        intent: IntentId("0198".into()),
        key: "memcells:a".parse().unwrap(),
        decision: Decision::Finish,
    };
    for (spec, again) in [(resume, false), (TaskSpec::Survey, true)] {
        let mut tasks = Tasks::default();
        let task = tasks.add(spec, Now::default());
        assert!(!tasks.can_retry());
        let what = What::Failed(gone());
        tasks.note(&TaskEvent { task, what }, Now::default());
        assert_eq!(tasks.can_retry(), again);
    }
}

#[test]
fn the_narrow_footer_of_a_session_that_writes_has_edit_and_delete() {
    let mut driver = Driver::writing();
    driver.resize(80, 24);
    driver.settle();
    let screen = driver.screen();
    let footer = screen.lines().last().unwrap();
    for key in ["enter open", "f filter", "e edit", "D delete", "? help"] {
        assert!(footer.contains(key), "{key:?} is not in {footer:?}");
    }
}

#[test]
fn a_key_of_the_list_says_so_in_the_collections() {
    for size in [(80, 24), (120, 40)] {
        let mut driver = Driver::writing();
        driver.resize(size.0, size.1);
        driver.settle();
        driver.keys("<esc>");
        assert_eq!(driver.app.focus(), Pane::Collections);
        driver.keys("e");
        driver.must_see("e belongs to the list");
    }
}
