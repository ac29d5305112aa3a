//! dualscope: MongoDB and a 0G key-value stream side by side, in a terminal.
//!
//! # Why
//!
//! `EverMemOS` / `0g-memory` keeps every document twice: a *lite* document in MongoDB (ids, dates, the
//! fields that queries need) and the *full* JSON in a key-value store under `{collection}:{id}`.
//! The two drift apart, and the service skips what it cannot read without a word. dualscope shows
//! how the two sides stand. Two promises rule everything: nothing typed or stored is ever lost,
//! and the screen never lies and never freezes.
//!
//! # Layers
//!
//! ```text
//!                      main ─────► wiring      the only module that names the stores together
//!              ┌────────┴────────┐
//!             tui               cli            two front ends, same operations
//!        ┌─────┼─────┐           │
//!       ui     │     │           │             draws &App, changes nothing
//!        │     │     │           │
//!       app ◄──┘     │           │             state + update: no IO, no clock, no tokio
//!        │           ▼           ▼
//!        │         task::runtime ─ task::job   owns every spawned future
//!        │           │        │
//!        └──► task::{spec, event}              plain data: what can be asked, what can be told
//!                    │        │
//!                    │   store::port ◄── store::{mongo, kv, memory}
//!                    │        │
//!                    └─ domain ┘               values and pure rules; knows nobody
//!
//!                   config → domain            (read by wiring, tui, cli)
//!                   journal → domain           the files that a write leaves behind; knows no store
//! ```
//!
//! The imports that each module may use are checked by `tests/it/layers.rs`. Who may do what:
//!
//! 1. Only `app::update` changes `App`. Only `task::runtime` spawns. Only `store::*` adapters talk
//!    to the network or start the storage client. Only `journal` writes journal and drafts. Only
//!    `tui::terminal` touches terminal modes. Only `cli::output` prints.
//! 2. `update(&mut App, Msg, Now) -> Vec<Effect>` is deterministic: time comes in as an argument,
//!    ids are counters in `App`.
//! 3. `view(&App, &mut Frame)` reads; geometry is computed by `app::layout`, which both sides call.
//! 4. A job talks to the world through ports and reports through `TaskEvent`.
//! 5. The command line runs the same `TaskSpec` through the same runtime.
//! 6. The demo is `wiring` choosing `store::memory`: same code from the ports up.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod journal;
pub mod store;
pub mod task;
pub mod tui;
pub mod ui;
pub mod wiring;
