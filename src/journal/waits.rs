//! Waiting for the disk, counted: each wait is a good part of what a write costs on this machine, so
//! tests and benchmarks hold their number to a bar.

use std::cell::Cell;
use std::fs::File;
use std::io;

thread_local! {
    static WAITS: Cell<u64> = const { Cell::new(0) };
}

/// How often this thread has waited for the disk in the journal so far.
#[must_use]
pub fn waits() -> u64 {
    WAITS.get()
}

/// Returns when the disk has the bytes of a file.
pub(super) fn data(file: &File) -> io::Result<()> {
    count();
    file.sync_data()
}

/// Returns when the disk has a file with all that is known of it, or the names in a folder.
pub(super) fn all(file: &File) -> io::Result<()> {
    count();
    file.sync_all()
}

fn count() {
    WAITS.set(WAITS.get() + 1);
}
