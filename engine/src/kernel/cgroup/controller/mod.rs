//! The controllers: one file each, one trait for what a hierarchy asks of them.

pub(super) mod blkio;
mod cpu;
mod cpuacct;
mod cpuset;
mod devices;
mod freezer;
mod hugetlb;
pub(super) mod memory;
mod misc;
mod net_cls;
mod net_prio;
mod pids;

use super::file::FileRow;
use super::{CgroupState, GroupId, Machine};
use crate::plan::Refusal;
pub(super) use cpu::{SHARES as TASK_SHARES, settings as cpu_settings};
use serde::Serialize;

/// The kernel's controllers in its order (include/linux/cgroup_subsys.h). `perf_event` has no files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "these are the names that Linux gives them")]
pub enum Controller {
    Cpuset,
    Cpu,
    Cpuacct,
    Blkio,
    Memory,
    Devices,
    Freezer,
    NetCls,
    PerfEvent,
    NetPrio,
    Hugetlb,
    Pids,
    Rdma,
    Misc,
}

const ALL: [(Controller, &str); 14] = [
    (Controller::Cpuset, "cpuset"),
    (Controller::Cpu, "cpu"),
    (Controller::Cpuacct, "cpuacct"),
    (Controller::Blkio, "blkio"),
    (Controller::Memory, "memory"),
    (Controller::Devices, "devices"),
    (Controller::Freezer, "freezer"),
    (Controller::NetCls, "net_cls"),
    (Controller::PerfEvent, "perf_event"),
    (Controller::NetPrio, "net_prio"),
    (Controller::Hugetlb, "hugetlb"),
    (Controller::Pids, "pids"),
    (Controller::Rdma, "rdma"),
    (Controller::Misc, "misc"),
];

/// What a controller has to say when groups come and go and tasks move. Nothing, unless it is written here.
pub(super) trait Rules: Sync {
    /// A group gets the controller (`css_online`): make its settings.
    fn online(&self, _state: &mut CgroupState, _group: GroupId) {}

    /// May a task from elsewhere come into the group? Nothing has changed yet.
    fn can_attach(&self, _state: &CgroupState, _to: GroupId) -> Result<(), Refusal> {
        Ok(())
    }

    /// One task moves from a group to another.
    fn attach(&self, _state: &mut CgroupState, _from: GroupId, _to: GroupId) {}

    /// May there be one more task in the group?
    fn can_fork(&self, _state: &CgroupState, _group: GroupId) -> Result<(), Refusal> {
        Ok(())
    }

    /// There is one more task in the group.
    fn fork(&self, _state: &mut CgroupState, _group: GroupId) {}

    /// A fork in the group was refused by this or another controller.
    fn fork_refused(&self, _state: &mut CgroupState, _group: GroupId) {}

    /// The files, of both versions.
    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        &[]
    }
}

/// A controller that only groups tasks.
struct Plain;

impl Rules for Plain {}

/// The settings that a group has, by controller. `None` where the group does not have the controller.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct States {
    pub(super) cpuset: Option<cpuset::Cpuset>,
    pub(super) cpu: Option<cpu::Cpu>,
    pub(super) cpuacct: Option<cpuacct::Cpuacct>,
    pub(super) blkio: Option<blkio::Blkio>,
    pub(super) memory: Option<memory::Memory>,
    pub(super) devices: Option<devices::Devices>,
    pub(super) freezer: Option<freezer::Freezer>,
    pub(super) hugetlb: Option<hugetlb::Hugetlb>,
    pub(super) net_cls: Option<net_cls::NetCls>,
    pub(super) net_prio: Option<net_prio::NetPrio>,
    pub(super) pids: Option<pids::Pids>,
    plain: std::collections::BTreeSet<Controller>,
}

impl States {
    pub(super) fn has(&self, controller: Controller) -> bool {
        match controller {
            Controller::Cpuset => self.cpuset.is_some(),
            Controller::Cpu => self.cpu.is_some(),
            Controller::Cpuacct => self.cpuacct.is_some(),
            Controller::Blkio => self.blkio.is_some(),
            Controller::Memory => self.memory.is_some(),
            Controller::Devices => self.devices.is_some(),
            Controller::Freezer => self.freezer.is_some(),
            Controller::Hugetlb => self.hugetlb.is_some(),
            Controller::NetCls => self.net_cls.is_some(),
            Controller::NetPrio => self.net_prio.is_some(),
            Controller::Pids => self.pids.is_some(),
            other => self.plain.contains(&other),
        }
    }

    /// The controllers that the group has, in the kernel's order.
    pub(super) fn present(&self) -> Vec<Controller> {
        Controller::all().filter(|controller| self.has(*controller)).collect()
    }

    /// Takes the settings of one controller out.
    fn take(&mut self, controller: Controller) -> Self {
        let mut taken = Self::default();
        match controller {
            Controller::Cpuset => taken.cpuset = self.cpuset.take(),
            Controller::Cpu => taken.cpu = self.cpu.take(),
            Controller::Cpuacct => taken.cpuacct = self.cpuacct.take(),
            Controller::Blkio => taken.blkio = self.blkio.take(),
            Controller::Memory => taken.memory = self.memory.take(),
            Controller::Devices => taken.devices = self.devices.take(),
            Controller::Freezer => taken.freezer = self.freezer.take(),
            Controller::Hugetlb => taken.hugetlb = self.hugetlb.take(),
            Controller::NetCls => taken.net_cls = self.net_cls.take(),
            Controller::NetPrio => taken.net_prio = self.net_prio.take(),
            Controller::Pids => taken.pids = self.pids.take(),
            other => {
                self.plain.remove(&other);
            }
        }
        taken
    }

    /// Puts the settings of one controller in.
    fn put(&mut self, controller: Controller, taken: Self) {
        match controller {
            Controller::Cpuset => self.cpuset = taken.cpuset,
            Controller::Cpu => self.cpu = taken.cpu,
            Controller::Cpuacct => self.cpuacct = taken.cpuacct,
            Controller::Blkio => self.blkio = taken.blkio,
            Controller::Memory => self.memory = taken.memory,
            Controller::Devices => self.devices = taken.devices,
            Controller::Freezer => self.freezer = taken.freezer,
            Controller::Hugetlb => self.hugetlb = taken.hugetlb,
            Controller::NetCls => self.net_cls = taken.net_cls,
            Controller::NetPrio => self.net_prio = taken.net_prio,
            Controller::Pids => self.pids = taken.pids,
            other => {
                self.plain.insert(other);
            }
        }
    }
}

impl Controller {
    /// All, in the kernel's order.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(controller, _)| *controller)
    }

    /// The name in version 1 and in /proc/cgroups.
    pub fn v1_name(self) -> &'static str {
        ALL.iter().find(|(controller, _)| *controller == self).map_or("", |(_, name)| name)
    }

    /// The name in version 2.
    pub fn v2_name(self) -> &'static str {
        if self == Self::Blkio { "io" } else { self.v1_name() }
    }

    /// True if `cgroup.subtree_control` does not know the name at all (`cgrp_dfl_inhibit_ss_mask`).
    pub(super) fn is_inhibited(self) -> bool {
        matches!(self, Self::Cpuacct | Self::Devices | Self::Freezer | Self::NetCls | Self::NetPrio)
    }

    /// True for those whose version 1 a kernel can be built without (`CONFIG_MEMCG_V1`, `CONFIG_CPUSETS_V1`).
    pub(super) fn is_v2_only_when_built_so(self) -> bool {
        matches!(self, Self::Cpuset | Self::Memory)
    }

    /// True where the kernel is new enough for it: misc came with 5.13.
    pub(super) fn is_in(self, machine: &Machine) -> bool {
        self != Self::Misc || machine.since(5, 13)
    }

    /// True if `cgroup.controllers` of version 2 lists it. `perf_event` is on everywhere and not listed.
    pub(super) fn is_on_v2(self) -> bool {
        !self.is_inhibited() && self != Self::PerfEvent
    }

    /// True if it works inside a threaded subtree; cgroup-v2.rst, "Threads".
    pub(super) fn is_threaded(self) -> bool {
        matches!(self, Self::Cpuset | Self::Cpu | Self::PerfEvent | Self::Pids)
    }

    pub(super) fn rules(self) -> &'static dyn Rules {
        match self {
            Self::Cpuset => &cpuset::RULES,
            Self::Cpu => &cpu::RULES,
            Self::Cpuacct => &cpuacct::RULES,
            Self::Blkio => &blkio::RULES,
            Self::Memory => &memory::RULES,
            Self::Devices => &devices::RULES,
            Self::Freezer => &freezer::RULES,
            Self::NetCls => &net_cls::RULES,
            Self::Pids => &pids::RULES,
            Self::NetPrio => &net_prio::RULES,
            Self::Hugetlb => &hugetlb::RULES,
            Self::Rdma => &misc::RDMA,
            Self::Misc => &misc::MISC,
            Self::PerfEvent => &Plain,
        }
    }

    pub(super) fn rows(self, noprefix: bool) -> &'static [FileRow] {
        self.rules().rows(noprefix)
    }

    pub(super) fn online(self, state: &mut CgroupState, group: GroupId) {
        if let Some(group) = state.group_mut(group) {
            group.states.put(self, States::default());
        }
        self.rules().online(state, group);
    }

    /// A group loses the controller, and its settings with it.
    pub(super) fn offline(self, state: &mut CgroupState, group: GroupId) {
        if self == Self::Memory {
            state.reparent_charges(group);
        }
        if let Some(group) = state.group_mut(group) {
            group.states.take(self);
        }
    }

    /// The controller moves to another hierarchy: the settings of its root go with it, and the groups below
    /// the old root have none any more.
    pub(super) fn rebind(self, state: &mut CgroupState, from: GroupId, to: GroupId) {
        let Some(taken) = state.group_mut(from).map(|group| group.states.take(self)) else { return };
        if let Some(group) = state.group_mut(to) {
            group.states.put(self, taken);
        }
        if self == Self::Memory {
            state.move_charges(from, to);
        }
        if state.machine.nested {
            // The groups that a cgroup namespace shows as roots are set up for the session, each by itself.
            self.online(state, to);
        }
    }
}
