//! Users, and what they may do. The answers are those of Linux 6.18 and 6.1 to the same calls.

use super::{check, host};
use crate::host::{HostKind, HostProfile, KernelVersion};
use crate::kernel::Kernel;
use crate::plan::{Actor, Observation, Observe, Probe, Text};

const G: &str = "/sys/fs/cgroup/g";

#[test]
fn version_2_lets_a_user_move_tasks_within_what_was_delegated() {
    let mut kernel = host(HostKind::V2);
    check(
        &mut kernel,
        &[
            (&format!("mkdir {G}"), "OK"),
            (&format!("sys fchownat {G} 1000 1000"), "OK"),
            (&format!("sys fchownat {G}/cgroup.procs 1000 -1"), "OK"),
            ("clone u", "pid 1702"),
            ("u@sys setgroups", "OK"),
            ("u@sys setresgid 1000 1000 1000", "OK"),
            ("u@sys setresuid 1000 1000 1000", "OK"),
            (&format!("u@mkdir {G}/a"), "OK"),
            (&format!("u@mkdir {G}/b"), "OK"),
            ("u@mkdir /sys/fs/cgroup/no", "!EACCES mkdir"),
            (&format!("u@o {G}/cgroup.max.depth 3"), "!EACCES open"),
            (&format!("u@o {G}/a/cgroup.max.depth 3"), "1"),
            // The common ancestor is the root, which is not the user's.
            (&format!("u@o {G}/a/cgroup.procs 0"), "!EACCES write"),
            (&format!("o {G}/a/cgroup.procs 1702"), "4"),
            (&format!("u@o {G}/b/cgroup.procs 0"), "1"),
            ("u@o /sys/fs/cgroup/cgroup.procs 0", "!EACCES open"),
            (&format!("u@o {G}/b/cgroup.procs 99999"), "!ESRCH write"),
            (&format!("u@sys fchownat {G}/a 1001 -1"), "!EPERM fchownat"),
            (&format!("u@sys fchmodat {G}/a 700"), "OK"),
            (&format!("u@rmdir {G}/a"), "OK"),
            (&format!("u@rmdir {G}"), "!EACCES rmdir"),
        ],
    );
}

#[test]
fn version_1_lets_a_user_move_its_own_tasks() {
    let mut kernel = host(HostKind::V1);
    let tasks = "/sys/fs/cgroup/pids/g/tasks";
    check(
        &mut kernel,
        &[
            ("mkdir /sys/fs/cgroup/pids/g", "OK"),
            (&format!("sys fchmodat {tasks} 666"), "OK"),
            ("clone other", "pid 1702"),
            ("clone u", "pid 1703"),
            ("u@sys setresuid 1000 1000 1000", "OK"),
            (&format!("u@o {tasks} 1702"), "!EACCES write"),
            (&format!("u@o {tasks} 0"), "1"),
            ("other@sys setresuid 1000 0 0", "OK"),
            (&format!("u@o {tasks} 1702"), "4"),
            ("u@kill 1 TERM", "!EPERM kill"),
            ("u@kill 1702 TERM", "OK"),
            ("u@sys setresuid 0 0 0", "!EPERM setresuid"),
        ],
    );
}

#[test]
fn a_thread_changes_its_user_for_itself() {
    let mut kernel = host(HostKind::V1);
    check(
        &mut kernel,
        &[
            ("clone p", "pid 1702"),
            ("p@clone t thread", "pid 1703"),
            ("t@sys setresuid 1000 1000 1000", "OK"),
            ("t@mkdir /no", "!EACCES mkdir"),
            ("p@mkdir /yes", "OK"),
        ],
    );
}

#[test]
fn what_is_made_in_a_directory_with_the_set_group_id_bit_has_its_group() {
    for (minor, expected) in [(7, (0o755, 0, 0)), (8, (0o2755, 1000, 1000))] {
        let mut profile = HostProfile::named(HostKind::V2);
        profile.kernel = KernelVersion { major: 6, minor };
        let mut kernel = Kernel::boot(&profile);
        check(
            &mut kernel,
            &[
                (&format!("mkdir {G}"), "OK"),
                (&format!("sys fchownat {G} -1 1000"), "OK"),
                (&format!("sys fchmodat {G} 2755"), "OK"),
                (&format!("mkdir {G}/a"), "OK"),
            ],
        );
        let stat = |path: String| match kernel.observe(&Actor::shell(), &Probe::Path(Text::from(path))) {
            Observation::Stat(stat) => (stat.mode, stat.gid),
            other => panic!("{other:?}"),
        };
        let (mode, gid) = stat(format!("{G}/a"));
        let (_, of_file) = stat(format!("{G}/a/cgroup.procs"));
        assert_eq!((mode, gid, of_file), expected, "Linux 6.{minor}");
    }
}

/// `cpuset_can_attach`: until 6.6 in any case, since then where the CPUs are others.
#[test]
fn a_user_moves_tasks_of_others_between_cpusets_that_are_the_same() {
    for (minor, moved, changed) in [(1, "!EPERM write", "!EPERM write"), (6, "4", "!EPERM write")] {
        let mut profile = HostProfile::named(HostKind::V2);
        profile.kernel = KernelVersion { major: 6, minor };
        let mut kernel = Kernel::boot(&profile);
        check(
            &mut kernel,
            &[
                ("mkdir /sys/fs/cgroup/init", "OK"),
                ("o /sys/fs/cgroup/init/cgroup.procs 1", "1"),
                ("o /sys/fs/cgroup/init/cgroup.procs 1650", "4"),
                ("o /sys/fs/cgroup/init/cgroup.procs 1701", "4"),
                ("o /sys/fs/cgroup/cgroup.subtree_control +cpuset", "7"),
                (&format!("mkdir {G}"), "OK"),
                (&format!("o {G}/cgroup.subtree_control +cpuset"), "7"),
                (&format!("sys fchownat {G} 1000 1000"), "OK"),
                (&format!("sys fchownat {G}/cgroup.procs 1000 -1"), "OK"),
                (&format!("sys fchownat {G}/cgroup.subtree_control 1000 -1"), "OK"),
                ("clone u", "pid 1702"),
                ("clone other", "pid 1703"),
                ("u@sys setgroups", "OK"),
                ("u@sys setresgid 1000 1000 1000", "OK"),
                ("u@sys setresuid 1000 1000 1000", "OK"),
                (&format!("u@mkdir {G}/a"), "OK"),
                (&format!("u@mkdir {G}/b"), "OK"),
                (&format!("o {G}/a/cgroup.procs 1703"), "4"),
                (&format!("u@o {G}/b/cgroup.procs 1703"), moved),
                (&format!("o {G}/a/cgroup.procs 1703"), "4"),
                (&format!("o {G}/a/cpuset.cpus 0"), "1"),
                (&format!("u@o {G}/b/cgroup.procs 1703"), changed),
                (&format!("u@o {G}/cgroup.subtree_control -cpuset"), changed),
            ],
        );
    }
}
