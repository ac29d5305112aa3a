//! The views of a document and their tabs.

/// One way to look at a document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum View {
    /// The decoded value as a tree.
    #[default]
    Full,
    /// The MongoDB document with its types.
    Lite,
    /// Both, field by field.
    Diff,
    /// The stored bytes.
    Raw,
}

impl View {
    /// Every view, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Full, Self::Lite, Self::Diff, Self::Raw];

    /// The tab: its name, marked where it is the `present` one.
    #[must_use]
    pub fn tab(self, present: Self) -> String {
        if self == present {
            format!("[{}]", self.name())
        } else {
            format!(" {} ", self.name())
        }
    }

    /// The view whose tab is in a column, where the tabs end before column `end`.
    #[must_use]
    pub fn at(column: u16, end: u16) -> Option<Self> {
        let mut right = usize::from(end);
        let left = Self::ALL.iter().rev().map(|view| {
            right = right.saturating_sub(view.tab(*view).len());
            (right, *view)
        });
        let before = usize::from(column);
        let found = left
            .filter(|_| column < end)
            .find(|(left, _)| *left <= before);
        found.map(|(_, view)| view)
    }

    /// The name on the tab.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "Full",
            Self::Lite => "Lite",
            Self::Diff => "Diff",
            Self::Raw => "Raw",
        }
    }
}
