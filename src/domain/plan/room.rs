//! How much of a value a way of writing carries, told beforehand to whoever types.

/// The room for one value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Room {
    /// Most bytes of one value as it is sent.
    pub most: u64,
    /// It is sent as a quoted field: each quote is sent twice, and a CR more goes before CR LF.
    pub quoted: bool,
}

impl Room {
    /// Bytes that stored bytes take when they are sent.
    #[must_use]
    pub fn sent(self, stored: &[u8]) -> u64 {
        let size = stored.len() as u64;
        if !self.quoted {
            return size;
        }
        let quotes: u64 = stored.iter().map(|byte| u64::from(*byte == b'"')).sum();
        let breaks = stored.windows(2).filter(|pair| pair == b"\r\n").count();
        size + quotes + breaks as u64
    }
}
