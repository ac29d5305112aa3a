//! The flags that say how values are written. None of them is a secret; keys come from elsewhere.

use std::path::PathBuf;

use clap::Args;

use super::values::seconds;

// No `Debug`: an address may hold a password.
#[derive(Args, Clone)]
pub(in crate::cli) struct Writing {
    /// The program `0g-storage-client`, which writes values
    #[arg(long, global = true, value_name = "FILE")]
    pub(in crate::cli) client: Option<PathBuf>,
    /// JSON-RPC address of the EVM node that takes transactions
    #[arg(long, global = true, value_name = "URL")]
    pub(in crate::cli) evm_rpc: Option<String>,
    /// Address of a storage node; may be given several times
    #[arg(long, global = true, value_name = "URL")]
    pub(in crate::cli) storage_node: Vec<String>,
    /// Address of an indexer that names storage nodes
    #[arg(long, global = true, value_name = "URL")]
    pub(in crate::cli) indexer: Option<String>,
    /// How long a submitted value is awaited, as `90` (seconds), `90 s` or `5 min`
    #[arg(long, global = true, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) patience: Option<String>,
}
