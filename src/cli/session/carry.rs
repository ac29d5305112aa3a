//! A write under the eyes of the person who asked for it: its steps as they are taken, and what a
//! signal does to it. Never ends a step in hand.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::signal::Signal;
use super::{Session, mismatch};
use crate::cli::exit::{Exit, Fault, Stop};
use crate::cli::output::Output;
use crate::domain::intent::IntentId;
use crate::domain::plan::Step;
use crate::task::event::Written;
use crate::task::{Failure, Outcome, TaskId, TaskSpec, What};

/// How long the step in hand gets after a termination signal, or a second interrupt. What it has
/// started lives on without this program.
const LAST_STEP: Duration = Duration::from_secs(5);

/// How a write that was carried out was left.
#[derive(Debug)]
pub(in crate::cli) struct Carried {
    /// How it ended; `None` when the program had to go before that.
    pub(in crate::cli) written: Option<Written>,
    /// The signal that stopped it.
    pub(in crate::cli) stopped: Option<Signal>,
    /// A step was begun that changes a store; or an earlier run may have begun one.
    pub(in crate::cli) begun: bool,
    /// Its name, once the journal knows it.
    pub(in crate::cli) intent: Option<IntentId>,
}

impl Session {
    /// Carries out a task that writes. A signal stops it at its next safe place, and the second one,
    /// or one that ends programs, does not wait for that for ever; whatever is not at its end then is
    /// left to recovery.
    pub(in crate::cli) async fn carry(
        &mut self,
        spec: TaskSpec,
        out: &mut Output,
    ) -> Result<Carried, Stop> {
        let task = TaskId(self.next);
        self.next += 1;
        // What is taken up again may have been sent by whoever began it.
        let mut begun = !matches!(spec, TaskSpec::Write { .. });
        let mut intent = match &spec {
            TaskSpec::Resume { intent, .. } => Some(intent.clone()),
            _ => None,
        };
        self.runtime.start(task, spec);
        let mut stopped = None;
        let mut last = None;
        loop {
            let event = tokio::select! {
                biased;
                event = self.reports.recv() => event,
                signal = self.signals.next() => {
                    stop(signal, (begun, self.passing().is_some()), out);
                    self.runtime.cancel(task);
                    if signal != Signal::Interrupt || stopped.is_some() {
                        last.get_or_insert_with(|| Instant::now() + LAST_STEP);
                    }
                    stopped = stopped.or(Some(signal));
                    continue;
                }
                () = end_of(last) => return Ok(Carried { written: None, stopped, begun, intent }),
            };
            let Some(event) = event else {
                return Err(mismatch());
            };
            if event.task != task {
                continue;
            }
            match event.what {
                What::Step(report) => {
                    // Each is told before it is taken, and the first one not after the request to stop.
                    if report.step != Step::Journal {
                        (begun, intent) = (true, Some(report.intent));
                    }
                    out.step(report.step.name(), &report.said);
                }
                What::Finished(Outcome::Written(written)) => {
                    let written = Some(*written);
                    return Ok(Carried {
                        written,
                        stopped,
                        begun,
                        intent,
                    });
                }
                What::Finished(_) => return Err(mismatch()),
                What::Failed(failure) => return Err(failed(failure).into()),
                What::Cancelled => {
                    let signal = stopped.unwrap_or(Signal::Interrupt);
                    return Err(signal.before_anything());
                }
                What::Queued | What::Started | What::Progress { .. } | What::Part(_) => {}
            }
        }
    }

    /// One line that a person types; `None` at the end of the input.
    pub(in crate::cli) async fn line(&mut self) -> Result<Option<String>, Stop> {
        // A thread of its own: one that waits for a line can't be ended, and must not hold up the end.
        let (say, said) = oneshot::channel();
        let reading = move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            let _ = say.send(read.map(|bytes| (bytes > 0).then_some(line)));
        };
        let started = thread::Builder::new()
            .name("answer".to_owned())
            .spawn(reading);
        let unread = |error: &io::Error| {
            let message = format!("the answer can't be read: {}", error.kind());
            Stop::from(Fault::new(Exit::Usage, "input", message).hint("nothing was written"))
        };
        started.map_err(|error| unread(&error))?;
        tokio::select! {
            line = said => match line {
                Ok(Ok(line)) => Ok(line),
                Ok(Err(error)) => Err(unread(&error)),
                Err(_) => Ok(None),
            },
            signal = self.signals.next() => Err(signal.before_anything()),
        }
    }

    /// Forgets the interrupts that were meant for a program that had the terminal.
    pub(in crate::cli) fn forget_interrupts(&mut self) {
        // What can't be listened for anew stays listened for.
        let _ = self.signals.forget_interrupts();
    }
}

async fn end_of(last: Option<Instant>) {
    match last {
        Some(last) => sleep_until(last).await,
        None => std::future::pending().await,
    }
}

/// `passes`: what is not done is gone with this program, as in the demo.
fn stop(signal: Signal, (begun, passes): (bool, bool), out: &mut Output) {
    let then = match (begun, passes) {
        (true, false) => {
            "the step in hand is finished, what is not done then is left to `dualscope recover`"
        }
        (true, true) => "the step in hand is finished, what is not done then is left undone",
        (false, _) => "it ends before anything is sent, unless that is just being done",
    };
    out.note(&format!("{}: {then}", signal.said()));
}

/// A write that could not even begin, or that ended in a fault of the program.
fn failed(failure: Failure) -> Fault {
    let exit = if failure.kind == "refused" {
        Exit::Refused
    } else {
        Exit::Unknown
    };
    Fault::new(exit, failure.kind, failure.said).hint(failure.hint)
}
