//! The doctor's questions about the way to write, one after the other, up to the first that fails.
//! Nothing here writes or spends.

use std::time::Duration;

use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::argv::Argv;
use super::chains::one_chain;
use super::endpoint::Endpoint;
use super::process::ask;
use super::ready::{Unfit, covered, forbidden, kv_reader, rights};
use super::refusal::unfit;
use super::{Writer, root};
use crate::domain::Key;
use crate::domain::full::Stored;
use crate::store::error::{Kind, Store, StoreError};
use crate::store::kv::reader::Reader;
use crate::store::kv::storage::params;
use crate::store::kv::text::key_bytes;
use crate::store::port::{Check, CheckVerdict, Got, Step, Values as _, Want};

const PATIENCE: Duration = Duration::from_secs(10);

/// All steps up to the first that fails.
pub(super) async fn run(writer: &Writer) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut chain = None;
    for step in [
        Step::WriteClient,
        Step::WriteChain,
        Step::WriteStorage,
        Step::WriteRights,
        Step::WriteReading,
    ] {
        let check = match step {
            Step::WriteClient => client(writer).await,
            Step::WriteChain => evm(writer, &mut chain).await,
            Step::WriteStorage => storage(writer, chain).await,
            Step::WriteRights => may_write(writer).await,
            _ => reading(writer).await,
        };
        let check = check.unwrap_or_else(|error| Check::failed(step, error.message, error.hint));
        let failed = check.verdict == CheckVerdict::Failed;
        checks.push(check);
        if failed {
            break;
        }
    }
    checks
}

async fn client(writer: &Writer) -> Result<Check, StoreError> {
    let path = writer.program.proven().await?;
    let text = format!(
        "{} is recent enough; stream {}",
        path.display(),
        writer.options.encryption.said()
    );
    Ok(Check::ok(Step::WriteClient, text))
}

/// The number that an EVM node writes as `0x…`.
pub(super) fn quantity(node: Endpoint<'_>, value: &Value) -> Result<u128, StoreError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .and_then(|digits| u128::from_str_radix(digits, 16).ok())
        .ok_or_else(|| node.fault(Kind::Malformed, "does not answer as an EVM node does"))
}

async fn evm(writer: &Writer, chain: &mut Option<u128>) -> Result<Check, StoreError> {
    let step = Step::WriteChain;
    let node = writer.options.evm();
    let id = quantity(node, &node.ask("eth_chainId", ArrayParams::new()).await?)?;
    *chain = Some(id);
    let address = writer.wallet.address();
    let asked = params(&[address.clone().into(), "latest".into()]);
    let text = format!("{} answers: chain {id}", node.shown());
    let hint = "a write costs a fee and gas: put tokens into the wallet";
    Ok(match node.ask("eth_getBalance", asked).await {
        Ok(balance) if quantity(node, &balance).ok() == Some(0) => {
            let text = format!("{text}; wallet {address} is empty");
            Check::warn(step, text, hint)
        }
        Ok(_) => Check::ok(step, format!("{text}; wallet {address} has funds")),
        Err(_) => Check::ok(
            step,
            format!("{text}; what wallet {address} holds can't be told"),
        ),
    })
}

async fn storage(writer: &Writer, chain: Option<u128>) -> Result<Check, StoreError> {
    let step = Step::WriteStorage;
    let count = covered(writer).await.map_err(Unfit::error)?;
    let compared = match kv_reader(writer)? {
        Some(reader) => one_chain(writer, &reader).await?,
        None => false,
    };
    let blocks = if compared {
        ""
    } else {
        "; whether they follow the EVM node's chain can't be told by their blocks yet"
    };
    if let Some(indexer) = writer.options.index() {
        let text = format!(
            "{} names {count} storage nodes, which keep all shards{blocks}",
            indexer.shown()
        );
        return Ok(Check::ok(step, text));
    }
    for node in writer.options.storage() {
        let status = node.ask("zgs_getStatus", ArrayParams::new()).await?;
        let id = status
            .pointer("/networkIdentity/chainId")
            .and_then(Value::as_u64);
        let Some(id) = id.map(u128::from) else {
            return Err(node.fault(Kind::Malformed, "does not answer as a storage node does"));
        };
        if chain.is_some_and(|chain| chain != id) {
            let what = format!("belongs to chain {id}, the EVM node to another");
            return Err(node.fault(Kind::Refused, &what));
        }
    }
    let chain = if compared {
        "on the same chain"
    } else {
        "of the same chain id"
    };
    let text = format!("{count} storage nodes answer, {chain}, and keep all shards{blocks}");
    Ok(Check::ok(step, text))
}

const NO_KV: &str = "no KV node is named, so nobody can be asked";

async fn may_write(writer: &Writer) -> Result<Check, StoreError> {
    let step = Step::WriteRights;
    let Some(reader) = kv_reader(writer)? else {
        return Ok(Check::skipped(step, NO_KV));
    };
    let key = first_key(&reader)
        .await?
        .map_or_else(|| "dualscope:".to_owned(), |key| key.to_string());
    let told = rights(writer, &reader, &key_bytes(&key)).await?;
    match (told.held, told.may) {
        (Some(false), _) => Err(reader.not_held()),
        (_, Some(true)) => Ok(Check::ok(
            step,
            format!("wallet {} may write to the stream", writer.wallet.address()),
        )),
        (_, Some(false)) => Err(forbidden(writer)),
        (_, None) => Ok(Check::skipped(step, "the KV node can't tell who may write")),
    }
}

async fn first_key(reader: &Reader) -> Result<Option<Key>, StoreError> {
    let page = match reader.scan(None, 20).await {
        Err(error) if error.kind == Kind::Unsupported => return Ok(None),
        page => page?,
    };
    Ok(page.rows.iter().find_map(|found| found.key.parse().ok()))
}

/// One key read by both programs.
async fn reading(writer: &Writer) -> Result<Check, StoreError> {
    let step = Step::WriteReading;
    let (Some(reader), Some(url)) = (kv_reader(writer)?, &writer.options.kv_node) else {
        return Ok(Check::skipped(step, NO_KV));
    };
    let Some(key) = first_key(&reader).await? else {
        return Ok(Check::skipped(
            step,
            "the stream has no key that could be compared",
        ));
    };
    let ours = match reader.get(&[Want::latest(key.clone())]).await?.pop() {
        Some(Ok(Got::Stored(Stored::Value { full, .. }))) => full.raw,
        _ => {
            return Ok(Check::skipped(
                step,
                "the first value cannot be read, so there is nothing to compare",
            ));
        }
    };
    let Ok(ours) = std::str::from_utf8(&ours) else {
        return Ok(Check::skipped(
            step,
            "the first value is no text, which the client cannot print",
        ));
    };
    let theirs = read_by_client(writer, url, &key).await?;
    match theirs {
        Some(theirs) if theirs == ours => Ok(Check::ok(
            step,
            "the client reads the first value as dualscope does",
        )),
        Some(_) => Err(StoreError::new(
            Store::Values,
            Kind::Conflict,
            "the client reads another value than dualscope does",
        )
        .hint("somebody may just have written it; otherwise check kv.node and kv.stream")),
        None => Ok(Check::new(
            step,
            CheckVerdict::Warn,
            "the client cannot read from the KV node",
            "writing may still work; reading is not done through it",
        )),
    }
}

/// What the client prints of one key; nothing when it does not.
async fn read_by_client(
    writer: &Writer,
    url: &str,
    key: &Key,
) -> Result<Option<String>, StoreError> {
    let mut argv = Argv::read(PATIENCE);
    argv.node(url);
    argv.pair("--stream-id", &root::hex(&writer.stream));
    argv.key(&key_bytes(&key.to_string())).map_err(unfit)?;
    let program = writer.program.proven().await?;
    let output = ask(program, argv.arguments(), PATIENCE * 2).await;
    Ok(output
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| {
            let object: Value = serde_json::from_slice(&output.stdout).ok()?;
            object
                .as_object()?
                .values()
                .next()?
                .as_str()
                .map(str::to_owned)
        }))
}
