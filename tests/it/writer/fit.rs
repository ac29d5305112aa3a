//! What is refused before anything is started.

use dualscope::domain::Collection;
use dualscope::store::error::Kind;
use dualscope::store::kv::writer::MAX_ARGUMENT;
use dualscope::store::port::ValueWriter as _;
use proptest::prelude::*;

use super::*;

fn refused(world: &World, bytes: &[u8]) -> StoreError {
    world.writer().check(&key(), &write(bytes)).unwrap_err()
}

#[tokio::test]
async fn the_largest_value_goes_through_and_one_byte_more_is_told() {
    let world = World::new(
        r#"for last; do case $last in --stream-values=*) printf %s "$last" | wc -c >"$here/size";; esac; done; uploaded"#,
    );
    let room = MAX_ARGUMENT - "--stream-values=\"\"".len();
    let largest = vec![b'x'; room];
    let notes = Notes::default();
    world
        .writer()
        .submit(&key(), &write(&largest), notes.at(&world.output()))
        .await
        .unwrap();
    assert_eq!(world.text("size").trim(), MAX_ARGUMENT.to_string());

    let error = refused(&world, &vec![b'x'; room + 1]);
    assert_eq!(error.kind, Kind::TooLarge);
    assert!(
        error.message.contains("131072") && error.message.contains("131071"),
        "{error}"
    );
}

#[test]
fn a_zero_byte_is_refused() {
    let world = World::new("uploaded");
    assert_eq!(refused(&world, b"a\0b").kind, Kind::Refused);
    assert_eq!(world.runs(), 0);
}

#[test]
fn settings_that_cannot_be_right_make_no_writer() {
    let odd: [fn(&mut Options); 6] = [
        |options| options.stream = "0x12".to_owned(),
        |options| options.stream = "zz".repeat(32),
        |options| options.wallet_key = "canary".to_owned().into(),
        |options| options.evm_rpc = "127.0.0.1:8545".to_owned(),
        |options| options.storage_nodes.clear(),
        |options| options.encryption = Encryption::StreamKey("canary".to_owned().into()),
    ];
    for change in odd {
        let world = World::new("uploaded").with(change);
        let error = Writer::new(&world.options).unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn a_missing_an_old_and_a_wrong_client_are_told_apart() {
    let world = World::new("uploaded");
    let cases: [(&str, Option<&str>, Kind, &str); 4] = [
        ("absent", None, Kind::NotFound, "there is no program"),
        (
            "old",
            Some("#!/bin/sh\necho --stream-values\n"),
            Kind::Unsupported,
            "too old",
        ),
        (
            "wrong",
            Some("#!/bin/sh\necho hello\n"),
            Kind::Unsupported,
            "is not 0g-storage-client",
        ),
        (
            "broken",
            Some("\u{1}\u{2}"),
            Kind::Refused,
            "cannot be asked",
        ),
    ];
    for (name, text, kind, words) in cases {
        if let Some(text) = text {
            program(&world.path(name), text);
        }
        let mut options = world.options.clone();
        options.client = Some(world.path(name));
        let writer = Writer::new(&options).unwrap();
        let notes = Notes::default();
        let fault = writer
            .submit(&key(), &write(b"{}"), notes.at(&world.output()))
            .await
            .unwrap_err();
        assert_eq!(fault.error.kind, kind, "{}", fault.error);
        assert!(
            fault.error.message.contains(words) && fault.is_unsent(),
            "{}",
            fault.error
        );
        assert!(notes.seen().is_empty());
    }
    let plain = world.path("plain");
    fs::write(&plain, "x").unwrap();
    let world = world.with(|options| options.client = Some(plain));
    let checks = world.writer().probe().await;
    assert_eq!(checks.len(), 1);
    assert!(
        checks[0].said.contains("may not be executed"),
        "{}",
        checks[0].said
    );
}

#[test]
fn no_secret_is_in_a_debug_text() {
    let world = World::new("uploaded").with(|options| {
        options.evm_rpc = "http://u:canary@h:1".to_owned();
        options.encryption = Encryption::StreamKey("1f".repeat(32).into());
    });
    let text = format!(
        "{:?} {:?} {:?}",
        world.options,
        world.writer(),
        world.writer().described()
    );
    for secret in ["canary", WALLET, "1f1f"] {
        assert!(!text.contains(secret), "{text}");
    }
}

proptest! {
    // Lines of a megabyte and more: each case is slow.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_room_decides_what_the_writer_refuses(
        (quotes, breaks) in (0..40_000_usize, 0..20_000_usize),
        over in -3_i64..=3,
        (id, long) in ("[a-z0-9\",\u{e000}-\u{e0ff}\u{0}]{1,400}", prop_oneof![Just(0_usize), 0..140_000_usize]),
        // As long as the whole line can be, so that its end decides, too.
        url in prop_oneof![Just(0_usize), 1_200_000..1_572_864_usize],
        zero in any::<bool>(),
    ) {
        let world = World::new("uploaded")
            .with(|options| options.evm_rpc = format!("http://h:1/{}", "u".repeat(url)));
        let writer = world.writer();
        let room = writer.limit().unwrap();
        let key = Key {
            collection: Collection::new("memcells"),
            id: format!("{id}{}", "k".repeat(long)).into(),
        };
        let mut value = ["\"".repeat(quotes), "\r\n".repeat(breaks)].concat().into_bytes();
        if zero && over == 0 {
            value.push(0);
        }
        let left = room.most_under(&key).saturating_sub(room.sent(&value));
        let left = usize::try_from(left.saturating_add_signed(over)).unwrap();
        value.extend(vec![b'x'; left]);
        let checked = writer.check(&key, &write(&value));
        let told = room.over(&key, &value);
        prop_assert_eq!(checked.is_ok(), told.is_none(), "{:?} {:?}", checked, told);
    }

    #[test]
    fn the_room_is_told_in_bytes_of_the_clients_own_reading(value in "[a\"\r\n]{0,40}") {
        let world = World::new("uploaded");
        let room = world.writer().limit().unwrap();
        let sent = usize::try_from(room.sent(value.as_bytes())).unwrap();
        let spare = usize::try_from(room.most).unwrap() - sent;
        let filled = [value.as_bytes(), &vec![b'x'; spare]].concat();
        prop_assert!(world.writer().check(&key(), &write(&filled)).is_ok());
        let full = [&*filled, b"x"].concat();
        prop_assert!(world.writer().check(&key(), &write(&full)).is_err());
    }
}
