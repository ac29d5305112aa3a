//! Whose rows these are: from a new question until its answer, the rows of the one before stay on the
//! screen, and are told as such.

use super::List;
use crate::domain::query::Count;
use crate::domain::{Sort, filter};

/// A filter and an order.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// The filter line as typed.
    pub filter_text: String,
    /// The filter line as understood.
    pub line: filter::Line,
    /// The order.
    pub sort: Sort,
}

impl List {
    /// What is asked now.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            filter_text: self.filter_text.clone(),
            line: self.line.clone(),
            sort: self.sort.clone(),
        }
    }

    /// Asks something else; what has been read stays what it is, the answer to what was asked before.
    pub fn ask(&mut self, question: Question) {
        let before = self.question();
        if self.answered.is_none() && self.loaded {
            self.answered = Some(before);
        }
        // Turned back before anything came.
        self.answered.take_if(|answered| *answered == question);
        (self.filter_text, self.line) = (question.filter_text, question.line);
        self.sort = question.sort;
    }

    /// The filter line of the rows on the screen.
    #[must_use]
    pub fn shown_filter(&self) -> &str {
        let old = self.answered.as_ref().map(|old| &old.filter_text);
        old.unwrap_or(&self.filter_text)
    }

    /// The order of the rows on the screen.
    #[must_use]
    pub fn shown_sort(&self) -> &Sort {
        self.answered.as_ref().map_or(&self.sort, |old| &old.sort)
    }

    /// The exact count of the rows on the screen, where one was asked for.
    #[must_use]
    pub fn shown_count(&self) -> Option<Count> {
        self.count.filter(|_| self.answered.is_none())
    }
}
