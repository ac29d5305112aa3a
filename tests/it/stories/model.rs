//! Random sequences of keys, sizes, ticks and answers: whatever comes in whatever order, the screen
//! stays whole and the memory bounded.

use dualscope::app::{Mouse, Options};
use dualscope::domain::State;
use dualscope::task::event::What;
use proptest::prelude::*;
use ratatui::layout::Rect;

use crate::support::driver::{Driver, HERE, gone, is_inspect, is_page, options};

const WINDOW: usize = 60;
const PAGE: u32 = 25;

#[derive(Clone, Copy, Debug)]
enum Step {
    Keys(&'static str),
    Paste(&'static str),
    Size(u16, u16),
    Mouse(Mouse),
    Wait(u64),
    /// Answers one of the running tasks.
    Answer(usize),
    /// Answers any task ever asked: late, doubled, cancelled.
    Stale(usize),
    Fail(usize),
    Cancelled(usize),
    Settle,
    /// A row comes or goes.
    Put(u32),
    Remove(u32),
}

const KEYS: [&str; 68] = [
    "j",
    "k",
    "j",
    "k",
    "jjj",
    "kkk",
    "G",
    "gg",
    "g",
    "<pagedown>",
    "<pageup>",
    "<ctrl-d>",
    "<ctrl-u>",
    "<enter>",
    "<esc>",
    "<esc>",
    "<esc>",
    "h",
    "l",
    "f",
    "f<ctrl-u>user_id:bob",
    "fis:tombstoned<enter>",
    "f<ctrl-u>is:agrees<enter>",
    "f<ctrl-u>nope<enter>",
    "F",
    "/",
    "/ky<enter>",
    "/row<enter>",
    "n",
    "N",
    "s",
    "S",
    "C",
    "C<down><left>+<esc>",
    "C<enter>-<ctrl-r>",
    "f<up><up>",
    "<left>",
    "w<down>o",
    "o",
    "c",
    "b",
    "]",
    "[",
    "<tab>",
    "<shift-tab>",
    "*",
    "y",
    "Y",
    "p",
    "v",
    "w",
    "x",
    "r",
    "@",
    "?",
    ":",
    ":doctor<enter>",
    ":task<enter>",
    "R",
    "m",
    "<space>",
    "<down>",
    "<up>",
    "<home>",
    "<end>",
    "<backspace>",
    "é漢",
    "q",
];

fn step() -> impl Strategy<Value = Step> {
    let mouse = (0..3u8, 0..130u16, 0..45u16, -3..4i16).prop_map(|(kind, x, y, by)| match kind {
        0 => Mouse::Click(x, y),
        1 => Mouse::DoubleClick(x, y),
        _ => Mouse::Scroll(x, y, by),
    });
    prop_oneof![
        12 => proptest::sample::select(&KEYS[..]).prop_map(Step::Keys),
        1 => proptest::sample::select(&["a\nb", "user_id:", "\u{1b}[2J", "{\"a\":1}"][..]).prop_map(Step::Paste),
        2 => (0..140u16, 0..50u16).prop_map(|(x, y)| Step::Size(x, y)),
        1 => mouse.prop_map(Step::Mouse),
        3 => (0..400u64).prop_map(Step::Wait),
        8 => any::<prop::sample::Index>().prop_map(|at| Step::Answer(at.index(1000))),
        2 => any::<prop::sample::Index>().prop_map(|at| Step::Stale(at.index(1000))),
        1 => any::<prop::sample::Index>().prop_map(|at| Step::Fail(at.index(1000))),
        1 => any::<prop::sample::Index>().prop_map(|at| Step::Cancelled(at.index(1000))),
        2 => Just(Step::Settle),
        1 => (0..300u32).prop_map(Step::Put),
        1 => (0..300u32).prop_map(Step::Remove),
    ]
}

fn take(driver: &mut Driver, step: Step) {
    let nth = |all: &[_], at: usize| (!all.is_empty()).then(|| all[at % all.len()]);
    match step {
        Step::Keys(keys) => driver.keys(keys),
        Step::Paste(text) => driver.paste(text),
        Step::Size(columns, rows) => driver.resize(columns, rows),
        Step::Mouse(mouse) => driver.mouse(mouse),
        Step::Wait(ms) => driver.wait(ms),
        Step::Answer(at) => {
            if let Some(task) = nth(&driver.running, at) {
                driver.answer(task);
            }
        }
        Step::Stale(at) => {
            let task = driver.asked[at % driver.asked.len()].0;
            // One of the tasks that nobody awaits: an answer is given once.
            if !driver.running.contains(&task) {
                driver.answer(task);
            }
        }
        Step::Fail(at) => {
            if let Some(task) = nth(&driver.running, at) {
                driver.fail(task, gone());
            }
        }
        Step::Cancelled(at) => {
            let stopped = nth(&driver.stopped, at).or_else(|| nth(&driver.running, at));
            if let Some(task) = stopped {
                driver.report(task, What::Cancelled);
            }
        }
        Step::Settle => driver.settle(),
        Step::Put(number) => driver.rows.fill(HERE, number..number + 1),
        Step::Remove(number) => {
            let here = crate::support::driver::here();
            driver
                .rows
                .index
                .remove(&here, &crate::support::rows::id(number));
        }
    }
}

fn check(driver: &Driver) -> Result<(), TestCaseError> {
    let (app, list) = (&driver.app, driver.app.list());
    let window = &list.window;
    prop_assert!(window.is_empty() || window.cursor() < window.len());
    prop_assert!(window.is_empty() || window.shown().contains(&window.cursor()));
    let most = WINDOW
        + 4 * window.height()
        + 2 * PAGE.max(u32::try_from(window.height()).unwrap()) as usize;
    prop_assert!(window.len() <= most, "{} rows", window.len());
    prop_assert!(app.tasks().listed().count() <= 220);
    prop_assert!(app.layers().len() <= 8, "{} layers", app.layers().len());

    let screen = Rect::new(0, 0, app.size().0, app.size().1);
    let layout = app.layout();
    for pane in [
        layout.collections,
        layout.list,
        layout.document,
        layout.prompt,
    ]
    .into_iter()
    .flatten()
    {
        prop_assert_eq!(pane.intersection(screen), pane);
    }
    let awaited: Vec<_> = driver.running(is_page);
    prop_assert!(awaited.len() <= 1, "{:?}", driver.running_names());
    prop_assert!(driver.running(is_inspect).len() <= 1);
    // One that was stopped is awaited until it says so.
    let task = list.fetch.as_ref().map(|(task, _)| *task);
    prop_assert!(awaited.iter().all(|page| Some(*page) == task));
    prop_assert!(task.is_none_or(|task| awaited.contains(&task) || driver.stopped.contains(&task)));
    let mut keys: Vec<_> = window.rows().map(|row| &row.key).collect();
    keys.sort();
    keys.dedup();
    prop_assert_eq!(keys.len(), window.len(), "a row stands in the list twice");
    Ok(())
}

/// What holds once everything was answered.
fn check_at_rest(driver: &Driver) -> Result<(), TestCaseError> {
    let app = &driver.app;
    prop_assert!(!app.list().is_loading() && !app.is_waiting());
    if app.preview().failure.is_none() {
        let shown = app.viewer().inspection().map(|shown| &shown.document.key);
        prop_assert_eq!(shown, app.preview().key.as_ref());
    }
    Ok(())
}

/// Enough for every day; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(96)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 400, ..ProptestConfig::default() })]
    #[test]
    fn nothing_breaks_whatever_happens(steps in prop::collection::vec(step(), 1..60)) {
        let mut driver = Driver::new(Options { window: WINDOW, page_size: PAGE, ..options() });
        driver.rows.fill(HERE, 0..300);
        driver.rows.fill("memcells", 0..40);
        driver.rows.fill("apple", 0..2);
        driver.rows.states.insert(290, State::Tombstoned);
        driver.rows.states.insert(20, State::Tombstoned);
        driver.resize(120, 40);
        for step in steps {
            take(&mut driver, step);
            check(&driver)?;
            driver.screen();
        }
        driver.settle();
        check(&driver)?;
        check_at_rest(&driver)?;
    }
}
