//! mount(2) of what is mounted already: bind, move, propagation, remount.

use super::copy::{Copied, Unbindable};
use super::propagation::Kind;
use super::{FileSystem, MountFlags, MountId, SuperFlags};
use crate::kernel::fs::{Node, Place};
use crate::kernel::mount::prepare::Change;
use crate::kernel::namespace::NamespaceKind;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

const AT: &str = "mount";

/// Flags for a mount that is there, and whether they say when access times are noted: else that stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewFlags {
    pub(crate) mount: MountFlags,
    pub(crate) fs: SuperFlags,
    pub(crate) access_times: bool,
}

impl NewFlags {
    fn over(self, before: MountFlags) -> MountFlags {
        let mut flags = self.mount;
        if !self.access_times {
            flags.access_times = before.access_times;
            flags.nodiratime = before.nodiratime;
        }
        flags
    }
}

impl Kernel {
    /// MS_BIND: the same file or directory at a second place, with MS_REC and what is mounted below it (`do_loopback`).
    pub(crate) fn bind(
        &mut self,
        task: &Task,
        source: &Place,
        target: &Place,
        rec: bool,
        path: &str,
    ) -> Result<(), Refusal> {
        let place = self.mount_target(target, path, AT)?;
        self.check_own(task, place.mount, AT, path)?;
        let Some(original) = self.mounts.get(source.mount) else { return Ok(()) };
        if original.unbindable {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-bind-unbindable"));
        }
        self.check_own(task, source.mount, AT, path)?;
        // `mnt_ns_loop`: two mount namespaces must not keep each other.
        if let Node::Namespace(id) = source.node
            && self.namespaces.get(id).is_some_and(|namespace| namespace.kind == NamespaceKind::Mnt)
            && id <= task.mount_namespace()
        {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-bind-namespace-loop"));
        }
        if !rec && self.has_locked_below(source) {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-bind-locked"));
        }
        let first = if rec {
            let pairs = self.copy_tree(source.mount, &source.node, Copied::Alike, Unbindable::Pruned)?;
            pairs.first().map(|(_, copy)| *copy)
        } else {
            self.copy_mount(source.mount, source.node.clone(), Copied::Alike)
        };
        let Some(first) = first else { return Ok(()) };
        if let Some(mount) = self.mounts.get_mut(first) {
            mount.locked = false;
        }
        self.check_kinds(&place, &source.node, Errno::ENOTDIR, path)?;
        self.attach_tree(first, place)
    }

    /// True where a mount that must not be taken off is below a place: a bind mount without it would uncover it.
    fn has_locked_below(&self, place: &Place) -> bool {
        self.mounts.children(place.mount).any(|child| {
            let mount = self.mounts.get(child).filter(|mount| mount.locked);
            let on = mount.and_then(|mount| mount.on.as_ref());
            on.is_some_and(|on| self.is_below(&on.node, &place.node))
        })
    }

    /// MS_MOVE: a mount and all on it to another place (`do_move_mount`).
    pub(crate) fn move_mount(
        &mut self,
        task: &Task,
        source: &Place,
        target: &Place,
        path: &str,
    ) -> Result<(), Refusal> {
        let place = self.mount_target(target, path, AT)?;
        self.check_own(task, place.mount, AT, path)?;
        self.check_own(task, source.mount, AT, path)?;
        let refused = |rule: &str| refuse_path(Errno::EINVAL, AT, rule, path);
        let id = source.mount;
        let Some(parent) = self.mounts.parent_of(id) else { return refused("rule-move-absolute-root") };
        let mount = self.mounts.get(id);
        if mount.is_some_and(|mount| mount.locked) {
            return refused("rule-move-locked");
        }
        if !self.mounts.is_root_of_mount(source) {
            return refused("rule-not-a-mount-point");
        }
        let is_directory = |place: &Place| self.kind(&place.node) == FileKind::Directory;
        if is_directory(source) != is_directory(&place) {
            return refused("rule-move-other-kind");
        }
        if self.mounts.is_shared(parent) {
            return refused("rule-move-shared-parent");
        }
        if self.mounts.is_shared(place.mount) && self.has_unbindable(id) {
            return refused("rule-move-unbindable");
        }
        let mut above = Some(place.mount);
        while let Some(next) = above {
            if next == id {
                return refuse_path(Errno::ELOOP, AT, "rule-move-into-itself", path);
            }
            above = self.mounts.parent_of(next);
        }
        self.mounts.unhook(id);
        self.attach_tree(id, place)
    }

    fn has_unbindable(&self, first: MountId) -> bool {
        let tree = self.mounts.tree_of(first);
        tree.iter().any(|id| self.mounts.get(*id).is_some_and(|mount| mount.unbindable))
    }

    /// MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE, with MS_REC for all below (`do_change_type`).
    pub(crate) fn change_kind(
        &mut self,
        task: &Task,
        place: &Place,
        kind: Kind,
        rec: bool,
        path: &str,
    ) -> Result<(), Refusal> {
        if !self.mounts.is_root_of_mount(place) {
            return refuse_path(Errno::EINVAL, AT, "rule-not-a-mount-point", path);
        }
        self.check_own(task, place.mount, AT, path)?;
        let all = if rec { self.mounts.tree_of(place.mount) } else { vec![place.mount] };
        for id in all {
            self.mounts.set_kind(id, kind);
        }
        Ok(())
    }

    /// MS_REMOUNT with MS_BIND: other flags for this one mount (`do_reconfigure_mnt`).
    pub(crate) fn change_flags(
        &mut self,
        task: &Task,
        place: &Place,
        new: NewFlags,
        path: &str,
    ) -> Result<(), Refusal> {
        let id = self.mount_at(task, place, path)?;
        let flags = self.unlocked_flags(id, new, path)?;
        let writing =
            || self.tasks().filter(|task| task.is_alive()).any(|task| self.written_by(task).contains(&id));
        if flags.rdonly && writing() {
            return refuse_path(Errno::EBUSY, AT, "rule-mount-written-to", path);
        }
        if let Some(mount) = self.mounts.get_mut(id) {
            mount.flags = flags;
        }
        Ok(())
    }

    /// The mount whose root a place is, in the task's namespace.
    fn mount_at(&self, task: &Task, place: &Place, path: &str) -> Result<MountId, Refusal> {
        if !self.mounts.is_root_of_mount(place) {
            return refuse_path(Errno::EINVAL, AT, "rule-not-a-mount-point", path);
        }
        self.check_own(task, place.mount, AT, path)?;
        Ok(place.mount)
    }

    fn unlocked_flags(&self, id: MountId, new: NewFlags, path: &str) -> Result<MountFlags, Refusal> {
        let before = self.mounts.get(id).map(|mount| (mount.flags, mount.locked_flags));
        let flags = before.map_or(new.mount, |(before, _)| new.over(before));
        match before.and_then(|(_, locked)| locked) {
            Some(locked) if !locked.may_become(flags) => {
                refuse_path(Errno::EPERM, AT, "rule-remount-locked", path)
            }
            _ => Ok(flags),
        }
    }

    /// MS_REMOUNT: new flags for the mount, new options for its file system, which becomes read-only or
    /// writable in all its mounts (`do_remount`).
    pub(crate) fn remount(
        &mut self,
        task: &Task,
        place: &Place,
        new: NewFlags,
        data: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let id = self.mount_at(task, place, path)?;
        let flags = self.unlocked_flags(id, new, path)?;
        let Some(fs) = self.mounts.get(id).map(|mount| mount.fs) else { return Ok(()) };
        if self.is_readonly_by_nature(fs) && !new.fs.rdonly {
            return refuse_path(Errno::EROFS, AT, "rule-overlay-no-upper", path);
        }
        let change = self.reconfigure(fs, data)?;
        if new.fs.rdonly && !self.mounts.super_is_readonly(fs) {
            self.check_writers(fs, AT, path)?;
        }
        self.change_super(fs, new.fs, change);
        if let Some(mount) = self.mounts.get_mut(id) {
            mount.flags = flags;
        }
        Ok(())
    }

    fn change_super(&mut self, fs: FileSystem, flags: SuperFlags, change: Change) {
        if let Some(known) = self.mounts.super_mut(fs) {
            known.flags = flags;
            change.apply(&mut known.shown);
        }
    }
}
