//! Help and usage texts, made from the table of flags as cobra makes them.

use std::fmt::Write as _;

use super::flags::{Flag, GLOBAL, Kind};

/// The program's name, as it shows itself.
pub(crate) const NAME: &str = "0g-storage-client";

/// Commands and what help says about them. Only the two of the KV streams and `help` are here.
pub(crate) const COMMANDS: [(&str, &str); 13] = [
    (
        "completion",
        "Generate the autocompletion script for the specified shell",
    ),
    (
        "deploy",
        "Deploy ZeroGStorage contract to specified blockchain",
    ),
    ("diff-dir", "Diff directory from ZeroGStorage network"),
    ("download", "Download file from ZeroGStorage network"),
    (
        "download-dir",
        "Download directory from ZeroGStorage network",
    ),
    ("gateway", "Start gateway service"),
    ("gen", "Generate a temp file for test purpose"),
    ("help", "Help about any command"),
    ("indexer", "Start indexer service"),
    ("kv-read", "read kv streams"),
    ("kv-write", "write to kv streams"),
    ("upload", "Upload file to ZeroGStorage network"),
    ("upload-dir", "Upload directory to ZeroGStorage network"),
];

const ABOUT: &str = "ZeroGStorage client to interact with ZeroGStorage network";

/// The whole help of a command, or of the program.
pub(crate) fn help(command: Option<&str>, flags: &[Flag]) -> String {
    let known = COMMANDS.iter().find(|(name, _)| Some(*name) == command);
    let about = known.map_or(ABOUT, |(_, about)| about);
    format!("{about}\n\n{}", text(command, flags, true))
}

/// The part of the help that follows an error too.
pub(crate) fn usage(command: Option<&str>, flags: &[Flag]) -> String {
    text(command, flags, true)
}

/// The usage for a topic that is none; here the program forgets that it has a help flag.
pub(crate) fn without_help() -> String {
    text(None, &[], false)
}

fn text(command: Option<&str>, flags: &[Flag], help: bool) -> String {
    let mut out = String::from("Usage:\n");
    let Some(command) = command else {
        let _ = write!(
            out,
            "  {NAME} [flags]\n  {NAME} [command]\n\nAvailable Commands:\n"
        );
        for (name, about) in COMMANDS {
            let _ = writeln!(out, "  {name:<12} {about}");
        }
        let _ = write!(out, "\nFlags:\n{}", table(&GLOBAL, help.then_some(NAME)));
        let _ = writeln!(
            out,
            "\nUse \"{NAME} [command] --help\" for more information about a command."
        );
        return out;
    };
    let _ = write!(out, "  {NAME} {command} [flags]\n\nFlags:\n");
    out.push_str(&table(flags, Some(command)));
    let _ = write!(out, "\nGlobal Flags:\n{}", table(&GLOBAL, None));
    out
}

/// Flags by name; with the help flag of a command when there is one.
fn table(flags: &[Flag], help_for: Option<&str>) -> String {
    let mut rows: Vec<(&str, String, String)> = flags.iter().map(row).collect();
    if let Some(name) = help_for {
        rows.push((
            "help",
            "  -h, --help".to_owned(),
            format!("help for {name}"),
        ));
    }
    rows.sort_unstable();
    let width = rows
        .iter()
        .map(|(_, left, _)| left.len())
        .max()
        .unwrap_or(0);
    let lines = rows
        .iter()
        .map(|(_, left, right)| format!("{left:<width$}   {right}\n"));
    lines.collect()
}

fn row(flag: &Flag) -> (&'static str, String, String) {
    let kind = match flag.kind {
        Kind::Text => " string",
        Kind::Slice => " strings",
        Kind::Bool => "",
        Kind::Unsigned => " uint",
        Kind::Signed => " int",
        Kind::Duration => " duration",
        Kind::Float => " float",
    };
    let default = match (flag.kind, flag.default) {
        (_, "") => String::new(),
        (Kind::Text, text) => format!(" (default \"{text}\")"),
        (_, value) => format!(" (default {value})"),
    };
    let left = format!("      --{}{kind}", flag.name);
    (flag.name, left, format!("{}{default}", flag.usage))
}
