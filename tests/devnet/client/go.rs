//! Texts as Go writes them: quoted strings, durations, JSON.

use std::fmt::Write as _;
use std::time::Duration;

/// `%q`.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| quote_char(&mut out, c));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

fn quote_char(out: &mut String, c: char) {
    let short = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        ' '..='~' => return out.push(c),
        _ => "",
    };
    let code = u32::from(c);
    let _ = match code {
        _ if !short.is_empty() => write!(out, "{short}"),
        0..0x80 => write!(out, "\\x{code:02x}"),
        _ if printable(c) => write!(out, "{c}"),
        0x80..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Behind another character, where a mark that combines is printed as it is.
fn printable(c: char) -> bool {
    format!("a{c}").escape_debug().count() == 2
}

/// `time.Duration`.
pub(crate) fn duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let part = |unit: u128, name: &str| {
        let (whole, rest) = (nanos / unit, nanos % unit);
        let width = unit.ilog10() as usize;
        let fraction = format!("{rest:0width$}");
        match fraction.trim_end_matches('0') {
            "" => format!("{whole}{name}"),
            digits => format!("{whole}.{digits}{name}"),
        }
    };
    match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => part(1_000, "µs"),
        1_000_000..1_000_000_000 => part(1_000_000, "ms"),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = part(1_000_000_000, "s");
            if minutes == 0 {
                return seconds;
            }
            let rest = duration
                .saturating_sub(Duration::from_secs(60) * u32::try_from(minutes).unwrap_or(0));
            let rest = if rest < Duration::from_secs(1) && !rest.is_zero() {
                format!(
                    "0{}s",
                    format!("{:.9}", rest.as_secs_f64())
                        .trim_start_matches('0')
                        .trim_end_matches('0')
                )
            } else {
                self::duration(rest)
            };
            match minutes / 60 {
                0 => format!("{minutes}m{rest}"),
                hours => format!("{hours}h{}m{rest}", minutes % 60),
            }
        }
    }
}

/// A string of `encoding/json`: fit for HTML, broken UTF-8 replaced.
pub(crate) fn json(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let _ = match c {
                '"' | '\\' => write!(out, "\\{c}"),
                '\n' => write!(out, "\\n"),
                '\r' => write!(out, "\\r"),
                '\t' => write!(out, "\\t"),
                '\u{8}' => write!(out, "\\b"),
                '\u{c}' => write!(out, "\\f"),
                '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    write!(out, "\\u{:04x}", u32::from(c))
                }
                _ => write!(out, "{c}"),
            };
        }
        chunk.invalid().iter().for_each(|_| out.push_str("\\ufffd"));
    }
    out.push('"');
    out
}
