//! Copying: what goes out, and what is said about it. Whether it arrived is said by whoever
//! carried it (`tui::perform`).

use super::App;
use super::command::{Command, Context};
use super::layout::Pane;
use super::msg::Effect;
use super::notice::Level;

impl App {
    pub(super) fn copy(&mut self, command: Command) {
        let key = self.preview.key.as_ref().map(ToString::to_string);
        // What is still on the screen of another document is not what was asked for.
        let shown = self.viewer.inspection().map(|shown| &shown.document.key);
        let stale = shown != self.preview.key.as_ref();
        let text = match command {
            Command::CopyKey => key,
            Command::CopyCommand => key.map(|key| self.command_line(key)),
            _ if stale => None,
            Command::CopyPath => self.viewer.copy_path().map(|copied| copied.text),
            _ if self.focus == Pane::Document => self.viewer.copy_value().map(|copied| copied.text),
            _ => self.viewer.copy_document().map(|copied| copied.text),
        };
        match text {
            Some(text) => self.out.push(Effect::Copy(text)),
            None if !stale && command == Command::CopyPath => {
                self.say(Level::Info, "the whole document has no path");
            }
            None if !stale && self.viewer.is_masked() && self.viewer.holds_values() => {
                let key = self.keys.keys_of(Context::Document, Command::Reveal);
                let key = key.unwrap_or_else(|| Command::Reveal.name().to_owned());
                self.say(
                    Level::Info,
                    format!("masked: {key} in the document shows it"),
                );
            }
            None if stale => self.say(Level::Info, "there is nothing to copy here yet"),
            None => self.say(Level::Info, "there is nothing to copy here"),
        }
    }

    /// The command that prints what the document's pane shows, out of the same stores.
    fn command_line(&self, key: String) -> String {
        let view = self.viewer.view().name().to_lowercase();
        let words = ["dualscope", "get"].map(str::to_owned).into_iter();
        let words = words.chain([key, "--view".to_owned(), view]);
        let words = words.chain(self.options.given.iter().cloned());
        let words: Vec<String> = words.map(|word| shell_quoted(&word)).collect();
        words.join(" ")
    }
}

/// A word as a POSIX shell reads it back.
fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_the_shell() {
        assert_eq!(shell_quoted("memcells:6979da"), "memcells:6979da");
        assert_eq!(shell_quoted("a:it's $x"), r"'a:it'\''s $x'");
    }
}
