//! Calls about the scheduler.

use super::Caller;
use crate::kernel::Kernel;
use crate::plan::{Answer, Limits, PriorityWhich, Reply, Resource, TaskRef};

/// `sched_setaffinity(2)`.
pub(super) fn set_affinity(kernel: &mut Kernel, caller: &Caller, task: &TaskRef, cpus: &[u32]) -> Answer {
    kernel.set_affinity(&caller.task, task, cpus)?;
    Ok(Reply::Done)
}

/// `sched_getaffinity(2)`.
pub(super) fn affinity(kernel: &Kernel, caller: &Caller, task: &TaskRef) -> Answer {
    kernel.affinity(&caller.task, task).map(Reply::Cpus)
}

/// setpriority(2).
pub(super) fn set_nice(
    kernel: &mut Kernel,
    caller: &Caller,
    which: PriorityWhich,
    task: &TaskRef,
    nice: i32,
) -> Answer {
    kernel.set_nice(&caller.task, which, task, nice)?;
    Ok(Reply::Done)
}

/// getpriority(2).
pub(super) fn nice(kernel: &Kernel, caller: &Caller, which: PriorityWhich, task: &TaskRef) -> Answer {
    kernel.nice(&caller.task, which, task).map(Reply::Nice)
}

/// prlimit64(2).
pub(super) fn prlimit(
    kernel: &mut Kernel,
    caller: &Caller,
    task: &TaskRef,
    resource: Resource,
    new: Option<Limits>,
) -> Answer {
    kernel.prlimit(&caller.task, task, resource, new).map(Reply::Limits)
}
