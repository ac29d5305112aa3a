//! How the two halves of a document stand to each other, in one word. The word, its mark and its
//! colour role are one table, used by the list, the detail, the command line and the filters.

use serde::{Serialize, Serializer};

use super::text::Spelling;

/// The state of one document. The numbers are those of the service's own inconsistent states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// 1: both halves tell the same.
    Agrees,
    /// 7, 8: a compared field differs.
    Drifted,
    /// 9: text where the schema says date.
    TypeDrift,
    /// 13: `deleted_at` is set, the value is kept. Normal.
    SoftDeleted,
    /// 14: soft-deleted, and the value is gone too.
    SoftDeletedNoValue,
    /// 15: the three delete marks do not agree.
    DeleteMarks,
    /// 5: listed and live, yet the value is a tombstone.
    Tombstoned,
    /// 4: listed and live, and no value was ever written.
    NeverWritten,
    /// 3: no value yet, and young enough to wait.
    Pending,
    /// 6: a value that no lite document lists.
    Orphan,
    /// 10: bytes that do not decode.
    Undecodable,
    /// 11: JSON, but not this document.
    Misfiled,
    /// 12: the whole document sits in MongoDB.
    FullInMongo,
    /// 2: can't tell.
    Unknown,
    /// Not looked at yet.
    Unchecked,
}

/// The colour role of a state; a theme maps roles to colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// As it should be.
    Ok,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// On its way.
    Info,
    /// Not of interest now.
    Dim,
    /// No colour.
    Plain,
}

/// One row of the table of states.
pub struct Row {
    /// The state.
    pub state: State,
    /// The name in JSON, filters and logs.
    pub name: &'static str,
    /// One cell wide.
    pub mark: &'static str,
    /// One ASCII character.
    pub ascii: &'static str,
    /// Colour role.
    pub role: Role,
    /// A few words for people; details are added where they are known.
    pub said: &'static str,
    /// Whether it counts as a finding (exit code 1 of the checks).
    pub finding: bool,
}

impl Row {
    /// The mark in a spelling.
    #[must_use]
    pub fn sign(&self, spelling: Spelling) -> &'static str {
        spelling.pick(self.mark, self.ascii)
    }
}

macro_rules! rows {
    ($($state:ident $name:literal $mark:literal $ascii:literal $role:ident $said:literal $finding:literal)+) => {
        [$(Row { state: State::$state, name: $name, mark: $mark, ascii: $ascii, role: Role::$role,
                 said: $said, finding: $finding }),+]
    };
}

/// Every state, in the order of the enum.
#[rustfmt::skip]
pub const TABLE: [Row; 15] = rows! {
    Agrees             "agrees"                "●" "=" Ok    "in step"                                  false
    Drifted            "drifted"               "◐" "~" Warn  "the two halves differ"                    true
    TypeDrift          "type-drift"            "◑" "y" Warn  "a date is stored as text"                 true
    SoftDeleted        "soft-deleted"          "◌" "-" Dim   "soft-deleted (value kept)"                false
    SoftDeletedNoValue "soft-deleted-no-value" "◍" "x" Bad   "soft-deleted, and its value is gone"      true
    DeleteMarks        "delete-marks"          "◎" "d" Warn  "delete marks disagree"                    true
    Tombstoned         "tombstoned"            "†" "t" Bad   "tombstoned, still listed"                 true
    NeverWritten       "never-written"         "○" "0" Bad   "never written"                            true
    Pending            "pending"               "◔" "." Info  "not applied yet"                          false
    Orphan             "orphan"                "+" "+" Bad   "stored, not listed"                       true
    Undecodable        "undecodable"           "!" "!" Bad   "its bytes do not decode"                  true
    Misfiled           "misfiled"              "≠" "i" Bad   "JSON, but not the document of its key"    true
    FullInMongo        "full-in-mongo"         "▣" "F" Warn  "the whole document sits in MongoDB"       true
    Unknown            "unknown"               "?" "?" Dim   "can't tell"                               false
    Unchecked          "unchecked"             " " " " Plain "not looked at yet"                        false
};

impl State {
    /// The state's row.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name in JSON, filters and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.state)
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Which half of a drifted document was written later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Newer {
    /// The lite document: a write to the value store was lost.
    Lite,
    /// The full value: MongoDB was rolled back, restored, or lost a race.
    Full,
    /// Same instant, different content.
    Neither,
}

impl Newer {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lite => "lite",
            Self::Full => "full",
            Self::Neither => "neither",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_has_each_state_at_its_place_and_no_mark_twice() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.state as usize, at, "{}", row.name);
            assert_eq!(State::from_name(row.name), Some(row.state));
        }
        for of in [|r: &Row| r.name, |r: &Row| r.mark, |r: &Row| r.ascii] {
            assert_eq!(
                TABLE.iter().map(of).collect::<HashSet<_>>().len(),
                TABLE.len()
            );
        }
        assert!(TABLE.iter().all(|row| row.ascii.len() == 1));
    }
}
