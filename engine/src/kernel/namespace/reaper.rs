//! The first process of a pid namespace: it adopts orphans, is hard to kill, and takes all others with it.

use super::{FIRST_PIDS, NamespaceId, NamespaceKind};
use crate::kernel::{Kernel, Task};
use crate::plan::{Signal, WaitStatus};

impl Kernel {
    /// The process that adopts the orphans of a task: number 1 of its namespace (kernel/exit.c, `find_new_reaper`).
    pub(crate) fn reaper_of(&self, task: &Task) -> u32 {
        let own = task.namespaces.get(NamespaceKind::Pid);
        self.first_of(own).filter(|pid| *pid != task.tgid && self.is_alive(*pid)).unwrap_or(1)
    }

    /// The task with number 1 in a namespace.
    pub(crate) fn first_of(&self, namespace: NamespaceId) -> Option<u32> {
        self.numbered(namespace, 1)
    }

    /// True for the first process of its pid namespace (`SIGNAL_UNKILLABLE`).
    pub(crate) fn is_first(&self, task: &Task) -> bool {
        let own = task.namespaces.get(NamespaceKind::Pid);
        task.tgid == 1 || (own != FIRST_PIDS && self.first_of(own) == Some(task.tgid))
    }

    /// True where the first process of a namespace takes a signal: only SIGKILL and SIGSTOP, and only from a namespace
    /// above its own (`pid_namespaces(7)`, "The namespace init process").
    pub(crate) fn first_takes(&self, task: &Task, signal: u8, sender: Option<NamespaceId>) -> bool {
        let own = task.namespaces.get(NamespaceKind::Pid);
        let forced = signal == Signal::KILL.0 || signal == Signal::STOP.0;
        let from_above = sender.is_none_or(|sender| !self.namespaces.is_within(sender, own));
        task.tgid != 1 && forced && from_above
    }

    /// The first process of a namespace has ended: so do all others (`zap_pid_ns_processes`), and there are no new
    /// ones.
    pub(crate) fn end_namespace_of(&mut self, tgid: u32) {
        let Some(task) = self.task(tgid).filter(|task| task.tgid != 1 && self.is_first(task)) else { return };
        let own = task.namespaces.get(NamespaceKind::Pid);
        self.change_numbers(own, |numbers| numbers.ended = true);
        let others: Vec<u32> =
            self.numbers_of(own).into_iter().map(|(_, pid)| pid).filter(|pid| *pid != tgid).collect();
        for pid in others {
            let is_process = self.task(pid).is_some_and(Task::is_leader);
            if is_process && !self.is_over(pid) {
                self.end(pid, WaitStatus::Signaled(Signal::KILL));
            }
            // Nobody is left to wait for it but a parent outside.
            let parent_inside = self.task(pid).and_then(|task| self.task(task.ppid)).is_none_or(|parent| {
                self.namespaces.is_within(parent.namespaces.get(NamespaceKind::Pid), own)
            });
            if is_process && parent_inside && self.is_over(pid) {
                self.reap(pid);
            }
        }
    }
}
