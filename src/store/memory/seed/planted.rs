//! Every state that a store can hold, planted into healthy documents: one table says where, how
//! often and how.

use std::sync::Arc;

use super::build::Builder;
use super::draft::{DAY, Draft, HOUR, MINUTE, SECOND, Written, set, style_at, time};
use super::tree::{Draw, Style, Tree, map};
use crate::domain::{Bson, State};

/// One row of the table: so many documents of a collection get this state in this way.
struct Row {
    collection: &'static str,
    state: State,
    times: usize,
    /// How; the number says which of the row's documents it is, for variants.
    how: fn(&mut Draft, usize),
}

macro_rules! rows {
    ($($collection:ident $state:ident $times:literal $how:ident)+) => {
        [$(Row { collection: stringify!($collection), state: State::$state, times: $times, how: $how }),+]
    };
}

#[rustfmt::skip]
const ROWS: [Row; 47] = rows! {
    episodic_memories   Agrees             4 edited_often
    event_log_records   Agrees             3 deleted_and_written_again
    episodic_memories   Agrees             2 with_undeclared_fields
    behavior_histories  Agrees             3 with_other_time_texts
    memcells            Agrees             1 two_megabytes
    memcells            Agrees             1 restored_with_marks_in_the_value
    memory_request_logs NeverWritten       4 never_written
    episodic_memories   NeverWritten       3 never_written
    event_log_records   NeverWritten       3 never_written
    foresight_records   NeverWritten       2 never_written
    user_profiles       NeverWritten       1 never_written
    episodic_memories   Tombstoned         3 tombstoned
    memcells            Tombstoned         2 tombstoned
    entities            Tombstoned         1 tombstoned
    relationships       Tombstoned         1 tombstoned
    event_log_records   Orphan             4 orphaned
    episodic_memories   Orphan             3 orphaned
    memcells            Orphan             2 orphaned
    entities            Orphan             1 orphaned
    foresight_records   Orphan             2 orphaned
    memory_request_logs Drifted            5 last_write_lost
    core_memories       Drifted            2 last_write_lost
    cluster_states      Drifted            1 lite_touched
    episodic_memories   Drifted            4 full_newer
    foresight_records   Drifted            2 full_newer
    entities            Drifted            2 differs_at_the_same_moment
    memcells            TypeDrift          2 text_timestamp
    episodic_memories   TypeDrift          3 text_timestamp
    event_log_records   TypeDrift          2 text_timestamp
    behavior_histories  TypeDrift          2 text_timestamp
    episodic_memories   Undecodable        7 damaged
    memory_request_logs Undecodable        7 damaged
    foresight_records   Undecodable        2 not_a_number
    event_log_records   Misfiled           2 another_id
    episodic_memories   Misfiled           2 required_missing
    foresight_records   Misfiled           2 required_null
    relationships       Misfiled           1 required_of_wrong_type
    group_profiles      Misfiled           1 required_of_wrong_type
    behavior_histories  Misfiled           2 not_an_object
    episodic_memories   FullInMongo        2 whole_in_mongo_alone
    user_profiles       FullInMongo        1 whole_in_mongo_too
    memory_request_logs FullInMongo        2 whole_in_mongo_too
    memcells            SoftDeleted        8 soft_deleted
    memcells            SoftDeletedNoValue 2 hard_deleted_twice
    memcells            SoftDeletedNoValue 1 soft_deleted_never_written
    memcells            DeleteMarks        4 marks_disagree
    memcells            Drifted            2 full_newer
};

/// Plants everything; a document is used once at most.
pub(super) fn plant(builder: &mut Builder) {
    let mut draw = Draw(16);
    for row in &ROWS {
        let mut free: Vec<&mut Draft> = builder
            .drafts
            .iter_mut()
            .filter(|draft| draft.collection == row.collection && !draft.planted)
            .collect();
        for number in 0..row.times.min(free.len()) {
            let draft = free.swap_remove(draw.below(free.len()));
            (row.how)(draft, number);
            draft.expect = row.state;
            draft.planted = true;
        }
    }
}

fn edited_often(draft: &mut Draft, number: usize) {
    for edit in 0..3 + i64::try_from(number).unwrap_or(0) {
        draft.save(draft.at + (edit + 1) * 7 * HOUR + 123_457, |full| {
            set(
                full,
                "summary",
                format!("Edited by hand, {} times now.", edit + 1),
            );
        });
    }
}

fn deleted_and_written_again(draft: &mut Draft, _: usize) {
    let at = draft.at;
    draft.tombstone(at + DAY);
    draft.save(at + 2 * DAY, |_| {});
}

fn with_undeclared_fields(draft: &mut Draft, _: usize) {
    draft.save(draft.at + HOUR, |full| {
        set(full, "reviewed_by", "zoë");
        set(
            full,
            "review",
            map! { "stars": 4, "note": "Kept because the model allows it" },
        );
    });
}

/// The same moments as other writers write them: no offset, `Z`, microseconds left out.
fn with_other_time_texts(draft: &mut Draft, number: usize) {
    let Tree::Time(micros, _) = *draft.get("timestamp") else {
        return;
    };
    let text = super::tree::iso(micros, 0);
    let bare = text.trim_end_matches("+00:00");
    let other = [
        bare.to_owned(),
        format!("{bare}Z"),
        super::tree::iso(micros, -210),
    ];
    draft.change_value(|full| set(full, "timestamp", other[number % other.len()].as_str()));
}

fn two_megabytes(draft: &mut Draft, _: usize) {
    let words: Arc<str> =
        "A pasted log, line after line: gauge 7 says 1.82 m, 二メートル, 🌊; ".into();
    let message =
        map! { "content": Tree::Long(words, 2_000_000), "files": Tree::Null, "extend": Tree::Null };
    let data = map! {
        "data_type": "Conversation", "messages": vec![Tree::from(message)], "meta": Tree::Null,
    };
    // Far behind the upgrade: no January client could carry it.
    let at = draft.at.max(super::draft::UPGRADE + 9 * DAY);
    draft.save(at + MINUTE, |full| {
        set(full, "original_data", vec![Tree::from(data)]);
        set(full, "subject", "A log of two megabytes");
    });
}

fn restored_with_marks_in_the_value(draft: &mut Draft, _: usize) {
    let at = draft.at + HOUR;
    draft.change_value(|full| {
        set(full, "deleted_at", time(at));
        set(full, "deleted_id", at);
    });
}

fn never_written(draft: &mut Draft, _: usize) {
    draft.writes.clear();
}

/// Three live versions, then a tombstone under a document that is still listed.
fn tombstoned(draft: &mut Draft, _: usize) {
    let at = draft.at;
    draft.save(at + HOUR, |_| {});
    draft.save(at + 5 * HOUR, |_| {});
    draft.tombstone(at + 3 * DAY + 17 * SECOND);
}

fn orphaned(draft: &mut Draft, _: usize) {
    draft.lite = None;
}

/// MongoDB was updated, the write to the value store was lost: the value is the one before.
fn last_write_lost(draft: &mut Draft, _: usize) {
    if draft.writes.len() > 1 {
        draft.writes.pop();
    } else {
        let flag = !matches!(draft.get("is_latest"), Tree::Bool(true));
        draft.set_lite("is_latest", Bson::Bool(flag));
        touch_lite(draft, 4_200);
    }
}

/// As when a value has grown too long to be written: only the moment is newer.
fn lite_touched(draft: &mut Draft, _: usize) {
    touch_lite(draft, 3 * 3_600_000);
}

fn touch_lite(draft: &mut Draft, later: i64) {
    if let Tree::Time(micros, _) = *draft.get("updated_at") {
        draft.set_lite("updated_at", Bson::Date(micros.div_euclid(1000) + later));
    }
}

/// MongoDB was restored from a copy: the value has a later save.
fn full_newer(draft: &mut Draft, number: usize) {
    let lite = draft.lite.clone();
    let later = [4_200_000, 3 * HOUR, 11 * DAY, SECOND / 2];
    draft.save(draft.at + later[number % later.len()], |full| {
        let name = if full.iter().any(|(n, _)| n == "keywords") {
            "keywords"
        } else {
            "end_time"
        };
        if name == "keywords" {
            set(full, name, vec!["dentist", "tuesday"]);
        } else {
            set(full, name, "2026-12-24");
        }
    });
    draft.lite = lite;
}

fn differs_at_the_same_moment(draft: &mut Draft, number: usize) {
    let aliases = [vec!["one", "two"], Vec::new()];
    let text = |alias: &&str| Bson::String((*alias).to_owned());
    let aliases = aliases[number % 2].iter().map(text).collect();
    draft.set_lite("aliases", Bson::Array(aliases));
}

/// What the service's own recovery leaves behind.
fn text_timestamp(draft: &mut Draft, _: usize) {
    if let Tree::Time(micros, minutes) = *draft.get("timestamp") {
        draft.set_lite("timestamp", Bson::String(super::tree::iso(micros, minutes)));
    }
}

/// Bytes that are no document any more, in seven ways.
fn damaged(draft: &mut Draft, number: usize) {
    let cut = |style: Style, to: usize| style.bytes(&draft.full).into_iter().take(to).collect();
    let bytes: Vec<u8> = match number {
        0 => cut(Style::Newest, 118),
        1 => cut(Style::January, 161),
        2 => cut(Style::January, 160),
        3 => b"{\"created_at\": \"2026-03-01\", \"text\": \"caf\xe9\"}".to_vec(),
        4 => b"<html><body><h1>502 Bad Gateway</h1></body></html>\n".to_vec(),
        5 => b"gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8=".to_vec(),
        _ => b"{'id': None, 'content': 'the repr of a dict', 'ok': True}".to_vec(),
    };
    draft.rewrite_last(Written::Bytes(bytes));
}

/// A token that the service's own encoder writes and JSON does not have.
fn not_a_number(draft: &mut Draft, number: usize) {
    let token = ["NaN", "-Infinity"][number % 2];
    draft.change_value(|full| set(full, "extend", map! { "score": Tree::Raw(token) }));
}

fn another_id(draft: &mut Draft, number: usize) {
    let id = ["69641c1a5ca1ab1e07ffff01", "5CA1AB1E"][number % 2];
    draft.change_value(|full| set(full, "id", id));
}

fn required_missing(draft: &mut Draft, number: usize) {
    let name = ["summary", "episode"][number % 2];
    draft.change_value(|full| full.retain(|(n, _)| n != name));
}

fn required_null(draft: &mut Draft, number: usize) {
    let name = ["content", "parent_type"][number % 2];
    draft.change_value(|full| set(full, name, Tree::Null));
}

fn required_of_wrong_type(draft: &mut Draft, _: usize) {
    draft.change_value(|full| {
        let name = if full.iter().any(|(n, _)| n == "relationship") {
            "relationship"
        } else {
            "timestamp"
        };
        set(full, name, "see the wiki");
    });
}

fn not_an_object(draft: &mut Draft, number: usize) {
    let style = style_at(draft.at);
    let object = String::from_utf8(Style::Newest.bytes(&draft.full)).unwrap_or_default();
    let text = [format!("[{object}]"), "\"moved\"".to_owned()];
    let bytes = crate::domain::codec::encode(&text[number % 2], style.codec());
    draft.rewrite_last(Written::Bytes(bytes));
}

/// Data from before documents were stored twice: all of it in MongoDB, no value.
fn whole_in_mongo_alone(draft: &mut Draft, number: usize) {
    whole_in_mongo_too(draft, number);
    draft.writes.clear();
}

/// A script that wrote past the service: all of it in MongoDB, and a value too.
fn whole_in_mongo_too(draft: &mut Draft, _: usize) {
    for (name, value) in Arc::clone(&draft.full).iter() {
        if name != "id" {
            draft.set_lite(name, value.lite());
        }
    }
}

fn soft_deleted(draft: &mut Draft, number: usize) {
    let at = draft.at + 2 * DAY + 654_321;
    let by = [None, Some("admin"), None, Some("zoë")][number % 4];
    draft.set_lite("deleted_at", Bson::Date(at.div_euclid(1000)));
    draft.set_lite(
        "deleted_by",
        by.map_or(Bson::Null, |by| Bson::String(by.to_owned())),
    );
    draft.set_lite("deleted_id", Bson::Int64(at));
}

fn hard_deleted_twice(draft: &mut Draft, number: usize) {
    let at = draft.at;
    soft_deleted(draft, number);
    draft.tombstone(at + 3 * DAY);
}

fn soft_deleted_never_written(draft: &mut Draft, number: usize) {
    soft_deleted(draft, number);
    draft.writes.clear();
}

fn marks_disagree(draft: &mut Draft, number: usize) {
    let at = draft.at + DAY;
    match number {
        0 => draft.set_lite("deleted_id", Bson::Int64(at)),
        1 => draft.set_lite("deleted_by", Bson::String("admin".to_owned())),
        2 => draft.set_lite("deleted_at", Bson::Date(at.div_euclid(1000))),
        _ => {
            soft_deleted(draft, number);
            draft.set_lite("deleted_id", Bson::Int32(0));
        }
    }
}
