//! The life of one client: what it is started with, how it grows, where it is ended or left.

use std::time::Duration;

use dualscope::domain::intent::{Child, Stage};
use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::ValueWriter as _;

use super::*;

const WHOLE: &str =
    "prepare; sleep 0.1; sending; sleep 0.1; sent; sleep 0.1; begun; sleep 0.1; uploaded";

#[tokio::test]
async fn a_write_grows_and_each_growth_is_told() {
    let world = World::new(WHOLE);
    let notes = Notes::default();
    let receipt = world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&world.output()))
        .await;

    let receipt = receipt.unwrap();
    assert_eq!(receipt.stage, Stage::Uploaded);
    assert_eq!(receipt.hash.as_deref(), Some(HASH));
    assert_eq!(receipt.root.as_deref(), Some(ROOT));
    assert_eq!(receipt.sequence, Some(7));
    let well = |stage: &Stage| !matches!(stage, Stage::Reverted | Stage::Vanished);
    let all: Vec<Stage> = Stage::ALL.into_iter().filter(well).collect();
    assert_eq!(notes.stages(), all);
    assert_eq!(notes.last(), receipt);
    let first = &notes.seen()[0];
    assert!(first.child.is_some() && first.root.is_none());
}

#[tokio::test]
async fn the_command_line_is_the_agreed_one() {
    let world = World::new(r#"printf '%s\0' "$@" >"$here/args"; env >"$here/env"; uploaded"#)
        .with(|options| options.storage_nodes.push("http://127.0.0.1:2".to_owned()));
    let value = b"a \"b\",\r\nc".as_slice();
    let notes = Notes::default();
    let fenced = ValueWrite {
        bytes: value.into(),
        fence: Fence::At(dualscope::domain::Version(812)),
    };
    world
        .writer()
        .submit(&key(), &fenced, notes.at(&world.output()))
        .await
        .unwrap();

    let args = world.text("args");
    let args: Vec<&str> = args.trim_end_matches('\0').split('\0').collect();
    let expected = [
        "kv-write",
        "--log-color-disabled",
        "--log-level",
        "info",
        "--rpc-retry-count",
        "2",
        "--rpc-retry-interval",
        "1s",
        "--rpc-timeout",
        "15s",
        "--timeout",
        "30000ms",
        "--url",
        "http://127.0.0.1:1/evm",
        "--key",
        WALLET,
        "--node",
        "http://127.0.0.1:1",
        "--node",
        "http://127.0.0.1:2",
        "--stream-id",
        STREAM,
        "--stream-keys=\"memcells:6979da5797f9041fc0aa063f\"",
        "--stream-values=\"a \"\"b\"\",\r\r\nc\"",
        "--version",
        "812",
    ];
    assert_eq!(args, expected);
    let env = world.text("env");
    let known = [
        "PATH",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];
    for line in env.lines() {
        assert!(known.contains(&line.split('=').next().unwrap()), "{line}");
    }
}

#[tokio::test]
async fn a_tombstone_and_an_encrypted_stream_and_an_indexer_have_their_flags() {
    let world = World::new(r#"printf '%s\0' "$@" >"$here/args"; uploaded"#).with(|options| {
        options.encryption = Encryption::StreamKey("1F".repeat(32).into());
        options.indexer = Some("http://127.0.0.1:3".to_owned());
    });
    let notes = Notes::default();
    world
        .writer()
        .submit(&key(), &write(b""), notes.at(&world.output()))
        .await
        .unwrap();
    let args = world.text("args");
    assert!(
        args.contains("\0--stream-values=\"\"\0--version\x000\0"),
        "{args}"
    );
    assert!(args.ends_with(&format!("\0--encryption-key\x000x{}\0", "1f".repeat(32))));
    assert!(args.contains("\0--indexer\0http://127.0.0.1:3\0") && !args.contains("--node"));
}

#[tokio::test]
async fn one_that_hangs_before_the_send_is_ended_and_nothing_was_sent() {
    let world = World::new("prepare; trap '' TERM; while :; do sleep 0.1; done")
        .with(|options| options.limits.prepare = Duration::from_millis(400));
    let notes = Notes::default();
    let fault = world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&world.output()))
        .await;

    let fault = fault.unwrap_err();
    assert!(fault.is_unsent());
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Timeout, Retry::Safe)
    );
    assert_eq!(
        process(notes.last().child.unwrap().pid),
        None,
        "it was ended"
    );
    assert_eq!(world.runs(), 1, "a hang is not repeated");
}

#[tokio::test]
async fn one_that_hangs_after_the_send_is_left_alone_and_can_be_followed() {
    let world = World::new("prepare; sending; sent; wait_for go; uploaded; touch \"$here/over\"")
        .with(|options| {
            options.limits.patience = Duration::from_millis(400);
            options.limits.queue = Duration::from_millis(200);
        });
    let (writer, notes, output) = (world.writer(), Notes::default(), world.output());
    let fault = writer
        .submit(&key(), &write(b"{}"), notes.at(&output))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Timeout, Retry::AfterLooking)
    );
    assert_eq!(fault.receipt.stage, Stage::Sent);
    let child = fault.receipt.child.unwrap();
    assert!(process(child.pid).is_some(), "it still runs");

    let wanted = write(b"{}");
    let (of, nothing) = (key(), Receipt::default());
    let looked = writer.look((&of, &wanted), &fault.receipt, &output);
    assert_eq!(looked.await, Ok((fault.receipt.clone(), Some(true))));
    let (seen, running) = (writer.look((&of, &wanted), &nothing, &output).await).unwrap();
    let told = (seen.stage, running);
    assert_eq!(told, (Stage::Sent, Some(true)), "its file tells");

    // its wallet is not free while it runs, nor is its output
    let other = World::new("uploaded").with(|options| {
        options.locks = world.options.locks.clone();
        options.limits.queue = Duration::from_millis(200);
    });
    let late = other
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&other.output()))
        .await;
    let late = late.unwrap_err();
    assert!(
        late.is_unsent() && late.error.message.contains("same wallet"),
        "{}",
        late.error
    );
    assert_eq!(other.runs(), 0);

    world.allow("go");
    let receipt = writer
        .follow(&fault.receipt, notes.at(&output))
        .await
        .unwrap();
    assert_eq!(
        (receipt.stage, receipt.sequence),
        (Stage::Uploaded, Some(7))
    );
    assert!(
        other
            .writer()
            .submit(&key(), &write(b"{}"), notes.at(&other.output()))
            .await
            .is_ok()
    );
}

/// Its number was not noted before its program died, so nobody can end it: it may still send.
#[tokio::test]
async fn one_that_hangs_and_cannot_be_ended_may_still_send() {
    let world = World::new("prepare; wait_for go; sending; sent; touch \"$here/over\"");
    let (writer, notes, output) = (world.writer(), Notes::default(), world.output());
    let (key, document) = (key(), write(b"{}"));
    tokio::select! {
        _ = writer.submit(&key, &document, notes.at(&output)) => panic!("it cannot be over"),
        () = until(|| notes.seen().iter().any(|receipt| receipt.root.is_some())) => {}
    }
    let number = notes.last().child.unwrap().pid;

    let mut options = world.options.clone();
    options.limits.prepare = Duration::from_millis(100);
    let later = Writer::new(&options).unwrap();
    let unnamed = Receipt::default();
    let fault = later.follow(&unnamed, notes.at(&output)).await;
    let fault = fault.unwrap_err();
    assert!(process(number).is_some(), "it still runs");
    assert_eq!(
        (fault.receipt.stage, fault.error.retry),
        (Stage::Sending, Retry::AfterLooking)
    );
    assert!(!fault.is_unsent() && !fault.is_without_effect());
    world.allow("go");
    world.until("over").await;
}

#[tokio::test]
async fn one_that_hangs_in_the_send_is_never_ended() {
    let world = World::new("prepare; sending; wait_for go; touch \"$here/over\"").with(|options| {
        options.limits.prepare = Duration::from_millis(300);
        options.limits.patience = Duration::from_millis(300);
    });
    let notes = Notes::default();
    let fault = world.fails(&notes).await;
    assert_eq!(
        (fault.receipt.stage, fault.error.retry),
        (Stage::Sending, Retry::AfterLooking)
    );
    assert!(!fault.is_unsent());
    world.allow("go");
    world.until("over").await;
}

#[tokio::test]
async fn when_nothing_can_be_written_down_what_is_not_sent_stays_unsent() {
    let world = World::new("prepare; wait_for go; sending; sent");
    let notes = Notes::deaf_from(Stage::Preparing);
    let fault = world.fails(&notes).await;
    assert!(fault.is_unsent());
    assert!(
        fault.error.message.starts_with("the disk is full"),
        "{}",
        fault.error
    );
    assert_eq!(process(fault.receipt.child.unwrap().pid), None);
}

#[tokio::test]
async fn when_nothing_can_be_written_down_what_is_sent_goes_on() {
    let world = World::new("prepare; sending; sent; sleep 0.3; uploaded; touch \"$here/over\"");
    let notes = Notes::deaf_from(Stage::Sending);
    let fault = world.fails(&notes).await;
    assert_eq!(fault.error.retry, Retry::AfterLooking);
    assert!(fault.receipt.stage >= Stage::Sending && fault.receipt.child.is_some());
    world.until("over").await;
}

#[tokio::test]
async fn an_abandoned_call_does_not_end_its_client() {
    let world = World::new("prepare; wait_for go; sending; sent; uploaded; touch \"$here/over\"");
    let (writer, notes, output) = (world.writer(), Notes::default(), world.output());
    let (key, document) = (key(), write(b"{}"));
    tokio::select! {
        _ = writer.submit(&key, &document, notes.at(&output)) => panic!("it cannot be over"),
        () = until(|| notes.seen().iter().any(|receipt| receipt.root.is_some())) => {}
    }
    world.allow("go");
    world.until("over").await;
    let (receipt, running) = writer
        .look((&key, &document), &notes.last(), &output)
        .await
        .unwrap();
    assert_eq!(receipt.stage, Stage::Uploaded);
    until(|| process(notes.last().child.unwrap().pid).is_none()).await;
    assert_ne!(running, None);
}

#[tokio::test]
async fn without_an_output_no_client_was_started_and_an_empty_one_is_no_proof() {
    let world = World::new("exit 1");
    let writer = world.writer();
    let looked = writer
        .look(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            &world.output(),
        )
        .await
        .unwrap();
    let unstarted = (Receipt::default(), Some(false));
    assert_eq!(looked, unstarted, "it is made before the client is");
    let noted = Receipt {
        child: Some(Child {
            pid: u32::MAX,
            started: 1,
        }),
        stage: Stage::Sending,
        ..Receipt::default()
    };
    let looked = writer
        .look((&key(), &write(b"{}")), &noted, &world.output())
        .await
        .unwrap();
    assert_eq!(looked.0, noted, "what was noted stays");
    world.allow("output");
    let looked = writer
        .look(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            &world.output(),
        )
        .await
        .unwrap();
    assert_eq!(
        looked,
        (Receipt::default(), None),
        "the number may just not be noted"
    );
}
