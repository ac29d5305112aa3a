//! Messages: one line at the bottom for a while, all of them kept for the log.

use std::collections::VecDeque;

use super::msg::Now;

/// How long a message stays on the screen, in milliseconds.
const SHOWN: u64 = 4_000;
/// Messages kept.
const KEPT: usize = 500;

/// How serious a message is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something is not as it should be.
    Warn,
    /// Something could not be done.
    Error,
}

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Milliseconds since 1970.
    pub at: i64,
    /// How serious.
    pub level: Level,
    /// One line.
    pub text: String,
    /// How often it came in a row.
    pub times: u32,
}

/// All messages of a session, within bounds.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    all: VecDeque<Notice>,
    shown_until: Option<u64>,
    /// The first message is the one on the screen, not the last.
    opening: bool,
    /// What is on the screen in their place and is not kept.
    passing: Option<Notice>,
}

impl Notices {
    /// Says what is to be known from the start; the first is shown.
    pub fn open_with(&mut self, now: Now, texts: Vec<String>) {
        let any = !texts.is_empty();
        for text in texts {
            self.say(now, Level::Info, text);
        }
        self.opening = any;
    }

    /// Says something.
    pub fn say(&mut self, now: Now, level: Level, text: impl Into<String>) {
        let text = text.into();
        (self.opening, self.passing) = (false, None);
        self.shown_until = Some(now.mono + SHOWN);
        if let Some(last) = self.all.back_mut()
            && last.text == text
        {
            last.times += 1;
            last.at = now.wall;
            return;
        }
        if self.all.len() == KEPT {
            self.all.pop_front();
        }
        self.all.push_back(Notice {
            at: now.wall,
            level,
            text,
            times: 1,
        });
    }

    /// Says something that is of use for this moment only: it is not kept.
    pub fn whisper(&mut self, now: Now, text: String) {
        self.shown_until = Some(now.mono + SHOWN);
        self.passing = Some(Notice {
            at: now.wall,
            level: Level::Info,
            text,
            times: 1,
        });
    }

    /// The message on the screen, if one is.
    #[must_use]
    pub fn shown(&self) -> Option<&Notice> {
        self.shown_until?;
        if self.passing.is_some() {
            self.passing.as_ref()
        } else if self.opening {
            self.all.front()
        } else {
            self.all.back()
        }
    }

    /// Every message kept, oldest first.
    #[must_use]
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.all.iter()
    }

    /// When the message on the screen goes.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        self.shown_until
    }

    /// Takes the message from the screen when its time is over. Returns whether it went.
    pub fn expire(&mut self, now: Now) -> bool {
        let over = self.shown_until.is_some_and(|until| until <= now.mono);
        if over {
            self.dismiss();
        }
        over
    }

    /// Takes the message from the screen now.
    pub fn dismiss(&mut self) {
        (self.shown_until, self.passing) = (None, None);
    }
}
