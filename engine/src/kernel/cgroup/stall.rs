//! Averages of waiting, as kernel/sched/psi.c keeps them: in 2-second periods, exponentially weighted.
//!
//! All is in whole numbers, as in the kernel: times in nanoseconds, averages in percent with eleven bits behind the
//! point.

use serde::Serialize;

/// PSI_FREQ: a period, in nanoseconds.
const PERIOD: u64 = 2_000_000_000;
const MS: u64 = 1_000_000;

/// FSHIFT and FIXED_1 of kernel/sched/loadavg.h.
const SHIFT: u32 = 11;
const FIXED_1: u64 = 1 << SHIFT;

/// EXP_10s, EXP_60s and EXP_300s: what is left of an average after a period.
const WEIGHTS: [u64; 3] = [1677, 1981, 2034];

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Io,
    Memory,
    Cpu,
}

/// How much of a stretch of time somebody waited, and all of those that were not idle did: in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) some: u64,
    pub(super) full: u64,
}

/// One line of a pressure file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Line {
    /// Waited in all.
    total: u64,
    /// What of it is in the averages.
    counted: u64,
    averages: [u64; 3],
}

impl Line {
    /// calc_avgs() at the end of a period.
    fn average(&mut self) {
        let sample = (self.total - self.counted).min(PERIOD);
        self.counted = self.total;
        let active = (sample * 100 / PERIOD) * FIXED_1;
        for (average, weight) in self.averages.iter_mut().zip(WEIGHTS) {
            // calc_load() of include/linux/sched/loadavg.h.
            let sum = *average * weight + active * (FIXED_1 - weight);
            *average = if active >= *average { sum + FIXED_1 - 1 } else { sum } / FIXED_1;
        }
    }

    fn is_at_rest(&self) -> bool {
        self.total == self.counted && self.averages == [0; 3]
    }

    /// psi_show().
    fn show(&self, word: &str) -> String {
        let [ten, sixty, three_hundred] = self
            .averages
            .map(|average| format!("{}.{:02}", average >> SHIFT, ((average & (FIXED_1 - 1)) * 100) >> SHIFT));
        format!("{word} avg10={ten} avg60={sixty} avg300={three_hundred} total={}\n", self.total / 1000)
    }
}

/// The three resources, `some` and `full` of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Stall {
    lines: [[Line; 2]; 3],
}

impl Stall {
    fn of(&self, resource: Resource) -> &[Line; 2] {
        match resource {
            Resource::Io => &self.lines[0],
            Resource::Memory => &self.lines[1],
            Resource::Cpu => &self.lines[2],
        }
    }

    /// The line `some` of a pressure file, or `full`.
    pub(super) fn some(&self, resource: Resource) -> String {
        self.of(resource)[0].show("some")
    }

    pub(super) fn full(&self, resource: Resource) -> String {
        self.of(resource)[1].show("full")
    }

    /// True where nothing changes if nobody waits.
    pub(super) fn is_at_rest(&self) -> bool {
        self.lines.iter().flatten().all(Line::is_at_rest)
    }

    /// From one moment of the clock on so many milliseconds pass; in this order: I/O, memory, CPU.
    pub(super) fn pass(&mut self, from_ms: u64, milliseconds: u64, waiting: [Waiting; 3]) {
        let (mut now, end) = (from_ms * MS, (from_ms + milliseconds) * MS);
        while now < end {
            let edge = (now / PERIOD + 1) * PERIOD;
            let part = edge.min(end) - now;
            for ([some, full], share) in self.lines.iter_mut().zip(waiting) {
                some.total += part.saturating_mul(share.some) / 1_000_000;
                full.total += part.saturating_mul(share.full) / 1_000_000;
            }
            now += part;
            if now == edge {
                let before = self.lines.map(|lines| lines.map(|line| line.averages));
                self.lines.iter_mut().flatten().for_each(Line::average);
                let settled =
                    part == PERIOD && before == self.lines.map(|lines| lines.map(|line| line.averages));
                now = if settled { self.skip(now, end, waiting) } else { now };
            }
        }
    }

    /// Whole periods in which averages do not move any more.
    fn skip(&mut self, now: u64, end: u64, waiting: [Waiting; 3]) -> u64 {
        let whole = (end - now) / PERIOD * PERIOD;
        for ([some, full], share) in self.lines.iter_mut().zip(waiting) {
            for (line, share) in [(some, share.some), (full, share.full)] {
                line.total += (whole / 1_000_000).saturating_mul(share);
                line.counted = line.total;
            }
        }
        now + whole
    }
}

#[cfg(test)]
mod tests {
    use super::{Resource, Stall, Waiting};

    const HALF: Waiting = Waiting { some: 500_000, full: 250_000 };
    const NONE: Waiting = Waiting { some: 0, full: 0 };

    /// By hand: a period of one second out of two is 50 % or 102400; (0 × 1677 + 102400 × 371 + 2047) / 2048 is 18550,
    /// which is 9.05; of 60 s (102400 × 67 + 2047) / 2048 = 3350, 1.63; of 300 s (102400 × 14 + 2047) / 2048 = 700, 0.34.
    #[test]
    fn a_period_goes_into_the_averages() {
        let mut stall = Stall::default();
        stall.pass(0, 1999, [NONE, HALF, NONE]);
        assert_eq!(stall.some(Resource::Memory), "some avg10=0.00 avg60=0.00 avg300=0.00 total=999500\n");
        stall.pass(1999, 1, [NONE, HALF, NONE]);
        // Cut into two, 50 % is still 50 %: 999500 µs and 500 µs.
        assert_eq!(stall.some(Resource::Memory), "some avg10=9.05 avg60=1.63 avg300=0.34 total=1000000\n");
        assert_eq!(stall.full(Resource::Memory), "full avg10=4.52 avg60=0.81 avg300=0.17 total=500000\n");
        assert_eq!(stall.some(Resource::Cpu), "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        // Second period without waiting: 18550 × 1677 / 2048 is 15189, 7.41.
        stall.pass(2000, 2000, [NONE; 3]);
        assert_eq!(stall.some(Resource::Memory), "some avg10=7.41 avg60=1.58 avg300=0.33 total=1000000\n");
    }

    #[test]
    fn long_waiting_comes_to_all_of_the_time_and_goes_away_again() {
        let all = Waiting { some: 1_000_000, full: 1_000_000 };
        let mut stall = Stall::default();
        stall.pass(500, 3_600_000, [all, NONE, NONE]);
        assert_eq!(
            stall.full(Resource::Io),
            "full avg10=100.00 avg60=100.00 avg300=100.00 total=3600000000\n"
        );
        stall.pass(3_600_500, 36_000_000, [NONE; 3]);
        assert_eq!(stall.full(Resource::Io), "full avg10=0.00 avg60=0.00 avg300=0.00 total=3600000000\n");
        assert!(stall.is_at_rest());
    }

    #[test]
    fn one_stretch_or_many_come_to_the_same() {
        let (mut once, mut often) = (Stall::default(), Stall::default());
        once.pass(0, 60_000, [HALF; 3]);
        for second in 0..60 {
            often.pass(second * 1000, 1000, [HALF; 3]);
        }
        assert_eq!(once, often);
    }
}
