//! The loop while the person's editor has the terminal: nothing is drawn, signals are heard.

use std::io;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use ratatui::backend::Backend;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::super::Exit;
use super::super::signal::{self, Signal};
use super::{EventLoop, Host, Next, Program};
use crate::app::draft::{DraftId, DraftText};
use crate::app::{Msg, Outside};

/// How long a signal of the editor's last key may take.
const LATE: Duration = Duration::from_millis(50);

/// Whether a key of the terminal sends it: interrupt and quit.
fn is_of_a_key(exit: Exit) -> bool {
    matches!(exit, Exit::Signal(2 | 3))
}

impl<B, H, P> EventLoop<'_, B, H, P>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
    P: Program,
{
    /// The person's editor has the terminal; signals are ours all the same. What its keys send to
    /// everybody at the terminal (interrupt, stop) is meant for the editor.
    pub(super) async fn edit<S>(
        &mut self,
        text: (DraftId, DraftText),
        signals: &mut S,
    ) -> io::Result<Result<Next, Exit>>
    where
        S: Stream<Item = Signal> + Unpin,
    {
        let stop = CancellationToken::new();
        let mut asked = None;
        let edited = {
            let mut work = self.host.edit(text, stop.clone());
            loop {
                tokio::select! {
                    biased;
                    edited = &mut work => break edited,
                    Some(signal) = signals.next() => match signal {
                        Signal::Continue => {}
                        Signal::Stop(exit) if is_of_a_key(exit) => {}
                        Signal::Stop(exit) => {
                            asked = Some(exit);
                            stop.cancel();
                        }
                        // The shell waits for all of the job to stop.
                        Signal::Suspend => drop(signal::stop()),
                    },
                }
            }
        };
        // What its last key sent to everybody may arrive behind its end.
        while let Ok(Some(signal)) = timeout(LATE, signals.next()).await {
            if let Signal::Stop(exit) = signal
                && !is_of_a_key(exit)
            {
                asked = Some(exit);
            }
        }
        if let Some(exit) = asked {
            self.update(Msg::Outside(Outside::Edited(edited)));
            return Ok(Err(exit));
        }
        self.resume()?;
        Ok(Ok(self.update(Msg::Outside(Outside::Edited(edited)))))
    }
}
