//! What is in a namespace, by its kind.

use super::{ControlRoots, IpcObjects, NamespaceKind, Offsets, PidNumbers, UserNamespace, UtsNames};
use serde::Serialize;

/// What is in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    /// Kept by other parts of the kernel, or by none: mounts and networks.
    Elsewhere,
    Uts(UtsNames),
    Ipc(IpcObjects),
    User(UserNamespace),
    Pid(PidNumbers),
    Cgroup(ControlRoots),
    Time(Offsets),
}

impl Content {
    /// That of the first namespace of a kind.
    pub(super) fn first(kind: NamespaceKind, hostname: &str) -> Self {
        match kind {
            NamespaceKind::Uts => Self::Uts(UtsNames::first(hostname)),
            NamespaceKind::Ipc => Self::Ipc(IpcObjects::default()),
            NamespaceKind::User => Self::User(UserNamespace::first()),
            NamespaceKind::Pid => Self::Pid(PidNumbers::default()),
            NamespaceKind::Cgroup => Self::Cgroup(ControlRoots::default()),
            NamespaceKind::Time => Self::Time(Offsets::default()),
            NamespaceKind::Mnt | NamespaceKind::Net => Self::Elsewhere,
        }
    }
}
