//! Who may write what in an emulated KV node.
//!
//! A stream without an admin is new: anybody may write it, and whose batch comes first owns it.

use dualscope::store::kv::rpc::{Account, Hash, StreamId};

use super::state::State;
use super::wire::batch::Access;

/// Operations on permissions, by their number in a batch.
const OPERATIONS: [(u8, &str); 10] = [
    (0x00, "GrantAdmin"),
    (0x01, "RenounceAdmin"),
    (0x10, "SetKeyToSpecial"),
    (0x11, "SetKeyToNormal"),
    (0x20, "GrantWrite"),
    (0x21, "RevokeWrite"),
    (0x22, "RenounceWrite"),
    (0x30, "GrantSpecialWrite"),
    (0x31, "RevokeSpecialWrite"),
    (0x32, "RenounceSpecialWrite"),
];

impl State {
    fn is_new(&self, stream: StreamId) -> bool {
        !self.admins.contains_key(&stream)
    }

    fn is_admin(&self, who: Account, stream: StreamId) -> bool {
        let admins = self.admins.get(&stream);
        admins.is_some_and(|all| all.contains(&who))
    }

    fn is_writer(&self, who: Account, stream: StreamId) -> bool {
        let writers = self.writers.get(&stream);
        writers.is_some_and(|all| all.contains(&who))
    }

    /// Whether an account may write anything at all in a stream.
    pub fn may_write_stream(&self, who: Account, stream: StreamId) -> bool {
        let special = || {
            let mut keys = self.special.iter();
            keys.any(|((of, _), all)| *of == stream && all.contains(&who))
        };
        self.is_new(stream)
            || self.is_admin(who, stream)
            || self.is_writer(who, stream)
            || special()
    }

    /// Whether an account may write a key.
    pub fn may_write_key(&self, who: Account, stream: StreamId, key: &[u8]) -> bool {
        if self.is_new(stream) || self.is_admin(who, stream) {
            return true;
        }
        match self.special.get(&(stream, key.to_vec())) {
            Some(named) => named.contains(&who),
            None => self.is_writer(who, stream),
        }
    }

    /// Gives a new stream to whose batch came first.
    pub fn own(&mut self, who: Account, stream: StreamId) {
        self.admins.entry(stream).or_insert_with(|| [who].into());
    }

    /// The result that refuses an operation, if it is refused.
    pub fn refuses(&self, who: Account, access: &Access) -> Option<String> {
        let stream = Hash(access.stream);
        let key = access.key.clone().unwrap_or_default();
        let named = self.special.get(&(stream, key.clone()));
        let may = match access.operation {
            0x22 | 0x32 => true,
            0x20 => self.is_writer(who, stream),
            0x30 => named.is_some_and(|all| all.contains(&who)),
            _ => false,
        };
        if may || self.is_new(stream) || self.is_admin(who, stream) {
            return None;
        }
        let known = OPERATIONS.iter().find(|(op, _)| *op == access.operation);
        let name = known.map_or("Unknown", |(_, name)| name);
        let account = access.account.map_or(who, Hash);
        let key = access.key.as_deref().map_or("NONE".to_owned(), shown);
        Some(format!(
            "AccessControlPermissionDenied: operation: {name}, stream: {stream}, key: {key}, account: {account}"
        ))
    }

    /// Carries an allowed operation out.
    pub fn allow(&mut self, who: Account, access: &Access) {
        let stream = Hash(access.stream);
        let place = (stream, access.key.clone().unwrap_or_default());
        let account = access.account.map_or(who, Hash);
        let writers = self.writers.entry(stream).or_default();
        match access.operation {
            0x20 => drop(writers.insert(account)),
            0x21 | 0x22 => drop(writers.remove(&account)),
            0x00 => drop(self.admins.entry(stream).or_default().insert(account)),
            0x01 => drop(self.admins.entry(stream).or_default().remove(&who)),
            0x10 => drop(self.special.entry(place).or_default()),
            0x11 => drop(self.special.remove(&place)),
            0x30 => drop(self.special.entry(place).or_default().insert(account)),
            _ => drop(self.special.entry(place).or_default().remove(&account)),
        }
    }
}

/// A key as results show it.
pub fn shown(key: &[u8]) -> String {
    match std::str::from_utf8(key) {
        Ok(text) => text.chars().take(32).collect(),
        Err(_) => "UNKNOWN".to_owned(),
    }
}
