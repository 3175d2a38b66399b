//! The model kernel: state and rules, and nothing of the world outside.
//!
//! | module | what it holds |
//! |---|---|
//! | [`limits`] | every number that Linux limits something with |
//! | [`task`] | tasks, their states and standard streams |
//! | `layered` | large maps of which a step changes little |
//! | `task_table` | all tasks, found by what is true of them |
//! | `process` | fork, threads, exit, orphans, zombies |
//! | [`user`] | who a task is, what it may do, whose files are whose |
//! | `sched` | nice values, and which CPUs a thread may use |
//! | `helper` | programs that the kernel starts |
//! | `programs` | workloads: what a program does, takes and says |
//! | `time` | simulated time, who ends when, what that sets off |
//! | `load` | the load average |
//! | `signal` | default actions of signals, frozen and stopped tasks |
//! | `pipe` | pipes and who holds their ends |
//! | `mount` | the mount table |
//! | [`namespace`] | which namespaces there are, who is in them |
//! | `fs` | paths, and the file systems: tmpfs, proc, sysfs, cgroup |
//! | [`cgroup`] | hierarchies, groups, controllers and their files |
//! | [`resources`] | who gets how much of the CPUs |
//! | `memory` | tasks touch memory, files come into it |
//! | `disk` | transfers to and from a disk |
//! | `oom` | whom the OOM killer chooses |
//! | `calls` | one thin function a call |
//! | `observe` | answers to probes |
//! | `boot` | from a host profile to a running kernel |
//!
//! A refused call is a value; a broken invariant is a panic. [`Backend::perform`] works on a clone and keeps it
//! only if the call was performed, so a refusal leaves everything as it was. Cloning is cheap: the maps share
//! what has not changed.

mod boot;
mod calls;
pub mod cgroup;
mod disk;
mod fs;
mod helper;
mod id_map;
mod layered;
pub mod limits;
mod load;
mod memory;
mod mount;
pub mod namespace;
mod observe;
mod oom;
mod pipe;
mod process;
pub mod programs;
mod refuse;
pub mod resources;
mod rlimit;
mod sched;
mod shared;
mod signal;
pub mod task;
mod task_table;
#[cfg(test)]
mod tests;
mod time;
pub mod user;

pub use fs::overlay::{Provenance, Share};
pub use mount::seen::SeenMount;
pub use signal::IGNORED_BY_SHELLS;
pub use task::{Demand, Task, TaskState};

use crate::host::HostProfile;
use crate::plan::probe::MountInfo;
use crate::plan::{Actor, Answer, Backend, Call, Errno, Helper, Limits, Refusal, Reply, Resource, Step};
use cgroup::{CgroupState, GroupId};
use fs::overlay::{Overlay, OverlayId};
use fs::ramfs::{Ramfs, TreeId};
use layered::Layered;
use mount::MountTable;
use namespace::{NamespaceId, Namespaces};
use pipe::Pipe;
use sched::Affinity;
use serde::Serialize;
use shared::{OrdMap, Shared};
use std::collections::VecDeque;
use task_table::{Fact, TaskMut, TaskTable};

/// A kernel with everything that it knows.
#[derive(Clone, Debug, Serialize)]
pub struct Kernel {
    profile: Shared<HostProfile>,
    now_ms: u64,
    cgroups: CgroupState,
    tasks: TaskTable,
    /// The CPUs that threads were bound to.
    affinities: OrdMap<u32, Shared<Affinity>>,
    actors: Layered<Actor, u32>,
    last_pid: u32,
    namespaces: Shared<Namespaces>,
    mounts: Shared<MountTable>,
    trees: OrdMap<TreeId, Shared<Ramfs>>,
    overlays: OrdMap<OverlayId, Shared<Overlay>>,
    pipes: OrdMap<String, Shared<Pipe>>,
    /// Tasks that wait above `memory.high`, and until when.
    throttled: OrdMap<u32, u64>,
    terminal: String,
    load: load::Load,
    /// Tasks of the kernel that are still to become their program.
    helpers: VecDeque<Helper>,
    /// The pid namespace of who makes the call under way: pids in its words are numbers there.
    #[serde(skip)]
    viewer: NamespaceId,
}

/// The limits of a machine's first process.
pub fn initial_limits(resource: Resource, profile: &HostProfile) -> Limits {
    fs::limits_text::initial(resource, profile)
}

/// True for names that a directory of the model's /proc has; Linux has many more.
pub fn is_known_proc_name(directory: &str, name: &str) -> bool {
    fs::procfs::is_known_name(directory, name)
}

/// Numbers of CPUs as the kernel lists them: `0-2,4`.
pub fn cpu_list(cpus: &[u32]) -> String {
    fs::proc_text::list(cpus)
}

impl Kernel {
    /// The machine that it was booted on.
    pub fn profile(&self) -> &HostProfile {
        &self.profile
    }

    /// Simulated milliseconds since the start. Only waiting lets them pass.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The control groups.
    pub fn cgroups(&self) -> &CgroupState {
        &self.cgroups
    }

    /// The namespaces.
    pub fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// All tasks by their own id: threads, and zombies too.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter()
    }

    /// How many tasks there are, threads and zombies included.
    pub fn n_tasks(&self) -> usize {
        self.tasks.len()
    }

    /// The task with this id.
    pub fn task(&self, pid: u32) -> Option<&Task> {
        self.tasks.get(pid).map(|task| &**task)
    }

    /// The content of a group's file, without going through a mount of its hierarchy.
    ///
    /// # Errors
    /// As for read(2) of the file: `EINVAL` where it can't be read.
    pub fn read_group_file(&self, group: GroupId, file: &str) -> Result<String, Refusal> {
        self.cgroups.read(group, file)
    }

    /// The mount table as /proc/PID/mounts tells it of a task, oldest first.
    pub fn mounts_of(&self, task: &Task) -> Vec<MountInfo> {
        self.mounts_seen_by(task).map(|seen| self.mount_info(&seen)).collect()
    }

    /// The mount table as the first task sees it, oldest first.
    pub fn mounts(&self) -> Vec<MountInfo> {
        self.task(1).map(|init| self.mounts_of(init)).unwrap_or_default()
    }
}

/// Rules of refusals that come after something was done: memory was given back, a mount was marked, what
/// fitted was written, what an upper layer then refused to rename was copied up.
const KEPT: [&str; 5] = [
    "rule-memory-reclaim",
    "rule-memory-below-usage",
    "rule-umount-expire-marked",
    "rule-tmpfs-full",
    "rule-overlay-rename-not-empty",
];

impl Backend for Kernel {
    fn perform(&mut self, step: &Step) -> Answer {
        let mut next = self.clone();
        let answer = next.call(step);
        match &answer {
            Ok(_) => *self = next,
            // The one thing that Linux keeps of a refused call: a fork that hit a limit is counted.
            Err(refusal) if refusal.errno == Errno::EAGAIN && matches!(step.call, Call::Clone3 { .. }) => {
                if let Some(parent) = self.pid_of(&step.actor) {
                    self.cgroups.fork_refused(parent);
                }
            }
            // What was given back stays so, even if it was not enough.
            Err(refusal) if refusal.rule.as_ref().is_some_and(|rule| KEPT.contains(&rule.id.as_str())) => {
                *self = next;
            }
            Err(_) => {}
        }
        answer
    }

    fn take_terminal(&mut self) -> String {
        std::mem::take(&mut self.terminal)
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.helpers.pop_front()
    }

    fn is_model(&self) -> bool {
        true
    }
}

impl Kernel {
    /// Performs a step, then lets happen what follows from it without time passing.
    fn call(&mut self, step: &Step) -> Result<Reply, Refusal> {
        let reply = calls::dispatch(self, step)?;
        self.settle(false);
        self.forget_affinity();
        self.forget_files();
        // A namespace takes its mounts along, and a mount may have been what kept one.
        self.release_namespaces();
        self.release_unused_mounts();
        self.release_namespaces();
        Ok(reply)
    }
}
