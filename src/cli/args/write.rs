//! The commands that write, and those that tell what was written.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values::{key, limit, person, version};
use crate::domain::{Key, Version};

const PUT_EXAMPLES: &str = "\
Examples:
  dualscope get memcells:6979da5797f9041fc0aa063f > value.json
  dualscope put memcells:6979da5797f9041fc0aa063f value.json --dry-run
  jq '.keywords += [\"trip\"]' value.json | dualscope put memcells:6979da5797f9041fc0aa063f - --yes

The text is compared with the stored one member by member: what is equal keeps its bytes (numbers,
escapes, order, blanks), whatever wrote the file. `updated_at` becomes the time of the write, also
where the text has lost it, unless --as-is. A text that changes nothing, or nothing but `updated_at`,
is not written and ends with 0.";

const PLAN_EXAMPLES: &str = "\
Examples:
  dualscope delete memcells:6979da5797f9041fc0aa063f --dry-run --json > plan.json
  dualscope apply plan.json

The plan is carried out exactly as it is: for the stores that it names, and only while both still
hold what was read when it was made (else 5, conflict).";

/// What changes a document.
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Write {
    /// Store a full value from a file; MongoDB follows
    #[command(after_help = PUT_EXAMPLES)]
    Put(Put),
    /// Edit a full value in `$VISUAL` or `$EDITOR`; the text is kept as a draft until it is written
    Edit(Edit),
    /// Delete a document: a tombstone in 0G, then it goes from MongoDB
    Delete(One),
    /// Set the delete marks in MongoDB and keep the value
    SoftDelete(SoftDelete),
    /// Take the delete marks back
    Restore(One),
    /// Make the lite document say what the full value says, and hold no more than a lite one
    RebuildLite(One),
    /// Write an older version of the value again
    PutBack(PutBack),
    /// Take the last write back, or the one that is named
    #[command(
        after_help = "Refused when somebody wrote since. `dualscope journal` lists the writes."
    )]
    Undo(Undo),
    /// Take the last undo back
    Redo(Redo),
    /// Carry out a plan that --dry-run --json printed
    #[command(after_help = PLAN_EXAMPLES)]
    Apply(Apply),
}

/// What tells of writes.
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Trail {
    /// List the versions of a value, the newest first, also of a deleted one
    #[command(
        after_help = "Versions below the first transaction that the node has are unknown, \
                            and it says so. `dualscope get KEY --at VERSION` prints one, \
                            `dualscope put-back KEY --version VERSION` writes it again."
    )]
    History(History),
    /// List the writes that an earlier run left open, finish them or give them up
    #[command(
        after_help = "Without a decision it ends with 0 when nothing is open and 1 when something \
                            is. With one it ends as the writes end; one that was given up as asked \
                            counts as done. Writes of running programs and of other stores are \
                            named and left alone. A write that was given up is closed; when the node \
                            waits for its data, `dualscope doctor` names it, and it is finished by its \
                            name all the same."
    )]
    Recover(Recover),
    /// List the writes of the journal, or tell one with its facts
    #[command(
        after_help = "No value is printed without --values. Ends with 1 when a file of the \
                            journal is damaged. Nothing is decided from a file that can't be read to \
                            its end: what is open in it stays open until the file is put aside."
    )]
    Journal(Journal),
}

/// How a write is looked at and agreed to.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Args, Debug, Clone, Default)]
pub(in crate::cli) struct How {
    /// Print what would be done to both stores and write nothing; with --json the plan, for `apply`
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(in crate::cli) yes: bool,
    /// The profile that is meant; a protected one is written without a question only with it
    #[arg(long, value_name = "PROFILE")]
    pub(in crate::cli) expect: Option<String>,
    /// Print secrets of sensitive collections in what is shown of the plan
    #[arg(long)]
    pub(in crate::cli) reveal: bool,
    /// Write although another write to the document is still open, which one of the two may not
    /// survive
    #[arg(long)]
    pub(in crate::cli) despite_open: bool,
}

/// A write to one document that was read now.
#[derive(Args, Debug, Clone)]
pub(in crate::cli) struct Given {
    /// Which document: COLLECTION:ID
    #[arg(value_parser = key)]
    pub(in crate::cli) key: Key,
    /// Only while the value is at this version (0: was never written)
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(in crate::cli) if_version: Option<Version>,
    #[command(flatten)]
    pub(in crate::cli) how: How,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Put {
    #[command(flatten)]
    pub(in crate::cli) given: Given,
    /// The new text: JSON in UTF-8; - is standard input
    #[arg(value_name = "FILE | -")]
    pub(in crate::cli) file: String,
    /// Leave `updated_at` as the text says it
    #[arg(long)]
    pub(in crate::cli) as_is: bool,
    /// Store the text exactly as it is, blanks and `updated_at` included
    #[arg(long)]
    pub(in crate::cli) verbatim: bool,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct Edit {
    #[command(flatten)]
    pub(in crate::cli) given: Given,
    /// Leave `updated_at` as the text says it
    #[arg(long)]
    pub(in crate::cli) as_is: bool,
    /// Go on with the draft of this document
    #[arg(long, conflicts_with = "fresh")]
    pub(in crate::cli) resume: bool,
    /// Begin with the stored text; a draft stays where it is
    #[arg(long)]
    pub(in crate::cli) fresh: bool,
    /// Put the changes of the draft into what is stored now, without an editor; refused where
    /// somebody else changed the same place
    #[arg(long, conflicts_with_all = ["fresh", "resume"])]
    pub(in crate::cli) rebase: bool,
    /// Remove the drafts of this document for good
    #[arg(long, conflicts_with_all = ["fresh", "resume", "rebase"])]
    pub(in crate::cli) discard: bool,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct One {
    #[command(flatten)]
    pub(in crate::cli) given: Given,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct SoftDelete {
    #[command(flatten)]
    pub(in crate::cli) given: Given,
    /// Who deletes, for `deleted_by`
    #[arg(long, value_name = "NAME", value_parser = person)]
    pub(in crate::cli) by: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct PutBack {
    #[command(flatten)]
    pub(in crate::cli) given: Given,
    /// The version to write again
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(in crate::cli) version: Version,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Undo {
    /// The write to take back: its name, or enough of its beginning (default: the last one)
    pub(in crate::cli) intent: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) how: How,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Redo {
    #[command(flatten)]
    pub(in crate::cli) how: How,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Apply {
    /// The plan: one line of JSON; - is standard input
    #[arg(value_name = "PLAN.json | -")]
    pub(in crate::cli) file: String,
    #[command(flatten)]
    pub(in crate::cli) how: How,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct History {
    /// Which document: COLLECTION:ID
    #[arg(value_parser = key)]
    pub(in crate::cli) key: Key,
    /// Print so many versions at most (default: all)
    #[arg(long, short = 'n', value_name = "N", allow_negative_numbers = true,
          value_parser = limit::<u32>)]
    pub(in crate::cli) limit: Option<u32>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Recover {
    /// The write: its name, or enough of its beginning (default: all that are open)
    pub(in crate::cli) intent: Option<String>,
    /// Carry it out to its end
    #[arg(long, conflicts_with = "drop")]
    pub(in crate::cli) finish: bool,
    /// Give it up where that is safe; what it did stays, and is said
    #[arg(long)]
    pub(in crate::cli) drop: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(in crate::cli) yes: bool,
    /// The profile that is meant; needed with --yes where the profile is protected
    #[arg(long, value_name = "PROFILE")]
    pub(in crate::cli) expect: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Journal {
    /// The write: its name, or enough of its beginning
    pub(in crate::cli) intent: Option<String>,
    /// Print the values that the write moved
    #[arg(long, requires = "intent")]
    pub(in crate::cli) values: bool,
    /// Print secrets of sensitive collections as they are
    #[arg(long, requires = "values")]
    pub(in crate::cli) reveal: bool,
    /// List so many writes at most (default: all)
    #[arg(long, short = 'n', value_name = "N", conflicts_with = "intent",
          allow_negative_numbers = true, value_parser = limit::<u32>)]
    pub(in crate::cli) limit: Option<u32>,
    /// Put a file that can't be read to its end aside: it stays in the folder as it is, its writes
    /// no longer count; without --yes they are only told
    #[arg(long, value_name = "FILE", conflicts_with_all = ["intent", "limit"])]
    pub(in crate::cli) set_aside: Option<PathBuf>,
    /// Do not only tell what would be put aside
    #[arg(long, short, requires = "set_aside")]
    pub(in crate::cli) yes: bool,
}
