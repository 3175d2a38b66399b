//! Giving memory back: what is cached of a disk goes where a limit is in the way. Documentation: cgroup-v2.rst, "Memory
//! Interface Files"; mm/vmscan.c, shrink_node_memcgs(); mm/memcontrol.c, mem_cgroup_handle_over_high().
//!
//! Groups give in proportion to what they have above their protection, as Linux scans each list in proportion to its
//! length. Which page of a file goes does not matter here. Pages that have to be written to the disk first go as fast
//! as others.

use super::charging::{FileKey, Kind, RECLAIM_STEP};
use super::controller::memory::{self, Event, Memory};
use super::{CgroupState, GroupId};
use crate::kernel::limits::PAGE;

/// MEMCG_CHARGE_BATCH: a task above `memory.high` is stopped after so much.
const BATCH: u64 = 64 * PAGE;

/// MAX_RECLAIM_RETRIES: above `memory.high`, tried in vain.
const RETRIES: u32 = 16;

/// MEMCG_DELAY_PRECISION_SHIFT and MEMCG_DELAY_SCALING_SHIFT: the wait grows with the square of the excess.
const PRECISION_SHIFT: u32 = 20;
const SCALING_SHIFT: u32 = 14;

/// MEMCG_MAX_HIGH_DELAY_JIFFIES, and the shortest wait that is worth it (a hundredth of a second).
const LONGEST_MS: u64 = 2000;
const SHORTEST_MS: u64 = 10;

/// Which protection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// `memory.min` and `memory.low`.
    Gentle,
    /// `memory.min` only: nothing else was left.
    Hard,
}

impl CgroupState {
    /// try_to_free_mem_cgroup_pages(): takes cached files from a group and those below. Gives the bytes that became
    /// free; `memory.low` holds as long as there is something else.
    pub(super) fn reclaim(&mut self, root: GroupId, wanted: u64) -> u64 {
        let freed = self.reclaim_pass(root, wanted, Pass::Gentle);
        if freed > 0 {
            return freed;
        }
        for group in self.subtree(root) {
            let own = memory::settings(self, group).map_or(0, |memory| memory.own.file);
            if own > 0 && self.spare(root, group, Pass::Hard) > 0 {
                self.count_event(group, Event::Low);
            }
        }
        self.reclaim_pass(root, wanted, Pass::Hard)
    }

    fn reclaim_pass(&mut self, root: GroupId, wanted: u64, pass: Pass) -> u64 {
        let groups = self.subtree(root).into_iter().map(|group| (group, self.spare(root, group, pass)));
        let groups: Vec<(GroupId, u64)> = groups.filter(|(_, spare)| *spare > 0).collect();
        let all: u64 = groups.iter().map(|(_, spare)| spare).sum();
        let mut freed = 0;
        for (group, spare) in groups {
            let part = u128::from(wanted) * u128::from(spare) / u128::from(all.max(1));
            let part = u64::try_from(part).unwrap_or(spare).div_ceil(PAGE).max(1) * PAGE;
            freed += self.evict(group, part.min(spare));
        }
        freed
    }

    /// What a group could give back without going below its protection.
    fn spare(&self, root: GroupId, group: GroupId, pass: Pass) -> u64 {
        let Some(memory) = memory::settings(self, group) else { return 0 };
        let min = self.protection(root, group, |memory| memory.min);
        let protection = match pass {
            Pass::Gentle => min.max(self.protection(root, group, |memory| memory.low)),
            Pass::Hard => min,
        };
        memory.own.file.min(memory.usage.saturating_sub(protection)) / PAGE * PAGE
    }

    /// effective_protection(): what a group's `memory.min` or `memory.low` comes to when memory is taken from `root`.
    /// A group protects nothing from its own limit, and what its parent has is divided among siblings that ask for more.
    fn protection(&self, root: GroupId, group: GroupId, get: fn(&Memory) -> u64) -> u64 {
        let Some(parent) = self.parent(group).filter(|_| group != root) else { return 0 };
        let asked = |id: GroupId| memory::settings(self, id).map_or(0, get);
        if parent == root {
            return asked(group);
        }
        let protected =
            |id: GroupId| asked(id).min(memory::settings(self, id).map_or(0, |memory| memory.usage));
        let above = self.protection(root, parent, get);
        let siblings: u64 = self.children(parent).map(|(_, id)| protected(id)).sum();
        if siblings <= above {
            return protected(group);
        }
        let part = u128::from(protected(group)) * u128::from(above) / u128::from(siblings);
        u64::try_from(part).unwrap_or(above)
    }

    /// Takes so many bytes of cached files from a group; those of the oldest file first.
    fn evict(&mut self, group: GroupId, bytes: u64) -> u64 {
        let cached = self.files.iter().filter(|(_, pages)| pages.kind == Kind::File);
        let here = cached.filter_map(|(file, pages)| Some((*file, *pages.charges.get(&group)?)));
        let mut left = bytes;
        for (file, charged) in here.collect::<Vec<(FileKey, u64)>>() {
            let part = charged.min(left);
            left -= part;
            if let Some(pages) = self.files.get_mut(&file) {
                match charged - part {
                    0 => pages.charges.remove(&group),
                    rest => pages.charges.insert(group, rest),
                };
            }
            self.uncharge(group, Kind::File, part);
            if left == 0 {
                break;
            }
        }
        bytes - left
    }

    /// Takes memory back until a group has no more than `most`, as far as that can be done.
    pub(super) fn reclaim_down_to(&mut self, group: GroupId, most: u64) {
        let usage = |state: &Self| memory::settings(state, group).map_or(0, |memory| memory.usage);
        while usage(self) > most && self.reclaim(group, (usage(self) - most).max(PAGE)) > 0 {}
    }

    /// Takes so many bytes back: false where there is less.
    pub(super) fn reclaim_all_of(&mut self, group: GroupId, wanted: u64) -> bool {
        let mut freed = 0;
        while freed < wanted {
            match self.reclaim(group, wanted - freed) {
                0 => return false,
                more => freed += more,
            }
        }
        true
    }

    /// How much of a charge goes in at once: up to `memory.high`, and above it a batch.
    pub(super) fn below_high(&self, group: GroupId, bytes: u64) -> u64 {
        let room = |memory: &Memory| memory.high.saturating_sub(memory.usage) / PAGE * PAGE;
        let groups = memory::limiting(self, group).filter_map(|id| memory::settings(self, id));
        let least = groups.map(room).min().unwrap_or(u64::MAX);
        // A batch that goes over it is what Linux notices it by.
        bytes.min(least.max(BATCH))
    }

    /// Groups above their `memory.high` give memory back; where that is not enough, the task has to wait. Gives for how
    /// many milliseconds.
    pub(super) fn handle_over_high(&mut self, group: GroupId, bytes: u64) -> Option<u64> {
        let mut wait = self.reclaim_high(group, bytes.min(BATCH));
        for _ in 0..RETRIES {
            if wait.is_none() {
                break;
            }
            wait = self.reclaim_high(group, RECLAIM_STEP);
        }
        wait
    }

    /// reclaim_high() and calculate_high_delay().
    fn reclaim_high(&mut self, group: GroupId, bytes: u64) -> Option<u64> {
        let over =
            |state: &Self, id| memory::settings(state, id).is_some_and(|memory| memory.usage > memory.high);
        let above: Vec<GroupId> = memory::limiting(self, group).filter(|id| over(self, *id)).collect();
        for id in &above {
            self.count_event(*id, Event::High);
            self.reclaim(*id, bytes);
        }
        let excess = |id: &GroupId| {
            let memory = memory::settings(self, *id)?;
            let pages = u128::from(memory.usage.saturating_sub(memory.high) / PAGE);
            Some((pages << PRECISION_SHIFT) / u128::from(memory.high / PAGE).max(1))
        };
        let worst = above.iter().filter_map(excess).max().unwrap_or(0);
        let milliseconds =
            worst.saturating_mul(worst).saturating_mul(1000) >> PRECISION_SHIFT >> SCALING_SHIFT;
        let wait = u64::try_from(milliseconds).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        (wait > SHORTEST_MS).then_some(wait)
    }
}
