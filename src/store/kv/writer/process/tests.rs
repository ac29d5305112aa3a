//! Each way out of the session, and processes that are not ours.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("output")
    }

    /// A shell that does this.
    fn start(&self, launcher: &Launcher, script: &str) -> Running {
        let mut line = Argv::new();
        line.words(&["-c", script]);
        let output = Output::open(&self.output(), true).unwrap();
        let input = File::open("/dev/null").unwrap();
        start(launcher, Path::new("/bin/sh"), &line, input, output).unwrap()
    }
}

/// State, parent, group and session of a process.
fn fields(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = text.rsplit_once(')').unwrap();
    rest.split_whitespace().take(4).map(str::to_owned).collect()
}

fn ignores_hangup(pid: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = text
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1
}

async fn says(world: &World, what: &str) {
    for _ in 0..500 {
        if fs::read_to_string(world.output()).unwrap().contains(what) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never said {what}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_launcher_leaves_the_terminals_reach() {
    let own = fields(std::process::id());
    let tool = |name: &str| in_path(name).unwrap();
    for launcher in [
        Launcher::Session(tool("setsid")),
        Launcher::Group(tool("nohup")),
        Launcher::Bare,
    ] {
        let world = World::new();
        let mut running = world.start(&launcher, "echo on; exec sleep 60");
        says(&world, "on").await;
        let pid = running.child.pid;
        let theirs = fields(pid);
        assert_ne!(theirs[2], own[2], "{launcher:?} leaves the group");
        assert_eq!(
            theirs[3] != own[3],
            matches!(launcher, Launcher::Session(_))
        );
        assert_eq!(ignores_hangup(pid), matches!(launcher, Launcher::Group(_)));
        assert_eq!(is_running(running.child), Some(true));
        assert_eq!(is_written(&world.output()), Some(true));

        let status = running.end().await.unwrap();
        assert!(!status.success());
        assert_eq!(is_running(running.child), Some(false));
        assert_eq!(is_written(&world.output()), Some(false));
    }
}

#[tokio::test]
async fn an_output_has_one_writer_at_a_time() {
    let world = World::new();
    let mut running = world.start(&Launcher::find(), "echo on; exec sleep 60");
    says(&world, "on").await;
    let again = Output::open(&world.output(), true).err().unwrap();
    assert_eq!(again.kind(), io::ErrorKind::WouldBlock);
    assert!(
        fs::read_to_string(world.output()).unwrap().contains("on"),
        "nothing was taken away"
    );
    running.end().await.unwrap();
    assert!(Output::open(&world.output(), true).is_ok());
    let mode = fs::metadata(world.output()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// On a full disk a client's words would be lost, so the room for them is taken before it starts.
#[cfg(target_os = "linux")]
#[test]
fn an_output_has_room_for_all_that_a_client_says() {
    use std::os::unix::fs::MetadataExt as _;
    let world = World::new();
    let probe = File::create(world.0.path().join("probe")).unwrap();
    let plain = rustix::fs::FallocateFlags::empty();
    if let Err(error) = rustix::fs::fallocate(&probe, plain, 0, 1) {
        println!("skipped: this file system reserves no room: {error}");
        return;
    }
    // What an earlier try has said stays, and the room is behind it.
    let said = "said before\n".repeat(10_000);
    fs::write(world.output(), &said).unwrap();
    let room = || fs::metadata(world.output()).unwrap().blocks() * 512;
    for (fresh, kept) in [(false, said.len() as u64), (true, 0)] {
        let _output = Output::open(&world.output(), fresh).unwrap();
        assert_eq!(fs::metadata(world.output()).unwrap().len(), kept);
        assert!(room() >= kept + RESERVED, "{} bytes", room());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_later_process_of_the_same_number_is_left_alone() {
    let world = World::new();
    let mut running = world.start(&Launcher::find(), "exec sleep 60");
    let child = running.child;
    let earlier = Child {
        started: child.started - 1,
        ..child
    };
    assert_eq!(is_running(earlier), Some(false));
    assert!(end(earlier).await, "it is over");
    assert_eq!(is_running(child), Some(true), "and this one runs on");
    assert!(end(child).await);
    assert!(running.ended().unwrap().is_some());
}

#[tokio::test]
async fn a_program_that_does_not_answer_is_not_waited_for() {
    let arguments = ["-c", "exec sleep 60"].into_iter().map(OsStr::new);
    let asked = ask(Path::new("/bin/sh"), arguments, Duration::from_millis(100)).await;
    assert_eq!(asked.unwrap_err().kind(), io::ErrorKind::TimedOut);
}
