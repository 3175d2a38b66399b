//! Times of day as `ps` writes them, in UTC.

/// A second of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Since the start of 1970.
    seconds: u64,
}

const DAY: u64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When a task started, on a machine that did so itself at a second; hundredths of seconds later.
pub(super) fn start_time(machine: u64, ticks: u64) -> Moment {
    Moment { seconds: machine.saturating_add(ticks / 100) }
}

impl Moment {
    /// Year, month from 0, day from 1.
    fn date(self) -> (u64, usize, u64) {
        let mut days = self.seconds / DAY;
        let mut year = 1970;
        let is_leap =
            |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = |year| if is_leap(year) { 366 } else { 365 };
        // Four centuries repeat.
        year += days / 146_097 * 400;
        days %= 146_097;
        while days >= length(year) {
            days -= length(year);
            year += 1;
        }
        let february = if is_leap(year) { 29 } else { 28 };
        let mut month = 0;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        (year, month, days + 1)
    }

    fn clock(self) -> (u64, u64, u64) {
        let second = self.seconds % DAY;
        (second / 3600, second / 60 % 60, second % 60)
    }

    /// `14:05` on the same day, else `Dec01`, in another year that.
    pub(super) fn hour_or_day(self, now: Self) -> String {
        let ((year, month, day), (hour, minute, _)) = (self.date(), self.clock());
        if self.seconds / DAY == now.seconds / DAY {
            format!("{hour:02}:{minute:02}")
        } else if year == now.date().0 {
            format!("{}{day:02}", MONTHS[month])
        } else {
            year.to_string()
        }
    }

    /// `14:05:09`, or `Dec 01` after more than a day.
    pub(super) fn second_or_day(self, now: Self) -> String {
        let (hour, minute, second) = self.clock();
        self.day_before(now).unwrap_or_else(|| format!("{hour:02}:{minute:02}:{second:02}"))
    }

    /// `14:05`, or `Dec 01` after more than a day.
    pub(super) fn minute_or_day(self, now: Self) -> String {
        let (hour, minute, _) = self.clock();
        self.day_before(now).unwrap_or_else(|| format!("{hour:02}:{minute:02}"))
    }

    fn day_before(self, now: Self) -> Option<String> {
        let (_, month, day) = self.date();
        (now.seconds.saturating_sub(self.seconds) > DAY).then(|| format!("{} {day:02}", MONTHS[month]))
    }

    /// `Tue Dec  1 14:05:09 2026`.
    pub(super) fn whole(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.clock());
        let weekday = usize::try_from(self.seconds / DAY % 7).map_or("", |index| WEEKDAYS[index]);
        format!("{weekday} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}", MONTHS[month])
    }
}

#[cfg(test)]
mod tests {
    use super::start_time;

    #[test]
    fn times_are_written_as_by_ps() {
        let start = start_time(1_796_096_189, 0);
        assert_eq!(start.whole(), "Tue Dec  1 03:36:29 2026");
        let later = |seconds: u64| start_time(1_796_096_189, seconds * 100);
        assert_eq!(start.hour_or_day(later(60)), "03:36");
        assert_eq!(start.second_or_day(later(60)), "03:36:29");
        assert_eq!(start.minute_or_day(later(60)), "03:36");
        assert_eq!(start.hour_or_day(later(90_000)), "Dec01");
        assert_eq!(start.second_or_day(later(90_000)), "Dec 01");
        assert_eq!(start.hour_or_day(later(86_400 * 40)), "2026");
        assert_eq!(start_time(951_782_400, 0).whole(), "Tue Feb 29 00:00:00 2000");
        assert_eq!(start_time(0, 0).whole(), "Thu Jan  1 00:00:00 1970");
    }
}
