//! What the mouse means, when it is turned on: the same as some key.

use ratatui::layout::Rect;

use super::App;
use super::layer::Layer;
use super::layout::{Pane, inside};
use super::msg::Mouse;

impl App {
    pub(super) fn on_mouse(&mut self, mouse: Mouse) {
        let (column, row) = match mouse {
            Mouse::Click(c, r) | Mouse::DoubleClick(c, r) | Mouse::Scroll(c, r, _) => (c, r),
        };
        if let Some(layer) = self.layers.last_mut() {
            if let (Layer::Page(page), Mouse::Scroll(_, _, by)) = (layer, mouse) {
                page.scroll_by(i64::from(by) * 3, usize::from(self.layout.layer.height));
            }
            return;
        }
        let hit = |rect: Option<Rect>| {
            rect.filter(|rect| rect.contains((column, row).into()))
                .map(|rect| (rect, inside(rect)))
        };
        if let Some((_, area)) = hit(self.layout.collections) {
            self.mouse_on_collections(mouse, row.saturating_sub(area.y));
        } else if let Some((_, area)) = hit(self.layout.list) {
            self.mouse_on_list(mouse, i64::from(row) - i64::from(area.y) - 1);
        } else if let Some((_, area)) = hit(self.layout.document) {
            if let Mouse::Scroll(_, _, by) = mouse {
                self.viewer.scroll(i64::from(by) * 3);
            } else {
                self.focus_on(Pane::Document);
                self.viewer
                    .click(column.saturating_sub(area.x), row.saturating_sub(area.y));
            }
        }
    }

    fn mouse_on_collections(&mut self, mouse: Mouse, line: u16) {
        if let Mouse::Scroll(_, _, by) = mouse {
            self.collections.move_by(i64::from(by));
        } else {
            let line = self.collections.top() + usize::from(line);
            self.focus_on(Pane::Collections);
            if let Some(row) = self.collections.row_at(line) {
                self.collections.select(row);
            }
        }
        self.follow_due = Some(self.now.mono + self.options.preview_delay);
        if matches!(mouse, Mouse::DoubleClick(..)) {
            self.open_selected();
        }
    }

    fn mouse_on_list(&mut self, mouse: Mouse, line: i64) {
        if let Mouse::Scroll(_, _, by) = mouse {
            self.list.window.scroll_by(i64::from(by) * 3);
        } else {
            self.focus_on(Pane::List);
            if let Ok(line) = usize::try_from(line) {
                self.list
                    .window
                    .select(self.list.window.first_shown() + line);
            }
        }
        self.selection_moved();
        if matches!(mouse, Mouse::DoubleClick(..)) {
            self.open_selected();
        }
    }
}
