//! Answers to probes.

use super::fs::Node;
use super::fs::path::Walker;
use super::mount::FileSystem;
use super::mount::info::Reach;
use super::{Kernel, Task};
use crate::kernel::cgroup::GroupId;
use crate::plan::probe::{GroupInfo, MountInfo, MountedHierarchy, TaskInfo};
use crate::plan::{Actor, Errno, Observation, Observe, Probe, Refusal, Text};
use std::collections::BTreeMap;

impl Observe for Kernel {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        let Some(task) = self.pid_of(actor).and_then(|pid| self.task(pid)) else {
            return Observation::Refused(Errno::ESRCH);
        };
        self.answer(task, probe).unwrap_or_else(|refusal| Observation::Refused(refusal.errno))
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.pid_of(actor)
    }
}

impl Kernel {
    fn answer(&self, task: &Task, probe: &Probe) -> Result<Observation, Refusal> {
        match probe {
            Probe::Path(path) => {
                let path = self.probe_text(path)?;
                let place = Walker::new(self, task, "stat").place(&task.cwd, &path)?;
                Ok(Observation::Stat(self.stat(&place.node)))
            }
            Probe::Directory(path) => {
                let path = self.probe_text(path)?;
                self.list(task, &path, "open").map(Observation::Entries)
            }
            Probe::File(path) => {
                let path = self.probe_text(path)?;
                let place = self.open_to_read(task, &path)?;
                self.read_place(task, &place, &path).map(Observation::Data)
            }
            Probe::WorkingDirectory => self.working_directory(task).map(Observation::Data),
            Probe::Mounts => Ok(Observation::Mounts(self.mounts_of(task))),
            Probe::Tasks => {
                let processes = self.tasks().filter(|each| each.is_leader());
                Ok(Observation::Tasks(processes.map(|each| self.task_info(each, task.pid)).collect()))
            }
            Probe::States(pids) => {
                let found = pids.iter().filter_map(|pid| self.task(*pid)).filter(|each| each.is_leader());
                let letter = |each: &Task| (each.pid, self.state_letter_for(each, task.pid));
                Ok(Observation::States(found.map(letter).collect()))
            }
            Probe::Cgroups => Ok(Observation::Cgroups(self.mounted_hierarchies(task))),
        }
    }

    /// getcwd(2), the system call: what is not below the task's root is `(unreachable)`.
    fn working_directory(&self, task: &Task) -> Result<String, Refusal> {
        match self.path_from(&task.root, &task.cwd).filter(|_| !self.is_removed(&task.cwd)) {
            Some((path, Reach::Root)) => Ok(path),
            Some((path, Reach::Elsewhere)) => Ok(format!("(unreachable){path}")),
            None => Err(Refusal::bare(Errno::ENOENT, "getcwd")),
        }
    }

    fn probe_text(&self, text: &Text) -> Result<String, Refusal> {
        text.resolve(|actor| self.pid_of(actor)).ok_or_else(|| Refusal::bare(Errno::ESRCH, "getpid"))
    }

    /// A task as `reader` sees it in /proc.
    fn task_info(&self, task: &Task, reader: u32) -> TaskInfo {
        let lines = self.cgroups.proc_pid_cgroup(task.pid);
        let without_id = |line: &str| line.split_once(':').map_or(line, |(_, rest)| rest).to_owned();
        TaskInfo {
            pid: task.pid,
            ppid: task.ppid,
            comm: task.comm.clone(),
            state: self.state_letter_for(task, reader),
            cgroups: lines.lines().map(without_id).collect(),
        }
    }

    /// Each mount of a hierarchy that a path leads to, in the order of the mount table.
    fn mounted_hierarchies(&self, task: &Task) -> Vec<MountedHierarchy> {
        let table = self.mounts_of(task);
        let mounts = table.iter().enumerate().zip(self.mounts_seen_by(task));
        let hierarchies =
            mounts.filter_map(|((index, info), seen)| match (seen.mount.fs, &seen.mount.root) {
                (FileSystem::Cgroup(hierarchy), Node::Group(top))
                    if info.is_reachable(&table[index + 1..]) =>
                {
                    Some((info, hierarchy, *top))
                }
                _ => None,
            });
        hierarchies
            .map(|(info, hierarchy, top)| {
                let mut groups = BTreeMap::new();
                self.collect_groups(top, &mut groups);
                let MountInfo { target, fstype, .. } = info.clone();
                MountedHierarchy { target, fstype, options: self.cgroups.mount_options(hierarchy), groups }
            })
            .collect()
    }

    fn collect_groups(&self, top: GroupId, groups: &mut BTreeMap<String, GroupInfo>) {
        let mut rest = vec![top];
        while let Some(group) = rest.pop() {
            groups.insert(self.path_below(group, top), self.group_info(group));
            rest.extend(self.cgroups.children(group).map(|(_, child)| child));
        }
    }

    /// The path of a group from the one that a mount shows.
    fn path_below(&self, group: GroupId, top: GroupId) -> String {
        let (path, above) = (self.cgroups.path(group), self.cgroups.path(top));
        let rest = path.strip_prefix(above.trim_end_matches('/')).unwrap_or(&path);
        if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
    }

    fn group_info(&self, group: GroupId) -> GroupInfo {
        let read = |name: &str| self.read_group_file(group, name).ok();
        let files = self.cgroups.files(group).into_iter();
        let files = files.filter_map(|row| Some((row.name.to_owned(), read(row.name)?))).collect();
        // cgroup-v2.rst, "Threads": cgroup.procs of a threaded group can't be read.
        let threaded = self.cgroups.is_threaded(group);
        let tasks = if threaded { self.cgroups.threads_in(group) } else { self.cgroups.members(group) };
        GroupInfo { tasks, files }
    }
}
