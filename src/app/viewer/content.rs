//! The kinds of content that a view can have, behind one set of operations.

use std::sync::Arc;

use crate::domain::Model;
use crate::domain::bson::{Bson, Document};
use crate::domain::document::Sight;
use crate::domain::ejson;
use crate::domain::full::{Body, Stored};
use crate::domain::text::Spelling;
use crate::task::event::Inspection;

use super::diff::{Diff, Difference};
use super::find::{Found, Pattern};
use super::line::{Hit, Hits, Line};
use super::page::Page;
use super::tree::Tree;
use super::{Copied, View, lite, words};

/// What a view is made of.
pub(super) struct Source<'a> {
    pub(super) inspection: &'a Inspection,
    pub(super) stream: Option<&'a str>,
    /// The model that hides fields, while values are to be masked.
    pub(super) secrets: Option<&'a Model>,
    pub(super) width: usize,
    pub(super) spelling: Spelling,
}

/// What a view shows.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A JSON value.
    Tree(Box<Tree>),
    /// The fields of a MongoDB document, and the document itself for what is copied.
    Fields(Box<Tree>, Arc<Document>),
    /// Sentences and bytes, with the key that they are about.
    Page(Box<Page>, String),
    /// The comparison.
    Diff(Box<Diff>),
}

impl Content {
    pub(super) fn of(view: View, source: &Source<'_>) -> Self {
        let mut content = match view {
            View::Full => full(source),
            View::Lite => fields(source),
            View::Diff => {
                let hidden = |name: &str| source.secrets.is_some_and(|model| model.hides(name));
                Self::Diff(Box::new(Diff::new(
                    source.inspection,
                    hidden,
                    source.spelling,
                )))
            }
            View::Raw => {
                let secret = source.secrets.is_some();
                let page = words::raw(source.inspection, source.stream, secret, source.spelling);
                self::page(page, source)
            }
        };
        content.resize(source.width);
        content
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.len(),
            Self::Page(page, _) => page.len(),
            Self::Diff(diff) => diff.len(),
        }
    }

    pub(super) fn line(&self, row: usize, hits: Hits<'_>) -> Line {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.line(row, hits),
            Self::Page(page, _) => page.line(row, hits),
            Self::Diff(diff) => diff.line(row, hits),
        }
    }

    /// Takes a width; where the row `row` stands then.
    pub(super) fn resize_at(&mut self, width: usize, row: usize) -> usize {
        let place = match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.offset_of_row(row),
            Self::Page(..) => row,
            Self::Diff(diff) => diff.item_of_row(row),
        };
        self.resize(width);
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.row_at(place),
            Self::Page(..) => place,
            Self::Diff(diff) => diff.row_of_item(place),
        }
    }

    fn resize(&mut self, width: usize) {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.resize(width),
            Self::Page(page, _) => page.resize(width),
            Self::Diff(diff) => diff.resize(width),
        }
    }

    pub(super) fn fold(&mut self, row: usize) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.fold(row),
            Self::Page(..) => row,
            Self::Diff(diff) => diff.set_open(row, Some(false)),
        }
    }

    pub(super) fn unfold(&mut self, row: usize) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.unfold(row),
            Self::Page(..) => row,
            Self::Diff(diff) => diff.set_open(row, Some(true)),
        }
    }

    pub(super) fn toggle(&mut self, row: usize) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.toggle(row),
            Self::Page(..) => row,
            Self::Diff(diff) => diff.set_open(row, None),
        }
    }

    pub(super) fn toggle_all(&mut self, row: usize) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.toggle_all(row),
            Self::Page(..) => row,
            Self::Diff(diff) => diff.toggle_all(row),
        }
    }

    pub(super) fn search(&self, pattern: &Pattern) -> Found {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.search(pattern),
            Self::Page(page, _) => page.search(pattern),
            Self::Diff(diff) => diff.search(pattern),
        }
    }

    /// The row of a match as things are folded now; later matches never stand higher.
    pub(super) fn row_of_hit(&self, hit: Hit) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.row_at(hit.start),
            Self::Page(page, _) => page.row_of_hit(hit),
            Self::Diff(diff) => diff.row_of_hit(hit),
        }
    }

    /// Unfolds what hides a match; its row.
    pub(super) fn reveal(&mut self, hit: Hit) -> usize {
        match self {
            Self::Tree(tree) | Self::Fields(tree, _) => tree.reveal(hit),
            Self::Page(page, _) => page.row_of_hit(hit),
            Self::Diff(diff) => diff.reveal(hit),
        }
    }

    /// The row of the place where the value could not be read.
    pub(super) fn fault_row(&self) -> Option<usize> {
        match self {
            Self::Page(page, _) => page.fault_row(),
            _ => None,
        }
    }

    /// The row to begin at.
    pub(super) fn first_row(&self) -> usize {
        match self {
            Self::Diff(diff) => diff.first_difference(),
            _ => 0,
        }
    }

    /// The last row of what the row is a part of.
    pub(super) fn last_row_of(&self, row: usize) -> usize {
        match self {
            Self::Diff(diff) => diff.last_row_of(row),
            _ => row,
        }
    }

    /// Whether anything can be folded or unfolded.
    pub(super) fn folds(&self) -> bool {
        match self {
            Self::Tree(_) | Self::Fields(..) => true,
            Self::Page(..) => false,
            Self::Diff(diff) => diff.folds(),
        }
    }

    /// The row of the next or the previous field that differs, around the end, and which of how
    /// many it is.
    pub(super) fn difference(&self, row: Option<usize>, forward: bool) -> Option<Difference> {
        match self {
            Self::Diff(diff) => diff.difference(row, forward),
            _ => None,
        }
    }

    /// Keeps what was folded in an older content of the same view; where `row` stands now.
    pub(super) fn keep(&mut self, old: &mut Self, row: usize) -> usize {
        match (&mut *self, &mut *old) {
            (Self::Tree(new), Self::Tree(old)) | (Self::Fields(new, _), Self::Fields(old, _)) => {
                let node = new.keep(old, old.node(row));
                if new.is_same(old) {
                    row
                } else {
                    new.row_of(node)
                }
            }
            (Self::Diff(new), Self::Diff(old)) => new.keep(old, row),
            _ => row,
        }
    }

    pub(super) fn path(&self, row: usize) -> Option<String> {
        let path = match self {
            Self::Tree(tree) => tree.pointer(tree.node(row)),
            Self::Fields(tree, _) => lite::dotted(&tree.steps(tree.node(row))),
            Self::Page(..) => return None,
            Self::Diff(diff) => diff.copy(row)?.0,
        };
        (!path.is_empty()).then_some(path)
    }

    pub(super) fn copy_value(&self, row: usize) -> Option<Copied> {
        let text = match self {
            Self::Tree(tree) => tree.value(tree.node(row))?,
            Self::Fields(tree, fields) => {
                let node = tree.node(row);
                tree.value(node)?;
                match lite::value(fields, &tree.steps(node))? {
                    Bson::String(text) => text.clone(),
                    value => ejson::relaxed(value),
                }
            }
            Self::Page(page, key) => return Some(page.bytes()?.copied(key)),
            Self::Diff(diff) => diff.copy(row)?.1,
        };
        let what = match (self, self.path(row)) {
            (Self::Diff(_), Some(path)) => format!("comparison of {path}"),
            (Self::Diff(_), None) => "finding".to_owned(),
            (_, Some(path)) => format!("value of {path}"),
            (_, None) => "whole value".to_owned(),
        };
        Some(Copied { what, text })
    }

    pub(super) fn copy_path(&self, row: usize) -> Option<Copied> {
        if let Self::Page(_, key) = self {
            let (what, text) = ("key".to_owned(), key.clone());
            return Some(Copied { what, text });
        }
        let (what, text) = ("path".to_owned(), self.path(row)?);
        Some(Copied { what, text })
    }
}

fn page(page: Page, source: &Source<'_>) -> Content {
    Content::Page(Box::new(page), source.inspection.document.key.to_string())
}

fn full(source: &Source<'_>) -> Content {
    if let Some(Stored::Value { full, .. }) = source.inspection.document.stored.seen()
        && let Body::Json { json, .. } = &full.body
    {
        let mut tree = Tree::new(Arc::clone(json), source.width, source.spelling);
        if let Some(secrets) = source.secrets {
            tree.mask(|name| !secrets.hides(name));
        }
        return Content::Tree(Box::new(tree));
    }
    let words = words::full(source.inspection, source.secrets.is_some(), source.spelling);
    page(
        words.unwrap_or_else(|| Page::new(Vec::new(), None, source.spelling)),
        source,
    )
}

fn fields(source: &Source<'_>) -> Content {
    if let Sight::Seen(Some(half)) = &source.inspection.document.lite
        && let Some(mut tree) = lite::tree(&half.fields, source.width, source.spelling)
    {
        if let Some(secrets) = source.secrets {
            tree.mask(|name| !secrets.hides(name));
        }
        return Content::Fields(Box::new(tree), Arc::new(half.fields.clone()));
    }
    page(words::lite(source.inspection, source.spelling), source)
}
