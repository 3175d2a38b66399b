//! setns(2): a task enters namespaces that are there (kernel/nsproxy.c, and `install` of each kind).

use super::make::{Flags, Membership};
use super::{NamespaceId, NamespaceKind, NsLink};
use crate::kernel::fs::Node;
use crate::kernel::fs::path::Walker;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule, TaskRef};

const AT: &str = "setns";

/// The order in which those of a task are entered (`validate_nsset`): the user namespace first, whose capabilities count
/// for the rest.
const ORDER: [NamespaceKind; 8] = [
    NamespaceKind::User,
    NamespaceKind::Mnt,
    NamespaceKind::Uts,
    NamespaceKind::Ipc,
    NamespaceKind::Pid,
    NamespaceKind::Cgroup,
    NamespaceKind::Net,
    NamespaceKind::Time,
];

impl Kernel {
    /// setns(2) of a file that stands for a namespace.
    pub(crate) fn enter_file(&mut self, task: &Task, path: &str, nstype: &[String]) -> Result<(), Refusal> {
        let place = Walker::new(self, task, "open").place(&task.cwd, path)?;
        let Node::Namespace(id) = place.node else {
            self.open_to_read(task, path)?;
            return refuse_path(Errno::EINVAL, AT, "rule-setns-no-namespace", path);
        };
        let kind = self.namespaces.get(id).map(|namespace| namespace.kind);
        let flags = Flags::read(nstype);
        let fits = flags.others.iter().all(|flag| flag == "0")
            && flags.kinds.iter().all(|wanted| Some(*wanted) == kind)
            && flags.kinds.len() <= 1;
        let Some(kind) = kind.filter(|_| fits) else {
            let rule = Rule::new("rule-setns-type").with("path", path).with("wanted", nstype.join(", "));
            return refuse(Errno::EINVAL, AT, rule);
        };
        self.enter(task, &[(kind, id)])
    }

    /// setns(2) of a task's pidfd: all of the kinds, or none.
    pub(crate) fn enter_those_of(
        &mut self,
        task: &Task,
        whom: &TaskRef,
        nstype: &[String],
    ) -> Result<(), Refusal> {
        let target = match whom {
            TaskRef::Actor(actor) => self.pid_of(actor),
            TaskRef::Pid(number) => {
                u32::try_from(*number).ok().and_then(|number| self.numbered_for(task, number))
            }
        };
        let Some(target) = target.and_then(|pid| self.task(pid)).cloned() else {
            let bad = matches!(whom, TaskRef::Pid(number) if *number <= 0);
            let errno = if bad { Errno::EINVAL } else { Errno::ESRCH };
            return refuse(errno, "pidfd_open", Rule::new("rule-no-such-process").with("pid", whom));
        };
        let flags = Flags::read(nstype);
        if flags.kinds.is_empty() || !flags.others.is_empty() {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-setns-pidfd-kinds"));
        }
        if !target.is_alive() {
            return refuse(Errno::ESRCH, AT, Rule::new("rule-no-such-process").with("pid", whom));
        }
        if !self.may_look_into(task, &target) {
            return refuse(Errno::EPERM, AT, Rule::new("rule-setns-others").with("pid", whom));
        }
        let chosen = ORDER.into_iter().filter(|kind| flags.has(*kind));
        let wanted: Vec<_> = chosen
            .map(|kind| {
                let link = NsLink::Own(kind);
                (kind, self.namespace_behind(target.pid, link).unwrap_or(NamespaceId::initial(kind)))
            })
            .collect();
        self.enter(task, &wanted)
    }

    fn enter(&mut self, task: &Task, wanted: &[(NamespaceKind, NamespaceId)]) -> Result<(), Refusal> {
        let mut member = Membership::of(task);
        for (kind, id) in wanted {
            self.install(task, &mut member, *kind, *id)?;
        }
        self.become_member(task.pid, member);
        for (_, id) in wanted.iter().filter(|(kind, _)| *kind == NamespaceKind::Time) {
            self.freeze_offsets(*id);
        }
        Ok(())
    }

    /// `utsns_install` and its kin.
    fn install(
        &self,
        task: &Task,
        member: &mut Membership,
        kind: NamespaceKind,
        id: NamespaceId,
    ) -> Result<(), Refusal> {
        match kind {
            NamespaceKind::User => return self.install_users(task, member, id),
            NamespaceKind::Time if self.n_threads(task) > 1 => {
                return refuse(Errno::EUSERS, AT, Rule::new("rule-setns-time-threads"));
            }
            _ => {}
        }
        let owner = self.namespaces.get(id).map_or(super::FIRST_USERS, |namespace| namespace.owner);
        let own = member.credentials.users;
        let may = |users| self.has_capability(&member.credentials, users, Capability::SysAdmin);
        if !may(owner) || !may(own) {
            let rule = Rule::new("rule-setns-needs-admin").with("kind", kind.word());
            return refuse(Errno::EPERM, AT, rule.with("uid", member.credentials.uid.effective));
        }
        match kind {
            NamespaceKind::Mnt => self.install_mounts(task, member, id)?,
            NamespaceKind::Pid => {
                if !self.namespaces.is_within(id, task.namespaces.get(NamespaceKind::Pid)) {
                    return refuse(Errno::EINVAL, AT, Rule::new("rule-setns-pid-above"));
                }
                member.set.pid_for_children = id;
            }
            NamespaceKind::Time => {
                member.set.set(kind, id);
                member.set.time_for_children = id;
            }
            _ => member.set.set(kind, id),
        }
        Ok(())
    }

    /// `mntns_install`: who enters gets its root as root and working directory, so it has to be allowed to change them,
    /// and nobody may share them.
    fn install_mounts(&self, task: &Task, member: &mut Membership, id: NamespaceId) -> Result<(), Refusal> {
        if !self.has_capability(&member.credentials, member.credentials.users, Capability::SysChroot) {
            let rule = Rule::new("rule-setns-needs-admin").with("kind", NamespaceKind::Mnt.word());
            return refuse(Errno::EPERM, AT, rule.with("uid", member.credentials.uid.effective));
        }
        if self.n_threads(task) > 1 {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-setns-threads"));
        }
        member.places = self.root_of_namespace(id).map(|root| (root.clone(), root));
        member.set.set(NamespaceKind::Mnt, id);
        Ok(())
    }

    /// `userns_install`: not the one that it is in already, only with one thread, and with CAP_SYS_ADMIN in there.
    fn install_users(&self, task: &Task, member: &mut Membership, id: NamespaceId) -> Result<(), Refusal> {
        if id == member.credentials.users {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-setns-own-users"));
        }
        if self.n_threads(task) > 1 {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-setns-users-threads"));
        }
        if !self.has_capability(&member.credentials, id, Capability::SysAdmin) {
            let rule = Rule::new("rule-setns-users-needs-admin");
            return refuse(Errno::EPERM, AT, rule.with("uid", member.credentials.uid.effective));
        }
        member.enter_users(id);
        Ok(())
    }
}
