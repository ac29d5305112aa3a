//! Which program is the person's editor, one rule for the screen and the command line. It starts
//! none, and guesses none: a program that nobody named may wait for ever.

/// The editor that the environment names: `$VISUAL`, then `$EDITOR`; blank ones do not count.
#[must_use]
pub fn named(variable: impl Fn(&str) -> String) -> Option<String> {
    let names = ["VISUAL", "EDITOR"].into_iter().map(variable);
    names
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_comes_before_editor_and_blank_is_nobody() {
        let of = |visual: &'static str, editor: &'static str| {
            named(|name| if name == "VISUAL" { visual } else { editor }.to_owned())
        };
        assert_eq!(of("code --wait", "vi").as_deref(), Some("code --wait"));
        assert_eq!(of(" ", "vi").as_deref(), Some("vi"));
        assert_eq!(of("", ""), None);
    }
}
