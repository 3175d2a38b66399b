//! Processes: fork, threads, exit, orphans, zombies.
//!
//! A process is a group of threads that share their parent, their files and their signals. Each is a [`Task`];
//! the first one stands for the process: it becomes the zombie and is what a parent waits for.

use super::namespace::{Flags, Membership, NamespaceKind};
use super::programs::Work;
use super::refuse::{not_modelled, refuse};
use super::task::Stdio;
use super::{Fact, Kernel, Task, TaskState, limits};
use crate::plan::{Actor, Errno, Refusal, Rule, WaitStatus};

/// The flag of clone3(2) for a thread.
const THREAD: &str = "thread";

impl Kernel {
    /// The process that a thread belongs to.
    pub(crate) fn process_of(&self, tid: u32) -> Option<u32> {
        self.task(tid).map(|task| task.tgid)
    }

    /// The threads of a process by number, those that have ended left out, but for the first.
    pub fn threads(&self, tgid: u32) -> Vec<u32> {
        let others = self.tasks.with(Fact::ThreadOf(tgid)).map(|task| task.pid);
        self.task(tgid).map(|task| task.pid).into_iter().chain(others).collect()
    }

    /// The signals that wait for the process of a task, a bit each; the lowest is signal 1.
    pub(crate) fn pending_signals(&self, task: &Task) -> u64 {
        let leader = self.task(task.tgid);
        let waiting = leader.into_iter().flat_map(|leader| leader.pending.iter());
        waiting.map(|signal| 1_u64 << (signal.saturating_sub(1) & 63)).fold(0, |all, bit| all | bit)
    }

    /// How many threads the process of a thread has; a first thread that has ended counts while others go on.
    pub(crate) fn n_threads(&self, task: &Task) -> usize {
        self.threads(task.tgid).len()
    }

    /// True where no thread of the process goes on.
    pub(crate) fn is_over(&self, tgid: u32) -> bool {
        !self.threads(tgid).iter().any(|tid| self.is_alive(*tid))
    }

    /// Changes what the threads of a process share: `CLONE_FS`, `CLONE_FILES`.
    pub(crate) fn change_process(&mut self, tid: u32, change: impl Fn(&mut Task)) {
        let tgid = self.process_of(tid).unwrap_or(tid);
        for tid in self.threads(tgid) {
            if let Some(mut task) = self.task_mut(tid) {
                change(&mut task);
            }
        }
    }

    /// The next pid: one more than the last given, from 300 again after the highest (kernel/pid.c).
    pub(crate) fn free_pid(&self) -> Option<u32> {
        let ahead = self.last_pid + 1..limits::PID_MAX;
        let again = limits::RESERVED_PIDS..self.last_pid + 1;
        ahead.chain(again).find(|pid| self.tasks.get(*pid).is_none())
    }

    /// clone3(2): a copy of the caller with its own pid, or one more thread of its process.
    pub(crate) fn fork(&mut self, caller: u32, child: &Actor, flags: &[String]) -> Result<u32, Refusal> {
        let flags = Flags::read(flags);
        self.vet_clone_flags(caller, &flags)?;
        if self.pid_of(child).and_then(|pid| self.task(pid)).is_some_and(|task| task.actor == *child) {
            let rule = Rule::new("rule-actor-taken").with("actor", child);
            return refuse(Errno::EEXIST, "clone3", rule);
        }
        self.vet_nproc(caller)?;
        let Some(pid) = self.free_pid() else {
            return refuse(Errno::EAGAIN, "clone3", Rule::new("rule-pids-used-up"));
        };
        let Some(mut task) = self.task(caller).cloned() else {
            return refuse(Errno::ESRCH, "clone3", Rule::new("rule-actor-unknown").with("actor", child));
        };
        let member = self.membership_of_child(&task, &flags)?;
        let pids = member.set.get(NamespaceKind::Pid);
        let numbers = self.free_numbers(pids)?;
        if !flags.has_other(THREAD) {
            self.cgroups.fork(caller, pid)?;
            task.ppid = task.tgid;
            task.tgid = pid;
            task.ignores_terminal_signals = false;
        } else {
            self.cgroups.fork_thread(caller, pid)?;
        }
        if let Some(affinity) = self.affinities.get(&caller).cloned() {
            self.affinities.insert(pid, affinity);
        }
        task.pid = pid;
        task.actor = child.clone();
        task.started_ms = self.now_ms;
        task.cpu_ns = 0;
        task.pending.clear();
        task.exit_signal = None;
        self.freeze_offsets(member.set.get(NamespaceKind::Time));
        member.put_on(&mut task);
        self.take_numbers(pid, pids, &numbers);
        task.numbers = numbers;
        self.tasks.insert(task);
        self.actors.insert(child.clone(), pid);
        self.last_pid = pid;
        Ok(pid)
    }

    /// The flags that can't go together (kernel/fork.c, `copy_process`). `thread` stands for all that a thread needs.
    fn vet_clone_flags(&self, caller: u32, flags: &Flags) -> Result<(), Refusal> {
        let wrong =
            |flag: &str| refuse(Errno::EINVAL, "clone3", Rule::new("rule-clone-flag").with("flag", flag));
        let known =
            |flag: &&String| [THREAD, "fs", "files", "vm", "sighand", "sysvsem"].contains(&flag.as_str());
        if let Some(flag) = flags.others.iter().find(|flag| !known(flag)) {
            return wrong(flag);
        }
        let with_fs = |kind| flags.has(kind) && (flags.has_other("fs") || flags.has_other(THREAD));
        if with_fs(NamespaceKind::Mnt) || with_fs(NamespaceKind::User) {
            return wrong("fs");
        }
        if flags.has_other("sighand") && !flags.has_other("vm") && !flags.has_other(THREAD) {
            return wrong("sighand");
        }
        if let Some(flag) = flags.others.iter().find(|flag| !flags.has_other(THREAD) && *flag != "fs") {
            return not_modelled("clone3", &format!("the flag CLONE_{}", flag.to_uppercase()));
        }
        // A thread is in the pid namespace of its process.
        let elsewhere = self
            .task(caller)
            .is_some_and(|task| task.namespaces.pid_for_children != task.namespaces.get(NamespaceKind::Pid));
        if flags.has_other(THREAD) && (flags.has(NamespaceKind::Pid) || elsewhere) {
            return wrong(THREAD);
        }
        Ok(())
    }

    /// Who a child is and where: in the namespaces of its parent, those for children, and new ones.
    fn membership_of_child(&mut self, parent: &Task, flags: &Flags) -> Result<Membership, Refusal> {
        let mut member = Membership::of(parent);
        self.make_namespaces(parent, &mut member, &flags.kinds, "clone3")?;
        let set = &mut member.set;
        set.set(NamespaceKind::Pid, set.pid_for_children);
        if !flags.has_other(THREAD) {
            set.set(NamespaceKind::Time, set.time_for_children);
        }
        Ok(member)
    }

    /// `exit_group(2)`, or a signal: a process ends with all its threads.
    pub(crate) fn end(&mut self, tid: u32, status: WaitStatus) {
        let Some(tgid) = self.process_of(tid).filter(|tgid| !self.is_over(*tgid)) else { return };
        self.drop_other_threads(tgid);
        self.stop_thread(tgid, status);
        self.process_over(tgid);
    }

    /// exit(2), the system call: one thread ends. The process is over with the last one, whose status it then has
    /// (kernel/exit.c, `synchronize_group_exit`); before Linux 6.0 it had that of the first thread.
    pub(crate) fn exit_thread(&mut self, tid: u32, status: WaitStatus) {
        let Some(tgid) = self.process_of(tid) else { return };
        if tid == tgid {
            self.stop_thread(tid, status);
        } else {
            self.drop_thread(tid);
        }
        if self.is_over(tgid) {
            let kernel = self.profile.kernel;
            if let Some(mut leader) = self.task_mut(tgid).filter(|_| kernel.major >= 6) {
                leader.state = TaskState::Ended(status);
            }
            self.process_over(tgid);
        }
    }

    /// execve(2): the thread that calls it is the only one that is left, and takes the number of the first
    /// (`de_thread` in fs/exec.c). Gives that number.
    pub(crate) fn take_over_process(&mut self, tid: u32) -> u32 {
        let tgid = self.process_of(tid).unwrap_or(tid);
        for other in self.threads(tgid) {
            if other != tgid && other != tid {
                self.drop_thread(other);
            }
        }
        if tid == tgid {
            return tgid;
        }
        let leader = self.task(tgid).map(|leader| leader.numbers.clone());
        self.stop_thread(tgid, WaitStatus::Exited(0));
        self.reap(tgid);
        self.cgroups.rename(tid, tgid);
        if let Some(affinity) = self.affinities.remove(&tid) {
            self.affinities.insert(tgid, affinity);
        }
        if let Some(task) = self.tasks.remove(tid) {
            self.actors.insert(task.actor.clone(), tgid);
            self.give_numbers_back(&task);
            let numbers = leader.unwrap_or_default();
            self.take_numbers(tgid, task.namespaces.get(NamespaceKind::Pid), &numbers);
            self.tasks.insert(Task { pid: tgid, numbers, ..(*task).clone() });
        }
        tgid
    }

    /// Every thread but the first is gone.
    fn drop_other_threads(&mut self, tgid: u32) {
        for tid in self.threads(tgid) {
            if tid != tgid {
                self.drop_thread(tid);
            }
        }
    }

    /// A thread other than the first is no zombie: nobody waits for it.
    fn drop_thread(&mut self, tid: u32) {
        self.stop_thread(tid, WaitStatus::Exited(0));
        self.reap(tid);
    }

    /// A thread runs no more: its descriptors are gone, it is in no list of tasks.
    fn stop_thread(&mut self, tid: u32, status: WaitStatus) {
        let Some(mut task) = self.task_mut(tid) else { return };
        let was_alive = task.is_alive();
        let has_workers = task.work.as_ref().is_some_and(Work::has_workers);
        task.state = TaskState::Ended(status);
        task.demand = None;
        task.work = None;
        task.pending.clear();
        task.pipes.clear();
        task.stdio = [Stdio::Terminal, Stdio::Terminal, Stdio::Terminal];
        drop(task);
        if was_alive {
            self.cgroups.set_memory(tid, 0);
            let effects = self.cgroups.exit(tid);
            self.carry_out(effects);
        }
        if has_workers {
            self.end_workers(tid);
        }
    }

    /// The last thread has ended: children get the first process of their pid namespace as parent, the zombie waits for
    /// its own.
    fn process_over(&mut self, tgid: u32) {
        self.drop_unheld_pipes();
        self.end_namespace_of(tgid);
        self.adopt_children_of(tgid);
        let Some((ppid, state)) = self.task(tgid).map(|task| (task.ppid, task.state)) else { return };
        if let TaskState::Ended(status) = state {
            self.note_worker_end(ppid, tgid, status);
        }
        self.retry_memory();
        if ppid <= 1 || self.is_over(ppid) {
            self.reap(tgid);
        }
    }

    /// The tasks whose parent this is, threads of its children too.
    pub(crate) fn children_of(&self, tgid: u32) -> impl Iterator<Item = &Task> {
        self.tasks.with(Fact::ChildOf(tgid))
    }

    /// Orphans become children of the first process of the namespace, which reaps those that have ended (wait(2), "NOTES").
    fn adopt_children_of(&mut self, tgid: u32) {
        let children: Vec<u32> = self.children_of(tgid).map(|task| task.pid).collect();
        let reaper = self.task(tgid).map_or(1, |task| self.reaper_of(task));
        for child in children {
            if let Some(mut task) = self.task_mut(child) {
                task.ppid = reaper;
            }
            // Of another first process it is not known that it ignores SIGCHLD, or waits.
            if self.is_over(child) && reaper == 1 {
                self.reap(child);
            }
        }
    }

    /// The parent has asked how it ended: the pid is free again.
    pub(crate) fn reap(&mut self, pid: u32) {
        // The actor's number stays known: a plan may still name a task that is gone.
        if let Some(task) = self.tasks.remove(pid) {
            self.give_numbers_back(&task);
            self.affinities.remove(&pid);
            self.cgroups.reap(pid);
        }
    }
}
