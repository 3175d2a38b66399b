//! The load average: how many threads run or wait, smoothed (kernel/sched/loadavg.c).

use super::Kernel;
use serde::Serialize;

/// How often it is brought up to date (include/linux/sched/loadavg.h, `LOAD_FREQ`).
const PERIOD_MS: u64 = 5000;
/// Bits behind the point.
const SHIFT: u32 = 11;
const ONE: u64 = 1 << SHIFT;
/// `EXP_1`, `EXP_5`, `EXP_15`: what is left of the old value after a period, for 1, 5 and 15 minutes.
const LEFT: [u64; 3] = [1884, 2014, 2037];

/// The averages over 1, 5 and 15 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Load([u64; 3]);

impl Load {
    /// Time passes in which so many threads are active.
    pub(crate) fn pass(&mut self, from_ms: u64, to_ms: u64, active: u64) {
        for _ in from_ms / PERIOD_MS..to_ms / PERIOD_MS {
            let before = *self;
            for (load, left) in self.0.iter_mut().zip(LEFT) {
                *load = next(*load, left, active << SHIFT);
            }
            if *self == before {
                return;
            }
        }
    }

    /// As /proc/loadavg shows them: two digits, rounded.
    pub(crate) fn words(self) -> String {
        let words = self.0.map(|load| {
            let rounded = load + ONE / 200;
            format!("{}.{:02}", rounded >> SHIFT, ((rounded & (ONE - 1)) * 100) >> SHIFT)
        });
        words.join(" ")
    }
}

/// `calc_load`: rounded up on the way up, so that it gets there.
fn next(load: u64, left: u64, active: u64) -> u64 {
    let mut new = load * left + active * (ONE - left);
    if active >= load {
        new += ONE - 1;
    }
    new / ONE
}

impl Kernel {
    /// Threads that run or wait for memory.
    fn active_threads(&self) -> u64 {
        self.tasks().filter(|task| self.is_active(task)).count() as u64
    }

    fn is_active(&self, task: &super::Task) -> bool {
        self.cgroups.waits_for_memory(task.pid) || self.state_letter(task) == 'R'
    }

    /// Time is about to pass as things are now.
    pub(crate) fn note_load(&mut self, ms: u64) {
        let (from, to) = (self.now_ms, self.now_ms.saturating_add(ms));
        if from / PERIOD_MS != to / PERIOD_MS {
            let active = self.active_threads();
            self.load.pass(from, to, active);
        }
    }

    /// The content of /proc/loadavg (fs/proc/loadavg.c) for a task, which runs while it reads.
    pub(crate) fn loadavg(&self, reader: u32) -> String {
        let runs = |task: &&super::Task| self.state_letter_for(task, reader) == 'R';
        let running = self.tasks().filter(runs).count();
        let threads = self.tasks().filter(|task| task.is_alive()).count();
        format!("{} {running}/{threads} {}\n", self.load.words(), self.last_pid)
    }
}

#[cfg(test)]
mod tests {
    use super::Load;

    /// One busy thread: 1 - e^(-t/60 s) after t, in the kernel's steps.
    #[test]
    fn a_busy_thread_brings_the_load_to_one_and_back() {
        let mut load = Load::default();
        assert_eq!(load.words(), "0.00 0.00 0.00");
        load.pass(0, 4999, 1);
        assert_eq!(load.words(), "0.00 0.00 0.00");
        load.pass(4999, 5000, 1);
        assert_eq!(load.words(), "0.08 0.02 0.01");
        load.pass(5000, 60_000, 1);
        assert_eq!(load.words(), "0.63 0.18 0.06");
        load.pass(60_000, 86_400_000, 1);
        assert_eq!(load.words(), "1.00 1.00 1.00");
        load.pass(86_400_000, 172_800_000, 0);
        assert_eq!(load.words(), "0.00 0.00 0.00");
    }
}
