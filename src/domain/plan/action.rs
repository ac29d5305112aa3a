//! The kinds of writes: one table for names, words and weight.

/// What kind of write it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// A document that neither store has.
    Create,
    /// Another full value, with MongoDB following.
    Edit,
    /// A tombstone, and the listed document goes.
    Delete,
    /// MongoDB's three marks are set; the value is kept.
    SoftDelete,
    /// The three marks are taken back.
    Restore,
    /// The lite document is made again from the full value.
    RebuildLite,
    /// An older version of the value is written again.
    PutBack,
    /// What a write of ours did is taken back.
    Undo,
    /// What an undo did is taken back.
    Redo,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub action: Action,
    /// The stable name in JSON, journal and command line.
    pub name: &'static str,
    /// As a title: "edit 1 document".
    pub verb: &'static str,
    /// After it was done.
    pub done: &'static str,
    /// Whether Enter must not mean yes: content leaves both stores.
    pub heavy: bool,
}

const fn row(
    action: Action,
    name: &'static str,
    (verb, done): (&'static str, &'static str),
    heavy: bool,
) -> Row {
    Row {
        action,
        name,
        verb,
        done,
        heavy,
    }
}

/// Every action, in the order of the enum.
pub const TABLE: [Row; 9] = [
    row(Action::Create, "create", ("create", "created"), false),
    row(Action::Edit, "edit", ("edit", "edited"), false),
    row(Action::Delete, "delete", ("delete", "deleted"), true),
    row(
        Action::SoftDelete,
        "soft-delete",
        ("soft-delete", "soft-deleted"),
        false,
    ),
    row(Action::Restore, "restore", ("restore", "restored"), false),
    row(
        Action::RebuildLite,
        "rebuild-lite",
        ("rebuild the lite document of", "lite document rebuilt"),
        false,
    ),
    row(
        Action::PutBack,
        "put-back",
        ("put back a version of", "version put back"),
        false,
    ),
    row(Action::Undo, "undo", ("undo a write to", "undone"), false),
    row(Action::Redo, "redo", ("redo a write to", "redone"), false),
];

impl Action {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The action of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.name == name)?;
        Some(row.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_action_at_its_place() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.action as usize, at, "{}", row.name);
            assert_eq!(Action::from_name(row.name), Some(row.action));
        }
    }
}
