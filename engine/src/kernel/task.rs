//! Tasks: who runs, whose child it is, what its standard streams are.

use super::fs::Place;
use super::limits;
use super::namespace::NamespaceSet;
use super::pipe::PipeHandle;
use super::programs::Work;
use super::shared::Shared;
use super::user::credentials::Credentials;
use super::{Kernel, TaskMut, cgroup};
use crate::plan::{Actor, Limits, Resource, WaitStatus};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Nothing.
    Closed,
    /// A file that is open.
    File(Place),
    /// A pipe's end.
    Pipe(PipeHandle),
}

/// A task.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    /// Its own id. A process is known by that of its first thread.
    pub pid: u32,
    /// The process that it is a thread of: the id of the first thread.
    pub tgid: u32,
    /// The parent process; 0 for the first task.
    pub ppid: u32,
    /// Its process group: inherited, since no call changes it.
    pub group: u32,
    /// Its name in plans.
    pub actor: Actor,
    /// The program's name, at most 15 bytes.
    pub comm: String,
    /// The program's arguments, its name first.
    pub argv: Vec<String>,
    /// Its environment, `NAME=value`.
    pub env: Vec<String>,
    /// Whether it runs.
    pub state: TaskState,
    /// Milliseconds on the simulated clock at its start.
    pub started_ms: u64,
    /// CPU time used since then, in nanoseconds.
    pub cpu_ns: u64,
    /// Its nice value, -20 to 19.
    pub nice: i32,
    /// /proc/PID/oom_score_adj, -1000 to 1000; all threads of a process have the same.
    pub oom_score_adj: i32,
    /// Limits that were set, of its process; the others are those of the first one.
    pub limits: BTreeMap<Resource, Limits>,
    /// It has become a user with more threads than there may be: execve(2) will look again.
    pub nproc_exceeded: bool,
    /// The lowest of it that who lacks CAP_SYS_RESOURCE may write: what one who has it wrote last.
    pub(crate) oom_score_adj_min: i32,
    /// What its program asks for; `None` for tasks that only act by steps.
    pub demand: Option<Demand>,
    /// What its program does; `None` for tasks that only act by steps.
    pub(crate) work: Option<Work>,
    /// Signals to the process that could not be delivered yet, in its first thread.
    pub(crate) pending: BTreeSet<u8>,
    /// The signal that its process will end by as soon as it can: `SIGNAL_GROUP_EXIT`. Later ones are dropped.
    pub(crate) exit_signal: Option<u8>,
    /// True for an interactive shell, which ignores what would end it by accident.
    pub(crate) ignores_terminal_signals: bool,
    /// Who it is and what it may do.
    pub(crate) credentials: Shared<Credentials>,
    /// Its numbers in nested pid namespaces, outermost first, from the one below the first to its own.
    pub(crate) numbers: Vec<u32>,
    /// The namespaces that it is in.
    pub(crate) namespaces: Shared<NamespaceSet>,
    /// What `/` is to it.
    pub(crate) root: Place,
    pub(crate) cwd: Place,
    pub(crate) stdio: [Stdio; 3],
    pub(crate) pipes: BTreeSet<PipeHandle>,
}

impl Task {
    /// True until it has ended.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Ended(_))
    }

    /// Whose the files are that it makes.
    pub(crate) fn owner(&self) -> (u32, u32) {
        (self.credentials.uid.fs, self.credentials.gid.fs)
    }

    /// Who it is and what it may do.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// True for the first thread of a process, which stands for it in /proc and to its parent.
    pub fn is_leader(&self) -> bool {
        self.pid == self.tgid
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
            // Seen on 5.10 to 6.18: a task that waits in memory.oom_control sleeps uninterruptibly.
            (TaskState::Alive, None) if self.cgroups.waits_for_memory(task.pid) => 'D',
            (TaskState::Alive, None) if task.pid == reader || is_busy(task) => 'R',
            (TaskState::Alive, None) => 'S',
        }
    }
}

/// At least half a CPU is wanted: a task that mostly waits for a pipe shows as sleeping.
pub(crate) fn is_busy(task: &Task) -> bool {
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
