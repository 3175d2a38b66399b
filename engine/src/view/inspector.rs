//! Everything about the thing that is selected.

use super::TaskToken;
use super::host::{GroupKey, find, mount_points, tokens};
use super::meter::{Meter, meters};
use super::step::FidelityView;
use crate::explain::{Facts, catalogue};
use crate::history::Session;
use crate::kernel::Kernel;
use crate::kernel::cgroup::{FileRow, GroupId, HierarchyId};
use crate::kernel::resources;

/// A control group in the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Which group.
    pub key: GroupKey,
    /// Its directory, where the hierarchy is mounted.
    pub directory: Option<String>,
    /// Processes directly in it.
    pub tasks: Vec<TaskToken>,
    /// What it uses, against what it may use.
    pub meters: Vec<Meter>,
    /// Its interface files by name.
    pub files: Vec<FileView>,
}

/// An interface file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Its content without the newline at the end; empty where it can only be written.
    pub value: String,
    /// What it is, its unit and range.
    pub doc: String,
    /// True where it can be read.
    pub readable: bool,
    /// True where it can be written.
    pub writable: bool,
    /// How true the model is here.
    pub fidelity: FidelityView,
    /// True where the current step changed it.
    pub changed: bool,
}

impl FileView {
    /// The command that writes a value into this file of the group in `directory`.
    pub fn write_command(&self, directory: &str, value: &str) -> String {
        format!("echo {} > {}", shell_quoted(value), shell_quoted(&format!("{directory}/{}", self.name)))
    }
}

/// A word as the shell takes it literally: in single quotes where it has other than harmless characters.
fn shell_quoted(word: &str) -> String {
    let harmless = |character: char| character.is_ascii_alphanumeric() || "/._-+:,=@%".contains(character);
    if !word.is_empty() && word.chars().all(harmless) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A process in the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Its pid.
    pub pid: u32,
    /// Its parent's pid.
    pub ppid: u32,
    /// Its program's name.
    pub comm: String,
    /// Its program and arguments.
    pub args: String,
    /// The state's letter.
    pub state: char,
    /// The lines of /proc/PID/cgroup.
    pub cgroups: Vec<String>,
    /// CPU that it gets, in thousandths of one CPU.
    pub cpu_milli: u32,
    /// Its memory in bytes.
    pub memory: u64,
}

/// A group at step `at`; `None` where it is not there then.
pub fn group(session: &Session, at: u32, key: &GroupKey) -> Option<GroupView> {
    let kernel = &session.frame(at).kernel;
    let hierarchy = HierarchyId(key.hierarchy);
    let id = find(kernel.cgroups(), hierarchy, &key.path)?;
    let before = (at > 0).then(|| &session.frame(at - 1).kernel);
    let old = before.and_then(|kernel| Some((kernel, find(kernel.cgroups(), hierarchy, &key.path)?)));
    let files = kernel.cgroups().files(id).into_iter().map(|row| file(kernel, id, row, old)).collect();
    let directory = mount_points(kernel, hierarchy).into_iter().next();
    let directory = directory.map(|mount| format!("{mount}{}", if key.path == "/" { "" } else { &key.path }));
    let tasks = tokens(kernel, before, hierarchy, id);
    Some(GroupView { key: key.clone(), directory, tasks, meters: meters(kernel, id), files })
}

fn file(kernel: &Kernel, group: GroupId, row: &'static FileRow, old: Option<(&Kernel, GroupId)>) -> FileView {
    let value = kernel.read_group_file(group, row.name).unwrap_or_default();
    let changed = old
        .is_some_and(|(kernel, group)| kernel.read_group_file(group, row.name).unwrap_or_default() != value);
    FileView {
        name: row.name.to_owned(),
        value: value.trim_end_matches('\n').to_owned(),
        doc: catalogue().text(row.doc, &Facts::new()),
        readable: row.mode & 0o444 != 0,
        writable: row.mode & 0o222 != 0,
        fidelity: FidelityView::of(row.fidelity),
        changed,
    }
}

/// A process at step `at`; `None` where it is not there then.
pub fn task(session: &Session, at: u32, pid: u32) -> Option<TaskView> {
    let kernel = &session.frame(at).kernel;
    let task = kernel.tasks().find(|task| task.pid == pid)?;
    let cpu = resources::shares(kernel.cgroups(), &kernel.demands());
    Some(TaskView {
        pid,
        ppid: task.ppid,
        comm: task.comm.clone(),
        args: task.argv.join(" "),
        state: kernel.state_letter(task),
        cgroups: kernel.cgroups().proc_pid_cgroup(pid).lines().map(str::to_owned).collect(),
        cpu_milli: cpu.get(&pid).copied().unwrap_or(0),
        memory: kernel.cgroups().memory_of(task.pid),
    })
}
