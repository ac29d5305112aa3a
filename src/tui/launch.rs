//! From settings to a session on the screen: keys, theme, remembered columns, what to open.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::{Exit, Options};
use crate::app::keymap::Keymap;
use crate::app::{self, App, Target};
use crate::config::{ColorMode, Loaded, Settings};
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
    /// The stream, for people.
    pub stream: String,
    /// `COLLECTION` or `COLLECTION:ID`, to be opened at once.
    pub target: Option<String>,
    /// Where columns are remembered; a temporary folder for the demo.
    pub state: PathBuf,
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
    let mut columns = settings.browse.columns.clone();
    columns.extend(super::load_columns(&subject.state));
    let app = App::new(options(settings, &subject, columns), keys);
    let options = Options {
        handle,
        theme,
        mouse: settings.ui.mouse,
        state: subject.state,
        log: Some(settings.log.dir.join(crate::config::logging::FILE)),
        grace: GRACE,
    };
    super::run(app, runtime, reports, options)
}

fn options(
    settings: &Settings,
    subject: &Subject,
    columns: BTreeMap<String, Vec<String>>,
) -> app::Options {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    app::Options {
        profile: subject.profile.clone(),
        database: subject.database.clone(),
        stream: subject.stream.clone(),
        read_only: true,
        ascii: settings.ui.ascii,
        mouse: settings.ui.mouse,
        page_size: u32::try_from(settings.browse.page_size).unwrap_or(100),
        window: settings.browse.window,
        preview_delay: millis(settings.browse.preview_delay),
        count_limit: COUNT_LIMIT,
        open: subject.target.as_deref().map(target),
        columns,
        catalog: Catalog::builtin(),
    }
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
