//! A program to be started in a terminal, kept apart from the settings of whoever runs the tests.

use std::path::Path;

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::pty::Pty;

/// Runs its arguments as a job, and goes on with a stopped one when Enter is pressed.
const JOB_SHELL: &str = r#"
"$@"; code=$?
while [ $code -gt 144 ] && [ $code -lt 151 ]; do # 128 and the signal that stopped it
  echo '[stopped]'; read -r _; fg %1 >/dev/null; code=$?
done
exit $code"#;

/// A program that will be started: what, where, how large.
pub(crate) struct Program {
    command: Vec<String>,
    env: Vec<(String, String)>,
    pub(crate) columns_and_rows: (u16, u16),
    pub(crate) home: TempDir,
}

impl Program {
    /// `dualscope` as it was just built.
    pub(crate) fn dualscope(arguments: &[&str]) -> Self {
        Self::new(env!("CARGO_BIN_EXE_dualscope"), arguments)
    }

    /// Any program, at 80×24, in an empty home of its own and without `DUALSCOPE_*` variables.
    pub(crate) fn new(program: &str, arguments: &[&str]) -> Self {
        let command = [program]
            .iter()
            .chain(arguments)
            .map(|&part| part.to_owned())
            .collect();
        Self {
            command,
            env: Vec::new(),
            columns_and_rows: (80, 24),
            home: TempDir::new().unwrap(),
        }
    }

    /// The same under a shell with job control, as a person has it: stopping it (Ctrl-Z) shows
    /// `[stopped]`, and then Enter goes on with it.
    pub(crate) fn under_job_control(mut self) -> Self {
        let shell = ["sh", "-mc", JOB_SHELL, "sh"].map(str::to_owned);
        self.command.splice(0..0, shell);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        self.columns_and_rows = (columns, rows);
        self
    }

    /// Its home and working folder, to put files into.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn builder(&self) -> CommandBuilder {
        let mut builder = CommandBuilder::new(&self.command[0]);
        builder.args(&self.command[1..]);
        for (name, _) in std::env::vars() {
            if ["DUALSCOPE_", "XDG_"]
                .iter()
                .any(|ours| name.starts_with(ours))
            {
                builder.env_remove(name);
            }
        }
        for name in ["NO_COLOR", "COLORTERM", "EDITOR", "VISUAL", "TMUX"] {
            builder.env_remove(name);
        }
        builder.env("TERM", "xterm-256color");
        builder.env("LANG", "C.UTF-8");
        builder.env("HOME", self.home.path());
        builder.cwd(self.home.path());
        self.env
            .iter()
            .for_each(|(name, value)| builder.env(name, value));
        builder
    }

    pub(crate) fn start(self) -> Pty {
        Pty::start(self)
    }
}
