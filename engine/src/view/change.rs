//! What a step changed: the difference of two frames, in words.

use super::host::{GroupKey, GroupNode, HierarchyView, host};
use crate::history::Session;
use crate::plan::probe::MountInfo;
use crate::plan::{Actor, Call, FileRef, Observation, Observe, Probe, Text};
use std::collections::BTreeMap;

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
    let (before, after) = (host(session, at - 1), host(session, at));
    group_changes(&groups(&before.hierarchies), &groups(&after.hierarchies), &mut changes);
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
        Call::Open { path, .. } | Call::Write { file: FileRef::Path(path), .. } if !there(path) => {
            changes.push(Change::added(shown(path)));
        }
        Call::Chdir { path } => {
            changes.push(Change { sign: Sign::Changed, text: format!("{actor}: cwd {}", shown(path)) });
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
    let tasks = |step: u32| -> BTreeMap<u32, (String, char)> {
        let kernel = &session.frame(step).kernel;
        kernel.tasks().map(|task| (task.pid, (task.argv.join(" "), kernel.state_letter(task)))).collect()
    };
    let (before, after) = (tasks(at - 1), tasks(at));
    for (pid, (args, _)) in before.iter().filter(|(pid, _)| !after.contains_key(pid)) {
        changes.push(Change::removed(format!("process {pid} {args}")));
    }
    for (pid, (args, state)) in &after {
        match before.get(pid) {
            None => changes.push(Change::added(format!("process {pid} {args}"))),
            Some((old, old_state)) if old != args || old_state != state => {
                let text = format!("process {pid} {args}: {old_state} → {state}");
                changes.push(Change { sign: Sign::Changed, text });
            }
            Some(_) => {}
        }
    }
}

/// Every group of every hierarchy, with the name it is shown by.
fn groups(hierarchies: &[HierarchyView]) -> BTreeMap<GroupKey, (String, &GroupNode)> {
    fn collect<'a>(mount: &str, node: &'a GroupNode, into: &mut BTreeMap<GroupKey, (String, &'a GroupNode)>) {
        let shown = format!("{mount}{}", if node.key.path == "/" { "" } else { &node.key.path });
        into.insert(node.key.clone(), (shown, node));
        for child in &node.children {
            collect(mount, child, into);
        }
    }
    let mut all = BTreeMap::new();
    for hierarchy in hierarchies {
        let mount = hierarchy.mounted_at.first().unwrap_or(&hierarchy.title);
        collect(mount, &hierarchy.root, &mut all);
    }
    all
}

fn group_changes(
    before: &BTreeMap<GroupKey, (String, &GroupNode)>,
    after: &BTreeMap<GroupKey, (String, &GroupNode)>,
    changes: &mut Vec<Change>,
) {
    for (key, (shown, node)) in after {
        let Some((_, old)) = before.get(key) else { continue };
        for token in node.tasks.iter().filter(|token| old.tasks.iter().all(|other| other.pid != token.pid)) {
            changes.push(Change::added(format!("{shown}/tasks {}", token.pid)));
        }
        for token in old.tasks.iter().filter(|token| node.tasks.iter().all(|other| other.pid != token.pid)) {
            changes.push(Change::removed(format!("{shown}/tasks {}", token.pid)));
        }
        for setting in node.settings.iter().filter(|setting| !old.settings.contains(setting)) {
            let text = format!("{shown}/{} = {}", setting.file, setting.value);
            changes.push(Change { sign: Sign::Changed, text });
        }
        let gone = |file: &String| node.settings.iter().all(|setting| &setting.file != file);
        for setting in old.settings.iter().filter(|setting| gone(&setting.file)) {
            let text = format!("{shown}/{}: no longer {}", setting.file, setting.value);
            changes.push(Change { sign: Sign::Changed, text });
        }
    }
}
