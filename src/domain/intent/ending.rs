//! How a write can end: one table for names, words and what is left to do.

/// How a write ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// Both stores were read back and hold what was planned.
    Done,
    /// It was not begun: nothing was touched.
    Refused,
    /// Somebody else wrote first: nothing of theirs was overwritten.
    Conflict,
    /// The node took the transaction and dropped it, with a reason.
    Dropped,
    /// The store took it and does not show it yet.
    NotApplied,
    /// It may or may not have happened.
    Unknown,
    /// It was applied, and somebody wrote again since.
    Superseded,
    /// The transaction is mined and its data never arrived: it holds up the node.
    DataMissing,
    /// The value is written, MongoDB is not yet.
    HalfDone,
    /// It was given up on request.
    GivenUp,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub ending: Ending,
    /// The stable name in JSON and journal.
    pub name: &'static str,
    /// For people.
    pub said: &'static str,
    /// Whether something is left to be done or found out.
    pub open: bool,
    /// The exit code of the command line.
    pub exit: u8,
}

const fn row(ending: Ending, name: &'static str, said: &'static str, open: bool, exit: u8) -> Row {
    Row {
        ending,
        name,
        said,
        open,
        exit,
    }
}

/// Every ending, in the order of the enum.
pub const TABLE: [Row; 10] = [
    row(Ending::Done, "done", "done", false, 0),
    row(
        Ending::Refused,
        "refused",
        "refused, nothing was touched",
        false,
        6,
    ),
    row(
        Ending::Conflict,
        "conflict",
        "somebody else wrote first",
        false,
        5,
    ),
    row(Ending::Dropped, "dropped", "dropped by the node", false, 6),
    row(
        Ending::NotApplied,
        "not-applied",
        "not applied yet",
        true,
        7,
    ),
    row(Ending::Unknown, "unknown", "outcome unknown", true, 7),
    row(
        Ending::Superseded,
        "superseded",
        "written, and written again by somebody else",
        false,
        5,
    ),
    row(
        Ending::DataMissing,
        "data-missing",
        "mined without its data",
        true,
        7,
    ),
    row(
        Ending::HalfDone,
        "half-done",
        "value written, MongoDB not yet",
        true,
        4,
    ),
    row(Ending::GivenUp, "given-up", "given up on request", false, 6),
];

/// Words of an ending that its reason may begin with again.
const TWICE: [&str; 2] = ["nothing was touched", "given up"];

impl Row {
    /// The reason without what the ending says already.
    #[must_use]
    pub fn apart<'a>(&self, why: &'a str) -> &'a str {
        let known = TWICE.iter().filter(|words| self.said.contains(**words));
        let mut rests = known.filter_map(|words| why.strip_prefix(words)?.strip_prefix(": "));
        rests.next().unwrap_or(why)
    }

    /// The ending and its reason in one line, nothing of it twice.
    #[must_use]
    pub fn with(&self, why: &str) -> String {
        format!("{}: {}", self.said, self.apart(why))
    }
}

impl Ending {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The ending of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.name == name)?;
        Some(row.ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_ending_at_its_place() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.ending as usize, at, "{}", row.name);
            assert_eq!(Ending::from_name(row.name), Some(row.ending));
        }
    }

    #[test]
    fn what_is_open_is_never_a_success() {
        assert!(
            TABLE
                .iter()
                .all(|row| (row.exit == 0) == (row.ending == Ending::Done))
        );
        assert!(
            TABLE
                .iter()
                .all(|row| !row.open || row.exit == 7 || row.exit == 4)
        );
    }
}
