//! How much of a value a way of writing carries, told beforehand to whoever types or decides. What does
//! not fit here is refused by the writer, and nothing else is for its size.

use crate::domain::key::Key;

/// The room for one value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Room {
    /// Most bytes of one value as it is sent.
    pub most: u64,
    /// It is sent as a quoted field: each quote is sent twice, and a CR more goes before CR LF.
    pub quoted: bool,
    /// It is sent on a command line, beside its key.
    pub line: Option<Line>,
}

/// The room of a command line, in bytes as they are sent. It can hold no byte 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Line {
    /// Most bytes of a key.
    pub key: u64,
    /// Most bytes of a key and a value together.
    pub both: u64,
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

    /// Most bytes of the value under this key as it is sent.
    #[must_use]
    pub fn most_under(self, key: &Key) -> u64 {
        let Some(line) = self.line else {
            return self.most;
        };
        let key = self.sent(key.to_string().as_bytes());
        self.most.min(line.both.saturating_sub(key))
    }

    /// Why these stored bytes cannot be written under the key, if they cannot.
    #[must_use]
    pub fn over(self, key: &Key, stored: &[u8]) -> Option<String> {
        if let Some(line) = self.line {
            let name = key.to_string();
            for (what, bytes) in [("key", name.as_bytes()), ("value", stored)] {
                if bytes.contains(&0) {
                    return Some(format!("the {what} holds a byte 0, which cannot be sent"));
                }
            }
            let sent = self.sent(name.as_bytes());
            if sent > line.key || sent > line.both {
                let most = line.key.min(line.both);
                return Some(format!(
                    "the key takes {sent} bytes, at most {most} can be sent"
                ));
            }
        }
        let (size, sent, most) = (stored.len() as u64, self.sent(stored), self.most_under(key));
        if sent <= most {
            return None;
        }
        let as_sent = if sent == size {
            String::new()
        } else {
            format!(", sent as {sent}")
        };
        Some(format!(
            "the value has {size} bytes{as_sent}, at most {most} can be written"
        ))
    }
}
