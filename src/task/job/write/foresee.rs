//! Whether the stores would take a write, and get to it, asked before anybody agrees to it. Nothing is
//! written, and nothing follows from it: the write itself asks again.

use super::super::{Failure, Outcome, World, doctor};
use crate::domain::check::{Check, CheckVerdict};
use crate::domain::plan::Plan;
use crate::store::error::Kind;

/// Asks both stores. A store that does not answer refuses nothing.
///
/// # Errors
/// A clear no of one of them, a node that waits for the data of another write and so gets to none, or
/// a session that cannot write.
pub(in crate::task) async fn foresee(world: &World, plan: &Plan) -> Result<Outcome, Failure> {
    let stopped = |said: String, hint: String| Failure {
        said,
        hint,
        kind: Kind::Refused.name(),
        again: false,
    };
    let writers = world.writers();
    let refused = |said: &str, hint| stopped(format!("this would be refused: {said}"), hint);
    let writers = writers.map_err(|why| refused(&why, "this session only reads".to_owned()))?;
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
    value.map_err(|error| refused(&error.message, error.hint))?;
    let failed = |check: &Check| check.verdict == CheckVerdict::Failed;
    match lite.into_iter().find(failed) {
        None if plan.value.is_none() => Ok(Outcome::Done),
        None => match doctor::waits(world).await.filter(failed) {
            None => Ok(Outcome::Done),
            Some(check) => {
                let said = format!("this would not be applied so far: the node {}", check.said);
                Err(stopped(said, check.next))
            }
        },
        Some(check) => Err(refused(&check.said, check.next)),
    }
}
