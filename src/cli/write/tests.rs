//! The commands that write, on stores in memory that outlive each command, with a real journal.

mod commands;
mod damaged;
mod drafts;
mod hints;
mod history;
mod left_open;
mod marks;
mod named;
mod plans;
mod texts;
mod undo;
mod verdicts;
mod weighed;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::cli::args::{Command, CommandLine};
use crate::cli::exit::{Exit, Stop};
use crate::cli::output::{Output, Style};
use crate::cli::session::Session;
use crate::config::{self, Settings, Surroundings};
use crate::domain::bson::Document;
use crate::domain::{Bson, Codec, Collection, Key, Lite, Stored};
use crate::store::memory::{MemoryIndex, MemoryValues, MemoryWriter};
use crate::store::port::{Got, Index as _, Services, Values as _, Want, Writers};
use crate::wiring;

pub(super) const KEY: &str = "memcells:6979da5797f9041fc0aa063f";

/// A text as the service of January writes it, with numbers and escapes that must stay.
pub(super) fn text(keywords: &str) -> String {
    format!(
        r#"{{"created_at":"2026-01-20T14:00:00+00:00","updated_at":"2026-01-20T14:00:00+00:00","user_id":null,"timestamp":"2026-01-20T13:59:00.123456+00:00","group_id":"g1","participants":["alice","bob"],"type":"Conversation","keywords":{keywords},"summary":"lunch \u2014 at noon","number":12345678901234567890.50,"id":"6979da5797f9041fc0aa063f"}}"#
    )
}

fn lite() -> Document {
    let texts = |all: &[&str]| {
        let one = |text: &&str| Bson::String((*text).to_owned());
        Bson::Array(all.iter().map(one).collect())
    };
    let date = Bson::Date(1_768_917_600_000);
    let fields = [
        (
            "_id",
            Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap(),
        ),
        ("updated_at", date.clone()),
        ("created_at", date),
        ("user_id", Bson::Null),
        ("timestamp", Bson::Date(1_768_917_540_123)),
        ("group_id", Bson::String("g1".to_owned())),
        ("participants", texts(&["alice", "bob"])),
        ("type", Bson::String("Conversation".to_owned())),
        ("keywords", texts(&["lunch"])),
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", Bson::Int32(0)),
    ];
    Document(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

/// Both stores, and the folder of journal, drafts and files.
pub(super) struct Desk {
    pub(super) index: Arc<MemoryIndex>,
    pub(super) values: Arc<MemoryValues>,
    pub(super) home: TempDir,
    pub(super) settings: Settings,
    runtime: Runtime,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) exit: Exit,
    pub(super) out: String,
    pub(super) err: String,
}

impl Answer {
    pub(super) fn ended(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "{}\n{}", self.out, self.err);
        self
    }

    /// The lines, each one object.
    pub(super) fn json(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Desk {
    /// With the document in both stores, in step, at version 2; version 1 held other keywords.
    pub(super) fn new() -> Self {
        let index = Arc::new(MemoryIndex::new("memsys"));
        let values = Arc::new(MemoryValues::new("stream"));
        values.skip(1);
        values.put(KEY, Codec::Base64.encode(&text("[]")));
        values.put(KEY, Codec::Base64.encode(&text(r#"["lunch"]"#)));
        values.set_delay(Some(Duration::ZERO));
        index.put(&Collection::new("memcells"), lite());
        let over = config::Overrides::default();
        let loaded = config::load_without_stores(&over, &Surroundings::of_process()).unwrap();
        Self {
            index,
            values,
            home: TempDir::new().unwrap(),
            settings: loaded.settings,
            runtime: Builder::new_multi_thread().enable_all().build().unwrap(),
        }
    }

    /// Runs a command line without its first word.
    pub(super) fn run(&self, line: &[&str]) -> Answer {
        let line = CommandLine::try_parse_from([&["dualscope"], line].concat()).unwrap();
        let (out, errors) = (Sink::default(), Sink::default());
        let style = Style {
            json: line.common.print.json,
            ..Style::default()
        };
        let mut output = Output::to(style, Box::new(out.clone()), Box::new(errors.clone()));
        let command = line.command.unwrap();
        let done = self.runtime.block_on(self.command(&command, &mut output));
        let exit = match done.and_then(|exit| output.flush().map(|()| exit)) {
            Ok(exit) => exit,
            Err(Stop::Fault(fault)) => {
                output.fault(&fault);
                fault.exit
            }
            Err(Stop::Closed) => panic!("nobody closes it"),
        };
        drop(output);
        Answer {
            exit,
            out: out.text(),
            err: errors.text(),
        }
    }

    async fn command(&self, command: &Command, out: &mut Output) -> Result<Exit, Stop> {
        let mut session = self.session();
        let done = match command {
            Command::Write(what) => crate::cli::write::run(&mut session, what, out).await,
            Command::Trail(what) => crate::cli::trail(&mut session, what, out).await,
            _ => panic!("not one of these commands"),
        };
        session.close().await;
        done
    }

    pub(super) fn session(&self) -> Session {
        let writers = Writers {
            lite: self.index.clone(),
            values: Arc::new(MemoryWriter::new(self.values.clone(), 100_000)),
        };
        let services = Services {
            writers: Ok(writers),
            ..Services::reading(self.index.clone(), Ok(self.values.clone()))
        };
        let world = wiring::world(services, &self.settings);
        // Signals are listened for inside an async runtime.
        let _inside = self.runtime.enter();
        let handle = self.runtime.handle().clone();
        Session::on(world, self.settings.clone(), self.home.path(), handle).unwrap()
    }

    /// Puts a file into the folder; its path.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(super) fn lite(&self) -> Option<Lite> {
        let key: Key = KEY.parse().unwrap();
        let ids = key.id_candidates();
        let found = self
            .runtime
            .block_on(self.index.by_ids(&key.collection, &ids));
        found.unwrap().into_iter().next()
    }

    pub(super) fn stored(&self) -> Stored {
        let want = Want::latest(KEY.parse().unwrap());
        let got = self.runtime.block_on(self.values.get(&[want]));
        match got.unwrap().remove(0).unwrap() {
            Got::Stored(stored) => stored,
            Got::Unchanged(_) => panic!("nothing was known"),
        }
    }

    /// The decoded text under the key.
    pub(super) fn full(&self) -> String {
        self.stored().full().unwrap().text().unwrap().to_string()
    }

    /// Everything that both stores hold of the document.
    pub(super) fn both(&self) -> (Option<Lite>, Stored) {
        (self.lite(), self.stored())
    }
}
