//! cpuset: on which CPUs and memory nodes tasks may run. Documentation: admin-guide/cgroup-v1/cpusets.rst,
//! cgroup-v2.rst "Cpuset"; kernel/cgroup/cpuset.c and cpuset-v1.c.

mod partition;

use super::{Controller, Rules};
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeSet;

type Set = BTreeSet<u32>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Cpuset {
    cpus: Set,
    mems: Set,
    cpu_exclusive: bool,
    mem_exclusive: bool,
    mem_hardwall: bool,
    memory_migrate: bool,
    spread_page: bool,
    spread_slab: bool,
    no_load_balance: bool,
    pressure_enabled: bool,
    /// One more than `sched_relax_domain_level`, so that the default is 0.
    relax_level: i64,
    /// Version 2: `cpuset.cpus.partition`.
    partition: Partition,
    /// Why it was none when that was written (`prs_err`).
    partition_fault: Option<&'static str>,
    /// Version 2: `cpuset.cpus.exclusive`.
    exclusive: Set,
}

/// What a group of version 2 has been told to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Partition {
    /// An ordinary group.
    #[default]
    Member,
    /// A partition root: it takes its CPUs from its parent.
    Root,
    /// The same without load balancing.
    Isolated,
}

/// More memory nodes than this do not exist for the kernel (MAX_NUMNODES).
const MAX_NODES: u32 = 1024;

pub(super) struct CpusetRules;
pub(super) const RULES: CpusetRules = CpusetRules;

const fn v1(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "cpuset", name, doc)
}

const fn v2(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "cpuset", name, doc)
}

/// How many files there are.
const N_ROWS: usize = 22;

type Get = fn(&Cpuset) -> bool;
type Put = fn(&mut Cpuset, bool);

const ROWS: [FileRow; N_ROWS] = [
    v1("cpuset.cpus", "file-cpuset-cpus")
        .rw(|s, g| list(s, g, Kind::Cpus), |s, r| write_list(s, r, Kind::Cpus)),
    v1("cpuset.mems", "file-cpuset-mems")
        .rw(|s, g| list(s, g, Kind::Mems), |s, r| write_list(s, r, Kind::Mems)),
    v1("cpuset.effective_cpus", "file-cpuset-effective_cpus").r(|s, g| effective(s, g, Kind::Cpus)),
    v1("cpuset.effective_mems", "file-cpuset-effective_mems").r(|s, g| effective(s, g, Kind::Mems)),
    v1("cpuset.cpu_exclusive", "file-cpuset-cpu_exclusive")
        .rw(|s, g| flag(s, g, |c| c.cpu_exclusive), |s, r| write_checked(s, r, |c, on| c.cpu_exclusive = on))
        .unit(Unit::Flag),
    v1("cpuset.mem_exclusive", "file-cpuset-mem_exclusive")
        .rw(|s, g| flag(s, g, |c| c.mem_exclusive), |s, r| write_checked(s, r, |c, on| c.mem_exclusive = on))
        .unit(Unit::Flag),
    v1("cpuset.mem_hardwall", "file-cpuset-mem_hardwall")
        .rw(|s, g| flag(s, g, |c| c.mem_hardwall), |s, r| write_flag(s, r, |c, on| c.mem_hardwall = on))
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-kept"),
    v1("cpuset.memory_migrate", "file-cpuset-memory_migrate")
        .rw(|s, g| flag(s, g, |c| c.memory_migrate), |s, r| write_flag(s, r, |c, on| c.memory_migrate = on))
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-kept"),
    v1("cpuset.memory_spread_page", "file-cpuset-memory_spread_page")
        .rw(|s, g| flag(s, g, |c| c.spread_page), |s, r| write_flag(s, r, |c, on| c.spread_page = on))
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-kept"),
    v1("cpuset.memory_spread_slab", "file-cpuset-memory_spread_slab")
        .rw(|s, g| flag(s, g, |c| c.spread_slab), |s, r| write_flag(s, r, |c, on| c.spread_slab = on))
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-kept"),
    v1("cpuset.sched_load_balance", "file-cpuset-sched_load_balance")
        .rw(
            |s, g| flag(s, g, |c| !c.no_load_balance),
            |s, r| write_flag(s, r, |c, on| c.no_load_balance = !on),
        )
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-kept"),
    v1("cpuset.sched_relax_domain_level", "file-cpuset-sched_relax_domain_level")
        .rw(read_relax, write_relax)
        .unit(Unit::Count)
        .partial("partial-file-cpuset-relax"),
    v1("cpuset.memory_pressure", "file-cpuset-memory_pressure")
        .r(|_, _| Ok("0\n".to_owned()))
        .unit(Unit::Count)
        .partial("partial-file-cpuset-pressure"),
    v1("cpuset.memory_pressure_enabled", "file-cpuset-memory_pressure_enabled")
        .rw(
            |s, g| flag(s, g, |c| c.pressure_enabled),
            |s, r| write_flag(s, r, |c, on| c.pressure_enabled = on),
        )
        .place(Place::OnlyOnRoot)
        .unit(Unit::Flag)
        .partial("partial-file-cpuset-pressure"),
    v2("cpuset.cpus", "file-cpuset-cpus-v2")
        .rw(|s, g| list(s, g, Kind::Cpus), |s, r| write_list(s, r, Kind::Cpus))
        .place(Place::NotOnRoot),
    v2("cpuset.mems", "file-cpuset-mems-v2")
        .rw(|s, g| list(s, g, Kind::Mems), |s, r| write_list(s, r, Kind::Mems))
        .place(Place::NotOnRoot),
    v2("cpuset.cpus.effective", "file-cpuset-cpus-effective").r(|s, g| effective(s, g, Kind::Cpus)),
    v2("cpuset.mems.effective", "file-cpuset-mems-effective").r(|s, g| effective(s, g, Kind::Mems)),
    v2("cpuset.cpus.partition", "file-cpuset-cpus-partition")
        .rw(partition::read, partition::write)
        .place(Place::NotOnRoot)
        .partial("partial-file-cpuset-partition"),
    v2("cpuset.cpus.exclusive", "file-cpuset-cpus-exclusive")
        .rw(partition::read_exclusive, partition::write_exclusive)
        .place(Place::NotOnRoot)
        .since(6, 7)
        .partial("partial-file-cpuset-partition"),
    v2("cpuset.cpus.exclusive.effective", "file-cpuset-cpus-exclusive-effective")
        .r(partition::read_effective)
        .place(Place::NotOnRoot)
        .since(6, 7)
        .partial("partial-file-cpuset-partition"),
    v2("cpuset.cpus.isolated", "file-cpuset-cpus-isolated")
        .r(partition::read_isolated)
        .place(Place::OnlyOnRoot)
        .since(6, 7)
        .partial("partial-file-cpuset-partition"),
];

/// The same under the names of the old cpuset file system.
const ROWS_NOPREFIX: [FileRow; N_ROWS] = {
    let mut rows = ROWS;
    let mut at = 0;
    while at < rows.len() {
        rows[at] = rows[at].without_prefix("cpuset.".len());
        at += 1;
    }
    rows
};

/// Which of the two lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cpus,
    Mems,
}

impl Kind {
    fn of(self, cpuset: &Cpuset) -> &Set {
        match self {
            Self::Cpus => &cpuset.cpus,
            Self::Mems => &cpuset.mems,
        }
    }

    fn machine(self, state: &CgroupState) -> Set {
        match self {
            Self::Cpus => (0..state.machine.cpus).collect(),
            Self::Mems => (0..state.machine.nodes).collect(),
        }
    }
}

impl Cpuset {
    fn whole(state: &CgroupState, exclusive: bool) -> Self {
        Self {
            cpus: Kind::Cpus.machine(state),
            mems: Kind::Mems.machine(state),
            cpu_exclusive: exclusive,
            mem_exclusive: exclusive,
            ..Self::default()
        }
    }

    /// is_cpuset_subset().
    fn within(&self, other: &Self) -> bool {
        self.cpus.is_subset(&other.cpus)
            && self.mems.is_subset(&other.mems)
            && self.cpu_exclusive <= other.cpu_exclusive
            && self.mem_exclusive <= other.mem_exclusive
    }

    /// True if one of the two claims something for itself that both have.
    fn collides(&self, other: &Self) -> bool {
        ((self.cpu_exclusive || other.cpu_exclusive) && !self.cpus.is_disjoint(&other.cpus))
            || ((self.mem_exclusive || other.mem_exclusive) && !self.mems.is_disjoint(&other.mems))
    }
}

impl Rules for CpusetRules {
    /// A new group has no CPUs and no memory nodes of its own. In version 1 `cgroup.clone_children` copies the
    /// parent's, unless a sibling is exclusive; cpuset_css_online().
    fn online(&self, state: &mut CgroupState, id: GroupId) {
        let version = state.version(state.hierarchy_of(id));
        let above = state
            .parent(id)
            .and_then(|parent| settings(state, parent).map(|cpuset| (parent, cpuset.clone())));
        let cpuset = match above {
            None if state.machine.nested && version == Version::V2 => Cpuset::default(),
            None => Cpuset::whole(state, state.is_machine_root(id)),
            Some(_) if version == Version::V2 => Cpuset::default(),
            Some((parent_id, parent)) => {
                let inherited = Cpuset {
                    spread_page: parent.spread_page,
                    spread_slab: parent.spread_slab,
                    ..Cpuset::default()
                };
                let clone = state.group(id).is_some_and(|group| group.clone_children);
                let exclusive =
                    |id: GroupId| settings(state, id).is_some_and(|c| c.cpu_exclusive || c.mem_exclusive);
                if clone && !state.children(parent_id).any(|(_, sibling)| exclusive(sibling)) {
                    Cpuset { cpus: parent.cpus, mems: parent.mems, ..inherited }
                } else {
                    inherited
                }
            }
        };
        if let Some(group) = state.group_mut(id) {
            group.states.cpuset = Some(cpuset);
        }
    }

    /// "the kernel will not let you attach a task to a cpuset with no cpus or mems": `ENOSPC`.
    fn can_attach(&self, state: &CgroupState, to: GroupId) -> Result<(), Refusal> {
        for (kind, word) in [(Kind::Cpus, "cpuset.cpus"), (Kind::Mems, "cpuset.mems")] {
            if state.effective_list(to, kind).is_empty() {
                let rule =
                    Rule::new("rule-cpuset-empty-attach").with("file", word).with("group", state.path(to));
                return Err(Refusal::by(Errno::ENOSPC, "write", rule));
            }
        }
        Ok(())
    }

    fn rows(&self, noprefix: bool) -> &'static [FileRow] {
        if noprefix { &ROWS_NOPREFIX } else { &ROWS }
    }
}

fn settings(state: &CgroupState, group: GroupId) -> Option<&Cpuset> {
    state.group(group)?.states.cpuset.as_ref()
}

impl CgroupState {
    /// What tasks of a group may use. In version 1 that is what the group's file says; in version 2 what is
    /// left of it within the parent, or the parent's if nothing is.
    fn effective_list(&self, group: GroupId, kind: Kind) -> Set {
        let Some(own) = settings(self, group).map(|cpuset| kind.of(cpuset)) else {
            return self
                .parent(group)
                .map_or_else(|| kind.machine(self), |parent| self.effective_list(parent, kind));
        };
        if self.version(self.hierarchy_of(group)) == Version::V1 {
            return own.clone();
        }
        let above = self
            .parent(group)
            .map_or_else(|| kind.machine(self), |parent| self.left_for(parent, group, kind));
        let both: Set = own.intersection(&above).copied().collect();
        let list = if both.is_empty() { above } else { both };
        if kind == Kind::Cpus { self.without_partitions(group, None, list) } else { list }
    }

    /// What a group hands down to a child: what it has and no partition among its other children has taken.
    fn left_for(&self, parent: GroupId, child: GroupId, kind: Kind) -> Set {
        if kind == Kind::Cpus && partition::is_valid(self, child) {
            return partition::taken(self, child);
        }
        self.effective_list(parent, kind)
    }

    /// A list of CPUs without those that partitions among the children have taken.
    fn without_partitions(&self, group: GroupId, but: Option<GroupId>, list: Set) -> Set {
        let others = self.children(group).map(|(_, id)| id).filter(|id| Some(*id) != but);
        let taken: Set = others
            .filter(|id| partition::is_valid(self, *id))
            .flat_map(|id| partition::taken(self, id))
            .collect();
        list.difference(&taken).copied().collect()
    }

    /// The CPUs that a task may run on.
    pub fn cpus_allowed(&self, pid: u32) -> Vec<u32> {
        match self.effective_of(Controller::Cpuset, pid) {
            Some(group) => self.effective_list(group, Kind::Cpus).into_iter().collect(),
            None => (0..self.machine.cpus).collect(),
        }
    }

    /// The cpuset that a task is in, if there is one.
    pub fn cpuset_of(&self, pid: u32) -> Option<GroupId> {
        self.effective_of(Controller::Cpuset, pid)
    }

    /// The memory nodes that a task may use.
    pub fn mems_allowed(&self, pid: u32) -> Vec<u32> {
        match self.effective_of(Controller::Cpuset, pid) {
            Some(group) => self.effective_list(group, Kind::Mems).into_iter().collect(),
            None => (0..self.machine.nodes).collect(),
        }
    }
}

fn list(state: &CgroupState, group: GroupId, kind: Kind) -> Result<String, Refusal> {
    Ok(settings(state, group).map(|cpuset| parse::format_list(kind.of(cpuset))).unwrap_or_default() + "\n")
}

fn effective(state: &CgroupState, group: GroupId, kind: Kind) -> Result<String, Refusal> {
    Ok(parse::format_list(&state.effective_list(group, kind)) + "\n")
}

/// update_cpumask(), update_nodemask().
fn write_list(state: &mut CgroupState, request: &Request<'_>, kind: Kind) -> Result<Vec<Effect>, Refusal> {
    if state.is_machine_root(request.group) {
        return request.refuse(Errno::EACCES, "rule-cpuset-root");
    }
    let bits = if kind == Kind::Cpus { state.machine.cpus } else { MAX_NODES };
    let most = state.machine.cpus.saturating_sub(1);
    // The word came with 5.14.
    if request.stripped().starts_with("all") && !state.machine.since(5, 14) {
        return request.refuse(Errno::EINVAL, "rule-cpuset-list");
    }
    let set = parse::bit_list(request.stripped(), bits).map_err(|error| match error {
        parse::NumberError::Invalid => request.refusal(Errno::EINVAL, Rule::new("rule-cpuset-list")),
        parse::NumberError::Range if kind == Kind::Cpus => {
            request.refusal(Errno::ERANGE, Rule::new("rule-cpuset-cpu-range").with("last", most))
        }
        other => request.number_refusal(other),
    })?;
    if !set.is_subset(&kind.machine(state)) {
        return request.refuse(Errno::EINVAL, "rule-cpuset-node-missing");
    }
    let Some(mut trial) = settings(state, request.group).cloned() else { return DONE };
    if *kind.of(&trial) == set {
        return DONE;
    }
    match kind {
        Kind::Cpus => trial.cpus = set,
        Kind::Mems => trial.mems = set,
    }
    validate(state, request, &trial)?;
    store(state, request.group, trial);
    DONE
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Cpuset)) {
    if let Some(cpuset) = state.group_mut(group).and_then(|group| group.states.cpuset.as_mut()) {
        change(cpuset);
    }
}

fn store(state: &mut CgroupState, group: GroupId, cpuset: Cpuset) {
    if let Some(group) = state.group_mut(group) {
        group.states.cpuset = Some(cpuset);
    }
}

/// validate_change(), validate_change_legacy(), in their order.
fn validate(state: &CgroupState, request: &Request<'_>, trial: &Cpuset) -> Result<(), Refusal> {
    let id = request.group;
    let legacy = state.version(state.hierarchy_of(id)) == Version::V1;
    if legacy {
        let outside = |child: GroupId| settings(state, child).is_some_and(|child| !child.within(trial));
        if let Some((name, _)) = state.children(id).find(|(_, child)| outside(*child)) {
            let rule = Rule::new("rule-cpuset-child-outside").with("child", name);
            return Err(request.refusal(Errno::EBUSY, rule));
        }
        let parent = match state.parent(id) {
            Some(parent) => settings(state, parent).cloned(),
            None if state.is_machine_root(id) => return Ok(()),
            None => Some(Cpuset::whole(state, false)),
        };
        if parent.is_some_and(|parent| !trial.within(&parent)) {
            return request.refuse(Errno::EACCES, "rule-cpuset-outside-parent");
        }
    }
    let populated = state.group(id).is_some_and(|group| group.populated > 0);
    // "cgroup/cpuset: Don't fail cpuset.cpus change in v2": later kernels fall back to the parent's.
    let strict = legacy || !state.machine.since(6, 19);
    if let Some(current) = settings(state, id).filter(|_| populated && strict) {
        let emptied = |kind: Kind| !kind.of(current).is_empty() && kind.of(trial).is_empty();
        if emptied(Kind::Cpus) || emptied(Kind::Mems) {
            return request.refuse(Errno::ENOSPC, "rule-cpuset-empty-with-tasks");
        }
    }
    let siblings = state.parent(id).into_iter().flat_map(|parent| state.children(parent));
    for (name, sibling) in siblings.filter(|(_, sibling)| *sibling != id) {
        if settings(state, sibling).is_some_and(|sibling| sibling.collides(trial)) {
            let rule = Rule::new("rule-cpuset-exclusive").with("sibling", name);
            return Err(request.refusal(Errno::EINVAL, rule));
        }
    }
    Ok(())
}

fn flag(state: &CgroupState, group: GroupId, get: Get) -> Result<String, Refusal> {
    Ok(format!("{}\n", u8::from(settings(state, group).is_some_and(get))))
}

/// A flag that changes nothing else. Any number but 0 is 1.
/// cpuset_update_flag() takes an int: a number whose low 32 bits are 0 turns off.
fn turns_on(request: &Request<'_>) -> Result<bool, Refusal> {
    Ok(request.unsigned()? & u64::from(u32::MAX) != 0)
}

fn write_flag(state: &mut CgroupState, request: &Request<'_>, put: Put) -> Result<Vec<Effect>, Refusal> {
    let on = turns_on(request)?;
    if let Some(mut cpuset) = settings(state, request.group).cloned() {
        put(&mut cpuset, on);
        store(state, request.group, cpuset);
    }
    DONE
}

/// `cpu_exclusive` and `mem_exclusive`, which parent, children and siblings have a say in.
fn write_checked(state: &mut CgroupState, request: &Request<'_>, put: Put) -> Result<Vec<Effect>, Refusal> {
    let on = turns_on(request)?;
    if let Some(mut trial) = settings(state, request.group).cloned() {
        put(&mut trial, on);
        validate(state, request, &trial)?;
        store(state, request.group, trial);
    }
    DONE
}

fn read_relax(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(format!("{}\n", settings(state, group).map_or(-1, |cpuset| cpuset.relax_level - 1)))
}

/// -1 for the machine's default; the highest level depends on how CPUs share caches.
fn write_relax(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let level = request.signed()?;
    if !(-1..=2).contains(&level) {
        return request.refuse(Errno::EINVAL, "rule-cpuset-relax-level");
    }
    if let Some(mut cpuset) = settings(state, request.group).cloned() {
        cpuset.relax_level = level + 1;
        store(state, request.group, cpuset);
    }
    DONE
}
