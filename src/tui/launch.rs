//! From settings to a session on the screen: keys, theme, remembered columns, what to open.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::drafts::Kept;
use super::{Exit, Options, remembered};
pub use crate::app::Writing;
use crate::app::keymap::Keymap;
use crate::app::list::columns::Choice;
use crate::app::{self, App, Target};
use crate::config::{ColorMode, Loaded, Settings};
use crate::domain::intent::Place;
use crate::domain::{Catalog, Collection};
use crate::task::{Runtime, TaskEvent};
use crate::ui::theme::{Depth, Surroundings, Theme, When};

/// Longest exact count in milliseconds.
const COUNT_LIMIT: u64 = 20_000;
/// How long running reads get at the end.
const GRACE: Duration = Duration::from_millis(300);

/// What a session is about, besides the settings.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The profile's name, or `demo`.
    pub profile: String,
    /// The database as the header names it.
    pub database: String,
    /// The stream, for people; empty without a value store.
    pub stream: String,
    /// `COLLECTION` or `COLLECTION:ID`, to be opened at once.
    pub target: Option<String>,
    /// A word that was taken for a collection, and the command that was perhaps meant.
    pub meant: Option<(String, String)>,
    /// The way to write, or why the session cannot.
    pub writing: Result<Writing, String>,
    /// What it will be once its keys are there.
    pub later: Option<Writing>,
    /// Where columns are remembered; a temporary folder for the demo.
    pub state: PathBuf,
    /// Where texts are kept that were typed and not written.
    pub drafts: PathBuf,
    /// The log file, if one is written.
    pub log: Option<PathBuf>,
    /// What a person should know from the start.
    pub notes: Vec<String>,
    /// The words of the command line that chose the stores, without secrets.
    pub given: Vec<String>,
    /// What is written and what is kept end with the program: the demo.
    pub forgets: bool,
}

/// Opens the screen and stays until the session ends.
///
/// # Errors
/// There is no terminal, or a key or theme file is wrong.
pub fn launch(
    loaded: &Loaded,
    subject: Subject,
    (runtime, reports): (Runtime, mpsc::Receiver<TaskEvent>),
    handle: Handle,
) -> anyhow::Result<Exit> {
    let settings = &loaded.settings;
    let keys = keys(&loaded.paths.keys_file)?;
    let theme = theme(settings, &loaded.paths.themes_dir)?;
    let mut remembered = remembered::load(&subject.state);
    let mut options = options(settings, &subject);
    options.notes.append(&mut remembered.notes);
    options.columns = columns(loaded, remembered.columns);
    options.filters = remembered.filters;
    let writing = options.writing.as_ref().ok().or(options.later.as_ref());
    let place = writing.map(|writing| writing.place.clone());
    let place = place.unwrap_or_else(|| Place {
        mongo: String::new(),
        database: subject.database.clone(),
        stream: subject.stream.clone(),
    });
    let app = App::new(options, keys);
    let options = Options {
        handle,
        theme,
        mouse: settings.ui.mouse,
        drafts: Kept::new((&subject.drafts, &subject.state), place),
        state: subject.state,
        log: subject.log,
        grace: GRACE,
    };
    super::run(app, runtime, reports, options)
}

/// All but what is remembered.
fn options(settings: &Settings, subject: &Subject) -> app::Options {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    app::Options {
        profile: subject.profile.clone(),
        database: subject.database.clone(),
        stream: subject.stream.clone(),
        writing: subject.writing.clone(),
        later: subject.later.clone(),
        forgets: subject.forgets,
        ascii: settings.ui.ascii,
        mouse: settings.ui.mouse,
        page_size: u32::try_from(settings.browse.page_size).unwrap_or(100),
        window: settings.browse.window,
        preview_delay: millis(settings.browse.preview_delay),
        count_limit: COUNT_LIMIT,
        patience: millis(settings.writer.patience),
        open: subject.target.as_deref().map(target),
        meant: subject.meant.clone(),
        columns: BTreeMap::new(),
        configured: settings.browse.columns.clone(),
        filters: BTreeMap::new(),
        notes: subject.notes.clone(),
        given: subject.given.clone(),
        catalog: Catalog::builtin(),
    }
}

/// The choices that hold: one made on the screen is newer than the file, but what the environment
/// says holds for this session.
fn columns(loaded: &Loaded, mut remembered: BTreeMap<String, Choice>) -> BTreeMap<String, Choice> {
    let of_session = |collection: &String| {
        let name = format!("browse.columns.{collection}");
        let mut shown = loaded.shown.iter();
        shown.any(|row| row.name == name && row.origin.is_of_session())
    };
    for (name, choice) in &mut remembered {
        if of_session(name) {
            choice.shown = None;
        }
    }
    remembered
}

/// A text with a colon is a key; without one it is a collection.
fn target(text: &str) -> Target {
    match text.parse() {
        Ok(key) => Target::Document(key),
        Err(_) => Target::Collection(Collection::new(text)),
    }
}

fn keys(file: &Path) -> anyhow::Result<Keymap> {
    let mut keys = Keymap::builtin()?;
    match fs::read_to_string(file) {
        Ok(text) => keys.apply(&file.display().to_string(), &text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the key file {} can't be read", file.display()));
        }
    }
    Ok(keys)
}

fn theme(settings: &Settings, themes: &Path) -> anyhow::Result<Theme> {
    let when = match settings.ui.color {
        ColorMode::Auto => When::Auto,
        ColorMode::Always => When::Always,
        ColorMode::Never => When::Never,
    };
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let around = Surroundings {
        no_color: variable("NO_COLOR"),
        clicolor_force: variable("CLICOLOR_FORCE"),
        colorterm: variable("COLORTERM"),
        term: variable("TERM"),
        colorfgbg: variable("COLORFGBG"),
        sty: variable("STY"),
    };
    let find = |name: &str| fs::read_to_string(themes.join(format!("{name}.toml"))).ok();
    Ok(Theme::load(
        &settings.ui.theme,
        Depth::of(when, &around),
        &around,
        find,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, Surroundings, load};

    #[test]
    fn columns_chosen_on_the_screen_win_over_the_file_and_not_over_the_environment() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.toml");
        let text =
            "[browse.columns]\nmemcells = [\"file\"]\nusers = [\"file\"]\nlogs = [\"file\"]\n";
        fs::write(&file, text).unwrap();
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let around = Surroundings {
            env: [variable("DUALSCOPE_BROWSE__COLUMNS__USERS", "variable")].into(),
            cwd: home.path().to_owned(),
            home: home.path().to_owned(),
            slow: None,
        };
        let over = Overrides {
            config: Some(file),
            ..Overrides::default()
        };
        let loaded = load(&over, &around).unwrap();
        let choice = Choice {
            shown: Some(vec!["screen".to_owned()]),
            widths: [("screen".to_owned(), 12)].into(),
        };
        let chosen = |name: &str| (name.to_owned(), choice.clone());

        let columns = columns(&loaded, [chosen("memcells"), chosen("users")].into());

        let configured = &loaded.settings.browse.columns;
        let won = |name: &str| {
            let shown = columns.get(name).and_then(|choice| choice.shown.as_ref());
            shown.unwrap_or(&configured[name]).join(",")
        };
        assert_eq!(
            [won("memcells"), won("users"), won("logs")],
            ["screen", "variable", "file"]
        );
        assert_eq!(columns["users"].widths, choice.widths);
    }
}
