//! Which folder counts as the service's, and how far its files are trusted.

use dualscope::config::load_without_stores;
use rstest::rstest;

use super::{CANARY, World, note, row, uri};

const ENV: &str = "MONGODB_HOST=h\n";

#[test]
fn starting_in_the_folder_uses_it_and_says_so() {
    let world = World::new().here(".env", ENV);
    let loaded = world.loaded();
    assert!(row(&loaded, "mongo.uri").contains(".env:1"));
    assert!(note(&loaded, "dualscope was started in "));

    let loaded = world.config("[service]\ndetect = false\n").loaded();
    assert!(loaded.settings.mongo.uri.is_none());
    assert_eq!(loaded.paths.service_files.len(), 0);
}

#[test]
fn a_folder_named_wins_over_the_one_started_in() {
    let world = World::new()
        .here(".env", "MONGODB_HOST=here\n")
        .service(".env", "MONGODB_HOST=there\n")
        .at_service();

    assert_eq!(uri(&world.loaded()), "mongodb://there:27017/");
}

#[test]
fn someone_elses_env_file_is_left_alone() {
    let loaded = World::new()
        .here(".env", "PORT=80\nAPI_KEY=x\nTZ=UTC\n")
        .loaded();

    assert!(loaded.settings.mongo.uri.is_none());
    assert!(loaded.notes.is_empty(), "{:#?}", loaded.notes);
}

#[rstest]
#[case("src")]
#[case(".env")]
#[case("")]
fn the_folder_may_be_named_by_what_is_in_it(#[case] inside: &str) {
    let world = World::new()
        .service("src/run.py", "")
        .service(".env", "MONGODB_HOST=h\n");
    let dir = world.service_dir().join(inside);

    let world = world.flags(|flags| flags.service_dir = Some(dir));

    assert_eq!(uri(&world.loaded()), "mongodb://h:27017/");
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let world = World::new().service("README.md", "").at_service();
    insta::assert_snapshot!(world.fault(), @"flag --service-dir: ~/evermemos has neither .0g_secrets nor an .env with variables of the service. Name the folder in which the service is started, with its .env (copied from env.template) or .0g_secrets.");

    let world = World::new().env("DUALSCOPE_SERVICE_DIR", "nowhere");
    insta::assert_snapshot!(world.fault(), @"environment DUALSCOPE_SERVICE_DIR: there is no folder /here/nowhere. Name the folder in which the service is started, with its .env (copied from env.template) or .0g_secrets.");
}

#[test]
fn a_profile_may_name_the_folder() {
    let world = World::new()
        .config("[profiles.p.service]\ndir = \"~/evermemos\"\n")
        .service(".env", "MONGODB_HOST=h\n")
        .flags(|flags| flags.profile = Some("p".to_owned()));

    assert_eq!(
        row(&world.loaded(), "mongo.uri"),
        "mongodb://h:27017/ [~/evermemos/.env:1]"
    );
}

#[test]
fn what_the_folder_says_is_never_run_or_filled_from_the_environment() {
    let world = World::new().env("SECRET_OF_MINE", CANARY);
    let proof = world.around.home.join("proof-that-it-ran");
    let world = world.here(
        ".env",
        &format!("MONGODB_URI='!touch {}'\n", proof.display()),
    );
    let message = world.fault();
    assert!(
        message.contains("is not a MongoDB connection string"),
        "{message}"
    );
    assert!(!proof.exists());

    let world = world.here(
        ".env",
        "MONGODB_URI=mongodb://x${SECRET_OF_MINE}.thief.example/\n",
    );
    assert_eq!(uri(&world.loaded()), "mongodb://x.thief.example/");
}

#[test]
fn a_node_named_for_this_session_is_read_whatever_the_service_uses() {
    let world = World::new().here(".env", "MONGODB_HOST=h\nKV_STORAGE_TYPE=redis\n");
    assert!(row(&world.loaded(), "kv.kind").starts_with("redis"));

    let world = world.flags(|flags| flags.kv_node = Some("http://h:1".to_owned()));
    let loaded = world.loaded();
    assert_eq!(row(&loaded, "kv.kind"), "zerog [flag --kv-node]");
    assert!(note(&loaded, "the service itself uses another store"));

    let world = world.env("DUALSCOPE_KV__KIND", "none");
    assert_eq!(
        row(&world.loaded(), "kv.kind"),
        "none [environment DUALSCOPE_KV__KIND]"
    );
}

#[test]
fn the_demo_reads_no_service_file_and_runs_no_command() {
    let proof = "proof-that-it-ran";
    let world = World::new().here(".env", "MONGODB_HOST=h\nMONGODB_PORT=wrong\n");
    let path = world.around.cwd.join(proof);
    let text = format!(
        "[mongo]\nuri = \"!touch {}\"\n[ui]\nmouse = true\n",
        path.display()
    );
    let world = world.config(text);

    let loaded = load_without_stores(&world.over, &world.around).expect("nothing to fetch");

    assert!(loaded.settings.ui.mouse, "other settings count");
    assert!(loaded.settings.mongo.uri.is_none());
    assert!(loaded.paths.service_files.is_empty());
    assert!(!path.exists());
}
