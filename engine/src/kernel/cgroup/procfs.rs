//! /proc/cgroups and /proc/PID/cgroup.

use super::{CgroupState, Controller, V2, Version};

impl CgroupState {
    /// The content of /proc/PID/cgroup: a line a hierarchy, highest id first; the line of version 2 is there
    /// once a cgroup2 file system has been mounted. kernel/cgroup/cgroup.c, proc_cgroup_show().
    pub fn proc_pid_cgroup(&self, pid: u32) -> String {
        let Some(member) = self.members.get(pid) else { return String::new() };
        let mut ids: Vec<_> = self.hierarchies().collect();
        ids.reverse();
        let lines = ids.into_iter().filter_map(|id| {
            let label = if self.version(id) == Version::V2 { String::new() } else { self.label(id) };
            Some(format!("{}:{}:{}\n", id.0, label, self.shown_path(id, member)?))
        });
        lines.collect()
    }

    /// The content of /proc/cgroups; kernel/cgroup/cgroup-v1.c, proc_cgroupstats_show(). All controllers are
    /// enabled; those of version 2 have hierarchy 0. From 6.13 on those that have no version 1 are left out
    /// (seen on 7.3; 6.12 still lists them).
    pub fn proc_cgroups(&self) -> String {
        let mut text = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n".to_owned();
        let hidden = |controller: &&Controller| {
            self.machine.since(6, 13)
                && controller.is_v2_only_when_built_so()
                && self.machine.no_v1.contains(*controller)
        };
        for controller in self.machine.controllers.iter().filter(|controller| !hidden(controller)) {
            let owner = self.hierarchies.iter().find(|(_, h)| h.controllers.contains(controller));
            let id = owner.map_or(V2, |(id, _)| *id);
            let count = self.count(id);
            text += &format!("{}\t{}\t{}\t1\n", controller.v1_name(), id.0, count);
        }
        text
    }
}
