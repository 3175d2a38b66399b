//! Signals: default actions (signal(7)), and tasks that can't take them yet.

use super::cgroup::{Effect, FreezerKind};
use super::namespace::{NamespaceId, NamespaceKind};
use super::refuse::refuse;
use super::task::is_busy;
use super::user::capability::Capability;
use super::{Fact, Kernel, Task, TaskState, limits};
use crate::plan::{Errno, Refusal, Rule, Signal, TaskRef, WaitStatus};
use std::collections::BTreeSet;

/// What a signal does to a task without a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// The task ends.
    Terminate,
    /// The task ends and would leave a core file.
    Core,
    Ignore,
    Stop,
    Continue,
}

/// signal(7), "Standard signals"; real-time signals terminate.
fn default_action(signal: u8) -> Action {
    match signal {
        17 | 23 | 28 => Action::Ignore,
        18 => Action::Continue,
        19..=22 => Action::Stop,
        3..=8 | 11 | 24 | 25 | 31 => Action::Core,
        _ => Action::Terminate,
    }
}

/// What an interactive shell ignores or catches: INT, QUIT, TERM, TSTP, TTIN, TTOU (bash(1), "SIGNALS").
pub const IGNORED_BY_SHELLS: [u8; 6] = [2, 3, 15, 20, 21, 22];

impl Kernel {
    /// kill(2).
    pub(crate) fn send_signal(&mut self, caller: &Task, to: &TaskRef, signal: Signal) -> Result<(), Refusal> {
        if signal.0 > limits::SIGNAL_MAX {
            let rule = Rule::new("rule-signal-number").with("signal", signal.0);
            return refuse(Errno::EINVAL, "kill", rule);
        }
        let targets = self.targets(caller, to);
        if targets.is_empty() {
            return refuse(Errno::ESRCH, "kill", Rule::new("rule-no-such-process").with("pid", to));
        }
        let allowed: Vec<u32> =
            targets.iter().copied().filter(|pid| self.may_signal(caller, *pid, signal)).collect();
        // To all of them (-1) is no failure where none may be sent to (kernel/signal.c, `kill_something_info`).
        if let (Some(first), [], false) = (targets.first(), allowed.as_slice(), *to == TaskRef::Pid(-1)) {
            let owner = self.task(*first).map_or(0, |task| task.credentials().uid.real);
            let rule = Rule::new("rule-kill-others").with("pid", first).with("owner", owner);
            return refuse(Errno::EPERM, "kill", rule.with("uid", caller.credentials().uid.effective));
        }
        if signal.0 != 0 {
            let sender = caller.namespaces.get(NamespaceKind::Pid);
            for pid in allowed {
                self.signal_from(pid, signal.0, Some(sender));
            }
        }
        Ok(())
    }

    /// kill(2): root, or the real or effective user is the real or saved one of the target (`kill_ok_by_cred`);
    /// oneself; SIGCONT within a session, and all tasks of a host are in one or are root's.
    fn may_signal(&self, caller: &Task, pid: u32, signal: Signal) -> bool {
        let Some(target) = self.task(pid) else { return false };
        let (who, whose) = (caller.credentials().uid, target.credentials().uid);
        let same = [who.effective, who.real].iter().any(|uid| *uid == whose.real || *uid == whose.saved);
        same || caller.tgid == target.tgid
            || self.has_capability(caller.credentials(), target.credentials.users, Capability::Kill)
            || (signal == Signal::CONT && caller.group == target.group)
    }

    /// The processes that kill(2) means: a pid, of which any thread's number will do; 0 the caller's group; -1
    /// all but pid 1 and the caller; -N group N.
    fn targets(&self, caller: &Task, to: &TaskRef) -> Vec<u32> {
        let view = caller.namespaces.get(NamespaceKind::Pid);
        let some = |chosen: &dyn Fn(&Task) -> bool| {
            let processes = self.tasks().filter(|task| task.is_leader() && chosen(task));
            processes.map(|task| task.pid).collect::<Vec<u32>>()
        };
        match to {
            TaskRef::Actor(actor) => {
                self.meant(caller, actor).and_then(|tid| self.process_of(tid)).into_iter().collect()
            }
            TaskRef::Pid(0) => some(&|task| task.group == caller.group),
            TaskRef::Pid(-1) => some(&|task| {
                self.number_in(task, view).is_some_and(|number| number > 1) && task.pid != caller.tgid
            }),
            TaskRef::Pid(number) => match u32::try_from(*number) {
                Ok(tid) => {
                    self.numbered(view, tid).and_then(|tid| self.process_of(tid)).into_iter().collect()
                }
                Err(_) => some(&|task| self.number_of(task.group, view) == number.unsigned_abs()),
            },
        }
    }

    /// One signal to the process of a task. Pid 1 gets none that it has no handler for (kill(2), "NOTES").
    pub(crate) fn signal(&mut self, tid: u32, signal: u8) {
        self.signal_from(tid, signal, None);
    }

    /// The same from a task of a pid namespace. The first process of one takes little (`sig_task_ignored`).
    fn signal_from(&mut self, tid: u32, signal: u8, sender: Option<NamespaceId>) {
        let Some(pid) = self.process_of(tid).filter(|pid| *pid != 1 && !self.is_over(*pid)) else { return };
        if self.task(pid).is_some_and(|task| self.is_first(task) && !self.first_takes(task, signal, sender)) {
            return;
        }
        let Some(mut task) = self.task_mut(pid) else { return };
        let ignored = task.ignores_terminal_signals && IGNORED_BY_SHELLS.contains(&signal);
        if ignored || task.exit_signal.is_some() {
            return;
        }
        match default_action(signal) {
            // A continue takes away stops that wait, and a stop a continue (signal(7)).
            Action::Continue => {
                task.pending.retain(|waiting| default_action(*waiting) != Action::Stop);
                drop(task);
                self.set_stopped(pid, false);
            }
            Action::Ignore => return,
            Action::Terminate | Action::Core | Action::Stop => {
                let nothing_waits = task.pending.is_empty();
                let is_first = task.pending.insert(signal);
                drop(task);
                if is_first && self.ends_at_once(pid, signal) {
                    self.end(pid, WaitStatus::Signaled(Signal(signal)));
                } else if is_first && self.decides_the_end(pid, signal, nothing_waits) {
                    self.change_process(pid, |task| task.exit_signal = Some(signal));
                }
            }
        }
        self.deliver(pid);
    }

    /// True where a signal that has just been sent ends a process in a frozen version 2 group: kernel/signal.c,
    /// `complete_signal`. What would leave a core file, what is sent to a stopped process, and what waits already
    /// is not looked at before the thaw.
    fn ends_at_once(&self, pid: u32, signal: u8) -> bool {
        let stopped = self.task(pid).is_none_or(|task| task.state == TaskState::Stopped);
        !stopped
            && self.cgroups.is_frozen(pid) == Some(FreezerKind::V2)
            && default_action(signal) == Action::Terminate
    }

    /// True where a signal that has just been sent to a process in a frozen version 1 group is what it will end by
    /// when the group thaws, whatever comes later: `complete_signal`, `wants_signal`. That is SIGKILL always, and
    /// another that ends tasks and leaves no core file, where the task sleeps and no other signal waits. (One that
    /// was running when it was frozen had to be woken for it, as by a signal.)
    fn decides_the_end(&self, pid: u32, signal: u8, nothing_waits: bool) -> bool {
        let sleeps = |task: &Task| task.state == TaskState::Alive && !is_busy(task);
        let looks = || nothing_waits && self.task(pid).is_some_and(sleeps);
        self.cgroups.is_frozen(pid) == Some(FreezerKind::V1)
            && default_action(signal) == Action::Terminate
            && (signal == Signal::KILL.0 || looks())
    }

    /// Lets a task take the signals that wait for it, as far as it can.
    pub(crate) fn deliver(&mut self, pid: u32) {
        while let Some(signal) = self.next_deliverable(pid) {
            if let Some(mut task) = self.task_mut(pid) {
                task.pending.remove(&signal);
            }
            match default_action(signal) {
                Action::Terminate | Action::Core => {
                    let waiting = self.task(pid).map(|task| task.pending.clone()).unwrap_or_default();
                    self.end(pid, WaitStatus::Signaled(Signal(signal)));
                    self.keep_pending(pid, waiting, signal);
                }
                Action::Stop => self.set_stopped(pid, true),
                Action::Ignore | Action::Continue => {}
            }
        }
    }

    /// A process that a signal has ended never takes it: it waits for the zombie for good (kernel/signal.c,
    /// `complete_signal`). One that leaves a core file has taken it.
    fn keep_pending(&mut self, pid: u32, mut waiting: BTreeSet<u8>, signal: u8) {
        if default_action(signal) == Action::Terminate {
            waiting.insert(signal);
        }
        if let Some(mut task) = self.task_mut(pid) {
            task.pending = waiting;
        }
    }

    /// Stops all threads of a process, or lets them go on.
    fn set_stopped(&mut self, pid: u32, stopped: bool) {
        self.change_process(pid, |task| {
            if task.is_alive() {
                task.state = if stopped { TaskState::Stopped } else { TaskState::Alive };
            }
        });
    }

    /// The first waiting signal that can act now. SIGKILL goes first.
    fn next_deliverable(&self, pid: u32) -> Option<u8> {
        let task = self.task(pid).filter(|task| !self.is_over(task.tgid))?;
        let kill = task.pending.contains(&Signal::KILL.0).then_some(Signal::KILL.0);
        let kill = task.exit_signal.or(kill);
        match (self.cgroups.is_frozen(pid), task.state) {
            // Seen on Linux 6.1 and 6.18: nothing reaches a task in a frozen version 1 group, SIGKILL neither.
            (Some(FreezerKind::V1), _) => None,
            // In a frozen version 2 group a signal ends a task when it is sent, or it waits: do_freezer_trap().
            (_, TaskState::Stopped) | (Some(FreezerKind::V2), _) => kill,
            (None, _) => kill.or_else(|| task.pending.first().copied()),
        }
    }

    /// True where the task is stopped or frozen, or waits for memory: its program does not go on.
    pub(crate) fn is_held_up(&self, task: &Task) -> bool {
        task.state == TaskState::Stopped
            || self.cgroups.is_frozen(task.pid).is_some()
            || self.cgroups.waits_for_memory(task.pid)
            || self.is_throttled(task.pid)
    }

    /// Carries out what a control file or a removed group does to tasks, and what a thaw has set free.
    pub(crate) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                // cgroup.kill acts on frozen tasks as well (cgroup-v2.rst, "cgroup.kill").
                Effect::Kill { pids } => {
                    for pid in pids {
                        self.signal(pid, Signal::KILL.0);
                    }
                }
                Effect::MemoryFreed => self.retry_memory(),
                Effect::LimitSet { group } => {
                    self.enforce_limit(group);
                    self.retry_memory();
                }
                Effect::ReleaseAgent { agent, path } => self.start_release_agent(agent, path),
            }
        }
        let waiting: Vec<u32> = self.tasks.with(Fact::Pending).map(|task| task.pid).collect();
        for pid in waiting {
            self.deliver(pid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, default_action};
    use crate::plan::Signal;

    #[test]
    fn default_actions_are_those_of_signal_7() {
        let cases = [
            ("HUP", Action::Terminate),
            ("QUIT", Action::Core),
            ("KILL", Action::Terminate),
            ("SEGV", Action::Core),
            ("USR1", Action::Terminate),
            ("CHLD", Action::Ignore),
            ("CONT", Action::Continue),
            ("STOP", Action::Stop),
            ("TTOU", Action::Stop),
            ("URG", Action::Ignore),
            ("XCPU", Action::Core),
            ("WINCH", Action::Ignore),
            ("POLL", Action::Terminate),
            ("SYS", Action::Core),
        ];
        for (name, action) in cases {
            let signal = Signal::parse(name).expect("a standard signal");
            assert_eq!(default_action(signal.0), action, "{name}");
        }
    }
}
