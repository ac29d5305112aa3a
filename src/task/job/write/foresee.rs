//! Whether the stores would take a write, asked before anybody agrees to it. Nothing is written, and
//! nothing follows from it: the write itself asks again.

use super::super::{Failure, Outcome, World};
use crate::domain::check::{Check, CheckVerdict};
use crate::domain::plan::Plan;
use crate::store::error::Kind;

/// Asks both stores. A store that does not answer refuses nothing.
///
/// # Errors
/// A clear no of one of them, or a session that cannot write.
pub(in crate::task) async fn foresee(world: &World, plan: &Plan) -> Result<Outcome, Failure> {
    let refused = |said: String, hint: String| Failure {
        said,
        hint,
        kind: Kind::Refused.name(),
        again: false,
    };
    let writers = world.writers();
    let writers = writers.map_err(|why| refused(why, "this session only reads".to_owned()))?;
    let value = async {
        match &plan.value {
            Some(_) => writers.values.foresee(&plan.key).await,
            None => Ok(()),
        }
    };
    let lite = async {
        match &plan.lite {
            Some(_) => writers.lite.probe().await,
            None => Vec::new(),
        }
    };
    let (value, lite) = tokio::join!(value, lite);
    value?;
    let failed = |check: &Check| check.verdict == CheckVerdict::Failed;
    match lite.into_iter().find(failed) {
        None => Ok(Outcome::Done),
        Some(check) => Err(refused(check.said, check.next)),
    }
}
