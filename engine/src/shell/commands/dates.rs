//! Moments as dates and back, in the universal time of a machine without a time zone.

use crate::plan::reply::Time;

const DAY: i64 = 86_400;

/// The days from 1970 to a date of the Gregorian calendar; a year begins in March here, so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (years + era * 400 + i64::from(month <= 2), month, day)
}

/// `2001-02-03 04:05:06.000000000 +0000`.
pub(super) fn long(time: Time) -> String {
    let (year, month, day) = date(time.seconds.div_euclid(DAY));
    let seconds = time.seconds.rem_euclid(DAY);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let nanoseconds = time.nanoseconds;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{nanoseconds:09} +0000")
}

/// A date as `touch -d` reads it here: `2001-02-03`, `2001-02-03 04:05[:06]`, `@SECONDS`.
pub(super) fn parse(text: &str) -> Option<Time> {
    let at = |seconds| Some(Time { seconds, nanoseconds: 0 });
    if let Some(seconds) = text.strip_prefix('@') {
        return at(seconds.parse().ok()?);
    }
    let text = text.trim_end_matches('Z').trim_end_matches(" UTC");
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let clock: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match clock.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    at(moment([year, month, day, hour, minute, second])?)
}

/// `[[CC]YY]MMDDhhmm[.ss]`, as `touch -t` reads it.
pub(super) fn parse_stamp(text: &str) -> Option<Time> {
    let (digits, second) = text.split_once('.').unwrap_or((text, "0"));
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match digits.len() {
        12 => (digits[..4].to_owned(), &digits[4..]),
        10 => {
            let century = if digits[..2] < *"69" { "20" } else { "19" };
            (format!("{century}{}", &digits[..2]), &digits[2..])
        }
        _ => return None,
    };
    let seconds = moment([&year, &rest[..2], &rest[2..4], &rest[4..6], &rest[6..8], second])?;
    Some(Time { seconds, nanoseconds: 0 })
}

fn moment(words: [&str; 6]) -> Option<i64> {
    let mut numbers = [0_i64; 6];
    for (number, word) in numbers.iter_mut().zip(words) {
        *number = word.parse().ok().filter(|_| word.bytes().all(|byte| byte.is_ascii_digit()))?;
    }
    let [year, month, day, hour, minute, second] = numbers;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && year <= 9999;
    (fits && hour < 24 && minute < 60 && second <= 60)
        .then(|| days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::{long, parse, parse_stamp};

    // As date(1) prints them.
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2001-01-01 00:00:00", 978_307_200),
            ("2024-02-29 12:30", 1_709_209_800),
            ("1969-12-31T23:59:59Z", -1),
            ("@5", 5),
        ] {
            assert_eq!(parse(text).map(|time| time.seconds), Some(seconds), "{text}");
        }
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("2001-13-01"), None);
        let stamp = parse_stamp("200102030405.06").expect("it is one");
        assert_eq!(long(stamp), "2001-02-03 04:05:06.000000000 +0000");
        assert_eq!(
            parse_stamp("0102030405").map(long),
            Some("2001-02-03 04:05:00.000000000 +0000".to_owned())
        );
    }
}
