//! What the service knows about people and groups: clusters, profiles, settings, entities.

use std::borrow::Cow;

use super::build::Builder;
use super::draft::{DAY, Draft, HOUR, MINUTE, SECOND, set, time};
use super::talk::Cell;
use super::tree::{Fields, Tree, iso, map};
use super::world::{Group, Person, World};

/// 2026-01-12 06:00 UTC: the settings are older than the first talk.
const BEFORE: i64 = 1_768_197_600 * SECOND;

/// Adds everything that is not made by one talk.
pub(super) fn people(world: &World, cells: &[Cell], builder: &mut Builder) {
    settings(world, builder);
    for (place, group) in world.groups.iter().enumerate() {
        let own: Vec<&Cell> = cells.iter().filter(|cell| cell.group == place).collect();
        clusters(group, &own, builder);
        for id in group.humans() {
            if let Some(person) = world.people.iter().find(|person| person.id == *id) {
                profile(world, group, person, &own, builder);
                group_profiles_of(world, group, person, &own, builder);
            }
        }
        for version in 0..3 {
            group_profile(world, group, &own, version, builder);
        }
    }
    for (at, person) in world.people.iter().enumerate() {
        for version in 0..3 {
            core_memory(
                world,
                person,
                i64::try_from(at).unwrap_or(0),
                version,
                builder,
            );
        }
    }
    entities(world, builder);
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A map whose names are data.
fn named(entries: impl Iterator<Item = (String, Tree)>) -> Fields {
    entries
        .map(|(name, value)| (Cow::Owned(name), value))
        .collect()
}

fn settings(world: &World, builder: &mut Builder) {
    // The first write of the stream is transaction 0; the default settings have no group.
    let default = map! {
        "version": "1.0.0", "scene": "group_chat", "scene_desc": Tree::Null, "name": "Default settings",
        "description": "Used by groups without settings of their own", "group_id": Tree::Null,
        "conversation_created_at": iso(BEFORE, 0), "default_timezone": "UTC", "user_details": Fields::new(),
        "tags": Tree::List([].into()),
    };
    let id = builder.id(BEFORE);
    builder.add(Draft::insert("conversation_metas", id, BEFORE, default));
    for (place, group) in world.groups.iter().enumerate() {
        let at = BEFORE + int(place + 1) * 3 * MINUTE + builder.jitter();
        let id = builder.id(at);
        let details = group.members.iter().map(|member| {
            let role = if member == "helper" {
                "assistant"
            } else {
                "user"
            };
            let person = world.people.iter().find(|person| person.id == *member);
            let extra = person.map(|p| map! { "city": p.city.as_str(), "work": p.role.as_str() });
            let detail: Fields =
                map! { "full_name": world.name_of(member), "role": role, "extra": extra };
            (member.clone(), Tree::from(detail))
        });
        let fields = map! {
            "version": "1.0.0", "scene": group.scene.as_str(),
            "scene_desc": map! { "description": group.about.as_str() }, "name": group.name.as_str(),
            "description": group.about.as_str(), "group_id": group.id.as_str(),
            "conversation_created_at": iso(at - at.rem_euclid(SECOND), 0), "default_timezone": group.zone.as_str(),
            "user_details": named(details), "tags": group.tags.clone(),
        };
        let mut draft = Draft::insert("conversation_metas", id, at, fields);
        if place % 2 == 0 {
            draft.save(at + 40 * DAY, |full| set(full, "version", "1.1.0"));
        }
        builder.add(draft);
    }
}

/// One document per group, written again after every third memory cell.
fn clusters(group: &Group, cells: &[&Cell], builder: &mut Builder) {
    let Some(first) = cells.first() else { return };
    let at = first.at + 9 * MINUTE + builder.jitter();
    let id = builder.id(at);
    let mut draft = Draft::insert("cluster_states", id, at, state(group, &cells[..1]));
    for upto in (3..=cells.len()).step_by(3) {
        let now = cells[upto - 1].at + 9 * MINUTE + builder.jitter();
        draft.save(now, |full| {
            for (name, value) in state(group, &cells[..upto]) {
                match full.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, old)) => *old = value,
                    None => full.push((name, value)),
                }
            }
        });
    }
    builder.add(draft);
}

fn state(group: &Group, cells: &[&Cell]) -> Fields {
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this century fit a double"
    )]
    let seconds = |at: i64| Tree::Float((at / SECOND) as f64);
    let mut known: Vec<usize> = Vec::new();
    for cell in cells {
        if !known.contains(&cell.cluster) {
            known.push(cell.cluster);
        }
    }
    let place = |cluster| known.iter().position(|c| *c == cluster).unwrap_or(0);
    let name = |cluster| format!("cluster_{:03}", place(cluster));
    let members = |cluster: usize| cells.iter().filter(move |cell| cell.cluster == cluster);
    let each = |value: &dyn Fn(usize) -> Tree| {
        Tree::from(named(known.iter().map(|c| (name(*c), value(*c)))))
    };
    let of_cell = |value: &dyn Fn(&Cell) -> Tree| cells.iter().map(|c| value(c)).collect();
    map! {
        "group_id": group.id.as_str(),
        "event_ids": Tree::List(of_cell(&|cell| Tree::from(cell.id.as_str()))),
        "timestamps": Tree::List(of_cell(&|cell| seconds(cell.at))),
        "cluster_ids": Tree::List(of_cell(&|cell| Tree::from(name(cell.cluster)))),
        "eventid_to_cluster": named(cells.iter().map(|c| (c.id.clone(), Tree::from(name(c.cluster))))),
        "next_cluster_idx": int(known.len()),
        "cluster_centroids": each(&|cluster| Tree::Vector(cluster as u64 + 77)),
        "cluster_counts": each(&|cluster| Tree::Int(int(members(cluster).count()))),
        "cluster_last_ts": each(&|cluster| members(cluster).next_back().map_or(Tree::Null, |c| seconds(c.at))),
    }
}

fn profile(world: &World, group: &Group, person: &Person, cells: &[&Cell], builder: &mut Builder) {
    let Some(cell) = cells.get(2) else { return };
    let at = cell.at + 12 * MINUTE + builder.jitter();
    let id = builder.id(at);
    let (name, said) = builder.draw.pick(&world.traits);
    let source = format!(
        "{}|{}",
        iso(cell.at, 0)
            .get(..16)
            .unwrap_or_default()
            .replace('T', " "),
        cell.id
    );
    let info: Fields = map! {
        "category": "work", "description": person.role.as_str(), "evidence": format!("Lives in {}", person.city),
        "sources": vec![source],
    };
    let manner: Fields = map! {
        "trait": name.as_str(), "description": said.as_str(), "basis": "three talks", "evidence": "",
        "sources": vec![cell.id.as_str()],
    };
    let data = map! {
        "explicit_info": vec![Tree::from(info)], "implicit_traits": vec![Tree::from(manner)],
    };
    let fields = map! {
        "user_id": person.id.as_str(), "group_id": group.id.as_str(), "profile_data": data,
        "scenario": group.scene.as_str(), "confidence": Tree::Float(0.82), "version": 1,
        "cluster_ids": vec!["cluster_000"], "memcell_count": 3, "last_updated_cluster": "cluster_000",
    };
    let mut draft = Draft::insert("user_profiles", id, at, fields);
    for (version, cell) in cells.iter().skip(8).step_by(8).enumerate() {
        let at = cell.at + 12 * MINUTE + builder.jitter();
        draft.save(at, |full| {
            set(full, "version", int(version + 2));
            set(full, "memcell_count", int(8 * (version + 1)));
        });
    }
    builder.add(draft);
}

fn skill(world: &World, builder: &mut Builder, evidence: &str) -> Tree {
    let (value, level) = builder.draw.pick(&world.skills);
    let skill: Fields = map! {
        "value": value.as_str(), "level": level.as_str(), "evidences": vec![evidence],
    };
    Tree::from(vec![Tree::from(skill)])
}

/// Appends declared fields that are not set.
fn unset(fields: &mut Fields, names: &[&'static str]) {
    for name in names {
        set(fields, name, Tree::Null);
    }
}

const INSIGHTS: [&str; 11] = [
    "output_reasoning",
    "motivation_system",
    "fear_system",
    "value_system",
    "humor_use",
    "colloquialism",
    "personality",
    "projects_participated",
    "user_goal",
    "work_responsibility",
    "working_habit_preference",
];
const LAST_INSIGHTS: [&str; 5] = [
    "interests",
    "tendency",
    "way_of_decision_making",
    "group_importance_evidence",
    "extend",
];

fn core_memory(world: &World, person: &Person, number: i64, version: i64, builder: &mut Builder) {
    let at = BEFORE + version * 30 * DAY + number * 5 * HOUR + 2 * HOUR + builder.jitter();
    let id = builder.id(at);
    let day: String = iso(at, 0).chars().take(10).collect();
    let evidence = format!("{day}|settings");
    let goal: Fields = map! { "objective": "Fewer surprises", "key_result": format!("below {} a month", 9 - version) };
    let mut fields = map! {
        "user_id": person.id.as_str(), "version": day, "is_latest": true, "user_name": person.name.as_str(),
        "gender": Tree::Null, "position": person.role.as_str(), "supervisor_user_id": Tree::Null,
        "team_members": vec!["nora", "ivan"], "okr": vec![Tree::from(goal)], "base_location": person.city.as_str(),
        "hiredate": "2021-09-01", "age": 29 + number * 3, "department": Tree::Null,
        "hard_skills": skill(world, builder, &evidence), "soft_skills": Tree::Null,
    };
    unset(&mut fields, &INSIGHTS);
    unset(&mut fields, &LAST_INSIGHTS);
    let mut draft = Draft::insert("core_memories", id, at, fields);
    if version < 2 {
        draft.amend(at + 30 * DAY, |full| set(full, "is_latest", false));
    }
    builder.add(draft);
}

fn group_profile(
    world: &World,
    group: &Group,
    cells: &[&Cell],
    version: i64,
    builder: &mut Builder,
) {
    let at = BEFORE + (version + 1) * 28 * DAY + builder.jitter();
    let id = builder.id(at);
    let cell = cells.get(1).map_or("", |cell| &cell.id);
    let topic: Fields = map! {
        "name": group.about.as_str(), "summary": group.about.as_str(), "status": "consensus",
        "last_active_at": time(at - 5 * MINUTE), "id": format!("topic_{version:02}"), "update_type": "update",
        "old_topic_id": Tree::Null, "evidences": vec![cell], "confidence": "strong",
    };
    let who = group.members[0].as_str();
    let role: Fields = map! {
        "user_id": who, "user_name": world.name_of(who), "confidence": "strong", "evidences": vec![cell],
    };
    let fields = map! {
        "group_id": group.id.as_str(), "version": iso(at, 0).chars().take(10).collect::<String>(), "is_latest": true,
        "group_name": group.name.as_str(), "topics": vec![Tree::from(topic)],
        "roles": map! { "decision_maker": vec![Tree::from(role)] }, "timestamp": at / 1_000,
        "subject": group.about.as_str(), "summary": group.about.as_str(), "extend": Tree::Null,
    };
    let mut draft = Draft::insert("group_profiles", id, at, fields);
    if version < 2 {
        draft.amend(at + 28 * DAY, |full| set(full, "is_latest", false));
    }
    builder.add(draft);
}

fn group_profiles_of(
    world: &World,
    group: &Group,
    person: &Person,
    cells: &[&Cell],
    builder: &mut Builder,
) {
    for version in 0..2 {
        let at = BEFORE + (version + 1) * 28 * DAY + MINUTE + builder.jitter();
        let id = builder.id(at);
        let day: String = iso(at, 0).chars().take(10).collect();
        let evidence = format!("{day}|{}", cells.get(1).map_or("", |cell| &cell.id));
        let counts: Fields = map! {
            "user_id": person.id.as_str(), "group_id": group.id.as_str(), "speak_count": 14, "refer_count": 3,
            "conversation_count": 41,
        };
        let weight = map! {
            "group_id": group.id.as_str(), "is_important": true, "evidence_list": vec![Tree::from(counts)],
        };
        let mut fields = map! {
            "user_id": person.id.as_str(), "group_id": group.id.as_str(), "version": day, "is_latest": true,
            "user_name": person.name.as_str(), "hard_skills": skill(world, builder, &evidence),
            "soft_skills": Tree::Null,
        };
        unset(&mut fields, &INSIGHTS);
        unset(&mut fields, &LAST_INSIGHTS);
        set(&mut fields, "group_importance_evidence", weight);
        let mut draft = Draft::insert("group_core_profile_memory", id, at, fields);
        if version < 1 {
            draft.amend(at + 28 * DAY, |full| set(full, "is_latest", false));
        }
        builder.add(draft);
    }
}

/// Entities, and a relationship from each to two others.
fn entities(world: &World, builder: &mut Builder) {
    let mut ids: Vec<String> = Vec::new();
    for (place, (name, kind, aliases)) in world.entities.iter().enumerate() {
        let at = BEFORE + int(place) * 3 * DAY + builder.jitter();
        let id = builder.id(at);
        let extend = (place % 3 == 0)
            .then(|| map! { "note": "Seen in several talks", "weight": Tree::Float(0.5) });
        let fields = map! {
            "name": name.as_str(), "type": kind.as_str(), "aliases": aliases.clone(), "extend": extend,
        };
        let draft = Draft::insert("entities", id, at, fields);
        ids.push(draft.hex());
        builder.add(draft);
    }
    for (place, source) in ids.iter().enumerate() {
        for step in [1, 7] {
            let at = BEFORE + int(place) * 3 * DAY + int(step) * HOUR + builder.jitter();
            let id = builder.id(at);
            let (kind, content, detail) = builder.draw.pick(&world.relations);
            let relation: Fields = map! {
                "type": kind.as_str(), "content": content.as_str(), "detail": detail.as_str(),
            };
            let fields = map! {
                "source_entity_id": source.as_str(), "target_entity_id": ids[(place + step) % ids.len()].as_str(),
                "relationship": vec![Tree::from(relation)], "extend": Tree::Null,
            };
            builder.add(Draft::insert("relationships", id, at, fields));
        }
    }
}
