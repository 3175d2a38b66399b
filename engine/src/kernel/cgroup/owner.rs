//! Whose groups and files are, and who may move whom: cgroups(7), "Delegation"; cgroup-v2.rst, "Delegation".

use super::file::Request;
use super::{CgroupState, Controller, GroupId, V2};
use crate::kernel::Task;
use crate::kernel::task_table::TaskTable;
use crate::kernel::user::access::{Access, is_allowed};
use crate::kernel::user::capability::Capability;
use crate::kernel::user::credentials::Credentials;
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeSet;

/// The set-group-ID bit (inode(7)).
const S_ISGID: u32 = 0o2000;

/// Mode and owner of an interface file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Attributes {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Who writes, and what beside the groups the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    /// The pid that the number 0 stands for.
    pub(super) writer: u32,
    /// Who that is, and all tasks; nobody where the kernel itself writes.
    by: Option<(&'a Credentials, &'a TaskTable)>,
}

impl<'a> WriteContext<'a> {
    /// A task writes.
    pub(crate) fn of(task: &'a Task, tasks: &'a TaskTable) -> Self {
        Self { writer: task.pid, by: Some((task.credentials(), tasks)) }
    }

    /// Nobody asks for permission.
    #[cfg(test)]
    pub(crate) fn of_kernel(writer: u32) -> Self {
        Self { writer, by: None }
    }

    /// Whose the files are that the write makes.
    pub(super) fn owner(&self) -> (u32, u32) {
        self.by.map_or((0, 0), |(who, _)| (who.uid.fs, who.gid.fs))
    }

    /// EPERM for who is not allowed to administrate the machine.
    pub(super) fn require_root(&self, request: &Request<'_>, rule: &str) -> Result<(), Refusal> {
        match self.by {
            Some((who, _)) if !who.can(Capability::SysAdmin) => {
                Err(request.refusal(Errno::EPERM, Rule::new(rule).with("uid", who.uid.effective)))
            }
            _ => Ok(()),
        }
    }
}

impl CgroupState {
    /// True for a group of the version 2 tree, where that is mounted with nsdelegate.
    pub(crate) fn is_delegated_by_namespace(&self, group: GroupId) -> bool {
        let tree = self.hierarchies.get(&V2);
        self.hierarchy_of(group) == V2
            && tree.is_some_and(|tree| tree.options.iter().any(|option| option == "nsdelegate"))
    }

    /// Mode and owner of a group's file.
    pub(crate) fn file_attributes(&self, group: GroupId, name: &str) -> Attributes {
        let changed = self.group(group).and_then(|group| group.changed_files.get(name)).copied();
        let usual = || self.file(group, name).map_or(0o444, |row| row.mode);
        changed.unwrap_or_else(|| Attributes { mode: usual(), uid: 0, gid: 0 })
    }

    /// Owner and group of a group's directory.
    pub(crate) fn owner_of(&self, group: GroupId) -> (u32, u32) {
        self.group(group).map_or((0, 0), |group| group.owner)
    }

    /// chmod(2) and chown(2) of a group's directory.
    pub(crate) fn set_directory(&mut self, group: GroupId, mode: u32, owner: (u32, u32)) {
        if let Some(group) = self.group_mut(group) {
            (group.mode, group.owner) = (mode, owner);
        }
    }

    /// chmod(2) and chown(2) of a group's file.
    pub(crate) fn set_file(&mut self, group: GroupId, name: &'static str, mode: u32, (uid, gid): (u32, u32)) {
        if let Some(group) = self.group_mut(group) {
            group.changed_files.insert(name, Attributes { mode, uid, gid });
        }
    }

    /// A new group and its files belong to who has made it (`cgroup_kn_set_ugid` in kernel/cgroup/cgroup.c), in a
    /// directory with the set-group-ID bit to that one's group.
    pub(crate) fn give(&mut self, group: GroupId, owner: (u32, u32)) {
        let parent = self.parent(group);
        let inherits = parent.is_some_and(|parent| self.passes_group_on(parent));
        let owner = (owner.0, parent.map_or(owner.1, |parent| self.group_for_new(parent, owner.1)));
        if let Some(group) = self.group_mut(group).filter(|_| inherits) {
            group.mode |= S_ISGID;
        }
        if owner == (0, 0) {
            return;
        }
        let files: Vec<(&'static str, u32)> = self.rows(group).map(|row| (row.name, row.mode)).collect();
        if let Some(group) = self.group_mut(group) {
            group.owner = owner;
        }
        for (name, mode) in files {
            self.set_file(group, name, mode, owner);
        }
    }

    /// True for a directory whose new files have its group: with S_ISGID, since Linux 6.8 (fs/kernfs/dir.c,
    /// `kernfs_new_node`).
    fn passes_group_on(&self, directory: GroupId) -> bool {
        self.machine.since(6, 8) && self.group(directory).is_some_and(|group| group.mode & S_ISGID != 0)
    }

    /// The group of a file that is made in a directory by somebody of this group.
    fn group_for_new(&self, directory: GroupId, gid: u32) -> u32 {
        if self.passes_group_on(directory) { self.owner_of(directory).1 } else { gid }
    }

    /// The files of a controller have come to a group, or left it: they are new, and belong to who wrote that.
    pub(super) fn give_files(&mut self, group: GroupId, controller: Controller, owner: (u32, u32)) {
        let owner = (owner.0, self.group_for_new(group, owner.1));
        for row in controller.rows(false) {
            let there = owner != (0, 0) && self.file(group, row.name).is_some();
            if there {
                self.set_file(group, row.name, row.mode, owner);
            } else if let Some(group) = self.group_mut(group) {
                group.changed_files.remove(row.name);
            }
        }
    }

    /// Version 1, `__cgroup1_procs_write`: root moves anybody, others only tasks whose real or saved user they act as.
    pub(super) fn vet_owner(&self, request: &Request<'_>, pid: u32) -> Result<(), Refusal> {
        let Some((who, tasks)) = request.context.by else { return Ok(()) };
        let Some(target) = tasks.get(pid) else { return Ok(()) };
        let (whose, user) = (target.credentials().uid, who.uid.effective);
        if user == 0 || user == whose.real || user == whose.saved {
            return Ok(());
        }
        let rule = Rule::new("rule-cgroup1-move-others").with("pid", pid).with("owner", whose.real);
        Err(request.refusal(Errno::EACCES, rule.with("uid", user)))
    }

    /// Version 2, `cgroup_procs_write_permission`: who moves a task has to be allowed to write to `cgroup.procs` of
    /// the nearest group that is above both where it is and where it goes.
    pub(super) fn vet_common_ancestor(&self, request: &Request<'_>, pid: u32) -> Result<(), Refusal> {
        let Some((who, _)) = request.context.by else { return Ok(()) };
        let Some(from) = self.group_of(V2, pid) else { return Ok(()) };
        let above: Vec<GroupId> = self.ancestry(request.group).collect();
        let Some(common) = self.ancestry(from).find(|group| above.contains(group)) else { return Ok(()) };
        let Attributes { mode, uid, gid } = self.file_attributes(common, "cgroup.procs");
        let file = Stat { kind: FileKind::Regular, mode, nlink: 1, uid, gid, size: 0 };
        // Whose ids a nested user namespace knows is not asked: there the mode alone counts.
        if is_allowed(who, &file, Access::WRITE, who.users.is_initial()) {
            return Ok(());
        }
        let rule = Rule::new("rule-cgroup2-move-across").with("pid", pid).with("ancestor", self.path(common));
        Err(request.refusal(Errno::EACCES, rule.with("uid", who.uid.fs)))
    }

    /// `cpuset_can_attach`: another cpuset changes where a task runs, and who moves it has to be allowed to say that
    /// (`cap_task_setscheduler` in security/commoncap.c: as many capabilities as it, or CAP_SYS_NICE). In version 2 that
    /// is not asked since Linux 6.6 where both cpusets are effectively the same.
    pub(super) fn vet_scheduler(&self, request: &Request<'_>, pid: u32) -> Result<(), Refusal> {
        let hierarchy = self.hierarchy_of(request.group);
        let cpuset = |group| self.effective(Controller::Cpuset, group);
        let Some(from) = self.group_of(hierarchy, pid).and_then(cpuset) else { return Ok(()) };
        let Some(to) = cpuset(request.group).filter(|to| *to != from) else { return Ok(()) };
        let lists = self.cpuset_lists(to);
        let unchanged = hierarchy == V2 && self.machine.since(6, 6) && lists == self.cpuset_lists(from);
        // That a list is empty is found first, and refused when the task moves.
        let empty = lists.iter().any(|list| list.is_empty());
        if empty || unchanged { Ok(()) } else { Self::vet_scheduling(request, pid) }
    }

    /// The same where a group begins or stops to hand cpuset down: the tasks of all groups below it come to another cpuset
    /// (`cgroup_update_dfl_csses`). A new one has the CPUs and memory nodes of the one above.
    pub(super) fn vet_scheduler_below(
        &self,
        request: &Request<'_>,
        enable: &BTreeSet<Controller>,
        disable: &BTreeSet<Controller>,
    ) -> Result<(), Refusal> {
        let (begins, stops) = (enable.contains(&Controller::Cpuset), disable.contains(&Controller::Cpuset));
        if !begins && !stops {
            return Ok(());
        }
        let above = self.effective(Controller::Cpuset, request.group).map(|above| self.cpuset_lists(above));
        for group in self.subtree(request.group).into_iter().filter(|group| *group != request.group) {
            let own = self.effective(Controller::Cpuset, group).map(|own| self.cpuset_lists(own));
            if self.machine.since(6, 6) && (begins || own == above) {
                continue;
            }
            for pid in self.threads_in(group) {
                Self::vet_scheduling(request, pid)?;
            }
        }
        Ok(())
    }

    /// `cap_safe_nice`.
    fn vet_scheduling(request: &Request<'_>, pid: u32) -> Result<(), Refusal> {
        let Some((who, tasks)) = request.context.by else { return Ok(()) };
        let Some(theirs) = tasks.get(pid).map(|target| target.credentials().permitted) else { return Ok(()) };
        if who.can(Capability::SysNice) || who.permitted.both(theirs) == theirs {
            return Ok(());
        }
        let rule = Rule::new("rule-cpuset-move-others").with("pid", pid).with("uid", who.uid.effective);
        Err(request.refusal(Errno::EPERM, rule))
    }
}
