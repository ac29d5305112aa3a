//! What a person does and sees, without a terminal: keys and answers in, state and effects out.

mod asked;
mod columns;
mod copying;
pub(crate) mod editing;
mod filtering;
mod healing;
mod history;
mod jumps;
mod keys;
mod layers;
mod listing;
mod loading;
mod masked;
mod model;
mod model_writing;
mod mouse;
mod opening;
pub(crate) mod overtaken;
mod places;
mod tasks;
mod telling;
mod trouble;
pub(crate) mod unfinished;
mod unlocking;
mod untold;
mod whole;
pub(crate) mod writing;
