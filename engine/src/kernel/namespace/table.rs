//! Which namespaces there are.

use super::NamespaceKind;
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
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// Its kind.
    pub kind: NamespaceKind,
    /// The user namespace whose capabilities count in it.
    pub owner: NamespaceId,
    /// The one that it was made in, for pid and user namespaces, which are nested.
    pub parent: Option<NamespaceId>,
    /// The number in its link.
    pub inode: u64,
}

/// All namespaces.
#[derive(Clone, Debug, Serialize)]
pub struct Namespaces {
    table: OrdMap<NamespaceId, Shared<Namespace>>,
    next: u32,
    next_inode: u64,
}

/// Numbers of namespaces made later, as on a machine that has just booted.
const FIRST_INODE: u64 = 4_026_532_200;

impl Namespaces {
    /// The first namespace of each kind.
    pub(crate) fn initial() -> Self {
        let owner = NamespaceId::initial(NamespaceKind::User);
        let first = |kind: NamespaceKind| {
            let inode = kind.initial_inode();
            (NamespaceId::initial(kind), Shared::from(Namespace { kind, owner, parent: None, inode }))
        };
        let table = NamespaceKind::ALL.into_iter().map(first).collect();
        Self { table, next: 8, next_inode: FIRST_INODE }
    }

    /// A new namespace.
    pub(crate) fn add(
        &mut self,
        kind: NamespaceKind,
        owner: NamespaceId,
        parent: Option<NamespaceId>,
    ) -> NamespaceId {
        let (id, inode) = (NamespaceId(self.next), self.next_inode);
        self.next += 1;
        self.next_inode += 1;
        self.table.insert(id, Shared::from(Namespace { kind, owner, parent, inode }));
        id
    }

    /// The namespace of that number.
    pub fn get(&self, id: NamespaceId) -> Option<&Namespace> {
        self.table.get(&id).map(|namespace| &**namespace)
    }
}
