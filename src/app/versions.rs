//! The versions of one value: looked at, compared, put back. Read page by page; what is below the
//! node's first transaction is unknown, and said so.

use std::sync::Arc;

use super::App;
use super::command::Command;
use super::layer::Layer;
use super::notice::Level;
use super::page::{Line, Page, Subject};
use super::review::Decided;
use super::review::words::change_lines;
use super::writing::Wanted;
use crate::domain::edit::{Folding, Layout, changes};
use crate::domain::full::{Full, Head, Stored};
use crate::domain::intent::When;
use crate::domain::state::Role;
use crate::domain::{Key, Version};
use crate::task::event::{self, Inspection};
use crate::task::spec::{TaskId, TaskSpec};

/// Versions of a page.
const PAGE: usize = 50;

/// The list of versions.
#[derive(Debug)]
pub struct Versions {
    /// Whose.
    pub key: Key,
    /// The versions read so far, the newest first.
    pub rows: Vec<Head>,
    /// The version that others are compared with.
    pub marked: Option<Version>,
    /// What stands below the last row.
    pub end: String,
    /// Tombstones of which somebody knows when they were written.
    deleted: Vec<(Version, When)>,
    cursor: usize,
    more: bool,
    task: Option<TaskId>,
    /// A write to the key has ended since the rows were read.
    stale: bool,
}

/// Said at the end of the history of a node that does not report its progress.
const BEGINS: &str = "it does not tell where its history begins";

impl Versions {
    /// The selected place.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The newest version, while nothing can have been written since it was read.
    #[must_use]
    pub fn newest(&self) -> Option<Version> {
        let first = self.rows.first().filter(|_| !self.stale)?;
        version_of(*first)
    }

    fn selected(&self) -> Option<Version> {
        self.rows
            .get(self.cursor)
            .and_then(|head| version_of(*head))
    }

    /// When the selected tombstone was written, as far as anybody knows; `None` on a value.
    #[must_use]
    pub fn when(&self) -> Option<String> {
        let Head::Tombstone(version) = *self.rows.get(self.cursor)? else {
            return None;
        };
        let known = self.deleted.iter().find(|(at, _)| *at == version);
        let when = known.map_or(&When::Unknown, |(_, when)| when);
        Some(when.said())
    }

    /// Selects a row.
    pub(super) fn select(&mut self, at: usize) {
        self.cursor = at.min(self.rows.len().saturating_sub(1));
    }

    /// How many versions are read at once: as many as stand there, where those are read again.
    fn page(&self) -> usize {
        let again = if self.stale { self.rows.len() + 1 } else { 0 };
        again.max(PAGE)
    }

    fn move_by(&mut self, by: i64) {
        let target = i64::try_from(self.cursor).unwrap_or(0).saturating_add(by);
        self.select(usize::try_from(target.max(0)).unwrap_or(0));
    }

    fn take(&mut self, versions: event::Versions) {
        let chosen = self.selected();
        if std::mem::take(&mut self.stale) {
            self.rows.clear();
        }
        self.rows.extend(versions.page.rows);
        self.deleted.extend(versions.deleted);
        self.more = versions.page.more;
        let first = versions.window.first.filter(|first| *first > 0);
        let blind = versions.window.blind().filter(|_| self.rows.is_empty());
        let reach = versions.window.tells_reach();
        self.end = match (self.more, first, self.rows.is_empty()) {
            _ if blind.is_some() => format!(
                "whether it was ever written can't be told: {}",
                blind.unwrap_or_default()
            ),
            (true, ..) => "more versions come when you get here".to_owned(),
            (_, Some(first), _) => format!("below {first} this node knows nothing: unknown"),
            (_, None, true) if !reach => format!("no version here: {BEGINS}"),
            (_, None, true) => "never written".to_owned(),
            (_, None, false) if !reach => {
                format!("the oldest version that this node shows: {BEGINS}")
            }
            (_, None, false) => "the first version; before it the key was never written".to_owned(),
        };
        let place = |head: &Head| chosen.is_some() && version_of(*head) == chosen;
        let at = self.rows.iter().position(place);
        self.select(at.unwrap_or(self.cursor));
    }
}

/// The number of a version, where there is one.
#[must_use]
pub fn version_of(head: Head) -> Option<Version> {
    match head {
        Head::Absent => None,
        Head::Tombstone(version) | Head::Value { version, .. } => Some(version),
    }
}

impl App {
    pub(super) fn open_versions(&mut self) {
        let Some(key) = self.preview.key.clone() else {
            return;
        };
        self.layers.push(Layer::Versions(Box::new(Versions {
            key: key.clone(),
            rows: Vec::new(),
            marked: None,
            deleted: self.deleted_now(&key),
            end: "reading the versions".to_owned(),
            cursor: 0,
            more: true,
            task: None,
            stale: false,
        })));
        self.want_versions();
    }

    /// What was read of the newest tombstone together with MongoDB's half.
    fn deleted_now(&self, key: &Key) -> Vec<(Version, When)> {
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| shown.document.key == *key && shown.at.is_none());
        let told = shown.and_then(|shown| {
            let version = shown.document.stored.seen()?.version()?;
            Some((version, shown.deleted.clone()?))
        });
        told.into_iter().collect()
    }

    fn versions(&mut self) -> Option<&mut Versions> {
        self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Versions(versions) => Some(&mut **versions),
            _ => None,
        })
    }

    /// Reads the next page when the cursor comes near to its end.
    fn want_versions(&mut self) {
        let Some(versions) = self.versions() else {
            return;
        };
        let near = versions.stale || versions.cursor + PAGE / 2 >= versions.rows.len();
        if versions.task.is_some() || !versions.more || !near {
            return;
        }
        let last = versions.rows.last().filter(|_| !versions.stale);
        let from = match last.and_then(|head| version_of(*head)) {
            Some(Version(0)) => return,
            last => last.map(|version| Version(version.0 - 1)),
        };
        let spec = TaskSpec::History {
            key: versions.key.clone(),
            from,
            limit: versions.page(),
        };
        let task = self.start(spec);
        if let Some(versions) = self.versions() {
            versions.task = Some(task);
        }
    }

    /// A write to the key has ended: what was the newest version may be none. The rows stay until they
    /// are read again.
    pub(super) fn versions_outdated(&mut self, key: &Key) {
        let Some(versions) = self.versions().filter(|versions| versions.key == *key) else {
            return;
        };
        (versions.stale, versions.more) = (true, true);
        "reading the versions again".clone_into(&mut versions.end);
        let old = versions.task.take();
        self.stop(old);
        self.want_versions();
    }

    pub(super) fn on_versions(&mut self, task: TaskId, found: event::Versions) -> bool {
        let Some(versions) = self.versions() else {
            return false;
        };
        if versions.task.take_if(|id| *id == task).is_none() {
            return false;
        }
        versions.take(found);
        self.want_versions();
        true
    }

    /// Whether the failed task was to read versions.
    pub(super) fn versions_failed(&mut self, task: TaskId) -> bool {
        let Some(versions) = self.versions() else {
            return false;
        };
        if versions.task.take_if(|id| *id == task).is_none() {
            return false;
        }
        // Rows that are no longer the newest are not asked for at every key.
        versions.more &= !versions.stale;
        "the rest could not be read; R reads again".clone_into(&mut versions.end);
        true
    }

    pub(super) fn versions_command(&mut self, command: Command) {
        let page = i64::try_from(self.page_height()).unwrap_or(1);
        let Some(Layer::Versions(versions)) = self.layers.last_mut() else {
            return;
        };
        let chosen = versions.selected();
        match command {
            Command::Down => versions.move_by(1),
            Command::Up => versions.move_by(-1),
            Command::PageDown | Command::HalfDown => versions.move_by(page),
            Command::PageUp | Command::HalfUp => versions.move_by(-page),
            Command::Top => versions.move_by(-i64::from(u32::MAX)),
            Command::Bottom => versions.move_by(i64::from(u32::MAX)),
            Command::Mark => {
                versions.marked = chosen.filter(|chosen| versions.marked != Some(*chosen));
            }
            Command::Open => self.read_version(chosen, Wanted::Look),
            Command::PutBack => self.read_version(chosen, Wanted::Old),
            Command::Compare => {
                let other = versions.marked.or(versions.newest());
                match other {
                    Some(other) => self.read_version(chosen, Wanted::First(other)),
                    None => self.say(Level::Info, "which is the newest version is not known"),
                }
            }
            Command::Back | Command::Quit | Command::Versions => {
                self.layers.pop();
            }
            Command::Refresh => {
                self.layers.pop();
                self.open_versions();
            }
            other => self.general_command(other),
        }
        self.want_versions();
    }

    fn read_version(&mut self, version: Option<Version>, wanted: Wanted) {
        let key = self.versions().map(|versions| versions.key.clone());
        if let (Some(key), Some(version)) = (key, version) {
            self.read_at(key, version, wanted);
        }
    }

    /// Shows the text of a version.
    pub(super) fn look_at_version(&mut self, seen: &Inspection) {
        let mut lines = vec![Line::new("", said(seen), Some(Role::Dim))];
        let key = &seen.document.key;
        let model = self.options.catalog.get(&key.collection);
        let full = seen.document.stored.seen().and_then(Stored::full);
        let text = full.and_then(|full| {
            let json = full.json();
            let layout = json.and_then(|json| Layout::new(json, Folding::default()).ok());
            layout.map(|layout| layout.text().to_string())
        });
        let text = text.or_else(|| full.and_then(|full| full.text().map(ToString::to_string)));
        if model.is_some_and(|model| model.sensitive) && self.viewer.is_masked() {
            let said = "this collection holds secrets: reveal them in the document first";
            lines.push(Line::new("", said, Some(Role::Warn)));
        } else {
            let text = text.unwrap_or_default();
            lines.extend(text.lines().map(|line| Line::new("", line, None)));
        }
        let at = seen.at.map_or(String::new(), |at| format!(" at {at}"));
        let page = Page::new(Subject::Part, format!("{key}{at}"), lines);
        self.layers.push(Layer::Page(page));
        self.keep_pages_filled();
    }

    /// Shows what lies between two versions, the older first.
    pub(super) fn compare_versions(&mut self, one: &Inspection, other: &Inspection) {
        let (old, new) = if one.at <= other.at {
            (one, other)
        } else {
            (other, one)
        };
        let json = |seen: &Inspection| {
            let stored = seen.document.stored.seen().and_then(Stored::full);
            stored.and_then(Full::json).map(Arc::clone)
        };
        let name = |seen: &Inspection| seen.at.map_or("now".to_owned(), |at| at.to_string());
        let mut lines = vec![
            Line::new("-", said(old), Some(Role::Dim)),
            Line::new("+", said(new), Some(Role::Dim)),
            Line::default(),
        ];
        match (json(old), json(new)) {
            (Some(a), Some(b)) => {
                let all = changes(&a, &b);
                let hides = self.hides(&old.document.key);
                let arrow = if self.options.ascii { "->" } else { "→" };
                change_lines(&all, &hides, (arrow, &mut lines));
                if all.is_empty() {
                    lines.push(Line::new("", "the same content", Some(Role::Ok)));
                }
            }
            _ => lines.push(Line::new(
                "",
                "one of the two is not JSON",
                Some(Role::Warn),
            )),
        }
        let title = format!("{}: {} and {}", old.document.key, name(old), name(new));
        self.layers
            .push(Layer::Page(Page::new(Subject::Part, title, lines)));
        self.keep_pages_filled();
    }

    /// The review for writing an older version again.
    pub(super) fn put_back(&mut self, old: &Stored, now: &Inspection) {
        let made = self.desk(now).and_then(|desk| desk.put_back(old));
        match made {
            Ok(plan) => {
                let decided = Decided {
                    plan,
                    undoes: None,
                    typed: None,
                };
                self.open_review(decided, now);
            }
            Err(refusal) => self.refuse("put back", &refusal),
        }
    }

    /// What was read of an older version, on its way back.
    pub(super) fn old_is_known(&mut self, seen: &Inspection) {
        let Some(old) = seen.document.stored.seen().cloned() else {
            return self.say(Level::Warn, "put back: that version could not be read");
        };
        let key = seen.document.key.clone();
        self.read_now(key, Wanted::PutBack(Box::new(old)));
    }
}

fn said(seen: &Inspection) -> String {
    match seen.document.stored.seen() {
        None => "it could not be read".to_owned(),
        Some(Stored::Absent) => "never written".to_owned(),
        Some(Stored::Tombstone { version }) => format!("{version}: tombstone"),
        Some(Stored::Value { version, full }) => {
            format!("{version}: {} stored bytes", full.raw.len())
        }
    }
}
