//! Requests to one node: the typed client for single calls, batches for many, a deadline for each
//! request, and errors in words.
//!
//! A request that is over its deadline is dropped, which closes its connection; that is the only
//! way to stop a node that loops. Values never reach a log: the library's own call log is off.

use std::fmt;
use std::time::Duration;

use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::core::params::{ArrayParams, BatchRequestBuilder};
use jsonrpsee::http_client::{HttpBackend, HttpClient, RpcService, RpcServiceBuilder};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::value::RawValue;

use super::fault::{Call, is_broken_off};
use super::text::Address;
use crate::store::error::{Kind, Store, StoreError};

/// The longest answer that is taken in, in bytes. A node's own limit is 30 MiB for each call.
pub(super) const MAX_ANSWER: u32 = 48 << 20;

/// The typed client.
pub(super) type Http = HttpClient<RpcService<HttpBackend>>;

/// One item's answer in a batch, not yet read.
pub(super) type Item = Result<Box<RawValue>, ErrorObjectOwned>;

/// A node and the way to it.
#[derive(Clone)]
pub(super) struct Client {
    http: Http,
    address: Address,
    deadline: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.address.shown)
    }
}

impl Client {
    /// Prepares requests to `url`; does no IO.
    pub(super) fn new(url: &str, deadline: Duration) -> Result<Self, StoreError> {
        let wrong = |why: &str| {
            let message = format!("the KV node's URL {why}");
            StoreError::new(Store::Values, Kind::Malformed, message)
                .hint("write kv.node (--kv-node) as http://HOST:PORT")
        };
        let address = Address::parse(url).map_err(wrong)?;
        let http = HttpClient::builder()
            .max_response_size(MAX_ANSWER)
            .request_timeout(deadline)
            .connect_timeout(deadline)
            .set_rpc_middleware(RpcServiceBuilder::new())
            .build(url)
            // The library's text repeats parts of the URL, which may hold a password.
            .map_err(|_error| wrong("cannot be read"))?;
        Ok(Self {
            http,
            address,
            deadline,
        })
    }

    /// The node's address.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The deadline of one request.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The words for errors about one method.
    pub(super) fn call<'a>(&'a self, method: &'a str) -> Call<'a> {
        Call {
            node: &self.address.shown,
            method,
            deadline: self.deadline,
        }
    }

    /// Runs one typed call. A connection that broke off is tried once more, since an idle one may
    /// have been closed meanwhile and reading twice does no harm.
    pub(super) async fn once<'a, T, F>(
        &'a self,
        ask: impl Fn(&'a Http) -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        match ask(&self.http).await {
            Err(error) if is_broken_off(&error) => ask(&self.http).await,
            other => other,
        }
    }

    /// Runs several calls in one request; answers come in the order of the calls. An answer that
    /// is missing or doubled spoils the request, since it cannot be told whose it is.
    pub(super) async fn batch(
        &self,
        method: &str,
        calls: Vec<(&'static str, ArrayParams)>,
    ) -> Result<Vec<Item>, StoreError> {
        let asked = calls.len();
        let mut batch = BatchRequestBuilder::new();
        for (name, params) in calls {
            batch.insert(name, params).map_err(|_error| {
                self.call(method)
                    .error(Kind::Bug, "could not be asked: the parameters are not JSON")
            })?;
        }
        let answers = self
            .once(|http| http.batch_request::<Box<RawValue>>(batch.clone()))
            .await
            .map_err(|error| self.call(method).failed(&error))?;
        let items: Vec<Item> = answers.into_iter().collect();
        // The library fills places that nobody answered with an empty error.
        let hole = |item: &Item| matches!(item, Err(e) if e.code() == 0 && e.message().is_empty());
        if items.len() != asked || items.iter().any(hole) {
            let what = format!("{} answers to {asked} calls", items.len());
            return Err(self.call(method).senseless(&what));
        }
        Ok(items)
    }
}
