//! The driver's client that is in use, and when another one takes its place.
//!
//! The driver strikes a host that does not answer as a member of its replica set any more, and does
//! not go back to the hosts of the connection string: a server that says so while it goes down, or
//! that starts with an empty replica set, would be gone for good. So a client that has come to a dead
//! end is given up, and the next call begins again at the connection string.
//!
//! It repeats no call. What is under way keeps the client that it began with.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use mongodb::Client;
use mongodb::error::Error;
use tokio::sync::Mutex;

/// The client in use, if there is one yet.
#[derive(Default)]
pub(super) struct Current {
    made: RwLock<Option<Made>>,
    /// One client is made at a time; the others wait for it.
    making: Mutex<()>,
}

#[derive(Clone)]
struct Made {
    client: Client,
    at: Instant,
}

impl Current {
    /// The client, if there is one.
    pub(super) fn get(&self) -> Option<Client> {
        self.made().map(|made| made.client)
    }

    fn made(&self) -> Option<Made> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.clone()
    }

    /// The client that is in use, or a new one where `lost` says that it leads nowhere; not for one
    /// that is younger than `rest`, so that hosts that never fit are not asked without end.
    ///
    /// # Errors
    /// What making it met; the old one then stays.
    pub(super) async fn or_make(
        &self,
        lost: impl Fn() -> bool,
        rest: Duration,
        connect: impl AsyncFnOnce() -> Result<Client, Error>,
    ) -> Result<Client, Error> {
        let fit = || {
            let made = self.made();
            made.filter(|made| made.at.elapsed() < rest || !lost())
        };
        if let Some(made) = fit() {
            return Ok(made.client);
        }
        let _alone = self.making.lock().await;
        if let Some(made) = fit() {
            return Ok(made.client);
        }
        let client = connect().await?;
        let made = Made {
            client: client.clone(),
            at: Instant::now(),
        };
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(client)
    }
}
