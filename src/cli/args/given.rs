//! The flags that bring another command to the same stores. No secret: an address that has more in
//! it than can be shown is left out, and must come from where it came before.

use std::path::{Path, absolute};

use super::Common;
use crate::config::mask;

/// The words of a command line that choose its stores, as they were given. Paths are absolute, since
/// the next command may run elsewhere.
pub(in crate::cli) fn given(common: &Common) -> Vec<String> {
    let mut words = Vec::new();
    if common.demo().is_some() {
        words.push("--demo".to_owned());
        return words;
    }
    let whole = |path: &Path| {
        let whole = absolute(path).unwrap_or_else(|_| path.to_owned());
        whole.display().to_string()
    };
    let plain =
        |address: &Option<String>| address.clone().filter(|address| mask(address) == *address);
    let flags = [
        ("--profile", common.profile.clone()),
        ("--config", common.config.as_deref().map(whole)),
        ("--service-dir", common.service_dir.as_deref().map(whole)),
        ("--mongo-uri", plain(&common.mongo_uri)),
        ("--database", common.database.clone()),
        ("--kv-node", plain(&common.kv_node)),
        ("--stream", common.stream.clone()),
    ];
    for (flag, value) in flags {
        if let Some(value) = value {
            words.extend([flag.to_owned(), value]);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::CommandLine;
    use super::*;

    fn of(line: &[&str]) -> String {
        let line = std::iter::once("dualscope").chain(line.iter().copied());
        let parsed = CommandLine::try_parse_from(line).ok().unwrap();
        given(&parsed.common).join(" ")
    }

    #[test]
    fn what_chose_the_stores_is_given_again_and_no_secret_is() {
        assert_eq!(of(&["demo"]), "");
        assert_eq!(of(&["--demo", "memcells"]), "--demo");
        let plain = ["--profile", "live", "--mongo-uri", "mongodb://db:27017"];
        assert_eq!(of(&plain), plain.join(" "));
        let secret = "mongodb://me:hush@db:27017";
        assert_eq!(
            of(&["--mongo-uri", secret, "--database", "x"]),
            "--database x"
        );
        let node = "http://kv:6789/?token=hush";
        assert_eq!(
            of(&["--kv-node", node, "--config", "/a/b.toml"]),
            "--config /a/b.toml"
        );
    }
}
