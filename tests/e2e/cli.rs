//! The command line as a person or a script uses it: on the demo, on two real stores, and on
//! everything that can be wrong.

mod bad_input;
mod demo;
mod keys;
mod shell;
mod stores;
mod strict;
mod views;
mod write;
mod wrong_server;

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A password that must never be printed.
const CANARY: &str = "canary-password";

/// `dualscope` in an empty home of its own, without settings of whoever runs the tests.
struct Program {
    home: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
struct Answer {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Program {
    fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualscope"));
        command.env_clear();
        // A dynamic loader or a sanitizer may need its own variables.
        for name in ["PATH", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(&self.command(arguments).output().unwrap())
    }
}

impl Answer {
    fn of(output: &Output) -> Self {
        let answer = Self {
            code: output.status.code().expect("ended by a signal"),
            out: output.stdout.clone(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        };
        assert!(!answer.text().contains(CANARY), "{answer:?}");
        assert!(!answer.err.contains(CANARY), "{answer:?}");
        answer
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Lines of JSON, each with the schema first.
    fn json(&self) -> Vec<Value> {
        let text = self.text();
        let parse = |line: &str| {
            assert!(line.starts_with(r#"{"schema":1,"#), "{line}");
            serde_json::from_str(line).unwrap()
        };
        text.lines().map(parse).collect()
    }

    /// The error as one object on standard error.
    fn error(&self) -> Value {
        let mut value: Value = serde_json::from_str(self.err.trim()).expect(&self.err);
        assert_eq!(value["schema"], 1);
        value["error"].take()
    }

    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.text(), self.err);
        self
    }
}

/// Runs on the demo's stores.
fn demo(arguments: &[&str]) -> Answer {
    let mut all = vec!["--demo"];
    all.extend(arguments);
    Program::new().run(&all)
}

/// A member as text.
fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}
