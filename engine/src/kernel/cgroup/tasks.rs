//! Membership: each living task is in exactly one group of each hierarchy.
//!
//! Attaching and forking have two phases, as in the kernel: every controller is asked first, and only if none
//! refuses does anything change. So "a fork is limited, a move is not" is what the controllers say.

use super::file::Request;
use super::{CgroupState, Controller, Effect, FreezerKind, GroupId, HierarchyId, Shared, V2, Version};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A task as control groups see it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Member {
    /// The process that it is a thread of.
    pub(super) tgid: u32,
    pub(super) groups: BTreeMap<HierarchyId, GroupId>,
    /// Bytes charged, by the version of the hierarchy's group that they were charged to.
    pub(super) charges: BTreeMap<GroupId, u64>,
    pub(super) zombie: Option<Zombie>,
    /// A thread of the kernel that has to stay where it is.
    kernel_thread: bool,
}

/// What is left of a task that has exited and was not waited for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Zombie {
    /// Its path in the version 2 tree when it exited.
    path: String,
    /// The domain of its version 2 group, where that was threaded and has been removed.
    domain: Option<GroupId>,
    /// Groups in which it still counts for `pids.current`.
    pub(super) pids: Vec<GroupId>,
}

impl CgroupState {
    /// Puts a task of the profile into every root.
    pub(super) fn add_first_task(&mut self, pid: u32, kernel_thread: bool) {
        let member = Member { tgid: pid, kernel_thread, ..Member::default() };
        self.members.insert(pid, Shared::from(member));
        for id in self.hierarchies.keys().copied().collect::<Vec<_>>() {
            self.enter(pid, self.root(id));
        }
    }

    /// A task that the kernel made is in the root of every hierarchy, as kernel threads are.
    pub fn add_helper(&mut self, pid: u32) {
        self.add_first_task(pid, false);
    }

    /// A new hierarchy: all tasks are in its root.
    pub(super) fn enter_all(&mut self, id: HierarchyId, root: GroupId) {
        for pid in self.members.keys().collect::<Vec<_>>() {
            if self.members.get(pid).is_some_and(|member| member.zombie.is_none()) {
                self.enter(pid, root);
            } else if let Some(member) = self.members.get_mut(pid) {
                member.groups.insert(id, root);
            }
        }
    }

    /// A hierarchy is gone.
    pub(super) fn leave_all(&mut self, id: HierarchyId) {
        for pid in self.members.keys().collect::<Vec<_>>() {
            if let Some(member) = self.members.get_mut(pid) {
                member.groups.remove(&id);
            }
        }
    }

    fn enter(&mut self, pid: u32, to: GroupId) {
        let hierarchy = self.hierarchy_of(to);
        if let Some(member) = self.members.get_mut(pid) {
            member.groups.insert(hierarchy, to);
        }
        if let Some(group) = self.group_mut(to) {
            group.tasks.insert(pid);
        }
        self.count_populated(to, true);
    }

    /// Takes a task out of a group's list; gives what `notify_on_release` asks for, innermost first.
    fn leave(&mut self, pid: u32, from: GroupId) -> Vec<Effect> {
        if let Some(group) = self.group_mut(from) {
            group.tasks.remove(&pid);
        }
        let emptied = self.count_populated(from, false);
        emptied.into_iter().filter_map(|id| self.check_for_release(id)).collect()
    }

    /// cgroup_update_populated(); gives the groups that have become empty.
    fn count_populated(&mut self, from: GroupId, more: bool) -> Vec<GroupId> {
        let mut emptied = Vec::new();
        for id in self.ancestry(from).collect::<Vec<_>>() {
            let Some(group) = self.group_mut(id) else { continue };
            group.populated = if more { group.populated + 1 } else { group.populated.saturating_sub(1) };
            let changed = group.populated == u32::from(more);
            let (parent, domain) = (group.parent, !group.threaded);
            if changed && !more {
                emptied.push(id);
            }
            if let Some(above) = parent.filter(|_| changed && domain).and_then(|id| self.group_mut(id)) {
                let count = &mut above.populated_domain_children;
                *count = if more { *count + 1 } else { count.saturating_sub(1) };
            }
        }
        emptied
    }

    /// The group nearest to `group`, itself included, that has settings of a controller; the one whose limits
    /// apply to its tasks.
    pub(super) fn effective(&self, controller: Controller, group: GroupId) -> Option<GroupId> {
        self.ancestry(group).find(|id| self.group(*id).is_some_and(|group| group.states.has(controller)))
    }

    /// The group of a living task whose settings of a controller apply to it.
    pub(super) fn effective_of(&self, controller: Controller, pid: u32) -> Option<GroupId> {
        let member = self.members.get(pid).filter(|member| member.zombie.is_none())?;
        let owner = member.groups.values().find(|id| {
            let hierarchy = self.hierarchies.get(&self.hierarchy_of(**id));
            hierarchy.is_some_and(|hierarchy| hierarchy.controllers.contains(&controller))
        })?;
        self.effective(controller, *owner)
    }

    /// Moves a task, if every controller of the hierarchy agrees. A task that has exited is left where it is.
    pub(super) fn attach(&mut self, pid: u32, to: GroupId) -> Result<Vec<Effect>, Refusal> {
        let hierarchy = self.hierarchy_of(to);
        let member = self.members.get(pid).filter(|member| member.zombie.is_none());
        let Some(&from) = member.and_then(|member| member.groups.get(&hierarchy)) else {
            return Ok(Vec::new());
        };
        if from == to {
            return Ok(Vec::new());
        }
        let moved: Vec<_> = self
            .hierarchies
            .get(&hierarchy)
            .into_iter()
            .flat_map(|hierarchy| hierarchy.controllers.iter().copied())
            .filter_map(|controller| {
                let (from, to) = (self.effective(controller, from)?, self.effective(controller, to)?);
                (from != to).then_some((controller, from, to))
            })
            .collect();
        for (controller, _, to) in &moved {
            controller.rules().can_attach(self, *to)?;
        }
        if let Some((_, from, to)) = moved.iter().find(|(controller, ..)| *controller == Controller::Memory) {
            self.take_memory_along(pid, *from, *to)?;
        }
        for (controller, from, to) in &moved {
            controller.rules().attach(self, *from, *to);
        }
        // In first, so that a common ancestor is at no time empty.
        self.enter(pid, to);
        Ok(self.leave(pid, from))
    }

    /// Moves all threads of a process, if every controller agrees to each of them.
    pub(super) fn attach_process(&mut self, pid: u32, to: GroupId) -> Result<Vec<Effect>, Refusal> {
        let tgid = self.members.get(pid).map_or(pid, |member| member.tgid);
        let Some(threads) = self.threads.get(&tgid).cloned() else { return self.attach(tgid, to) };
        let mut effects = Vec::new();
        for tid in threads.iter() {
            effects.extend(self.attach(*tid, to)?);
        }
        Ok(effects)
    }

    /// A new process joins the groups of its parent.
    ///
    /// # Errors
    /// `EAGAIN` at a `pids.max`. After a refusal call [`CgroupState::fork_refused`] on the state that is kept.
    pub fn fork(&mut self, parent: u32, child: u32) -> Result<(), Refusal> {
        self.join(parent, child, child)
    }

    /// A new thread of a process joins the groups of the thread that made it.
    ///
    /// # Errors
    /// As for [`CgroupState::fork`].
    pub fn fork_thread(&mut self, parent: u32, child: u32) -> Result<(), Refusal> {
        let tgid = self.members.get(parent).map_or(parent, |member| member.tgid);
        self.join(parent, child, tgid)?;
        let mut threads = self.threads.get(&tgid).map(|threads| (**threads).clone()).unwrap_or_default();
        threads.extend([tgid, child]);
        self.threads.insert(tgid, Shared::from(threads));
        Ok(())
    }

    fn join(&mut self, parent: u32, child: u32, tgid: u32) -> Result<(), Refusal> {
        let Some(member) = self.members.get(parent).cloned() else { return Ok(()) };
        let charged: Vec<_> = self
            .machine
            .controllers
            .iter()
            .filter_map(|controller| Some((*controller, self.effective_of(*controller, parent)?)))
            .collect();
        for (controller, group) in &charged {
            controller.rules().can_fork(self, *group)?;
        }
        for (controller, group) in &charged {
            controller.rules().fork(self, *group);
        }
        self.members.insert(child, Shared::from(Member { tgid, ..Member::default() }));
        for group in member.groups.values() {
            self.enter(child, *group);
        }
        Ok(())
    }

    /// Counts a refused fork of `parent` where Linux counts it (`pids.events`).
    pub fn fork_refused(&mut self, parent: u32) {
        for controller in self.machine.controllers.clone() {
            if let Some(group) = self.effective_of(controller, parent) {
                controller.rules().fork_refused(self, group);
            }
        }
    }

    /// A process has exited and becomes a zombie: it is in no list of tasks and uses nothing any more, but
    /// still counts in `pids.current`.
    pub fn exit(&mut self, pid: u32) -> Vec<Effect> {
        let Some(member) = self.members.get(pid).filter(|member| member.zombie.is_none()).cloned() else {
            return Vec::new();
        };
        self.set_memory(pid, 0);
        self.wait_for_memory(pid, None);
        let pids = self.effective_of(Controller::Pids, pid).map(|id| self.ancestry(id).collect());
        let path = member.groups.get(&V2).map(|id| self.path(*id)).unwrap_or_default();
        let effects = member.groups.values().flat_map(|group| self.leave(pid, *group)).collect();
        if let Some(member) = self.members.get_mut(pid) {
            let pids = pids.unwrap_or_default();
            member.zombie = Some(Zombie { path, domain: None, pids });
        }
        effects
    }

    /// A zombie has been waited for.
    pub fn reap(&mut self, pid: u32) {
        if let Some(member) = self.members.remove(pid) {
            self.forget_thread(pid, member.tgid);
            let groups = member.zombie.iter().flat_map(|zombie| zombie.pids.iter().copied());
            for group in groups.collect::<Vec<_>>() {
                Controller::uncharge_pid(self, group);
            }
        }
    }

    /// A thread gets the number of the first of its process, which is no more; execve(2).
    pub fn rename(&mut self, tid: u32, tgid: u32) {
        let Some(mut member) = self.members.remove(tid) else { return };
        self.forget_thread(tid, member.tgid);
        member.tgid = tgid;
        for id in member.groups.values() {
            if let Some(group) = self.groups.get_mut(*id) {
                group.tasks.remove(&tid);
                group.tasks.insert(tgid);
            }
        }
        self.members.insert(tgid, member);
    }

    fn forget_thread(&mut self, tid: u32, tgid: u32) {
        let Some(threads) = self.threads.get_mut(&tgid) else { return };
        threads.remove(&tid);
        if threads.len() <= 1 {
            self.threads.remove(&tgid);
        }
    }

    /// The threads in `tasks` and `cgroup.threads`, sorted.
    pub fn threads_in(&self, group: GroupId) -> Vec<u32> {
        self.group(group).map(|group| group.tasks.iter().copied().collect()).unwrap_or_default()
    }

    /// The pids in `cgroup.procs`, sorted: processes with a thread in the group. A version 2 group with
    /// threaded children lists theirs too.
    pub fn members(&self, group: GroupId) -> Vec<u32> {
        let Some(found) = self.group(group) else { return Vec::new() };
        let process = |tid: &u32| self.members.get(*tid).map_or(*tid, |member| member.tgid);
        let mut pids: BTreeSet<u32> = found.tasks.iter().map(process).collect();
        if found.threaded_children > 0 && !found.threaded {
            let below = self.subtree(group).into_iter().skip(1).filter_map(|id| self.group(id));
            pids.extend(
                below.filter(|group| group.threaded).flat_map(|group| group.tasks.iter().map(process)),
            );
        }
        pids.into_iter().collect()
    }

    /// The group of a task in a hierarchy. A zombie is in the root of version 1 hierarchies, and in the group
    /// it was in of version 2, as long as that is there.
    pub fn group_of(&self, hierarchy: HierarchyId, pid: u32) -> Option<GroupId> {
        let member = self.members.get(pid)?;
        let group = *member.groups.get(&hierarchy)?;
        match (&member.zombie, self.version(hierarchy)) {
            (Some(_), Version::V1) => Some(self.root(hierarchy)),
            _ => self.exists(group).then_some(group),
        }
    }

    /// A threaded group is about to be removed: the zombies in it stay in its domain (`dom_cgrp`).
    pub(super) fn keep_domain(&mut self, group: GroupId) {
        let domain = self.domain(group);
        let is_in = |member: &Member| member.zombie.is_some() && member.groups.get(&V2) == Some(&group);
        let zombies = self.members.iter().filter(|(_, member)| is_in(member)).map(|(pid, _)| pid);
        for pid in zombies.collect::<Vec<_>>() {
            let zombie = self.members.get_mut(pid).and_then(|member| member.zombie.as_mut());
            if let Some(zombie) = zombie {
                zombie.domain = Some(domain);
            }
        }
    }

    /// The group whose resource domain a task is in. A removed group is a domain of its own, unless it was threaded.
    pub(super) fn domain_of_task(&self, pid: u32) -> Option<GroupId> {
        let member = self.members.get(pid)?;
        let kept = member.zombie.as_ref().and_then(|zombie| zombie.domain);
        kept.or_else(|| member.groups.get(&V2).map(|group| self.domain(*group)))
    }

    /// The path that /proc/PID/cgroup shows in a hierarchy; cgroup_path_from_kernfs_id, proc_cgroup_show().
    pub(super) fn shown_path(&self, hierarchy: HierarchyId, member: &Member) -> Option<String> {
        let group = *member.groups.get(&hierarchy)?;
        Some(match (&member.zombie, self.version(hierarchy)) {
            (Some(_), Version::V1) => "/".to_owned(),
            (Some(zombie), Version::V2) if !self.exists(group) => format!("{} (deleted)", zombie.path),
            _ => self.path(group),
        })
    }

    /// Which freezer holds a task, if any.
    pub fn is_frozen(&self, pid: u32) -> Option<FreezerKind> {
        let member = self.members.get(pid).filter(|member| member.zombie.is_none())?;
        if self.effective_of(Controller::Freezer, pid).is_some_and(|group| self.frozen_v1(group)) {
            return Some(FreezerKind::V1);
        }
        let v2 = member.groups.get(&V2)?;
        self.frozen_v2(*v2).then_some(FreezerKind::V2)
    }

    /// True while the task has not been reaped.
    pub fn has_task(&self, pid: u32) -> bool {
        self.members.contains_key(pid)
    }
}

/// Reads the pid of a write to `tasks`, `cgroup.procs` or `cgroup.threads`: cgroup_procs_write_start(). 0 is
/// the writer; blanks around, `+` and hex are fine.
pub(super) fn pid_of(state: &CgroupState, request: &Request<'_>) -> Result<u32, Refusal> {
    let number = super::parse::int(request.stripped()).ok().and_then(|pid| u32::try_from(pid).ok());
    let Some(pid) = number else {
        return request.refuse(Errno::EINVAL, "rule-cgroup-pid-invalid");
    };
    let pid = if pid == 0 { request.context.writer } else { pid };
    match state.members.get(pid) {
        Some(member) if member.kernel_thread => {
            return Err(
                request.refusal(Errno::EINVAL, Rule::new("rule-cgroup-kernel-thread").with("pid", pid))
            );
        }
        Some(_) => return Ok(pid),
        None => {}
    }
    Err(request.refusal(Errno::ESRCH, Rule::new("rule-cgroup-pid-missing").with("pid", pid)))
}

/// One pid a line, sorted.
pub(super) fn pid_lines(pids: &[u32]) -> String {
    pids.iter().map(|pid| format!("{pid}\n")).collect()
}
