//! The end of a file that lines are added to: whole lines, or none.
//!
//! After a write that failed the file is cut back to its last whole line, so that no later line is
//! glued to a torn one. When not even that is certain, the file is not written any more.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;

use super::error::JournalError;
use super::waits;

/// What a tail asks of a file. The seam at which tests let a disk fail.
pub(super) trait Disk: Send {
    /// One write at the end; the number of bytes taken.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Returns when the disk has it.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to a length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// The length now, and whether the file still has a name.
    fn look(&mut self) -> io::Result<(u64, bool)>;
}

impl Disk for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        waits::data(self)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn look(&mut self) -> io::Result<(u64, bool)> {
        let meta = self.metadata()?;
        Ok((meta.len(), meta.nlink() > 0))
    }
}

/// The end of one file.
pub(super) struct Tail {
    disk: Box<dyn Disk>,
    /// Bytes up to and with the last whole line.
    end: u64,
    /// Why it is not written any more.
    broken: Option<&'static str>,
}

impl Tail {
    /// A file whose last whole line ends at `end`, which is where the file ends.
    pub(super) fn new(disk: Box<dyn Disk>, end: u64) -> Self {
        Self {
            disk,
            end,
            broken: None,
        }
    }

    /// Adds one line, and waits for the disk if it is `durable`.
    ///
    /// # Errors
    /// The line is not in the file; only after [`JournalError::NotCertain`] it may be.
    pub(super) fn add(&mut self, line: &[u8], durable: bool) -> Result<(), JournalError> {
        self.check()?;
        let written = loop {
            match self.disk.write(line) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => break written,
            }
        };
        let failed = match written {
            Ok(count) if count == line.len() => None,
            Ok(_) => Some(io::Error::new(
                io::ErrorKind::WriteZero,
                "only a part of the line was taken",
            )),
            Err(error) => Some(error),
        };
        if let Some(error) = failed {
            if self.disk.cut(self.end).is_err() {
                self.broken = Some("a torn line could not be taken back");
            }
            return Err(JournalError::NotWritten(error));
        }
        if durable && let Err(error) = self.disk.sync() {
            // A second try could say yes although the pages are lost.
            self.broken = Some("the disk did not confirm what was written before");
            return Err(JournalError::NotCertain(error));
        }
        self.end += line.len() as u64;
        Ok(())
    }

    /// Whether the file is still as it was left.
    fn check(&mut self) -> Result<(), JournalError> {
        if self.broken.is_none() {
            self.broken = match self.disk.look() {
                Ok((_, false)) => Some("somebody removed it"),
                Ok((length, true)) if length != self.end => Some("somebody else changed it"),
                Ok(_) => None,
                Err(why) => {
                    return Err(JournalError::Open {
                        what: "its length",
                        why,
                    });
                }
            };
        }
        match self.broken {
            Some(why) => Err(JournalError::Broken(why.to_owned())),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Tail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tail({} bytes, {:?})", self.end, self.broken)
    }
}

#[cfg(test)]
mod tests;
