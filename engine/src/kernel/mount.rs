//! The mount table (mount_namespaces(7) will make it one of many).

use super::Kernel;
use super::cgroup::HierarchyId;
use super::fs::ramfs::{self, TreeId};
use super::fs::{Node, Place, procfs, sysfs};
use super::shared::{OrdMap, OrdSet, Shared};
use crate::plan::probe::MountInfo;
use serde::Serialize;

/// Which mount, in the order of mounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct MountId(pub(crate) u32);

/// Which file system (superblock) is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileSystem {
    /// A tmpfs: every mount makes a new one.
    Ram(TreeId),
    /// proc: every mount makes a new one since Linux 5.8.
    Proc(u32),
    /// sysfs: there is one.
    Sys,
    /// A hierarchy of control groups.
    Cgroup(HierarchyId),
}

/// When reading a file notes the time of access (mount(2), MS_RELATIME and so on).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccessTimes {
    #[default]
    Relative,
    Never,
    Strict,
}

/// Flags of one mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MountFlags {
    pub(crate) rdonly: bool,
    pub(crate) nosuid: bool,
    pub(crate) nodev: bool,
    pub(crate) noexec: bool,
    pub(crate) nodiratime: bool,
    pub(crate) nosymfollow: bool,
    pub(crate) synchronous: bool,
    pub(crate) dirsync: bool,
    pub(crate) access_times: AccessTimes,
}

/// A mount.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mount {
    pub(crate) id: MountId,
    /// The place it covers; `None` for the root and for what was detached.
    pub(crate) on: Option<Place>,
    /// Path of the mount point when it was mounted.
    pub(crate) target: String,
    pub(crate) source: String,
    pub(crate) fstype: String,
    pub(crate) fs: FileSystem,
    pub(crate) root: Node,
    pub(crate) flags: MountFlags,
    /// The file system's own options as /proc/mounts shows them, where they are not made by it.
    pub(crate) shown: Vec<String>,
    /// No longer in the tree (umount2(2), MNT_DETACH), but somebody is still inside.
    pub(crate) detached: bool,
}

/// All mounts.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct MountTable {
    mounts: OrdMap<MountId, Shared<Mount>>,
    /// File systems that are read-only as a whole, whatever their mounts say.
    readonly: OrdSet<FileSystem>,
    next: u32,
}

impl MountTable {
    /// Adds a mount at the end; its number is given by the table.
    pub(crate) fn add(&mut self, mut mount: Mount) -> MountId {
        self.next += 1;
        mount.id = MountId(self.next);
        self.mounts.insert(mount.id, Shared::from(mount));
        MountId(self.next)
    }

    /// The number that the next mount gets: file systems made for it are numbered alike.
    pub(crate) fn next_number(&self) -> u32 {
        self.next + 1
    }

    /// Takes a mount out and gives its file system, if that was its last mount.
    pub(crate) fn remove(&mut self, id: MountId) -> Option<FileSystem> {
        let fs = self.mounts.remove(&id)?.fs;
        let gone = !self.is_mounted(fs);
        if gone {
            self.readonly.remove(&fs);
        }
        gone.then_some(fs)
    }

    pub(crate) fn get(&self, id: MountId) -> Option<&Mount> {
        self.mounts.get(&id).map(|mount| &**mount)
    }

    /// All mounts, detached ones too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Mount> {
        self.mounts.values().map(|mount| &**mount)
    }

    /// The mounts of /proc/mounts, oldest first.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Mount> {
        self.all().filter(|mount| !mount.detached)
    }

    /// True where a mount of this file system is left.
    pub(crate) fn is_mounted(&self, fs: FileSystem) -> bool {
        self.all().any(|mount| mount.fs == fs)
    }

    /// The root of the oldest mount.
    pub(crate) fn root_place(&self) -> Place {
        let first = self.mounts.get_min().map(|(_, mount)| mount);
        let mount = first.expect("a kernel has a root from its boot on");
        Place { mount: mount.id, node: mount.root.clone() }
    }

    /// The root of the mount that covers a place.
    pub(crate) fn mounted_on(&self, place: &Place) -> Option<Place> {
        let mount = self.all().find(|mount| mount.on.as_ref() == Some(place))?;
        Some(Place { mount: mount.id, node: mount.root.clone() })
    }

    /// The place that a mount covers.
    pub(crate) fn mount_point(&self, id: MountId) -> Option<Place> {
        self.get(id)?.on.clone()
    }

    /// True for the root directory of a mount.
    pub(crate) fn is_root_of_mount(&self, place: &Place) -> bool {
        self.get(place.mount).is_some_and(|mount| mount.root == place.node)
    }

    /// True where neither the mount nor its file system lets anything be written.
    pub(crate) fn is_readonly(&self, id: MountId) -> bool {
        self.get(id).is_some_and(|mount| mount.flags.rdonly || self.readonly.contains(&mount.fs))
    }

    /// Makes a file system as a whole read-only, or writable again.
    pub(crate) fn set_readonly(&mut self, fs: FileSystem, readonly: bool) {
        if readonly {
            self.readonly.insert(fs);
        } else {
            self.readonly.remove(&fs);
        }
    }

    /// True for a file system that is read-only itself.
    pub(crate) fn is_readonly_as_a_whole(&self, fs: FileSystem) -> bool {
        self.readonly.contains(&fs)
    }

    /// The second number of a file system's device: that of its first mount.
    pub(crate) fn device_number(&self, fs: FileSystem) -> u32 {
        self.all().find(|mount| mount.fs == fs).map_or(0, |mount| mount.id.0)
    }

    /// Changes a mount.
    pub(crate) fn change(&mut self, id: MountId, change: impl FnOnce(&mut Mount)) {
        if let Some(mount) = self.mounts.get_mut(&id) {
            change(mount);
        }
    }

    /// The mounts that cover a place in this one, in any depth, this one first.
    pub(crate) fn tree_of(&self, id: MountId) -> Vec<MountId> {
        let mut tree = vec![id];
        let mut seen = 0;
        while let Some(above) = tree.get(seen).copied() {
            let on_it = |mount: &&Mount| mount.on.as_ref().is_some_and(|place| place.mount == above);
            tree.extend(self.all().filter(on_it).map(|mount| mount.id));
            seen += 1;
        }
        tree
    }
}

impl MountFlags {
    /// True for a word that [`Self::words`] gives.
    pub(crate) fn is_word(option: &str) -> bool {
        let words = "ro rw sync dirsync nosuid nodev noexec noatime nodiratime relatime nosymfollow";
        words.split(' ').any(|word| word == option)
    }

    /// The words before the file system's own options, in the kernel's order (fs/proc_namespace.c).
    pub(crate) fn words(self, readonly: bool) -> Vec<String> {
        let words = [
            (true, if readonly { "ro" } else { "rw" }),
            (self.synchronous, "sync"),
            (self.dirsync, "dirsync"),
            (self.nosuid, "nosuid"),
            (self.nodev, "nodev"),
            (self.noexec, "noexec"),
            (self.access_times == AccessTimes::Never, "noatime"),
            (self.nodiratime, "nodiratime"),
            (self.access_times == AccessTimes::Relative, "relatime"),
            (self.nosymfollow, "nosymfollow"),
        ];
        words.iter().filter(|(shown, _)| *shown).map(|(_, word)| (*word).to_owned()).collect()
    }
}

impl Kernel {
    /// A mount's line of /proc/mounts.
    pub(crate) fn mount_info(&self, mount: &Mount) -> MountInfo {
        let mut options = mount.flags.words(self.mounts.is_readonly(mount.id));
        match mount.fs {
            FileSystem::Cgroup(hierarchy) => options.extend(self.cgroups.mount_options(hierarchy)),
            FileSystem::Ram(_) | FileSystem::Proc(_) | FileSystem::Sys => options.extend(mount.shown.clone()),
        }
        MountInfo {
            source: mount.source.clone(),
            target: mount.target.clone(),
            fstype: mount.fstype.clone(),
            options,
        }
    }

    /// The root node of a file system.
    pub(crate) fn root_node(&self, fs: FileSystem) -> Node {
        match fs {
            FileSystem::Ram(tree) => Node::Ram(tree, ramfs::ROOT),
            FileSystem::Proc(number) => Node::Proc(self.namespaces.shown_by(number), procfs::ProcNode::Root),
            FileSystem::Sys => Node::Sys(sysfs::ROOT),
            FileSystem::Cgroup(hierarchy) => Node::Group(self.cgroups.root(hierarchy)),
        }
    }

    /// True where a live task is in the mount: its working directory or an open file.
    pub(crate) fn is_in_use(&self, id: MountId) -> bool {
        use super::task::Stdio;
        self.tasks().filter(|task| task.is_alive()).any(|task| {
            let open = |stdio: &Stdio| matches!(stdio, Stdio::File(place) if place.mount == id);
            task.cwd.mount == id || task.stdio.iter().any(open)
        })
    }

    /// Takes a mount out; its file system goes with the last one.
    pub(crate) fn drop_mount(&mut self, id: MountId) {
        match self.mounts.remove(id) {
            Some(FileSystem::Ram(tree)) => {
                self.trees.remove(&tree);
            }
            Some(FileSystem::Cgroup(hierarchy)) => self.cgroups.last_unmount(hierarchy),
            Some(FileSystem::Proc(_) | FileSystem::Sys) | None => {}
        }
    }

    /// A detached mount goes when nobody is in it any more (umount2(2), MNT_DETACH).
    pub(crate) fn release_unused_mounts(&mut self) {
        let unused = |mount: &&Mount| mount.detached && !self.is_in_use(mount.id);
        let ids: Vec<MountId> = self.mounts.all().filter(unused).map(|mount| mount.id).collect();
        for id in ids {
            self.drop_mount(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessTimes, MountFlags};

    // Lines of /proc/mounts on Linux 6.18.
    #[test]
    fn flags_show_in_the_kernels_order() {
        let strict = MountFlags { access_times: AccessTimes::Strict, ..MountFlags::default() };
        let noatime = MountFlags {
            nosuid: true,
            nodev: true,
            noexec: true,
            access_times: AccessTimes::Never,
            ..MountFlags::default()
        };
        let synchronous = MountFlags { synchronous: true, dirsync: true, ..MountFlags::default() };
        let nodiratime = MountFlags { nodiratime: true, ..MountFlags::default() };
        let cases = [
            (MountFlags::default(), false, "rw,relatime"),
            (strict, false, "rw"),
            (noatime, true, "ro,nosuid,nodev,noexec,noatime"),
            (synchronous, false, "rw,sync,dirsync,relatime"),
            (nodiratime, false, "rw,nodiratime,relatime"),
        ];
        for (flags, readonly, expected) in cases {
            assert_eq!(flags.words(readonly).join(","), expected);
        }
    }
}
