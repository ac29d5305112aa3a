//! Numbers as people read them: sizes, counts, distances in time.
//!
//! The one place that says how many digits a number has and which unit; ASCII but for
//! the sign of an estimate.

use std::time::Duration;

use super::query::Count;
use super::text::Spelling;

/// A number with a space between groups of three digits: `1 284`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A count with how exact it is: `1 204`, `≈1 204`, `≥ 1 204`.
#[must_use]
pub fn count(count: Count, spelling: Spelling) -> String {
    match count {
        Count::Exact(count) => grouped(count),
        Count::AtLeast(count) => format!("{} {}", spelling.pick("≥", ">="), grouped(count)),
        Count::Estimate(count) => format!("{}{}", about(spelling), grouped(count)),
    }
}

/// In front of a number that is an estimate.
#[must_use]
pub fn about(spelling: Spelling) -> &'static str {
    spelling.pick("≈", "ca ")
}

/// A size to the byte: `1 byte`, `23 412 bytes`.
#[must_use]
pub fn exact_bytes(size: usize) -> String {
    match size {
        1 => "1 byte".to_owned(),
        _ => format!("{} bytes", grouped(size as u64)),
    }
}

/// A size to the byte, and in short where that is shorter: `23 412 bytes (23.4 kB)`.
#[must_use]
pub fn both_bytes(size: usize) -> String {
    match size {
        0..1000 => exact_bytes(size),
        _ => format!("{} ({})", exact_bytes(size), bytes(size as u64)),
    }
}

/// A size in three digits, powers of 1000: `812 B`, `23.4 kB`, `2.1 MB`.
#[must_use]
pub fn bytes(size: u64) -> String {
    scaled(size, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// A count that may be rough: `1 204`, from ten thousand on `12 k`, `3.4 M`.
#[must_use]
pub fn rough(count: u64) -> String {
    if count < 10_000 {
        return grouped(count);
    }
    scaled(count, &["", "k", "M", "G", "T", "P", "E"])
}

/// Three digits and a unit; integers throughout, so nothing is lost on large numbers.
fn scaled(number: u64, units: &[&str]) -> String {
    if number < 1000 {
        return format!("{number} {}", units[0]).trim_end().to_owned();
    }
    let mut unit = 1;
    let mut one: u64 = 1000;
    // 999.5 k is 1.0 M already
    while unit + 1 < units.len() && number >= one.saturating_mul(1000) - one / 2 {
        unit += 1;
        one = one.saturating_mul(1000);
    }
    let tenths = (u128::from(number) * 10 + u128::from(one) / 2) / u128::from(one);
    if tenths < 1000 {
        format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
    } else {
        let whole = (u128::from(number) + u128::from(one) / 2) / u128::from(one);
        format!("{whole} {}", units[unit])
    }
}

/// How long something took: `0.4 ms`, `9 ms`, `1.2 s`, `3 min`, `5 h`, `12 d`.
#[must_use]
pub fn took(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..950 => format!("0.{} ms", (micros + 50) / 100),
        950..999_500 => format!("{} ms", (micros + 500) / 1000),
        _ => long(time),
    }
}

/// A distance between two instants: `412 ms`, `4.2 s`, `3 min`, `5 h`, `12 d`.
#[must_use]
pub fn span(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        _ => long(Duration::from_millis(ms)),
    }
}

/// How long ago something was: as [`took`], but nothing below tenths of a second.
#[must_use]
pub fn age(time: Duration) -> String {
    if time < Duration::from_millis(50) {
        "now".to_owned()
    } else {
        long(time)
    }
}

fn long(time: Duration) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    let seconds = time.as_secs();
    match seconds {
        0..60 if tenths < 600 => format!("{}.{} s", tenths / 10, tenths % 10),
        0..3600 => format!("{} min", (seconds / 60).max(1)),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// That rows are passed over since they hold text in a field that is compared with dates, and how they
/// are listed; `None` where there are none.
#[must_use]
pub fn texts_said(path: &str, count: Count, lister: &str) -> Option<String> {
    let rows = match count {
        Count::Exact(0) => return None,
        Count::AtLeast(0) => {
            return Some(format!(
                "can't tell whether rows hold text in {path}, which no date matches"
            ));
        }
        Count::Exact(1) => "1 row holds".to_owned(),
        Count::Exact(n) => format!("{n} rows hold"),
        Count::AtLeast(n) | Count::Estimate(n) => format!("at least {n} rows hold"),
    };
    Some(format!(
        "{rows} text in {path}, which no date matches: {lister} lists them"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1284, "1 284")]
    #[case(u64::MAX, "18 446 744 073 709 551 615")]
    fn digits_come_in_groups(#[case] number: u64, #[case] shown: &str) {
        assert_eq!(grouped(number), shown);
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(812, "812 B")]
    #[case(1000, "1.0 kB")]
    #[case(23_412, "23.4 kB")]
    #[case(999_499, "999 kB")]
    #[case(999_500, "1.0 MB")]
    #[case(2_097_152, "2.1 MB")]
    #[case(u64::MAX, "18.4 EB")]
    fn sizes_have_three_digits(#[case] size: u64, #[case] shown: &str) {
        assert_eq!(bytes(size), shown);
    }

    #[test]
    fn a_rough_count_is_exact_while_it_is_small() {
        assert_eq!(rough(1204), "1 204");
        assert_eq!(rough(12_345), "12.3 k");
        assert_eq!(rough(3_400_000), "3.4 M");
    }

    #[rstest]
    #[case(400, "0.4 ms")]
    #[case(960, "1 ms")]
    #[case(9_400, "9 ms")]
    #[case(999_600, "1.0 s")]
    #[case(4_200_000, "4.2 s")]
    #[case(59_970_000, "1 min")]
    #[case(200_000_000, "3 min")]
    #[case(7_300_000_000, "2 h")]
    #[case(1_036_800_000_000, "12 d")]
    fn times_have_the_unit_that_fits(#[case] micros: u64, #[case] shown: &str) {
        assert_eq!(took(Duration::from_micros(micros)), shown);
    }

    #[test]
    fn distances_are_short() {
        let said: Vec<_> = [412, 4_209, 59_999, 61_000, 7_200_000, 200_000_000]
            .map(span)
            .into();
        assert_eq!(said, ["412 ms", "4.2 s", "1 min", "1 min", "2 h", "2 d"]);
    }

    #[test]
    fn an_age_below_a_tenth_is_now() {
        assert_eq!(age(Duration::from_millis(20)), "now");
        assert_eq!(age(Duration::from_millis(4200)), "4.2 s");
    }
}
