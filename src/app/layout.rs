//! Where everything stands: a pure function of the screen's size and what is open, used by
//! `update` (page sizes, mouse) and by the picture.

use ratatui::layout::Rect;

/// Smallest screen that can be used.
pub const SMALLEST: (u16, u16) = (40, 10);
/// Columns from which three panes stand side by side.
const WIDE: u16 = 100;

/// The three panes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Pane {
    /// The collections.
    Collections,
    /// The documents of one collection.
    #[default]
    List,
    /// One document.
    Document,
}

/// What the layout depends on besides the size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shape {
    /// The pane that has the keys.
    pub focus: Pane,
    /// The document fills the middle.
    pub zoomed: bool,
    /// Rows that the line to type in needs (0 when nothing is typed).
    pub prompt: u16,
}

/// Rectangles of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// Too small for anything but one sentence.
    pub too_small: bool,
    /// One row at the top.
    pub header: Rect,
    /// The collections with their border, if they are visible.
    pub collections: Option<Rect>,
    /// The list with its border, if it is visible.
    pub list: Option<Rect>,
    /// The document with its border, if it is visible.
    pub document: Option<Rect>,
    /// The line that says the state in words; messages take its place.
    pub state: Rect,
    /// The line to type in, above the footer.
    pub prompt: Option<Rect>,
    /// One row at the bottom.
    pub footer: Rect,
    /// What layers on top may use.
    pub layer: Rect,
}

/// The layout of a screen of some columns and rows.
#[must_use]
pub fn layout((columns, rows): (u16, u16), shape: Shape) -> Layout {
    let screen = Rect::new(0, 0, columns, rows);
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        return Layout {
            too_small: true,
            layer: screen,
            ..Layout::default()
        };
    }
    let prompt = shape.prompt.min(rows - 7);
    let header = Rect {
        height: 1,
        ..screen
    };
    let footer = Rect {
        y: rows - 1,
        height: 1,
        ..screen
    };
    let state = Rect {
        y: rows - 2 - prompt,
        height: 1,
        ..screen
    };
    let middle = Rect {
        y: 1,
        height: rows - 3 - prompt,
        ..screen
    };
    let mut layout = Layout {
        header,
        footer,
        state,
        prompt: (prompt > 0).then_some(Rect {
            y: rows - 1 - prompt,
            height: prompt,
            ..screen
        }),
        layer: middle,
        ..Layout::default()
    };
    if shape.zoomed {
        layout.document = Some(middle);
    } else if columns >= WIDE {
        wide(&mut layout, middle);
    } else {
        narrow(&mut layout, middle, shape.focus);
    }
    layout
}

fn wide(layout: &mut Layout, middle: Rect) {
    let left = (middle.width / 5).clamp(22, 35);
    let right = (middle.width - left) * 2 / 5;
    let centre = middle.width - left - right;
    layout.collections = Some(Rect {
        width: left,
        ..middle
    });
    layout.list = Some(Rect {
        x: left,
        width: centre,
        ..middle
    });
    layout.document = Some(Rect {
        x: left + centre,
        width: right,
        ..middle
    });
}

fn narrow(layout: &mut Layout, middle: Rect, focus: Pane) {
    // The pane that has the keys gets the larger half.
    let list = match focus {
        Pane::Document => middle.height * 2 / 5,
        Pane::Collections | Pane::List => middle.height.div_ceil(2),
    };
    layout.list = Some(Rect {
        height: list,
        ..middle
    });
    layout.document = Some(Rect {
        y: middle.y + list,
        height: middle.height - list,
        ..middle
    });
    if focus == Pane::Collections {
        layout.collections = Some(Rect {
            width: (middle.width / 2).max(30),
            ..middle
        });
    }
}

/// The inside of a bordered pane.
#[must_use]
pub fn inside(pane: Rect) -> Rect {
    Rect {
        x: pane.x + 1,
        y: pane.y + 1,
        width: pane.width.saturating_sub(2),
        height: pane.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_stands_outside_and_panes_do_not_overlap_when_wide(
            columns in 0..400u16, rows in 0..200u16, prompt in 0..12u16, zoomed: bool, focus in 0..3u8,
        ) {
            let focus = [Pane::Collections, Pane::List, Pane::Document][usize::from(focus)];
            let screen = Rect::new(0, 0, columns, rows);
            let layout = layout((columns, rows), Shape { focus, zoomed, prompt });
            let all = [Some(layout.header), layout.collections, layout.list, layout.document,
                       Some(layout.state), layout.prompt, Some(layout.footer)];
            for rect in all.into_iter().flatten() {
                prop_assert_eq!(rect.intersection(screen), rect);
            }
            if !layout.too_small {
                let mut cells = 0;
                let side_by_side = columns >= WIDE || focus != Pane::Collections;
                for rect in all.into_iter().flatten() {
                    cells += rect.area();
                }
                if side_by_side {
                    prop_assert_eq!(cells, screen.area());
                }
            }
        }
    }

    #[test]
    fn a_wide_screen_has_room_for_the_longest_name_of_a_collection_and_its_size() {
        let wide = layout((200, 50), Shape::default()).collections.unwrap();
        let needed = "group_core_profile_memory".len() + " ≈9.9k".chars().count() + 4;
        assert!(usize::from(wide.width) >= needed, "{}", wide.width);
        let narrow = layout((120, 40), Shape::default()).collections.unwrap();
        assert_eq!(narrow.width, 24);
    }

    #[test]
    fn the_smallest_screen_shows_all_that_is_needed() {
        let layout = layout(SMALLEST, Shape::default());
        assert!(!layout.too_small);
        assert!(layout.list.is_some_and(|list| list.height >= 3));
        assert!(layout.document.is_some_and(|document| document.height >= 3));
    }
}
