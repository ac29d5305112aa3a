//! The person's own editor over a text: a private file, a program that owns the terminal meanwhile,
//! and what is taken over of the file. Whatever the program does, no text is lost.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::remembered::private_folder;
use crate::app::Edited;

/// How long an editor that was asked to end gets.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The editor that the environment names: `$VISUAL`, then `$EDITOR`; blank ones do not count.
#[must_use]
pub fn named(variable: impl Fn(&str) -> String) -> Option<String> {
    let names = ["VISUAL", "EDITOR"].into_iter().map(variable);
    names
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
}

/// Runs an editor over a text in a file of its own in `folder`; comes back when it has ended, or
/// was asked to because of `stop`. The terminal must be as the shell had it.
pub async fn run(editor: &str, text: &str, folder: &Path, stop: CancellationToken) -> Edited {
    let file = match lay_out(text, folder) {
        Ok(file) => file,
        Err(error) => {
            let said = format!("no file for the editor could be written: {error}");
            return Edited::Nothing(said);
        }
    };
    let ended = wait(editor, &file, stop).await;
    take(editor, &file, (text, ended))
}

/// The text in a new file that only its owner reads, with a line end behind it as editors want.
fn lay_out(text: &str, folder: &Path) -> io::Result<PathBuf> {
    private_folder(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix("edit-")
        .suffix(".json")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    let (file, path) = file.keep()?;
    drop(file);
    Ok(path)
}

async fn wait(editor: &str, file: &Path, stop: CancellationToken) -> io::Result<ExitStatus> {
    // The shell splits `code --wait` as the person means it; the file's name is no part of that.
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("exec {editor} \"$@\""))
        .arg("sh")
        .arg(file)
        .spawn()?;
    tokio::select! {
        ended = child.wait() => return ended,
        () = stop.cancelled() => {}
    }
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let ended = tokio::time::timeout(LAST_WORDS, child.wait()).await;
    ended.unwrap_or_else(|_| Err(io::Error::other("it did not end when it was asked to")))
}

/// What is taken over. The file goes when the text is in the editor of the program, or is as it
/// was; otherwise it stays, and is named.
fn take(editor: &str, file: &Path, (before, ended): (&str, io::Result<ExitStatus>)) -> Edited {
    let why = match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("{editor} ended with {status}")),
        Err(error) => Some(format!("{editor} could not be run: {error}")),
    };
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let said = "the file was removed in the editor; the text here is as it was";
            return Edited::Nothing(why.unwrap_or_else(|| said.to_owned()));
        }
        Err(error) => return kept(file, &format!("the file can't be read: {error}")),
    };
    let same = bytes.strip_suffix(b"\n") == Some(before.as_bytes()) || bytes == before.as_bytes();
    if same {
        let _ = fs::remove_file(file);
        return why.map_or(Edited::Same, |why| {
            Edited::Nothing(format!("{why}; nothing was changed"))
        });
    }
    if let Some(why) = why {
        return kept(file, &why);
    }
    if bytes.trim_ascii().is_empty() {
        let _ = fs::remove_file(file);
        let said = "the file was left empty; the text here is as it was";
        return Edited::Nothing(said.to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let _ = fs::remove_file(file);
            Edited::Text(text.into())
        }
        Err(_) => kept(file, "what the editor wrote is not text"),
    }
}

fn kept(file: &Path, why: &str) -> Edited {
    let file = file.display();
    Edited::Nothing(format!(
        "{why}; nothing was taken over, the text is in {file}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    async fn edited(script: &str) -> (Edited, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts");
        let editor = format!("sh -c '{script}' sh");
        let edited = run(&editor, "{\"a\": 1}", &path, CancellationToken::new()).await;
        let left = fs::read_dir(&path).unwrap();
        (edited, left.map(|entry| entry.unwrap().path()).collect())
    }

    fn said(edited: &Edited) -> &str {
        match edited {
            Edited::Nothing(said) => said,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn visual_comes_before_editor_and_blank_is_nobody() {
        let of = |visual: &'static str, editor: &'static str| {
            named(|name| if name == "VISUAL" { visual } else { editor }.to_owned())
        };
        assert_eq!(of("code --wait", "vi").as_deref(), Some("code --wait"));
        assert_eq!(of(" ", "vi").as_deref(), Some("vi"));
        assert_eq!(of("", ""), None);
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
        assert!(said(&edited).contains("is not text"), "{edited:?}");
        assert_eq!(left.len(), 1);
    }

    #[tokio::test]
    async fn an_editor_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let edited = run("no-such-editor-here", "{}", folder.path(), stop).await;
        assert!(said(&edited).contains("no-such-editor-here"), "{edited:?}");
    }

    #[tokio::test]
    async fn the_file_is_private_and_a_stop_ends_the_editor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts");
        let file = lay_out("{}", &path).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let stop = CancellationToken::new();
        stop.cancel();
        let started = std::time::Instant::now();
        let edited = run("sleep 60; true", "{}", &path, stop).await;
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(said(&edited).contains("nothing was changed"), "{edited:?}");
    }
}
