//! Work in the background: what can be asked, what can be told, and the one place that runs it.
//!
//! `spec` and `event` are plain data that every front end uses; `runtime` is the only spawner.

pub mod event;
pub mod job;
pub mod runtime;
pub mod spec;

pub use event::{Failure, Outcome, TaskEvent, What};
pub use runtime::Runtime;
pub use spec::{Lane, TaskId, TaskSpec};
