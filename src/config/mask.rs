//! What may be shown of an address: enough to recognise a server, nothing that opens it.
//!
//! Also of an address that somebody mistyped: what is not clearly harmless is masked.

/// Query options of a connection string that are no secret.
const HARMLESS: &[&str] = &[
    "appname",
    "authmechanism",
    "authsource",
    "connecttimeoutms",
    "directconnection",
    "heartbeatfrequencyms",
    "loadbalanced",
    "localthresholdms",
    "maxpoolsize",
    "maxstalenessseconds",
    "minpoolsize",
    "readconcernlevel",
    "readpreference",
    "replicaset",
    "retryreads",
    "retrywrites",
    "serverselectiontimeoutms",
    "sockettimeoutms",
    "srvmaxhosts",
    "srvservicename",
    "ssl",
    "timeoutms",
    "tls",
    "w",
];

/// What may be shown of an address: scheme, user, host and harmless options.
#[must_use]
pub fn mask(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return "***".to_owned();
    };
    // The last @, since a password that nobody encoded may hold others. A user without a password
    // may be a token, or a password whose colon got lost.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((info, rest)) => match info.split_once(':') {
            Some((user, _)) if !user.contains(['/', '?', '#', '@']) => {
                (format!("{user}:***@"), rest)
            }
            _ => ("***@".to_owned(), rest),
        },
        None => (String::new(), rest),
    };
    // What is no host may be a password whose @ got lost.
    let (hosts, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let hosts = if hosts.split(',').all(is_host) {
        hosts
    } else {
        "***"
    };
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, _)) => (rest, "#***"),
        None => (rest, ""),
    };
    let Some((path, query)) = rest.split_once('?') else {
        return format!("{scheme}://{user}{hosts}{}{fragment}", mask_path(rest));
    };
    let options: Vec<String> = query.split('&').map(mask_option).collect();
    format!(
        "{scheme}://{user}{hosts}{}?{}{fragment}",
        mask_path(path),
        options.join("&")
    )
}

/// Whether a text is a name or an address, with a port or without.
pub(crate) fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '%');
    let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let sound = match bracketed {
        Some(inside) => inside.chars().all(|c| name(c) || c == ':'),
        None => host.chars().all(name),
    };
    sound && !host.is_empty() && port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n > 0))
}

/// A path without its parts that are long or odd enough to be a key of some service.
fn mask_path(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let parts = path.split('/').map(|part| {
        if part.len() <= 10 && part.chars().all(plain) {
            part
        } else {
            "***"
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn mask_option(option: &str) -> String {
    match option.split_once('=') {
        Some((key, _)) if !HARMLESS.contains(&key.to_ascii_lowercase().as_str()) => {
            format!("{key}=***")
        }
        Some(_) => option.to_owned(),
        None if option.is_empty() => String::new(),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::secrets::percent_encoded;

    #[test]
    fn masking_keeps_what_people_need_to_recognise_a_server() {
        let cases = [
            (
                "mongodb://u:p@h:1/?tls=true",
                "mongodb://u:***@h:1/?tls=true",
            ),
            ("mongodb://h:1,i:2/db", "mongodb://h:1,i:2/db"),
            ("mongodb://u@h/", "mongodb://***@h/"),
            ("mongodb://u:ph/", "mongodb://***/"),
            ("http://[::1]:6789/x", "http://[::1]:6789/x"),
            ("mongodb://u:p@q@h/", "mongodb://u:***@h/"),
            ("mongodb://u:p/q@h/", "mongodb://u:***@h/"),
            ("mongodb://a/b@h/", "mongodb://***@h/"),
            ("http://h/x?key=1&w", "http://h/x?key=***&***"),
            ("http://h/#frag", "http://h/#***"),
            (
                "http://h/v3/0123456789abcdef01234567/x",
                "http://h/v3/***/x",
            ),
            ("just-a-password", "***"),
        ];
        for (address, shown) in cases {
            assert_eq!(mask(address), shown);
        }
    }

    proptest! {
        #[test]
        fn no_password_survives_masking(password in "[!-~é ]{4,24}", raw in any::<bool>()) {
            let text = if raw { password.clone() } else { percent_encoded(&password) };
            let shown = mask(&format!("mongodb://memsys:{text}@host.example:27017/?tls=true"));
            prop_assert_eq!(shown, "mongodb://memsys:***@host.example:27017/?tls=true");
        }

        #[test]
        fn masking_is_total(text in ".{0,64}") {
            prop_assert!(mask(&text).len() <= text.len() + 3 * 64);
        }
    }
}
