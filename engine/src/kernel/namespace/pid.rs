//! Numbers of processes, `pid_namespaces(7)`: a task has one in its own namespace and one in each above it.
//!
//! The kernel knows tasks by their numbers in the first namespace; those in nested ones are looked up here.

use super::content::Content;
use super::{FIRST_PIDS, NamespaceId, NamespaceKind};
use crate::kernel::refuse::refuse;
use crate::kernel::shared::OrdMap;
use crate::kernel::{Kernel, Task, limits};
use crate::plan::{Actor, Errno, Refusal, Rule};
use serde::Serialize;

/// Most levels of nested namespaces below the first (`MAX_PID_NS_LEVEL`).
pub(super) const MOST_LEVELS: u32 = 32;

/// The numbers of a nested namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PidNumbers {
    /// From a number here to the one in the first namespace.
    tasks: OrdMap<u32, u32>,
    /// The number given last.
    last: u32,
    /// Its first process, the task with number 1, has ended: there are no new ones.
    pub(super) ended: bool,
}

impl PidNumbers {
    /// The next number, as in the first namespace: one more than the last given, from 300 again after the highest.
    fn free(&self) -> Option<u32> {
        let ahead = self.last + 1..limits::PID_MAX;
        let again = limits::RESERVED_PIDS..self.last + 1;
        ahead.chain(again).find(|number| !self.tasks.contains_key(number))
    }
}

impl Kernel {
    fn pid_numbers(&self, id: NamespaceId) -> Option<&PidNumbers> {
        match &self.namespaces.get(id)?.content {
            Content::Pid(numbers) => Some(numbers),
            _ => None,
        }
    }

    pub(super) fn change_numbers(&mut self, id: NamespaceId, change: impl FnOnce(&mut PidNumbers)) {
        self.namespaces.change(id, |namespace| {
            if let Content::Pid(numbers) = &mut namespace.content {
                change(numbers);
            }
        });
    }

    /// The number of a task in a pid namespace; `None` where it can't be seen from there.
    pub(crate) fn number_in(&self, task: &Task, namespace: NamespaceId) -> Option<u32> {
        if namespace == FIRST_PIDS {
            return Some(task.pid);
        }
        let index = self.namespaces.level(namespace).checked_sub(1)?;
        let own = task.namespaces.get(NamespaceKind::Pid);
        if !self.namespaces.is_within(own, namespace) {
            return None;
        }
        task.numbers.get(index as usize).copied()
    }

    /// The number of the task with that number in the first namespace, in another one; 0 where it can't be seen.
    pub(crate) fn number_of(&self, pid: u32, namespace: NamespaceId) -> u32 {
        if namespace == FIRST_PIDS {
            return pid;
        }
        self.task(pid).and_then(|task| self.number_in(task, namespace)).unwrap_or(0)
    }

    /// The number of a task as it is written where its name stands in a word. What can't be seen from there has been
    /// written further up, as that shell's `$!`, and is the number in the first namespace.
    pub(crate) fn number_or_outer(&self, pid: u32, namespace: NamespaceId) -> u32 {
        match self.number_of(pid, namespace) {
            0 => pid,
            number => number,
        }
    }

    /// The task that a name in a word means to another task: by the number that it stands for.
    pub(crate) fn meant(&self, task: &Task, actor: &Actor) -> Option<u32> {
        let number = self.pid_seen_by(task, actor)?;
        self.numbered_for(task, number)
    }

    /// The task with a number in a namespace, by its number in the first one.
    pub(crate) fn numbered(&self, namespace: NamespaceId, number: u32) -> Option<u32> {
        if namespace == FIRST_PIDS {
            return Some(number).filter(|pid| self.task(*pid).is_some());
        }
        self.pid_numbers(namespace)?.tasks.get(&number).copied()
    }

    /// The same, in the namespace of a task.
    pub(crate) fn numbered_for(&self, task: &Task, number: u32) -> Option<u32> {
        self.numbered(task.namespaces.get(NamespaceKind::Pid), number)
    }

    /// The number of an actor as a task sees it.
    pub(crate) fn pid_seen_by(&self, viewer: &Task, actor: &Actor) -> Option<u32> {
        let pid = self.pid_of(actor)?;
        let namespace = viewer.namespaces.get(NamespaceKind::Pid);
        if namespace == FIRST_PIDS {
            return Some(pid);
        }
        Some(self.number_or_outer(pid, namespace))
    }

    /// Numbers for a new task in a namespace and those above it but the first, outermost first (`alloc_pid`).
    pub(crate) fn free_numbers(&self, namespace: NamespaceId) -> Result<Vec<u32>, Refusal> {
        let mut numbers = Vec::new();
        for id in self.namespaces.ancestry(namespace).filter(|id| *id != FIRST_PIDS) {
            let Some(state) = self.pid_numbers(id) else { continue };
            if id == namespace && state.ended {
                return refuse(Errno::ENOMEM, "clone3", Rule::new("rule-pid-namespace-ended"));
            }
            let Some(number) = state.free() else {
                return refuse(Errno::EAGAIN, "clone3", Rule::new("rule-pids-used-up"));
            };
            numbers.push(number);
        }
        numbers.reverse();
        Ok(numbers)
    }

    /// A new task has taken its numbers.
    pub(crate) fn take_numbers(&mut self, pid: u32, namespace: NamespaceId, numbers: &[u32]) {
        let ids: Vec<_> = self.namespaces.ancestry(namespace).filter(|id| *id != FIRST_PIDS).collect();
        for (id, number) in ids.into_iter().rev().zip(numbers) {
            self.change_numbers(id, |state| {
                state.tasks.insert(*number, pid);
                state.last = *number;
            });
        }
    }

    /// A task has been reaped: its numbers are free.
    pub(crate) fn give_numbers_back(&mut self, task: &Task) {
        let own = task.namespaces.get(NamespaceKind::Pid);
        let ids: Vec<_> = self.namespaces.ancestry(own).filter(|id| *id != FIRST_PIDS).collect();
        for (id, number) in ids.into_iter().rev().zip(&task.numbers) {
            self.change_numbers(id, |state| {
                // A thread that has taken over its process has that number now.
                if state.tasks.get(number) == Some(&task.pid) {
                    state.tasks.remove(number);
                }
            });
        }
    }

    /// True for a namespace that has had a first process.
    pub(super) fn has_had_tasks(&self, id: NamespaceId) -> bool {
        self.pid_numbers(id).is_some_and(|numbers| numbers.last > 0)
    }

    /// All tasks of a pid namespace and of those nested in it, by their number there.
    pub(crate) fn numbers_of(&self, namespace: NamespaceId) -> Vec<(u32, u32)> {
        match self.pid_numbers(namespace) {
            Some(state) if namespace != FIRST_PIDS => state.tasks.iter().map(|(n, pid)| (*n, *pid)).collect(),
            _ => self.tasks().map(|task| (task.pid, task.pid)).collect(),
        }
    }

    /// The lines NStgid and NSpid of status: the numbers in the namespace that looks and in those below it.
    pub(crate) fn nested_numbers(&self, task: &Task, view: NamespaceId) -> String {
        let from = self.namespaces.level(view) as usize;
        let all: Vec<String> = std::iter::once(task.pid)
            .chain(task.numbers.iter().copied())
            .skip(from)
            .map(|n| n.to_string())
            .collect();
        all.join("\t")
    }
}
