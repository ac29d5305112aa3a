//! The service's own files: `.env` and `.0g_secrets` of a 0g-memory / `EverMemOS` folder.
//!
//! Everything here follows the service's rules, so that dualscope looks at the stores that the
//! service uses. What the files say is data: nothing in them is expanded from the environment or
//! run. Keys of wallets and encryption go on only into a session that may write.

mod rules;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};

use self::rules::Reading;
use super::dotenv::{DotEnv, SEALED};
use super::fault::{Complaint, Problem};
use super::layers::Entry;
use super::origin::short;
use super::table::SETTINGS;
use super::value::Base;

/// Variables that mark a folder besides those in the table of settings.
const MARKS: &[&str] = &[
    "MONGODB_URI_PARAMS",
    "SERVER_MODE",
    "ZEROG_FLOW_ADDRESS",
    "ZEROG_USE_INDEXER",
];

/// What the service's files say.
#[derive(Debug, Default)]
pub(crate) struct Service {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) entries: Vec<Entry>,
    /// Faults, each with the setting it concerns: harmless when a stronger layer sets that.
    pub(crate) problems: Vec<(&'static str, Problem)>,
    pub(crate) notes: Vec<String>,
    /// What to say of keys in a session that only reads.
    pub(crate) sealed: Vec<String>,
}

/// The two files of a folder, as far as they are there.
pub(crate) struct Folder {
    dir: PathBuf,
    env: Option<DotEnv>,
    secrets: Option<DotEnv>,
    unread: Vec<String>,
}

impl Folder {
    /// Looks into `dir`.
    pub(crate) fn open(dir: &Path, home: &Path) -> Self {
        let mut unread = Vec::new();
        let mut load = |name: &str| {
            let path = dir.join(name);
            if !path.is_file() {
                return None;
            }
            match fs::read(&path) {
                Ok(bytes) => Some(DotEnv::parse(&String::from_utf8_lossy(&bytes))),
                Err(error) => {
                    let path = short(&path, home);
                    unread.push(format!("{path} cannot be read ({})", error.kind()));
                    None
                }
            }
        };
        Self {
            env: load(".env"),
            secrets: load(".0g_secrets"),
            dir: dir.to_owned(),
            unread,
        }
    }

    /// The folder that a person named: itself, the folder of the `.env` named, or the one above
    /// its `src`.
    pub(crate) fn named(dir: &Path, home: &Path) -> Self {
        let dir = if dir.is_file() {
            dir.parent().unwrap_or(dir)
        } else {
            dir
        };
        let folder = Self::open(dir, home);
        match dir.parent() {
            Some(above) if !folder.is_service() && dir.ends_with("src") => {
                let root = Self::open(above, home);
                if root.is_service() { root } else { folder }
            }
            _ => folder,
        }
    }

    /// Whether the service would be configured here: a known variable in `.env`, or `.0g_secrets`.
    pub(crate) fn is_service(&self) -> bool {
        let known = |name: &str| {
            SETTINGS
                .iter()
                .any(|setting| setting.service.contains(&name))
                || MARKS.contains(&name)
                || SEALED.contains(&name)
        };
        let env = self.env.as_ref();
        self.secrets.is_some() || env.is_some_and(|e| e.variables.iter().any(|v| known(&v.name)))
    }

    /// Why a folder that a person named is not one of the service.
    pub(crate) fn refusal(&self, home: &Path) -> Complaint {
        let dir = short(&self.dir, home);
        let what = if !self.dir.is_dir() {
            format!("there is no folder {dir}")
        } else if self.unread.is_empty() {
            format!("{dir} has neither .0g_secrets nor an .env with variables of the service")
        } else {
            self.unread.join("; ")
        };
        Complaint::new(
            what,
            "Name the folder in which the service is started, with its .env (copied from \
             env.template) or .0g_secrets",
        )
    }

    /// Everything that the files say about settings.
    pub(crate) fn read(&self, home: &Path) -> Service {
        let path = |name: &str| short(&self.dir.join(name), home);
        let mut reading = Reading {
            base: Base {
                dir: &self.dir,
                home,
            },
            env_path: path(".env"),
            secrets_path: path(".0g_secrets"),
            out: Service::default(),
        };
        reading.out.notes.extend(self.unread.iter().cloned());
        if let Some(env) = &self.env {
            reading.out.files.push(self.dir.join(".env"));
            reading.odd_lines(env);
            reading.mongo(env);
            reading.database(env);
            reading.kind(env);
            reading.node(env);
            reading.server_mode(env);
            reading.writer(env);
        }
        if self.secrets.is_some() {
            reading.out.files.push(self.dir.join(".0g_secrets"));
        }
        match (&self.secrets, &self.env) {
            (Some(secrets), env) => reading.newest(secrets, env.as_ref()),
            (None, Some(env)) => reading.older(env),
            (None, None) => {}
        }
        reading.keys(self.env.as_ref(), self.secrets.as_ref());
        reading.sealed(self.env.as_ref(), self.secrets.as_ref());
        reading.out
    }
}
