//! The OOM killer's side of the memory controller: who waits, who may be killed, what is counted. Documentation:
//! admin-guide/cgroup-v1/memory.rst "OOM Control", cgroup-v2.rst "Memory"; mm/memcontrol.c, mm/oom_kill.c.

use super::controller::memory::{self, Event};
use super::{CgroupState, Controller, GroupId, Version};

impl CgroupState {
    /// True while a group that is not to be killed in (or one above it) is full, and the task waits for memory.
    pub(in crate::kernel) fn waits_for_memory(&self, pid: u32) -> bool {
        self.waiting.contains_key(&pid)
    }

    /// Lets a task wait for a group to have room, or no longer.
    pub(in crate::kernel) fn wait_for_memory(&mut self, pid: u32, at: Option<GroupId>) {
        match at {
            Some(group) => self.waiting.insert(pid, group),
            None => self.waiting.remove(&pid),
        };
    }

    /// Tasks that wait for memory.
    pub(in crate::kernel) fn waiting_for_memory(&self) -> Vec<u32> {
        self.waiting.keys().copied().collect()
    }

    /// mem_cgroup_mark_under_oom(): a group in which, or above which, somebody waits for memory.
    pub(super) fn is_under_oom(&self, group: GroupId) -> bool {
        self.waiting.values().any(|at| self.ancestry(group).any(|id| id == *at))
    }

    /// `memory.oom_control` of version 1: the tasks wait, nobody is killed.
    pub(in crate::kernel) fn is_oom_kill_disabled(&self, group: GroupId) -> bool {
        let v1 = self.version(self.hierarchy_of(group)) == Version::V1;
        v1 && memory::settings(self, group).is_some_and(|memory| memory.oom_kill_disable)
    }

    /// Tasks of a group and those below it, for the OOM killer to choose from, with their anonymous memory.
    pub(in crate::kernel) fn oom_candidates(&self, group: GroupId) -> Vec<(u32, u64)> {
        let groups = self.subtree(group);
        let tasks = groups.iter().filter_map(|id| self.group(*id)).flat_map(|group| group.tasks.iter());
        let mut pids: Vec<u32> = tasks.copied().collect();
        pids.sort_unstable();
        pids.into_iter().map(|pid| (pid, self.memory_of(pid))).collect()
    }

    /// Counts that the OOM killer was called because of a group's limit.
    pub(in crate::kernel) fn count_oom(&mut self, group: GroupId) {
        self.count_event(group, Event::Oom);
    }

    /// Counts the kill of a task.
    pub(in crate::kernel) fn count_oom_kill(&mut self, pid: u32) {
        if let Some(group) = self.effective_of(Controller::Memory, pid) {
            self.count_event(group, Event::OomKill);
        }
    }

    /// mem_cgroup_get_oom_group(): who has to go with a task, itself included: all of the highest group with
    /// `memory.oom.group` at or above it and at or below the group that is full.
    pub(in crate::kernel) fn oom_group_of(&mut self, pid: u32, full: GroupId) -> Vec<u32> {
        let Some(group) = self.effective_of(Controller::Memory, pid) else { return Vec::new() };
        let mut whole = None;
        for id in self.ancestry(group) {
            if memory::settings(self, id).is_some_and(|memory| memory.oom_group) {
                whole = Some(id);
            }
            if id == full {
                break;
            }
        }
        let Some(whole) = whole else { return Vec::new() };
        self.count_event(whole, Event::OomGroupKill);
        self.oom_candidates(whole).into_iter().map(|(other, _)| other).collect()
    }

    /// True where a group has more than its limit, since that was lowered.
    pub(in crate::kernel) fn is_over_limit(&self, group: GroupId) -> bool {
        memory::settings(self, group).is_some_and(|memory| memory.usage > memory.max)
    }
}
