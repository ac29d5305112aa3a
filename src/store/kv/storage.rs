//! The storage nodes behind a stream: which an indexer names, which part of all data each keeps,
//! and whether they have the data of a transaction. Asks only.

use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::writer::endpoint::Endpoint;
use crate::store::error::{Kind, StoreError};

/// The part of all data that a node keeps: every segment whose number leaves the rest `id` when it
/// is divided by `count`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shard {
    pub(super) id: u64,
    /// A power of two.
    pub(super) count: u64,
}

impl Shard {
    /// Everything.
    pub(super) const WHOLE: Self = Self { id: 0, count: 1 };

    /// What a node says of itself; the client works with nothing else.
    fn read(value: &Value) -> Option<Self> {
        let (id, count) = (value.get("shardId")?, value.get("numShard")?);
        let (id, count) = (id.as_u64()?, count.as_u64()?);
        (count.is_power_of_two() && id < count).then_some(Self { id, count })
    }

    /// Whether all of `part` is in it.
    fn covers(self, part: Self) -> bool {
        self.count <= part.count && part.id % self.count == self.id
    }

    /// A part of `whole` that none of these keeps.
    pub(super) fn gap(whole: Self, kept: &[Self]) -> Option<Self> {
        if kept.iter().any(|shard| shard.covers(whole)) {
            return None;
        }
        let inside: Vec<Self> = kept
            .iter()
            .copied()
            .filter(|shard| whole.covers(*shard))
            .collect();
        let Some(count) = whole.count.checked_mul(2).filter(|_| !inside.is_empty()) else {
            return Some(whole);
        };
        let half = |id| Self::gap(Self { id, count }, &inside);
        half(whole.id).or_else(|| half(whole.id + whole.count))
    }
}

/// A node that an indexer names.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its address; may hold a login.
    pub(super) url: String,
    /// What it keeps, where that is told and can be.
    pub(super) shard: Option<Shard>,
    /// Whether the indexer vouches for it.
    pub(super) trusted: bool,
}

/// The nodes that an indexer chooses for one upload.
pub(super) async fn chosen(indexer: Endpoint<'_>) -> Result<Vec<Named>, StoreError> {
    let asked: [Value; 4] = [
        1.into(),
        "random".into(),
        false.into(),
        Value::Array(Vec::new()),
    ];
    let answer = indexer
        .ask("indexer_getSelectedNodes", params(&asked))
        .await?;
    let of = |list: &str, trusted| {
        let all = answer.get(list).and_then(Value::as_array);
        let read = move |node: &Value| Named {
            url: node["url"].as_str().unwrap_or_default().to_owned(),
            shard: Shard::read(&node["config"]),
            trusted,
        };
        all.into_iter().flatten().map(read).collect::<Vec<_>>()
    };
    Ok([of("trusted", true), of("discovered", false)].concat())
}

/// What a node keeps; `None` when what it says can't be.
pub(super) async fn shard(node: &Endpoint<'_>) -> Result<Option<Shard>, StoreError> {
    let answer = node.ask("zgs_getShardConfig", ArrayParams::new()).await?;
    Ok(Shard::read(&answer))
}

/// The error for a node that names a part that there is not.
pub(super) fn unreadable(node: &Endpoint<'_>) -> StoreError {
    node.fault(
        Kind::Malformed,
        "does not say which part of the data it keeps",
    )
    .hint("the client would find that out after the fee was paid: name other storage nodes")
}

/// What a node knows of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct File {
    /// Whether its data is there.
    pub(super) whole: bool,
    /// The root of the data.
    pub(super) root: Option<String>,
}

/// The transaction of this sequence, once the node has read the block that it is in.
pub(super) async fn file(node: &Endpoint<'_>, sequence: u64) -> Result<Option<File>, StoreError> {
    let asked = params(&[sequence.into()]);
    let info = node.ask("zgs_getFileInfoByTxSeq", asked).await?;
    if info.is_null() {
        return Ok(None);
    }
    let whole = info.get("finalized").and_then(Value::as_bool);
    let whole = whole
        .ok_or_else(|| node.fault(Kind::Malformed, "does not answer as a storage node does"))?;
    let root = info.pointer("/tx/dataMerkleRoot").and_then(Value::as_str);
    let is_root = |root: &&str| {
        let digits = root.strip_prefix("0x").unwrap_or_default();
        digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    Ok(Some(File {
        whole,
        root: root.filter(is_root).map(str::to_owned),
    }))
}

/// Parameters by position.
pub(super) fn params(values: &[Value]) -> ArrayParams {
    let mut params = ArrayParams::new();
    for value in values {
        // a JSON value always serializes
        let _ = params.insert(value);
    }
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(kept: &[(u64, u64)]) -> Option<(u64, u64)> {
        let kept: Vec<Shard> = kept
            .iter()
            .map(|(id, count)| Shard::read(&serde_json::json!({"shardId": id, "numShard": count})))
            .collect::<Option<_>>()
            .unwrap();
        Shard::gap(Shard::WHOLE, &kept).map(|shard| (shard.id, shard.count))
    }

    #[test]
    fn what_no_node_keeps_is_found() {
        assert_eq!(gap(&[]), Some((0, 1)));
        assert_eq!(gap(&[(0, 1)]), None);
        assert_eq!(gap(&[(0, 2)]), Some((1, 2)));
        assert_eq!(gap(&[(1, 2), (1, 2)]), Some((0, 2)));
        assert_eq!(gap(&[(1, 2), (0, 2)]), None);
        assert_eq!(gap(&[(1, 2), (0, 4)]), Some((2, 4)));
        assert_eq!(gap(&[(1, 2), (2, 4), (0, 4)]), None);
        assert_eq!(gap(&[(1, 2), (2, 4), (4, 8)]), Some((0, 8)));
        // as deep as a number goes
        assert_eq!(gap(&[(0, 1 << 63)]), Some((1 << 62, 1 << 63)));
    }

    #[test]
    fn a_part_that_there_is_not_is_no_part() {
        for (id, count) in [(0, 0), (0, 3), (2, 2), (1, 1)] {
            let said = serde_json::json!({"shardId": id, "numShard": count});
            assert_eq!(Shard::read(&said), None, "{said}");
        }
        assert_eq!(Shard::read(&serde_json::json!({"shardId": 0})), None);
        assert_eq!(Shard::read(&Value::Null), None);
    }
}
