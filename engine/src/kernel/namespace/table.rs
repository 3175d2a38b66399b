//! Which namespaces there are, who owns them, how many there may be.

use super::content::Content;
use super::{NamespaceKind, UserNamespace};
use crate::kernel::shared::{OrdMap, Shared};
use serde::Serialize;

/// Which namespace. The first ones have the numbers of their kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NamespaceId(u32);

impl NamespaceId {
    /// The first namespace of a kind.
    pub(crate) const fn initial(kind: NamespaceKind) -> Self {
        Self(kind as u32)
    }

    /// True for one that is there from the boot on.
    pub(crate) fn is_initial(self) -> bool {
        self.0 < FIRST_ID
    }
}

/// The first namespace of users: whose capabilities are those of the whole machine.
pub(crate) const FIRST_USERS: NamespaceId = NamespaceId::initial(NamespaceKind::User);

/// The first namespace of pids.
pub(crate) const FIRST_PIDS: NamespaceId = NamespaceId::initial(NamespaceKind::Pid);

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// Its kind.
    pub kind: NamespaceKind,
    /// The user namespace whose capabilities count in it. A user namespace's is the one that it was made in.
    pub owner: NamespaceId,
    /// The one that it was made in, for pid and user namespaces, which are nested.
    pub parent: Option<NamespaceId>,
    /// The number in its link.
    pub inode: u64,
    /// How deep it is nested; 0 for the first one.
    pub level: u32,
    /// Whose it counts as: the effective user of who made it.
    pub creator: u32,
    /// How many namespaces it owns or is the parent of.
    children: u32,
    /// What is in it.
    pub(crate) content: Content,
}

/// What a new namespace is made from.
pub(crate) struct New {
    pub(crate) kind: NamespaceKind,
    pub(crate) owner: NamespaceId,
    pub(crate) parent: Option<NamespaceId>,
    pub(crate) creator: u32,
    pub(crate) content: Content,
}

/// All namespaces.
#[derive(Clone, Debug, Serialize)]
pub struct Namespaces {
    table: OrdMap<NamespaceId, Shared<Namespace>>,
    /// How many of a kind count for a user in a user namespace, those made below it included.
    counts: OrdMap<(NamespaceId, u32, NamespaceKind), u32>,
    /// The pid namespace that a mount of /proc shows, where that is not the first.
    proc_mounts: OrdMap<u32, NamespaceId>,
    next: u32,
    next_inode: u64,
}

/// The first number that is no kind's.
const FIRST_ID: u32 = NamespaceKind::ALL.len() as u32;

/// Numbers of namespaces made later, as on a machine that has just booted.
const FIRST_INODE: u64 = 4_026_532_200;

impl Namespaces {
    /// The first namespace of each kind.
    pub(crate) fn initial(hostname: &str) -> Self {
        let first = |kind: NamespaceKind| {
            let namespace = Namespace {
                kind,
                owner: FIRST_USERS,
                parent: None,
                inode: kind.initial_inode(),
                level: 0,
                creator: 0,
                children: 0,
                content: Content::first(kind, hostname),
            };
            (NamespaceId::initial(kind), Shared::from(namespace))
        };
        let table = NamespaceKind::ALL.into_iter().map(first).collect();
        Self {
            table,
            counts: OrdMap::new(),
            proc_mounts: OrdMap::new(),
            next: FIRST_ID,
            next_inode: FIRST_INODE,
        }
    }

    /// A new namespace; it holds its owner and its parent.
    pub(crate) fn add(&mut self, new: New) -> NamespaceId {
        let New { kind, owner, parent, creator, content } = new;
        let (id, inode) = (NamespaceId(self.next), self.next_inode);
        self.next += 1;
        self.next_inode += 1;
        let level = parent.and_then(|parent| self.get(parent)).map_or(0, |parent| parent.level + 1);
        self.count(owner, creator, kind, true);
        for held in std::iter::once(owner).chain(parent) {
            self.change(held, |held| held.children += 1);
        }
        let namespace = Namespace { kind, owner, parent, inode, level, creator, children: 0, content };
        self.table.insert(id, Shared::from(namespace));
        id
    }

    /// Takes a namespace away that nobody is in; gives those that it has held.
    pub(crate) fn remove(&mut self, id: NamespaceId) -> Vec<NamespaceId> {
        let Some(gone) = self.table.remove(&id) else { return Vec::new() };
        self.count(gone.owner, gone.creator, gone.kind, false);
        let held: Vec<NamespaceId> = std::iter::once(gone.owner).chain(gone.parent).collect();
        for one in &held {
            self.change(*one, |one| one.children = one.children.saturating_sub(1));
        }
        held
    }

    /// The pid namespace that a mount of /proc shows: that of who mounted it.
    pub(crate) fn shown_by(&self, proc_mount: u32) -> NamespaceId {
        self.proc_mounts.get(&proc_mount).copied().unwrap_or(FIRST_PIDS)
    }

    /// A mount of /proc shows a pid namespace.
    pub(crate) fn show(&mut self, proc_mount: u32, pids: NamespaceId) {
        if pids != FIRST_PIDS {
            self.proc_mounts.insert(proc_mount, pids);
        }
    }

    /// True where other namespaces hold it.
    pub(crate) fn has_children(&self, id: NamespaceId) -> bool {
        self.get(id).is_some_and(|namespace| namespace.children > 0)
    }

    /// The namespace of that number.
    pub fn get(&self, id: NamespaceId) -> Option<&Namespace> {
        self.table.get(&id).map(|namespace| &**namespace)
    }

    /// All, the first ones first.
    pub fn iter(&self) -> impl Iterator<Item = (NamespaceId, &Namespace)> {
        self.table.iter().map(|(id, namespace)| (*id, &**namespace))
    }

    /// Changes one.
    pub(crate) fn change(&mut self, id: NamespaceId, change: impl FnOnce(&mut Namespace)) {
        if let Some(namespace) = self.table.get_mut(&id) {
            change(namespace);
        }
    }

    /// A namespace and those that it is nested in, up to the first one.
    pub(crate) fn ancestry(&self, id: NamespaceId) -> impl Iterator<Item = NamespaceId> + '_ {
        std::iter::successors(Some(id), |id| self.get(*id)?.parent)
    }

    /// True for one that is `above` or nested in it.
    pub(crate) fn is_within(&self, id: NamespaceId, above: NamespaceId) -> bool {
        self.ancestry(id).any(|one| one == above)
    }

    /// How deep it is nested.
    pub(crate) fn level(&self, id: NamespaceId) -> u32 {
        self.get(id).map_or(0, |namespace| namespace.level)
    }

    /// What a user namespace holds.
    pub(crate) fn users(&self, id: NamespaceId) -> Option<&UserNamespace> {
        match &self.get(id)?.content {
            Content::User(users) => Some(users),
            _ => None,
        }
    }

    /// The user namespaces in which a new namespace counts, and for which user in each: the one of its owner, then
    /// whoever made that one, in the one above it, and so on (kernel/ucount.c, `inc_ucount`).
    pub(crate) fn counted_in(&self, owner: NamespaceId, creator: u32) -> Vec<(NamespaceId, u32)> {
        let step = |(id, _): &(NamespaceId, u32)| {
            let namespace = self.get(*id)?;
            Some((namespace.parent?, namespace.creator))
        };
        std::iter::successors(Some((owner, creator)), step).collect()
    }

    /// How many of a kind count for a user in a user namespace.
    pub(crate) fn n_counted(&self, users: NamespaceId, user: u32, kind: NamespaceKind) -> u32 {
        self.counts.get(&(users, user, kind)).copied().unwrap_or(0)
    }

    fn count(&mut self, owner: NamespaceId, creator: u32, kind: NamespaceKind, more: bool) {
        for (users, user) in self.counted_in(owner, creator) {
            let key = (users, user, kind);
            let now = self.n_counted(users, user, kind);
            match if more { now + 1 } else { now.saturating_sub(1) } {
                0 => self.counts.remove(&key),
                count => self.counts.insert(key, count),
            };
        }
    }
}
