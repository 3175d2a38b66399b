//! Taking mounts away: umount2(2), directories that are removed elsewhere, namespaces that end.

use super::propagation::Kind;
use super::{FileSystem, MountId};
use crate::kernel::fs::{Node, Place};
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::task_table::Fact;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use std::collections::BTreeSet;

/// How a tree goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// umount2(2) without MNT_DETACH: nothing is left inside.
    AtOnce,
    /// MNT_DETACH: those inside stay, each mount for itself.
    Lazy,
    /// The directory was removed: those inside stay, and the mounts on each other (`UMOUNT_CONNECTED`).
    Connected,
}

/// Flags of umount2(2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UmountFlags {
    pub(crate) detach: bool,
    pub(crate) force: bool,
    pub(crate) expire: bool,
}

const AT: &str = "umount2";

impl Kernel {
    /// umount2(2): only what is mounted, only if nobody is in it, unless it is merely detached.
    pub(crate) fn unmount(
        &mut self,
        task: &Task,
        place: &Place,
        flags: UmountFlags,
        path: &str,
    ) -> Result<(), Refusal> {
        let id = place.mount;
        let Some(mount) = self.mounts.get(id).filter(|mount| mount.root == place.node) else {
            return refuse_path(Errno::EINVAL, AT, "rule-not-a-mount-point", path);
        };
        let (fs, locked) = (mount.fs, mount.locked);
        self.check_own(task, id, AT, path)?;
        if locked {
            return refuse_path(Errno::EINVAL, AT, "rule-umount-locked", path);
        }
        if flags.expire {
            self.expire(task, id, flags, path)?;
        }
        if task.root.mount == id && !flags.detach {
            return self.umount_root(fs, path);
        }
        if self.mounts.parent_of(id).is_none() {
            return refuse_path(Errno::EINVAL, AT, "rule-umount-absolute-root", path);
        }
        if flags.detach {
            self.umount_tree(id, How::Lazy, true);
            return Ok(());
        }
        self.check_busy(id, path)?;
        self.umount_tree(id, How::AtOnce, true);
        Ok(())
    }

    /// fs/namespace.c, do_umount_root(): the caller's root is not unmounted but made read-only.
    fn umount_root(&mut self, fs: FileSystem, path: &str) -> Result<(), Refusal> {
        self.check_writers(fs, AT, path)?;
        if let Some(known) = self.mounts.super_mut(fs) {
            known.flags.rdonly = true;
        }
        Ok(())
    }

    /// umount(2), MNT_EXPIRE: the first call marks an unused mount, the second one unmounts it.
    fn expire(&mut self, task: &Task, id: MountId, flags: UmountFlags, path: &str) -> Result<(), Refusal> {
        if flags.detach || flags.force || task.root.mount == id {
            return refuse_path(Errno::EINVAL, AT, "rule-umount-expire-flags", path);
        }
        self.check_alone(id, path)?;
        match self.mounts.get_mut(id) {
            Some(mount) if !mount.expires => {
                mount.expires = true;
                refuse_path(Errno::EAGAIN, AT, "rule-umount-expire-marked", path)
            }
            _ => Ok(()),
        }
    }

    /// EBUSY for a mount that has others on it, or somebody inside.
    fn check_alone(&self, id: MountId, path: &str) -> Result<(), Refusal> {
        if self.mounts.children(id).next().is_some() {
            return refuse_path(Errno::EBUSY, AT, "rule-umount-mounts-below", path);
        }
        if self.is_in_use(id) {
            return refuse_path(Errno::EBUSY, AT, "rule-umount-in-use", path);
        }
        Ok(())
    }

    /// EBUSY also where one that would go with it has somebody inside (`propagate_mount_busy`). One with mounts on it
    /// stays where it is and so does not count, but for one mount that covers it wholly.
    fn check_busy(&self, id: MountId, path: &str) -> Result<(), Refusal> {
        self.check_alone(id, path)?;
        for other in self.heard_of(id) {
            let children: Vec<MountId> = self.mounts.children(other).collect();
            let root = self.mounts.root_of(other);
            let covered = children.len() == 1 && self.mounts.mount_point(children[0]) == root;
            if (children.is_empty() || covered) && self.is_in_use(other) {
                return refuse_path(Errno::EBUSY, AT, "rule-umount-copy-in-use", path);
            }
        }
        Ok(())
    }

    /// The mounts at the same place in all that hear of what happens in the one below.
    fn heard_of(&self, id: MountId) -> Vec<MountId> {
        let Some(place) = self.mounts.mount_point(id) else { return Vec::new() };
        let at = |mount: MountId| self.mounts.covering(&Place { mount, node: place.node.clone() });
        self.mounts.listeners(place.mount).into_iter().filter_map(at).collect()
    }

    /// Takes a tree out of its namespace, and with `told` what goes with it elsewhere (`umount_tree`).
    pub(crate) fn umount_tree(&mut self, first: MountId, how: How, told: bool) {
        let tree = self.mounts.tree_of(first);
        let mut going: BTreeSet<MountId> = tree.iter().copied().collect();
        let mut order = tree.clone();
        if told {
            self.unlock_copies(first);
            let others = self.follow_umount(&tree, &going);
            going.extend(others.iter().copied());
            for id in &others {
                self.lift_cover(*id, &going);
            }
            order.extend(others);
        }
        for id in order {
            self.mounts.leave_namespace(id);
            let parent = self.mounts.parent_of(id);
            let locked = self.mounts.get(id).is_some_and(|mount| mount.locked);
            let stays = parent.is_some_and(|parent| going.contains(&parent))
                && how != How::AtOnce
                && (how == How::Connected || locked);
            if !stays {
                self.mounts.unhook(id);
            }
            self.mounts.set_kind(id, Kind::Private);
        }
    }

    /// A mount that a more privileged namespace takes away is not held by its lock (`propagate_mount_unlock`).
    fn unlock_copies(&mut self, first: MountId) {
        for other in self.heard_of(first) {
            if let Some(mount) = self.mounts.get_mut(other) {
                mount.locked = false;
            }
        }
    }

    /// What goes elsewhere when `tree` goes (`propagate_umount` in fs/pnode.c): the mounts at the same places, but not
    /// where that would take away or uncover others.
    fn follow_umount(&self, tree: &[MountId], going: &BTreeSet<MountId>) -> Vec<MountId> {
        let mut found: Vec<MountId> = Vec::new();
        let mut all = going.clone();
        for id in tree {
            found.extend(self.heard_of(*id).into_iter().filter(|other| all.insert(*other)));
        }
        loop {
            let before = found.len();
            found.retain(|id| self.can_follow(*id, &all));
            if found.len() == before {
                return found;
            }
            all = going.iter().chain(&found).copied().collect();
        }
    }

    /// True where all that is mounted inside goes as well; what covers it wholly may stay. A locked one needs the one
    /// below it to go.
    fn can_follow(&self, id: MountId, all: &BTreeSet<MountId>) -> bool {
        let Some(root) = self.mounts.root_of(id) else { return false };
        let inside = |child: &MountId| self.mounts.mount_point(*child).is_some_and(|place| place != root);
        let gone = |id: MountId| self.mounts.tree_of(id).iter().all(|each| all.contains(each));
        let whole = self.mounts.children(id).filter(inside).all(gone);
        let locked = self.mounts.get(id).is_some_and(|mount| mount.locked);
        whole && (!locked || self.mounts.parent_of(id).is_some_and(|parent| all.contains(&parent)))
    }

    /// What covers a mount that goes, and stays, comes to lie on the place that this one covered.
    fn lift_cover(&mut self, id: MountId, going: &BTreeSet<MountId>) {
        let leaves = |id: &MountId| going.contains(id);
        let cover = |id: MountId| self.mounts.root_of(id).and_then(|root| self.mounts.covering(&root));
        let mut over = cover(id);
        while let Some(next) = over.filter(leaves) {
            over = cover(next);
        }
        let mut below = id;
        while let Some(parent) = self.mounts.parent_of(below).filter(leaves) {
            if self.mounts.root_of(parent) != self.mounts.mount_point(below) {
                return;
            }
            below = parent;
        }
        if let (Some(over), Some(place)) = (over, self.mounts.mount_point(below)) {
            self.mounts.unhook(over);
            self.mounts.unhook(below);
            self.mounts.hook(over, place);
        }
    }

    /// Takes away the mounts on a directory or file that has lost its name, in whichever namespace they are
    /// (`detach_mounts`).
    pub(crate) fn detach_mounts_on(&mut self, node: &Node) {
        loop {
            let all = self.mounts.all_on(node);
            let Some(id) = all.into_iter().find(|id| self.namespace_of_mount(*id).is_some()) else { return };
            self.umount_tree(id, How::Connected, false);
            self.mounts.unhook(id);
        }
    }

    /// True where something is mounted on a file or directory in a task's own namespace, at whichever of its places
    /// (`is_local_mountpoint`).
    pub(crate) fn is_mount_point_for(&self, task: &Task, node: &Node) -> bool {
        let own = Some(task.mount_namespace());
        self.mounts.all_on(node).into_iter().any(|id| self.namespace_of_mount(id) == own)
    }

    /// True where a live task is in the mount: its root, its working directory or an open file.
    pub(crate) fn is_in_use(&self, id: MountId) -> bool {
        self.tasks.with(Fact::On(id)).next().is_some()
    }

    /// EBUSY where a file is open for writing in a file system that is to become read-only.
    pub(crate) fn check_writers(&self, fs: FileSystem, at: &str, path: &str) -> Result<(), Refusal> {
        let writing = self.tasks().filter(|task| task.is_alive()).any(|task| {
            let places = self.written_by(task);
            places.into_iter().any(|id| self.mounts.get(id).is_some_and(|mount| mount.fs == fs))
        });
        if writing {
            return refuse_path(Errno::EBUSY, at, "rule-mount-written-to", path);
        }
        Ok(())
    }

    /// The mounts in which a task has a regular file open for writing: its standard output and error.
    pub(crate) fn written_by(&self, task: &Task) -> Vec<MountId> {
        use crate::kernel::task::Stdio;
        use crate::plan::reply::FileKind;
        let open = task.stdio.iter().skip(1).filter_map(|stdio| match stdio {
            Stdio::File(place) if self.kind(&place.node) == FileKind::Regular => Some(place.mount),
            _ => None,
        });
        open.collect()
    }

    /// Takes a mount out; its file system goes with the last one, and what had lost its name with it.
    pub(crate) fn drop_mount(&mut self, id: MountId) {
        let lost =
            self.mounts.get(id).filter(|mount| mount.lost_root.is_some()).map(|mount| mount.root.clone());
        if let Some(Node::Namespace(namespace)) = self.mounts.get(id).map(|mount| mount.root.clone()) {
            self.tasks.note_left(namespace);
        }
        let gone = self.mounts.remove(id);
        if let Some(Node::Ram(tree, inode)) = lost.filter(|node| self.mounts.with_root(node).is_empty())
            && let Some(ram) = self.trees.get_mut(&tree)
        {
            ram.forget(inode);
        }
        // What an overlay has a layer in stays until that is gone.
        if let Some(fs) = gone.filter(|fs| !self.is_layer(*fs)) {
            self.drop_file_system(fs);
        }
    }

    /// A file system that nothing holds any more.
    pub(crate) fn drop_file_system(&mut self, fs: FileSystem) {
        match fs {
            FileSystem::Ram(tree) => {
                self.trees.remove(&tree);
            }
            FileSystem::Overlay(id) => self.drop_overlay(id),
            FileSystem::Cgroup(hierarchy) => self.cgroups.last_unmount(hierarchy),
            FileSystem::Proc(_) | FileSystem::Sys | FileSystem::Nsfs => {}
        }
    }

    /// Mounts in no namespace go when nobody is in them any more (umount2(2), MNT_DETACH); what was left on them is
    /// then on nothing.
    pub(crate) fn release_unused_mounts(&mut self) {
        loop {
            let unused: Vec<MountId> = self.mounts.detached().filter(|id| !self.is_in_use(*id)).collect();
            if unused.is_empty() {
                return;
            }
            for id in unused {
                for child in self.mounts.children(id).collect::<Vec<_>>() {
                    self.mounts.unhook(child);
                }
                self.drop_mount(id);
            }
        }
    }

    /// umount2(2) with a flag that it does not know.
    pub(crate) fn read_umount_flags(names: &[String]) -> Result<UmountFlags, Refusal> {
        let mut flags = UmountFlags::default();
        for name in names {
            match name.as_str() {
                "detach" => flags.detach = true,
                // Only network file systems give up under force (umount(2), MNT_FORCE).
                "force" => flags.force = true,
                "expire" => flags.expire = true,
                "nofollow" => {}
                _ => return refuse(Errno::EINVAL, AT, Rule::new("rule-mount-flag").with("flag", name)),
            }
        }
        Ok(flags)
    }
}
