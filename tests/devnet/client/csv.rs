//! How a Go `StringSlice` flag reads its argument: as one record of comma-separated values.

/// The fields, or the fault in Go's words. Only the first record counts.
pub(crate) fn fields(argument: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    if argument.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Lines::of(argument);
    let mut line = loop {
        match lines.next() {
            None => return Err("EOF".to_owned()),
            Some(line) if line == b"\n" => {}
            Some(line) => break line,
        }
    };
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let (field, more) = if line.get(at) == Some(&b'"') {
            quoted(&mut lines, &mut line, &mut at)?
        } else {
            plain(&lines, &line, &mut at)?
        };
        fields.push(field);
        if !more {
            return Ok(fields);
        }
    }
}

fn plain(lines: &Lines<'_>, line: &[u8], at: &mut usize) -> Result<(Vec<u8>, bool), String> {
    let rest = &line[*at..];
    let comma = rest.iter().position(|byte| *byte == b',');
    let field = match comma {
        Some(end) => &rest[..end],
        None => rest.strip_suffix(b"\n").unwrap_or(rest),
    };
    if let Some(quote) = field.iter().position(|byte| *byte == b'"') {
        let number = lines.number;
        let column = *at + quote + 1;
        return Err(format!(
            "parse error on line {number}, column {column}: bare \" in non-quoted-field"
        ));
    }
    let field = field.to_vec();
    *at += field.len() + 1;
    Ok((field, comma.is_some()))
}

fn quoted(
    lines: &mut Lines<'_>,
    line: &mut Vec<u8>,
    at: &mut usize,
) -> Result<(Vec<u8>, bool), String> {
    let start = lines.number;
    let mut field = Vec::new();
    *at += 1;
    loop {
        let rest = &line[*at..];
        let Some(quote) = rest.iter().position(|byte| *byte == b'"') else {
            field.extend_from_slice(rest);
            let end = line.len();
            match lines.next() {
                Some(next) => {
                    *line = next;
                    *at = 0;
                }
                None => return Err(unclosed((start, lines.number), end + 1)),
            }
            continue;
        };
        field.extend_from_slice(&rest[..quote]);
        match rest.get(quote + 1) {
            Some(b'"') => {
                field.push(b'"');
                *at += quote + 2;
            }
            Some(b',') => {
                *at += quote + 2;
                return Ok((field, true));
            }
            None | Some(b'\n') => return Ok((field, false)),
            Some(_) => return Err(unclosed((start, lines.number), *at + quote + 1)),
        }
    }
}

fn unclosed((start, number): (usize, usize), column: usize) -> String {
    let place = if start == number {
        format!("parse error on line {number}, column {column}")
    } else {
        format!("record on line {start}; parse error on line {number}, column {column}")
    };
    format!("{place}: extraneous or missing \" in quoted-field")
}

/// Lines with their ends, of which CR LF has become LF and a CR before the end of input nothing.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, number: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = self
            .rest
            .split_at(end.map_or(self.rest.len(), |end| end + 1));
        self.rest = rest;
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let mut text = text.strip_suffix(b"\r").unwrap_or(text).to_vec();
        if end.is_some() {
            text.push(b'\n');
        }
        Some(text)
    }
}
