//! Where files are, the file that `config init` writes, and the table against the defaults.

use std::fs;
use std::path::{Path, PathBuf};

use dualscope::config::{DEFAULTS, Paths, Surroundings, init, table};

use super::{World, mode, row, write};

fn paths(world: &World) -> Paths {
    Paths::find(&world.over, &world.around)
}

/// The text with every setting that is a comment made live, as a person would do it.
fn uncommented(text: &str) -> String {
    let live = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(live).collect::<Vec<_>>().join("\n")
}

#[test]
fn init_writes_a_private_file_in_private_folders() {
    let world = World::new();

    let file = init(&paths(&world), false).expect("nothing is there yet");

    assert_eq!(file, world.config_file());
    assert_eq!(mode(&file), 0o600);
    let dir = file.parent().expect("its folder");
    assert_eq!(mode(dir), 0o700);
    assert_eq!(mode(dir.parent().expect("~/.config")), 0o700);
    assert_eq!(
        fs::read_dir(dir).expect("the folder").count(),
        1,
        "no left-over"
    );
}

#[test]
fn init_never_replaces_a_file_unasked() {
    let world = World::new().config("# mine\n");

    let fault = init(&paths(&world), false)
        .expect_err("it is there")
        .to_string();
    assert_eq!(
        fault,
        "~/.config/dualscope/config.toml: the file is already there. Nothing was changed: edit it, see \
         what it sets with `dualscope config show`, write another with --config FILE, or let --force \
         replace it by a new one."
    );
    assert_eq!(
        fs::read_to_string(world.config_file()).expect("it"),
        "# mine\n"
    );

    init(&paths(&world), true).expect("now it may");
    assert_eq!(mode(&world.config_file()), 0o600);
    assert_ne!(
        fs::read_to_string(world.config_file()).expect("it"),
        "# mine\n"
    );
}

#[test]
fn init_with_force_keeps_a_link_a_link() {
    let world = World::new();
    let real = world.around.home.join("dotfiles/dualscope.toml");
    write(&real, "# mine\n");
    let link = world.config_file();
    fs::create_dir_all(link.parent().expect("its folder")).expect("the folder");
    std::os::unix::fs::symlink(&real, &link).expect("a link");

    init(&paths(&world), true).expect("a link to a file is a file");

    assert!(link.is_symlink());
    assert!(fs::read_to_string(&real).expect("it").contains("[mongo]"));
}

#[test]
fn init_says_when_the_folder_cannot_be_made() {
    let world = World::new().here("config", "a file, no folder");
    let world = world.env("DUALSCOPE_CONFIG", "config/config.toml");

    let fault = init(&paths(&world), false).expect_err("a file is in the way");

    assert!(
        world
            .portable(&fault.to_string())
            .starts_with("/here/config/config.toml: the file cannot be written: ")
    );
}

#[test]
fn what_init_writes_changes_nothing_until_a_line_is_uncommented() {
    let world = World::new();
    let before = world.loaded().shown;

    init(&paths(&world), false).expect("nothing is there yet");

    assert_eq!(world.loaded().shown, before);
}

#[test]
fn every_line_of_it_uncommented_loads_and_sets_every_setting() {
    let world = World::new();
    let file = init(&paths(&world), false).expect("nothing is there yet");
    let text = fs::read_to_string(&file).expect("it");
    // The secret's command and the service's folder are examples of another machine.
    let text = uncommented(&text)
        .replace("!pass show evermemos/mongo-uri", "!echo mongodb://h/")
        .replace(
            "!pass show evermemos/",
            &format!("!echo {} #", "1f".repeat(32)),
        )
        .replace("/srv/evermemos", &world.service_dir().to_string_lossy());
    let world = world
        .config(text)
        .service(".env", "TENANT_SINGLE_TENANT_ID=x\n")
        .env("STAGING_PASSWORD", "x");

    let loaded = world.loaded();

    let by_default: Vec<&str> = loaded
        .shown
        .iter()
        .filter(|row| row.origin.to_string() == "default")
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(by_default, Vec::<&str>::new());
    assert_eq!(loaded.settings.profile.as_deref(), Some("staging"));
}

#[test]
fn the_defaults_and_the_table_name_the_same_settings_in_the_same_order() {
    let text = uncommented(DEFAULTS);
    let end = text.find("[profiles.").expect("the example profile");
    let mut section = String::new();
    let mut names = Vec::new();
    for line in text[..end].lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            names.push(match section.as_str() {
                "" => key.to_owned(),
                "browse.columns" => section.clone(),
                _ => format!("{section}.{key}"),
            });
        }
    }
    let expected: Vec<&str> = table::SETTINGS.iter().map(|s| s.name).collect();
    assert_eq!(names, expected);
}

#[test]
fn every_setting_has_a_help_text() {
    for setting in table::SETTINGS {
        let help = setting.help();
        assert!(!help.is_empty(), "{} has no comment", setting.name);
    }
    let mongo = table::find("mongo.database").expect("it").help();
    assert_eq!(mongo, ["The database that holds the lite documents."]);
}

#[test]
fn every_short_variable_is_documented() {
    let short = table::SETTINGS.iter().flat_map(|s| s.environment);
    for name in short.chain(table::PLACES) {
        assert!(DEFAULTS.contains(name), "{name} stands nowhere");
    }
}

#[test]
fn the_process_is_where_it_is() {
    let around = Surroundings::of_process();

    assert_eq!(around.cwd, std::env::current_dir().expect("a directory"));
    assert!(around.home.is_absolute());
    assert!(around.env.contains_key("PATH"));
}

#[test]
fn files_are_where_xdg_says() {
    let world = World::new()
        .env("XDG_CONFIG_HOME", "/c")
        .env("XDG_STATE_HOME", "/s")
        .env("XDG_CACHE_HOME", "relative/is/ignored");

    let paths = paths(&world);

    assert_eq!(paths.config_file, Path::new("/c/dualscope/config.toml"));
    assert_eq!(paths.keys_file, Path::new("/c/dualscope/keys.toml"));
    assert_eq!(paths.themes_dir, Path::new("/c/dualscope/themes"));
    assert_eq!(paths.state_dir, Path::new("/s/dualscope"));
    assert_eq!(paths.log_dir, Path::new("/s/dualscope/log"));
    assert_eq!(paths.cache_dir, world.around.home.join(".cache/dualscope"));
}

#[test]
fn variables_and_flags_move_files() {
    let world = World::new()
        .here("a.toml", "[kv]\nbatch = 1\n")
        .here("b.toml", "[kv]\nbatch = 2\n")
        .env("DUALSCOPE_CONFIG", "a.toml")
        .env("DUALSCOPE_STATE", "state");
    let loaded = world.loaded();
    assert_eq!(loaded.settings.kv.batch, 1);
    assert_eq!(loaded.paths.log_dir, world.around.cwd.join("state/log"));
    assert_eq!(loaded.settings.log.dir, loaded.paths.log_dir);

    let world = world.flags(|flags| flags.config = Some(PathBuf::from("b.toml")));
    assert_eq!(world.loaded().settings.kv.batch, 2);
    assert_eq!(
        world.portable(&row(&world.loaded(), "kv.batch")),
        "2 [/here/b.toml:2]"
    );
}

#[test]
fn a_file_named_and_not_there_is_a_fault() {
    let world = World::new().env("DUALSCOPE_CONFIG", "no.toml");
    insta::assert_snapshot!(world.fault(), @"/here/no.toml: there is no such file, though DUALSCOPE_CONFIG names it. Correct the name, or let `dualscope config init` write the file.");
    let world = World::new().flags(|flags| flags.config = Some(PathBuf::from(".")));
    insta::assert_snapshot!(world.fault(), @"/here/.: this is a folder. Name the file itself, for example config.toml in this folder.");
}

#[test]
fn paths_lists_what_is_there_and_what_is_not() {
    let world = World::new()
        .config("[ui]\nkeys = \"my-keys.toml\"\n[log]\ndir = \"~/logs\"\n")
        .service(".env", "MONGODB_HOST=h\n")
        .at_service();
    let loaded = world.loaded();

    let rows: Vec<String> = loaded
        .paths
        .list()
        .into_iter()
        .map(|(name, path, there)| format!("{name} {} {there}", path.display()))
        .collect();

    insta::assert_snapshot!(world.portable(&rows.join("\n")), @r#"
    config /home/me/.config/dualscope/config.toml true
    keys /home/me/.config/dualscope/my-keys.toml false
    themes /home/me/.config/dualscope/themes false
    state /home/me/.local/state/dualscope false
    columns /home/me/.local/state/dualscope/columns.json false
    filters /home/me/.local/state/dualscope/filters.json false
    journal /home/me/.local/state/dualscope/journal false
    drafts /home/me/.local/state/dualscope/drafts false
    log /home/me/logs false
    cache /home/me/.cache/dualscope false
    service /home/me/evermemos/.env true
    "#);
}
