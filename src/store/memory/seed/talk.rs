//! The live pipeline in small: messages are logged, talks become memory cells, cells become
//! episodes, facts and plans.

use std::sync::Arc;

use super::build::Builder;
use super::draft::{DAY, Draft, HOUR, MINUTE, SECOND, set, time};
use super::tree::{Fields, Tree, iso, map};
use super::world::{Group, Slots, Thread, World};

/// How many talks there are.
const TALKS: i64 = 160;
/// 2026-01-12 07:30 UTC.
const START: i64 = 1_768_203_000 * SECOND;
const MODEL: &str = "text-embedding-3-small";

/// One talk on its way through the pipeline.
struct Talk<'a> {
    world: &'a World,
    group: &'a Group,
    thread: &'a Thread,
    slots: Slots<'a>,
    /// The first message, in microseconds.
    at: i64,
    number: u64,
}

/// A memory cell that a group's state of clusters lists.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) group: usize,
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) cluster: usize,
}

/// Adds all talks and what becomes of them.
pub(super) fn talks(world: &World, builder: &mut Builder) -> Vec<Cell> {
    let mut cells = Vec::new();
    for number in 0..TALKS {
        let which = usize::try_from(number).unwrap_or(0) % world.threads.len();
        let thread = &world.threads[which];
        let group = &world.groups[thread.group];
        let minutes = i64::try_from(builder.draw.below(600)).unwrap_or(0);
        let talk = Talk {
            world,
            group,
            thread,
            slots: Slots::draw(group, &mut builder.draw),
            at: START + number * 14 * HOUR + minutes * MINUTE,
            number: number.unsigned_abs(),
        };
        let id = talk.run(builder);
        cells.push(Cell {
            group: thread.group,
            id,
            at: talk.at,
            cluster: which,
        });
    }
    cells
}

impl Talk<'_> {
    /// Runs the pipeline; the hex id of the memory cell.
    fn run(&self, builder: &mut Builder) -> String {
        let lines: Vec<(&str, String)> = self
            .thread
            .lines
            .iter()
            .map(|(who, text)| (who.as_str(), self.slots.fill(text)))
            .collect();
        let end = self.line_at(lines.len() - 1);
        for (at, (who, text)) in lines.iter().enumerate() {
            self.log(builder, at, (who, text), end + 34 * SECOND);
        }
        let cell = self.cell(builder, &lines, end);
        self.episodes(builder, &cell, end + 29 * SECOND);
        if self.group.is_assistant() {
            self.facts(builder, &cell, end + 33 * SECOND);
            self.plans(builder, &cell, end + 31 * SECOND);
        }
        self.behaviour(builder, &cell, end, lines.len());
        cell
    }

    fn line_at(&self, line: usize) -> i64 {
        self.at + i64::try_from(line).unwrap_or(0) * 71 * SECOND
    }

    fn group_id(&self) -> Tree {
        Tree::from(self.group.id.as_str())
    }

    fn members(&self) -> Tree {
        Tree::from(self.group.members.clone())
    }

    fn message_id(&self, line: usize) -> String {
        format!("msg_{:05x}{line:02}", self.number * 131)
    }

    fn log(&self, builder: &mut Builder, line: usize, (who, text): (&str, &str), used: i64) {
        let said = self.line_at(line);
        let at = said + builder.jitter();
        let id = builder.id(at);
        let request = builder.uuid();
        let when = iso(said, 0);
        let name = self.world.name_of(who);
        let role = if who == "helper" { "assistant" } else { "user" };
        let message = self.message_id(line);
        let content = Tree::from(text);
        let raw: Fields = map! {
            "message_id": message.as_str(), "create_time": when.as_str(), "sender": who, "sender_name": name,
            "role": role, "content": content.clone(), "group_id": self.group_id(), "group_name": self.group.name.as_str(),
        };
        let short = format!(r#"{{"message_id": "{message}", "sender": "{who}"}}"#);
        let fields = map! {
            "group_id": self.group_id(), "request_id": request.as_str(), "user_id": who, "message_id": message.as_str(),
            "message_create_time": when.as_str(), "sender": who, "sender_name": name, "role": role, "content": content,
            "group_name": self.group.name.as_str(), "refer_list": Tree::Null, "raw_input": raw, "raw_input_str": short,
            "version": "1.0.0", "endpoint_name": "memorize", "method": "POST",
            "url": "http://localhost:1995/api/v1/memories", "event_id": request.as_str(), "sync_status": -1,
        };
        let mut draft = Draft::insert("memory_request_logs", id, at, fields);
        draft.amend(used, |full| set(full, "sync_status", 1));
        builder.add(draft);
    }

    fn cell(&self, builder: &mut Builder, lines: &[(&str, String)], end: i64) -> String {
        let at = end + 2 * SECOND + builder.jitter();
        let id = builder.id(at);
        let data: Vec<Tree> = lines
            .iter()
            .enumerate()
            .map(|(line, (who, text))| self.message(line, who, text))
            .collect();
        let fields = map! {
            "user_id": Tree::Null, "timestamp": time(end), "summary": self.slots.fill(&self.thread.summary),
            "group_id": self.group_id(), "original_data": data, "participants": self.members(),
            "type": "Conversation", "subject": Tree::Null, "keywords": self.slots.fill_all(&self.thread.keywords),
            "linked_entities": Tree::Null, "episode": Tree::Null, "foresight_memories": Tree::Null,
            "event_log": Tree::Null, "extend": Tree::Null,
        };
        let mut draft = Draft::insert("memcells", id, at, fields);
        let saved = end + 27 * SECOND + builder.jitter();
        draft.save(saved, |full| {
            set(full, "subject", self.slots.fill(&self.thread.subject));
            set(full, "episode", self.slots.fill(&self.thread.episode));
        });
        let hex = draft.hex();
        builder.add(draft);
        hex
    }

    fn message(&self, line: usize, who: &str, text: &str) -> Tree {
        let when = iso(self.line_at(line), 0);
        let when = Tree::from(when);
        let extend = map! {
            "speaker_id": who, "speaker_name": self.world.name_of(who), "timestamp": when.clone(),
            "message_id": self.message_id(line), "receiverId": "", "roomId": self.group_id(),
            "userIdList": self.group.members.join(","), "createBy": who, "updateTime": when,
            "msgType": "1", "referList": "", "orgId": "",
        };
        let message: Fields = map! { "content": text, "files": Tree::Null, "extend": extend };
        Tree::from(map! {
            "data_type": "Conversation", "messages": vec![Tree::from(message)], "meta": Tree::Null,
        })
    }

    /// The group's episode, and a copy for each person when there is an assistant.
    fn episodes(&self, builder: &mut Builder, cell: &str, at: i64) {
        let subject: Arc<str> = self.slots.fill(&self.thread.subject).into();
        let episode: Arc<str> = self.slots.fill(&self.thread.episode).into();
        let own = self.group.humans().filter(|_| self.group.is_assistant());
        for owner in std::iter::once(None).chain(own.map(Some)) {
            let at = at + builder.jitter();
            let id = builder.id(at);
            let owner = owner.map(String::as_str);
            let extend = map! { "memory_type": "episodic_memory", "ori_event_id": Tree::Null, "tags": Tree::Null };
            let fields = map! {
                "user_id": owner, "user_name": owner, "group_id": self.group_id(),
                "group_name": self.group.name.as_str(), "timestamp": time(self.line_at(self.thread.lines.len() - 1)),
                "participants": self.members(), "summary": self.slots.fill(&self.thread.summary),
                "subject": Tree::Text(Arc::clone(&subject)), "episode": Tree::Text(Arc::clone(&episode)),
                "type": "Conversation", "keywords": self.slots.fill_all(&self.thread.keywords),
                "linked_entities": self.slots.fill_all(&self.thread.entities),
                "memcell_event_id_list": vec![cell], "parent_type": "memcell", "parent_id": cell,
                "extend": extend, "vector": Tree::Vector(self.number), "vector_model": MODEL,
            };
            builder.add(Draft::insert("episodic_memories", id, at, fields));
        }
    }

    fn facts(&self, builder: &mut Builder, cell: &str, at: i64) {
        for (place, fact) in self.thread.facts.iter().enumerate() {
            for owner in self.group.humans() {
                let id = builder.id(at);
                let fields = map! {
                    "user_id": owner.as_str(), "user_name": owner.as_str(), "group_id": self.group_id(),
                    "group_name": self.group.name.as_str(), "atomic_fact": self.slots.fill(fact),
                    "parent_type": "memcell", "parent_id": cell, "timestamp": time(self.at),
                    "participants": self.members(), "vector": Tree::Vector(self.number * 64 + place as u64 + 1_000),
                    "vector_model": MODEL, "event_type": "Conversation", "extend": Fields::new(),
                };
                builder.add(Draft::insert("event_log_records", id, at, fields));
            }
        }
    }

    fn plans(&self, builder: &mut Builder, cell: &str, at: i64) {
        for (place, (content, evidence, days)) in self.thread.foresights.iter().enumerate() {
            for owner in self.group.humans() {
                let id = builder.id(at);
                let day = |at: i64| iso(at, 0).chars().take(10).collect::<String>();
                let fields = map! {
                    "user_id": owner.as_str(), "user_name": owner.as_str(), "group_id": self.group_id(),
                    "group_name": self.group.name.as_str(), "content": self.slots.fill(content),
                    "parent_type": "memcell", "parent_id": cell, "start_time": day(self.at),
                    "end_time": day(self.at + days * DAY), "duration_days": *days,
                    "participants": self.members(), "vector": Tree::Vector(self.number * 64 + place as u64 + 500_000),
                    "vector_model": MODEL, "evidence": self.slots.fill(evidence), "extend": Fields::new(),
                };
                builder.add(Draft::insert("foresight_records", id, at, fields));
            }
        }
    }

    fn behaviour(&self, builder: &mut Builder, cell: &str, end: i64, messages: usize) {
        let at = end + 7 * MINUTE + builder.jitter();
        let id = builder.id(at);
        let first = builder.draw.pick(&self.world.behaviours).as_str();
        let who = self.group.members[0].as_str();
        let meta = map! { "conversation_id": self.group_id(), "message_count": i64::try_from(messages).unwrap_or(0) };
        let fields = map! {
            "user_id": who, "timestamp": time(end), "behavior_type": vec!["chat", first], "event_id": cell,
            "meta": meta, "extend": Tree::Null,
        };
        builder.add(Draft::insert("behavior_histories", id, at, fields));
    }
}
