//! Memory: who pays for it, which limit is in the way. Documentation: admin-guide/cgroup-v1/memory.rst,
//! cgroup-v2.rst "Memory"; mm/memcontrol.c.
//!
//! Memory is charged to the group that a task is in when it touches it, and to all groups above. It stays charged
//! there when the task moves (but see `immigration`), and files stay charged when their writer ends. What is cached of a disk is given back
//! where a limit is in the way (`reclaim`); anonymous memory and files of a tmpfs stay, since there is no swap. Where
//! nothing is left to give back the kernel goes to the OOM killer (`oom`).

use super::controller::memory::{self, Event, Memory};
use super::{CgroupState, Controller, GroupId, Shared};
use crate::kernel::limits::{FILE_MAX, PAGE, TASK_SIZE, whole_pages};
use crate::kernel::shared::OrdMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// Memory of one group itself, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::kernel) struct Amounts {
    /// Anonymous memory of tasks.
    pub(in crate::kernel) anon: u64,
    /// Files of a tmpfs.
    pub(in crate::kernel) shmem: u64,
    /// What is cached of files on a disk.
    pub(in crate::kernel) file: u64,
}

impl Amounts {
    /// All together.
    pub(in crate::kernel) fn total(self) -> u64 {
        self.anon + self.shmem + self.file
    }

    /// What version 1 calls cache: all pages of files.
    pub(in crate::kernel) fn cache(self) -> u64 {
        self.shmem + self.file
    }

    pub(super) fn add(&mut self, other: Self) {
        self.anon += other.anon;
        self.shmem += other.shmem;
        self.file += other.file;
    }

    fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Anon => &mut self.anon,
            Kind::Shmem => &mut self.shmem,
            Kind::File => &mut self.file,
        }
    }
}

/// What memory is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::kernel) enum Kind {
    /// Memory of a task.
    Anon,
    /// A file of a tmpfs.
    Shmem,
    /// A file on a disk.
    File,
}

/// A charge that was cut off: what fitted is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Cut {
    /// By the limit of this group.
    Full(GroupId),
    /// A group is above its `memory.high`: the task has to wait for so many milliseconds.
    Throttled(u64),
}

/// A file by a number that is its own: that of its file system, and in it that of its inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(in crate::kernel) struct FileKey(u64);

impl FileKey {
    /// The file with this inode in this file system.
    pub(in crate::kernel) fn new(file_system: u32, inode: u32) -> Self {
        Self(u64::from(file_system) << 32 | u64::from(inode))
    }

    /// File system and inode.
    pub(in crate::kernel) fn parts(self) -> (u32, u32) {
        (u32::try_from(self.0 >> 32).unwrap_or(0), u32::try_from(self.0 & 0xffff_ffff).unwrap_or(0))
    }
}

/// What pages of a file are in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct FilePages {
    pub(super) kind: Kind,
    /// Bytes, by the group that they are charged to.
    pub(super) charges: BTreeMap<GroupId, u64>,
}

/// Files with pages in memory.
pub(super) type FileCharges = OrdMap<FileKey, Shared<FilePages>>;

/// SWAP_CLUSTER_MAX: so much at least is given back at a time.
pub(super) const RECLAIM_STEP: u64 = 32 * PAGE;

/// A bound on the steps of one charge; beyond it each is larger than on Linux.
const MOST_STEPS: u64 = 8192;

/// A file comes into memory in parts of this size at least.
const FILE_PART: u64 = 1 << 20;

impl CgroupState {
    /// Says how much anonymous memory a task has now, whatever the limits say. Bytes are rounded up to pages.
    pub fn set_memory(&mut self, pid: u32, bytes: u64) {
        let _ = self.touch(pid, bytes, false);
    }

    /// A task has touched so much anonymous memory in all. What is more than before is charged to the group that
    /// it is in, page by page as far as the limits let it; what is less is taken from there first.
    pub(in crate::kernel) fn touch(&mut self, pid: u32, bytes: u64, limited: bool) -> Result<(), Cut> {
        let bytes = whole_pages(bytes.min(TASK_SIZE));
        let Some(mut charges) = self.members.get(pid).map(|member| member.charges.clone()) else {
            return Ok(());
        };
        let here = self.effective_of(Controller::Memory, pid);
        let total: u64 = charges.values().sum();
        let mut result = Ok(());
        if let Some(here) = here.filter(|_| bytes > total) {
            let (fits, cut) = if limited {
                self.charge_limited(here, Kind::Anon, bytes - total)
            } else {
                self.charge(here, Kind::Anon, bytes - total);
                (bytes - total, None)
            };
            *charges.entry(here).or_insert(0) += fits;
            if let Some(cut) = cut {
                result = Err(cut);
            }
        }
        let mut less = total.saturating_sub(bytes);
        let others = charges.keys().copied().filter(|id| Some(*id) != here);
        for id in here.into_iter().chain(others).collect::<Vec<_>>() {
            let Some(charged) = charges.get_mut(&id) else { continue };
            let part = less.min(*charged);
            *charged -= part;
            less -= part;
            self.uncharge(id, Kind::Anon, part);
        }
        charges.retain(|_, charged| *charged > 0);
        if let Some(member) = self.members.get_mut(pid) {
            member.charges = charges;
        }
        result
    }

    /// A task brings so many more bytes of a file into memory: of a tmpfs by writing, of a disk by reading, too. Gives
    /// how many it was charged for.
    pub(in crate::kernel) fn add_pages(
        &mut self,
        pid: u32,
        file: FileKey,
        kind: Kind,
        bytes: u64,
    ) -> (u64, Option<Cut>) {
        let bytes = whole_pages(bytes.min(FILE_MAX));
        let Some(here) = self.effective_of(Controller::Memory, pid) else { return (bytes, None) };
        let mut done = 0;
        let mut cut = None;
        // The pages that were read or written last push out the file's own first ones.
        while done < bytes && cut.is_none() {
            let part = (bytes - done).min((bytes / 64).max(FILE_PART));
            let (fits, found) = self.charge_limited(here, kind, whole_pages(part));
            let mut pages = match self.files.get(&file) {
                Some(pages) => (**pages).clone(),
                None => FilePages { kind, charges: BTreeMap::new() },
            };
            *pages.charges.entry(here).or_insert(0) += fits;
            self.files.insert(file, Shared::from(pages));
            done += fits;
            cut = found;
        }
        (done, cut)
    }

    /// Bytes of a file that are in memory.
    pub(in crate::kernel) fn cached(&self, file: FileKey) -> u64 {
        self.files.get(&file).map_or(0, |pages| pages.charges.values().sum())
    }

    /// A file has gone, or has been emptied.
    pub(in crate::kernel) fn drop_file(&mut self, file: FileKey) {
        let Some(pages) = self.files.remove(&file) else { return };
        for (group, bytes) in &pages.charges {
            self.uncharge(*group, pages.kind, *bytes);
        }
    }

    /// Files that are charged to somebody.
    pub(in crate::kernel) fn charged_files(&self) -> impl Iterator<Item = FileKey> + '_ {
        self.files.keys().copied()
    }

    /// try_charge_memcg(): charges what the limits of a group and those above let in, and gives back what can be given
    /// back where one is in the way. Gives the bytes that are charged, and why it was not all.
    pub(super) fn charge_limited(&mut self, group: GroupId, kind: Kind, bytes: u64) -> (u64, Option<Cut>) {
        let step = whole_pages(bytes / MOST_STEPS);
        let mut done = 0;
        while done < bytes {
            let (fits, full) = self.room(group, bytes - done);
            let charged = self.below_high(group, fits);
            self.charge(group, kind, charged);
            done += charged;
            let cut = self.handle_over_high(group, charged).map(Cut::Throttled);
            match (cut, full) {
                (Some(cut), _) => return (done, Some(cut)),
                (None, Some(full)) if charged == fits => {
                    self.count_limit(full);
                    let wanted = (bytes - done).min(step.max(RECLAIM_STEP));
                    if self.reclaim(full, wanted.max(RECLAIM_STEP)) == 0 {
                        return (done, Some(Cut::Full(full)));
                    }
                }
                (None, _) => {}
            }
        }
        (done, None)
    }

    /// How many of these bytes the limits of a group and those above let in, in whole pages, and whose limit cuts
    /// the rest off: the nearest, as page_counter_try_charge() goes upwards. The machine's root is limited by the
    /// machine's memory.
    fn room(&self, group: GroupId, bytes: u64) -> (u64, Option<GroupId>) {
        let mut room = (bytes, None);
        for id in memory::limiting(self, group) {
            let Some(memory) = memory::settings(self, id) else { continue };
            let limit =
                if self.parent(id).is_none() { memory.max.min(self.machine.memory) } else { memory.max };
            let free = limit.saturating_sub(memory.usage) / PAGE * PAGE;
            if free < room.0 {
                room = (free, Some(id));
            }
        }
        room
    }

    fn charge(&mut self, group: GroupId, kind: Kind, bytes: u64) {
        if bytes == 0 {
            return;
        }
        memory::edit(self, group, |memory| *memory.own.of(kind) += bytes);
        for id in memory::limiting(self, group).collect::<Vec<_>>() {
            memory::edit(self, id, |memory| {
                memory.usage += bytes;
                memory.peak = memory.peak.max(memory.usage);
            });
        }
    }

    pub(super) fn uncharge(&mut self, group: GroupId, kind: Kind, bytes: u64) {
        if bytes == 0 {
            return;
        }
        memory::edit(self, group, |memory| {
            let own = memory.own.of(kind);
            *own = own.saturating_sub(bytes);
        });
        for id in memory::limiting(self, group).collect::<Vec<_>>() {
            memory::edit(self, id, |memory| memory.usage = memory.usage.saturating_sub(bytes));
        }
    }

    /// A group goes away or loses the controller: what is still charged to it is now its parent's.
    pub(super) fn reparent_charges(&mut self, group: GroupId) {
        let own = memory::settings(self, group).map(|memory| memory.own).unwrap_or_default();
        let parent = self.parent(group).and_then(|parent| self.effective(Controller::Memory, parent));
        if let Some(parent) = parent.filter(|_| own.total() > 0) {
            memory::edit(self, parent, |memory| memory.own.add(own));
            self.move_charges(group, parent);
        }
    }

    /// Renames a group in what tasks and files have been charged.
    pub(super) fn move_charges(&mut self, from: GroupId, to: GroupId) {
        let rename = |charges: &mut BTreeMap<GroupId, u64>| {
            if let Some(bytes) = charges.remove(&from) {
                *charges.entry(to).or_insert(0) += bytes;
            }
        };
        let members = self.members.iter().filter(|(_, member)| member.charges.contains_key(&from));
        for pid in members.map(|(pid, _)| pid).collect::<Vec<u32>>() {
            if let Some(member) = self.members.get_mut(pid) {
                rename(&mut member.charges);
            }
        }
        let files = self.files.iter().filter(|(_, pages)| pages.charges.contains_key(&from));
        for file in files.map(|(file, _)| *file).collect::<Vec<FileKey>>() {
            if let Some(pages) = self.files.get_mut(&file) {
                rename(&mut pages.charges);
            }
        }
    }

    /// What a group itself and what all below it have been charged.
    pub(super) fn amounts(&self, group: GroupId) -> (Amounts, Amounts) {
        let own = |id| memory::settings(self, id).map(|memory| memory.own).unwrap_or_default();
        let mut all = Amounts::default();
        for id in self.subtree(group) {
            all.add(own(id));
        }
        (own(group), all)
    }

    /// Anonymous memory that a task has, in bytes, whoever it is charged to.
    pub fn memory_of(&self, pid: u32) -> u64 {
        self.members.get(pid).map_or(0, |member| member.charges.values().sum())
    }

    /// All memory that tasks and files have been charged, in bytes.
    pub fn memory_used(&self) -> u64 {
        let tasks: u64 = self.members.values().flat_map(|member| member.charges.values()).sum();
        tasks + self.files.values().flat_map(|pages| pages.charges.values()).sum::<u64>()
    }

    /// mem_cgroup_get_max(): a group's own limit, at most the machine's memory.
    pub(in crate::kernel) fn memory_max(&self, group: GroupId) -> u64 {
        let max = memory::settings(self, group).map_or(u64::MAX, |memory| memory.max);
        max.min(self.machine.memory)
    }

    fn count_limit(&mut self, full: GroupId) {
        memory::edit(self, full, |memory| memory.failcnt += 1);
        self.count_event(full, Event::Max);
    }

    /// memcg_memory_event(): at the group, and in version 2 in all above it too.
    pub(super) fn count_event(&mut self, group: GroupId, event: Event) {
        memory::edit(self, group, |memory| memory.local_events.add(event));
        for id in self.ancestry(group).collect::<Vec<_>>() {
            memory::edit(self, id, |memory: &mut Memory| memory.events.add(event));
        }
    }
}
