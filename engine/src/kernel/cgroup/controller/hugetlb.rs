//! hugetlb: limits on huge pages, by their size. Documentation: admin-guide/cgroup-v1/hugetlb.rst, cgroup-v2.rst
//! "HugeTLB"; mm/hugetlb_cgroup.c. No task of the model uses huge pages: limits are kept, nothing is counted.

use super::Rules;
use crate::host::Feature;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// Limits in bytes: of pages of 2 MB and of 1 GB, each in use and reserved. `None` is no limit.
#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Hugetlb {
    limits: [Option<u64>; 4],
}

pub(super) struct HugetlbRules;
pub(super) const RULES: HugetlbRules = HugetlbRules;

const NOTE: &str = "partial-file-hugetlb";
/// PAGE_COUNTER_MAX in bytes.
const MAX: u64 = super::memory::MAX;
/// Sizes of huge pages in bytes, by the number of a limit.
const SIZES: [u64; 4] = [2 << 20, 2 << 20, 1 << 30, 1 << 30];

const fn v1(name: &'static str, doc: &'static str, size: Feature) -> FileRow {
    FileRow::new(Version::V1, "hugetlb", name, doc).needs(size).unit(Unit::Bytes).partial(NOTE)
}

const fn v2(name: &'static str, doc: &'static str, size: Feature) -> FileRow {
    let row = FileRow::new(Version::V2, "hugetlb", name, doc).needs(size).unit(Unit::Bytes).partial(NOTE);
    row.place(Place::NotOnRoot)
}

fn zero(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("0\n".to_owned())
}

/// Counters that a write of anything sets back.
fn reset(_: &mut CgroupState, _: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    DONE
}

fn stat(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("total=0 N0=0\n".to_owned())
}

fn stat_v1(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("total=0 N0=0\nhierarchical_total=0 N0=0\n".to_owned())
}

fn events(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("max 0\n".to_owned())
}

const ROWS: &[FileRow] = &[
    v1("hugetlb.2MB.limit_in_bytes", "file-hugetlb-limit_in_bytes", Feature::Huge2M)
        .rw(|s, g| read_limit(s, g, 0), |s, r| write_limit(s, r, 0, "-1")),
    v1("hugetlb.2MB.usage_in_bytes", "file-hugetlb-usage_in_bytes", Feature::Huge2M).r(zero),
    v1("hugetlb.2MB.max_usage_in_bytes", "file-hugetlb-max_usage_in_bytes", Feature::Huge2M).rw(zero, reset),
    v1("hugetlb.2MB.failcnt", "file-hugetlb-failcnt", Feature::Huge2M).rw(zero, reset).unit(Unit::Count),
    v2("hugetlb.2MB.max", "file-hugetlb-max", Feature::Huge2M)
        .rw(|s, g| read_max(s, g, 0), |s, r| write_limit(s, r, 0, "max")),
    v2("hugetlb.2MB.current", "file-hugetlb-current", Feature::Huge2M).r(zero),
    v1("hugetlb.2MB.rsvd.limit_in_bytes", "file-hugetlb-rsvd-limit_in_bytes", Feature::Huge2M)
        .rw(|s, g| read_limit(s, g, 1), |s, r| write_limit(s, r, 1, "-1")),
    v1("hugetlb.2MB.rsvd.usage_in_bytes", "file-hugetlb-rsvd-usage_in_bytes", Feature::Huge2M).r(zero),
    v1("hugetlb.2MB.rsvd.max_usage_in_bytes", "file-hugetlb-rsvd-max_usage_in_bytes", Feature::Huge2M)
        .rw(zero, reset),
    v1("hugetlb.2MB.rsvd.failcnt", "file-hugetlb-rsvd-failcnt", Feature::Huge2M)
        .rw(zero, reset)
        .unit(Unit::Count),
    v2("hugetlb.2MB.rsvd.max", "file-hugetlb-rsvd-max", Feature::Huge2M)
        .rw(|s, g| read_max(s, g, 1), |s, r| write_limit(s, r, 1, "max")),
    v2("hugetlb.2MB.rsvd.current", "file-hugetlb-rsvd-current", Feature::Huge2M).r(zero),
    v1("hugetlb.2MB.numa_stat", "file-hugetlb-numa_stat", Feature::Huge2M)
        .r(stat_v1)
        .since(5, 18)
        .unit(Unit::Text),
    v2("hugetlb.2MB.numa_stat", "file-hugetlb-numa_stat", Feature::Huge2M)
        .r(stat)
        .since(5, 18)
        .unit(Unit::Text),
    v2("hugetlb.2MB.events", "file-hugetlb-events", Feature::Huge2M).r(events).unit(Unit::Count),
    v2("hugetlb.2MB.events.local", "file-hugetlb-events-local", Feature::Huge2M).r(events).unit(Unit::Count),
    v1("hugetlb.1GB.limit_in_bytes", "file-hugetlb-limit_in_bytes", Feature::Huge1G)
        .rw(|s, g| read_limit(s, g, 2), |s, r| write_limit(s, r, 2, "-1")),
    v1("hugetlb.1GB.usage_in_bytes", "file-hugetlb-usage_in_bytes", Feature::Huge1G).r(zero),
    v1("hugetlb.1GB.max_usage_in_bytes", "file-hugetlb-max_usage_in_bytes", Feature::Huge1G).rw(zero, reset),
    v1("hugetlb.1GB.failcnt", "file-hugetlb-failcnt", Feature::Huge1G).rw(zero, reset).unit(Unit::Count),
    v2("hugetlb.1GB.max", "file-hugetlb-max", Feature::Huge1G)
        .rw(|s, g| read_max(s, g, 2), |s, r| write_limit(s, r, 2, "max")),
    v2("hugetlb.1GB.current", "file-hugetlb-current", Feature::Huge1G).r(zero),
    v1("hugetlb.1GB.rsvd.limit_in_bytes", "file-hugetlb-rsvd-limit_in_bytes", Feature::Huge1G)
        .rw(|s, g| read_limit(s, g, 3), |s, r| write_limit(s, r, 3, "-1")),
    v1("hugetlb.1GB.rsvd.usage_in_bytes", "file-hugetlb-rsvd-usage_in_bytes", Feature::Huge1G).r(zero),
    v1("hugetlb.1GB.rsvd.max_usage_in_bytes", "file-hugetlb-rsvd-max_usage_in_bytes", Feature::Huge1G)
        .rw(zero, reset),
    v1("hugetlb.1GB.rsvd.failcnt", "file-hugetlb-rsvd-failcnt", Feature::Huge1G)
        .rw(zero, reset)
        .unit(Unit::Count),
    v2("hugetlb.1GB.rsvd.max", "file-hugetlb-rsvd-max", Feature::Huge1G)
        .rw(|s, g| read_max(s, g, 3), |s, r| write_limit(s, r, 3, "max")),
    v2("hugetlb.1GB.rsvd.current", "file-hugetlb-rsvd-current", Feature::Huge1G).r(zero),
    v1("hugetlb.1GB.numa_stat", "file-hugetlb-numa_stat", Feature::Huge1G)
        .r(stat_v1)
        .since(5, 18)
        .unit(Unit::Text),
    v2("hugetlb.1GB.numa_stat", "file-hugetlb-numa_stat", Feature::Huge1G)
        .r(stat)
        .since(5, 18)
        .unit(Unit::Text),
    v2("hugetlb.1GB.events", "file-hugetlb-events", Feature::Huge1G).r(events).unit(Unit::Count),
    v2("hugetlb.1GB.events.local", "file-hugetlb-events-local", Feature::Huge1G).r(events).unit(Unit::Count),
];

impl Rules for HugetlbRules {
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        if let Some(group) = state.group_mut(group) {
            group.states.hugetlb = Some(Hugetlb::default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

fn limit(state: &CgroupState, group: GroupId, which: usize) -> Option<u64> {
    state.group(group)?.states.hugetlb.as_ref()?.limits.get(which).copied().flatten()
}

/// A group that never had a limit shows the largest number of whole huge pages; the root its plain counter.
fn read_limit(state: &CgroupState, group: GroupId, which: usize) -> Result<String, Refusal> {
    let size = SIZES.get(which).copied().unwrap_or(1);
    let none = if state.is_machine_root(group) { MAX } else { MAX / size * size };
    Ok(format!("{}\n", limit(state, group, which).unwrap_or(none)))
}

fn read_max(state: &CgroupState, group: GroupId, which: usize) -> Result<String, Refusal> {
    Ok(limit(state, group, which).map_or_else(|| "max\n".to_owned(), |limit| format!("{limit}\n")))
}

/// hugetlb_cgroup_write(): whole huge pages, rounded down; not in the root.
fn write_limit(
    state: &mut CgroupState,
    request: &Request<'_>,
    which: usize,
    word: &str,
) -> Result<Vec<Effect>, Refusal> {
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EINVAL, "rule-hugetlb-root");
    }
    let text = request.stripped();
    let size = SIZES.get(which).copied().unwrap_or(1);
    let value = match parse::amount(text, state.machine.since(7, 0)) {
        _ if text == word => None,
        Some(value) => Some(value / size * size),
        None => {
            return Err(request.refusal(Errno::EINVAL, Rule::new("rule-memory-amount").with("word", word)));
        }
    };
    let own = state.group_mut(request.group).and_then(|group| group.states.hugetlb.as_mut());
    if let Some(slot) = own.and_then(|own| own.limits.get_mut(which)) {
        *slot = value;
    }
    DONE
}
