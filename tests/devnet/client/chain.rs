//! The EVM node: prices, nonces, the transaction and its receipt.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fault::{self, Stage};
use super::flags::Given;
use super::log::Log;
use super::rpc::{Client, wrong_type};
use crate::wire::account::{Address, Wallet, checksummed};
use crate::wire::rlp::Transaction;
use crate::wire::submission::{MARKET, PRICE, Submission};
use crate::wire::{Digest, hex, keccak, unhex, unhex_array};

const SECOND: Duration = Duration::from_secs(1);

/// Numbers that the command line may fix; 0 asks the node.
pub(crate) struct Fixed {
    gas_price: u64,
    gas_limit: u64,
    nonce: u64,
    /// Wei; 0 computes it.
    pub(crate) fee: u128,
}

/// A node of the chain, and who pays.
pub(crate) struct Evm {
    pub(crate) log: Log,
    pub(crate) client: Client,
    pub(crate) wallet: Wallet,
    pub(crate) fixed: Fixed,
}

/// Why no transaction was sent.
pub(crate) enum NotSent {
    Error(String),
    /// The real program does not survive this.
    Panic,
}

/// What a receipt says.
pub(crate) struct Receipt {
    pub(crate) good: Option<bool>,
    /// Sequence from the only submission among its logs.
    pub(crate) seqs: Vec<u64>,
    pub(crate) any_logs: bool,
}

impl Fixed {
    pub(crate) fn of(given: &Given) -> Self {
        let fee = given.float("fee") * 1e18;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as the real program does it"
        )]
        let fee = fee as u128;
        Self {
            gas_price: given.unsigned("gas-price"),
            gas_limit: given.unsigned("gas-limit"),
            nonce: given.unsigned("nonce"),
            fee,
        }
    }
}

impl Evm {
    fn number(&self, method: &str, asked: &[Value]) -> Result<u128, String> {
        self.client.call((method, asked), None, |value| {
            let Some(text) = value.as_str() else {
                return Err(wrong_type(value, "hexutil.Uint64"));
            };
            let Some(digits) = text.strip_prefix("0x") else {
                let what = "hex string without 0x prefix";
                return Err(format!(
                    "json: cannot unmarshal {what} into Go value of type hexutil.Uint64"
                ));
            };
            u128::from_str_radix(digits, 16)
                .ok()
                .ok_or_else(|| wrong_type(value, "hexutil.Uint64"))
        })
    }

    pub(crate) fn chain_id(&self) -> Result<u64, String> {
        let id = self.number("eth_chainId", &[])?;
        Ok(u64::try_from(id).unwrap_or(u64::MAX))
    }

    fn word(&self, to: &Address, call: [u8; 4]) -> Result<Digest, String> {
        let asked = [json!({"to": hex(to), "data": hex(&call)}), json!("latest")];
        let word = self.client.call(("eth_call", &asked), None, |value| {
            let bytes = value.as_str().and_then(unhex);
            bytes.ok_or_else(|| wrong_type(value, "hexutil.Bytes"))
        })?;
        if word.is_empty() {
            self.code(to, "latest")?;
        }
        let empty = "abi: attempting to unmarshal an empty string while arguments are expected";
        word.get(..32)
            .and_then(|word| word.try_into().ok())
            .ok_or_else(|| empty.to_owned())
    }

    /// The market of a flow contract.
    pub(crate) fn market(&self, flow: &Address) -> Result<Address, String> {
        let word = self.word(flow, MARKET).map_err(|why| {
            let flow = checksummed(flow);
            format!("Failed to get market contract from flow contract {flow}: {why}")
        })?;
        Ok(word[12..].try_into().expect("20 bytes"))
    }

    /// Wei for a sector.
    pub(crate) fn price(&self, market: &Address) -> Result<u128, String> {
        let word = self.word(market, PRICE);
        let word = word.map_err(|why| format!("Failed to read price per sector: {why}"))?;
        Ok(u128::from_be_bytes(
            word[16..].try_into().expect("16 bytes"),
        ))
    }

    fn code(&self, of: &Address, at: &str) -> Result<(), String> {
        let asked = [json!(hex(of)), json!(at)];
        let code = |value: &Value| Ok(value.as_str().unwrap_or("0x").to_owned());
        let code = self.client.call(("eth_getCode", &asked), None, code)?;
        let there = code.len() > 2;
        there
            .then_some(())
            .ok_or_else(|| "no contract code at given address".to_owned())
    }

    fn nonce(&self) -> Result<u64, String> {
        let asked = [json!(hex(&self.wallet.address())), json!("pending")];
        let nonce = self.number("eth_getTransactionCount", &asked)?;
        Ok(u64::try_from(nonce).unwrap_or(u64::MAX))
    }

    /// Sends a submission in the way of new content: everything is asked at the last moment.
    pub(crate) fn submit(
        &self,
        to: (Address, u128),
        submission: &Submission,
        end: Option<Instant>,
    ) -> Result<Digest, NotSent> {
        let fixed = (self.fixed.nonce > 0).then_some(self.fixed.nonce);
        let price = self.fixed.gas_price;
        self.parameters((price > 0).then_some(price.into()), fixed, end);
        let build = || {
            let price = match self.fixed.gas_price {
                0 => {
                    let head = |block: &Value| Ok(!block.is_null());
                    let asked = [json!("latest"), json!(false)];
                    let there = self
                        .client
                        .call(("eth_getBlockByNumber", &asked), None, head);
                    if !there.map_err(NotSent::Error)? {
                        return Err(NotSent::Panic);
                    }
                    self.number("eth_gasPrice", &[]).map_err(NotSent::Error)?
                }
                given => given.into(),
            };
            let gas = self.gas(to, submission, price).map_err(NotSent::Error)?;
            let nonce = fixed
                .map_or_else(|| self.nonce(), Ok)
                .map_err(NotSent::Error)?;
            self.send(&Self::transaction(to, submission, (nonce, price, gas)))
                .map_err(NotSent::Error)
        };
        build().map_err(|why| match why {
            NotSent::Error(why) => NotSent::Error(unsent(&why)),
            NotSent::Panic => NotSent::Panic,
        })
    }

    /// Sends a submission in the way of known content: nonce and price are asked first.
    pub(crate) fn submit_known(
        &self,
        to: (Address, u128),
        submission: &Submission,
        end: Option<Instant>,
    ) -> Result<Digest, String> {
        let nonce = match self.fixed.nonce {
            0 => self.nonce()?,
            given => given,
        };
        let price = match self.fixed.gas_price {
            0 => {
                let price = self.number("eth_gasPrice", &[]);
                price.map_err(|why| format!("failed to get gas price: {why}"))?
            }
            given => given.into(),
        };
        self.parameters(Some(price), Some(nonce), end);
        let gas = self
            .gas(to, submission, price)
            .map_err(|why| unsent(&why))?;
        self.send(&Self::transaction(to, submission, (nonce, price, gas)))
            .map_err(|why| unsent(&why))
    }

    fn parameters(&self, price: Option<u128>, nonce: Option<u64>, end: Option<Instant>) {
        let nil = || "<nil>".to_owned();
        let pace = self.client.options.pace;
        let left = end.map(|end| pace.left(end)).unwrap_or_default();
        let fields = [
            (
                "gasPrice",
                price.map_or_else(nil, |price| price.to_string()),
            ),
            ("maxNonGasRetries", "20".to_owned()),
            ("nonce", nonce.map_or_else(nil, |nonce| nonce.to_string())),
            ("timeout", super::go::duration(left)),
        ];
        self.log.info("Set tx params", &fields);
    }

    fn gas(
        &self,
        (flow, value): (Address, u128),
        submission: &Submission,
        price: u128,
    ) -> Result<u64, String> {
        if self.fixed.gas_limit > 0 {
            return Ok(self.fixed.gas_limit);
        }
        self.code(&flow, "pending")?;
        let call = json!({
            "from": hex(&self.wallet.address()), "to": hex(&flow), "value": format!("{value:#x}"),
            "gasPrice": format!("{price:#x}"), "data": hex(&submission.call()),
        });
        let gas = self.number("eth_estimateGas", &[call])?;
        Ok(u64::try_from(gas).unwrap_or(u64::MAX))
    }

    fn transaction(
        (to, value): (Address, u128),
        submission: &Submission,
        (nonce, gas_price, gas): (u64, u128, u64),
    ) -> Transaction {
        Transaction {
            nonce,
            gas_price,
            gas,
            to,
            value,
            data: submission.call(),
        }
    }

    fn send(&self, transaction: &Transaction) -> Result<Digest, String> {
        let raw = transaction.sign(&self.wallet, self.chain_id()?);
        fault::at(Stage::Send);
        let asked = [json!(hex(&raw))];
        self.client
            .call(("eth_sendRawTransaction", &asked), None, |_| Ok(()))?;
        fault::at(Stage::Sent);
        Ok(keccak(&[&raw]))
    }

    fn receipt(&self, hash: &Digest, end: Option<Instant>) -> Result<Option<Receipt>, String> {
        let asked = [json!(hex(hash))];
        let (receipt, shown) =
            self.client
                .call(("eth_getTransactionReceipt", &asked), end, |value| {
                    Ok((read(value), show(value)))
                })?;
        let fields = [("receipt", shown), ("txHash", hex(hash))];
        self.log.info("Transaction receipt", &fields);
        Ok(receipt)
    }

    /// Waits for the receipt and says what became of the transaction.
    pub(crate) fn wait(&self, hash: &Digest, end: Option<Instant>) -> Result<Receipt, String> {
        loop {
            let receipt = self.receipt(hash, end)?;
            self.client.options.pace.sleep(SECOND);
            let Some(receipt) = receipt else {
                continue;
            };
            return match receipt.good {
                None => Err("Status not found in receipt".to_owned()),
                Some(true) => Ok(receipt),
                Some(false) => Err("Transaction execution failed".to_owned()),
            };
        }
    }
}

fn unsent(why: &str) -> String {
    let lower = why.to_lowercase();
    if lower.contains("mempool") || lower.contains("timeout") {
        return format!(
            "mempool full and no max gas price is set, failed to send transaction: {why}"
        );
    }
    if lower.contains("invalid nonce") {
        return why.to_owned();
    }
    format!("failed to send transaction: {why}")
}

fn read(value: &Value) -> Option<Receipt> {
    let logs = value.as_object()?.get("logs").and_then(Value::as_array);
    let logs = logs.map_or(&[][..], Vec::as_slice);
    let seq = |log: &Value| {
        let data = log["data"].as_str().and_then(unhex)?;
        Some(u64::from_be_bytes(data.get(24..32)?.try_into().ok()?))
    };
    Some(Receipt {
        good: value["status"].as_str().map(|status| status == "0x1"),
        seqs: logs.iter().filter_map(seq).collect(),
        any_logs: !logs.is_empty(),
    })
}

/// The receipt as Go prints what it points to: of no use, and long.
fn show(value: &Value) -> String {
    if value.is_null() {
        return "<nil>".to_owned();
    }
    let number = |name: &str| {
        let digits = value[name]
            .as_str()
            .and_then(|text| text.strip_prefix("0x"));
        digits
            .and_then(|digits| u128::from_str_radix(digits, 16).ok())
            .unwrap_or(0)
    };
    let hash = |name: &str| value[name].as_str().unwrap_or("0x0").to_owned();
    let from = value["from"]
        .as_str()
        .and_then(unhex_array)
        .unwrap_or_default();
    let mut out = format!(
        "&{{{} {} <nil> <nil>",
        hash("blockHash"),
        number("blockNumber")
    );
    let (used, price) = (number("gasUsed"), number("effectiveGasPrice"));
    let _ = write!(
        out,
        " {used} {price} {} {used} [0xc000123450]",
        checksummed(&from)
    );
    let _ = write!(out, " [{}]", vec!["0"; 256].join(" "));
    let _ = write!(
        out,
        "  0xc000567890 0xc000567898 {} 0 <nil> 0}}",
        hash("transactionHash")
    );
    out
}
