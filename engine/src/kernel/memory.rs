//! Tasks touch memory, files come into it, and limits are in the way (mm/memcontrol.c).

use super::Kernel;
use super::cgroup::GroupId;
use super::cgroup::charging::{Cut, FileKey, Kind};
use super::fs::Node;
use super::fs::ramfs::{Content, InodeId, TreeId};
use super::limits::whole_pages;
use crate::plan::{Signal, WaitStatus};

impl Kernel {
    /// A task touches the memory that its program asks for, unless a limit is in the way: then somebody is
    /// killed, perhaps the task itself, or it waits.
    pub(crate) fn touch_memory(&mut self, pid: u32) {
        self.throttled.remove(&pid);
        while self.is_alive(pid) {
            let Some(demand) = self.task(pid).and_then(|task| task.demand) else { return };
            let touched = self.cgroups.touch(pid, demand.memory, true);
            self.print_dots(pid);
            match touched {
                Ok(()) => return self.cgroups.wait_for_memory(pid, None),
                Err(Cut::Throttled(ms)) => {
                    self.throttled.insert(pid, self.now_ms.saturating_add(ms));
                    return self.cgroups.wait_for_memory(pid, None);
                }
                Err(Cut::Full(group)) if self.cgroups.is_oom_kill_disabled(group) => {
                    return self.cgroups.wait_for_memory(pid, Some(group));
                }
                Err(Cut::Full(group)) if self.kill_for_memory(group) => {}
                // Nobody may be killed, and the task neither: its fault is tried again for ever.
                Err(Cut::Full(group)) if self.is_oom_exempt(pid) => {
                    return self.cgroups.wait_for_memory(pid, Some(group));
                }
                // Without anybody to kill the task could not go on: on Linux its fault fails and it is killed.
                Err(Cut::Full(_)) => self.end(pid, WaitStatus::Signaled(Signal::KILL)),
            }
        }
    }

    /// Somebody gave memory back, or a limit was raised: those that wait for memory try again.
    pub(crate) fn retry_memory(&mut self) {
        for pid in self.cgroups.waiting_for_memory() {
            self.touch_memory(pid);
        }
    }

    /// Tasks that were stopped above `memory.high` go on when their wait is over.
    pub(crate) fn end_throttles(&mut self) {
        let over = self.throttled.iter().filter(|(_, until)| **until <= self.now_ms);
        for pid in over.map(|(pid, _)| *pid).collect::<Vec<u32>>() {
            self.touch_memory(pid);
        }
    }

    /// When the first of them goes on.
    pub(crate) fn next_throttle_end(&self) -> Option<u64> {
        self.throttled.values().copied().min()
    }

    /// Tasks that wait for memory: above `memory.high`, or for room.
    pub(crate) fn short_of_memory(&self) -> Vec<u32> {
        let waiting = self.throttled.keys().copied().chain(self.cgroups.waiting_for_memory());
        waiting.filter(|pid| self.is_alive(*pid) && self.cgroups.is_frozen(*pid).is_none()).collect()
    }

    /// True while a task waits because a group is above its `memory.high`.
    pub(crate) fn is_throttled(&self, pid: u32) -> bool {
        self.throttled.contains_key(&pid)
    }

    /// `memory.max` was lowered: tasks are killed until it holds, or until none is left that has memory.
    pub(crate) fn enforce_limit(&mut self, group: GroupId) {
        while self.cgroups.is_over_limit(group) && self.kill_for_memory(group) {}
    }

    /// A task adds bytes to a file. Gives how many of them there was memory for.
    pub(crate) fn grow_file(&mut self, pid: u32, node: &Node, bytes: u64) -> u64 {
        let Some((key, kind, size)) = self.pages_of(node) else { return bytes };
        let wanted = whole_pages(size.saturating_add(bytes));
        let there = if kind == Kind::Shmem { self.cgroups.cached(key) } else { whole_pages(size) };
        self.bring_in(pid, key, kind, wanted.saturating_sub(there)).min(bytes)
    }

    /// A task reads a file of a disk from its start: what is not cached comes into memory.
    pub(crate) fn cache_file(&mut self, pid: u32, node: &Node, bytes: u64) {
        if let Some((key, Kind::File, size)) = self.pages_of(node) {
            let wanted = whole_pages(bytes.min(size));
            self.bring_in(pid, key, Kind::File, wanted.saturating_sub(self.cgroups.cached(key)));
        }
    }

    /// The device of the disk that a file is on.
    pub(crate) fn disk_of(&self, node: &Node) -> Option<(u32, u32)> {
        let (tree, _) = self.content_inode(node)?;
        self.trees.get(&tree)?.disk
    }

    /// The size of a file that a workload has written.
    pub(crate) fn opaque_size(&self, node: &Node) -> Option<u64> {
        let (tree, id) = self.content_inode(node)?;
        match self.trees.get(&tree)?.get(id)?.content {
            Content::Opaque(size) => Some(size),
            _ => None,
        }
    }

    /// A regular file of which the size is known: its key, what its pages are, and its size.
    fn pages_of(&self, node: &Node) -> Option<(FileKey, Kind, u64)> {
        let (tree, id) = self.content_inode(node)?;
        let ram = self.trees.get(&tree)?;
        let size = match &ram.get(id)?.content {
            Content::Text(text) => text.len() as u64,
            Content::Opaque(size) => *size,
            _ => return None,
        };
        let kind = if ram.disk.is_some() { Kind::File } else { Kind::Shmem };
        Some((FileKey::new(tree.0, id.0), kind, size))
    }

    /// Charges a task for pages of a file; gives the bytes that there was memory for.
    fn bring_in(&mut self, pid: u32, key: FileKey, kind: Kind, bytes: u64) -> u64 {
        let mut done = 0;
        while done < bytes {
            let (more, cut) = self.cgroups.add_pages(pid, key, kind, bytes - done);
            done += more;
            // A program reads and writes at its end, so being slowed down comes too late for it.
            let Some(Cut::Full(group)) = cut else { continue };
            if self.cgroups.is_oom_kill_disabled(group) || !self.kill_for_memory(group) {
                self.end(pid, WaitStatus::Signaled(Signal::KILL));
            }
            if !self.is_alive(pid) {
                return done;
            }
        }
        done
    }

    /// Files that are gone or have been emptied are charged to nobody any more.
    pub(crate) fn forget_files(&mut self) {
        let is_gone = |key: &FileKey| {
            let (tree, inode) = key.parts();
            let inode = self.trees.get(&TreeId(tree)).and_then(|ram| ram.get(InodeId(inode)));
            !matches!(inode.map(|inode| &inode.content), Some(Content::Opaque(_)))
        };
        let gone: Vec<FileKey> = self.cgroups.charged_files().filter(is_gone).collect();
        for key in gone {
            self.cgroups.drop_file(key);
        }
    }

    /// Memory in use, in bytes: what tasks have touched and what is in files that workloads have written.
    pub fn memory_used(&self) -> u64 {
        self.cgroups.memory_used()
    }
}
