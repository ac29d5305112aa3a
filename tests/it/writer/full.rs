//! A disk without room for what a client says: it is not started, since nobody could tell what it
//! did.
//!
//! The test binary runs once more where a disk of 64 KiB can be had without being root.

use dualscope::store::error::Kind;
use dualscope::store::port::ValueWriter as _;

use super::*;

const FOLDER: &str = "DUALSCOPE_TEST_FULL";

#[tokio::test]
#[ignore = "started by the other test of this file"]
async fn a_write_whose_output_has_no_room() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let world = World::new("prepare; sending; sent; begun; uploaded");
    let (notes, output) = (Notes::default(), folder.join("output"));
    let fault = world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&output))
        .await;
    let fault = fault.unwrap_err();
    assert_eq!(world.runs(), 0, "no client was started");
    assert!(fault.is_unsent(), "{}", fault.error);
    assert_eq!(fault.error.kind, Kind::Refused);
    assert!(
        fault.error.message.contains("no room on the disk"),
        "{}",
        fault.error
    );
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_no_client_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=64k none "$1" && shift && exec "$@""#;
    let ended = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .args(["sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "writer::full::a_write_whose_output_has_no_room",
        ])
        .env(FOLDER, folder.path())
        .output();
    let Ok(ended) = ended else {
        println!("skipped: there is no unshare here");
        return;
    };
    let said = String::from_utf8_lossy(&ended.stdout);
    // Without the right to mount anything no test has begun.
    if !said.contains("running 1 test") {
        println!("skipped: no disk of our own can be had here");
        return;
    }
    assert!(said.contains("1 passed"), "{said}");
}
