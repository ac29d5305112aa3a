//! The person's own editor over a text: a sheet, a program that owns the terminal meanwhile, and
//! what is taken over of the file. Whatever the program does, no text is lost.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::app::Edited;
use crate::journal::Sheet;

/// How long an editor that was asked to end gets.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Runs an editor over a text on a sheet; comes back when it has ended, or was asked to because of
/// `stop`. The terminal must be as the shell had it. The sheet comes back while its text is nowhere
/// else.
pub async fn run(
    editor: &str,
    (sheet, text): (Sheet, &str),
    stop: CancellationToken,
) -> (Edited, Option<Sheet>) {
    // With a line end behind it, as editors want.
    let filled = match sheet.fill(text, None) {
        Ok(()) => wait(editor, &sheet, stop).await,
        Err(error) => Err(error),
    };
    take(editor, sheet, (text, filled))
}

async fn wait(editor: &str, sheet: &Sheet, stop: CancellationToken) -> io::Result<ExitStatus> {
    // The shell splits `code --wait` as the person means it; the file's name is no part of that.
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("exec {editor} \"$@\""))
        .arg("sh")
        .arg(sheet.file());
    let mut child = sheet.lent(|| command.spawn())?;
    tokio::select! {
        ended = child.wait() => return ended,
        () = stop.cancelled() => {}
    }
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let ended = tokio::time::timeout(LAST_WORDS, child.wait()).await;
    ended.unwrap_or_else(|_| {
        let said = "it did not end when it was asked to";
        Err(io::Error::new(io::ErrorKind::TimedOut, said))
    })
}

/// What is taken over. The sheet goes when nothing was typed on it; otherwise it stays, and is
/// named where its text is not taken over.
fn take(
    editor: &str,
    sheet: Sheet,
    (before, ended): (&str, io::Result<ExitStatus>),
) -> (Edited, Option<Sheet>) {
    let running = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    if let Some(error) = ended.as_ref().err().filter(|error| running(error)) {
        let file = sheet.file().display();
        let said = format!("{editor}: {error}; it may still have {file} open");
        return (Edited::Nothing(said), None);
    }
    let why = match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("{editor} ended with {status}")),
        Err(error) => Some(format!("{editor} could not be run: {error}")),
    };
    let nothing = |said: String| (Edited::Nothing(said), None);
    let bytes = match sheet.bytes() {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = sheet.aside() {
                let why = why.unwrap_or_else(|| "the file was removed in the editor".to_owned());
                let folder = folder.display();
                return nothing(format!(
                    "{why}; nothing was taken over; the text is in {folder}"
                ));
            }
            sheet.remove();
            let said = "the file was removed in the editor; the text here is as it was";
            return nothing(why.unwrap_or_else(|| said.to_owned()));
        }
        Err(error) => {
            let said = format!("the file can't be read: {error}");
            return (left(&sheet, said), None);
        }
    };
    let same = bytes.strip_suffix(b"\n") == Some(before.as_bytes()) || bytes == before.as_bytes();
    if same {
        sheet.remove();
        return match why {
            None => (Edited::Same, None),
            Some(why) => nothing(format!("{why}; nothing was changed")),
        };
    }
    if let Some(why) = why {
        return (left(&sheet, why), None);
    }
    if bytes.trim_ascii().is_empty() {
        sheet.remove();
        let said = "the file was left empty; the text here is as it was";
        return nothing(said.to_owned());
    }
    let Ok(text) = String::from_utf8(bytes) else {
        let why = "what the editor wrote is not UTF-8";
        return (left(&sheet, why.to_owned()), None);
    };
    (Edited::Text(text.into()), Some(sheet))
}

fn left(sheet: &Sheet, why: String) -> Edited {
    Edited::Left(why, sheet.file().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::Place;
    use crate::journal::Text;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    fn sheet(folder: &Path, text: &str) -> Sheet {
        let place = Place {
            mongo: "db:27017".to_owned(),
            database: "memsys".to_owned(),
            stream: "s".to_owned(),
        };
        let begun = Text {
            place: &place,
            key: &"memcells:a".parse().unwrap(),
            base: None,
            text,
        };
        Sheet::open(folder, begun).unwrap()
    }

    /// What came of it, and the folders that are left. A text that was taken over leaves its sheet to
    /// the caller.
    async fn edited(script: &str) -> (Edited, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let editor = format!("sh -c '{script}' sh");
        let text = "{\"a\": 1}";
        let on = (sheet(folder.path(), text), text);
        let (edited, sheet) = run(&editor, on, CancellationToken::new()).await;
        assert_eq!(sheet.is_some(), matches!(edited, Edited::Text(_)));
        if let Some(sheet) = sheet {
            sheet.remove();
        }
        let left = fs::read_dir(folder.path()).unwrap();
        (edited, left.map(|entry| entry.unwrap().path()).collect())
    }

    fn said(edited: &Edited) -> &str {
        match edited {
            Edited::Nothing(said) | Edited::Left(said, _) => said,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_saved_text_comes_back_and_its_file_goes() {
        let (edited, left) = edited("echo \"{}\" > $1").await;
        assert_eq!(edited, Edited::Text("{}\n".into()));
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn an_editor_that_replaces_the_file_is_understood() {
        let (edited, left) = edited("echo \"[1]\" > $1.new; mv $1.new $1").await;
        assert_eq!(edited, Edited::Text("[1]\n".into()));
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn what_was_not_changed_is_told_as_such() {
        let (edited, left) = edited("true").await;
        assert_eq!(edited, Edited::Same);
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn a_failed_editor_loses_nothing() {
        let (failed, left) = edited("echo changed > $1; exit 3").await;
        assert!(said(&failed).contains("exit status: 3"), "{failed:?}");
        assert_eq!(left.len(), 1, "its text is kept");
        let (unchanged, left) = edited("exit 1").await;
        assert!(said(&unchanged).contains("nothing was changed"));
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn a_removed_and_an_empty_file_leave_the_text_here() {
        let (removed, _) = edited("rm $1").await;
        assert!(said(&removed).contains("removed"), "{removed:?}");
        let (empty, left) = edited(": > $1").await;
        assert!(said(&empty).contains("left empty"), "{empty:?}");
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_stay_in_their_file() {
        let (edited, left) = edited("printf \"\\\\377\" > $1").await;
        let Edited::Left(why, file) = edited else {
            panic!("{edited:?}")
        };
        assert_eq!(why, "what the editor wrote is not UTF-8");
        assert_eq!(file.parent(), left.first().map(PathBuf::as_path));
        assert_eq!(left.len(), 1);
    }

    #[tokio::test]
    async fn an_editor_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let on = (sheet(folder.path(), "{}"), "{}");
        let (edited, _) = run("no-such-editor-here", on, CancellationToken::new()).await;
        assert!(said(&edited).contains("no-such-editor-here"), "{edited:?}");
    }

    #[tokio::test]
    async fn what_an_editor_left_under_another_name_is_not_thrown_away() {
        let (moved, left) = edited("echo typed > $1.new; rm $1").await;
        assert!(said(&moved).contains("the text is in"), "{moved:?}");
        assert_eq!(left.len(), 1);
    }

    #[tokio::test]
    async fn the_file_is_private_and_a_stop_ends_the_editor() {
        let folder = tempfile::tempdir().unwrap();
        let sheet = sheet(folder.path(), "{}");
        sheet.fill("{}", None).unwrap();
        let mode = fs::metadata(sheet.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let stop = CancellationToken::new();
        stop.cancel();
        let started = std::time::Instant::now();
        let (edited, _) = run("sleep 60; true", (sheet, "{}"), stop).await;
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(said(&edited).contains("nothing was changed"), "{edited:?}");
    }
}
