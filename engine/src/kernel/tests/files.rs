//! Paths, tmpfs, proc, sysfs and control groups as files. Answers are those of Linux 6.18, and of 6.1 in the
//! recorded truth where it has the case.

use super::{check, host};
use crate::host::HostKind;

#[test]
fn directories_are_made_and_removed_by_the_book() {
    let long = "n".repeat(256);
    let fits = "n".repeat(255);
    let path = format!("/{}", "x/".repeat(2048));
    check(
        &mut host(HostKind::Lecture),
        &[
            ("cd /tmp", "OK"),
            ("stat .", "Directory 755 nlink=2 size=40"),
            ("mkdir a", "OK"),
            ("mkdir a", "!EEXIST mkdir"),
            ("mkdir a/b", "OK"),
            ("mkdir c/d", "!ENOENT mkdir"),
            ("mkdir -", "!ENOENT mkdir"),
            ("mkdir .", "!EEXIST mkdir"),
            ("mkdir a/..", "!EEXIST mkdir"),
            ("mkdir /", "!EEXIST mkdir"),
            ("mkdir nonex/.", "!ENOENT mkdir"),
            ("mkdir tr/", "OK"),
            ("rmdir tr/", "OK"),
            ("touch f", "OK"),
            ("mkdir f/x", "!ENOTDIR mkdir"),
            ("mkdir f", "!EEXIST mkdir"),
            (&format!("mkdir {long}"), "!ENAMETOOLONG mkdir"),
            (&format!("mkdir {fits}"), "OK"),
            (&format!("rmdir {fits}"), "OK"),
            (&format!("stat {path}"), "!ENAMETOOLONG stat"),
            ("stat a", "Directory 755 nlink=3 size=60"),
            ("rmdir a", "!ENOTEMPTY rmdir"),
            ("rmdir a/.", "!EINVAL rmdir"),
            ("rmdir a/b/..", "!ENOTEMPTY rmdir"),
            ("rmdir /", "!EBUSY rmdir"),
            ("rmdir f", "!ENOTDIR rmdir"),
            ("rmdir f/", "!ENOTDIR rmdir"),
            ("rmdir nope", "!ENOENT rmdir"),
            ("rmdir -", "!ENOENT rmdir"),
            ("unlink a", "!EISDIR unlink"),
            ("unlink .", "!EISDIR unlink"),
            ("unlink /", "!EISDIR unlink"),
            ("unlink f/", "!ENOTDIR unlink"),
            ("unlink nope", "!ENOENT unlink"),
            ("unlink f", "OK"),
            ("rmdir a/b", "OK"),
            ("rmdir a", "OK"),
            ("ls .", ""),
            ("rmdir /dev/null", "!ENOTDIR rmdir"),
            ("mkdir /dev/null/x", "!ENOTDIR mkdir"),
        ],
    );
}

#[test]
fn files_are_written_and_read() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("cd /tmp", "OK"),
            ("w f one\\n", "4"),
            ("a f two\\n", "4"),
            ("r f", "one\ntwo\n"),
            ("stat f", "Regular 644 nlink=1 size=8"),
            ("o f ONE", "3"),
            ("r f", "ONE\ntwo\n"),
            ("w f x", "1"),
            ("r f", "x"),
            ("open f truncate", "OK"),
            ("r f", ""),
            ("o nope x", "!ENOENT open"),
            ("w nn/ x", "!EISDIR open"),
            ("w f/ x", "!EISDIR open"),
            ("w /tmp x", "!EISDIR open"),
            ("o /tmp x", "!EISDIR open"),
            ("r /tmp", "!EISDIR read"),
            ("r nope", "!ENOENT open"),
            ("r f/x", "!ENOTDIR open"),
            ("r f/", "!ENOTDIR open"),
            ("ls f", "!ENOTDIR open"),
            ("cd f", "!ENOTDIR chdir"),
            ("cd nope", "!ENOENT chdir"),
            ("w /dev/null abc", "3"),
            ("r /dev/null", ""),
            ("w /dev/urandom abc", "3"),
            ("r /dev/zero", "!EFBIG read"),
            ("r /bin/sleep", "!ENOSYS read"),
            ("stat /bin/sleep", "Regular 755 nlink=1 size=0"),
            ("r /etc/hostname", "drydock\n"),
        ],
    );
}

#[test]
fn a_removed_working_directory_is_empty_for_ever() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("mkdir /tmp/dead", "OK"),
            ("cd /tmp/dead", "OK"),
            ("rmdir ../dead", "OK"),
            ("stat .", "Directory 755 nlink=0 size=40"),
            ("ls .", ""),
            ("mkdir x", "!ENOENT mkdir"),
            ("w x y", "!ENOENT open"),
            ("r x", "!ENOENT open"),
            ("cd .", "OK"),
            ("stat ..", "Directory 755 nlink=2 size=40"),
            ("cd ..", "OK"),
            ("mkdir dead", "OK"),
        ],
    );
}

#[test]
fn proc_and_sys_are_fixed() {
    let long = "x".repeat(300);
    check(
        &mut host(HostKind::Lecture),
        &[
            (
                "ls /proc",
                "1 1650 1701 cgroups cmdline cpuinfo filesystems loadavg meminfo mounts self sys sysvipc uptime version",
            ),
            ("r /proc/self/comm", "sh\n"),
            ("r /proc/1701/cmdline", "worker\0"),
            ("r /proc/01/comm", "!ENOENT open"),
            ("r /proc/99999/stat", "!ENOENT open"),
            (
                "r /proc/mounts",
                "tmpfs / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\nsysfs /sys sysfs rw,relatime 0 0\n/dev/vda /var/tmp ext4 rw,relatime 0 0\n",
            ),
            ("mkdir /proc/x", "!ENOENT mkdir"),
            ("rmdir /proc/1", "!EPERM rmdir"),
            ("unlink /proc/cgroups", "!EPERM unlink"),
            ("unlink /proc/mounts", "!EPERM unlink"),
            ("w /proc/nope x", "!ENOENT open"),
            ("w /proc/cgroups x", "!EIO write"),
            ("w /proc/1/stat x", "!EINVAL write"),
            ("w /proc/1/comm x", "!EINVAL write"),
            ("w /proc/self/comm abcdefghijklmnopqrs", "19"),
            ("r /proc/self/comm", "abcdefghijklmno\n"),
            (&format!("stat /proc/{long}"), "!ENOENT stat"),
            ("mkdir /sys/x", "!EPERM mkdir"),
            ("mkdir /sys/fs/x", "!EPERM mkdir"),
            ("mkdir /sys/fs/cgroup/x", "!ENOENT mkdir"),
            ("w /sys/fs/cgroup/x y", "!ENOENT open"),
            ("w /sys/nope x", "!EACCES open"),
            ("o /sys/nope x", "!ENOENT open"),
            ("rmdir /sys/fs", "!EPERM rmdir"),
            ("w /sys/devices/system/cpu/online 1", "!EACCES open"),
            ("r /sys/devices/system/cpu/online", "0-1\n"),
            ("unlink /sys/devices/system/cpu/online", "!EPERM unlink"),
        ],
    );
}

#[test]
fn proc_tells_the_groups_of_a_task() {
    check(
        &mut host(HostKind::V1),
        &[
            ("r /proc/self/cpuset", "/\n"),
            ("mkdir /sys/fs/cgroup/cpuset/a", "OK"),
            ("w /sys/fs/cgroup/cpuset/a/tasks 1701", "!ENOSPC write"),
            ("w /sys/fs/cgroup/cpuset/a/cpuset.cpus 1", "1"),
            ("w /sys/fs/cgroup/cpuset/a/cpuset.mems 0", "1"),
            ("w /sys/fs/cgroup/cpuset/a/tasks 1701", "4"),
            ("r /proc/1701/cpuset", "/a\n"),
            (
                "r /proc/1701/status",
                "Name:\tworker\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t1701\nNgid:\t0\nPid:\t1701\nPPid:\t1\n\
                 TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t \nNStgid:\t1701\nNSpid:\t1701\nThreads:\t1\n\
                 ShdPnd:\t0000000000000000\nCapInh:\t0000000000000000\nCapPrm:\t000001ffffffffff\n\
                 CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nCpus_allowed:\t2\n\
                 Cpus_allowed_list:\t1\nMems_allowed_list:\t0\n",
            ),
        ],
    );
}

#[test]
fn control_groups_are_directories_with_fixed_files() {
    let long = "y".repeat(300);
    check(
        &mut host(HostKind::V1),
        &[
            ("cd /sys/fs/cgroup/memory", "OK"),
            ("stat .", "Directory 555 nlink=2 size=0"),
            ("mkdir a", "OK"),
            ("stat a", "Directory 755 nlink=2 size=0"),
            ("stat a/tasks", "Regular 644 nlink=1 size=0"),
            ("mkdir a", "!EEXIST mkdir"),
            ("mkdir a/tasks", "!EEXIST mkdir"),
            ("mkdir a/tasks/x", "!ENOTDIR mkdir"),
            ("mkdir nope/b", "!ENOENT mkdir"),
            (&format!("mkdir {long}"), "OK"),
            (&format!("rmdir {long}"), "OK"),
            ("w a/nope x", "!EACCES open"),
            ("o a/nope x", "!ENOENT open"),
            ("w a x", "!EISDIR open"),
            ("r a", "!EISDIR read"),
            ("r a/tasks/", "!ENOTDIR open"),
            ("r a/tasks", ""),
            ("w a/memory.usage_in_bytes 1", "!EINVAL write"),
            ("open a/memory.usage_in_bytes truncate", "OK"),
            ("unlink a/tasks", "!EPERM unlink"),
            ("unlink a/nope", "!ENOENT unlink"),
            ("unlink a", "!EISDIR unlink"),
            ("rmdir a/tasks", "!ENOTDIR rmdir"),
            ("rmdir /sys/fs/cgroup/memory", "!EBUSY rmdir"),
            ("rmdir a/.", "!EINVAL rmdir"),
            ("w a/tasks 1701\\n", "5"),
            ("r a/tasks", "1701\n"),
            ("rmdir a", "!EBUSY rmdir"),
            ("w tasks 1701\\n", "5"),
            ("mkdir a/b", "OK"),
            ("rmdir a", "!EBUSY rmdir"),
            ("rmdir a/b", "OK"),
            ("cd a", "OK"),
            ("rmdir ../a", "OK"),
            ("mkdir x", "!ENOENT mkdir"),
            ("w x y", "!ENOENT open"),
            ("ls .", ""),
            ("cd ..", "OK"),
            ("stat .", "Directory 555 nlink=2 size=0"),
        ],
    );
}
