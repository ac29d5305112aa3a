//! The state of the screen and the one function that changes it.
//!
//! `update` is deterministic: no IO, no clock, no threads, no random numbers. What must happen
//! outside comes out as [`Effect`]s; what happened there comes back as [`Msg`]s.

pub mod msg;
pub mod viewer;

pub use msg::{Chord, Effect, Input, Key, Mouse, Msg, Now, Outside};

/// Everything that is on the screen.
#[derive(Debug, Default)]
pub struct App {
    size: (u16, u16),
    dirty: bool,
}

impl App {
    /// Columns and rows of the screen.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.size
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
        None
    }
}

/// Takes one message; returns what must happen outside.
pub fn update(app: &mut App, msg: Msg, _now: Now) -> Vec<Effect> {
    app.dirty = true;
    match msg {
        Msg::Input(Input::Resize(columns, rows)) => app.size = (columns, rows),
        Msg::Input(Input::Key(chord)) if chord.typed() == Some('q') => return vec![Effect::Exit],
        _ => {}
    }
    Vec::new()
}
