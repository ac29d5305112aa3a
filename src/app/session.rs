//! What a session is about, and what its document pane waits for.

use std::collections::BTreeMap;

use super::list::columns::Choice;
use crate::domain::intent::Place;
use crate::domain::plan::{Plan, Room};
use crate::domain::text::Spelling;
use crate::domain::{Catalog, Codec, Collection, Key as DocumentKey};
use crate::task::event::{Failure, Half, Way};
use crate::task::spec::TaskId;

/// What a session is about; fixed from its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile's name, or `demo`.
    pub profile: String,
    /// The database.
    pub database: String,
    /// The stream, for people; empty without one.
    pub stream: String,
    /// The way to write, or why this session cannot (yet).
    pub writing: Result<Writing, String>,
    /// What it will be once its keys are there, but for what a [`Way`] tells; `None` where there is nothing to
    /// wait for.
    pub later: Option<Writing>,
    /// What is written and what is kept end with the program: the demo.
    pub forgets: bool,
    /// Marks and borders in ASCII only.
    pub ascii: bool,
    /// Mouse reports are on from the start.
    pub mouse: bool,
    /// Rows of a page.
    pub page_size: u32,
    /// Rows held at most (about).
    pub window: usize,
    /// Milliseconds of rest before a selected document is read.
    pub preview_delay: u64,
    /// Milliseconds for which a submitted value is awaited, before anybody lets it wait longer.
    pub patience: u64,
    /// Milliseconds after which an exact count gives up.
    pub count_limit: u64,
    /// Open this at the start.
    pub open: Option<Target>,
    /// A word that was taken for a collection to be opened, and the command that was perhaps meant.
    pub meant: Option<(String, String)>,
    /// Columns chosen on the screen, by collection.
    pub columns: BTreeMap<String, Choice>,
    /// Columns that the configuration names, by collection: what stands where nobody has chosen.
    pub configured: BTreeMap<String, Vec<String>>,
    /// Filter lines used earlier, by collection, the oldest first.
    pub filters: BTreeMap<String, Vec<String>>,
    /// What a person should know from the start: the first messages of the session.
    pub notes: Vec<String>,
    /// The words of the command line that chose the stores, without secrets: what brings another
    /// command to the same ones.
    pub given: Vec<String>,
    /// What is known of the collections.
    pub catalog: &'static Catalog,
}

impl Options {
    /// What is added where it is said that a text is kept.
    pub(super) fn kept_until(&self) -> &'static str {
        if self.forgets {
            " (demo: until the program ends)"
        } else {
            ""
        }
    }

    /// Which characters the program may add to what is stored.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        Spelling::of(self.ascii)
    }
}

/// What the screen knows of the way to write. No secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Writing {
    /// The program or the store that writes values.
    pub by: String,
    /// The encryption mode of the stream, in words.
    pub encryption: String,
    /// The room for one value, where there is an end to it.
    pub limit: Option<Room>,
    /// How a value is written down when the key has none yet.
    pub codec: Codec,
    /// Every write asks for the profile's name.
    pub protected: bool,
    /// Which stores these are, as the journal names them.
    pub place: Place,
}

impl Writing {
    /// Why what this plan replaces could not be written again, if so.
    #[must_use]
    pub fn forever(&self, plan: &Plan) -> Option<String> {
        self.limit?.over(&plan.key, plan.replaced()?)
    }

    /// Why this plan's value cannot be written, if so.
    #[must_use]
    pub fn too_large(&self, plan: &Plan) -> Option<String> {
        self.limit?.over(&plan.key, &plan.value.as_ref()?.bytes)
    }

    /// The same by another way.
    #[must_use]
    pub fn by_way(self, way: Way) -> Self {
        Self {
            by: way.by,
            encryption: way.encryption,
            limit: way.limit,
            ..self
        }
    }
}

impl Default for Options {
    /// A session about nothing, with the measures of the compiled-in configuration.
    fn default() -> Self {
        Self {
            profile: String::new(),
            database: String::new(),
            stream: String::new(),
            writing: Err("this session only reads".to_owned()),
            later: None,
            forgets: false,
            ascii: false,
            mouse: false,
            page_size: 100,
            window: 1000,
            preview_delay: 80,
            count_limit: 20_000,
            patience: 60_000,
            open: None,
            columns: BTreeMap::new(),
            configured: BTreeMap::new(),
            filters: BTreeMap::new(),
            notes: Vec::new(),
            given: Vec::new(),
            meant: None,
            catalog: Catalog::builtin(),
        }
    }
}

/// Something to open at the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A collection.
    Collection(Collection),
    /// A document.
    Document(DocumentKey),
}

/// A read of the document that is wanted, of which something is still missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The half that is being read; `None` while nothing is there.
    pub half: Option<Half>,
    /// For how many milliseconds.
    pub time: u64,
    /// Bytes of the value that have come, and of how many, where that is known.
    pub bytes: Option<(u64, u64)>,
    /// The key that goes back would stop it now.
    pub stops: bool,
}

/// The document pane's loading.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The document that the pane is about.
    pub key: Option<DocumentKey>,
    /// The task that reads it.
    pub task: Option<TaskId>,
    /// Since when it is being read (ms of [`super::Now::mono`]).
    pub since: u64,
    /// When to start reading.
    pub due: Option<u64>,
    /// Why the last reading failed; what was read before stays.
    pub failure: Option<Failure>,
    /// It was opened by its key: the list follows it, not the other way round.
    pub pinned: bool,
    /// The list is to go to its place, once that is known.
    pub sought: bool,
}
