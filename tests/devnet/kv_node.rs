//! An emulated 0G KV node for a person to start:
//!
//! ```text
//! cargo run --example kv-node -- --load tests/fixtures/FILE.jsonl
//! ```
//!
//! `--demo` loads what `dualscope demo` shows, `--seed-mongo URI` its other half into a MongoDB.
//! It prints one line of JSON with its URL and stream as soon as it listens, and stops on Ctrl-C
//! or SIGTERM. The format of the file is described in `tests/devnet/load.rs`.

mod demo;
#[path = "devnet.rs"]
mod devnet;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use dualscope::store::kv::rpc::StreamId;
use tokio::signal::unix::{SignalKind, signal};

/// An emulated 0G KV node on 127.0.0.1.
#[derive(Parser)]
#[command(name = "kv-node")]
struct Args {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 6789)]
    port: u16,
    /// Stream that the node holds; the first one is the default of a loaded file.
    #[arg(long = "stream", value_name = "0xHEX")]
    streams: Vec<StreamId>,
    /// JSON Lines file of writes.
    #[arg(long, value_name = "FILE")]
    load: Vec<PathBuf>,
    /// Load the values of dualscope's demo.
    #[arg(long)]
    demo: bool,
    /// Write the demo's lite documents into this MongoDB (the database is emptied first).
    #[arg(long, value_name = "URI", requires = "demo")]
    seed_mongo: Option<String>,
    /// The database for --seed-mongo.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "memsys",
        requires = "seed_mongo"
    )]
    database: String,
    /// Milliseconds added to every request.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
    /// Start the chain and the storage node to write through, too.
    #[arg(long)]
    chain: bool,
    /// Behave like releases up to v1.5.1, which tell no replay progress.
    #[arg(long)]
    old: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut args = Args::parse();
    // Before the line is printed: whoever reads it may stop us at once.
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    if args.streams.is_empty() {
        args.streams.push(devnet::stream(1));
    }
    let first = args.streams[0];
    let mut options = devnet::Options {
        port: args.port,
        streams: args.streams,
        delay: Duration::from_millis(args.delay),
        ..devnet::Options::default()
    };
    if args.old {
        options = options.old();
    }
    let node = devnet::KvNode::start(options)
        .with_context(|| format!("cannot listen on 127.0.0.1:{}", args.port))?;
    let mut writes = 0;
    for file in &args.load {
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        writes += node
            .state(|state| devnet::load::load(state, first, &text))
            .map_err(|why| anyhow::anyhow!("{name}, {why}"))?;
    }
    if args.demo {
        let demo = demo::Demo::planted();
        writes += demo.load(&node);
        if let Some(uri) = &args.seed_mongo {
            for refused in demo.seed(uri, &args.database).await? {
                writeln!(std::io::stderr(), "MongoDB refused {refused}")?;
            }
        }
    }
    let mut hello = serde_json::json!({"url": node.url(), "stream": first, "writes": writes});
    let chain = args
        .chain
        .then(|| devnet::chain::Chain::of(&node))
        .transpose()?;
    if let Some(chain) = &chain {
        hello["evm"] = chain.evm.url().into();
        hello["storage"] = chain.storage.url().into();
        hello["indexer"] = chain.indexer.url().into();
    }
    let mut out = std::io::stdout();
    writeln!(out, "{hello}")?;
    out.flush()?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}
