//! What went wrong with a call to the node, in words that a person can act on.
//!
//! Built from the kind of the error and never from its text, which could carry a part of an
//! answer; only the short message of an error object is passed on, as one line.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use jsonrpsee::core::ClientError;
use jsonrpsee::core::http_helpers::HttpError;
use jsonrpsee::http_client::transport::Error as TransportError;
use jsonrpsee::types::ErrorObject;

use super::client::MAX_ANSWER;
use crate::domain::text::one_line;
use crate::store::error::{Kind, Retry, Store, StoreError};

/// JSON-RPC's code for a method that the node does not have.
pub(super) const NO_METHOD: i32 = -32601;
/// Cells of what a node says that may stand in a message.
pub(super) const SAID: usize = 160;
const BAD_PARAMS: i32 = -32602;
const INTERNAL: i32 = -32603;
const REQUEST_TOO_BIG: i32 = -32701;
const ANSWER_TOO_BIG: i32 = -32702;

const WRONG_SERVER: &str =
    "check that kv.node (--kv-node) is the URL of a 0G KV node, not of another service";

/// Which call it was.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// Address without secrets.
    pub(super) node: &'a str,
    /// The method.
    pub(super) method: &'a str,
    /// The deadline of one request.
    pub(super) deadline: Duration,
}

impl Call<'_> {
    /// An error that names the node.
    pub(super) fn error(&self, kind: Kind, what: &str) -> StoreError {
        StoreError::new(Store::Values, kind, format!("KV node {} {what}", self.node))
    }

    /// An error about an answer that does not make sense.
    pub(super) fn senseless(&self, what: &str) -> StoreError {
        let what = format!("answered {} with {what}", self.method);
        self.error(Kind::Malformed, &what).hint(WRONG_SERVER)
    }

    /// The error of a failed request.
    pub(super) fn failed(&self, error: &ClientError) -> StoreError {
        match error {
            ClientError::RequestTimeout => self.late(),
            ClientError::Call(object) => self.refused(object),
            ClientError::ParseError(fault) => self.unreadable(fault),
            ClientError::InvalidRequestId(_) => self
                .senseless("the id of another request")
                .hint("something between here and the node mixes answers up; try again"),
            ClientError::Transport(inner) => match inner.downcast_ref::<TransportError>() {
                Some(transport) => self.transport(transport),
                None => self.broken(),
            },
            _ => self.error(Kind::Bug, &format!("could not be asked {}", self.method)),
        }
    }

    /// No answer in time.
    pub(super) fn late(&self) -> StoreError {
        let what = format!(
            "did not answer {} within {}",
            self.method,
            seconds(self.deadline)
        );
        self.error(Kind::Timeout, &what)
            .hint("try again, or raise kv.timeout; a node that never answers may need a restart")
    }

    /// The node answered with an error object.
    pub(super) fn refused(&self, object: &ErrorObject<'_>) -> StoreError {
        let said = format!(
            "answered {} with error {}: {}",
            self.method,
            object.code(),
            one_line(object.message(), SAID)
        );
        match object.code() {
            NO_METHOD => self
                .error(
                    Kind::Unsupported,
                    &format!("does not have the method {}", self.method),
                )
                .hint("an older release, or no KV node at all: run `dualscope doctor`"),
            BAD_PARAMS => self.error(Kind::Bug, &said),
            INTERNAL => self
                .error(Kind::Refused, &said)
                .retry(Retry::Safe)
                .hint("try again; if it stays, the node's own log tells more"),
            REQUEST_TOO_BIG | ANSWER_TOO_BIG => self.error(Kind::TooLarge, &said),
            _ => self
                .error(Kind::Refused, &said)
                .hint("the node's own log tells more"),
        }
    }

    fn unreadable(&self, fault: &serde_json::Error) -> StoreError {
        if fault.is_eof() {
            let what = format!(
                "answered {} with JSON that stops in the middle",
                self.method
            );
            return self
                .error(Kind::Malformed, &what)
                .retry(Retry::Safe)
                .hint("try again; if it stays, look at a proxy in front of the node");
        }
        if fault.is_data() {
            return self.senseless("JSON of another shape than a KV node's");
        }
        self.senseless("text that is not JSON")
    }

    fn transport(&self, error: &TransportError) -> StoreError {
        match error {
            TransportError::Rejected { status_code } => self.status(*status_code),
            TransportError::Http(HttpError::Malformed) => self
                .error(
                    Kind::Malformed,
                    "answers HTML or other text instead of JSON: is this a KV node URL?",
                )
                .hint(WRONG_SERVER),
            TransportError::Http(HttpError::TooLarge) => self.over_long(),
            TransportError::Http(HttpError::Stream(cause)) => self.stream(cause.as_ref()),
            TransportError::RequestTooLarge => {
                self.error(Kind::Bug, "was to be sent a request over 10 MiB")
            }
            TransportError::Url(_) | TransportError::InvalidCertficateStore => self
                .error(Kind::Refused, "has a URL that cannot be used")
                .hint("write kv.node (--kv-node) as http://HOST:PORT"),
        }
    }

    fn status(&self, code: u16) -> StoreError {
        let (kind, why, next) = match code {
            300..=399 => (
                Kind::Malformed,
                "a redirection",
                "use the URL that it redirects to",
            ),
            401 | 403 | 407 => (
                Kind::Refused,
                "no access",
                "put the login into kv.node as http://USER:PASSWORD@HOST:PORT",
            ),
            413 => (Kind::TooLarge, "request too large", Kind::TooLarge.hint()),
            415 => (
                Kind::Malformed,
                "content type refused, although it is the one that a KV node wants",
                WRONG_SERVER,
            ),
            404 | 405 | 501 => (
                Kind::Malformed,
                "not what a KV node says: this is another server",
                WRONG_SERVER,
            ),
            429 | 500.. => (
                Kind::Unreachable,
                "it cannot serve now",
                "try again; if it stays, look at the node's log and at a proxy in front of it",
            ),
            _ => (Kind::Malformed, "not what a KV node says", WRONG_SERVER),
        };
        self.error(kind, &format!("answers HTTP {code}: {why}"))
            .hint(next)
    }

    fn over_long(&self) -> StoreError {
        let what = format!(
            "answered {} with more than {} MiB",
            self.method,
            MAX_ANSWER >> 20
        );
        self.error(Kind::TooLarge, &what).hint(WRONG_SERVER)
    }

    fn stream(&self, error: &(dyn StdError + 'static)) -> StoreError {
        let chain = || causes(error);
        if chain().any(|e| e.to_string().contains("length limit exceeded")) {
            return self.over_long();
        }
        if chain().any(|e| e.to_string().contains("dns error")) {
            return self.nameless();
        }
        let connecting = chain().any(|e| e.to_string().contains("(Connect)"));
        let certificate = chain().any(|e| e.to_string().contains("certificate"));
        let io = chain().find_map(|e| e.downcast_ref::<io::Error>());
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => self
                .error(
                    Kind::Unreachable,
                    "refuses the connection: nothing listens there",
                )
                .hint("start the node, or correct kv.node (--kv-node)"),
            Some(io::ErrorKind::TimedOut) => self.late(),
            Some(io::ErrorKind::InvalidData) if certificate => self
                .error(Kind::Refused, "has a certificate that is not accepted")
                .hint("check the certificate, or write http:// if the node has no TLS"),
            Some(io::ErrorKind::InvalidData) => self.without_tls(),
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                self.error(Kind::Unreachable, "cannot be reached from this network")
            }
            _ if connecting && self.node.starts_with("https://") => self.without_tls(),
            _ => self.broken(),
        }
    }

    /// The name server has no address for the host.
    pub(super) fn nameless(&self) -> StoreError {
        self.error(Kind::Unreachable, "has a host name without an address")
            .hint(
                "look for a typing error in the host of kv.node (--kv-node), or ask whoever runs \
                 the name server: it does not know that name",
            )
    }

    fn without_tls(&self) -> StoreError {
        self.error(Kind::Refused, "failed the TLS handshake")
            .hint("does it speak TLS? try http:// in kv.node (--kv-node)")
    }

    fn broken(&self) -> StoreError {
        let what = format!(
            "broke the connection off before {} was answered",
            self.method
        );
        self.error(Kind::Unreachable, &what)
            .hint("try again; if it stays, look at the node's log")
    }
}

/// Whether a connection ended without an answer, as one that was kept alive too long does.
pub(super) fn is_broken_off(error: &ClientError) -> bool {
    let ClientError::Transport(inner) = error else {
        return false;
    };
    let Some(TransportError::Http(HttpError::Stream(cause))) = inner.downcast_ref() else {
        return false;
    };
    causes(cause.as_ref()).any(|e| {
        e.to_string()
            .contains("connection closed before message completed")
            || e.downcast_ref::<io::Error>()
                .is_some_and(|io| io.kind() == io::ErrorKind::ConnectionReset)
    })
}

/// An error and what it says is behind it.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |e| (*e).source())
}

/// A duration as people read it.
fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
