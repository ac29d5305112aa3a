//! Keys of the writer whose commands are run beside the screen, without its terminal.
//!
//! Nothing here waits: whoever wants the keys looks again and again. No secret is in any text.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

use super::Settings;
use super::loader::fetching::unfit;
use super::origin::Origin;
use super::secrets::command::{Running, Stand};
use super::secrets::{PATIENCE, check, command_of};
use super::table::SETTINGS;

/// What is to be fetched, and how; nothing has been run yet.
#[derive(Clone, Default)]
pub struct Later {
    keys: Vec<(&'static str, Origin, SecretString)>,
    env: BTreeMap<String, String>,
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.keys.iter().map(|(name, ..)| name);
        f.debug_list().entries(names).finish()
    }
}

impl Later {
    pub(super) fn add(
        &mut self,
        (name, origin): (&str, Origin),
        raw: SecretString,
        env: &BTreeMap<String, String>,
    ) {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        if let Some(setting) = setting {
            self.keys.push((setting.name, origin, raw));
            self.env.clone_from(env);
        }
    }

    /// Whether there is nothing to fetch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What is fetched, in words.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match &self.keys[..] {
            [("writer.wallet_key", ..)] => "the wallet key",
            [_] => "the key of the stream",
            _ => "the keys of the writer",
        }
    }

    /// Keys that are none, in the places of those that will come: to see whether anything else is
    /// missing.
    #[must_use]
    pub fn stand_ins(&self) -> Keys {
        let none =
            |(name, ..): &(&'static str, Origin, SecretString)| (*name, String::new().into());
        Keys(self.keys.iter().map(none).collect())
    }

    /// Starts the commands.
    ///
    /// # Errors
    /// Why one of them could not be started, with the place that names it.
    pub fn start(&self) -> Result<Fetching, String> {
        let start = |(name, origin, raw): &(&'static str, Origin, SecretString)| {
            let how = (Stand::Apart, PATIENCE);
            let command = command_of(raw).unwrap_or_default();
            match Running::start(name, command, &self.env, how) {
                Ok(running) => Ok((*name, origin.clone(), running)),
                Err(complaint) => Err(unfit(name, &complaint, origin)),
            }
        };
        Ok(Fetching {
            running: self.keys.iter().map(start).collect::<Result<_, _>>()?,
            got: Keys::default(),
        })
    }
}

/// Commands on their way; they are ended when this is dropped.
#[derive(Debug)]
pub struct Fetching {
    running: Vec<(&'static str, Origin, Running)>,
    got: Keys,
}

impl Fetching {
    /// The keys, once all are there; why there will be none, with the place that names it.
    pub fn poll(&mut self) -> Option<Result<Keys, String>> {
        while let Some((name, origin, running)) = self.running.last_mut() {
            let ended = running.poll()?;
            let checked = ended.and_then(|secret| check(name, &secret).map(|()| secret));
            match checked {
                Ok(secret) => self.got.0.push((name, secret)),
                Err(complaint) => return Some(Err(unfit(name, &complaint, origin))),
            }
            self.running.pop();
        }
        Some(Ok(std::mem::take(&mut self.got)))
    }
}

/// Keys that were fetched.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<(&'static str, SecretString)>);

impl Keys {
    /// The settings with these keys in their places.
    #[must_use]
    pub fn into_settings(self, mut settings: Settings) -> Settings {
        for (name, secret) in self.0 {
            match name {
                "writer.wallet_key" => settings.writer.wallet_key = Some(secret),
                _ => settings.writer.encryption_key = Some(secret),
            }
        }
        settings
    }
}
