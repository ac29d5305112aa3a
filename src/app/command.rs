//! Every command: its name in key files, what it does in a few words, and where it belongs.
//!
//! Footer, help, palette, key files and the README's table are made from this one list.

use super::App;
use super::layer::LayerKind;
use super::layout::Pane;

/// Where a command works: the part of the screen that has the keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Context {
    /// Everywhere but where text is typed.
    Global,
    /// The list of collections.
    Collections,
    /// The list of documents.
    List,
    /// One document.
    Document,
    /// A menu with a line to narrow it.
    Menu,
    /// The menu of columns: what it does not have it takes from the other menus.
    Columns,
    /// A line to type in.
    Prompt,
    /// The task list.
    Tasks,
    /// A page to read: help, messages, doctor.
    Page,
    /// A write that is to be decided about.
    Review,
    /// The same where a name must be typed.
    Confirm,
    /// The editor.
    Edit,
    /// A text that was overtaken by somebody else's.
    Versus,
    /// Unfinished writes and drafts.
    Recovery,
    /// The versions of a document.
    Versions,
}

impl Context {
    /// Every context with its name in key files.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Global, "global"),
        (Self::Collections, "collections"),
        (Self::List, "list"),
        (Self::Document, "document"),
        (Self::Menu, "menu"),
        (Self::Columns, "columns"),
        (Self::Prompt, "prompt"),
        (Self::Tasks, "tasks"),
        (Self::Page, "page"),
        (Self::Review, "review"),
        (Self::Confirm, "confirm"),
        (Self::Edit, "edit"),
        (Self::Versus, "versus"),
        (Self::Recovery, "recovery"),
        (Self::Versions, "versions"),
    ];

    /// The name in key files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The context whose keys apply too, where this one has no meaning for them.
    #[must_use]
    pub fn around(self) -> Option<Self> {
        match self {
            Self::Columns => Some(Self::Menu),
            Self::Global | Self::Menu | Self::Prompt | Self::Confirm | Self::Edit => None,
            _ => Some(Self::Global),
        }
    }

    /// Whether characters are text here; then global keys do not apply.
    #[must_use]
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Menu | Self::Columns | Self::Prompt | Self::Confirm | Self::Edit
        )
    }
}

macro_rules! commands {
    ($($command:ident $name:literal $short:literal $help:literal;)+) => {
        /// One thing that a person can ask for.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[expect(missing_docs, reason = "the table says what each does")]
        pub enum Command { $($command),+ }

        impl Command {
            /// Every command.
            pub const ALL: &'static [Self] = &[$(Self::$command),+];

            /// The name in key files, one word for the footer, a sentence for help and palette.
            fn row(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Self::$command => ($name, $short, $help)),+ }
            }
        }
    };
}

#[rustfmt::skip]
commands! {
    Quit           "app.quit"           "quit"      "leave the program, or the page on top of it";
    Help           "app.help"           "help"      "show the keys of this place";
    Palette        "app.palette"        "palette"   "find any command by its name";
    Tasks          "app.tasks"          "tasks"     "show what is running and what has failed";
    Log            "app.log"            "messages"  "show all messages of this session";
    Doctor         "app.doctor"         "doctor"    "check every step of the way to both stores";
    Suspend        "app.suspend"        "suspend"   "give the terminal back to the shell for a while";
    Refresh        "app.refresh"        "refresh"   "read again what is on the screen, keeping the place";
    Mouse          "app.mouse"          "mouse"     "turn mouse support on or off";
    Back           "app.back"           "back"      "stop waiting, or go back one level";
    FocusLeft      "focus.left"         "left"      "go to the pane on the left";
    FocusRight     "focus.right"        "right"     "go to the pane on the right";
    Down           "move.down"          "down"      "next row";
    Up             "move.up"            "up"        "previous row";
    Top            "move.top"           "top"       "first row";
    Bottom         "move.bottom"        "bottom"    "last row";
    PageDown       "move.page-down"     "page down" "one page down";
    PageUp         "move.page-up"       "page up"   "one page up";
    HalfDown       "move.half-down"     "half down" "half a page down";
    HalfUp         "move.half-up"       "half up"   "half a page up";
    Open           "open"               "open"      "open what is selected";
    Filter         "list.filter"        "filter"    "filter at the store, which enter asks: field:value, >, <, is:STATE, or a MongoDB query";
    ClearFilter    "list.clear-filter"  "no filter" "no filter: show all rows again";
    Find           "find"               "find"      "find text in what is loaded";
    FindNext       "find.next"          "next"      "next match";
    FindPrevious   "find.previous"      "previous"  "previous match";
    Sort           "list.sort"          "sort"      "sort: choose the order";
    Reverse        "list.reverse"       "reverse"   "turn the order round";
    Columns        "list.columns"       "columns"   "choose the columns of this collection";
    ResetColumns   "list.default-columns" "default" "the default columns and widths again";
    ColumnLeft     "column.left"        "left"      "move the column to the left";
    ColumnRight    "column.right"       "right"     "move the column to the right";
    ColumnNarrower "column.narrower"    "narrower"  "make the column narrower";
    ColumnWider    "column.wider"       "wider"     "make the column wider";
    ColumnAuto     "column.auto"        "auto width" "make the column as wide as its values again";
    Count          "list.count"         "count"     "count exactly, with a time limit";
    NextCollection "collection.next"    "next collection"     "open the next collection";
    PreviousCollection "collection.previous" "previous collection" "open the previous collection";
    PickCollection "collection.pick"    "collections" "choose a collection by name";
    NextView       "view.next"          "view"      "next view: Full, Lite, Diff, Raw";
    PreviousView   "view.previous"      "view back" "previous view";
    Unfold         "fold.open"          "unfold"    "open the folded value";
    Fold           "fold.close"         "fold"      "fold the value, or go to the one around it";
    ToggleFold     "fold.toggle"        "fold/unfold" "open or fold the value";
    ToggleAll      "fold.all"           "fold all"  "open or fold everything";
    Reveal         "view.reveal"        "reveal"    "show masked values of this document";
    Fault          "view.fault"         "not JSON"  "go to the place that is not JSON";
    NextDocument   "document.next"      "next document" "the next document of the list, in the same view";
    PreviousDocument "document.previous" "previous document" "the previous document of the list, in the same view";
    NextDifference "diff.next"          "difference" "next field that differs, in the Diff view";
    PreviousDifference "diff.previous"  "previous difference" "previous field that differs, in the Diff view";
    CopyValue      "copy.value"         "copy"      "copy the value under the cursor: text without quotes; in Diff that side, or both";
    CopyKey        "copy.key"           "copy key"  "copy the key COLLECTION:ID";
    CopyPath       "copy.path"          "copy path" "copy the path of the value under the cursor, or of the selected file";
    CopyCommand    "copy.command"       "copy command" "copy the command line that prints this document";
    Complete       "prompt.complete"    "complete"  "complete the name at the cursor";
    CompleteBack   "prompt.complete-back" "complete back" "previous completion";
    Older          "prompt.older"       "older"     "the filter used before this one";
    Newer          "prompt.newer"       "newer"     "the filter used after this one";
    Accept         "prompt.accept"      "accept"    "use what is typed";
    Cancel         "prompt.cancel"      "cancel"    "leave without a change";
    GotoSubject    "task.goto"          "jump"      "go to the document or collection that the task is about";
    Steps          "task.steps"         "steps"     "show or hide every step of the selected task";
    CancelTask     "task.cancel"        "cancel"    "stop the selected task";
    RetryTask      "task.retry"         "retry"     "run the selected task again";
    ExtendTask     "task.longer"        "longer"    "wait once more as long for the selected write";
    Edit           "document.edit"      "edit"      "edit the full value; nothing is written before a review";
    EditField      "document.change"    "change"    "change the value under the cursor in place; nothing is written before a review";
    EditOutside    "document.edit-outside" "editor" "edit in the program that $VISUAL or $EDITOR names";
    New            "document.new"       "new"       "write a new document";
    Duplicate      "document.duplicate" "duplicate" "write a copy under a new id";
    SoftDelete     "document.soft-delete" "soft-delete" "set the delete marks in MongoDB; the value stays";
    Delete         "document.delete"    "delete"    "write a tombstone and take the document out of MongoDB";
    Restore        "document.restore"   "restore"   "take the delete marks back";
    Rebuild        "document.rebuild"   "rebuild lite" "make the lite document from the full value again";
    Undo           "document.undo"      "undo"      "take back the last write of this session, or of this document";
    Redo           "document.redo"      "redo"      "take back the last undo";
    Versions       "document.versions"  "versions"  "every version of the value that the node has";
    Recovery       "app.recovery"       "unfinished" "unfinished writes and drafts of this session and earlier ones";
    Write          "review.write"       "write"     "do it";
    Stay           "review.stay"        "neither"   "is no answer: it neither writes nor goes back";
    Check          "edit.review"        "review"    "look at what would be written";
    GotoLine       "edit.line"          "line"      "go to a line";
    EditUndo       "edit.undo"          "undo"      "take back the last change to the text";
    EditRedo       "edit.redo"          "redo"      "make it again";
    Rebase         "versus.rebase"      "rebase"    "make my changes to what is there now, where nobody else changed it";
    Discard        "draft.discard"      "discard"   "give a draft up for good";
    Finish         "recovery.finish"    "finish"    "take up the steps that are left";
    GiveUp         "recovery.drop"      "give up"   "give an unfinished write up; what it did stays and is said";
    Compare        "versions.compare"   "compare"   "compare this version with the one that is marked, or with the newest";
    Mark           "versions.mark"      "mark"      "mark this version: others are compared with it";
    PutBack        "versions.put-back"  "put back"  "write this version again as the newest";
}

/// Whether a command can be used now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Availability {
    /// Yes.
    Yes,
    /// It belongs here, but not now; the reason is shown.
    No(&'static str),
    /// It does not belong here.
    Hidden,
}

impl Command {
    /// The name in key files and in the palette.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// A word or two for the footer.
    #[must_use]
    pub fn short(self) -> &'static str {
        self.row().1
    }

    /// What it does, for help and palette.
    #[must_use]
    pub fn help(self) -> &'static str {
        self.row().2
    }

    /// The command of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|command| command.name() == name)
    }

    /// Why a layer on top has no use for the command, if it has none.
    fn misplaced(self, layer: LayerKind) -> Option<&'static str> {
        let browser = "it belongs to the browser: go back first";
        match self {
            Self::GotoSubject
            | Self::Steps
            | Self::CancelTask
            | Self::RetryTask
            | Self::ExtendTask
                if layer != LayerKind::Tasks =>
            {
                Some("open the task list first")
            }
            Self::Find | Self::FindNext | Self::FindPrevious => {
                (layer == LayerKind::Tasks).then_some(browser)
            }
            Self::FocusLeft
            | Self::FocusRight
            | Self::Filter
            | Self::ClearFilter
            | Self::Sort
            | Self::Reverse
            | Self::Columns
            | Self::ResetColumns
            | Self::Count
            | Self::NextCollection
            | Self::PreviousCollection
            | Self::NextView
            | Self::PreviousView
            | Self::NextDocument
            | Self::PreviousDocument
            | Self::CopyValue
            | Self::CopyKey
            | Self::CopyCommand => {
                (layer != LayerKind::Browse && layer != LayerKind::Menu).then_some(browser)
            }
            _ => None,
        }
    }

    /// Whether the command can be used in the present state.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one row for each command")]
    pub fn availability(self, app: &App) -> Availability {
        let when = |yes: bool, why: &'static str| {
            if yes {
                Availability::Yes
            } else {
                Availability::No(why)
            }
        };
        if let Some(why) = self.misplaced(app.top_layer()) {
            return Availability::No(why);
        }
        let base = app.top_layer() == LayerKind::Browse;
        if let Some(availability) = app.can_write_now(self) {
            return availability;
        }
        let listed = !app.collections().rows().is_empty();
        match self {
            Self::Filter
            | Self::Sort
            | Self::Reverse
            | Self::Columns
            | Self::ResetColumns
            | Self::Count => when(app.list().is_open(), "no collection is open"),
            Self::NextCollection | Self::PreviousCollection => when(listed, "nothing is listed"),
            Self::ClearFilter => when(app.list().is_filtered(), "no filter is set"),
            Self::NextDocument | Self::PreviousDocument => {
                when(!app.list().window.is_empty(), "no document is listed")
            }
            Self::FindNext | Self::FindPrevious => {
                when(app.has_search(), "nothing has been searched for")
            }
            Self::NextView | Self::PreviousView | Self::CopyKey | Self::CopyCommand => {
                when(app.selected_key().is_some(), "no document is selected")
            }
            Self::Open if base && app.focus() == Pane::List => {
                when(app.selected_key().is_some(), "no document is selected")
            }
            Self::CopyValue => when(app.selected_key().is_some(), "nothing is selected"),
            Self::CopyPath
            | Self::Fold
            | Self::Unfold
            | Self::ToggleFold
            | Self::ToggleAll
            | Self::Reveal
            | Self::Fault => when(base && app.selected_key().is_some(), "no document is open"),
            Self::NextDifference | Self::PreviousDifference if base => app.can_compare(),
            Self::Steps => when(app.tasks().selected().is_some(), "nothing has run yet"),
            Self::CancelTask => when(app.tasks().can_cancel(), "the selected task is not running"),
            Self::ExtendTask => when(
                app.tasks()
                    .selected()
                    .is_some_and(super::tasks::Entry::is_waiting_write),
                "the selected task is no write that waits",
            ),
            Self::RetryTask => when(
                app.tasks().can_retry(),
                "only reads that have ended can run again",
            ),
            Self::GotoSubject => when(
                app.tasks().subject().is_some(),
                "the selected task is about no document and no collection",
            ),
            Self::ColumnLeft
            | Self::ColumnRight
            | Self::ColumnNarrower
            | Self::ColumnWider
            | Self::ColumnAuto
            | Self::Complete
            | Self::CompleteBack
            | Self::Older
            | Self::Newer
            | Self::Accept
            | Self::Cancel => Availability::Hidden,
            _ => Availability::Yes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_read_back() {
        let names: HashSet<_> = Command::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Command::ALL.len());
        assert!(
            Command::ALL
                .iter()
                .all(|c| Command::from_name(c.name()) == Some(*c))
        );
    }

    #[test]
    fn contexts_stand_at_their_place_in_the_table() {
        assert!(
            Context::ALL
                .iter()
                .enumerate()
                .all(|(at, (context, _))| *context as usize == at)
        );
    }
}
