//! One field of both halves, how they compare, and which fields make a state what it is.
//!
//! The one table of verdicts: their names for programs and their marks.

use super::super::compare::{self, Pair};
use super::super::full::Full;
use super::super::model::MONGO_ONLY;
use super::super::state::State;
use super::super::text::Spelling;
use super::Case;

/// One compared field.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldRow {
    /// The name (`_id / id` for the id).
    pub name: String,
    /// The lite side as shown, whole, with its BSON type; `None` when missing.
    pub lite: Option<(String, &'static str)>,
    /// The full side, whole, as the lite side shows its values; `None` when missing.
    pub full: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict in words, with details ("full newer by 4.2 s").
    pub said: String,
    /// Whether the document's state is what it is because of this field.
    pub decides: bool,
}

impl FieldRow {
    /// Whether the row makes the document a drifted one. The id's row never does: an id that is
    /// not the key's is another fault.
    #[must_use]
    pub fn drifts(&self) -> bool {
        self.verdict.row().drifts && self.name != compare::ID_ROW
    }

    /// Whether there is something to see: the two sides are not the same, or the state hangs on it.
    #[must_use]
    pub fn is_worth_a_look(&self) -> bool {
        self.decides || !matches!(self.verdict, Verdict::Same | Verdict::NotCompared)
    }
}

/// How the two sides of one field compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// Equal under the rules (dates floored to milliseconds, null is missing, …).
    Same,
    /// Different, and the lite side is newer.
    LiteNewer,
    /// Different, and the full side is newer.
    FullNewer,
    /// Different, and nothing says which is newer.
    Differs,
    /// The lite side lacks it.
    MissingInLite,
    /// The full side lacks it.
    MissingInFull,
    /// Equal in content, of the wrong BSON type.
    Type,
    /// A field of the full side only, which is not what the service reads.
    Invalid,
    /// Only MongoDB decides this field; not compared.
    NotCompared,
}

/// One row of the table of verdicts.
pub struct VerdictRow {
    /// The verdict.
    pub verdict: Verdict,
    /// The name in JSON.
    pub name: &'static str,
    /// One cell wide; that of the state which such a field leads to.
    pub mark: &'static str,
    /// One ASCII character.
    pub ascii: &'static str,
    /// Whether the document has drifted if one of its fields has this verdict.
    pub drifts: bool,
}

impl VerdictRow {
    /// The mark in a spelling.
    #[must_use]
    pub fn sign(&self, spelling: Spelling) -> &'static str {
        spelling.pick(self.mark, self.ascii)
    }
}

macro_rules! rows {
    ($($verdict:ident $name:literal $mark:literal $ascii:literal $drifts:literal)+) => {
        [$(VerdictRow { verdict: Verdict::$verdict, name: $name, mark: $mark, ascii: $ascii, drifts: $drifts }),+]
    };
}

/// Every verdict, in the order of the enum.
#[rustfmt::skip]
pub const VERDICTS: [VerdictRow; 9] = rows! {
    Same          "same"            "●" "=" false
    LiteNewer     "lite-newer"      "◐" "~" true
    FullNewer     "full-newer"      "◐" "~" true
    Differs       "differs"         "◐" "~" true
    MissingInLite "missing-in-lite" "○" "0" true
    MissingInFull "missing-in-full" "○" "0" true
    Type          "type"            "◑" "y" false
    Invalid       "invalid"         "≠" "i" false
    NotCompared   "not-compared"    "·" "_" false
};

impl Verdict {
    /// The verdict's row.
    #[must_use]
    pub fn row(self) -> &'static VerdictRow {
        &VERDICTS[self as usize]
    }
}

impl Case<'_> {
    /// Marks the rows that make the state what it is; a field of the value alone gets a row then.
    pub(super) fn point(&self, state: State, pair: Pair<'_>, rows: &mut Vec<FieldRow>) {
        if state == State::Misfiled
            && let Some(fault) = self.full_fault()
            && let Some(field) = fault.field
        {
            if !rows.iter().any(|row| row.name == field) {
                rows.push(compare::full_row(pair, &field, &fault.said));
            }
            rows.iter_mut()
                .filter(|row| row.name == field)
                .for_each(|row| row.decides = true);
            return;
        }
        let held = self.full_in_mongo(pair.lite);
        for row in rows {
            let name = row.name.as_str();
            row.decides = match state {
                State::Drifted => row.drifts(),
                State::TypeDrift => row.verdict == Verdict::Type,
                State::FullInMongo => held.contains(&name),
                State::DeleteMarks => MONGO_ONLY.contains(&name),
                State::SoftDeleted => name == "deleted_at",
                _ => false,
            };
        }
    }

    fn full_fault(&self) -> Option<super::Fault> {
        let full: &Full = self.document.stored.seen()?.full()?;
        self.value_fault(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_verdict_at_its_place() {
        for (at, row) in VERDICTS.iter().enumerate() {
            assert_eq!(row.verdict as usize, at, "{}", row.name);
            assert_eq!(row.ascii.len(), 1);
        }
    }
}
