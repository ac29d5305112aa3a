//! The client's last words that are known, in words of ours. A table: nothing is decided here.

use crate::store::error::Kind;

/// One way to fail, known by a piece of the client's text in lower case.
pub(super) struct Phrase(
    pub(super) &'static str,
    pub(super) Kind,
    pub(super) &'static str,
    pub(super) &'static str,
);

pub(super) const ENDPOINTS: &str = "check writer.evm_rpc, writer.storage_nodes and writer.indexer, then run \
                         `dualscope doctor`";
const FUNDS: &str = "put more tokens into the wallet";
pub(super) const REPORT: &str = "please report this with the log file (`dualscope paths`)";
const OTHER_PROGRAM: &str = "look whether another program spends from this wallet";
const NODES: &str = "name storage nodes that together hold all shards (writer.storage_nodes)";

/// The first that matches counts; `{}` is the party that was asked.
pub(super) const PHRASES: &[Phrase] = &[
    Phrase(
        "keys and values length mismatch",
        Kind::Bug,
        "the client counts other keys than values",
        REPORT,
    ),
    Phrase(
        "no keys to write",
        Kind::Bug,
        "the client was given no key",
        REPORT,
    ),
    Phrase(
        "key is empty",
        Kind::Bug,
        "the client was given an empty key",
        REPORT,
    ),
    Phrase(
        "at least one of --node and --indexer",
        Kind::Refused,
        "neither a storage node nor an indexer is known",
        NODES,
    ),
    Phrase(
        "chain id mismatch",
        Kind::Refused,
        "the EVM node and the storage node belong to different chains",
        ENDPOINTS,
    ),
    Phrase(
        "insufficient funds",
        Kind::Refused,
        "the wallet cannot pay for the transaction",
        FUNDS,
    ),
    Phrase(
        "gas required exceeds allowance",
        Kind::Refused,
        "the wallet cannot pay for the transaction",
        FUNDS,
    ),
    Phrase(
        "intrinsic gas too low",
        Kind::NotFound,
        "no storage node knows this data yet, and a second transaction was not sent",
        "wait until the transaction is in a block and the storage node has seen it, then try again",
    ),
    Phrase(
        "transaction execution failed",
        Kind::Refused,
        "the transaction failed on the chain",
        "look the transaction up on the chain",
    ),
    Phrase(
        "execution reverted",
        Kind::Refused,
        "the contract refuses the transaction",
        ENDPOINTS,
    ),
    Phrase(
        "nonce too low",
        Kind::Unknown,
        "the number of the transaction was already used: by its own first try, or by another program",
        OTHER_PROGRAM,
    ),
    Phrase(
        "already known",
        Kind::Unknown,
        "the chain already has this very transaction",
        OTHER_PROGRAM,
    ),
    Phrase(
        "underpriced",
        Kind::Unknown,
        "another transaction of this wallet waits under the same number",
        OTHER_PROGRAM,
    ),
    Phrase(
        "mempool full",
        Kind::Timeout,
        "the transaction was not seen in a block in time",
        "it may still come: look at both stores in a while",
    ),
    Phrase(
        "cannot cover all shards",
        Kind::Refused,
        "the storage nodes do not hold all shards",
        NODES,
    ),
    Phrase(
        "numshard is zero",
        Kind::Refused,
        "a storage node tells a number of shards that cannot be",
        NODES,
    ),
    Phrase(
        "too many data writing",
        Kind::Unreachable,
        "the storage node is busy",
        "try again in a while",
    ),
    Phrase(
        "failed to connect to fullnode",
        Kind::Malformed,
        "the EVM node's address cannot be used",
        "write writer.evm_rpc as http://HOST:PORT",
    ),
    Phrase(
        "connection refused",
        Kind::Unreachable,
        "{} refuses the connection: nothing listens there",
        ENDPOINTS,
    ),
    Phrase(
        "no such host",
        Kind::Unreachable,
        "{} has a host name without an address",
        ENDPOINTS,
    ),
    Phrase(
        "deadline exceeded",
        Kind::Unreachable,
        "{} did not answer in time",
        ENDPOINTS,
    ),
    Phrase(
        "timeout",
        Kind::Unreachable,
        "{} did not answer in time",
        ENDPOINTS,
    ),
    Phrase(
        "connection reset",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "closed connection",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "eof",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "failed to select nodes from indexer",
        Kind::Unreachable,
        "the indexer names no storage nodes",
        ENDPOINTS,
    ),
    Phrase(
        "failed after",
        Kind::Malformed,
        "{} gives an answer that the client cannot use",
        ENDPOINTS,
    ),
];
