//! cpuacct: counts CPU time. Documentation: admin-guide/cgroup-v1/cpuacct.rst; kernel/sched/cpuacct.c.
//!
//! All time counts as user time, and the time of a task is spread evenly over the CPUs that it may use.

use super::Rules;
use crate::kernel::cgroup::file::{DONE, FileRow, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId};
use crate::plan::{Errno, Refusal};
use serde::Serialize;

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Cpuacct {
    /// Nanoseconds by CPU, here and below.
    usage: Vec<u64>,
}

pub(super) struct CpuacctRules;
pub(super) const RULES: CpuacctRules = CpuacctRules;

const NOTE: &str = "partial-file-cpuacct";

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "cpuacct", name, doc).unit(Unit::Nanoseconds).partial(NOTE).measured()
}

const ROWS: &[FileRow] = &[
    row("cpuacct.usage", "file-cpuacct-usage").rw(read_total, write_usage),
    row("cpuacct.usage_user", "file-cpuacct-usage_user").r(read_total),
    row("cpuacct.usage_sys", "file-cpuacct-usage_sys").r(|_, _| Ok("0\n".to_owned())),
    row("cpuacct.usage_percpu", "file-cpuacct-usage_percpu").r(read_percpu),
    row("cpuacct.usage_percpu_user", "file-cpuacct-usage_percpu_user").r(read_percpu),
    row("cpuacct.usage_percpu_sys", "file-cpuacct-usage_percpu_sys").r(|s, _| {
        let cpus = usize::try_from(s.machine.cpus).unwrap_or_default();
        Ok("0 ".repeat(cpus) + "\n")
    }),
    row("cpuacct.usage_all", "file-cpuacct-usage_all").r(|s, g| {
        let lines = by_cpu(s, g).into_iter().enumerate().map(|(cpu, usage)| format!("{cpu} {usage} 0\n"));
        Ok("cpu user system\n".to_owned() + &lines.collect::<String>())
    }),
    row("cpuacct.stat", "file-cpuacct-stat").r(read_stat).unit(Unit::Count),
];

impl Rules for CpuacctRules {
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        if let Some(group) = state.group_mut(group) {
            group.states.cpuacct = Some(Cpuacct::default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

impl Cpuacct {
    /// Adds time, spread over these CPUs.
    pub(in super::super) fn charge(&mut self, nanoseconds: u64, cpus: &[u32]) {
        let count = u64::try_from(cpus.len()).unwrap_or(1).max(1);
        let mut rest = nanoseconds % count;
        for cpu in cpus.iter().filter_map(|cpu| usize::try_from(*cpu).ok()) {
            if self.usage.len() <= cpu {
                self.usage.resize(cpu + 1, 0);
            }
            if let Some(usage) = self.usage.get_mut(cpu) {
                *usage = usage.saturating_add(nanoseconds / count + u64::from(rest > 0));
            }
            rest = rest.saturating_sub(1);
        }
    }
}

fn by_cpu(state: &CgroupState, group: GroupId) -> Vec<u64> {
    let cpus = usize::try_from(state.machine.cpus).unwrap_or_default();
    let own = state.group(group).and_then(|group| group.states.cpuacct.as_ref());
    let mut usage = own.map(|cpuacct| cpuacct.usage.clone()).unwrap_or_default();
    usage.resize(cpus.max(usage.len()), 0);
    usage
}

fn read_total(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(format!("{}\n", by_cpu(state, group).iter().sum::<u64>()))
}

fn read_percpu(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(by_cpu(state, group).iter().map(|usage| format!("{usage} ")).collect::<String>() + "\n")
}

/// In hundredths of a second (USER_HZ).
fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let ticks = by_cpu(state, group).iter().sum::<u64>() / 10_000_000;
    Ok(format!("user {ticks}\nsystem 0\n"))
}

/// cpuusage_write(): only 0, which resets this group and none else.
fn write_usage(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    if request.unsigned()? != 0 {
        return request.refuse(Errno::EINVAL, "rule-cpuacct-only-zero");
    }
    if let Some(group) = state.group_mut(request.group) {
        group.states.cpuacct = Some(Cpuacct::default());
    }
    DONE
}
