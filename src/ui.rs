//! The picture of the state. Reads `&App`, changes nothing.

pub mod viewer;

use ratatui::Frame;

use crate::app::App;

/// Draws everything.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let (columns, rows) = app.size();
    frame.render_widget(format!("{columns} x {rows}"), frame.area());
}
