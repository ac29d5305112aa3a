//! What lies on top of the browser: menus, the task list, pages to read. Plain data, so that a
//! match says when a kind was forgotten.

use super::command::Context;
use super::edit::Edit;
use super::menu::{Menu, Purpose};
use super::page::Page;
use super::recovery::Recovery;
use super::review::Review;
use super::versions::Versions;
use super::versus::Versus;
use crate::domain::Key;

/// One layer above the browser.
#[derive(Debug)]
pub enum Layer {
    /// Something to choose from.
    Menu(Box<Menu>),
    /// The task list.
    Tasks,
    /// Something to read.
    Page(Page),
    /// A write that is to be decided about.
    Review(Box<Review>),
    /// A text being edited.
    Edit(Box<Edit>),
    /// A text that was overtaken by somebody else's.
    Versus(Box<Versus>),
    /// Unfinished writes and drafts.
    Recovery(Box<Recovery>),
    /// The versions of a value.
    Versions(Box<Versions>),
}

/// The kind of the topmost layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayerKind {
    /// No layer: the browser itself.
    Browse,
    /// A menu.
    Menu,
    /// The task list.
    Tasks,
    /// A page to read.
    Page,
    /// A write that is to be decided about.
    Review,
    /// The editor.
    Edit,
    /// A text that was overtaken by somebody else's.
    Versus,
    /// Unfinished writes and drafts.
    Recovery,
    /// The versions of a value.
    Versions,
}

impl Layer {
    /// Which keys apply.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Menu(menu) if menu.purpose == Purpose::Columns => Context::Columns,
            Self::Menu(_) => Context::Menu,
            Self::Tasks => Context::Tasks,
            Self::Page(_) => Context::Page,
            Self::Review(review) if review.name.is_some() => Context::Confirm,
            Self::Review(_) => Context::Review,
            Self::Edit(_) => Context::Edit,
            Self::Versus(_) => Context::Versus,
            Self::Recovery(_) => Context::Recovery,
            Self::Versions(_) => Context::Versions,
        }
    }

    /// Whether it fills the screen and is not about the selected document as it is now.
    #[must_use]
    pub fn covers(&self) -> bool {
        match self {
            Self::Tasks | Self::Page(_) | Self::Recovery(_) | Self::Versions(_) => true,
            Self::Menu(_) | Self::Review(_) | Self::Edit(_) | Self::Versus(_) => false,
        }
    }

    /// The document that it decides about.
    #[must_use]
    pub fn subject(&self) -> Option<&Key> {
        match self {
            Self::Review(review) => Some(&review.plan.key),
            Self::Edit(edit) => Some(&edit.key),
            Self::Versus(versus) => Some(versus.key()),
            Self::Versions(versions) => Some(&versions.key),
            Self::Menu(_) | Self::Tasks | Self::Page(_) | Self::Recovery(_) => None,
        }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> LayerKind {
        match self {
            Self::Menu(_) => LayerKind::Menu,
            Self::Tasks => LayerKind::Tasks,
            Self::Page(_) => LayerKind::Page,
            Self::Review(_) => LayerKind::Review,
            Self::Edit(_) => LayerKind::Edit,
            Self::Versus(_) => LayerKind::Versus,
            Self::Recovery(_) => LayerKind::Recovery,
            Self::Versions(_) => LayerKind::Versions,
        }
    }
}
