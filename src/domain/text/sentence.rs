//! One sentence about a document, with values of the document in it.
//!
//! Programs get it whole; a screen gets as much of it as there is room for, and the parts that are
//! ours in the spelling that the screen has. What is stored keeps its characters.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

use super::Spelling;

/// Cells of one stored value where the whole does not fit, and where that is still too much.
const VALUES: [usize; 2] = [16, 10];

/// More cells than any value has.
const FAR: usize = usize::MAX / 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Words and signs of ours.
    Ours,
    /// Something stored.
    Value,
    /// The stored name of a field.
    Name,
    /// Ours, and the beginning of one of several things that can be left out from the end.
    Item,
}

/// A sentence; as a `str` it is whole and at full spelling.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    text: String,
    /// Kinds of the pieces and where each ends.
    pieces: Vec<(Kind, usize)>,
}

impl Sentence {
    /// A sentence that begins with words of ours.
    #[must_use]
    pub fn new(ours: &str) -> Self {
        Self::default().ours(ours)
    }

    /// Goes on with words of ours.
    #[must_use]
    pub fn ours(self, words: &str) -> Self {
        self.push(Kind::Ours, words)
    }

    /// Goes on with something stored, or said by somebody else.
    #[must_use]
    pub fn value(self, value: &str) -> Self {
        self.push(Kind::Value, value)
    }

    /// Goes on with the name of a field.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.push(Kind::Name, name)
    }

    /// Begins the next of several things; what follows belongs to it.
    #[must_use]
    pub fn item(self) -> Self {
        self.push(Kind::Item, Spelling::Full.dot())
    }

    /// The same behind other words of ours.
    #[must_use]
    pub fn behind(self, words: &str) -> Self {
        Self::new(words).append(&self)
    }

    /// Goes on with another sentence.
    #[must_use]
    pub fn append(self, other: &Self) -> Self {
        other
            .pieces()
            .fold(self, |whole, (kind, text)| whole.push(kind, text))
    }

    fn push(mut self, kind: Kind, text: &str) -> Self {
        self.text.push_str(text);
        self.pieces.push((kind, self.text.len()));
        self
    }

    fn pieces(&self) -> impl Iterator<Item = (Kind, &str)> {
        let mut from = 0;
        self.pieces.iter().map(move |(kind, end)| {
            let text = &self.text[from..*end];
            from = *end;
            (*kind, text)
        })
    }

    /// One line of at most `room` cells. Where the whole does not fit, long values are cut first,
    /// then things are left out from the end and counted, then the end is cut.
    #[must_use]
    pub fn fit(&self, room: usize, spelling: Spelling) -> String {
        let items = self.pieces.iter().filter(|(kind, _)| *kind == Kind::Item);
        let items = items.count();
        // One cell too many is as good as the whole of a value that is far too long.
        let whole = [room.saturating_add(1), VALUES[0], VALUES[1]].map(|value| (value, items));
        let fewer = (1..items).rev().map(|kept| (VALUES[0], kept));
        let least = (VALUES[1], items.min(1));
        let line = |(value, kept): (usize, usize)| {
            let more = match items - kept {
                0 => String::new(),
                more => format!("{}+{more} more", spelling.dot()),
            };
            self.spelled(value, kept, spelling) + &more
        };
        let mut lines = whole.into_iter().chain(fewer).chain([least]).map(line);
        let fitting = lines.find(|line| spelling.width(line) <= room);
        let otherwise = || self.spelled(VALUES[0], items, spelling);
        let line = fitting.unwrap_or_else(otherwise);
        spelling.truncate(&line, room).into_owned()
    }

    /// The whole on one line, for a place where lines may be long.
    #[must_use]
    pub fn spelled_out(&self, spelling: Spelling) -> String {
        self.spelled(FAR, usize::MAX, spelling)
    }

    /// The first `items` things, values of at most `value` cells.
    fn spelled(&self, value: usize, items: usize, spelling: Spelling) -> String {
        let (mut line, mut begun) = (String::with_capacity(self.text.len()), 0);
        for (kind, text) in self.pieces() {
            begun += usize::from(kind == Kind::Item);
            if begun > items {
                break;
            }
            line += &match kind {
                Kind::Value => spelling.truncate(text, value),
                Kind::Name => spelling.truncate(text, value.saturating_mul(2)),
                Kind::Ours | Kind::Item => {
                    let ours = spelling.ours(text);
                    Cow::Owned(spelling.clean(&ours).into_owned())
                }
            };
        }
        line
    }
}

/// As a text of ours. What holds anything stored is made piece by piece.
impl From<&str> for Sentence {
    fn from(ours: &str) -> Self {
        Self::new(ours)
    }
}

impl From<String> for Sentence {
    fn from(ours: String) -> Self {
        Self::new(&ours)
    }
}

impl From<Cow<'_, str>> for Sentence {
    fn from(ours: Cow<'_, str>) -> Self {
        Self::new(&ours)
    }
}

impl Deref for Sentence {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq<str> for Sentence {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Sentence {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text, which is what a failed comparison has to show.
impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drift(value: &str) -> Sentence {
        let said = Sentence::new("drifted").item().ours("user ").value(value);
        let said = said.ours(" → ").value("bob").item();
        said.ours("group ").value("g1").ours(" ≠ ").value("· → …")
    }

    #[test]
    fn a_program_gets_the_whole_and_a_screen_what_fits() {
        let said = drift("alice of the long name, and more");
        let whole = "drifted · user alice of the long name, and more → bob · group g1 ≠ · → …";
        assert_eq!(&*said, whole);
        assert_eq!(said.fit(200, Spelling::Full), whole);
        assert_eq!(
            said.fit(60, Spelling::Full),
            "drifted · user alice of the lo… → bob · group g1 ≠ · → …"
        );
        assert_eq!(
            said.fit(52, Spelling::Full),
            "drifted · user alice of … → bob · group g1 ≠ · → …"
        );
        assert_eq!(
            said.fit(48, Spelling::Full),
            "drifted · user alice of the lo… → bob · +1 more"
        );
        assert_eq!(
            said.fit(42, Spelling::Full),
            "drifted · user alice of … → bob · +1 more"
        );
        assert_eq!(
            said.fit(30, Spelling::Full),
            "drifted · user alice of the l…"
        );
        assert_eq!(said.fit(10, Spelling::Full), "drifted ·…");
        assert_eq!(said.fit(0, Spelling::Full), "");
    }

    #[test]
    fn only_what_is_ours_is_spelled_in_ascii() {
        let said = drift("a\n");
        let line = "drifted; user a<U+000A> -> bob; group g1 != · → …";
        assert_eq!(said.fit(200, Spelling::Ascii), line);
        assert_eq!(said.fit(200, Spelling::Full), line_of(&said));
    }

    fn line_of(said: &Sentence) -> String {
        said.replace('\n', "␊")
    }

    #[test]
    fn a_sentence_stays_what_it_is_behind_other_words() {
        let said = drift("a").behind("gone: ");
        assert_eq!(&*said, "gone: drifted · user a → bob · group g1 ≠ · → …");
        assert_eq!(
            said.fit(40, Spelling::Ascii),
            "gone: drifted; user a -> bob; +1 more"
        );
    }
}
