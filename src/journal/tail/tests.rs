//! A tail on a disk that fails at every place where a disk can.

use std::io;
use std::sync::{Arc, Mutex};

use super::{Disk, Tail};
use crate::journal::JournalError;

/// What the disk does next; everything that is not set goes well.
#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// Bytes that still fit.
    room: Option<usize>,
    write_fails: Option<io::ErrorKind>,
    interrupts: usize,
    sync_fails: bool,
    cut_fails: bool,
    unnamed: bool,
    syncs: usize,
}

#[derive(Clone, Default)]
struct Bad(Arc<Mutex<State>>);

impl Bad {
    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap());
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().bytes.clone()).unwrap()
    }
}

impl Disk for Bad {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap();
        if state.interrupts > 0 {
            state.interrupts -= 1;
            return Err(io::ErrorKind::Interrupted.into());
        }
        if let Some(kind) = state.write_fails {
            return Err(kind.into());
        }
        let fits = state.room.unwrap_or(bytes.len()).min(bytes.len());
        state.bytes.extend_from_slice(&bytes[..fits]);
        Ok(fits)
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.syncs += 1;
        if state.sync_fails {
            return Err(io::Error::other("the cable is out"));
        }
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.cut_fails {
            return Err(io::Error::other("the cable is out"));
        }
        let length = usize::try_from(length).unwrap();
        assert!(length <= state.bytes.len(), "a file never grows by a cut");
        state.bytes.truncate(length);
        Ok(())
    }

    fn look(&mut self) -> io::Result<(u64, bool)> {
        let state = self.0.lock().unwrap();
        Ok((state.bytes.len() as u64, !state.unnamed))
    }
}

fn begun() -> (Bad, Tail) {
    let disk = Bad::default();
    let mut tail = Tail::new(Box::new(disk.clone()), 0);
    tail.add(b"one\n", true).unwrap();
    (disk, tail)
}

#[test]
fn a_line_waits_for_the_disk_only_when_it_must() {
    let (disk, mut tail) = begun();
    tail.add(b"two\n", false).unwrap();
    assert_eq!(disk.0.lock().unwrap().syncs, 1);
    tail.add(b"three\n", true).unwrap();
    assert_eq!(disk.0.lock().unwrap().syncs, 2);
    assert_eq!(disk.text(), "one\ntwo\nthree\n");
}

#[test]
fn a_short_write_is_taken_back_and_the_next_line_is_whole() {
    for room in 0..4 {
        let (disk, mut tail) = begun();
        disk.set(|state| state.room = Some(room));
        let said = tail.add(b"two\n", true).unwrap_err();
        assert!(matches!(said, JournalError::NotWritten(_)), "{said}");
        assert_eq!(disk.text(), "one\n");
        disk.set(|state| state.room = None);
        tail.add(b"three\n", true).unwrap();
        assert_eq!(disk.text(), "one\nthree\n");
    }
}

#[test]
fn a_full_disk_is_named_and_no_end_of_the_file() {
    let (disk, mut tail) = begun();
    disk.set(|state| state.write_fails = Some(io::ErrorKind::StorageFull));
    let said = tail.add(b"two\n", true).unwrap_err().to_string();
    assert!(said.contains("no storage space"), "{said}");
    assert!(said.contains("the fact is not in it"), "{said}");
    disk.set(|state| state.write_fails = None);
    tail.add(b"two\n", true).unwrap();
    assert_eq!(disk.text(), "one\ntwo\n");
}

#[test]
fn a_torn_line_that_cannot_be_taken_back_ends_the_file() {
    let (disk, mut tail) = begun();
    disk.set(|state| (state.room, state.cut_fails) = (Some(2), true));
    assert!(matches!(
        tail.add(b"two\n", true),
        Err(JournalError::NotWritten(_))
    ));
    disk.set(|state| (state.room, state.cut_fails) = (None, false));
    let said = tail.add(b"three\n", true).unwrap_err();
    assert!(matches!(said, JournalError::Broken(_)), "{said}");
    assert_eq!(disk.text(), "one\ntw", "nothing is glued to it");
}

#[test]
fn what_the_disk_did_not_confirm_is_neither_yes_nor_no_and_the_last() {
    let (disk, mut tail) = begun();
    disk.set(|state| state.sync_fails = true);
    let said = tail.add(b"two\n", true).unwrap_err();
    assert!(matches!(said, JournalError::NotCertain(_)), "{said}");
    assert!(said.to_string().contains("may or may not"), "{said}");
    disk.set(|state| state.sync_fails = false);
    assert!(matches!(
        tail.add(b"three\n", true),
        Err(JournalError::Broken(_))
    ));
    assert_eq!(disk.text(), "one\ntwo\n");
}

#[test]
fn an_interrupted_write_is_tried_again() {
    let (disk, mut tail) = begun();
    disk.set(|state| state.interrupts = 3);
    tail.add(b"two\n", true).unwrap();
    assert_eq!(disk.text(), "one\ntwo\n");
}

#[test]
fn a_file_that_somebody_touched_is_left_alone() {
    let (disk, mut tail) = begun();
    disk.set(|state| state.bytes.extend_from_slice(b"theirs"));
    assert!(matches!(
        tail.add(b"two\n", true),
        Err(JournalError::Broken(_))
    ));
    assert_eq!(disk.text(), "one\ntheirs");

    let (disk, mut tail) = begun();
    disk.set(|state| state.unnamed = true);
    let said = tail.add(b"two\n", true).unwrap_err().to_string();
    assert!(said.contains("somebody removed it"), "{said}");
}
