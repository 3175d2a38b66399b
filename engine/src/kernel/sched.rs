//! What a thread asks of the scheduler: its nice value and the CPUs it is bound to.

use super::cgroup::GroupId;
use super::fs::proc_text::list;
use super::namespace::IdKind;
use super::refuse::refuse;
use super::shared::Shared;
use super::user::capability::Capability;
use super::{Kernel, Task};
use crate::plan::{Errno, PriorityWhich, Refusal, Rule, TaskRef};
use serde::Serialize;

/// The CPUs that a thread was bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Affinity {
    /// Those that were asked for.
    cpus: Vec<u32>,
    /// Those that its cpuset allowed at that time, and which cpuset that was.
    within: (Option<GroupId>, Vec<u32>),
}

/// Nice values, setpriority(2).
const NICE: std::ops::RangeInclusive<i32> = -20..=19;

impl Kernel {
    /// The CPUs that a thread may run on, by number: those of its cpuset that it has not been kept from. Where
    /// none would be left, those of the cpuset.
    pub fn cpus_allowed(&self, tid: u32) -> Vec<u32> {
        let allowed = self.cgroups.cpus_allowed(tid);
        let Some(affinity) = self.affinities.get(&tid) else { return allowed };
        let chosen: Vec<u32> = allowed.iter().copied().filter(|cpu| affinity.cpus.contains(cpu)).collect();
        if chosen.is_empty() { allowed } else { chosen }
    }

    /// Before Linux 6.2 a thread forgets its binding when its cpuset changes or it moves to another; since then
    /// what was asked for is kept (kernel/sched/core.c, `user_cpus_ptr`).
    pub(crate) fn forget_affinity(&mut self) {
        let kernel = self.profile.kernel;
        if (kernel.major, kernel.minor) >= (6, 2) {
            return;
        }
        let changed = |(tid, affinity): &(&u32, &Shared<Affinity>)| affinity.within != self.cpuset_of(**tid);
        let freed: Vec<u32> = self.affinities.iter().filter(changed).map(|(tid, _)| *tid).collect();
        for tid in freed {
            self.affinities.remove(&tid);
        }
    }

    fn cpuset_of(&self, tid: u32) -> (Option<GroupId>, Vec<u32>) {
        (self.cgroups.cpuset_of(tid), self.cgroups.cpus_allowed(tid))
    }

    /// The thread that a call names; 0 is the caller.
    fn thread(&self, caller: &Task, task: &TaskRef, at: &str) -> Result<u32, Refusal> {
        let found = match task {
            TaskRef::Actor(actor) => self.pid_of(actor),
            TaskRef::Pid(0) => Some(caller.pid),
            TaskRef::Pid(number) => {
                u32::try_from(*number).ok().and_then(|number| self.numbered_for(caller, number))
            }
        };
        match found.filter(|tid| self.is_alive(*tid)) {
            Some(tid) => Ok(tid),
            None => refuse(Errno::ESRCH, at, Rule::new("rule-no-such-process").with("pid", task)),
        }
    }

    /// `sched_setaffinity(2)`: EINVAL where none of the CPUs is one that the thread's cpuset allows.
    pub(crate) fn set_affinity(
        &mut self,
        caller: &Task,
        task: &TaskRef,
        cpus: &[u32],
    ) -> Result<(), Refusal> {
        const AT: &str = "sched_setaffinity";
        let tid = self.thread(caller, task, AT)?;
        // `check_same_owner` in kernel/sched/syscalls.c.
        if let Some(whose) = self.task(tid).map(Task::credentials)
            && ![whose.uid.real, whose.uid.effective].contains(&caller.credentials().uid.effective)
        {
            self.require_in(caller, whose.users, Capability::SysNice, AT, "rule-schedule-others")?;
        }
        let within = self.cpuset_of(tid);
        if !cpus.iter().any(|cpu| within.1.contains(cpu)) {
            let allowed = list(&within.1);
            let asked = if cpus.is_empty() { "(none)".to_owned() } else { list(cpus) };
            let rule = Rule::new("rule-affinity-empty").with("cpus", asked);
            return refuse(Errno::EINVAL, "sched_setaffinity", rule.with("allowed", allowed));
        }
        self.affinities.insert(tid, Shared::from(Affinity { cpus: cpus.to_vec(), within }));
        Ok(())
    }

    /// `sched_getaffinity(2)`.
    pub(crate) fn affinity(&self, caller: &Task, task: &TaskRef) -> Result<Vec<u32>, Refusal> {
        self.thread(caller, task, "sched_getaffinity").map(|tid| self.cpus_allowed(tid))
    }

    /// Whom setpriority(2) and getpriority(2) mean. User 0 is the caller's own.
    fn prioritized(
        &self,
        caller: &Task,
        which: PriorityWhich,
        task: &TaskRef,
        at: &str,
    ) -> Result<Vec<u32>, Refusal> {
        let of_group = |group: u32| {
            let members = self.tasks().filter(|task| task.is_alive() && task.group == group);
            members.map(|task| task.pid).collect::<Vec<_>>()
        };
        let of_user = |uid: u32| {
            let own = self.tasks().filter(|task| task.is_alive() && task.credentials().uid.real == uid);
            own.map(|task| task.pid).collect::<Vec<_>>()
        };
        let number = match task {
            TaskRef::Actor(actor) => self.pid_of(actor),
            TaskRef::Pid(number) => u32::try_from(*number).ok(),
        };
        let found = match (which, number) {
            (PriorityWhich::Process, _) => vec![self.thread(caller, task, at)?],
            (PriorityWhich::Pgrp, Some(0)) => of_group(caller.group),
            (PriorityWhich::Pgrp, Some(group)) => of_group(group),
            (PriorityWhich::User, Some(0)) => of_user(caller.credentials().uid.real),
            (PriorityWhich::User, Some(uid)) => {
                let uid = self.id_down(caller.credentials().users, IdKind::User, uid);
                uid.map(of_user).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        if found.is_empty() {
            return refuse(Errno::ESRCH, at, Rule::new("rule-no-such-process").with("pid", task));
        }
        Ok(found)
    }

    /// setpriority(2).
    pub(crate) fn set_nice(
        &mut self,
        caller: &Task,
        which: PriorityWhich,
        task: &TaskRef,
        nice: i32,
    ) -> Result<(), Refusal> {
        let nice = nice.clamp(*NICE.start(), *NICE.end());
        for tid in self.prioritized(caller, which, task, "setpriority")? {
            self.permit_nice(caller, tid, nice)?;
            if let Some(mut task) = self.task_mut(tid) {
                task.nice = nice;
            }
        }
        Ok(())
    }

    /// `set_one_prio` in kernel/sys.c: EPERM for the tasks of others, EACCES for coming before others. `RLIMIT_NICE`
    /// is 0 unless somebody raises it.
    fn permit_nice(&self, caller: &Task, tid: u32, nice: i32) -> Result<(), Refusal> {
        const AT: &str = "setpriority";
        let Some(target) = self.task(tid) else { return Ok(()) };
        let (user, whose) = (caller.credentials().uid.effective, target.credentials().uid);
        if user != whose.real && user != whose.effective {
            let users = target.credentials().users;
            self.require_in(caller, users, Capability::SysNice, AT, "rule-schedule-others")?;
        }
        if nice < target.nice && !caller.credentials().can(Capability::SysNice) {
            let rule = Rule::new("rule-nice-raised").with("nice", nice).with("now", target.nice);
            return refuse(Errno::EACCES, AT, rule.with("uid", user));
        }
        Ok(())
    }

    /// getpriority(2): the lowest nice value of those that are meant.
    pub(crate) fn nice(&self, caller: &Task, which: PriorityWhich, task: &TaskRef) -> Result<i32, Refusal> {
        let found = self.prioritized(caller, which, task, "getpriority")?;
        let values = found.iter().filter_map(|tid| Some(self.task(*tid)?.nice));
        Ok(values.min().unwrap_or(0))
    }
}
