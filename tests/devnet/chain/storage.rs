//! The storage node and the indexer of an emulated chain.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonrpsee::core::RpcResult;
use jsonrpsee::types::Params;
use jsonrpsee::{Methods, RpcModule};
use serde_json::{Value, json};

use super::super::wire::merkle::{CHUNK, Proof, SEGMENT_CHUNKS};
use super::super::wire::{Digest, hex, unhex_array};
use super::evm::block_hash;
use super::ledger::{FLOW, Refused, Submitted};
use super::{World, refusal};

type Answer = fn(&World, &[Value]) -> RpcResult<Value>;

/// Every method there is.
const METHODS: [(&str, Answer); 5] = [
    ("zgs_getShardConfig", |world, _| Ok(shards(world))),
    ("zgs_getStatus", |world, _| Ok(status(world))),
    ("zgs_getFileInfo", |world, asked| {
        let root: Digest = asked.first().and_then(digest).ok_or_else(|| bad("root"))?;
        Ok(world.with(|ledger, _| ledger.by_root(&root).map_or(Value::Null, info)))
    }),
    ("zgs_getFileInfoByTxSeq", |world, asked| {
        let seq = asked
            .first()
            .and_then(Value::as_u64)
            .ok_or_else(|| bad("seq"))?;
        Ok(world.with(|ledger, _| ledger.by_seq(seq).map_or(Value::Null, info)))
    }),
    ("zgs_uploadSegmentsByTxSeq", upload),
];

/// The storage node's method table.
pub fn methods(world: &Arc<World>) -> Methods {
    let mut module = RpcModule::from_arc(Arc::clone(world));
    for (name, answer) in METHODS {
        module
            .register_method(name, move |asked: Params<'_>, world, _| {
                let asked: Vec<Value> = asked.parse().unwrap_or_default();
                answer(world, &asked)
            })
            .expect("each name comes once");
    }
    module.into()
}

/// The method table of an indexer that knows one storage node.
pub fn indexer(world: &Arc<World>, url: &str) -> Methods {
    let mut module = RpcModule::new((Arc::clone(world), url.to_owned()));
    module
        .register_method("indexer_getSelectedNodes", |_, known, _| {
            let (world, url) = known;
            let node = json!({"url": url, "config": shards(world), "latency": 1, "since": 0});
            json!({"trusted": [node], "discovered": []})
        })
        .expect("the only name");
    module.into()
}

fn shards(world: &World) -> Value {
    let (id, count) = world.with(|ledger, _| ledger.shard);
    json!({"shardId": id, "numShard": count})
}

fn bad(what: &str) -> jsonrpsee::types::ErrorObjectOwned {
    refusal(-32602, format!("Invalid params: {what}"))
}

fn digest(value: &Value) -> Option<Digest> {
    value.as_str().and_then(unhex_array)
}

fn status(world: &World) -> Value {
    let (chain_id, height, hash, next) = world.with(|ledger, state| {
        (
            ledger.storage_chain_id,
            ledger.height(),
            block_hash(ledger, ledger.height()),
            state.mined_seq.max(state.applied_seq),
        )
    });
    json!({
        "connectedPeers": 0, "logSyncHeight": height, "logSyncBlock": hex(&hash),
        "nextTxSeq": next,
        "networkIdentity": {
            "chainId": chain_id, "flowAddress": hex(&FLOW),
            "p2pProtocolVersion": {"major": 0, "minor": 0, "build": 0},
        },
    })
}

fn info(entry: &Submitted) -> Value {
    let nodes = entry.submission.nodes.iter();
    let nodes: Vec<Value> = nodes
        .map(|(root, height)| json!([height + 1, hex(root)]))
        .collect();
    let complete = entry.file.is_some();
    let segments = entry
        .submission
        .length
        .div_ceil((CHUNK * SEGMENT_CHUNKS) as u64);
    let uploaded = if complete {
        segments
    } else {
        entry.segments.len() as u64
    };
    json!({
        "tx": {
            "streamIds": [], "data": [], "dataMerkleRoot": hex(&entry.root), "merkleNodes": nodes,
            "startEntryIndex": entry.start, "size": entry.submission.length, "seq": entry.seq,
        },
        "finalized": complete, "isCached": false, "uploadedSegNum": uploaded, "pruned": false,
    })
}

fn upload(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let segments = asked
        .first()
        .and_then(Value::as_array)
        .ok_or_else(|| bad("segments"))?;
    let seq = asked
        .get(1)
        .and_then(Value::as_u64)
        .ok_or_else(|| bad("seq"))?;
    for segment in segments {
        let (place, content) = read(segment).ok_or_else(|| bad("segment"))?;
        let taken = world.with(|ledger, _| ledger.upload(seq, place, (content.0, &content.1)));
        taken.map_err(|Refused(code, why)| refusal(code, why))?;
    }
    Ok(json!(segments.len()))
}

/// A segment's place and its content with proof.
type Segment = ((Digest, usize), (Vec<u8>, Proof));

fn read(segment: &Value) -> Option<Segment> {
    let index = usize::try_from(segment["index"].as_u64()?).ok()?;
    let data = STANDARD.decode(segment["data"].as_str()?).ok()?;
    let lemma = segment["proof"]["lemma"].as_array()?.iter().map(digest);
    let path = segment["proof"]["path"]
        .as_array()?
        .iter()
        .map(Value::as_bool);
    let proof = Proof {
        lemma: lemma.collect::<Option<_>>()?,
        path: path.collect::<Option<_>>()?,
    };
    Some(((digest(&segment["root"])?, index), (data, proof)))
}
