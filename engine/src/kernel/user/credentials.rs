//! Ids and capabilities of a task, and how they change: credentials(7), setresuid(2), execve(2).

use super::capability::{Capabilities, Capability};
use crate::kernel::namespace::{FIRST_USERS, NamespaceId};
use crate::kernel::refuse::refuse;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// The four user ids of a task, or its four group ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// Whose task it is.
    pub real: u32,
    /// As whom it acts.
    pub effective: u32,
    /// Whom it may become again.
    pub saved: u32,
    /// As whom it opens files: the effective one, unless setfsuid(2) says otherwise.
    pub fs: u32,
}

impl Ids {
    /// All four the same.
    pub fn all(id: u32) -> Self {
        Self { real: id, effective: id, saved: id, fs: id }
    }

    fn has(self, id: u32) -> bool {
        [self.real, self.effective, self.saved].contains(&id)
    }

    /// Tab-separated, as in /proc/PID/status, each as it is shown to who reads.
    pub(crate) fn line(self, shown: impl Fn(u32) -> u32) -> String {
        let ids = [self.real, self.effective, self.saved, self.fs].map(|id| shown(id).to_string());
        ids.join("\t")
    }

    /// The ids after setresuid(2) or setresgid(2); `None` keeps one.
    fn changed(self, wanted: Wanted) -> Self {
        let [real, effective, saved] = wanted;
        let effective = effective.unwrap_or(self.effective);
        Self {
            real: real.unwrap_or(self.real),
            effective,
            saved: saved.unwrap_or(self.saved),
            // "The filesystem UID is always set to the same value as the (possibly new) effective UID."
            fs: effective,
        }
    }
}

/// Real, effective and saved id as they are asked for.
pub(crate) type Wanted = [Option<u32>; 3];

/// Most supplementary groups (include/uapi/linux/limits.h, `NGROUPS_MAX`).
const NGROUPS_MAX: usize = 65536;

/// Who a task is and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credentials {
    /// User ids.
    pub uid: Ids,
    /// Group ids.
    pub gid: Ids,
    /// Supplementary groups, sorted.
    pub groups: Vec<u32>,
    /// Capabilities that execve(2) can keep.
    pub inheritable: Capabilities,
    /// Capabilities that the task may make effective.
    pub permitted: Capabilities,
    /// Capabilities that the kernel looks at.
    pub effective: Capabilities,
    /// Capabilities that execve(2) can give.
    pub bounding: Capabilities,
    /// Capabilities that execve(2) keeps for who is not root.
    pub ambient: Capabilities,
    /// Permitted capabilities stay when the last user id 0 goes (`PR_SET_KEEPCAPS`), until execve(2).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keepcaps: bool,
    /// execve(2) gives nothing that the task has not got (`PR_SET_NO_NEW_PRIVS`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_new_privs: bool,
    /// The user namespace in which they are capabilities.
    pub users: NamespaceId,
}

impl Credentials {
    /// Root, as the first task has it: all capabilities, no supplementary group.
    pub fn root() -> Self {
        Self {
            uid: Ids::default(),
            gid: Ids::default(),
            groups: Vec::new(),
            inheritable: Capabilities::NONE,
            permitted: Capabilities::ALL,
            effective: Capabilities::ALL,
            bounding: Capabilities::ALL,
            ambient: Capabilities::NONE,
            keepcaps: false,
            no_new_privs: false,
            users: FIRST_USERS,
        }
    }

    /// The first task of a machine that withholds some capabilities from all its tasks.
    pub(crate) fn root_without(withheld: u64) -> Self {
        let root = Self::root();
        let all = root.bounding.without(withheld);
        Self { permitted: all, effective: all, bounding: all, ..root }
    }

    /// True where the capability is effective on the whole machine: in the first user namespace.
    pub fn can(&self, capability: Capability) -> bool {
        self.users == FIRST_USERS && self.has(capability)
    }

    /// True where the capability is effective in the task's own user namespace.
    pub(crate) fn has(&self, capability: Capability) -> bool {
        self.effective.has(capability)
    }

    /// Another user namespace: all capabilities there, and none that could be handed on (`set_cred_user_ns`).
    pub(crate) fn enter_users(&mut self, users: NamespaceId) {
        self.users = users;
        self.inheritable = Capabilities::NONE;
        self.permitted = Capabilities::ALL;
        self.effective = Capabilities::ALL;
        self.bounding = Capabilities::ALL;
        self.ambient = Capabilities::NONE;
        self.keepcaps = false;
    }

    /// True where files of that group are the task's group's files.
    pub(crate) fn in_group(&self, gid: u32) -> bool {
        self.gid.fs == gid || self.groups.binary_search(&gid).is_ok()
    }

    /// setresuid(2); `root` is who has id 0 in the task's user namespace.
    pub(crate) fn set_user(&mut self, wanted: Wanted, root: Option<u32>) -> Result<(), Refusal> {
        check(self.has(Capability::Setuid), self.uid, wanted, "setresuid", "rule-user-change")?;
        let before = self.uid;
        self.uid = before.changed(wanted);
        self.follow_user(before, root);
        Ok(())
    }

    /// setresgid(2).
    pub(crate) fn set_group(&mut self, wanted: Wanted) -> Result<(), Refusal> {
        check(self.has(Capability::Setgid), self.gid, wanted, "setresgid", "rule-group-change")?;
        self.gid = self.gid.changed(wanted);
        Ok(())
    }

    /// setgroups(2).
    pub(crate) fn set_groups(&mut self, groups: &[u32]) -> Result<(), Refusal> {
        const AT: &str = "setgroups";
        if !self.has(Capability::Setgid) {
            return refuse(Errno::EPERM, AT, Rule::new("rule-groups-change").with("uid", self.uid.effective));
        }
        if groups.len() > NGROUPS_MAX {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-groups-many").with("most", NGROUPS_MAX));
        }
        self.groups = groups.to_vec();
        self.groups.sort_unstable();
        Ok(())
    }

    /// capabilities(7), "Effect of user ID changes on capabilities"; `cap_emulate_setxuid` in security/commoncap.c.
    fn follow_user(&mut self, before: Ids, root: Option<u32>) {
        let is_root = |id: u32| root == Some(id);
        if root.is_some_and(|root| before.has(root) && !self.uid.has(root)) {
            if !self.keepcaps {
                self.permitted = Capabilities::NONE;
                self.effective = Capabilities::NONE;
            }
            self.ambient = Capabilities::NONE;
        }
        if is_root(before.effective) && !is_root(self.uid.effective) {
            self.effective = Capabilities::NONE;
        }
        if !is_root(before.effective) && is_root(self.uid.effective) {
            self.effective = self.permitted;
        }
    }

    /// execve(2) of a program without set-user-ID: the saved ids become the effective ones; capabilities(7),
    /// "Capabilities and execution of programs by root".
    pub(crate) fn follow_execve(&mut self, root: Option<u32>) {
        self.uid.saved = self.uid.effective;
        self.uid.fs = self.uid.effective;
        self.gid.saved = self.gid.effective;
        self.gid.fs = self.gid.effective;
        let is_root = |id: u32| root == Some(id);
        let root = is_root(self.uid.effective) || is_root(self.uid.real);
        let given = if root { self.inheritable.either(self.bounding) } else { self.ambient };
        // prctl(2), PR_SET_NO_NEW_PRIVS.
        self.permitted = if self.no_new_privs { given.both(self.permitted) } else { given };
        self.keepcaps = false;
        self.effective = if is_root(self.uid.effective) { self.permitted } else { self.ambient };
    }
}

/// Without the capability each new id has to be one of those that there are.
fn check(capable: bool, ids: Ids, wanted: Wanted, at: &str, rule: &str) -> Result<(), Refusal> {
    match wanted.into_iter().flatten().find(|id| !capable && !ids.has(*id)) {
        Some(id) => refuse(Errno::EPERM, at, Rule::new(rule).with("id", id).with("uid", ids.effective)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Credentials};

    // Each of these was seen on Linux 6.18 in /proc/self/status.
    #[test]
    fn root_loses_its_capabilities_and_comes_back_only_where_an_id_is_left() {
        let mut gone = Credentials::root();
        assert!(gone.set_user([Some(1000), Some(1000), Some(1000)], Some(0)).is_ok());
        assert_eq!((gone.permitted, gone.effective), (Capabilities::NONE, Capabilities::NONE));
        assert_eq!(gone.uid.line(|id| id), "1000\t1000\t1000\t1000");
        assert!(gone.set_user([Some(0), None, None], Some(0)).is_err());
        assert!(gone.set_groups(&[]).is_err());

        let mut back = Credentials::root();
        assert!(back.set_user([None, Some(1000), None], Some(0)).is_ok());
        assert_eq!((back.permitted, back.effective), (Capabilities::ALL, Capabilities::NONE));
        assert_eq!(back.uid.line(|id| id), "0\t1000\t0\t1000");
        assert!(back.set_user([None, Some(0), None], Some(0)).is_ok());
        assert_eq!(back.effective, Capabilities::ALL);
    }

    #[test]
    fn a_program_keeps_nothing_of_a_user_who_is_not_root() {
        let mut user = Credentials::root();
        assert!(user.set_user([Some(1000), Some(1000), None], Some(0)).is_ok());
        user.follow_execve(Some(0));
        assert_eq!(user.uid.line(|id| id), "1000\t1000\t1000\t1000");
        assert_eq!(user.permitted, Capabilities::NONE);
        assert_eq!(user.bounding, Capabilities::ALL);
    }
}
