//! A client outlives the program that started it, and the terminal of both.
//!
//! The program is this test binary once more: an ignored test of it writes, and is then ended.

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use dualscope::domain::intent::Stage;
use dualscope::store::port::ValueWriter as _;
use rustix::process::{Pid, Signal, kill_process_group};

use super::*;

const FOLDER: &str = "DUALSCOPE_TEST_SURVIVE";

#[tokio::test]
#[ignore = "started by the other tests of this file"]
async fn the_program_that_will_be_ended() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let mut options = World::new("").options;
    options.client = Some(folder.join("client"));
    options.locks = folder.join("locks");
    let notes = Notes::default();
    let writer = Writer::new(&options).unwrap();
    let _ = writer
        .submit(&key(), &write(b"{}"), notes.at(&folder.join("output")))
        .await;
}

/// Starts the program in a group of its own, as a shell does, and ends that group by `signals`.
async fn outlives(signals: &[Signal]) {
    let world = World::new(
        "prepare; echo $$ >\"$here/number\"; sending; sent; touch \"$here/sent\"; wait_for go; uploaded; touch \"$here/over\"",
    );
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "writer::survive::the_program_that_will_be_ended",
        ])
        .env(FOLDER, world.dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    world.until("sent").await;
    let group = Pid::from_child(&program);
    for signal in signals {
        // the group may be gone after the first
        let _ = kill_process_group(group, *signal);
    }
    program.wait().unwrap();
    let number: u32 = world.text("number").trim().parse().unwrap();
    let fields = process(number).expect("the client still runs");
    let own = process(std::process::id()).unwrap();
    assert_ne!(
        fields[2],
        group.as_raw_nonzero().to_string(),
        "it left the group"
    );
    assert_ne!(fields[3], own[3], "it left the session");

    // whoever comes later finds it, waits for its wallet, and reads its end
    let (writer, notes, output) = (world.writer(), Notes::default(), world.output());
    let (known, running) = writer
        .look((&key(), &write(b"{}")), &Receipt::default(), &output)
        .await
        .unwrap();
    assert_eq!((known.stage, running), (Stage::Sent, Some(true)));
    world.allow("go");
    let receipt = writer.follow(&known, notes.at(&output)).await.unwrap();
    assert_eq!(receipt.stage, Stage::Uploaded);
    world.until("over").await;
}

#[tokio::test]
async fn a_client_survives_kill_nine_of_its_program() {
    outlives(&[Signal::KILL]).await;
}

#[tokio::test]
async fn a_client_survives_ctrl_c_and_a_closed_terminal() {
    outlives(&[Signal::INT, Signal::HUP, Signal::QUIT, Signal::KILL]).await;
}
