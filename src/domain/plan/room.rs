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

    /// Why these stored bytes do not fit, if they do not.
    #[must_use]
    pub fn over(self, stored: &[u8]) -> Option<String> {
        let (size, sent) = (stored.len() as u64, self.sent(stored));
        if sent <= self.most {
            return None;
        }
        let as_sent = if sent == size {
            String::new()
        } else {
            format!(", sent as {sent}")
        };
        Some(format!(
            "the value has {size} bytes{as_sent}, at most {} can be written",
            self.most
        ))
    }
}
