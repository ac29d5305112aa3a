//! The secrets that the layers name: which of them a session needs, and what is said of those that
//! cannot be had. No secret is in any text of this module.

use secrecy::SecretString;

use super::{Loader, Need, only_reads};
use crate::config::fault::Complaint;
use crate::config::layers::{Entry, Layered};
use crate::config::origin::{Origin, short};
use crate::config::table::{Kind, SETTINGS};
use crate::config::value::Value;
use crate::config::{paths, secrets};

impl Loader<'_> {
    /// Fetches the secrets of the layers that a person wrote, and checks them.
    pub(super) fn secrets(&mut self, values: &mut Layered) {
        for setting in SETTINGS.iter().filter(|s| s.kind == Kind::Secret) {
            let Some((raw, entry)) = values.secret(setting.name).zip(values.get(setting.name))
            else {
                continue;
            };
            let origin = entry.origin.clone();
            let key = setting.section() == "writer";
            let sealed = key && only_reads(values);
            if !sealed {
                self.readable_by_others(setting.name, &raw, &origin);
            }
            if key && !sealed && self.need == Need::Beside && self.leave_for_later(&raw, entry) {
                values.set(setting.name, Value::Text("*** (being fetched)".to_owned()));
                continue;
            }
            if sealed || key && self.need == Need::Reading {
                // no command is run and no key kept for what is not going to happen
                values.set(setting.name, Value::Text("*** (not fetched)".to_owned()));
                continue;
            }
            match self.fetch(setting.name, raw, &origin) {
                Ok(secret) => values.set(setting.name, Value::Secret(secret)),
                // Reading needs no key, so one that is not to be had is no wall.
                Err(complaint) if key => {
                    values.set(setting.name, Value::Text("*** (not a key)".to_owned()));
                    self.unfit_key(setting.name, &complaint, &origin);
                }
                Err(complaint) => self.problems.push(complaint.at(origin.to_string())),
            }
        }
    }

    /// Leaves a key that a command prints to whoever runs that beside the screen.
    fn leave_for_later(&mut self, raw: &SecretString, entry: &Entry) -> bool {
        let runs = !entry.origin.is_service() && secrets::command_of(raw).is_some();
        if runs {
            let (name, origin) = (entry.name.as_str(), entry.origin.clone());
            self.later
                .add((name, origin), raw.clone(), &self.around.env);
        }
        runs
    }

    /// What a person wrote may say where the secret is; what the service wrote is the secret.
    fn fetch(
        &self,
        name: &'static str,
        raw: SecretString,
        origin: &Origin,
    ) -> Result<SecretString, Complaint> {
        let secret = if origin.is_service() {
            raw
        } else {
            secrets::resolve(name, &raw, &self.around.env, self.around.slow)?
        };
        secrets::check(name, &secret)?;
        Ok(secret)
    }

    /// A key of the writer that is none: told, and remembered as the reason of a session that
    /// only reads. The service's templates hold words where a key will stand.
    fn unfit_key(&mut self, name: &str, complaint: &Complaint, origin: &Origin) {
        let why = unfit(name, complaint, origin);
        self.notes.push(format!("{why}: this session only reads"));
        self.unfit.get_or_insert(why);
    }

    fn readable_by_others(&mut self, name: &str, raw: &SecretString, origin: &Origin) {
        let file = match origin {
            Origin::File { .. } | Origin::Profile { .. } => Some(&self.paths.config_file),
            Origin::Service { .. } if name == "writer.encryption_key" => {
                self.paths.service_files.last()
            }
            Origin::Service { .. } => self.paths.service_files.first(),
            _ => None,
        };
        let key = name.starts_with("writer.");
        let plain = if key {
            origin.is_service() || !secrets::is_reference(raw)
        } else {
            origin.is_service() && secrets::has_password(raw) || secrets::is_plain(raw)
        };
        let what = if key { "the secret" } else { "the password" };
        if let Some(file) = file.filter(|file| plain && paths::open_to_others(file)) {
            let shown = short(file, &self.around.home);
            self.notes.push(format!(
                "{shown} holds {what} of `{name}` and may be read by other people on this \
                 machine; `chmod 600 {shown}` ends that"
            ));
        }
    }

    /// A connection string may name the database, as other programs take it; a setting wins.
    pub(super) fn database_of_uri(&mut self, values: &mut Layered) {
        let Some((uri, entry)) = values.secret("mongo.uri").zip(values.get("mongo.uri")) else {
            return;
        };
        let (Some(named), Some(set)) = (secrets::database_in(&uri), values.get("mongo.database"))
        else {
            return;
        };
        if set.origin == Origin::Default && !entry.origin.is_service() {
            let entry = Entry {
                name: set.name.clone(),
                value: Value::Text(named.to_owned()),
                origin: entry.origin.clone(),
            };
            values.put([entry]);
        } else if values.text("mongo.database") != Some(named) {
            self.notes.push(format!(
                "`mongo.uri` ({}) names a database {named:?}, yet `mongo.database` ({}) decides",
                entry.origin, set.origin
            ));
        }
    }
}

/// Why a key is none, with the place that names it.
pub(in crate::config) fn unfit(name: &str, complaint: &Complaint, origin: &Origin) -> String {
    let named = format!("`{name}`");
    let what = complaint.what.replace(" (its value is not shown)", "");
    what.replacen(&named, &format!("{named} ({origin})"), 1)
}
