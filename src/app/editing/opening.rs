//! What happens before the editor is there: drafts are looked for and offered, and one whose value
//! was written again since is compared first.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::App;
use super::super::draft::Draft;
use super::super::edit::{Begin, Edit, Source};
use super::super::layer::Layer;
use super::super::menu::Answer;
use super::super::msg::Effect;
use super::super::notice::Level;
use super::super::versus::Overtaken;
use super::base_of;
use crate::domain::bson;
use crate::domain::full::Stored;
use crate::domain::state::State;
use crate::task::event::Inspection;

/// A document that is about to be edited, until it is known whether there are drafts of it.
#[derive(Debug)]
pub(in crate::app) struct Opening {
    pub(in crate::app) seen: Arc<Inspection>,
    pub(in crate::app) outside: bool,
    /// A text that stands in place of the stored one.
    pub(in crate::app) text: Option<Arc<str>>,
    pub(in crate::app) drafts: Vec<Draft>,
}

impl App {
    /// Looks for drafts first; the editor opens when the answer is there.
    pub(in crate::app) fn open_editor(&mut self, seen: &Inspection, outside: bool) {
        let key = seen.document.key.clone();
        self.writes.opening = Some(Opening {
            seen: Arc::new(seen.clone()),
            outside,
            text: None,
            drafts: Vec::new(),
        });
        self.out.push(Effect::FindDrafts(Some(key)));
    }

    /// The drafts of the document that is about to be edited.
    pub(in crate::app) fn offer_drafts(&mut self, drafts: Vec<Draft>) {
        let Some(opening) = &mut self.writes.opening else {
            return;
        };
        opening.drafts = drafts;
        opening.drafts.retain(|draft| draft.elsewhere.is_none());
        if opening.drafts.is_empty() || opening.text.is_some() {
            return self.use_draft(None);
        }
        let base = base_of(&opening.seen);
        let key = opening.seen.document.key.clone();
        let mut answers: Vec<(String, String, Answer)> = Vec::new();
        for (at, draft) in opening.drafts.iter().enumerate() {
            let when = bson::date_text(draft.at.div_euclid(1000) * 1000);
            let moved = if draft.text.base == base {
                ""
            } else {
                "; the value has changed"
            };
            let saved = match draft.file {
                Some(_) => format!("saved {when} UTC"),
                None => "not on disk yet".to_owned(),
            };
            let help = format!("{saved}, {} bytes{moved}", draft.text.text.len());
            answers.push((
                "go on with the draft".to_owned(),
                help,
                Answer::UseDraft(at),
            ));
        }
        answers.push((
            "edit what is stored".to_owned(),
            "what you type then is another draft; none goes".to_owned(),
            Answer::UseStored,
        ));
        answers.push((
            "back".to_owned(),
            "nothing changes".to_owned(),
            Answer::Back,
        ));
        self.ask(format!("There is a draft of {key}"), answers);
    }

    /// Opens the editor on a draft that was found, or on what is stored.
    pub(in crate::app) fn use_draft(&mut self, at: Option<usize>) {
        let Some(opening) = self.writes.opening.take() else {
            return;
        };
        let draft = at.and_then(|at| opening.drafts.get(at).cloned());
        if let Some(draft) = &draft
            && draft.text.base != base_of(&opening.seen)
        {
            return self.draft_was_overtaken(draft.clone(), opening.seen);
        }
        let begin = match draft {
            Some(draft) => Begin {
                draft: draft.own,
                files: others(&draft),
                text: Some(draft.text.text),
            },
            None => Begin {
                text: opening.text,
                ..Begin::default()
            },
        };
        self.show_editor(opening.seen, begin);
        if opening.outside {
            self.edit_outside();
        }
    }

    /// Opens the editor over what was read.
    pub(in crate::app) fn show_editor(&mut self, seen: Arc<Inspection>, begin: Begin) {
        let model = self.options.catalog.get(&seen.document.key.collection);
        let micros = self.now.wall.saturating_mul(1000);
        match Source::of(&seen, model, (micros, self.options.ascii)) {
            Err(refusal) => self.refuse("edit", &refusal),
            Ok(source) => {
                let id = begin.draft.unwrap_or_else(|| self.keeping.fresh());
                let edit = Edit::new(&seen, source, (id, begin));
                self.layers.push(Layer::Edit(Box::new(edit)));
                self.warn_before_typing(&seen);
                self.writes.editing = Some(seen);
                self.keep_pages_filled();
                self.check_text();
            }
        }
    }

    /// What is better known before something is typed than after.
    fn warn_before_typing(&mut self, seen: &Inspection) {
        if seen.diagnosis.state == State::Pending {
            let said = format!(
                "{}: the service's own value may be on its way; this text is made from MongoDB's \
                 document",
                seen.diagnosis.said
            );
            self.say(Level::Warn, said);
        }
        let limit = self.options.writing.as_ref().ok();
        let limit = limit.and_then(|writing| writing.limit);
        let full = seen.document.stored.seen().and_then(Stored::full);
        if let Some(why) = full.and_then(|full| limit?.over(&seen.document.key, &full.raw)) {
            let said = format!("{why}; an edit must make it smaller");
            self.say(Level::Warn, said);
        }
    }

    /// A draft whose base is no longer what is stored: what it was begun with is read, if the node
    /// still has it.
    fn draft_was_overtaken(&mut self, draft: Draft, seen: Arc<Inspection>) {
        let overtaken = Overtaken {
            saw: None,
            draft: draft.own,
            files: others(&draft),
            mine: Some(draft.text.text),
            lite: None,
            theirs: seen,
            taking_back: false,
        };
        match draft.text.base {
            Some(version) => self.read_base(version, overtaken),
            None => self.open_versus(overtaken),
        }
    }
}

/// The file of a draft that this session did not save.
fn others(draft: &Draft) -> Vec<PathBuf> {
    let file = draft.file.clone().filter(|_| draft.own.is_none());
    file.into_iter().collect()
}
