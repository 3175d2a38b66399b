//! The host's control groups as a picture: hierarchies, groups, processes in them.

use crate::history::Session;
use crate::host::HostKind;
use crate::kernel::cgroup::{CgroupState, GroupId, HierarchyId};
use crate::kernel::resources;
use crate::kernel::{Kernel, Task};
use crate::plan::{Actor, Observation, Observe, Probe};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which group, over all frames of a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The hierarchy's number in the model.
    pub hierarchy: u32,
    /// The group's path in it; `/` for the root.
    pub path: String,
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.hierarchy, self.path)
    }
}

/// The host at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostView {
    /// Which profile.
    pub kind: HostKind,
    /// Number of CPUs.
    pub cpus: u32,
    /// Main memory in bytes.
    pub memory: u64,
    /// Number of tasks.
    pub n_tasks: u32,
    /// Simulated time since the start, in milliseconds.
    pub now_ms: u64,
    /// CPU in use, in thousandths of one CPU.
    pub cpu_used_milli: u32,
    /// Memory that tasks have touched and files that programs have written, in bytes.
    pub memory_used: u64,
    /// The hierarchies, in the order in which they were made.
    pub hierarchies: Vec<HierarchyView>,
    /// Controllers that belong to no version 1 hierarchy and are not used by the version 2 tree.
    pub free_controllers: Vec<String>,
}

/// One hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyView {
    /// Its number in the model.
    pub id: u32,
    /// 1 or 2.
    pub version: u8,
    /// What it is called: its controllers or its name.
    pub title: String,
    /// Its controllers in the kernel's order.
    pub controllers: Vec<String>,
    /// Where it is mounted; empty for one that lives on unmounted.
    pub mounted_at: Vec<String>,
    /// The root group with everything in it.
    pub root: GroupNode,
}

/// A group with its processes and children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupNode {
    /// Which group.
    pub key: GroupKey,
    /// Its directory's name; `/` for the root.
    pub name: String,
    /// Processes directly in it, by pid.
    pub tasks: Vec<TaskToken>,
    /// Child groups by name.
    pub children: Vec<Self>,
    /// Limits and shares that are not the default, as short labels: `cpu.shares 512`.
    pub settings: Vec<Setting>,
    /// True where the current step made or changed it.
    pub changed: bool,
}

/// A setting that differs from what a new group has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The file.
    pub file: String,
    /// Its value, the first line.
    pub value: String,
}

/// A process in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskToken {
    /// Its pid.
    pub pid: u32,
    /// Its program's name.
    pub comm: String,
    /// R, S, D, T or Z.
    pub state: char,
    /// True for the shell that the person types into.
    pub is_shell: bool,
    /// CPU that it gets, in thousandths of one CPU.
    pub cpu_milli: u32,
    /// True where the current step started it or moved it here.
    pub changed: bool,
}

/// The host at step `at`.
pub fn host(session: &Session, at: u32) -> HostView {
    let kernel = &session.frame(at).kernel;
    let before = (at > 0).then(|| &session.frame(at - 1).kernel);
    let drawing = Drawing::new(kernel, before);
    let cgroups = kernel.cgroups();
    let hierarchies: Vec<_> = cgroups.hierarchies().map(|id| drawing.hierarchy(id)).collect();
    let taken: BTreeSet<_> = hierarchies.iter().flat_map(|hierarchy| hierarchy.controllers.clone()).collect();
    // Version 2 calls blkio io.
    let is_taken = |name: &String| taken.contains(name) || (name == "blkio" && taken.contains("io"));
    let profile = session.profile();
    HostView {
        kind: profile.kind,
        cpus: profile.cpus,
        memory: profile.memory,
        n_tasks: u32::try_from(kernel.n_tasks()).unwrap_or(u32::MAX),
        now_ms: kernel.now_ms(),
        cpu_used_milli: drawing.cpu.values().sum(),
        memory_used: kernel.memory_used(),
        hierarchies,
        free_controllers: profile.controllers.iter().filter(|name| !is_taken(name)).cloned().collect(),
    }
}

/// What is looked up once for a picture.
struct Drawing<'a> {
    kernel: &'a Kernel,
    before: Option<&'a Kernel>,
    cpu: BTreeMap<u32, u32>,
    tokens: BTreeMap<u32, TaskToken>,
}

impl<'a> Drawing<'a> {
    fn new(kernel: &'a Kernel, before: Option<&'a Kernel>) -> Self {
        let cpu = resources::shares(kernel.cgroups(), &kernel.demands());
        let token = |task: &Task| {
            let cpu_milli = cpu.get(&task.pid).copied().unwrap_or(0);
            (task.pid, TaskToken { cpu_milli, ..token_of(kernel, None, task) })
        };
        let tokens = kernel.tasks().map(token).collect();
        Self { kernel, before, cpu, tokens }
    }

    fn hierarchy(&self, id: HierarchyId) -> HierarchyView {
        let cgroups = self.kernel.cgroups();
        let controllers: Vec<_> = cgroups.controllers(id).into_iter().map(str::to_owned).collect();
        let version = if cgroups.fstype(id) == "cgroup2" { 2 } else { 1 };
        HierarchyView {
            id: id.0,
            version,
            title: title(cgroups, id),
            controllers,
            mounted_at: mount_points(self.kernel, id),
            root: self.group(id, cgroups.root(id)),
        }
    }

    fn group(&self, hierarchy: HierarchyId, id: GroupId) -> GroupNode {
        let cgroups = self.kernel.cgroups();
        let settings = settings(self.kernel, id);
        let changed = self.before.is_some_and(|before| {
            let old = before.cgroups();
            !old.is_same(cgroups, id)
                && (!old.exists(id)
                    || old.members(id) != cgroups.members(id)
                    || self::settings(before, id) != settings)
        });
        GroupNode {
            key: GroupKey { hierarchy: hierarchy.0, path: cgroups.path(id) },
            name: if cgroups.parent(id).is_none() { "/".to_owned() } else { cgroups.name_of(id).to_owned() },
            tasks: self.tokens(hierarchy, id),
            children: cgroups.children(id).map(|(_, child)| self.group(hierarchy, child)).collect(),
            settings,
            changed,
        }
    }

    /// The processes directly in a group.
    fn tokens(&self, hierarchy: HierarchyId, group: GroupId) -> Vec<TaskToken> {
        let members = self.kernel.cgroups().members(group);
        members.into_iter().filter_map(|pid| self.token(hierarchy, group, pid)).collect()
    }

    fn token(&self, hierarchy: HierarchyId, group: GroupId, pid: u32) -> Option<TaskToken> {
        let mut token = self.tokens.get(&pid)?.clone();
        let came = |before: &Kernel| before.cgroups().group_of(hierarchy, pid) != Some(group);
        token.changed = self.before.is_some_and(came);
        Some(token)
    }
}

/// A process by itself, without its use of CPUs: marked where the current step started it.
pub(super) fn token_of(kernel: &Kernel, before: Option<&Kernel>, task: &Task) -> TaskToken {
    TaskToken {
        pid: task.pid,
        comm: task.comm.clone(),
        state: kernel.state_letter(task),
        is_shell: kernel.pid(&Actor::shell()) == Some(task.pid),
        cpu_milli: 0,
        changed: before.is_some_and(|before| before.task(task.pid).is_none()),
    }
}

/// The processes directly in a group, as the picture shows them.
pub(super) fn tokens(
    kernel: &Kernel,
    before: Option<&Kernel>,
    hierarchy: HierarchyId,
    group: GroupId,
) -> Vec<TaskToken> {
    Drawing::new(kernel, before).tokens(hierarchy, group)
}

/// The processes in a group and in all groups below it.
pub(super) fn tasks_below(cgroups: &CgroupState, group: GroupId) -> Vec<u32> {
    let mut pids = cgroups.members(group);
    for (_, child) in cgroups.children(group) {
        pids.extend(tasks_below(cgroups, child));
    }
    pids
}

/// Files whose value says how a group differs from a new one, with the value that a new group has.
const SHOWN_SETTINGS: [(&str, &[&str]); 16] = [
    ("cpu.shares", &["1024"]),
    ("cpu.cfs_quota_us", &["-1"]),
    ("cpu.weight", &["100"]),
    ("cpu.max", &["max 100000"]),
    ("cpuset.cpus", &[""]),
    ("cpuset.mems", &[""]),
    ("memory.limit_in_bytes", &["9223372036854771712"]),
    ("memory.max", &["max"]),
    ("memory.high", &["max"]),
    ("pids.max", &["max"]),
    ("freezer.state", &["THAWED"]),
    ("cgroup.freeze", &["0"]),
    ("cgroup.subtree_control", &[""]),
    ("net_cls.classid", &["0"]),
    ("blkio.throttle.read_bps_device", &[""]),
    ("devices.list", &["a *:* rwm"]),
];

/// The settings of a group that are not those of a new one.
pub(super) fn settings(kernel: &Kernel, group: GroupId) -> Vec<Setting> {
    let cgroups = kernel.cgroups();
    let is_root = cgroups.parent(group).is_none();
    let mut settings = Vec::new();
    for row in cgroups.rows(group) {
        let Some(at) = SHOWN_SETTINGS.iter().position(|(file, _)| *file == row.name) else { continue };
        let value = cgroups.read_row(group, row).unwrap_or_default();
        let value = value.lines().next().unwrap_or_default();
        let (file, defaults) = SHOWN_SETTINGS[at];
        let is_default = defaults.contains(&value) || (is_root && file.starts_with("cpuset."));
        if !is_default {
            settings.push((at, Setting { file: file.to_owned(), value: value.to_owned() }));
        }
    }
    settings.sort_by_key(|(at, _)| *at);
    settings.into_iter().map(|(_, setting)| setting).collect()
}

/// What a hierarchy is called: its controllers or its name.
pub(super) fn title(cgroups: &CgroupState, id: HierarchyId) -> String {
    let controllers = cgroups.controllers(id);
    match cgroups.name(id) {
        _ if cgroups.fstype(id) == "cgroup2" => "cgroup2".to_owned(),
        Some(name) if controllers.is_empty() => format!("name={name}"),
        _ => controllers.join(","),
    }
}

/// Where a hierarchy is mounted, as the shell sees it.
pub(super) fn mount_points(kernel: &Kernel, id: HierarchyId) -> Vec<String> {
    let cgroups = kernel.cgroups();
    let (fstype, own) = (cgroups.fstype(id), cgroups.mount_options(id));
    let Observation::Mounts(mounts) = kernel.observe(&Actor::shell(), &Probe::Mounts) else {
        return Vec::new();
    };
    let is_own = |options: &[String]| {
        let mut rest = options.iter();
        own.iter().all(|option| rest.any(|other| other == option))
            && cgroup_words(options) == cgroup_words(&own)
    };
    let own_mounts = mounts.iter().filter(|mount| mount.fstype == fstype && is_own(&mount.options));
    own_mounts.map(|mount| mount.target.clone()).collect()
}

/// The options that say which hierarchy it is: controllers and name.
fn cgroup_words(options: &[String]) -> Vec<&String> {
    let order = crate::host::CONTROLLER_ORDER;
    options.iter().filter(|word| order.contains(&word.as_str()) || word.starts_with("name=")).collect()
}

/// Finds a group by its path.
pub(super) fn find(cgroups: &CgroupState, hierarchy: HierarchyId, path: &str) -> Option<GroupId> {
    if !cgroups.hierarchies().any(|id| id == hierarchy) {
        return None;
    }
    let names = path.split('/').filter(|name| !name.is_empty());
    names.into_iter().try_fold(cgroups.root(hierarchy), |group, name| cgroups.child(group, name))
}
