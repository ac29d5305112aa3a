//! The EVM node of an emulated chain: what a client of the flow contract asks of one.

use std::sync::Arc;

use jsonrpsee::core::RpcResult;
use jsonrpsee::types::{ErrorObjectOwned, Params};
use jsonrpsee::{Methods, RpcModule};
use serde_json::{Value, json};

use super::super::wire::account::Address;
use super::super::wire::submission::{MARKET as MARKET_CALL, PRICE as PRICE_CALL, Submission};
use super::super::wire::{Digest, hex, unhex, unhex_array};
use super::ledger::{FLOW, GAS, GAS_PRICE, Ledger, MARKET, Receipt, Refused};
use super::{World, refusal};

type Answer = fn(&World, &[Value]) -> RpcResult<Value>;

/// Every method there is.
const METHODS: [(&str, Answer); 12] = [
    ("eth_chainId", |world, _| {
        Ok(world.with(|ledger, _| number(ledger.chain_id.into())))
    }),
    ("eth_blockNumber", |world, _| {
        Ok(world.with(|ledger, _| number(ledger.height().into())))
    }),
    ("eth_gasPrice", |_, _| Ok(number(GAS_PRICE))),
    ("eth_getBlockByNumber", |world, asked| {
        let asked = asked.first().and_then(Value::as_str).unwrap_or_default();
        let height = u64::from_str_radix(asked.trim_start_matches("0x"), 16).ok();
        Ok(world.with(|ledger, _| match height {
            Some(height) if height > ledger.height() => Value::Null,
            height => block(ledger, height.unwrap_or(ledger.height())),
        }))
    }),
    ("eth_getCode", |_, asked| Ok(code(address(asked, 0)?))),
    ("eth_getBalance", balance),
    ("eth_getTransactionCount", nonce),
    ("eth_call", call),
    ("eth_estimateGas", estimate),
    ("eth_sendRawTransaction", send),
    ("eth_getTransactionReceipt", receipt),
    ("eth_getTransactionByHash", transaction),
];

/// The method table.
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

fn number(value: u128) -> Value {
    Value::String(format!("{value:#x}"))
}

fn bad(what: &str) -> ErrorObjectOwned {
    refusal(-32602, format!("invalid argument: {what}"))
}

fn address(asked: &[Value], at: usize) -> RpcResult<Address> {
    let text = asked.get(at).and_then(Value::as_str).unwrap_or_default();
    unhex_array(text).ok_or_else(|| bad("address"))
}

fn code(account: Address) -> Value {
    let contract = account == FLOW || account == MARKET;
    json!(if contract { "0x6001" } else { "0x" })
}

fn balance(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let account = address(asked, 0)?;
    Ok(world.with(|ledger, _| number(ledger.balance(account))))
}

fn nonce(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let account = address(asked, 0)?;
    Ok(world.with(|ledger, _| number(ledger.pending_nonce(account).into())))
}

/// A call's target, data and value.
fn parts(asked: &[Value]) -> RpcResult<(Address, Vec<u8>, u128)> {
    let call = asked.first().ok_or_else(|| bad("call"))?;
    let text = |name: &str| call[name].as_str();
    let to = text("to").and_then(unhex_array).ok_or_else(|| bad("to"))?;
    let data = text("data").or_else(|| text("input")).unwrap_or("0x");
    let data = unhex(data).ok_or_else(|| bad("data"))?;
    let value = text("value").unwrap_or("0x0").trim_start_matches("0x");
    let value = u128::from_str_radix(value, 16)
        .ok()
        .ok_or_else(|| bad("value"))?;
    Ok((to, data, value))
}

fn call(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let (to, data, _) = parts(asked)?;
    let answer = if to == FLOW && data.starts_with(&MARKET_CALL) {
        [&[0; 12], MARKET.as_slice()].concat()
    } else if to == MARKET && data.starts_with(&PRICE_CALL) {
        let price = world.with(|ledger, _| ledger.price);
        [[0; 16], price.to_be_bytes()].concat()
    } else {
        Vec::new()
    };
    Ok(json!(hex(&answer)))
}

fn estimate(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let (to, data, value) = parts(asked)?;
    let from = asked[0]["from"].as_str().and_then(unhex_array);
    let poor = |ledger: &Ledger| from.is_some_and(|from| ledger.balance(from) < value);
    if world.with(|ledger, _| poor(ledger)) {
        return Err(refusal(-32000, "insufficient funds for transfer"));
    }
    if to == FLOW {
        let submission = Submission::read(&data).ok_or_else(|| refusal(3, "execution reverted"))?;
        if let Some(why) = world.with(|ledger, _| ledger.reverts(&submission, value)) {
            return Err(refusal(3, format!("execution reverted: {why}")));
        }
    }
    Ok(number(GAS.into()))
}

fn send(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let raw = asked.first().and_then(Value::as_str).and_then(unhex);
    let raw = raw.ok_or_else(|| bad("transaction"))?;
    match world.with(|ledger, state| ledger.send(state, &raw)) {
        Ok(hash) => Ok(json!(hex(&hash))),
        Err(Refused(code, why)) => Err(refusal(code, why)),
    }
}

fn hash(asked: &[Value]) -> RpcResult<Digest> {
    let hash = asked.first().and_then(Value::as_str).and_then(unhex_array);
    hash.ok_or_else(|| bad("hash"))
}

/// A transaction that is mined or waits, as far as somebody asks for it here.
fn transaction(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let hash = hash(asked)?;
    Ok(world.with(|ledger, _| {
        let block = ledger.receipts.get(&hash).map(|receipt| receipt.block);
        let number = block.map(|block| number(block.into()));
        if number.is_some() || ledger.is_waiting(&hash) {
            json!({ "hash": hex(&hash), "blockNumber": number })
        } else {
            Value::Null
        }
    }))
}

fn receipt(world: &World, asked: &[Value]) -> RpcResult<Value> {
    let hash = hash(asked)?;
    Ok(world.with(|ledger, _| {
        let receipt = ledger.receipts.get(&hash);
        receipt.map_or(Value::Null, |receipt| told(ledger, receipt))
    }))
}

fn told(ledger: &Ledger, receipt: &Receipt) -> Value {
    let event = receipt.seq.and_then(|seq| ledger.entries.get(&seq)).map(|entry| {
        let event = entry.submission.event(entry.seq, entry.start);
        let topics: Vec<String> = event.topics.iter().map(|topic| hex(topic)).collect();
        json!({
            "address": hex(&FLOW), "topics": topics, "data": hex(&event.data),
            "blockNumber": number(receipt.block.into()), "blockHash": hex(&block_hash(ledger, receipt.block)),
            "transactionHash": hex(&receipt.hash), "transactionIndex": "0x0", "logIndex": "0x0",
            "removed": false,
        })
    });
    json!({
        "transactionHash": hex(&receipt.hash), "transactionIndex": "0x0",
        "blockHash": hex(&block_hash(ledger, receipt.block)), "blockNumber": number(receipt.block.into()),
        "from": hex(&receipt.sender), "to": hex(&receipt.to), "contractAddress": null,
        "cumulativeGasUsed": number(GAS.into()), "gasUsed": number(GAS.into()),
        "effectiveGasPrice": number(receipt.gas_price), "type": "0x0",
        "logs": event.iter().collect::<Vec<_>>(), "logsBloom": hex(&[0; 256]),
        "status": if event.is_some() { "0x1" } else { "0x0" },
    })
}

/// Chains of one test differ by their salt.
pub(super) fn block_hash(ledger: &Ledger, height: u64) -> Digest {
    super::super::wire::keccak(&[b"block", &ledger.salt.to_be_bytes(), &height.to_be_bytes()])
}

/// A block of the time before base fees, so that transactions are of the old kind.
fn block(ledger: &Ledger, height: u64) -> Value {
    let zeros = hex(&[0; 32]);
    json!({
        "number": number(height.into()), "hash": hex(&block_hash(ledger, height)),
        "parentHash": hex(&block_hash(ledger, height.saturating_sub(1))), "difficulty": "0x0", "mixHash": zeros,
        "nonce": hex(&[0; 8]), "sha3Uncles": zeros, "miner": hex(&[0; 20]), "stateRoot": zeros,
        "transactionsRoot": zeros, "receiptsRoot": zeros, "logsBloom": hex(&[0; 256]),
        "gasLimit": "0x1c9c380", "gasUsed": "0x0", "timestamp": number(height.into()),
        "extraData": "0x", "size": "0x100", "totalDifficulty": "0x0", "transactions": [], "uncles": [],
    })
}
