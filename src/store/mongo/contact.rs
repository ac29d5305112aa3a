//! What the driver's own monitors meet at the hosts, so that a refused connection is told when it
//! is known and not at the end of the driver's patience.
//!
//! It listens to the driver and connects to nobody. One host that answers, is silent, or is not
//! known yet is enough for the driver's patience to hold: another member of a replica set may come.
//! So is one that the driver has turned away: it answered, and why it was of no use is not known here.
//!
//! It also knows a dead end: no hosts are left to the driver, or one answers and the driver still has
//! no use for it. Only a client that begins at the connection string gets out of that.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mongodb::error::{Error, ErrorKind};
use mongodb::event::EventHandler;
use mongodb::event::sdam::SdamEvent;
use mongodb::options::ServerAddress;
use tokio::sync::Notify;

/// The hosts of the client in use, and how the last attempts to reach them ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Contact(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    known: Mutex<Known>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Known {
    /// Counts the clients: news of an earlier one is none.
    client: u64,
    hosts: HashMap<ServerAddress, Met>,
    lost: bool,
}

#[derive(Debug, Default)]
struct Met {
    /// When the last two attempts in a row were refused; the older first.
    refusals: [Option<Instant>; 2],
    /// The last attempt got an answer.
    answers: bool,
}

impl Contact {
    /// Begins anew, for a client with these hosts; what it is to tell its news to.
    pub(super) fn begin(&self, hosts: &[ServerAddress]) -> EventHandler<SdamEvent> {
        let client = {
            let mut known = self.known();
            *known = Known {
                client: known.client + 1,
                ..Known::default()
            };
            let unmet = hosts.iter().map(|host| (host.clone(), Met::default()));
            known.hosts.extend(unmet);
            known.client
        };
        let own = self.clone();
        EventHandler::callback(move |event| own.note(client, event))
    }

    fn note(&self, client: u64, event: SdamEvent) {
        let mut known = self.known();
        if known.client != client {
            return;
        }
        match event {
            SdamEvent::ServerOpening(event) => {
                known.hosts.entry(event.address).or_default();
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => known.answered(event.server_address),
            SdamEvent::ServerHeartbeatFailed(event) => {
                known.failed(event.server_address, is_refusal(&event.failure));
            }
            SdamEvent::TopologyDescriptionChanged(event) => {
                known.lost = event.new_description.servers().is_empty();
            }
            _ => return,
        }
        drop(known);
        self.0.changed.notify_waiters();
    }

    /// Looks at the error of a call: where the driver found no server although one answers, its
    /// idea of the servers is wrong.
    pub(super) fn heed(&self, error: &Error) {
        if matches!(error.kind.as_ref(), ErrorKind::ServerSelection { .. }) {
            let mut known = self.known();
            known.lost |= known.hosts.values().any(|met| met.answers);
        }
    }

    /// Whether the client in use leads nowhere.
    pub(super) fn is_lost(&self) -> bool {
        self.known().lost
    }

    /// Ends when every host has refused two attempts in a row since then. One refusal may be a
    /// server that is just starting.
    pub(super) async fn refused_since(&self, start: Instant) {
        loop {
            let changed = self.0.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From here on no news is missed.
            changed.as_mut().enable();
            if self.all_refused(start) {
                return;
            }
            changed.await;
        }
    }

    fn all_refused(&self, start: Instant) -> bool {
        let hosts = &self.known().hosts;
        let refused = |met: &Met| met.refusals[0].is_some_and(|at| at >= start);
        !hosts.is_empty() && hosts.values().all(refused)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn answered(&mut self, host: ServerAddress) {
        let met = Met {
            answers: true,
            ..Met::default()
        };
        self.hosts.insert(host, met);
    }

    fn failed(&mut self, host: ServerAddress, refused: bool) {
        let met = self.hosts.entry(host).or_default();
        met.answers = false;
        met.refusals = if refused {
            [met.refusals[1], Some(Instant::now())]
        } else {
            [None, None]
        };
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn host(port: u16) -> ServerAddress {
        ServerAddress::Tcp {
            host: "db".to_owned(),
            port: Some(port),
        }
    }

    #[test]
    fn only_when_every_host_refused_twice_since_the_question_nobody_is_there() {
        let contact = Contact::default();
        let start = Instant::now();
        assert!(!contact.all_refused(start), "no host is known yet");
        let _listener = contact.begin(&[host(1), host(2)]);
        contact.known().failed(host(1), true);
        contact.known().failed(host(1), true);
        assert!(!contact.all_refused(start), "the other has not been tried");
        contact.known().failed(host(2), true);
        assert!(!contact.all_refused(start), "it may be just starting");
        contact.known().failed(host(2), true);
        assert!(contact.all_refused(start));

        let later = Instant::now() + Duration::from_millis(1);
        assert!(!contact.all_refused(later), "old news is no answer");
        contact.known().answered(host(2));
        assert!(!contact.all_refused(start), "it answers");
    }
}
