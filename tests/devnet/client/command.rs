//! The command line: which command is meant, and what is said when there is none (cobra's rules).

use std::process::ExitCode;

use super::fault::{self, Stage};
use super::flags::{self, Flag, GLOBAL, Given, Kind, Parsed};
use super::log::{self, Level, Log};
use super::usage::{self, COMMANDS, NAME};
use super::{read, write};

/// Releases that behave differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Release {
    V1_2_2,
    V1_3_0,
    V1_4_1,
}

impl Release {
    fn from_env() -> Self {
        match std::env::var("DEVNET_CLIENT_VERSION").as_deref() {
            Ok("v1.2.2") => Self::V1_2_2,
            Ok("v1.3.0") => Self::V1_3_0,
            Ok("v1.4.1") | Err(_) => Self::V1_4_1,
            Ok(other) => panic!("DEVNET_CLIENT_VERSION is {other}"),
        }
    }

    fn flags(self, command: &str) -> Vec<Flag> {
        if command == "kv-read" {
            return flags::READ.to_vec();
        }
        let mut flags = flags::WRITE.to_vec();
        if self >= Self::V1_3_0 {
            flags.push(flags::ENCRYPTION_KEY);
        }
        if self == Self::V1_3_0 {
            let last = flags.last_mut().expect("it was just pushed");
            last.usage = flags::OLD_ENCRYPTION_USAGE;
        }
        if self >= Self::V1_4_1 {
            flags.push(flags::ENCRYPT);
        }
        flags.sort_unstable_by_key(|flag| flag.name);
        flags
    }
}

/// Runs the program.
pub(crate) fn run(arguments: &[Vec<u8>]) -> ExitCode {
    let release = Release::from_env();
    let Some(at) = command_at(arguments) else {
        return root(arguments);
    };
    let mut rest = arguments.to_vec();
    let name = String::from_utf8_lossy(&rest.remove(at)).into_owned();
    match name.as_str() {
        "kv-read" | "kv-write" => command(&name, release, &rest),
        "help" => {
            let topic = rest
                .first()
                .map(|topic| String::from_utf8_lossy(topic).into_owned());
            help(topic.as_deref(), release)
        }
        known if COMMANDS.iter().any(|(name, _)| *name == known) => {
            log::stderr(b"the stand-in has no such command\n");
            ExitCode::from(70)
        }
        unknown => fail(
            &unknown_command(unknown),
            &format!("Run '{NAME} --help' for usage.\n"),
        ),
    }
}

/// Where the command is: the first argument that is neither a flag nor the value of one.
fn command_at(arguments: &[Vec<u8>]) -> Option<usize> {
    let switch = |name: &[u8]| {
        let mut flags = GLOBAL.iter();
        flags.any(|flag| flag.kind == Kind::Bool && flag.name.as_bytes() == name)
    };
    let mut at = 0;
    loop {
        let argument = arguments.get(at)?;
        match argument.as_slice() {
            b"--" => return None,
            other if other.contains(&b'=') && other.starts_with(b"-") => at += 1,
            [b'-', b'-', name @ ..] => at += if switch(name) { 1 } else { 2 },
            [b'-', _] => at += 2,
            [b'-', ..] | [] => at += 1,
            _ => return Some(at),
        }
    }
}

fn root(arguments: &[Vec<u8>]) -> ExitCode {
    match flags::parse(GLOBAL.to_vec(), arguments) {
        Err(why) => fail(&why, &format!("{}\n", usage::usage(None, &[]))),
        Ok(parsed) => {
            if let Parsed::Given(given) = parsed
                && let Err(code) = logging(&given)
            {
                return code;
            }
            log::stdout(usage::help(None, &[]).as_bytes());
            ExitCode::SUCCESS
        }
    }
}

fn help(topic: Option<&str>, release: Release) -> ExitCode {
    let known = |topic: &&str| matches!(*topic, "kv-read" | "kv-write");
    if let Some(unknown) = topic.filter(|topic| !known(topic)) {
        let usage = usage::without_help();
        log::stderr(format!("Unknown help topic [`{unknown}`]\n{usage}").as_bytes());
        return ExitCode::SUCCESS;
    }
    let flags = topic.map_or(Vec::new(), |topic| release.flags(topic));
    log::stdout(usage::help(topic, &flags).as_bytes());
    ExitCode::SUCCESS
}

fn command(name: &str, release: Release, arguments: &[Vec<u8>]) -> ExitCode {
    let own = release.flags(name);
    let all = [own.as_slice(), &GLOBAL].concat();
    let wrong = |why: &str| fail(why, &format!("{}\n", usage::usage(Some(name), &own)));
    let given = match flags::parse(all, arguments) {
        Err(why) => return wrong(&why),
        Ok(Parsed::Help) => {
            log::stdout(usage::help(Some(name), &own).as_bytes());
            return ExitCode::SUCCESS;
        }
        Ok(Parsed::Given(given)) => given,
    };
    let log = match logging(&given) {
        Ok(log) => log,
        Err(code) => return code,
    };
    if let Some(missing) = given.missing() {
        return wrong(&missing);
    }
    fault::at(Stage::Start);
    let code = if name == "kv-read" {
        read::run(&given, log, release)
    } else {
        write::run(&given, log, release)
    };
    if code == ExitCode::SUCCESS {
        fault::at(Stage::End);
    }
    code
}

fn logging(given: &Given) -> Result<Log, ExitCode> {
    let mut log = Log {
        level: Level::Info,
        coloured: !given.bool("log-color-disabled"),
    };
    let name = given.shown("log-level");
    let Some(level) = Level::parse(&name) else {
        let why = format!("not a valid logrus Level: \"{name}\"");
        let fields = [("error", why), ("fields.level", name)];
        return Err(log.fatal("Failed to parse log level", &fields));
    };
    log.level = level;
    Ok(log)
}

/// The error on both streams, the usage behind it on stderr.
fn fail(why: &str, usage: &str) -> ExitCode {
    log::stderr(format!("Error: {why}\n{usage}").as_bytes());
    log::stdout(format!("{why}\n").as_bytes());
    ExitCode::from(1)
}

fn unknown_command(name: &str) -> String {
    let near = |known: &str| {
        let lower = name.to_lowercase();
        strsim::levenshtein(&lower, known) <= 2 || known.starts_with(&lower)
    };
    let near = COMMANDS.iter().filter(|(known, _)| near(known));
    let near: String = near.flat_map(|(known, _)| ["\t", known, "\n"]).collect();
    let suggested = if near.is_empty() {
        near
    } else {
        format!("\n\nDid you mean this?\n{near}")
    };
    format!("unknown command \"{name}\" for \"{NAME}\"{suggested}")
}
