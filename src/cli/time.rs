//! The clock, and times and durations as a person reads them.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

const SECONDS_OF_A_DAY: u64 = 86_400;

/// Gives a moment to measure from.
#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// Gives the time in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
pub fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Writes seconds since 1970 as a date and a time of day to the minute, in UTC.
pub fn to_the_minute(seconds: f64) -> String {
    let (date, rest) = date(seconds);
    format!("{date} {:02}:{:02} UTC", rest / 3600, rest % 3600 / 60)
}

/// Splits seconds since 1970 into the date and the seconds of that day.
///
/// # Source
/// H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
fn date(seconds: f64) -> (String, u64) {
    let seconds = seconds.max(0.0) as u64;
    let (days, rest) = (seconds / SECONDS_OF_A_DAY, seconds % SECONDS_OF_A_DAY);
    // Days since 0000-03-01, whose years end with February and its leap day.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (format!("{year:04}-{month:02}-{day:02}"), rest)
}

/// Writes a duration as a person says it: `0.3 s`, `42 s`, `3 min 05 s`, `2 h 10 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_days_and_the_ends_of_years_are_where_they_belong() {
        let dates = [
            (0.0, "1970-01-01 00:00 UTC"),
            (951_782_399.9, "2000-02-28 23:59 UTC"),
            (951_782_400.0, "2000-02-29 00:00 UTC"),
            (4_107_542_399.0, "2100-02-28 23:59 UTC"),
            (4_107_542_400.0, "2100-03-01 00:00 UTC"),
            (1_767_225_599.0, "2025-12-31 23:59 UTC"),
        ];
        for (seconds, date) in dates {
            assert_eq!(to_the_minute(seconds), date);
        }
    }

    #[test]
    fn durations_read_as_a_person_says_them() {
        let printed = [0.04, 9.96, 42.4, 185.0, 7800.0].map(duration);
        assert_eq!(printed, ["0.0 s", "10 s", "42 s", "3 min 05 s", "2 h 10 min"]);
    }
}
