//! Hierarchies: which controllers they have, and how they come and go with mounts.
//!
//! Every controller is in exactly one hierarchy. Those that no version 1 mount has taken are in the version 2
//! tree (kernel/cgroup/cgroup.c, rebind_subsystems()).

use super::file::Version;
use super::group::Group;
use super::mount_options::{Options, parse_v2};
use super::{CgroupState, Controller, GroupId, HierarchyId, Shared, V2};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeSet;

/// One tree of groups.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Hierarchy {
    pub(super) root: GroupId,
    pub(super) name: String,
    /// For version 2: those that no version 1 hierarchy has.
    pub(super) controllers: BTreeSet<Controller>,
    pub(super) release_agent: String,
    pub(super) noprefix: bool,
    xattr: bool,
    /// Of version 2, as /proc/mounts shows them.
    options: Vec<String>,
    /// It belongs to the machine outside of the cgroup namespace and outlives every umount here.
    outside: bool,
}

impl CgroupState {
    /// Makes the version 2 tree, with all controllers.
    pub(super) fn make_v2(&mut self) {
        let controllers = self.machine.controllers.iter().copied().collect();
        let root = self.new_group(Group::root(V2));
        let hierarchy = Hierarchy {
            root,
            name: String::new(),
            controllers,
            release_agent: String::new(),
            noprefix: false,
            xattr: false,
            options: Vec::new(),
            outside: true,
        };
        self.hierarchies.insert(V2, Shared::from(hierarchy));
        for controller in self.machine.controllers.clone() {
            controller.online(self, root);
        }
    }

    /// True for the version 2 tree, and for hierarchies that existed before the session.
    pub(super) fn is_outside(&self, id: HierarchyId) -> bool {
        self.hierarchies.get(&id).is_some_and(|hierarchy| hierarchy.outside)
    }

    /// Makes the hierarchies that exist outside of the cgroup namespace.
    pub(super) fn adopt<'a>(&mut self, mounts: impl Iterator<Item = &'a str>) {
        for data in mounts {
            let Ok(options) = Options::parse(data, &self.machine) else { continue };
            if self.find(&options).is_ok_and(|found| found.is_none())
                && self.bindable(&options.controllers).is_ok()
            {
                self.create(options, true);
            }
        }
    }

    /// mount(2) of fstype `cgroup`, `cgroup2`, or the old `cpuset`. The same set of controllers, or the same
    /// name, gives the hierarchy that is there.
    ///
    /// # Errors
    /// `EINVAL` for options that are unknown or contradict each other, `EBUSY` for a controller that is in
    /// another hierarchy or a name that has other controllers, `ENODEV` for another fstype.
    pub fn mount(&mut self, fstype: &str, data: &str) -> Result<HierarchyId, Refusal> {
        match fstype {
            "cgroup2" => {
                let options = parse_v2(data)?;
                self.v2_seen = true;
                self.apply_flags(options);
                Ok(V2)
            }
            "cgroup" => self.mount_v1(Options::parse(data, &self.machine)?),
            // kernel/cgroup/cpuset.c, cpuset_init_fs_context().
            "cpuset" => {
                let agent = "cpuset,noprefix,release_agent=/sbin/cpuset_release_agent";
                self.mount_v1(Options::parse(agent, &self.machine)?)
            }
            _ => {
                let rule = Rule::new("rule-cgroup-fstype").with("fstype", fstype);
                Err(Refusal::by(Errno::ENODEV, "mount", rule))
            }
        }
    }

    /// apply_cgroup_root_flags(): a cgroup namespace leaves them as they are.
    fn apply_flags(&mut self, options: Vec<String>) {
        if let Some(v2) = self.hierarchies.get_mut(&V2).filter(|_| !self.machine.nested) {
            v2.options = options;
        }
    }

    fn mount_v1(&mut self, options: Options) -> Result<HierarchyId, Refusal> {
        if let Some(found) = self.find(&options)? {
            return Ok(found);
        }
        if options.controllers.is_empty() && !options.none {
            let rule = Rule::new("rule-cgroup1-name-unknown").with("name", options.name.unwrap_or_default());
            return Err(Refusal::by(Errno::EINVAL, "mount", rule));
        }
        self.bindable(&options.controllers)?;
        Ok(self.create(options, false))
    }

    /// The hierarchy that the options mean, newest first; cgroup1_root_to_use().
    fn find(&self, options: &Options) -> Result<Option<HierarchyId>, Refusal> {
        for (&id, hierarchy) in self.hierarchies.iter().rev().filter(|(id, _)| **id != V2) {
            if options.name.as_ref().is_some_and(|name| *name != hierarchy.name) {
                continue;
            }
            let by_set = !options.controllers.is_empty() || options.none;
            if by_set && options.controllers != hierarchy.controllers {
                if options.name.is_none() {
                    continue;
                }
                let rule = Rule::new("rule-cgroup1-name-busy").with("name", &hierarchy.name);
                return Err(Refusal::by(Errno::EBUSY, "mount", rule.with("hierarchy", self.label(id))));
            }
            return Ok(Some(id));
        }
        Ok(None)
    }

    /// A controller can move only out of the version 2 tree, and only if no group there but the root has it.
    fn bindable(&self, controllers: &BTreeSet<Controller>) -> Result<(), Refusal> {
        for &controller in controllers {
            let owner = self.owner(controller);
            if owner != V2 {
                let rule = Rule::new("rule-cgroup1-controller-busy").with("controller", controller.v1_name());
                return Err(Refusal::by(Errno::EBUSY, "mount", rule.with("hierarchy", self.label(owner))));
            }
            let root = self.group(self.root(V2));
            let enabled =
                root.is_some_and(|g| g.subtree_control.contains(&controller) && !g.children.is_empty());
            if enabled {
                let rule =
                    Rule::new("rule-cgroup1-controller-on-v2").with("controller", controller.v2_name());
                return Err(Refusal::by(Errno::EBUSY, "mount", rule));
            }
        }
        Ok(())
    }

    fn owner(&self, controller: Controller) -> HierarchyId {
        let owns = |h: &Hierarchy| h.controllers.contains(&controller);
        self.hierarchies.iter().find(|(_, h)| owns(h)).map_or(V2, |(id, _)| *id)
    }

    fn create(&mut self, options: Options, outside: bool) -> HierarchyId {
        let id = HierarchyId(self.next_hierarchy);
        self.next_hierarchy += 1;
        let mut group = Group::root(id);
        group.clone_children = options.clone_children;
        let root = self.new_group(group);
        let hierarchy = Hierarchy {
            root,
            name: options.name.unwrap_or_default(),
            controllers: BTreeSet::new(),
            release_agent: options.release_agent.unwrap_or_default(),
            noprefix: options.noprefix,
            xattr: options.xattr,
            options: Vec::new(),
            outside,
        };
        self.hierarchies.insert(id, Shared::from(hierarchy));
        self.enter_all(id, root);
        for controller in options.controllers {
            self.rebind(controller, id);
        }
        id
    }

    /// Moves a controller and its root's settings to another hierarchy.
    fn rebind(&mut self, controller: Controller, to: HierarchyId) {
        let from = self.owner(controller);
        let (old_root, new_root) = (self.root(from), self.root(to));
        for (id, has) in [(from, false), (to, true)] {
            let Some(hierarchy) = self.hierarchies.get_mut(&id) else { continue };
            let controllers = &mut hierarchy.controllers;
            if has {
                controllers.insert(controller)
            } else {
                controllers.remove(&controller)
            };
        }
        if let Some(group) = self.group_mut(old_root) {
            group.subtree_control.remove(&controller);
        }
        controller.rebind(self, old_root, new_root);
    }

    /// mount(2) with `MS_REMOUNT`.
    ///
    /// # Errors
    /// As for a mount; `EINVAL` for another name, `EBUSY` if there is any child group.
    pub fn remount(&mut self, id: HierarchyId, data: &str) -> Result<(), Refusal> {
        if id == V2 {
            self.apply_flags(parse_v2(data)?);
            return Ok(());
        }
        let options = Options::parse(data, &self.machine)?;
        let Some(hierarchy) = self.hierarchies.get(&id).cloned() else { return Ok(()) };
        let renamed = options.name.as_ref().is_some_and(|name| *name != hierarchy.name);
        if renamed || options.noprefix != hierarchy.noprefix || options.xattr != hierarchy.xattr {
            return Err(Refusal::by(Errno::EINVAL, "mount", Rule::new("rule-cgroup1-remount-name")));
        }
        let children = self.group(hierarchy.root).map_or(0, |root| root.children.len());
        if children > 0 {
            let rule = Rule::new("rule-cgroup1-remount-children").with("children", children);
            return Err(Refusal::by(Errno::EBUSY, "mount", rule));
        }
        let added = options.controllers.difference(&hierarchy.controllers).copied().collect();
        self.bindable(&added)?;
        for controller in added {
            self.rebind(controller, id);
        }
        for &controller in hierarchy.controllers.difference(&options.controllers) {
            self.rebind(controller, V2);
        }
        if let (Some(agent), Some(hierarchy)) = (options.release_agent, self.hierarchies.get_mut(&id)) {
            hierarchy.release_agent = agent;
        }
        Ok(())
    }

    /// No mount of this hierarchy is left: without child groups it is destroyed, with them it lives on.
    pub fn last_unmount(&mut self, id: HierarchyId) {
        let Some(hierarchy) = self.hierarchies.get(&id).cloned() else { return };
        let childless = self.group(hierarchy.root).is_none_or(|root| root.children.is_empty());
        if hierarchy.outside || !childless {
            return;
        }
        for &controller in &hierarchy.controllers {
            self.rebind(controller, V2);
        }
        self.leave_all(id);
        self.groups.remove(&hierarchy.root);
        self.hierarchies.remove(&id);
    }

    /// What /proc/mounts shows behind `rw,relatime`; cgroup1_show_options().
    pub fn mount_options(&self, id: HierarchyId) -> Vec<String> {
        let Some(hierarchy) = self.hierarchies.get(&id) else { return Vec::new() };
        if id == V2 {
            return hierarchy.options.clone();
        }
        let mut options: Vec<String> =
            hierarchy.controllers.iter().map(|controller| controller.v1_name().to_owned()).collect();
        let flags = [(hierarchy.noprefix, "noprefix"), (hierarchy.xattr, "xattr")];
        options.extend(flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned()));
        if !hierarchy.release_agent.is_empty() {
            options.push(format!("release_agent={}", hierarchy.release_agent));
        }
        // The flag of the hierarchy's own root, which a cgroup namespace may have above what it sees.
        let root = self.group(hierarchy.root).filter(|_| self.is_machine_root(hierarchy.root));
        if root.is_some_and(|root| root.clone_children) {
            options.push("clone_children".to_owned());
        }
        if !hierarchy.name.is_empty() {
            options.push(format!("name={}", hierarchy.name));
        }
        options
    }

    /// `cgroup` or `cgroup2`.
    pub fn fstype(&self, id: HierarchyId) -> &'static str {
        if id == V2 { "cgroup2" } else { "cgroup" }
    }

    /// The version of a hierarchy.
    pub fn version(&self, id: HierarchyId) -> Version {
        if id == V2 { Version::V2 } else { Version::V1 }
    }

    /// The controllers of a hierarchy in the kernel's order, by their names in its version.
    pub fn controllers(&self, id: HierarchyId) -> Vec<&'static str> {
        let controllers = self.hierarchies.get(&id).into_iter().flat_map(|h| h.controllers.iter());
        match self.version(id) {
            Version::V1 => controllers.map(|c| c.v1_name()).collect(),
            Version::V2 => controllers.filter(|c| c.is_on_v2()).map(|c| c.v2_name()).collect(),
        }
    }

    /// A version 1 hierarchy's name, if it has one.
    pub fn name(&self, id: HierarchyId) -> Option<&str> {
        let name = self.hierarchies.get(&id).map(|h| h.name.as_str())?;
        (!name.is_empty()).then_some(name)
    }

    /// The root of a hierarchy. The version 2 root stands for a hierarchy that is gone.
    pub fn root(&self, id: HierarchyId) -> GroupId {
        self.hierarchies.get(&id).map_or(GroupId(0), |h| h.root)
    }

    /// All hierarchies by id; version 2 only once it has been mounted.
    pub fn hierarchies(&self) -> impl Iterator<Item = HierarchyId> + '_ {
        self.hierarchies.keys().copied().filter(|id| *id != V2 || self.v2_seen)
    }

    /// How a hierarchy is called in a sentence: `cpuset,cpu`, `name=x`.
    pub fn label(&self, id: HierarchyId) -> String {
        if id == V2 {
            return "cgroup2".to_owned();
        }
        let mut words: Vec<String> = self.controllers(id).into_iter().map(str::to_owned).collect();
        words.extend(self.name(id).map(|name| format!("name={name}")));
        words.join(",")
    }
}
