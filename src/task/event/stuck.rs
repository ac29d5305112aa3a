//! A write that is meant by "the last one" and that can't be taken back as it stands. Facts and what
//! happened in words; which key or command helps is for each front end to say.

use crate::domain::Version;
use crate::domain::intent::Story;

/// The last write, where it is not one to take back.
#[derive(Clone, PartialEq, Debug)]
pub struct Stuck {
    /// The write, as the journal tells it.
    pub story: Story,
    /// How far it came.
    pub how: Halfway,
}

/// How far a write came that was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halfway {
    /// It is open: it can be brought to its end.
    Open,
    /// It was given up, and the value store holds its part.
    Value {
        /// Under this version.
        version: Option<Version>,
        /// Its part is a tombstone.
        tombstone: bool,
        /// The version that it replaced, where there was one.
        older: Option<Version>,
        /// Whether MongoDB holds its part too, where that is known.
        followed: Option<bool>,
    },
    /// It came to something, and somebody wrote again since.
    Overwritten,
}

impl Stuck {
    /// What became of the write: a sentence without its subject, its name and any value.
    #[must_use]
    pub fn said(&self) -> String {
        let ended = self.story.ended.as_ref();
        let stands = ended.map_or("it is still open", |(ending, _)| ending.row().said);
        let at = |version: Option<Version>| {
            version.map_or(String::new(), |version| format!(" at {version}"))
        };
        match &self.how {
            Halfway::Open => {
                let version = self.story.version.map_or(String::new(), |version| {
                    format!(", its value was seen at {version}")
                });
                format!("was not done in both stores, so it can't be taken back: {stands}{version}")
            }
            Halfway::Value {
                version,
                tombstone,
                followed,
                ..
            } => {
                let what = if *tombstone { "tombstone" } else { "value" };
                let stands = format!("its {what} stands in 0G{}", at(*version));
                match followed {
                    Some(false) => {
                        format!("was given up half done: {stands}, MongoDB does not hold its part")
                    }
                    Some(true) => {
                        format!(
                            "was given up, and is there all the same: {stands}, and MongoDB holds its part"
                        )
                    }
                    None => format!("was given up: {stands}, what MongoDB holds is not known"),
                }
            }
            Halfway::Overwritten => format!(
                "was not done in both stores, so it can't be taken back, and somebody wrote again since: {stands}"
            ),
        }
    }
}
