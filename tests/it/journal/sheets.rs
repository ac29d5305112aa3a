//! What an editor outside saved is found again, whatever became of the program that started it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use dualscope::domain::{Key, Version, intent::Place};
use dualscope::journal::{DraftError, Drafts, Sheet, Text};

use super::made;

struct Desk {
    state: tempfile::TempDir,
    place: Place,
    key: Key,
}

impl Desk {
    fn new() -> Self {
        Self {
            state: tempfile::tempdir().unwrap(),
            place: made::place(),
            key: made::key(),
        }
    }

    fn drafts(&self) -> Drafts {
        Drafts::new(&self.state.path().join("drafts")).and_sheets(self.state.path())
    }

    fn text<'a>(&'a self, text: &'a str) -> Text<'a> {
        Text {
            place: &self.place,
            key: &self.key,
            base: Some(Version(7)),
            text,
        }
    }

    /// A sheet as the editor has it.
    fn sheet(&self, text: &str) -> Sheet {
        let sheet = Sheet::open(self.state.path(), self.text(text)).unwrap();
        sheet.fill(text, Some("line 1: not JSON")).unwrap();
        sheet
    }

    /// A sheet on which the editor saved this, and then everybody died.
    fn left(&self, bytes: &[u8]) -> PathBuf {
        let sheet = self.sheet("{\"a\":1}");
        fs::write(sheet.file(), bytes).unwrap();
        sheet.file().to_owned()
    }

    fn texts(&self) -> Vec<String> {
        let found = self.drafts().load(&self.place, &self.key);
        let drafts = found.drafts.iter();
        drafts.map(|draft| draft.text.to_string()).collect()
    }

    fn folders(&self) -> usize {
        let names = fs::read_dir(self.state.path()).unwrap().flatten();
        let sheets =
            names.filter(|name| name.file_name().to_string_lossy().starts_with("editing-"));
        sheets.count()
    }
}

#[test]
fn what_an_editor_saved_is_a_draft_when_everybody_is_gone() {
    let desk = Desk::new();
    let file = desk.left(b"// dualscope: line 1: not JSON\n{\"a\":2}\n");
    let found = desk.drafts().list();
    assert_eq!(found.faults, []);
    let draft = &found.drafts[0];
    assert_eq!(
        (&draft.key, &draft.place, draft.base, &*draft.text),
        (&desk.key, &desk.place, Some(Version(7)), "{\"a\":2}\n")
    );
    assert_eq!((&draft.file, draft.ours), (&file, None));
    assert!(draft.at > 1_700_000_000_000, "{}", draft.at);

    // A text that was saved again is another one.
    fs::write(&file, "{\"a\":3}").unwrap();
    let changed = desk.drafts().discard(draft);
    assert!(matches!(changed, Err(DraftError::Changed)));
    assert_eq!(desk.texts(), ["{\"a\":3}"]);
    let now = desk.drafts().list().drafts.remove(0);
    desk.drafts().discard(&now).unwrap();
    assert_eq!((desk.texts().len(), desk.folders()), (0, 0));
}

#[test]
fn a_text_that_somebody_has_open_is_left_alone() {
    let desk = Desk::new();
    let sheet = desk.sheet("{\"a\":1}");
    fs::write(sheet.file(), "{\"a\":2}").unwrap();
    assert_eq!(desk.texts().len(), 0, "this program has it");

    // The editor outlives the program that started it.
    let start = || Command::new("sleep").arg("60").spawn();
    let mut editor = sheet.lent(start).unwrap();
    drop(sheet);
    assert_eq!(desk.texts().len(), 0, "the editor has it");
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(desk.texts(), ["{\"a\":2}"]);
}

#[test]
fn a_text_that_is_a_draft_already_is_offered_once_and_goes_with_it() {
    let desk = Desk::new();
    desk.left(b"{\"a\":2}");
    desk.drafts().save(desk.text("{\"a\":2}")).unwrap();
    assert_eq!(desk.texts(), ["{\"a\":2}"]);
    let draft = desk.drafts().list().drafts.remove(0);
    desk.drafts().discard(&draft).unwrap();
    assert_eq!((desk.texts().len(), desk.folders()), (0, 0));
}

#[test]
fn bytes_that_are_no_text_stay_and_are_told() {
    let desk = Desk::new();
    let file = desk.left(b"{\"a\":\"caf\xe9\"}");
    let found = desk.drafts().list();
    assert_eq!(found.drafts, []);
    assert_eq!(found.faults[0].file, file);
    assert!(found.faults[0].said.contains("not UTF-8"));
    // Opening another one tidies nothing of it away.
    desk.sheet("{}").remove();
    assert_eq!(fs::read(&file).unwrap(), b"{\"a\":\"caf\xe9\"}");
}

#[test]
fn bytes_that_are_no_text_go_only_when_they_are_named_and_still_none() {
    let desk = Desk::new();
    let drafts = desk.drafts();
    let (file, text) = (desk.left(b"caf\xe9"), desk.left(b"{\"a\":2}"));
    let elsewhere = desk.state.path().join("mine.txt");
    fs::write(&elsewhere, "mine").unwrap();
    let changed = |file: &std::path::Path| {
        matches!(drafts.discard_unreadable(file), Err(DraftError::Changed))
    };
    for kept in [&text, &elsewhere, &file.with_extension("other")] {
        assert!(changed(kept), "{}", kept.display());
    }
    assert!(text.exists() && elsewhere.exists() && file.exists());
    // Somebody has made it a text meanwhile.
    fs::write(&file, "{\"a\":3}").unwrap();
    assert!(changed(&file));
    fs::write(&file, b"caf\xe9").unwrap();
    drafts.discard_unreadable(&file).unwrap();
    assert!(!file.parent().unwrap().exists());
    assert_eq!(
        (desk.texts(), desk.folders()),
        (vec!["{\"a\":2}".to_owned()], 1)
    );
}

#[test]
fn sheets_without_a_typed_byte_go_with_the_next_one() {
    let desk = Desk::new();
    drop(desk.sheet("{\"a\":1}"));
    desk.left(b"{\"a\":2}");
    let beside = desk.left(b"{\"a\":1}\n");
    fs::write(beside.with_extension("swp"), "half a text").unwrap();
    assert_eq!(desk.texts(), ["{\"a\":2}"]);
    desk.sheet("{}").remove();
    assert_eq!(desk.folders(), 2, "what holds something stays");
}

#[test]
fn a_sheet_that_can_not_be_filled_keeps_what_it_had() {
    let desk = Desk::new();
    let sheet = desk.sheet("{\"a\":1}");
    fs::write(sheet.file(), "typed").unwrap();
    fs::remove_dir_all(sheet.file().parent().unwrap()).unwrap();
    assert!(sheet.fill("{}", None).is_err());
    assert!(sheet.bytes().is_err());
}
