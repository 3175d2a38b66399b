//! mount, remount, umount2. Answers are those of Linux 6.18, and of 6.1 in the recorded truth.

use super::{check, host, run};
use crate::host::{HostKind, HostProfile};
use crate::kernel::Kernel;
use crate::plan::{Actor, Observation, Observe, Probe};

/// The line of /proc/mounts for a target, without the last two fields.
fn lines(kernel: &Kernel, target: &str) -> Vec<String> {
    let on = kernel.mounts().into_iter().filter(|mount| mount.target == target);
    on.map(|mount| format!("{} {} {}", mount.source, mount.fstype, mount.options.join(","))).collect()
}

#[test]
fn mounts_are_checked_in_the_kernels_order() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("mkdir /m", "OK"),
            ("touch /f", "OK"),
            ("mount nosuch x /nope", "!ENOENT mount"),
            ("mount nosuch x /m", "!ENODEV mount"),
            ("mount nosuch x /f", "!ENODEV mount"),
            ("mount tmpfs x /f", "!ENOTDIR mount"),
            ("mount tmpfs x /f - bogus", "!EINVAL mount"),
            ("mount cgroup x /f - none,name=a", "!ENOTDIR mount"),
            ("mount cgroup x /f - bogus", "!EINVAL mount"),
            ("mount tmpfs x -", "!ENOENT mount"),
            ("mount tmpfs x /m remount", "!EINVAL mount"),
            ("mount tmpfs x /m bind", "!ENOENT mount"),
            ("mount tmpfs x /m nonsense", "!EINVAL mount"),
            ("mount overlay x /m", "!EINVAL mount"),
            ("mount ext4 x /m", "!ENOENT mount"),
            ("mount sysfs x /sys", "!EBUSY mount"),
            ("mount proc x /proc", "OK"),
            ("umount /m", "!EINVAL umount2"),
            ("umount /f", "!EINVAL umount2"),
            ("umount /nope", "!ENOENT umount2"),
            ("umount /f/x", "!ENOTDIR umount2"),
            ("umount -", "!ENOENT umount2"),
            ("umount /proc nonsense", "!EINVAL umount2"),
            ("umount /proc", "OK"),
            ("r /proc/self/comm", "sh\n"),
        ],
    );
}

#[test]
fn options_show_as_in_proc_mounts() {
    let mut kernel = host(HostKind::Lecture);
    let cases = [
        ("tmpfs t /m - -", "t tmpfs rw,relatime"),
        ("tmpfs t /m - size=1m,mode=700", "t tmpfs rw,relatime,size=1024k,mode=700"),
        ("tmpfs t /m rdonly,nosuid,nodev,noexec,noatime -", "t tmpfs ro,nosuid,nodev,noexec,noatime"),
        ("tmpfs t /m strictatime -", "t tmpfs rw"),
        ("proc p /m - hidepid=2", "p proc rw,relatime,hidepid=invisible"),
        ("sysfs s /m - -", "s sysfs rw,relatime"),
        ("cgroup c /m - memory,cpu,cpuset", "c cgroup rw,relatime,cpuset,cpu,memory"),
        ("cgroup c /m - none,name=x", "c cgroup rw,relatime,name=x"),
        ("cgroup2 c /m - -", "c cgroup2 rw,relatime"),
        (
            "cpuset none /m - -",
            "none cgroup rw,relatime,cpuset,noprefix,release_agent=/sbin/cpuset_release_agent",
        ),
    ];
    check(&mut kernel, &[("mkdir /m", "OK")]);
    for (mount, line) in cases {
        check(&mut kernel, &[(&format!("mount {mount}"), "OK")]);
        assert_eq!(lines(&kernel, "/m"), [line], "{mount}");
        check(&mut kernel, &[("umount /m", "OK")]);
    }
}

#[test]
fn mounts_stack_and_nothing_leaves_while_in_use() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("mkdir /m", "OK"),
            ("touch /m/below", "OK"),
            ("mount tmpfs one /m", "OK"),
            ("ls /m", ""),
            ("touch /m/in-one", "OK"),
            ("mount tmpfs two /m", "OK"),
            ("ls /m", ""),
            ("mkdir /m/s", "OK"),
            ("mount tmpfs three /m/s", "OK"),
            ("rmdir /m/s", "!EBUSY rmdir"),
            ("umount /m", "!EBUSY umount2"),
            ("cd /m/s", "OK"),
            ("umount .", "!EBUSY umount2"),
            ("stat ..", "Directory 1777 nlink=3 size=60"),
            ("cd ../..", "OK"),
            ("ls m", "s"),
            ("umount /m/s/", "OK"),
            ("umount m", "OK"),
            ("ls /m", "in-one"),
            ("umount /m", "OK"),
            ("ls /m", "below"),
            ("umount /m", "!EINVAL umount2"),
        ],
    );
    assert_eq!(kernel.mounts().len(), 4);
}

#[test]
fn read_only_is_a_matter_of_the_mount_and_of_the_file_system() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("mkdir /m", "OK"),
            ("mkdir /n", "OK"),
            ("mount tmpfs t /m", "OK"),
            ("mkdir /m/x", "OK"),
            ("touch /m/f", "OK"),
            ("mount tmpfs t /m remount,rdonly size=2m", "OK"),
            ("mkdir /m/y", "!EROFS mkdir"),
            ("mkdir /m/x", "!EEXIST mkdir"),
            ("rmdir /m/x", "!EROFS rmdir"),
            ("rmdir /m/nope", "!EROFS rmdir"),
            ("unlink /m/f", "!EROFS unlink"),
            ("w /m/new x", "!EROFS open"),
            ("o /m/nope x", "!ENOENT open"),
            ("o /m/f x", "!EROFS open"),
            ("r /m/f", ""),
            ("umount /m", "OK"),
            ("mount cgroup a /m rdonly none,name=k", "OK"),
            ("mount cgroup b /n - none,name=k", "OK"),
        ],
    );
    assert_eq!(lines(&kernel, "/m"), ["a cgroup ro,relatime,name=k"]);
    assert_eq!(lines(&kernel, "/n"), ["b cgroup ro,relatime,name=k"]);
    check(
        &mut kernel,
        &[
            ("mkdir /n/z", "!EROFS mkdir"),
            ("w /n/tasks 0", "!EROFS open"),
            ("w /n/nope 0", "!EROFS open"),
            ("mount cgroup b /n remount,nosuid none,name=k", "OK"),
            ("mkdir /n/z", "OK"),
            ("mount cgroup a /m - none,name=k", "!EBUSY mount"),
        ],
    );
    assert_eq!(lines(&kernel, "/n"), ["b cgroup rw,nosuid,relatime,name=k"]);
}

#[test]
fn a_hierarchy_outlives_its_mount_while_it_has_children() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("mkdir /cg", "OK"),
            ("mkdir /cg/a", "OK"),
            ("mkdir /cg/b", "OK"),
            ("mount cgroup cpu_and_mem /cg/a - cpu,cpuset,memory", "OK"),
            ("mount cgroup x /cg/b - cpu", "!EBUSY mount"),
            ("mkdir /cg/a/t", "OK"),
            ("w /cg/a/t/cpu.shares 512", "3"),
            ("cd /cg/a", "OK"),
            ("umount /cg/a", "!EBUSY umount2"),
            ("cd /", "OK"),
            ("umount /cg/a", "OK"),
            ("mount cgroup x /cg/b - cpu", "!EBUSY mount"),
            ("mount cgroup x /cg/b - memory,cpuset,cpu", "OK"),
            ("r /cg/b/t/cpu.shares", "512\n"),
            ("rmdir /cg/b/t", "OK"),
            ("umount /cg/b", "OK"),
            ("mount cgroup x /cg/b - cpu", "OK"),
            ("cd /cg/b", "OK"),
            ("umount /cg/b detach", "OK"),
            ("r t/tasks", "!ENOENT open"),
            ("stat tasks", "Regular 644 nlink=1 size=0"),
            ("mount cgroup x /cg/a - cpu,memory", "!EBUSY mount"),
            ("cd /", "OK"),
            ("mount cgroup x /cg/a - cpu,memory", "OK"),
        ],
    );
}

#[test]
fn umount_of_the_root_makes_it_read_only() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[("umount /", "OK"), ("mkdir /x", "!EROFS mkdir"), ("umount / detach", "OK"), ("ls /proc", "")],
    );
}

#[test]
fn a_session_on_a_shared_machine_leaves_its_settings_alone() {
    let mut profile = HostProfile::named(HostKind::Lecture);
    profile.contained = true;
    check(
        &mut Kernel::boot(&profile),
        &[
            ("w /proc/sys/kernel/pid_max 4000", "!EROFS open"),
            ("w /proc/sys/kernel/nope 1", "!ENOENT open"),
            ("w /sys/devices/system/cpu/online 1", "!EROFS open"),
            ("mkdir /sys/x", "!EROFS mkdir"),
            ("mkdir /sys/fs/cgroup/x", "!ENOENT mkdir"),
            ("mkdir /cgroup/a", "OK"),
            ("mount cgroup x /sys/fs/cgroup - cpu", "OK"),
            ("mkdir /sys/fs/cgroup/a", "OK"),
        ],
    );
    let mut alone = host(HostKind::Lecture);
    check(
        &mut alone,
        &[("w /proc/sys/kernel/pid_max 4000", "!ENOSYS write"), ("mkdir /sys/x", "!EPERM mkdir")],
    );
}

#[test]
fn so_many_bytes_are_read_of_what_has_no_end() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("sys read /dev/zero 3", "\0\0\0"),
            ("sys read /dev/null 3", ""),
            ("sys read /dev/zero 2000000", "!EFBIG read"),
            ("r /dev/zero", "!EFBIG read"),
            ("sys read /dev/urandom 3", "!ENOSYS read"),
            ("sys read /etc/hostname 3", "dry"),
        ],
    );
}

#[test]
fn devices_obey_nodev_and_programs_noexec() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("mount tmpfs x / remount,nodev,noexec mode=755", "OK"),
            ("r /dev/null", "!EACCES open"),
            ("clone c", "pid 1702"),
            ("c@exec /bin/true", "!EACCES execve"),
        ],
    );
}

#[test]
fn probes_answer_for_an_actor() {
    let mut kernel = host(HostKind::V1);
    run(&mut kernel, "mkdir /sys/fs/cgroup/cpu/web").expect("a group can be made");
    run(&mut kernel, "w /sys/fs/cgroup/cpu/web/tasks 1701").expect("a task can be moved");
    run(&mut kernel, "cd /sys/fs/cgroup/cpu/web").expect("one can go there");
    let shell = Actor::shell();
    let ask = |probe| kernel.observe(&shell, &probe);
    assert_eq!(ask(Probe::WorkingDirectory), Observation::Data("/sys/fs/cgroup/cpu/web".to_owned()));
    assert_eq!(ask(Probe::File("cpu.shares".into())), Observation::Data("1024\n".to_owned()));
    let Observation::Cgroups(hierarchies) = ask(Probe::Cgroups) else { panic!("hierarchies were asked for") };
    let cpu = hierarchies.iter().find(|each| each.target == "/sys/fs/cgroup/cpu").expect("cpu is mounted");
    assert_eq!(cpu.options, ["cpu"]);
    assert_eq!(cpu.groups.keys().collect::<Vec<_>>(), ["/", "/web"]);
    assert_eq!(cpu.groups["/web"].tasks, [1701]);
    assert_eq!(cpu.groups["/web"].files["tasks"], "1701\n");
    let Observation::Tasks(tasks) = ask(Probe::Tasks) else { panic!("tasks were asked for") };
    let worker = tasks.iter().find(|task| task.pid == 1701).expect("the worker is there");
    assert_eq!((worker.state, worker.ppid), ('S', 1));
    assert!(worker.cgroups.contains(&"cpu:/web".to_owned()), "{:?}", worker.cgroups);
}

#[test]
fn nothing_is_renamed_into_itself() {
    check(
        &mut host(HostKind::V1),
        &[
            ("mkdir /d", "OK"),
            ("mkdir /d/e", "OK"),
            ("sys rename /d /d/e/f", "!EINVAL rename"),
            ("sys rename /d/e /d", "!ENOTEMPTY rename"),
            ("mkdir /sys/fs/cgroup/cpu/b", "OK"),
            ("sys rename /sys/fs/cgroup/cpu/b /sys/fs/cgroup/cpu/b/d", "!EINVAL rename"),
            ("mkdir /sys/fs/cgroup/cpu/c", "OK"),
            ("sys rename /sys/fs/cgroup/cpu/b /sys/fs/cgroup/cpu/c/b", "!EIO rename"),
        ],
    );
}
