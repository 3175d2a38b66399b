//! What is in a namespace, told in a few lines for whoever looks at it.

use super::content::Content;
use super::{Namespace, NamespaceId, NamespaceKind, UserNamespace};
use crate::kernel::Kernel;
use crate::kernel::namespace::time::Clock;
use crate::kernel::namespace::user::IdMap;

/// Something about a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceFact {
    /// The name of the message that says what it is.
    pub name: &'static str,
    /// Its value, as the kernel writes it.
    pub value: String,
}

fn fact(name: &'static str, value: impl Into<String>) -> NamespaceFact {
    NamespaceFact { name, value: value.into() }
}

impl Kernel {
    /// The content of a namespace; its processes are not part of it.
    pub fn namespace_facts(&self, id: NamespaceId, namespace: &Namespace) -> Vec<NamespaceFact> {
        match &namespace.content {
            Content::Elsewhere if namespace.kind == NamespaceKind::Mnt => {
                vec![fact("ns-mounts", self.mounts.count(id).to_string())]
            }
            Content::Elsewhere => Vec::new(),
            Content::Uts(names) => {
                vec![fact("ns-hostname", names.host.clone()), fact("ns-domainname", names.domain.clone())]
            }
            Content::Ipc(objects) => vec![fact("ns-ipc-objects", objects.count().to_string())],
            Content::User(users) => user_facts(users),
            Content::Pid(_) => vec![fact("ns-level", namespace.level.to_string())],
            Content::Cgroup(_) => self.control_root_facts(id),
            Content::Time(offsets) => {
                let ahead = |clock| format!("{} s", offsets.ahead_ms(clock) / 1000);
                vec![
                    fact("ns-monotonic", ahead(Clock::Monotonic)),
                    fact("ns-boottime", ahead(Clock::Boottime)),
                ]
            }
        }
    }

    fn control_root_facts(&self, id: NamespaceId) -> Vec<NamespaceFact> {
        let root = |hierarchy| {
            let path = self.cgroups.path(self.control_root(id, hierarchy));
            let label = self.cgroups.controllers(hierarchy).join(",");
            let label = if label.is_empty() { self.cgroups.fstype(hierarchy).to_owned() } else { label };
            fact("ns-cgroup-root", format!("{label}: {path}"))
        };
        self.cgroups.hierarchies().map(root).collect()
    }
}

fn user_facts(users: &UserNamespace) -> Vec<NamespaceFact> {
    let lines = |map: &IdMap| {
        let line =
            |extent: &super::user::Extent| format!("{} {} {}", extent.first, extent.lower, extent.count);
        map.0.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    vec![
        fact("ns-uid-map", lines(&users.uids)),
        fact("ns-gid-map", lines(&users.gids)),
        fact("ns-setgroups", if users.setgroups { "allow" } else { "deny" }),
    ]
}
