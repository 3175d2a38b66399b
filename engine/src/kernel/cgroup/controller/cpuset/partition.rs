//! Partitions of version 2: a group that takes its CPUs from its parent for itself. Documentation: cgroup-v2.rst
//! "cpuset.cpus.partition"; kernel/cgroup/cpuset.c, update_prstate().

use super::{Kind, Partition, Set, edit, settings, store};
use crate::kernel::cgroup::file::{DONE, Request};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};

/// The CPUs that a partition root asks for: `cpuset.cpus.exclusive`, or `cpuset.cpus` where that is empty.
fn asked(state: &CgroupState, group: GroupId) -> Set {
    let Some(own) = settings(state, group) else { return Set::new() };
    if own.exclusive.is_empty() { own.cpus.clone() } else { own.exclusive.clone() }
}

/// True where a group's own parent is the machine's root or a valid partition.
fn below_partition(state: &CgroupState, group: GroupId) -> bool {
    match state.parent(group) {
        Some(parent) => state.is_machine_root(parent) || is_valid(state, parent),
        None => true,
    }
}

/// Why a group that was told to be a partition is none; `None` where it is one.
fn fault(state: &CgroupState, group: GroupId) -> Option<&'static str> {
    let asked = asked(state, group);
    let late = state.machine.since(6, 7);
    if asked.is_empty() && state.machine.since(7, 0) {
        return Some("cpuset.cpus and cpuset.cpus.exclusive are empty");
    }
    // update_prstate() of earlier kernels asks for CPUs first.
    if asked.is_empty() && !late {
        return Some("cpuset.cpus is empty");
    }
    if !below_partition(state, group) {
        let parent = state.parent(group).and_then(|parent| settings(state, parent));
        let wants_to_be_one = parent.is_some_and(|own| own.partition != Partition::Member);
        return Some(match (late, wants_to_be_one) {
            // Later kernels look for CPUs that the whole way up has set aside.
            (true, _) => "Invalid cpu list in cpuset.cpus.exclusive",
            (false, true) => "Parent is an invalid partition root",
            (false, false) => "Parent is not a partition root",
        });
    }
    if asked.is_empty() {
        return Some("cpuset.cpus is empty");
    }
    let whole = Kind::Cpus.machine(state);
    asked.is_disjoint(&whole).then_some("Cpu list in cpuset.cpus is not exclusive")
}

/// True for a group that is a partition root and has what it takes.
pub(super) fn is_valid(state: &CgroupState, group: GroupId) -> bool {
    settings(state, group).is_some_and(|own| own.partition != Partition::Member)
        && fault(state, group).is_none()
}

/// The CPUs that a valid partition has taken from its parent.
pub(super) fn taken(state: &CgroupState, group: GroupId) -> Set {
    asked(state, group).intersection(&Kind::Cpus.machine(state)).copied().collect()
}

/// sched_partition_show().
pub(super) fn read(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let word = match settings(state, group).map(|own| own.partition).unwrap_or_default() {
        Partition::Member => return Ok("member\n".to_owned()),
        Partition::Root => "root",
        Partition::Isolated => "isolated",
    };
    // Before 6.7 an invalid partition keeps the reason that it had first (update_parent_subparts_cpumask() returns
    // early).
    let first =
        settings(state, group).and_then(|own| own.partition_fault).filter(|_| !state.machine.since(6, 7));
    Ok(match fault(state, group).map(|fault| first.unwrap_or(fault)) {
        None => format!("{word}\n"),
        Some(fault) => format!("{word} invalid ({fault})\n"),
    })
}

/// sched_partition_write().
pub(super) fn write(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let partition = match request.stripped() {
        "member" => Partition::Member,
        "root" => Partition::Root,
        "isolated" if state.machine.since(6, 1) => Partition::Isolated,
        _ => return request.refuse(Errno::EINVAL, "rule-cpuset-partition"),
    };
    let was = settings(state, request.group).map(|own| own.partition).unwrap_or_default();
    let stays_invalid = was != Partition::Member && fault(state, request.group).is_some();
    edit(state, request.group, |own| own.partition = partition);
    if partition == Partition::Member || !stays_invalid {
        let fault = fault(state, request.group).filter(|_| partition != Partition::Member);
        edit(state, request.group, |own| own.partition_fault = fault);
    }
    DONE
}

pub(super) fn read_exclusive(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(settings(state, group).map(|own| parse::format_list(&own.exclusive)).unwrap_or_default() + "\n")
}

/// update_exclusive_cpumask(): no sibling may have them for itself as well.
pub(super) fn write_exclusive(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let list = parse::bit_list(request.stripped(), state.machine.cpus);
    let Ok(set) = list else { return request.refuse(Errno::EINVAL, "rule-cpuset-list") };
    let Some(own) = settings(state, request.group).cloned() else { return DONE };
    let mut siblings = state.parent(request.group).into_iter().flat_map(|parent| state.children(parent));
    let taken = siblings.find(|(_, id)| *id != request.group && claims(state, *id, &set));
    let name = taken.map(|(name, _)| name.to_owned());
    drop(siblings);
    if let Some(name) = name {
        let rule = Rule::new("rule-cpuset-exclusive").with("sibling", name);
        return Err(request.refusal(Errno::EINVAL, rule));
    }
    store(state, request.group, super::Cpuset { exclusive: set, ..own });
    DONE
}

fn claims(state: &CgroupState, group: GroupId, set: &Set) -> bool {
    settings(state, group).is_some_and(|sibling| !sibling.exclusive.is_disjoint(set))
}

pub(super) fn read_effective(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let list = match settings(state, group) {
        Some(own) if !own.exclusive.is_empty() => own.exclusive.clone(),
        _ if is_valid(state, group) => taken(state, group),
        _ => Set::new(),
    };
    Ok(parse::format_list(&list) + "\n")
}

/// The CPUs of all isolated partitions.
pub(super) fn read_isolated(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let isolated =
        |id: &GroupId| settings(state, *id).is_some_and(|own| own.partition == Partition::Isolated);
    let groups = state.subtree(group).into_iter().filter(|id| isolated(id) && is_valid(state, *id));
    let list: Set = groups.flat_map(|id| taken(state, id)).collect();
    Ok(parse::format_list(&list) + "\n")
}
