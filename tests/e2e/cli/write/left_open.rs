//! `dualscope edit` is killed while the editor is open: what was typed is found, offered and can be
//! taken up or given up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::stores::{KEY, World, done, with_config};

/// A program that was killed once its editor had saved; the editor lives on.
struct Killed {
    editor: Pid,
}

impl Killed {
    async fn new(world: &World) -> Self {
        let home = world.program.home.path();
        let ready = home.join("ready");
        let _ = fs::remove_file(&ready);
        let script = format!(
            "sleep 0.2; sed -i s/lunch/typed/ \"$1\"; echo $$ >\"{0}.new\"; mv \"{0}.new\" \"{0}\"; exec sleep 60",
            ready.display()
        );
        let file = home.join("slow editor");
        fs::write(&file, script).unwrap();
        let line = with_config(&["edit", KEY, "--yes"]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualscope"));
        command
            .args(&line)
            .env_clear()
            .env("HOME", home)
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("EDITOR", format!("sh '{}'", file.display()))
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let editor = until(&ready).await;
        child.kill().unwrap();
        child.wait().unwrap();
        Self { editor }
    }

    async fn end_editor(&self) {
        kill_process(self.editor, Signal::KILL).unwrap();
        // Its lock goes with it.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn until(file: &Path) -> Pid {
    for _ in 0..500 {
        if let Ok(text) = fs::read_to_string(file) {
            return Pid::from_raw(text.trim().parse().unwrap()).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the editor never came up");
}

/// The sheets that lie below the home folder.
fn sheets(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with("editing-") {
            found.push(path);
        } else if path.is_dir() {
            found.extend(sheets(&path));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn what_was_typed_is_offered_and_written_when_it_is_taken_up() {
    let Some(world) = World::new().await else {
        return;
    };
    let home = world.program.home.path().to_owned();
    let killed = Killed::new(&world).await;
    let sheet = sheets(&home);
    assert_eq!(sheet.len(), 1, "{sheet:?}");
    killed.end_editor().await;

    let told = world.run(&["recover"]).ended(0);
    for words in [KEY, "--resume", "--discard"] {
        assert!(told.err.contains(words), "{}", told.err);
    }
    let asked = world.run(&["edit", KEY, "--yes"]).ended(2);
    assert!(asked.err.contains("there is a draft of"), "{}", asked.err);

    let line = with_config(&["edit", KEY, "--yes", "--resume"]);
    let mut command = world.program.command(&line);
    let answer = command.env("EDITOR", "true").output().unwrap();
    done(crate::cli::Answer::of(&answer));
    assert_eq!(world.keywords().await.unwrap(), ["typed"]);
    assert_eq!(sheets(&home), Vec::<PathBuf>::new());
    world.run(&["edit", KEY, "--yes", "--discard"]).ended(1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn what_was_typed_goes_only_when_it_is_given_up() {
    let Some(world) = World::new().await else {
        return;
    };
    let home = world.program.home.path().to_owned();
    let before = world.value();
    Killed::new(&world).await.end_editor().await;
    let dry = world.run(&["edit", KEY, "--discard", "--dry-run"]).ended(0);
    assert!(dry.err.contains("nothing was removed"), "{}", dry.err);
    assert_eq!(sheets(&home).len(), 1);
    world.run(&["edit", KEY, "--discard", "--yes"]).ended(0);
    assert_eq!(sheets(&home), Vec::<PathBuf>::new());
    world.run(&["edit", KEY, "--yes", "--resume"]).ended(1);
    assert_eq!(world.value(), before);
}
