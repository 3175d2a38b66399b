//! Calls about the scheduler. Runs in the agents.

use super::files::refused;
use super::raw;
use drydock_engine::plan::{Answer, Limits, PriorityWhich, Reply, Resource};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// `sched_setaffinity(2)`.
pub(super) fn set_affinity(pid: i32, cpus: &[u32]) -> Answer {
    let mut set = CpuSet::new();
    for cpu in cpus {
        // A CPU that does not fit into the set is one that no machine has: Linux ignores those.
        let _ = set.set(usize::try_from(*cpu).unwrap_or(usize::MAX));
    }
    sched_setaffinity(Pid::from_raw(pid), &set).map_err(refused("sched_setaffinity"))?;
    Ok(Reply::Done)
}

/// `sched_getaffinity(2)`.
pub(super) fn affinity(pid: i32) -> Answer {
    let set = sched_getaffinity(Pid::from_raw(pid)).map_err(refused("sched_getaffinity"))?;
    let all = 0..u32::try_from(CpuSet::count()).unwrap_or(0);
    let is_set = |cpu: &u32| usize::try_from(*cpu).is_ok_and(|cpu| set.is_set(cpu) == Ok(true));
    Ok(Reply::Cpus(all.filter(is_set).collect()))
}

/// setpriority(2).
pub(super) fn set_nice(which: PriorityWhich, who: i32, nice: i32) -> Answer {
    raw::set_priority(number(which), who, nice).map_err(refused("setpriority"))?;
    Ok(Reply::Done)
}

/// getpriority(2).
pub(super) fn nice(which: PriorityWhich, who: i32) -> Answer {
    raw::priority(number(which), who).map(Reply::Nice).map_err(refused("getpriority"))
}

/// prlimit64(2): gives the limits that there were.
pub(super) fn limit(pid: i32, resource: Resource, new: Option<Limits>) -> Answer {
    let infinite = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    let new = new.map(|new| [infinite(new.soft), infinite(new.hard)]);
    let [soft, hard] = raw::limit(pid, resource as u32, new).map_err(refused("prlimit64"))?;
    let finite = |limit: u64| (limit != u64::MAX).then_some(limit);
    Ok(Reply::Limits(Limits { soft: finite(soft), hard: finite(hard) }))
}

/// include/uapi/linux/resource.h.
fn number(which: PriorityWhich) -> i32 {
    match which {
        PriorityWhich::Process => 0,
        PriorityWhich::Pgrp => 1,
        PriorityWhich::User => 2,
    }
}
