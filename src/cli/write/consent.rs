//! Asking before a write: the heavier it is, the more has to be typed. Enter alone is always no.

use std::io::{self, IsTerminal as _};

use crate::cli::args::How;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::domain::Key;

/// What is asked about.
pub(in crate::cli) struct Question<'a> {
    /// Content leaves a store.
    pub(in crate::cli) heavy: bool,
    /// The document, whose key may be typed instead of `yes`.
    pub(in crate::cli) key: Option<&'a Key>,
}

/// Whether the flags say all that a person would be asked for.
pub(super) fn is_given(session: &Session, how: &How) -> Result<bool, Fault> {
    given(session, how.yes, how.expect.is_some())
}

/// `--yes` is enough where the profile is not protected, or is named.
pub(in crate::cli) fn given(session: &Session, yes: bool, named: bool) -> Result<bool, Fault> {
    if yes && session.settings.session.protected && !named {
        let message = format!("profile {} is protected", session.profile);
        let hint = format!(
            "--yes alone is not enough: add --expect {}; nothing was written",
            session.profile
        );
        return Err(Fault::new(Exit::Refused, "protected", message).hint(hint));
    }
    Ok(yes)
}

/// The profile that is meant must be the one that is used.
pub(in crate::cli) fn expected(session: &Session, name: Option<&str>) -> Result<(), Fault> {
    match name {
        Some(name) if name != session.profile => {
            let message = format!("this is profile {}, not {name}", session.profile);
            let fault = Fault::new(Exit::Refused, "other-profile", message);
            Err(fault.hint("nothing was written"))
        }
        _ => Ok(()),
    }
}

/// Fails where nobody can answer.
pub(in crate::cli) fn needs_a_person(out: &Output) -> Result<(), Fault> {
    if io::stdin().is_terminal() && out.errors_terminal {
        return Ok(());
    }
    Err(Fault::usage("there is no terminal to ask on")
        .hint("look at it with --dry-run, then say --yes; nothing was written"))
}

/// Asks what Enter agrees to; anything that is neither yes nor no is asked again, and nobody there is
/// no.
pub(super) async fn wants(
    session: &mut Session,
    question: &str,
    out: &mut Output,
) -> Result<bool, Stop> {
    loop {
        out.prompt(&format!("{question} [Y/n]"))?;
        let Some(line) = session.line().await? else {
            return Ok(false);
        };
        match line.trim().to_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

/// Asks; anything but the wanted word is no.
pub(in crate::cli) async fn ask(
    session: &mut Session,
    question: &Question<'_>,
    out: &mut Output,
) -> Result<(), Stop> {
    let protected = session.settings.session.protected;
    let profile = session.profile.clone();
    let said = match question.key {
        _ if protected => format!("profile {profile} is protected; type its name to go on:"),
        Some(_) if question.heavy => "type yes, or the key, to go on:".to_owned(),
        _ if question.heavy => "type yes to go on:".to_owned(),
        _ => "go on? [y/N]".to_owned(),
    };
    out.prompt(&said)?;
    let line = session.line().await?.unwrap_or_default();
    let answer = line.trim();
    let yes = match question.key {
        _ if protected => answer == profile,
        Some(key) if question.heavy => answer == "yes" || answer == key.to_string(),
        _ if question.heavy => answer == "yes",
        _ => ["y", "yes"].contains(&answer.to_lowercase().as_str()),
    };
    if yes {
        return Ok(());
    }
    let fault = Fault::new(Exit::Refused, "declined", "it was not agreed to");
    Err(fault.hint("nothing was written").into())
}
