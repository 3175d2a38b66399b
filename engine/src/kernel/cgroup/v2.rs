//! The files and rules of version 2 that belong to no controller: kernel/cgroup/cgroup.c, cgroup_base_files.
//! Documentation: admin-guide/cgroup-v2.rst.

use super::file::{DONE, FileRow, Place, Request, Unit, Version};
use super::tasks::{pid_lines, pid_of};
use super::{CgroupState, Controller, Effect, GroupId, V2};
use crate::plan::{Errno, Refusal, Rule};
use std::collections::BTreeSet;

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "", name, doc)
}

/// In the order of the kernel's table.
pub(super) const ROWS: &[FileRow] = &[
    row("cgroup.type", "file-cgroup-type").rw(read_type, write_type).place(Place::NotOnRoot),
    row("cgroup.procs", "file-cgroup-procs").rw(read_procs, write_procs).unit(Unit::Pid),
    row("cgroup.threads", "file-cgroup-threads").rw(read_threads, write_threads).unit(Unit::Pid),
    row("cgroup.controllers", "file-cgroup-controllers").r(read_controllers),
    row("cgroup.subtree_control", "file-cgroup-subtree_control").rw(read_subtree, write_subtree),
    row("cgroup.events", "file-cgroup-events").r(read_events).place(Place::NotOnRoot),
    row("cgroup.max.descendants", "file-cgroup-max-descendants")
        .rw(
            |s, g| limit(s, g, |group| group.max_descendants),
            |s, r| set_limit(s, r, |g, v| g.max_descendants = v),
        )
        .unit(Unit::Count),
    row("cgroup.max.depth", "file-cgroup-max-depth")
        .rw(|s, g| limit(s, g, |group| group.max_depth), |s, r| set_limit(s, r, |g, v| g.max_depth = v))
        .unit(Unit::Count),
    row("cgroup.stat", "file-cgroup-stat")
        .measured()
        .r(read_stat)
        .unit(Unit::Count)
        .partial("partial-file-cgroup-stat"),
    row("cgroup.freeze", "file-cgroup-freeze")
        .rw(read_freeze, write_freeze)
        .place(Place::NotOnRoot)
        .unit(Unit::Flag),
    row("cgroup.kill", "file-cgroup-kill").w(write_kill).place(Place::NotOnRoot).unit(Unit::Flag),
    row("cgroup.stat.local", "file-cgroup-stat-local")
        .measured()
        .r(|_, _| Ok("frozen_usec 0\n".to_owned()))
        .place(Place::NotOnRoot)
        .since(6, 18)
        .unit(Unit::Microseconds)
        .partial("partial-file-cgroup-stat-local"),
    row("cpu.stat.local", "file-cpu-stat-local-v2")
        .measured()
        .r(|state, group| Ok(Controller::cpu_stat_local(state, group)))
        .since(6, 7)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-stat"),
    row("cpu.stat", "file-cpu-stat-v2")
        .measured()
        .r(read_cpu_stat)
        .unit(Unit::Microseconds)
        .partial("partial-file-cpu-stat"),
];

impl CgroupState {
    /// The group whose resource domain a group belongs to: itself, or what it is threaded below (`dom_cgrp`).
    pub(super) fn domain(&self, group: GroupId) -> GroupId {
        let threaded = |id: &GroupId| self.group(*id).is_some_and(|group| group.threaded);
        self.ancestry(group).find(|id| !threaded(id)).unwrap_or(group)
    }

    /// cgroup_is_thread_root().
    fn is_thread_root(&self, id: GroupId) -> bool {
        let Some(group) = self.group(id) else { return false };
        let threaded_controllers = group.subtree_control.iter().any(|controller| controller.is_threaded());
        !group.threaded && (group.threaded_children > 0 || (!group.tasks.is_empty() && threaded_controllers))
    }

    /// cgroup_can_be_thread_root().
    fn can_be_thread_root(&self, id: GroupId) -> bool {
        let Some(group) = self.group(id) else { return false };
        if self.is_machine_root(id) {
            return true;
        }
        let domain_controllers = group.subtree_control.iter().any(|controller| !controller.is_threaded());
        !group.threaded && group.populated_domain_children == 0 && !domain_controllers
    }

    /// cgroup_is_valid_domain().
    fn is_valid_domain(&self, id: GroupId) -> bool {
        let threaded = |id: GroupId| self.group(id).is_some_and(|group| group.threaded);
        let breaks = |id: GroupId| (!self.is_machine_root(id) && self.is_thread_root(id)) || threaded(id);
        !threaded(id) && !self.ancestry(id).skip(1).any(breaks)
    }

    /// cgroup_migrate_vet_dst(): "No Internal Process Constraint" and "Threads".
    fn vet_destination(&self, request: &Request<'_>) -> Result<(), Refusal> {
        let id = request.group;
        if !self.is_valid_domain(self.domain(id)) {
            return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-invalid-domain");
        }
        let Some(group) = self.group(id) else { return Ok(()) };
        if group.subtree_control.is_empty() || group.threaded || self.can_be_thread_root(id) {
            return Ok(());
        }
        let rule = Rule::new("rule-cgroup2-internal-attach").with("group", self.path(id));
        Err(request.refusal(Errno::EBUSY, rule.with("controllers", names(&group.subtree_control))))
    }

    /// cgroup_vet_subtree_control_enable().
    fn vet_enable(&self, request: &Request<'_>, enable: &BTreeSet<Controller>) -> Result<(), Refusal> {
        let id = request.group;
        let Some(group) = self.group(id).filter(|_| !enable.is_empty()) else { return Ok(()) };
        if !self.is_valid_domain(self.domain(id)) {
            return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-invalid-domain");
        }
        if self.is_machine_root(id) {
            return Ok(());
        }
        if let Some(controller) = enable.iter().find(|controller| !controller.is_threaded()) {
            if group.threaded || self.is_thread_root(id) {
                let rule =
                    Rule::new("rule-cgroup2-domain-in-threaded").with("controller", controller.v2_name());
                return Err(request.refusal(Errno::EOPNOTSUPP, rule));
            }
        } else if group.threaded || self.can_be_thread_root(id) {
            return Ok(());
        }
        if group.tasks.is_empty() {
            return Ok(());
        }
        let rule = Rule::new("rule-cgroup2-internal-enable").with("group", self.path(id));
        Err(request.refusal(Errno::EBUSY, rule.with("tasks", group.tasks.len())))
    }

    /// What `cgroup.controllers` of a group lists: cgroup_control().
    fn available(&self, id: GroupId) -> BTreeSet<Controller> {
        let Some(group) = self.group(id) else { return BTreeSet::new() };
        match group.parent.and_then(|parent| self.group(parent)) {
            Some(parent) => {
                let has = parent.subtree_control.iter().copied();
                has.filter(|controller| !group.threaded || controller.is_threaded()).collect()
            }
            None => {
                let all = self.hierarchies.get(&V2).into_iter().flat_map(|v2| v2.controllers.iter().copied());
                all.filter(|controller| controller.is_on_v2()).collect()
            }
        }
    }

    /// True if the group or one above it is frozen by `cgroup.freeze`.
    pub(super) fn frozen_v2(&self, group: GroupId) -> bool {
        self.ancestry(group).any(|id| self.group(id).is_some_and(|group| group.freeze))
    }
}

/// cgroup_print_ss_mask(): nothing at all, not even a newline, where there are none.
fn names_line(controllers: &BTreeSet<Controller>) -> String {
    if controllers.is_empty() { String::new() } else { format!("{}\n", names(controllers)) }
}

fn names(controllers: &BTreeSet<Controller>) -> String {
    controllers.iter().map(|controller| controller.v2_name()).collect::<Vec<_>>().join(" ")
}

fn read_type(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let kind = if state.group(group).is_some_and(|group| group.threaded) {
        "threaded"
    } else if !state.is_valid_domain(group) {
        "domain invalid"
    } else if state.is_thread_root(group) {
        "domain threaded"
    } else {
        "domain"
    };
    Ok(format!("{kind}\n"))
}

/// cgroup_type_write(), cgroup_enable_threaded().
fn write_type(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    if request.stripped() != "threaded" {
        return request.refuse(Errno::EINVAL, "rule-cgroup2-type-threaded-only");
    }
    let Some(group) = state.group(request.group) else { return DONE };
    if group.threaded {
        return DONE;
    }
    let domain_controllers = group.subtree_control.iter().any(|controller| !controller.is_threaded());
    if group.populated > 0 || domain_controllers {
        return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-type-in-use");
    }
    // The root of a cgroup namespace has a parent outside, which the model does not know; it is never without tasks.
    let Some(parent) = group.parent else { return DONE };
    let domain = state.domain(parent);
    if !state.is_valid_domain(domain) || !state.can_be_thread_root(domain) {
        return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-type-parent");
    }
    if let Some(group) = state.group_mut(request.group) {
        group.threaded = true;
    }
    if let Some(parent) = state.group_mut(parent) {
        parent.threaded_children += 1;
    }
    DONE
}

fn read_procs(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    if state.group(group).is_some_and(|group| group.threaded) {
        return Err(Refusal::by(Errno::EOPNOTSUPP, "read", Rule::new("rule-cgroup2-threaded-procs")));
    }
    Ok(pid_lines(&state.members(group)))
}

fn write_procs(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let pid = pid_of(state, request)?;
    state.vet_common_ancestor(request, pid)?;
    state.vet_destination(request)?;
    state.attach_process(pid, request.group)
}

fn read_threads(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(pid_lines(&state.threads_in(group)))
}

/// cgroup_attach_permissions(): a thread stays in its resource domain.
fn write_threads(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let pid = pid_of(state, request)?;
    state.vet_common_ancestor(request, pid)?;
    state.vet_destination(request)?;
    let source = state.domain_of_task(pid);
    if source.is_some_and(|source| source != state.domain(request.group)) {
        return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-thread-domain");
    }
    state.attach(pid, request.group)
}

fn read_controllers(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(names_line(&state.available(group)))
}

fn read_subtree(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(state.group(group).map(|group| names_line(&group.subtree_control)).unwrap_or_default())
}

/// The words of a write to `cgroup.subtree_control`; of two for the same controller the last counts.
fn parse_subtree(
    state: &CgroupState,
    request: &Request<'_>,
) -> Result<(BTreeSet<Controller>, BTreeSet<Controller>), Refusal> {
    let (mut enable, mut disable) = (BTreeSet::new(), BTreeSet::new());
    for word in request.stripped().split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word.chars();
        let sign = rest.next();
        let known = Controller::all().find(|c| {
            let not_given = state.machine.not_given.contains(c) && c.is_in(&state.machine);
            let built = state.machine.controllers.contains(c) || not_given;
            built && !c.is_inhibited() && c.v2_name() == rest.as_str()
        });
        let (add, remove) = match sign {
            Some('+') => (&mut enable, &mut disable),
            Some('-') => (&mut disable, &mut enable),
            _ => {
                let rule = Rule::new("rule-cgroup2-subtree-word").with("word", word);
                return Err(request.refusal(Errno::EINVAL, rule));
            }
        };
        let Some(controller) = known else {
            let rule = Rule::new("rule-cgroup2-subtree-word").with("word", word);
            return Err(request.refusal(Errno::EINVAL, rule));
        };
        add.insert(controller);
        remove.remove(&controller);
    }
    Ok((enable, disable))
}

/// cgroup_subtree_control_write().
fn write_subtree(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let (mut enable, mut disable) = parse_subtree(state, request)?;
    let Some(group) = state.group(request.group) else { return DONE };
    enable.retain(|controller| !group.subtree_control.contains(controller));
    disable.retain(|controller| group.subtree_control.contains(controller));
    let available = state.available(request.group);
    for controller in Controller::all() {
        let rule = |id: &str| Rule::new(id).with("controller", controller.v2_name());
        if enable.contains(&controller) && !available.contains(&controller) {
            return Err(request.refusal(Errno::ENOENT, rule("rule-cgroup2-not-available")));
        }
        let user = group.children.iter().find(|(_, child)| {
            state.group(**child).is_some_and(|child| child.subtree_control.contains(&controller))
        });
        if let Some((name, _)) = user.filter(|_| disable.contains(&controller)) {
            return Err(
                request.refusal(Errno::EBUSY, rule("rule-cgroup2-disable-in-use").with("child", name))
            );
        }
    }
    state.vet_enable(request, &enable)?;
    let children: Vec<GroupId> = group.children.values().copied().collect();
    if let Some(group) = state.group_mut(request.group) {
        group.implicit |= !enable.is_empty() || !disable.is_empty();
        group.subtree_control.extend(enable.iter().copied());
        group.subtree_control.retain(|controller| !disable.contains(controller));
    }
    for child in children {
        for controller in &enable {
            controller.online(state, child);
            state.give_files(child, *controller, request.context.owner());
        }
        for controller in &disable {
            controller.offline(state, child);
            state.give_files(child, *controller, (0, 0));
        }
    }
    DONE
}

fn read_events(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let populated = state.group(group).is_some_and(|group| group.populated > 0);
    Ok(format!("populated {}\nfrozen {}\n", u8::from(populated), u8::from(state.frozen_v2(group))))
}

fn limit(
    state: &CgroupState,
    group: GroupId,
    get: fn(&super::Group) -> Option<u32>,
) -> Result<String, Refusal> {
    let value = state.group(group).and_then(get);
    Ok(value.map_or_else(|| "max\n".to_owned(), |value| format!("{value}\n")))
}

/// `max`, or an int that is not negative.
fn set_limit(
    state: &mut CgroupState,
    request: &Request<'_>,
    set: fn(&mut super::Group, Option<u32>),
) -> Result<Vec<Effect>, Refusal> {
    let value = if request.stripped() == "max" {
        None
    } else {
        let number = request.int()?;
        let Ok(number) = u32::try_from(number) else {
            return request.refuse(Errno::ERANGE, "rule-number-range");
        };
        // INT_MAX is what `max` stands for.
        Some(number).filter(|number| *number != i32::MAX.cast_unsigned())
    };
    if let Some(group) = state.group_mut(request.group) {
        set(group, value);
    }
    DONE
}

/// From 6.12 on a count of groups with each controller follows. The model removes groups at once, so none is
/// ever dying.
fn read_stat(state: &CgroupState, id: GroupId) -> Result<String, Refusal> {
    let descendants = state.group(id).map_or(0, |group| group.descendants);
    let mut lines = vec![format!("nr_descendants {descendants}")];
    let mut dying = vec!["nr_dying_descendants 0".to_owned()];
    if state.machine.since(6, 12) {
        let v2 = state.hierarchies.get(&V2).into_iter().flat_map(|v2| v2.controllers.iter());
        let subtree = state.subtree(id);
        for controller in v2.filter(|controller| !controller.is_inhibited()) {
            let has = |id: &&GroupId| match controller {
                Controller::PerfEvent => {
                    state.parent(**id).and_then(|above| state.group(above)).is_none_or(|above| above.implicit)
                }
                other => state.group(**id).is_some_and(|group| group.states.has(*other)),
            };
            lines.push(format!("nr_subsys_{} {}", controller.v2_name(), subtree.iter().filter(has).count()));
            dying.push(format!("nr_dying_subsys_{} 0", controller.v2_name()));
        }
    }
    lines.append(&mut dying);
    Ok(lines.join("\n") + "\n")
}

fn read_freeze(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(format!("{}\n", u8::from(state.group(group).is_some_and(|group| group.freeze))))
}

fn write_freeze(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let freeze = request.int()?;
    if !(0..=1).contains(&freeze) {
        return request.refuse(Errno::ERANGE, "rule-cgroup2-freeze-value");
    }
    if let Some(group) = state.group_mut(request.group) {
        group.freeze = freeze == 1;
    }
    DONE
}

fn write_kill(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    if request.int()? != 1 {
        return request.refuse(Errno::ERANGE, "rule-cgroup2-kill-value");
    }
    if state.group(request.group).is_some_and(|group| group.threaded) {
        return request.refuse(Errno::EOPNOTSUPP, "rule-cgroup2-kill-threaded");
    }
    let groups = state.subtree(request.group);
    let tasks =
        groups.into_iter().filter_map(|id| state.group(id)).flat_map(|group| group.tasks.iter().copied());
    let pids: BTreeSet<u32> = tasks.collect();
    Ok(vec![Effect::Kill { pids: pids.into_iter().collect() }])
}

/// cgroup_base_stat_cputime_show(); the rest comes from the cpu controller. All time counts as user time.
fn read_cpu_stat(state: &CgroupState, id: GroupId) -> Result<String, Refusal> {
    let usage = state.group(id).map_or(0, |group| group.usage_ns) / 1000;
    let mut text = format!("usage_usec {usage}\nuser_usec {usage}\nsystem_usec 0\n");
    if state.machine.since(6, 11) {
        text += "nice_usec 0\n";
    }
    text += &Controller::cpu_stat_v2(state, id);
    Ok(text)
}
