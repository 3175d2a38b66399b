//! Copies of mounts: for bind mounts, for new namespaces, and for those that hear of a mount.

use super::{AccessTimes, FileSystem, Mount, MountFlags, MountId, SuperFlags};
use crate::host::KernelVersion;
use crate::kernel::Kernel;
use crate::kernel::fs::{Node, Place};
use crate::kernel::refuse::refuse;
use crate::plan::{Errno, Refusal, Rule};

/// How a copy takes part in propagation (`clone_mnt` in fs/namespace.c).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copied {
    /// As the original: its peer where it is shared, a slave beside it where it is one.
    Alike,
    /// The original's peer.
    Peer,
    /// The original's slave; `true` where it has a group of its own besides.
    Slave(bool),
    /// As the original, but a slave of what is shared: into a namespace of another user namespace.
    SlaveOfShared,
}

/// Which mounts of a tree are copied with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unbindable {
    /// Unbindable ones and all below them stay out: MS_BIND with MS_REC.
    Pruned,
    /// All: a new namespace.
    Kept,
}

impl Kernel {
    /// A namespace is a file of nsfs, through whichever mount of proc it was found (fs/nsfs.c).
    fn shown_by_nsfs(&mut self, mount: Mount) -> Mount {
        let fs = FileSystem::Nsfs;
        self.mounts.note_super(fs, "nsfs", Vec::new(), SuperFlags::default());
        let flags = MountFlags { access_times: AccessTimes::Strict, ..MountFlags::default() };
        Mount { fs, source: "nsfs".to_owned(), flags, ..mount }
    }

    /// A copy of a mount that shows `root`, on nothing.
    pub(crate) fn copy_mount(&mut self, id: MountId, root: Node, how: Copied) -> Option<MountId> {
        let original = self.mounts.get(id)?.clone();
        // Since Linux 6.17 it is kept with what is not copied; before, with the flags (`clone_mnt`).
        let newer = self.profile.kernel >= (KernelVersion { major: 6, minor: 17 });
        let unbindable = original.unbindable && !newer;
        let lost_root = if original.root == root { original.lost_root.clone() } else { None };
        let copy = Mount {
            on: None,
            namespace: None,
            group: None,
            master: None,
            unbindable,
            expires: false,
            root,
            lost_root,
            ..original
        };
        let copy = if matches!(copy.root, Node::Namespace(_)) { self.shown_by_nsfs(copy) } else { copy };
        let new = self.mounts.add(copy);
        let shared = self.mounts.is_shared(id);
        match how {
            Copied::Slave(with_group) => {
                self.mounts.enslave(new, id);
                if with_group {
                    self.mounts.make_shared(new);
                }
            }
            Copied::SlaveOfShared if shared => self.mounts.enslave(new, id),
            Copied::Alike | Copied::Peer | Copied::SlaveOfShared => {
                self.mounts.join_group(new, id);
                self.mounts.enslave_beside(new, id);
            }
        }
        Some(new)
    }

    /// A copy of a mount from `root` on and of all mounts on it below that, each on the copy of what it was on
    /// (`copy_tree`). Gives its first mount and all of them beside their originals.
    pub(crate) fn copy_tree(
        &mut self,
        id: MountId,
        root: &Node,
        how: Copied,
        unbindable: Unbindable,
    ) -> Result<Vec<(MountId, MountId)>, Refusal> {
        let Some(first) = self.copy_mount(id, root.clone(), how) else { return Ok(Vec::new()) };
        let mut pairs = vec![(id, first)];
        let mut rest: Vec<(MountId, MountId)> = self.children_below(id, root, first);
        rest.reverse();
        while let Some((child, on)) = rest.pop() {
            let Some(Mount { on: Some(place), root, unbindable: cut, locked, .. }) =
                self.mounts.get(child).cloned()
            else {
                continue;
            };
            if cut && unbindable == Unbindable::Pruned {
                if locked {
                    return refuse(Errno::EPERM, "mount", Rule::new("rule-bind-locked"));
                }
                continue;
            }
            let Some(copy) = self.copy_mount(child, root.clone(), how) else { continue };
            self.mounts.hook(copy, Place { mount: on, node: place.node });
            pairs.push((child, copy));
            let mut below = self.children_below(child, &root, copy);
            below.reverse();
            rest.extend(below);
        }
        Ok(pairs)
    }

    /// The mounts on a mount at `root` or below it, each with the mount that its copy goes on.
    fn children_below(&self, id: MountId, root: &Node, copy: MountId) -> Vec<(MountId, MountId)> {
        let below = |child: &MountId| {
            self.mounts.mount_point(*child).is_some_and(|place| self.is_below(&place.node, root))
        };
        self.mounts.children(id).filter(below).map(|child| (child, copy)).collect()
    }

    /// Locks the mounts of a tree that comes into a less privileged namespace (mount_namespaces(7), "Restrictions"):
    /// each but the first to the one that it is on, all to what they forbid.
    pub(crate) fn lock_tree(&mut self, first: MountId) {
        for id in self.mounts.tree_of(first) {
            if let Some(mount) = self.mounts.get_mut(id) {
                mount.locked_flags = Some(mount.flags);
                mount.locked |= id != first;
            }
        }
    }
}
