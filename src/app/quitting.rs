//! Leaving: at once when nothing is being written, else only as the person says.

use super::App;
use super::layer::Layer;
use super::menu::{Answer, Choice, Item};
use super::msg::Effect;
use super::notice::Level;
use crate::task::event::Failure;
use crate::task::spec::Lane;

impl App {
    /// How many writes have not ended.
    pub(super) fn writes_running(&self) -> usize {
        self.tasks.open_in(Lane::Write)
    }

    pub(super) fn quit(&mut self) {
        let running = self.writes_running();
        if running == 0 {
            return self.out.push(Effect::Exit);
        }
        let answer = |label: &str, help: &str, answer| (label.to_owned(), help.to_owned(), answer);
        let answers = vec![
            answer("back", "stay here", Answer::Back),
            answer("wait", "leave when the writing has ended", Answer::Wait),
            answer(
                "leave now",
                if self.options.forgets {
                    "the step in hand ends first; the demo forgets what is left"
                } else {
                    "the step in hand ends first; the next start lists what is left"
                },
                Answer::LeaveNow,
            ),
        ];
        let writes = if running == 1 {
            "1 write"
        } else {
            "some writes"
        };
        self.ask(format!("{writes} under way"), answers);
    }

    pub(super) fn leave_after_writes(&mut self) {
        self.writes.leaving = true;
        self.say(
            Level::Info,
            "leaving when the writing has ended; q asks again",
        );
        self.leave_if_written();
    }

    /// Whether to leave during a write is no question any more when none is on its way.
    pub(super) fn drop_settled_question(&mut self) {
        if self.writes_running() > 0 {
            return;
        }
        self.layers.retain(|layer| match layer {
            Layer::Menu(menu) => {
                let asks = |item: &Item| item.choice == Choice::Answer(Answer::Wait);
                !menu.items().iter().any(asks)
            }
            _ => true,
        });
    }

    /// A write of which nothing came, not even an ending: why is not left unseen.
    pub(super) fn write_came_to_nothing(&mut self, failure: &Failure) {
        self.writes.leaving = false;
        self.say(Level::Error, failure.whole());
    }

    /// How the writes ended that were waited for in order to leave.
    #[must_use]
    pub fn parting(&self) -> &[String] {
        &self.writes.parting
    }

    /// The end that was waited for.
    pub(super) fn leave_if_written(&mut self) {
        if self.writes.leaving && self.writes_running() == 0 {
            self.writes.leaving = false;
            self.out.push(Effect::Exit);
        }
    }
}
