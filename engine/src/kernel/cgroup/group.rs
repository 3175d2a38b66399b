//! The tree of groups.

use super::controller::States;
use super::{Attributes, CgroupState, Controller, Effect, GroupId, HierarchyId, Shared, Version};
use crate::kernel::layered::{Layered, LayeredSet};
use crate::kernel::shared::OrdMap;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// One control group.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Group {
    pub(super) hierarchy: HierarchyId,
    pub(super) parent: Option<GroupId>,
    pub(super) name: SmolStr,
    pub(super) children: Layered<SmolStr, GroupId>,
    /// Living tasks in this group itself.
    pub(super) tasks: LayeredSet<u32>,
    /// Living tasks here and below.
    pub(super) populated: u32,
    /// Groups below.
    pub(super) descendants: u32,
    /// Permission bits of the directory.
    pub(super) mode: u32,
    /// Owner and group of the directory.
    pub(super) owner: (u32, u32),
    /// Files whose mode or owner is not the usual one.
    pub(super) changed_files: OrdMap<&'static str, Attributes>,
    /// Version 1: `cgroup.clone_children`.
    pub(super) clone_children: bool,
    /// Version 1: `notify_on_release`.
    pub(super) notify_on_release: bool,
    /// Version 2: controllers that the children have.
    pub(super) subtree_control: BTreeSet<Controller>,
    /// Version 2: `cgroup.type` is `threaded`.
    pub(super) threaded: bool,
    /// Version 2: children that are threaded.
    pub(super) threaded_children: u32,
    /// Version 2: children that are no threaded groups and have tasks in or below them.
    pub(super) populated_domain_children: u32,
    /// Version 2: `cgroup.max.depth`, `None` for `max`.
    pub(super) max_depth: Option<u32>,
    /// Version 2: `cgroup.max.descendants`.
    pub(super) max_descendants: Option<u32>,
    /// Version 2: `cgroup.freeze`.
    pub(super) freeze: bool,
    /// Version 2: `cgroup.pressure` is 0.
    pub(super) pressure_off: bool,
    /// Version 2: children have the controllers that are on without being asked for (perf_event).
    pub(super) implicit: bool,
    /// Version 2: CPU time used here and below, in nanoseconds.
    pub(super) usage_ns: u64,
    pub(super) states: States,
}

impl Group {
    pub(super) fn root(hierarchy: HierarchyId) -> Self {
        Self {
            hierarchy,
            parent: None,
            name: SmolStr::default(),
            children: Layered::default(),
            tasks: LayeredSet::default(),
            populated: 0,
            descendants: 0,
            mode: ROOT_MODE,
            owner: (0, 0),
            changed_files: OrdMap::new(),
            clone_children: false,
            notify_on_release: false,
            subtree_control: BTreeSet::new(),
            threaded: false,
            threaded_children: 0,
            populated_domain_children: 0,
            max_depth: None,
            max_descendants: None,
            freeze: false,
            pressure_off: false,
            implicit: false,
            usage_ns: 0,
            states: States::default(),
        }
    }

    fn child(&self, parent: GroupId, name: &str, mode: u32) -> Self {
        Self {
            parent: Some(parent),
            name: name.into(),
            mode,
            // kernel/cgroup/cgroup.c, cgroup_create(): both flags are inherited.
            clone_children: self.clone_children,
            notify_on_release: self.notify_on_release,
            implicit: true,
            ..Self::root(self.hierarchy)
        }
    }
}

/// cgroup_setup_root(): root may list a hierarchy's root and enter it, but not write.
const ROOT_MODE: u32 = 0o555;

/// Longest name of a group. kernfs has no NAME_MAX; a path as a whole ends at PATH_MAX.
const NAME_MAX: usize = 4095;

fn refuse<T>(errno: Errno, at: &str, rule: Rule) -> Result<T, Refusal> {
    Err(Refusal::by(errno, at, rule))
}

impl CgroupState {
    pub(super) fn new_group(&mut self, group: Group) -> GroupId {
        let id = GroupId(self.next_group);
        self.next_group += 1;
        self.groups.insert(id, Shared::from(group));
        id
    }

    /// mkdir(2) of a group; `mode` is without the bits that the umask takes away.
    ///
    /// # Errors
    /// `EEXIST`, `EINVAL` for a newline in the name, `ENAMETOOLONG`, `EAGAIN` beyond `cgroup.max.depth` or
    /// `cgroup.max.descendants`, `ENODEV` if the parent is gone.
    pub fn mkdir(&mut self, parent: GroupId, name: &str, mode: u32) -> Result<GroupId, Refusal> {
        let Some(above) = self.group(parent) else {
            return refuse(Errno::ENODEV, "mkdir", Rule::new("rule-cgroup-gone"));
        };
        let rule = |id: &str| Rule::new(id).with("name", name);
        if name.len() > NAME_MAX {
            return refuse(Errno::ENAMETOOLONG, "mkdir", Rule::new("rule-cgroup-name-too-long"));
        }
        if above.children.contains_key(name) || self.file(parent, name).is_some() {
            return refuse(Errno::EEXIST, "mkdir", rule("rule-cgroup-name-exists"));
        }
        // A newline would break the lines of /proc/PID/cgroup: cgroup_mkdir().
        if name.contains('\n') {
            return refuse(Errno::EINVAL, "mkdir", Rule::new("rule-cgroup-name-newline"));
        }
        self.check_tree_limits(parent)?;
        let child = above.child(parent, name, mode);
        let hierarchy = child.hierarchy;
        let id = self.new_group(child);
        if let Some(above) = self.group_mut(parent) {
            above.children.insert(name.into(), id);
        }
        self.count_descendant(parent, true);
        for controller in self.controllers_of_children(hierarchy, parent) {
            controller.online(self, id);
        }
        Ok(id)
    }

    /// The controllers that a child of `parent` has.
    fn controllers_of_children(&self, hierarchy: HierarchyId, parent: GroupId) -> Vec<Controller> {
        match self.version(hierarchy) {
            Version::V1 => self
                .hierarchies
                .get(&hierarchy)
                .map(|h| h.controllers.iter().copied().collect())
                .unwrap_or_default(),
            Version::V2 => self
                .group(parent)
                .map(|group| group.subtree_control.iter().copied().collect())
                .unwrap_or_default(),
        }
    }

    /// cgroup_check_hierarchy_limits(): "cgroup.max.descendants", "cgroup.max.depth".
    fn check_tree_limits(&self, parent: GroupId) -> Result<(), Refusal> {
        for (level, id) in (1_u32..).zip(self.ancestry(parent)) {
            let Some(group) = self.group(id) else { continue };
            if let Some(most) = group.max_descendants.filter(|most| group.descendants >= *most) {
                let rule = Rule::new("rule-cgroup2-max-descendants").with("limit", most);
                return refuse(Errno::EAGAIN, "mkdir", rule.with("group", self.path(id)));
            }
            if let Some(most) = group.max_depth.filter(|most| level > *most) {
                let rule = Rule::new("rule-cgroup2-max-depth").with("limit", most);
                return refuse(Errno::EAGAIN, "mkdir", rule.with("group", self.path(id)));
            }
        }
        Ok(())
    }

    fn count_descendant(&mut self, from: GroupId, more: bool) {
        for id in self.ancestry(from).collect::<Vec<_>>() {
            if let Some(group) = self.group_mut(id) {
                group.descendants =
                    if more { group.descendants + 1 } else { group.descendants.saturating_sub(1) };
            }
        }
    }

    /// rmdir(2) of a group. The effects are what the parent's `notify_on_release` asks for.
    ///
    /// # Errors
    /// `EBUSY` if there are tasks in it, groups below it, or if it is a root. `ENODEV` if it is gone.
    pub fn rmdir(&mut self, id: GroupId) -> Result<Vec<Effect>, Refusal> {
        let Some(group) = self.group(id) else {
            return refuse(Errno::ENODEV, "rmdir", Rule::new("rule-cgroup-gone"));
        };
        let rule = |rule: &str| Rule::new(rule).with("group", self.path(id));
        let Some(parent) = group.parent else {
            return refuse(Errno::EBUSY, "rmdir", rule("rule-cgroup-busy-root"));
        };
        if !group.tasks.is_empty() {
            let rule = rule("rule-cgroup-busy-tasks").with("tasks", group.tasks.len());
            return refuse(Errno::EBUSY, "rmdir", rule);
        }
        if !group.children.is_empty() {
            let rule = rule("rule-cgroup-busy-children").with("children", group.children.len());
            return refuse(Errno::EBUSY, "rmdir", rule);
        }
        let (name, threaded) = (group.name.clone(), group.threaded);
        for controller in group.states.present() {
            controller.offline(self, id);
        }
        if threaded {
            self.keep_domain(id);
        }
        self.groups.remove(id);
        self.stalls.remove(&id);
        if let Some(above) = self.group_mut(parent) {
            above.children.remove(&name);
            above.threaded_children -= u32::from(threaded);
        }
        self.count_descendant(parent, false);
        Ok(self.check_for_release(parent).into_iter().collect())
    }

    /// rename(2) of a group: cgroup1_rename(). The settings, tasks and children stay.
    ///
    /// # Errors
    /// `EPERM` in version 2, `EIO` for another parent, `EEXIST`, `EINVAL` for a newline in the name.
    pub fn rename_group(
        &mut self,
        id: GroupId,
        parent: GroupId,
        to: GroupId,
        name: &str,
    ) -> Result<(), Refusal> {
        let rule = |id: &str| Rule::new(id).with("name", name);
        // A newline would break the lines of /proc/PID/cgroup.
        if name.contains('\n') {
            return refuse(Errno::EINVAL, "rename", Rule::new("rule-cgroup-name-newline"));
        }
        if self.version(self.hierarchy_of(id)) == Version::V2 {
            return refuse(Errno::EPERM, "rename", rule("rule-cgroup2-rename"));
        }
        if parent != to {
            return refuse(Errno::EIO, "rename", rule("rule-cgroup1-rename-parent"));
        }
        if self.child(parent, name).is_some() || self.file(parent, name).is_some() {
            return refuse(Errno::EEXIST, "rename", rule("rule-cgroup-name-exists"));
        }
        let old = SmolStr::from(self.name_of(id));
        if let Some(above) = self.group_mut(parent) {
            above.children.remove(&old);
            above.children.insert(name.into(), id);
        }
        if let Some(group) = self.group_mut(id) {
            group.name = name.into();
        }
        Ok(())
    }

    /// rename(2) of a group's file: cgroup1_rename() takes directories only, and version 2 has no rename.
    ///
    /// # Errors
    /// `ENOTDIR` in version 1, `EPERM` in version 2.
    pub fn rename_file(&mut self, group: GroupId, name: &str) -> Result<(), Refusal> {
        let rule = |id: &str| Rule::new(id).with("name", name);
        match self.version(self.hierarchy_of(group)) {
            Version::V1 => refuse(Errno::ENOTDIR, "rename", rule("rule-cgroup1-rename-file")),
            Version::V2 => refuse(Errno::EPERM, "rename", rule("rule-cgroup2-rename")),
        }
    }

    /// True for a group that was made threaded.
    pub fn is_threaded(&self, group: GroupId) -> bool {
        self.group(group).is_some_and(|group| group.threaded)
    }

    /// cgroup1_check_for_release(): the group has become free of tasks and children.
    pub(super) fn check_for_release(&self, id: GroupId) -> Option<Effect> {
        let group = self.group(id)?;
        let agent = &self.hierarchies.get(&group.hierarchy)?.release_agent;
        let released = group.notify_on_release && group.populated == 0 && group.children.is_empty();
        (released && !agent.is_empty())
            .then(|| Effect::ReleaseAgent { agent: agent.clone(), path: self.path(id) })
    }

    /// Permission bits of the group's directory. A root that a cgroup namespace shows was made as 0755.
    pub fn mode(&self, group: GroupId) -> u32 {
        match self.group(group) {
            Some(found)
                if found.parent.is_some() || self.is_machine_root(group) || found.mode != ROOT_MODE =>
            {
                found.mode
            }
            _ => 0o755,
        }
    }

    /// True while the group has not been removed.
    pub fn exists(&self, group: GroupId) -> bool {
        self.groups.contains_key(group)
    }

    /// The hierarchy of a group.
    pub fn hierarchy_of(&self, group: GroupId) -> HierarchyId {
        self.group(group).map_or(super::V2, |group| group.hierarchy)
    }

    /// The group above; `None` for a root.
    pub fn parent(&self, group: GroupId) -> Option<GroupId> {
        self.group(group)?.parent
    }

    /// The directory's name; empty for a root.
    pub fn name_of(&self, group: GroupId) -> &str {
        self.group(group).map_or("", |group| &group.name)
    }

    /// The path within the hierarchy: `/`, `/a/b`.
    pub fn path(&self, group: GroupId) -> String {
        let mut names: Vec<&str> = self.ancestry(group).map(|id| self.name_of(id)).collect();
        names.pop();
        if names.is_empty() {
            return "/".to_owned();
        }
        names.iter().rev().fold(String::new(), |path, name| path + "/" + name)
    }

    /// A child by its name.
    pub fn child(&self, group: GroupId, name: &str) -> Option<GroupId> {
        self.group(group)?.children.get(name).copied()
    }

    /// The children, sorted by name.
    pub fn children(&self, group: GroupId) -> impl Iterator<Item = (&str, GroupId)> + '_ {
        let children = self.group(group).into_iter().flat_map(|group| group.children.iter());
        children.map(|(name, id)| (name.as_str(), *id))
    }

    /// How many groups are directly below.
    pub fn n_children(&self, group: GroupId) -> u32 {
        let children = self.group(group).map_or(0, |group| group.children.len());
        u32::try_from(children).unwrap_or(u32::MAX)
    }

    /// How many groups a hierarchy has, its root included.
    pub fn count(&self, id: HierarchyId) -> u32 {
        self.group(self.root(id)).map_or(0, |root| root.descendants + 1)
    }
}
