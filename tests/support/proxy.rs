//! A TCP proxy that can be told to misbehave: slow, silent, cut off in the middle.
//!
//! It has a runtime of its own, so tests with and without one can use it, and it is told what to do
//! by plain functions that act at once on open connections as well.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to bytes that arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flow {
    Pass,
    /// Connections are accepted and stay open; nothing is passed on.
    Silent,
    /// Answers pass until so many bytes went back in all connections together, then silence.
    Answers(u64),
    /// New connections are closed at once.
    Refuse,
}

/// What happens to the first command of a name that comes along.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trap {
    /// The connection is cut; the server never hears of it.
    CutBefore,
    /// The server gets half of it, then the connection is cut.
    CutWithin,
    /// The server does it, and the connection is cut in place of its answer.
    CutAfter,
    /// It waits for [`Proxy::release`].
    Hold,
}

struct Orders {
    flow: Flow,
    delay: Duration,
    /// A connection ends when this is not what it was at its beginning.
    cuts: u64,
    /// The command that is waited for. Caught once.
    trap: Option<(&'static str, Trap)>,
    /// Whether the trap holds a command back.
    holding: bool,
}

/// What has gone through so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) accepted: u64,
    pub(crate) open: u64,
    /// Bytes towards the server.
    pub(crate) asked: u64,
    /// Bytes back to the client.
    pub(crate) answered: u64,
}

type Counters = Arc<Mutex<Traffic>>;

pub(crate) struct Proxy {
    address: SocketAddr,
    orders: Arc<watch::Sender<Orders>>,
    counters: Counters,
    runtime: Option<Runtime>,
}

impl Proxy {
    /// Listens on a free port of this machine and passes everything on to `target` (`host:port`).
    pub(crate) fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let start = Orders {
            flow: Flow::Pass,
            delay: Duration::ZERO,
            cuts: 0,
            trap: None,
            holding: false,
        };
        let orders = Arc::new(watch::channel(start).0);
        let counters = Counters::default();
        let accept = accept(
            listener,
            target.to_owned(),
            Arc::clone(&orders),
            Arc::clone(&counters),
        );
        runtime.handle().spawn(accept);
        Self {
            address,
            orders,
            counters,
            runtime: Some(runtime),
        }
    }

    /// `host:port` to connect to.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn pass(&self) {
        self.flow(Flow::Pass);
    }

    /// Half dead: connects, then nothing, on open connections too. Bytes wait, `pass` sends them.
    pub(crate) fn stall(&self) {
        self.flow(Flow::Silent);
    }

    /// Stops in the middle of an answer: after `bytes` more bytes towards the client, silence.
    pub(crate) fn stall_after(&self, bytes: u64) {
        self.flow(Flow::Answers(self.traffic().answered + bytes));
    }

    /// New connections are closed at once; open ones are left alone.
    pub(crate) fn refuse(&self) {
        self.flow(Flow::Refuse);
    }

    /// Closes all open connections, whatever they are doing.
    pub(crate) fn cut(&self) {
        self.orders.send_modify(|orders| orders.cuts += 1);
    }

    /// Every piece in both directions arrives so much later.
    pub(crate) fn delay(&self, delay: Duration) {
        self.orders.send_modify(|orders| orders.delay = delay);
    }

    /// Sets a trap for the next command of this name (MongoDB's wire protocol), once.
    pub(crate) fn trap(&self, command: &'static str, trap: Trap) {
        self.orders.send_modify(|orders| {
            orders.trap = Some((command, trap));
            orders.holding = false;
        });
    }

    /// Waits until the trap has caught something.
    pub(crate) async fn caught(&self) {
        until(self.orders.subscribe(), |now| now.trap.is_none()).await;
    }

    /// Lets go what the trap holds.
    pub(crate) fn release(&self) {
        self.orders.send_modify(|orders| orders.holding = false);
    }

    fn flow(&self, flow: Flow) {
        self.orders.send_modify(|orders| orders.flow = flow);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        *self.counters.lock().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // a plain drop would block, which a test inside a runtime may not
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    orders: Arc<watch::Sender<Orders>>,
    counters: Counters,
) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        counters.lock().unwrap().accepted += 1;
        if orders.borrow().flow == Flow::Refuse {
            continue;
        }
        let connection = connection(
            client,
            target.clone(),
            Arc::clone(&orders),
            Arc::clone(&counters),
        );
        connections.spawn(connection);
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(
    client: TcpStream,
    target: String,
    orders: Arc<watch::Sender<Orders>>,
    counters: Counters,
) {
    counters.lock().unwrap().open += 1;
    let cuts = orders.borrow().cuts;
    let cut = until(orders.subscribe(), move |now| now.cuts != cuts);
    tokio::select! {
        () = cut => {}
        () = both_ways(client, &target, &orders, &counters) => {}
    }
    counters.lock().unwrap().open -= 1;
}

async fn both_ways(
    client: TcpStream,
    target: &str,
    orders: &watch::Sender<Orders>,
    counters: &Counters,
) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    // small pieces at once; a connection that ended meanwhile shows below
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let line = Line {
        orders,
        counters,
        unanswered: AtomicBool::new(false),
    };
    let asking = line.pump(from_client, to_server, false);
    let answering = line.pump(from_server, to_client, true);
    let _ = tokio::try_join!(asking, answering);
}

/// The whole connection ends here, not one direction alone.
struct Cut;

/// One connection.
struct Line<'a> {
    orders: &'a watch::Sender<Orders>,
    counters: &'a Counters,
    /// The next answer is swallowed and the connection cut.
    unanswered: AtomicBool,
}

impl Line<'_> {
    /// Moves bytes in one direction until that direction ends.
    async fn pump(
        &self,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        answers: bool,
    ) -> Result<(), Cut> {
        let Self {
            orders, counters, ..
        } = self;
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let Ok(read @ 1..) = from.read(&mut buffer).await else {
                return Ok(());
            };
            if answers && self.unanswered.load(Ordering::SeqCst) {
                return Err(Cut);
            }
            if !answers {
                self.meet(&buffer[..read], &mut to).await?;
            }
            let delay = orders.borrow().delay;
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let mut sent = 0;
            while sent < read {
                until(orders.subscribe(), |now| {
                    room(now.flow, counters, answers) > 0
                })
                .await;
                let room = usize::try_from(room(orders.borrow().flow, counters, answers));
                let end = sent + room.unwrap_or(usize::MAX).min(read - sent);
                // first, so that who has read the bytes finds them counted
                count(counters, answers, end - sent);
                if to.write_all(&buffer[sent..end]).await.is_err() {
                    return Ok(());
                }
                sent = end;
            }
        }
    }

    /// Whether these bytes begin the command that is waited for, and what is done with it then.
    async fn meet(&self, bytes: &[u8], to: &mut OwnedWriteHalf) -> Result<(), Cut> {
        let mut caught = None;
        self.orders.send_if_modified(|orders| {
            let Some((_, trap)) = orders.trap.filter(|(name, _)| begins(bytes, name)) else {
                return false;
            };
            orders.trap = None;
            orders.holding = trap == Trap::Hold;
            caught = Some(trap);
            true
        });
        match caught {
            None => Ok(()),
            Some(Trap::CutBefore) => Err(Cut),
            Some(Trap::CutWithin) => {
                let _ = to.write_all(&bytes[..bytes.len() / 2]).await;
                Err(Cut)
            }
            Some(Trap::CutAfter) => {
                self.unanswered.store(true, Ordering::SeqCst);
                Ok(())
            }
            Some(Trap::Hold) => {
                until(self.orders.subscribe(), |now| !now.holding).await;
                Ok(())
            }
        }
    }
}

/// A command is the first element of a message's document: a text of that name.
fn begins(bytes: &[u8], command: &str) -> bool {
    let element = [b"\x02", command.as_bytes(), b"\0"].concat();
    bytes.windows(element.len()).any(|window| window == element)
}

fn count(counters: &Counters, answers: bool, bytes: usize) {
    let mut traffic = counters.lock().unwrap();
    let direction = if answers {
        &mut traffic.answered
    } else {
        &mut traffic.asked
    };
    *direction += bytes as u64;
}

/// How many bytes may pass now.
fn room(flow: Flow, counters: &Counters, answers: bool) -> u64 {
    match flow {
        Flow::Silent => 0,
        Flow::Answers(limit) if answers => limit.saturating_sub(counters.lock().unwrap().answered),
        Flow::Pass | Flow::Refuse | Flow::Answers(_) => u64::MAX,
    }
}

/// Waits until the orders are such; for ever if they never will be.
async fn until(mut orders: watch::Receiver<Orders>, such: impl Fn(&Orders) -> bool) {
    if orders.wait_for(such).await.is_err() {
        std::future::pending::<()>().await;
    }
}
