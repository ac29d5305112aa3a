//! Writes to a document that are still open. Whoever writes there next must know of them: the second
//! write can only fail by its fence, or it breaks what the first has still to do.
//!
//! A pure rule over the survey of the journal; what is done about it is the front end's to say.

use super::{Entry, Owner, Place, Survey};
use crate::domain::key::Key;
use crate::domain::{human, time};

/// The open writes to this document in these stores, the newest first.
pub fn standing<'a>(
    survey: &'a Survey,
    place: &'a Place,
    key: &'a Key,
) -> impl Iterator<Item = &'a Entry> {
    let entries = survey.entries.iter();
    entries.filter(move |entry| {
        let story = &entry.story;
        story.is_open() && story.place == *place && story.plan.key == *key
    })
}

impl Entry {
    /// That it is open, since when, and in whose hands, at `now` (ms since 1970): one sentence
    /// without any value.
    #[must_use]
    pub fn still(&self, now: i64) -> String {
        let story = &self.story;
        let ago = u64::try_from(now.saturating_sub(story.since)).unwrap_or(0);
        let held = match self.owner {
            Owner::Alive => ", in another program that runs, or may run",
            Owner::Unread => ", in a journal file that can't be read to its end",
            Owner::Ours | Owner::Gone => "",
        };
        format!(
            "write {} ({}, begun {}, {} ago) to this document is still open{held}",
            story.intent,
            story.plan.action.row().name,
            time::iso(story.since).unwrap_or_default(),
            human::span(ago),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Bson;
    use crate::domain::intent::{Ending, Fact, IntentId, Story};
    use crate::domain::plan::{Action, Before, Plan};

    fn place(stream: &str) -> Place {
        Place {
            mongo: "localhost:27017".to_owned(),
            database: "memsys".to_owned(),
            stream: stream.to_owned(),
        }
    }

    fn entry(id: &str, stream: &str, ending: Option<Ending>) -> Entry {
        let plan = Plan {
            action: Action::Edit,
            key: format!("memcells:{id}").parse().unwrap(),
            id: Bson::String(id.to_owned()),
            before: Before {
                lite: None,
                stored: None,
            },
            value: None,
            lite: None,
        };
        let planned = Fact::Planned {
            place: place(stream),
            plan: Arc::new(plan),
            undoes: None,
        };
        let mut story = Story::begin(IntentId("0192".into()), 60_000, &planned).unwrap();
        if let Some(ending) = ending {
            let said = String::new();
            story.take(61_000, &Fact::Ended { ending, said });
        }
        Entry {
            story,
            owner: Owner::Gone,
        }
    }

    #[test]
    fn what_is_open_on_this_document_in_these_stores_stands_in_the_way_and_nothing_else() {
        let survey = Survey {
            entries: vec![
                entry("1", "ours", None),
                entry("1", "ours", Some(Ending::HalfDone)),
                entry("1", "ours", Some(Ending::Done)),
                entry("1", "ours", Some(Ending::GivenUp)),
                entry("1", "other", None),
                entry("2", "ours", None),
            ],
            faults: Vec::new(),
        };
        let key = "memcells:1".parse().unwrap();
        let here = place("ours");
        let found: Vec<&Entry> = standing(&survey, &here, &key).collect();
        assert_eq!(found, [&survey.entries[0], &survey.entries[1]]);
    }

    #[test]
    fn its_name_its_age_and_who_holds_it_are_said() {
        let mut open = entry("1", "ours", None);
        let said = open.still(60_000 + 5 * 60_000);
        assert_eq!(
            said,
            "write 0192 (edit, begun 1970-01-01T00:01:00Z, 5 min ago) to this document is still open"
        );
        open.owner = Owner::Alive;
        assert!(
            open.still(0).contains("another program"),
            "{}",
            open.still(0)
        );
    }
}
