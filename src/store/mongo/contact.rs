//! What the driver's own monitors meet at the hosts, so that a refused connection is told when it
//! is known and not at the end of the driver's patience.
//!
//! It listens to the driver and connects to nobody. One host that answers, is silent, or is not
//! known yet is enough for the driver's patience to hold: another member of a replica set may come.
//! So is one that the driver has turned away: it answered, and why it was of no use is not known here.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mongodb::error::{Error, ErrorKind};
use mongodb::event::EventHandler;
use mongodb::event::sdam::SdamEvent;
use mongodb::options::ServerAddress;
use tokio::sync::Notify;

/// The hosts of one client, and how the last attempts to reach them ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Contact(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    hosts: Mutex<HashMap<ServerAddress, Refusals>>,
    changed: Notify,
}

/// When the last two attempts in a row were refused; the older first.
type Refusals = [Option<Instant>; 2];

impl Contact {
    /// Puts the hosts that are known from the start on the list.
    pub(super) fn expect(&self, hosts: &[ServerAddress]) {
        let mut known = self.hosts();
        for host in hosts {
            known.entry(host.clone()).or_default();
        }
    }

    /// What the driver tells its news to.
    pub(super) fn listener(&self) -> EventHandler<SdamEvent> {
        let own = self.clone();
        EventHandler::callback(move |event| own.note(event))
    }

    fn note(&self, event: SdamEvent) {
        match event {
            SdamEvent::ServerOpening(event) => {
                self.hosts().entry(event.address).or_default();
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => self.met(event.server_address, false),
            SdamEvent::ServerHeartbeatFailed(event) => {
                self.met(event.server_address, is_refusal(&event.failure));
            }
            _ => return,
        }
        self.0.changed.notify_waiters();
    }

    fn met(&self, host: ServerAddress, refused: bool) {
        let mut hosts = self.hosts();
        let refusals = hosts.entry(host).or_default();
        *refusals = if refused {
            [refusals[1], Some(Instant::now())]
        } else {
            Refusals::default()
        };
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
        let hosts = self.hosts();
        let refused = |refusals: &Refusals| refusals[0].is_some_and(|at| at >= start);
        !hosts.is_empty() && hosts.values().all(refused)
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<ServerAddress, Refusals>> {
        self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner)
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
        contact.expect(&[host(1), host(2)]);
        contact.met(host(1), true);
        contact.met(host(1), true);
        assert!(!contact.all_refused(start), "the other has not been tried");
        contact.met(host(2), true);
        assert!(!contact.all_refused(start), "it may be just starting");
        contact.met(host(2), true);
        assert!(contact.all_refused(start));

        let later = Instant::now() + Duration::from_millis(1);
        assert!(!contact.all_refused(later), "old news is no answer");
        contact.met(host(2), false);
        assert!(!contact.all_refused(start), "it answers");
    }
}
