//! The service's rules, variable by variable: which value each setting gets from its files.

use super::Service;
use crate::config::dotenv::{DotEnv, SEALED, Variable};
use crate::config::fault::Problem;
use crate::config::layers::Entry;
use crate::config::origin::Origin;
use crate::config::secrets::percent_encoded;
use crate::config::settings::{Codec, EncryptionMode, KvKind};
use crate::config::table::{self, nearest};
use crate::config::value::{self, Base, StreamId, Value};

/// Variables of the services between February and today, whose values are JSON text.
const PLAIN_MARKS: &[&str] = &[
    "ZEROG_INDEXER_URL",
    "ZEROG_FLOW_ADDRESS",
    "ZEROG_USE_INDEXER",
    "ZEROG_KV_URL",
];

/// The files of one folder, on their way to settings.
pub(super) struct Reading<'a> {
    pub(super) base: Base<'a>,
    pub(super) env_path: String,
    pub(super) secrets_path: String,
    pub(super) out: Service,
}

impl Reading<'_> {
    fn note(&mut self, text: String) {
        self.out.notes.push(text);
    }

    fn put(&mut self, name: &'static str, value: Value, origin: Origin) {
        let name = name.to_owned();
        self.out.entries.push(Entry {
            name,
            value,
            origin,
        });
    }

    /// A value through the checks of its setting.
    pub(super) fn checked(&mut self, name: &'static str, text: &str, path: &str, line: usize) {
        let Some(setting) = table::find(name) else {
            return;
        };
        let path = path.to_owned();
        match value::parse(name, setting.kind, text, self.base) {
            Ok(value) => self.put(name, value, Origin::Service { path, line }),
            Err(complaint) => {
                let problem = complaint.at(format!("{path}:{line}"));
                self.out.problems.push((name, problem));
            }
        }
    }

    fn of_env(&self, variable: &Variable) -> Origin {
        Origin::Service {
            path: self.env_path.clone(),
            line: variable.line,
        }
    }

    pub(super) fn odd_lines(&mut self, env: &DotEnv) {
        for line in &env.odd_lines {
            let note = format!(
                "{}:{line}: this line cannot be read as NAME=value and is skipped, as the service \
                 does",
                self.env_path
            );
            self.note(note);
        }
    }

    /// A URI wins; otherwise host and port, with user and password only when both are there.
    pub(super) fn mongo(&mut self, env: &DotEnv) {
        if let Some(params) = env.get("MONGODB_URI_PARAMS") {
            let note = format!(
                "{}:{}: MONGODB_URI_PARAMS is left out: the running service connects without it",
                self.env_path, params.line
            );
            self.note(note);
        }
        if let Some(uri) = env.get("MONGODB_URI") {
            let origin = self.of_env(uri);
            return self.put("mongo.uri", Value::Secret(uri.value.clone().into()), origin);
        }
        let Some(host) = env.get("MONGODB_HOST") else {
            let note = format!(
                "{}: neither MONGODB_URI nor MONGODB_HOST is set, so the service would not start",
                self.env_path
            );
            return self.note(note);
        };
        let port = match env.get("MONGODB_PORT") {
            None => "27017",
            Some(port) if port.value.parse::<u16>().is_ok_and(|n| n > 0) => &port.value,
            Some(port) => {
                let problem = Problem::new(
                    format!("{}:{}", self.env_path, port.line),
                    "MONGODB_PORT is not a port number",
                    "Write a number from 1 to 65535",
                );
                return self.out.problems.push(("mongo.uri", problem));
            }
        };
        let uri = self.uri(env, &host.value, port);
        let origin = self.of_env(host);
        self.put("mongo.uri", Value::Secret(uri.into()), origin);
    }

    /// The address that the service makes of its parts; the auth source is admin.
    fn uri(&mut self, env: &DotEnv, host: &str, port: &str) -> String {
        let host_port = if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        let there = match (env.get("MONGODB_USERNAME"), env.get("MONGODB_PASSWORD")) {
            (Some(user), Some(password)) => {
                let user = percent_encoded(&user.value);
                let password = percent_encoded(&password.value);
                return format!("mongodb://{user}:{password}@{host_port}/?authSource=admin");
            }
            (Some(_), None) => "MONGODB_USERNAME",
            (None, Some(_)) => "MONGODB_PASSWORD",
            (None, None) => return format!("mongodb://{host_port}/"),
        };
        let note = format!(
            "{}: {there} stands alone; the service then connects without authentication, and so \
             does dualscope",
            self.env_path
        );
        self.note(note);
        format!("mongodb://{host_port}/")
    }

    pub(super) fn database(&mut self, env: &DotEnv) {
        let single = env.get("TENANT_NON_TENANT_MODE").is_none_or(is_true);
        let tenant = env.get("TENANT_SINGLE_TENANT_ID");
        match (single, tenant, env.get("MONGODB_DATABASE")) {
            (false, Some(tenant), _) => {
                let name = format!("{}_memsys", tenant.value.trim().replace(['-', '.'], "_"));
                let origin = self.of_env(tenant);
                return self.put("mongo.database", Value::Text(name), origin);
            }
            (false, None, _) => {
                let note = format!(
                    "{}: tenants are on and TENANT_SINGLE_TENANT_ID is not set: each tenant has a \
                     database TENANT_memsys of its own; name one with --database",
                    self.env_path
                );
                self.note(note);
            }
            (true, ..) => {}
        }
        let (name, origin) = match env.get("MONGODB_DATABASE") {
            Some(name) => (name.value.as_str(), self.of_env(name)),
            None => ("memsys", self.unset("MONGODB_DATABASE")),
        };
        self.put("mongo.database", Value::Text(name.to_owned()), origin);
    }

    fn unset(&self, variable: &'static str) -> Origin {
        Origin::ServiceDefault {
            path: self.env_path.clone(),
            variable,
        }
    }

    /// Any case; what the service does not know it replaces by its own memory.
    pub(super) fn kind(&mut self, env: &DotEnv) {
        let Some(variable) = env.get("KV_STORAGE_TYPE") else {
            let value = Value::Text(KvKind::InMemory.name().to_owned());
            let origin = self.unset("KV_STORAGE_TYPE");
            let note = format!(
                "{}: KV_STORAGE_TYPE is not set, so the service keeps values in its own memory, \
                 which nobody else can read and which ends with it",
                self.env_path
            );
            self.note(note);
            return self.put("kv.kind", value, origin);
        };
        let place = format!("{}:{}", self.env_path, variable.line);
        let word = variable.value.to_lowercase();
        let known = KvKind::of(&word).filter(|kind| *kind != KvKind::None);
        match known {
            Some(KvKind::Redis) => self.note(format!(
                "{place}: the values are in Redis, which this version of dualscope cannot read: \
                 every value will be unknown"
            )),
            Some(KvKind::InMemory) => self.note(format!(
                "{place}: the service keeps values in its own memory, which nobody else can read \
                 and which ends with it"
            )),
            Some(_) => {}
            None => {
                let words = ["zerog", "redis", "inmemory"];
                let near = nearest(&word, words)
                    .map(|near| format!(" (did you mean {near}?)"))
                    .unwrap_or_default();
                self.note(format!(
                    "{place}: the service does not know KV_STORAGE_TYPE {}{near} and silently \
                     keeps values in its own memory instead",
                    value::quoted(&variable.value)
                ));
            }
        }
        let kind = known.unwrap_or(KvKind::InMemory);
        let origin = self.of_env(variable);
        self.put("kv.kind", Value::Text(kind.name().to_owned()), origin);
    }

    pub(super) fn node(&mut self, env: &DotEnv) {
        let path = self.env_path.clone();
        if let Some(node) = env.get("ZEROG_READ_NODE") {
            return self.checked("kv.node", &node.value, &path, node.line);
        }
        if let Some(node) = env.get("ZEROG_KV_URL") {
            self.note(format!(
                "{path}:{}: ZEROG_KV_URL was used for a short time in February 2026 only; newer \
                 services read ZEROG_READ_NODE",
                node.line
            ));
            self.checked("kv.node", &node.value, &path, node.line);
        }
    }

    /// From March 2026: the stream stands in `.0g_secrets` and nowhere else; values are JSON text.
    pub(super) fn newest(&mut self, secrets: &DotEnv, env: Option<&DotEnv>) {
        let path = self.secrets_path.clone();
        let stream = secrets.get("ZEROG_STREAM_ID");
        let origin = Origin::Service {
            path: path.clone(),
            line: stream.map_or(1, |stream| stream.line),
        };
        self.put(
            "kv.codec",
            Value::Text(Codec::Plain.name().to_owned()),
            origin,
        );
        match stream {
            Some(stream) => self.checked("kv.stream", &stream.value, &path, stream.line),
            None => self.note(format!(
                "{path}: ZEROG_STREAM_ID is not there, so the service would not start; name the \
                 stream with --stream"
            )),
        }
        let Some(old) = env.and_then(|env| env.get("ZEROG_STREAM_ID")) else {
            return;
        };
        let id = |variable: &Variable| variable.value.parse::<StreamId>().ok();
        if stream.and_then(id) != id(old) {
            self.note(format!(
                "{}:{}: this ZEROG_STREAM_ID is left out: a service that has .0g_secrets reads \
                 the stream there",
                self.env_path, old.line
            ));
        }
    }

    /// Before March 2026: the stream stands in `.env`; the variables tell the format.
    pub(super) fn older(&mut self, env: &DotEnv) {
        let path = self.env_path.clone();
        if let Some(stream) = env.get("ZEROG_STREAM_ID") {
            self.checked("kv.stream", &stream.value, &path, stream.line);
        } else if PLAIN_MARKS.iter().any(|name| env.has(name)) {
            self.note(format!(
                "{path}: the newest service reads the stream from .0g_secrets, which is not in \
                 this folder; name the stream with --stream"
            ));
        }
        let plain = PLAIN_MARKS.iter().find_map(|name| env.get(name));
        let (codec, variable) = match (env.get("ZEROG_NODES"), plain) {
            (Some(nodes), None) => (Codec::Base64, nodes),
            (None, Some(plain)) => (Codec::Plain, plain),
            (Some(nodes), Some(plain)) => {
                return self.note(format!(
                    "{path}: {} is of the January 2026 service (Base64 values), {} of a later one \
                     (JSON text); kv.codec is left as it is",
                    nodes.name, plain.name
                ));
            }
            (None, None) => return,
        };
        let origin = self.of_env(variable);
        self.put("kv.codec", Value::Text(codec.name().to_owned()), origin);
        if codec == Codec::Base64 {
            // that service knew no encryption; the others had keys that no file tells
            self.encryption(EncryptionMode::None, &path, variable.line);
        }
    }

    pub(super) fn server_mode(&mut self, env: &DotEnv) {
        let Some(mode) = env.get("SERVER_MODE").filter(|mode| is_true(mode)) else {
            return;
        };
        let note = format!(
            "{}:{}: SERVER_MODE is on: each user has a stream (collection user_secrets), and a \
             lite document does not say whose it is. A value that is not in a user's stream may \
             be in that of .0g_secrets; look at both with --stream",
            self.env_path, mode.line
        );
        self.note(note);
    }

    pub(super) fn sealed(&mut self, env: Option<&DotEnv>, secrets: Option<&DotEnv>) {
        let files = [
            (env, self.env_path.clone()),
            (secrets, self.secrets_path.clone()),
        ];
        for (file, path) in files {
            let names: Vec<&str> = SEALED
                .iter()
                .copied()
                .filter(|name| file.is_some_and(|file| file.has(name)))
                .collect();
            if !names.is_empty() {
                self.out.sealed.push(format!(
                    "{path}: {} not loaded: this session only reads",
                    names.join(" and ")
                ));
            }
        }
    }
}

/// The words that the service takes as true; everything else is false.
pub(super) fn is_true(variable: &Variable) -> bool {
    matches!(
        variable.value.trim().to_lowercase().as_str(),
        "true" | "1" | "yes" | "on"
    )
}
