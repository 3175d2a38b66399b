//! Switches and small numbers.

use super::limits::not_root;
use super::{Memory, edit, settings};
use crate::kernel::cgroup::file::{DONE, Request};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId};
use crate::plan::{Errno, Refusal};

pub(super) fn write_swappiness(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    let most = if state.machine.since(5, 11) { 200 } else { 100 };
    if value > most {
        return request.refuse(Errno::EINVAL, "rule-memory-swappiness");
    }
    edit(state, request.group, |memory| memory.swappiness = value);
    DONE
}

pub(super) fn read_use_hierarchy(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let on = state.machine.since(5, 11) || settings(state, group).is_some_and(|memory| memory.use_hierarchy);
    Ok(format!("{}\n", u8::from(on)))
}

/// From 5.11 on every group counts what is below it, and this can't be turned off. Before, it was off unless it was
/// turned on while there were no children and the parent had it off; mem_cgroup_hierarchy_write().
pub(super) fn write_use_hierarchy(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    let always = state.machine.since(5, 11);
    if value > 1 || (always && value != 1) {
        return request.refuse(Errno::EINVAL, "rule-memory-use-hierarchy");
    }
    let on = value == 1;
    if always || settings(state, request.group).is_some_and(|memory| memory.use_hierarchy == on) {
        return DONE;
    }
    let above = state.parent(request.group).and_then(|parent| settings(state, parent));
    if above.is_some_and(|above| above.use_hierarchy) {
        return request.refuse(Errno::EINVAL, "rule-memory-use-hierarchy-parent");
    }
    if state.children(request.group).next().is_some() {
        return request.refuse(Errno::EBUSY, "rule-memory-use-hierarchy-children");
    }
    edit(state, request.group, |memory| memory.use_hierarchy = on);
    DONE
}

pub(super) fn read_oom_control(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let disabled = settings(state, group).is_some_and(|memory| memory.oom_kill_disable);
    let killed = settings(state, group).map_or(0, |memory| memory.local_events.oom_kill);
    Ok(format!(
        "oom_kill_disable {}\nunder_oom {}\noom_kill {killed}\n",
        u8::from(disabled),
        u8::from(state.is_under_oom(group))
    ))
}

pub(super) fn write_oom_control(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    not_root(state, request)?;
    if value > 1 {
        return request.refuse(Errno::EINVAL, "rule-memory-oom-control");
    }
    edit(state, request.group, |memory| memory.oom_kill_disable = value == 1);
    Ok(vec![Effect::MemoryFreed])
}

/// The two bits of it were taken away in 6.13.
pub(super) fn write_move_charge(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    let most = if state.machine.since(6, 13) { 0 } else { 3 };
    if value > most {
        return request.refuse(Errno::EINVAL, "rule-memory-move-charge");
    }
    edit(state, request.group, |memory| memory.move_charge = value);
    DONE
}

pub(super) fn refuse_event(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    request.refuse(Errno::EINVAL, "rule-memory-event")
}

pub(super) fn write_oom_group(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    set_flag(state, request, |memory, on| memory.oom_group = on)
}

pub(super) fn write_zswap_writeback(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    set_flag(state, request, |memory, on| memory.zswap_writeback = on)
}

/// 0 or 1.
fn set_flag(
    state: &mut CgroupState,
    request: &Request<'_>,
    set: impl FnOnce(&mut Memory, bool),
) -> Result<Vec<Effect>, Refusal> {
    let value = request.int()?;
    if !(0..=1).contains(&value) {
        return request.refuse(Errno::EINVAL, "rule-memory-oom-group");
    }
    edit(state, request.group, |memory| set(memory, value == 1));
    DONE
}
