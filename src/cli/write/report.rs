//! The end of a write, as a line for people or as one object.

use super::super::record::Object;
use super::super::session::Carried;
use crate::cli::args::How;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output::Output;
use crate::domain::intent::{Ending, IntentId};
use crate::domain::plan::Action;
use crate::domain::state::Role;
use crate::domain::text::clean;
use crate::domain::{Key, State, Stored, Version};
use crate::task::event::{Inspection, Written};

/// A write that is not needed.
pub(super) struct Nothing {
    said: String,
    key: Key,
    version: Option<Version>,
    state: State,
}

impl Nothing {
    pub(super) fn new(said: String, inspection: &Inspection) -> Self {
        let document = &inspection.document;
        let version = document.stored.seen().and_then(Stored::version);
        Self {
            said,
            key: document.key.clone(),
            version,
            state: inspection.diagnosis.state,
        }
    }
}

/// Tells that there is nothing to do.
pub(super) fn nothing(nothing: &Nothing, how: &How, out: &mut Output) -> Result<Exit, Stop> {
    let Nothing {
        said,
        key,
        version,
        state,
    } = nothing;
    if out.style.json {
        let line = Line {
            key,
            action: None,
            intent: None,
            ending: "nothing-to-do",
            said,
            version: *version,
            state: Some(*state),
        };
        out.json(&line.object())?;
    } else {
        let line = format!("{key}: nothing to do: {said}");
        out.line(&clean(&line))?;
    }
    if how.dry_run {
        out.note("nothing would be written");
    }
    Ok(Exit::Clean)
}

struct Line<'a> {
    key: &'a Key,
    action: Option<Action>,
    intent: Option<&'a IntentId>,
    ending: &'a str,
    said: &'a str,
    version: Option<Version>,
    state: Option<State>,
}

impl Line<'_> {
    fn object(&self) -> Object {
        let mut object = Object::with_schema();
        object.put("key", &self.key.to_string());
        object.put("action", &self.action.map(|action| action.row().name));
        object.put("intent", &self.intent.map(|intent| &*intent.0));
        object.put("ending", self.ending);
        object.put("said", self.said);
        object.put("version", &self.version);
        object.put("state", &self.state);
        object
    }
}

/// Tells how a write ended, and what is left to do. The exit code is the ending's.
pub(in crate::cli) fn told(
    carried: &Carried,
    (key, action): (&Key, Action),
    out: &mut Output,
) -> Result<Exit, Stop> {
    let Some(written) = &carried.written else {
        let row = Ending::Unknown.row();
        let said = "the program had to end before the write did";
        let line = Line {
            key,
            action: Some(action),
            intent: None,
            ending: row.name,
            said,
            version: None,
            state: None,
        };
        print(&line, (Role::Bad, row.said), out)?;
        out.note("`dualscope recover` finds out what became of it");
        return Ok(Exit::of(row.exit));
    };
    let row = written.ending.row();
    let state = written.inspection.as_ref();
    let line = Line {
        key: &written.key,
        action: Some(written.action),
        intent: written.intent.as_ref(),
        ending: row.name,
        said: &written.said,
        version: written.version,
        state: state.map(|inspection| inspection.diagnosis.state),
    };
    let role = match (written.ending, row.open) {
        (Ending::Done, _) => Role::Ok,
        (_, true) => Role::Warn,
        _ => Role::Bad,
    };
    print(&line, (role, row.said), out)?;
    if let Some(next) = next(written) {
        out.note(&clean(&next));
    }
    Ok(match (written.ending, carried.stopped) {
        (Ending::GivenUp, Some(signal)) => signal.exit(),
        _ => Exit::of(row.exit),
    })
}

fn print(line: &Line<'_>, (role, said): (Role, &str), out: &mut Output) -> Result<(), Stop> {
    if out.style.json {
        return out.json(&line.object());
    }
    let word = out.paint(role, said);
    let whole = format!(
        "{word}  {}: {}",
        clean(&line.key.to_string()),
        clean(line.said)
    );
    out.line(&whole)
}

/// The next step of a write that is not done.
fn next(written: &Written) -> Option<String> {
    let key = &written.key;
    let intent = written.intent.as_ref()?;
    match written.ending {
        Ending::Done | Ending::GivenUp | Ending::Refused => None,
        Ending::Conflict | Ending::Superseded => Some(format!(
            "`dualscope get {key} --view diff` and `dualscope history {key}` show what stands now"
        )),
        Ending::Dropped => Some("nothing was changed; it can be written again".to_owned()),
        Ending::NotApplied | Ending::Unknown | Ending::DataMissing | Ending::HalfDone => {
            Some(format!("`dualscope recover {intent}` looks again"))
        }
    }
}
