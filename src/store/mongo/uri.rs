//! The connection string: read by the driver, complained about in our own words.

use mongodb::error::{Error, ErrorKind};
use mongodb::options::{ConnectionString, HostInfo, ServerAddress};
use secrecy::{ExposeSecret, SecretString};

use crate::store::StoreError;
use crate::store::error::{Kind, Store};

/// Reads a connection string.
///
/// # Errors
/// [`Kind::Malformed`], without any part of the string but the name of an unknown option.
pub(super) fn parse(uri: &SecretString) -> Result<ConnectionString, StoreError> {
    let text = uri.expose_secret().trim();
    let mut parsed = ConnectionString::parse(text).map_err(|error| complaint(&error, text))?;
    // The service's own template carries `socketTimeoutMS`. This driver refuses to start with it;
    // our own limits do its work.
    #[expect(deprecated, reason = "the only way to take the option out again")]
    {
        parsed.socket_timeout = None;
    }
    Ok(parsed)
}

fn complaint(error: &Error, text: &str) -> StoreError {
    let said = match error.kind.as_ref() {
        ErrorKind::InvalidArgument { message, .. } => message.as_str(),
        _ => "",
    };
    let (what, hint) = if said.contains("scheme") {
        (
            "the connection string does not begin with mongodb:// or mongodb+srv://".to_owned(),
            "write mongodb://host:port",
        )
    } else if said.contains("URL encoded") || said.contains("percent") {
        (
            "the user name or the password has characters that must be escaped".to_owned(),
            "write @ as %40, : as %3A, / as %2F, ? as %3F, % as %25",
        )
    } else if let Some(option) = unknown_option(said, text) {
        (
            format!("the connection string has an option that is not known: {option}"),
            "check its spelling, or leave it out",
        )
    } else {
        (
            "the connection string cannot be read".to_owned(),
            "write mongodb://user:password@host:port/?options, with @ : / ? % in names escaped",
        )
    };
    StoreError::new(Store::Mongo, Kind::Malformed, what).hint(hint)
}

/// The name of an unknown option, if what the driver took for options surely are some: behind an
/// unescaped `?` in a password there is still the `@`.
fn unknown_option<'a>(said: &'a str, text: &str) -> Option<&'a str> {
    let (name, _) = said.split_once(" is an invalid option")?;
    let (_, options) = text.split_once('?')?;
    let plain = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (plain && !options.contains('@')).then_some(name)
}

/// Refuses names that no server accepts.
pub(super) fn check_database(name: &str) -> Result<(), StoreError> {
    let wrong =
        name.is_empty() || name.len() > 63 || name.contains(['/', '\\', '.', ' ', '"', '$', '\0']);
    if !wrong {
        return Ok(());
    }
    let what = format!("{name:?} cannot be the name of a database");
    Err(StoreError::new(Store::Mongo, Kind::Malformed, what)
        .hint("a name has 1 to 63 bytes and none of / \\ . $ \" or blanks"))
}

/// Host and port, or the name whose SRV record lists the hosts.
pub(super) fn address(uri: &ConnectionString) -> String {
    match &uri.host_info {
        HostInfo::HostIdentifiers(hosts) => hosts
            .iter()
            .map(host_and_port)
            .collect::<Vec<_>>()
            .join(","),
        HostInfo::DnsRecord(name) => format!("{name} (srv)"),
        _ => "?".to_owned(),
    }
}

fn host_and_port(address: &ServerAddress) -> String {
    match address {
        ServerAddress::Tcp { host, port } if host.contains(':') => {
            format!("[{host}]:{}", port.unwrap_or(27_017))
        }
        ServerAddress::Tcp { host, port } => format!("{host}:{}", port.unwrap_or(27_017)),
        other => other.to_string(),
    }
}
