//! What a group uses, against what it may use.

use super::host::tasks_below;
use crate::kernel::Kernel;
use crate::kernel::cgroup::{CgroupState, GroupId};
use crate::kernel::resources;

/// A resource that a group's controllers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Processor time, in thousandths of a CPU.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Tasks, threads counted one by one.
    Pids,
}

/// Use of one resource by a group and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Which resource.
    pub resource: Resource,
    /// What is in use now.
    pub used: u64,
    /// The group's own limit, in the same unit. `None` where it has none: a group above may have one.
    pub limit: Option<u64>,
    /// The file that holds the limit.
    pub file: &'static str,
}

/// The meters of a group: one for each controller of its hierarchy that can limit.
pub(super) fn meters(kernel: &Kernel, group: GroupId) -> Vec<Meter> {
    let cgroups = kernel.cgroups();
    [cpu(kernel, group), memory(cgroups, group), pids(cgroups, group)].into_iter().flatten().collect()
}

/// A file's content, where the group has the file.
fn read(cgroups: &CgroupState, group: GroupId, name: &str) -> Option<String> {
    let row = cgroups.file(group, name)?;
    cgroups.read_row(group, row).ok().map(|text| text.trim_end().to_owned())
}

/// Quota by period: version 1 has a file for each, version 2 has both in `cpu.max`.
fn cpu(kernel: &Kernel, group: GroupId) -> Option<Meter> {
    let cgroups = kernel.cgroups();
    let (file, limit) = if let Some(quota) = read(cgroups, group, "cpu.cfs_quota_us") {
        ("cpu.cfs_quota_us", milli(&quota, &read(cgroups, group, "cpu.cfs_period_us")?))
    } else {
        let text = read(cgroups, group, "cpu.max")?;
        let (quota, period) = text.split_once(' ')?;
        ("cpu.max", milli(quota, period))
    };
    let shares = resources::shares(cgroups, &kernel.demands());
    let below = tasks_below(cgroups, group);
    let used = below.iter().map(|pid| u64::from(shares.get(pid).copied().unwrap_or(0))).sum();
    Some(Meter { resource: Resource::Cpu, used, limit, file })
}

/// A quota as thousandths of a CPU; `-1` and `max` are none.
fn milli(quota: &str, period: &str) -> Option<u64> {
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.parse().ok()?);
    quota.saturating_mul(1000).checked_div(period)
}

fn memory(cgroups: &CgroupState, group: GroupId) -> Option<Meter> {
    /// What version 1 shows where there is no limit: the largest whole page.
    const UNLIMITED: u64 = 9_223_372_036_854_771_712;
    let (file, usage) = match read(cgroups, group, "memory.usage_in_bytes") {
        Some(usage) => ("memory.limit_in_bytes", usage),
        None => ("memory.max", read(cgroups, group, "memory.current")?),
    };
    let limit = read(cgroups, group, file).and_then(|text| text.parse().ok());
    let limit = limit.filter(|limit| *limit != UNLIMITED);
    Some(Meter { resource: Resource::Memory, used: usage.parse().ok()?, limit, file })
}

fn pids(cgroups: &CgroupState, group: GroupId) -> Option<Meter> {
    let used = read(cgroups, group, "pids.current")?.parse().ok()?;
    let limit = read(cgroups, group, "pids.max").and_then(|text| text.parse().ok());
    Some(Meter { resource: Resource::Pids, used, limit, file: "pids.max" })
}

#[cfg(test)]
mod tests {
    use super::{Meter, Resource};
    use crate::history::Session;
    use crate::host::{HostKind, HostProfile};
    use crate::view::{GroupKey, inspector};

    fn meters(kind: HostKind, lines: &str, path: &str) -> Vec<Meter> {
        let mut session = Session::new(HostProfile::named(kind));
        for line in lines.lines() {
            session.run(line);
        }
        let at = session.n_steps();
        let hierarchies = crate::view::host::host(&session, at).hierarchies;
        let found = hierarchies.iter().find_map(|hierarchy| {
            let key = GroupKey { hierarchy: hierarchy.id, path: path.to_owned() };
            inspector::group(&session, at, &key)
        });
        found.expect("the group").meters
    }

    #[test]
    fn quota_and_limits_of_version_1() {
        let lines = "mkdir /c\nmount -t cgroup -o cpu,memory,pids c /c\nmkdir /c/a\necho 20000 > /c/a/cpu.cfs_quota_us\n\
                     echo 64M > /c/a/memory.limit_in_bytes\necho 5 > /c/a/pids.max\nyes > /dev/null &\necho $! > /c/a/tasks";
        let seen = meters(HostKind::Lecture, lines, "/a");
        let of = |resource| seen.iter().find(|meter| meter.resource == resource).expect("a meter");
        assert_eq!((of(Resource::Cpu).used, of(Resource::Cpu).limit), (200, Some(200)));
        assert_eq!(of(Resource::Memory).limit, Some(64 << 20));
        assert_eq!((of(Resource::Pids).used, of(Resource::Pids).limit), (1, Some(5)));
    }

    #[test]
    fn a_group_without_limits_has_none() {
        let lines = "mkdir /c\nmount -t cgroup -o cpu,memory c /c\nmkdir /c/a";
        let seen = meters(HostKind::Lecture, lines, "/a");
        assert_eq!(
            seen.iter().map(|meter| meter.resource).collect::<Vec<_>>(),
            [Resource::Cpu, Resource::Memory]
        );
        assert!(seen.iter().all(|meter| meter.limit.is_none()));
    }

    #[test]
    fn version_2_counts_where_the_parent_enabled_it() {
        let lines =
            "cd /sys/fs/cgroup\necho +cpu > cgroup.subtree_control\nmkdir a\necho '50000 100000' > a/cpu.max";
        let seen = meters(HostKind::V2, lines, "/a");
        let expected = Meter { resource: Resource::Cpu, used: 0, limit: Some(500), file: "cpu.max" };
        assert_eq!(seen, [expected]);
    }
}
