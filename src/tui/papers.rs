//! The files of the screen, written on a thread of their own: a disk that is slow must not hold up a
//! key. Orders are carried out one after the other; of several texts of one draft that wait, the last
//! is written. All of it is done before the program ends, however it ends.
//!
//! What is asked for is waited for a little, so that it is there before the next key; what takes
//! longer is told when it is there.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc as answers;

use super::drafts::Kept;
use super::remembered;
use crate::app::draft::{DraftId, DraftText, Spent};
use crate::app::list::columns::Choice;
use crate::app::{Effect, Outside};
use crate::domain::Key;
use crate::journal::Sheet;

/// How long an answer is waited for.
const SOON: Duration = Duration::from_millis(250);

/// Answers that wait to be heard before the next order is begun.
const UNHEARD: usize = 64;

/// One thing to do.
#[derive(Debug)]
enum Order {
    Save(DraftId, DraftText),
    /// A sheet whose text was taken over.
    Taken(DraftId, Option<Sheet>),
    Drop(Spent),
    Remove(PathBuf),
    Find(Option<Key>, SyncSender<Outside>),
    Columns(String, Choice),
    Filter(String, String),
}

impl Order {
    /// Whether this order makes `earlier` needless, with nothing between them that minds.
    fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Save(new, _), Self::Save(old, _)) => new == old,
            (Self::Columns(new, _), Self::Columns(old, _)) => new == old,
            _ => false,
        }
    }

    /// What is to be said where it could not be done.
    fn failed(self, said: &str) -> Outside {
        match self {
            Self::Save(id, text) => Outside::NotSaved(id, text.text, said.to_owned()),
            _ => Outside::Failed(said.to_owned()),
        }
    }

    /// Whether it looks at, or removes, what others have written.
    fn minds(&self) -> bool {
        matches!(self, Self::Drop(_) | Self::Remove(_) | Self::Find(..))
    }
}

/// Does one order; what is to be said of it.
type Work = Box<dyn FnMut(&mut Order) -> Option<Outside> + Send>;

/// The files, and the thread that writes them.
#[derive(Debug)]
pub struct Papers {
    orders: Option<Sender<Order>>,
    answers: answers::Receiver<Outside>,
    thread: Option<thread::JoinHandle<()>>,
    sheets: Kept,
}

impl Papers {
    /// The drafts, and what is remembered in the folder `state`.
    ///
    /// # Errors
    /// No thread could be started.
    pub fn start(drafts: Kept, state: PathBuf) -> io::Result<Self> {
        let sheets = drafts.twin();
        let mut kept = drafts;
        Self::over(
            sheets,
            Box::new(move |order| work(&mut kept, &state, order)),
        )
    }

    fn over(sheets: Kept, work: Work) -> io::Result<Self> {
        let (orders, ordered) = channel();
        let (tell, answers) = answers::channel(UNHEARD);
        let thread = thread::Builder::new()
            .name("papers".to_owned())
            .spawn(move || write(&ordered, &tell, work))?;
        Ok(Self {
            orders: Some(orders),
            answers,
            thread: Some(thread),
            sheets,
        })
    }

    /// A sheet for an editor that will begin with this text, at once: the screen is the editor's then.
    ///
    /// # Errors
    /// It could not be written.
    pub fn sheet(&self, text: &DraftText) -> io::Result<Sheet> {
        self.sheets.sheet(text)
    }

    /// Keeps a sheet whose text was taken over, until it is in this draft.
    pub fn take_over(&mut self, id: DraftId, sheet: Sheet) {
        self.order(Order::Taken(id, Some(sheet)));
    }

    /// Takes an effect that is about files; what can be said at once. Any other is given back.
    ///
    /// # Errors
    /// The effect, which is not about files.
    pub fn perform(&mut self, effect: Effect) -> Result<Option<Outside>, Box<Effect>> {
        let order = match effect {
            Effect::SaveDraft(id, text) => Order::Save(id, text),
            Effect::DropDrafts(spent) => Order::Drop(spent),
            Effect::RemoveUnreadable(file) => Order::Remove(file),
            Effect::RememberColumns(collection, choice) => Order::Columns(collection, choice),
            Effect::RememberFilter(collection, line) => Order::Filter(collection, line),
            Effect::FindDrafts(key) => return Ok(self.find(key)),
            other => return Err(Box::new(other)),
        };
        Ok(self.order(order))
    }

    /// Looks for drafts; an answer that takes long comes by itself.
    fn find(&mut self, key: Option<Key>) -> Option<Outside> {
        let (tell, told) = sync_channel(1);
        let undone = self.order(Order::Find(key, tell));
        undone.or_else(|| told.recv_timeout(SOON).ok())
    }

    fn order(&mut self, order: Order) -> Option<Outside> {
        let undone = match &self.orders {
            Some(orders) => orders.send(order).err().map(|unsent| unsent.0),
            None => Some(order),
        };
        let said = "the files of this session can't be written any more: end dualscope and start it \
                    again";
        undone.map(|order| order.failed(said))
    }

    /// The next thing that is to be said of an order.
    pub fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Outside> {
        match self.answers.poll_recv(context) {
            Poll::Ready(Some(said)) => Poll::Ready(said),
            // the thread ends with the program only
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Waits until everything is done; what was still to be said of it.
    pub fn finish(&mut self) -> Vec<Outside> {
        drop(self.orders.take());
        let said = std::iter::from_fn(|| self.answers.blocking_recv()).collect();
        if let Some(thread) = self.thread.take() {
            // it catches the faults of its work
            let _ = thread.join();
        }
        said
    }
}

/// Carries orders out until there will be no more.
fn write(ordered: &Receiver<Order>, tell: &answers::Sender<Outside>, mut work: Work) {
    while let Ok(first) = ordered.recv() {
        let waiting = std::iter::once(first).chain(ordered.try_iter());
        for mut order in worth(waiting.collect()) {
            // A fault in one of them must not take the rest with it.
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut order)));
            let fault = "a file of this session could not be written: a fault of dualscope";
            let (said, wanted) = match (done, order) {
                (Ok(None), _) => continue,
                (Ok(Some(said)), Order::Find(_, wanted)) => (said, Some(wanted)),
                (Ok(Some(said)), _) => (said, None),
                (Err(_), order) => (order.failed(fault), None),
            };
            // Nobody waits any more for what took long: it is told like all else. At the end of the
            // program nobody listens.
            let late = match wanted {
                Some(wanted) => wanted.send(said).map_err(|unheard| unheard.0),
                None => Err(said),
            };
            if let Err(said) = late {
                let _ = tell.blocking_send(said);
            }
        }
    }
}

/// The orders without those that a later one makes needless.
fn worth(mut waiting: VecDeque<Order>) -> Vec<Order> {
    let mut worth = Vec::with_capacity(waiting.len());
    while let Some(order) = waiting.pop_front() {
        let until = waiting.iter().take_while(|later| !later.minds());
        if !until.into_iter().any(|later| later.replaces(&order)) {
            worth.push(order);
        }
    }
    worth
}

fn work(kept: &mut Kept, state: &Path, order: &mut Order) -> Option<Outside> {
    match order {
        Order::Save(id, text) => Some(kept.save(*id, text)),
        Order::Taken(id, sheet) => {
            if let Some(sheet) = sheet.take() {
                kept.take_over(*id, sheet);
            }
            None
        }
        Order::Drop(spent) => kept.drop(spent),
        Order::Remove(file) => kept.remove_unreadable(file),
        Order::Find(key, _) => Some(kept.find(key.clone())),
        Order::Columns(collection, choice) => {
            let done = remembered::remember_columns(state, collection.clone(), choice.clone());
            told("the columns could not be remembered", done)
        }
        Order::Filter(collection, line) => {
            let done = remembered::remember_filter(state, collection.clone(), line);
            told("the filter could not be remembered", done)
        }
    }
}

/// What is to be said of something remembered.
fn told(what: &str, done: io::Result<Option<String>>) -> Option<Outside> {
    match done {
        Ok(note) => note.map(Outside::Failed),
        Err(error) => Some(Outside::Failed(format!("{what}: {error}"))),
    }
}

#[cfg(test)]
mod tests;
