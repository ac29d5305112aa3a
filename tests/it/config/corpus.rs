//! Files that load, each with what it changes; files that do not, each with its message.

use std::fs;
use std::path::{Path, PathBuf};

use dualscope::config::Origin;

use super::{CANARY, World, everything_visible};

fn files(folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/config")
        .join(folder);
    let mut all: Vec<PathBuf> = fs::read_dir(dir)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    all.sort();
    all
}

fn world(path: &Path) -> World {
    let text = fs::read(path).expect("a file of the corpus");
    World::new()
        .config(text)
        .env("STAGING_PASSWORD", CANARY)
        .env("STAGING_HOST", "staging.example")
        .env(
            "WHOLE_URI",
            &format!("mongodb://memsys:{CANARY}@whole.example/"),
        )
}

/// Compares with the snapshot that lies beside the file.
fn compare(path: &Path, folder: &str, text: &str) {
    let name = path.file_stem().expect("a name").to_string_lossy();
    insta::with_settings!({
        snapshot_path => folder,
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(&*name, text);
    });
}

#[test]
fn a_good_file_changes_exactly_what_it_says() {
    let all = files("good");
    assert!(all.len() > 5, "the corpus is there");
    for path in all {
        let world = world(&path);
        let loaded = world.loaded();
        let visible = everything_visible(&loaded);
        assert!(
            !visible.contains(CANARY),
            "{} shows a secret",
            path.display()
        );
        let rows = loaded
            .shown
            .iter()
            .filter(|row| row.origin != Origin::Default);
        let mut lines: Vec<String> = rows
            .map(|row| format!("{} = {} [{}]", row.name, row.value, row.origin))
            .collect();
        lines.extend(loaded.notes.iter().map(|note| format!("note: {note}")));
        compare(&path, "good", &world.portable(&lines.join("\n")));
    }
}

#[test]
fn a_bad_file_is_refused_with_place_name_and_next_step() {
    let all = files("bad");
    assert!(all.len() > 20, "the corpus is there");
    for path in all {
        let world = world(&path);
        let message = world.fault();
        assert!(
            !message.contains(CANARY),
            "{} shows a secret",
            path.display()
        );
        let debug = format!("{:?}", world.load().expect_err("as before"));
        assert!(!debug.contains(CANARY), "{} shows a secret", path.display());
        compare(&path, "bad", &message);
    }
}

#[test]
fn a_file_that_is_not_text_names_the_line() {
    let world = World::new().config(b"[mongo]\ndatabase = \"\xff\xfe\"\n");
    insta::assert_snapshot!(world.fault(), @"~/.config/dualscope/config.toml:2: this line is not UTF-8. Save the file as UTF-8.");
}

#[test]
fn faults_of_all_layers_come_at_once() {
    let world = World::new()
        .config("[mongo]\nurl = \"x\"\n")
        .env("DUALSCOPE_KV__BATCH", "many")
        .flags(|flags| flags.stream = Some("0xf2be".to_owned()));
    insta::assert_snapshot!(world.fault(), @r#"
    3 faults in the configuration
      ~/.config/dualscope/config.toml:2:1: there is no setting `mongo.url`. Did you mean `mongo.uri`? Rename or remove it.
      environment DUALSCOPE_KV__BATCH: `kv.batch` is "many", not a whole number. Write a whole number from 1 to 100.
      flag --stream: `kv.stream` is a stream id of 4 hex digits, where 64 are needed. Write all 64 hex digits, with or without 0x, as the service has them in .env or .0g_secrets.
    "#);
}
