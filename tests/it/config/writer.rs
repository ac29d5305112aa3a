//! How values are written: from files, the service's folder, the environment and flags; and that a
//! session which only reads holds no key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dualscope::config::{EncryptionMode, Keys, Later};
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

/// Looks again and again, as whoever waits does.
fn fetched(later: &Later) -> Result<Keys, String> {
    let mut fetching = later.start()?;
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(keys) = fetching.poll() {
            return keys;
        }
        assert!(Instant::now() < end, "the command never ends");
        std::thread::yield_now();
    }
}

#[test]
fn a_session_that_is_seen_at_once_leaves_the_commands_of_its_keys_for_later() {
    let mark = tempfile::tempdir().unwrap();
    let file = mark.path().join("was-run");
    let wallet = format!("!touch {}; echo {KEY}", file.display());
    let config = format!(
        "{WRITES}[writer]\nwallet_key = \"{wallet}\"\nencryption_key = \"!echo {}\"\n",
        "1f".repeat(32)
    );
    let loaded = World::new().config(config).to_show();
    assert!(!file.exists() && loaded.settings.writer.wallet_key.is_none());
    assert!(row(&loaded, "writer.wallet_key").starts_with("*** (being fetched)"));
    assert_eq!(loaded.later.said(), "the keys of the writer");
    assert!(!format!("{:?}", loaded.later).contains(KEY));

    let settings = fetched(&loaded.later)
        .unwrap()
        .into_settings(loaded.settings);
    assert!(file.exists());
    assert_eq!(key(settings.writer.wallet_key.as_ref()), Some(KEY));
    let stream = key(settings.writer.encryption_key.as_ref());
    assert_eq!(stream, Some("1f".repeat(32).as_str()));

    // What is there without a command is taken at once.
    let loaded = World::new().config(WRITES).env("ZEROG_WALLET_KEY", KEY);
    let loaded = loaded.to_show();
    assert!(loaded.later.is_empty());
    assert_eq!(key(loaded.settings.writer.wallet_key.as_ref()), Some(KEY));

    let reads = World::new().config(format!(
        "[writer]\nwallet_key = \"{wallet}\"\n[session]\nread_only = true\n"
    ));
    assert!(reads.to_show().later.is_empty());
}

#[test]
fn a_key_that_does_not_come_later_is_said_with_its_place() {
    let place = "`writer.wallet_key` (~/.config/dualscope/config.toml:4)";
    for (command, why) in [
        (
            "exit 3",
            format!("the command of {place} ended with status 3"),
        ),
        (
            "echo canary",
            format!("{place} is not a key of 64 hex digits"),
        ),
    ] {
        let config = format!("{WRITES}[writer]\nwallet_key = \"!{command}\"\n");
        let loaded = World::new().config(config).to_show();
        assert_eq!(loaded.later.said(), "the wallet key");
        assert_eq!(fetched(&loaded.later).unwrap_err(), why);
    }
}

#[test]
fn a_command_that_is_not_waited_for_any_more_is_ended_with_what_it_started() {
    let mark = tempfile::tempdir().unwrap();
    let (begun, ended) = (mark.path().join("begun"), mark.path().join("ended"));
    let command = format!(
        "!(sleep 1; touch {}) & touch {}; wait",
        ended.display(),
        begun.display()
    );
    let config = format!("{WRITES}[writer]\nwallet_key = \"{command}\"\n");
    let loaded = World::new().config(config).to_show();
    let fetching = loaded.later.start().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while !begun.exists() {
        assert!(Instant::now() < end);
        std::thread::yield_now();
    }
    drop(fetching);
    std::thread::park_timeout(Duration::from_millis(1_500));
    assert!(!ended.exists(), "what it started goes on");
}

#[test]
fn a_command_that_is_waited_for_is_named_when_it_takes_its_time() {
    static NAMED: AtomicUsize = AtomicUsize::new(0);
    let named = |command: &str| {
        let config = format!("{WRITES}[writer]\nwallet_key = \"!{command}echo {KEY}\"\n");
        let mut world = World::new().config(config);
        world.around.slow = Some(|name| {
            assert_eq!(name, "writer.wallet_key");
            NAMED.fetch_add(1, Ordering::SeqCst);
        });
        assert!(world.loaded().settings.writer.wallet_key.is_some());
        NAMED.swap(0, Ordering::SeqCst)
    };
    assert_eq!((named(""), named("sleep 1.5; ")), (0, 1));
}
