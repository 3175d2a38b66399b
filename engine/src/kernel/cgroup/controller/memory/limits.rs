//! Amounts of memory: how they are shown, read and set.

use super::{MAX, Memory, edit, settings};
use crate::kernel::cgroup::file::{DONE, Request};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::kernel::limits::PAGE;
use crate::plan::{Errno, Refusal, Rule};

pub(super) type Get = fn(&Memory) -> u64;

pub(super) fn change(
    state: &mut CgroupState,
    request: &Request<'_>,
    put: fn(&mut Memory),
) -> Result<Vec<Effect>, Refusal> {
    edit(state, request.group, put);
    DONE
}

pub(super) fn bytes(state: &CgroupState, group: GroupId, get: Get) -> Result<String, Refusal> {
    Ok(format!("{}\n", settings(state, group).map_or(0, get)))
}

pub(super) fn max_or(state: &CgroupState, group: GroupId, get: Get) -> Result<String, Refusal> {
    match settings(state, group).map_or(0, get) {
        MAX => Ok("max\n".to_owned()),
        value => Ok(format!("{value}\n")),
    }
}

/// page_counter_memparse(): whole pages, rounded down; `word` stands for no limit.
pub(super) fn amount(state: &CgroupState, request: &Request<'_>, word: &str) -> Result<u64, Refusal> {
    let text = request.stripped();
    if text == word {
        return Ok(MAX);
    }
    match parse::amount(text, state.machine.since(7, 0)) {
        Some(value) => Ok((value / PAGE * PAGE).min(MAX)),
        None => Err(request.refusal(Errno::EINVAL, Rule::new("rule-memory-amount").with("word", word))),
    }
}

pub(super) fn store(
    state: &mut CgroupState,
    request: &Request<'_>,
    word: &str,
    put: fn(&mut Memory, u64),
) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, word)?;
    edit(state, request.group, |memory| put(memory, value));
    DONE
}

pub(super) fn not_root(state: &CgroupState, request: &Request<'_>) -> Result<(), Refusal> {
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-memory-root");
    }
    Ok(())
}

/// mem_cgroup_resize_max(): the limit of memory and swap is never below that of memory; cached files are given
/// back, and a limit below what is left then is refused.
pub(super) fn resize(
    state: &mut CgroupState,
    request: &Request<'_>,
    memsw: bool,
) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, "-1")?;
    not_root(state, request)?;
    let Some(current) = settings(state, request.group) else { return DONE };
    if (memsw && value < current.max) || (!memsw && value > current.memsw) {
        return request.refuse(Errno::EINVAL, "rule-memory-memsw-order");
    }
    state.reclaim_down_to(request.group, value);
    let usage = settings(state, request.group).map_or(0, |memory| memory.usage);
    if value < usage {
        let rule = Rule::new("rule-memory-below-usage").with("usage", usage);
        return Err(request.refusal(Errno::EBUSY, rule));
    }
    edit(state, request.group, |memory| if memsw { memory.memsw = value } else { memory.max = value });
    Ok(vec![Effect::MemoryFreed])
}

/// memory_max_write(): the limit is set at once; cached files are given back, and tasks are killed until it holds.
pub(super) fn write_max(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, "max")?;
    edit(state, request.group, |memory| memory.max = value);
    state.reclaim_down_to(request.group, value);
    Ok(vec![Effect::LimitSet { group: request.group }])
}

/// memory_high_write(): what can be given back is given back at once.
pub(super) fn write_high(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, "max")?;
    edit(state, request.group, |memory| memory.high = value);
    state.reclaim_down_to(request.group, value);
    Ok(vec![Effect::MemoryFreed])
}

/// mem_cgroup_force_empty(): gives back what can be given back, however much that is.
pub(super) fn write_force_empty(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    not_root(state, request)?;
    state.reclaim_down_to(request.group, 0);
    Ok(vec![Effect::MemoryFreed])
}

/// memory_reclaim(): EAGAIN where less could be freed than was asked for. What was freed stays so. Nothing at all stands
/// for all that there is, until `swappiness=` came behind the amount.
pub(super) fn write_reclaim(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let wanted = if state.machine.since(6, 9) {
        amount_and_swappiness(state, request)
    } else {
        amount(state, request, "")
    };
    match wanted {
        Ok(wanted) if state.reclaim_all_of(request.group, wanted) => Ok(vec![Effect::MemoryFreed]),
        Ok(_) => request.refuse(Errno::EAGAIN, "rule-memory-reclaim"),
        Err(_) => request.refuse(Errno::EINVAL, "rule-memory-reclaim-form"),
    }
}

/// An amount, and words behind it: `swappiness=` with a number up to MAX_SWAPPINESS. There is no swap to use it for.
fn amount_and_swappiness(state: &CgroupState, request: &Request<'_>) -> Result<u64, Refusal> {
    let text = request.stripped();
    let (value, rest) = parse::leading_amount(text, state.machine.since(7, 0));
    let is_good = |word: &str| match word.strip_prefix("swappiness=") {
        Some("max") => state.machine.since(6, 16),
        Some(number) => parse::int(number).is_ok_and(|number| (0..=200).contains(&number)),
        None => false,
    };
    if rest == text || !parse::strip(rest).split(' ').filter(|word| !word.is_empty()).all(is_good) {
        return request.refuse(Errno::EINVAL, "rule-memory-reclaim-form");
    }
    Ok(value / PAGE * PAGE)
}
