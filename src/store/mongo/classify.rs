//! Driver errors as store errors, in our own words.
//!
//! A driver error's text can carry the server's reply with values of documents, and that of a
//! connection string parts of a password. So only codes and code names are taken from it; a server's
//! message is shown for a query that the person typed and the server could not even read.

use std::error::Error as _;
use std::io;

use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::domain::text::one_line;
use crate::store::StoreError;
use crate::store::error::{Kind, Retry, Store};

/// Cells of what a server says that may stand in a message.
const SAID: usize = 200;

/// What was being done, and where: the frame of every message.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `reading memcells`.
    pub(super) doing: String,
    /// `localhost:27017`.
    pub(super) address: String,
    /// The person typed a query document, so the server's complaint about it may be repeated.
    pub(super) typed: bool,
    /// The connection string names a replica set.
    pub(super) set: bool,
}

impl Call {
    /// An error with this call named in front.
    pub(super) fn fail(&self, kind: Kind, what: &str) -> StoreError {
        let Self { doing, address, .. } = self;
        StoreError::new(Store::Mongo, kind, format!("{doing} at {address}: {what}"))
    }
}

/// The store error of a driver error.
pub(super) fn classify(error: &Error, call: &Call) -> StoreError {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => {
            by_code(command.code, &command.code_name, &command.message, call)
        }
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            let name = write.code_name.as_deref().unwrap_or("");
            by_code(write.code, name, "", call)
        }
        ErrorKind::Authentication { .. } => login(error, call),
        ErrorKind::ServerSelection { message, .. } => unselected(message, call),
        ErrorKind::Io(cause) => broken(cause, call),
        ErrorKind::DnsResolve { .. } => no_such_host(call),
        ErrorKind::InvalidTlsConfig { .. } => call
            .fail(Kind::Malformed, "the TLS files cannot be used")
            .hint("check tlsCAFile and tlsCertificateKeyFile in the connection string"),
        ErrorKind::InvalidArgument { .. } => call
            .fail(
                Kind::Malformed,
                "the driver refused the question or an option",
            )
            .hint("check the options of the connection string"),
        ErrorKind::InvalidResponse { .. } | ErrorKind::Bson(_) => call.fail(
            Kind::Malformed,
            "the answer is not what a MongoDB server sends",
        ),
        ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::Shutdown => call
            .fail(Kind::Unreachable, "the connection was closed")
            .hint("try again"),
        ErrorKind::IncompatibleServer { .. } | ErrorKind::SessionsNotSupported => call
            .fail(Kind::Unsupported, "the server is too old or too new")
            .hint("MongoDB 4.2 or newer is needed"),
        _ => call.fail(Kind::Unknown, "the driver failed"),
    }
}

/// The server's code, wherever in the chain of causes it is.
pub(super) fn code_of(error: &Error) -> Option<i32> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.kind.as_ref() {
            ErrorKind::Command(command) => return Some(command.code),
            ErrorKind::Write(WriteFailure::WriteError(write)) => return Some(write.code),
            _ => next = error.source().and_then(|source| source.downcast_ref()),
        }
    }
    None
}

fn login(error: &Error, call: &Call) -> StoreError {
    let mut source = error.source().and_then(|s| s.downcast_ref::<Error>());
    while let Some(cause) = source {
        if let ErrorKind::Io(io) = cause.kind.as_ref() {
            return broken(io, call);
        }
        source = cause.source().and_then(|s| s.downcast_ref());
    }
    let code = code_of(error).map_or_else(String::new, |code| format!(" (code {code})"));
    call.fail(Kind::Refused, &format!("the login was refused{code}"))
        .hint("check the user, the password and authSource of the connection string")
}

/// No server could be chosen. The driver says why only in words, which begin with its own and go on
/// with those of the operating system or the TLS library; they are looked at, never repeated.
fn unselected(message: &str, call: &Call) -> StoreError {
    let said = message.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&["certificate", "unknownissuer", "notvalidforname"]) {
        return call
            .fail(Kind::Refused, "the server's TLS certificate is not trusted")
            .hint("name the authority's file with tlsCAFile, or check the host's name");
    }
    if has(&["tls", "handshake", "corrupt message", "invalidcontenttype"]) {
        return tls_mismatch(call);
    }
    if has(&["refused"]) {
        return refused(call);
    }
    if has(&[
        "lookup",
        "name or service not known",
        "no such host",
        "dns",
        "name resolution",
    ]) {
        return no_such_host(call);
    }
    if has(&[
        "unexpected end of file",
        "unexpectedeof",
        "connection reset",
        "broken pipe",
    ]) {
        return cut(call);
    }
    if has(&["replicasetname", "replica set name", "set name"]) {
        return no_member(call);
    }
    silent(call)
}

/// The driver knows a replica set and none of its members is of use: it is going down, choosing a
/// primary, has another name, or was set up anew.
fn no_member(call: &Call) -> StoreError {
    let hint = if call.set {
        "try again in a moment; if it stays so, check replicaSet in the connection string, or use \
         directConnection=true"
    } else {
        "try again in a moment: the servers of the connection string are asked anew"
    };
    call.fail(Kind::Unreachable, "no member of the replica set answers")
        .hint(hint)
}

fn broken(error: &io::Error, call: &Call) -> StoreError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => refused(call),
        io::ErrorKind::TimedOut => silent(call),
        io::ErrorKind::InvalidData => tls_mismatch(call),
        io::ErrorKind::NotFound => no_such_host(call),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            call.fail(Kind::Unreachable, "there is no way to this address")
        }
        _ => cut(call),
    }
}

pub(super) fn refused(call: &Call) -> StoreError {
    call.fail(Kind::Unreachable, "the connection was refused")
        .hint("is MongoDB running, and on this port? `dualscope doctor` looks step by step")
}

fn no_such_host(call: &Call) -> StoreError {
    call.fail(Kind::Unreachable, "the host's name has no address")
        .hint("check the spelling of the host, and the name server")
}

fn silent(call: &Call) -> StoreError {
    call.fail(Kind::Unreachable, "nobody answered in time")
        .hint("check host, port, firewall and TLS; `dualscope doctor` looks step by step")
}

fn cut(call: &Call) -> StoreError {
    call.fail(Kind::Unreachable, "the connection was cut")
        .hint("try again; a server that wants TLS also cuts plain connections (tls=true)")
}

fn tls_mismatch(call: &Call) -> StoreError {
    call.fail(Kind::Refused, "the TLS handshake failed")
        .hint("one side wants TLS and the other does not: check tls= in the connection string")
}

/// What the server's codes mean to a reader.
fn by_code(code: i32, name: &str, message: &str, call: &Call) -> StoreError {
    let (kind, what, hint) = meaning(code);
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(48)
        .collect();
    let label = if name.is_empty() {
        format!("code {code}")
    } else {
        format!("code {code}, {name}")
    };
    // 2 and 9 are raised while the query is read, before any document is.
    let said = if call.typed && matches!(code, 2 | 9) {
        format!(": {}", one_line(message, SAID))
    } else {
        String::new()
    };
    let error = call.fail(kind, &format!("{what} ({label}){said}"));
    let error = if hint.is_empty() {
        error
    } else {
        error.hint(hint)
    };
    match code {
        43 | 175 | 237 | 11_601 => error.retry(Retry::Safe),
        _ => error,
    }
}

fn meaning(code: i32) -> (Kind, &'static str, &'static str) {
    match code {
        11 | 18 | 8000 => (
            Kind::Refused,
            "the login was refused",
            "check the user, the password and authSource of the connection string",
        ),
        13 => (
            Kind::Refused,
            "the login may not do this",
            "ask for the role `read` on this database",
        ),
        50 | 202 | 262 => (
            Kind::Timeout,
            "the server stopped at the time limit",
            "narrow the filter, sort by an indexed field, or raise the timeout",
        ),
        2 | 9 | 14 | 51_091 => (
            Kind::Malformed,
            "the server does not understand the query",
            "check the operators and the values in the filter",
        ),
        26 => (
            Kind::NotFound,
            "there is no such collection",
            "refresh; it may have been removed meanwhile",
        ),
        43 | 237 => (
            Kind::NotFound,
            "the server closed the answer half way",
            "read it again",
        ),
        175 => (
            Kind::NotFound,
            "the collection was removed or renamed meanwhile",
            "refresh the collections",
        ),
        59 | 115 | 166 | 40_324 => (
            Kind::Unsupported,
            "the server does not have this",
            "it may be older than MongoDB 4.2, or something else that speaks its protocol",
        ),
        96 | 292 => (
            Kind::TooLarge,
            "the server ran out of memory for sorting",
            "sort by an indexed field, or narrow the filter",
        ),
        73 => (Kind::Malformed, "the name is not allowed", "check the name"),
        11_601 => (Kind::Unknown, "the server was told to stop", "try again"),
        91 | 189 | 10_107 | 11_600 | 11_602 | 13_435 | 13_436 => (
            Kind::Unreachable,
            "the server is going down or changing its role",
            "try again in a moment",
        ),
        _ => (Kind::Unknown, "the server refused", ""),
    }
}
