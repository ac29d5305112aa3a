//! A window that is too small to show anything. Nobody sees what a key would reach there, so nothing
//! behind it is reached: leaving alone is honoured, and what it means is said in the one sentence that
//! the window shows.

use super::App;
use super::command::{Command, Context};
use super::keymap::Resolved;
use super::layer::Layer;
use super::layout::SMALLEST;
use super::msg::{Effect, Input};

impl App {
    /// A key, a paste or the mouse, where nothing is shown. What was begun with earlier keys ends.
    pub(super) fn input_unseen(&mut self, input: &Input) {
        self.pending.clear();
        self.rest_of_yes = None;
        let Input::Key(chord) = input else { return };
        let quit = Resolved::Command(Command::Quit);
        if self.keys.resolve(Context::List, &[*chord]) == quit {
            // Without the question that could not be seen: drafts are kept, and a write ends its step.
            self.out.push(Effect::Exit);
        }
    }

    /// The window shows everything again: whoever decides has seen nothing of late.
    pub(super) fn seen_again(&mut self) {
        let now = self.now.mono;
        for layer in &mut self.layers {
            if let Layer::Review(review) = layer {
                review.show_anew(now);
            }
        }
    }

    /// What a window says that is too small for anything else.
    #[must_use]
    pub fn too_small(&self) -> String {
        let (columns, rows) = SMALLEST;
        let needs = format!("dualscope needs {columns}x{rows} cells; make the window larger");
        let Some(key) = self.keys.keys_of(Context::List, Command::Quit) else {
            return needs;
        };
        let typed = |layer: &Layer| matches!(layer, Layer::Edit(edit) if edit.is_changed());
        let kept = match (self.layers.iter().any(typed), self.options.forgets) {
            (false, _) => "",
            (true, false) => ", the draft is kept",
            (true, true) => ", and the demo forgets the text",
        };
        let written = match (self.tasks.written().next(), self.options.forgets) {
            (None, _) => "",
            (Some(_), false) => ", the write ends its step and the next start lists the rest",
            (Some(_), true) => ", the write ends its step and the demo forgets the rest",
        };
        format!("{needs} ({key} quits{kept}{written})")
    }
}
