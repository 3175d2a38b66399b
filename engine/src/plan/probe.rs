//! Read-only questions in neutral words, and their answers: what the two kernels are compared on.

use super::reply::{Entry, Stat};
use super::{Errno, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// What a path stands for, symbolic links followed. Answered by `Stat` or `Refused`.
    Path(Text),
    /// The entries of a directory. Answered by `Entries` or `Refused`.
    Directory(Text),
    /// A file's content. Answered by `Data` or `Refused`.
    File(Text),
    /// Where a symbolic link points. Answered by `Data` or `Refused`.
    Link(Text),
    /// The actor's working directory. Answered by `Data`.
    WorkingDirectory,
    /// The mount table that the actor sees, in order. Answered by `Mounts`.
    Mounts,
    /// The tasks that the actor sees, by pid. Answered by `Tasks`.
    Tasks,
    /// The states of these processes. Answered by `States`.
    States(Vec<u32>),
    /// Every control group below every cgroup mount that a path of the actor leads to. Answered by `Cgroups`.
    Cgroups,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    /// Attributes of a path.
    Stat(Stat),
    /// Entries of a directory, sorted by name.
    Entries(Vec<Entry>),
    /// Content.
    Data(String),
    /// Mounts, oldest first.
    Mounts(Vec<MountInfo>),
    /// Tasks, by pid.
    Tasks(Vec<TaskInfo>),
    /// The letters of the states ([`TaskInfo::state`]) of those processes that are there.
    States(BTreeMap<u32, char>),
    /// Mounted hierarchies, in the order of the mount table.
    Cgroups(Vec<MountedHierarchy>),
    /// The question could not be answered.
    Refused(Errno),
}

/// One line of /proc/mounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountInfo {
    /// First field.
    pub source: String,
    /// Second field: the mount point.
    pub target: String,
    /// Third field: the kind of file system.
    pub fstype: String,
    /// Fourth field, split at commas.
    pub options: Vec<String>,
}

impl MountInfo {
    /// False where one of the mounts made later lies over this one, at its mount point or above it: its path then
    /// leads into the other.
    pub fn is_reachable(&self, later: &[Self]) -> bool {
        let over = |other: &Self| {
            let rest = self.target.strip_prefix(other.target.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !later.iter().any(over)
    }
}

/// A task as /proc/PID tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// Its pid in the observer's pid namespace.
    pub pid: u32,
    /// Its parent's pid; 0 for the first task and for a parent that the observer can't see.
    pub ppid: u32,
    /// The program's name, at most 15 bytes.
    pub comm: String,
    /// The state's letter: R, S, D, T, Z.
    pub state: char,
    /// The lines of /proc/PID/cgroup without their hierarchy ids: `cpu,cpuset:/group1`.
    pub cgroups: Vec<String>,
}

/// A cgroup file system that is mounted, and all groups in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountedHierarchy {
    /// Where it is mounted.
    pub target: String,
    /// `cgroup` or `cgroup2`.
    pub fstype: String,
    /// Controllers and name, as /proc/mounts shows them (`cpuset,cpu,memory`, `name=x`).
    pub options: Vec<String>,
    /// The groups by their path within the mount; the root's is `/`.
    pub groups: BTreeMap<String, GroupInfo>,
}

/// A control group's tasks and files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// Pids in `cgroup.procs`, sorted.
    pub tasks: Vec<u32>,
    /// Every interface file that a backend could read, with its content.
    pub files: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::MountInfo;

    fn mounts(targets: &[&str]) -> Vec<MountInfo> {
        let mount = |target: &&str| MountInfo {
            source: "none".to_owned(),
            target: (*target).to_owned(),
            fstype: "cgroup".to_owned(),
            options: Vec::new(),
        };
        targets.iter().map(mount).collect()
    }

    #[test]
    fn a_mount_at_the_same_place_or_above_covers_an_older_one() {
        let table = mounts(&["/mnt/x", "/mnt/xy", "/mnt/x"]);
        assert!(!table[0].is_reachable(&table[1..]));
        assert!(table[1].is_reachable(&table[2..]));
        assert!(table[2].is_reachable(&[]));
        assert!(!table[1].is_reachable(&mounts(&["/mnt"])) && !table[1].is_reachable(&mounts(&["/"])));
    }
}
