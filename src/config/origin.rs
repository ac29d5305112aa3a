//! Where a value came from: every setting on the screen says so.

use std::fmt;
use std::path::Path;

/// The layer, and the place in it, that decided a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// `assets/config.toml`, compiled in.
    Default,
    /// A top-level section of the configuration file.
    File {
        /// The file, with the home folder as `~`.
        path: String,
        /// Counted from one.
        line: usize,
    },
    /// A named profile in the configuration file.
    Profile {
        /// The profile.
        name: String,
        /// The file, with the home folder as `~`.
        path: String,
        /// Counted from one.
        line: usize,
    },
    /// `.env` or `.0g_secrets` of the service.
    Service {
        /// The file, with the home folder as `~`.
        path: String,
        /// Counted from one.
        line: usize,
    },
    /// The service's own default, since its file does not set the variable.
    ServiceDefault {
        /// The file, with the home folder as `~`.
        path: String,
        /// The variable that is not there.
        variable: &'static str,
    },
    /// An environment variable, by name.
    Environment(String),
    /// A flag, with its dashes.
    Flag(&'static str),
    /// The screen, in a session before; the file that remembers it, with the home folder as `~`.
    Chosen(String),
}

impl Origin {
    /// Whether the service's own files decided: such text is data and is never expanded or run.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self, Self::Service { .. } | Self::ServiceDefault { .. })
    }

    /// Whether the value holds for this session only and stands above the service's files.
    #[must_use]
    pub fn is_of_session(&self) -> bool {
        matches!(self, Self::Environment(_) | Self::Flag(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } | Self::Service { path, line } => write!(f, "{path}:{line}"),
            Self::Profile { name, path, line } => write!(f, "profile {name} ({path}:{line})"),
            Self::ServiceDefault { path, variable } => {
                write!(f, "{path} (no {variable}: the service's default)")
            }
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Chosen(path) => write!(f, "chosen on the screen ({path})"),
        }
    }
}

/// One setting as `config show` prints it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// `section.key`.
    pub name: String,
    /// The value with every secret masked; `None` where nothing is set.
    pub value: Option<String>,
    /// Which layer decided.
    pub origin: Origin,
}

impl Shown {
    /// The value as people read it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("(not set)")
    }
}

/// A path as people read it: the home folder is `~`.
pub(crate) fn short(path: &Path, home: &Path) -> String {
    match path.strip_prefix(home) {
        Ok(rest) if home.parent().is_some() && !rest.as_os_str().is_empty() => {
            format!("~/{}", rest.display())
        }
        _ => path.display().to_string(),
    }
}
