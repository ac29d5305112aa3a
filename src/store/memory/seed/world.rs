//! The people, groups and talks of the demo, from `assets/demo/world.json`.

use serde::Deserialize;

use super::tree::Draw;

/// Somebody who takes part.
#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) city: String,
}

/// A conversation that goes on for months.
#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) scene: String,
    pub(super) zone: String,
    pub(super) members: Vec<String>,
    pub(super) about: String,
    pub(super) tags: Vec<String>,
    places: Vec<String>,
    things: Vec<String>,
}

impl Group {
    /// Whether one person talks to an assistant; only then are facts and plans taken down.
    pub(super) fn is_assistant(&self) -> bool {
        self.scene == "assistant"
    }

    /// The members that are people.
    pub(super) fn humans(&self) -> impl Iterator<Item = &String> {
        self.members.iter().filter(|id| *id != "helper")
    }
}

/// One talk, with `{place}`, `{thing}` and `{n}` left open.
#[derive(Deserialize)]
pub(super) struct Thread {
    pub(super) group: usize,
    pub(super) subject: String,
    pub(super) summary: String,
    pub(super) episode: String,
    pub(super) keywords: Vec<String>,
    pub(super) entities: Vec<String>,
    /// Who says what.
    pub(super) lines: Vec<(String, String)>,
    pub(super) facts: Vec<String>,
    /// What will be, why, and for how many days.
    pub(super) foresights: Vec<(String, String, i64)>,
}

/// All of it.
#[derive(Deserialize)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) groups: Vec<Group>,
    pub(super) threads: Vec<Thread>,
    /// Name, type, other names.
    pub(super) entities: Vec<(String, String, Vec<String>)>,
    /// Type, content, detail.
    pub(super) relations: Vec<(String, String, String)>,
    pub(super) traits: Vec<(String, String)>,
    pub(super) skills: Vec<(String, String)>,
    pub(super) behaviours: Vec<String>,
}

impl World {
    /// The compiled-in world; `None` only if the asset is broken, which a test finds.
    pub(super) fn builtin() -> Option<Self> {
        serde_json::from_str(include_str!("../../../../assets/demo/world.json")).ok()
    }

    /// The name of somebody, or the id where it is nobody known.
    pub(super) fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        let person = self.people.iter().find(|person| person.id == id);
        person.map_or(id, |person| &person.name)
    }
}

/// The words that one talk puts into the open places.
pub(super) struct Slots<'a> {
    place: &'a str,
    thing: &'a str,
    n: String,
}

impl<'a> Slots<'a> {
    pub(super) fn draw(group: &'a Group, draw: &mut Draw) -> Self {
        Self {
            place: draw.pick(&group.places).as_str(),
            thing: draw.pick(&group.things).as_str(),
            n: (3 + draw.below(57)).to_string(),
        }
    }

    /// A text with its open places filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let open = [
                ("{place}", self.place),
                ("{thing}", self.thing),
                ("{n}", &self.n),
            ];
            let slot = open.iter().find(|(slot, _)| rest.starts_with(slot));
            let (slot, word) = slot.copied().unwrap_or(("{", "{"));
            out.push_str(word);
            rest = &rest[slot.len()..];
        }
        out.push_str(rest);
        out
    }

    /// Several texts.
    pub(super) fn fill_all(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.fill(text)).collect()
    }
}
