//! Resource limits of processes: prlimit(2), kernel/sys.c. Of those that are kept, RLIMIT_NPROC is enforced.

use super::fs::limits_text;
use super::refuse::refuse;
use super::user::capability::Capability;
use super::{Kernel, Task};
use crate::plan::limit::{Limits, Resource, limit_word};
use crate::plan::{Errno, Refusal, Rule, TaskRef};

/// The most that RLIMIT_NOFILE may be (fs/file_table.c, `sysctl_nr_open`).
const NR_OPEN: u64 = 1024 * 1024;

const AT: &str = "prlimit64";

impl Kernel {
    /// The limits that a process has: those that were set, or what the kernel gave the first one.
    pub(crate) fn limits_of(&self, task: &Task, resource: Resource) -> Limits {
        let set = task.limits.get(&resource).copied();
        set.unwrap_or_else(|| limits_text::initial(resource, &self.profile))
    }

    /// prlimit64(2): gives the limits that there were.
    pub(crate) fn prlimit(
        &mut self,
        caller: &Task,
        task: &TaskRef,
        resource: Resource,
        new: Option<Limits>,
    ) -> Result<Limits, Refusal> {
        let pid = match task {
            TaskRef::Actor(actor) => self.pid_of(actor),
            TaskRef::Pid(0) => Some(caller.pid),
            TaskRef::Pid(number) => {
                u32::try_from(*number).ok().and_then(|number| self.numbered_for(caller, number))
            }
        };
        let Some(target) = pid.and_then(|pid| self.task(pid)).cloned() else {
            return refuse(Errno::ESRCH, AT, Rule::new("rule-no-such-process").with("pid", task));
        };
        self.vet_prlimit(caller, &target)?;
        let old = self.limits_of(&target, resource);
        if let Some(new) = new {
            self.vet_limits(caller, resource, old, new)?;
            self.change_process(target.pid, |task| {
                task.limits.insert(resource, new);
            });
        }
        Ok(old)
    }

    /// `check_prlimit_permission`: oneself, a task whose ids are all the caller's real ones, or CAP_SYS_RESOURCE.
    fn vet_prlimit(&self, caller: &Task, target: &Task) -> Result<(), Refusal> {
        let (who, whose) = (caller.credentials(), target.credentials());
        let same = |own: u32, ids: [u32; 3]| ids.iter().all(|id| *id == own);
        let users = [whose.uid.effective, whose.uid.saved, whose.uid.real];
        let groups = [whose.gid.effective, whose.gid.saved, whose.gid.real];
        if caller.pid == target.pid || (same(who.uid.real, users) && same(who.gid.real, groups)) {
            return Ok(());
        }
        self.require_in(caller, whose.users, Capability::SysResource, AT, "rule-limit-of-others")
    }

    /// `do_prlimit`.
    fn vet_limits(&self, caller: &Task, resource: Resource, old: Limits, new: Limits) -> Result<(), Refusal> {
        let is_more = |one: Option<u64>, other: Option<u64>| {
            other.is_some_and(|other| one.is_none_or(|one| one > other))
        };
        let facts = |id: &str| {
            let rule = Rule::new(id).with("resource", resource.word());
            rule.with("soft", limit_word(new.soft)).with("hard", limit_word(new.hard))
        };
        if is_more(new.soft, new.hard) {
            return refuse(Errno::EINVAL, AT, facts("rule-limit-soft"));
        }
        if resource == Resource::Nofile && is_more(new.hard, Some(NR_OPEN)) {
            return refuse(Errno::EPERM, AT, facts("rule-limit-files").with("most", NR_OPEN));
        }
        if is_more(new.hard, old.hard) && !caller.credentials().can(Capability::SysResource) {
            return refuse(Errno::EPERM, AT, facts("rule-limit-hard").with("old", limit_word(old.hard)));
        }
        Ok(())
    }

    /// True where a user other than root has more threads than the caller's RLIMIT_NPROC, with so many to come.
    fn is_over_nproc(&self, caller: &Task, user: u32, more: u64) -> bool {
        let Some(limit) = self.limits_of(caller, Resource::Nproc).soft.filter(|_| user != 0) else {
            return false;
        };
        let own = self.tasks().filter(|task| task.credentials().uid.real == user).count();
        u64::try_from(own).unwrap_or(u64::MAX).saturating_add(more) > limit
    }

    /// EAGAIN for a user who has as many threads as RLIMIT_NPROC allows, unless it may go beyond limits
    /// (kernel/fork.c, `copy_process`).
    pub(crate) fn vet_nproc(&self, caller: u32) -> Result<(), Refusal> {
        let Some(task) = self.task(caller) else { return Ok(()) };
        let who = task.credentials();
        let may_exceed = who.can(Capability::SysResource) || who.can(Capability::SysAdmin);
        if may_exceed || !self.is_over_nproc(task, who.uid.real, 1) {
            return Ok(());
        }
        refuse(Errno::EAGAIN, "clone3", self.nproc_rule(task))
    }

    /// A user that has become one by setresuid(2) and has too many threads may not start a program: EAGAIN from
    /// execve(2) (`PF_NPROC_EXCEEDED`; kernel/sys.c, `flag_nproc_exceeded`; fs/exec.c).
    pub(crate) fn vet_nproc_at_exec(&mut self, caller: &Task) -> Result<(), Refusal> {
        if !caller.nproc_exceeded {
            return Ok(());
        }
        if self.is_over_nproc(caller, caller.credentials().uid.real, 0) {
            return refuse(Errno::EAGAIN, "execve", self.nproc_rule(caller));
        }
        self.flag_nproc(caller.pid, false);
        Ok(())
    }

    /// What setresuid(2) finds before the thread counts for its new user.
    pub(crate) fn is_nproc_exceeded(&self, caller: &Task, user: u32) -> bool {
        self.is_over_nproc(caller, user, 0)
    }

    pub(crate) fn flag_nproc(&mut self, tid: u32, exceeded: bool) {
        if let Some(mut task) = self.task_mut(tid).filter(|task| task.nproc_exceeded != exceeded) {
            task.nproc_exceeded = exceeded;
        }
    }

    fn nproc_rule(&self, task: &Task) -> Rule {
        let limit = limit_word(self.limits_of(task, Resource::Nproc).soft);
        Rule::new("rule-nproc").with("limit", limit).with("uid", task.credentials().uid.real)
    }
}
