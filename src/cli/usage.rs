//! A command line that can't be read, told without what it may contain of a password.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use super::Meant;
use super::args::{Command, CommandLine, Target};
use super::exit::{Exit, Fault, Stop};
use super::output::{Output, Style};
use crate::config;
use crate::domain::Catalog;

/// The command line as data, or how it ended already.
pub(super) fn parse(arguments: &[OsString]) -> Result<CommandLine, Exit> {
    let parsed = CommandLine::try_parse_from(arguments);
    let told = match parsed {
        Ok(line) => match objection(&line) {
            None => return Ok(line),
            Some(fault) => Err(fault),
        },
        Err(error) => told(&error, arguments),
    };
    let mut out = Output::new(Style {
        json: arguments.iter().any(|argument| argument == "--json"),
        ..Style::default()
    });
    out.choose_color(config::ColorMode::Auto);
    match told {
        Ok(help) => {
            let printed = out.bytes(help.as_bytes()).and_then(|()| out.flush());
            Err(match printed {
                Ok(()) | Err(Stop::Closed) => Exit::Clean,
                Err(Stop::Fault(fault)) => fault.exit,
            })
        }
        Err(fault) => {
            out.fault(&fault);
            Err(fault.exit)
        }
    }
}

/// The command whose name is near what was taken for a collection, unless the service has such a
/// collection.
pub(super) fn command_meant(target: &Target) -> Option<Meant> {
    let Target::Collection(name) = target else {
        return None;
    };
    if Catalog::builtin().get(name).is_some() {
        return None;
    }
    let line = CommandLine::command();
    let names = line.get_subcommands().map(clap::Command::get_name);
    let near = config::nearest(name.as_str(), names)?;
    Some((name.as_str().to_owned(), near.to_owned()))
}

/// What the definitions can't say.
fn objection(line: &CommandLine) -> Option<Fault> {
    let demo = line.common.demo || matches!(line.command, Some(Command::Demo { .. }));
    if line.target.is_some() && line.command.is_some() {
        let message = "what to open and a command exclude each other";
        return Some(Fault::usage(message).hint("leave one of them out"));
    }
    if line.common.latency.is_some() && !demo {
        let fault = Fault::usage("--latency slows down the demo's stores only");
        return Some(fault.hint("add --demo, or leave it out"));
    }
    None
}

/// Help to be printed, or the fault.
fn told(error: &clap::Error, arguments: &[OsString]) -> Result<String, Fault> {
    let text = error.render().to_string();
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if help {
        return Ok(text);
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let text = without_addresses(text, arguments);
    let (message, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let fault = Fault::usage(message.trim_end()).long();
    let lines = rest.lines().filter(|line| !line.is_empty());
    Err(lines.fold(fault, Fault::and))
}

/// Connection strings among the arguments are masked: a mistyped flag must not print a password.
fn without_addresses(text: &str, arguments: &[OsString]) -> String {
    let mut text = text.to_owned();
    for argument in arguments {
        let argument = argument.to_string_lossy();
        let Some(at) = argument.find("://") else {
            continue;
        };
        let scheme = |c: char| c.is_ascii_alphanumeric() || c == '+';
        let start = argument[..at].trim_end_matches(scheme).len();
        let address = &argument[start..];
        text = text.replace(address, &config::mask(address));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_flag_does_not_print_the_password() {
        for line in [
            "dualscope ls memcells mongodb://u:canary@h/",
            "dualscope --mongo-urii=mongodb://u:canary@h/ ls memcells",
            "dualscope ls mongodb://u:canary@h/",
            "dualscope get mongodb+srv://u:canary@h/",
            "dualscope mongodb://u:canary@h/",
            "dualscope --latency mongodb://u:canary@h/",
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let Err(error) = CommandLine::try_parse_from(&arguments) else {
                panic!("{line} was taken");
            };
            let fault = told(&error, &arguments).unwrap_err();
            let said = format!("{} {}", fault.message, fault.hint.join(" "));
            assert!(!said.contains("canary"), "{line}: {said}");
        }
    }
}
