//! Putting a tree of mounts on a place, and copies of it where those that hear of it have the same place.

use super::copy::{Copied, Unbindable};
use super::{FileSystem, MountFlags, MountId};
use crate::host::KernelVersion;
use crate::kernel::fs::{Node, Place};
use crate::kernel::limits::MOUNT_MAX;
use crate::kernel::mount::prepare::Prepared;
use crate::kernel::mount::{Mount, SuperFlags};
use crate::kernel::namespace::{NamespaceId, NamespaceKind};
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

/// The copy that was last made for a group, or the tree itself.
type LastCopy = Option<MountId>;

impl Kernel {
    /// The place that a mount will cover: on top of what is mounted there (`lock_mount` in fs/namespace.c).
    pub(crate) fn mount_target(&self, place: &Place, path: &str, at: &str) -> Result<Place, Refusal> {
        let place = self.top(place.clone());
        if self.is_removed(&place) {
            return refuse_path(Errno::ENOENT, at, "rule-directory-removed", path);
        }
        // Seen on Linux 6.18; 6.1 says EINVAL (`check_mnt`).
        let newer = self.profile.kernel >= (KernelVersion { major: 6, minor: 18 });
        if newer && self.namespace_of_mount(place.mount).is_none() {
            return refuse_path(Errno::ENOENT, at, "rule-mount-detached", path);
        }
        Ok(place)
    }

    /// True for what has no name any more.
    pub(crate) fn is_removed(&self, place: &Place) -> bool {
        self.mounts
            .get(place.mount)
            .is_some_and(|mount| mount.lost_root.is_some() && mount.root == place.node)
            || matches!(place.node, Node::Removed(_))
    }

    /// Puts a new file system on a place (`do_add_mount`).
    pub(in crate::kernel) fn mount_new(
        &mut self,
        task: &Task,
        place: &Place,
        prepared: Prepared,
        flags: (MountFlags, SuperFlags),
        source: &str,
        target: &str,
    ) -> Result<MountId, Refusal> {
        let place = self.mount_target(place, target, "mount")?;
        self.check_own(task, place.mount, "mount", target)?;
        let under = self.mounts.get(place.mount);
        if under.is_some_and(|mount| mount.fs == prepared.fs) && self.mounts.is_root_of_mount(&place) {
            // fs/namespace.c, do_add_mount(): "Refuse the same filesystem on the same mount point".
            return refuse_path(Errno::EBUSY, "mount", "rule-mount-same-again", target);
        }
        let root = self.root_shown_to(task, prepared.fs);
        self.check_kinds(&place, &root, Errno::ENOTDIR, target)?;
        self.mounts.note_super(prepared.fs, &prepared.fstype, prepared.shown, flags.1);
        let id = self.mounts.add(Mount::new(prepared.fs, root, source, flags.0));
        self.attach_tree(id, place)?;
        Ok(id)
    }

    /// The root of a file system for who mounts it: of control groups that of the task's namespace
    /// (`cgroup_do_get_tree`).
    fn root_shown_to(&self, task: &Task, fs: FileSystem) -> Node {
        match fs {
            FileSystem::Cgroup(hierarchy) => {
                Node::Group(self.control_root(task.namespaces.get(NamespaceKind::Cgroup), hierarchy))
            }
            _ => self.root_node(fs),
        }
    }

    /// A mount can be changed from within its own namespace only (`check_mnt`): not one that was detached, not one that
    /// is seen through /proc/PID/root.
    pub(crate) fn check_own(&self, task: &Task, id: MountId, at: &str, path: &str) -> Result<(), Refusal> {
        match self.namespace_of_mount(id) {
            Some(namespace) if namespace == task.mount_namespace() => Ok(()),
            Some(_) => refuse_path(Errno::EINVAL, at, "rule-mount-of-others", path),
            None => refuse_path(Errno::EINVAL, at, "rule-mount-detached", path),
        }
    }

    /// A directory covers a directory, anything else anything else.
    pub(crate) fn check_kinds(
        &self,
        place: &Place,
        root: &Node,
        errno: Errno,
        target: &str,
    ) -> Result<(), Refusal> {
        let is_directory = |node| self.kind(node) == FileKind::Directory;
        match (is_directory(&place.node), is_directory(root)) {
            (false, true) => refuse_path(errno, "mount", "rule-mount-directory-on-file", target),
            (true, false) => refuse_path(errno, "mount", "rule-mount-file-on-directory", target),
            _ => Ok(()),
        }
    }

    /// The namespace that a mount is in.
    pub(crate) fn namespace_of_mount(&self, id: MountId) -> Option<NamespaceId> {
        self.mounts.get(id)?.namespace
    }

    /// Puts a tree that is on nothing on a place that nothing covers, and copies of it where those that hear of the
    /// place's mount have the same place (`attach_recursive_mnt`).
    pub(crate) fn attach_tree(&mut self, first: MountId, place: Place) -> Result<(), Refusal> {
        let Some(namespace) = self.namespace_of_mount(place.mount) else { return Ok(()) };
        if self.mounts.root_of(first).is_some_and(|root| self.is_removed(&root)) {
            // `get_mountpoint`: something may have to be mounted on its root, and nothing can be.
            return refuse(Errno::ENOENT, "mount", Rule::new("rule-bind-removed"));
        }
        let tree = self.mounts.tree_of(first);
        let moved = self.namespace_of_mount(first).is_some();
        let mut copies = Vec::new();
        if self.mounts.is_shared(place.mount) {
            for id in &tree {
                self.mounts.make_shared(*id);
            }
            copies = self.propagate(first, &place)?;
        }
        self.mounts.hook(first, place);
        for id in &tree {
            self.mounts.enter_namespace(*id, namespace);
        }
        for copy in &copies {
            self.settle_copy(*copy, namespace);
        }
        // Moving changes no count in the mount's own namespace.
        let grown = copies.iter().filter_map(|copy| self.namespace_of_mount(*copy));
        let grown: Vec<_> = grown.chain((!moved).then_some(namespace)).collect();
        grown.into_iter().try_for_each(|namespace| self.check_mount_count(namespace))
    }

    /// Makes the copies for all that hear of `place`, each on its own place there, not yet in any namespace
    /// (`propagate_mnt` in fs/pnode.c).
    fn propagate(&mut self, first: MountId, place: &Place) -> Result<Vec<MountId>, Refusal> {
        let audience = self.mounts.audience(place.mount);
        let mut last: Vec<LastCopy> = Vec::new();
        let mut copies = Vec::new();
        for (index, group) in audience.iter().enumerate() {
            let mut copy = (index == 0).then_some(first);
            for member in group.members.iter().filter(|member| **member != place.mount) {
                // One that is on its way to a place itself hears of nothing yet (`need_secondary`).
                let shows = self.mounts.get(*member).is_some_and(|mount| {
                    mount.namespace.is_some() && self.is_below(&place.node, &mount.root)
                });
                if !shows {
                    continue;
                }
                let (from, how) = match copy {
                    Some(peer) => (peer, Copied::Peer),
                    None => (nearest(&audience, &last, index), Copied::Slave(self.mounts.is_shared(*member))),
                };
                let made = self.copy_whole_tree(from, how)?;
                self.mounts_wait_on(made, Place { mount: *member, node: place.node.clone() });
                copies.push(made);
                copy = Some(made);
            }
            last.push(copy);
        }
        Ok(copies)
    }

    fn copy_whole_tree(&mut self, from: MountId, how: Copied) -> Result<MountId, Refusal> {
        let root = self.mounts.get(from).map(|mount| mount.root.clone());
        let Some(root) = root else { return Ok(from) };
        let pairs = self.copy_tree(from, &root, how, Unbindable::Kept)?;
        Ok(pairs.first().map_or(from, |(_, copy)| *copy))
    }

    /// Notes where a copy goes, without covering anything yet.
    fn mounts_wait_on(&mut self, id: MountId, place: Place) {
        if let Some(mount) = self.mounts.get_mut(id) {
            mount.on = Some(place);
        }
    }

    /// Puts a copy on its place. What covers that already comes to lie on top of it (`attach_recursive_mnt`: a copy is
    /// tucked beneath). In a namespace of another user namespace it is locked.
    fn settle_copy(&mut self, copy: MountId, origin: NamespaceId) {
        let place = self.mounts.get_mut(copy).and_then(|mount| mount.on.take());
        let Some(place) = place else { return };
        let Some(namespace) = self.namespace_of_mount(place.mount) else { return };
        if self.owner_of(namespace) != self.owner_of(origin) {
            self.lock_tree(copy);
        }
        let over = self.mounts.covering(&place);
        if let Some(over) = over {
            self.mounts.unhook(over);
        }
        self.mounts.hook(copy, place);
        for id in self.mounts.tree_of(copy) {
            self.mounts.enter_namespace(id, namespace);
        }
        if let Some(over) = over
            && let Some(root) = self.mounts.root_of(self.mounts.topmost(copy))
        {
            self.mounts.hook(over, root);
        }
    }

    /// The user namespace that a namespace belongs to.
    pub(crate) fn owner_of(&self, namespace: NamespaceId) -> Option<NamespaceId> {
        self.namespaces.get(namespace).map(|namespace| namespace.owner)
    }

    /// proc_sys_fs(5), mount-max: so many mounts in a namespace.
    fn check_mount_count(&self, namespace: NamespaceId) -> Result<(), Refusal> {
        if self.mounts.count(namespace) > MOUNT_MAX {
            return refuse(Errno::ENOSPC, "mount", Rule::new("rule-mount-max").with("limit", MOUNT_MAX));
        }
        Ok(())
    }
}

/// The copy that the first one of a group becomes a slave of: that of the nearest group above which got one.
fn nearest(audience: &[super::propagation::Hearers], last: &[LastCopy], index: usize) -> MountId {
    let mut above = audience.get(index).and_then(|group| group.above);
    while let Some(group) = above {
        if let Some(copy) = last.get(group).copied().flatten() {
            return copy;
        }
        above = audience.get(group).and_then(|group| group.above);
    }
    // The first group always has the tree itself.
    last.first().copied().flatten().unwrap_or(MountId(0))
}
