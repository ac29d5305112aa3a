//! The only place that prints. Standard output is data; everything else goes to standard error.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::exit::{Fault, Stop};
use super::record::Object;
use super::text;
use crate::config::ColorMode;
use crate::domain::state::Role;
use crate::domain::text::Spelling;

/// How often a line about the progress is written where it cannot be overwritten.
const STEP: Duration = Duration::from_secs(5);
/// How often it is, where it can.
const FRAME: Duration = Duration::from_millis(100);
/// Bytes collected before they are written.
const BUFFER: usize = 1 << 16;

/// How to print.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that do not depend on each other"
)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Style {
    /// JSON Lines instead of text for people.
    pub(super) json: bool,
    /// Nothing on standard error but errors.
    pub(super) quiet: bool,
    /// ASCII marks.
    pub(super) ascii: bool,
    /// Escape sequences for colour.
    pub(super) color: bool,
}

impl Style {
    /// Which characters the program may add.
    pub(super) fn spelling(self) -> Spelling {
        Spelling::of(self.ascii)
    }
}

/// Where data goes.
#[derive(Clone, Copy)]
enum Goes {
    Out,
    /// To standard error, to be looked at.
    Beside,
}

/// Both streams.
pub(super) struct Output {
    pub(super) style: Style,
    out: BufWriter<Box<dyn Write>>,
    errors: Box<dyn Write>,
    /// Standard output is a terminal.
    pub(super) terminal: bool,
    /// Standard error is one.
    pub(super) errors_terminal: bool,
    progress: Option<Instant>,
    progress_shown: bool,
    step: Option<&'static str>,
    data: Goes,
}

impl Output {
    pub(super) fn new(style: Style) -> Self {
        Self {
            terminal: io::stdout().is_terminal(),
            errors_terminal: io::stderr().is_terminal(),
            ..Self::to(style, Box::new(io::stdout().lock()), Box::new(io::stderr()))
        }
    }

    /// Two streams that are no terminals.
    pub(super) fn to(style: Style, out: Box<dyn Write>, errors: Box<dyn Write>) -> Self {
        Self {
            style,
            out: BufWriter::with_capacity(BUFFER, out),
            errors,
            terminal: false,
            errors_terminal: false,
            progress: None,
            progress_shown: false,
            step: None,
            data: Goes::Out,
        }
    }

    /// Decides about colour, after the configuration has been read.
    pub(super) fn choose_color(&mut self, mode: ColorMode) {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        self.style.color = !self.style.json
            && match mode {
                ColorMode::Always => true,
                ColorMode::Never => false,
                ColorMode::Auto if set("NO_COLOR").is_some() => false,
                ColorMode::Auto => {
                    set("CLICOLOR_FORCE").is_some_and(|value| value != "0")
                        || self.terminal && set("TERM").is_none_or(|term| term != "dumb")
                }
            };
    }

    /// Data, as it is.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.clear_progress();
        let wrote = match self.data {
            Goes::Out => self.out.write_all(bytes),
            Goes::Beside => self.errors.write_all(bytes),
        };
        wrote.map_err(|error| Stop::of_write(&error))
    }

    /// A line of data.
    pub(super) fn line(&mut self, line: &str) -> Result<(), Stop> {
        self.bytes(line.as_bytes())?;
        self.bytes(b"\n")
    }

    /// A line of JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        self.clear_progress();
        let wrote = serde_json::to_writer(&mut self.out, value);
        wrote.map_err(|error| Stop::of_write(&error.into()))?;
        self.bytes(b"\n")
    }

    /// Lets everything printed so far be seen.
    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        self.clear_progress();
        self.out.flush().map_err(|error| Stop::of_write(&error))
    }

    /// Prints no more data: standard output can't be written.
    pub(super) fn give_up(&mut self) {
        let sink: Box<dyn Write> = Box::new(io::sink());
        let lost = std::mem::replace(&mut self.out, BufWriter::new(sink));
        // What is in it is not tried again.
        drop(lost.into_parts());
    }

    /// Lets what is printed be seen by the person who is asked, who is at standard error: as text,
    /// also where standard output is for a program.
    pub(super) fn beside<T>(&mut self, show: impl FnOnce(&mut Self) -> T) -> T {
        let json = std::mem::replace(&mut self.style.json, false);
        if json {
            self.data = Goes::Beside;
        }
        let shown = show(self);
        (self.style.json, self.data) = (json, Goes::Out);
        shown
    }

    /// Something worth knowing that is not data.
    pub(super) fn note(&mut self, said: &str) {
        if !self.style.quiet {
            self.say(said);
        }
    }

    /// How far a long command is; the next one takes its place.
    pub(super) fn progress(&mut self, said: impl FnOnce() -> String) {
        let pause = if self.errors_terminal { FRAME } else { STEP };
        let now = Instant::now();
        let last = *self.progress.get_or_insert(now);
        let first_on_terminal = self.errors_terminal && last == now;
        if self.style.quiet || now.duration_since(last) < pause && !first_on_terminal {
            return;
        }
        self.progress = Some(now);
        if self.errors_terminal {
            self.progress_shown = true;
            let said = format!("\r\x1b[K{}", self.style.spelling().clean(&said()));
            self.tell(&said);
        } else {
            self.say(&said());
        }
    }

    /// A step of a write. Waiting in one is told like progress, so that a pipe is not flooded.
    pub(super) fn step(&mut self, step: &'static str, said: &str) {
        if self.step != Some(step) {
            self.step = Some(step);
            self.progress = None;
            let said = self.style.spelling().clean(said).into_owned();
            self.note(&said);
            return;
        }
        self.progress(|| said.to_owned());
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.progress_shown) {
            self.tell("\r\x1b[K");
        }
    }

    /// An error, for people or as one object.
    pub(super) fn fault(&mut self, fault: &Fault) {
        // What was found before the error comes first.
        let _ = self.flush();
        if self.style.json {
            self.say(&fault_object(fault));
        } else {
            let red = self.style.color && self.errors_terminal;
            self.say(&fault_text(fault, red, self.style.spelling()));
        }
    }

    /// What is already fit to be shown, to standard error.
    pub(super) fn say(&mut self, said: &str) {
        self.clear_progress();
        self.tell(&format!("{}\n", said.trim_end()));
    }

    /// A question to a person, who answers on the same line.
    pub(super) fn prompt(&mut self, said: &str) -> Result<(), Stop> {
        self.flush()?;
        let said = self.style.spelling().clean(said).into_owned();
        self.tell(&format!("{said} "));
        Ok(())
    }

    /// Where nobody hears it, there is nothing to be done.
    fn tell(&mut self, said: &str) {
        let _ = self.errors.write_all(said.as_bytes());
        let _ = self.errors.flush();
    }

    /// The text in the colour of a role.
    pub(super) fn paint(&self, role: Role, said: &str) -> String {
        let code = match role {
            Role::Ok => "32",
            Role::Warn => "33",
            Role::Bad => "31",
            Role::Info => "36",
            Role::Dim => "2",
            Role::Plain => return said.to_owned(),
        };
        if self.style.color {
            format!("\x1b[{code}m{said}\x1b[0m")
        } else {
            said.to_owned()
        }
    }
}

fn fault_object(fault: &Fault) -> String {
    let mut error = Object::default();
    error.put("kind", fault.kind);
    error.put("message", &fault.message);
    error.put("hint", &fault.hint.join("\n  "));
    if let Some((line, span)) = &fault.place {
        error.put("line", line);
        error.put("span", &[span.start, span.end]);
    }
    let mut object = Object::with_schema();
    object.put("error", &error);
    object.text()
}

fn fault_text(fault: &Fault, red: bool, spelling: Spelling) -> String {
    let word = if red { "\x1b[31merror\x1b[0m" } else { "error" };
    let message = if fault.long {
        text::visible_lines(&fault.message, spelling)
    } else {
        spelling.clean(&fault.message)
    };
    let mut said = format!("{word}: {message}");
    if let Some((line, span)) = &fault.place {
        let before = spelling.width(line.get(..span.start).unwrap_or_default());
        let meant = spelling.width(line.get(span.clone()).unwrap_or_default());
        let carets = "^".repeat(meant.max(1));
        // Writing to a String cannot fail.
        let _ = write!(
            said,
            "\n  {}\n  {:before$}{carets}",
            spelling.clean(line),
            ""
        );
    }
    for line in &fault.hint {
        let _ = write!(said, "\n  {}", spelling.clean(line));
    }
    said
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_looked_at_beside_data_for_programs_is_text_on_standard_error() {
        for json in [true, false] {
            let (data, errors) = (Sink::default(), Sink::default());
            let style = Style {
                json,
                ..Style::default()
            };
            let mut out = Output::to(style, Box::new(data.clone()), Box::new(errors.clone()));
            out.beside(|out| {
                assert!(!out.style.json);
                out.line("looked at").unwrap();
            });
            assert_eq!(out.style, style);
            out.line("data").unwrap();
            out.flush().unwrap();
            let (wanted, shown) = if json {
                ("data\n", "looked at\n")
            } else {
                ("looked at\ndata\n", "")
            };
            assert_eq!(data.0.borrow().as_slice(), wanted.as_bytes());
            assert_eq!(errors.0.borrow().as_slice(), shown.as_bytes());
        }
    }

    #[test]
    fn the_caret_stands_under_what_is_meant_also_behind_wide_text() {
        let fault = Fault::usage("no state is called \"driftd\"")
            .at("a:京\x1b is:driftd", 10..16)
            .hint("did you mean drifted?");
        let expected = "\
error: no state is called \"driftd\"
  a:京␛ is:driftd
           ^^^^^^
  did you mean drifted?";
        assert_eq!(fault_text(&fault, false, Spelling::Full), expected);
        let at_the_end = Fault::usage("x").at("a:", 2..2);
        assert_eq!(
            fault_text(&at_the_end, false, Spelling::Full),
            "error: x\n  a:\n    ^"
        );
    }

    #[test]
    fn a_line_break_in_what_is_named_breaks_no_line_of_an_error() {
        let key = "memcells:6\n9";
        let fault = Fault::usage(format!("there is no {key}"))
            .hint(format!("`dualscope put {key} FILE` writes a first one"))
            .and("nothing was written");
        let expected = "\
error: there is no memcells:6␊9
  `dualscope put memcells:6␊9 FILE` writes a first one
  nothing was written";
        assert_eq!(fault_text(&fault, false, Spelling::Full), expected);
        let long = Fault::usage("2 faults\n  a\n  b").long();
        assert_eq!(
            fault_text(&long, false, Spelling::Full),
            "error: 2 faults\n  a\n  b"
        );
    }

    #[test]
    fn an_error_for_programs_is_one_object_with_the_schema_first() {
        let fault = Fault::usage("what\nwhere").hint("next");
        assert_eq!(
            fault_object(&fault),
            r#"{"schema":1,"error":{"kind":"usage","message":"what\nwhere","hint":"next"}}"#
        );
    }
}
