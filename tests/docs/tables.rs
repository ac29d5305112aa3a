//! The README's tables, from the program's own: keys, states, settings.

use std::fmt::Write as _;

use dualscope::app::command::{Command, Context};
use dualscope::app::keymap::Keymap;
use dualscope::app::writing::LEFT_OPEN;
use dualscope::config::table::SETTINGS;
use dualscope::domain::state::TABLE;

/// The text with every `<!-- made: NAME -->` part filled anew.
pub(crate) fn fill(readme: &str) -> String {
    let mut text = readme.to_owned();
    for (name, table) in [
        ("keys", keys()),
        ("states", states()),
        ("settings", settings()),
    ] {
        let (start, end) = (
            format!("<!-- made: {name} -->\n"),
            format!("<!-- end: {name} -->"),
        );
        let from = text
            .find(&start)
            .unwrap_or_else(|| panic!("the README lacks {start}"))
            + start.len();
        let to = from
            + text[from..]
                .find(&end)
                .unwrap_or_else(|| panic!("the README lacks {end}"));
        text.replace_range(from..to, &table);
    }
    text
}

fn keys() -> String {
    let keymap = Keymap::builtin().unwrap();
    let mut table = "| where | keys | command | what it does |\n|---|---|---|---|\n".to_owned();
    for (context, name) in Context::ALL {
        for command in Command::ALL {
            let keys: Vec<String> = keymap
                .visible(context)
                .filter(|(at, binding)| *at == context && binding.command == *command)
                .map(|(_, binding)| format!("`{}`", binding.shown().replace('|', "\\|")))
                .collect();
            if !keys.is_empty() {
                let (keys, help) = (keys.join(" "), command.help().replace('|', "\\|"));
                let _ = writeln!(table, "| {name} | {keys} | `{}` | {help} |", command.name());
            }
        }
    }
    for command in keymap.without_keys() {
        let help = command.help().replace('|', "\\|");
        let name = command.name();
        let _ = writeln!(table, "| global | none: `:` finds it | `{name}` | {help} |");
    }
    table
}

fn states() -> String {
    let mut table = "| mark | ASCII | name | what it says |\n|:-:|:-:|---|---|\n".to_owned();
    for row in TABLE.iter().filter(|row| row.name != "unchecked") {
        let _ = writeln!(
            table,
            "| {} | `{}` | `{}` | {} |",
            row.mark, row.ascii, row.name, row.said
        );
    }
    let (mark, ascii) = LEFT_OPEN;
    let _ = writeln!(
        table,
        "| {mark} | `{ascii}` | (in place of its state's) | a write of yours to it is left open |"
    );
    table
}

fn settings() -> String {
    let mut table =
        "| setting | default or example | variables | what it is |\n|---|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let mut variables: Vec<String> = setting
            .environment
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        variables.extend(setting.long_environment().map(|name| format!("`{name}`")));
        let help = setting.help().join(" ").replace('|', "\\|");
        let _ = writeln!(
            table,
            "| `{}` | `{}` | {} | {help} |",
            setting.name,
            setting.example().replace('|', "\\|"),
            variables.join(" "),
        );
    }
    table
}
