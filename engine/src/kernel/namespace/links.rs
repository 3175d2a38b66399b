//! /proc/PID/ns: a link for each namespace of a task, which stands for the namespace itself.

use super::{FIRST_PIDS, NamespaceId, NamespaceKind};
use crate::host::KernelVersion;
use crate::kernel::Kernel;
use serde::Serialize;

/// A link in /proc/PID/ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NsLink {
    /// The namespace that the task is in.
    Own(NamespaceKind),
    /// The one that its children will be in.
    PidForChildren,
    TimeForChildren,
}

impl NsLink {
    /// All, sorted by name.
    pub(crate) const ALL: [Self; 10] = [
        Self::Own(NamespaceKind::Cgroup),
        Self::Own(NamespaceKind::Ipc),
        Self::Own(NamespaceKind::Mnt),
        Self::Own(NamespaceKind::Net),
        Self::Own(NamespaceKind::Pid),
        Self::PidForChildren,
        Self::Own(NamespaceKind::Time),
        Self::TimeForChildren,
        Self::Own(NamespaceKind::User),
        Self::Own(NamespaceKind::Uts),
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Own(kind) => kind.word(),
            Self::PidForChildren => "pid_for_children",
            Self::TimeForChildren => "time_for_children",
        }
    }

    /// The link of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|link| link.name() == name)
    }
}

impl Kernel {
    /// The namespace behind a link. A task that has ended is in none but those of users and pids; a pid namespace for
    /// children is there from its first process on (`pidns_for_children_get`; since Linux 7 at once).
    pub(crate) fn namespace_behind(&self, pid: u32, link: NsLink) -> Option<NamespaceId> {
        let task = self.task(pid)?;
        if !task.is_alive() && !matches!(link, NsLink::Own(NamespaceKind::User | NamespaceKind::Pid)) {
            return None;
        }
        match link {
            NsLink::Own(kind) => Some(task.namespaces.get(kind)),
            NsLink::TimeForChildren => Some(task.namespaces.time_for_children),
            NsLink::PidForChildren => {
                let id = task.namespaces.pid_for_children;
                let at_once = self.profile.kernel >= (KernelVersion { major: 7, minor: 0 });
                (at_once || id == FIRST_PIDS || self.has_had_tasks(id)).then_some(id)
            }
        }
    }

    /// The text of a link: `uts:[4026531838]`.
    pub(crate) fn namespace_text(&self, id: NamespaceId) -> Option<String> {
        self.namespaces.get(id).map(|namespace| format!("{}:[{}]", namespace.kind.word(), namespace.inode))
    }
}
