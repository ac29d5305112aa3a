//! Instants as the service writes them into full values: ISO 8601 text with microseconds and any
//! offset. MongoDB keeps the same instant floored to the millisecond.
//!
//! No clock here: "now" is always an argument.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// An instant read from text, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment {
    /// Microseconds since 1970 UTC, floored (also before 1970).
    pub micros: i64,
}

impl Moment {
    /// Milliseconds since 1970 UTC, floored the way the driver floors.
    #[must_use]
    pub fn ms(self) -> i64 {
        self.micros.div_euclid(1000)
    }
}

/// Reads ISO 8601 text: date and time with an offset, with `Z`, or with neither (then UTC, as
/// nested values of the service can be). `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    let micros = at.as_nanosecond().div_euclid(1000);
    Some(Moment {
        micros: i64::try_from(micros).ok()?,
    })
}

/// The instant as ISO 8601 text in UTC with `Z`, milliseconds only when there are some; `None`
/// outside the years 1970–9999.
#[must_use]
pub fn iso(ms: i64) -> Option<String> {
    let at = Timestamp::from_millisecond(ms).ok().filter(|_| ms >= 0)?;
    let form = if ms % 1000 == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%.3fZ"
    };
    Some(at.strftime(form).to_string())
}

/// The instant as the service writes it (microseconds left out when zero), with the offset that
/// `like` ends with: `Z`, `+08:00`, or nothing; `+00:00` when `like` is no date.
#[must_use]
pub fn iso_micros(micros: i64, like: &str) -> String {
    let offset = if parse(like).is_some() {
        offset_of(like)
    } else {
        "+00:00"
    };
    let seconds = offset_seconds(offset).unwrap_or(0);
    let local = Timestamp::from_microsecond(micros.saturating_add(seconds * 1_000_000));
    let form = if micros.rem_euclid(1_000_000) == 0 {
        "%Y-%m-%dT%H:%M:%S"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f"
    };
    let local = local.unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{}{offset}", local.strftime(form))
}

/// What stands behind the time of day.
fn offset_of(text: &str) -> &str {
    let text = text.trim();
    let time = text.find(['T', 't', ' ']).map_or(text.len(), |at| at + 1);
    let behind = text[time..].find(['Z', 'z', '+', '-']);
    behind.map_or("", |at| &text[time + at..])
}

fn offset_seconds(offset: &str) -> Option<i64> {
    let sign = match offset.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return Some(0),
    };
    let parts = offset[1..].split(':').map(str::parse::<i64>);
    let [hours, minutes, seconds] = match parts.collect::<Result<Vec<_>, _>>().ok()?[..] {
        [h] => [h, 0, 0],
        [h, m] => [h, m, 0],
        [h, m, s] => [h, m, s],
        _ => return None,
    };
    Some(sign * (hours * 3600 + minutes * 60 + seconds))
}

/// The time of day in UTC with its milliseconds, `14:00:01.002`; `?` outside of the calendar.
#[must_use]
pub fn clock(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(
        |_| "?".to_owned(),
        |at| at.strftime("%H:%M:%S%.3f").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_one_instant_is_that_instant() {
        for text in [
            "2026-01-20T14:13:08.412907+00:00",
            "2026-01-20T14:13:08.412907Z",
            "2026-01-20T14:13:08.412907",
            "2026-01-20 14:13:08.412907",
            "2026-01-20T22:13:08.412907+08:00",
            "2026-01-20T08:43:08.412907-05:30",
        ] {
            let moment = parse(text).unwrap();
            assert_eq!(moment.micros, 1_768_918_388_412_907, "{text}");
            assert_eq!(moment.ms(), 1_768_918_388_412, "{text}");
        }
        // A local mean time offset with seconds, as Python prints it.
        let lmt = parse("1900-01-01T00:00:00+08:05:43").unwrap();
        assert_eq!(lmt, parse("1899-12-31T15:54:17Z").unwrap());
    }

    #[test]
    fn an_instant_before_1970_is_floored_not_cut() {
        assert_eq!(parse("1969-12-31T23:59:59.999999Z").unwrap().ms(), -1);
        assert_eq!(parse("1969-12-31T23:59:59.9985Z").unwrap().ms(), -2);
        assert_eq!(parse("1969-12-31T23:59:59.999Z").unwrap().ms(), -1);
    }

    #[test]
    fn text_that_is_no_instant_is_none() {
        for text in ["", "soon", "14:13", "2026-13-01T00:00:00Z", "1768918388412"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn iso_text_reads_back_and_has_limits() {
        assert_eq!(iso(0).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_768_918_388_412).unwrap(), "2026-01-20T14:13:08.412Z");
        assert_eq!(iso(-1), None);
        assert_eq!(iso(253_402_300_800_000), None);
    }

    #[test]
    fn a_new_instant_is_spelt_like_the_old_one() {
        let at = 1_768_918_388_412_907;
        for (like, text) in [
            (
                "2025-01-01T00:00:00+00:00",
                "2026-01-20T14:13:08.412907+00:00",
            ),
            (
                "2025-01-01T00:00:00.5+08:00",
                "2026-01-20T22:13:08.412907+08:00",
            ),
            (
                "2025-01-01T00:00:00-05:30",
                "2026-01-20T08:43:08.412907-05:30",
            ),
            ("2025-01-01T00:00:00Z", "2026-01-20T14:13:08.412907Z"),
            ("2025-01-01T00:00:00", "2026-01-20T14:13:08.412907"),
            ("soon", "2026-01-20T14:13:08.412907+00:00"),
        ] {
            assert_eq!(iso_micros(at, like), text, "{like}");
            assert_eq!(parse(text).unwrap().micros, at, "{text}");
        }
        assert_eq!(iso_micros(0, ""), "1970-01-01T00:00:00+00:00");
    }
}
