//! What would silence the session itself: a walk does not freeze, stop, end, starve or OOM-kill the tasks that
//! perform it. Refusals are welcome; what is kept away are settings that take effect.

use super::scene::{ancestry, directories, is_v2, number, responsive, subtree};
use drydock_engine::kernel::Kernel;
use drydock_engine::kernel::cgroup::{GroupId, HierarchyId, Version};
use drydock_engine::plan::{Actor, Backend, Call, FileRef, Observe, Step, TaskRef};
use std::collections::BTreeSet;

/// No limit of memory below this for a group that has or had tasks: the agents in them need some.
const LEAST_MEMORY: i64 = 64 << 20;

/// No lower share than this for a group with tasks, or the walk takes for ever on a busy machine.
const LEAST_SHARES: i64 = 256;

/// Tasks without which a session ends.
const KEPT: [&str; 2] = [Actor::SHELL, "init"];

/// Judges steps by what they would do to the model.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Groups that have had tasks or children: memory stays charged to them.
    touched: BTreeSet<GroupId>,
}

impl Guard {
    /// True where the step does no harm. To be asked of every step in turn.
    pub fn allows(&mut self, model: &Kernel, step: &Step) -> bool {
        let answering = responsive(model);
        if !answering.contains(&step.actor) || !is_known(model, &step.call) || lists_others(model, &step.call)
        {
            return false;
        }
        let mut next = model.clone();
        if next.perform(step).is_err() {
            return true;
        }
        let answering = responsive(&next);
        // Who freezes itself does not come back to answer.
        let leaves = matches!(step.call, Call::ExitGroup { .. });
        if !leaves && !answering.contains(&step.actor) {
            return false;
        }
        if KEPT.iter().any(|name| !answering.contains(&Actor::new(*name))) {
            return false;
        }
        if next.tasks().any(|task| is_frozen_twice(&next, task.pid)) {
            return false;
        }
        if kills_session(model, &step.call) {
            return false;
        }
        if matches!(step.call, Call::Write { .. } | Call::Clone3 { .. } | Call::Mkdir { .. }) {
            let touched = self.touched_with(&next);
            if !touched.iter().all(|group| is_roomy(&next, *group)) || !tasks_run(&next) {
                return false;
            }
            self.touched = touched;
        }
        true
    }

    fn touched_with(&self, kernel: &Kernel) -> BTreeSet<GroupId> {
        let mut touched = self.touched.clone();
        touched.retain(|group| kernel.cgroups().exists(*group));
        touched.extend(task_groups(kernel, "memory"));
        // What a group needs in the kernel is charged to the one above it: mem_cgroup_css_alloc().
        let places = directories(kernel).into_iter();
        touched.extend(
            places.filter(|place| kernel.cgroups().n_children(place.group) > 0).map(|place| place.group),
        );
        touched
    }
}

/// False for a call on an actor that has not been made: no kernel is asked then. Shortening leads there.
fn is_known(model: &Kernel, call: &Call) -> bool {
    match call {
        Call::Kill { task: TaskRef::Actor(actor), .. } | Call::Wait4 { task: TaskRef::Actor(actor), .. } => {
            model.pid(actor).is_some()
        }
        _ => true,
    }
}

/// The root of the version 2 tree lists the machine's tasks, each that is not of the session as 0, where the session has no
/// group of its own in it.
fn lists_others(model: &Kernel, call: &Call) -> bool {
    let Call::Read { file: FileRef::Path(path), .. } = call else { return false };
    let path = path.to_string();
    let group = ["/cgroup.procs", "/cgroup.threads"].iter().find_map(|name| path.strip_suffix(name));
    let is_root = |group: &str| {
        directories(model)
            .iter()
            .any(|place| place.path == group && place.depth == 0 && is_v2(model, place.hierarchy))
    };
    !model.profile().nested && group.is_some_and(is_root)
}

/// Memory enough for agents.
fn is_roomy(kernel: &Kernel, group: GroupId) -> bool {
    let files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max", "memory.high"];
    files.iter().all(|file| number(kernel, group, file).is_none_or(|limit| limit >= LEAST_MEMORY))
}

/// The groups that tasks are in, and those above, in the hierarchies with a controller.
fn task_groups(kernel: &Kernel, controller: &str) -> BTreeSet<GroupId> {
    let cgroups = kernel.cgroups();
    let with = cgroups.hierarchies().filter(|id| cgroups.controllers(*id).contains(&controller));
    let of = |hierarchy| kernel.tasks().filter_map(move |task| cgroups.group_of(hierarchy, task.pid));
    with.flat_map(of).collect::<BTreeSet<_>>().into_iter().flat_map(|group| ancestry(kernel, group)).collect()
}

/// CPU time enough for all tasks.
fn tasks_run(kernel: &Kernel) -> bool {
    task_groups(kernel, "cpu").into_iter().all(|group| has_time(kernel, group))
}

fn has_time(kernel: &Kernel, group: GroupId) -> bool {
    let value = |file: &str| number(kernel, group, file);
    let quota = match (value("cpu.cfs_quota_us"), value("cpu.cfs_period_us")) {
        (Some(quota), Some(period)) if quota > 0 => quota * 4 >= period,
        _ => true,
    };
    let max = kernel.read_group_file(group, "cpu.max").unwrap_or_default();
    let mut max = max.split_whitespace().map(|word| word.parse::<i64>().ok());
    let max = match (max.next().flatten(), max.next().flatten()) {
        (Some(quota), Some(period)) => quota * 4 >= period,
        _ => true,
    };
    let weight = value("cpu.shares").is_none_or(|shares| shares >= LEAST_SHARES)
        && value("cpu.weight").is_none_or(|weight| weight >= 25);
    quota && max && weight && value("cpu.idle").is_none_or(|idle| idle == 0)
}

/// Frozen by both versions at once: which of them Linux calls complete depends on the order and on what the task
/// was doing. The model does not know.
fn is_frozen_twice(kernel: &Kernel, pid: u32) -> bool {
    let cgroups = kernel.cgroups();
    let group = |version| {
        let with = |id: &HierarchyId| match version {
            Version::V1 => cgroups.version(*id) == version && cgroups.controllers(*id).contains(&"freezer"),
            Version::V2 => cgroups.version(*id) == version,
        };
        cgroups.group_of(cgroups.hierarchies().find(with)?, pid)
    };
    let v1 = group(Version::V1).and_then(|group| kernel.read_group_file(group, "freezer.state").ok());
    let frozen = |group| number(kernel, group, "cgroup.freeze") == Some(1);
    v1.is_some_and(|state| state.starts_with("FR"))
        && group(Version::V2).is_some_and(|group| ancestry(kernel, group).any(frozen))
}

/// True for a `cgroup.kill` of a group with a task that a session can not do without.
fn kills_session(kernel: &Kernel, call: &Call) -> bool {
    let Call::Write { file: FileRef::Path(path), .. } = call else { return false };
    let path = path.to_string();
    let Some(group) = path.strip_suffix("/cgroup.kill") else { return false };
    let Some(place) = directories(kernel).into_iter().find(|place| place.path == group) else { return false };
    let kept = |pid: &u32| kernel.task(*pid).is_some_and(|task| KEPT.contains(&task.actor.name()));
    subtree(kernel, place.group).iter().any(|group| kernel.cgroups().members(*group).iter().any(kept))
}
