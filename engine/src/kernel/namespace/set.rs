//! The namespaces that a task is in.

use super::{NamespaceId, NamespaceKind};
use serde::Serialize;

/// One namespace of each kind; `struct nsproxy`, and the user and pid namespaces beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceSet {
    own: [NamespaceId; 8],
    /// Where children will be: `pid_for_children`. The task itself stays where it is.
    pub pid_for_children: NamespaceId,
    /// `time_for_children`.
    pub time_for_children: NamespaceId,
}

impl NamespaceSet {
    /// The first of each kind.
    pub(crate) fn initial() -> Self {
        let own = NamespaceKind::ALL.map(NamespaceId::initial);
        Self {
            own,
            pid_for_children: NamespaceId::initial(NamespaceKind::Pid),
            time_for_children: NamespaceId::initial(NamespaceKind::Time),
        }
    }

    /// The one of that kind.
    pub fn get(&self, kind: NamespaceKind) -> NamespaceId {
        self.own[kind as usize]
    }

    /// Enters another one of that kind.
    pub(crate) fn set(&mut self, kind: NamespaceKind, id: NamespaceId) {
        self.own[kind as usize] = id;
    }

    /// All that keep a namespace alive for this task.
    pub(crate) fn all(&self) -> impl Iterator<Item = NamespaceId> {
        self.own.into_iter().chain([self.pid_for_children, self.time_for_children])
    }
}
