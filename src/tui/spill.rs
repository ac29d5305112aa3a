//! The last resort for a text of which no draft could be made until the end of the program: a private
//! file somewhere else, where the person is told to look. No text is ever put on the terminal.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::app::draft::DraftText;

/// Where a text may go, the best place first: the folder for temporary files, the person's home, and
/// where the program was started.
pub(super) fn folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let here = std::env::current_dir().ok();
    let folders = [Some(std::env::temp_dir()), home, here];
    folders.into_iter().flatten().collect()
}

/// Puts a text into the first of the folders that takes it; says where it is, or that it is lost.
pub(super) fn somewhere(text: &DraftText, why: &str, folders: &[PathBuf]) -> String {
    let key = &text.key;
    let mut troubles = vec![why.to_owned()];
    for folder in folders {
        match put(text, folder) {
            Ok(file) => {
                let file = file.display();
                return format!("{key}: {why}; what was typed is in {file}");
            }
            Err(error) => troubles.push(format!("{}: {error}", folder.display())),
        }
    }
    format!(
        "{key}: what was typed could not be saved anywhere and is lost: {}",
        troubles.join("; ")
    )
}

fn put(text: &DraftText, folder: &Path) -> io::Result<PathBuf> {
    // made with mode 0600
    let mut file = tempfile::Builder::new()
        .prefix("dualscope-typed-")
        .suffix(".json")
        .tempfile_in(folder)?;
    file.write_all(text.text.as_bytes())?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn typed() -> DraftText {
        DraftText {
            key: "memcells:a".parse().unwrap(),
            base: None,
            text: "{\"typed\":1}".into(),
        }
    }

    #[test]
    fn a_text_goes_to_the_first_place_that_takes_it_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        let folders = [nowhere.clone(), folder.path().to_owned()];
        let said = somewhere(&typed(), "no room", &folders);
        let (before, file) = said.split_once("what was typed is in ").unwrap();
        assert_eq!(before, "memcells:a: no room; ");
        assert_eq!(fs::read_to_string(file).unwrap(), "{\"typed\":1}");
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let said = somewhere(&typed(), "no room", &[nowhere]);
        assert!(said.contains("is lost: no room; "), "{said}");
        assert!(!said.contains("{\"typed"), "never the text itself");
    }
}
