//! Who hears of a mount: peer groups, masters and slaves (mount_namespaces(7), "SHARED SUBTREES").
//!
//! A shared mount has peers: what is mounted in one of them appears in all. A slave hears of what happens in its
//! master's group and tells nothing. Both lists keep the kernel's order (fs/pnode.c), since it decides in which order
//! copies are made and so how they are numbered.

use super::{MountId, MountTable};
use crate::kernel::shared::{OrdMap, Shared};
use serde::Serialize;
use std::collections::BTreeSet;

/// Which peer group: the N of `shared:N` and `master:N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct PeerGroup(pub(crate) u32);

/// How a mount takes part; the four words of mount(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Shared,
    Private,
    Slave,
    Unbindable,
}

/// A peer group that hears of a mount, or one slave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hearers {
    pub(crate) members: Vec<MountId>,
    /// The group that it hears from, by its place in the list.
    pub(crate) above: Option<usize>,
}

/// Peer groups and slaves.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Propagation {
    peers: OrdMap<PeerGroup, Shared<Vec<MountId>>>,
    /// All numbers from 1 up to here have a group.
    used: u32,
    slaves: OrdMap<MountId, Shared<Vec<MountId>>>,
}

impl Propagation {
    /// The members of a peer group, beginning with this one.
    fn ring(&self, group: PeerGroup, from: MountId) -> Vec<MountId> {
        let mut ring: Vec<MountId> = self.peers.get(&group).map(|ring| (**ring).clone()).unwrap_or_default();
        let start = ring.iter().position(|id| *id == from).unwrap_or(0);
        ring.rotate_left(start);
        ring
    }

    /// The lowest number that no group has (`ida_alloc_min` in fs/namespace.c).
    fn free_group(&mut self) -> PeerGroup {
        while self.peers.contains_key(&PeerGroup(self.used + 1)) {
            self.used += 1;
        }
        PeerGroup(self.used + 1)
    }

    fn forget_group(&mut self, group: PeerGroup) {
        self.peers.remove(&group);
        self.used = self.used.min(group.0.saturating_sub(1));
    }

    fn slaves_of(&self, master: MountId) -> &[MountId] {
        self.slaves.get(&master).map_or(&[], |slaves| slaves.as_slice())
    }

    fn take_slave(&mut self, master: MountId, slave: MountId) {
        let Some(slaves) = self.slaves.get_mut(&master) else { return };
        slaves.retain(|id| *id != slave);
        if slaves.is_empty() {
            self.slaves.remove(&master);
        }
    }

    fn put_slaves(&mut self, master: MountId, at: usize, slaves: &[MountId]) {
        let mut list = self.slaves.get(&master).map(|list| (**list).clone()).unwrap_or_default();
        let at = at.min(list.len());
        list.splice(at..at, slaves.iter().copied());
        if !list.is_empty() {
            self.slaves.insert(master, Shared::from(list));
        }
    }
}

impl MountTable {
    /// The group of a shared mount.
    pub(crate) fn group_of(&self, id: MountId) -> Option<PeerGroup> {
        self.get(id)?.group
    }

    /// True for a mount that tells others.
    pub(crate) fn is_shared(&self, id: MountId) -> bool {
        self.group_of(id).is_some()
    }

    /// A mount and its peers, beginning with it; of one that is not shared, itself.
    pub(crate) fn peers_from(&self, id: MountId) -> Vec<MountId> {
        self.group_of(id).map_or_else(|| vec![id], |group| self.propagation.ring(group, id))
    }

    /// Gives a mount that is in no peer group one of its own.
    pub(crate) fn make_shared(&mut self, id: MountId) {
        let group = self.propagation.free_group();
        let Some(mount) = self.get_mut(id) else { return };
        mount.unbindable = false;
        if mount.group.is_none() {
            mount.group = Some(group);
            self.propagation.peers.insert(group, Shared::from(vec![id]));
        }
    }

    /// Puts a mount into the group of another one, behind it.
    pub(crate) fn join_group(&mut self, id: MountId, other: MountId) {
        let Some(group) = self.group_of(other) else { return };
        if let Some(ring) = self.propagation.peers.get_mut(&group) {
            let at = ring.iter().position(|peer| *peer == other).map_or(ring.len(), |at| at + 1);
            ring.insert(at, id);
        }
        if let Some(mount) = self.get_mut(id) {
            mount.group = Some(group);
        }
    }

    /// Makes a mount a slave, the first in its master's list.
    pub(crate) fn enslave(&mut self, id: MountId, master: MountId) {
        self.propagation.put_slaves(master, 0, &[id]);
        if let Some(mount) = self.get_mut(id) {
            mount.master = Some(master);
        }
    }

    /// Makes a mount a slave of the same master as another one, behind it.
    pub(crate) fn enslave_beside(&mut self, id: MountId, other: MountId) {
        let Some(master) = self.get(other).and_then(|mount| mount.master) else { return };
        let list = self.propagation.slaves_of(master);
        let at = list.iter().position(|slave| *slave == other).map_or(list.len(), |at| at + 1);
        self.propagation.put_slaves(master, at, &[id]);
        if let Some(mount) = self.get_mut(id) {
            mount.master = Some(master);
        }
    }

    /// Leaves the peer group; the last one takes its number along.
    fn leave_group(&mut self, id: MountId) {
        let Some(group) = self.get_mut(id).and_then(|mount| mount.group.take()) else { return };
        let Some(ring) = self.propagation.peers.get_mut(&group) else { return };
        ring.retain(|peer| *peer != id);
        if ring.is_empty() {
            self.propagation.forget_group(group);
        }
    }

    fn leave_master(&mut self, id: MountId) {
        if let Some(master) = self.get_mut(id).and_then(|mount| mount.master.take()) {
            self.propagation.take_slave(master, id);
        }
    }

    /// What a mount will hear from when it is no longer shared: the next of its peers, else its master.
    fn source_after(&self, id: MountId) -> Option<MountId> {
        let peer = self.peers_from(id).get(1).copied();
        peer.or_else(|| self.get(id).and_then(|mount| mount.master))
    }

    /// Changes how a mount takes part (`change_mnt_propagation` in fs/pnode.c). Its slaves go to a peer, else to its own
    /// master; a slave of nobody is private.
    pub(crate) fn set_kind(&mut self, id: MountId, kind: Kind) {
        if kind == Kind::Shared {
            self.make_shared(id);
            return;
        }
        let mut master = self.get(id).and_then(|mount| mount.master);
        if self.is_shared(id) {
            let slaves = self.propagation.slaves_of(id).to_vec();
            let heir = self.source_after(id);
            if kind == Kind::Slave {
                master = heir;
            }
            self.leave_group(id);
            self.hand_over(&slaves, id, heir);
        }
        self.leave_master(id);
        if let Some(master) = master.filter(|_| kind == Kind::Slave) {
            self.enslave(id, master);
        }
        if let Some(mount) = self.get_mut(id).filter(|_| kind != Kind::Slave) {
            mount.unbindable = kind == Kind::Unbindable;
        }
    }

    /// Slaves get another master, before those that it has, or none.
    fn hand_over(&mut self, slaves: &[MountId], from: MountId, to: Option<MountId>) {
        self.propagation.slaves.remove(&from);
        for slave in slaves {
            if let Some(mount) = self.get_mut(*slave) {
                mount.master = to;
            }
        }
        if let Some(to) = to {
            self.propagation.put_slaves(to, 0, slaves);
        }
    }

    /// The groups that hear of what happens in a mount, its own first, each before those below it.
    pub(crate) fn audience(&self, origin: MountId) -> Vec<Hearers> {
        let mut groups = vec![Hearers { members: self.peers_from(origin), above: None }];
        if self.is_shared(origin) {
            self.add_slaves(0, &mut groups, &mut BTreeSet::new());
        }
        groups
    }

    /// A mount and its peers, itself first and once more among them.
    pub(crate) fn peers_of(&self, id: MountId) -> impl Iterator<Item = MountId> {
        let ring = self.group_of(id).and_then(|group| self.propagation.peers.get(&group));
        std::iter::once(id).chain(ring.into_iter().flat_map(|ring| ring.iter().copied()))
    }

    /// Adds the groups of slaves of a group's members.
    fn add_slaves(&self, above: usize, groups: &mut Vec<Hearers>, seen: &mut BTreeSet<MountId>) {
        let members = groups.get(above).map(|group| group.members.clone()).unwrap_or_default();
        for slave in members.iter().flat_map(|member| self.propagation.slaves_of(*member)) {
            if seen.contains(slave) {
                continue;
            }
            let members = self.peers_from(*slave);
            seen.extend(members.iter().copied());
            groups.push(Hearers { members, above: Some(above) });
            if self.is_shared(*slave) {
                self.add_slaves(groups.len() - 1, groups, seen);
            }
        }
    }

    /// All mounts that hear of what happens in one, itself not among them.
    pub(crate) fn listeners(&self, origin: MountId) -> Vec<MountId> {
        let groups = self.audience(origin).into_iter();
        groups.flat_map(|group| group.members).filter(|id| *id != origin).collect()
    }
}
