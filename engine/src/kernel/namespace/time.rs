//! Time namespaces, `time_namespaces(7)`: offsets of two clocks (kernel/time/namespace.c).

use super::NamespaceId;
use super::content::Content;
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// One of the clocks that have an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Monotonic,
    Boottime,
}

/// Seconds and nanoseconds that are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Offset {
    seconds: i64,
    nanoseconds: i64,
}

/// What a time namespace holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Offsets {
    monotonic: Offset,
    boottime: Offset,
    /// A task has entered: they stay as they are.
    frozen: bool,
}

impl Default for Offsets {
    /// Those of the first namespace.
    fn default() -> Self {
        Self { monotonic: Offset::default(), boottime: Offset::default(), frozen: true }
    }
}

impl Offsets {
    /// For a new namespace: the same, and they can be set until a task enters.
    pub(super) fn thawed(self) -> Self {
        Self { frozen: false, ..self }
    }

    /// Milliseconds that a clock is ahead by.
    pub(crate) fn ahead_ms(self, clock: Clock) -> i64 {
        let offset = match clock {
            Clock::Monotonic => self.monotonic,
            Clock::Boottime => self.boottime,
        };
        offset.seconds.saturating_mul(1000) + offset.nanoseconds / 1_000_000
    }
}

const AT: &str = "write";

/// KTIME_SEC_MAX.
const MOST_SECONDS: i64 = 9_223_372_036;

fn parse(data: &str) -> Result<Vec<(Clock, Offset)>, Refusal> {
    let wrong = |line: &str| {
        let rule = Rule::new("rule-time-offset-line").with("line", line);
        refuse(Errno::EINVAL, AT, rule)
    };
    let mut offsets = Vec::new();
    let lines: Vec<&str> = data.split('\n').collect();
    let lines = if lines.last() == Some(&"") { &lines[..lines.len() - 1] } else { &lines[..] };
    if lines.is_empty() || lines.len() > 2 {
        return wrong(data.trim_end());
    }
    for line in lines {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [clock, seconds, nanoseconds, ..] = words.as_slice() else { return wrong(line) };
        let clock = match *clock {
            "monotonic" | "1" => Clock::Monotonic,
            "boottime" | "7" => Clock::Boottime,
            _ => return wrong(line),
        };
        let (Ok(seconds), Ok(nanoseconds)) = (seconds.parse::<i64>(), nanoseconds.parse::<i64>()) else {
            return wrong(line);
        };
        if !(0..1_000_000_000).contains(&nanoseconds) {
            return wrong(line);
        }
        offsets.push((clock, Offset { seconds, nanoseconds }));
    }
    Ok(offsets)
}

impl Kernel {
    /// The offsets of a time namespace.
    pub(crate) fn offsets(&self, id: NamespaceId) -> Offsets {
        match self.namespaces.get(id).map(|namespace| &namespace.content) {
            Some(Content::Time(offsets)) => *offsets,
            _ => Offsets::default(),
        }
    }

    fn change_offsets(&mut self, id: NamespaceId, change: impl FnOnce(&mut Offsets)) {
        self.namespaces.change(id, |namespace| {
            if let Content::Time(offsets) = &mut namespace.content {
                change(offsets);
            }
        });
    }

    /// A task has entered a time namespace.
    pub(crate) fn freeze_offsets(&mut self, id: NamespaceId) {
        if !self.offsets(id).frozen {
            self.change_offsets(id, |offsets| offsets.frozen = true);
        }
    }

    /// /proc/PID/timens_offsets: those that the task's children will have.
    pub(crate) fn offsets_text(&self, task: &Task) -> String {
        let offsets = self.offsets(task.namespaces.time_for_children);
        let line = |clock: &str, offset: Offset| {
            format!("{clock:<10} {:>10} {:>9}\n", offset.seconds, offset.nanoseconds)
        };
        line("monotonic", offsets.monotonic) + &line("boottime", offsets.boottime)
    }

    /// A write to /proc/PID/timens_offsets (`timens_offsets_write`, `proc_timens_set_offset`).
    pub(crate) fn write_offsets(&mut self, writer: &Task, pid: u32, data: &str) -> Result<(), Refusal> {
        let Some(id) = self.task(pid).map(|task| task.namespaces.time_for_children) else { return Ok(()) };
        let wanted = parse(data)?;
        self.require_for(writer, id, Capability::SysTime, AT, "rule-time-offset-needs-time")?;
        let now = i64::try_from(self.now_ms() / 1000).unwrap_or(i64::MAX);
        for (_, offset) in &wanted {
            let there = now.saturating_add(offset.seconds);
            if !(0..=MOST_SECONDS / 2).contains(&there) {
                let rule = Rule::new("rule-time-offset-range").with("seconds", offset.seconds);
                return refuse(Errno::ERANGE, AT, rule);
            }
        }
        if self.offsets(id).frozen {
            return refuse(Errno::EACCES, AT, Rule::new("rule-time-offset-frozen"));
        }
        self.change_offsets(id, |offsets| {
            for (clock, offset) in wanted {
                match clock {
                    Clock::Monotonic => offsets.monotonic = offset,
                    Clock::Boottime => offsets.boottime = offset,
                }
            }
        });
        Ok(())
    }
}
