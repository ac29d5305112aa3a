//! The commands that write as processes: signals, questions and editors on the demo, and all of it
//! on real parts.

mod asking;
mod editors;
mod left_open;
mod stores;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::demo::in_state;
use super::{Answer, Program, demo, text};

/// A process whose standard error is read line by line.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Running {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_dualscope"))
            .args(arguments)
            .env_clear()
            .env("HOME", program.home.path())
            .current_dir(program.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            lines,
            said: String::new(),
        }
    }

    /// Reads on until a line says this.
    fn until(&mut self, words: &str) {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            self.said.push_str(&line);
            assert!(read > 0, "it ended without {words}: {}", self.said);
            if line.contains(words) {
                return;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Its end, with all that it said.
    fn end(mut self) -> Answer {
        std::io::Read::read_to_string(&mut self.lines, &mut self.said).unwrap();
        let mut answer = Answer::of(&self.child.wait_with_output().unwrap());
        answer.err = self.said;
        answer
    }
}

/// A file with the document's text and other keywords; the document's key.
fn changed(program: &Program) -> (String, String) {
    let key = in_state("agrees");
    let full = demo(&["get", &key]).ended(0).text();
    let mut value: serde_json::Value = serde_json::from_str(&full).unwrap();
    value["keywords"] = serde_json::json!(["canary-keyword"]);
    let file = program.home.path().join("value.json");
    std::fs::write(&file, value.to_string()).unwrap();
    (key, file.to_str().unwrap().to_owned())
}

#[test]
fn a_signal_while_the_value_is_awaited_leaves_the_rest_to_recovery() {
    for signal in [Signal::INT, Signal::QUIT, Signal::TERM, Signal::HUP] {
        let program = Program::new();
        let (key, file) = changed(&program);
        let line = ["put", &key, &file, "--yes", "--json", "--demo"];
        let mut running = Running::start(&program, &line);
        running.until("submitting");
        running.signal(signal);
        let answer = running.end().ended(7);
        assert_eq!(answer.json()[0]["ending"], "not-applied");
        assert!(
            answer.err.contains("left undone") && !answer.err.contains("recover"),
            "{}",
            answer.err
        );
        assert!(!answer.err.contains("canary-keyword"), "{}", answer.err);
    }
}

#[test]
fn a_signal_before_anything_was_sent_ends_it_with_nothing_done() {
    for (signal, code) in [
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TERM, 143),
        (Signal::HUP, 129),
    ] {
        let program = Program::new();
        let (key, file) = changed(&program);
        let line = [
            "put",
            &key,
            &file,
            "--yes",
            "--json",
            "--demo",
            "--latency",
            "300",
        ];
        let mut running = Running::start(&program, &line);
        running.until("looking whether");
        running.signal(signal);
        let answer = running.end().ended(code);
        assert_eq!(answer.json()[0]["ending"], "given-up");
        assert_eq!(answer.json()[0]["state"], "agrees");
    }
}

#[test]
fn a_termination_signal_while_a_store_is_slow_leaves_no_open_write() {
    let program = Program::new();
    let (key, file) = changed(&program);
    let line = ["put", &key, &file, "--yes", "--json", "--demo"];
    let mut running = Running::start(&program, &[&line[..], &["--latency", "3 s"]].concat());
    running.until("looking whether");
    // The two halves take longer than the seconds that are waited for at most.
    running.signal(Signal::TERM);
    let answer = running.end().ended(143);
    assert_eq!(answer.json()[0]["ending"], "given-up");
    assert!(!answer.err.contains("recover"), "{}", answer.err);
}

/// A write whose line nobody can read: the exit code is that of the write all the same.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_does_not_change_how_a_write_ended() {
    let program = Program::new();
    let (key, file) = changed(&program);
    let put = |out: Stdio, more: &[&str]| {
        let line = [&["put", &key, &file, "--yes", "--demo"], more].concat();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualscope"));
        command.args(line).env_clear();
        command.env("HOME", program.home.path());
        command.stdin(Stdio::null()).stdout(out);
        Answer::of(&command.output().unwrap())
    };
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for more in [&[][..], &["--json"]] {
        let done = put(full().into(), more).ended(0);
        let lost = "standard output can't be written: no storage space";
        assert!(done.err.contains(lost), "{}", done.err);
        assert!(done.err.contains(&format!("done  {key}: ")), "{}", done.err);
    }
    let late = ["--patience", "1"];
    let open = put(full().into(), &late).ended(7);
    assert!(open.err.contains("not applied yet  "), "{}", open.err);
    // A reader that is gone is no trouble, and yet the end is told.
    for (more, code, said) in [
        (&["--json"][..], 0, "done  "),
        (&late, 7, "not applied yet  "),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let gone = put(writer.into(), more).ended(code);
        let told = format!("nobody reads standard output any more: {said}{key}: ");
        assert!(gone.err.contains(&told), "{}", gone.err);
        // Nor is a command named that would find nothing: the demo ends with this one.
        assert!(!gone.err.contains("recover"), "{}", gone.err);
        assert!(
            gone.err.contains("demo: what a command writes"),
            "{}",
            gone.err
        );
    }
}

#[test]
fn the_demo_says_that_it_forgets() {
    let program = Program::new();
    let (key, _) = changed(&program);
    let done = program
        .run(&["soft-delete", &key, "--yes", "--demo"])
        .ended(0);
    let words = "demo: what a command writes ends with it";
    assert!(done.err.contains(words), "{}", done.err);
    for line in [["recover", "--demo"], ["journal", "--demo"]] {
        let told = program.run(&line).ended(0);
        assert!(told.err.contains(words), "{}", told.err);
    }
}

#[test]
fn a_plan_of_one_command_is_carried_out_by_another() {
    let program = Program::new();
    let (key, file) = changed(&program);
    for line in [
        vec!["put", &key, &file],
        vec!["soft-delete", &key, "--by", "me"],
        vec!["delete", &key],
    ] {
        let mut dry = vec!["--demo", "--json", "--dry-run"];
        dry.splice(0..0, line.iter().copied());
        let plan = program.run(&dry).ended(0);
        assert_eq!(plan.err, "");
        let printed = program.home.path().join("plan.json");
        std::fs::write(&printed, &plan.out).unwrap();
        let printed = printed.to_str().unwrap();
        let done = program
            .run(&["apply", printed, "--yes", "--json", "--demo", "--quiet"])
            .ended(0);
        assert_eq!(done.err, "");
        let done = &done.json()[0];
        assert_eq!(text(done, "ending"), "done");
        assert_eq!(
            text(done, "action"),
            text(&plan.json()[0]["plan"], "action")
        );
    }
    let left = std::fs::read_dir(program.home.path()).unwrap().count();
    assert_eq!(
        left, 2,
        "the demo leaves nothing on the disk but what this test put there"
    );
}

#[test]
fn standard_input_is_a_file_and_the_answer_too_only_with_yes() {
    let program = Program::new();
    let (key, file) = changed(&program);
    let put = |more: &[&str]| {
        let all = [&["put", &key, "-", "--demo"], more].concat();
        let mut command = program.command(&all);
        Answer::of(&command.pipe_stdin(&file).unwrap().output().unwrap())
    };
    let answer = put(&[]).ended(2);
    assert!(answer.err.contains("--yes"), "{}", answer.err);
    put(&["--yes"]).ended(0);
    // A hand-made text that is not JSON is told by its place in what came in.
    let mut command = program.command(&["put", &key, "-", "--demo", "--yes"]);
    let answer = Answer::of(&command.write_stdin("{\n\"a\" 1}").output().unwrap()).ended(6);
    assert!(
        answer.err.contains("standard input:2:5: not JSON"),
        "{}",
        answer.err
    );
}

#[test]
fn secrets_of_a_collection_are_masked_in_plans() {
    let rows = demo(&["ls", "user_secrets", "--json", "--reveal"])
        .ended(0)
        .json();
    let key = text(&rows[0], "key");
    let secret = text(&rows[0]["lite"], "api_key");
    for more in [&["--dry-run"][..], &["--dry-run", "--json"]] {
        let answer = demo(&[&["delete", &key], more].concat());
        let said = format!("{}{}", answer.text(), answer.err);
        assert!(!said.contains(&secret), "{said}");
    }
    let shown = demo(&["delete", &key, "--dry-run", "--json", "--reveal"]).ended(0);
    assert!(shown.text().contains(&secret));
}
