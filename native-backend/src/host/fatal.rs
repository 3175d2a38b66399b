//! Which signals would end a task, out of /proc/PID/status.

use drydock_engine::plan::Signal;
use std::fs::read_to_string;

/// signal(7): signals whose default action neither is "Term" nor "Core".
const HARMLESS: [Signal; 8] = [
    Signal(17), // SIGCHLD, ignored
    Signal(18), // SIGCONT
    Signal(19), // SIGSTOP and the three below it: stop
    Signal(20),
    Signal(21),
    Signal(22),
    Signal(23), // SIGURG, ignored
    Signal(28), // SIGWINCH, ignored
];

/// A task's masks of signals; bit `n - 1` is signal `n`.
#[derive(Debug, PartialEq)]
pub(super) struct Masks {
    /// Wait for the task.
    pending: u64,
    /// The task blocks, ignores or catches them.
    handled: u64,
}

impl Masks {
    /// Those of a task; empty ones where it has gone.
    pub(super) fn of(pid: i32) -> Self {
        if pid == 1 {
            // pid_namespaces(7): no signal from within the namespace ends its first task.
            return Self { pending: 0, handled: u64::MAX };
        }
        Self::parse(&read_to_string(format!("/proc/{pid}/status")).unwrap_or_default())
    }

    fn parse(status: &str) -> Self {
        let masks = status.lines().filter_map(|line| {
            let (name, mask) = line.split_once(":\t")?;
            Some((name, u64::from_str_radix(mask.trim(), 16).ok()?))
        });
        let mut found = Self { pending: 0, handled: 0 };
        for (name, mask) in masks {
            match name {
                "SigPnd" | "ShdPnd" => found.pending |= mask,
                "SigBlk" | "SigIgn" | "SigCgt" => found.handled |= mask,
                _ => {}
            }
        }
        found
    }

    /// True where the signal, sent now, ends a task that can run.
    pub(super) fn end_by(&self, signal: Signal) -> bool {
        signal.0 > 0 && !HARMLESS.contains(&signal) && self.handled & bit(signal) == 0
    }

    /// True where a signal waits that ends the task as soon as it can run.
    pub(super) fn are_fatal(&self) -> bool {
        let mut signals = (1..=64).map(Signal);
        signals.any(|signal| self.pending & bit(signal) != 0 && self.end_by(signal))
    }
}

fn bit(signal: Signal) -> u64 {
    1 << (signal.0 - 1)
}

#[cfg(test)]
mod tests {
    use super::Masks;
    use drydock_engine::plan::Signal;

    #[test]
    fn what_waits_is_fatal_unless_it_is_handled_or_harmless() {
        let masks = |pending: &str, caught: &str| {
            Masks::parse(&format!("Pid:\t7\nSigPnd:\t0\nShdPnd:\t{pending}\nSigBlk:\t0\nSigCgt:\t{caught}\n"))
        };
        assert!(masks("4000", "0").are_fatal(), "SIGTERM");
        assert!(!masks("4000", "4000").are_fatal(), "SIGTERM, caught");
        assert!(!masks("20000", "0").are_fatal(), "SIGCONT");
        assert!(!masks("0", "0").are_fatal());
        assert!(masks("0", "0").end_by(Signal::TERM));
        assert!(!masks("0", "0").end_by(Signal::STOP));
        assert!(!masks("0", "0").end_by(Signal(0)));
    }
}
