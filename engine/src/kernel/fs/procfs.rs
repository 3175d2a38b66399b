//! /proc: which names there are (proc(5)). What its files say is in `proc_text`.

use super::{Node, Place};
use crate::kernel::namespace::{IpcKind, MapFile, NamespaceId, NamespaceKind, NsLink};
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
    /// `/proc/sys/user`.
    SysUser,
    /// `/proc/sys/user/max_*_namespaces`.
    Limit(NamespaceKind),
    /// `/proc/sysvipc`.
    SysvIpc,
    /// A file in there.
    Ipc(IpcKind),
    /// `/proc/PID/ns`.
    NsDirectory(u32),
    /// A link in there.
    NsLink(u32, NsLink),
}

impl ProcNode {
    /// True for a file of /proc/sys.
    pub(crate) fn is_setting(&self) -> bool {
        match self {
            Self::Limit(_) => true,
            Self::File(file) => SYS_KERNEL_FILES.iter().any(|(_, setting)| setting == file),
            _ => false,
        }
    }

    /// True for a directory of /proc/sys.
    pub(crate) fn is_settings(&self) -> bool {
        matches!(self, Self::Sys | Self::SysKernel | Self::SysUser)
    }
}

/// The files of /proc/sysvipc.
const IPC_FILES: [(&str, IpcKind); 3] =
    [("msg", IpcKind::Queue), ("sem", IpcKind::Semaphores), ("shm", IpcKind::Memory)];

/// The kind of namespace that a file of /proc/sys/user limits.
fn limit_named(name: &str) -> Option<NamespaceKind> {
    let word = name.strip_prefix("max_")?.strip_suffix("_namespaces")?;
    NamespaceKind::ALL.into_iter().find(|kind| kind.word() == word)
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
    Domainname,
    Hostname,
    Overflowgid,
    Overflowuid,
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
    Map(MapFile),
    Mountinfo,
    Mounts,
    OomScore,
    OomScoreAdj,
    Stat,
    Status,
    TimensOffsets,
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

const SYS_KERNEL_FILES: [(&str, RootFile); 5] = [
    ("domainname", RootFile::Domainname),
    ("hostname", RootFile::Hostname),
    ("overflowgid", RootFile::Overflowgid),
    ("overflowuid", RootFile::Overflowuid),
    ("pid_max", RootFile::PidMax),
];

const PID_FILES: [(&str, PidFile); 16] = [
    ("cgroup", PidFile::Cgroup),
    ("cmdline", PidFile::Cmdline),
    ("comm", PidFile::Comm),
    ("cpuset", PidFile::Cpuset),
    ("environ", PidFile::Environ),
    ("gid_map", PidFile::Map(MapFile::GidMap)),
    ("limits", PidFile::Limits),
    ("mountinfo", PidFile::Mountinfo),
    ("mounts", PidFile::Mounts),
    ("oom_score", PidFile::OomScore),
    ("oom_score_adj", PidFile::OomScoreAdj),
    ("projid_map", PidFile::Map(MapFile::ProjidMap)),
    ("setgroups", PidFile::Map(MapFile::Setgroups)),
    ("stat", PidFile::Stat),
    ("status", PidFile::Status),
    ("uid_map", PidFile::Map(MapFile::UidMap)),
];

/// What a process has and its threads have not.
const PROCESS_FILES: [(&str, PidFile); 1] = [("timens_offsets", PidFile::TimensOffsets)];

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
            ["self", "mounts", "sys", "sysvipc"].contains(&name)
                || is_number(name)
                || ROOT_FILES.iter().any(|(known, _)| *known == name)
        }
        ["sys"] => name == "kernel" || name == "user",
        ["sys", "user"] => limit_named(name).is_some(),
        ["sysvipc"] => IPC_FILES.iter().any(|(known, _)| *known == name),
        [_, "ns"] | [_, "task", _, "ns"] => NsLink::named(name).is_some(),
        ["sys", "kernel"] => SYS_KERNEL_FILES.iter().any(|(known, _)| *known == name),
        [_] => name == "task" || name == "ns" || of_task() || named(&PROCESS_FILES, name).is_some(),
        [_, "task"] => is_number(name),
        _ => name == "ns" || of_task() || THREAD_FILES.iter().any(|(known, _)| *known == name),
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
        | ProcNode::SysKernel
        | ProcNode::SysUser
        | ProcNode::SysvIpc
        | ProcNode::NsDirectory(_) => FileKind::Directory,
        ProcNode::SelfLink | ProcNode::MountsLink | ProcNode::PidLink(..) | ProcNode::NsLink(..) => {
            FileKind::Symlink
        }
        ProcNode::File(_) | ProcNode::Limit(_) | ProcNode::Ipc(_) | ProcNode::PidFile(..) => {
            FileKind::Regular
        }
    }
}

/// The file of that name. `/proc/PID` is there until the task has been reaped.
pub(crate) fn child(
    kernel: &Kernel,
    (view, directory): (NamespaceId, &ProcNode),
    name: &str,
    _reader: u32,
) -> Option<ProcNode> {
    match directory {
        ProcNode::Root => root_child(kernel, view, name),
        ProcNode::Sys => match name {
            "kernel" => Some(ProcNode::SysKernel),
            "user" => Some(ProcNode::SysUser),
            _ => None,
        },
        ProcNode::SysUser => limit_named(name).map(ProcNode::Limit),
        ProcNode::SysvIpc => named(&IPC_FILES, name).map(ProcNode::Ipc),
        ProcNode::NsDirectory(pid) => NsLink::named(name).map(|link| ProcNode::NsLink(*pid, link)),
        ProcNode::SysKernel => named(&SYS_KERNEL_FILES, name).map(ProcNode::File),
        ProcNode::Pid(pid) if name == "task" => Some(ProcNode::Threads(kernel.task(*pid)?.tgid)),
        ProcNode::Pid(pid) | ProcNode::Thread(pid) if name == "ns" => {
            kernel.task(*pid).map(|task| ProcNode::NsDirectory(task.pid))
        }
        ProcNode::Pid(pid) | ProcNode::Thread(pid) => {
            kernel.task(*pid)?;
            let is_thread = matches!(directory, ProcNode::Thread(_));
            let own = if is_thread { named(&THREAD_FILES, name) } else { named(&PROCESS_FILES, name) };
            let file = named(&PID_FILES, name).or(own).map(|file| ProcNode::PidFile(*pid, file));
            file.or_else(|| named(&PID_LINKS, name).map(|link| ProcNode::PidLink(*pid, link)))
        }
        ProcNode::Threads(tgid) => {
            let tid = number(name).and_then(|number| kernel.numbered(view, number))?;
            kernel.task(tid).filter(|task| task.tgid == *tgid)?;
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

fn root_child(kernel: &Kernel, view: NamespaceId, name: &str) -> Option<ProcNode> {
    match name {
        "self" => Some(ProcNode::SelfLink),
        "mounts" => Some(ProcNode::MountsLink),
        "sys" => Some(ProcNode::Sys),
        "sysvipc" => Some(ProcNode::SysvIpc),
        _ => named(&ROOT_FILES, name)
            .map(ProcNode::File)
            .or_else(|| number(name).and_then(|number| kernel.numbered(view, number)).map(ProcNode::Pid)),
    }
}

/// The directory above.
pub(crate) fn parent(kernel: &Kernel, node: &ProcNode) -> ProcNode {
    match node {
        ProcNode::Threads(tgid) => ProcNode::Pid(*tgid),
        ProcNode::Thread(tid) => {
            kernel.task(*tid).map_or(ProcNode::Root, |task| ProcNode::Threads(task.tgid))
        }
        ProcNode::NsDirectory(pid) | ProcNode::PidFile(pid, _) | ProcNode::PidLink(pid, _) => {
            ProcNode::Pid(*pid)
        }
        ProcNode::NsLink(pid, _) => ProcNode::NsDirectory(*pid),
        ProcNode::Limit(_) => ProcNode::SysUser,
        ProcNode::Ipc(_) => ProcNode::SysvIpc,
        ProcNode::File(_) if node.is_setting() => ProcNode::SysKernel,
        ProcNode::SysKernel | ProcNode::SysUser => ProcNode::Sys,
        _ => ProcNode::Root,
    }
}

/// The entries of a directory.
pub(crate) fn entries(kernel: &Kernel, view: NamespaceId, directory: &ProcNode, _reader: u32) -> Vec<Entry> {
    let entry = |name: &str, kind| Entry { name: name.to_owned(), kind };
    let (file, link) = (FileKind::Regular, FileKind::Symlink);
    let number = |number: u32| Entry { name: number.to_string(), kind: FileKind::Directory };
    match directory {
        ProcNode::Root => {
            let is_process = |pid: u32| kernel.task(pid).is_some_and(Task::is_leader);
            let all = kernel.numbers_of(view).into_iter();
            let processes = all.filter(|(_, pid)| is_process(*pid)).map(|(shown, _)| number(shown));
            let files = ROOT_FILES.iter().map(|(name, _)| entry(name, file));
            let directory = |name| entry(name, FileKind::Directory);
            let others = [entry("self", link), entry("mounts", link), directory("sys"), directory("sysvipc")];
            processes.chain(files).chain(others).collect()
        }
        ProcNode::Pid(pid) | ProcNode::Thread(pid) if kernel.task(*pid).is_some() => {
            let files = PID_FILES.iter().map(|(name, _)| entry(name, file));
            let links = PID_LINKS.iter().map(|(name, _)| entry(name, link));
            let is_process = matches!(directory, ProcNode::Pid(_));
            let task = is_process.then(|| entry("task", FileKind::Directory));
            let own = if is_process { &PROCESS_FILES } else { &THREAD_FILES };
            let own = own.iter().map(|(name, _)| entry(name, file));
            let ns = std::iter::once(entry("ns", FileKind::Directory));
            files.chain(links).chain(own).chain(task).chain(ns).collect()
        }
        ProcNode::Threads(tgid) => {
            let threads = kernel.threads(*tgid).into_iter();
            threads.map(|tid| number(kernel.number_of(tid, view))).collect()
        }
        ProcNode::NsDirectory(pid) if kernel.task(*pid).is_some() => {
            NsLink::ALL.iter().map(|one| entry(one.name(), link)).collect()
        }
        ProcNode::Sys => {
            vec![entry("kernel", FileKind::Directory), entry("user", FileKind::Directory)]
        }
        ProcNode::SysUser => {
            let name = |kind: NamespaceKind| format!("max_{}_namespaces", kind.word());
            NamespaceKind::ALL.into_iter().map(|kind| entry(&name(kind), file)).collect()
        }
        ProcNode::SysvIpc => IPC_FILES.iter().map(|(name, _)| entry(name, file)).collect(),
        ProcNode::SysKernel => SYS_KERNEL_FILES.iter().map(|(name, _)| entry(name, file)).collect(),
        _ => Vec::new(),
    }
}

/// Where a link points, for the task that follows it.
pub(crate) fn link_target(
    kernel: &Kernel,
    view: NamespaceId,
    node: &ProcNode,
    reader: u32,
) -> Option<String> {
    match node {
        // Who can't be seen in that namespace has no link to itself (fs/proc/self.c, `proc_self_get_link`).
        ProcNode::SelfLink => {
            let own = kernel.number_of(kernel.process_of(reader).unwrap_or(reader), view);
            (own != 0).then(|| own.to_string())
        }
        ProcNode::NsLink(pid, link) => kernel.namespace_text(kernel.namespace_behind(*pid, *link)?),
        ProcNode::MountsLink => Some("self/mounts".to_owned()),
        ProcNode::PidLink(..) => {
            let place = kernel.place_behind(&Node::Proc(view, *node))?;
            let root = &kernel.task(reader)?.root;
            kernel.path_from(root, &place).filter(|_| !kernel.is_removed(&place)).map(|(path, _)| path)
        }
        _ => None,
    }
}

/// A file's name.
pub(crate) fn name(kernel: &Kernel, view: NamespaceId, node: &ProcNode) -> String {
    match node {
        ProcNode::Pid(pid) | ProcNode::Thread(pid) => kernel.number_of(*pid, view).to_string(),
        ProcNode::NsDirectory(_) => "ns".to_owned(),
        ProcNode::NsLink(_, link) => link.name().to_owned(),
        ProcNode::Limit(kind) => format!("max_{}_namespaces", kind.word()),
        ProcNode::Ipc(kind) => word(IPC_FILES.iter(), *kind),
        ProcNode::SysUser => "user".to_owned(),
        ProcNode::SysvIpc => "sysvipc".to_owned(),
        ProcNode::Threads(_) => "task".to_owned(),
        ProcNode::Sys => "sys".to_owned(),
        ProcNode::SysKernel => "kernel".to_owned(),
        ProcNode::SelfLink => "self".to_owned(),
        ProcNode::MountsLink => "mounts".to_owned(),
        ProcNode::File(file) => word(ROOT_FILES.iter().chain(&SYS_KERNEL_FILES), *file),
        ProcNode::PidFile(_, file) => word(PID_FILES.iter().chain(&THREAD_FILES), *file),
        ProcNode::PidLink(_, link) => word(PID_LINKS.iter(), *link),
        ProcNode::Root => String::new(),
    }
}

/// The name of a row.
fn word<'t, T: PartialEq + 't>(mut table: impl Iterator<Item = &'t (&'static str, T)>, value: T) -> String {
    table.find(|(_, known)| *known == value).map(|(name, _)| (*name).to_owned()).unwrap_or_default()
}

impl Kernel {
    /// The place that a link of /proc/PID stands for; `None` for all else, and of a task that has ended.
    pub(crate) fn place_behind(&self, node: &Node) -> Option<Place> {
        let Node::Proc(_, ProcNode::PidLink(pid, link)) = node else { return None };
        let task = self.task(*pid).filter(|task: &&Task| task.is_alive())?;
        Some(match link {
            PidLink::Root => task.root.clone(),
            PidLink::Cwd => task.cwd.clone(),
        })
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
        ProcNode::NsDirectory(_) => (0o511, 2, 0),
        ProcNode::Sys | ProcNode::SysKernel | ProcNode::SysUser => (0o555, 1, 0),
        ProcNode::SysvIpc => (0o555, 2, 0),
        ProcNode::SelfLink | ProcNode::PidLink(..) | ProcNode::NsLink(..) => (0o777, 1, 0),
        ProcNode::MountsLink => (0o777, 1, 11),
        ProcNode::PidFile(
            _,
            PidFile::Comm | PidFile::OomScoreAdj | PidFile::Map(_) | PidFile::TimensOffsets,
        ) => (0o644, 1, 0),
        node if node.is_setting() => (0o644, 1, 0),
        ProcNode::PidFile(_, PidFile::Environ) => (0o400, 1, 0),
        ProcNode::File(_) | ProcNode::Limit(_) | ProcNode::Ipc(_) | ProcNode::PidFile(..) => (0o444, 1, 0),
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
        | ProcNode::PidLink(pid, _)
        | ProcNode::NsDirectory(pid)
        | ProcNode::NsLink(pid, _) => Some(*pid),
        _ => None,
    };
    let is_directory = kind(node) == FileKind::Directory;
    let task = pid.and_then(|pid| kernel.task(pid)).filter(|task| is_directory || task.is_alive());
    task.map_or((0, 0), |task| (task.credentials().uid.effective, task.credentials().gid.effective))
}
