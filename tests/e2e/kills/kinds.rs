//! The kinds of writes: what both stores hold before, the command, and what was asked for.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dualscope::domain::intent::Story;
use dualscope::journal::{Journal, Rules, Survey, Trouble};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde_json::Value;

use crate::real::{COLLECTION, Real, Version};

/// 2026-01-20 14:00:00 UTC.
const THEN: i64 = 1_768_917_600_000;
/// A number that no reading as a double survives.
const NUMBER: &str = "12345678901234567890.50";

/// A kind of write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    PutNew,
    Put,
    Edit,
    Delete,
    SoftDelete,
    Restore,
    Rebuild,
    PutBack,
    Undo,
    Redo,
}

pub(crate) const KINDS: [Kind; 10] = [
    Kind::PutNew,
    Kind::Put,
    Kind::Edit,
    Kind::Delete,
    Kind::SoftDelete,
    Kind::Restore,
    Kind::Rebuild,
    Kind::PutBack,
    Kind::Undo,
    Kind::Redo,
];

impl Kind {
    /// Whether it writes a value.
    pub(crate) fn writes_value(self) -> bool {
        !matches!(self, Self::SoftDelete | Self::Restore | Self::Rebuild)
    }
}

/// One document, with a state folder of its own.
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) state: PathBuf,
    /// MongoDB's half before the command.
    pub(crate) lite: Option<Document>,
    /// The versions before the command.
    pub(crate) versions: Vec<Version>,
    /// Writes of the journal before the command.
    known: HashSet<String>,
}

/// The full text with these keywords.
pub(crate) fn full(id: &str, keywords: &str) -> String {
    format!(
        r#"{{"created_at":"2026-01-20T14:00:00+00:00","updated_at":"2026-01-20T14:00:00+00:00","user_id":null,"timestamp":"2026-01-20T14:00:00.000456+00:00","group_id":"g1","participants":["alice","bob"],"type":"Conversation","keywords":["{keywords}"],"summary":"lunch \u2014 at noon","number":{NUMBER},"id":"{id}"}}"#
    )
}

/// The lite document that goes with it.
pub(crate) fn lite(id: &str, keywords: &str) -> Document {
    let date = Bson::DateTime(DateTime::from_millis(THEN));
    doc! {
        "_id": ObjectId::parse_str(id).unwrap(),
        "updated_at": date.clone(),
        "created_at": date.clone(),
        "user_id": null,
        "timestamp": date,
        "group_id": "g1",
        "participants": ["alice", "bob"],
        "type": "Conversation",
        "keywords": [keywords],
        "deleted_at": null,
        "deleted_by": null,
        "deleted_id": 0,
    }
}

impl Case {
    /// Puts into both stores what the command needs to find.
    pub(crate) fn new(real: &Real, kind: Kind, number: u32) -> Self {
        let id = format!("6979da5797f9041f{number:08x}");
        let key = format!("{COLLECTION}:{id}");
        let state = real.home.path().join(format!("state-{number}"));
        fs::create_dir_all(&state).unwrap();
        if kind != Kind::PutNew {
            real.service_value(&key, STANDARD.encode(full(&id, "first")).as_bytes());
        }
        let mut lite = lite(&id, "first");
        if kind == Kind::Restore {
            lite.insert("deleted_at", DateTime::from_millis(THEN + 5));
            lite.insert("deleted_by", "alice");
            lite.insert("deleted_id", 7_i64);
        }
        if !matches!(kind, Kind::PutNew | Kind::Rebuild) {
            real.service_lite(&id, &lite);
        }
        let mut case = Self {
            kind,
            lite: None,
            versions: Vec::new(),
            known: HashSet::new(),
            id,
            key,
            state,
        };
        fs::write(case.typed_file(), full(&case.id, &case.typed())).unwrap();
        case.write_before(real);
        case.lite = real.document(&case.id);
        case.versions = real.versions(&case.key);
        let stories = case.survey().entries.into_iter();
        case.known = stories
            .map(|entry| entry.story.intent.to_string())
            .collect();
        case
    }

    /// What was written by hand before, for what takes it back.
    fn write_before(&self, real: &Real) {
        if matches!(self.kind, Kind::PutBack | Kind::Undo | Kind::Redo) {
            let file = self.typed_file();
            let put = ["put", &self.key, file.to_str().unwrap(), "--yes"];
            real.run(&self.state, &put).ended(0);
        }
        if self.kind == Kind::Redo {
            real.run(&self.state, &["undo", "--yes"]).ended(0);
        }
    }

    /// The keyword that the person types; no other document has it.
    pub(crate) fn typed(&self) -> String {
        format!("typed-{}", self.id)
    }

    fn typed_file(&self) -> PathBuf {
        self.state.with_extension("json")
    }

    /// There once the editor has saved what was typed.
    fn saved(&self) -> PathBuf {
        self.state.with_extension("saved")
    }

    /// The command, which prints what a program reads.
    pub(crate) fn command(&self, real: &Real) -> Command {
        let file = self.typed_file();
        let file = file.to_str().unwrap();
        let key = self.key.as_str();
        let oldest = self.versions.first().map_or(0, |version| version.number);
        let oldest = oldest.to_string();
        let arguments = match self.kind {
            Kind::PutNew => vec!["put", key, file, "--if-version", "0"],
            Kind::Put => vec!["put", key, file],
            Kind::Edit => vec!["edit", key],
            Kind::Delete => vec!["delete", key],
            Kind::SoftDelete => vec!["soft-delete", key, "--by", "alice"],
            Kind::Restore => vec!["restore", key],
            Kind::Rebuild => vec!["rebuild-lite", key],
            Kind::PutBack => vec!["put-back", key, "--version", &oldest],
            Kind::Undo => vec!["undo"],
            Kind::Redo => vec!["redo"],
        };
        let mut command = real.command(&self.state, &arguments);
        command.args(["--yes", "--json"]);
        if self.kind == Kind::Edit {
            let editor = self.state.with_extension("editor");
            let saved = self.saved();
            let script = format!("cat '{file}' >\"$1\"\n: >'{}'\n", saved.display());
            fs::write(&editor, script).unwrap();
            command.env("EDITOR", format!("/bin/sh '{}'", editor.display()));
        }
        command
    }

    /// The journal of the state folder. A torn end is what a crash may leave; nothing else is.
    pub(crate) fn survey(&self) -> Survey {
        let rules = Rules { keep_values: true };
        let survey = Journal::new(&self.state.join("journal"), rules).survey();
        let torn = |trouble| trouble == Trouble::Torn;
        let mut troubles = survey.faults.iter().map(|fault| fault.trouble);
        assert!(troubles.all(torn), "{:?}", survey.faults);
        survey
    }

    /// What the journal tells of the command; it began one write at most.
    pub(crate) fn story(&self) -> Option<Story> {
        let stories = self.survey().entries.into_iter().map(|entry| entry.story);
        let mut new: Vec<Story> = stories
            .filter(|story| !self.known.contains(&*story.intent.0))
            .collect();
        assert!(new.len() <= 1, "{new:?}");
        new.pop()
    }

    /// Whether what the person saved in the editor is somewhere: in the journal, a draft, the file
    /// of the editor, or the store. True where nothing was saved.
    pub(crate) fn typed_text_is_there(&self, real: &Real) -> bool {
        if self.kind != Kind::Edit || !self.saved().exists() {
            return true;
        }
        let plan = self.story().and_then(|story| story.plan.value.clone());
        let planned = plan.is_some_and(|write| decoded(&write.bytes).contains(&self.typed()));
        let mut stored = real.versions(&self.key).into_iter();
        planned
            || stored.any(|version| decoded(&version.bytes).contains(&self.typed()))
            || holds(&self.state, self.typed().as_bytes())
    }

    /// Whether both stores hold what was asked for; why not.
    pub(crate) fn is_reached(&self, real: &Real) -> Result<(), String> {
        let lite = real.document(&self.id);
        let versions = real.versions(&self.key);
        let latest = versions.last().map(|version| decoded(&version.bytes));
        let new = versions.len() - self.versions.len();
        let wanted = match self.kind {
            Kind::PutNew | Kind::Put | Kind::Edit | Kind::Redo => self.typed(),
            Kind::Delete => {
                let gone = lite.is_none() && latest.as_deref() == Some("") && new == 1;
                return gone.then_some(()).ok_or(format!("{lite:?} {latest:?}"));
            }
            _ => "first".to_owned(),
        };
        let lite = lite.ok_or("MongoDB does not list it")?;
        let text = latest.ok_or("no value")?;
        if new != usize::from(self.kind.writes_value()) {
            return Err(format!("{new} new versions"));
        }
        same_value(&text, &full(&self.id, &wanted))?;
        self.same_lite(&lite, &text, &wanted)
    }

    fn same_lite(&self, found: &Document, text: &str, keywords: &str) -> Result<(), String> {
        let mut wanted = lite(&self.id, keywords);
        if self.kind.writes_value() {
            let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
            let at: jiff::Timestamp = value["updated_at"].as_str().unwrap().parse().unwrap();
            wanted.insert("updated_at", DateTime::from_millis(at.as_millisecond()));
        }
        let mut found = found.clone();
        if self.kind == Kind::SoftDelete {
            let at = found.get_datetime("deleted_at").ok();
            let number = found.get_i64("deleted_id").unwrap_or_default();
            if at.is_none_or(|at| at.timestamp_millis() != number.div_euclid(1000)) {
                return Err(format!("{found}"));
            }
            wanted.insert("deleted_by", "alice");
            for mark in ["deleted_at", "deleted_id"] {
                found.remove(mark);
                wanted.remove(mark);
            }
        }
        let sorted = |document: &Document| {
            let mut fields: Vec<_> = document.clone().into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            fields
        };
        if sorted(&found) == sorted(&wanted) {
            return Ok(());
        }
        Err(format!("{found}\nis not\n{wanted}"))
    }
}

/// A stored value as text.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let bytes = STANDARD.decode(bytes).unwrap_or_else(|_| bytes.to_vec());
    String::from_utf8(bytes).unwrap()
}

/// Byte for byte, but for the time of the write.
fn same_value(found: &str, wanted: &str) -> Result<(), String> {
    let without_time = |text: &str| {
        let (before, rest) = text.split_once(r#""updated_at":""#)?;
        let (_, behind) = rest.split_once('"')?;
        Some(format!("{before}{behind}"))
    };
    if without_time(found).is_some() && without_time(found) == without_time(wanted) {
        return Ok(());
    }
    Err(format!("{found}\nis not\n{wanted}"))
}

/// Whether any file of a folder holds these bytes.
fn holds(folder: &std::path::Path, wanted: &[u8]) -> bool {
    let mut entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.any(|path| {
        if path.is_dir() {
            return holds(&path, wanted);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    })
}

/// Kills the clients that write a document. Killed at once, the program may not have noted their
/// numbers, so they are found by their arguments.
pub(crate) fn kill_clients(real: &Real, key: &str) {
    let chain = real.net.chain.evm.url();
    for (pid, arguments) in processes() {
        let has = |part: &str| arguments.contains(part);
        if has("kv-write") && has(key) && has(&chain) {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            // It may have ended since.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

/// Every process with its arguments.
fn processes() -> Vec<(i32, String)> {
    let Ok(all) = fs::read_dir("/proc") else {
        let list = Command::new("ps").args(["-axo", "pid=,args="]).output();
        let list = String::from_utf8_lossy(&list.unwrap().stdout).into_owned();
        let lines = list.lines().filter_map(|line| line.trim().split_once(' '));
        return lines
            .filter_map(|(pid, arguments)| Some((pid.parse().ok()?, arguments.to_owned())))
            .collect();
    };
    let of = |path: PathBuf| {
        let pid = path.file_name()?.to_str()?.parse().ok()?;
        let arguments = fs::read(path.join("cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&arguments).into_owned()))
    };
    all.filter_map(|entry| of(entry.ok()?.path())).collect()
}
