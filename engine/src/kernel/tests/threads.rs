//! Threads, and what the scheduler is asked for. The answers are those of Linux 6.18 to the same calls.

use super::{check, host};
use crate::host::{HostKind, HostProfile, KernelVersion};
use crate::kernel::Kernel;

const A: &str = "/sys/fs/cgroup/freezer/a";

#[test]
fn a_thread_is_listed_by_itself_and_moves_alone() {
    let mut kernel = host(HostKind::V1);
    check(
        &mut kernel,
        &[
            (&format!("mkdir {A}"), "OK"),
            ("clone p", "pid 1702"),
            ("p@clone t1 thread", "pid 1703"),
            ("t1@clone t2 thread", "pid 1704"),
            ("clone x nonsense", "!EINVAL clone3"),
            (&format!("w {A}/tasks 1703"), "4"),
            (&format!("r {A}/tasks"), "1703\n"),
            (&format!("r {A}/cgroup.procs"), "1702\n"),
            (&format!("w {A}/cgroup.procs 1704"), "4"),
            (&format!("r {A}/tasks"), "1702\n1703\n1704\n"),
            (&format!("r {A}/cgroup.procs"), "1702\n"),
            ("w /sys/fs/cgroup/freezer/tasks 1702", "4"),
            (&format!("r {A}/tasks"), "1703\n1704\n"),
            (&format!("r {A}/cgroup.procs"), "1702\n"),
            // Threads count as tasks.
            ("mkdir /sys/fs/cgroup/pids/p", "OK"),
            ("w /sys/fs/cgroup/pids/p/cgroup.procs 1703", "4"),
            ("r /sys/fs/cgroup/pids/p/pids.current", "3\n"),
            ("t2@exit1 0", "OK"),
            ("r /sys/fs/cgroup/pids/p/pids.current", "2\n"),
            ("t2@cd /", "!ESRCH chdir"),
        ],
    );
}

#[test]
fn threads_share_their_directory_and_end_together() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone p", "pid 1702"),
            ("p@clone t thread", "pid 1703"),
            ("t@cd /tmp", "OK"),
            ("p@touch here", "OK"),
            ("stat /tmp/here", "Regular 644 nlink=1 size=0"),
            // Any thread's number names the process to kill(2).
            ("kill 1703 STOP", "OK"),
            ("p@cd /", "!EINTR chdir"),
            ("kill 1703 CONT", "OK"),
            ("t@clone c", "pid 1704"),
            ("wait 1703", "!ECHILD wait4"),
            ("p@wait c", "running"),
            ("c@exit 4", "OK"),
            ("t@wait c", "exit 4"),
            ("t@exit 7", "OK"),
            ("wait p", "exit 7"),
            ("r /proc/1703/comm", "!ENOENT open"),
        ],
    );
}

#[test]
fn a_process_outlives_its_first_thread() {
    let mut profile = HostProfile::named(HostKind::Lecture);
    for (major, minor, status) in [(5, 10, "exit 3"), (6, 1, "exit 5")] {
        profile.kernel = KernelVersion { major, minor };
        check(
            &mut Kernel::boot(&profile),
            &[
                ("clone p", "pid 1702"),
                ("p@clone t thread", "pid 1703"),
                ("p@exit1 3", "OK"),
                ("p@cd /", "!ESRCH chdir"),
                ("wait p", "running"),
                ("t@cd /tmp", "OK"),
                ("t@exit1 5", "OK"),
                ("wait p", status),
            ],
        );
    }
}

#[test]
fn execve_by_a_thread_takes_the_process_over() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone p", "pid 1702"),
            ("p@clone t thread", "pid 1703"),
            ("t@exec /bin/sleep 2", "OK"),
            ("r /proc/1702/comm", "sleep\n"),
            ("r /proc/1703/comm", "!ENOENT open"),
            ("wait 1702 5000", "exit 0"),
        ],
    );
    assert_eq!(kernel.now_ms(), 2000);
}

#[test]
fn affinity_is_within_the_cpuset() {
    let cpuset = "/sys/fs/cgroup/cpuset/c";
    let mut profile = HostProfile::named(HostKind::V1);
    let cases = [
        ("affinity 0".to_owned(), "cpus [0, 1]"),
        ("affinity 1701 1,5".to_owned(), "OK"),
        ("affinity 1701".to_owned(), "cpus [1]"),
        ("affinity 1701 5".to_owned(), "!EINVAL sched_setaffinity"),
        ("affinity 1701 -".to_owned(), "!EINVAL sched_setaffinity"),
        ("affinity 4000 0".to_owned(), "!ESRCH sched_setaffinity"),
        ("affinity 4000".to_owned(), "!ESRCH sched_getaffinity"),
        ("worker@clone c".to_owned(), "pid 1702"),
        ("affinity c".to_owned(), "cpus [1]"),
        (format!("mkdir {cpuset}"), "OK"),
        (format!("w {cpuset}/cpuset.mems 0"), "1"),
        (format!("w {cpuset}/cpuset.cpus 0-1"), "3"),
        (format!("w {cpuset}/tasks 1701"), "4"),
    ];
    // What was asked for is kept since 6.2.
    for (minor, after) in [(1, "cpus [0, 1]"), (18, "cpus [1]")] {
        profile.kernel = KernelVersion { major: 6, minor };
        let mut kernel = Kernel::boot(&profile);
        for (line, answer) in &cases {
            check(&mut kernel, &[(line, answer)]);
        }
        check(&mut kernel, &[("affinity 1701", after), ("affinity 1702", "cpus [1]")]);
        check(&mut kernel, &[(&format!("w {cpuset}/cpuset.cpus 0"), "1"), ("affinity 1701", "cpus [0]")]);
    }
}

#[test]
fn nice_values_are_clamped_and_inherited() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("nice process 0", "nice 0"),
            ("nice process 1701 30", "OK"),
            ("nice process 1701", "nice 19"),
            ("nice process worker -30", "OK"),
            ("nice process 1701", "nice -20"),
            ("nice user 0", "nice -20"),
            ("nice pgrp 1701", "nice -20"),
            ("nice pgrp 0 5", "OK"),
            ("clone a", "pid 1702"),
            ("nice process a", "nice 5"),
            ("nice process 4000", "!ESRCH getpriority"),
            ("nice user 1000 1", "!ESRCH setpriority"),
        ],
    );
}
