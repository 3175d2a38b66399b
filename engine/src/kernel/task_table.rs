//! All tasks by pid, and who has what: the tasks that a step concerns are found without looking at all others.

use super::Task;
use super::fs::Node;
use super::id_map::IdMap;
use super::layered::LayeredSet;
use super::mount::MountId;
use super::namespace::{NamespaceId, NamespaceKind};
use super::pipe::PipeHandle;
use super::programs::Ends;
use super::shared::Shared;
use super::task::Stdio;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

/// Something that is true of a task, and by which tasks are looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    /// Its parent has this pid.
    ChildOf(u32),
    /// It is a thread of this process, and not its first.
    ThreadOf(u32),
    /// A signal waits for it.
    Pending,
    /// It asks for CPU time.
    Busy,
    /// It moves data to or from a disk.
    Transfers,
    /// Its program has done its work.
    Finished,
    /// Its program ends at this moment of the simulated clock.
    EndsAt(u64),
    /// Its program reads a pipe or writes to one.
    Plumbed,
    /// It holds a pipe's end.
    Holds(PipeHandle),
    /// Its working directory or root is this one, or was before it was removed, or something in there that was.
    Inside(Node),
    /// It is alive, and its root, its working directory or an open file is in this mount.
    On(MountId),
    /// It is in this namespace, or its children will be. Those of the boot are left out.
    In(NamespaceId),
}

/// The tasks, with an index of their facts that every change keeps up. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskTable {
    tasks: IdMap<u32, Shared<Task>>,
    facts: LayeredSet<(Fact, u32)>,
    /// Facts that every step asks for, and that are true of few.
    urgent: LayeredSet<(Fact, u32)>,
    /// Ends of programs, the next one first.
    ends: LayeredSet<(Fact, u32)>,
    /// Pipes of which an end was let go, and nobody has looked since whether that was the last.
    released: Vec<String>,
    /// Namespaces that a task has left since this was asked last.
    left: Vec<NamespaceId>,
}

impl TaskTable {
    pub(crate) fn get(&self, pid: u32) -> Option<&Shared<Task>> {
        self.tasks.get(pid)
    }

    /// All, in the order of their pids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().map(|task| &**task)
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// The tasks of which a fact is true, in the order of their pids.
    pub(crate) fn with(&self, fact: Fact) -> impl Iterator<Item = &Task> {
        let found = self.index(&fact).range((fact.clone(), 0)..=(fact, u32::MAX));
        found.filter_map(|(_, pid)| self.tasks.get(*pid)).map(|task| &**task)
    }

    /// The tasks whose program ends at the moment or before it, the earliest first.
    pub(crate) fn ending_until(&self, moment: u64) -> impl Iterator<Item = &Task> {
        let found = self.ends.iter().take_while(move |(end, _)| *end <= Fact::EndsAt(moment));
        found.filter_map(|(_, pid)| self.tasks.get(*pid)).map(|task| &**task)
    }

    /// The index that a fact is in.
    fn index(&self, fact: &Fact) -> &LayeredSet<(Fact, u32)> {
        match fact {
            Fact::Pending | Fact::Finished | Fact::Plumbed => &self.urgent,
            Fact::EndsAt(_) => &self.ends,
            _ => &self.facts,
        }
    }

    fn index_mut(&mut self, fact: &Fact) -> &mut LayeredSet<(Fact, u32)> {
        match fact {
            Fact::Pending | Fact::Finished | Fact::Plumbed => &mut self.urgent,
            Fact::EndsAt(_) => &mut self.ends,
            _ => &mut self.facts,
        }
    }

    /// A task to change; the index follows when the change is done.
    pub(crate) fn get_mut(&mut self, pid: u32) -> Option<TaskMut<'_>> {
        let before = facts(self.tasks.get(pid)?);
        Some(TaskMut { table: self, pid, before })
    }

    pub(crate) fn insert(&mut self, task: Task) {
        self.remove(task.pid);
        let (pid, new) = (task.pid, facts(&task));
        self.tasks.insert(pid, Shared::from(task));
        self.follow(pid, &[], new);
    }

    pub(crate) fn remove(&mut self, pid: u32) -> Option<Shared<Task>> {
        let task = self.tasks.remove(pid)?;
        self.follow(pid, &facts(&task), Vec::new());
        Some(task)
    }

    /// Pipes of which an end was let go since this was last asked.
    pub(crate) fn take_released(&mut self) -> Vec<String> {
        std::mem::take(&mut self.released)
    }

    /// Namespaces that tasks have left since this was last asked.
    pub(crate) fn take_left(&mut self) -> Vec<NamespaceId> {
        std::mem::take(&mut self.left)
    }

    /// Something else than a task has let a namespace go.
    pub(crate) fn note_left(&mut self, namespace: NamespaceId) {
        self.left.push(namespace);
    }

    /// True where a task is in a namespace, or its children will be.
    pub(crate) fn is_in(&self, namespace: NamespaceId) -> bool {
        self.with(Fact::In(namespace)).next().is_some()
    }

    /// What was true of a task, and what is now.
    fn follow(&mut self, pid: u32, before: &[Fact], after: Vec<Fact>) {
        for fact in before.iter().filter(|fact| !after.contains(fact)) {
            if let Fact::Holds(handle) = fact {
                self.released.push(handle.pipe.clone());
            }
            if let Fact::In(namespace) = fact {
                self.left.push(*namespace);
            }
            self.index_mut(fact).remove(&(fact.clone(), pid));
        }
        for fact in after.into_iter().filter(|fact| !before.contains(fact)) {
            self.index_mut(&fact).insert((fact, pid));
        }
    }
}

/// Only the tasks: the index says nothing new.
impl Serialize for TaskTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tasks.serialize(serializer)
    }
}

/// What a task that is being changed can rely on.
const IN_TABLE: &str = "a task is in the table while it is changed";

/// A task that is being changed.
pub(crate) struct TaskMut<'a> {
    table: &'a mut TaskTable,
    pid: u32,
    before: Vec<Fact>,
}

impl Deref for TaskMut<'_> {
    type Target = Task;

    fn deref(&self) -> &Task {
        self.table.tasks.get(self.pid).expect(IN_TABLE)
    }
}

impl DerefMut for TaskMut<'_> {
    fn deref_mut(&mut self) -> &mut Task {
        self.table.tasks.get_mut(self.pid).expect(IN_TABLE)
    }
}

impl Drop for TaskMut<'_> {
    fn drop(&mut self) {
        let after = facts(self);
        if after != self.before {
            self.table.follow(self.pid, &self.before, after);
        }
    }
}

/// All facts about a task.
fn facts(task: &Task) -> Vec<Fact> {
    let mut facts = vec![Fact::ChildOf(task.ppid), Fact::Inside(task.cwd.node.ground().clone())];
    if task.root.node != task.cwd.node {
        facts.push(Fact::Inside(task.root.node.ground().clone()));
    }
    if !task.is_leader() {
        facts.push(Fact::ThreadOf(task.tgid));
    }
    if !task.pending.is_empty() {
        facts.push(Fact::Pending);
    }
    let in_stdio = task.stdio.iter().filter_map(|stdio| match stdio {
        Stdio::Pipe(handle) => Some(handle),
        Stdio::Terminal | Stdio::Closed | Stdio::File(_) => None,
    });
    facts.extend(task.pipes.iter().chain(in_stdio).cloned().map(Fact::Holds));
    add_namespaces(task, &mut facts);
    if task.is_alive() {
        facts.extend(facts_at_work(task));
        facts.extend(mounts_used(task).into_iter().map(Fact::On));
    }
    facts
}

/// The mounts that a task keeps busy.
fn mounts_used(task: &Task) -> BTreeSet<MountId> {
    let open = task.stdio.iter().filter_map(|stdio| match stdio {
        Stdio::File(place) => Some(place.mount),
        Stdio::Terminal | Stdio::Closed | Stdio::Pipe(_) => None,
    });
    open.chain([task.root.mount, task.cwd.mount]).collect()
}

/// A task that has ended is still somebody's and has its numbers until it is reaped.
fn add_namespaces(task: &Task, facts: &mut Vec<Fact>) {
    let set = &task.namespaces;
    let held = [set.get(NamespaceKind::Pid), task.credentials.users].into_iter();
    let alive = task.is_alive();
    for id in held.chain(set.all().filter(|_| alive)).filter(|id| !id.is_initial()) {
        let fact = Fact::In(id);
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
}

fn facts_at_work(task: &Task) -> impl Iterator<Item = Fact> {
    let is_pipe = |index: usize| matches!(task.stdio.get(index), Some(Stdio::Pipe(_)));
    let busy = task.demand.is_some_and(|demand| demand.cpu_milli > 0);
    let work = task.work.as_ref();
    let plumbed =
        work.is_some_and(|work| (work.reads_input() && is_pipe(0)) || (work.writes_output() && is_pipe(1)));
    let end = match work.map(|work| work.ends) {
        Some(Ends::AtClock(moment)) => Some(Fact::EndsAt(moment)),
        Some(Ends::AfterWork(0) | Ends::AfterTransfer(0)) => Some(Fact::Finished),
        Some(Ends::AfterTransfer(_)) => Some(Fact::Transfers),
        Some(Ends::AfterWork(_) | Ends::Never) | None => None,
    };
    busy.then_some(Fact::Busy).into_iter().chain(plumbed.then_some(Fact::Plumbed)).chain(end)
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, Fact, LayeredSet};
    use crate::history::Session;
    use crate::host::{HostKind, HostProfile};
    use crate::kernel::Kernel;

    /// The index is what one finds by looking at all tasks.
    fn assert_right(kernel: &Kernel) {
        let table = &kernel.tasks;
        let found: BTreeSet<(Fact, u32)> = [&table.facts, &table.urgent, &table.ends]
            .into_iter()
            .flat_map(LayeredSet::iter)
            .cloned()
            .collect();
        let looked: BTreeSet<(Fact, u32)> = kernel
            .tasks()
            .flat_map(|task| super::facts(task).into_iter().map(|fact| (fact, task.pid)))
            .collect();
        assert_eq!(found, looked);
    }

    #[test]
    fn the_index_follows_every_change() {
        let mut session = Session::new(HostProfile::named(HostKind::V1));
        let lines = [
            "mkdir -p /tmp/a/b; cd /tmp/a/b; sleep 5 & rmdir /tmp/a/b; rmdir /tmp/a; cd /",
            "dd if=/dev/zero bs=1M | bzip2 -9 >> /dev/null & dd if=/dev/zero of=/dev/null &",
            "mkdir /sys/fs/cgroup/freezer/f; echo $! > /sys/fs/cgroup/freezer/f/tasks",
            "echo FROZEN > /sys/fs/cgroup/freezer/f/freezer.state; kill $!; ps",
            "echo THAWED > /sys/fs/cgroup/freezer/f/freezer.state; ps",
            "kill -STOP %1; kill -CONT %1; kill -9 %2; sleep 1; seq 3 | sort | head -n 1; wait",
        ];
        for line in lines {
            session.run(line);
            for step in 0..=session.n_steps() {
                assert_right(&session.frame(step).kernel);
            }
        }
        assert!(session.n_steps() > 30, "{} steps", session.n_steps());
    }
}
