//! The service's rules for writing: nodes, keys, and whether its stream is encrypted.

use super::rules::{Reading, is_true};
use crate::config::dotenv::DotEnv;
use crate::config::layers::Entry;
use crate::config::origin::Origin;
use crate::config::settings::EncryptionMode;
use crate::config::value::Value;

impl Reading<'_> {
    /// The nodes that the service writes through.
    pub(super) fn writer(&mut self, env: &DotEnv) {
        let path = self.env_path.clone();
        for (name, variable) in [
            ("writer.evm_rpc", "ZEROG_RPC_URL"),
            ("writer.storage_nodes", "ZEROG_NODES"),
            ("writer.indexer", "ZEROG_INDEXER_URL"),
        ] {
            if let Some(variable) = env.get(variable) {
                self.checked(name, &variable.value, &path, variable.line);
            }
        }
        if let Some(timeout) = env.get("ZEROG_TIMEOUT") {
            let seconds = format!("{} s", timeout.value.trim());
            self.checked("writer.timeout", &seconds, &path, timeout.line);
        }
    }

    /// The wallet's key stands in `.env`, that of the stream in `.0g_secrets` and nowhere else.
    pub(super) fn keys(&mut self, env: Option<&DotEnv>, secrets: Option<&DotEnv>) {
        let (env_path, secrets_path) = (self.env_path.clone(), self.secrets_path.clone());
        if let Some((key, line)) = env.and_then(|env| env.sealed("ZEROG_WALLET_KEY")) {
            self.of_service("writer.wallet_key", Value::Secret(key), &env_path, line);
        }
        let key = secrets.and_then(|secrets| secrets.sealed("ZEROG_ENCRYPTION_KEY"));
        let Some((key, line)) = key else {
            return;
        };
        self.of_service(
            "writer.encryption_key",
            Value::Secret(key),
            &secrets_path,
            line,
        );
        let server = env
            .and_then(|env| env.get("SERVER_MODE"))
            .is_some_and(is_true);
        let mode = if server {
            // users had keys of their own for a while
            EncryptionMode::Unknown
        } else {
            EncryptionMode::StreamKey
        };
        self.encryption(mode, &secrets_path, line);
    }

    /// How the service encrypts its stream, as far as its files prove it.
    pub(super) fn encryption(&mut self, mode: EncryptionMode, path: &str, line: usize) {
        let word = Value::Text(mode.name().to_owned());
        self.of_service("writer.encryption", word, path, line);
    }

    fn of_service(&mut self, name: &str, value: Value, path: &str, line: usize) {
        self.out.entries.push(Entry {
            name: name.to_owned(),
            value,
            origin: Origin::Service {
                path: path.to_owned(),
                line,
            },
        });
    }
}
