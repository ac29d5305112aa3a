//! Stream data: what one transaction writes, and the tags that name its streams on the chain.

use super::Digest;

/// SHA-256 of `STREAM`; begins the tags of every stream transaction.
pub const DOMAIN: &str = "df2ff3bb0af36c6384e6206552a4ed807f6f6a26e7d0aa6bff772ddc9d4307aa";

/// The most reads, writes or access operations of one batch.
const MOST: usize = 65536;

/// The longest key that 24 bits can say.
pub const LONGEST_KEY: usize = (1 << 24) - 1;

/// A key of a stream.
pub type Place = (Digest, Vec<u8>);

/// One written value; empty bytes delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub stream: Digest,
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

/// One operation on permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub operation: u8,
    pub stream: Digest,
    pub key: Option<Vec<u8>>,
    pub account: Option<[u8; 20]>,
}

/// One batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// No key read or written may have a newer version.
    pub version: u64,
    pub reads: Vec<Place>,
    pub writes: Vec<Entry>,
    pub accesses: Vec<Access>,
}

/// Why bytes are no batch, in the node's words.
#[derive(Debug, PartialEq, Eq)]
pub enum NoBatch {
    Undecodable,
    TooLong,
}

impl NoBatch {
    /// The transaction's result.
    pub fn result(&self) -> &'static str {
        match self {
            Self::Undecodable => "DataParseError: Invalid stream data",
            Self::TooLong => "DataParseError: Stream read/write/access_control list too long",
        }
    }
}

impl Batch {
    /// The bytes that are stored: all values lie together behind all keys.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.version.to_be_bytes().to_vec();
        count(&mut out, self.reads.len());
        for (stream, key) in &self.reads {
            place(&mut out, stream, key);
        }
        count(&mut out, self.writes.len());
        for write in &self.writes {
            place(&mut out, &write.stream, &write.key);
            out.extend((write.value.len() as u64).to_be_bytes());
        }
        for write in &self.writes {
            out.extend(&write.value);
        }
        count(&mut out, self.accesses.len());
        for access in &self.accesses {
            out.push(access.operation);
            match &access.key {
                Some(key) => place(&mut out, &access.stream, key),
                None => out.extend(access.stream),
            }
            out.extend(access.account.iter().flatten());
        }
        out
    }

    /// Reads what [`Self::encode`] wrote; what follows is ignored.
    pub fn decode(bytes: &[u8]) -> Result<Self, NoBatch> {
        let mut rest = Rest(bytes);
        let version = rest.number(8)?;
        let reads = rest.list(Rest::place)?;
        let heads = rest.list(|rest| Ok((rest.place()?, rest.number(8)?)))?;
        let mut writes = Vec::new();
        for ((stream, key), length) in heads {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let value = rest.take(length)?.to_vec();
            writes.push(Entry { stream, key, value });
        }
        let accesses = rest.list(Rest::access)?;
        Ok(Self {
            version,
            reads,
            writes,
            accesses,
        })
    }
}

fn count(out: &mut Vec<u8>, items: usize) {
    out.extend(u32::try_from(items).expect("a short list").to_be_bytes());
}

fn place(out: &mut Vec<u8>, stream: &Digest, key: &[u8]) {
    out.extend(stream);
    let length = u32::try_from(key.len()).expect("a short key").to_be_bytes();
    out.extend(&length[1..]);
    out.extend(key);
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], NoBatch> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(NoBatch::Undecodable)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, length: usize) -> Result<u64, NoBatch> {
        let bytes = self.take(length)?;
        Ok(bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn digest(&mut self) -> Result<Digest, NoBatch> {
        Ok(self.take(32)?.try_into().expect("32 bytes"))
    }

    fn key(&mut self) -> Result<Vec<u8>, NoBatch> {
        let length = self.number(3)?;
        Ok(self
            .take(usize::try_from(length).expect("24 bits"))?
            .to_vec())
    }

    fn place(&mut self) -> Result<Place, NoBatch> {
        Ok((self.digest()?, self.key()?))
    }

    fn access(&mut self) -> Result<Access, NoBatch> {
        let operation = self.take(1)?[0];
        let (keyed, named) = match operation {
            0x00 | 0x20 | 0x21 => (false, true),
            0x01 | 0x22 => (false, false),
            0x10 | 0x11 | 0x32 => (true, false),
            0x30 | 0x31 => (true, true),
            _ => return Err(NoBatch::Undecodable),
        };
        let stream = self.digest()?;
        let key = if keyed { Some(self.key()?) } else { None };
        let account = if named { Some(self.take(20)?) } else { None };
        Ok(Access {
            operation,
            stream,
            key,
            account: account.map(|bytes| bytes.try_into().expect("20 bytes")),
        })
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, NoBatch>,
    ) -> Result<Vec<T>, NoBatch> {
        let items = usize::try_from(self.number(4)?).expect("32 bits");
        if items > MOST {
            return Err(NoBatch::TooLong);
        }
        (0..items).map(|_| item(self)).collect()
    }
}

/// The tags of a transaction that writes these streams.
pub fn tags(streams: &[Digest]) -> Vec<u8> {
    let domain = super::unhex(DOMAIN).expect("digits");
    let ids = streams.iter().flatten().copied();
    domain.into_iter().chain(ids).collect()
}

/// The streams that tags name; none for a transaction that is not about streams.
pub fn tagged(tags: &[u8]) -> Vec<Digest> {
    let domain = super::unhex(DOMAIN).expect("digits");
    let Some(ids) = tags.strip_prefix(domain.as_slice()) else {
        return Vec::new();
    };
    if ids.len() % 32 != 0 {
        return Vec::new();
    }
    ids.chunks(32)
        .map(|id| id.try_into().expect("32 bytes"))
        .collect()
}
