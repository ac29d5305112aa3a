//! Filter lines that were used before, and the walk through them while one is typed. Nothing here
//! knows where they are kept.

/// Lines kept for one collection.
pub const KEPT: usize = 100;
/// Longest line kept, in bytes.
pub const LONGEST: usize = 4096;

/// Whether a line is to be remembered: as in a shell, one that begins with a blank is not.
#[must_use]
pub fn is_kept(line: &str) -> bool {
    !line.is_empty() && !line.starts_with(char::is_whitespace) && line.len() <= LONGEST
}

/// Puts a line at the newest end, once; the oldest give way.
pub fn push(lines: &mut Vec<String>, line: &str) {
    lines.retain(|old| old != line);
    lines.push(line.to_owned());
    lines.drain(..lines.len().saturating_sub(KEPT));
}

/// A walk through earlier lines that loses nothing typed on the way: each line keeps what was
/// changed in it until the walk ends.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The oldest first; the last place is that of the line being typed.
    lines: Vec<String>,
    at: usize,
}

impl Walk {
    /// A walk that starts at the line being typed.
    #[must_use]
    pub fn new(used: &[String]) -> Self {
        let mut lines = used.to_vec();
        lines.push(String::new());
        Self {
            at: lines.len() - 1,
            lines,
        }
    }

    /// How many earlier lines there are.
    #[must_use]
    pub fn earlier(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// The next older line (or newer one) that differs from `shown`, which is kept in its place;
    /// `None` at the end.
    pub fn step(&mut self, shown: &str, older: bool) -> Option<&str> {
        shown.clone_into(self.lines.get_mut(self.at)?);
        let differs = |at: &usize| self.lines[*at] != shown;
        let next = if older {
            (0..self.at).rev().find(differs)
        } else {
            (self.at + 1..self.lines.len()).find(differs)
        };
        self.at = next?;
        self.lines.get(self.at).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_kept_once_and_the_oldest_give_way() {
        let mut lines = Vec::new();
        for number in 0..KEPT + 5 {
            push(&mut lines, &format!("a:{number}"));
        }
        push(&mut lines, "a:7");
        assert_eq!(lines.len(), KEPT);
        assert_eq!(
            (lines[0].as_str(), lines[KEPT - 1].as_str()),
            ("a:5", "a:7")
        );
        assert_eq!(lines.iter().filter(|line| *line == "a:7").count(), 1);
        assert!(is_kept("a:1") && !is_kept(" a:1") && !is_kept(""));
        assert!(!is_kept(&"x".repeat(LONGEST + 1)));
    }

    #[test]
    fn what_was_typed_or_changed_on_the_way_is_still_there() {
        let mut walk = Walk::new(&["one".to_owned(), "two".to_owned()]);
        assert_eq!(walk.step("typed", true), Some("two"));
        assert_eq!(walk.step("two, changed", true), Some("one"));
        assert_eq!(walk.step("one", true), None);
        assert_eq!(walk.step("one", false), Some("two, changed"));
        assert_eq!(walk.step("two, changed", false), Some("typed"));
        assert_eq!(walk.step("typed", false), None);
    }

    #[test]
    fn a_line_like_the_one_shown_is_no_step() {
        let mut walk = Walk::new(&["one".to_owned(), "two".to_owned()]);
        assert_eq!(walk.step("two", true), Some("one"));
        assert_eq!(Walk::default().step("x", true), None);
    }
}
