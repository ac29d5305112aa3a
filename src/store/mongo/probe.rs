//! The doctor's steps.

use super::Mongo;
use crate::store::port::Check;

impl Mongo {
    pub(super) async fn run_probe(&self) -> Vec<Check> {
        Vec::new()
    }
}
