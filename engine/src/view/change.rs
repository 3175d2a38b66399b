//! What a step changed: the difference of two frames, in words.

use super::host::{mount_points, settings, title};
use crate::history::Session;
use crate::kernel::cgroup::GroupId;
use crate::kernel::{Kernel, Task};
use crate::plan::probe::MountInfo;
use crate::plan::{Actor, Call, FileRef, Observation, Observe, Probe, Text};

/// Whether something came, went or became different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Came, went or changed.
    pub sign: Sign,
    /// What.
    pub text: String,
}

impl Change {
    fn added(text: String) -> Self {
        Self { sign: Sign::Added, text }
    }

    fn removed(text: String) -> Self {
        Self { sign: Sign::Removed, text }
    }
}

/// What is different between the frame before step `at` and the one after it.
pub fn changes(session: &Session, at: u32) -> Vec<Change> {
    if at == 0 || at > session.n_steps() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    if session.frame(at).record.as_ref().is_some_and(|record| record.answer.is_err()) {
        return changes;
    }
    path_changes(session, at, &mut changes);
    mount_changes(session, at, &mut changes);
    task_changes(session, at, &mut changes);
    group_changes(&session.frame(at - 1).kernel, &session.frame(at).kernel, &mut changes);
    changes
}

/// Directories and files outside of control groups: the call itself says what it made.
fn path_changes(session: &Session, at: u32, changes: &mut Vec<Change>) {
    let Some(record) = &session.frame(at).record else { return };
    let kernel = &session.frame(at - 1).kernel;
    let actor = &record.step.actor;
    let there =
        |path: &Text| !matches!(kernel.observe(actor, &Probe::Path(path.clone())), Observation::Refused(_));
    let shown = |path: &Text| {
        let path = path.resolve(|actor| kernel.pid(actor)).unwrap_or_else(|| path.to_string());
        crate::explain::sentence::absolute(&path, actor, kernel)
    };
    match &record.step.call {
        Call::Mkdir { path, .. } => changes.push(Change::added(format!("{}/", shown(path)))),
        Call::Rmdir { path } => changes.push(Change::removed(format!("{}/", shown(path)))),
        Call::Unlink { path } => changes.push(Change::removed(shown(path))),
        Call::Symlink { path, .. } | Call::Mknod { path, .. } => changes.push(Change::added(shown(path))),
        Call::Link { to, .. } => changes.push(Change::added(shown(to))),
        Call::Rename { from, to } => {
            changes.push(Change::removed(shown(from)));
            changes.push(Change::added(shown(to)));
        }
        Call::Open { path, .. } | Call::Write { file: FileRef::Path(path), .. } if !there(path) => {
            changes.push(Change::added(shown(path)));
        }
        Call::Fchmodat { path, mode } => {
            changes.push(Change { sign: Sign::Changed, text: format!("{}: mode {mode:04o}", shown(path)) });
        }
        Call::Fchownat { path, uid, gid, .. } => {
            let number = |id: &Option<u32>| id.map(|id| id.to_string()).unwrap_or_default();
            let text = format!("{}: owner {}:{}", shown(path), number(uid), number(gid));
            changes.push(Change { sign: Sign::Changed, text });
        }
        Call::Chdir { path } => {
            changes.push(Change { sign: Sign::Changed, text: format!("{actor}: cwd {}", shown(path)) });
        }
        Call::Chroot { path } => {
            changes.push(Change { sign: Sign::Changed, text: format!("{actor}: root {}", shown(path)) });
        }
        _ => {}
    }
}

fn mount_changes(session: &Session, at: u32, changes: &mut Vec<Change>) {
    let mounts = |step: u32| match session.frame(step).kernel.observe(&Actor::shell(), &Probe::Mounts) {
        Observation::Mounts(mounts) => mounts,
        _ => Vec::new(),
    };
    let (before, after) = (mounts(at - 1), mounts(at));
    let line = |mount: &MountInfo| {
        format!("{} {} {} {}", mount.source, mount.target, mount.fstype, mount.options.join(","))
    };
    for mount in before.iter().filter(|mount| !after.contains(mount)) {
        changes.push(Change::removed(line(mount)));
    }
    for mount in after.iter().filter(|mount| !before.contains(mount)) {
        changes.push(Change::added(line(mount)));
    }
}

fn task_changes(session: &Session, at: u32, changes: &mut Vec<Change>) {
    let (before, after) = (&session.frame(at - 1).kernel, &session.frame(at).kernel);
    let shown = |task: &Task| format!("process {} {}", task.pid, task.argv.join(" "));
    for task in before.tasks().filter(|task| after.task(task.pid).is_none()) {
        changes.push(Change::removed(shown(task)));
    }
    for task in after.tasks() {
        let Some(old) = before.task(task.pid) else {
            changes.push(Change::added(shown(task)));
            continue;
        };
        let states = (before.state_letter(old), after.state_letter(task));
        let mut differences = Vec::new();
        if old.argv != task.argv {
            differences.push(format!("{} → {}", old.argv.join(" "), task.argv.join(" ")));
        }
        let users = (old.credentials(), task.credentials());
        if users.0.uid != users.1.uid {
            differences.push(format!("user {} → {}", users.0.uid.effective, users.1.uid.effective));
        }
        if users.0.gid != users.1.gid {
            differences.push(format!("group {} → {}", users.0.gid.effective, users.1.gid.effective));
        }
        if states.0 != states.1 {
            differences.push(format!("{} → {}", states.0, states.1));
        }
        if !differences.is_empty() {
            let name = if old.argv == task.argv { shown(task) } else { format!("process {}", task.pid) };
            let text = format!("{name}: {}", differences.join(", "));
            changes.push(Change { sign: Sign::Changed, text });
        }
    }
}

/// Groups that are there before and after: who came and went, and which settings are others.
fn group_changes(before: &Kernel, after: &Kernel, changes: &mut Vec<Change>) {
    for id in after.cgroups().hierarchies() {
        let groups = after.cgroups().subtree(after.cgroups().root(id));
        let differs = |group: &GroupId| {
            before.cgroups().exists(*group) && !after.cgroups().is_same(before.cgroups(), *group)
        };
        let mut differing = groups.into_iter().filter(differs).peekable();
        if differing.peek().is_none() {
            continue;
        }
        let mount = mount_points(after, id).into_iter().next().unwrap_or_else(|| title(after.cgroups(), id));
        for group in differing {
            let path = after.cgroups().path(group);
            let shown = format!("{mount}{}", if path == "/" { "" } else { &path });
            changes_of_group(before, after, group, &shown, changes);
        }
    }
}

fn changes_of_group(before: &Kernel, after: &Kernel, group: GroupId, shown: &str, changes: &mut Vec<Change>) {
    let (old, new) = (before.cgroups().members(group), after.cgroups().members(group));
    for pid in new.iter().filter(|pid| old.binary_search(pid).is_err()) {
        changes.push(Change::added(format!("{shown}/tasks {pid}")));
    }
    for pid in old.iter().filter(|pid| new.binary_search(pid).is_err()) {
        changes.push(Change::removed(format!("{shown}/tasks {pid}")));
    }
    let (old, new) = (settings(before, group), settings(after, group));
    for setting in new.iter().filter(|setting| !old.contains(setting)) {
        let text = format!("{shown}/{} = {}", setting.file, setting.value);
        changes.push(Change { sign: Sign::Changed, text });
    }
    let gone = |file: &String| new.iter().all(|setting| &setting.file != file);
    for setting in old.iter().filter(|setting| gone(&setting.file)) {
        let text = format!("{shown}/{}: no longer {}", setting.file, setting.value);
        changes.push(Change { sign: Sign::Changed, text });
    }
}
