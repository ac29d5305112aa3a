//! What can only be seen by looking at several documents or keys at once, and documents that are
//! too young to have a value.

use std::collections::HashSet;

use super::Across;
use super::build::Builder;
use super::draft::{DAY, Draft, SECOND, UPGRADE, Write, Written, set, style_at};
use super::tree::{Style, Tree, map};
use crate::domain::{Bson, State};

/// 2026-01-20 14:00 UTC: the moment in the ids of the documents that are too young.
const YOUNG: i64 = 1_768_917_600 * SECOND;

/// Plants all of it; which keys show what.
pub(super) fn plant(builder: &mut Builder, now: i64) -> Vec<(Across, String)> {
    let mut found = Vec::new();
    pending(builder, now);
    duplicates(builder, &mut found);
    flags(builder, &mut found);
    strays(builder, &mut found);
    dangling(builder, &mut found);
    found
}

/// Copies of healthy documents, inserted seconds ago; nothing of them has reached the node yet.
fn pending(builder: &mut Builder, now: i64) {
    let young = [
        "memory_request_logs",
        "memory_request_logs",
        "memcells",
        "episodic_memories",
    ];
    for (place, collection) in young.into_iter().enumerate() {
        let ago = i64::try_from(place).unwrap_or(0) * 9 * SECOND + 4 * SECOND;
        let at = now * 1_000 - ago;
        // The same at every start, unlike the time: an id that was noted down stays good.
        let id = builder.id(YOUNG - ago);
        if let Some(copy) = copy(builder, collection, id, at) {
            builder.add(Draft {
                writes: Vec::new(),
                expect: State::Pending,
                planted: true,
                ..copy
            });
        }
    }
}

/// A healthy document again under another id, inserted at another moment.
fn copy(builder: &Builder, collection: &'static str, id: [u8; 12], at: i64) -> Option<Draft> {
    let healthy = |draft: &&Draft| draft.collection == collection && !draft.planted;
    let model = builder.drafts.iter().rev().find(healthy)?;
    let own = [
        "created_at",
        "updated_at",
        "deleted_at",
        "deleted_by",
        "deleted_id",
        "id",
    ];
    let declared = |(name, _): &&(_, Tree)| !own.contains(&AsRef::<str>::as_ref(name));
    let fields = model.full.iter().filter(declared).cloned().collect();
    Some(Draft::insert(collection, id, at, fields))
}

/// 16: where nothing is unique, a lost value makes the service insert the document again.
fn duplicates(builder: &mut Builder, found: &mut Vec<(Across, String)>) {
    for (place, collection) in ["cluster_states", "user_profiles", "user_profiles"]
        .into_iter()
        .enumerate()
    {
        let at = UPGRADE + i64::try_from(place).unwrap_or(0) * DAY + builder.jitter();
        let id = builder.id(at);
        let Some(mut copy) = copy(builder, collection, id, at) else {
            continue;
        };
        let same = |draft: &&Draft| {
            draft.collection == collection && draft.lite.is_some() && same_key(draft, &copy)
        };
        let others: Vec<String> = builder.drafts.iter().filter(same).map(Draft::key).collect();
        found.extend(others.into_iter().map(|key| (Across::DuplicateKey, key)));
        found.push((Across::DuplicateKey, copy.key()));
        copy.planted = true;
        if place == 0 {
            copy.writes.clear();
            copy.expect = State::NeverWritten;
        }
        builder.add(copy);
    }
    let mut seen = HashSet::new();
    found.retain(|row| seen.insert(row.clone()));
}

fn same_key(a: &Draft, b: &Draft) -> bool {
    let text = |draft: &Draft, name| match draft.get(name) {
        Tree::Text(text) => Some(text.to_string()),
        _ => None,
    };
    ["group_id", "user_id"]
        .into_iter()
        .all(|name| text(a, name) == text(b, name))
}

/// 17: the flag of the latest version stands on an older one, or on none.
fn flags(builder: &mut Builder, found: &mut Vec<(Across, String)>) {
    for (collection, moves) in [("core_memories", true), ("group_profiles", false)] {
        let latest = |draft: &&Draft| {
            draft.collection == collection
                && !draft.planted
                && matches!(draft.get("is_latest"), Tree::Bool(true))
        };
        let Some(top) = builder.drafts.iter().find(latest).cloned() else {
            continue;
        };
        let name = if moves { "user_id" } else { "group_id" };
        let of_group = |draft: &Draft| match (draft.get(name), top.get(name)) {
            (Tree::Text(a), Tree::Text(b)) => a == b,
            _ => false,
        };
        for draft in &mut builder.drafts {
            if draft.collection != collection || draft.planted || !of_group(draft) {
                continue;
            }
            found.push((Across::WrongLatest, draft.key()));
            let flag = moves && draft.at < top.at && draft.id < top.id;
            draft.amend(draft.at + DAY, |full| set(full, "is_latest", flag));
            draft.planted = true;
        }
    }
}

/// 18 and 19: keys without a prefix, and prefixes that are no collection.
fn strays(builder: &mut Builder, found: &mut Vec<(Across, String)>) {
    let at = UPGRADE - 5 * DAY;
    let mut add = |which: Across, key: String, written: Written| {
        found.push((which, key.clone()));
        builder.strays.push((key, Write { at, written }));
    };
    let drafts = builder.drafts.iter();
    let orphans = drafts
        .clone()
        .filter(|d| d.expect == State::Orphan && style_at(d.at) == Style::January);
    for orphan in orphans.take(3) {
        // A deletion by the bare id: the value stayed.
        add(Across::BareKey, orphan.hex(), Written::Tombstone);
    }
    let missing =
        drafts.filter(|d| d.expect == State::NeverWritten && d.collection == "episodic_memories");
    for missing in missing.take(1) {
        add(
            Across::BareKey,
            missing.hex(),
            Written::Bytes(missing.bytes()),
        );
    }
    for (key, bytes) in [
        (
            "session_cache:nora:42",
            &b"{\"ttl\": 3600, \"user\": \"nora\"}"[..],
        ),
        ("queue:memorize", b"[]"),
        ("probe", b"\x00\x01\x02"),
        ("lock:日次", b"1"),
    ] {
        add(
            Across::UnknownPrefix,
            key.to_owned(),
            Written::Bytes(bytes.to_vec()),
        );
    }
}

/// 21: children whose memory cell is not listed, or soft-deleted. Deleting does not cascade.
fn dangling(builder: &mut Builder, found: &mut Vec<(Across, String)>) {
    let is_live = |draft: &&Draft| {
        let lite = draft.lite.as_ref();
        draft.collection == "memcells"
            && lite.is_some_and(|lite| lite.get("deleted_at").is_some_and(Bson::is_null))
    };
    let live: HashSet<String> = builder
        .drafts
        .iter()
        .filter(is_live)
        .map(Draft::hex)
        .collect();
    for draft in &builder.drafts {
        if let (Tree::Text(parent), Some(_)) = (draft.get("parent_id"), &draft.lite)
            && !live.contains(&**parent)
        {
            found.push((Across::DanglingChild, draft.key()));
        }
    }
}

/// Seconds as the tables of other files write them.
pub(super) const fn seconds(seconds: i64) -> i64 {
    seconds * SECOND
}

/// 20: settings of January that the upgrade left half in each store.
pub(super) fn old_status(builder: &mut Builder, group: &str, at: i64) -> Draft {
    let id = builder.id(at);
    let moment = |minutes: i64| Tree::utc(at + minutes * seconds(60));
    let fields = map! {
        "group_id": group, "old_msg_start_time": moment(-9), "new_msg_start_time": moment(-5),
        "last_memcell_time": moment(-5),
    };
    let mut draft = Draft::insert("conversation_status", id, at, fields);
    draft.planted = true;
    draft
}
