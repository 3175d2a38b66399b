//! A kernel seen through neutral eyes: what differs from machine to machine by nature is taken out of its
//! answers, so that two kernels can be compared on the rest. Used on both sides alike.
//!
//! | what | why |
//! |---|---|
//! | hierarchy ids in /proc/cgroups and /proc/PID/cgroup | a counter of the whole machine |
//! | number of groups in /proc/cgroups | counts groups of others on the same machine |
//! | controllers that the profile does not have | not modelled, so not shown |
//! | interface files and names in /proc that the model does not know | not modelled, so not shown |
//! | all in /proc/PID/stat and status but who a task is and whose, its nice value, threads, CPUs, waiting signals | times, addresses |
//! | which capabilities a task has, not whether it has any | up to who started the machine |
//! | /proc/PID/oom_score | counts pages that the model does not know |
//! | the agent's own variable in /proc/PID/environ | the task has none in the model |
//! | numbers of mounts and devices in /proc/PID/mountinfo | counters of the whole machine |
//! | how many tasks and waiting signals there may be, where no limit was set | up to the machine's memory |
//! | all but the number in /proc/version | who built the kernel |
//! | /proc/loadavg, /proc/uptime, kernel.pid_max, kernel.hostname | the machine's own |
//! | all but the numbers of CPUs in /proc/cpuinfo, and the whole memory in /proc/meminfo | the machine's own |
//! | the order of pids in `cgroup.procs` | version 2 does not sort them |
//! | mounts that the session began with | their sources and options are the machine's own |
//! | lines of /proc/PID/cgroup for hierarchies that the session has not mounted | others' |
//! | `inode64` of a tmpfs | the kernel's build decides it |
//! | sizes of directories | the file system's own |
//! | links of directories but those of tasks, of control groups and of the session's tmpfs | they count what the model leaves out |
//! | usage figures, unless commands compute with them | measured on one side, computed on the other |

use crate::host::HostProfile;
use crate::kernel::cgroup::files::{is_known_file, is_measured_file};
use crate::kernel::is_known_proc_name;
use crate::plan::probe::MountInfo;
use crate::plan::reply::{Entry, FileKind, Stat};
use crate::plan::{
    Actor, Answer, Backend, Call, FileRef, Helper, Limits, Observation, Observe, Probe, Reply, Resource,
    Step, Text,
};
use std::collections::BTreeSet;

/// Options of a tmpfs that depend on how the kernel was built (`CONFIG_TMPFS_INODE64`); tmpfs(5).
const INODE_WIDTHS: [&str; 2] = ["inode32", "inode64"];

/// What stands where a value was taken out.
const HIDDEN: &str = "#";

/// A backend whose answers are made neutral.
pub struct Neutral<'a, B: Backend> {
    backend: &'a mut B,
    controllers: BTreeSet<String>,
    /// Mount points that the session began with.
    initial: BTreeSet<String>,
    /// Files with usage figures that are handed on: what commands make of them is compared.
    measured: BTreeSet<String>,
    /// How many tasks there may be, as the session began.
    most_tasks: Option<u64>,
}

impl<'a, B: Backend> Neutral<'a, B> {
    /// Looks at `backend` through neutral eyes.
    pub fn new(backend: &'a mut B, profile: &HostProfile) -> Self {
        let initial = match backend.observe(&Actor::shell(), &Probe::Mounts) {
            Observation::Mounts(mounts) => mounts.into_iter().map(|mount| mount.target).collect(),
            _ => BTreeSet::new(),
        };
        let controllers = profile.controllers.iter().cloned().collect();
        let limits = backend.observe(&Actor::shell(), &Probe::File(Text::from("/proc/1/limits")));
        let most_tasks = match limits {
            Observation::Data(text) => text.lines().find_map(of_the_machine).and_then(|(_, limit)| limit),
            _ => None,
        };
        Self { backend, controllers, initial, measured: BTreeSet::new(), most_tasks }
    }

    /// Hands on the usage figures in files of these names.
    pub fn measuring(mut self, names: &[String]) -> Self {
        self.measured = names.iter().cloned().collect();
        self
    }

    /// The backend itself.
    pub fn below(&self) -> &B {
        self.backend
    }

    fn neutral_data(&self, path: &str, data: String) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            "cgroups" if path.starts_with("/proc") => self.proc_cgroups(&data),
            "cgroup" if path.starts_with("/proc") => self.proc_pid_cgroup(&data),
            "mounts" if path.starts_with("/proc") => self.proc_mounts(&data),
            "stat" if path.starts_with("/proc") => proc_pid_stat(&data),
            "status" if path.starts_with("/proc") => proc_pid_status(&data),
            "mountinfo" if path.starts_with("/proc") => self.proc_mountinfo(&data),
            "limits" if path.starts_with("/proc") => self.proc_limits(&data),
            "version" if path == "/proc/version" => proc_version(&data),
            "loadavg" | "oom_score" | "uptime" | "pid_max" | "hostname" if path.starts_with("/proc") => {
                format!("{HIDDEN}\n")
            }
            "cpuinfo" if path == "/proc/cpuinfo" => kept_lines(&data, &["processor"]),
            "meminfo" if path == "/proc/meminfo" => kept_lines(&data, &["MemTotal:"]),
            "environ" if path.starts_with("/proc") => without_role(&data),
            "cgroup.procs" | "cgroup.threads" => sorted_pids(&data),
            _ if is_measured_file(name) && !self.measured.contains(name) => format!("{HIDDEN}\n"),
            _ => data,
        }
    }

    /// Hides the second and third column, and controllers that are not in the profile.
    fn proc_cgroups(&self, data: &str) -> String {
        let mut out = String::new();
        for line in data.lines() {
            let fields: Vec<_> = line.split('\t').collect();
            match fields.as_slice() {
                [name, _, _, enabled] if !name.starts_with('#') => {
                    if self.controllers.contains(*name) {
                        out.push_str(&format!("{name}\t{HIDDEN}\t{HIDDEN}\t{enabled}\n"));
                    }
                }
                _ => out.push_str(&format!("{line}\n")),
            }
        }
        out
    }

    /// Hides the hierarchy ids, sorts the lines, since their order is that of the ids, and leaves out the version 2
    /// tree and named hierarchies where the session has not mounted them: they are others' on the same machine.
    fn proc_pid_cgroup(&self, data: &str) -> String {
        let mounts = match self.backend.observe(&Actor::shell(), &Probe::Mounts) {
            Observation::Mounts(mounts) => mounts,
            _ => Vec::new(),
        };
        let is_own = |controllers: &str| match controllers {
            "" => mounts.iter().any(|mount| mount.fstype == "cgroup2"),
            list if list.starts_with("name=") => {
                mounts.iter().any(|mount| mount.options.iter().any(|option| option == list))
            }
            list => list.split(',').all(|word| word.starts_with("name=") || self.controllers.contains(word)),
        };
        let fields =
            data.lines().filter_map(|line| line.splitn(3, ':').skip(1).collect::<Vec<_>>().try_into().ok());
        let mut lines: Vec<_> = fields
            .filter(|[controllers, _]: &[&str; 2]| is_own(controllers))
            .map(|[controllers, path]| format!("{HIDDEN}:{controllers}:{path}\n"))
            .collect();
        lines.sort();
        lines.concat()
    }

    /// Hides how many tasks and signals there may be, where that was not set.
    fn proc_limits(&self, data: &str) -> String {
        let line = |line: &str| match of_the_machine(line) {
            Some((name, Some(limit))) if Some(limit) == self.most_tasks => format!("{name}: {HIDDEN}\n"),
            _ => format!("{line}\n"),
        };
        data.lines().map(line).collect()
    }

    fn neutral_limits(&self, resource: Resource, limits: Limits) -> Limits {
        let machine = matches!(resource, Resource::Nproc | Resource::Sigpending);
        let hide = |limit: Option<u64>| if machine && limit == self.most_tasks { None } else { limit };
        Limits { soft: hide(limits.soft), hard: hide(limits.hard) }
    }

    fn proc_mounts(&self, data: &str) -> String {
        let kept = data
            .lines()
            .filter(|line| line.split(' ').nth(1).is_none_or(|target| !self.initial.contains(target)));
        kept.map(|line| format!("{}\n", without_inode_width(line))).collect()
    }

    /// Hides the numbers of mounts and devices, and what is optional: how mounts are propagated.
    fn proc_mountinfo(&self, data: &str) -> String {
        let line = |line: &str| {
            let (mount, fs) = line.split_once(" - ")?;
            let [_, _, _, root, target, options, ..] = mount.split(' ').collect::<Vec<_>>()[..] else {
                return None;
            };
            let own = !self.initial.contains(target);
            let fs = without_width_behind(fs);
            own.then(|| format!("{HIDDEN} {HIDDEN} {HIDDEN} {root} {target} {options} - {fs}\n"))
        };
        data.lines().filter_map(line).collect()
    }

    fn neutral_mounts(&self, mounts: Vec<MountInfo>) -> Vec<MountInfo> {
        let mut own: Vec<_> =
            mounts.into_iter().filter(|mount| !self.initial.contains(&mount.target)).collect();
        for mount in own.iter_mut().filter(|mount| mount.fstype == "tmpfs") {
            mount.options.retain(|option| !INODE_WIDTHS.contains(&option.as_str()));
        }
        own
    }

    fn neutral_reply(&self, step: &Step, reply: Reply) -> Reply {
        match (&step.call, reply) {
            (Call::Read { file: FileRef::Path(path), .. }, Reply::Data(data)) => {
                let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
                let path = crate::explain::sentence::absolute(&path, &step.actor, self);
                Reply::Data(self.neutral_data(&path, data))
            }
            (Call::Getdents64 { path }, Reply::Entries(entries)) => {
                Reply::Entries(self.neutral_entries(&step.actor, path, entries))
            }
            (Call::Stat { path }, Reply::Stat(stat)) => {
                Reply::Stat(self.neutral_stat(&step.actor, path, stat))
            }
            (Call::Prlimit64 { resource, .. }, Reply::Limits(limits)) => {
                Reply::Limits(self.neutral_limits(*resource, limits))
            }
            (_, reply) => reply,
        }
    }

    /// The entries of a directory that the model knows.
    fn neutral_entries(&self, actor: &Actor, path: &Text, mut entries: Vec<Entry>) -> Vec<Entry> {
        let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
        match self.fstype(actor, &path).as_deref() {
            Some("cgroup" | "cgroup2") => {
                entries.retain(|entry| entry.kind != FileKind::Regular || is_known_file(&entry.name));
            }
            Some("proc") => {
                let path = crate::explain::sentence::absolute(&path, actor, self);
                entries.retain(|entry| is_known_proc_name(&path, &entry.name));
            }
            _ => {}
        }
        entries
    }

    /// A directory's size is its file system's own business, and so is the number of its links in /proc itself, /sys and what
    /// is the machine's: below /usr, where the links in / lead, and on its disk.
    fn neutral_stat(&self, actor: &Actor, path: &Text, stat: Stat) -> Stat {
        if stat.kind != FileKind::Directory {
            return stat;
        }
        let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
        let mut parts = Vec::new();
        for part in crate::explain::sentence::absolute(&path, actor, self).split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                name => parts.push(name.to_owned()),
            }
        }
        let path = format!("/{}", parts.join("/"));
        let first = parts.first().map(String::as_str).unwrap_or_default();
        let machine = first == "usr" || first == "bin" || first == "sbin" || first.starts_with("lib");
        let own = match self.fstype(actor, &path).as_deref() {
            Some("cgroup" | "cgroup2" | "tmpfs") => !machine,
            Some("proc") => parts.get(1).is_some_and(|name| name.parse::<u32>().is_ok() || name == "self"),
            _ => false,
        };
        Stat { size: 0, nlink: if own { stat.nlink } else { 0 }, ..stat }
    }

    /// The kind of file system that a path is on.
    fn fstype(&self, actor: &Actor, path: &str) -> Option<String> {
        let path = crate::explain::sentence::absolute(path, actor, self);
        let Observation::Mounts(mounts) = self.backend.observe(actor, &Probe::Mounts) else { return None };
        crate::explain::sentence::deepest_mount(&path, &mounts).map(|mount| mount.fstype.clone())
    }
}

/// The answer to a step without the usage figures that were handed on for commands to compute with.
pub(super) fn without_figures(call: &Call, answer: Answer) -> Answer {
    match (call, answer) {
        (Call::Read { file: FileRef::Path(path), .. }, Ok(Reply::Data(data))) => {
            let path = path.to_string();
            let name = path.rsplit('/').next().unwrap_or(&path);
            Ok(Reply::Data(if is_measured_file(name) { format!("{HIDDEN}\n") } else { data }))
        }
        (_, answer) => answer,
    }
}

/// A line of /proc/mounts; a tmpfs without its inode width.
fn without_inode_width(line: &str) -> String {
    let mut fields: Vec<_> = line.split(' ').map(str::to_owned).collect();
    if let [_, _, fstype, options, ..] = fields.as_mut_slice()
        && fstype == "tmpfs"
    {
        let kept: Vec<_> = options.split(',').filter(|option| !INODE_WIDTHS.contains(option)).collect();
        *options = kept.join(",");
    }
    fields.join(" ")
}

/// The end of a line of mountinfo; a tmpfs without its inode width.
fn without_width_behind(fields: &str) -> String {
    let mut fields: Vec<_> = fields.split(' ').map(str::to_owned).collect();
    if let [fstype, _, options] = fields.as_mut_slice()
        && fstype == "tmpfs"
    {
        let kept: Vec<_> = options.split(',').filter(|option| !INODE_WIDTHS.contains(option)).collect();
        *options = kept.join(",");
    }
    fields.join(" ")
}

/// The name and the soft limit in a line of /proc/PID/limits that depends on the machine's memory.
fn of_the_machine(line: &str) -> Option<(&str, Option<u64>)> {
    let name = ["Max processes", "Max pending signals"].into_iter().find(|name| line.starts_with(name))?;
    Some((name, line.get(name.len()..)?.split_whitespace().next()?.parse().ok()))
}

/// Keeps the words in front of the number and the first two parts of it: who built the kernel is the machine's own.
fn proc_version(data: &str) -> String {
    let words: Vec<_> = data.split_whitespace().take(3).collect();
    let [linux, version, number] = words.as_slice() else { return data.to_owned() };
    let parts: Vec<_> = number.split('.').take(2).collect();
    format!("{linux} {version} {}\n", parts.join("."))
}

/// Keeps pid, name, state, parent, process group, session, terminal, priority, nice value and number of threads;
/// proc_pid_stat(5). The other fields become 0.
fn proc_pid_stat(data: &str) -> String {
    let Some((head, rest)) = data.rsplit_once(") ") else { return data.to_owned() };
    let fields: Vec<_> = rest.split_whitespace().collect();
    let is_kept = |index: usize| index < 6 || (15..=17).contains(&index);
    let kept = fields.iter().enumerate().map(|(index, field)| if is_kept(index) { *field } else { "0" });
    format!("{head}) {}\n", kept.collect::<Vec<_>>().join(" "))
}

/// Keeps the lines that tell who a task is and what it may use; proc_pid_status(5).
fn proc_pid_status(data: &str) -> String {
    let kept = [
        "Name:",
        "State:",
        "Tgid:",
        "Pid:",
        "PPid:",
        "Uid:",
        "Gid:",
        "Groups:",
        "Threads:",
        "ShdPnd:",
        "CapPrm:",
        "CapEff:",
        "CapAmb:",
        "Cpus_allowed:",
        "Cpus_allowed_list:",
    ];
    let lines = kept_lines(data, &kept);
    lines.lines().map(|line| format!("{}\n", without_capabilities(line))).collect()
}

/// Which capabilities root has is up to whoever started the machine; that it has any is not.
fn without_capabilities(line: &str) -> String {
    match line.split_once(":\t") {
        Some((name, set)) if name.starts_with("Cap") && set.bytes().any(|digit| digit != b'0') => {
            format!("{name}:\t{HIDDEN}")
        }
        _ => line.to_owned(),
    }
}

fn kept_lines(data: &str, starts: &[&str]) -> String {
    let lines = data.lines().filter(|line| starts.iter().any(|start| line.starts_with(start)));
    lines.map(|line| format!("{line}\n")).collect()
}

/// An agent has one variable more than the task that it stands for.
fn without_role(data: &str) -> String {
    let kept = data.split_terminator('\0').filter(|variable| !variable.starts_with("DRYDOCK_ROLE="));
    kept.map(|variable| format!("{variable}\0")).collect()
}

/// Lists of members; the picture has them once already.
fn is_pid_list(name: &str) -> bool {
    ["cgroup.procs", "cgroup.threads", "tasks"].contains(&name)
}

fn sorted_pids(data: &str) -> String {
    let mut pids: Vec<u32> = data.lines().filter_map(|line| line.parse().ok()).collect();
    pids.sort_unstable();
    pids.iter().map(|pid| format!("{pid}\n")).collect()
}

impl<B: Backend> Observe for Neutral<'_, B> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        match (probe, self.backend.observe(actor, probe)) {
            (Probe::File(path), Observation::Data(data)) => {
                Observation::Data(self.neutral_data(&path.to_string(), data))
            }
            (Probe::Path(path), Observation::Stat(stat)) => {
                Observation::Stat(self.neutral_stat(actor, path, stat))
            }
            (Probe::Directory(path), Observation::Entries(entries)) => {
                Observation::Entries(self.neutral_entries(actor, path, entries))
            }
            (_, observation) => observation,
        }
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.backend.pid(actor)
    }
}

impl<B: Backend> Backend for Neutral<'_, B> {
    fn perform(&mut self, step: &Step) -> Answer {
        let answer = self.backend.perform(step);
        answer.map(|reply| self.neutral_reply(step, reply)).map_err(|mut refusal| {
            // Linux does not name rules.
            refusal.rule = None;
            refusal
        })
    }

    fn take_terminal(&mut self) -> String {
        self.backend.take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        self.backend.begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.backend.take_helper()
    }

    fn is_model(&self) -> bool {
        self.backend.is_model()
    }
}

/// What is compared after each line, made neutral.
impl<B: Backend> Neutral<'_, B> {
    /// The mounts that were made since the session began.
    pub fn new_mounts(&self) -> Vec<MountInfo> {
        match self.backend.observe(&Actor::shell(), &Probe::Mounts) {
            Observation::Mounts(mounts) => self.neutral_mounts(mounts),
            _ => Vec::new(),
        }
    }

    /// Every group of every mounted hierarchy: one line a task list and a file.
    pub fn group_lines(&self) -> Vec<String> {
        let Observation::Cgroups(hierarchies) = self.backend.observe(&Actor::shell(), &Probe::Cgroups) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for hierarchy in &hierarchies {
            for (group, info) in &hierarchy.groups {
                let at = format!("{}{}", hierarchy.target, if group == "/" { "" } else { group });
                let mut tasks = info.tasks.clone();
                tasks.sort_unstable();
                lines.push(format!("{at}: tasks {tasks:?}"));
                for (name, value) in &info.files {
                    if is_known_file(name) && !is_measured_file(name) && !is_pid_list(name) {
                        lines.push(format!("{at}/{name}: {}", value.trim_end()));
                    }
                }
            }
        }
        lines
    }

    /// The tasks, one line each.
    pub fn task_lines(&self) -> Vec<String> {
        let Observation::Tasks(tasks) = self.backend.observe(&Actor::shell(), &Probe::Tasks) else {
            return Vec::new();
        };
        tasks.iter().map(|task| format!("{} {} ppid {}", task.pid, task.comm, task.ppid)).collect()
    }
}
