//! Weights of blkio and io: BFQ's and iocost's. Documentation: cgroup-v2.rst "IO", block/bfq-iosched.rst;
//! block/bfq-cgroup.c, block/blk-iocost.c.

use super::traffic::link;
use super::{Blkio, device, edit};
use crate::kernel::cgroup::file::{DONE, Request};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeMap;

/// A weight for all devices, and for single ones.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Weights {
    pub(super) usual: u64,
    by_device: BTreeMap<(u32, u32), u64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self { usual: 100, by_device: BTreeMap::new() }
    }
}

/// The weight that BFQ gives a group.
pub(in crate::kernel::cgroup) fn weight(state: &CgroupState, group: GroupId) -> u64 {
    weights(state, group, |io| &io.bfq).usual
}

type Pick = fn(&Blkio) -> &Weights;
type PickMut = fn(&mut Blkio) -> &mut Weights;

pub(super) fn weights(state: &CgroupState, group: GroupId, pick: Pick) -> Weights {
    let blkio = state.group(group).and_then(|group| group.states.blkio.as_ref());
    blkio.map(pick).cloned().unwrap_or_default()
}

pub(super) fn read_weights(state: &CgroupState, group: GroupId, pick: Pick) -> Result<String, Refusal> {
    let own = weights(state, group, pick);
    let line = |((major, minor), weight): (&(u32, u32), &u64)| format!("{major}:{minor} {weight}\n");
    Ok(format!("default {}\n", own.usual) + &own.by_device.iter().map(line).collect::<String>())
}

fn checked(request: &Request<'_>, weight: u64, most: u64) -> Result<u64, Refusal> {
    if (1..=most).contains(&weight) {
        return Ok(weight);
    }
    Err(request.refusal(Errno::ERANGE, Rule::new("rule-blkio-weight").with("most", most)))
}

/// bfq_io_set_weight_legacy().
pub(super) fn write_bfq_usual(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let weight = checked(request, request.unsigned()?, 1000)?;
    edit(state, request.group, |blkio| blkio.bfq.usual = weight);
    DONE
}

/// `WEIGHT`, in any base, or `default WEIGHT`, where what follows the number does not matter; all else is about a
/// device. bfq_io_set_weight().
pub(super) fn write_bfq_weights(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
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
pub(super) fn write_iocost_weights(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
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
    link(state, request.group, device);
    edit(state, request.group, |blkio| {
        let own = pick(blkio);
        match weight {
            Some(weight) => own.by_device.insert(device, weight),
            None => own.by_device.remove(&device),
        };
    });
    DONE
}
