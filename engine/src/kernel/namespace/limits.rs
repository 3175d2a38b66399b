//! /proc/sys/user: how many namespaces of each kind a user may have (namespaces(7), "The /proc/sys/user directory").

use super::content::Content;
use super::{NamespaceId, NamespaceKind};
use crate::kernel::cgroup::parse::kstrtoint;
use crate::kernel::fs::limits_text;
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Resource, Rule};

/// What a nested user namespace begins with.
const NO_LIMIT: u32 = i32::MAX as u32;

impl Kernel {
    /// How many namespaces of a kind each user may have in a user namespace. In the first one half as many as there may
    /// be threads, as for the processes of a user.
    pub(crate) fn most_namespaces(&self, users: NamespaceId, kind: NamespaceKind) -> u32 {
        let set = self.namespaces.users(users).and_then(|users| users.most.get(&kind).copied());
        let default = || {
            let threads = limits_text::initial(Resource::Nproc, &self.profile).soft;
            threads.and_then(|threads| u32::try_from(threads).ok()).unwrap_or(NO_LIMIT)
        };
        set.unwrap_or_else(|| if users.is_initial() { default() } else { NO_LIMIT })
    }

    /// ENOSPC where one more would be too many, for its user or for who made a user namespace above.
    pub(super) fn vet_limit(
        &self,
        owner: NamespaceId,
        creator: u32,
        kind: NamespaceKind,
        at: &str,
    ) -> Result<(), Refusal> {
        for (users, user) in self.namespaces.counted_in(owner, creator) {
            let most = self.most_namespaces(users, kind);
            if self.namespaces.n_counted(users, user, kind) >= most {
                let rule = Rule::new("rule-namespace-limit").with("kind", kind.word()).with("most", most);
                return refuse(Errno::ENOSPC, at, rule.with("uid", user));
            }
        }
        Ok(())
    }

    /// The mode of a limit's file for a task: who has CAP_SYS_RESOURCE in its user namespace is its owner, all others
    /// may read (`set_permissions` in kernel/ucount.c).
    pub(crate) fn may_set_limits(&self, task: &Task) -> bool {
        self.has_capability(&task.credentials, task.credentials.users, Capability::SysResource)
    }

    /// A write to max_*_namespaces: a number from 0 to 2³¹-1.
    pub(crate) fn write_limit(
        &mut self,
        task: &Task,
        kind: NamespaceKind,
        data: &str,
    ) -> Result<(), Refusal> {
        let value = kstrtoint(data.trim()).ok().and_then(|value| u32::try_from(value).ok());
        let Some(value) = value else {
            let rule = Rule::new("rule-namespace-limit-value").with("value", data.trim());
            return refuse(Errno::EINVAL, "write", rule);
        };
        self.namespaces.change(task.credentials.users, |namespace| {
            if let Content::User(users) = &mut namespace.content {
                users.most.insert(kind, value);
            }
        });
        Ok(())
    }
}
