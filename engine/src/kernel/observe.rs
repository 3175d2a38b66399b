//! Answers to probes.

use super::fs::path::Walker;
use super::fs::{Node, Place};
use super::mount::FileSystem;
use super::mount::info::Reach;
use super::namespace::{FIRST_PIDS, NamespaceId};
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

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        let viewer = self.pid_of(viewer).and_then(|pid| self.task(pid));
        viewer.map_or_else(|| self.pid_of(actor), |viewer| self.pid_seen_by(viewer, actor))
    }
}

impl Kernel {
    fn answer(&self, task: &Task, probe: &Probe) -> Result<Observation, Refusal> {
        match probe {
            Probe::Path(path) => {
                let path = self.probe_text(task, path)?;
                let place = Walker::new(self, task, "stat").place(&task.cwd, &path)?;
                Ok(Observation::Stat(self.stat_seen_by(task, self.stat(&place.node))))
            }
            Probe::Directory(path) => {
                let path = self.probe_text(task, path)?;
                self.list(task, &path, "open").map(Observation::Entries)
            }
            Probe::File(path) => {
                let path = self.probe_text(task, path)?;
                let place = self.open_to_read(task, &path)?;
                self.read_place(task, &place, &path).map(Observation::Data)
            }
            Probe::WorkingDirectory => self.working_directory(task).map(Observation::Data),
            Probe::Mounts => Ok(Observation::Mounts(self.mounts_of(task))),
            Probe::Tasks => {
                let view = self.view_of(task);
                let all = self.numbers_of(view).into_iter();
                let tasks = all.filter_map(|(_, pid)| self.task(pid)).filter(|each| each.is_leader());
                Ok(Observation::Tasks(tasks.map(|each| self.task_info(each, view, task)).collect()))
            }
            Probe::States(pids) => {
                let view = self.view_of(task);
                let found =
                    pids.iter().filter_map(|pid| Some((*pid, self.task(self.numbered(view, *pid)?)?)));
                let letter = |(number, each): (u32, &Task)| (number, self.state_letter_for(each, task.pid));
                Ok(Observation::States(found.filter(|(_, each)| each.is_leader()).map(letter).collect()))
            }
            Probe::Cgroups => Ok(Observation::Cgroups(self.mounted_hierarchies(task))),
            Probe::Link(path) => {
                let path = self.probe_text(task, path)?;
                let place = Walker::new(self, task, "statx").link(&task.cwd, &path)?;
                Ok(Observation::Statx(Box::new(self.statx(task, &place))))
            }
            Probe::Target(path) => {
                let path = self.probe_text(task, path)?;
                self.read_link(task, "readlink", &path).map(|(_, target)| Observation::Data(target))
            }
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

    fn probe_text(&self, viewer: &Task, text: &Text) -> Result<String, Refusal> {
        text.resolve(|actor| self.pid_seen_by(viewer, actor))
            .ok_or_else(|| Refusal::bare(Errno::ESRCH, "getpid"))
    }

    /// The pid namespace that a task's /proc shows.
    fn view_of(&self, task: &Task) -> NamespaceId {
        match Walker::new(self, task, "open").place(&task.cwd, "/proc") {
            Ok(Place { node: Node::Proc(view, _), .. }) => view,
            _ => FIRST_PIDS,
        }
    }

    /// A task as `reader` sees it in a /proc that shows a pid namespace.
    fn task_info(&self, task: &Task, view: NamespaceId, reader: &Task) -> TaskInfo {
        let lines = self.cgroup_text(task.pid, reader);
        let without_id = |line: &str| line.split_once(':').map_or(line, |(_, rest)| rest).to_owned();
        TaskInfo {
            pid: self.number_of(task.pid, view),
            ppid: self.number_of(task.ppid, view),
            comm: task.comm.clone(),
            state: self.state_letter_for(task, reader.pid),
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
