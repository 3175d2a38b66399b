//! Tasks touch memory, limits are in the way, and the OOM killer chooses (mm/oom_kill.c, mm/memcontrol.c).

use super::Kernel;
use super::cgroup::GroupId;
use super::cgroup::charging::FileKey;
use super::fs::Node;
use super::fs::ramfs::{Content, InodeId, TreeId};
use crate::plan::{Signal, WaitStatus};

impl Kernel {
    /// A task touches the memory that its program asks for, unless a limit is in the way: then somebody is
    /// killed, perhaps the task itself, or it waits.
    pub(crate) fn touch_memory(&mut self, pid: u32) {
        while self.is_alive(pid) {
            let Some(demand) = self.task(pid).and_then(|task| task.demand) else { return };
            let touched = self.cgroups.touch(pid, demand.memory, true);
            self.print_dots(pid);
            match touched {
                Ok(()) => return self.cgroups.wait_for_memory(pid, None),
                Err(full) if self.cgroups.is_oom_kill_disabled(full.group) => {
                    return self.cgroups.wait_for_memory(pid, Some(full.group));
                }
                // Without anybody to kill the task could not go on: on Linux its fault fails and it is killed.
                Err(full) => {
                    if !self.kill_for_memory(full.group) {
                        self.end(pid, WaitStatus::Signaled(Signal::KILL));
                    }
                }
            }
        }
    }

    /// Somebody gave memory back, or a limit was raised: those that wait for memory try again.
    pub(crate) fn retry_memory(&mut self) {
        for pid in self.cgroups.waiting_for_memory() {
            self.touch_memory(pid);
        }
    }

    /// `memory.max` was lowered: tasks are killed until it holds, or until none is left that has memory.
    pub(crate) fn enforce_limit(&mut self, group: GroupId) {
        while self.cgroups.is_over_limit(group) && self.kill_for_memory(group) {}
    }

    /// Calls the OOM killer for a group: false where it finds nobody.
    ///
    /// oom_badness(): who has most memory, the last of those that have as much. A task without memory is not
    /// chosen here: in the model it stands for one whose pages are shared.
    fn kill_for_memory(&mut self, group: GroupId) -> bool {
        self.cgroups.count_oom(group);
        let candidates = self.cgroups.oom_candidates(group);
        let killable = |(pid, bytes): &(u32, u64)| *pid != 1 && *bytes > 0 && self.is_alive(*pid);
        let chosen = candidates.into_iter().filter(killable).max_by_key(|(_, bytes)| *bytes);
        let Some((pid, _)) = chosen else { return false };
        let others = self.cgroups.count_oom_kill(pid, group);
        // A killed task is thawed, so that it can give its memory back (oom_kill.c, mark_oom_victim()).
        for pid in [pid].into_iter().chain(others.into_iter().filter(|pid| *pid != 1)) {
            self.end(pid, WaitStatus::Signaled(Signal::KILL));
        }
        true
    }

    /// A task adds bytes to a file of a tmpfs. Gives how many of them there was memory for.
    pub(crate) fn grow_file(&mut self, pid: u32, node: &Node, bytes: u64) -> u64 {
        let Node::Ram(tree, id) = node else { return bytes };
        let size = match self.trees.get(tree).and_then(|ram| ram.get(*id)).map(|inode| &inode.content) {
            Some(Content::Text(text)) => text.len() as u64,
            Some(Content::Opaque(size)) => *size,
            _ => return bytes,
        };
        let key = FileKey::new(tree.0, id.0);
        let wanted = size.saturating_add(bytes);
        loop {
            let (reached, result) = self.cgroups.grow_file(pid, key, wanted);
            let Err(full) = result else { return bytes };
            let killed = !self.cgroups.is_oom_kill_disabled(full.group) && self.kill_for_memory(full.group);
            if !killed {
                self.end(pid, WaitStatus::Signaled(Signal::KILL));
            }
            if !self.is_alive(pid) {
                return reached.min(wanted).saturating_sub(size);
            }
        }
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
