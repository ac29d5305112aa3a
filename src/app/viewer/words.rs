//! What is said about a document where there is nothing to show as a tree: why, and what is known.

use std::fmt::Write as _;

use crate::domain::document::Sight;
use crate::domain::full::{Body, Reason, Stored, Undecodable};
use crate::domain::human::{self, both_bytes};
use crate::domain::text::Spelling;
use crate::domain::{Full, Head, State, Version};
use crate::task::event::Inspection;

use super::line::Ink;
use super::page::{Bytes, Page, Said};

/// What to do when a store does not answer.
const AGAIN: &str = "Read it again, or let :doctor look for the cause.";

/// The line of facts above the document: version, size, codec, or what there is instead.
pub(super) fn facts(inspection: &Inspection, spelling: Spelling) -> String {
    let dot = spelling.dot();
    let mut facts = match &inspection.document.stored {
        Sight::Unchecked => "not read yet".to_owned(),
        // Why is said below, and in the line of the state.
        Sight::Unknown(_) => "not known".to_owned(),
        Sight::Seen(Stored::Absent) if inspection.diagnosis.state == State::Unknown => {
            "not known".to_owned()
        }
        Sight::Seen(Stored::Absent) => "no value".to_owned(),
        Sight::Seen(Stored::Tombstone { version }) => format!("{version}{dot}tombstone"),
        Sight::Seen(Stored::Value { version, full }) => {
            let codec = full.codec().map_or("not decodable", |codec| codec.said());
            format!(
                "{version}{dot}{}{dot}{codec}",
                human::bytes(full.raw.len() as u64)
            )
        }
    };
    // Writing to a String cannot fail.
    if let Some(at) = inspection.at {
        let _ = write!(facts, "{dot}as of {at}, not the latest");
    }
    match inspection.twins {
        0 => {}
        1 => {
            let _ = write!(facts, "{dot}1 more document prints this id");
        }
        more => {
            let _ = write!(facts, "{dot}{more} more documents print this id");
        }
    }
    facts
}

/// The Full view where there is no JSON; `None` where there is.
pub(super) fn full(inspection: &Inspection, secret: bool, spelling: Spelling) -> Option<Page> {
    let said = match &inspection.document.stored {
        Sight::Unchecked => vec![Said::new(Ink::Dim, "The value has not been read yet.")],
        Sight::Unknown(why) => unknown("what the value store holds", why),
        Sight::Seen(Stored::Absent) => absent(inspection),
        Sight::Seen(Stored::Tombstone { version }) => tombstone(*version, inspection),
        Sight::Seen(Stored::Value { full, .. }) => match &full.body {
            Body::Json { .. } => return None,
            Body::Undecodable(why) => return Some(undecodable(full, why, secret, spelling)),
        },
    };
    Some(Page::new(said, None, spelling))
}

fn unknown(what: &str, why: &str) -> Vec<Said> {
    vec![
        Said::new(Ink::Warn, format!("Can't tell {what}: {why}")),
        Said::new(Ink::Plain, ""),
        Said::new(Ink::Dim, AGAIN),
    ]
}

fn absent(inspection: &Inspection) -> Vec<Said> {
    let said = &inspection.diagnosis.said;
    if inspection.diagnosis.is_kept_in_mongo() {
        return vec![
            Said::new(Ink::Dim, "Kept in MongoDB only."),
            Said::new(Ink::Plain, ""),
            Said::new(Ink::Plain, "The Lite view has the whole document."),
        ];
    }
    let (ink, first) = match inspection.diagnosis.state {
        State::Unknown => {
            let why = said.strip_prefix("can't tell: ").unwrap_or(said);
            return unknown("whether a value was written", why);
        }
        State::Unchecked if inspection.at.is_some() => {
            (Ink::Plain, "Nothing written yet.".to_owned())
        }
        State::Unchecked => (Ink::Dim, format!("Not compared: {said}")),
        State::Pending => {
            let age = said.strip_prefix("not applied yet: ").unwrap_or(said);
            (Ink::Info, format!("Not applied yet: {age}"))
        }
        _ => (Ink::Bad, "Never written.".to_owned()),
    };
    let key = &inspection.document.key;
    let mut all = vec![
        Said::new(ink, first),
        Said::new(Ink::Plain, ""),
        Said::new(
            Ink::Plain,
            match inspection.at {
                Some(_) => format!("As far as this node can see, nothing stood under {key} then."),
                None => {
                    format!("As far as this node can see, nothing was ever stored under {key}.")
                }
            },
        ),
    ];
    if let Some(at) = inspection.at {
        all.push(Said::new(Ink::Plain, format!("Asked for as of {at}.")));
    }
    all
}

fn tombstone(version: Version, inspection: &Inspection) -> Vec<Said> {
    let before = match inspection.before {
        Some(Head::Value { version, size }) => {
            let size = both_bytes(usize::try_from(size).unwrap_or(usize::MAX));
            format!("Before it stood a value of {size}, {version}; the node still has it.")
        }
        _ => "What stood there before is not known: the node told of no earlier value.".to_owned(),
    };
    let listed = match &inspection.document.lite {
        Sight::Seen(Some(lite)) if lite.is_soft_deleted() => {
            "MongoDB still lists the document, as soft-deleted."
        }
        Sight::Seen(Some(_)) => "MongoDB still lists the document as live.",
        Sight::Seen(None) => "MongoDB does not list the document.",
        Sight::Unchecked | Sight::Unknown(_) => "Whether MongoDB lists it can't be told.",
    };
    let mut said = vec![
        Said::new(
            Ink::Bad,
            format!(
                "Tombstone: deleted by an empty write at version {}.",
                version.0
            ),
        ),
        Said::new(Ink::Plain, ""),
        Said::new(Ink::Plain, before),
        Said::new(Ink::Plain, listed),
    ];
    if let Some(when) = &inspection.deleted {
        said.push(Said::new(Ink::Plain, when.said()));
    }
    said
}

fn undecodable(full: &Full, why: &Undecodable, secret: bool, spelling: Spelling) -> Page {
    let (body, fault) = match (&why.text, &why.reason) {
        (Some(text), Reason::Base64NotJson(fault)) => (Bytes::Text(text.clone()), fault.at),
        (Some(text), _) => (Bytes::Text(text.clone()), stored_place(why)),
        (None, _) => (Bytes::of(&full.raw), stored_place(why)),
    };
    let below = match (&why.text, &body, why.codec) {
        (Some(_), _, Some(crate::domain::Codec::Base64)) => "The decoded text, by its bytes:",
        (_, Bytes::Text(_), _) => "The stored text, by its bytes:",
        (_, Bytes::Raw(_), _) => "The stored bytes:",
    };
    let said = vec![
        Said::new(Ink::Bad, format!("Undecodable: {}.", why.reason)),
        Said::new(Ink::Plain, ""),
        Said::new(Ink::Dim, if secret { HIDDEN } else { below }),
    ];
    Page::new(said, (!secret).then_some(body), spelling).with_fault(Some(fault))
}

const HIDDEN: &str = "The bytes are hidden: this collection holds secrets.";

/// The Lite view where there are no fields to show.
pub(super) fn lite(inspection: &Inspection, spelling: Spelling) -> Page {
    let said = match &inspection.document.lite {
        Sight::Unchecked => vec![Said::new(
            Ink::Dim,
            "The lite document has not been read yet.",
        )],
        Sight::Unknown(why) => unknown("whether MongoDB lists it", why),
        Sight::Seen(Some(_)) => vec![Said::new(Ink::Dim, "A document without fields.")],
        Sight::Seen(None) => {
            let key = &inspection.document.key;
            let collection = &key.collection;
            vec![
                Said::new(Ink::Bad, "Not listed in MongoDB."),
                Said::new(Ink::Plain, ""),
                Said::new(
                    Ink::Plain,
                    format!(
                        "{collection} has no document whose _id prints as {}.",
                        key.id
                    ),
                ),
            ]
        }
    };
    Page::new(said, None, spelling)
}

/// The Raw view: everything that a report of a fault needs.
pub(super) fn raw(
    inspection: &Inspection,
    stream: Option<&str>,
    secret: bool,
    spelling: Spelling,
) -> Page {
    let mut said = vec![Said::fact("Key", inspection.document.key.to_string())];
    if let Some(stream) = stream {
        said.push(Said::fact("Stream", stream));
    }
    let (mut body, mut fault) = (None, None);
    match inspection.document.stored.seen() {
        Some(Stored::Value { version, full }) => {
            let latest = match inspection.at {
                Some(at) => format!("{version} (as of {at}, not the latest)"),
                None => version.to_string(),
            };
            said.push(Said::fact("Version", latest));
            said.push(Said::fact("Stored", both_bytes(full.raw.len())));
            if let Some(text) = full.text() {
                said.push(Said::fact("Decoded", both_bytes(text.len())));
            }
            let codec = full.codec().map_or("not recognised", |codec| codec.said());
            said.push(Said::fact("Codec", codec));
            if let Body::Undecodable(why) = &full.body {
                said.push(Said::fact("Fault", why.reason.to_string()));
                fault = Some(stored_place(why));
            }
            body = Some(Bytes::of(&full.raw));
        }
        Some(Stored::Tombstone { version }) => {
            said.push(Said::fact("Version", version.to_string()));
            said.push(Said::fact("Stored", "0 bytes: a tombstone"));
        }
        _ => said.push(Said::fact("Stored", facts(inspection, spelling))),
    }
    said.push(Said::fact(
        "State",
        inspection.diagnosis.said.spelled_out(spelling),
    ));
    said.push(Said::new(Ink::Plain, ""));
    if body.is_some() && secret {
        said.push(Said::new(Ink::Dim, HIDDEN));
        body = None;
    }
    Page::new(said, body, spelling).with_fault(fault)
}

/// The stored byte at which reading stopped. Four stored characters of Base64 write three bytes.
fn stored_place(why: &Undecodable) -> usize {
    match &why.reason {
        Reason::NotUtf8 { at } => *at,
        Reason::Base64NotUtf8 { at } => at / 3 * 4,
        Reason::Base64NotJson(fault) => fault.at / 3 * 4,
        Reason::Neither { json: fault, .. } | Reason::NotJson(fault) => fault.at,
    }
}
