//! Where the things come from that the loop waits for.

use std::future::poll_fn;
use std::task::Poll;

use futures_util::{Stream, StreamExt as _};
use ratatui::crossterm::event::Event;
use tokio::sync::mpsc;

use crate::task::event::TaskEvent;

/// Where things come from.
#[derive(Debug)]
pub struct Sources<'a, E, S> {
    /// The terminal; its end is the end of the program.
    pub events: E,
    /// Signals.
    pub signals: S,
    /// The background.
    pub reports: &'a mut mpsc::Receiver<TaskEvent>,
}

/// The next event if it is there already.
pub(super) async fn at_hand<E: Stream<Item = Event> + Unpin>(events: &mut E) -> Option<Event> {
    poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
