//! The state of the screen and the one function that changes it.
//!
//! `update` is deterministic: no IO, no clock, no threads, no random numbers. What must happen
//! outside comes out as [`Effect`]s; what happened there comes back as [`Msg`]s.

mod answers;
mod blind;
pub mod board;
mod browse;
pub mod collections;
pub mod command;
mod copy;
pub mod draft;
pub mod edit;
mod editing;
mod finding;
mod health;
pub mod history;
mod input;
mod keeping;
pub mod keymap;
pub mod layer;
pub mod layout;
pub mod list;
mod loading;
pub mod menu;
mod menus;
mod mouse;
pub mod msg;
pub mod notice;
pub mod page;
mod pages;
mod picture;
mod places;
pub mod prompt;
pub mod prompts;
mod quitting;
pub mod recovery;
pub mod review;
mod session;
mod task_list;
pub mod tasks;
mod texts;
mod unlocking;
pub mod versions;
pub mod versus;
pub mod viewer;
pub mod writing;

use std::collections::BTreeMap;

pub use keeping::Held;
pub use session::{Options, Preview, Target, Waiting, Writing};

pub use crate::task::event::{Failure, Half};

pub use msg::{Chord, Edited, Effect, Input, Key, Mouse, Msg, Now, Outside};

use board::Board;
use collections::Collections;
use keymap::Keymap;
use layer::Layer;
use layout::{Layout, Pane, Shape};
use list::List;
use notice::{Level, Notices};
use prompts::Prompt;
use tasks::Tasks;
use viewer::{Viewer, ViewerOptions};
use writing::Writes;

use crate::domain::Collection;
use crate::task::spec::{TaskId, TaskSpec};

/// How often, in milliseconds, something that moves moves.
const BEAT: u64 = 100;

/// Everything that is on the screen.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a separate fact of the screen"
)]
pub struct App {
    options: Options,
    keys: Keymap,
    now: Now,
    size: (u16, u16),
    layout: Layout,
    dirty: bool,
    started: bool,
    mouse: bool,
    pending: Vec<Chord>,
    rest_of_yes: Option<input::RestOfYes>,
    focus: Pane,
    zoomed: bool,
    collections: Collections,
    list: List,
    left: BTreeMap<Collection, places::Left>,
    viewer: Viewer,
    preview: Preview,
    prompt: Option<Prompt>,
    layers: Vec<Layer>,
    tasks: Tasks,
    notices: Notices,
    board: Board,
    doctor: Option<TaskId>,
    writes: Writes,
    keeping: keeping::Keeping,
    unlocking: unlocking::Unlocking,
    follow_due: Option<u64>,
    marks_due: Option<u64>,
    out: Vec<Effect>,
}

impl Default for App {
    /// An application without keys, about nothing.
    fn default() -> Self {
        Self::new(Options::default(), Keymap::default())
    }
}

impl App {
    /// An application that has not drawn or asked anything yet.
    #[must_use]
    pub fn new(options: Options, keys: Keymap) -> Self {
        let mut viewer = Viewer::new(ViewerOptions {
            spelling: options.spelling(),
        });
        viewer.set_stream((!options.stream.is_empty()).then(|| options.stream.as_str().into()));
        Self {
            list: List::new(options.window, options.spelling()),
            mouse: options.mouse,
            options,
            keys,
            viewer,
            now: Now::default(),
            size: (0, 0),
            layout: Layout::default(),
            dirty: true,
            started: false,
            pending: Vec::new(),
            rest_of_yes: None,
            focus: Pane::Collections,
            zoomed: false,
            left: BTreeMap::new(),
            collections: Collections::default(),
            preview: Preview::default(),
            prompt: None,
            layers: Vec::new(),
            tasks: Tasks::default(),
            notices: Notices::default(),
            board: Board::default(),
            doctor: None,
            writes: Writes::default(),
            keeping: keeping::Keeping::default(),
            unlocking: unlocking::Unlocking::default(),
            follow_due: None,
            marks_due: None,
            out: Vec::new(),
        }
    }

    /// Whether the screen no longer shows the state.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Says that the screen shows the state now.
    pub fn mark_clean(&mut self) {
        self.dirty = false;
    }

    /// When, in milliseconds of [`Now::mono`], a [`Msg::Tick`] is wanted; `None` while nothing moves.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        let beat = self
            .is_moving()
            .then_some((self.now.mono / BEAT + 1) * BEAT);
        [
            beat,
            self.preview.due,
            self.follow_due,
            self.marks_due,
            self.notices.wake_at(),
            self.board.due(),
            self.tasks.due(),
            self.edit_due(),
            self.keeping_due(),
            self.review_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether something on the screen turns or counts.
    fn is_moving(&self) -> bool {
        self.started && (self.tasks.running() > 0 || self.list.is_loading())
    }

    fn start(&mut self, spec: TaskSpec) -> TaskId {
        let id = self.tasks.add(spec.clone(), self.now);
        self.out.push(Effect::Start(id, spec));
        id
    }

    fn stop(&mut self, task: Option<TaskId>) {
        if let Some(id) = task {
            self.tasks.stopping(id, self.now);
            self.out.push(Effect::Cancel(id));
        }
    }

    fn say(&mut self, level: Level, text: impl Into<String>) {
        self.notices.say(self.now, level, text);
    }

    /// Asks everything that the first screen needs.
    fn begin(&mut self) {
        self.started = true;
        let notes = std::mem::take(&mut self.options.notes);
        self.notices.open_with(self.now, notes);
        self.collections.task = Some(self.start(TaskSpec::Collections));
        match self.options.open.clone() {
            Some(Target::Collection(name)) => {
                self.open_collection(&name);
                self.focus = Pane::List;
            }
            Some(Target::Document(key)) => {
                self.open_document(key, None);
            }
            None => {}
        }
        self.relayout();
        self.ask_health();
        self.look_for_unfinished(true);
        self.unlock();
    }

    fn relayout(&mut self) {
        let prompt = self.prompt.as_ref().map_or(0, Prompt::rows);
        let shape = Shape {
            focus: self.focus,
            zoomed: self.zoomed,
            prompt,
        };
        self.layout = layout::layout(self.size, shape);
        if let Some(pane) = self.layout.collections {
            self.collections
                .resize(usize::from(layout::inside(pane).height));
        }
        if let Some(pane) = self.layout.list {
            // The first line has the names of the columns.
            self.list
                .window
                .resize(usize::from(layout::inside(pane).height.saturating_sub(1)));
        }
        if let Some(pane) = self.layout.document {
            let inside = layout::inside(pane);
            self.viewer.resize(inside.width, inside.height);
        }
        self.say_widths();
        self.keep_pages_filled();
    }

    /// Does what is due. Returns whether that can be seen.
    fn tick(&mut self) -> bool {
        let now = self.now.mono;
        let expired = self.notices.expire(self.now);
        if self.follow_due.take_if(|due| *due <= now).is_some() {
            self.follow_collection();
        }
        if self.preview.due.take_if(|due| *due <= now).is_some() {
            self.read_selected();
        }
        if self.marks_due.take_if(|due| *due <= now).is_some() {
            self.look_at_values();
        }
        self.clear_outlived();
        let edited = self.tick_editor() | self.tick_review();
        self.tick_keeping();
        let started = !self.out.is_empty();
        self.ask_health_if_due();
        let long = self.tasks.list_long(self.now);
        expired || started || long || edited
    }
}

/// Takes one message; returns what must happen outside.
pub fn update(app: &mut App, msg: Msg, now: Now) -> Vec<Effect> {
    app.now = now;
    // Only what cannot be seen leaves the screen as it is.
    let mut seen = true;
    match msg {
        Msg::Input(Input::Resize(columns, rows)) => {
            let unseen = app.layout.too_small;
            app.size = (columns, rows);
            app.relayout();
            if unseen && !app.layout.too_small {
                app.seen_again();
            }
        }
        Msg::Input(input) if app.layout.too_small => app.input_unseen(&input),
        Msg::Input(Input::Key(chord)) if app.is_rest_of_yes(chord) => seen = false,
        Msg::Input(Input::Key(chord)) => {
            app.notices.dismiss();
            app.press(chord);
        }
        Msg::Input(Input::Paste(text)) => app.pasted(&text),
        Msg::Input(Input::Mouse(mouse)) => app.on_mouse(mouse),
        Msg::Task(event) => seen = app.on_task(event),
        Msg::Tick => {
            let moving = app.is_moving();
            seen = app.tick() || moving;
        }
        Msg::Outside(Outside::Copied(said)) => app.say(Level::Info, said),
        Msg::Outside(Outside::Failed(said)) => app.say(Level::Error, said),
        Msg::Outside(Outside::Saved(id, text)) => seen = app.on_saved(id, &text),
        Msg::Outside(Outside::NotSaved(id, text, why)) => seen = app.on_not_saved(id, &text, &why),
        Msg::Outside(Outside::Resumed) => {}
        Msg::Outside(Outside::Drafts(key, drafts, faults)) => {
            app.on_drafts(key.as_ref(), drafts, &faults);
        }
        Msg::Outside(Outside::Id(id)) => app.on_id(&id),
        Msg::Outside(Outside::Edited(edited)) => app.on_edited(edited),
    }
    if !app.started {
        app.begin();
    }
    app.want_more();
    app.dirty |= seen;
    std::mem::take(&mut app.out)
}
