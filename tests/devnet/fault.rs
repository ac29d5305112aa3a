//! Faults of an emulated node that a test orders, and the counters that it asserts on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::state::State;

/// What goes wrong with a request, or (the last five) with one call in it.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This HTTP status with a line of text.
    Status(u16),
    /// A web page with status 200.
    Html,
    /// A right answer that ends in the middle, as if that were all.
    Truncated,
    /// A right answer whose connection breaks in the middle.
    CutBody,
    /// An answer that announces this many bytes.
    TooLong(usize),
    /// An answer that says no length and does not end.
    Endless,
    /// The connection is closed without an answer.
    Close,
    /// Carried out, and then the connection is closed without an answer.
    Lost,
    /// Accepted, read, never answered.
    Silence,
    /// The right answer, later.
    Delay(Duration),
    /// This body instead of an answer.
    Body(String),
    /// The answer carries another id.
    WrongId,
    /// The answer carries the id of the call before it, so that id comes twice in a batch.
    DoubledId,
    /// The answer to one call is missing from a batch.
    Missing,
    /// A JSON-RPC error object.
    Error {
        code: i32,
        message: String,
        data: Option<String>,
    },
    /// This result whatever was asked.
    Result(Value),
}

impl Fault {
    /// An error object without data.
    pub fn error(code: i32, message: &str) -> Self {
        Self::Error {
            code,
            message: message.to_owned(),
            data: None,
        }
    }

    /// Whether only a call is spoiled and not the whole request.
    fn spoils_one_call(&self) -> bool {
        matches!(
            self,
            Self::WrongId | Self::DoubledId | Self::Missing | Self::Error { .. } | Self::Result(_)
        )
    }
}

struct Order {
    fault: Fault,
    method: Option<String>,
    skip: usize,
    left: usize,
}

/// What was asked of a node so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// HTTP requests.
    pub requests: usize,
    /// Calls by method, unknown ones included.
    pub calls: BTreeMap<String, usize>,
    /// TCP connections.
    pub connections: usize,
    /// Calls that asked the node to iterate inclusively.
    pub inclusive: usize,
    /// The most items that one batch had.
    pub longest_batch: usize,
    /// The longest answer in bytes.
    pub longest_answer: usize,
}

impl Counts {
    /// How often `method` was called.
    pub fn of(&self, method: &str) -> usize {
        self.calls.get(method).copied().unwrap_or(0)
    }
}

type Hook = Box<dyn FnOnce(&mut State) + Send>;

/// Ordered faults, counters and hooks of one node.
#[derive(Default)]
pub struct Control {
    pub counts: Counts,
    orders: Vec<Order>,
    hooks: Vec<(String, usize, Hook)>,
}

impl Control {
    /// Orders a fault for the next `times` requests or calls after the first `skip`; `method`
    /// limits it to one method.
    pub fn order(&mut self, fault: Fault, method: Option<&str>, skip: usize, times: usize) {
        self.orders.push(Order {
            fault,
            method: method.map(str::to_owned),
            skip,
            left: times,
        });
    }

    /// Forgets all ordered faults.
    pub fn heal(&mut self) {
        self.orders.clear();
    }

    /// Runs `hook` on the store right before call number `nth` (from 1) of `method` is answered.
    pub fn before(&mut self, method: &str, nth: usize, hook: Hook) {
        let at = self.counts.of(method) + nth;
        self.hooks.push((method.to_owned(), at, hook));
    }

    /// Counts a call and hands out the hook that waits for it.
    pub fn called(&mut self, method: &str) -> Option<Hook> {
        let count = self.counts.calls.entry(method.to_owned()).or_default();
        *count += 1;
        let now = *count;
        let at = self
            .hooks
            .iter()
            .position(|(name, at, _)| name == method && *at == now)?;
        Some(self.hooks.remove(at).2)
    }

    /// The fault for a request with these methods.
    pub fn request_fault(&mut self, methods: &[&str]) -> Option<Fault> {
        self.take(|order| {
            let hit = |wanted: &String| methods.contains(&wanted.as_str());
            !order.fault.spoils_one_call() && order.method.as_ref().is_none_or(hit)
        })
    }

    /// The fault for one call.
    pub fn call_fault(&mut self, method: &str) -> Option<Fault> {
        self.take(|order| {
            let hit = |wanted: &String| wanted == method;
            order.fault.spoils_one_call() && order.method.as_ref().is_none_or(hit)
        })
    }

    fn take(&mut self, fits: impl Fn(&Order) -> bool) -> Option<Fault> {
        let order = self.orders.iter_mut().find(|o| o.left > 0 && fits(o))?;
        if order.skip > 0 {
            order.skip -= 1;
            return None;
        }
        order.left -= 1;
        Some(order.fault.clone())
    }
}
