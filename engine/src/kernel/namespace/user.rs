//! User namespaces, `user_namespaces(7)`: whose ids are seen as what, and where a capability counts.

use super::{FIRST_USERS, NamespaceId, NamespaceKind};
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::user::credentials::Credentials;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::Stat;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeMap;

/// What an id is shown as that a namespace has no name for (/proc/sys/kernel/overflowuid).
pub(crate) const OVERFLOW: u32 = 65534;

/// A line of a map: so many ids from `first` on are the machine's ids from `lower` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Extent {
    pub(crate) first: u32,
    pub(crate) lower: u32,
    pub(crate) count: u32,
}

/// A map of ids, empty until it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct IdMap(pub(crate) Vec<Extent>);

impl IdMap {
    /// That of the first namespace: all ids are what they are.
    fn whole() -> Self {
        Self(vec![Extent { first: 0, lower: 0, count: u32::MAX }])
    }

    /// The machine's id (`make_kuid`).
    pub(crate) fn down(&self, id: u32) -> Option<u32> {
        self.range_down(id, 1)
    }

    /// The machine's id of the first of some ids that are one extent's (`map_id_range_down`).
    pub(crate) fn range_down(&self, id: u32, count: u32) -> Option<u32> {
        let last = id.checked_add(count - 1)?;
        let holds = |extent: &&Extent| id >= extent.first && last - extent.first < extent.count;
        self.0.iter().find(holds).map(|extent| extent.lower + (id - extent.first))
    }

    /// What the machine's id is here (`from_kuid`).
    pub(crate) fn up(&self, id: u32) -> Option<u32> {
        let holds = |extent: &&Extent| id >= extent.lower && id - extent.lower < extent.count;
        self.0.iter().find(holds).map(|extent| extent.first + (id - extent.lower))
    }
}

/// What a user namespace holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UserNamespace {
    /// uid_map.
    pub(crate) uids: IdMap,
    /// gid_map.
    pub(crate) gids: IdMap,
    /// setgroups(2) may be used, once gid_map is written.
    pub(crate) setgroups: bool,
    /// The effective user of who made it, who has all capabilities in it from the outside.
    pub(crate) owner: u32,
    /// That one had CAP_SETFCAP: it may map the root of the namespace above.
    pub(crate) maps_root: bool,
    /// /proc/sys/user/max_*_namespaces, where they were set.
    pub(crate) most: BTreeMap<NamespaceKind, u32>,
}

impl UserNamespace {
    pub(super) fn first() -> Self {
        Self {
            uids: IdMap::whole(),
            gids: IdMap::whole(),
            setgroups: true,
            owner: 0,
            maps_root: true,
            most: BTreeMap::new(),
        }
    }
}

/// Which of the two kinds of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdKind {
    User,
    Group,
}

impl Kernel {
    fn id_map(&self, users: NamespaceId, kind: IdKind) -> Option<&IdMap> {
        let users = self.namespaces.users(users)?;
        Some(match kind {
            IdKind::User => &users.uids,
            IdKind::Group => &users.gids,
        })
    }

    /// The machine's id behind an id of a namespace.
    pub(crate) fn id_down(&self, users: NamespaceId, kind: IdKind, id: u32) -> Option<u32> {
        self.id_map(users, kind)?.down(id)
    }

    /// What one of the machine's ids is in a namespace.
    pub(crate) fn id_up(&self, users: NamespaceId, kind: IdKind, id: u32) -> Option<u32> {
        self.id_map(users, kind)?.up(id)
    }

    /// The same, the overflow id where there is none (`from_kuid_munged`).
    pub(crate) fn id_shown(&self, users: NamespaceId, kind: IdKind, id: u32) -> u32 {
        self.id_up(users, kind, id).unwrap_or(OVERFLOW)
    }

    /// What stat(2) says to a task: owner and group as its user namespace knows them.
    pub(crate) fn stat_seen_by(&self, task: &Task, stat: Stat) -> Stat {
        let users = task.credentials.users;
        let (uid, gid) = (stat.uid, stat.gid);
        Stat {
            uid: self.id_shown(users, IdKind::User, uid),
            gid: self.id_shown(users, IdKind::Group, gid),
            ..stat
        }
    }

    /// True where the ids of a file have names in a task's namespace: only over such files its capabilities count
    /// (`privileged_wrt_inode_uidgid` in kernel/capability.c).
    pub(crate) fn knows_owner(&self, who: &Credentials, file: &Stat) -> bool {
        who.users.is_initial()
            || (self.id_up(who.users, IdKind::User, file.uid).is_some()
                && self.id_up(who.users, IdKind::Group, file.gid).is_some())
    }

    /// True where who has these credentials has a capability in a user namespace (security/commoncap.c,
    /// `cap_capable`): in its own by its set; in one that is nested in its own if its user is the owner of the
    /// nested one on the way.
    pub(crate) fn has_capability(
        &self,
        who: &Credentials,
        users: NamespaceId,
        capability: Capability,
    ) -> bool {
        let own_level = self.namespaces.level(who.users);
        let mut at = users;
        loop {
            if at == who.users {
                return who.has(capability);
            }
            let Some(namespace) = self.namespaces.get(at) else { return false };
            if namespace.level <= own_level {
                return false;
            }
            let Some(parent) = namespace.parent else { return false };
            let owner = self.namespaces.users(at).map(|users| users.owner);
            if parent == who.users && owner == Some(who.uid.effective) {
                return true;
            }
            at = parent;
        }
    }

    /// EPERM where a task lacks a capability in a user namespace.
    pub(crate) fn require_in(
        &self,
        task: &Task,
        users: NamespaceId,
        capability: Capability,
        at: &str,
        rule: &str,
    ) -> Result<(), Refusal> {
        if self.has_capability(&task.credentials, users, capability) {
            return Ok(());
        }
        let rule = Rule::new(rule).with("uid", task.credentials.uid.effective);
        refuse(Errno::EPERM, at, rule.with("capability", capability.word()))
    }

    /// EPERM where a task lacks a capability in the user namespace that owns a namespace.
    pub(crate) fn require_for(
        &self,
        task: &Task,
        namespace: NamespaceId,
        capability: Capability,
        at: &str,
        rule: &str,
    ) -> Result<(), Refusal> {
        let owner = self.namespaces.get(namespace).map_or(FIRST_USERS, |namespace| namespace.owner);
        self.require_in(task, owner, capability, at, rule)
    }

    /// The machine's id of user 0 in a namespace: who is root there.
    pub(crate) fn root_of(&self, users: NamespaceId) -> Option<u32> {
        self.id_down(users, IdKind::User, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, IdMap};

    #[test]
    fn ids_go_down_and_up_a_map() {
        let map = IdMap(vec![
            Extent { first: 0, lower: 1000, count: 1 },
            Extent { first: 1, lower: 100_000, count: 10 },
        ]);
        assert_eq!((map.down(0), map.down(5), map.down(11)), (Some(1000), Some(100_004), None));
        assert_eq!((map.up(1000), map.up(100_009), map.up(0)), (Some(0), Some(10), None));
        assert_eq!((map.range_down(1, 10), map.range_down(0, 2)), (Some(100_000), None));
        assert_eq!(IdMap::whole().down(u32::MAX), None);
    }
}
