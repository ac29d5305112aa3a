//! What the definitions of the command line are good for besides parsing: completions and the manual.

use std::fmt::Write as _;
use std::io;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::CommandLine;
use super::exit::{self, Stop};
use super::output::Output;

const NAME: &str = "dualscope";

/// What a shell reads to complete the command line.
pub(super) fn completions(shell: Shell, out: &mut Output) -> Result<(), Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), NAME, &mut script);
    out.bytes(&script)
}

/// One man page for the whole program, with every command's own options and the exit codes.
pub(super) fn man(out: &mut Output) -> Result<(), Stop> {
    let page = page().map_err(|error| Stop::of_write(&error))?;
    out.bytes(&page)
}

fn page() -> io::Result<Vec<u8>> {
    let mut command = CommandLine::command();
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    page.extend_from_slice(b".SH COMMANDS\n");
    commands(&command, NAME, &mut page)?;
    page.extend_from_slice(exit_codes().as_bytes());
    man.render_extra_section(&mut page)?;
    Ok(page)
}

/// Every command below this one: what it does and the options that only it has.
fn commands(command: &Command, path: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for below in command
        .get_subcommands()
        .filter(|c| c.get_name() != "help" && !c.is_hide_set())
    {
        let path = format!("{path} {}", below.get_name());
        if below.has_subcommands() {
            commands(below, &path, page)?;
            continue;
        }
        let own = below.clone().mut_args(|arg| {
            let hidden = arg.is_global_set() || arg.get_id() == "help";
            arg.hide(hidden)
        });
        let about = below
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        page.extend_from_slice(format!(".SS {}\n{}\n", roff(&path), roff(&about)).as_bytes());
        let mut options = Vec::new();
        Man::new(own).render_options_section(&mut options)?;
        // Its own heading would end the section of commands.
        let options = String::from_utf8_lossy(&options);
        let options: String = options
            .lines()
            .filter(|l| !l.starts_with(".SH"))
            .fold(String::new(), |all, l| all + l + "\n");
        page.extend_from_slice(options.as_bytes());
    }
    Ok(())
}

fn exit_codes() -> String {
    let mut out = ".SH \"EXIT STATUS\"\n".to_owned();
    for (_, code, said) in exit::TABLE {
        // Writing to a String cannot fail.
        let _ = writeln!(out, ".TP\n\\fB{code}\\fR\n{}", roff(said));
    }
    out
}

/// Text that the formatter takes as text.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
