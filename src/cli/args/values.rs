//! Single values of the command line, read from their text.

use std::str::FromStr;
use std::time::Duration;

use super::Target;
use crate::config;
use crate::domain::{Collection, Key, Version};

/// Whether somebody gave a connection string where a name was wanted; it may hold a password.
fn not_an_address(text: &str) -> Result<&str, String> {
    if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
        return Err("this is a connection string; give it with --mongo-uri".to_owned());
    }
    Ok(text)
}

pub(super) fn target(text: &str) -> Result<Target, String> {
    if text.contains(':') {
        key(text).map(Target::Document)
    } else {
        collection(text).map(Target::Collection)
    }
}

pub(super) fn key(text: &str) -> Result<Key, String> {
    let fault = |fault: crate::domain::key::KeyFault| fault.to_string();
    not_an_address(text)?.parse().map_err(fault)
}

pub(super) fn collection(text: &str) -> Result<Collection, String> {
    match not_an_address(text)? {
        "" => Err("a collection has a name".to_owned()),
        name => Ok(Collection::new(name)),
    }
}

pub(super) fn version(text: &str) -> Result<Version, String> {
    let number = text.strip_prefix('v').unwrap_or(text);
    match number.parse() {
        Ok(number) => Ok(Version(number)),
        Err(_) => Err("a version is a whole number, such as 812".to_owned()),
    }
}

/// How many at most.
pub(super) fn limit<T: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| *number >= T::from(1));
    number.ok_or_else(|| {
        "a limit is a whole number from 1 on; leave it out for the default".to_owned()
    })
}

/// Who does something.
pub(super) fn person(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a name has a letter; leave --by out to name nobody".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// A latency: with a unit of time, or in milliseconds.
pub(super) fn latency(text: &str) -> Result<Duration, String> {
    let time = match text.parse::<u64>() {
        Ok(ms) => Some(Duration::from_millis(ms)),
        Err(_) => config::duration(text),
    };
    let most = Duration::from_secs(60);
    let time = time.filter(|time| *time <= most);
    time.ok_or_else(|| {
        "a latency is 0 to 60000 milliseconds, or a time such as `2 s` up to a minute".to_owned()
    })
}

/// A time for a setting, which wants a unit: a number alone is seconds.
pub(super) fn seconds(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a time is a number, of seconds or with a unit".to_owned()),
        number if number.parse::<f64>().is_ok() => Ok(format!("{number} s")),
        _ => Ok(text.to_owned()),
    }
}
