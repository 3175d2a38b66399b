//! The files of version 1 that belong to no controller: kernel/cgroup/cgroup-v1.c, cgroup1_base_files.
//! Documentation: admin-guide/cgroup-v1/cgroups.rst.

use super::file::{DONE, FileRow, Place, Request, Unit, Version};
use super::tasks::{pid_lines, pid_of};
use super::{CgroupState, Effect, GroupId};
use crate::plan::Refusal;

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "", name, doc)
}

/// In the order of the kernel's table.
pub(super) const ROWS: &[FileRow] = &[
    row("cgroup.procs", "file-cgroup-procs").rw(read_procs, write_procs).unit(Unit::Pid),
    row("cgroup.clone_children", "file-cgroup-clone_children")
        .rw(
            |s, g| flag(s, g, |group| group.clone_children),
            |s, r| set_flag(s, r, |g, on| g.clone_children = on),
        )
        .unit(Unit::Flag),
    row("cgroup.sane_behavior", "file-cgroup-sane_behavior")
        .r(|_, _| Ok("0\n".to_owned()))
        .place(Place::OnlyOnRoot)
        .unit(Unit::Flag),
    row("tasks", "file-tasks").rw(read_tasks, write_tasks).unit(Unit::Pid),
    row("notify_on_release", "file-notify_on_release")
        .rw(
            |s, g| flag(s, g, |group| group.notify_on_release),
            |s, r| set_flag(s, r, |g, on| g.notify_on_release = on),
        )
        .unit(Unit::Flag),
    row("release_agent", "file-release_agent")
        .rw(read_agent, write_agent)
        .place(Place::OnlyOnRoot)
        .partial("partial-file-release_agent"),
];

fn read_procs(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(pid_lines(&state.members(group)))
}

/// Any thread's number moves its whole process.
fn write_procs(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let pid = pid_of(state, request)?;
    state.vet_owner(request, pid)?;
    state.vet_scheduler(request, pid)?;
    state.attach_process(pid, request.group)
}

fn read_tasks(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(pid_lines(&state.threads_in(group)))
}

/// The one thread moves.
fn write_tasks(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let pid = pid_of(state, request)?;
    state.vet_owner(request, pid)?;
    state.vet_scheduler(request, pid)?;
    state.attach(pid, request.group)
}

fn flag(state: &CgroupState, group: GroupId, get: fn(&super::Group) -> bool) -> Result<String, Refusal> {
    Ok(format!("{}\n", u8::from(state.group(group).is_some_and(get))))
}

/// Any number but 0 is true.
fn set_flag(
    state: &mut CgroupState,
    request: &Request<'_>,
    set: fn(&mut super::Group, bool),
) -> Result<Vec<Effect>, Refusal> {
    let on = request.unsigned()? != 0;
    if let Some(group) = state.group_mut(request.group) {
        set(group, on);
    }
    DONE
}

fn read_agent(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let hierarchy = state.hierarchies.get(&state.hierarchy_of(group));
    Ok(format!("{}\n", hierarchy.map_or("", |hierarchy| &hierarchy.release_agent)))
}

fn write_agent(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    request.context.require_root(request, "rule-cgroup1-agent-needs-root")?;
    let id = state.hierarchy_of(request.group);
    if let Some(hierarchy) = state.hierarchies.get_mut(&id) {
        hierarchy.release_agent = request.stripped().to_owned();
    }
    DONE
}
