//! Whether a value can be carried at all by this session's way of writing, known before anything is
//! touched. A session without a way to write cannot tell, and says nothing.

use std::sync::Arc;

use super::Session;
use crate::cli::exit::{Exit, Fault};
use crate::domain::Key;
use crate::domain::plan::{Fence, Plan, ValueWrite};
use crate::task::Failure;

impl Session {
    /// Fails for a plan whose value this session's way of writing cannot carry.
    pub(in crate::cli) fn carries(&self, plan: &Plan) -> Result<(), Fault> {
        let Some(write) = &plan.value else {
            return Ok(());
        };
        self.fits(&plan.key, write).map_err(|failure| {
            let message = format!("nothing was touched: {}", failure.said);
            let hint = format!("{}; nothing was written", failure.hint);
            Fault::new(Exit::Refused, failure.kind, message).hint(hint)
        })
    }

    /// Why what this plan replaces could not be written again, if so.
    pub(in crate::cli) fn forever(&self, plan: &Plan) -> Option<String> {
        self.too_large(&plan.key, plan.replaced()?)
    }

    /// Why these stored bytes could not be written under the key, if so.
    pub(in crate::cli) fn too_large(&self, key: &Key, bytes: &Arc<[u8]>) -> Option<String> {
        let again = ValueWrite {
            bytes: Arc::clone(bytes),
            fence: Fence::Absent,
        };
        let failure = self.fits(key, &again).err()?;
        let name = format!("{key}: ");
        let said = failure.said.strip_prefix(&name);
        Some(said.unwrap_or(&failure.said).to_owned())
    }

    fn fits(&self, key: &Key, write: &ValueWrite) -> Result<(), Failure> {
        let Some(writers) = &self.writers else {
            return Ok(());
        };
        writers.values.check(key, write).map_err(Failure::from)
    }
}
