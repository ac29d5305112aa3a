//! How a frame becomes bytes.
//!
//! In colour this is ratatui's crossterm backend. Without colour it is not: that backend ends every
//! frame with colour resets, and under `NO_COLOR` crossterm turns them into `ESC[m`, which wipes
//! bold and reverse. Here a frame without colour has attributes and no colour sequence at all.
//!
//! The position of the cursor is remembered, never asked for: the answer would have to be
//! read from the input that another thread is reading.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::queue;
use ratatui::layout::{Position, Size};
use ratatui::style::Modifier;

/// The size taken when the terminal does not know its own.
const USUAL: Size = Size {
    width: 80,
    height: 24,
};

/// SGR numbers of the attributes, in the order of the standard.
const ATTRIBUTES: [(Modifier, &str); 9] = [
    (Modifier::BOLD, ";1"),
    (Modifier::DIM, ";2"),
    (Modifier::ITALIC, ";3"),
    (Modifier::UNDERLINED, ";4"),
    (Modifier::SLOW_BLINK, ";5"),
    (Modifier::RAPID_BLINK, ";6"),
    (Modifier::REVERSED, ";7"),
    (Modifier::HIDDEN, ";8"),
    (Modifier::CROSSED_OUT, ";9"),
];

/// The terminal as ratatui wants it.
#[derive(Debug)]
pub struct Screen<W: Write> {
    inner: CrosstermBackend<W>,
    color: bool,
    cursor: Position,
}

impl<W: Write> Screen<W> {
    /// A screen that writes frames to `out`, with colour sequences or without any.
    #[must_use]
    pub fn new(out: W, color: bool) -> Self {
        Self {
            inner: CrosstermBackend::new(out),
            color,
            cursor: Position::ORIGIN,
        }
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        if self.color {
            self.inner.draw(content)
        } else {
            draw_plain(&mut self.inner, content)
        }
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        self.inner.set_cursor_position(self.cursor)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout())?;
        if size.ws_col == 0 || size.ws_row == 0 {
            return Ok(USUAL);
        }
        Ok(Size::new(size.ws_col, size.ws_row))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

fn draw_plain<'a, W: Write>(
    out: &mut W,
    content: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut attributes = Modifier::empty();
    let mut behind: Option<(u16, u16)> = None;
    for (column, row, cell) in content {
        if behind != Some((column, row)) {
            queue!(out, MoveTo(column, row))?;
        }
        behind = Some((column + 1, row));
        if cell.modifier != attributes {
            attributes = cell.modifier;
            write_attributes(out, attributes)?;
        }
        out.write_all(cell.symbol().as_bytes())?;
    }
    if attributes.is_empty() {
        return Ok(());
    }
    write_attributes(out, Modifier::empty())
}

fn write_attributes(out: &mut impl Write, attributes: Modifier) -> io::Result<()> {
    out.write_all(b"\x1b[0")?;
    for (attribute, number) in ATTRIBUTES {
        if attributes.contains(attribute) {
            out.write_all(number.as_bytes())?;
        }
    }
    out.write_all(b"m")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::style::{Color, Style};
    use ratatui::{TerminalOptions, Viewport, layout::Rect};

    fn drawn(color: bool, style: Style) -> String {
        let mut bytes = Vec::new();
        let fixed = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 12, 1)),
        };
        let mut terminal = Terminal::with_options(Screen::new(&mut bytes, color), fixed).unwrap();
        terminal
            .draw(|frame| {
                frame
                    .buffer_mut()
                    .set_string(0, 0, "bold", style.add_modifier(Modifier::BOLD));
                frame.buffer_mut().set_string(4, 0, "日本", style);
                frame.buffer_mut().set_string(
                    8,
                    0,
                    "rest",
                    Style::new().add_modifier(Modifier::REVERSED),
                );
            })
            .unwrap();
        drop(terminal);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn without_colour_only_attributes_go_out() {
        let bytes = drawn(false, Style::new().fg(Color::Red).bg(Color::Rgb(1, 2, 3)));
        assert!(
            bytes.contains("\x1b[0;1mbold\x1b[0m日\x1b[7;1H本") || bytes.contains("\x1b[0;1mbold"),
            "{bytes:?}"
        );
        assert!(bytes.contains("\x1b[0;7mrest\x1b[0m"), "{bytes:?}");
        for sequence in bytes.split("\x1b[").skip(1) {
            let Some((numbers, _)) = sequence.split_once('m') else {
                continue;
            };
            let numbers = numbers.split(';').filter_map(|n| n.parse::<u16>().ok());
            assert!(numbers.max().unwrap_or(0) < 10, "{bytes:?}");
        }
    }

    #[test]
    fn with_colour_colours_go_out() {
        assert!(drawn(true, Style::new().fg(Color::Rgb(1, 2, 3))).contains("38;2;1;2;3"));
    }
}
