//! Single questions to the other nodes that a write needs (EVM, storage), for the doctor and before
//! a completion. Errors are in words and show no login.

use std::time::Duration;

use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::http_client::HttpClientBuilder;
use serde_json::Value;

use super::redact::left_out;
use crate::domain::text::one_line;
use crate::store::error::{Kind, Store, StoreError};
use crate::store::kv::fault::SAID;
use crate::store::kv::text::Address;

/// One node.
#[derive(Clone, Copy)]
pub(in crate::store::kv) struct Endpoint<'a> {
    /// `EVM node` or `storage node`.
    pub(in crate::store::kv) what: &'static str,
    /// The setting that names it.
    pub(in crate::store::kv) setting: &'static str,
    /// Its URL; may hold a login.
    pub(in crate::store::kv) url: &'a str,
    /// How long an answer may take.
    pub(in crate::store::kv) deadline: Duration,
}

impl Endpoint<'_> {
    /// The address without login and query.
    pub(in crate::store::kv) fn shown(&self) -> String {
        Address::parse(self.url).map_or_else(|_| left_out().to_owned(), |address| address.shown)
    }

    /// Whether the URL can be one.
    pub(in crate::store::kv) fn check(&self) -> Result<(), StoreError> {
        Address::parse(self.url).map(drop).map_err(|why| {
            let message = format!("the URL of the {} {why}", self.what);
            StoreError::new(Store::Values, Kind::Malformed, message)
                .hint(format!("write {} as http://HOST:PORT", self.setting))
        })
    }

    /// An error that names the node.
    pub(in crate::store::kv) fn fault(&self, kind: Kind, what: &str) -> StoreError {
        let message = format!("{} {} {what}", self.what, self.shown());
        StoreError::new(Store::Values, kind, message)
            .hint(format!("start the node, or correct {}", self.setting))
    }

    /// Asks once.
    pub(in crate::store::kv) async fn ask(
        &self,
        method: &str,
        params: ArrayParams,
    ) -> Result<Value, StoreError> {
        let client = HttpClientBuilder::default()
            .request_timeout(self.deadline)
            .connect_timeout(self.deadline)
            .build(self.url)
            .map_err(|_error| self.fault(Kind::Malformed, "has a URL that cannot be used"))?;
        client
            .request(method, params)
            .await
            .map_err(|error| match error {
                ClientError::RequestTimeout => {
                    let what = format!("did not answer {method} in time");
                    self.fault(Kind::Timeout, &what)
                }
                ClientError::Call(object) => {
                    let said = one_line(object.message(), SAID);
                    let what = format!("answered {method} with error {}: {said}", object.code());
                    self.fault(Kind::Refused, &what)
                }
                ClientError::Transport(_) => {
                    let what = format!("cannot be reached for {method}");
                    self.fault(Kind::Unreachable, &what)
                }
                _ => {
                    let what =
                        format!("answered {method} with something that is no JSON-RPC answer");
                    self.fault(Kind::Malformed, &what)
                }
            })
    }
}
