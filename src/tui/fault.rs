//! A fault of the program on demand, for the one test that needs a real one in a real terminal: with
//! `DUALSCOPE_TEST_PANIC` set, a debug build panics as soon as a document is shown, with a text of
//! that document in the panic, as a careless message could have it. It must do nothing in a release
//! build, whatever is set there.

use crate::app::App;

/// Whether a fault is wanted.
pub(super) fn is_wanted() -> bool {
    cfg!(debug_assertions) && std::env::var_os("DUALSCOPE_TEST_PANIC").is_some()
}

/// Panics when a document is on the screen.
#[expect(clippy::panic, reason = "the fault that a test asks for")]
pub(super) fn strike(app: &App) {
    if let Some(shown) = app.viewer().inspection() {
        panic!("{:?}", shown.document);
    }
}
