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

/// Whose weights: BFQ's end at 1000 and others are ERANGE, iocost's at 10000, EINVAL.
#[derive(Clone, Copy)]
struct Bounds {
    most: u64,
    errno: Errno,
}

const BFQ: Bounds = Bounds { most: 1000, errno: Errno::ERANGE };
const IOCOST: Bounds = Bounds { most: 10_000, errno: Errno::EINVAL };

fn checked(request: &Request<'_>, weight: u64, bounds: Bounds) -> Result<u64, Refusal> {
    if (1..=bounds.most).contains(&weight) {
        return Ok(weight);
    }
    Err(request.refusal(bounds.errno, Rule::new("rule-blkio-weight").with("most", bounds.most)))
}

/// bfq_io_set_weight_legacy().
pub(super) fn write_bfq_usual(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let weight = checked(request, request.unsigned()?, BFQ)?;
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
        Some(weight) => set_usual(state, request, weight, BFQ, |io| &mut io.bfq),
        None => write_device_weight(state, request, BFQ, |io| &mut io.bfq),
    }
}

/// `WEIGHT` or `default WEIGHT` where there is no colon, else a device's; ioc_weight_write() reads with `%u`, which
/// drops what does not fit into 32 bits.
pub(super) fn write_iocost_weights(
    state: &mut CgroupState,
    request: &Request<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let text = request.stripped();
    if text.contains(':') {
        return write_device_weight(state, request, IOCOST, |io| &mut io.iocost);
    }
    let number = after_default(text).or_else(|| parse::leading_decimal(text).map(|(weight, _)| weight));
    match number {
        Some(weight) => set_usual(state, request, weight & u64::from(u32::MAX), IOCOST, |io| &mut io.iocost),
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
    bounds: Bounds,
    pick: PickMut,
) -> Result<Vec<Effect>, Refusal> {
    let weight = checked(request, weight, bounds)?;
    edit(state, request.group, |blkio| pick(blkio).usual = weight);
    DONE
}

/// `MAJOR:MINOR WEIGHT`, where `default` takes a device's own weight away.
fn write_device_weight(
    state: &mut CgroupState,
    request: &Request<'_>,
    bounds: Bounds,
    pick: PickMut,
) -> Result<Vec<Effect>, Refusal> {
    let (device, rest) = device(state, request)?;
    let weight = match parse::leading_decimal(rest) {
        Some((weight, _)) => Some(checked(request, weight, bounds)?),
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
