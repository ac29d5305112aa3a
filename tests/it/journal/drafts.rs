//! A text that was typed is there again: after a crash, beside another program's, byte for byte.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use dualscope::domain::Key;
use dualscope::domain::Version;
use dualscope::domain::intent::Place;
use dualscope::journal::{DraftError, Drafts, Text};
use proptest::prelude::*;

use super::made;

fn text<'a>(place: &'a Place, key: &'a Key, text: &'a str) -> Text<'a> {
    Text {
        place,
        key,
        base: Some(Version(7)),
        text,
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

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

    /// The drafts of another program.
    fn program(&self) -> Drafts {
        Drafts::new(&self.state.path().join("drafts"))
    }

    fn save(&self, drafts: &Drafts, words: &str) {
        drafts.save(text(&self.place, &self.key, words)).unwrap();
    }

    fn texts(&self, drafts: &Drafts) -> Vec<String> {
        let found = drafts.load(&self.place, &self.key);
        let drafts = found.drafts.iter();
        let mut texts: Vec<_> = drafts.map(|draft| draft.text.to_string()).collect();
        texts.sort();
        texts
    }
}

#[test]
fn looking_for_drafts_leaves_nothing_behind() {
    let desk = Desk::new();
    assert_eq!(desk.program().list().drafts, []);
    assert_eq!(desk.program().list().faults, []);
    assert_eq!(fs::read_dir(desk.state.path()).unwrap().count(), 0);
}

#[test]
fn a_draft_is_private_and_each_save_takes_the_place_of_the_last() {
    let desk = Desk::new();
    let ours = desk.program();
    desk.save(&ours, "one");
    desk.save(&ours, "two");
    assert_eq!(desk.texts(&ours), ["two"]);
    assert_eq!(mode(ours.dir()), 0o700);
    let files: Vec<_> = fs::read_dir(ours.dir()).unwrap().flatten().collect();
    assert_eq!(files.len(), 1, "and nothing is left of the saving itself");
    assert_eq!(mode(&files[0].path()), 0o600);
    let draft = &desk.program().list().drafts[0];
    assert_eq!((&draft.place, &draft.key), (&desk.place, &desk.key));
    assert_eq!((draft.base, draft.ours), (Some(Version(7)), None));
    assert_eq!(ours.list().drafts[0].ours, Some(0));
}

#[test]
fn two_programs_that_edit_one_document_both_keep_their_text() {
    let desk = Desk::new();
    let (ours, theirs) = (desk.program(), desk.program());
    desk.save(&ours, "ours");
    desk.save(&theirs, "theirs");
    desk.save(&ours, "ours, longer");
    assert_eq!(desk.texts(&ours), ["ours, longer", "theirs"]);

    let found = ours.load(&desk.place, &desk.key);
    let mine = found
        .drafts
        .iter()
        .find(|draft| draft.ours.is_some())
        .unwrap();
    ours.discard(mine).unwrap();
    assert_eq!(desk.texts(&ours), ["theirs"]);
    ours.discard(mine).unwrap();
}

#[test]
fn what_a_program_begins_anew_does_not_take_the_place_of_what_it_kept() {
    let desk = Desk::new();
    let ours = desk.program();
    desk.save(&ours.numbered(1), "first");
    desk.save(&ours.numbered(2), "second");
    desk.save(&ours.numbered(2), "second, longer");
    assert_eq!(desk.texts(&ours), ["first", "second, longer"]);
    let found = ours.load(&desk.place, &desk.key).drafts;
    let mut numbers: Vec<_> = found.iter().map(|draft| draft.ours).collect();
    numbers.sort();
    assert_eq!(numbers, [Some(1), Some(2)]);
    let second = found.iter().find(|draft| draft.ours == Some(2)).unwrap();
    ours.discard(second).unwrap();
    assert_eq!(desk.texts(&ours), ["first"]);
    assert_eq!(desk.program().list().drafts[0].ours, None, "of another run");
}

#[test]
fn a_draft_that_was_saved_again_since_is_not_discarded() {
    let desk = Desk::new();
    let (ours, theirs) = (desk.program(), desk.program());
    desk.save(&theirs, "theirs");
    let seen = ours.list().drafts[0].clone();
    desk.save(&theirs, "theirs, longer");
    assert!(matches!(ours.discard(&seen), Err(DraftError::Changed)));
    assert_eq!(desk.texts(&ours), ["theirs, longer"]);
}

#[test]
fn documents_of_other_places_and_keys_have_drafts_of_their_own() {
    let desk = Desk::new();
    let drafts = desk.program();
    desk.save(&drafts, "here");
    let elsewhere = Place {
        database: "memsys_2".to_owned(),
        ..desk.place.clone()
    };
    let odd: Key = "memcells:../../a\n\"b\":c".parse().unwrap();
    drafts.save(text(&elsewhere, &desk.key, "there")).unwrap();
    drafts.save(text(&desk.place, &odd, "odd")).unwrap();
    assert_eq!(desk.texts(&drafts), ["here"]);
    assert_eq!(drafts.list().drafts.len(), 3);
    assert_eq!(&*drafts.load(&desk.place, &odd).drafts[0].text, "odd");
    assert_eq!(drafts.load(&desk.place, &odd).drafts[0].key, odd);
}

#[test]
fn a_broken_draft_is_set_aside_with_every_byte() {
    let desk = Desk::new();
    let drafts = desk.program();
    desk.save(&drafts, "precious");
    let file = drafts.list().drafts[0].file.clone();
    let good = fs::read(&file).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 4;
        fs::write(&file, &bad).unwrap();
        let found = drafts.load(&desk.place, &desk.key);
        assert_eq!(found.drafts, [], "byte {at}");
        let aside = found
            .faults
            .iter()
            .find(|fault| fault.said.contains("its text"));
        assert_eq!(fs::read(&aside.unwrap().file).unwrap(), bad, "byte {at}");
        assert!(!file.exists());
    }
    assert_eq!(
        drafts.list().faults.len(),
        good.len(),
        "all of them are still shown"
    );
    desk.save(&drafts, "again");
    assert_eq!(desk.texts(&drafts), ["again"]);
}

#[test]
fn a_draft_of_a_newer_program_is_left_where_it_is() {
    let desk = Desk::new();
    let drafts = desk.program();
    desk.save(&drafts, "ours");
    let file = drafts.list().drafts[0].file.clone();
    let newer = fs::read_to_string(&file)
        .unwrap()
        .replace("\"v\":1", "\"v\":2");
    let (head, rest) = newer.split_at(8);
    let rest = &rest[8..];
    let crc = crc32fast::hash(format!("{head}{rest}").as_bytes());
    let newer = format!("{head}{crc:08x}{rest}");
    fs::write(&file, &newer).unwrap();
    let found = drafts.list();
    assert_eq!(found.drafts, []);
    assert!(found.faults[0].said.contains("newer"), "{:?}", found.faults);
    assert_eq!(fs::read_to_string(&file).unwrap(), newer);
}

#[test]
fn a_draft_that_cannot_be_saved_says_so_and_keeps_the_last_one() {
    let desk = Desk::new();
    fs::write(desk.state.path().join("drafts"), "in the way").unwrap();
    let drafts = desk.program();
    let said = drafts
        .save(text(&desk.place, &desk.key, "lost?"))
        .unwrap_err();
    assert!(said.to_string().contains("could not be saved"), "{said}");
    assert_eq!(drafts.list().faults.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back_byte_for_byte(words in "(\\PC|[\\n\\r\\t\\x00]){0,60}") {
        let desk = Desk::new();
        let drafts = desk.program();
        desk.save(&drafts, &words);
        prop_assert_eq!(desk.texts(&drafts), [words]);
    }
}
