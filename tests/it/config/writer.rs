//! How values are written: from files, the service's folder, the environment and flags; and that a
//! session which only reads holds no key.

use dualscope::config::EncryptionMode;
use secrecy::ExposeSecret;

use super::{STREAM, World, everything_visible, note, row};

const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const WRITES: &str = "[session]\nread_only = false\n";

fn key(secret: Option<&secrecy::SecretString>) -> Option<&str> {
    secret.map(ExposeSecret::expose_secret)
}

fn january() -> String {
    format!(
        "KV_STORAGE_TYPE=zerog\nMONGODB_HOST=h\nZEROG_STREAM_ID={STREAM}\nZEROG_READ_NODE=http://kv:6789\n\
         ZEROG_NODES=http://u:canary@a:5678, http://b:5678\nZEROG_RPC_URL=https://evm.example\n\
         ZEROG_WALLET_KEY={KEY}\nZEROG_TIMEOUT=30\n"
    )
}

#[test]
fn januarys_folder_names_everything_but_encrypts_nothing() {
    let loaded = World::new()
        .config(WRITES)
        .service(".env", &january())
        .at_service()
        .loaded();
    let writer = &loaded.settings.writer;
    assert_eq!(
        writer.storage_nodes,
        ["http://u:canary@a:5678", "http://b:5678"]
    );
    assert_eq!(key(writer.wallet_key.as_ref()), Some(KEY));
    assert_eq!(writer.encryption, EncryptionMode::None);
    assert_eq!(row(&loaded, "writer.timeout"), "30 s [~/evermemos/.env:8]");
    assert_eq!(
        row(&loaded, "writer.wallet_key"),
        "*** [~/evermemos/.env:7]"
    );
    assert_eq!(
        row(&loaded, "writer.storage_nodes"),
        "http://u:***@a:5678, http://b:5678 [~/evermemos/.env:5]"
    );
    let visible = everything_visible(&loaded);
    assert!(
        !visible.contains(KEY) && !visible.contains("canary"),
        "{visible}"
    );
    assert!(!note(&loaded, "not loaded"));
}

#[test]
fn the_newest_folder_encrypts_with_its_streams_key() {
    let secrets = format!(
        "ZEROG_STREAM_ID={}\nZEROG_ENCRYPTION_KEY={}\n",
        &STREAM[2..],
        "1f".repeat(32)
    );
    let env = format!(
        "KV_STORAGE_TYPE=zerog\nMONGODB_HOST=h\nZEROG_READ_NODE=http://kv:6789\n\
                       ZEROG_INDEXER_URL=https://i.example\nZEROG_WALLET_KEY={KEY}\n"
    );
    let world = || World::new().config(WRITES).service(".0g_secrets", &secrets);
    let loaded = world().service(".env", &env).at_service().loaded();
    let writer = &loaded.settings.writer;
    assert_eq!(writer.encryption, EncryptionMode::StreamKey);
    assert_eq!(
        key(writer.encryption_key.as_ref()),
        Some("1f".repeat(32).as_str())
    );
    assert_eq!(writer.indexer.as_deref(), Some("https://i.example"));
    assert!(!everything_visible(&loaded).contains("1f1f"));

    let server = world()
        .service(".env", &format!("{env}SERVER_MODE=true\n"))
        .at_service()
        .loaded();
    assert_eq!(
        server.settings.writer.encryption,
        EncryptionMode::Unknown,
        "users may have their own"
    );
}

#[test]
fn a_session_that_only_reads_fetches_no_key_and_stumbles_over_none() {
    let mark = tempfile::tempdir().unwrap();
    let file = mark.path().join("was-run");
    let text = format!(
        "[writer]\nwallet_key = \"!touch {}; echo {KEY}\"\n",
        file.display()
    );
    let reads = format!("{text}[session]\nread_only = true\n");
    let loaded = World::new().config(reads).loaded();
    assert!(loaded.settings.writer.wallet_key.is_none() && !file.exists());
    assert!(row(&loaded, "writer.wallet_key").starts_with("*** (not fetched)"));

    let loaded = World::new().config(format!("{text}{WRITES}")).loaded();
    assert_eq!(key(loaded.settings.writer.wallet_key.as_ref()), Some(KEY));
    assert!(file.exists());

    let odd = january()
        .replace("http://b:5678", "b")
        .replace(KEY, "placeholder");
    let loaded = World::new().service(".env", &odd).at_service().loaded();
    assert!(note(&loaded, "writer.storage_nodes"));
    assert!(note(
        &loaded,
        "is not a key of 64 hex digits: this session only reads"
    ));
    assert!(loaded.settings.writer.wallet_key.is_none());
    assert!(!everything_visible(&loaded).contains("placeholder"));
}

#[test]
fn flags_win_over_the_environment_and_the_file() {
    let world = World::new()
        .config(format!("{WRITES}[writer]\nencryption = \"none\"\nstorage_nodes = [\"http://a:1\", \"http://b:2\"]\n"))
        .env("ZEROG_WALLET_KEY", KEY)
        .env("DUALSCOPE_WRITER__EVM_RPC", "http://evm:1");
    let loaded = world.loaded();
    assert_eq!(
        row(&loaded, "writer.wallet_key"),
        "*** [environment ZEROG_WALLET_KEY]"
    );
    assert_eq!(
        loaded.settings.writer.evm_rpc.as_deref(),
        Some("http://evm:1")
    );
    assert_eq!(loaded.settings.writer.storage_nodes.len(), 2);
    let loaded = world
        .flags(|flags| {
            flags.storage_nodes = vec!["http://c:3".to_owned(), "http://d:4".to_owned()];
            flags.client = Some("bin/client".into());
        })
        .loaded();
    assert_eq!(
        row(&loaded, "writer.storage_nodes"),
        "http://c:3, http://d:4 [flag --storage-node]"
    );
    let client = loaded.settings.writer.client.unwrap();
    assert!(client.is_absolute() && client.ends_with("work/bin/client"));
}

#[test]
fn a_command_that_only_reads_fetches_no_key_and_stumbles_over_none() {
    let mark = tempfile::tempdir().unwrap();
    let file = mark.path().join("was-run");
    let command = format!("!touch {}; echo {KEY}", file.display());
    let keys = ["wallet_key", "encryption_key"];
    let text = keys.map(|key| format!("{key} = \"{command}\"\n")).concat();
    let world = World::new().config(format!("{WRITES}[writer]\n{text}"));
    let loaded = world.to_read();
    assert!(!file.exists());
    for key in keys {
        let shown = row(&loaded, &format!("writer.{key}"));
        assert!(shown.starts_with("*** (not fetched) ["), "{shown}");
    }
    assert!(loaded.settings.writer.wallet_key.is_none());

    let loaded = World::new().env("ZEROG_WALLET_KEY", "junk").to_read();
    assert_eq!(loaded.notes, Vec::<String>::new());
}

#[test]
fn a_key_that_is_none_is_a_note_and_the_reason_why_the_session_only_reads() {
    for text in ["canary", &KEY[1..], "0Xac"] {
        let loaded = World::new()
            .config(WRITES)
            .env("ZEROG_WALLET_KEY", text)
            .loaded();
        let why =
            "`writer.wallet_key` (environment ZEROG_WALLET_KEY) is not a key of 64 hex digits";
        assert_eq!(loaded.settings.writer.unfit.as_deref(), Some(why));
        assert_eq!(loaded.notes, [format!("{why}: this session only reads")]);
        let visible = everything_visible(&loaded);
        assert!(!visible.contains(text), "{visible}");
    }
    for (key, why) in [
        (
            "!exit 3",
            "the command of `writer.wallet_key` (~/.config/dualscope/config.toml:4) ended with status 3",
        ),
        (
            "${NO_SUCH}",
            "`writer.wallet_key` (~/.config/dualscope/config.toml:4) needs the environment variable NO_SUCH, which is not set",
        ),
    ] {
        let config = format!("{WRITES}[writer]\nwallet_key = \"{key}\"\n");
        let loaded = World::new().config(config).loaded();
        assert_eq!(loaded.settings.writer.unfit.as_deref(), Some(why));
        assert!(note(&loaded, "this session only reads"));
    }
}
