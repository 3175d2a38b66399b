//! blkio (version 1) and io (version 2): limits on block devices. Documentation:
//! admin-guide/cgroup-v1/blkio-controller.rst, cgroup-v2.rst "IO"; block/blk-throttle.c.
//!
//! Limits and the table of files are here; who gets how much of a disk is in `disk`.

mod traffic;
mod weights;

use super::Rules;
use crate::host::Feature;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
pub(in super::super) use traffic::count;
use traffic::{Traffic, by_device, link, read_stat, total};
pub(in super::super) use weights::weight;
use weights::{Weights, read_weights, weights, write_bfq_usual, write_bfq_weights, write_iocost_weights};

/// Limits of one device: bytes a second read and written, operations a second read and written. `None` is no
/// limit.
pub(in super::super) type Limits = [Option<u64>; 4];

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Blkio {
    limits: BTreeMap<(u32, u32), Limits>,
    /// What this group's own tasks have moved.
    traffic: BTreeMap<(u32, u32), Traffic>,
    /// Devices that there is something about.
    linked: BTreeSet<(u32, u32)>,
    /// BFQ's weight, and by device.
    bfq: Weights,
    /// iocost's weight, and by device.
    iocost: Weights,
}

pub(super) struct BlkioRules;
pub(super) const RULES: BlkioRules = BlkioRules;

const NOTE: &str = "partial-file-blkio";

const fn v1(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "blkio", name, doc)
}

const ROWS: &[FileRow] = &[
    v1("blkio.reset_stats", "file-blkio-reset_stats").w(|_, request| request.unsigned().map(|_| Vec::new())),
    v1("blkio.throttle.read_bps_device", "file-blkio-throttle-read_bps_device")
        .rw(|s, g| read_throttle(s, g, 0), |s, r| write_throttle(s, r, 0))
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.throttle.write_bps_device", "file-blkio-throttle-write_bps_device")
        .rw(|s, g| read_throttle(s, g, 1), |s, r| write_throttle(s, r, 1))
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.throttle.read_iops_device", "file-blkio-throttle-read_iops_device")
        .rw(|s, g| read_throttle(s, g, 2), |s, r| write_throttle(s, r, 2))
        .unit(Unit::Count)
        .partial(NOTE),
    v1("blkio.throttle.write_iops_device", "file-blkio-throttle-write_iops_device")
        .rw(|s, g| read_throttle(s, g, 3), |s, r| write_throttle(s, r, 3))
        .unit(Unit::Count)
        .partial(NOTE),
    v1("blkio.throttle.io_service_bytes", "file-blkio-throttle-io_service_bytes")
        .measured()
        .r(|s, g| by_device(s, g, 0, false))
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.throttle.io_service_bytes_recursive", "file-blkio-throttle-io_service_bytes_recursive")
        .measured()
        .r(|s, g| by_device(s, g, 0, true))
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.throttle.io_serviced", "file-blkio-throttle-io_serviced")
        .measured()
        .r(|s, g| by_device(s, g, 2, false))
        .unit(Unit::Count)
        .partial(NOTE),
    v1("blkio.throttle.io_serviced_recursive", "file-blkio-throttle-io_serviced_recursive")
        .measured()
        .r(|s, g| by_device(s, g, 2, true))
        .unit(Unit::Count)
        .partial(NOTE),
    v1("blkio.bfq.weight", "file-blkio-bfq-weight")
        .rw(|s, g| Ok(format!("{}\n", weights(s, g, |io| &io.bfq).usual)), write_bfq_usual)
        .place(Place::NotOnRoot)
        .needs(Feature::Bfq)
        .unit(Unit::Weight)
        .partial(NOTE),
    v1("blkio.bfq.weight_device", "file-blkio-bfq-weight_device")
        .rw(|s, g| read_weights(s, g, |io| &io.bfq), write_bfq_weights)
        .place(Place::NotOnRoot)
        .needs(Feature::Bfq)
        .unit(Unit::Weight)
        .partial(NOTE),
    v1("blkio.bfq.io_service_bytes", "file-blkio-throttle-io_service_bytes")
        .measured()
        .r(total)
        .needs(Feature::Bfq)
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.bfq.io_service_bytes_recursive", "file-blkio-throttle-io_service_bytes_recursive")
        .measured()
        .r(total)
        .needs(Feature::Bfq)
        .unit(Unit::Bytes)
        .partial(NOTE),
    v1("blkio.bfq.io_serviced", "file-blkio-throttle-io_serviced")
        .measured()
        .r(total)
        .needs(Feature::Bfq)
        .unit(Unit::Count)
        .partial(NOTE),
    v1("blkio.bfq.io_serviced_recursive", "file-blkio-throttle-io_serviced_recursive")
        .measured()
        .r(total)
        .needs(Feature::Bfq)
        .unit(Unit::Count)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.bfq.weight", "file-io-bfq-weight")
        .rw(|s, g| read_weights(s, g, |io| &io.bfq), write_bfq_weights)
        .place(Place::NotOnRoot)
        .needs(Feature::Bfq)
        .unit(Unit::Weight)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.weight", "file-io-weight")
        .rw(|s, g| read_weights(s, g, |io| &io.iocost), write_iocost_weights)
        .place(Place::NotOnRoot)
        .needs(Feature::IoCost)
        .unit(Unit::Weight)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.cost.qos", "file-io-cost-qos")
        .rw(|_, _| Ok(String::new()), |s, r| device(s, r).map(|_| Vec::new()))
        .place(Place::OnlyOnRoot)
        .needs(Feature::IoCost)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.cost.model", "file-io-cost-model")
        .rw(|_, _| Ok(String::new()), |s, r| device(s, r).map(|_| Vec::new()))
        .place(Place::OnlyOnRoot)
        .needs(Feature::IoCost)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.max", "file-io-max")
        .rw(read_max, write_max)
        .place(Place::NotOnRoot)
        .partial(NOTE),
    FileRow::new(Version::V2, "io", "io.stat", "file-io-stat").measured().r(read_stat).partial(NOTE),
];

impl Rules for BlkioRules {
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        if let Some(group) = state.group_mut(group) {
            group.states.blkio = Some(Blkio::default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

/// The limits of a group for a device.
pub(in super::super) fn limits_of(state: &CgroupState, group: GroupId, device: (u32, u32)) -> Limits {
    limits(state, group).remove(&device).unwrap_or_default()
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Blkio)) {
    if let Some(blkio) = state.group_mut(group).and_then(|group| group.states.blkio.as_mut()) {
        change(blkio);
    }
}

fn limits(state: &CgroupState, group: GroupId) -> BTreeMap<(u32, u32), Limits> {
    state
        .group(group)
        .and_then(|group| group.states.blkio.as_ref())
        .map(|io| io.limits.clone())
        .unwrap_or_default()
}

fn set(state: &mut CgroupState, group: GroupId, device: (u32, u32), limits: Limits) {
    link(state, group, device);
    let blkio = state.group_mut(group).and_then(|group| group.states.blkio.as_mut());
    if let Some(blkio) = blkio {
        if limits.iter().all(Option::is_none) {
            blkio.limits.remove(&device);
        } else {
            blkio.limits.insert(device, limits);
        }
    }
}

/// blkg_conf_prep(): `MAJOR:MINOR`, a blank, the rest; the device has to be there.
fn device<'a>(state: &CgroupState, request: &'a Request<'_>) -> Result<((u32, u32), &'a str), Refusal> {
    let invalid = || request.refusal(Errno::EINVAL, Rule::new("rule-blkio-form"));
    let text = request.text.trim_start_matches(parse::is_space);
    let (major, rest) = parse::leading_decimal(text).ok_or_else(invalid)?;
    let (minor, rest) = rest.strip_prefix(':').and_then(parse::leading_decimal).ok_or_else(invalid)?;
    // The newline that ends the line is white space too, so `7:0` alone gets as far as the device: it is refused
    // below, where a number is missing.
    if !rest.starts_with(parse::is_space) {
        return Err(invalid());
    }
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let device = (number(major), number(minor));
    if !state.machine.block_devices.contains(&device) {
        let rule = Rule::new("rule-blkio-no-device").with("device", format!("{}:{}", device.0, device.1));
        return Err(request.refusal(Errno::ENODEV, rule));
    }
    Ok((device, rest.trim_start_matches(parse::is_space)))
}

fn read_throttle(state: &CgroupState, group: GroupId, which: usize) -> Result<String, Refusal> {
    let line = |((major, minor), limits): ((u32, u32), Limits)| {
        let limit = limits.get(which).copied().flatten()?;
        Some(format!("{major}:{minor} {limit}\n"))
    };
    Ok(limits(state, group).into_iter().filter_map(line).collect())
}

fn write_throttle(
    state: &mut CgroupState,
    request: &Request<'_>,
    which: usize,
) -> Result<Vec<Effect>, Refusal> {
    let (device, rest) = device(state, request)?;
    let Some((limit, _)) = parse::leading_decimal(rest) else {
        return request.refuse(Errno::EINVAL, "rule-blkio-form");
    };
    let mut all = limits(state, request.group).remove(&device).unwrap_or_default();
    if let Some(slot) = all.get_mut(which) {
        // 0 takes the limit away.
        *slot = Some(limit).filter(|limit| *limit != 0);
    }
    set(state, request.group, device, all);
    DONE
}

const KEYS: [&str; 4] = ["rbps", "wbps", "riops", "wiops"];

fn read_max(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let line = |((major, minor), limits): ((u32, u32), Limits)| {
        let word = |(key, limit): (&str, Option<u64>)| {
            format!(" {key}={}", limit.map_or_else(|| "max".to_owned(), |limit| limit.to_string()))
        };
        let words: String = KEYS.into_iter().zip(limits).map(word).collect();
        format!("{major}:{minor}{words}\n")
    };
    Ok(limits(state, group).into_iter().map(line).collect())
}

/// tg_set_limit().
fn write_max(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let (device, rest) = device(state, request)?;
    let mut all = limits(state, request.group).remove(&device).unwrap_or_default();
    for word in rest.split(parse::is_space).filter(|word| !word.is_empty()) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let value = match parse::leading_decimal(value) {
            Some((0, _)) => return request.refuse(Errno::ERANGE, "rule-io-max-zero"),
            Some((value, _)) => Some(value),
            None if value == "max" => None,
            None => return request.refuse(Errno::EINVAL, "rule-io-max-form"),
        };
        let slot = KEYS.iter().position(|known| *known == key).and_then(|at| Some((at, all.get_mut(at)?)));
        match slot {
            // A byte a second is less than the kernel takes.
            Some((at, slot)) if at > 1 || value != Some(1) => *slot = value,
            _ => return request.refuse(Errno::EINVAL, "rule-io-max-form"),
        }
    }
    set(state, request.group, device, all);
    DONE
}
