//! Points in time as people say them: "i dag 14.32", "i går 9.05", "3 mars", "3 March 2024".
//!
//! [`moment`] and [`date`] are for pages, which show Swedish time; [`moment_at`] is for a phone, which knows
//! its own distance to UTC. Times are seconds since 1970-01-01 UTC, given by the caller's clock.

use crate::{Language, Texts};
use jiff::{Timestamp, Zoned, tz::Offset, tz::TimeZone};

/// Stockholm's time, with summer time as it was or will be at that moment.
fn stockholm() -> TimeZone {
    const STOCKHOLM: TimeZone = jiff::tz::get!("Europe/Stockholm");
    STOCKHOLM
}

/// The time of day for today and yesterday, the date for the rest, in Swedish time.
#[must_use]
pub fn moment(language: Language, now: i64, then: i64) -> String {
    words(language, &at(now, stockholm()), &at(then, stockholm()))
}

/// Like [`moment`], at a fixed distance to UTC in seconds (east is positive).
#[must_use]
pub fn moment_at(language: Language, now: i64, then: i64, offset_seconds: i32) -> String {
    let zone = Offset::from_seconds(offset_seconds).unwrap_or(Offset::UTC).to_time_zone();
    words(language, &at(now, zone.clone()), &at(then, zone))
}

/// The date in Swedish time, with the year when it is not this year.
#[must_use]
pub fn date(language: Language, now: i64, then: i64) -> String {
    date_words(language, &at(now, stockholm()), &at(then, stockholm()))
}

/// A time outside what the calendar covers is a broken clock; the nearest that it covers is shown.
fn at(seconds: i64, zone: TimeZone) -> Zoned {
    let bounds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    let nearest = seconds.clamp(*bounds.start(), *bounds.end());
    Timestamp::from_second(nearest).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
}

fn words(language: Language, now: &Zoned, then: &Zoned) -> String {
    let texts = Texts::new(language);
    if then.date() == now.date() {
        texts.common_today(&time_of_day(language, then))
    } else if now.date().yesterday().is_ok_and(|yesterday| yesterday == then.date()) {
        texts.common_yesterday(&time_of_day(language, then))
    } else {
        date_words(language, now, then)
    }
}

fn time_of_day(language: Language, then: &Zoned) -> String {
    match language {
        Language::Sv => format!("{}.{:02}", then.hour(), then.minute()),
        Language::En => format!("{:02}:{:02}", then.hour(), then.minute()),
    }
}

fn date_words(language: Language, now: &Zoned, then: &Zoned) -> String {
    let month = month(language, then.month());
    if then.year() == now.year() {
        format!("{} {month}", then.day())
    } else {
        format!("{} {month} {}", then.day(), then.year())
    }
}

fn month(language: Language, number: i8) -> &'static str {
    const SWEDISH: [&str; 12] = [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names = match language {
        Language::Sv => SWEDISH,
        Language::En => ENGLISH,
    };
    usize::try_from(number - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-03 13:32 UTC, 14.32 in Stockholm.
    const NOW: i64 = 1_772_544_720;
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn today_has_a_time_and_other_days_a_date() {
        for (then, swedish, english) in [
            (NOW, "i dag 14.32", "today 14:32"),
            (NOW - 6 * HOUR, "i dag 8.32", "today 08:32"),
            (NOW - 15 * HOUR, "i går 23.32", "yesterday 23:32"),
            (NOW - 2 * DAY, "1 mars", "1 March"),
            (NOW + DAY, "4 mars", "4 March"),
            (NOW - 365 * DAY, "3 mars 2025", "3 March 2025"),
        ] {
            assert_eq!(moment(Language::Sv, NOW, then), swedish);
            assert_eq!(moment(Language::En, NOW, then), english);
        }
        assert_eq!(date(Language::Sv, NOW, NOW), "3 mars");
    }

    #[test]
    fn summer_time_counts() {
        // 2026-07-01 12:00 UTC
        assert_eq!(moment(Language::Sv, 1_782_907_200, 1_782_907_200), "i dag 14.00");
    }

    #[test]
    fn a_phone_elsewhere_sees_its_own_time() {
        assert_eq!(moment_at(Language::En, NOW, NOW, -5 * 3600), "today 08:32");
        assert_eq!(moment_at(Language::En, NOW, NOW, i32::MAX), "today 13:32");
    }

    #[test]
    fn a_broken_clock_stops_nothing() {
        for broken in [i64::MIN, i64::MAX] {
            assert!(!moment(Language::Sv, NOW, broken).is_empty());
            assert!(!moment(Language::Sv, broken, NOW).is_empty());
        }
    }
}
