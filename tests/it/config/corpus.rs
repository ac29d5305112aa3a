//! Files that load, each with what it changes; files that do not, each with its message.

use std::fs;
use std::path::{Path, PathBuf};

use dualscope::config::Origin;
use proptest::prelude::*;

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
            .map(|row| format!("{} = {} [{}]", row.name, row.text(), row.origin))
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

#[test]
fn a_broken_file_does_not_also_lack_the_profile_in_it() {
    let world = World::new()
        .config("[profiles.staging.mongo\n")
        .flags(|flags| flags.profile = Some("staging".to_owned()));
    let message = world.fault();
    assert!(message.contains(":1:"), "{message}");
    assert!(!message.contains("there is no profile"), "{message}");
}

#[test]
fn a_profile_without_any_file_says_how_to_begin() {
    let world = World::new().env("DUALSCOPE_PROFILE", "staging");
    insta::assert_snapshot!(world.fault(), @"environment DUALSCOPE_PROFILE: there is no profile `staging` in ~/.config/dualscope/config.toml. Let `dualscope config init` write that file, then add [profiles.staging.mongo].");
}

const WHOLE: &str = concat!(
    "profile = \"p\"\n[mongo]\nuri = \"mongodb://memsys:hunter2canary@h/?tls=true\"\n",
    "database = \"memsys\"\ntimeout = \"10 s\"\n[kv]\n",
    "node = \"http://memsys:hunter2canary@h:1/?key=hunter2canary\"\nbatch = 10\n",
    "[browse.columns]\nmemcells = [\"_id\"]\n[profiles.p.mongo]\ndatabase = \"p\"\n",
);

proptest! {
    /// A slip of the hand anywhere in a file: a message or a configuration, never the secret.
    #[test]
    fn no_slip_of_the_hand_shows_a_secret(
        at in 0..WHOLE.len(),
        cut in 0usize..6,
        put in "[\\[\\]\"'=.#{}$!\\\\ \na-zé]{0,3}",
    ) {
        let end = (at + cut).min(WHOLE.len());
        let text = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);
        let world = World::new().config(text);
        let visible = match world.load() {
            Ok(loaded) => everything_visible(&loaded),
            Err(fault) => format!("{fault}\n{fault:?}"),
        };
        prop_assert!(!visible.contains(CANARY), "{}", visible);
    }

    /// Whatever lies in the service's folder, reading it ends with an answer.
    #[test]
    fn any_text_may_lie_in_the_services_folder(
        env in "([A-Z_]{1,4}|MONGODB_HOST|ZEROG_STREAM_ID|export )?[ =\"'\\\\#\n${}a-z0-9é]{0,40}",
        secrets in "(?s).{0,40}",
    ) {
        let world = World::new().here(".env", &env).here(".0g_secrets", &secrets);
        let answer = world.load();
        prop_assert!(answer.is_ok() || !answer.unwrap_err().to_string().is_empty());
    }
}
