//! RLP and the signed transaction, in the one kind the emulated chain has (no base fee: legacy).

use super::account::{Address, Signed, Wallet};
use super::{Digest, keccak};

/// What a transaction says before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub nonce: u64,
    pub gas_price: u128,
    pub gas: u64,
    pub to: Address,
    pub value: u128,
    pub data: Vec<u8>,
}

/// A transaction with its author.
pub struct Sent {
    pub transaction: Transaction,
    pub sender: Address,
    pub chain_id: u64,
}

impl Transaction {
    /// The signed bytes.
    pub fn sign(&self, wallet: &Wallet, chain_id: u64) -> Vec<u8> {
        let signed = wallet.sign(&self.signing_hash(chain_id));
        let v = chain_id * 2 + 35 + u64::from(signed.odd);
        let mut fields = self.fields();
        fields.push(number(v.into()));
        fields.push(trimmed(&signed.r));
        fields.push(trimmed(&signed.s));
        list(&fields)
    }

    fn signing_hash(&self, chain_id: u64) -> Digest {
        let mut fields = self.fields();
        fields.extend([number(chain_id.into()), Vec::new(), Vec::new()]);
        keccak(&[&list(&fields)])
    }

    fn fields(&self) -> Vec<Vec<u8>> {
        vec![
            number(self.nonce.into()),
            number(self.gas_price),
            number(self.gas.into()),
            self.to.to_vec(),
            number(self.value),
            self.data.clone(),
        ]
    }
}

/// Reads a signed transaction; none for anything else.
pub fn read(raw: &[u8]) -> Option<Sent> {
    let fields = read_list(raw)?;
    let [nonce, price, gas, to, value, data, v, r, s] = fields.as_slice() else {
        return None;
    };
    let transaction = Transaction {
        nonce: small(nonce)?,
        gas_price: value_of(price)?,
        gas: small(gas)?,
        to: to.as_slice().try_into().ok()?,
        value: value_of(value)?,
        data: data.clone(),
    };
    let v = small(v)?.checked_sub(35)?;
    let signed = Signed {
        odd: v % 2 == 1,
        r: filled(r)?,
        s: filled(s)?,
    };
    let sender = signed.signer(&transaction.signing_hash(v / 2))?;
    Some(Sent {
        transaction,
        sender,
        chain_id: v / 2,
    })
}

fn number(value: u128) -> Vec<u8> {
    trimmed(&value.to_be_bytes())
}

fn trimmed(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

fn filled(bytes: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let start = 32_usize.checked_sub(bytes.len())?;
    digest[start..].copy_from_slice(bytes);
    Some(digest)
}

fn value_of(bytes: &[u8]) -> Option<u128> {
    let plain = bytes.len() <= 16 && bytes.first() != Some(&0);
    plain.then(|| {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    })
}

fn small(bytes: &[u8]) -> Option<u64> {
    value_of(bytes)?.try_into().ok()
}

fn head(out: &mut Vec<u8>, base: u8, length: usize) {
    if length < 56 {
        out.push(base + u8::try_from(length).expect("below 56"));
        return;
    }
    let length = trimmed(&length.to_be_bytes());
    out.push(base + 55 + u8::try_from(length.len()).expect("at most 8"));
    out.extend(length);
}

fn list(fields: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for field in fields {
        match field.as_slice() {
            [byte @ 0..0x80] => body.push(*byte),
            bytes => {
                head(&mut body, 0x80, bytes.len());
                body.extend(bytes);
            }
        }
    }
    let mut out = Vec::new();
    head(&mut out, 0xc0, body.len());
    out.extend(body);
    out
}

fn read_list(raw: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (body, rest) = read_item(raw, 0xc0)?;
    if !rest.is_empty() {
        return None;
    }
    let mut left = body;
    let mut fields = Vec::new();
    while let [first, behind @ ..] = left {
        if *first < 0x80 {
            fields.push(vec![*first]);
            left = behind;
        } else {
            let (field, behind) = read_item(left, 0x80)?;
            fields.push(field.to_vec());
            left = behind;
        }
    }
    Some(fields)
}

/// An item of a kind and what follows it.
fn read_item(raw: &[u8], base: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = raw.split_first()?;
    let short = first.checked_sub(base)?;
    if short < 56 {
        return rest.split_at_checked(short.into());
    }
    let (length, rest) = rest.split_at_checked(usize::from(short) - 55)?;
    let length = usize::try_from(value_of(length)?).ok()?;
    rest.split_at_checked(length)
}
