//! Values of flags as Go reads them, with its words for what it cannot read.

use std::time::Duration;

use super::go::quote;

fn fault(function: &str, text: &[u8], why: &str) -> String {
    format!("strconv.{function}: parsing {}: {why}", quote(text))
}

/// A number whose prefix says its base, up to `max`.
fn digits(text: &[u8], max: u64) -> Result<u64, &'static str> {
    const SYNTAX: &str = "invalid syntax";
    let text = std::str::from_utf8(text).ok().ok_or(SYNTAX)?;
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    let grouped = digits.split('_').all(|group| !group.is_empty());
    let digits = if grouped {
        digits.replace('_', "")
    } else {
        String::new()
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(SYNTAX);
    }
    let value = u64::from_str_radix(&digits, radix).ok();
    value
        .filter(|value| *value <= max)
        .ok_or("value out of range")
}

/// `ParseUint`.
pub(crate) fn unsigned(text: &[u8]) -> Result<u64, String> {
    digits(text, u64::MAX).map_err(|why| fault("ParseUint", text, why))
}

/// `ParseInt`.
pub(crate) fn signed(text: &[u8]) -> Result<i64, String> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let most = i64::MAX.unsigned_abs() + u64::from(negative);
    let value = digits(rest, most).map_err(|why| fault("ParseInt", text, why))?;
    let value = i128::from(value) * if negative { -1 } else { 1 };
    Ok(i64::try_from(value).expect("in range"))
}

/// `ParseBool`.
pub(crate) fn boolean(text: &[u8]) -> Result<bool, String> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(fault("ParseBool", text, "invalid syntax")),
    }
}

/// `ParseFloat`.
pub(crate) fn float(text: &[u8]) -> Result<f64, String> {
    let value = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok());
    value.ok_or_else(|| fault("ParseFloat", text, "invalid syntax"))
}

/// `time.ParseDuration`; what is negative is no time at all.
pub(crate) fn duration(text: &[u8]) -> Result<Duration, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let whole = std::str::from_utf8(text).ok().ok_or_else(invalid)?;
    let negative = whole.starts_with('-');
    let mut rest = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let end = end.unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok().ok_or_else(invalid)?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        let seconds = match unit {
            "" => return Err(format!("time: missing unit in duration {}", quote(text))),
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            unit => {
                let (unit, text) = (quote(unit.as_bytes()), quote(text));
                return Err(format!("time: unknown unit {unit} in duration {text}"));
            }
        };
        total += Duration::try_from_secs_f64(number * seconds)
            .ok()
            .ok_or_else(invalid)?;
    }
    Ok(if negative { Duration::ZERO } else { total })
}
