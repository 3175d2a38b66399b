//! Simulated time. It passes only while somebody waits, from one event to the next.

use super::cgroup::pressure::Load;
use super::pipe::Side;
use super::programs::Ends;
use super::resources::{self, Claim};
use super::task::Stdio;
use super::{Fact, Kernel, Task, limits};
use crate::plan::{Signal, WaitStatus};
use std::collections::BTreeMap;

impl Kernel {
    /// Lets at most `ms` milliseconds pass, until `done` says so.
    pub(crate) fn advance(&mut self, ms: u64, done: impl Fn(&Self) -> bool) {
        let end = self.now_ms.saturating_add(ms).min(limits::CLOCK_MAX_MS);
        self.settle(true);
        while !done(self) && self.now_ms < end {
            let demands = self.demands();
            let granted = resources::shares(&self.cgroups, &demands);
            let disk = self.disk_rates();
            let ends = self.next_end(&granted).into_iter().chain(self.next_throttle_end());
            let ends = ends.chain(self.next_transfer_end(&disk));
            let next = ends.min().unwrap_or(end).clamp(self.now_ms + 1, end);
            self.pass(next - self.now_ms, &demands, &granted, &disk);
            self.end_throttles();
            self.settle(true);
        }
    }

    /// Lets time pass in which nothing ends: CPU time is charged, work gets done.
    fn pass(&mut self, ms: u64, demands: &[Claim], granted: &BTreeMap<u32, u32>, disk: &BTreeMap<u32, u64>) {
        let given = self.cgroups.advance(ms, demands);
        let short_of_memory = self.short_of_memory();
        let load = Load {
            claims: demands,
            given: &given,
            short_of_memory: &short_of_memory,
            waiting_for_disk: disk,
        };
        self.cgroups.count_pressure(self.now_ms, ms, &load);
        self.move_data(ms, disk);
        for (pid, micro) in given {
            if let Some(mut task) = self.task_mut(pid).filter(|_| micro > 0) {
                task.cpu_ns = task.cpu_ns.saturating_add(micro.saturating_mul(ms));
            }
        }
        for (pid, milli) in granted {
            if !self.task(*pid).is_some_and(works_off) {
                continue;
            }
            let Some(mut task) = self.task_mut(*pid) else { continue };
            if let Some(Ends::AfterWork(left)) = task.work.as_mut().map(|work| &mut work.ends) {
                *left = left.saturating_sub(ms.saturating_mul(u64::from(*milli)));
            }
        }
        self.note_load(ms);
        self.now_ms += ms;
    }

    /// Workloads that go on, with what they ask of the scheduler.
    pub fn demands(&self) -> Vec<Claim> {
        let going_on = self.tasks.with(Fact::Busy).filter(|task| !self.is_held_up(task));
        let claim = |task: &Task| {
            let cpu_milli = task.demand?.cpu_milli;
            let cpus = self.cpus_allowed(task.pid).into_iter().collect();
            Some(Claim { pid: task.pid, cpu_milli, nice: task.nice, cpus })
        };
        going_on.filter_map(claim).collect()
    }

    /// The next moment at which a program ends by itself, if each gets what it is granted.
    fn next_end(&self, granted: &BTreeMap<u32, u32>) -> Option<u64> {
        let by_work = granted.iter().filter(|(_, milli)| **milli > 0).filter_map(|(pid, milli)| {
            match self.ends(self.task(*pid)?)? {
                Ends::AfterWork(left) => Some(self.now_ms.saturating_add(left.div_ceil(u64::from(*milli)))),
                Ends::Never | Ends::AtClock(_) | Ends::AfterTransfer(_) => None,
            }
        });
        let by_clock = self.tasks.ending_until(u64::MAX).find_map(|task| match self.ends(task)? {
            Ends::AtClock(moment) => Some(moment),
            Ends::Never | Ends::AfterWork(_) | Ends::AfterTransfer(_) => None,
        });
        by_work.chain(by_clock).min()
    }

    /// When a task's program ends by itself; `None` while it is held up.
    fn ends(&self, task: &Task) -> Option<Ends> {
        let goes_on = task.is_alive() && !self.is_held_up(task);
        task.work.as_ref().filter(|_| goes_on).map(|work| work.ends)
    }

    /// True where a task's program ends some time by itself, if nothing comes between.
    pub(crate) fn will_end(&self, task: &Task) -> bool {
        self.ends(task).is_some_and(|ends| ends != Ends::Never)
    }

    /// Lets happen all that is due now: programs end, and by that readers see the end of a pipe and writers
    /// lose their reader. `with_readers` is false right after a call: a filter needs some time to finish once its
    /// input has ended, so that a signal sent next still reaches it.
    pub(crate) fn settle(&mut self, with_readers: bool) {
        while let Some((pid, status)) = self.next_due(with_readers) {
            match status {
                Some(signal) => self.end(pid, WaitStatus::Signaled(signal)),
                None => self.finish(pid),
            }
        }
    }

    /// The first task whose program ends now: by itself, or by the signal given.
    fn next_due(&self, with_readers: bool) -> Option<(u32, Option<Signal>)> {
        let due = |task: &Task| self.due(task, with_readers).map(|signal| (task.pid, signal));
        let first = [
            self.tasks.with(Fact::Finished).find_map(due),
            self.tasks.ending_until(self.now_ms).find_map(due),
            self.tasks.with(Fact::Plumbed).find_map(due),
        ];
        first.into_iter().flatten().min_by_key(|(pid, _)| *pid)
    }

    /// Whether a task's program ends now, and by which signal if by one.
    fn due(&self, task: &Task, with_readers: bool) -> Option<Option<Signal>> {
        let work = task.work.as_ref().filter(|_| task.is_alive() && !self.is_held_up(task))?;
        if work.writes_output() && self.has_lost_reader(task) {
            return Some(Some(Signal(13)));
        }
        let ended = match work.ends {
            Ends::Never => false,
            // A timer runs on while its task is stopped or frozen.
            Ends::AtClock(moment) => moment <= self.now_ms,
            Ends::AfterWork(left) | Ends::AfterTransfer(left) => left == 0,
        };
        let starved = with_readers && work.reads_input() && self.input_has_ended(task);
        (ended || starved).then_some(None)
    }

    /// pipe(7): writing to a pipe that nobody can read from is SIGPIPE.
    fn has_lost_reader(&self, task: &Task) -> bool {
        matches!(&task.stdio[1], Stdio::Pipe(handle) if !self.is_held(&handle.pipe, Side::Read))
    }

    /// pipe(7): a pipe that nobody can write to any more has an end.
    fn input_has_ended(&self, task: &Task) -> bool {
        matches!(&task.stdio[0], Stdio::Pipe(handle) if !self.is_held(&handle.pipe, Side::Write))
    }
}

/// True where a task's program ends after so much CPU time.
fn works_off(task: &Task) -> bool {
    matches!(task.work.as_ref().map(|work| work.ends), Some(Ends::AfterWork(_)))
}
