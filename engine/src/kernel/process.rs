//! Processes: fork, threads, exit, orphans, zombies.
//!
//! A process is a group of threads that share their parent, their files and their signals. Each is a [`Task`];
//! the first one stands for the process: it becomes the zombie and is what a parent waits for.

use super::namespace::{NamespaceId, NamespaceKind};
use super::programs::Work;
use super::refuse::refuse;
use super::task::Stdio;
use super::user::capability::Capability;
use super::{Fact, Kernel, Task, TaskState, limits};
use crate::plan::{Actor, Errno, Refusal, Rule, WaitStatus};

/// The flag of clone3(2) for a thread.
const THREAD: &str = "thread";

/// The flag for a mount namespace of its own.
const NEW_MOUNTS: &str = "newns";

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
        if let Some(flag) = flags.iter().find(|flag| *flag != THREAD && *flag != NEW_MOUNTS) {
            return refuse(Errno::EINVAL, "clone3", Rule::new("rule-clone-flag").with("flag", flag));
        }
        let is_thread = flags.iter().any(|flag| flag == THREAD);
        let new_mounts = self.vet_new_mounts(caller, flags, is_thread)?;
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
        if !is_thread {
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
        self.tasks.insert(task);
        self.actors.insert(child.clone(), pid);
        self.last_pid = pid;
        if let Some(owner) = new_mounts {
            self.new_mount_namespace(pid, owner)?;
        }
        Ok(pid)
    }

    /// clone3(2) with CLONE_NEWNS: not with a shared root directory (EINVAL), and only for who may mount (EPERM). Gives
    /// the user namespace that the new one will belong to.
    fn vet_new_mounts(
        &self,
        caller: u32,
        flags: &[String],
        is_thread: bool,
    ) -> Result<Option<NamespaceId>, Refusal> {
        let Some(task) = self.task(caller).filter(|_| flags.iter().any(|flag| flag == NEW_MOUNTS)) else {
            return Ok(None);
        };
        if is_thread {
            return refuse(Errno::EINVAL, "clone3", Rule::new("rule-clone-shared-root"));
        }
        self.require(task, Capability::SysAdmin, "clone3", "rule-mount-needs-root")?;
        Ok(Some(task.namespaces.get(NamespaceKind::User)))
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
        self.stop_thread(tgid, WaitStatus::Exited(0));
        self.reap(tgid);
        self.cgroups.rename(tid, tgid);
        if let Some(affinity) = self.affinities.remove(&tid) {
            self.affinities.insert(tgid, affinity);
        }
        if let Some(task) = self.tasks.remove(tid) {
            self.actors.insert(task.actor.clone(), tgid);
            self.tasks.insert(Task { pid: tgid, ..(*task).clone() });
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

    /// The last thread has ended: children get pid 1 as parent, the zombie waits for its own.
    fn process_over(&mut self, tgid: u32) {
        self.drop_unheld_pipes();
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

    /// Orphans become children of pid 1, which reaps those that have ended (wait(2), "NOTES").
    fn adopt_children_of(&mut self, tgid: u32) {
        let children: Vec<u32> = self.children_of(tgid).map(|task| task.pid).collect();
        for child in children {
            if let Some(mut task) = self.task_mut(child) {
                task.ppid = 1;
            }
            if self.is_over(child) {
                self.reap(child);
            }
        }
    }

    /// The parent has asked how it ended: the pid is free again.
    pub(crate) fn reap(&mut self, pid: u32) {
        // The actor's number stays known: a plan may still name a task that is gone.
        if self.tasks.remove(pid).is_some() {
            self.affinities.remove(&pid);
            self.cgroups.reap(pid);
        }
    }
}
