//! What the footer offers in each place, the most useful first.

use crate::app::command::{Command as C, Context};

/// The commands of a place.
pub(super) fn offered(context: Context) -> &'static [C] {
    match context {
        Context::Global => &[],
        Context::Collections => COLLECTIONS,
        Context::List => LIST,
        Context::Document => DOCUMENT,
        Context::Menu => &[C::Accept, C::Cancel],
        Context::Columns => COLUMNS,
        Context::Prompt => &[C::Accept, C::Complete, C::Older, C::Cancel],
        Context::Tasks => TASKS,
        Context::Page => &[C::Down, C::Find, C::FindNext, C::Back],
        Context::Review => &[C::Write, C::Back, C::Down],
        Context::Confirm => &[C::Accept, C::Cancel, C::Down],
        Context::Edit => EDIT,
        Context::Versus => &[C::Rebase, C::Edit, C::Discard, C::Back, C::Down],
        Context::Recovery => RECOVERY,
        Context::Versions => &[C::Down, C::Open, C::Mark, C::Compare, C::PutBack, C::Back],
    }
}

const COLLECTIONS: &[C] = &[
    C::Down,
    C::Open,
    C::PickCollection,
    C::Refresh,
    C::Doctor,
    C::Tasks,
    C::Palette,
    C::Help,
    C::Quit,
];

const LIST: &[C] = &[
    C::Down,
    C::Open,
    C::Filter,
    C::Edit,
    C::Delete,
    C::NextView,
    C::Find,
    C::Sort,
    C::SoftDelete,
    C::Undo,
    C::Columns,
    C::Count,
    C::CopyKey,
    C::Tasks,
    C::Palette,
    C::Help,
    C::Quit,
];

const DOCUMENT: &[C] = &[
    C::Down,
    C::NextView,
    C::NextDifference,
    C::Unfold,
    C::Fold,
    C::ToggleAll,
    C::Edit,
    C::EditField,
    C::Find,
    C::CopyValue,
    C::CopyPath,
    C::Back,
    C::SoftDelete,
    C::Delete,
    C::Rebuild,
    C::Palette,
    C::Help,
];

const COLUMNS: &[C] = &[
    C::Accept,
    C::Down,
    C::ColumnLeft,
    C::ColumnNarrower,
    C::Cancel,
    C::ColumnAuto,
    C::ResetColumns,
];

const TASKS: &[C] = &[
    C::Down,
    C::Steps,
    C::GotoSubject,
    C::CancelTask,
    C::RetryTask,
    C::ExtendTask,
    C::Back,
];

const RECOVERY: &[C] = &[
    C::Down,
    C::Open,
    C::Finish,
    C::GiveUp,
    C::CopyPath,
    C::Discard,
    C::Back,
];

const EDIT: &[C] = &[
    C::Check,
    C::Cancel,
    C::Find,
    C::GotoLine,
    C::EditUndo,
    C::EditRedo,
    C::EditOutside,
];
