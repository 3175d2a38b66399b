//! cpu: weights and bandwidth. Documentation: scheduler/sched-design-CFS.rst, scheduler/sched-bwc.rst,
//! cgroup-v2.rst "CPU"; kernel/sched/core.c, whose functions are named below.

use super::{Controller, Rules};
use crate::host::Feature;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::kernel::resources::NICE_WEIGHTS;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Cpu {
    pub(in super::super) shares: u64,
    idle: bool,
    pub(in super::super) period_us: u64,
    /// `None` is no limit.
    pub(in super::super) quota_us: Option<u64>,
    burst_us: u64,
    rt_period_us: u64,
    rt_runtime_us: Option<u64>,
    /// Hundredths of a percent.
    clamp_min: u64,
    clamp_max: u64,
    pub(in super::super) periods: u64,
    pub(in super::super) throttled: u64,
    pub(in super::super) throttled_ns: u64,
    /// What is left of a period when time has passed.
    pub(in super::super) rest_us: u64,
}

impl Default for Cpu {
    fn default() -> Self {
        Self {
            shares: SHARES,
            idle: false,
            period_us: 100_000,
            quota_us: None,
            burst_us: 0,
            rt_period_us: 1_000_000,
            rt_runtime_us: Some(0),
            clamp_min: 0,
            clamp_max: CLAMP_MAX,
            periods: 0,
            throttled: 0,
            throttled_ns: 0,
            rest_us: 0,
        }
    }
}

/// NICE_0_LOAD, and the weight of a task beside groups.
pub(in super::super) const SHARES: u64 = 1024;
const SHARES_MIN: u64 = 2;
const SHARES_MAX: u64 = 1 << 18;
/// WEIGHT_IDLEPRIO.
const SHARES_IDLE: u64 = 3;
const MIN_US: u64 = 1000;
const MAX_PERIOD_US: u64 = 1_000_000;
/// max_cfs_runtime.
const MAX_QUOTA_US: u64 = (1 << 44) - 1;

/// 100.00 percent.
const CLAMP_MAX: u64 = 10_000;

pub(super) struct CpuRules;
pub(super) const RULES: CpuRules = CpuRules;

const fn v1(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "cpu", name, doc)
}

const fn v2(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "cpu", name, doc).place(Place::NotOnRoot)
}

const ROWS: &[FileRow] = &[
    v1("cpu.shares", "file-cpu-shares")
        .rw(|s, g| number(s, g, |cpu| cpu.shares), write_shares)
        .unit(Unit::Weight),
    v1("cpu.idle", "file-cpu-idle")
        .rw(|s, g| number(s, g, |cpu| u64::from(cpu.idle)), write_idle)
        .since(5, 15)
        .unit(Unit::Flag),
    v1("cpu.cfs_quota_us", "file-cpu-cfs_quota_us").rw(read_quota, write_quota).unit(Unit::Microseconds),
    v1("cpu.cfs_period_us", "file-cpu-cfs_period_us")
        .rw(|s, g| number(s, g, |cpu| cpu.period_us), write_period)
        .unit(Unit::Microseconds),
    v1("cpu.cfs_burst_us", "file-cpu-cfs_burst_us")
        .rw(|s, g| number(s, g, |cpu| cpu.burst_us), write_burst)
        .since(5, 14)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-burst"),
    v1("cpu.stat", "file-cpu-stat")
        .measured()
        .r(read_stat)
        .unit(Unit::Nanoseconds)
        .partial("partial-file-cpu-stat"),
    v1("cpu.stat.local", "file-cpu-stat-local")
        .measured()
        .r(|s, g| Ok(format!("throttled_time {}\n", settings(s, g).map_or(0, |cpu| cpu.throttled_ns))))
        .since(6, 7)
        .unit(Unit::Nanoseconds)
        .partial("partial-file-cpu-stat"),
    v2("cpu.weight", "file-cpu-weight").rw(read_weight, write_weight).unit(Unit::Weight),
    v2("cpu.weight.nice", "file-cpu-weight-nice").rw(read_nice, write_nice).unit(Unit::Count),
    v2("cpu.idle", "file-cpu-idle")
        .rw(|s, g| number(s, g, |cpu| u64::from(cpu.idle)), write_idle)
        .since(5, 15)
        .unit(Unit::Flag),
    v2("cpu.max", "file-cpu-max").rw(read_max, write_max).unit(Unit::Microseconds),
    v2("cpu.max.burst", "file-cpu-max-burst")
        .rw(|s, g| number(s, g, |cpu| cpu.burst_us), write_burst)
        .since(5, 14)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-burst"),
    v1("cpu.rt_period_us", "file-cpu-rt_period_us")
        .rw(|s, g| number(s, g, |cpu| cpu.rt_period_us), write_rt_period)
        .needs(Feature::RtGroup)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-rt"),
    v1("cpu.rt_runtime_us", "file-cpu-rt_runtime_us")
        .rw(read_rt_runtime, write_rt_runtime)
        .needs(Feature::RtGroup)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-rt"),
    v1("cpu.uclamp.min", "file-cpu-uclamp-min")
        .rw(
            |s, g| read_clamp(s, g, |cpu| cpu.clamp_min),
            |s, r| write_clamp(s, r, |cpu, v| cpu.clamp_min = v),
        )
        .place(Place::NotOnRoot)
        .needs(Feature::Uclamp)
        .partial("partial-file-cpu-uclamp"),
    v1("cpu.uclamp.max", "file-cpu-uclamp-max")
        .rw(
            |s, g| read_clamp(s, g, |cpu| cpu.clamp_max),
            |s, r| write_clamp(s, r, |cpu, v| cpu.clamp_max = v),
        )
        .place(Place::NotOnRoot)
        .needs(Feature::Uclamp)
        .partial("partial-file-cpu-uclamp"),
    v2("cpu.uclamp.min", "file-cpu-uclamp-min")
        .rw(
            |s, g| read_clamp(s, g, |cpu| cpu.clamp_min),
            |s, r| write_clamp(s, r, |cpu, v| cpu.clamp_min = v),
        )
        .needs(Feature::Uclamp)
        .partial("partial-file-cpu-uclamp"),
    v2("cpu.uclamp.max", "file-cpu-uclamp-max")
        .rw(
            |s, g| read_clamp(s, g, |cpu| cpu.clamp_max),
            |s, r| write_clamp(s, r, |cpu, v| cpu.clamp_max = v),
        )
        .needs(Feature::Uclamp)
        .partial("partial-file-cpu-uclamp"),
];

impl Rules for CpuRules {
    /// The machine's root has what sched_rt_runtime_us says, 95 percent; every other group none at first.
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        let rt_runtime_us = Some(if state.is_machine_root(group) { 950_000 } else { 0 });
        if let Some(group) = state.group_mut(group) {
            group.states.cpu = Some(Cpu { rt_runtime_us, ..Cpu::default() });
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

pub(in super::super) fn settings(state: &CgroupState, group: GroupId) -> Option<&Cpu> {
    state.group(group)?.states.cpu.as_ref()
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Cpu)) {
    if let Some(cpu) = state.group_mut(group).and_then(|group| group.states.cpu.as_mut()) {
        change(cpu);
    }
}

fn number(state: &CgroupState, group: GroupId, get: fn(&Cpu) -> u64) -> Result<String, Refusal> {
    Ok(format!("{}\n", settings(state, group).map_or(0, get)))
}

/// sched_group_set_shares(): not in the root, not in an idle group.
fn check_shares(state: &CgroupState, request: &Request<'_>) -> Result<(), Refusal> {
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-cpu-root");
    }
    if settings(state, request.group).is_some_and(|cpu| cpu.idle) {
        return request.refuse(Errno::EINVAL, "rule-cpu-idle-weight");
    }
    Ok(())
}

fn set_shares(state: &mut CgroupState, group: GroupId, shares: u64) {
    edit(state, group, |cpu| cpu.shares = shares.clamp(SHARES_MIN, SHARES_MAX));
}

fn write_shares(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let shares = request.unsigned()?;
    check_shares(state, request)?;
    set_shares(state, request.group, shares);
    DONE
}

/// sched_group_set_idle().
fn write_idle(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let idle = request.signed()?;
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-cpu-root");
    }
    if !(0..=1).contains(&idle) {
        return request.refuse(Errno::EINVAL, "rule-cpu-idle-value");
    }
    edit(state, request.group, |cpu| {
        if cpu.idle != (idle == 1) {
            cpu.idle = idle == 1;
            cpu.shares = if cpu.idle { SHARES_IDLE } else { SHARES };
        }
    });
    DONE
}

fn read_quota(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let quota = settings(state, group).and_then(|cpu| cpu.quota_us);
    Ok(quota.map_or_else(|| "-1\n".to_owned(), |quota| format!("{quota}\n")))
}

/// Any negative number takes the limit away.
fn write_quota(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let quota = u64::try_from(request.signed()?).ok();
    set_bandwidth(state, request, |cpu| cpu.quota_us = quota)
}

fn write_period(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let period = request.unsigned()?;
    set_bandwidth(state, request, |cpu| cpu.period_us = period)
}

fn write_burst(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let burst = request.unsigned()?;
    set_bandwidth(state, request, |cpu| cpu.burst_us = burst)
}

/// tg_set_cfs_bandwidth().
fn set_bandwidth(
    state: &mut CgroupState,
    request: &Request<'_>,
    change: impl FnOnce(&mut Cpu),
) -> Result<Vec<Effect>, Refusal> {
    let Some(mut trial) = settings(state, request.group).cloned() else { return DONE };
    change(&mut trial);
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-cpu-root");
    }
    if trial.quota_us.is_some_and(|quota| !(MIN_US..=MAX_QUOTA_US).contains(&quota)) {
        return request.refuse(Errno::EINVAL, "rule-cpu-quota-range");
    }
    if !(MIN_US..=MAX_PERIOD_US).contains(&trial.period_us) {
        return request.refuse(Errno::EINVAL, "rule-cpu-period-range");
    }
    // Nanoseconds have to fit into 64 bits (tg_set_cfs_burst()).
    let too_much = |quota: u64| trial.burst_us > quota || trial.burst_us + quota > MAX_QUOTA_US;
    if trial.burst_us > u64::MAX / 1000 || trial.quota_us.is_some_and(too_much) {
        return request.refuse(Errno::EINVAL, "rule-cpu-burst-range");
    }
    if state.version(state.hierarchy_of(request.group)) == Version::V1 {
        check_family(state, request, &trial)?;
    }
    edit(state, request.group, |cpu| *cpu = trial);
    DONE
}

/// to_ratio(): quota in units of 1/2^20 of the period.
fn ratio(cpu: &Cpu) -> Option<u64> {
    cpu.quota_us.map(|quota| (quota << 20) / cpu.period_us.max(1))
}

/// __cfs_schedulable(): in version 1 no group may have more than the nearest limited one above it.
fn check_family(state: &CgroupState, request: &Request<'_>, trial: &Cpu) -> Result<(), Refusal> {
    let own = ratio(trial);
    let above = state.ancestry(request.group).skip(1).find_map(|id| Some((id, ratio(settings(state, id)?)?)));
    if let (Some(own), Some((id, above))) = (own, above)
        && own > above
    {
        let rule = Rule::new("rule-cpu-quota-above-parent").with("parent", state.path(id));
        return Err(request.refusal(Errno::EINVAL, rule));
    }
    let Some(limit) = own.or(above.map(|(_, ratio)| ratio)) else { return Ok(()) };
    let mut waiting: Vec<GroupId> = state.children(request.group).map(|(_, child)| child).collect();
    while let Some(id) = waiting.pop() {
        match settings(state, id).and_then(ratio) {
            Some(child) if child > limit => {
                let rule = Rule::new("rule-cpu-quota-below-child").with("child", state.path(id));
                return Err(request.refusal(Errno::EINVAL, rule));
            }
            // What is below a limited group was checked against that one.
            Some(_) => {}
            None => waiting.extend(state.children(id).map(|(_, child)| child)),
        }
    }
    Ok(())
}

fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let Some(cpu) = settings(state, group) else { return Ok(String::new()) };
    let bursts = if state.machine.since(5, 16) { "nr_bursts 0\nburst_time 0\n" } else { "" };
    Ok(format!(
        "nr_periods {}\nnr_throttled {}\nthrottled_time {}\n{bursts}",
        cpu.periods, cpu.throttled, cpu.throttled_ns
    ))
}

fn read_rt_runtime(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let runtime = settings(state, group).and_then(|cpu| cpu.rt_runtime_us);
    Ok(runtime.map_or_else(|| "-1\n".to_owned(), |runtime| format!("{runtime}\n")))
}

/// sched_group_set_rt_runtime(): -1 is no limit.
fn write_rt_runtime(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let runtime = u64::try_from(request.signed()?).ok();
    set_rt(state, request, |cpu| cpu.rt_runtime_us = runtime)
}

fn write_rt_period(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let period = request.unsigned()?;
    set_rt(state, request, |cpu| cpu.rt_period_us = period)
}

/// tg_set_rt_bandwidth(), tg_rt_schedulable(): a period of at least 1 microsecond, no more runtime than that, and
/// no more than the parent has to give.
fn set_rt(
    state: &mut CgroupState,
    request: &Request<'_>,
    change: impl FnOnce(&mut Cpu),
) -> Result<Vec<Effect>, Refusal> {
    let Some(mut trial) = settings(state, request.group).cloned() else { return DONE };
    change(&mut trial);
    let share = |cpu: &Cpu| cpu.rt_runtime_us.map(|runtime| (runtime << 20) / cpu.rt_period_us.max(1));
    // Nanoseconds have to fit into 64 bits, and shares into the shift (max_rt_runtime).
    let too_big =
        trial.rt_period_us > u64::MAX / 1000 || trial.rt_runtime_us.is_some_and(|us| us > MAX_QUOTA_US);
    let too_long = trial.rt_runtime_us.is_some_and(|runtime| runtime > trial.rt_period_us);
    let above = match state.parent(request.group) {
        Some(parent) => settings(state, parent).and_then(share),
        // Above the root of a cgroup namespace is another group, which has nothing to give.
        None => (!state.is_machine_root(request.group)).then_some(0),
    };
    let siblings = state.parent(request.group).into_iter().flat_map(|parent| state.children(parent));
    let others =
        siblings.filter(|(_, id)| *id != request.group).filter_map(|(_, id)| share(settings(state, id)?));
    let sum = others.fold(share(&trial).unwrap_or(u64::MAX), u64::saturating_add);
    let over = above.is_some_and(|above| sum > above);
    if trial.rt_period_us == 0 || too_big || too_long || over {
        return request.refuse(Errno::EINVAL, "rule-cpu-rt");
    }
    edit(state, request.group, |cpu| *cpu = trial);
    DONE
}

fn read_clamp(state: &CgroupState, group: GroupId, get: fn(&Cpu) -> u64) -> Result<String, Refusal> {
    let value = settings(state, group).map_or(0, get);
    Ok(if value == CLAMP_MAX { "max\n".to_owned() } else { format!("{}.{:02}\n", value / 100, value % 100) })
}

/// capacity_from_percent(): `max`, or a percentage with at most two decimals.
fn write_clamp(
    state: &mut CgroupState,
    request: &Request<'_>,
    put: fn(&mut Cpu, u64),
) -> Result<Vec<Effect>, Refusal> {
    let text = request.stripped();
    let value = if text == "max" {
        CLAMP_MAX
    } else {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |word: &str| word.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
            return request.refuse(Errno::EINVAL, "rule-cpu-uclamp");
        }
        let whole: u64 = whole.parse().unwrap_or(u64::MAX / 200);
        let part: u64 = format!("{part:0<2}").parse().unwrap_or(0);
        whole.saturating_mul(100).saturating_add(part)
    };
    if value > CLAMP_MAX {
        return request.refuse(Errno::ERANGE, "rule-cpu-uclamp");
    }
    edit(state, request.group, |cpu| put(cpu, value));
    DONE
}

/// DIV_ROUND_CLOSEST.
fn divide(value: u64, by: u64) -> u64 {
    (value + by / 2) / by
}

fn read_weight(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let weight = settings(state, group).map_or(0, |cpu| divide(cpu.shares * 100, SHARES));
    // Newer kernels print no weight below 1, also for an idle group.
    let least = u64::from(state.machine.since(6, 12));
    Ok(format!("{}\n", weight.max(least)))
}

fn write_weight(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let weight = request.unsigned()?;
    if !(1..=10_000).contains(&weight) {
        return request.refuse(Errno::ERANGE, "rule-cpu-weight-range");
    }
    check_shares(state, request)?;
    set_shares(state, request.group, divide(weight * SHARES, 100));
    DONE
}

/// The nice value whose weight is nearest; cpu_weight_nice_read_s64().
fn read_nice(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let shares = settings(state, group).map_or(SHARES, |cpu| cpu.shares);
    let mut best = (u64::MAX, 0);
    for (nice, weight) in (-20..).zip(NICE_WEIGHTS) {
        let distance = weight.abs_diff(shares);
        if distance >= best.0 {
            break;
        }
        best = (distance, nice);
    }
    Ok(format!("{}\n", best.1))
}

fn write_nice(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let nice = request.signed()?;
    let index = nice.checked_add(20).and_then(|index| usize::try_from(index).ok());
    let Some(weight) = index.and_then(|index| NICE_WEIGHTS.get(index)) else {
        return request.refuse(Errno::ERANGE, "rule-cpu-nice-range");
    };
    check_shares(state, request)?;
    set_shares(state, request.group, *weight);
    DONE
}

fn read_max(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let cpu = settings(state, group).cloned().unwrap_or_default();
    let quota = cpu.quota_us.map_or_else(|| "max".to_owned(), |quota| quota.to_string());
    Ok(format!("{quota} {}\n", cpu.period_us))
}

/// cpu_period_quota_parse(): `sscanf(text, "%20s %llu", quota, period)`; what follows is not looked at.
fn write_max(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let text = request.text.trim_start_matches(parse::is_space);
    let end =
        text.char_indices().find(|(at, c)| parse::is_space(*c) || *at >= 20).map_or(text.len(), |(at, _)| at);
    let (word, rest) = text.split_at(end);
    let quota = match parse::leading_decimal(word) {
        Some((quota, _)) => Some(quota),
        None if word == "max" => None,
        None => return request.refuse(Errno::EINVAL, "rule-cpu-max-form"),
    };
    let period = parse::leading_decimal(rest.trim_start_matches(parse::is_space)).map(|(period, _)| period);
    set_bandwidth(state, request, |cpu| {
        cpu.quota_us = quota;
        cpu.period_us = period.unwrap_or(cpu.period_us);
    })
}

impl Controller {
    /// `cpu.stat.local` of version 2; empty without the controller.
    pub(in super::super) fn cpu_stat_local(state: &CgroupState, group: GroupId) -> String {
        settings(state, group)
            .map_or_else(String::new, |cpu| format!("throttled_usec {}\n", cpu.throttled_ns / 1000))
    }

    /// What the cpu controller adds to `cpu.stat` of version 2.
    pub(in super::super) fn cpu_stat_v2(state: &CgroupState, group: GroupId) -> String {
        let Some(cpu) = settings(state, group) else { return String::new() };
        format!(
            "nr_periods {}\nnr_throttled {}\nthrottled_usec {}\nnr_bursts 0\nburst_usec 0\n",
            cpu.periods,
            cpu.throttled,
            cpu.throttled_ns / 1000
        )
    }
}
