//! What the picture reads of the state.

use super::board::Board;
use super::collections::Collections;
use super::command::Context;
use super::keymap::Keymap;
use super::layer::{Layer, LayerKind};
use super::layout::{Layout, Pane};
use super::list::List;
use super::msg::{Chord, Now};
use super::notice::Notices;
use super::prompts::Prompt;
use super::tasks::Tasks;
use super::viewer::Viewer;
use super::{App, Options, Preview};
use crate::domain::Key as DocumentKey;

impl App {
    /// The session.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Columns and rows of the screen.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Where everything stands.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The clocks as of the last message.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// Whether any task has not ended, quiet ones included.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.tasks.is_waiting()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keymap {
        &self.keys
    }

    /// Whether something about other things than the selected document fills the screen.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.layers.iter().any(Layer::covers)
    }

    /// Keys pressed that are the start of something.
    #[must_use]
    pub fn pending(&self) -> &[Chord] {
        &self.pending
    }

    /// Whether the document fills the middle.
    #[must_use]
    pub fn is_zoomed(&self) -> bool {
        self.zoomed
    }

    /// The pane that has the keys.
    #[must_use]
    pub fn focus(&self) -> Pane {
        self.focus
    }

    /// The left pane.
    #[must_use]
    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    /// The middle pane.
    #[must_use]
    pub fn list(&self) -> &List {
        &self.list
    }

    /// The document.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The document's loading.
    #[must_use]
    pub fn preview(&self) -> &Preview {
        &self.preview
    }

    /// The line being typed.
    #[must_use]
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// What lies on top, bottom first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The kind of the topmost layer.
    #[must_use]
    pub fn top_layer(&self) -> LayerKind {
        self.layers.last().map_or(LayerKind::Browse, Layer::kind)
    }

    /// The tasks.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// The messages.
    #[must_use]
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// What is known of the stores.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The context whose keys apply now.
    #[must_use]
    pub fn active_context(&self) -> Context {
        self.context()
    }

    /// The document that the cursor is on.
    #[must_use]
    pub fn selected_key(&self) -> Option<&DocumentKey> {
        self.preview.key.as_ref()
    }

    /// Whether something has been searched for here.
    #[must_use]
    pub fn has_search(&self) -> bool {
        match (self.layers.last(), self.focus) {
            (Some(Layer::Page(page)), _) => page.search.is_some(),
            (None, Pane::List | Pane::Collections) => self.list.search.is_some(),
            _ => true,
        }
    }

    /// The picture of the spinner now.
    #[must_use]
    pub fn spinner(&self) -> &'static str {
        const TURNS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        // A bar alone is the mark of soft-deleted documents.
        const PLAIN: [&str; 3] = ["/", "|", "\\"];
        let at = usize::try_from(self.now.mono / super::BEAT).unwrap_or(0);
        if self.options.ascii {
            PLAIN[at % PLAIN.len()]
        } else {
            TURNS[at % TURNS.len()]
        }
    }
}
