//! What a person would see of a [`Driver`].

use dualscope::domain::text::Spelling;
use dualscope::ui::theme::Theme;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::driver::Driver;

impl Driver {
    pub(crate) fn buffer(&self) -> Buffer {
        let (columns, rows) = self.app.size();
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let theme = Theme::default();
        terminal
            .draw(|frame| dualscope::ui::view(&self.app, &theme, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        lines(&self.buffer()).join("\n")
    }

    pub(crate) fn sees(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    #[track_caller]
    pub(crate) fn must_see(&self, text: &str) {
        assert!(self.sees(text), "{text:?} is not on\n{}", self.screen());
    }

    /// The style of the first place where a text stands.
    pub(crate) fn styled(&self, text: &str) -> Style {
        let buffer = self.buffer();
        let lines = lines(&buffer);
        let row = lines.iter().position(|line| line.contains(text)).unwrap();
        let before = &lines[row][..lines[row].find(text).unwrap()];
        let column = Spelling::Full.width(before);
        buffer[(u16::try_from(column).unwrap(), u16::try_from(row).unwrap())].style()
    }
}

/// The rows of a buffer as text, without blanks at their ends.
pub(crate) fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let line = |y| {
        let (mut text, mut x) = (String::new(), 0);
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(Spelling::Full.width(symbol).max(1)).unwrap();
        }
        text.trim_end().to_owned()
    };
    (0..area.height).map(line).collect()
}
