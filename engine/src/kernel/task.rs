//! Tasks: who runs, whose child it is, what its standard streams are.

use super::fs::Place;
use super::limits;
use super::pipe::PipeHandle;
use super::programs::Work;
use super::{Fact, Kernel, TaskMut, cgroup};
use crate::plan::{Actor, Errno, Refusal, Rule, WaitStatus};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a workload asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// CPU time in thousandths of one CPU.
    pub cpu_milli: u32,
    /// Anonymous memory in bytes.
    pub memory: u64,
    /// Milliseconds until it ends by itself; `None` for one that never does.
    pub ends_after_ms: Option<u64>,
}

/// Whether a task runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It runs, or waits for something to do.
    Alive,
    /// A signal has stopped it.
    Stopped,
    /// It has ended, and its parent has not asked how.
    Ended(WaitStatus),
}

/// One of a task's standard streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stdio {
    /// The person's terminal.
    Terminal,
    /// A file that is open.
    File(Place),
    /// A pipe's end.
    Pipe(PipeHandle),
}

/// A task.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    /// Its process id.
    pub pid: u32,
    /// Its parent's; 0 for the first task.
    pub ppid: u32,
    /// Its process group: inherited, since no call changes it.
    pub group: u32,
    /// Its name in plans.
    pub actor: Actor,
    /// The program's name, at most 15 bytes.
    pub comm: String,
    /// The program's arguments, its name first.
    pub argv: Vec<String>,
    /// Whether it runs.
    pub state: TaskState,
    /// Milliseconds on the simulated clock at its start.
    pub started_ms: u64,
    /// CPU time used since then, in nanoseconds.
    pub cpu_ns: u64,
    /// What its program asks for; `None` for tasks that only act by steps.
    pub demand: Option<Demand>,
    /// What its program does; `None` for tasks that only act by steps.
    pub(crate) work: Option<Work>,
    /// Signals that could not be delivered yet.
    pub(crate) pending: BTreeSet<u8>,
    /// True for an interactive shell, which ignores what would end it by accident.
    pub(crate) ignores_terminal_signals: bool,
    pub(crate) cwd: Place,
    pub(crate) stdio: [Stdio; 3],
    pub(crate) pipes: BTreeSet<PipeHandle>,
}

impl Task {
    /// True until it has ended.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Ended(_))
    }
}

/// A program's name as the kernel keeps it: the first 15 bytes of the last part of its path.
pub(crate) fn comm_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut end = name.len().min(limits::COMM_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

impl Kernel {
    /// The pid of a live or unreaped actor.
    pub(crate) fn pid_of(&self, actor: &Actor) -> Option<u32> {
        self.actors.get(actor).copied()
    }

    /// A task to change.
    pub(crate) fn task_mut(&mut self, pid: u32) -> Option<TaskMut<'_>> {
        self.tasks.get_mut(pid)
    }

    /// True where a task with this pid has not ended.
    pub(crate) fn is_alive(&self, pid: u32) -> bool {
        self.task(pid).is_some_and(Task::is_alive)
    }

    /// The letter of proc(5) for a task's state, as somebody outside sees it.
    pub fn state_letter(&self, task: &Task) -> char {
        self.state_letter_for(task, 0)
    }

    /// The letter of proc(5) for a task's state, as the task `reader` sees it: who reads is running.
    pub(crate) fn state_letter_for(&self, task: &Task, reader: u32) -> char {
        let frozen = self.cgroups.is_frozen(task.pid);
        match (task.state, frozen) {
            (TaskState::Ended(_), _) => 'Z',
            (_, Some(cgroup::FreezerKind::V1)) => 'D',
            (TaskState::Stopped, _) => 'T',
            (TaskState::Alive, Some(cgroup::FreezerKind::V2)) => 'S',
            (TaskState::Alive, None) if task.pid == reader || is_busy(task) => 'R',
            (TaskState::Alive, None) => 'S',
        }
    }

    /// The next pid: one more than the last given, from 300 again after the highest (kernel/pid.c).
    fn free_pid(&self) -> Option<u32> {
        let ahead = self.last_pid + 1..limits::PID_MAX;
        let again = limits::RESERVED_PIDS..self.last_pid + 1;
        ahead.chain(again).find(|pid| self.tasks.get(*pid).is_none())
    }

    /// clone3(2): a copy of the parent with its own pid.
    pub(crate) fn fork(&mut self, parent: u32, child: &Actor) -> Result<u32, Refusal> {
        let actor_taken = Rule::new("rule-actor-taken").with("actor", child);
        if self.pid_of(child).is_some() {
            return Err(Refusal::by(Errno::EEXIST, "clone3", actor_taken));
        }
        let Some(pid) = self.free_pid() else {
            return Err(Refusal::by(Errno::EAGAIN, "clone3", Rule::new("rule-pids-used-up")));
        };
        self.cgroups.fork(parent, pid)?;
        let Some(mut task) = self.task(parent).cloned() else {
            return Err(Refusal::by(Errno::ESRCH, "clone3", Rule::new("rule-actor-unknown")));
        };
        task.pid = pid;
        task.ppid = parent;
        task.actor = child.clone();
        task.started_ms = self.now_ms;
        task.cpu_ns = 0;
        task.pending.clear();
        task.ignores_terminal_signals = false;
        self.tasks.insert(task);
        self.actors.insert(child.clone(), pid);
        self.last_pid = pid;
        Ok(pid)
    }

    /// A task ends: its descriptors close, its children get pid 1 as parent, it waits for its parent.
    pub(crate) fn end(&mut self, pid: u32, status: WaitStatus) {
        let Some(mut task) = self.task_mut(pid).filter(|task| task.is_alive()) else { return };
        task.state = TaskState::Ended(status);
        task.demand = None;
        task.work = None;
        task.pending.clear();
        task.pipes.clear();
        task.stdio = [Stdio::Terminal, Stdio::Terminal, Stdio::Terminal];
        let ppid = task.ppid;
        drop(task);
        self.cgroups.set_memory(pid, 0);
        let effects = self.cgroups.exit(pid);
        self.carry_out(effects);
        self.drop_unheld_pipes();
        self.adopt_children_of(pid);
        if ppid <= 1 || !self.is_alive(ppid) {
            self.reap(pid);
        }
    }

    /// The tasks whose parent this is, by pid.
    pub(crate) fn children_of(&self, pid: u32) -> impl Iterator<Item = &Task> {
        self.tasks.with(Fact::ChildOf(pid))
    }

    /// Orphans become children of pid 1, which reaps those that have ended (wait(2), "NOTES").
    fn adopt_children_of(&mut self, pid: u32) {
        let children: Vec<u32> = self.children_of(pid).map(|task| task.pid).collect();
        for child in children {
            if let Some(mut task) = self.task_mut(child) {
                task.ppid = 1;
            }
            if !self.is_alive(child) {
                self.reap(child);
            }
        }
    }

    /// The parent has asked how it ended: the pid is free again.
    pub(crate) fn reap(&mut self, pid: u32) {
        if let Some(task) = self.tasks.remove(pid) {
            self.actors.remove(&task.actor);
            self.cgroups.reap(pid);
        }
    }
}

/// At least half a CPU is wanted: a task that mostly waits for a pipe shows as sleeping.
fn is_busy(task: &Task) -> bool {
    task.demand.is_some_and(|demand| demand.cpu_milli >= 500)
}

#[cfg(test)]
mod tests {
    use super::comm_of;

    #[test]
    fn comm_is_the_first_fifteen_bytes_of_the_name() {
        let cases = [
            ("/usr/bin/sleep", "sleep"),
            ("sh", "sh"),
            ("/x/a-very-long-program-name", "a-very-long-pro"),
            ("/x/ääääääää", "äääääää"),
        ];
        for (path, comm) in cases {
            assert_eq!(comm_of(path), comm, "{path}");
        }
    }
}
