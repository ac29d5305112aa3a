//! A plan in words: both stores before and after, what stays different, and the steps.

use super::super::page::Line;
use super::super::session::Writing;
use crate::domain::Model;
use crate::domain::bson::date_text;
use crate::domain::edit::{Change, What, changes};
use crate::domain::full::Full;
use crate::domain::json::{Json, Kind};
use crate::domain::model::MASK;
use crate::domain::plan::{self, Action, Fence, LiteWrite, Plan, ValueWrite};
use crate::domain::state::Role;
use crate::domain::{Bson, Codec, Stored, ejson};
use crate::task::event::Inspection;

/// Most characters of a value of MongoDB.
const SHOWN: usize = 160;
/// Most changes that are listed one by one.
const CHANGES: usize = 400;

/// What the words are made from.
pub(super) struct Words<'a> {
    pub(super) plan: &'a Plan,
    pub(super) seen: &'a Inspection,
    pub(super) writing: &'a Writing,
    /// What is known of the collection.
    pub(super) model: Option<&'a Model>,
    /// Whether a field's values are kept from the screen.
    pub(super) hides: &'a dyn Fn(&str) -> bool,
    pub(super) ascii: bool,
    /// The key that makes the lite document again.
    pub(super) rebuilds: String,
    /// Microseconds since 1970.
    pub(super) now: i64,
}

impl Words<'_> {
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::heading("0G full")];
        self.value_side(&mut lines);
        lines.push(Line::heading("MongoDB lite"));
        self.lite_side(&mut lines);
        self.after(&mut lines);
        let doubts = plan::doubts(self.plan, self.model);
        for said in doubts.into_iter().chain(self.clock_behind()) {
            lines.push(Line::new("!", said, Some(Role::Warn)));
        }
        self.stays(&mut lines);
        lines.push(Line::default());
        let by = format!(
            "values are written by {}; encryption of the stream: {}",
            self.writing.by, self.writing.encryption
        );
        lines.push(Line::new("", by, Some(Role::Dim)));
        let steps = self.plan.steps();
        let steps: Vec<String> = (1..)
            .zip(steps)
            .map(|(number, step)| format!("{number} {}", step.said()))
            .collect();
        lines.push(Line::new("", format!("Steps: {}", steps.join("  ")), None));
        lines
    }

    /// That an edit is later than this machine's clock, where it is.
    fn clock_behind(&self) -> Option<String> {
        let stamps = self.plan.action == Action::Edit;
        stamps.then(|| plan::behind(&self.plan.before, self.now))?
    }

    fn arrow(&self) -> &'static str {
        if self.ascii { "->" } else { "→" }
    }

    fn value_side(&self, lines: &mut Vec<Line>) {
        let stored = self.plan.before.stored.as_ref();
        let Some(write) = &self.plan.value else {
            let stays = stored.and_then(Stored::version);
            let stays = stays.map_or(String::new(), |version| format!(", it stays {version}"));
            lines.push(Line::new(
                "",
                format!("not touched{stays}"),
                Some(Role::Dim),
            ));
            return;
        };
        let arrow = self.arrow();
        let (now, only) = match write.fence {
            Fence::Absent | Fence::Vouched => {
                ("no value".to_owned(), "only while there is none".to_owned())
            }
            Fence::At(version) => (version.to_string(), format!("only if still {version}")),
        };
        let what = if write.is_tombstone() {
            "tombstone"
        } else {
            "new version"
        };
        let before = self.plan.before.full().map_or(0, |full| full.raw.len());
        let sizes = format!(
            "{} {arrow} {} bytes",
            grouped(before),
            grouped(write.bytes.len())
        );
        lines.push(Line::new(
            "",
            format!("{now} {arrow} {what} ({only})    {sizes}"),
            None,
        ));
        if let Some(codec) = self.another_codec(write) {
            let said = format!("written as {}", codec.said());
            lines.push(Line::new("", said, Some(Role::Dim)));
        }
        if write.is_tombstone() {
            let said = "every reader finds no value any more; older versions stay in the history";
            lines.push(Line::new("-", said, Some(Role::Bad)));
            return;
        }
        self.changes(write, lines);
    }

    /// How the value is written down, where that is not how it was.
    fn another_codec(&self, write: &ValueWrite) -> Option<Codec> {
        let old = self.plan.before.full().and_then(Full::codec);
        let new = write.full().and_then(|full| full.codec());
        new.filter(|codec| Some(*codec) != old)
    }

    fn changes(&self, write: &ValueWrite, lines: &mut Vec<Line>) {
        let old = self.plan.before.full().and_then(Full::json);
        let full = write.full();
        let Some(new) = full.as_ref().and_then(Full::json) else {
            lines.push(Line::new("~", "bytes that are not JSON", Some(Role::Warn)));
            return;
        };
        let Some(old) = old else {
            return self.whole(new, lines);
        };
        let all = changes(old, new);
        change_lines(&all, self.hides, (self.arrow(), lines));
        if all.is_empty() {
            lines.push(Line::new("~", plan::unmoved(old, new), Some(Role::Warn)));
        }
    }

    /// Every member of a value that there is nothing to compare with.
    fn whole(&self, new: &Json, lines: &mut Vec<Line>) {
        let members = new.len(new.root());
        let said =
            format!("a whole value of {members} members; before it there was none to compare");
        lines.push(Line::new("+", said, Some(Role::Ok)));
        let Ok(empty) = Json::parse("{}".into()) else {
            return;
        };
        if new.kind(new.root()) == Kind::Object {
            change_lines(&changes(&empty, new), self.hides, (self.arrow(), lines));
        }
    }

    fn lite_side(&self, lines: &mut Vec<Line>) {
        let before = self.plan.before.lite.as_ref();
        let mut say =
            |sign: &str, text: String, role| lines.push(Line::new(sign, text, Some(role)));
        match &self.plan.lite {
            None if before.is_some() => say("", "not touched".to_owned(), Role::Dim),
            None => say(
                "",
                "not touched: it lists no document".to_owned(),
                Role::Dim,
            ),
            Some(LiteWrite::Remove) => {
                let count = before.map_or(0, |lite| lite.fields.0.len());
                let said = format!("the document goes, with its {count} fields");
                say("-", said, Role::Bad);
            }
            Some(LiteWrite::Insert(document)) => {
                for (name, value) in &document.0 {
                    say(
                        "+",
                        format!("{name}: {}", self.shown(name, value)),
                        Role::Ok,
                    );
                }
            }
            Some(LiteWrite::Update(fields)) => {
                for (name, new) in fields {
                    let old = before.and_then(|lite| lite.get(name));
                    let said = format!("{name}: {}", self.both(name, old, new.as_ref()));
                    say("~", said, Role::Warn);
                }
            }
        }
    }

    /// A field before and after; with the types where they are not the same.
    fn both(&self, name: &str, old: Option<&Bson>, new: Option<&Bson>) -> String {
        let typed = old.map(Bson::type_name) != new.map(Bson::type_name);
        let one = |value: Option<&Bson>| match value {
            None => "no field".to_owned(),
            Some(value) if typed && !value.is_null() => {
                format!("{} ({})", self.shown(name, value), value.type_name())
            }
            Some(value) => self.shown(name, value),
        };
        format!("{} {} {}", one(old), self.arrow(), one(new))
    }

    fn shown(&self, name: &str, value: &Bson) -> String {
        field_text(self.hides, name, value)
    }

    /// What each store holds after, where content leaves one, and what else comes of the write.
    fn after(&self, lines: &mut Vec<Line>) {
        let why = self.writing.forever(self.plan);
        let after = plan::afterwards(self.plan, why.as_deref());
        if !after.is_empty() {
            lines.push(Line::heading("Afterwards"));
        }
        lines.extend(after.into_iter().map(|said| Line::new("", said, None)));
        let comes = plan::consequences(self.plan, &self.seen.diagnosis);
        let comes = why.map(|why| plan::forever(&why)).into_iter().chain(comes);
        lines.extend(comes.map(|said| Line::new("!", said, Some(Role::Bad))));
    }

    /// Differences between the two halves that were there before and that nobody asked to settle.
    fn stays(&self, lines: &mut Vec<Line>) {
        if self.plan.action.row().heavy {
            return;
        }
        let listed = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        let fields = &self.seen.diagnosis.fields;
        let differ = listed(self.plan.remaining(fields, self.model)).map(|names| {
            format!("the two halves differ already in {names}; this write does not settle that")
        });
        let beyond = listed(self.plan.surplus(self.model)).map(|names| {
            format!(
                "MongoDB's document still holds fields of the full value ({names}); {} takes out what \
                 the value says too",
                self.rebuilds
            )
        });
        let said = differ.into_iter().chain(beyond);
        lines.extend(said.map(|said| Line::new("!", said, Some(Role::Warn))));
    }
}

/// The value of a field of MongoDB, masked where it is kept from the screen.
pub(in crate::app) fn field_text(hides: &dyn Fn(&str) -> bool, name: &str, value: &Bson) -> String {
    if hides(name) && !value.is_null() {
        return MASK.to_owned();
    }
    let text = match value {
        Bson::Date(ms) => date_text(*ms),
        Bson::ObjectId(_) => value.id_text(),
        _ => ejson::relaxed(value),
    };
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Changes of a text as lines.
pub(in crate::app) fn change_lines(
    changes: &[Change],
    hides: &dyn Fn(&str) -> bool,
    (arrow, lines): (&str, &mut Vec<Line>),
) {
    for change in changes.iter().take(CHANGES) {
        one_change(change, hides, (arrow, lines));
    }
    if changes.len() > CHANGES {
        let rest = format!("and {} more changes", changes.len() - CHANGES);
        lines.push(Line::new("~", rest, Some(Role::Warn)));
    }
}

fn one_change(
    change: &Change,
    hides: &dyn Fn(&str) -> bool,
    (arrow, lines): (&str, &mut Vec<Line>),
) {
    let at = &change.pointer;
    let first = at.trim_start_matches('/').split('/').next().unwrap_or("");
    let hidden = hides(first);
    let value = |text: &str| {
        if hidden {
            MASK.to_owned()
        } else {
            text.to_owned()
        }
    };
    let mut say = |sign: &str, text: String, role| lines.push(Line::new(sign, text, Some(role)));
    match &change.what {
        What::Added { new } => say("+", format!("{at}: {}", value(new)), Role::Ok),
        What::Removed { old } => say("-", format!("{at}: {}", value(old)), Role::Bad),
        What::Replaced { old, new } => {
            say("-", format!("{at}: {}", value(old)), Role::Bad);
            say("+", format!("{at}: {}", value(new)), Role::Ok);
        }
        What::Moved(stood) => say("~", format!("{at}: {}", stood.said(arrow)), Role::Warn),
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
