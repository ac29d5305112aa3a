//! Whether a plan writes a text that was typed: what was kept of it as a draft may go once that plan
//! is done. A text that only looks like it stays.

use std::sync::Arc;

use super::{Action, Plan};
use crate::domain::edit::{Folding, Layout, changes, rebuild};
use crate::domain::full::{Full, Stored};
use crate::domain::json::Json;
use crate::domain::key::Version;

/// What the write itself sets.
const STAMPED: [&str; 2] = ["/updated_at", "/created_at"];

/// Whether the plan writes this text, which was typed over the value at `base`. The text may be as
/// it was shown, with folded places.
#[must_use]
pub fn wrote(plan: &Plan, (base, text): (Option<Version>, &str)) -> bool {
    if !matches!(plan.action, Action::Create | Action::Edit) {
        return false;
    }
    let stored = plan.before.stored.as_ref();
    // Where the value before was not kept, the text has to say everything itself.
    let mut read = stored.into_iter();
    let over = read.all(|stored| stored.full().is_none() || stored.version() == base);
    let Some(new) = plan.value.as_ref().and_then(super::ValueWrite::full) else {
        return false;
    };
    let old = stored.and_then(Stored::full).and_then(Full::json);
    let (Some(new), Some(typed)) = (new.json(), whole(old, text)) else {
        return over && new.text().is_some_and(|new| **new == *text);
    };
    let changed = changes(&typed, new);
    let mut places = changed.iter().map(|change| change.pointer.as_str());
    over && places.all(|place| STAMPED.contains(&place))
}

/// The text with what was folded in it, if it is JSON.
fn whole(old: Option<&Arc<Json>>, text: &str) -> Option<Json> {
    let Some(old) = old else {
        return Json::parse(text.into()).ok();
    };
    let view = match Layout::told_by(old, text) {
        Ok(Some(view)) => view,
        Ok(None) => Layout::new(old, Folding::default()).ok()?,
        Err(_) => return None,
    };
    let rebuilt = rebuild(old, &view, text).ok()?;
    Json::parse(Arc::clone(rebuilt.json.text())).ok()
}
