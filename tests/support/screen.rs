//! What a terminal shows and which of its modes are on, in forms that tests can compare.

use std::collections::BTreeSet;
use std::fmt::Write;

use portable_pty::MasterPty;
use vt100::{Callbacks, Cell, Color, MouseProtocolMode, Parser, Screen};

/// What the screen model does not keep: other modes, and answers to questions.
#[derive(Default)]
pub(crate) struct Extras {
    answers: Vec<u8>,
    private_modes: BTreeSet<u16>,
    keyboard_levels: u16,
    /// What was copied last, in Base64.
    pub(crate) clipboard: Vec<u8>,
}

impl Extras {
    pub(crate) fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }
}

impl Callbacks for Extras {
    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.clipboard = data.to_vec();
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let mut numbers = parameters
            .iter()
            .filter_map(|numbers| numbers.first().copied());
        match (first, last) {
            (Some(b'?'), 'h') => self.private_modes.extend(numbers),
            (Some(b'?'), 'l') => numbers.for_each(|mode| _ = self.private_modes.remove(&mode)),
            (Some(b'>'), 'u') => self.keyboard_levels += 1,
            (Some(b'<'), 'u') => {
                let popped = numbers.next().unwrap_or(1).max(1);
                self.keyboard_levels = self.keyboard_levels.saturating_sub(popped);
            }
            (None, 'n') => match numbers.next() {
                Some(5) => self.answers.extend(b"\x1b[0n"),
                Some(6) => {
                    let (row, column) = screen.cursor_position();
                    self.answers
                        .extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
                }
                _ => {}
            },
            (None, 'c') => self.answers.extend(b"\x1b[?62;22c"),
            _ => {}
        }
    }

    /// The colours of a dark terminal, for a program that asks.
    fn unhandled_osc(&mut self, _: &mut Screen, parameters: &[&[u8]]) {
        match parameters {
            [b"10", b"?"] => self.answers.extend(b"\x1b]10;rgb:cccc/cccc/cccc\x1b\\"),
            [b"11", b"?"] => self.answers.extend(b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
            _ => {}
        }
    }
}

/// Everything about a terminal that a program must leave as it found it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of a terminal"
)]
pub(crate) struct Modes {
    pub(crate) alternate_screen: bool,
    pub(crate) cursor_hidden: bool,
    pub(crate) mouse: bool,
    pub(crate) bracketed_paste: bool,
    /// The cursor and the number keys send other codes.
    pub(crate) application_keys: bool,
    /// Levels of the enhanced keyboard protocol that are open.
    pub(crate) keyboard_levels: u16,
    /// Other private modes that are on, by number (1004 is focus, 2026 synchronized drawing).
    pub(crate) private: BTreeSet<u16>,
    /// Lines are edited and echoed by the terminal; false in raw mode.
    pub(crate) line_by_line: bool,
    /// All flags of the line discipline.
    pub(crate) line_discipline: String,
}

impl Modes {
    pub(crate) fn of(parser: &Parser<Extras>, master: &dyn MasterPty) -> Self {
        let (screen, extras) = (parser.screen(), parser.callbacks());
        let line_discipline = format!("{:?}", master.get_termios());
        Self {
            alternate_screen: screen.alternate_screen(),
            cursor_hidden: screen.hide_cursor(),
            mouse: screen.mouse_protocol_mode() != MouseProtocolMode::None,
            bracketed_paste: screen.bracketed_paste(),
            application_keys: screen.application_keypad() || screen.application_cursor(),
            keyboard_levels: extras.keyboard_levels,
            private: extras.private_modes.clone(),
            line_by_line: ["ICANON", "ECHO"]
                .iter()
                .all(|flag| line_discipline.contains(flag)),
            line_discipline,
        }
    }
}

/// The text, without blanks at the ends of lines and empty lines at the end.
pub(crate) fn plain(screen: &Screen) -> String {
    let (_, columns) = screen.size();
    let rows: Vec<_> = screen
        .rows(0, columns)
        .map(|row| row.trim_end().to_owned())
        .collect();
    rows.join("\n").trim_end().to_owned()
}

/// One line for each run of cells that do not look ordinary: `row:columns style "text"`, counted
/// from 0, as in `3:0-11 bold fg=2 "Collections"`.
pub(crate) fn styled(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let mut lines = String::new();
    for row in 0..rows {
        let cells = (0..columns).filter_map(|at| Some((at, screen.cell(row, at)?)));
        let cells: Vec<_> = cells
            .filter(|(_, cell)| !cell.is_wide_continuation())
            .collect();
        for run in cells.chunk_by(|(_, one), (_, next)| style(one) == style(next)) {
            let (Some((start, cell)), Some((end, _))) = (run.first(), run.last()) else {
                continue;
            };
            let text: String = run.iter().map(|(_, cell)| glyph(cell)).collect();
            if !style(cell).is_empty() {
                let style = style(cell).join(" ");
                writeln!(lines, "{row}:{start}-{end} {style} {text:?}").unwrap();
            }
        }
    }
    lines
}

fn glyph(cell: &Cell) -> &str {
    if cell.has_contents() {
        cell.contents()
    } else {
        " "
    }
}

fn style(cell: &Cell) -> Vec<String> {
    let attributes = [
        ("bold", cell.bold()),
        ("dim", cell.dim()),
        ("italic", cell.italic()),
        ("underline", cell.underline()),
        ("inverse", cell.inverse()),
    ];
    let mut style: Vec<_> = attributes
        .iter()
        .filter(|(_, on)| *on)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    for (name, color) in [("fg", cell.fgcolor()), ("bg", cell.bgcolor())] {
        match color {
            Color::Default => {}
            Color::Idx(index) => style.push(format!("{name}={index}")),
            Color::Rgb(red, green, blue) => {
                style.push(format!("{name}=#{red:02x}{green:02x}{blue:02x}"));
            }
        }
    }
    style
}
