//! What is counted: `memory.stat`, `memory.numa_stat`, `memory.events`.

use super::limits::Get;
use super::{Events, MAX, Memory, limiting, settings};
use crate::host::Feature;
use crate::kernel::cgroup::charging::Amounts;
use crate::kernel::cgroup::{CgroupState, GroupId};
use crate::kernel::limits::PAGE;
use crate::plan::Refusal;

pub(super) fn read_events(
    state: &CgroupState,
    group: GroupId,
    get: fn(&Memory) -> Events,
) -> Result<String, Refusal> {
    let events = settings(state, group).map(get).unwrap_or_default();
    let mut text = format!(
        "low {}\nhigh {}\nmax {}\noom {}\noom_kill {}\noom_group_kill {}\n",
        events.low, events.high, events.max, events.oom, events.oom_kill, events.oom_group_kill
    );
    if state.machine.since(7, 0) {
        text += "sock_throttled 0\n";
    }
    Ok(text)
}

/// What memory.stat lists before the limits, and again with `total_` behind them.
const STAT: [&str; 20] = [
    "cache",
    "rss",
    "rss_huge",
    "shmem",
    "mapped_file",
    "dirty",
    "writeback",
    "workingset_refault_anon",
    "workingset_refault_file",
    "swap",
    "swapcached",
    "pgpgin",
    "pgpgout",
    "pgfault",
    "pgmajfault",
    "inactive_anon",
    "active_anon",
    "inactive_file",
    "active_file",
    "unevictable",
];

/// True for the lines of `STAT` that the kernel has (seen on 5.10, 6.1, 6.18 and user-mode Linux).
fn has_line(state: &CgroupState, key: &str) -> bool {
    match key {
        "rss_huge" => state.machine.has(Feature::Thp),
        "workingset_refault_anon" | "workingset_refault_file" => state.machine.since(5, 11),
        "swapcached" => state.machine.since(6, 8),
        _ => true,
    }
}

/// Anonymous memory and files are known. Files of a tmpfs count as cache, and are in the anonymous lists.
pub(super) fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let lines = |prefix: &str, amounts: Amounts| -> String {
        let value = |key: &str| match key {
            "cache" => amounts.cache(),
            "shmem" => amounts.shmem,
            "rss" => amounts.anon,
            "inactive_anon" => amounts.anon + amounts.shmem,
            "inactive_file" => amounts.file,
            _ => 0,
        };
        let keys = STAT.iter().filter(|key| has_line(state, key));
        keys.map(|key| format!("{prefix}{key} {}\n", value(key))).collect()
    };
    let least =
        |get: Get| limiting(state, group).filter_map(|id| settings(state, id)).map(get).min().unwrap_or(MAX);
    let (own, all) = state.amounts(group);
    Ok(format!(
        "{}hierarchical_memory_limit {}\nhierarchical_memsw_limit {}\n{}",
        lines("", own),
        least(|memory| memory.max),
        least(|memory| memory.memsw),
        lines("total_", all)
    ))
}

/// The rows of version 2 that the model has figures for. Linux has many more.
pub(super) fn read_stat_v2(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let (_, all) = state.amounts(group);
    let rows = [
        ("anon", all.anon),
        ("file", all.cache()),
        ("shmem", all.shmem),
        ("inactive_anon", all.anon + all.shmem),
        ("active_anon", 0),
        ("inactive_file", all.file),
        ("active_file", 0),
        ("unevictable", 0),
    ];
    Ok(rows.iter().map(|(key, value)| format!("{key} {value}\n")).collect())
}

/// In pages; there is one node.
pub(super) fn read_numa_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let (own, all) = state.amounts(group);
    let lines = |prefix: &str, amounts: Amounts| -> String {
        let line = |(key, bytes): (&str, u64)| format!("{prefix}{key}={0} N0={0}\n", bytes / PAGE);
        let rows = [
            ("total", amounts.total()),
            ("file", amounts.cache()),
            ("anon", amounts.anon),
            ("unevictable", 0),
        ];
        rows.into_iter().map(line).collect()
    };
    Ok(lines("", own) + &lines("hierarchical_", all))
}

pub(super) fn read_numa_stat_v2(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let (_, all) = state.amounts(group);
    Ok(format!("anon N0={}\nfile N0={}\nshmem N0={}\n", all.anon, all.cache(), all.shmem))
}
