//! What editing promises, as stories and as properties over made-up texts.

mod align;
mod changes;
mod layout;
mod merge;
mod place;
mod properties;
mod rebuild;
mod spelling;
mod tree;

use std::sync::Arc;

use super::*;

fn json(text: &str) -> Json {
    Json::parse(Arc::from(text)).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

/// Lays a text out, lets `edit` work on the view, and says what is stored then.
fn edited(text: &str, edit: impl FnOnce(&str) -> String) -> String {
    folded(text, Folding::default(), edit).unwrap()
}

fn folded(
    text: &str,
    folding: Folding,
    edit: impl FnOnce(&str) -> String,
) -> Result<String, Fault> {
    let original = json(text);
    let layout = Layout::new(&original, folding).unwrap();
    let rebuilt = rebuild(&original, &layout, &edit(layout.text()))?;
    assert_eq!(rebuilt.untouched, &**rebuilt.json.text() == text);
    Ok(rebuilt.json.text().to_string())
}
