//! Which layer wins, and what each says it is.

use dualscope::config::{Overrides, table};
use rstest::rstest;

use super::{CANARY, STREAM, World, everything_visible, note, row, set_mode, uri};

/// One setting in every layer: removing the strongest again and again shows the order.
#[test]
fn each_layer_gives_way_to_the_next() {
    let file = "profile = \"p\"\n[mongo]\ndatabase = \"file\"\n[profiles.p.mongo]\ndatabase = \"profile\"\n";
    let world = World::new();
    assert_eq!(row(&world.loaded(), "mongo.database"), "memsys [default]");

    let plain = file.replace("profile = \"p\"", "");
    let world = world.config(plain);
    let shown = row(&world.loaded(), "mongo.database");
    assert_eq!(shown, "file [~/.config/dualscope/config.toml:3]");

    let world = world.config(file);
    let shown = row(&world.loaded(), "mongo.database");
    assert_eq!(
        shown,
        "profile [profile p (~/.config/dualscope/config.toml:5)]"
    );

    let world = world.here(".env", "# x\nMONGODB_DATABASE=service\n");
    let loaded = world.loaded();
    let shown = world.portable(&row(&loaded, "mongo.database"));
    assert_eq!(shown, "service [/here/.env:2]");
    assert!(note(
        &loaded,
        "`mongo.database` of profile p (~/.config/dualscope/config.toml:5) is overruled by "
    ));

    let world = world.env("DUALSCOPE_MONGO__DATABASE", "variable");
    let shown = row(&world.loaded(), "mongo.database");
    assert_eq!(shown, "variable [environment DUALSCOPE_MONGO__DATABASE]");

    let world = world.flags(|flags| flags.database = Some("flag".to_owned()));
    let loaded = world.loaded();
    assert_eq!(row(&loaded, "mongo.database"), "flag [flag --database]");
    assert_eq!(loaded.settings.mongo.database, "flag");
}

#[rstest]
#[case("--profile", "profile")]
#[case("DUALSCOPE_PROFILE", "profile")]
fn a_profile_may_be_chosen_from_outside(#[case] way: &str, #[case] name: &str) {
    let file = "profile = \"a\"\n[profiles.a.kv]\nbatch = 1\n[profiles.b.kv]\nbatch = 2\n";
    let world = World::new().config(file);
    assert_eq!(world.loaded().settings.kv.batch, 1);

    let world = if way.starts_with("--") {
        world.flags(|flags| flags.profile = Some("b".to_owned()))
    } else {
        world.env(way, "b")
    };

    let loaded = world.loaded();
    assert_eq!(loaded.settings.kv.batch, 2);
    assert_eq!(loaded.settings.profile.as_deref(), Some("b"));
    assert!(row(&loaded, name).contains(way));
}

#[rstest]
#[case("DUALSCOPE_MONGO_URI", "mongodb://h/", "mongo.uri", "mongodb://h/")]
#[case("DUALSCOPE_MONGO__URI", "mongodb://h/", "mongo.uri", "mongodb://h/")]
#[case("DUALSCOPE_DATABASE", "x", "mongo.database", "x")]
#[case("DUALSCOPE_KV_NODE", "http://h:1", "kv.node", "http://h:1")]
#[case("DUALSCOPE_STREAM", STREAM, "kv.stream", STREAM)]
#[case("DUALSCOPE_LOG", "debug", "log.level", "debug")]
#[case("DUALSCOPE_LOG__LEVEL", "off", "log.level", "off")]
#[case("DUALSCOPE_KV__GRACE", "90 s", "kv.grace", "90 s")]
#[case("DUALSCOPE_BROWSE__CACHE", "2MiB", "browse.cache", "2 MiB")]
#[case("DUALSCOPE_UI__MOUSE", "yes", "ui.mouse", "true")]
#[case("DUALSCOPE_SESSION__READ_ONLY", "0", "session.read_only", "false")]
#[case(
    "DUALSCOPE_BROWSE__COLUMNS__MEMCELLS",
    "_id, type",
    "browse.columns.memcells",
    "_id, type"
)]
fn every_setting_has_a_variable(
    #[case] variable: &str,
    #[case] text: &str,
    #[case] name: &str,
    #[case] value: &str,
) {
    let loaded = World::new().env(variable, text).loaded();

    assert_eq!(
        row(&loaded, name),
        format!("{value} [environment {variable}]")
    );
}

#[test]
fn flags_are_shown_as_flags() {
    let loaded = World::new()
        .flags(|flags| {
            *flags = Overrides {
                mongo_uri: Some("mongodb://h/".to_owned()),
                kv_node: Some("http://h:1".to_owned()),
                stream: STREAM.strip_prefix("0x").map(str::to_uppercase),
                read_only: true,
                ..Overrides::default()
            };
        })
        .env("DUALSCOPE_SESSION__READ_ONLY", "false")
        .loaded();

    assert_eq!(row(&loaded, "mongo.uri"), "mongodb://h/ [flag --mongo-uri]");
    assert_eq!(row(&loaded, "kv.node"), "http://h:1 [flag --kv-node]");
    assert_eq!(
        row(&loaded, "kv.stream"),
        format!("{STREAM} [flag --stream]")
    );
    assert_eq!(row(&loaded, "session.read_only"), "true [flag --read-only]");
    assert!(loaded.settings.session.read_only);
}

#[test]
fn unknown_variables_are_refused_with_the_nearest_name() {
    let world = World::new()
        .env("DUALSCOPE_KV__NOD", "http://h:1")
        .env("DUALSCOPE_PROFIL", "x")
        .env("DUALSCOPE_XYZZY", CANARY);

    let message = world.fault();
    insta::assert_snapshot!(message, @r#"
    3 faults in the configuration
      environment DUALSCOPE_KV__NOD: dualscope knows no such variable. Did you mean DUALSCOPE_KV__NODE? Rename or unset it.
      environment DUALSCOPE_PROFIL: dualscope knows no such variable. Did you mean DUALSCOPE_PROFILE? Rename or unset it.
      environment DUALSCOPE_XYZZY: dualscope knows no such variable. Unset it; settings are DUALSCOPE_<SECTION>__<KEY>.
    "#);
}

#[test]
fn two_variables_for_one_setting_are_refused() {
    let world = World::new()
        .env("DUALSCOPE_MONGO_URI", "mongodb://a/")
        .env("DUALSCOPE_MONGO__URI", "mongodb://b/");

    insta::assert_snapshot!(world.fault(), @"environment DUALSCOPE_MONGO__URI: `mongo.uri` is also set by environment DUALSCOPE_MONGO_URI. Unset one of the two.");
}

#[test]
fn empty_variables_and_those_of_the_tests_are_left_alone() {
    let loaded = World::new()
        .env("DUALSCOPE_KV_NODE", "")
        .env("DUALSCOPE_TEST_MONGO_URI", "mongodb://h/")
        .env("MONGODB_URI", "mongodb://not-ours/")
        .loaded();

    assert_eq!(row(&loaded, "kv.node"), "(not set) [default]");
    assert!(loaded.settings.mongo.uri.is_none());
}

#[test]
fn secrets_are_masked_in_every_layer() {
    let secret =
        format!("mongodb://memsys:{CANARY}@h:27017/?authSource=admin&proxyPassword={CANARY}");
    let masked = "mongodb://memsys:***@h:27017/?authSource=admin&proxyPassword=***";
    let env =
        format!("MONGODB_URI={secret}\nZEROG_WALLET_KEY={CANARY}\nZEROG_ENCRYPTION_KEY={CANARY}\n");
    let worlds = [
        World::new().config(format!("[mongo]\nuri = \"{secret}\"\n")),
        World::new().here(".env", &env),
        World::new().env("DUALSCOPE_MONGO_URI", &secret),
        World::new().flags(|flags| flags.mongo_uri = Some(secret.clone())),
        World::new().flags(|flags| flags.mongo_uri = Some(format!("!echo '{secret}'"))),
    ];
    for world in worlds {
        let loaded = world.loaded();
        assert_eq!(uri(&loaded), secret);
        assert!(row(&loaded, "mongo.uri").starts_with(masked));
        assert!(!everything_visible(&loaded).contains(CANARY));
        let input = format!("{:?} {:?}", world.over, world.around);
        assert!(!input.contains(CANARY), "{input}");
    }
}

#[test]
fn a_password_in_a_file_that_others_read_is_told() {
    let text = format!("[mongo]\nuri = \"mongodb://memsys:{CANARY}@h/\"\n");
    let world = World::new().config(text);

    set_mode(&world.config_file(), 0o644);
    assert!(note(
        &world.loaded(),
        "`chmod 600 ~/.config/dualscope/config.toml`"
    ));
    set_mode(&world.config_file(), 0o600);
    assert!(!note(&world.loaded(), "chmod"));
}

#[test]
fn a_reference_needs_no_private_file() {
    let world = World::new()
        .config("[mongo]\nuri = \"mongodb://memsys:${PW}@h/\"\n")
        .env("PW", CANARY);

    let loaded = world.loaded();
    assert!(!note(&loaded, "chmod"));
    assert_eq!(uri(&loaded), format!("mongodb://memsys:{CANARY}@h/"));
}

#[test]
fn the_database_of_a_uri_counts_until_a_setting_names_one() {
    let world = World::new().flags(|flags| flags.mongo_uri = Some("mongodb://h/mine".to_owned()));
    assert_eq!(
        row(&world.loaded(), "mongo.database"),
        "mine [flag --mongo-uri]"
    );

    let world = world.config("[mongo]\ndatabase = \"memsys\"\n");
    let loaded = world.loaded();
    assert_eq!(loaded.settings.mongo.database, "memsys");
    assert!(note(&loaded, "names a database \"mine\""));
}

#[test]
fn every_setting_is_shown_once() {
    let loaded = World::new().loaded();
    let mut names: Vec<&str> = loaded.shown.iter().map(|row| row.name.as_str()).collect();
    let mut expected: Vec<&str> = table::SETTINGS.iter().map(|s| s.name).collect();
    expected.retain(|name| *name != "browse.columns");
    assert_eq!(names, expected);
    names.dedup();
    assert_eq!(names.len(), expected.len());
}
