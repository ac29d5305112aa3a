//! The storage nodes: what they know of a file, and bringing its segments to them.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::fault::{self, Stage};
use super::go;
use super::log::Log;
use super::rpc::{Client, wrong_type};
use crate::wire::merkle::{SEGMENT_CHUNKS, Tree};
use crate::wire::{Digest, hex};

const SECOND: Duration = Duration::from_secs(1);

/// A shard that a node keeps.
#[derive(Clone, Copy)]
pub(crate) struct Shard {
    pub(crate) id: u64,
    pub(crate) of: u64,
}

/// A storage node.
pub(crate) struct Node {
    pub(crate) client: Client,
    pub(crate) shard: Shard,
}

/// What a node knows of a file.
#[derive(Clone, Copy, Default)]
pub(crate) struct Info {
    pub(crate) seq: u64,
    pub(crate) start: u64,
    pub(crate) finalized: bool,
    pub(crate) uploaded: u64,
}

/// How an upload is done.
pub(crate) struct Upload {
    pub(crate) log: Log,
    pub(crate) nodes: Vec<Node>,
    pub(crate) tree: Tree,
    pub(crate) root: Digest,
    pub(crate) replicas: u64,
    pub(crate) task: usize,
    pub(crate) method: String,
    /// Limits every call and wait.
    pub(crate) end: Option<Instant>,
}

/// Reads a shard's configuration.
pub(crate) fn shard(value: &Value) -> Result<Shard, String> {
    let wrong = || wrong_type(value, "shard.ShardConfig");
    Ok(Shard {
        id: value["shardId"].as_u64().ok_or_else(wrong)?,
        of: value["numShard"].as_u64().ok_or_else(wrong)?,
    })
}

fn info(value: &Value) -> Result<Option<Info>, String> {
    if value.is_null() {
        return Ok(None);
    }
    if !value.is_object() {
        return Err(wrong_type(value, "node.FileInfo"));
    }
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    Ok(Some(Info {
        seq: number(&value["tx"]["seq"]),
        start: number(&value["tx"]["startEntryIndex"]),
        finalized: value["finalized"].as_bool().unwrap_or(false),
        uploaded: number(&value["uploadedSegNum"]),
    }))
}

impl Node {
    /// What it knows by the root; none for a file it has not heard of.
    pub(crate) fn by_root(
        &self,
        root: &Digest,
        end: Option<Instant>,
    ) -> Result<Option<Info>, String> {
        let asked = [json!(hex(root)), json!(true)];
        self.client.call(("zgs_getFileInfo", &asked), end, info)
    }

    fn by_seq(&self, seq: u64, end: Option<Instant>) -> Result<Option<Info>, String> {
        self.client
            .call(("zgs_getFileInfoByTxSeq", &[json!(seq)]), end, info)
    }

    fn height(&self, end: Option<Instant>) -> Result<u64, String> {
        let height = |value: &Value| {
            let height = value["logSyncHeight"].as_u64();
            height.ok_or_else(|| wrong_type(value, "node.Status"))
        };
        self.client.call(("zgs_getStatus", &[]), end, height)
    }

    fn url(&self) -> &str {
        &self.client.url
    }
}

impl Upload {
    /// Waits until all nodes know the submission; with `finality` until they have its data.
    pub(crate) fn wait(&self, seq: Option<u64>, finality: bool) -> Result<Info, String> {
        let flag = u8::from(!finality).to_string();
        let mut fields = vec![("root", hex(&self.root)), ("finality", flag)];
        fields.extend(seq.map(|seq| ("txSeq", seq.to_string())));
        self.log.info("Wait for log entry on storage node", &fields);
        let pace = self.nodes[0].client.options.pace;
        loop {
            if !pace.sleep_until(SECOND, self.end) {
                return Err("context deadline exceeded".to_owned());
            }
            if let Some(info) = self.all_know(seq, finality)? {
                return Ok(info);
            }
        }
    }

    fn all_know(&self, seq: Option<u64>, finality: bool) -> Result<Option<Info>, String> {
        let mut last = Info::default();
        for node in &self.nodes {
            let found = match seq {
                Some(seq) => node.by_seq(seq, self.end)?,
                None => node.by_root(&self.root, self.end)?,
            };
            let Some(found) = found else {
                let mut fields = vec![("ip", node.url().to_owned())];
                let height = node.height(self.end);
                fields.extend(
                    height
                        .ok()
                        .map(|height| ("zgsNodeSyncHeight", height.to_string())),
                );
                self.log.remind("Log entry is unavailable yet", &fields);
                return Ok(None);
            };
            if finality && !found.finalized {
                let fields = [
                    ("cached", "false".to_owned()),
                    ("uploadedSegments", found.uploaded.to_string()),
                    ("txSeq", found.seq.to_string()),
                    ("ip", node.url().to_owned()),
                    ("finalized", "false".to_owned()),
                ];
                let message = "Log entry is available on node, but not finalized yet";
                self.log.remind(message, &fields);
                return Ok(None);
            }
            last = found;
        }
        Ok(Some(last))
    }

    /// Sends every segment to every node that keeps it and does not have the file.
    pub(crate) fn run(&self, info: Info) -> Result<(), String> {
        let began = Instant::now();
        let common = [
            ("segNum", self.tree.segments().to_string()),
            ("sequence", info.seq.to_string()),
            ("root", hex(&self.root)),
        ];
        let mut fields = common.to_vec();
        fields.push(("nodeNum", self.nodes.len().to_string()));
        self.log.info("Begin to upload file", &fields);
        fault::at(Stage::Upload);
        if self
            .nodes
            .iter()
            .any(|node| !node.shard.of.is_power_of_two())
        {
            return Err("NumShard is zero".to_owned());
        }
        if !self.covers() {
            return Err("selected nodes cannot cover all shards".to_owned());
        }
        let mut tasks = Vec::new();
        for node in &self.nodes {
            let known = node.by_root(&self.root, self.end).ok().flatten();
            if !known.is_some_and(|known| known.finalized) {
                tasks.extend(
                    self.kept(node, info)
                        .chunks(self.task)
                        .map(|task| (node, task.to_vec())),
                );
            }
        }
        for (at, (node, segments)) in tasks.iter().enumerate() {
            self.send(node, segments, (at, info.seq))
                .map_err(|why| format!("Trusted nodes upload error: {why}"))?;
        }
        let mut fields = common.to_vec();
        fields.push(("duration", go::duration(began.elapsed())));
        self.log.info("Completed to upload file", &fields);
        fault::at(Stage::Uploaded);
        Ok(())
    }

    /// Whether each part of the flow is kept often enough by nodes that the method allows.
    fn covers(&self) -> bool {
        let allowed = |shard: &Shard| match self.method.as_str() {
            "random" | "min" | "max" => true,
            number => number.parse() == Ok(shard.of),
        };
        let shards: Vec<Shard> = self
            .nodes
            .iter()
            .map(|node| node.shard)
            .filter(allowed)
            .collect();
        let finest = shards.iter().map(|shard| shard.of).max().unwrap_or(1);
        (0..finest).all(|part| {
            let kept = shards.iter().filter(|shard| part % shard.of == shard.id);
            kept.count() as u64 >= self.replicas
        })
    }

    /// The segments of the file that a node keeps.
    fn kept(&self, node: &Node, info: Info) -> Vec<usize> {
        let first = info.start / SEGMENT_CHUNKS as u64;
        let all = 0..self.tree.segments();
        all.filter(|at| (first + *at as u64) % node.shard.of == node.shard.id)
            .collect()
    }

    fn send(&self, node: &Node, segments: &[usize], (at, seq): (usize, u64)) -> Result<(), String> {
        let told: Vec<Value> = segments.iter().map(|at| self.segment(*at)).collect();
        let asked = [json!(told), json!(seq)];
        self.trace("Segments uploading", node, segments);
        for left in (0..12).rev() {
            let sent =
                node.client
                    .call(("zgs_uploadSegmentsByTxSeq", &asked), self.end, |_| Ok(()));
            let Err(why) = sent else {
                break;
            };
            let place = |segment: Option<&usize>| segment.copied().unwrap_or(0).to_string();
            let fields = [
                ("error", why.clone()),
                ("node", node.url().to_owned()),
                ("numSegments", self.tree.segments().to_string()),
                ("segIndex", place(segments.last())),
                ("startSegIdx", place(segments.first())),
                ("taskId", at.to_string()),
            ];
            if already_there(&why) {
                let message = "Segments already uploaded or finalized on node";
                self.log.info(message, &fields);
                break;
            }
            self.log.error("Failed to upload segments", &fields);
            if left == 0 || !why.contains("too many data writing") {
                return Err(format!("Failed to upload segment: {why}"));
            }
            node.client.options.pace.sleep(10 * SECOND);
        }
        self.trace("Segments uploaded", node, segments);
        Ok(())
    }

    fn trace(&self, message: &str, node: &Node, segments: &[usize]) {
        let place = |segment: Option<&usize>| segment.copied().unwrap_or(0).to_string();
        let first = segments.first().copied().unwrap_or(0);
        let mut fields = vec![
            ("total", self.tree.segments().to_string()),
            ("from_seg_index", place(segments.first())),
            ("to_seg_index", place(segments.last())),
            ("step", node.shard.of.to_string()),
            ("root", hex(&Tree::of(&self.tree.segment(first)).root())),
            ("to_node", node.url().to_owned()),
        ];
        if message.ends_with("ing") {
            fields.push(("useTxSeq", "true".to_owned()));
        }
        self.log.debug(message, &fields);
    }

    fn segment(&self, at: usize) -> Value {
        let proof = self.tree.proof(at);
        let lemma: Vec<String> = proof.lemma.iter().map(|digest| hex(digest)).collect();
        json!({
            "root": hex(&self.root),
            "data": STANDARD.encode(self.tree.segment(at)),
            "index": at,
            "proof": {"lemma": lemma, "path": proof.path},
            "fileSize": self.tree.size(),
        })
    }
}

fn already_there(why: &str) -> bool {
    [
        "Invalid params: root; data: already uploaded and finalized",
        "segment has already been uploaded or is being uploaded",
    ]
    .iter()
    .any(|known| why.contains(known))
}
