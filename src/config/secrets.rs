//! Secrets: how they are fetched, and what a connection string has to look like.
//!
//! No message of this module can carry a secret.

pub(crate) mod command;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};

use self::command::{Running, Stand};
use super::fault::Complaint;
use super::mask::is_host;

/// How long a command may take: a person may have to unlock a key.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// After how long a command that is waited for is named.
const SLOW: Duration = Duration::from_secs(1);

/// The secret that a setting's text stands for: itself, `${NAME}` replaced, or a command's output.
pub(crate) fn resolve(
    name: &'static str,
    raw: &SecretString,
    env: &BTreeMap<String, String>,
    slow: Option<fn(&str)>,
) -> Result<SecretString, Complaint> {
    match command_of(raw) {
        Some(command) => run(name, command, env, (PATIENCE, slow)),
        None => expand(name, raw.expose_secret(), env),
    }
}

/// The command that prints the secret, where the text is one.
pub(crate) fn command_of(raw: &SecretString) -> Option<&str> {
    raw.expose_secret().strip_prefix('!')
}

/// Whether the text holds the secret itself, not a way to get it.
pub(crate) fn is_plain(raw: &SecretString) -> bool {
    !is_reference(raw) && has_password(raw)
}

/// Whether the text says where a secret is, by a command or a variable.
pub(crate) fn is_reference(raw: &SecretString) -> bool {
    let text = raw.expose_secret();
    text.starts_with('!') || text.contains("${")
}

/// Whether an address carries a password.
pub(crate) fn has_password(address: &SecretString) -> bool {
    let text = address.expose_secret();
    let info = text
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'));
    info.is_some_and(|(info, _)| info.contains(':'))
}

fn expand(
    name: &str,
    text: &str,
    env: &BTreeMap<String, String>,
) -> Result<SecretString, Complaint> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let (variable, after) = after.split_once('}').ok_or_else(|| {
            Complaint::new(
                format!("`{name}` has a ${{ without its }}"),
                "Close it: ${NAME}",
            )
        })?;
        let is_name = !variable.is_empty()
            && variable
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return Err(Complaint::new(
                format!("`{name}` has a ${{...}} that names no environment variable"),
                "Use letters, digits and _ between the braces",
            ));
        }
        let value = env.get(variable).filter(|value| !value.is_empty());
        out.push_str(value.ok_or_else(|| {
            Complaint::new(
                format!("`{name}` needs the environment variable {variable}, which is not set"),
                format!("Set {variable}, or name the secret in another way"),
            )
        })?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out.into())
}

/// Runs a command through the shell, at the terminal, and takes the first line of its output.
/// `slow` hears of one that takes its time.
fn run(
    name: &'static str,
    command: &str,
    env: &BTreeMap<String, String>,
    (patience, slow): (Duration, Option<fn(&str)>),
) -> Result<SecretString, Complaint> {
    let mut running = Running::start(name, command, env, (Stand::AtTerminal, patience))?;
    let mut slow = slow.map(|slow| (slow, Instant::now() + SLOW));
    loop {
        if let Some(ended) = running.poll() {
            return ended;
        }
        if let Some((slow, _)) = slow.take_if(|(_, at)| Instant::now() >= *at) {
            slow(name);
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Whether a secret has the form that its setting needs; the complaint shows nothing of it.
pub(crate) fn check(name: &str, secret: &SecretString) -> Result<(), Complaint> {
    if name == "mongo.uri" {
        return check_mongo_uri(name, secret);
    }
    let text = secret.expose_secret().trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Complaint::new(
        format!("`{name}` is not a key of 64 hex digits (its value is not shown)"),
        "Write the 64 hex digits, with or without 0x, ${NAME}, or \"!command\"",
    ))
}

/// Whether a text is a connection string of MongoDB; the complaint shows nothing of it.
pub(crate) fn check_mongo_uri(name: &str, uri: &SecretString) -> Result<(), Complaint> {
    let text = uri.expose_secret();
    let rest = text
        .strip_prefix("mongodb://")
        .or_else(|| text.strip_prefix("mongodb+srv://"));
    let refused = || {
        Complaint::new(
            format!("`{name}` is not a MongoDB connection string (its value is not shown)"),
            "Write mongodb://USER:PASSWORD@HOST:PORT/ or mongodb+srv://USER:PASSWORD@HOST/",
        )
    };
    let rest = rest.ok_or_else(refused)?;
    let before_options = rest.split('?').next().unwrap_or(rest);
    let (authority, path) = before_options
        .split_once('/')
        .unwrap_or((before_options, ""));
    let (info, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    if path.contains('@') || info.contains('@') || info.matches(':').count() > 1 {
        return Err(Complaint::new(
            format!("the user or password in `{name}` has a character that must be encoded"),
            "Write % and two hex digits for each of : / ? # [ ] @, for example %40 for @",
        ));
    }
    if hosts.split(',').all(is_host) {
        Ok(())
    } else {
        Err(refused())
    }
}

/// The database named in the path of a connection string.
pub(crate) fn database_in(uri: &SecretString) -> Option<&str> {
    let (_, rest) = uri.expose_secret().split_once("://")?;
    let (_, path) = rest.split('?').next()?.split_once('/')?;
    Some(path).filter(|name| !name.is_empty() && !name.contains('%'))
}

/// User names and passwords as they must stand in a URI.
pub(crate) fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").ok();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(command: &str, patience: Duration) -> Result<String, String> {
        let env = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into();
        let secret =
            run("mongo.uri", command, &env, (patience, None)).map_err(|fault| fault.what)?;
        Ok(secret.expose_secret().to_owned())
    }

    #[test]
    fn a_command_gives_its_first_line() {
        let long = Duration::from_secs(60);
        assert_eq!(secret("printf 'one\\ntwo\\n'", long).as_deref(), Ok("one"));
        assert_eq!(secret("printf ' one '", long).as_deref(), Ok("one"));
        let much = "echo one; head -c 1000000 /dev/zero";
        assert_eq!(secret(much, long).as_deref(), Ok("one"));
    }

    #[test]
    fn a_command_that_leaves_something_running_does_not_hold_us_up() {
        let line = secret("sleep 5 & echo one", Duration::from_secs(60));
        assert_eq!(line.as_deref(), Ok("one"));
    }

    #[test]
    fn a_command_that_hangs_is_ended_and_says_so() {
        let fault = secret("exec sleep 30", Duration::from_millis(50)).unwrap_err();
        assert_eq!(fault, "the command of `mongo.uri` did not end within 0 s");
    }

    #[test]
    fn a_command_that_prints_no_text_or_is_killed_is_told() {
        let long = Duration::from_secs(60);
        let fault = secret("printf '\\377'", long).unwrap_err();
        assert_eq!(
            fault,
            "the command of `mongo.uri` printed nothing that is UTF-8 text"
        );
        let fault = secret("kill -9 $$", long).unwrap_err();
        assert_eq!(fault, "the command of `mongo.uri` was ended by a signal");
    }

    proptest! {
        #[test]
        fn encoded_parts_make_a_connection_string(user in ".{1,8}", password in ".{1,16}") {
            let (user, password) = (percent_encoded(&user), percent_encoded(&password));
            let uri = format!("mongodb://{user}:{password}@h/").into();
            prop_assert_eq!(check_mongo_uri("mongo.uri", &uri), Ok(()));
        }
    }
}
