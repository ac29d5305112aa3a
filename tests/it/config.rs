//! Configuration: from files, the service's folder, environment and flags to settings, and every
//! fault with its message.

mod corpus;
mod files;
mod folder;
mod logging;
mod precedence;
mod service;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};

use dualscope::config::{Fault, Loaded, Overrides, Surroundings, load, load_beside, load_to_read};
use tempfile::TempDir;

/// A secret that must never be seen in any output.
const CANARY: &str = "hunter2canary";

/// A stream id, and the text of it as the newest service writes it.
const STREAM: &str = "0x000000000000000000000000000000000000000000000000000000000000f2be";
const OTHER_STREAM: &str = "0x00000000000000000000000000000000000000000000000000000000000beef0";

/// A home folder, a working directory and an environment of its own.
struct World {
    _dir: TempDir,
    around: Surroundings,
    over: Overrides,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("its real name");
        let around = Surroundings {
            env: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
            cwd: root.join("work"),
            home: root.join("home"),
            slow: None,
        };
        fs::create_dir(&around.cwd).expect("a working directory");
        fs::create_dir(&around.home).expect("a home folder");
        Self {
            _dir: dir,
            around,
            over: Overrides::default(),
        }
    }

    /// The usual configuration file.
    fn config_file(&self) -> PathBuf {
        self.around.home.join(".config/dualscope/config.toml")
    }

    /// The usual configuration file with this text, private as it should be.
    fn config(self, text: impl AsRef<[u8]>) -> Self {
        write(&self.config_file(), text);
        set_mode(&self.config_file(), 0o600);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.around.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file in the working directory.
    fn here(self, name: &str, text: &str) -> Self {
        write(&self.around.cwd.join(name), text);
        self
    }

    /// A file in `~/evermemos`.
    fn service(self, name: &str, text: &str) -> Self {
        write(&self.service_dir().join(name), text);
        self
    }

    fn service_dir(&self) -> PathBuf {
        self.around.home.join("evermemos")
    }

    fn at_service(mut self) -> Self {
        self.over.service_dir = Some(self.service_dir());
        self
    }

    fn flags(mut self, change: impl FnOnce(&mut Overrides)) -> Self {
        change(&mut self.over);
        self
    }

    fn load(&self) -> Result<Loaded, Fault> {
        load(&self.over, &self.around)
    }

    /// As the screen loads it.
    fn to_show(&self) -> Loaded {
        load_beside(&self.over, &self.around)
            .unwrap_or_else(|fault| panic!("the world should load:\n{fault}"))
    }

    /// As a command that only reads loads it.
    fn to_read(&self) -> Loaded {
        load_to_read(&self.over, &self.around)
            .unwrap_or_else(|fault| panic!("this should load: {fault}"))
    }

    fn loaded(&self) -> Loaded {
        self.load()
            .unwrap_or_else(|fault| panic!("this should load: {fault}"))
    }

    fn fault(&self) -> String {
        match self.load() {
            Ok(_) => panic!("this should not load"),
            Err(fault) => self.portable(&fault.to_string()),
        }
    }

    /// The text without the names of temporary folders.
    fn portable(&self, text: &str) -> String {
        text.replace(&*self.around.cwd.to_string_lossy(), "/here")
            .replace(&*self.around.home.to_string_lossy(), "/home/me")
    }
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    let dir = path.parent().expect("a file stands in a folder");
    fs::create_dir_all(dir).expect("its folder");
    fs::write(path, text).expect("the file");
}

/// Value and origin of one setting as `config show` prints it.
fn row(loaded: &Loaded, name: &str) -> String {
    let found = loaded.shown.iter().find(|row| row.name == name);
    let found = found.unwrap_or_else(|| panic!("{name} is shown"));
    format!("{} [{}]", found.text(), found.origin)
}

fn note(loaded: &Loaded, part: &str) -> bool {
    loaded.notes.iter().any(|note| note.contains(part))
}

/// The connection string itself, which nothing but a store may see.
fn uri(loaded: &Loaded) -> String {
    use secrecy::ExposeSecret as _;
    let uri = loaded.settings.mongo.uri.as_ref();
    uri.map(|uri| uri.expose_secret().to_owned())
        .unwrap_or_default()
}

/// Everything of a loaded configuration that could reach a screen, a log or a file.
fn everything_visible(loaded: &Loaded) -> String {
    let rows: Vec<String> = loaded
        .shown
        .iter()
        .map(|row| format!("{} = {} [{}]", row.name, row.text(), row.origin))
        .collect();
    format!("{loaded:?}\n{rows:#?}\n{:#?}", loaded.notes)
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = fs::Permissions::from_mode(mode);
    fs::set_permissions(path, permissions).expect("our own file");
}

/// The mode of a file or folder, its type left out.
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = fs::metadata(path).expect("it is there");
    meta.permissions().mode() & 0o777
}
