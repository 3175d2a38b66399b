//! unshare(2), and the flags of clone3(2): new namespaces (kernel/fork.c, kernel/nsproxy.c).

use super::content::Content;
use super::pid::MOST_LEVELS;
use super::table::New;
use super::{ControlRoots, IpcObjects, NamespaceId, NamespaceKind, NamespaceSet, PidNumbers, UserNamespace};
use crate::kernel::fs::{Node, Place};
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::user::credentials::Credentials;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};

/// Most levels of nested user namespaces below the first (`create_user_ns`: a parent deeper than 32 has no child).
const MOST_USER_LEVELS: u32 = 33;

/// The order in which namespaces are made, after that of users (`create_new_namespaces`).
const ORDER: [NamespaceKind; 7] = [
    NamespaceKind::Mnt,
    NamespaceKind::Uts,
    NamespaceKind::Ipc,
    NamespaceKind::Pid,
    NamespaceKind::Cgroup,
    NamespaceKind::Net,
    NamespaceKind::Time,
];

/// Flags of clone(2) that are no namespace and that unshare(2) takes.
const UNSHARE_FLAGS: [&str; 6] = ["fs", "files", "sysvsem", "thread", "vm", "sighand"];

/// What unshare(2) refuses in a process with more than one thread.
const NEED_ONE_THREAD: [&str; 3] = ["thread", "vm", "sighand"];

/// Flags as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) kinds: Vec<NamespaceKind>,
    pub(crate) others: Vec<String>,
}

impl Flags {
    /// Names of flags without `CLONE_`, in lower case.
    pub(crate) fn read(names: &[String]) -> Self {
        let mut flags = Self::default();
        for name in names {
            match NamespaceKind::of_flag(name) {
                Some(kind) => flags.kinds.push(kind),
                None => flags.others.push(name.clone()),
            }
        }
        flags
    }

    pub(crate) fn has(&self, kind: NamespaceKind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(crate) fn has_other(&self, name: &str) -> bool {
        self.others.iter().any(|other| other == name)
    }
}

/// Who a task is and which namespaces it is in, as they will be.
pub(crate) struct Membership {
    pub(crate) credentials: Credentials,
    pub(crate) set: NamespaceSet,
    /// Root and working directory in another mount namespace.
    pub(crate) places: Option<(Place, Place)>,
}

impl Membership {
    pub(crate) fn of(task: &Task) -> Self {
        Self { credentials: task.credentials().clone(), set: (*task.namespaces).clone(), places: None }
    }

    /// A task is and may do this from here on.
    pub(crate) fn put_on(self, task: &mut Task) {
        task.credentials = self.credentials.into();
        task.namespaces = self.set.into();
        if let Some((root, cwd)) = self.places {
            (task.root, task.cwd) = (root, cwd);
        }
    }

    /// In another user namespace a task has all capabilities there, and none that it could hand on
    /// (`set_cred_user_ns`).
    pub(super) fn enter_users(&mut self, users: NamespaceId) {
        self.set.set(NamespaceKind::User, users);
        self.credentials.enter_users(users);
    }
}

impl Kernel {
    /// unshare(2).
    pub(crate) fn unshare(&mut self, task: &Task, names: &[String]) -> Result<(), Refusal> {
        const AT: &str = "unshare";
        let flags = Flags::read(names);
        if let Some(unknown) = flags.others.iter().find(|flag| !UNSHARE_FLAGS.contains(&flag.as_str())) {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-unshare-flag").with("flag", unknown));
        }
        let alone = flags.has(NamespaceKind::User)
            || flags.others.iter().any(|flag| NEED_ONE_THREAD.contains(&flag.as_str()));
        if alone && self.n_threads(task) > 1 {
            let rule = Rule::new("rule-unshare-threads").with("threads", self.n_threads(task));
            return refuse(Errno::EINVAL, AT, rule);
        }
        let mut member = Membership::of(task);
        self.make_namespaces(task, &mut member, &flags.kinds, AT)?;
        self.become_member(task.pid, member);
        Ok(())
    }

    /// Makes a namespace of each kind for a task that will be in them: the user namespace first, which owns the others.
    /// Of pids and times the new one is for children.
    pub(crate) fn make_namespaces(
        &mut self,
        task: &Task,
        member: &mut Membership,
        kinds: &[NamespaceKind],
        at: &str,
    ) -> Result<(), Refusal> {
        if kinds.contains(&NamespaceKind::User) {
            let users = self.make_users(&member.credentials, at)?;
            member.enter_users(users);
        }
        let wanted: Vec<NamespaceKind> = ORDER.into_iter().filter(|kind| kinds.contains(kind)).collect();
        let owner = member.credentials.users;
        if !wanted.is_empty() && !self.has_capability(&member.credentials, owner, Capability::SysAdmin) {
            let rule = Rule::new("rule-namespace-needs-admin").with("kind", wanted[0].word());
            return refuse(Errno::EPERM, at, rule.with("uid", member.credentials.uid.effective));
        }
        for kind in wanted {
            let id = self.make_one(task, member, kind, at)?;
            match kind {
                NamespaceKind::Mnt => {
                    member.places = Some(self.copy_mounts(task, id, owner)?);
                    member.set.set(kind, id);
                }
                NamespaceKind::Pid => member.set.pid_for_children = id,
                NamespaceKind::Time => member.set.time_for_children = id,
                _ => member.set.set(kind, id),
            }
        }
        Ok(())
    }

    /// A task is in these namespaces from here on; what it is and may do is its thread's own.
    pub(crate) fn become_member(&mut self, pid: u32, member: Membership) {
        if let Some(mut task) = self.task_mut(pid) {
            member.put_on(&mut task);
        }
    }

    fn make_one(
        &mut self,
        task: &Task,
        member: &Membership,
        kind: NamespaceKind,
        at: &str,
    ) -> Result<NamespaceId, Refusal> {
        let (owner, creator) = (member.credentials.users, member.credentials.uid.effective);
        let old = task.namespaces.get(kind);
        let copy = |content: &Self| content.namespaces.get(old).map(|old| old.content.clone());
        let (parent, content) = match kind {
            NamespaceKind::Mnt => (None, Content::Elsewhere),
            NamespaceKind::Pid => {
                let parent = self.vet_pid_namespace(task, owner, at)?;
                (Some(parent), Content::Pid(PidNumbers::default()))
            }
            NamespaceKind::Ipc => (None, Content::Ipc(IpcObjects::default())),
            NamespaceKind::Cgroup => (None, Content::Cgroup(ControlRoots::of(&self.cgroups, task.pid))),
            NamespaceKind::Time => {
                let from = self.offsets(task.namespaces.time_for_children);
                (None, Content::Time(from.thawed()))
            }
            NamespaceKind::Uts => (None, copy(self).unwrap_or(Content::Elsewhere)),
            NamespaceKind::Net | NamespaceKind::User => (None, Content::Elsewhere),
        };
        self.vet_limit(owner, creator, kind, at)?;
        Ok(self.namespaces.add(New { kind, owner, parent, creator, content }))
    }

    /// `copy_pid_ns`, `create_pid_namespace`: EINVAL where children are in another one already, or where the caller's
    /// user namespace is not that of the pid namespace or nested in it; ENOSPC beyond 32 levels.
    fn vet_pid_namespace(&self, task: &Task, owner: NamespaceId, at: &str) -> Result<NamespaceId, Refusal> {
        let own = task.namespaces.get(NamespaceKind::Pid);
        if own != task.namespaces.pid_for_children {
            return refuse(Errno::EINVAL, at, Rule::new("rule-pid-namespace-twice"));
        }
        let parent_owner = self.namespaces.get(own).map_or(super::FIRST_USERS, |own| own.owner);
        if !self.namespaces.is_within(owner, parent_owner) {
            return refuse(Errno::EINVAL, at, Rule::new("rule-pid-namespace-owner"));
        }
        if self.namespaces.level(own) >= MOST_LEVELS {
            let rule = Rule::new("rule-namespace-depth").with("kind", "pid").with("most", MOST_LEVELS);
            return refuse(Errno::ENOSPC, at, rule);
        }
        Ok(own)
    }

    /// `create_user_ns`.
    fn make_users(&mut self, who: &Credentials, at: &str) -> Result<NamespaceId, Refusal> {
        use super::user::IdKind;
        let parent = who.users;
        if self.namespaces.level(parent) >= MOST_USER_LEVELS {
            let rule = Rule::new("rule-namespace-depth").with("kind", "user").with("most", MOST_USER_LEVELS);
            return refuse(Errno::ENOSPC, at, rule);
        }
        let (owner, group) = (who.uid.effective, who.gid.effective);
        self.vet_limit(parent, owner, NamespaceKind::User, at)?;
        let known = self.id_up(parent, IdKind::User, owner).is_some()
            && self.id_up(parent, IdKind::Group, group).is_some();
        if !known {
            let rule = Rule::new("rule-user-namespace-unmapped").with("uid", owner).with("gid", group);
            return refuse(Errno::EPERM, at, rule);
        }
        let above = self.namespaces.users(parent);
        let users = UserNamespace {
            uids: super::user::IdMap::default(),
            gids: super::user::IdMap::default(),
            setgroups: above.is_none_or(|above| above.setgroups),
            owner,
            maps_root: who.has(Capability::Setfcap),
            most: std::collections::BTreeMap::new(),
        };
        let content = Content::User(users);
        let kind = NamespaceKind::User;
        Ok(self.namespaces.add(New { kind, owner: parent, parent: Some(parent), creator: owner, content }))
    }

    /// By a task that is in it, a namespace that it owns or is the parent of, or a mount of the file that stands for it.
    fn is_namespace_held(&self, id: NamespaceId) -> bool {
        let mounted = || !self.mounts.with_root(&Node::Namespace(id)).is_empty();
        id.is_initial() || self.namespaces.has_children(id) || self.tasks.is_in(id) || mounted()
    }

    /// Namespaces that nothing holds any more are gone.
    pub(crate) fn release_namespaces(&mut self) {
        let mut left = self.tasks.take_left();
        while let Some(id) = left.pop() {
            if self.is_namespace_held(id) {
                continue;
            }
            if self.namespaces.get(id).is_some_and(|namespace| namespace.kind == NamespaceKind::Mnt) {
                self.end_mount_namespace(id);
            }
            left.extend(self.namespaces.remove(id));
        }
    }
}
