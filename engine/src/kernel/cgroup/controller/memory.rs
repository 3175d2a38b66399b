//! memory: usage and limits. Documentation: admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst "Memory";
//! mm/memcontrol.c and memcontrol-v1.c.
//!
//! The settings and files are here; who is charged what, and what a limit does, is in `charging`.

use super::Rules;
use crate::host::Feature;
use crate::kernel::cgroup::charging::Amounts;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::kernel::limits::PAGE;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// PAGE_COUNTER_MAX in bytes: no limit.
pub(in super::super) const MAX: u64 = 9_223_372_036_854_771_712;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Memory {
    /// `memory.limit_in_bytes`, `memory.max`.
    pub(in super::super) max: u64,
    /// `memory.memsw.limit_in_bytes`.
    memsw: u64,
    soft: u64,
    tcp: u64,
    pub(in super::super) high: u64,
    low: u64,
    min: u64,
    swap_max: u64,
    swap_high: u64,
    swappiness: u64,
    kmem: u64,
    /// Version 1 before 5.11: what is below counts here, too.
    use_hierarchy: bool,
    zswap_max: u64,
    zswap_writeback: bool,
    pub(in super::super) oom_kill_disable: bool,
    pub(in super::super) oom_group: bool,
    move_charge: u64,
    /// Bytes charged here and below.
    pub(in super::super) usage: u64,
    /// What is charged to this group itself.
    pub(in super::super) own: Amounts,
    pub(in super::super) peak: u64,
    /// How often this group's limit was in the way.
    pub(in super::super) failcnt: u64,
    /// What happened to this group itself, and here and below.
    pub(in super::super) local_events: Events,
    pub(in super::super) events: Events,
}

/// What `memory.events` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Event {
    High,
    Max,
    Oom,
    OomKill,
    OomGroupKill,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Events {
    high: u64,
    max: u64,
    oom: u64,
    oom_kill: u64,
    oom_group_kill: u64,
}

impl Events {
    pub(in super::super) fn add(&mut self, event: Event) {
        let count = match event {
            Event::High => &mut self.high,
            Event::Max => &mut self.max,
            Event::Oom => &mut self.oom,
            Event::OomKill => &mut self.oom_kill,
            Event::OomGroupKill => &mut self.oom_group_kill,
        };
        *count += 1;
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            max: MAX,
            memsw: MAX,
            soft: MAX,
            tcp: MAX,
            high: MAX,
            low: 0,
            min: 0,
            swap_max: MAX,
            swap_high: MAX,
            swappiness: 60,
            kmem: MAX,
            use_hierarchy: false,
            zswap_max: MAX,
            zswap_writeback: true,
            oom_kill_disable: false,
            oom_group: false,
            move_charge: 0,
            usage: 0,
            own: Amounts::default(),
            peak: 0,
            failcnt: 0,
            local_events: Events::default(),
            events: Events::default(),
        }
    }
}

pub(super) struct MemoryRules;
pub(super) const RULES: MemoryRules = MemoryRules;

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

type Get = fn(&Memory) -> u64;

fn zero(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("0\n".to_owned())
}

/// Counters that a write of anything sets back.
fn ignore(_: &mut CgroupState, _: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    DONE
}

const ROWS: &[FileRow] = &[
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
        .partial(KEPT),
    v1("memory.force_empty", "file-memory-force_empty")
        .w(|s, r| {
            not_root(s, r)?;
            DONE
        })
        .unit(Unit::Text),
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
    v2("memory.high", "file-memory-high")
        .rw(|s, g| max_or(s, g, |m| m.high), |s, r| store(s, r, "max", |m, v| m.high = v))
        .partial(LIMIT),
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

impl Rules for MemoryRules {
    /// Two settings are the parent's at first; mem_cgroup_css_alloc().
    fn online(&self, state: &mut CgroupState, id: GroupId) {
        let new = state.parent(id).and_then(|parent| settings(state, parent)).map(|parent| Memory {
            swappiness: parent.swappiness,
            use_hierarchy: parent.use_hierarchy,
            oom_kill_disable: parent.oom_kill_disable,
            ..Memory::default()
        });
        if let Some(group) = state.group_mut(id) {
            group.states.memory = Some(new.unwrap_or_default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

pub(in super::super) fn settings(state: &CgroupState, group: GroupId) -> Option<&Memory> {
    state.group(group)?.states.memory.as_ref()
}

pub(in super::super) fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Memory)) {
    if let Some(memory) = state.group_mut(group).and_then(|group| group.states.memory.as_mut()) {
        change(memory);
    }
}

fn change(
    state: &mut CgroupState,
    request: &Request<'_>,
    put: fn(&mut Memory),
) -> Result<Vec<Effect>, Refusal> {
    edit(state, request.group, put);
    DONE
}

fn bytes(state: &CgroupState, group: GroupId, get: Get) -> Result<String, Refusal> {
    Ok(format!("{}\n", settings(state, group).map_or(0, get)))
}

fn max_or(state: &CgroupState, group: GroupId, get: Get) -> Result<String, Refusal> {
    match settings(state, group).map_or(0, get) {
        MAX => Ok("max\n".to_owned()),
        value => Ok(format!("{value}\n")),
    }
}

/// page_counter_memparse(): whole pages, rounded down; `word` stands for no limit.
fn amount(state: &CgroupState, request: &Request<'_>, word: &str) -> Result<u64, Refusal> {
    let text = request.stripped();
    if text == word {
        return Ok(MAX);
    }
    match parse::amount(text, state.machine.since(7, 0)) {
        Some(value) => Ok((value / PAGE * PAGE).min(MAX)),
        None => Err(request.refusal(Errno::EINVAL, Rule::new("rule-memory-amount").with("word", word))),
    }
}

fn store(
    state: &mut CgroupState,
    request: &Request<'_>,
    word: &str,
    put: fn(&mut Memory, u64),
) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, word)?;
    edit(state, request.group, |memory| put(memory, value));
    DONE
}

fn not_root(state: &CgroupState, request: &Request<'_>) -> Result<(), Refusal> {
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-memory-root");
    }
    Ok(())
}

/// mem_cgroup_resize_max(): the limit of memory and swap is never below that of memory; and nothing that is in
/// use can be given back here, so a limit below the usage is refused.
fn resize(state: &mut CgroupState, request: &Request<'_>, memsw: bool) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, "-1")?;
    not_root(state, request)?;
    let Some(current) = settings(state, request.group) else { return DONE };
    if (memsw && value < current.max) || (!memsw && value > current.memsw) {
        return request.refuse(Errno::EINVAL, "rule-memory-memsw-order");
    }
    if value < current.usage {
        let rule = Rule::new("rule-memory-below-usage").with("usage", current.usage);
        return Err(request.refusal(Errno::EBUSY, rule));
    }
    edit(state, request.group, |memory| if memsw { memory.memsw = value } else { memory.max = value });
    Ok(vec![Effect::MemoryFreed])
}

fn write_swappiness(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    let most = if state.machine.since(5, 11) { 200 } else { 100 };
    if value > most {
        return request.refuse(Errno::EINVAL, "rule-memory-swappiness");
    }
    edit(state, request.group, |memory| memory.swappiness = value);
    DONE
}

fn read_use_hierarchy(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let on = state.machine.since(5, 11) || settings(state, group).is_some_and(|memory| memory.use_hierarchy);
    Ok(format!("{}\n", u8::from(on)))
}

/// From 5.11 on every group counts what is below it, and this can't be turned off. Before, it was off unless it was
/// turned on while there were no children and the parent had it off; mem_cgroup_hierarchy_write().
fn write_use_hierarchy(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
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

/// Up to which group limits act on a group: all above it, or before 5.11 only those that count what is below.
pub(in super::super) fn limiting(state: &CgroupState, group: GroupId) -> impl Iterator<Item = GroupId> + '_ {
    let always = state.machine.since(5, 11) || state.version(state.hierarchy_of(group)) == Version::V2;
    let counts = move |id: &GroupId| {
        *id == group || always || settings(state, *id).is_some_and(|memory| memory.use_hierarchy)
    };
    state.ancestry(group).take_while(counts)
}

fn read_oom_control(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let disabled = settings(state, group).is_some_and(|memory| memory.oom_kill_disable);
    let killed = settings(state, group).map_or(0, |memory| memory.local_events.oom_kill);
    Ok(format!(
        "oom_kill_disable {}\nunder_oom {}\noom_kill {killed}\n",
        u8::from(disabled),
        u8::from(state.is_under_oom(group))
    ))
}

fn write_oom_control(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    not_root(state, request)?;
    if value > 1 {
        return request.refuse(Errno::EINVAL, "rule-memory-oom-control");
    }
    edit(state, request.group, |memory| memory.oom_kill_disable = value == 1);
    Ok(vec![Effect::MemoryFreed])
}

/// The two bits of it were taken away in 6.13.
fn write_move_charge(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = request.unsigned()?;
    let most = if state.machine.since(6, 13) { 0 } else { 3 };
    if value > most {
        return request.refuse(Errno::EINVAL, "rule-memory-move-charge");
    }
    edit(state, request.group, |memory| memory.move_charge = value);
    DONE
}

fn refuse_event(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    request.refuse(Errno::EINVAL, "rule-memory-event")
}

fn read_events(state: &CgroupState, group: GroupId, get: fn(&Memory) -> Events) -> Result<String, Refusal> {
    let events = settings(state, group).map(get).unwrap_or_default();
    let mut text = format!(
        "low 0\nhigh {}\nmax {}\noom {}\noom_kill {}\noom_group_kill {}\n",
        events.high, events.max, events.oom, events.oom_kill, events.oom_group_kill
    );
    if state.machine.since(7, 0) {
        text += "sock_throttled 0\n";
    }
    Ok(text)
}

/// memory_max_write(): the limit is set at once, and tasks are killed until it holds.
fn write_max(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = amount(state, request, "max")?;
    edit(state, request.group, |memory| memory.max = value);
    Ok(vec![Effect::LimitSet { group: request.group }])
}

fn write_oom_group(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = request.int()?;
    if !(0..=1).contains(&value) {
        return request.refuse(Errno::EINVAL, "rule-memory-oom-group");
    }
    edit(state, request.group, |memory| memory.oom_group = value == 1);
    DONE
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

/// Anonymous memory and files of a tmpfs are known; the latter count as cache, and are in the anonymous lists.
fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let lines = |prefix: &str, amounts: Amounts| -> String {
        let value = |key: &str| match key {
            "cache" | "shmem" => amounts.shmem,
            "rss" => amounts.anon,
            "inactive_anon" => amounts.total(),
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
fn read_stat_v2(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let (_, all) = state.amounts(group);
    let rows = [
        ("anon", all.anon),
        ("file", all.shmem),
        ("kernel", 0),
        ("shmem", all.shmem),
        ("inactive_anon", all.total()),
        ("active_anon", 0),
        ("inactive_file", 0),
        ("active_file", 0),
        ("unevictable", 0),
    ];
    Ok(rows.iter().map(|(key, value)| format!("{key} {value}\n")).collect())
}

fn read_numa_stat_v2(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let anonymous = settings(state, group).map_or(0, |memory| memory.usage);
    Ok(format!("anon N0={anonymous}\nfile N0=0\n"))
}

/// memory_reclaim(): EAGAIN where less could be freed than was asked for. There is no swap and no page cache here.
fn write_reclaim(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let word = request.stripped().split(parse::is_space).next().unwrap_or_default();
    match parse::amount(word, state.machine.since(7, 0)) {
        Some(0) => DONE,
        Some(_) => request.refuse(Errno::EAGAIN, "rule-memory-reclaim"),
        None => Err(request.refusal(Errno::EINVAL, Rule::new("rule-memory-amount").with("word", "max"))),
    }
}

fn write_zswap_writeback(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let value = request.int()?;
    if !(0..=1).contains(&value) {
        return request.refuse(Errno::EINVAL, "rule-memory-oom-group");
    }
    edit(state, request.group, |memory| memory.zswap_writeback = value == 1);
    DONE
}

/// In pages; there is one node.
fn read_numa_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let (own, all) = state.amounts(group);
    let lines = |prefix: &str, amounts: Amounts| -> String {
        let line = |(key, bytes): (&str, u64)| format!("{prefix}{key}={0} N0={0}\n", bytes / PAGE);
        let rows =
            [("total", amounts.total()), ("file", amounts.shmem), ("anon", amounts.anon), ("unevictable", 0)];
        rows.into_iter().map(line).collect()
    };
    Ok(lines("", own) + &lines("hierarchical_", all))
}
