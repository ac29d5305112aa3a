//! The menu of columns: which are shown, in which order, and how wide. What is chosen shows at once
//! and is remembered for the collection.

use super::super::App;
use super::super::command::Command;
use super::super::layer::Layer;
use super::super::layout::inside;
use super::super::list::columns::{Choice, Column, stepped};
use super::super::menu::{self, Item, Purpose};
use super::super::msg::Effect;
use super::super::notice::Level;

impl App {
    pub(in crate::app) fn open_columns_menu(&mut self) {
        let mut fields = self.all_fields();
        // A path into a field is none of the fields, and stays what it is.
        for path in &self.list.columns {
            if !fields.iter().any(|(name, _)| name == path) {
                fields.push((path.clone(), "path".to_owned()));
            }
        }
        // Those shown first, in their order.
        let place = |name: &str| self.list.columns.iter().position(|c| c == name);
        fields.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
        let items = fields.into_iter().map(|(name, kind)| Item {
            help: kind,
            right: self.width_said(&name),
            off: (name == "_id").then(|| "every row begins with it".to_owned()),
            checked: Some(place(&name).is_some()),
            choice: menu::Choice::Column(name.clone()),
            label: name,
        });
        let items: Vec<Item> = items.collect();
        let first = items.iter().position(|item| item.off.is_none());
        self.open_menu(Purpose::Columns, items, first.unwrap_or(0));
    }

    /// The width that is chosen, and whether the column has no room now.
    fn width_said(&self, path: &str) -> String {
        let width = match self.list.set_widths.get(path) {
            _ if path == "_id" => return String::new(),
            Some(width) => format!("{width} cells"),
            None => "auto".to_owned(),
        };
        let room = self.layout.list.map_or(u16::MAX, |pane| inside(pane).width);
        let is_here = |column: &Column| column.path == path;
        let shown = self.list.widths.iter().any(is_here);
        if shown && !self.list.fitted(room).iter().any(is_here) {
            return format!("{width}, no room");
        }
        width
    }

    /// A command of this menu alone. Returns whether it was one.
    pub(super) fn columns_command(&mut self, command: Command) -> bool {
        let Some(Layer::Menu(menu)) = self.layers.last_mut() else {
            return false;
        };
        if menu.purpose != Purpose::Columns {
            return false;
        }
        let selected = menu.selected();
        let shown = selected.and_then(|item| item.checked) == Some(true);
        let said = match selected {
            Some(_) => "this field is not shown; enter shows it",
            None => "no field is selected: no name matches what is typed",
        };
        match command {
            Command::ResetColumns => {
                self.reset_columns();
                self.layers.pop();
                self.open_columns_menu();
            }
            Command::ColumnLeft
            | Command::ColumnRight
            | Command::ColumnNarrower
            | Command::ColumnWider
            | Command::ColumnAuto
                if !shown =>
            {
                self.say(Level::Info, said);
            }
            Command::ColumnLeft | Command::ColumnRight => {
                if menu.shift(command == Command::ColumnLeft) {
                    self.show_checked();
                }
            }
            Command::ColumnNarrower => self.set_width(Some(false)),
            Command::ColumnWider => self.set_width(Some(true)),
            Command::ColumnAuto => self.set_width(None),
            _ => return false,
        }
        true
    }

    /// Shows the checked fields of the menu, in its order.
    pub(super) fn show_checked(&mut self) {
        let Some(Layer::Menu(menu)) = self.layers.last() else {
            return;
        };
        let checked = menu.items().iter().filter(|i| i.checked == Some(true));
        let shown = checked.map(|item| item.label.clone()).collect();
        self.change_columns(|choice| choice.shown = Some(shown));
        self.say_widths();
    }

    /// One step from the width on the screen, or the measured width again.
    fn set_width(&mut self, wider: Option<bool>) {
        let Some(Layer::Menu(menu)) = self.layers.last() else {
            return;
        };
        let Some(Item {
            label, off: None, ..
        }) = menu.selected().cloned()
        else {
            return;
        };
        let width = self.layout.list.map_or(0, |pane| inside(pane).width);
        let fitted = self.list.fitted(width);
        let here = |column: &&Column| column.path == label;
        let now = fitted
            .iter()
            .find(here)
            .or(self.list.widths.iter().find(here));
        let now = now.map_or(0, |column| column.width);
        self.change_columns(|choice| match wider {
            Some(wider) => {
                choice.widths.insert(label, stepped(now, wider));
            }
            None => {
                choice.widths.remove(&label);
            }
        });
        self.say_widths();
    }

    /// Says the widths of the menu's items anew.
    pub(in crate::app) fn say_widths(&mut self) {
        let is_columns = |layer: &mut Layer| matches!(layer, Layer::Menu(menu) if menu.purpose == Purpose::Columns);
        let Some(Layer::Menu(mut menu)) = self.layers.pop_if(is_columns) else {
            return;
        };
        for item in menu.items_mut() {
            item.right = self.width_said(&item.label);
        }
        self.layers.push(Layer::Menu(menu));
    }

    /// What nobody has chosen: the configuration's columns, or the most telling ones.
    pub(in crate::app) fn reset_columns(&mut self) {
        self.change_columns(|choice| *choice = Choice::default());
        self.say(Level::Info, "the default columns and widths again");
    }

    fn change_columns(&mut self, change: impl FnOnce(&mut Choice)) {
        let Some(name) = self.list.collection.as_ref().map(ToString::to_string) else {
            return;
        };
        let mut choice = self.options.columns.remove(&name).unwrap_or_default();
        change(&mut choice);
        if choice != Choice::default() {
            self.options.columns.insert(name.clone(), choice.clone());
        }
        self.apply_columns();
        self.out.push(Effect::RememberColumns(name, choice));
    }

    /// Gives the open list the columns that hold for its collection.
    pub(in crate::app) fn apply_columns(&mut self) {
        let Some(name) = &self.list.collection else {
            return;
        };
        let choice = self.options.columns.get(name.as_str());
        let shown = choice.and_then(|choice| choice.shown.as_ref());
        let shown = shown.or_else(|| self.options.configured.get(name.as_str()));
        let was_chosen = std::mem::replace(&mut self.list.chosen, shown.is_some());
        // Those that the first rows gave stay while only widths change.
        if was_chosen || shown.is_some() {
            self.list.columns = shown.cloned().unwrap_or_default();
        }
        self.list.set_widths = choice.map(|c| c.widths.clone()).unwrap_or_default();
        self.list.measure();
    }
}
