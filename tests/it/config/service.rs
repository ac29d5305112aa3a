//! The service's own folder, in every generation, and what people get wrong in it.

use dualscope::config::{Codec, KvKind};
use rstest::rstest;

use super::{CANARY, OTHER_STREAM, STREAM, World, everything_visible, note, row, set_mode, uri};

fn bare(stream: &str) -> &str {
    stream.strip_prefix("0x").unwrap_or(stream)
}

/// As a January folder looks: everything in `.env`.
fn january() -> String {
    format!(
        "# 0G-Storage\n\
         KV_STORAGE_TYPE=ZeroG\n\
         MONGODB_HOST=localhost\n\
         MONGODB_PORT=27017\n\
         MONGODB_USERNAME=admin\n\
         MONGODB_PASSWORD={CANARY}\n\
         MONGODB_DATABASE=memsys\n\
         MONGODB_URI_PARAMS=\"socketTimeoutMS=15000&authSource=admin\"\n\
         ZEROG_NODES=http://10.0.0.1:5678,http://10.0.0.2:5678\n\
         ZEROG_READ_NODE=http://10.0.0.3:6789\n\
         ZEROG_STREAM_ID={}   # 32 bytes\n\
         ZEROG_WALLET_KEY={CANARY}\n",
        bare(STREAM)
    )
}

/// As a folder looks since March: the stream in `.0g_secrets`.
fn newest() -> String {
    format!(
        "KV_STORAGE_TYPE=zerog\n\
         MONGODB_URI=mongodb://memsys:{CANARY}@mongo:27017\n\
         ZEROG_READ_NODE=http://127.0.0.1:6789  # local node\n\
         ZEROG_INDEXER_URL=https://indexer.example\n\
         ZEROG_WALLET_KEY={CANARY}\n"
    )
}

fn secrets() -> String {
    format!(
        "# made once\nZEROG_STREAM_ID={}\nZEROG_ENCRYPTION_KEY={CANARY}\n",
        bare(OTHER_STREAM)
    )
}

#[test]
fn january_speaks_base64_and_has_its_stream_in_env() {
    let loaded = World::new()
        .service(".env", &january())
        .at_service()
        .loaded();

    let settings = &loaded.settings;
    assert_eq!(settings.kv.kind, KvKind::Zerog);
    assert_eq!(settings.kv.codec, Codec::Base64);
    assert_eq!(
        uri(&loaded),
        format!("mongodb://admin:{CANARY}@localhost:27017/?authSource=admin")
    );
    let expected = format!("{STREAM} [~/evermemos/.env:11]");
    assert_eq!(row(&loaded, "kv.stream"), expected);
    assert_eq!(
        row(&loaded, "kv.node"),
        "http://10.0.0.3:6789 [~/evermemos/.env:10]"
    );
    assert_eq!(
        row(&loaded, "mongo.uri"),
        "mongodb://admin:***@localhost:27017/?authSource=admin [~/evermemos/.env:3]"
    );
    assert!(note(&loaded, "MONGODB_URI_PARAMS is left out"));
    assert!(note(
        &loaded,
        "`writer.wallet_key` (~/evermemos/.env:12) is not a key"
    ));
    assert!(!everything_visible(&loaded).contains(CANARY));
}

#[test]
fn newest_speaks_plain_json_and_has_its_stream_in_the_secrets() {
    let loaded = World::new()
        .service(".env", &newest())
        .service(".0g_secrets", &secrets())
        .at_service()
        .loaded();

    assert_eq!(
        row(&loaded, "kv.codec"),
        "plain [~/evermemos/.0g_secrets:2]"
    );
    assert_eq!(
        row(&loaded, "kv.stream"),
        format!("{OTHER_STREAM} [~/evermemos/.0g_secrets:2]")
    );
    assert_eq!(
        row(&loaded, "mongo.database"),
        "memsys [~/evermemos/.env (no MONGODB_DATABASE: the service's default)]"
    );
    assert_eq!(
        uri(&loaded),
        format!("mongodb://memsys:{CANARY}@mongo:27017")
    );
    assert_eq!(loaded.paths.service_files.len(), 2);
    assert!(note(
        &loaded,
        "`writer.encryption_key` (~/evermemos/.0g_secrets:3) is not a key"
    ));
    assert!(!everything_visible(&loaded).contains(CANARY));
}

#[test]
fn a_left_over_stream_in_env_loses_against_the_secrets() {
    let loaded = World::new()
        .service(".env", &january())
        .service(".0g_secrets", &secrets())
        .at_service()
        .loaded();

    let stream = loaded
        .settings
        .kv
        .stream
        .as_ref()
        .map(|id| id.as_str().to_owned());
    assert_eq!(stream.as_deref(), Some(OTHER_STREAM));
    assert_eq!(loaded.settings.kv.codec, Codec::Plain);
    assert!(note(&loaded, ".env:11: this ZEROG_STREAM_ID is left out"));
}

#[test]
fn secrets_without_a_stream_do_not_fall_back_to_env() {
    let loaded = World::new()
        .service(".env", &january())
        .service(".0g_secrets", &format!("ZEROG_ENCRYPTION_KEY={CANARY}\n"))
        .at_service()
        .loaded();

    assert!(loaded.settings.kv.stream.is_none());
    assert!(note(&loaded, "ZEROG_STREAM_ID is not there"));
}

#[test]
fn the_newest_folder_after_an_uninstall_says_where_the_stream_was() {
    let loaded = World::new()
        .service(".env", &newest())
        .at_service()
        .loaded();

    assert!(loaded.settings.kv.stream.is_none());
    assert_eq!(loaded.settings.kv.codec, Codec::Plain);
    assert!(note(
        &loaded,
        "reads the stream from .0g_secrets, which is not in this folder"
    ));
}

#[test]
fn late_february_had_plain_json_with_the_stream_in_env() {
    let env = format!(
        "KV_STORAGE_TYPE=zerog\nMONGODB_HOST=h\nZEROG_STREAM_ID={STREAM}\nZEROG_KV_URL=http://h:6789\n"
    );
    let loaded = World::new().service(".env", &env).at_service().loaded();

    assert_eq!(loaded.settings.kv.codec, Codec::Plain);
    assert_eq!(
        row(&loaded, "kv.node"),
        "http://h:6789 [~/evermemos/.env:4]"
    );
}

#[test]
fn variables_of_two_generations_leave_the_codec_open() {
    let env = january() + "ZEROG_INDEXER_URL=https://indexer.example\n";
    let loaded = World::new().service(".env", &env).at_service().loaded();

    assert_eq!(row(&loaded, "kv.codec"), "auto [default]");
    assert!(note(&loaded, "kv.codec is left as it is"));
}

#[test]
fn server_mode_points_at_both_streams() {
    let env = newest() + "SERVER_MODE=True\n";
    let world = World::new()
        .service(".env", &env)
        .service(".0g_secrets", &secrets());

    let loaded = world.at_service().loaded();

    assert!(note(&loaded, ".env:6: SERVER_MODE is on"));
}

#[rstest]
#[case("redis", KvKind::Redis, "cannot read")]
#[case(
    "InMemory",
    KvKind::InMemory,
    "its own memory, which nobody else can read"
)]
#[case(
    "zer0g",
    KvKind::InMemory,
    "KV_STORAGE_TYPE \"zer0g\" (did you mean zerog?) and silently keeps"
)]
#[case(
    "none",
    KvKind::InMemory,
    "KV_STORAGE_TYPE \"none\" and silently keeps"
)]
#[case("", KvKind::InMemory, "KV_STORAGE_TYPE is not set")]
fn other_back_ends_are_told(#[case] word: &str, #[case] kind: KvKind, #[case] said: &str) {
    let env = format!("MONGODB_HOST=h\nKV_STORAGE_TYPE={word}\n");
    let loaded = World::new().service(".env", &env).at_service().loaded();

    assert_eq!(loaded.settings.kv.kind, kind);
    assert!(note(&loaded, said), "{:#?}", loaded.notes);
}

#[rstest]
#[case("MONGODB_HOST=h\n", "mongodb://h:27017/")]
#[case("MONGODB_HOST=::1\nMONGODB_PORT=1\n", "mongodb://[::1]:1/")]
#[case("MONGODB_HOST=h\nMONGODB_USERNAME=u\n", "mongodb://h:27017/")]
#[case("MONGODB_HOST=h\nMONGODB_PASSWORD=p\n", "mongodb://h:27017/")]
#[case(
    "MONGODB_HOST=h\nMONGODB_USERNAME='a b'\nMONGODB_PASSWORD='p@ss:w/ö%?#'\n",
    "mongodb://a%20b:p%40ss%3Aw%2F%C3%B6%25%3F%23@h:27017/?authSource=admin"
)]
#[case("MONGODB_HOST=h\nMONGODB_URI=mongodb://wins/\n", "mongodb://wins/")]
#[case("MONGODB_HOST=h\nMONGODB_URI=\n", "mongodb://h:27017/")]
#[case("MONGODB_DATABASE=x\n", "")]
fn the_connection_is_built_as_the_service_builds_it(#[case] env: &str, #[case] expected: &str) {
    let loaded = World::new().service(".env", env).at_service().loaded();

    assert_eq!(uri(&loaded), expected);
    let alone = env.contains("USERNAME") != env.contains("PASSWORD");
    assert_eq!(note(&loaded, "stands alone"), alone);
    assert_eq!(note(&loaded, "would not start"), expected.is_empty());
}

#[rstest]
#[case("", "memsys")]
#[case("MONGODB_DATABASE=other\n", "other")]
#[case("TENANT_SINGLE_TENANT_ID=a-b.c\n", "memsys")]
#[case(
    "TENANT_NON_TENANT_MODE=False\nTENANT_SINGLE_TENANT_ID=a-b.c\n",
    "a_b_c_memsys"
)]
#[case(
    "TENANT_NON_TENANT_MODE=nonsense\nTENANT_SINGLE_TENANT_ID=t\n",
    "t_memsys"
)]
#[case("TENANT_NON_TENANT_MODE=1\nTENANT_SINGLE_TENANT_ID=t\n", "memsys")]
#[case("TENANT_NON_TENANT_MODE=false\nMONGODB_DATABASE=other\n", "other")]
fn tenants_have_databases_of_their_own(#[case] env: &str, #[case] database: &str) {
    let env = format!("MONGODB_HOST=h\n{env}");
    let loaded = World::new().service(".env", &env).at_service().loaded();

    assert_eq!(loaded.settings.mongo.database, database);
    let open = env.contains("=false") && !env.contains("SINGLE");
    assert_eq!(note(&loaded, "name one with --database"), open);
}

#[test]
fn a_database_in_the_services_uri_does_not_count() {
    let env = "MONGODB_URI=mongodb://h/elsewhere\n";
    let loaded = World::new().service(".env", env).at_service().loaded();

    assert_eq!(loaded.settings.mongo.database, "memsys");
    assert!(note(&loaded, "names a database \"elsewhere\""));
}

#[test]
fn faults_in_the_folder_name_its_line() {
    let env = "MONGODB_HOST=h\nMONGODB_PORT=mongo\nKV_STORAGE_TYPE=zerog\n\
               ZEROG_READ_NODE=127.0.0.1:6789\nZEROG_STREAM_ID=0xf2be\n";
    let world = World::new().service(".env", env).at_service();
    insta::assert_snapshot!(world.fault(), @r#"
    3 faults in the configuration
      ~/evermemos/.env:2: MONGODB_PORT is not a port number. Write a number from 1 to 65535.
      ~/evermemos/.env:4: `kv.node` is "127.0.0.1:6789", which is not an http address. Write http://HOST:PORT or https://HOST:PORT.
      ~/evermemos/.env:5: `kv.stream` is a stream id of 4 hex digits, where 64 are needed. Write all 64 hex digits, with or without 0x, as the service has them in .env or .0g_secrets.
    "#);
}

#[test]
fn a_short_stream_in_the_secrets_names_that_file() {
    let stream = bare(OTHER_STREAM).get(2..).expect("62 digits");
    let world = World::new()
        .service(".env", &newest())
        .service(".0g_secrets", &format!("# x\nZEROG_STREAM_ID={stream}\n"))
        .at_service();

    let message = world.fault();

    assert!(
        message
            .starts_with("~/evermemos/.0g_secrets:2: `kv.stream` is a stream id of 62 hex digits"),
        "{message}"
    );
    assert!(!message.contains(CANARY), "{message}");
}

#[test]
fn a_fault_that_a_flag_overrules_is_only_a_note() {
    let env = "MONGODB_HOST=h\nKV_STORAGE_TYPE=zerog\nZEROG_STREAM_ID=0xf2be\n";
    let world = World::new().service(".env", env).at_service();
    assert!(world.fault().contains(".env:3"));

    let world = world.flags(|flags| flags.stream = Some(STREAM.to_owned()));
    assert!(note(&world.loaded(), "a stream id of 4 hex digits"));
}

#[test]
fn a_stream_that_nobody_reads_need_not_be_right() {
    let env = "MONGODB_HOST=h\nKV_STORAGE_TYPE=redis\nZEROG_STREAM_ID=your-stream-id\n";
    let loaded = World::new().service(".env", env).at_service().loaded();

    assert!(loaded.settings.kv.stream.is_none());
    assert!(note(&loaded, "character 1 is not a hex digit"));
}

#[test]
fn a_password_that_others_read_in_the_folder_is_told() {
    let world = World::new().service(".env", &january()).at_service();
    let file = world.service_dir().join(".env");
    set_mode(&file, 0o600);
    assert!(!note(&world.loaded(), "chmod"));

    set_mode(&file, 0o644);
    let loaded = world.loaded();
    assert!(note(&loaded, "`chmod 600 ~/evermemos/.env`"));
}

#[test]
fn lines_that_cannot_be_read_are_told() {
    let env = "MONGODB_HOST=h\nTHIS is = nothing\nA='open\n";
    let loaded = World::new().service(".env", env).at_service().loaded();

    assert!(note(&loaded, ".env:2: this line cannot be read"));
    assert!(note(&loaded, ".env:3: this line cannot be read"));
}
