//! What the files of /proc say (proc(5)).

use super::procfs::{PidFile, ProcNode, RootFile};
use crate::kernel::cgroup::{GroupId, Version};
use crate::kernel::mount::info::Seen;
use crate::kernel::namespace::{Clock, IdKind, NamespaceId, NamespaceKind, OVERFLOW, UtsName};
use crate::kernel::{Kernel, Task, limits};
use crate::plan::probe::MountInfo;
use std::fmt::Write as _;

/// The content of a file of a /proc that shows a pid namespace; `who` reads.
pub(crate) fn read(kernel: &Kernel, view: NamespaceId, node: &ProcNode, who: &Task) -> String {
    let reader = who.pid;
    match node {
        ProcNode::File(RootFile::Cgroups) => kernel.cgroups.proc_cgroups(),
        ProcNode::File(RootFile::Cmdline) => format!("{}\n", kernel.profile.command_line),
        ProcNode::File(RootFile::Filesystems) => filesystems(),
        ProcNode::File(RootFile::Loadavg) => kernel.loadavg(reader),
        // Who built the kernel, with what and when, is the machine's own.
        ProcNode::File(RootFile::Version) => {
            format!("Linux version {}.{}\n", kernel.profile.kernel.major, kernel.profile.kernel.minor)
        }
        ProcNode::File(RootFile::Uptime) => {
            let ahead = kernel.offsets(who.namespaces.get(NamespaceKind::Time)).ahead_ms(Clock::Boottime);
            uptime(kernel.now_ms().saturating_add_signed(ahead), kernel.now_ms())
        }
        ProcNode::File(RootFile::Cpuinfo) => {
            // What a CPU is called and can do is the machine's own: only the numbers are told.
            (0..kernel.profile.cpus).map(|cpu| format!("processor\t: {cpu}\n\n")).collect()
        }
        ProcNode::File(RootFile::Meminfo) => {
            format!("MemTotal:       {:8} kB\n", kernel.profile.memory / 1024)
        }
        ProcNode::File(RootFile::Hostname) => format!("{}\n", kernel.uts_name(who, UtsName::Host)),
        ProcNode::File(RootFile::Domainname) => format!("{}\n", kernel.uts_name(who, UtsName::Domain)),
        ProcNode::File(RootFile::Overflowuid | RootFile::Overflowgid) => format!("{OVERFLOW}\n"),
        ProcNode::Limit(kind) => {
            format!("{}\n", kernel.most_namespaces(who.credentials().users, *kind))
        }
        ProcNode::Ipc(kind) => kernel.ipc_text(*kind, who),
        ProcNode::File(RootFile::PidMax) => format!("{}\n", limits::PID_MAX),
        ProcNode::PidFile(pid, file) => {
            kernel.task(*pid).map_or_else(String::new, |task| of_task(kernel, view, task, *file, who))
        }
        _ => String::new(),
    }
}

fn of_task(kernel: &Kernel, view: NamespaceId, task: &Task, file: PidFile, who: &Task) -> String {
    match file {
        PidFile::Cgroup => kernel.cgroup_text(task.pid, who),
        PidFile::Children => children(kernel, view, task),
        PidFile::Cmdline if !task.is_alive() => String::new(),
        PidFile::Cmdline => task.argv.iter().map(|word| format!("{word}\0")).collect(),
        PidFile::Comm => format!("{}\n", task.comm),
        PidFile::Cpuset => format!("{}\n", cpuset_path(kernel, task.pid)),
        PidFile::Environ if !task.is_alive() => String::new(),
        PidFile::Environ => task.env.iter().map(|variable| format!("{variable}\0")).collect(),
        PidFile::Limits => super::limits_text::text(|resource| kernel.limits_of(task, resource)),
        PidFile::Map(file) => kernel.map_text(task, file, who.credentials()),
        PidFile::TimensOffsets => kernel.offsets_text(task),
        PidFile::Mountinfo => mountinfo(kernel, task),
        PidFile::Mounts => kernel.mounts_of(task).iter().map(mount_line).collect(),
        PidFile::OomScore => format!("{}\n", kernel.oom_score(task)),
        PidFile::OomScoreAdj => format!("{}\n", task.oom_score_adj),
        PidFile::Stat => stat_line(kernel, view, task, who.pid),
        PidFile::Status => status(kernel, view, task, who),
    }
}

/// The numbers of the children, a blank behind each; the model counts those of all threads as the first one's
/// (proc_pid_task(5)).
fn children(kernel: &Kernel, view: NamespaceId, task: &Task) -> String {
    let of_process = kernel.tasks().filter(|child| child.is_leader() && child.ppid == task.pid);
    of_process.map(|child| format!("{} ", kernel.number_of(child.pid, view))).collect()
}

/// The nearest group with the controller cpuset, in whichever hierarchy has it (kernel/cgroup/cpuset.c,
/// `proc_cpuset_show`).
fn cpuset_path(kernel: &Kernel, pid: u32) -> String {
    let cgroups = &kernel.cgroups;
    let has_it = |group: &GroupId| cgroups.files(*group).iter().any(|row| row.controller == "cpuset");
    let version_1 = cgroups
        .hierarchies()
        .find(|id| cgroups.version(*id) == Version::V1 && { cgroups.controllers(*id).contains(&"cpuset") });
    let version_2 = || cgroups.hierarchies().find(|id| cgroups.version(*id) == Version::V2);
    let group = version_1.or_else(version_2).and_then(|id| cgroups.group_of(id, pid));
    let mut above = std::iter::successors(group, |group| cgroups.parent(*group));
    above.find(has_it).map_or_else(|| "/".to_owned(), |group| cgroups.path(group))
}

/// The file systems that the model can mount, in the order in which Linux registers them.
fn filesystems() -> String {
    ["sysfs", "tmpfs", "proc", "cgroup", "cgroup2", "cpuset"].map(|name| format!("nodev\t{name}\n")).concat()
}

/// How long the machine is up, and how long its CPUs were idle.
fn uptime(up_ms: u64, idle_ms: u64) -> String {
    let seconds = |ms: u64| format!("{}.{:02}", ms / 1000, ms % 1000 / 10);
    format!("{} {}\n", seconds(up_ms), seconds(idle_ms))
}

/// A line of /proc/mounts: blanks, backslashes and `#` are octal (fs/proc_namespace.c, `mangle`), in an option
/// a comma instead of `#` (`seq_show_option`).
fn mount_line(mount: &MountInfo) -> String {
    let options: Vec<String> = mount.options.iter().map(|option| octal(option, ", \t\n\\")).collect();
    let (source, target) = (mangle(&mount.source), mangle(&mount.target));
    format!("{source} {target} {} {} 0 0\n", mount.fstype, options.join(","))
}

/// /proc/PID/mountinfo, a line a mount (proc_pid_mountinfo(5), fs/proc_namespace.c, `show_mountinfo`): what belongs to
/// the mount before the hyphen, what belongs to the file system behind it.
fn mountinfo(kernel: &Kernel, task: &Task) -> String {
    kernel.mounts_seen_by(task).map(|seen| mountinfo_line(kernel, task, &seen)).collect()
}

fn mountinfo_line(kernel: &Kernel, task: &Task, seen: &Seen<'_>) -> String {
    let mount = seen.mount;
    let access = |rdonly| if rdonly { "ro" } else { "rw" };
    let of_mount: Vec<&str> =
        std::iter::once(access(mount.flags.rdonly)).chain(mount.flags.words()).collect();
    let fields = kernel.propagation_fields(task, mount);
    let fields: String = fields.iter().map(|field| format!("{field} ")).collect();
    let known = kernel.mounts.super_of(mount.fs);
    let words = known.into_iter().flat_map(|known| known.flags.words()).map(str::to_owned);
    let state = access(kernel.mounts.super_is_readonly(mount.fs)).to_owned();
    let own = kernel.own_options(mount.fs);
    let own = own.iter().map(|option| octal(option, ", \t\n\\"));
    let of_fs: Vec<String> = std::iter::once(state).chain(words).chain(own).collect();
    let (major, minor) = kernel.device_of_fs(mount.fs);
    format!(
        "{} {} {major}:{minor} {} {} {} {fields}- {} {} {}\n",
        mount.id.0,
        mount.on.as_ref().map_or(mount.id, |place| place.mount).0,
        mangle(&kernel.root_text(task, mount)),
        mangle(&seen.target),
        of_mount.join(","),
        kernel.fstype_of(mount),
        mangle(&mount.source),
        of_fs.join(",")
    )
}

/// A path or name as the table of mounts writes it.
fn mangle(text: &str) -> String {
    octal(text, " \t\n\\#")
}

/// These characters as a backslash and three octal digits.
fn octal(text: &str, these: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        if these.contains(character) {
            let _ = write!(written, "\\{:03o}", u32::from(character));
        } else {
            written.push(character);
        }
    }
    written
}

/// The 52 fields of /proc/PID/stat; those that the model does not have are 0.
fn stat_line(kernel: &Kernel, view: NamespaceId, task: &Task, reader: u32) -> String {
    let letter = kernel.state_letter_for(task, reader);
    let [pid, parent, group] = [task.pid, task.ppid, task.group].map(|pid| kernel.number_of(pid, view));
    let head = format!("{pid} ({}) {letter} {parent} {group} {group} 0 -1", task.comm);
    let started = task.started_ms / 10;
    let used = task.cpu_ns / 10_000_000;
    // Fields 9 to 52: flags … user time (14) in ticks of 10 ms, priority (18), nice (19), threads (20), start
    // time (22) in ticks, resident memory (24) in pages.
    let rest = (9..=52).map(|field| match field {
        14 => used.to_string(),
        18 => (20 + task.nice).to_string(),
        19 => task.nice.to_string(),
        20 => kernel.n_threads(task).to_string(),
        22 => started.to_string(),
        // Pages that its program has touched; those of the program itself are not modelled.
        24 => (kernel.cgroups.memory_of(task.tgid) / limits::PAGE).to_string(),
        38 => "17".to_owned(),
        // The CPU that it is on: the first that it may use.
        39 => kernel.cpus_allowed(task.pid).first().copied().unwrap_or(0).to_string(),
        _ => "0".to_owned(),
    });
    format!("{head} {}\n", rest.collect::<Vec<_>>().join(" "))
}

/// The lines of /proc/PID/status that the model knows.
fn status(kernel: &Kernel, view: NamespaceId, task: &Task, reader: &Task) -> String {
    let letter = kernel.state_letter_for(task, reader.pid);
    let users = reader.credentials().users;
    let shown = |kind: IdKind, id: u32| kernel.id_shown(users, kind, id);
    let leader = kernel.task(task.tgid).unwrap_or(task);
    let cpus = kernel.cpus_allowed(task.pid);
    let mask: u64 = cpus.iter().filter(|cpu| **cpu < 64).map(|cpu| 1_u64 << cpu).sum();
    let who = task.credentials();
    let groups: Vec<String> = who.groups.iter().map(|gid| shown(IdKind::Group, *gid).to_string()).collect();
    let lines = [
        ("Name", task.comm.replace('\\', "\\\\").replace('\n', "\\n")),
        ("Umask", "0022".to_owned()),
        ("State", format!("{letter} ({})", state_word(letter))),
        ("Tgid", kernel.number_of(task.tgid, view).to_string()),
        ("Ngid", "0".to_owned()),
        ("Pid", kernel.number_of(task.pid, view).to_string()),
        ("PPid", kernel.number_of(task.ppid, view).to_string()),
        ("TracerPid", "0".to_owned()),
        ("Uid", who.uid.line(|id| shown(IdKind::User, id))),
        ("Gid", who.gid.line(|id| shown(IdKind::Group, id))),
        // A blank follows each group, and one where there is none.
        ("Groups", format!("{} ", groups.join(" "))),
        ("NStgid", kernel.nested_numbers(leader, view)),
        ("NSpid", kernel.nested_numbers(task, view)),
        ("Threads", kernel.n_threads(task).to_string()),
        ("ShdPnd", format!("{:016x}", kernel.pending_signals(task))),
        ("CapInh", who.inheritable.hex()),
        ("CapPrm", who.permitted.hex()),
        ("CapEff", who.effective.hex()),
        ("CapBnd", who.bounding.hex()),
        ("CapAmb", who.ambient.hex()),
        ("NoNewPrivs", u8::from(who.no_new_privs).to_string()),
        ("Cpus_allowed", format!("{mask:x}")),
        ("Cpus_allowed_list", list(&cpus)),
        // A machine of the model has one NUMA node.
        ("Mems_allowed_list", "0".to_owned()),
    ];
    lines.iter().map(|(name, value)| format!("{name}:\t{value}\n")).collect()
}

/// fs/proc/array.c, `task_state_array`.
fn state_word(letter: char) -> &'static str {
    match letter {
        'R' => "running",
        'D' => "disk sleep",
        'T' => "stopped",
        'Z' => "zombie",
        _ => "sleeping",
    }
}

/// Numbers as the kernel lists them: `0-2,4`.
pub(crate) fn list(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == *number => *end = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let show = |(start, end): &(u32, u32)| {
        if start == end { start.to_string() } else { format!("{start}-{end}") }
    };
    ranges.iter().map(show).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::{list, mount_line, uptime};
    use crate::plan::probe::MountInfo;

    #[test]
    fn texts_are_as_linux_writes_them() {
        assert_eq!(list(&[0, 1, 2, 4]), "0-2,4");
        assert_eq!(list(&[]), "");
        assert_eq!(uptime(12_345, 12_345), "12.34 12.34\n");
        let options = ["rw", "relatime", "cpuset", "cpu", "memory"].map(str::to_owned).to_vec();
        let info = MountInfo {
            source: "cpu_and_mem".into(),
            target: "/cg".into(),
            fstype: "cgroup".into(),
            options,
        };
        assert_eq!(mount_line(&info), "cpu_and_mem /cg cgroup rw,relatime,cpuset,cpu,memory 0 0\n");
        let info = MountInfo {
            source: "a b\tc".into(),
            target: "/c\\d#,".into(),
            fstype: "cgroup".into(),
            options: vec!["release_agent=/a b,\\#".into()],
        };
        let line = "a\\040b\\011c /c\\134d\\043, cgroup release_agent=/a\\040b\\054\\134# 0 0\n";
        assert_eq!(mount_line(&info), line);
    }
}
