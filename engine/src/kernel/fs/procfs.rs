//! /proc: which names there are (proc(5)). What its files say is in `proc_text`.

use crate::kernel::{Kernel, Task};
use crate::plan::reply::{Entry, FileKind, Stat};
use serde::Serialize;

/// A file of /proc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProcNode {
    Root,
    /// `self`: a link to the directory of who looks.
    SelfLink,
    /// `mounts`: a link to `self/mounts`.
    MountsLink,
    File(RootFile),
    /// `/proc/PID`; any thread's number has one, but only those of processes are listed.
    Pid(u32),
    /// `/proc/PID/task`.
    Threads(u32),
    /// `/proc/PID/task/TID`.
    Thread(u32),
    /// A file of a process or a thread.
    PidFile(u32, PidFile),
    /// A link of a process or a thread.
    PidLink(u32, PidLink),
    /// `/proc/sys`.
    Sys,
    /// `/proc/sys/kernel`.
    SysKernel,
}

/// Files of /proc itself and of /proc/sys/kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RootFile {
    Cgroups,
    Cmdline,
    Cpuinfo,
    Filesystems,
    Loadavg,
    Meminfo,
    Uptime,
    Version,
    Hostname,
    PidMax,
}

/// Files of /proc/PID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PidFile {
    Cgroup,
    /// Only below `task`.
    Children,
    Cmdline,
    Comm,
    Cpuset,
    Environ,
    Limits,
    Mountinfo,
    Mounts,
    OomScore,
    OomScoreAdj,
    Stat,
    Status,
}

/// Links of /proc/PID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PidLink {
    Cwd,
    Root,
}

const ROOT_FILES: [(&str, RootFile); 8] = [
    ("cgroups", RootFile::Cgroups),
    ("cmdline", RootFile::Cmdline),
    ("cpuinfo", RootFile::Cpuinfo),
    ("filesystems", RootFile::Filesystems),
    ("loadavg", RootFile::Loadavg),
    ("meminfo", RootFile::Meminfo),
    ("uptime", RootFile::Uptime),
    ("version", RootFile::Version),
];

const SYS_KERNEL_FILES: [(&str, RootFile); 2] =
    [("hostname", RootFile::Hostname), ("pid_max", RootFile::PidMax)];

const PID_FILES: [(&str, PidFile); 12] = [
    ("cgroup", PidFile::Cgroup),
    ("cmdline", PidFile::Cmdline),
    ("comm", PidFile::Comm),
    ("cpuset", PidFile::Cpuset),
    ("environ", PidFile::Environ),
    ("limits", PidFile::Limits),
    ("mountinfo", PidFile::Mountinfo),
    ("mounts", PidFile::Mounts),
    ("oom_score", PidFile::OomScore),
    ("oom_score_adj", PidFile::OomScoreAdj),
    ("stat", PidFile::Stat),
    ("status", PidFile::Status),
];

/// What a thread's directory has beside the files of a process.
const THREAD_FILES: [(&str, PidFile); 1] = [("children", PidFile::Children)];

const PID_LINKS: [(&str, PidLink); 2] = [("cwd", PidLink::Cwd), ("root", PidLink::Root)];

/// True for names that a directory of /proc has in the model; Linux has many more.
pub(crate) fn is_known_name(directory: &str, name: &str) -> bool {
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let of_task = || {
        PID_FILES.iter().any(|(known, _)| *known == name) || PID_LINKS.iter().any(|(known, _)| *known == name)
    };
    let parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).skip(1).collect();
    match parts.as_slice() {
        [] => {
            ["self", "mounts", "sys"].contains(&name)
                || is_number(name)
                || ROOT_FILES.iter().any(|(known, _)| *known == name)
        }
        ["sys"] => name == "kernel",
        ["sys", "kernel"] => SYS_KERNEL_FILES.iter().any(|(known, _)| *known == name),
        [_] => name == "task" || of_task(),
        [_, "task"] => is_number(name),
        _ => of_task() || THREAD_FILES.iter().any(|(known, _)| *known == name),
    }
}

/// What kind of file.
pub(crate) fn kind(node: &ProcNode) -> FileKind {
    match node {
        ProcNode::Root
        | ProcNode::Pid(_)
        | ProcNode::Threads(_)
        | ProcNode::Thread(_)
        | ProcNode::Sys
        | ProcNode::SysKernel => FileKind::Directory,
        ProcNode::SelfLink | ProcNode::MountsLink | ProcNode::PidLink(..) => FileKind::Symlink,
        ProcNode::File(_) | ProcNode::PidFile(..) => FileKind::Regular,
    }
}

/// The file of that name. `/proc/PID` is there until the task has been reaped.
pub(crate) fn child(kernel: &Kernel, directory: &ProcNode, name: &str, _reader: u32) -> Option<ProcNode> {
    match directory {
        ProcNode::Root => root_child(kernel, name),
        ProcNode::Sys => (name == "kernel").then_some(ProcNode::SysKernel),
        ProcNode::SysKernel => named(&SYS_KERNEL_FILES, name).map(ProcNode::File),
        ProcNode::Pid(pid) if name == "task" => Some(ProcNode::Threads(kernel.task(*pid)?.tgid)),
        ProcNode::Pid(pid) | ProcNode::Thread(pid) => {
            kernel.task(*pid)?;
            let own = matches!(directory, ProcNode::Thread(_)).then(|| named(&THREAD_FILES, name)).flatten();
            let file = named(&PID_FILES, name).or(own).map(|file| ProcNode::PidFile(*pid, file));
            file.or_else(|| named(&PID_LINKS, name).map(|link| ProcNode::PidLink(*pid, link)))
        }
        ProcNode::Threads(tgid) => {
            let tid = number(name).filter(|tid| kernel.task(*tid).is_some_and(|task| task.tgid == *tgid))?;
            Some(ProcNode::Thread(tid))
        }
        _ => None,
    }
}

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// Only the plain decimal form is a name: not `01`, not `+1` (fs/proc/util.c, `name_to_int`).
fn number(name: &str) -> Option<u32> {
    name.parse().ok().filter(|number: &u32| number.to_string() == name)
}

fn root_child(kernel: &Kernel, name: &str) -> Option<ProcNode> {
    match name {
        "self" => Some(ProcNode::SelfLink),
        "mounts" => Some(ProcNode::MountsLink),
        "sys" => Some(ProcNode::Sys),
        _ => named(&ROOT_FILES, name)
            .map(ProcNode::File)
            .or_else(|| number(name).filter(|pid| kernel.task(*pid).is_some()).map(ProcNode::Pid)),
    }
}

/// The directory above.
pub(crate) fn parent(kernel: &Kernel, node: &ProcNode) -> ProcNode {
    match node {
        ProcNode::Threads(tgid) => ProcNode::Pid(*tgid),
        ProcNode::Thread(tid) => {
            kernel.task(*tid).map_or(ProcNode::Root, |task| ProcNode::Threads(task.tgid))
        }
        ProcNode::SysKernel => ProcNode::Sys,
        _ => ProcNode::Root,
    }
}

/// The entries of a directory.
pub(crate) fn entries(kernel: &Kernel, directory: &ProcNode, _reader: u32) -> Vec<Entry> {
    let entry = |name: &str, kind| Entry { name: name.to_owned(), kind };
    let (file, link) = (FileKind::Regular, FileKind::Symlink);
    let number = |number: u32| Entry { name: number.to_string(), kind: FileKind::Directory };
    match directory {
        ProcNode::Root => {
            let processes = kernel.tasks().filter(|task| task.is_leader()).map(|task| number(task.pid));
            let files = ROOT_FILES.iter().map(|(name, _)| entry(name, file));
            let others = [entry("self", link), entry("mounts", link), entry("sys", FileKind::Directory)];
            processes.chain(files).chain(others).collect()
        }
        ProcNode::Pid(pid) | ProcNode::Thread(pid) if kernel.task(*pid).is_some() => {
            let files = PID_FILES.iter().map(|(name, _)| entry(name, file));
            let links = PID_LINKS.iter().map(|(name, _)| entry(name, link));
            let is_process = matches!(directory, ProcNode::Pid(_));
            let task = is_process.then(|| entry("task", FileKind::Directory));
            let own = THREAD_FILES.iter().filter(|_| !is_process).map(|(name, _)| entry(name, file));
            files.chain(links).chain(own).chain(task).collect()
        }
        ProcNode::Threads(tgid) => kernel.threads(*tgid).into_iter().map(number).collect(),
        ProcNode::Sys => vec![entry("kernel", FileKind::Directory)],
        ProcNode::SysKernel => SYS_KERNEL_FILES.iter().map(|(name, _)| entry(name, file)).collect(),
        _ => Vec::new(),
    }
}

/// Where a link points, for the task that follows it.
pub(crate) fn link_target(kernel: &Kernel, node: &ProcNode, reader: u32) -> Option<String> {
    match node {
        ProcNode::SelfLink => Some(kernel.process_of(reader).unwrap_or(reader).to_string()),
        ProcNode::MountsLink => Some("self/mounts".to_owned()),
        ProcNode::PidLink(pid, PidLink::Root) => kernel.is_alive(*pid).then(|| "/".to_owned()),
        ProcNode::PidLink(pid, PidLink::Cwd) => {
            let task = kernel.task(*pid).filter(|task: &&Task| task.is_alive())?;
            kernel.path_of(&task.cwd)
        }
        _ => None,
    }
}

/// A directory's name.
pub(crate) fn name(node: &ProcNode) -> String {
    match node {
        ProcNode::Pid(pid) | ProcNode::Thread(pid) => pid.to_string(),
        ProcNode::Threads(_) => "task".to_owned(),
        ProcNode::Sys => "sys".to_owned(),
        ProcNode::SysKernel => "kernel".to_owned(),
        _ => String::new(),
    }
}

/// stat(2).
pub(crate) fn stat(kernel: &Kernel, node: &ProcNode) -> Stat {
    let mut stat = stat_of_rights(kernel, node);
    if matches!(node, ProcNode::Root) {
        stat.nlink = 2 + kernel.tasks().filter(|task| task.is_leader()).count() as u64;
    }
    stat
}

/// The same without the links of /proc itself. Sizes are 0; /proc/PID has nine links with the directories that the
/// model leaves out.
pub(crate) fn stat_of_rights(kernel: &Kernel, node: &ProcNode) -> Stat {
    let (mode, nlink, size) = match node {
        ProcNode::Root => (0o555, 2, 0),
        ProcNode::Pid(_) => (0o555, 9, 0),
        ProcNode::Thread(_) => (0o555, 7, 0),
        ProcNode::Threads(tgid) => (0o555, 2 + kernel.threads(*tgid).len() as u64, 0),
        ProcNode::Sys | ProcNode::SysKernel => (0o555, 1, 0),
        ProcNode::SelfLink | ProcNode::PidLink(..) => (0o777, 1, 0),
        ProcNode::MountsLink => (0o777, 1, 11),
        ProcNode::PidFile(_, PidFile::Comm | PidFile::OomScoreAdj)
        | ProcNode::File(RootFile::Hostname | RootFile::PidMax) => (0o644, 1, 0),
        ProcNode::PidFile(_, PidFile::Environ) => (0o400, 1, 0),
        ProcNode::File(_) | ProcNode::PidFile(..) => (0o444, 1, 0),
    };
    let (uid, gid) = owner(kernel, node);
    Stat { kind: kind(node), mode, nlink, uid, gid, size }
}

/// What is about a task belongs to its effective user, but for the files of one that has ended (fs/proc/base.c,
/// `task_dump_owner`); all else to root.
fn owner(kernel: &Kernel, node: &ProcNode) -> (u32, u32) {
    let pid = match node {
        ProcNode::Pid(pid)
        | ProcNode::Thread(pid)
        | ProcNode::Threads(pid)
        | ProcNode::PidFile(pid, _)
        | ProcNode::PidLink(pid, _) => Some(*pid),
        _ => None,
    };
    let is_directory = kind(node) == FileKind::Directory;
    let task = pid.and_then(|pid| kernel.task(pid)).filter(|task| is_directory || task.is_alive());
    task.map_or((0, 0), |task| (task.credentials().uid.effective, task.credentials().gid.effective))
}
