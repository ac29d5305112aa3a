//! Documents that are not there yet: an id made outside, a text to begin with, the editor.

use std::sync::Arc;

use super::super::App;
use super::super::edit::Begin;
use super::super::editing::base_of;
use super::super::msg::Effect;
use super::super::notice::Level;
use super::Wanted;
use crate::domain::full::Stored;
use crate::domain::json::Json;
use crate::domain::plan::{self, Desk, Refusal};
use crate::domain::{Codec, Collection, Key, edit};
use crate::task::event::Inspection;

/// The text of what is copied, and how it is written down.
pub(super) type Original = (Arc<str>, Codec);

impl App {
    /// The desk at which a plan for this document is made.
    pub(in crate::app) fn desk<'a>(&self, seen: &'a Inspection) -> Result<Desk<'a>, Refusal> {
        let key = &seen.document.key;
        let copied = self.writes.copied.as_ref().filter(|(copy, _)| copy == key);
        let copied = copied.map(|(_, codec)| *codec);
        let writing = self.options.writing.as_ref().ok();
        let configured = writing.map(|writing| writing.codec);
        let model = self.options.catalog.get(&key.collection);
        let micros = self.now.wall.saturating_mul(1000);
        Desk::new(
            (&seen.document, &seen.diagnosis),
            model,
            plan::codec(None, copied, configured),
            micros,
        )
    }

    /// The same content under an id that is still to be made.
    pub(super) fn copy_of(&mut self, inspection: &Inspection) {
        let full = inspection.document.stored.seen().and_then(Stored::full);
        let text = full.and_then(|full| Some((full.json()?.text().clone(), full.codec()?)));
        match text {
            Some(text) => self.make(inspection.document.key.collection.clone(), Some(text)),
            None => self.say(Level::Warn, "duplicate: there is no readable value to copy"),
        }
    }

    pub(super) fn make(&mut self, name: Collection, text: Option<Original>) {
        self.writes.making = Some((name, text));
        self.out.push(Effect::MakeId);
    }

    /// A new id is there: whether it is free is looked up like everything else.
    pub(in crate::app) fn on_id(&mut self, id: &str) {
        let Some((collection, text)) = self.writes.making.take() else {
            return;
        };
        let key = Key {
            collection,
            id: id.into(),
        };
        self.writes.copied = text.as_ref().map(|(_, codec)| (key.clone(), *codec));
        let made = text.map(|(text, _)| match Json::parse(text) {
            Ok(json) => edit::duplicate(&json, id).map_err(|refusal| refusal.to_string()),
            Err(fault) => Err(fault.to_string()),
        });
        match made.transpose() {
            Ok(text) => {
                let wanted = Wanted::New(text.map(Into::into));
                self.read_document(key, None, (None, wanted));
            }
            Err(said) => self.say(Level::Warn, format!("duplicate: {said}")),
        }
    }

    pub(super) fn edit_new(&mut self, inspection: &Inspection, text: Option<Arc<str>>) {
        if let Some(why) = inspection.diagnosis.untold() {
            // An id that was made just now is free; what a blind store says of it is no proof.
            let said = format!("new: {why}; nothing was begun");
            return self.say(Level::Warn, said);
        }
        if inspection.lite().is_some() || base_of(inspection).is_some() {
            return self.say(Level::Warn, "new: that id is taken already; try again");
        }
        let model = self
            .options
            .catalog
            .get(&inspection.document.key.collection);
        if model.is_none() {
            let said = "new: which fields this collection needs is not known; nothing was begun";
            return self.say(Level::Warn, said);
        }
        let begin = Begin {
            text: text.map(|text| pretty(&text).into()),
            ..Begin::default()
        };
        self.show_editor(Arc::new(inspection.clone()), begin);
    }
}

/// A compact text as it is edited: one member a line, nothing folded.
fn pretty(text: &Arc<str>) -> String {
    let json = Json::parse(Arc::clone(text)).ok();
    let layout = json.and_then(|json| edit::Layout::new(&json, edit::Folding::NOTHING).ok());
    layout.map_or_else(|| text.to_string(), |layout| layout.text().to_string())
}
