//! The drafts of the screen: what the application knows of them, and the files behind it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::Outside;
use crate::app::draft::{self, DraftId, DraftText, Spent, Unreadable};
use crate::domain::Key;
use crate::domain::intent::Place;
use crate::journal::{Draft, Drafts, Found, Sheet, Text};

/// The drafts of one session.
#[derive(Debug)]
pub struct Kept {
    drafts: Drafts,
    place: Place,
    /// The folder of the sheets that editors get.
    sheets: PathBuf,
    /// Sheets whose text was taken over, until it is in a draft.
    taken: Vec<(DraftId, Sheet)>,
    /// Those that were found, as they were then: nothing that changed since is removed.
    found: Vec<Draft>,
}

impl Kept {
    /// The drafts in a folder, and what editors left in theirs below `sheets`, for a session on
    /// these stores.
    #[must_use]
    pub fn new((folder, sheets): (&Path, &Path), place: Place) -> Self {
        Self {
            drafts: Drafts::new(folder).and_sheets(sheets),
            place,
            sheets: sheets.to_owned(),
            taken: Vec::new(),
            found: Vec::new(),
        }
    }

    /// The same program's drafts again, for what is left to be saved at its end.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            drafts: self.drafts.clone(),
            place: self.place.clone(),
            sheets: self.sheets.clone(),
            taken: Vec::new(),
            found: Vec::new(),
        }
    }

    /// A sheet for an editor that will begin with this text.
    ///
    /// # Errors
    /// It could not be written.
    pub fn sheet(&self, text: &DraftText) -> io::Result<Sheet> {
        let begun = Text {
            place: &self.place,
            key: &text.key,
            base: text.base,
            text: &text.text,
        };
        Sheet::open(&self.sheets, begun)
    }

    /// Keeps a sheet whose text was taken over, until it is in this draft.
    pub fn take_over(&mut self, id: DraftId, sheet: Sheet) {
        self.taken.push((id, sheet));
    }

    fn safe(&mut self, id: DraftId) {
        let (safe, rest): (Vec<_>, Vec<_>) = self.taken.drain(..).partition(|(of, _)| *of == id);
        self.taken = rest;
        for (_, sheet) in safe {
            sheet.remove();
        }
    }

    /// Puts a text on disk; says whether it is there.
    #[must_use]
    pub fn save(&mut self, id: DraftId, text: &DraftText) -> Outside {
        let saved = self.drafts.numbered(id.0).save(Text {
            place: &self.place,
            key: &text.key,
            base: text.base,
            text: &text.text,
        });
        let Err(error) = saved else {
            self.safe(id);
            return Outside::Saved(id, Arc::clone(&text.text));
        };
        let sheet = self.taken.iter().rev().find(|(of, _)| *of == id);
        let said = match sheet {
            Some((_, sheet)) => {
                let file = sheet.file().display();
                format!("{error}; as the editor left it, it is in {file}")
            }
            None => error.to_string(),
        };
        Outside::NotSaved(id, Arc::clone(&text.text), said)
    }

    /// The drafts of a document, or all.
    pub fn find(&mut self, key: Option<Key>) -> Outside {
        let Found { drafts, faults } = match &key {
            Some(key) => self.drafts.load(&self.place, key),
            None => self.drafts.list(),
        };
        let told = |fault: crate::journal::DraftFault| Unreadable {
            file: fault.file,
            said: fault.said,
        };
        let faults = faults.into_iter().map(told).collect();
        let known = drafts.iter().map(|draft| self.told(draft)).collect();
        self.found
            .retain(|old| drafts.iter().all(|new| new.file != old.file));
        self.found.extend(drafts);
        Outside::Drafts(key, known, faults)
    }

    fn told(&self, draft: &Draft) -> draft::Draft {
        draft::Draft {
            text: DraftText {
                key: draft.key.clone(),
                base: draft.base,
                text: Arc::clone(&draft.text),
            },
            own: draft.ours.map(DraftId),
            at: draft.at,
            file: Some(draft.file.clone()),
            elsewhere: (draft.place != self.place).then(|| draft.place.to_string()),
        }
    }

    /// Removes a file that is no draft; the trouble, if there was any.
    pub fn remove_unreadable(&mut self, file: &Path) -> Option<Outside> {
        let failed = self.drafts.discard_unreadable(file).err();
        failed.map(|error| Outside::Failed(error.to_string()))
    }

    /// Removes what is not needed any more; the trouble, if there was any.
    pub fn drop(&mut self, spent: &Spent) -> Option<Outside> {
        if let Some(id) = spent.id {
            self.safe(id);
        }
        let own = self.drafts.load(&self.place, &spent.key).drafts.into_iter();
        let number = spent.id.map(|id| id.0);
        let own = own.filter(|draft| {
            let text = spent.text.as_ref();
            let same = text.is_none_or(|text| *text == draft.text);
            draft.ours.is_some() && draft.ours == number && same
        });
        let named = |draft: &Draft| spent.files.contains(&draft.file);
        let (others, rest): (Vec<Draft>, Vec<Draft>) = self.found.drain(..).partition(named);
        self.found = rest;
        let gone: Vec<Draft> = own.chain(others).collect();
        let failed = gone
            .iter()
            .find_map(|draft| self.drafts.discard(draft).err());
        failed.map(|error| Outside::Failed(error.to_string()))
    }
}

/// An id as MongoDB makes them: the time in seconds, then what nobody else has.
#[must_use]
pub fn fresh_id(seconds: u64) -> String {
    use std::hash::BuildHasher as _;
    // each has keys of its own, from the system's source of randomness
    let random = std::collections::hash_map::RandomState::new().hash_one(seconds);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    format!("{seconds:08x}{random:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(stream: &str) -> Place {
        Place {
            mongo: "db:27017".to_owned(),
            database: "memsys".to_owned(),
            stream: stream.to_owned(),
        }
    }

    fn paths(folder: &Path) -> (&Path, &Path) {
        (folder, folder)
    }

    const FIRST: DraftId = DraftId(1);

    fn is_saved(kept: &mut Kept, typed: &str) {
        let text = text(typed);
        let said = kept.save(FIRST, &text);
        assert_eq!(said, Outside::Saved(FIRST, text.text));
    }

    fn text(text: &str) -> DraftText {
        DraftText {
            key: "memcells:a".parse().unwrap(),
            base: None,
            text: text.into(),
        }
    }

    fn found(kept: &mut Kept) -> Vec<draft::Draft> {
        match kept.find(None) {
            Outside::Drafts(None, drafts, faults) => {
                assert!(faults.is_empty(), "{faults:?}");
                drafts
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_draft_of_another_run_goes_only_when_it_is_named_and_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let mut earlier = Kept::new(paths(folder.path()), place("s"));
        is_saved(&mut earlier, "{\"earlier\":1}");
        let mut now = Kept::new(paths(folder.path()), place("s"));
        let drafts = found(&mut now);
        assert_eq!(&*drafts[0].text.text, "{\"earlier\":1}");
        is_saved(&mut now, "{\"now\":1}");
        let key = drafts[0].text.key.clone();
        let spent = |text: Option<&str>, files: Vec<PathBuf>| Spent {
            key: key.clone(),
            id: Some(FIRST),
            text: text.map(Into::into),
            files,
        };
        assert_eq!(now.drop(&spent(Some("another text"), Vec::new())), None);
        assert_eq!(found(&mut now).len(), 2, "another text is another draft");
        assert_eq!(now.drop(&spent(Some("{\"now\":1}"), Vec::new())), None);
        assert_eq!(found(&mut now).len(), 1);
        is_saved(&mut earlier, "{\"earlier\":2}");
        let changed = now.drop(&spent(None, vec![drafts[0].file.clone().unwrap()]));
        assert!(matches!(changed, Some(Outside::Failed(_))));
        let drafts = found(&mut now);
        assert_eq!(&*drafts[0].text.text, "{\"earlier\":2}");
        assert_eq!(
            now.drop(&spent(None, vec![drafts[0].file.clone().unwrap()])),
            None
        );
        assert!(found(&mut now).is_empty());
    }

    #[test]
    fn two_texts_of_one_document_are_two_drafts_and_each_goes_by_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::new(paths(folder.path()), place("s"));
        for (id, typed) in [(1, "{\"older\":1}"), (2, "{\"newer\":1}")] {
            let said = kept.save(DraftId(id), &text(typed));
            assert_eq!(said, Outside::Saved(DraftId(id), typed.into()));
        }
        let mut own: Vec<_> = found(&mut kept).iter().map(|draft| draft.own).collect();
        own.sort();
        assert_eq!(own, [Some(DraftId(1)), Some(DraftId(2))]);
        let spent = Spent {
            key: text("").key,
            id: Some(DraftId(2)),
            text: None,
            files: Vec::new(),
        };
        assert_eq!(kept.drop(&spent), None);
        let left = found(&mut kept);
        assert_eq!((left.len(), &*left[0].text.text), (1, "{\"older\":1}"));
    }

    #[test]
    fn a_sheet_stays_while_only_another_text_of_its_document_is_in_a_draft() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::new(paths(folder.path()), place("s"));
        let sheet = kept.sheet(&text("{}")).unwrap();
        sheet.fill("{\"outside\":1}", None).unwrap();
        let file = sheet.file().to_owned();
        kept.take_over(DraftId(1), sheet);
        let _ = kept.save(DraftId(2), &text("{\"other\":1}"));
        assert!(file.exists());
        let _ = kept.save(DraftId(1), &text("{\"outside\":1}"));
        assert!(!file.exists());
    }

    #[test]
    fn a_draft_of_other_stores_is_named_as_such() {
        let folder = tempfile::tempdir().unwrap();
        is_saved(&mut Kept::new(paths(folder.path()), place("s")), "{}");
        let mut now = Kept::new(paths(folder.path()), place("t"));
        assert!(found(&mut now)[0].elsewhere.is_some());
        let of = now.find(Some("memcells:a".parse().unwrap()));
        assert!(matches!(of, Outside::Drafts(Some(_), drafts, _) if drafts.is_empty()));
    }

    #[test]
    fn ids_look_like_those_of_mongodb_and_differ() {
        let ids: std::collections::HashSet<_> =
            (0..1000).map(|_| fresh_id(1_776_232_800)).collect();
        assert_eq!(ids.len(), 1000);
        let like = |id: &String| id.len() == 24 && id.starts_with("69df2960");
        assert!(ids.iter().all(like), "{ids:?}");
    }
}
