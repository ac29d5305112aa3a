//! Random sequences of keys, answers and other people's writes in a session that can write: nothing is
//! written that was not reviewed, and no typed text is lost, also while the disk takes none.

use std::cell::Cell;

use dualscope::app::layer::{Layer, LayerKind};
use dualscope::app::{Edited, Effect, Outside};
use dualscope::task::event::What;
use dualscope::task::spec::{Lane, TaskSpec};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::writing::is_write;
use crate::support::driver::{Driver, gone};

#[derive(Clone, Debug)]
enum Step {
    Keys(&'static str),
    /// Asks for a write, and reads until its review is there if there can be one.
    Ask(&'static str),
    /// Types into the selected document, or wherever the keys are.
    Type(&'static str),
    Paste(&'static str),
    Size(u16, u16),
    Wait(u64),
    Answer(usize),
    Fail(usize),
    Cancelled(usize),
    Settle,
    /// Somebody else writes the selected document.
    Foreign(&'static str),
    /// What the person's editor gives back, where one is open.
    Edited(usize),
    /// From now on nothing can be saved, or all can.
    DiskFull(bool),
    /// From now on the disk takes its time, or none.
    DiskSlow(bool),
}

const KEYS: [&str; 50] = [
    "j",
    "k",
    "jjj",
    "e",
    "e",
    "E",
    "a",
    "A",
    "d",
    "D",
    "t",
    "r",
    "u",
    "<ctrl-r>",
    "H",
    "W",
    "y",
    "y",
    "n",
    "<enter>",
    "<enter>",
    "<esc>",
    "<esc>",
    "<esc>",
    "<ctrl-s>",
    "<ctrl-s>",
    "<f2>",
    "<ctrl-o>",
    "<ctrl-z>",
    "<ctrl-y>",
    "<ctrl-f>a<enter>",
    "<ctrl-g>3<enter>",
    "<f3>",
    "<shift-f3>",
    "<down>",
    "<down><enter>",
    "<down><down><enter>",
    "<end>",
    "<end><left>x",
    "\"",
    "{",
    "<backspace>",
    "<delete>",
    "<pagedown>",
    "<tab>",
    "=",
    "<space>",
    "f",
    "q",
    "R",
];

/// What leads to a review, and the keys that stand in front of one.
const ASKS: [&str; 6] = ["d", "D", "t", "r", "u", "<ctrl-r>"];
const ANSWERS: [&str; 12] = [
    "y", "y", "y", "y", "n", "<enter>", "<esc>", "<space>", "D", "q", "<down>", "<ctrl-s>",
];

fn step() -> impl Strategy<Value = Step> {
    let index = || any::<prop::sample::Index>().prop_map(|at| at.index(1000));
    prop_oneof![
        14 => proptest::sample::select(&KEYS[..]).prop_map(Step::Keys),
        6 => proptest::sample::select(&ASKS[..]).prop_map(Step::Ask),
        8 => proptest::sample::select(&ANSWERS[..]).prop_map(Step::Keys),
        1 => proptest::sample::select(&["a\r\nb", ",", "\u{1b}[2J", "東京"][..]).prop_map(Step::Paste),
        1 => (30..140u16, 8..50u16).prop_map(|(x, y)| Step::Size(x, y)),
        3 => (0..1_500u64).prop_map(Step::Wait),
        10 => index().prop_map(Step::Answer),
        1 => index().prop_map(Step::Fail),
        1 => index().prop_map(Step::Cancelled),
        4 => Just(Step::Settle),
        1 => proptest::sample::select(&["", "{}", "no json", "{\"id\":\"x\"}"][..]).prop_map(Step::Foreign),
        2 => index().prop_map(Step::Edited),
        3 => any::<bool>().prop_map(Step::DiskFull),
        2 => any::<bool>().prop_map(Step::DiskSlow),
        5 => proptest::sample::select(&["Z", "<end><left>z", "{"][..]).prop_map(Step::Type),
        5 => Just(Step::Keys("<esc><down><enter>")),
    ]
}

/// What an editor outside may have left behind.
fn left_behind(at: usize, text: &str) -> Edited {
    match at % 5 {
        0 => Edited::Same,
        1 => Edited::Nothing("it ended with 1".to_owned()),
        2 => Edited::Text("{ broken".into()),
        3 => Edited::Text(
            text.replace("\"summary\": \"", "\"summary\": \"Out. ")
                .into(),
        ),
        _ => Edited::Text(format!("{text}\n").into()),
    }
}

fn take(driver: &mut Driver, step: &Step) {
    let nth = |all: &[_], at: usize| (!all.is_empty()).then(|| all[at % all.len()]);
    match step {
        Step::Keys(keys) => driver.keys(keys),
        Step::Ask(keys) => {
            driver.keys(keys);
            driver.settle();
        }
        Step::Type(keys) => {
            if !is_open(driver) {
                driver.keys("e");
                driver.settle();
            }
            driver.keys(keys);
        }
        Step::Paste(text) => driver.paste(text),
        Step::Size(columns, rows) => driver.resize(*columns, *rows),
        Step::Wait(ms) => driver.wait(*ms),
        Step::Answer(at) => {
            if let Some(task) = nth(&driver.running, *at) {
                driver.answer(task);
            }
        }
        Step::Fail(at) => {
            if let Some(task) = nth(&driver.running, *at) {
                driver.fail(task, gone());
            }
        }
        Step::Cancelled(at) => {
            // A write is never simply gone.
            let read = |spec: &TaskSpec| spec.lane() != Lane::Write;
            if let Some(task) = nth(&driver.running(read), *at) {
                driver.report(task, What::Cancelled);
            }
        }
        Step::Settle => driver.settle(),
        Step::Foreign(text) => {
            if let Some(key) = driver.app.selected_key().cloned() {
                driver.rows.foreign(&key, text);
            }
        }
        Step::DiskFull(full) => driver.disk_full = *full,
        Step::DiskSlow(slow) => {
            driver.slow_disk = *slow;
            driver.disk_answers();
        }
        Step::Edited(at) => {
            let open = driver.effects.iter().rev().find_map(|effect| match effect {
                Effect::EditOutside(_, text) => Some(text.text.clone()),
                _ => None,
            });
            if let Some(text) = open {
                driver.outside(Outside::Edited(left_behind(*at, &text)));
            }
        }
    }
}

/// The changed text of the editor, folded parts as they stand there.
fn typed(driver: &Driver) -> Option<String> {
    driver.app.layers().iter().find_map(|layer| match layer {
        Layer::Edit(edit) if edit.is_changed() => Some(edit.text()),
        _ => None,
    })
}

/// Whether an editor is open, whatever its text.
fn is_open(driver: &Driver) -> bool {
    let mut layers = driver.app.layers().iter();
    layers.any(|layer| matches!(layer, Layer::Edit(_)))
}

/// Whether a draft has this text. What is folded on the screen is not known here; then any will do.
fn is_on_disk(driver: &Driver, text: &str) -> bool {
    let mut drafts = driver.drafts.iter();
    drafts.any(|draft| text.contains('⟦') || *draft.text.text == *text)
}

/// The same of what the program holds until it can be saved.
fn is_held(driver: &Driver, text: &str) -> bool {
    let mut held = driver.app.held();
    held.any(|held| text.contains('⟦') || *held.text.text == *text)
}

/// How often something was given up, or done, so that its draft is not needed.
fn drops(driver: &Driver) -> usize {
    let is_drop = |effect: &&Effect| matches!(effect, Effect::DropDrafts(_));
    driver.effects.iter().filter(is_drop).count()
}

fn said_kept(driver: &Driver) -> u32 {
    let kept = |text: &str| text.contains("draft is kept") || text.contains("kept as a draft");
    let notices = driver.app.notices().all();
    notices
        .filter(|notice| kept(&notice.text))
        .map(|notice| notice.times)
        .sum()
}

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(48)
}

/// How often the sequences came to where something can go wrong.
#[derive(Default, Debug)]
struct Met {
    reviews: Cell<u32>,
    /// Keys in front of a review that are no yes.
    other_answers: Cell<u32>,
    writes: Cell<u32>,
    typed: Cell<u32>,
    /// Texts that could not be saved.
    unsaved: Cell<u32>,
    /// Editors that closed over a changed text.
    closed: Cell<u32>,
}

fn count(met: &Cell<u32>, is_so: bool) {
    met.set(met.get() + u32::from(is_so));
}

fn writes(driver: &Driver) -> usize {
    let asked = driver.asked.iter();
    asked.filter(|(_, spec)| is_write(spec)).count()
}

/// One step, and what must hold behind it.
fn holds(driver: &mut Driver, step: &Step, met: &Met) -> Result<(), TestCaseError> {
    let before = writes(driver);
    let reviewed = driver.app.top_layer() == LayerKind::Review;
    let kept = driver.drafts.clone();
    let open = typed(driver);
    let (dropped, said) = (drops(driver), said_kept(driver));
    let done = driver.rows.pen.plans().len();
    take(driver, step);
    let now = writes(driver);
    let yes = matches!(step, Step::Keys("y"));
    count(&met.reviews, reviewed);
    let other = matches!(step, Step::Keys(_) | Step::Ask(_)) && !yes;
    count(&met.other_answers, reviewed && other);
    count(&met.writes, now > before);
    prop_assert!(
        now == before || (now == before + 1 && reviewed && yes),
        "{step:?}"
    );

    // A draft goes with a write that was done, or by a key that says so.
    let fewer = driver.drafts.len() < kept.len();
    let done = driver.rows.pen.plans().len() > done;
    let told = matches!(step, Step::Keys(_) | Step::Ask(_) | Step::Edited(_));
    prop_assert!(!fewer || done || told, "{step:?}");

    // What was typed is in the editor, on disk, or held until it is; or it was given up or written.
    driver.screen();
    if let Some(text) = &open
        && !is_open(driver)
    {
        count(&met.closed, true);
        let needless = drops(driver) > dropped && (told || done);
        let safe = is_on_disk(driver, text) || is_held(driver, text);
        prop_assert!(safe || needless, "{step:?}");
        let said = said_kept(driver) > said;
        prop_assert!(!said || is_on_disk(driver, text), "{step:?}");
    }
    if let Some(text) = typed(driver) {
        count(&met.typed, true);
        count(&met.unsaved, driver.app.unkept() > 0);
        driver.wait(1_000);
        let safe = is_on_disk(driver, &text) || is_held(driver, &text);
        prop_assert!(safe || typed(driver) != Some(text), "{step:?}");
    }
    prop_assert!(driver.app.layers().len() <= 8);
    Ok(())
}

#[test]
fn nothing_is_written_unreviewed_and_no_text_is_lost() {
    let config = ProptestConfig {
        cases: cases(),
        max_shrink_iters: 300,
        ..ProptestConfig::with_source_file(file!())
    };
    let (met, sequences) = (Met::default(), prop::collection::vec(step(), 1..60));
    let ended = TestRunner::new(config).run(&sequences, |steps| {
        let mut driver = Driver::writing();
        for step in steps {
            holds(&mut driver, &step, &met)?;
        }
        driver.settle();
        (driver.disk_full, driver.slow_disk) = (false, false);
        driver.disk_answers();
        driver.wait(61_000);
        prop_assert_eq!(driver.app.held().count(), 0, "the disk has room again");
        Ok(())
    });
    if let Err(fault) = ended {
        panic!("{fault}");
    }
    // Sequences that come nowhere prove nothing.
    println!("{met:?}");
    let often = [&met.reviews, &met.other_answers, &met.typed, &met.unsaved];
    assert!(often.iter().all(|met| met.get() >= cases() / 4), "{met:?}");
    assert!(met.writes.get() > 0 && met.closed.get() > 0, "{met:?}");
}
