//! From keys to commands: the compiled-in map, a person's own file on top, and chords in waiting.

use std::collections::BTreeMap;

use toml::Spanned;

use super::command::{Command, Context};
use super::msg::Chord;
use crate::domain::text::one_line;

/// Cells of what the reader of TOML says that may stand in a message.
const SAID: usize = 160;

/// The compiled-in key file.
pub const DEFAULT: &str = include_str!("../../assets/keys.toml");

/// Keys of every context.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Keymap {
    bindings: BTreeMap<Context, Vec<Binding>>,
}

/// Keys in a row and what they do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// One chord or several, one after the other.
    pub keys: Vec<Chord>,
    /// The command.
    pub command: Command,
}

impl Binding {
    /// The keys as people read them.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.keys)
    }
}

fn shown(keys: &[Chord]) -> String {
    keys.iter()
        .map(Chord::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is wrong in a key file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct Fault {
    /// The file's name as given.
    pub file: String,
    /// From 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

/// What some keys mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// This command.
    Command(Command),
    /// The start of these bindings: wait for the next key.
    Pending(Vec<Binding>),
    /// Nothing.
    Nothing,
}

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<String>>>;

/// A new binding, or `None` where the key is taken away.
type Change = (Context, Vec<Chord>, Option<Command>, usize);

impl Keymap {
    /// The compiled-in keys.
    ///
    /// # Errors
    /// Never, unless the compiled-in file is broken, which a test excludes.
    pub fn builtin() -> Result<Self, Fault> {
        let mut map = Self::default();
        map.apply("built-in keys", DEFAULT)?;
        Ok(map)
    }

    /// Puts a key file on top. `file` names it in messages.
    ///
    /// # Errors
    /// The first line that is not a binding, names an unknown context, key or command, or stands
    /// against another binding of the same context.
    pub fn apply(&mut self, file: &str, text: &str) -> Result<(), Fault> {
        let mut changes = read(file, text)?;
        // The first keys of a command are those that footer and help name: keep the file's order.
        changes.sort_by_key(|(.., line)| *line);
        let mut own: BTreeMap<(Context, Vec<Chord>), usize> = BTreeMap::new();
        for (context, keys, command, line) in changes {
            if let Some(first) = own.insert((context, keys.clone()), line) {
                let what = format!(
                    "{} is bound twice in [{}] (also at line {first}); keep one of the two",
                    shown(&keys),
                    context.name()
                );
                return Err(Fault {
                    file: file.to_owned(),
                    line,
                    what,
                });
            }
            let bindings = self.bindings.entry(context).or_default();
            bindings.retain(|binding| binding.keys != keys);
            if let Some(command) = command {
                bindings.push(Binding { keys, command });
            }
        }
        self.check_prefixes(file, &own)
    }

    /// A key that is also the start of a longer one could never be reached.
    fn check_prefixes(
        &self,
        file: &str,
        own: &BTreeMap<(Context, Vec<Chord>), usize>,
    ) -> Result<(), Fault> {
        for (context, _) in Context::ALL {
            let all: Vec<(Context, &Binding)> = self.visible(context).collect();
            for (at_short, short) in &all {
                let Some((at_long, long)) = all.iter().find(|(_, long)| {
                    long.keys.len() > short.keys.len() && long.keys.starts_with(&short.keys)
                }) else {
                    continue;
                };
                let line_of = |at: &Context, binding: &Binding| {
                    own.get(&(*at, binding.keys.clone())).copied()
                };
                let line = line_of(at_short, short)
                    .or(line_of(at_long, long))
                    .unwrap_or(0);
                let what = format!(
                    "{} ([{}] {}) is the start of {} ([{}] {}): change or take away one of them",
                    short.shown(),
                    at_short.name(),
                    short.command.name(),
                    long.shown(),
                    at_long.name(),
                    long.command.name(),
                );
                return Err(Fault {
                    file: file.to_owned(),
                    line,
                    what,
                });
            }
        }
        Ok(())
    }

    /// The bindings that apply in a context, its own first, then those of the wider one around it; a
    /// key that the context has itself is left out there.
    pub fn visible(&self, context: Context) -> impl Iterator<Item = (Context, &Binding)> {
        let own = self.of(context);
        let around = context.around();
        let rest = around
            .map_or(&[][..], |around| self.of(around))
            .iter()
            .filter(|g| own.iter().all(|b| b.keys != g.keys));
        own.iter()
            .map(move |b| (context, b))
            .chain(rest.map(move |b| (around.unwrap_or(context), b)))
    }

    fn of(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }

    /// What the keys pressed so far mean in a context.
    #[must_use]
    pub fn resolve(&self, context: Context, keys: &[Chord]) -> Resolved {
        let mut longer = Vec::new();
        for (_, binding) in self.visible(context) {
            if binding.keys == keys {
                return Resolved::Command(binding.command);
            }
            if binding.keys.starts_with(keys) {
                longer.push(binding.clone());
            }
        }
        if longer.is_empty() {
            Resolved::Nothing
        } else {
            Resolved::Pending(longer)
        }
    }

    /// The commands that no key of any place leads to: the palette has them.
    pub fn without_keys(&self) -> impl Iterator<Item = Command> + '_ {
        let bound = |command: Command| {
            let mut all = self.bindings.values().flatten();
            all.any(|binding| binding.command == command)
        };
        let all = Command::ALL.iter().copied();
        all.filter(move |command| !bound(*command))
    }

    /// The first keys of a command in a context, as people read them.
    #[must_use]
    pub fn keys_of(&self, context: Context, command: Command) -> Option<String> {
        self.visible(context)
            .find(|(_, b)| b.command == command)
            .map(|(_, b)| b.shown())
    }
}

fn read(file: &str, text: &str) -> Result<Vec<Change>, Fault> {
    let line_at = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let fault = |line: usize, what: String| Fault {
        file: file.to_owned(),
        line,
        what,
    };
    let parsed: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_at(span.start));
        fault(line, unread(text, error.message()))
    })?;
    let mut changes = Vec::new();
    for (name, bindings) in parsed {
        let names = Context::ALL.map(|(_, name)| name);
        let Some((context, _)) = Context::ALL.iter().find(|(_, n)| n == name.get_ref()) else {
            let what = format!(
                "no part of the screen is called [{}]{}",
                name.get_ref(),
                nearest(name.get_ref(), &names)
            );
            return Err(fault(line_at(name.span().start), what));
        };
        for (keys, command) in bindings {
            let line = line_at(keys.span().start);
            let chords = keys
                .get_ref()
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<Vec<Chord>, String>>()
                .map_err(|what| fault(line, what))?;
            if chords.is_empty() {
                return Err(fault(line, "a binding needs a key".to_owned()));
            }
            let command = match command.get_ref().as_str() {
                "none" => None,
                name => Some(Command::from_name(name).ok_or_else(|| {
                    let names: Vec<_> = Command::ALL.iter().map(|c| c.name()).collect();
                    fault(
                        line,
                        format!("no command is called {name:?}{}", nearest(name, &names)),
                    )
                })?),
            };
            changes.push((*context, chords, command, line));
        }
    }
    Ok(changes)
}

/// Why a file cannot be read: it is no TOML, or it is and has another form.
fn unread(text: &str, said: &str) -> String {
    match text.parse::<toml::Table>() {
        Ok(_) => {
            "a key file has a part of the screen in brackets, and under it lines of keys and a \
                  command in quotes: [list], then \"J\" = \"move.page-down\""
                .to_owned()
        }
        Err(_) => format!("this is not TOML: {}", one_line(said, SAID)),
    }
}

/// `; did you mean "x"?` for the name that is nearest, if one is near.
fn nearest(name: &str, names: &[&str]) -> String {
    let best = names
        .iter()
        .map(|n| (strsim::jaro_winkler(name, n), n))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, best)) if score > 0.7 => format!("; did you mean {best:?}?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chords(text: &str) -> Vec<Chord> {
        text.split_whitespace()
            .map(|c| c.parse().unwrap())
            .collect()
    }

    #[test]
    fn the_built_in_keys_are_sound() {
        let map = Keymap::builtin().unwrap();
        let j = map.resolve(Context::List, &chords("j"));
        assert_eq!(j, Resolved::Command(Command::Down));
        assert!(matches!(
            map.resolve(Context::List, &chords("g")),
            Resolved::Pending(_)
        ));
        assert_eq!(
            map.resolve(Context::List, &chords("g g")),
            Resolved::Command(Command::Top)
        );
        assert_eq!(
            map.resolve(Context::Prompt, &chords("j")),
            Resolved::Nothing
        );
        assert_eq!(
            map.keys_of(Context::Document, Command::NextView).unwrap(),
            "tab"
        );
    }

    #[test]
    fn a_file_of_ones_own_changes_only_what_it_names() {
        let mut map = Keymap::builtin().unwrap();
        map.apply(
            "keys.toml",
            "[list]\n\"j\" = \"move.up\"\n\"s\" = \"none\"\n",
        )
        .unwrap();
        assert_eq!(
            map.resolve(Context::List, &chords("j")),
            Resolved::Command(Command::Up)
        );
        assert_eq!(map.resolve(Context::List, &chords("s")), Resolved::Nothing);
        assert_eq!(
            map.resolve(Context::Document, &chords("j")),
            Resolved::Command(Command::Down)
        );
    }

    #[test]
    fn a_fault_names_the_line_and_the_nearest_name() {
        let said = |text: &str| {
            Keymap::builtin()
                .unwrap()
                .apply("keys.toml", text)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            said("[list]\n\"j\" = \"move.dwn\"\n"),
            "keys.toml:2: no command is called \"move.dwn\"; did you mean \"move.down\"?"
        );
        assert_eq!(
            said("[lists]\n\"j\" = \"move.down\"\n"),
            "keys.toml:1: no part of the screen is called [lists]; did you mean \"list\"?"
        );
        assert_eq!(
            said("[list]\n\"hyper-j\" = \"open\"\n"),
            "keys.toml:2: \"hyper-j\" is not a key"
        );
        for other in [
            "\"j\" = \"move.down\"\n",
            "[list]\n\"j\" = 1\n",
            "[list.x]\n",
        ] {
            let said = said(other);
            assert!(said.contains("[list], then \"J\" = "), "{said}");
        }
        let said = said("[list\n");
        assert!(
            said.starts_with("keys.toml:1: this is not TOML: "),
            "{said}"
        );
    }

    #[test]
    fn two_meanings_of_a_key_are_refused_with_both_named() {
        let said = |text: &str| {
            Keymap::builtin()
                .unwrap()
                .apply("keys.toml", text)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            said("[list]\n\"g\" = \"list.sort\"\n"),
            "keys.toml:2: g ([list] list.sort) is the start of g g ([global] move.top): \
             change or take away one of them"
        );
        assert_eq!(
            said("[list]\n\"ctrl-x\" = \"open\"\n\" ctrl-x\" = \"list.sort\"\n"),
            "keys.toml:3: ctrl-x is bound twice in [list] (also at line 2); keep one of the two"
        );
    }
}
