//! The KV node's JSON-RPC as one trait: the reader calls its client half, the emulated node of the
//! tests serves its server half, so the two cannot drift apart.
//!
//! Only names, encodings and shapes live here. When to ask what, and what an answer means, is the
//! reader's business.

#![expect(
    clippy::too_many_arguments,
    reason = "the node takes its parameters by position, and the trait is expanded by a macro"
)]

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonrpsee::core::RpcResult;
use jsonrpsee::proc_macros::rpc;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest part of a value that a node hands out in one answer, unless it is configured lower.
pub const MAX_PART: u64 = 262_144;

/// Standard Base64 whose padding may be missing, as the node reads it (it always writes padding).
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Methods of the trait by their name on the wire, for batches and messages.
pub mod method {
    /// [`super::NodeClient::get_status`]
    pub const GET_STATUS: &str = "kv_getStatus";
    /// [`super::NodeClient::get_value`]
    pub const GET_VALUE: &str = "kv_getValue";
    /// [`super::NodeClient::get_first`]
    pub const GET_FIRST: &str = "kv_getFirst";
    /// [`super::NodeClient::get_next`]
    pub const GET_NEXT: &str = "kv_getNext";
    /// [`super::NodeClient::get_holding_stream_ids`]
    pub const GET_HOLDING_STREAM_IDS: &str = "kv_getHoldingStreamIds";
    /// [`super::NodeClient::get_replay_progress`]
    pub const GET_REPLAY_PROGRESS: &str = "kv_getReplayProgress";
    /// [`super::NodeClient::get_transaction_result`]
    pub const GET_TRANSACTION_RESULT: &str = "kv_getTransactionResult";
    /// [`super::NodeClient::has_write_permission`]
    pub const HAS_WRITE_PERMISSION: &str = "kv_hasWritePermission";

    /// Every method that reading uses.
    pub const ALL: [&str; 6] = [
        GET_STATUS,
        GET_VALUE,
        GET_FIRST,
        GET_NEXT,
        GET_HOLDING_STREAM_IDS,
        GET_REPLAY_PROGRESS,
    ];
}

/// The calls of a KV node. `version` limits an answer to writes up to and including it; `None`
/// is sent as `null` and means the newest. Positions and lengths count bytes of a value.
#[rpc(client, server, namespace = "kv")]
pub trait Node {
    /// `true` from every node that runs.
    #[method(name = "getStatus")]
    async fn get_status(&self) -> RpcResult<bool>;

    /// A part of one value. Never null: a key without a value answers version 0 and size 0. With
    /// `len` 0 it tells version and size only.
    #[method(name = "getValue")]
    async fn get_value(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start_index: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<ValuePart>;

    /// The first key behind `key` that has a value. Never ask with `inclusive`: a tombstone at
    /// `key` then keeps the node busy until the connection is closed.
    #[method(name = "getNext")]
    async fn get_next(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start_index: u64,
        len: u64,
        inclusive: bool,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>>;

    /// The last key before `key` that has a value. The warning of [`Self::get_next`] holds.
    #[method(name = "getPrev")]
    async fn get_prev(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start_index: u64,
        len: u64,
        inclusive: bool,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>>;

    /// The bytewise first key of a stream that has a value.
    #[method(name = "getFirst")]
    async fn get_first(
        &self,
        stream_id: StreamId,
        start_index: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>>;

    /// The bytewise last key of a stream that has a value.
    #[method(name = "getLast")]
    async fn get_last(
        &self,
        stream_id: StreamId,
        start_index: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>>;

    /// How the transaction `tx_seq` ended (`Commit` or a reason); null when it is not replayed yet,
    /// not for this node, or before its time.
    #[method(name = "getTransactionResult")]
    async fn get_transaction_result(&self, tx_seq: u64) -> RpcResult<Option<String>>;

    /// The streams that the node follows, ascending. Any other stream looks empty.
    #[method(name = "getHoldingStreamIds")]
    async fn get_holding_stream_ids(&self) -> RpcResult<Vec<StreamId>>;

    /// How far the node has come. Missing on releases up to v1.5.1.
    #[method(name = "getReplayProgress")]
    async fn get_replay_progress(&self) -> RpcResult<ReplayProgress>;

    /// Whether `account` may write `key`; true for a stream that nobody has written yet.
    #[method(name = "hasWritePermission")]
    async fn has_write_permission(
        &self,
        account: Account,
        stream_id: StreamId,
        key: Bytes,
        version: Option<u64>,
    ) -> RpcResult<bool>;

    /// Whether `account` administers the stream.
    #[method(name = "isAdmin")]
    async fn is_admin(
        &self,
        account: Account,
        stream_id: StreamId,
        version: Option<u64>,
    ) -> RpcResult<bool>;

    /// Whether `key` is reserved to accounts that were named for it.
    #[method(name = "isSpecialKey")]
    async fn is_special_key(
        &self,
        stream_id: StreamId,
        key: Bytes,
        version: Option<u64>,
    ) -> RpcResult<bool>;

    /// Whether `account` was named for the special key `key`.
    #[method(name = "isWriterOfKey")]
    async fn is_writer_of_key(
        &self,
        account: Account,
        stream_id: StreamId,
        key: Bytes,
        version: Option<u64>,
    ) -> RpcResult<bool>;

    /// Whether `account` was granted all normal keys of the stream.
    #[method(name = "isWriterOfStream")]
    async fn is_writer_of_stream(
        &self,
        account: Account,
        stream_id: StreamId,
        version: Option<u64>,
    ) -> RpcResult<bool>;
}

/// Bytes `start_index..` of a value, with the version and the size of the whole.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ValuePart {
    /// The transaction sequence that wrote the value; 0 also when there is none.
    pub version: u64,
    /// The part that was asked for.
    pub data: Bytes,
    /// Length of the whole value; 0 for a tombstone and for no value.
    pub size: u64,
}

/// A [`ValuePart`] together with its key, as the iterating calls answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EntryPart {
    /// The transaction sequence that wrote the value.
    pub version: u64,
    /// The key that was found.
    pub key: Bytes,
    /// The part that was asked for.
    pub data: Bytes,
    /// Length of the whole value.
    pub size: u64,
}

/// How far a node has replayed the global sequence of transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplayProgress {
    /// The next sequence to be applied: `n` is done when this is greater than `n`.
    pub applied_seq: u64,
    /// Where the node began, when it did not begin at 0; nothing older is known to it.
    pub first_tx_seq: Option<u64>,
}

/// Bytes that travel as standard Base64. `Debug` tells the length only, since they may be a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a standard Base64 string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                LENIENT.decode(text).map(Bytes).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// `N` bytes that travel as hex text: lower case with `0x` on the way out; any case, with or
/// without `0x`, but of exact length on the way in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash<const N: usize>(pub [u8; N]);

/// The 32 bytes that name a stream.
pub type StreamId = Hash<32>;

/// The 20 bytes that name an account.
pub type Account = Hash<20>;

/// Why a text is not a [`struct@Hash`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// The number of digits, without `0x`, is wrong.
    #[error("has {got} hex digits behind 0x, it must have {want}")]
    Length {
        /// Digits found.
        got: usize,
        /// Digits needed.
        want: usize,
    },
    /// A character is no hex digit.
    #[error("has {found:?} at character {at}, where only 0-9 and a-f can stand")]
    Digit {
        /// The character.
        found: char,
        /// Its place in the text, from 1.
        at: usize,
    },
}

impl<const N: usize> FromStr for Hash<N> {
    type Err = HashFault;

    fn from_str(text: &str) -> Result<Self, HashFault> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let before = text.len() - digits.len();
        if let Some((at, found)) = digits
            .chars()
            .enumerate()
            .find(|(_, c)| !c.is_ascii_hexdigit())
        {
            let at = before + at + 1;
            return Err(HashFault::Digit { found, at });
        }
        crate::domain::bson::hex_bytes(digits)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(HashFault::Length {
                got: digits.len(),
                want: N * 2,
            })
    }
}

impl<const N: usize> fmt::Display for Hash<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", crate::domain::bson::hex(&self.0))
    }
}

impl<const N: usize> fmt::Debug for Hash<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> Serialize for Hash<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hash<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_id_is_read_leniently_and_written_strictly() {
        let digits = "AB".repeat(32);
        let id: StreamId = digits.parse().unwrap();
        assert_eq!(id.to_string(), format!("0x{}", "ab".repeat(32)));
        assert_eq!(format!("0x{digits}").parse(), Ok(id));
    }

    #[test]
    fn a_stream_id_that_is_none_says_what_is_wrong() {
        let fault = |text: &str| text.parse::<StreamId>().unwrap_err().to_string();
        assert_eq!(fault("0xab"), "has 2 hex digits behind 0x, it must have 64");
        assert_eq!(
            fault("0xag"),
            "has 'g' at character 4, where only 0-9 and a-f can stand"
        );
        assert_eq!(fault(""), "has 0 hex digits behind 0x, it must have 64");
    }

    #[test]
    fn bytes_are_standard_base64_and_padding_may_be_missing() {
        let read = |text: &str| serde_json::from_str::<Bytes>(text);
        assert_eq!(
            serde_json::to_string(&Bytes(b"a".to_vec())).unwrap(),
            "\"YQ==\""
        );
        assert_eq!(read("\"YQ\"").unwrap(), Bytes(b"a".to_vec()));
        assert!(read("\"-_-_\"").is_err(), "URL-safe alphabet");
        assert!(read("7").is_err());
    }

    #[test]
    fn the_names_used_in_batches_are_methods_of_the_trait() {
        let source = include_str!("rpc.rs");
        for name in method::ALL {
            let declared = format!("#[method(name = \"{}\")]", &name["kv_".len()..]);
            assert!(source.contains(&declared), "{name}");
        }
    }
}
