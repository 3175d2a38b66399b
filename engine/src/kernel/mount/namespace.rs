//! Mount namespaces: made by unshare(2) and clone3(2), entered by setns(2), gone with their last task.

use super::MountId;
use super::copy::{Copied, Unbindable};
use super::detach::How;
use crate::kernel::fs::Place;
use crate::kernel::namespace::{NamespaceId, NamespaceKind};
use crate::kernel::task_table::Fact;
use crate::kernel::{Kernel, Task};
use crate::plan::Refusal;
use std::collections::BTreeMap;

impl Task {
    /// Its mount namespace.
    pub(crate) fn mount_namespace(&self) -> NamespaceId {
        self.namespaces.get(NamespaceKind::Mnt)
    }
}

impl Kernel {
    /// A task gets a mount namespace of its own with copies of all mounts (`copy_mnt_ns`). Shared ones stay peers; in a
    /// namespace that belongs to another user namespace they become slaves, and all are locked. Its root and working
    /// directory are the same ones in the copies.
    pub(crate) fn new_mount_namespace(
        &mut self,
        pid: u32,
        owner: NamespaceId,
    ) -> Result<NamespaceId, Refusal> {
        let Some(task) = self.task(pid).cloned() else { return Ok(NamespaceId::initial(NamespaceKind::Mnt)) };
        let old = task.mount_namespace();
        let less = self.owner_of(old) != Some(owner);
        let new = self.namespaces.add(NamespaceKind::Mnt, owner, None);
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
        self.put_into_mounts(pid, new, carried(&task.root), carried(&task.cwd));
        Ok(new)
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

    /// setns(2) into a mount namespace: root and working directory are its root then (`mntns_install`), what is mounted
    /// on that included.
    pub(crate) fn enter_mount_namespace(&mut self, pid: u32, namespace: NamespaceId) {
        let root = self.mounts.top_of(namespace).map(|top| self.mounts.topmost(top));
        if let Some(root) = root.and_then(|top| self.mounts.root_of(top)) {
            self.put_into_mounts(pid, namespace, root.clone(), root);
        }
    }

    fn put_into_mounts(&mut self, pid: u32, namespace: NamespaceId, root: Place, cwd: Place) {
        if let Some(mut task) = self.task_mut(pid) {
            task.namespaces.set(NamespaceKind::Mnt, namespace);
            task.root = root;
            task.cwd = cwd;
        }
    }

    /// Takes away the mounts of namespaces that their last task has left. Nothing is told to other namespaces
    /// (`put_mnt_ns`).
    pub(crate) fn end_mount_namespaces(&mut self) {
        for namespace in self.tasks.take_left_mounts() {
            let used = self.tasks.with(Fact::Mounts(namespace)).next().is_some();
            let Some(top) = self.mounts.top_of(namespace).filter(|_| !used) else { continue };
            self.mounts.forget_top(namespace);
            self.umount_tree(top, How::Lazy, false);
        }
    }
}
