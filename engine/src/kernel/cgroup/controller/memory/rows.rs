//! The files, one table row each.

use super::edit;
use super::limits::{
    amount, bytes, change, max_or, not_root, resize, store, write_force_empty, write_high, write_max,
    write_reclaim,
};
use super::stat::{read_events, read_numa_stat, read_numa_stat_v2, read_stat, read_stat_v2};
use super::switches::{
    read_oom_control, read_use_hierarchy, refuse_event, write_move_charge, write_oom_control,
    write_oom_group, write_swappiness, write_use_hierarchy, write_zswap_writeback,
};
use crate::host::Feature;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId};
use crate::plan::Refusal;

const LIMIT: &str = "partial-file-memory-limit";
const KERNEL: &str = "partial-file-memory-kernel";
const SWAP: &str = "partial-file-memory-swap";
const KEPT: &str = "partial-file-memory-kept";
const USAGE: &str = "partial-file-memory-usage";

const fn v1(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "memory", name, doc).unit(Unit::Bytes)
}

const fn v2(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "memory", name, doc).unit(Unit::Bytes).place(Place::NotOnRoot)
}

fn zero(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("0\n".to_owned())
}

/// Counters that a write of anything sets back.
fn ignore(_: &mut CgroupState, _: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    DONE
}

pub(super) const ROWS: &[FileRow] = &[
    v1("memory.usage_in_bytes", "file-memory-usage_in_bytes")
        .measured()
        .r(|s, g| bytes(s, g, |m| m.usage))
        .partial(USAGE),
    v1("memory.max_usage_in_bytes", "file-memory-max_usage_in_bytes")
        .measured()
        .rw(|s, g| bytes(s, g, |m| m.peak), |s, r| change(s, r, |m| m.peak = m.usage))
        .partial(USAGE),
    v1("memory.limit_in_bytes", "file-memory-limit_in_bytes")
        .rw(|s, g| bytes(s, g, |m| m.max), |s, r| resize(s, r, false))
        .partial(LIMIT),
    v1("memory.soft_limit_in_bytes", "file-memory-soft_limit_in_bytes")
        .rw(|s, g| bytes(s, g, |m| m.soft), |s, r| store(s, r, "-1", |m, v| m.soft = v))
        .partial(LIMIT),
    v1("memory.failcnt", "file-memory-failcnt")
        .measured()
        .rw(|s, g| bytes(s, g, |m| m.failcnt), |s, r| change(s, r, |m| m.failcnt = 0))
        .unit(Unit::Count)
        .partial(LIMIT),
    v1("memory.memsw.usage_in_bytes", "file-memory-memsw-usage_in_bytes")
        .measured()
        .r(|s, g| bytes(s, g, |m| m.usage))
        .partial(SWAP),
    v1("memory.memsw.max_usage_in_bytes", "file-memory-memsw-max_usage_in_bytes")
        .measured()
        .rw(|s, g| bytes(s, g, |m| m.peak), |s, r| change(s, r, |m| m.peak = m.usage))
        .partial(SWAP),
    v1("memory.memsw.limit_in_bytes", "file-memory-memsw-limit_in_bytes")
        .rw(|s, g| bytes(s, g, |m| m.memsw), |s, r| resize(s, r, true))
        .partial(SWAP),
    v1("memory.memsw.failcnt", "file-memory-memsw-failcnt").rw(zero, ignore).unit(Unit::Count).partial(SWAP),
    v1("memory.kmem.usage_in_bytes", "file-memory-kmem-usage_in_bytes").measured().r(zero).partial(KERNEL),
    v1("memory.kmem.max_usage_in_bytes", "file-memory-kmem-max_usage_in_bytes")
        .measured()
        .rw(zero, ignore)
        .partial(KERNEL),
    v1("memory.kmem.failcnt", "file-memory-kmem-failcnt").rw(zero, ignore).unit(Unit::Count).partial(KERNEL),
    v1("memory.kmem.limit_in_bytes", "file-memory-kmem-limit_in_bytes").rw(
        |s, g| bytes(s, g, |m| m.kmem),
        |s, r| {
            let value = amount(s, r, "-1")?;
            not_root(s, r)?;
            // From 5.16 on the limit is accepted and ignored.
            if !s.machine.since(5, 16) {
                edit(s, r.group, |memory| memory.kmem = value);
            }
            DONE
        },
    ),
    v1("memory.kmem.slabinfo", "file-memory-kmem-slabinfo").r(|_, _| Ok(String::new())).unit(Unit::Text),
    v1("memory.kmem.tcp.usage_in_bytes", "file-memory-kmem-tcp-usage_in_bytes")
        .measured()
        .r(zero)
        .partial(KERNEL),
    v1("memory.kmem.tcp.max_usage_in_bytes", "file-memory-kmem-tcp-max_usage_in_bytes")
        .measured()
        .rw(zero, ignore)
        .partial(KERNEL),
    v1("memory.kmem.tcp.failcnt", "file-memory-kmem-tcp-failcnt")
        .rw(zero, ignore)
        .unit(Unit::Count)
        .partial(KERNEL),
    v1("memory.kmem.tcp.limit_in_bytes", "file-memory-kmem-tcp-limit_in_bytes")
        .rw(
            |s, g| bytes(s, g, |m| m.tcp),
            |s, r| {
                not_root(s, r)?;
                store(s, r, "-1", |m, v| m.tcp = v)
            },
        )
        .partial(KERNEL),
    v1("memory.swappiness", "file-memory-swappiness")
        .rw(|s, g| bytes(s, g, |m| m.swappiness), write_swappiness)
        .unit(Unit::Count)
        .partial(KEPT),
    v1("memory.use_hierarchy", "file-memory-use_hierarchy")
        .rw(read_use_hierarchy, write_use_hierarchy)
        .unit(Unit::Flag),
    v1("memory.oom_control", "file-memory-oom_control")
        .rw(read_oom_control, write_oom_control)
        .unit(Unit::Text)
        .partial(LIMIT),
    v1("memory.move_charge_at_immigrate", "file-memory-move_charge_at_immigrate")
        .rw(|s, g| bytes(s, g, |m| m.move_charge), write_move_charge)
        .unit(Unit::Count)
        .partial("partial-file-memory-move_charge"),
    v1("memory.force_empty", "file-memory-force_empty").w(write_force_empty).unit(Unit::Text),
    v1("memory.stat", "file-memory-stat").measured().r(read_stat).partial("partial-file-memory-stat"),
    v1("memory.numa_stat", "file-memory-numa_stat")
        .measured()
        .r(read_numa_stat)
        .needs(Feature::Numa)
        .unit(Unit::Count)
        .partial("partial-file-memory-stat"),
    v1("memory.pressure_level", "file-memory-pressure_level")
        .mode(0o000)
        .before(6, 11)
        .unit(Unit::Text)
        .partial("partial-file-memory-events"),
    v1("memory.pressure_level", "file-memory-pressure_level")
        .mode(0o444)
        .since(6, 11)
        .unit(Unit::Text)
        .partial("partial-file-memory-events"),
    v1("cgroup.event_control", "file-cgroup-event_control")
        .w(refuse_event)
        .mode(0o222)
        .before(6, 11)
        .unit(Unit::Text)
        .partial("partial-file-memory-events"),
    v1("cgroup.event_control", "file-cgroup-event_control")
        .w(refuse_event)
        .since(6, 11)
        .unit(Unit::Text)
        .partial("partial-file-memory-events"),
    v2("memory.current", "file-memory-current").measured().r(|s, g| bytes(s, g, |m| m.usage)).partial(USAGE),
    v2("memory.peak", "file-memory-peak")
        .measured()
        .r(|s, g| bytes(s, g, |m| m.peak))
        .since(5, 19)
        .before(6, 12)
        .partial(USAGE),
    v2("memory.peak", "file-memory-peak")
        .measured()
        .rw(|s, g| bytes(s, g, |m| m.peak), ignore)
        .since(6, 12)
        .partial(USAGE),
    v2("memory.min", "file-memory-min")
        .rw(|s, g| max_or(s, g, |m| m.min), |s, r| store(s, r, "max", |m, v| m.min = v))
        .partial(LIMIT),
    v2("memory.low", "file-memory-low")
        .rw(|s, g| max_or(s, g, |m| m.low), |s, r| store(s, r, "max", |m, v| m.low = v))
        .partial(LIMIT),
    v2("memory.high", "file-memory-high").rw(|s, g| max_or(s, g, |m| m.high), write_high).partial(LIMIT),
    v2("memory.max", "file-memory-max").rw(|s, g| max_or(s, g, |m| m.max), write_max).partial(LIMIT),
    v2("memory.events", "file-memory-events")
        .measured()
        .r(|s, g| read_events(s, g, |memory| memory.events))
        .unit(Unit::Count)
        .partial(LIMIT),
    v2("memory.events.local", "file-memory-events-local")
        .measured()
        .r(|s, g| read_events(s, g, |memory| memory.local_events))
        .unit(Unit::Count)
        .partial(LIMIT),
    v2("memory.stat", "file-memory-stat-v2")
        .measured()
        .r(read_stat_v2)
        .place(Place::Everywhere)
        .unit(Unit::Text)
        .partial("partial-file-memory-stat"),
    v2("memory.numa_stat", "file-memory-numa_stat")
        .measured()
        .r(read_numa_stat_v2)
        .place(Place::Everywhere)
        .needs(Feature::Numa)
        .since(5, 10)
        .unit(Unit::Text)
        .partial("partial-file-memory-stat"),
    v2("memory.reclaim", "file-memory-reclaim")
        .w(write_reclaim)
        .place(Place::Everywhere)
        .since(5, 19)
        .partial("partial-file-memory-reclaim"),
    v2("memory.zswap.current", "file-memory-zswap-current")
        .measured()
        .r(zero)
        .needs(Feature::Zswap)
        .partial(SWAP),
    v2("memory.zswap.max", "file-memory-zswap-max")
        .rw(|s, g| max_or(s, g, |m| m.zswap_max), |s, r| store(s, r, "max", |m, v| m.zswap_max = v))
        .needs(Feature::Zswap)
        .partial(SWAP),
    v2("memory.zswap.writeback", "file-memory-zswap-writeback")
        .rw(|s, g| bytes(s, g, |m| u64::from(m.zswap_writeback)), write_zswap_writeback)
        .place(Place::Everywhere)
        .needs(Feature::Zswap)
        .unit(Unit::Flag)
        .partial(SWAP),
    v2("memory.oom.group", "file-memory-oom-group")
        .rw(|s, g| bytes(s, g, |m| u64::from(m.oom_group)), write_oom_group)
        .unit(Unit::Flag)
        .partial(LIMIT),
    v2("memory.swap.current", "file-memory-swap-current").measured().r(zero).partial(SWAP),
    v2("memory.swap.peak", "file-memory-swap-peak").r(zero).since(6, 5).before(6, 12).partial(SWAP),
    v2("memory.swap.peak", "file-memory-swap-peak").rw(zero, ignore).since(6, 12).partial(SWAP),
    v2("memory.swap.high", "file-memory-swap-high")
        .rw(|s, g| max_or(s, g, |m| m.swap_high), |s, r| store(s, r, "max", |m, v| m.swap_high = v))
        .partial(SWAP),
    v2("memory.swap.max", "file-memory-swap-max")
        .rw(|s, g| max_or(s, g, |m| m.swap_max), |s, r| store(s, r, "max", |m, v| m.swap_max = v))
        .partial(SWAP),
    v2("memory.swap.events", "file-memory-swap-events")
        .r(|_, _| Ok("high 0\nmax 0\nfail 0\n".to_owned()))
        .unit(Unit::Count)
        .partial(SWAP),
];
