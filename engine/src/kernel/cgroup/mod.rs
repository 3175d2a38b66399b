//! Control groups: version 1 hierarchies and the version 2 tree, as pure state and rules.
//!
//! Nothing here knows paths, mounts or programs; a task is its pid. Whoever owns the file system maps a cgroup
//! mount to a [`HierarchyId`] and a directory to a [`GroupId`], and carries out the [`Effect`]s.
//!
//! | module | what it holds |
//! |---|---|
//! | `hierarchy` | mounting, remounting, unmounting: which controller belongs to which hierarchy |
//! | `mount_options` | the option string of `mount -t cgroup` |
//! | `group` | the tree: mkdir, rmdir, paths |
//! | `owner` | whose groups and files are, who may move whom |
//! | `tasks` | membership: attach, fork, exit, reap |
//! | `file` | interface files as table rows, reading and writing them |
//! | [`files`] | what is known of a file by its name |
//! | `parse` | the kernel's ways to read numbers, amounts and lists |
//! | `v1`, `v2` | the files and rules that belong to no controller |
//! | `pressure` | how long tasks wait for what is short: the files, and who waits; `stall` averages it |
//! | `controller` | one file a controller |
//! | `charging` | who pays for memory, and which limit is in the way |
//! | `oom` | who waits for memory, who may be killed for it |
//! | `reclaim` | which memory is given back, and what protects it |
//! | `disk` | who gets how much of a disk |
//! | `accounting` | who gets CPU time, and where it is written down |
//! | `procfs` | /proc/cgroups and /proc/PID/cgroup |
//!
//! Where the model says less than Linux, the row's [`Fidelity`](crate::plan::Fidelity) names a message. Known
//! simplifications: hierarchy ids are the next free number (Linux also uses ids up
//! on mounts that fail); a hierarchy whose last child was just removed is destroyed at the last umount at once
//! (Linux frees the child later and may keep the hierarchy until the next umount).

mod accounting;
pub(in crate::kernel) mod charging;
mod controller;
pub(in crate::kernel) mod disk;
mod file;
pub mod files;
mod group;
mod hierarchy;
mod mount_options;
mod oom;
mod owner;
pub(in crate::kernel) mod parse;
pub(in crate::kernel) mod pressure;
mod procfs;
mod reclaim;
mod stall;
mod tasks;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

pub use controller::Controller;
pub use file::{FileRow, Place, Unit, Version};
pub(crate) use owner::Attributes;
pub use owner::WriteContext;

use crate::host::{Feature, HostProfile, KernelVersion};
use crate::kernel::layered::Layered;
use crate::kernel::shared::{OrdMap, Shared};
use group::Group;
use hierarchy::Hierarchy;
use serde::Serialize;
use std::collections::BTreeSet;
use tasks::Member;

/// A hierarchy. 0 is the version 2 tree, which is always there; the others are version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct HierarchyId(pub u32);

/// The version 2 tree.
pub(crate) const V2: HierarchyId = HierarchyId(0);

/// A control group. Ids are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct GroupId(pub u32);

/// What has to happen to tasks after a write, a removal or an exit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// `cgroup.kill`: these tasks get SIGKILL, which also acts on frozen ones.
    Kill {
        /// Whom, in order of pid.
        pids: Vec<u32>,
    },
    /// A limit may be in the way no longer: who waits for memory may try again.
    MemoryFreed,
    /// `memory.max` of version 2 was set: where more is in use, tasks are killed.
    LimitSet {
        /// The group.
        group: GroupId,
    },
    /// A version 1 group with `notify_on_release` has become empty: the kernel runs this program with the
    /// group's path as its argument.
    ReleaseAgent {
        /// The program, as written into `release_agent`.
        agent: String,
        /// The group's path in its hierarchy.
        path: String,
    },
}

/// Which freezer holds a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FreezerKind {
    /// The version 1 controller: state D, and SIGKILL waits for the thaw.
    V1,
    /// `cgroup.freeze`: state S, and SIGKILL acts.
    V2,
}

/// What the rules need to know of the machine.
#[derive(Clone, Debug, Serialize)]
struct Machine {
    cpus: u32,
    nodes: u32,
    memory: u64,
    major: u32,
    minor: u32,
    nested: bool,
    controllers: Vec<Controller>,
    /// Controllers that can't be mounted as version 1.
    no_v1: Vec<Controller>,
    /// Controllers that the kernel has as well, but that no hierarchy here is given.
    not_given: Vec<Controller>,
    features: Vec<Feature>,
    block_devices: Vec<(u32, u32)>,
    interfaces: Vec<String>,
}

impl Machine {
    fn kernel(&self) -> KernelVersion {
        KernelVersion { major: self.major, minor: self.minor }
    }

    /// The controllers that can be mounted as version 1.
    fn on_v1(&self) -> impl Iterator<Item = Controller> + '_ {
        self.controllers.iter().copied().filter(|controller| !self.no_v1.contains(controller))
    }

    fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    fn since(&self, major: u32, minor: u32) -> bool {
        self.kernel() >= KernelVersion { major, minor }
    }
}

/// All control groups of a machine. A clone is cheap.
///
/// A method that answers with a refusal has changed nothing. [`CgroupState::fork`] is no exception: the event
/// that Linux counts on a refused fork is counted by [`CgroupState::fork_refused`].
#[derive(Clone, Debug, Serialize)]
pub struct CgroupState {
    machine: Shared<Machine>,
    hierarchies: OrdMap<HierarchyId, Shared<Hierarchy>>,
    groups: Layered<GroupId, Shared<Group>>,
    members: Layered<u32, Shared<Member>>,
    /// The threads of processes that have more than one.
    threads: OrdMap<u32, Shared<BTreeSet<u32>>>,
    files: charging::FileCharges,
    /// Tasks that wait for memory, and the full group that they wait at.
    waiting: OrdMap<u32, GroupId>,
    /// How long was waited in the groups of version 2; no entry is none.
    stalls: OrdMap<GroupId, Shared<stall::Stall>>,
    next_group: u32,
    next_hierarchy: u32,
    v2_seen: bool,
}

impl CgroupState {
    /// The state at the start: nothing is mounted, all tasks of the profile are in the root of every hierarchy.
    ///
    /// Where `profile.nested`, the version 1 hierarchies that the profile mounts exist already, belong to the
    /// machine outside, and outlive every umount. A hierarchy that is made later has its true root here.
    pub fn boot(profile: &HostProfile) -> Self {
        let machine = Machine {
            cpus: profile.cpus,
            nodes: 1,
            memory: profile.memory,
            major: profile.kernel.major,
            minor: profile.kernel.minor,
            nested: profile.nested,
            controllers: Controller::all()
                .filter(|c| profile.controllers.iter().any(|n| n == c.v1_name()))
                .collect(),
            not_given: Controller::all()
                .filter(|c| profile.not_given.iter().any(|n| n == c.v1_name()))
                .collect(),
            no_v1: Controller::all().filter(|c| profile.no_v1.iter().any(|n| n == c.v1_name())).collect(),
            features: profile.features.clone(),
            block_devices: profile.block_devices.clone(),
            interfaces: profile.interfaces.clone(),
        };
        let mut state = Self {
            machine: Shared::from(machine),
            hierarchies: OrdMap::new(),
            groups: Layered::default(),
            members: Layered::default(),
            threads: OrdMap::new(),
            files: OrdMap::new(),
            waiting: OrdMap::new(),
            stalls: OrdMap::new(),
            next_group: 0,
            next_hierarchy: 1,
            v2_seen: false,
        };
        state.make_v2();
        for task in &profile.tasks {
            state.add_first_task(task.pid, task.kernel_thread);
        }
        if profile.nested {
            if profile.controllers.iter().any(|name| name == Controller::Pids.v1_name()) {
                // What the namespace shows as the tree's root is a group of the machine: it counts its tasks.
                let root = state.root(V2);
                Controller::Pids.online(&mut state, root);
            }
            state.adopt(profile.mounts.iter().filter(|m| m.fstype == "cgroup").map(|m| m.data.as_str()));
        }
        state
    }

    fn group(&self, group: GroupId) -> Option<&Group> {
        self.groups.get(&group).map(|group| &**group)
    }

    /// True where a group is here as it is in `other`, an earlier or later state of these groups: no task came or
    /// went, nothing was written, and the same holds its tasks. What is only counted elsewhere may differ.
    pub fn is_same(&self, other: &Self, group: GroupId) -> bool {
        let same = self.groups.get(&group).zip(other.groups.get(&group));
        same.is_some_and(|(own, other)| own.is_same(other))
            && self.frozen_v1(group) == other.frozen_v1(group)
            && self.frozen_v2(group) == other.frozen_v2(group)
    }

    fn group_mut(&mut self, group: GroupId) -> Option<&mut Group> {
        self.groups.get_mut(&group).map(|group| &mut **group)
    }

    /// True for the root of the machine. The root that a cgroup namespace shows is a child outside.
    fn is_machine_root(&self, group: GroupId) -> bool {
        let outside = self.machine.nested && self.is_outside(self.hierarchy_of(group));
        self.parent(group).is_none() && !outside
    }

    /// A group and those above it, up to the root.
    fn ancestry(&self, group: GroupId) -> impl Iterator<Item = GroupId> + '_ {
        let start = self.group(group).map(|_| group);
        std::iter::successors(start, |group| self.parent(*group))
    }

    /// A group and all below it, parents first.
    pub fn subtree(&self, group: GroupId) -> Vec<GroupId> {
        let mut found = vec![group];
        let mut next = 0;
        while let Some(group) = found.get(next).copied() {
            found.extend(self.group(group).into_iter().flat_map(|group| group.children.values().copied()));
            next += 1;
        }
        found
    }
}
