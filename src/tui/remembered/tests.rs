//! What a second session finds of the first.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn choice(shown: &[&str], widths: &[(&str, u16)]) -> Choice {
    let widths = widths
        .iter()
        .map(|(name, width)| ((*name).to_owned(), *width));
    Choice {
        shown: Some(shown.iter().map(|&name| name.to_owned()).collect()),
        widths: widths.collect(),
    }
}

fn mode(file: PathBuf) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn columns_with_their_widths_are_remembered_by_collection_and_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let state = &home.path().join("new");
    assert_eq!(load(state), Remembered::default());
    let only_widths = Choice {
        shown: None,
        ..choice(&[], &[("z", 30)])
    };
    remember_columns(state, "a".into(), choice(&["x", "y"], &[])).unwrap();
    remember_columns(state, "b".into(), only_widths.clone()).unwrap();
    remember_columns(state, "a".into(), choice(&["y"], &[("y", 7)])).unwrap();
    let found = load(state).columns;
    assert_eq!(found["a"], choice(&["y"], &[("y", 7)]));
    assert_eq!(found["b"], only_widths);
    assert_eq!(mode(state.join(COLUMNS)), 0o600);
    assert_eq!(mode(state.clone()), 0o700);
    assert_eq!(fs::read_dir(state).unwrap().count(), 1);

    remember_columns(state, "a".into(), Choice::default()).unwrap();
    let found = load(state).columns;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn the_columns_of_an_earlier_version_are_understood() {
    let state = tempfile::tempdir().unwrap();
    let old = r#"{"schema":1,"columns":{"memcells":["type","user_id"]}}"#;
    fs::write(state.path().join(COLUMNS), old).unwrap();
    let found = load(state.path());
    assert_eq!(found.columns["memcells"], choice(&["type", "user_id"], &[]));
    assert_eq!(found.notes, [""; 0]);
}

#[test]
fn filter_lines_are_remembered_in_the_order_of_their_use_within_bounds() {
    let state = tempfile::tempdir().unwrap();
    let state = state.path();
    for line in ["a:1", "a:2", "a:1"] {
        remember_filter(state, "memcells".into(), line).unwrap();
    }
    remember_filter(state, "entities".into(), "b:1").unwrap();
    let found = load(state).filters;
    assert_eq!(found["memcells"], ["a:2", "a:1"]);
    assert_eq!(found["entities"], ["b:1"]);
    assert_eq!(mode(state.join(FILTERS)), 0o600);

    let many: Filters = (0..400)
        .map(|at| (format!("c{at}"), vec!["x".repeat(history::LONGEST); 2]))
        .collect();
    write(state, FILTERS, &json!({ "schema": 1, "filters": many })).unwrap();
    remember_filter(state, "memcells".into(), "a:3").unwrap();
    let size = fs::metadata(state.join(FILTERS)).unwrap().len();
    assert!(size < 2 * WHOLE as u64, "{size} bytes");
    assert_eq!(load(state).filters["memcells"], ["a:3"]);
}

#[test]
fn a_file_that_nobody_understands_is_set_aside_said_once_and_never_written_over() {
    for (name, torn) in [
        (FILTERS, "{ torn"),
        (FILTERS, "[]"),
        (FILTERS, r#"{"filters":{"a":"secret-word"}}"#),
        (COLUMNS, ""),
        (COLUMNS, r#"{"columns":{},"widths":{"a":{"b":-4}}}"#),
    ] {
        let home = tempfile::tempdir().unwrap();
        let state = home.path();
        for round in 1..3 {
            fs::write(state.join(name), torn).unwrap();
            let found = load(state);
            assert!(found.columns.is_empty() && found.filters.is_empty());
            let [said] = &found.notes[..] else {
                panic!("{:?}", found.notes)
            };
            assert!(
                said.contains(name) && said.contains(".unreadable"),
                "{said}"
            );
            assert!(!said.contains("secret-word"), "{said}");
            assert_eq!(load(state).notes, [""; 0], "said once");
            let kept = if round == 1 { "" } else { "-2" };
            let kept = state.join(format!("{name}.unreadable{kept}"));
            assert_eq!(fs::read_to_string(kept).unwrap(), torn);
        }
    }
}

#[test]
fn one_that_breaks_during_a_session_is_set_aside_too_and_what_is_new_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    fs::write(state.join(FILTERS), "{ torn").unwrap();
    let said = remember_filter(state, "a".into(), "x:1").unwrap().unwrap();
    assert!(said.contains("filters.json.unreadable"), "{said}");
    assert_eq!(load(state).filters["a"], ["x:1"]);
}

#[test]
fn the_file_of_a_later_version_stays_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    let later = r#"{"schema":2,"columns":[["a","b"]]}"#;
    fs::write(state.join(COLUMNS), later).unwrap();
    let found = load(state);
    assert!(
        found.notes[0].contains("later dualscope"),
        "{:?}",
        found.notes
    );
    let refused = remember_columns(state, "a".into(), choice(&["x"], &[])).unwrap_err();
    assert!(refused.to_string().contains("stays as it is"), "{refused}");
    assert_eq!(fs::read_to_string(state.join(COLUMNS)).unwrap(), later);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_in_words() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    assert!(remember_filter(&file, "a".into(), "x:1").is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");
}
