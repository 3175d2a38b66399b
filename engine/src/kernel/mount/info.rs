//! The mounts as somebody sees them who has a root directory: /proc/PID/mounts and /proc/PID/mountinfo.

use super::{FileSystem, Mount, MountId};
use crate::kernel::fs::{Node, Place};
use crate::kernel::namespace::{NamespaceKind, path_from};
use crate::kernel::{Kernel, Task};
use crate::plan::probe::MountInfo;

/// A mount and what a task sees of it.
pub(crate) struct Seen<'k> {
    pub(crate) mount: &'k Mount,
    /// Path of the mount point from the task's root.
    pub(crate) target: String,
}

/// Where the way from a place upwards ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At the root it was asked for.
    Root,
    /// At the first mount of a namespace, or of a tree that was detached: the root is elsewhere.
    Elsewhere,
}

impl Kernel {
    /// The mounts of a task's namespace that are below its root, oldest first (fs/proc_namespace.c: others are left out).
    pub(crate) fn mounts_seen_by<'k>(&'k self, task: &'k Task) -> impl Iterator<Item = Seen<'k>> {
        let all = self.mounts.of_namespace(task.mount_namespace());
        all.filter_map(|mount| {
            let root = Place { mount: mount.id, node: mount.root.clone() };
            let (target, reach) = self.path_from(&task.root, &root)?;
            (reach == Reach::Root).then_some(Seen { mount, target })
        })
    }

    /// The path of a place from a root, as far as there is one; `None` for a directory that was removed.
    /// The root of a mount is named by its mount point, even where that has lost its name.
    pub(crate) fn path_from(&self, root: &Place, place: &Place) -> Option<(String, Reach)> {
        let mut place = place.clone();
        let mut names = Vec::new();
        let reach = loop {
            if place == *root {
                break Reach::Root;
            }
            if self.mounts.is_root_of_mount(&place) {
                match self.mounts.mount_point(place.mount) {
                    Some(below) => place = below,
                    None => break Reach::Elsewhere,
                }
                continue;
            }
            names.push(self.name_of_node(&place.node)?);
            let parent = self.parent_node(&place.node);
            if parent == place.node {
                // Moved out of what its mount shows.
                break Reach::Elsewhere;
            }
            place.node = parent;
        };
        names.reverse();
        Some((format!("/{}", names.join("/")), reach))
    }

    /// A mount's line of /proc/mounts, at the path where it is seen.
    pub(crate) fn mount_info(&self, seen: &Seen<'_>) -> MountInfo {
        let mount = seen.mount;
        let readonly = self.mounts.is_readonly(mount.id);
        let mut options = vec![if readonly { "ro" } else { "rw" }.to_owned()];
        let known = self.mounts.super_of(mount.fs);
        options.extend(known.into_iter().flat_map(|known| known.flags.words()).map(str::to_owned));
        options.extend(mount.flags.words().map(str::to_owned));
        options.extend(self.own_options(mount.fs));
        MountInfo {
            source: mount.source.clone(),
            target: seen.target.clone(),
            fstype: self.fstype_of(mount),
            options,
        }
    }

    /// The kind of file system that a mount is of.
    pub(crate) fn fstype_of(&self, mount: &Mount) -> String {
        self.mounts.super_of(mount.fs).map(|known| known.fstype.clone()).unwrap_or_default()
    }

    /// The number of the device that a file system is on: a disk's own, or one of those without a device.
    pub(crate) fn device_of_fs(&self, fs: FileSystem) -> (u32, u32) {
        let disk = match fs {
            FileSystem::Ram(tree) => self.trees.get(&tree).and_then(|ram| ram.disk),
            _ => None,
        };
        disk.unwrap_or_else(|| (0, self.mounts.super_of(fs).map_or(0, |known| known.device)))
    }

    /// The options that a file system shows of its own.
    pub(crate) fn own_options(&self, fs: FileSystem) -> Vec<String> {
        match fs {
            FileSystem::Cgroup(hierarchy) => self.cgroups.mount_options(hierarchy),
            FileSystem::Ram(_)
            | FileSystem::Proc(_)
            | FileSystem::Sys
            | FileSystem::Overlay(_)
            | FileSystem::Nsfs => {
                self.mounts.super_of(fs).map(|known| known.shown.clone()).unwrap_or_default()
            }
        }
    }

    /// What of its file system a mount shows: the fourth field of mountinfo.
    pub(crate) fn root_text(&self, task: &Task, mount: &Mount) -> String {
        if let Node::Namespace(id) = &mount.root {
            return self.namespace_text(*id).unwrap_or_default();
        }
        if let (Node::Group(group), FileSystem::Cgroup(hierarchy)) = (&mount.root, mount.fs) {
            let root = self.control_root(task.namespaces.get(NamespaceKind::Cgroup), hierarchy);
            return path_from(&self.cgroups.path(root), &self.cgroups.path(*group));
        }
        if let Some(lost) = &mount.lost_root {
            return format!("{lost}//deleted");
        }
        self.path_in_file_system(&mount.root).unwrap_or_else(|| "/".to_owned())
    }

    /// The path of a file or directory from the root of its file system.
    pub(crate) fn path_in_file_system(&self, node: &Node) -> Option<String> {
        let mut node = node.clone();
        let mut names = Vec::new();
        loop {
            let parent = self.parent_node(&node);
            if parent == node {
                break;
            }
            names.push(self.name_of_node(&node)?);
            node = parent;
        }
        names.reverse();
        Some(format!("/{}", names.join("/")))
    }

    /// The optional fields of a line of mountinfo (proc_pid_mountinfo(5)). Of a slave's masters those count which the
    /// task can see: where the nearest is out of its sight, the nearest in sight is `propagate_from`.
    pub(crate) fn propagation_fields(&self, task: &Task, mount: &Mount) -> Vec<String> {
        let mut fields: Vec<String> =
            mount.group.map(|group| format!("shared:{}", group.0)).into_iter().collect();
        if let Some(master) = mount.master.and_then(|master| self.mounts.group_of(master)) {
            fields.push(format!("master:{}", master.0));
            let visible = self.nearest_visible_master(task, mount);
            fields.extend(
                visible.filter(|group| *group != master.0).map(|group| format!("propagate_from:{group}")),
            );
        }
        if mount.unbindable {
            fields.push("unbindable".to_owned());
        }
        fields
    }

    /// `get_dominating_id` in fs/pnode.c: the nearest master group with a member below the task's root.
    fn nearest_visible_master(&self, task: &Task, mount: &Mount) -> Option<u32> {
        let mut master = mount.master;
        while let Some(id) = master {
            let visible = |peer: &MountId| {
                let own = self
                    .mounts
                    .get(*peer)
                    .is_some_and(|mount| mount.namespace == Some(task.mount_namespace()));
                let root = self.mounts.root_of(*peer).filter(|_| own);
                root.and_then(|root| self.path_from(&task.root, &root))
                    .is_some_and(|(_, reach)| reach == Reach::Root)
            };
            if self.mounts.peers_of(id).any(|peer| visible(&peer)) {
                return self.mounts.group_of(id).map(|group| group.0);
            }
            master = self.mounts.get(id).and_then(|mount| mount.master);
        }
        None
    }
}
