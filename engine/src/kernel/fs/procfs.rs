//! /proc: which names there are (proc(5)). What its files say is in `proc_text`.

use crate::kernel::Kernel;
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
    Pid(u32),
    PidFile(u32, PidFile),
}

/// Files of /proc itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RootFile {
    Cgroups,
    Cmdline,
    Filesystems,
    Uptime,
}

/// Files of /proc/PID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PidFile {
    Cgroup,
    Cmdline,
    Comm,
    Cpuset,
    Mounts,
    Stat,
    Status,
}

const ROOT_FILES: [(&str, RootFile); 4] = [
    ("cgroups", RootFile::Cgroups),
    ("cmdline", RootFile::Cmdline),
    ("filesystems", RootFile::Filesystems),
    ("uptime", RootFile::Uptime),
];

const PID_FILES: [(&str, PidFile); 7] = [
    ("cgroup", PidFile::Cgroup),
    ("cmdline", PidFile::Cmdline),
    ("comm", PidFile::Comm),
    ("cpuset", PidFile::Cpuset),
    ("mounts", PidFile::Mounts),
    ("stat", PidFile::Stat),
    ("status", PidFile::Status),
];

/// True for names that /proc (`of_root`) or /proc/PID has in the model; Linux has many more.
pub(crate) fn is_known_name(name: &str, of_root: bool) -> bool {
    if !of_root {
        return PID_FILES.iter().any(|(known, _)| *known == name);
    }
    let is_pid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    is_pid || ["self", "mounts"].contains(&name) || ROOT_FILES.iter().any(|(known, _)| *known == name)
}

/// What kind of file.
pub(crate) fn kind(node: &ProcNode) -> FileKind {
    match node {
        ProcNode::Root | ProcNode::Pid(_) => FileKind::Directory,
        ProcNode::SelfLink | ProcNode::MountsLink => FileKind::Symlink,
        ProcNode::File(_) | ProcNode::PidFile(..) => FileKind::Regular,
    }
}

/// The file of that name. `/proc/PID` is there until the task has been reaped.
pub(crate) fn child(kernel: &Kernel, directory: &ProcNode, name: &str, _reader: u32) -> Option<ProcNode> {
    match directory {
        ProcNode::Root => root_child(kernel, name),
        ProcNode::Pid(pid) => {
            kernel.task(*pid)?;
            let (_, file) = PID_FILES.iter().find(|(known, _)| *known == name)?;
            Some(ProcNode::PidFile(*pid, *file))
        }
        ProcNode::SelfLink | ProcNode::MountsLink | ProcNode::File(_) | ProcNode::PidFile(..) => None,
    }
}

fn root_child(kernel: &Kernel, name: &str) -> Option<ProcNode> {
    match name {
        "self" => Some(ProcNode::SelfLink),
        "mounts" => Some(ProcNode::MountsLink),
        _ => {
            if let Some((_, file)) = ROOT_FILES.iter().find(|(known, _)| *known == name) {
                return Some(ProcNode::File(*file));
            }
            // Only the plain decimal form is a name: not `01`, not `+1` (fs/proc/util.c, name_to_int).
            let pid: u32 = name.parse().ok().filter(|pid: &u32| pid.to_string() == name)?;
            kernel.task(pid).map(|_| ProcNode::Pid(pid))
        }
    }
}

/// The entries of a directory.
pub(crate) fn entries(kernel: &Kernel, directory: &ProcNode, _reader: u32) -> Vec<Entry> {
    let file = |name: &str| Entry { name: name.to_owned(), kind: FileKind::Regular };
    match directory {
        ProcNode::Root => {
            let directory = |pid: u32| Entry { name: pid.to_string(), kind: FileKind::Directory };
            let link = |name: &str| Entry { name: name.to_owned(), kind: FileKind::Symlink };
            let processes = kernel.tasks().filter(|task| task.is_leader());
            let tasks = processes.map(|task| directory(task.pid));
            let files = ROOT_FILES.iter().map(|(name, _)| file(name));
            tasks.chain(files).chain([link("self"), link("mounts")]).collect()
        }
        ProcNode::Pid(pid) if kernel.task(*pid).is_some() => {
            PID_FILES.iter().map(|(name, _)| file(name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a link points, for the task that follows it.
pub(crate) fn link_target(node: &ProcNode, reader: u32) -> Option<String> {
    match node {
        ProcNode::SelfLink => Some(reader.to_string()),
        ProcNode::MountsLink => Some("self/mounts".to_owned()),
        _ => None,
    }
}

/// A directory's name.
pub(crate) fn name(node: &ProcNode) -> String {
    match node {
        ProcNode::Pid(pid) => pid.to_string(),
        _ => String::new(),
    }
}

/// stat(2). Sizes are 0; /proc/PID has nine links with the directories that the model leaves out.
pub(crate) fn stat(kernel: &Kernel, node: &ProcNode) -> Stat {
    let (mode, nlink, size) = match node {
        ProcNode::Root => (0o555, 2 + kernel.tasks().filter(|task| task.is_leader()).count() as u64, 0),
        ProcNode::Pid(_) => (0o555, 9, 0),
        ProcNode::SelfLink => (0o777, 1, 0),
        ProcNode::MountsLink => (0o777, 1, 11),
        ProcNode::PidFile(_, PidFile::Comm) => (0o644, 1, 0),
        ProcNode::File(_) | ProcNode::PidFile(..) => (0o444, 1, 0),
    };
    Stat { kind: kind(node), mode, nlink, uid: 0, gid: 0, size }
}
