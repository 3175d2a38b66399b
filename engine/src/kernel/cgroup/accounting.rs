//! CPU time: who gets it, and where it is written down.

use super::{CgroupState, Controller, GroupId, V2};
use crate::kernel::resources::{CPU, Claim, Entity, divide, weight_of_nice};
use std::collections::BTreeMap;

impl CgroupState {
    /// Millionths of a CPU that each task gets.
    pub(in crate::kernel) fn cpu_time(&self, claims: &[Claim]) -> BTreeMap<u32, u64> {
        let mut tree: BTreeMap<GroupId, Vec<GroupId>> = BTreeMap::new();
        let mut tasks: BTreeMap<GroupId, Vec<Entity>> = BTreeMap::new();
        let mut root = None;
        let sorted: BTreeMap<u32, &Claim> = claims.iter().map(|claim| (claim.pid, claim)).collect();
        for (pid, claim) in sorted {
            let entity = self.task_entity(claim);
            let Some(group) = self.effective_of(Controller::Cpu, pid) else {
                root = root.or_else(|| Some(self.root(V2)));
                tasks.entry(self.root(V2)).or_default().push(entity);
                continue;
            };
            tasks.entry(group).or_default().push(entity);
            let mut child = group;
            for above in self.ancestry(group).skip(1).filter(|id| self.has_cpu(*id)) {
                let children = tree.entry(above).or_default();
                if !children.contains(&child) {
                    children.push(child);
                }
                child = above;
            }
            root = Some(child);
        }
        let Some(root) = root else { return BTreeMap::new() };
        let members = match self.entity(root, &tree, &mut tasks) {
            // The root of the machine has no limit; that of a cgroup namespace may have one.
            Entity::Group { quota: None, members, .. } => members,
            limited => vec![limited],
        };
        divide(self.machine.cpus, &members)
    }

    fn has_cpu(&self, id: GroupId) -> bool {
        self.group(id).is_some_and(|group| group.states.has(Controller::Cpu))
    }

    fn task_entity(&self, claim: &Claim) -> Entity {
        let frozen = self.is_frozen(claim.pid).is_some();
        Entity::Task {
            pid: claim.pid,
            weight: weight_of_nice(claim.nice),
            demand: if frozen { 0 } else { claim.wanted() },
            cpus: claim.cpus.clone(),
        }
    }

    fn entity(
        &self,
        id: GroupId,
        tree: &BTreeMap<GroupId, Vec<GroupId>>,
        tasks: &mut BTreeMap<GroupId, Vec<Entity>>,
    ) -> Entity {
        let mut members = tasks.remove(&id).unwrap_or_default();
        for child in tree.get(&id).into_iter().flatten() {
            members.push(self.entity(*child, tree, tasks));
        }
        let cpu = super::controller::cpu_settings(self, id);
        Entity::Group {
            weight: cpu.map_or(super::controller::TASK_SHARES, |cpu| cpu.shares),
            quota: cpu
                .and_then(|cpu| cpu.quota_us.map(|quota| quota.saturating_mul(CPU) / cpu.period_us.max(1))),
            members,
        }
    }

    /// Lets time pass: tasks get what the weights and limits give them, and it is counted in `cpuacct.usage`,
    /// `cpu.stat` and the like. Gives what each task got, in millionths of a CPU.
    pub fn advance(&mut self, milliseconds: u64, claims: &[Claim]) -> BTreeMap<u32, u64> {
        let given = self.cpu_time(claims);
        for claim in claims {
            let micro = given.get(&claim.pid).copied().unwrap_or(0);
            self.count_time(claim, micro.saturating_mul(milliseconds));
        }
        self.count_throttling(milliseconds, claims, &given);
        given
    }

    /// A millionth of a CPU for a millisecond is a nanosecond.
    fn count_time(&mut self, claim: &Claim, nanoseconds: u64) {
        let pid = claim.pid;
        let cpus: Vec<u32> = claim.cpus.iter().copied().collect();
        let acct = self.effective_of(Controller::Cpuacct, pid);
        for id in acct.map(|id| self.ancestry(id).collect::<Vec<_>>()).unwrap_or_default() {
            if let Some(own) = self.group_mut(id).and_then(|group| group.states.cpuacct.as_mut()) {
                own.charge(nanoseconds, &cpus);
            }
        }
        let v2 = self.members.get(pid).and_then(|member| member.groups.get(&V2)).copied();
        for id in v2.map(|id| self.ancestry(id).collect::<Vec<_>>()).unwrap_or_default() {
            if let Some(group) = self.group_mut(id) {
                group.usage_ns = group.usage_ns.saturating_add(nanoseconds);
            }
        }
    }

    /// Counts periods of limited groups with runnable tasks, and those in which a limit was reached.
    fn count_throttling(&mut self, milliseconds: u64, claims: &[Claim], given: &BTreeMap<u32, u64>) {
        let mut used: BTreeMap<GroupId, (u64, u64)> = BTreeMap::new();
        let runnable = |claim: &&Claim| claim.cpu_milli > 0 && self.is_frozen(claim.pid).is_none();
        for claim in claims.iter().filter(runnable) {
            let Some(group) = self.effective_of(Controller::Cpu, claim.pid) else { continue };
            for id in self.ancestry(group) {
                let (got, wanted) = used.entry(id).or_default();
                *got += given.get(&claim.pid).copied().unwrap_or(0);
                *wanted += claim.wanted();
            }
        }
        for (id, (got, wanted)) in used {
            let Some(cpu) = self.group_mut(id).and_then(|group| group.states.cpu.as_mut()) else { continue };
            let Some(quota) = cpu.quota_us else { continue };
            let limit = quota.saturating_mul(CPU) / cpu.period_us.max(1);
            let passed = cpu.rest_us + milliseconds * 1000;
            let periods = passed / cpu.period_us.max(1);
            cpu.rest_us = passed % cpu.period_us.max(1);
            cpu.periods += periods;
            // Rounding may leave a group a little below its limit.
            if wanted > limit && got + 1000 >= limit {
                cpu.throttled += periods;
                let missed = wanted.saturating_sub(got).saturating_mul(milliseconds);
                cpu.throttled_ns = cpu.throttled_ns.saturating_add(missed);
            }
        }
    }
}
