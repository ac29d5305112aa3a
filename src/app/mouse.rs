//! What the mouse means, when it is turned on: the same as some key.

use ratatui::layout::Rect;

use super::App;
use super::command::Command;
use super::layer::Layer;
use super::layout::{Pane, inside};
use super::msg::Mouse;
use super::viewer::View;

impl App {
    pub(super) fn on_mouse(&mut self, mouse: Mouse) {
        let (column, row) = match mouse {
            Mouse::Click(c, r) | Mouse::DoubleClick(c, r) | Mouse::Scroll(c, r, _) => (c, r),
        };
        if self.prompt.is_some() {
            // What is typed belongs to the place where it was begun.
            return;
        }
        if !self.layers.is_empty() {
            return self.mouse_on_layer(mouse);
        }
        let hit = |rect: Option<Rect>| {
            rect.filter(|rect| rect.contains((column, row).into()))
                .map(|rect| (rect, inside(rect)))
        };
        if let Some((_, area)) = hit(self.layout.collections) {
            let line = row.checked_sub(area.y).filter(|line| *line < area.height);
            self.mouse_on_collections(mouse, line);
        } else if let Some((_, area)) = hit(self.layout.list) {
            self.mouse_on_list(mouse, i64::from(row) - i64::from(area.y) - 1);
        } else if let Some((pane, area)) = hit(self.layout.document) {
            let tab = View::at(column, area.right()).filter(|_| row + 1 == pane.bottom());
            if let (Some(view), Mouse::Click(..), true) =
                (tab, mouse, self.selected_key().is_some())
            {
                self.viewer.set_view(view);
            } else if let Mouse::Scroll(_, _, by) = mouse {
                self.viewer.scroll(i64::from(by) * 3);
            } else {
                self.focus_on(Pane::Document);
                self.viewer
                    .click(column.saturating_sub(area.x), row.saturating_sub(area.y));
            }
        }
    }

    fn mouse_on_layer(&mut self, mouse: Mouse) {
        let height = self.page_height();
        let (column, row, twice) = match (mouse, self.layers.last_mut()) {
            (Mouse::Scroll(_, _, by), Some(Layer::Page(page))) => {
                return page.scroll_by(i64::from(by) * 3, height);
            }
            (Mouse::Scroll(_, _, by), Some(Layer::Review(review))) => {
                return review.page.scroll_by(i64::from(by) * 3, height);
            }
            (Mouse::Scroll(_, _, by), Some(Layer::Versus(versus))) => {
                return versus.page.scroll_by(i64::from(by) * 3, height);
            }
            (Mouse::Scroll(_, _, by), Some(Layer::Edit(edit))) => {
                return edit.scroll(i64::from(by) * 3);
            }
            (Mouse::Click(column, row), Some(Layer::Edit(edit))) => {
                let area = inside(self.layout.layer);
                let cell = (column.saturating_sub(area.x), row.saturating_sub(area.y));
                return edit.click(cell);
            }
            (Mouse::Scroll(_, _, by), Some(Layer::Menu(menu))) => {
                return menu.move_by(i64::from(by));
            }
            (Mouse::Scroll(_, _, by), Some(Layer::Recovery(_) | Layer::Versions(_))) => {
                let command = if by > 0 { Command::Down } else { Command::Up };
                return self.run(command);
            }
            (Mouse::Scroll(_, _, by), _) => return self.tasks.move_by(i64::from(by)),
            (Mouse::Click(column, row), _) => (column, row, false),
            (Mouse::DoubleClick(column, row), _) => (column, row, true),
        };
        match self.layers.last_mut() {
            Some(Layer::Menu(menu)) => {
                let mut items = inside(menu.area(&self.layout));
                // The first line is the one to type in.
                (items.y, items.height) = (items.y + 1, items.height.saturating_sub(1));
                let at = menu.top(items.height) + usize::from(row.saturating_sub(items.y));
                if items.contains((column, row).into()) && at < menu.shown().len() {
                    menu.select(at);
                    if twice {
                        self.menu_command(Command::Accept);
                    }
                }
            }
            Some(Layer::Tasks) => {
                let area = inside(self.layout.layer);
                let line = row.saturating_sub(area.y);
                let rows = self.tasks.rows(area.height);
                let at = self.tasks.top(rows) + usize::from(line);
                let hit = area.contains((column, row).into()) && line < rows;
                if hit && self.tasks.select(at) && twice {
                    self.tasks.toggle_details();
                }
            }
            _ => {}
        }
    }

    /// `line` is `None` on the border.
    fn mouse_on_collections(&mut self, mouse: Mouse, line: Option<u16>) {
        if let Mouse::Scroll(_, _, by) = mouse {
            self.collections.move_by(i64::from(by));
        } else {
            self.focus_on(Pane::Collections);
            let line = line.map(|line| self.collections.top() + usize::from(line));
            let Some(row) = line.and_then(|line| self.collections.row_at(line)) else {
                return;
            };
            self.collections.select(row);
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
            let shown = self.list.window.shown();
            let at = usize::try_from(line).ok().map(|line| shown.start + line);
            // The border, the names of the columns, and the space below the last row.
            let Some(at) = at.filter(|at| shown.contains(at)) else {
                return;
            };
            self.list.window.select(at);
        }
        self.selection_moved();
        if matches!(mouse, Mouse::DoubleClick(..)) {
            self.open_selected();
        }
    }
}
