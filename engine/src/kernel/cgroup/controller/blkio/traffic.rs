//! What blkio and io count: bytes and requests by device. Documentation: admin-guide/cgroup-v1/blkio-controller.rst,
//! cgroup-v2.rst "IO"; block/blk-cgroup.c.

use super::edit;
use crate::kernel::cgroup::disk::Transfer;
use crate::kernel::cgroup::{CgroupState, GroupId};
use crate::plan::Refusal;
use std::collections::BTreeMap;

/// Bytes read and written, requests to read and to write.
pub(super) type Traffic = [u64; 4];

pub(super) fn total(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
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
/// synchronous. A group shows devices that it has been linked with. The root is from the start, but from 6.12 on
/// counting begins where the first limit is set.
pub(super) fn by_device(
    state: &CgroupState,
    group: GroupId,
    from: usize,
    recursive: bool,
) -> Result<String, Refusal> {
    let mut sums = traffic(state, group, recursive);
    for device in state
        .group(group)
        .and_then(|group| group.states.blkio.as_ref())
        .into_iter()
        .flat_map(|blkio| &blkio.linked)
    {
        sums.entry(*device).or_default();
    }
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
pub(super) fn read_stat(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let line = |((major, minor), [rbytes, wbytes, rios, wios]): ((u32, u32), Traffic)| {
        format!("{major}:{minor} rbytes={rbytes} wbytes={wbytes} rios={rios} wios={wios} dbytes=0 dios=0\n")
    };
    Ok(traffic(state, group, true).into_iter().map(line).collect())
}

/// blkg_lookup_create(): a group and those above it are linked with a device by the first request and by the first
/// setting for it.
pub(super) fn link(state: &mut CgroupState, group: GroupId, device: (u32, u32)) {
    for id in state.ancestry(group).collect::<Vec<_>>() {
        edit(state, id, |blkio| {
            blkio.linked.insert(device);
        });
    }
}

/// Counts what a task of the group has moved.
pub(in crate::kernel::cgroup) fn count(
    state: &mut CgroupState,
    group: GroupId,
    flow: Transfer,
    bytes: u64,
    requests: u64,
) {
    link(state, group, flow.device);
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
