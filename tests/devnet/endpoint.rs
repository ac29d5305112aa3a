//! One HTTP server of the emulated world: a thread of its own, faults on order, counters.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use jsonrpsee::Methods;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::fault::{Counts, Fault};
use super::front::{self, Service};
use super::shared::Shared;
use super::state::State;

/// A running server; it stops when dropped.
pub struct Endpoint {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Endpoint {
    /// Starts a server on 127.0.0.1; it listens when this returns.
    pub fn start(shared: Arc<Shared>, methods: Methods) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", shared.options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let service = Service {
            shared: Arc::clone(&shared),
            methods,
        };
        let thread = std::thread::Builder::new()
            .name("devnet".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let listener = TcpListener::from_std(listener).expect("a listening socket");
                    tokio::select! {
                        () = front::serve(listener, service) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            shared,
            address,
            running: Mutex::new(Some((stop, thread))),
        })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops for good: from now on its port refuses connections.
    pub fn stop(&self) {
        let running = self.running.lock().expect("a test panicked").take();
        if let Some((stop, thread)) = running {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }

    /// What its threads share.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Orders a fault for the next request or call.
    pub fn fail_once(&self, fault: Fault) {
        self.shared.control().order(fault, None, 0, 1);
    }

    /// Orders a fault for everything from now on.
    pub fn fail_always(&self, fault: Fault) {
        self.shared.control().order(fault, None, 0, usize::MAX);
    }

    /// Orders a fault for `times` calls of one method after the first `skip`.
    pub fn fail(&self, method: &str, fault: Fault, skip: usize, times: usize) {
        self.shared
            .control()
            .order(fault, Some(method), skip, times);
    }

    /// Forgets all ordered faults.
    pub fn heal(&self) {
        self.shared.control().heal();
    }

    /// Changes the store right before call number `nth` from now of `method` is answered.
    pub fn before(&self, method: &str, nth: usize, hook: impl FnOnce(&mut State) + Send + 'static) {
        self.shared.control().before(method, nth, Box::new(hook));
    }

    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        self.shared.control().counts.clone()
    }

    /// Sets the counters back; hooks that wait keep counting from here.
    pub fn reset_counts(&self) {
        self.shared.control().counts = Counts::default();
    }

    /// How many requests hang right now.
    pub fn hanging(&self) -> usize {
        self.shared.hanging()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop();
    }
}
