//! The state of the screen and the one function that changes it.
//!
//! `update` is deterministic: no IO, no clock, no threads, no random numbers. What must happen
//! outside comes out as [`Effect`]s; what happened there comes back as [`Msg`]s.

mod answers;
pub mod board;
mod browse;
pub mod collections;
pub mod command;
mod copy;
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
pub mod prompt;
pub mod prompts;
pub mod tasks;
pub mod viewer;

use std::collections::BTreeMap;

pub use msg::{Chord, Effect, Input, Key, Mouse, Msg, Now, Outside};

use board::Board;
use collections::Collections;
use command::{Availability, Command, Context};
use keymap::{Keymap, Resolved};
use layer::Layer;
use layout::{Layout, Pane, Shape};
use list::List;
use notice::{Level, Notices};
use prompts::Prompt;
use tasks::Tasks;
use viewer::{Viewer, ViewerOptions};

use crate::domain::{Catalog, Collection, Key as DocumentKey};
use crate::task::event::Failure;
use crate::task::spec::{TaskId, TaskSpec};

/// How often, in milliseconds, something that moves moves.
const BEAT: u64 = 100;

/// What a session is about; fixed from its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile's name, or `demo`.
    pub profile: String,
    /// The database.
    pub database: String,
    /// The stream, for people.
    pub stream: String,
    /// Nothing can be written in this session.
    pub read_only: bool,
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
    /// Milliseconds after which an exact count gives up.
    pub count_limit: u64,
    /// Open this at the start.
    pub open: Option<Target>,
    /// Columns chosen earlier, by collection.
    pub columns: BTreeMap<String, Vec<String>>,
    /// What is known of the collections.
    pub catalog: &'static Catalog,
}

impl Default for Options {
    /// A session about nothing, with the measures of the compiled-in configuration.
    fn default() -> Self {
        Self {
            profile: String::new(),
            database: String::new(),
            stream: String::new(),
            read_only: true,
            ascii: false,
            mouse: false,
            page_size: 100,
            window: 1000,
            preview_delay: 80,
            count_limit: 20_000,
            open: None,
            columns: BTreeMap::new(),
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

/// The document pane's loading.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The document that the pane is about.
    pub key: Option<DocumentKey>,
    /// The task that reads it.
    pub task: Option<TaskId>,
    /// When to start reading.
    pub due: Option<u64>,
    /// Why the last reading failed; what was read before stays.
    pub failure: Option<Failure>,
    /// It was opened by its key: the list follows it, not the other way round.
    pub pinned: bool,
}

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
    focus: Pane,
    zoomed: bool,
    collections: Collections,
    list: List,
    viewer: Viewer,
    preview: Preview,
    prompt: Option<Prompt>,
    layers: Vec<Layer>,
    tasks: Tasks,
    notices: Notices,
    board: Board,
    doctor: Option<TaskId>,
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
        let viewer = Viewer::new(ViewerOptions {
            ascii: options.ascii,
        });
        Self {
            list: List::new(options.window),
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
            focus: Pane::Collections,
            zoomed: false,
            collections: Collections::default(),
            preview: Preview::default(),
            prompt: None,
            layers: Vec::new(),
            tasks: Tasks::default(),
            notices: Notices::default(),
            board: Board::default(),
            doctor: None,
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
        let prompt = self.prompt.as_ref().and_then(|prompt| prompt.due);
        [
            beat,
            prompt,
            self.preview.due,
            self.follow_due,
            self.marks_due,
            self.notices.wake_at(),
            self.board.due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether something on the screen turns or counts.
    fn is_moving(&self) -> bool {
        self.started && (self.tasks.running() > 0 || self.list.is_loading())
    }

    /// The picture of the spinner now.
    #[must_use]
    pub fn spinner(&self) -> &'static str {
        const TURNS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
        let at = usize::try_from(self.now.mono / BEAT).unwrap_or(0);
        if self.options.ascii {
            PLAIN[at % PLAIN.len()]
        } else {
            TURNS[at % TURNS.len()]
        }
    }

    fn start(&mut self, spec: TaskSpec) -> TaskId {
        let id = self.tasks.add(spec.clone(), self.now);
        self.out.push(Effect::Start(id, spec));
        id
    }

    fn stop(&mut self, task: Option<TaskId>) {
        if let Some(id) = task {
            self.tasks.stopping(id);
            self.out.push(Effect::Cancel(id));
        }
    }

    fn say(&mut self, level: Level, text: impl Into<String>) {
        self.notices.say(self.now, level, text);
    }

    /// Asks everything that the first screen needs.
    fn begin(&mut self) {
        self.started = true;
        self.collections.task = Some(self.start(TaskSpec::Collections));
        match self.options.open.clone() {
            Some(Target::Collection(name)) => {
                self.open_collection(&name);
                self.focus = Pane::List;
            }
            Some(Target::Document(key)) => {
                self.prepare_collection(&key.collection.clone());
                self.focus = Pane::Document;
                self.zoomed = true;
                self.relayout();
                self.inspect(key, None);
                // The list comes once the document's place is known.
                self.preview.pinned = true;
            }
            None => {}
        }
        self.board.task = Some(self.start(TaskSpec::Health));
    }

    fn context(&self) -> Context {
        if self.prompt.is_some() {
            return Context::Prompt;
        }
        match (self.layers.last(), self.focus) {
            (Some(layer), _) => layer.context(),
            (None, Pane::Collections) => Context::Collections,
            (None, Pane::List) => Context::List,
            (None, Pane::Document) => Context::Document,
        }
    }

    fn press(&mut self, chord: Chord) {
        let context = self.context();
        self.pending.push(chord);
        let keys = std::mem::take(&mut self.pending);
        match self.keys.resolve(context, &keys) {
            Resolved::Command(command) => self.run_if_available(command),
            Resolved::Pending(_) => self.pending = keys,
            // A key that leads nowhere ends what was pending; in a line it is text.
            Resolved::Nothing if context.takes_text() => self.typed(chord),
            Resolved::Nothing if keys.len() == 1 && chord.key == Key::Esc => {
                self.run(Command::Back);
            }
            Resolved::Nothing => {}
        }
    }

    fn typed(&mut self, chord: Chord) {
        if self.prompt.is_some() {
            self.prompt_typed(chord);
        } else if let Some(Layer::Menu(menu)) = self.layers.last_mut()
            && menu.line.press(chord)
        {
            menu.narrow();
        }
    }

    fn pasted(&mut self, text: &str) {
        if self.prompt.is_some() {
            self.prompt_pasted(text);
        } else if let Some(Layer::Menu(menu)) = self.layers.last_mut() {
            menu.line.paste(text);
            menu.narrow();
        }
    }

    fn run_if_available(&mut self, command: Command) {
        if let Availability::No(why) = command.availability(self) {
            self.say(Level::Info, format!("{}: {why}", command.short()));
        } else {
            self.run(command);
        }
    }

    fn run(&mut self, command: Command) {
        if self.prompt.is_some() {
            return self.prompt_command(command);
        }
        match self.layers.last() {
            Some(Layer::Menu(_)) => self.menu_command(command),
            Some(Layer::Tasks) => self.tasks_command(command),
            Some(Layer::Page(_)) => self.page_command(command),
            None => self.browse_command(command),
        }
    }

    /// Commands that mean the same everywhere.
    fn general_command(&mut self, command: Command) {
        match command {
            Command::Quit => self.out.push(Effect::Exit),
            Command::Suspend => self.out.push(Effect::Suspend),
            Command::Help => self.open_help(),
            Command::Log => self.open_log(),
            Command::Doctor => self.open_doctor(),
            Command::Palette => self.open_palette(),
            Command::Tasks => self.layers.push(Layer::Tasks),
            Command::PickCollection => self.pick_collection(),
            Command::Mouse => {
                self.mouse = !self.mouse;
                self.out.push(Effect::Mouse(self.mouse));
                let said = if self.mouse {
                    "mouse on (m turns it off)"
                } else {
                    "mouse off"
                };
                self.say(Level::Info, said);
            }
            _ => {}
        }
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
    }

    fn tick(&mut self) {
        let now = self.now.mono;
        self.notices.expire(self.now);
        self.try_filter();
        if self.follow_due.take_if(|due| *due <= now).is_some() {
            self.follow_collection();
        }
        if self.preview.due.take_if(|due| *due <= now).is_some() {
            self.read_selected();
        }
        if self.marks_due.take_if(|due| *due <= now).is_some() {
            self.look_at_values();
        }
        if self.board.due().is_some_and(|due| due <= now) {
            self.board.task = Some(self.start(TaskSpec::Health));
        }
    }
}

/// Takes one message; returns what must happen outside.
pub fn update(app: &mut App, msg: Msg, now: Now) -> Vec<Effect> {
    app.now = now;
    // Only what cannot be seen leaves the screen as it is.
    let mut seen = true;
    match msg {
        Msg::Input(Input::Resize(columns, rows)) => {
            app.size = (columns, rows);
            app.relayout();
        }
        Msg::Input(Input::Key(chord)) => {
            app.notices.dismiss();
            app.press(chord);
        }
        Msg::Input(Input::Paste(text)) => app.pasted(&text),
        Msg::Input(Input::Mouse(mouse)) => app.on_mouse(mouse),
        Msg::Task(event) => seen = app.on_task(event),
        Msg::Tick => {
            let moving = app.is_moving();
            let notice = app.notices.shown().is_some();
            app.tick();
            seen = moving || notice != app.notices.shown().is_some();
        }
        Msg::Outside(Outside::Copied(said)) => app.say(Level::Info, said),
        Msg::Outside(Outside::Failed(said)) => app.say(Level::Error, said),
        Msg::Outside(Outside::Resumed) => {}
    }
    if !app.started {
        app.begin();
    }
    app.want_more();
    app.dirty |= seen;
    std::mem::take(&mut app.out)
}
