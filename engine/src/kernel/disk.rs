//! Transfers to and from a disk over simulated time.

use super::cgroup::disk::{Flows, Transfer};
use super::programs::{Behaviour, Ends};
use super::task_table::Fact;
use super::{Kernel, Task};
use std::collections::BTreeMap;

/// Bytes a second that the model's disk reads and writes: an order of magnitude of 2026.
const DISK_RATE: u64 = 200_000_000;

/// A task's transfer, and the bytes that it has still to move.
pub(super) fn transfer(task: &Task) -> Option<(Transfer, u64)> {
    let work = task.work.as_ref()?;
    match (&work.behaviour, work.ends) {
        (Behaviour::Copy(copy), Ends::AfterTransfer(left)) => Some((copy.transfer?, left)),
        _ => None,
    }
}

impl Kernel {
    /// Bytes a second of each task that moves data without the cache between.
    pub(crate) fn disk_rates(&self) -> BTreeMap<u32, u64> {
        let under_way = self.tasks.with(Fact::Transfers).filter(|task| !self.is_held_up(task));
        let flows: Flows = under_way.filter_map(|task| Some((task.pid, transfer(task)?.0))).collect();
        if flows.is_empty() { BTreeMap::new() } else { self.cgroups.disk_rates(DISK_RATE, &flows) }
    }

    /// When the first of them is through.
    pub(crate) fn next_transfer_end(&self, rates: &BTreeMap<u32, u64>) -> Option<u64> {
        let end = |(pid, rate): (&u32, &u64)| {
            let (_, left) = transfer(self.task(*pid)?)?;
            let ms = u128::from(left) * 1000;
            let ms = u64::try_from(ms.div_ceil(u128::from(*rate))).unwrap_or(u64::MAX);
            Some(self.now_ms.saturating_add(ms))
        };
        rates.iter().filter(|(_, rate)| **rate > 0).filter_map(end).min()
    }

    /// Time passes: data moves, and is counted.
    pub(crate) fn move_data(&mut self, ms: u64, rates: &BTreeMap<u32, u64>) {
        for (pid, rate) in rates {
            let Some((flow, left)) = self.task(*pid).and_then(transfer) else { continue };
            let moved = u128::from(*rate) * u128::from(ms) / 1000;
            let rest = left - u64::try_from(moved).unwrap_or(u64::MAX).min(left);
            let requests = left.div_ceil(flow.block) - rest.div_ceil(flow.block);
            self.cgroups.count_transfer(*pid, flow, left - rest, requests);
            if let Some(mut task) = self.task_mut(*pid)
                && let Some(work) = task.work.as_mut()
            {
                work.ends = Ends::AfterTransfer(rest);
            }
        }
    }
}
