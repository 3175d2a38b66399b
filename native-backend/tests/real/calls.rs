//! Calls about files, mounts and control groups.

use crate::real::kit::{Done, Session, Test, data, done, refused, same};
use drydock_engine::host::DISK_AT;
use drydock_engine::plan::reply::FileKind;
use drydock_engine::plan::{Actor, Call, Errno, FileRef, Observation, Observe, OpenMode, Probe, Reply, Text};

pub(crate) const TESTS: &[Test] = &[
    ("the_machines_settings_stay", the_machines_settings_stay),
    ("files", files),
    ("refusals_of_files", refusals_of_files),
    ("a_named_hierarchy", a_named_hierarchy),
    ("refusals_of_control_groups", refusals_of_control_groups),
    ("the_profile_is_there", the_profile_is_there),
    ("an_endless_file_is_refused", an_endless_file_is_refused),
];

fn files() -> Done {
    let mut s = Session::start("files")?;
    done(s.mkdir("/tmp/a"))?;
    same(s.write("/tmp/a/f", "one\n"), Ok(Reply::Count(4)))?;
    let append = |data: &str| Call::Write {
        file: FileRef::Path("f".into()),
        data: data.into(),
        mode: OpenMode::Append,
    };
    done(s.sh(Call::Chdir { path: "/tmp/a".into() }))?;
    same(s.sh(append("two\n")), Ok(Reply::Count(4)))?;
    same(s.read("f"), data("one\ntwo\n"))?;
    same(s.host.observe(&Actor::shell(), &Probe::WorkingDirectory), Observation::Data("/tmp/a".into()))?;
    let Ok(Reply::Stat(stat)) = s.sh(Call::Stat { path: "f".into() }) else { return Err("no stat".into()) };
    same((stat.kind, stat.mode, stat.size), (FileKind::Regular, 0o644, 8))?;
    let Ok(Reply::Entries(entries)) = s.sh(Call::Getdents64 { path: "/tmp".into() }) else {
        return Err("no entries".into());
    };
    same(entries.len(), 1)?;
    done(s.sh(Call::Unlink { path: "f".into() }))?;
    done(s.sh(Call::Chdir { path: "/".into() }))?;
    done(s.rmdir("/tmp/a"))?;
    s.end()
}

fn refusals_of_files() -> Done {
    let mut s = Session::start("refusals")?;
    refused(s.mkdir("/nowhere/a"), Errno::ENOENT, "mkdir")?;
    refused(s.mkdir("/tmp"), Errno::EEXIST, "mkdir")?;
    refused(s.mkdir(&format!("/tmp/{}", "n".repeat(300))), Errno::ENAMETOOLONG, "mkdir")?;
    refused(s.rmdir("/etc"), Errno::ENOTEMPTY, "rmdir")?;
    refused(s.read("/tmp"), Errno::EISDIR, "read")?;
    refused(s.read("/tmp/none"), Errno::ENOENT, "open")?;
    refused(s.write("/usr/x", "y"), Errno::EROFS, "open")?;
    refused(s.sh(Call::Getdents64 { path: "/etc/passwd".into() }), Errno::ENOTDIR, "open")?;
    refused(s.by("nobody", Call::Chdir { path: "/".into() }), Errno::ESRCH, "chdir")?;
    let unknown = Text::pid_of(&Actor::new("nobody"));
    refused(s.write("/tmp/x", unknown), Errno::ESRCH, "write")?;
    s.end()
}

fn a_named_hierarchy() -> Done {
    let mut s = Session::start("named")?;
    done(s.mkdir("/hierarchy"))?;
    done(s.mount("/hierarchy", "none,name=ddtest-named"))?;
    done(s.mkdir("/hierarchy/a"))?;
    let shell = Text::pid_of(&Actor::shell());
    same(s.write("/hierarchy/a/cgroup.procs", shell), Ok(Reply::Count(4)))?;
    same(s.read("/hierarchy/a/cgroup.procs"), data("1650\n"))?;
    same(s.read("/hierarchy/cgroup.procs"), data("1\n1701\n"))?;
    let Ok(Reply::Data(own)) = s.read("/proc/1650/cgroup") else { return Err("no /proc/PID/cgroup".into()) };
    same(own.lines().any(|line| line.ends_with(":name=ddtest-named:/a")), true)?;
    refused(s.rmdir("/hierarchy/a"), Errno::EBUSY, "rmdir")?;
    same(s.write("/hierarchy/cgroup.procs", "1650"), Ok(Reply::Count(4)))?;
    done(s.rmdir("/hierarchy/a"))?;
    // Left behind on purpose, with a task in it.
    done(s.mkdir("/hierarchy/left"))?;
    done(s.mkdir("/hierarchy/left/below"))?;
    same(s.write("/hierarchy/left/below/cgroup.procs", "1701"), Ok(Reply::Count(4)))?;
    s.end()?;
    let hierarchies = std::fs::read_to_string("/proc/self/cgroup")?;
    same(hierarchies.contains("ddtest-named"), false)
}

fn refusals_of_control_groups() -> Done {
    let mut s = Session::start("cgroup-refusals")?;
    let Observation::Cgroups(found) = s.host.observe(&Actor::shell(), &Probe::Cgroups) else {
        return Err("no control groups".into());
    };
    done(s.mkdir("/hierarchy"))?;
    refused(s.mount("/hierarchy", "nonsense"), Errno::EINVAL, "mount")?;
    refused(s.mount("/nowhere", "none,name=ddtest-r"), Errno::ENOENT, "mount")?;
    let singles = found.iter().filter(|found| found.options.len() == 1 && !found.options[0].contains('='));
    let singles: Vec<_> = singles.collect();
    if let [first, second, ..] = singles.as_slice() {
        let both = format!("{},{}", first.options[0], second.options[0]);
        refused(s.mount("/hierarchy", &both), Errno::EBUSY, "mount")?;
        let file = format!("{}/cgroup.procs", first.target);
        refused(s.write(&file, "4000000"), Errno::ESRCH, "write")?;
        refused(s.write(&file, "letters"), Errno::EINVAL, "write")?;
        refused(s.mkdir(&format!("{}/{}", first.target, "n".repeat(5000))), Errno::ENAMETOOLONG, "mkdir")?;
    }
    if let Some(cpuset) = singles.iter().find(|found| found.options[0] == "cpuset") {
        let group = format!("{}/g", cpuset.target);
        done(s.mkdir(&group))?;
        refused(s.write(&format!("{group}/cgroup.procs"), "1650"), Errno::ENOSPC, "write")?;
        refused(s.write(&format!("{group}/cpuset.cpus"), "0-9999"), Errno::ERANGE, "write")
            .or_else(|_| refused(s.write(&format!("{group}/cpuset.cpus"), "0-99"), Errno::EINVAL, "write"))?;
        done(s.rmdir(&group))?;
    }
    s.end()
}

fn the_profile_is_there() -> Done {
    let s = Session::start("profile")?;
    let shell = Actor::shell();
    let Observation::Tasks(tasks) = s.host.observe(&shell, &Probe::Tasks) else {
        return Err("no tasks".into());
    };
    let seen: Vec<_> = tasks.iter().map(|task| (task.pid, task.ppid, task.comm.as_str())).collect();
    same(seen, vec![(1, 0, "init"), (1650, 1, "sh"), (1701, 1, "worker")])?;
    let rooted = |line: &String| line.ends_with(":/");
    same(tasks.iter().all(|task| task.cgroups.iter().all(rooted)), true)?;
    let Observation::Mounts(mounts) = s.host.observe(&shell, &Probe::Mounts) else {
        return Err("no mounts".into());
    };
    // Where the machine has no stress or memhog, a layer over its programs holds the stand-ins; it may have a disk.
    let targets = mounts.iter().map(|mount| mount.target.as_str());
    let targets = targets.filter(|target| !["/usr/bin", DISK_AT].contains(target));
    let first: Vec<_> = targets.take(3).collect();
    same(first, vec!["/", "/usr", "/proc"])?;
    let probe = Probe::File("/proc/1650/cmdline".into());
    same(s.host.observe(&shell, &probe), Observation::Data("sh\0".into()))?;
    let probe = Probe::Path("/dev/null".into());
    let Observation::Stat(stat) = s.host.observe(&shell, &probe) else { return Err("no /dev/null".into()) };
    same((stat.kind, stat.mode), (FileKind::Character, 0o666))?;
    s.end()
}

fn an_endless_file_is_refused() -> Done {
    let mut s = Session::start("endless")?;
    refused(s.read("/dev/zero"), Errno::EFBIG, "read")?;
    s.end()
}

/// What is set in /proc/sys and /sys is set for the whole machine; only control groups are the session's.
fn the_machines_settings_stay() -> Done {
    let mut s = Session::start("settings")?;
    let before = std::fs::read_to_string("/proc/sys/vm/swappiness")?;
    for path in
        ["/proc/sys/vm/swappiness", "/proc/sys/kernel/pid_max", "/sys/kernel/mm/transparent_hugepage/enabled"]
    {
        if std::path::Path::new(path).exists() {
            refused(s.write(path, "7"), Errno::EROFS, "open")?;
        }
    }
    refused(s.mkdir("/sys/x"), Errno::EROFS, "mkdir")?;
    same(std::fs::read_to_string("/proc/sys/vm/swappiness")?, before)?;
    // The counter of pids is the session's own, and threads are numbered by it.
    let flags = vec!["thread".to_owned()];
    let thread = Call::Clone3 { child: Actor::new("thread"), flags };
    same(s.sh(thread.clone()), Ok(Reply::Pid(1702)))?;
    refused(s.sh(thread), Errno::EEXIST, "clone3")?;
    s.end()
}
