//! Secrets: how they are fetched, and how little of them is ever shown.
//!
//! A command's standard error is thrown away and its output never leaves the `SecretString`, so no
//! message of this module can carry a secret.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};

use super::fault::Complaint;

/// How long a command may take: a person may have to unlock a key.
const PATIENCE: Duration = Duration::from_secs(60);

/// More output than this is no connection string.
const MOST_OUTPUT: u64 = 64 * 1024;

/// Query options of a connection string that are no secret.
const HARMLESS: &[&str] = &[
    "appname",
    "authmechanism",
    "authsource",
    "connecttimeoutms",
    "directconnection",
    "heartbeatfrequencyms",
    "loadbalanced",
    "localthresholdms",
    "maxpoolsize",
    "maxstalenessseconds",
    "minpoolsize",
    "readconcernlevel",
    "readpreference",
    "replicaset",
    "retryreads",
    "retrywrites",
    "serverselectiontimeoutms",
    "sockettimeoutms",
    "srvmaxhosts",
    "srvservicename",
    "ssl",
    "timeoutms",
    "tls",
    "w",
];

/// The secret that a setting's text stands for: itself, `${NAME}` replaced, or a command's output.
pub(crate) fn resolve(
    name: &str,
    raw: &SecretString,
    env: &BTreeMap<String, String>,
) -> Result<SecretString, Complaint> {
    match raw.expose_secret().strip_prefix('!') {
        Some(command) => run(name, command, env, PATIENCE),
        None => expand(name, raw.expose_secret(), env),
    }
}

/// Whether the text holds the secret itself, not a way to get it.
pub(crate) fn is_plain(raw: &SecretString) -> bool {
    let text = raw.expose_secret();
    !text.starts_with('!') && !text.contains("${") && has_password(raw)
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
                format!("`{name}` has a ${{…}} that names no environment variable"),
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

/// Runs a command through the shell and takes the first line of its output.
fn run(
    name: &str,
    command: &str,
    env: &BTreeMap<String, String>,
    patience: Duration,
) -> Result<SecretString, Complaint> {
    let failed = |how: String| {
        Complaint::new(
            format!("the command of `{name}` {how}"),
            "Run it by hand to see why; what it prints is not shown here",
        )
    };
    let mut child = Command::new("/bin/sh")
        .arg("-c")
        .arg(command)
        .env_clear()
        .envs(env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(format!("could not be started: {}", error.kind())))?;
    let deadline = Instant::now() + patience;
    let (sender, receiver) = mpsc::sync_channel(1);
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut text = String::new();
            let read = output.take(MOST_OUTPUT).read_to_string(&mut text);
            // Nobody listens any more when the deadline has passed.
            sender.send(read.map(|_| SecretString::from(text))).ok();
        });
    }
    let output = receiver.recv_timeout(patience);
    let status = wait(&mut child, deadline)
        .ok_or_else(|| failed(format!("did not end within {} s", patience.as_secs())))?;
    if !status.success() {
        let code = status.code().map_or_else(
            || "was ended by a signal".to_owned(),
            |code| format!("ended with status {code}"),
        );
        return Err(failed(code));
    }
    let text = match output {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return Err(failed("printed something that is not UTF-8".to_owned())),
        Err(_) => return Err(failed("did not close its output".to_owned())),
    };
    let line = text.expose_secret().lines().next().unwrap_or_default();
    if line.trim().is_empty() {
        return Err(failed("printed nothing on its first line".to_owned()));
    }
    Ok(line.trim().to_owned().into())
}

/// The exit status, or nothing when the child had to be ended.
fn wait(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            child.kill().ok();
            child.wait().ok();
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// What may be shown of an address: scheme, user, host and harmless options.
pub(crate) fn mask(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return "***".to_owned();
    };
    // The last @, since a password that nobody encoded may hold others.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((info, rest)) => match info.split_once(':') {
            Some((user, _)) if is_user(user) => (format!("{user}:***@"), rest),
            None if is_user(info) => (format!("{info}@"), rest),
            _ => ("***@".to_owned(), rest),
        },
        None => (String::new(), rest),
    };
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, _)) => (rest, "#***"),
        None => (rest, ""),
    };
    let Some((place, query)) = rest.split_once('?') else {
        return format!("{scheme}://{user}{rest}{fragment}");
    };
    let options: Vec<String> = query.split('&').map(mask_option).collect();
    format!("{scheme}://{user}{place}?{}{fragment}", options.join("&"))
}

fn is_user(text: &str) -> bool {
    !text.contains(['/', '?', '#', '@'])
}

fn mask_option(option: &str) -> String {
    match option.split_once('=') {
        Some((key, _)) if !HARMLESS.contains(&key.to_ascii_lowercase().as_str()) => {
            format!("{key}=***")
        }
        Some(_) => option.to_owned(),
        None if option.is_empty() => String::new(),
        None => "***".to_owned(),
    }
}

/// Whether a text is a connection string of MongoDB; the complaint shows nothing of it.
pub(crate) fn check_mongo_uri(name: &str, uri: &SecretString) -> Result<(), Complaint> {
    let text = uri.expose_secret();
    let rest = text
        .strip_prefix("mongodb://")
        .or_else(|| text.strip_prefix("mongodb+srv://"));
    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
        return Err(Complaint::new(
            format!("`{name}` is not a MongoDB connection string (its value is not shown)"),
            "It must start with mongodb:// or mongodb+srv:// and name a host",
        ));
    };
    let before_options = rest.split('?').next().unwrap_or(rest);
    let (authority, path) = before_options
        .split_once('/')
        .unwrap_or((before_options, ""));
    let info = authority.rsplit_once('@').map_or("", |(info, _)| info);
    if path.contains('@') || info.contains('@') || info.matches(':').count() > 1 {
        return Err(Complaint::new(
            format!("the user or password in `{name}` has a character that must be encoded"),
            "Write % and two hex digits for each of : / ? # [ ] @, for example %40 for @",
        ));
    }
    Ok(())
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
    use super::*;

    #[test]
    fn a_command_that_hangs_is_ended_and_says_so() {
        let env = BTreeMap::new();
        let fault = run(
            "mongo.uri",
            "exec sleep 30",
            &env,
            Duration::from_millis(50),
        );
        let what = fault.unwrap_err().what;
        assert_eq!(what, "the command of `mongo.uri` did not end within 0 s");
    }
}
