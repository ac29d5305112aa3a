//! The end of a write, as a line for people or as one object.

use super::super::record::Object;
use super::super::session::{Carried, Session};
use crate::cli::args::How;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output::Output;
use crate::domain::intent::{Ending, EndingRow as Row, IntentId};
use crate::domain::plan::Action;
use crate::domain::state::Role;
use crate::domain::text::clean;
use crate::domain::{Key, State, Stored, Version};
use crate::task::event::{Inspection, Written};

/// Why an end is told on standard error where a reader has left.
const CLOSED: &str = "nobody reads standard output any more";

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
pub(super) fn nothing(nothing: &Nothing, how: &How, out: &mut Output) -> Exit {
    let Nothing {
        said,
        key,
        version,
        state,
    } = nothing;
    let plain = clean(&format!("{key}: nothing to do: {said}")).into_owned();
    let line = Line {
        key,
        action: None,
        intent: None,
        ending: "nothing-to-do",
        said,
        version: *version,
        state: Some(*state),
    };
    let printed = if out.style.json {
        out.json(&line.object())
    } else {
        out.line(&plain)
    };
    if let Err(stop) = printed.and_then(|()| out.flush()) {
        unprinted(&stop, &plain, out);
    }
    if how.dry_run {
        out.note("nothing would be written");
    }
    Exit::Clean
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

/// Tells how a write ended, and what is left to do. The exit code is the ending's, also where the
/// line can't be printed: what happened to the stores is what a script has to know.
pub(in crate::cli) fn told(
    session: &Session,
    carried: &Carried,
    (key, action): (&Key, Action),
    out: &mut Output,
) -> Exit {
    let Some(written) = &carried.written else {
        return left(session, carried, (key, action), out);
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
    print(&line, (role, row), out);
    // No later command finds what is gone with this one.
    if let Some(next) = next(written).filter(|_| session.passing().is_none()) {
        out.note(&clean(&next));
    }
    match (written.ending, carried.stopped) {
        (Ending::GivenUp, Some(signal)) => signal.exit(),
        _ => Exit::of(row.exit),
    }
}

/// Tells of a write that the program could not wait for.
fn left(
    session: &Session,
    carried: &Carried,
    (key, action): (&Key, Action),
    out: &mut Output,
) -> Exit {
    let unsent = carried.stopped.filter(|_| !carried.begun);
    let (row, said) = match unsent {
        Some(_) => (
            Ending::GivenUp.row(),
            "stopped on request before anything was sent",
        ),
        None => (
            Ending::Unknown.row(),
            "the program had to end before the write did",
        ),
    };
    let line = Line {
        key,
        action: Some(action),
        intent: carried.intent.as_ref(),
        ending: row.name,
        said,
        version: None,
        state: None,
    };
    print(&line, (Role::Bad, row), out);
    if let Some(signal) = unsent {
        return signal.exit();
    }
    if session.passing().is_some() {
        return Exit::of(row.exit);
    }
    let named = carried.intent.as_ref().map(|intent| format!(" {intent}"));
    let named = named.unwrap_or_default();
    out.note(&format!(
        "`dualscope recover{named}` finds out what became of it"
    ));
    Exit::of(row.exit)
}

/// The line on standard output; where that can't be written, on standard error.
fn print(line: &Line<'_>, (role, row): (Role, &Row), out: &mut Output) {
    let (key, said) = (line.key.to_string(), row.said);
    let plain = format!("{}: {}", clean(&key), clean(once(line.said, (row, &key))));
    let printed = if out.style.json {
        out.json(&line.object())
    } else {
        let word = out.paint(role, said);
        out.line(&format!("{word}  {plain}"))
    };
    let Err(stop) = printed.and_then(|()| out.flush()) else {
        return;
    };
    let version = line.version.map(|version| format!(" ({version})"));
    let version = version.unwrap_or_default();
    unprinted(&stop, &format!("{said}  {plain}{version}"), out);
}

/// The end on standard error, since standard output can't be written or nobody reads it any more.
fn unprinted(stop: &Stop, plain: &str, out: &mut Output) {
    out.give_up();
    let why = match stop {
        Stop::Fault(fault) => &fault.message,
        Stop::Closed => CLOSED,
    };
    out.say(&format!("{why}: {plain}"));
}

/// The words of an end without those that the line begins with already.
fn once<'a>(said: &'a str, (ending, key): (&Row, &str)) -> &'a str {
    let said = ending.apart(said);
    let rest = said.strip_prefix(key);
    rest.and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(said)
}

/// Whether the key was never written, so that there is no history to look at.
fn has_no_version(written: &Written) -> bool {
    let now = written.inspection.as_ref();
    now.is_some_and(|now| matches!(now.document.stored.seen(), Some(Stored::Absent)))
}

/// The next step of a write that is not done.
fn next(written: &Written) -> Option<String> {
    let key = &written.key;
    let intent = written.intent.as_ref()?;
    match written.ending {
        Ending::Done | Ending::GivenUp | Ending::Refused => None,
        Ending::Conflict | Ending::Superseded if has_no_version(written) => Some(format!(
            "`dualscope get {key} --view diff` shows what stands now"
        )),
        Ending::Conflict | Ending::Superseded => Some(format!(
            "`dualscope get {key} --view diff` and `dualscope history {key}` show what stands now"
        )),
        Ending::Dropped => Some("nothing was changed; it can be written again".to_owned()),
        Ending::NotApplied => Some(format!(
            "`dualscope recover {intent}` looks again; `dualscope doctor` tells what the node waits for"
        )),
        Ending::Unknown | Ending::DataMissing | Ending::HalfDone => {
            Some(format!("`dualscope recover {intent}` looks again"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_twice_on_the_line_of_an_end() {
        let key = "memcells:1";
        let refused = (Ending::Refused.row(), key);
        let long = "nothing was touched: memcells:1: the value has 9 bytes";
        assert_eq!(once(long, refused), "the value has 9 bytes");
        assert_eq!(once("the node is silent", refused), "the node is silent");
        let since = "nothing was touched, since it can't be told";
        assert_eq!(once(since, refused), since);
        // It is said where the line does not say it yet.
        let given_up = (Ending::GivenUp.row(), key);
        assert_eq!(
            once("given up: nothing was sent", given_up),
            "nothing was sent"
        );
        let other = (Ending::Conflict.row(), key);
        assert_eq!(
            once("nothing was touched: x", other),
            "nothing was touched: x"
        );
    }
}
