//! The order of the layers, and what has to be said about their outcome.

pub(super) mod fetching;

use super::fault::{Fault, Problem};
use super::later::Later;
use super::layers::{Entry, Layered};
use super::origin::{Origin, Shown, short};
use super::paths::Paths;
use super::service::{Folder, Service};
use super::settings::{self, KvKind, Settings};
use super::table::{self, Kind, SETTINGS};
use super::value::{Base, Value};
use super::{DEFAULTS, Loaded, Overrides, Surroundings, environment, file};

/// What a session does with the stores of the configuration, and so which secrets it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It does not know them.
    Nothing,
    /// It reads: the keys of the writer are left where they are.
    Reading,
    /// It may write.
    Writing,
    /// It may write once it has the keys, and does not wait for a command that prints one.
    Beside,
}

/// The layers on their way to one set of values.
pub(super) struct Loader<'a> {
    around: &'a Surroundings,
    paths: Paths,
    problems: Vec<Problem>,
    notes: Vec<String>,
    need: Need,
    unfit: Option<String>,
    later: Later,
}

impl<'a> Loader<'a> {
    pub(super) fn new(over: &Overrides, around: &'a Surroundings, need: Need) -> Self {
        Self {
            around,
            paths: Paths::find(over, around),
            problems: Vec::new(),
            notes: Vec::new(),
            need,
            unfit: None,
            later: Later::default(),
        }
    }

    pub(super) fn load(mut self, over: &Overrides) -> Result<Loaded, Fault> {
        let mut values = self.layers(over);
        Fault::check(std::mem::take(&mut self.problems))?;
        if self.need == Need::Nothing {
            values.remove_secrets();
        } else {
            self.secrets(&mut values);
            self.database_of_uri(&mut values);
            self.remarks(&values);
        }
        Fault::check(std::mem::take(&mut self.problems))?;
        self.place(&values);
        let mut settings = Settings::build(&values, &self.paths)?;
        settings.writer.unfit = self.unfit;
        Ok(Loaded {
            settings,
            shown: shown(&values),
            notes: self.notes,
            paths: self.paths,
            later: self.later,
        })
    }

    pub(super) fn paths(mut self, over: &Overrides) -> Result<Paths, Fault> {
        let values = self.layers(over);
        Fault::check(std::mem::take(&mut self.problems))?;
        self.place(&values);
        Ok(self.paths)
    }

    /// Paths that a setting moves.
    fn place(&mut self, values: &Layered) {
        if let Some(dir) = values.path("log.dir") {
            dir.clone_into(&mut self.paths.log_dir);
        }
        if let Some(file) = values.path("ui.keys") {
            file.clone_into(&mut self.paths.keys_file);
        }
    }

    /// What is right and yet not what a person may expect.
    fn remarks(&mut self, values: &Layered) {
        if let Some(kind) = values.get("kv.kind")
            && !kind.origin.is_service()
            && values.text("kv.kind") == Some(KvKind::Redis.name())
        {
            self.notes.push(format!(
                "`kv.kind` ({}) is redis, which this version cannot read: every value will be \
                 unknown",
                kind.origin
            ));
        }
    }

    /// All layers in their order, each checked.
    fn layers(&mut self, over: &Overrides) -> Layered {
        let around = self.around;
        let here = Base {
            dir: &around.cwd,
            home: &around.home,
        };
        let mut file = self.file();
        let env = environment::read(&around.env, here, &mut self.problems);
        let flags = environment::flags(over, here, &mut self.problems);

        let mut values = Layered::default();
        values.put(self.defaults());
        values.put(file.base.clone());
        let profile = self.profile(&mut file, &env, &flags);
        values.put(profile.clone());

        // The service's folder may itself be named by any layer around it.
        let mut decided = values.clone();
        decided.put(env.iter().chain(&flags).cloned());
        let service = self.service(&decided);
        self.overruled(&profile, &service);
        values.put(service.entries);
        values.put(env);
        values.put(flags);
        self.node_of_session(&mut values);

        let zerog = values.text("kv.kind") == Some(KvKind::Zerog.name());
        if only_reads(&values) {
            self.notes.extend(service.sealed);
        }
        for (name, problem) in service.problems {
            let overruled = values
                .get(name)
                .is_some_and(|entry| entry.origin.is_of_session());
            // Reading needs none of the writer's settings, so a fault in them is no wall.
            let writer = name.starts_with("writer.");
            if overruled || writer || name.starts_with("kv.") && !zerog {
                self.notes.push(problem.to_string());
            } else {
                self.problems.push(problem);
            }
        }
        values
    }

    /// Who names a 0G node for this session means it, whatever store the service has chosen.
    fn node_of_session(&mut self, values: &mut Layered) {
        let (Some(node), Some(kind)) = (values.get("kv.node"), values.get("kv.kind")) else {
            return;
        };
        let zerog = KvKind::Zerog.name();
        let is_zerog = values.text("kv.kind") == Some(zerog);
        if node.origin.is_of_session() && kind.origin.is_service() && !is_zerog {
            self.notes.push(format!(
                "`kv.kind` is zerog because of {}; the service itself uses another store ({})",
                node.origin, kind.origin
            ));
            let entry = Entry {
                name: kind.name.clone(),
                value: Value::Text(zerog.to_owned()),
                origin: node.origin.clone(),
            };
            values.put([entry]);
        }
    }

    fn defaults(&mut self) -> Vec<Entry> {
        let base = Base {
            dir: &self.paths.config_dir,
            home: &self.around.home,
        };
        let defaults = file::read(file::Source {
            text: DEFAULTS,
            path: None,
            base,
        });
        self.problems.extend(defaults.problems);
        defaults.base
    }

    fn file(&mut self) -> file::File {
        let text = match self.paths.read_config() {
            Ok(Some(text)) => text,
            Ok(None) => return file::File::default(),
            Err(problem) => {
                self.problems.push(problem);
                return file::File::default();
            }
        };
        let mut file = file::read(file::Source {
            text: &text,
            path: Some(&short(&self.paths.config_file, &self.around.home)),
            base: Base {
                dir: &self.paths.config_dir,
                home: &self.around.home,
            },
        });
        self.problems.append(&mut file.problems);
        file
    }

    /// The sections of the profile that the strongest layer names.
    fn profile(&mut self, file: &mut file::File, env: &[Entry], flags: &[Entry]) -> Vec<Entry> {
        let mut all = Layered::default();
        all.put(file.base.iter().chain(env).chain(flags).cloned());
        let Some((name, entry)) = all.text("profile").zip(all.get("profile")) else {
            return Vec::new();
        };
        if let Some(entries) = file.profiles.remove(name) {
            return entries;
        }
        if file.broken {
            return Vec::new();
        }
        let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
        let path = short(&self.paths.config_file, &self.around.home);
        let next = match table::nearest(name, known.iter().copied()) {
            Some(near) => format!(
                "Did you mean `{near}`? Profiles there: {}",
                known.join(", ")
            ),
            None if !self.paths.config_file.exists() => format!(
                "Let `dualscope config init` write that file, then add [profiles.{name}.mongo]"
            ),
            None if known.is_empty() => format!("Add [profiles.{name}.mongo] to that file"),
            None => format!("Choose one of {}", known.join(", ")),
        };
        let what = format!("there is no profile `{name}` in {path}");
        let place = entry.origin.to_string();
        self.problems.push(Problem::new(place, what, next));
        Vec::new()
    }

    /// What the service's files say, if a folder is named or dualscope was started in one.
    fn service(&mut self, decided: &Layered) -> Service {
        let home = &self.around.home;
        if self.need == Need::Nothing {
            return Service::default();
        }
        let folder = match (decided.path("service.dir"), decided.get("service.dir")) {
            (Some(dir), Some(entry)) => {
                let folder = Folder::named(dir, home);
                if !folder.is_service() {
                    let place = entry.origin.to_string();
                    self.problems.push(folder.refusal(home).at(place));
                    return Service::default();
                }
                folder
            }
            _ if decided.bool("service.detect") == Some(true) => {
                let folder = Folder::open(&self.around.cwd, home);
                if !folder.is_service() {
                    return Service::default();
                }
                self.notes.push(format!(
                    "dualscope was started in {}, a folder of the service, and uses its files \
                     (service.detect = false turns this off)",
                    short(&self.around.cwd, home)
                ));
                folder
            }
            _ => return Service::default(),
        };
        let mut service = folder.read(home);
        self.notes.append(&mut service.notes);
        self.paths.service_files.clone_from(&service.files);
        service
    }

    /// A profile chosen by name loses against the service's files; nobody should have to guess.
    fn overruled(&mut self, profile: &[Entry], service: &Service) {
        for mine in profile {
            if let Some(theirs) = service.entries.iter().find(|e| e.name == mine.name) {
                self.notes.push(format!(
                    "`{}` of {} is overruled by {}",
                    mine.name, mine.origin, theirs.origin
                ));
            }
        }
    }
}

/// Whether nothing can be written in this session.
fn only_reads(values: &Layered) -> bool {
    values.bool("session.read_only") != Some(false)
}

/// Every setting in the order of the table; columns one row per collection.
fn shown(values: &Layered) -> Vec<Shown> {
    let row = |entry: &Entry, size: bool| Shown {
        name: entry.name.clone(),
        value: Some(settings::shown(&entry.value, size)),
        origin: entry.origin.clone(),
    };
    let mut rows = Vec::new();
    for setting in SETTINGS {
        if setting.kind == Kind::Columns {
            rows.extend(values.below(setting.name).map(|entry| row(entry, false)));
            continue;
        }
        let size = matches!(setting.kind, Kind::Size(..));
        rows.push(values.get(setting.name).map_or_else(
            || Shown {
                name: setting.name.to_owned(),
                value: None,
                origin: Origin::Default,
            },
            |entry| row(entry, size),
        ));
    }
    rows
}
