//! blkio (version 1) and io (version 2): limits on block devices. Documentation:
//! admin-guide/cgroup-v1/blkio-controller.rst, cgroup-v2.rst "IO"; block/blk-throttle.c.
//!
//! The settings and files are here; who gets how much of a disk is in `disk`.

use super::Rules;
use crate::host::Feature;
use crate::kernel::cgroup::disk::Transfer;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeMap;

/// Limits of one device: bytes a second read and written, operations a second read and written. `None` is no
/// limit.
pub(in super::super) type Limits = [Option<u64>; 4];

/// Bytes read and written, requests to read and to write.
type Traffic = [u64; 4];

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Blkio {
    limits: BTreeMap<(u32, u32), Limits>,
    /// What this group's own tasks have moved.
    traffic: BTreeMap<(u32, u32), Traffic>,
    /// BFQ's weight, and by device.
    bfq: Weights,
    /// iocost's weight, and by device.
    iocost: Weights,
}

/// A weight for all devices, and for single ones.
#[derive(Clone, Debug, Serialize)]
struct Weights {
    usual: u64,
    by_device: BTreeMap<(u32, u32), u64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self { usual: 100, by_device: BTreeMap::new() }
    }
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

fn total(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok("Total 0\n".to_owned())
}

/// What a group's own tasks have moved, or those below it, too.
fn traffic(state: &CgroupState, group: GroupId, recursive: bool) -> BTreeMap<(u32, u32), Traffic> {
    let groups = if recursive { state.subtree(group) } else { vec![group] };
    let mut sums: BTreeMap<(u32, u32), Traffic> = BTreeMap::new();
    for blkio in groups.into_iter().filter_map(|id| state.group(id)?.states.blkio.as_ref()) {
        for (device, traffic) in &blkio.traffic {
            let sum = sums.entry(*device).or_default();
            sum.iter_mut().zip(traffic).for_each(|(sum, more)| *sum += more);
        }
    }
    sums
}

/// Bytes (from 0 on) or requests (from 2 on) by device and kind. All that is counted here goes past the cache, so it is
/// synchronous. The root shows all devices; from 6.12 on those without traffic are left out.
fn by_device(state: &CgroupState, group: GroupId, from: usize, recursive: bool) -> Result<String, Refusal> {
    let mut sums = traffic(state, group, recursive);
    if state.is_machine_root(group) && !state.machine.since(6, 12) {
        for device in &state.machine.block_devices {
            sums.entry(*device).or_default();
        }
    }
    let (mut text, mut total) = (String::new(), 0);
    for ((major, minor), traffic) in sums.iter().rev() {
        let [read, write] = [from, from + 1].map(|at| traffic.get(at).copied().unwrap_or(0));
        let sum = read + write;
        let kinds =
            [("Read", read), ("Write", write), ("Sync", sum), ("Async", 0), ("Discard", 0), ("Total", sum)];
        for (kind, count) in kinds {
            text.push_str(&format!("{major}:{minor} {kind} {count}\n"));
        }
        total += sum;
    }
    Ok(text + &format!("Total {total}\n"))
}

/// io.stat: devices with traffic, of a group and those below.
fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let line = |((major, minor), [rbytes, wbytes, rios, wios]): ((u32, u32), Traffic)| {
        format!("{major}:{minor} rbytes={rbytes} wbytes={wbytes} rios={rios} wios={wios} dbytes=0 dios=0\n")
    };
    Ok(traffic(state, group, true).into_iter().map(line).collect())
}

/// The weight that BFQ gives a group.
pub(in super::super) fn weight(state: &CgroupState, group: GroupId) -> u64 {
    weights(state, group, |io| &io.bfq).usual
}

/// The limits of a group for a device.
pub(in super::super) fn limits_of(state: &CgroupState, group: GroupId, device: (u32, u32)) -> Limits {
    limits(state, group).remove(&device).unwrap_or_default()
}

/// Counts what a task of the group has moved.
pub(in super::super) fn count(
    state: &mut CgroupState,
    group: GroupId,
    flow: Transfer,
    bytes: u64,
    requests: u64,
) {
    let (moved, made) = if flow.write { (1, 3) } else { (0, 2) };
    edit(state, group, |blkio| {
        let traffic = blkio.traffic.entry(flow.device).or_default();
        for (at, more) in [(moved, bytes), (made, requests)] {
            if let Some(count) = traffic.get_mut(at) {
                *count += more;
            }
        }
    });
}

type Pick = fn(&Blkio) -> &Weights;
type PickMut = fn(&mut Blkio) -> &mut Weights;

fn weights(state: &CgroupState, group: GroupId, pick: Pick) -> Weights {
    let blkio = state.group(group).and_then(|group| group.states.blkio.as_ref());
    blkio.map(pick).cloned().unwrap_or_default()
}

fn read_weights(state: &CgroupState, group: GroupId, pick: Pick) -> Result<String, Refusal> {
    let own = weights(state, group, pick);
    let line = |((major, minor), weight): (&(u32, u32), &u64)| format!("{major}:{minor} {weight}\n");
    Ok(format!("default {}\n", own.usual) + &own.by_device.iter().map(line).collect::<String>())
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Blkio)) {
    if let Some(blkio) = state.group_mut(group).and_then(|group| group.states.blkio.as_mut()) {
        change(blkio);
    }
}

fn checked(request: &Request<'_>, weight: u64, most: u64) -> Result<u64, Refusal> {
    if (1..=most).contains(&weight) {
        return Ok(weight);
    }
    Err(request.refusal(Errno::ERANGE, Rule::new("rule-blkio-weight").with("most", most)))
}

/// bfq_io_set_weight_legacy().
fn write_bfq_usual(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let weight = checked(request, request.unsigned()?, 1000)?;
    edit(state, request.group, |blkio| blkio.bfq.usual = weight);
    DONE
}

/// `WEIGHT`, in any base, or `default WEIGHT`, where what follows the number does not matter; all else is about a
/// device. bfq_io_set_weight().
fn write_bfq_weights(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let text = request.stripped();
    let usual = match parse::leading_number(text) {
        (weight, "") => Some(weight),
        _ => after_default(text),
    };
    match usual {
        Some(weight) => set_usual(state, request, weight, 1000, |io| &mut io.bfq),
        None => write_device_weight(state, request, 1000, |io| &mut io.bfq),
    }
}

/// `WEIGHT` or `default WEIGHT` where there is no colon, else a device's; ioc_weight_write().
fn write_iocost_weights(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let text = request.stripped();
    if text.contains(':') {
        return write_device_weight(state, request, 10_000, |io| &mut io.iocost);
    }
    let number = after_default(text).or_else(|| parse::leading_decimal(text).map(|(weight, _)| weight));
    match number {
        Some(weight) => set_usual(state, request, weight, 10_000, |io| &mut io.iocost),
        None => request.refuse(Errno::EINVAL, "rule-blkio-form"),
    }
}

/// sscanf("default %llu").
fn after_default(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("default")?.trim_start_matches(parse::is_space);
    parse::leading_decimal(rest).map(|(weight, _)| weight)
}

fn set_usual(
    state: &mut CgroupState,
    request: &Request<'_>,
    weight: u64,
    most: u64,
    pick: PickMut,
) -> Result<Vec<Effect>, Refusal> {
    let weight = checked(request, weight, most)?;
    edit(state, request.group, |blkio| pick(blkio).usual = weight);
    DONE
}

/// `MAJOR:MINOR WEIGHT`, where `default` takes a device's own weight away.
fn write_device_weight(
    state: &mut CgroupState,
    request: &Request<'_>,
    most: u64,
    pick: PickMut,
) -> Result<Vec<Effect>, Refusal> {
    let (device, rest) = device(state, request)?;
    let weight = match parse::leading_decimal(rest) {
        Some((weight, _)) => Some(checked(request, weight, most)?),
        None if parse::strip(rest) == "default" => None,
        None => return request.refuse(Errno::EINVAL, "rule-blkio-form"),
    };
    edit(state, request.group, |blkio| {
        let own = pick(blkio);
        match weight {
            Some(weight) => own.by_device.insert(device, weight),
            None => own.by_device.remove(&device),
        };
    });
    DONE
}

fn limits(state: &CgroupState, group: GroupId) -> BTreeMap<(u32, u32), Limits> {
    state
        .group(group)
        .and_then(|group| group.states.blkio.as_ref())
        .map(|io| io.limits.clone())
        .unwrap_or_default()
}

fn set(state: &mut CgroupState, group: GroupId, device: (u32, u32), limits: Limits) {
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
