//! Finding text in what is loaded: rows of the list, the document, a page. Says which match of how many
//! it is, and when the search goes on at the other end.

use super::App;
use super::layout::Pane;
use super::notice::Level;
use super::prompts::Purpose;

impl App {
    pub(super) fn find(&mut self, purpose: Purpose, text: &str) {
        let search = (!text.is_empty()).then(|| text.to_owned());
        let before = self.list.window.cursor();
        let found = match purpose {
            Purpose::FindInDocument if text.is_empty() => {
                self.viewer.clear_find();
                true
            }
            Purpose::FindInDocument => self.viewer.find(text).total > 0,
            Purpose::FindInPage => self.find_in_page(search.clone()),
            _ => {
                self.list.search.clone_from(&search);
                search.is_none() || self.list.is_match_selected() || self.list.find(true)
            }
        };
        match purpose {
            _ if !found => {
                let place = match purpose {
                    Purpose::FindInPage => "on this page",
                    Purpose::FindInDocument => "in this view of the document",
                    _ => "in the loaded rows",
                };
                self.say(Level::Info, format!("{text:?} does not occur {place}"));
            }
            Purpose::FindInDocument => self.say_match(""),
            Purpose::FindInList => {
                let wrapped = self.list.window.cursor() < before;
                self.say_row(if wrapped { FROM_TOP } else { "" });
            }
            _ => {}
        }
        self.selection_moved_if_list();
    }

    /// Which of how many matches the cursor of the document is on.
    fn say_match(&mut self, turned: &str) {
        if let Some(found) = self.viewer.find_state().filter(|found| found.total > 0) {
            self.say(Level::Info, format!("match {found}{turned}"));
        }
    }

    /// The same for the list.
    fn say_row(&mut self, turned: &str) {
        if let Some((at, all)) = self.list.match_number() {
            let said = format!("match {at} of {all} in the loaded rows{turned}");
            self.say(Level::Info, said);
        }
    }

    fn selection_moved_if_list(&mut self) {
        if self.focus == Pane::List && self.layers.is_empty() {
            self.selection_moved();
        }
    }

    pub(super) fn find_again(&mut self, forward: bool) {
        if self.focus == Pane::Document {
            let before = self.viewer.find_state().and_then(|found| found.at);
            let found = self.viewer.find_next(forward);
            match found.total {
                0 => self.say(Level::Info, "no match in this view of the document"),
                _ => self.say_match(turned(forward, before, found.at)),
            }
        } else {
            let before = self.list.window.cursor();
            if self.list.find(forward) {
                let here = self.list.window.cursor();
                self.say_row(turned(forward, Some(before), Some(here)));
            } else {
                self.say(Level::Info, "no match in the loaded rows");
            }
        }
        self.selection_moved_if_list();
    }
}

const FROM_TOP: &str = "; on from the top";
const FROM_END: &str = "; on from the end";

/// What to say when a step from one place to the next has gone around.
fn turned(forward: bool, before: Option<usize>, here: Option<usize>) -> &'static str {
    match (before, here) {
        (Some(before), Some(here)) if forward && here <= before => FROM_TOP,
        (Some(before), Some(here)) if !forward && here >= before => FROM_END,
        _ => "",
    }
}
