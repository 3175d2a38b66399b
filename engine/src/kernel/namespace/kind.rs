//! The eight kinds.

use serde::Serialize;

/// A kind of namespace, in the order of /proc/PID/ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NamespaceKind {
    /// The root of control groups: `cgroup_namespaces(7)`.
    Cgroup,
    /// System V IPC objects and POSIX message queues: `ipc_namespaces(7)`.
    Ipc,
    /// The mounts: `mount_namespaces(7)`.
    Mnt,
    /// Links, addresses, routes, ports: `network_namespaces(7)`.
    Net,
    /// Numbers of processes: `pid_namespaces(7)`.
    Pid,
    /// Offsets of two clocks: `time_namespaces(7)`.
    Time,
    /// Users, groups, capabilities: `user_namespaces(7)`.
    User,
    /// Host name and domain name: `uts_namespaces(7)`.
    Uts,
}

impl NamespaceKind {
    /// All, in the order of /proc/PID/ns.
    pub const ALL: [Self; 8] =
        [Self::Cgroup, Self::Ipc, Self::Mnt, Self::Net, Self::Pid, Self::Time, Self::User, Self::Uts];

    /// The name in /proc/PID/ns.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cgroup => "cgroup",
            Self::Ipc => "ipc",
            Self::Mnt => "mnt",
            Self::Net => "net",
            Self::Pid => "pid",
            Self::Time => "time",
            Self::User => "user",
            Self::Uts => "uts",
        }
    }

    /// The kind of a flag of clone(2), without `CLONE_` and in lower case.
    pub fn of_flag(flag: &str) -> Option<Self> {
        let word = match flag.strip_prefix("new")? {
            "ns" => "mnt",
            other => other,
        };
        Self::ALL.into_iter().find(|kind| kind.word() == word && flag != "newmnt")
    }

    /// The number that the first namespace has in its link, `uts:[4026531838]`: fixed for six of the kinds
    /// (include/linux/proc_ns.h); Linux counts on for the mount and network namespaces, from 4026531840.
    pub fn initial_inode(self) -> u64 {
        match self {
            Self::Ipc => 4_026_531_839,
            Self::Uts => 4_026_531_838,
            Self::User => 4_026_531_837,
            Self::Pid => 4_026_531_836,
            Self::Cgroup => 4_026_531_835,
            Self::Time => 4_026_531_834,
            Self::Mnt => 4_026_531_841,
            Self::Net => 4_026_531_840,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NamespaceKind;

    #[test]
    fn flags_are_those_of_clone() {
        assert_eq!(NamespaceKind::of_flag("newns"), Some(NamespaceKind::Mnt));
        assert_eq!(NamespaceKind::of_flag("newuser"), Some(NamespaceKind::User));
        assert_eq!(NamespaceKind::of_flag("newmnt"), None);
        assert_eq!(NamespaceKind::of_flag("thread"), None);
    }
}
