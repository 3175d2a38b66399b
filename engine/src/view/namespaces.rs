//! Processes against the eight kinds of namespace, through the eyes of one of them.

use super::TaskToken;
use super::host::token_of;
use crate::history::Session;
use crate::kernel::namespace::{Namespace, NamespaceFact, NamespaceId, NamespaceKind};
use crate::kernel::{Kernel, Task};
use std::collections::BTreeMap;

/// Who is in which namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespacesView {
    /// Through whose eyes: the pid that the machine knows the process by.
    pub eyes: u32,
    /// The columns, in the order of /proc/PID/ns: the words of the kinds.
    pub kinds: Vec<&'static str>,
    /// One row a process that is seen, by the pid that is seen.
    pub rows: Vec<NamespaceRow>,
}

/// A process and its namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceRow {
    /// The process, by the machine's pid.
    pub task: TaskToken,
    /// Its pid in the pid namespace of the one who looks.
    pub pid: u32,
    /// Its namespaces, in the order of the columns.
    pub cells: Vec<NamespaceCell>,
}

/// A process's namespace of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceCell {
    /// The number in its link, `uts:[4026531838]`.
    pub inode: u64,
    /// 0 for the first of its kind, then 1, 2, … in the order in which they were made: equal numbers are one namespace.
    pub ordinal: u32,
    /// True where the current step brought the process here.
    pub changed: bool,
}

/// A namespace in the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceFacts {
    /// The word of its kind.
    pub kind: &'static str,
    /// The number in its link.
    pub inode: u64,
    /// True for the one that the machine began with.
    pub initial: bool,
    /// The user namespace that owns it.
    pub owner: u64,
    /// The one above it, for pid and user namespaces.
    pub parent: Option<u64>,
    /// The processes in it, by the machine's pid.
    pub members: Vec<TaskToken>,
    /// What is in it, each with the name of its message.
    pub facts: Vec<NamespaceFact>,
}

/// The namespaces at step `at`, as the process with the machine's pid `eyes` sees them; who is not there any more is
/// replaced by the first process.
pub fn namespaces(session: &Session, at: u32, eyes: u32) -> NamespacesView {
    let kernel = &session.frame(at).kernel;
    let before = (at > 0).then(|| &session.frame(at - 1).kernel);
    let Some(viewer) = viewer(kernel, eyes) else {
        return NamespacesView { eyes: 1, kinds: words(), rows: Vec::new() };
    };
    let ordinals = ordinals(kernel);
    let pids = viewer.namespaces.get(NamespaceKind::Pid);
    let mut rows: Vec<_> = kernel
        .tasks()
        .filter(|task| task.is_leader())
        .filter_map(|task| {
            let pid = kernel.number_in(task, pids)?;
            let cells =
                NamespaceKind::ALL.into_iter().filter_map(|kind| cell(kernel, before, &ordinals, task, kind));
            Some(NamespaceRow { task: token_of(kernel, before, task), pid, cells: cells.collect() })
        })
        .collect();
    rows.sort_by_key(|row| row.pid);
    NamespacesView { eyes: viewer.pid, kinds: words(), rows }
}

/// The namespace of this number at step `at`; `None` where it is not there then.
pub fn namespace(session: &Session, at: u32, inode: u64) -> Option<NamespaceFacts> {
    let kernel = &session.frame(at).kernel;
    let before = (at > 0).then(|| &session.frame(at - 1).kernel);
    let (id, found) = kernel.namespaces().iter().find(|(_, namespace)| namespace.inode == inode)?;
    let number = |id: NamespaceId| kernel.namespaces().get(id).map(|namespace| namespace.inode);
    let is_member = |task: &&Task| task.is_leader() && task.namespaces.get(found.kind) == id;
    Some(NamespaceFacts {
        kind: found.kind.word(),
        inode,
        initial: found.inode == found.kind.initial_inode(),
        owner: number(found.owner).unwrap_or_default(),
        parent: found.parent.and_then(number),
        members: kernel.tasks().filter(is_member).map(|task| token_of(kernel, before, task)).collect(),
        facts: kernel.namespace_facts(id, found),
    })
}

/// Whoever looks: the process of that pid, or the first one.
pub(super) fn viewer(kernel: &Kernel, eyes: u32) -> Option<&Task> {
    kernel.task(eyes).filter(|task| task.is_alive()).or_else(|| kernel.task(1))
}

fn words() -> Vec<&'static str> {
    NamespaceKind::ALL.into_iter().map(NamespaceKind::word).collect()
}

fn cell(
    kernel: &Kernel,
    before: Option<&Kernel>,
    ordinals: &BTreeMap<u64, u32>,
    task: &Task,
    kind: NamespaceKind,
) -> Option<NamespaceCell> {
    let inode = kernel.namespaces().get(task.namespaces.get(kind))?.inode;
    let came = |before: &Kernel| {
        before.task(task.pid).is_none_or(|old| old.namespaces.get(kind) != task.namespaces.get(kind))
    };
    let ordinal = ordinals.get(&inode).copied().unwrap_or_default();
    Some(NamespaceCell { inode, ordinal, changed: before.is_some_and(came) })
}

/// The number of each namespace among those of its kind. The first of each kind comes first; inode numbers of the
/// others grow.
fn ordinals(kernel: &Kernel) -> BTreeMap<u64, u32> {
    let of_kind = |kind: NamespaceKind| {
        let is_kind = |namespace: &&Namespace| namespace.kind == kind;
        let all = kernel.namespaces().iter().map(|(_, namespace)| namespace).filter(is_kind);
        let mut inodes: Vec<_> = all.map(|namespace| namespace.inode).collect();
        inodes.sort_by_key(|inode| (*inode != kind.initial_inode(), *inode));
        inodes.into_iter().zip(0..)
    };
    NamespaceKind::ALL.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::{namespace, namespaces};
    use crate::history::Session;
    use crate::host::{HostKind, HostProfile};

    fn session(lines: &[&str]) -> Session {
        Session::replay(HostProfile::named(HostKind::Lecture), lines.iter().copied())
    }

    #[test]
    fn equal_numbers_are_one_namespace_and_eyes_see_their_own_pids() {
        let session = session(&["unshare --uts --pid --fork sleep 100 &"]);
        let at = session.n_steps();
        let seen = namespaces(&session, at, 1);
        let uts = seen.kinds.iter().position(|kind| *kind == "uts").expect("a column");
        let sleep = seen.rows.iter().find(|row| row.task.comm == "sleep").expect("a process");
        assert_eq!((sleep.cells[uts].ordinal, seen.rows[0].cells[uts].ordinal), (1, 0));
        let inside = namespaces(&session, at, sleep.task.pid);
        assert_eq!(inside.rows.iter().map(|row| row.pid).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_namespace_tells_its_members_and_its_content() {
        let session = session(&["unshare --uts sh -c 'hostname box; sleep 100' &"]);
        let at = session.n_steps();
        let seen = namespaces(&session, at, 1);
        let uts = seen.kinds.iter().position(|kind| *kind == "uts").expect("a column");
        let row = seen.rows.iter().find(|row| row.cells[uts].ordinal == 1).expect("a process inside");
        let facts = namespace(&session, at, row.cells[uts].inode).expect("a namespace");
        assert!(!facts.initial && facts.members.iter().any(|task| task.pid == row.task.pid));
        assert!(facts.facts.iter().any(|fact| fact.value == "box"), "{:?}", facts.facts);
        assert!(namespace(&session, 0, facts.inode).is_none());
    }
}
