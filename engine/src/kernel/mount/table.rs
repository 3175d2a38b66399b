//! All mounts of all mount namespaces, found by what is true of them.

use super::propagation::Propagation;
use super::{FileSystem, Mount, MountId, SuperFlags};
use crate::kernel::fs::{Node, Place};
use crate::kernel::namespace::NamespaceId;
use crate::kernel::shared::{OrdMap, OrdSet, Shared};
use serde::{Serialize, Serializer};

/// A file system that is mounted at least once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Super {
    /// How many mounts it has.
    mounts: u32,
    /// The second number of its device.
    pub(crate) device: u32,
    pub(crate) flags: SuperFlags,
    pub(crate) fstype: String,
    /// Its own options as /proc/mounts shows them, where they are not made by it.
    pub(crate) shown: Vec<String>,
}

/// All mounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct MountTable {
    mounts: OrdMap<MountId, Shared<Mount>>,
    supers: OrdMap<FileSystem, Shared<Super>>,
    /// What covers a place: one mount at most, whose root may be covered again.
    covers: OrdMap<(Node, MountId), MountId>,
    /// Mounts by the one that they are on, in the order in which they were put there.
    on_it: OrdMap<(MountId, u32), MountId>,
    members: OrdSet<(NamespaceId, MountId)>,
    counts: OrdMap<NamespaceId, u32>,
    /// Mounts by their root.
    roots: OrdSet<(Node, MountId)>,
    /// The first mount of each namespace, which is on nothing.
    tops: OrdMap<NamespaceId, MountId>,
    /// In no namespace any more (umount2(2), MNT_DETACH), but somebody may still be inside.
    detached: OrdSet<MountId>,
    pub(crate) propagation: Propagation,
    next: u32,
    next_order: u32,
}

/// Only the mounts: the indexes say nothing new.
impl Serialize for MountTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let supers: Vec<_> = self.supers.iter().collect();
        (&self.mounts, supers, &self.tops, &self.propagation).serialize(serializer)
    }
}

impl MountTable {
    /// The number that the next mount gets: file systems made for it are numbered alike.
    pub(crate) fn next_number(&self) -> u32 {
        self.next + 1
    }

    /// Notes a file system that is about to be mounted; one that is mounted already stays as it is.
    pub(crate) fn note_super(&mut self, fs: FileSystem, fstype: &str, shown: Vec<String>, flags: SuperFlags) {
        if !self.supers.contains_key(&fs) {
            let (device, fstype) = (self.next_number(), fstype.to_owned());
            self.supers.insert(fs, Shared::from(Super { mounts: 0, device, flags, fstype, shown }));
        }
    }

    /// Adds a mount, on nothing and in no namespace; its number is given by the table.
    pub(crate) fn add(&mut self, mut mount: Mount) -> MountId {
        self.next += 1;
        let id = MountId(self.next);
        mount.id = id;
        if let Some(known) = self.supers.get_mut(&mount.fs) {
            known.mounts += 1;
        }
        self.roots.insert((mount.root.clone(), id));
        self.detached.insert(id);
        self.mounts.insert(id, Shared::from(mount));
        id
    }

    /// Takes a mount out that is on nothing, and gives its file system, if that was its last mount.
    pub(crate) fn remove(&mut self, id: MountId) -> Option<FileSystem> {
        self.unhook(id);
        self.leave_namespace(id);
        self.detached.remove(&id);
        let mount = self.mounts.remove(&id)?;
        self.roots.remove(&(mount.root.clone(), id));
        let known = self.supers.get_mut(&mount.fs)?;
        known.mounts -= 1;
        if known.mounts > 0 {
            return None;
        }
        self.supers.remove(&mount.fs);
        Some(mount.fs)
    }

    pub(crate) fn get(&self, id: MountId) -> Option<&Mount> {
        self.mounts.get(&id).map(|mount| &**mount)
    }

    /// A mount to change; not where it is, its root or its namespace.
    pub(crate) fn get_mut(&mut self, id: MountId) -> Option<&mut Mount> {
        self.mounts.get_mut(&id).map(|mount| &mut **mount)
    }

    /// The mounts of a namespace, oldest first: since Linux 6.8 the order of /proc/PID/mountinfo.
    pub(crate) fn of_namespace(&self, namespace: NamespaceId) -> impl Iterator<Item = &Mount> {
        let all = (namespace, MountId(0))..=(namespace, MountId(u32::MAX));
        self.members.range(all).filter_map(|(_, id)| self.get(*id))
    }

    /// The mount of a namespace that is on nothing.
    pub(crate) fn top_of(&self, namespace: NamespaceId) -> Option<MountId> {
        self.tops.get(&namespace).copied()
    }

    pub(crate) fn set_top(&mut self, namespace: NamespaceId, id: MountId) {
        self.tops.insert(namespace, id);
    }

    pub(crate) fn forget_top(&mut self, namespace: NamespaceId) {
        self.tops.remove(&namespace);
    }

    /// Puts a mount into a namespace.
    pub(crate) fn enter_namespace(&mut self, id: MountId, namespace: NamespaceId) {
        self.leave_namespace(id);
        if let Some(mount) = self.get_mut(id) {
            mount.namespace = Some(namespace);
            self.members.insert((namespace, id));
            self.detached.remove(&id);
            let count = self.counts.get(&namespace).copied().unwrap_or(0);
            self.counts.insert(namespace, count + 1);
        }
    }

    /// How many mounts a namespace has.
    pub(crate) fn count(&self, namespace: NamespaceId) -> u32 {
        self.counts.get(&namespace).copied().unwrap_or(0)
    }

    /// Takes a mount out of its namespace.
    pub(crate) fn leave_namespace(&mut self, id: MountId) {
        let Some(namespace) = self.get_mut(id).and_then(|mount| mount.namespace.take()) else { return };
        self.members.remove(&(namespace, id));
        self.detached.insert(id);
        match self.count(namespace) {
            0 | 1 => self.counts.remove(&namespace),
            count => self.counts.insert(namespace, count - 1),
        };
    }

    /// Mounts in no namespace.
    pub(crate) fn detached(&self) -> impl Iterator<Item = MountId> {
        self.detached.iter().copied()
    }

    /// Puts a mount on a place that nothing covers.
    pub(crate) fn hook(&mut self, id: MountId, place: Place) {
        self.next_order += 1;
        let order = self.next_order;
        self.covers.insert((place.node.clone(), place.mount), id);
        self.on_it.insert((place.mount, order), id);
        if let Some(mount) = self.get_mut(id) {
            mount.order = order;
            mount.on = Some(place);
        }
    }

    /// Takes a mount off the place that it is on.
    pub(crate) fn unhook(&mut self, id: MountId) -> Option<Place> {
        let mount = self.get_mut(id)?;
        let (place, order) = (mount.on.take()?, mount.order);
        self.covers.remove(&(place.node.clone(), place.mount));
        self.on_it.remove(&(place.mount, order));
        Some(place)
    }

    /// What covers a place.
    pub(crate) fn covering(&self, place: &Place) -> Option<MountId> {
        self.covers.get(&(place.node.clone(), place.mount)).copied()
    }

    /// The root of the mount that covers a place.
    pub(crate) fn mounted_on(&self, place: &Place) -> Option<Place> {
        self.covering(place).and_then(|id| self.root_of(id))
    }

    /// The root of a mount, as a place.
    pub(crate) fn root_of(&self, id: MountId) -> Option<Place> {
        Some(Place { mount: id, node: self.get(id)?.root.clone() })
    }

    /// The last mount on the root of this one, and on that one's root, and so on; itself where nothing is.
    pub(crate) fn topmost(&self, mut id: MountId) -> MountId {
        while let Some(over) = self.root_of(id).and_then(|root| self.covering(&root)) {
            id = over;
        }
        id
    }

    /// All mounts on a file or directory, through whichever mount and in whichever namespace.
    pub(crate) fn all_on(&self, node: &Node) -> Vec<MountId> {
        let all = (node.clone(), MountId(0))..=(node.clone(), MountId(u32::MAX));
        self.covers.range(all).map(|(_, id)| *id).collect()
    }

    /// All mounts whose root is this file or directory.
    pub(crate) fn with_root(&self, node: &Node) -> Vec<MountId> {
        let all = (node.clone(), MountId(0))..=(node.clone(), MountId(u32::MAX));
        self.roots.range(all).map(|(_, id)| *id).collect()
    }

    /// Gives a mount another root: the directory was removed.
    pub(crate) fn set_root(&mut self, id: MountId, root: Node) {
        let Some(mount) = self.get_mut(id) else { return };
        let before = std::mem::replace(&mut mount.root, root.clone());
        self.roots.remove(&(before, id));
        self.roots.insert((root, id));
    }

    /// The mounts on this one, in the order in which they were put there.
    pub(crate) fn children(&self, id: MountId) -> impl DoubleEndedIterator<Item = MountId> {
        self.on_it.range((id, 0)..=(id, u32::MAX)).map(|(_, child)| *child)
    }

    /// A mount and all below it: each before those on it (`next_mnt` in fs/namespace.c).
    pub(crate) fn tree_of(&self, id: MountId) -> Vec<MountId> {
        let (mut tree, mut rest) = (Vec::new(), vec![id]);
        while let Some(next) = rest.pop() {
            tree.push(next);
            rest.extend(self.children(next).rev());
        }
        tree
    }

    /// The mount that this one is on.
    pub(crate) fn parent_of(&self, id: MountId) -> Option<MountId> {
        self.get(id)?.on.as_ref().map(|place| place.mount)
    }

    /// The place that a mount covers.
    pub(crate) fn mount_point(&self, id: MountId) -> Option<Place> {
        self.get(id)?.on.clone()
    }

    /// True for the root directory of a mount.
    pub(crate) fn is_root_of_mount(&self, place: &Place) -> bool {
        self.get(place.mount).is_some_and(|mount| mount.root == place.node)
    }

    /// A file system that is mounted.
    pub(crate) fn super_of(&self, fs: FileSystem) -> Option<&Super> {
        self.supers.get(&fs).map(|known| &**known)
    }

    pub(crate) fn super_mut(&mut self, fs: FileSystem) -> Option<&mut Super> {
        self.supers.get_mut(&fs).map(|known| &mut **known)
    }

    /// True where neither the mount nor its file system lets anything be written.
    pub(crate) fn is_readonly(&self, id: MountId) -> bool {
        self.get(id).is_some_and(|mount| mount.flags.rdonly || self.super_is_readonly(mount.fs))
    }

    /// True for a file system that is read-only in all its mounts.
    pub(crate) fn super_is_readonly(&self, fs: FileSystem) -> bool {
        self.super_of(fs).is_some_and(|known| known.flags.rdonly)
    }
}
