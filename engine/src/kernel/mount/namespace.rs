//! Mount namespaces: made by unshare(2) and clone3(2), entered by setns(2), gone with their last task.

use super::copy::{Copied, Unbindable};
use super::detach::How;
use super::{FileSystem, MountId};
use crate::kernel::fs::{Node, Place, sysfs};
use crate::kernel::namespace::{FIRST_USERS, NamespaceId, NamespaceKind};
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use std::collections::BTreeMap;

impl Task {
    /// Its mount namespace.
    pub(crate) fn mount_namespace(&self) -> NamespaceId {
        self.namespaces.get(NamespaceKind::Mnt)
    }
}

impl Kernel {
    /// `may_mount`: CAP_SYS_ADMIN over the task's mount namespace.
    pub(crate) fn permit_mounts(&self, task: &Task, at: &str) -> Result<(), Refusal> {
        let owner = self.owner_of(task.mount_namespace()).unwrap_or(FIRST_USERS);
        if self.has_capability(task.credentials(), owner, Capability::SysAdmin) {
            return Ok(());
        }
        let rule = Rule::new("rule-mount-needs-root").with("uid", task.credentials().uid.effective);
        refuse(Errno::EPERM, at, rule)
    }

    /// Puts copies of all mounts that a task has into a new mount namespace (`copy_mnt_ns`). Shared ones stay peers; in a
    /// namespace that belongs to another user namespace they become slaves, and all are locked. Gives the task's root and
    /// working directory in the copies.
    pub(crate) fn copy_mounts(
        &mut self,
        task: &Task,
        new: NamespaceId,
        owner: NamespaceId,
    ) -> Result<(Place, Place), Refusal> {
        let old = task.mount_namespace();
        let less = self.owner_of(old) != Some(owner);
        let how = if less { Copied::SlaveOfShared } else { Copied::Alike };
        let pairs = self.copy_namespace(old, how)?;
        if let Some((_, first)) = pairs.first().copied() {
            if less {
                self.lock_tree(first);
            }
            self.mounts.set_top(new, first);
        }
        for (_, copy) in &pairs {
            self.mounts.enter_namespace(*copy, new);
        }
        let copies: BTreeMap<MountId, MountId> = pairs.into_iter().collect();
        let carried = |place: &Place| {
            let mount = copies.get(&place.mount).copied().unwrap_or(place.mount);
            Place { mount, node: place.node.clone() }
        };
        Ok((carried(&task.root), carried(&task.cwd)))
    }

    fn copy_namespace(
        &mut self,
        namespace: NamespaceId,
        how: Copied,
    ) -> Result<Vec<(MountId, MountId)>, Refusal> {
        let Some(top) = self.mounts.top_of(namespace) else { return Ok(Vec::new()) };
        let Some(root) = self.mounts.get(top).map(|mount| mount.root.clone()) else { return Ok(Vec::new()) };
        self.copy_tree(top, &root, how, Unbindable::Kept)
    }

    /// True where a task's namespace shows a file system of this kind whole, with nothing locked on it
    /// (`mnt_already_visible`). A session on a real machine has settings of /proc covered.
    pub(crate) fn is_fully_visible(&self, task: &Task, fs: FileSystem) -> bool {
        let same = |other: FileSystem| std::mem::discriminant(&other) == std::mem::discriminant(&fs);
        // What is on a directory that is made to be mounted on covers nothing.
        let covers = |on: &Place| !matches!(on.node, Node::Sys(node) if sysfs::is_mount_point(node));
        let is_locked = |id: MountId| {
            self.mounts.get(id).is_some_and(|mount| mount.locked && mount.on.as_ref().is_some_and(covers))
        };
        let covered = self.profile.contained && matches!(fs, FileSystem::Proc(_));
        let mut all = self.mounts.of_namespace(task.mount_namespace());
        !covered
            && all.any(|mount| {
                let whole = same(mount.fs) && mount.root == self.root_node(mount.fs);
                whole && !self.mounts.children(mount.id).any(is_locked)
            })
    }

    /// The root of a mount namespace, with what is mounted on it (`mntns_install`).
    pub(crate) fn root_of_namespace(&self, namespace: NamespaceId) -> Option<Place> {
        let top = self.mounts.topmost(self.mounts.top_of(namespace)?);
        self.mounts.root_of(top)
    }

    /// Takes away the mounts of a namespace that is gone. Nothing is told to other namespaces (`put_mnt_ns`).
    pub(crate) fn end_mount_namespace(&mut self, namespace: NamespaceId) {
        if let Some(top) = self.mounts.top_of(namespace) {
            self.mounts.forget_top(namespace);
            self.umount_tree(top, How::Lazy, false);
        }
    }
}
