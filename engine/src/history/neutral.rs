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
//! | numbers of mounts, devices and peer groups in /proc/PID/mountinfo | counters of the whole machine: they become 1, 2, … in order of appearance |
//! | how many tasks and waiting signals there may be, where no limit was set | up to the machine's memory |
//! | all but the number in /proc/version | who built the kernel |
//! | /proc/loadavg, /proc/uptime, kernel.pid_max, kernel.hostname | the machine's own |
//! | all but the numbers of CPUs in /proc/cpuinfo, and the whole memory in /proc/meminfo | the machine's own |
//! | the order of pids in `cgroup.procs` | version 2 does not sort them |
//! | mounts that the session began with, also where they went with the old root | their sources and options are the machine's own |
//! | lines of /proc/PID/cgroup for hierarchies that the session has not mounted | others' |
//! | `inode64` of a tmpfs | the kernel's build decides it |
//! | sizes of directories | the file system's own |
//! | numbers of inodes and of the devices that files are on, but not which files are the same; in /proc, /sys and control groups all of them | counters of the whole machine |
//! | numbers in the work directory of an overlay | a counter of the whole machine |
//! | the room of file systems that the session began with | the machine's own |
//! | times of files from 2020 on | when it was done |
//! | what overlayfs notes about where a copy is from, and its number | a file handle, a random number |
//! | inode numbers of namespaces | counters of the whole machine: `uts:[#1]` is the first of its kind that is seen |
//! | when IPC objects were made | the machine's clock |
//! | limits of namespaces in the first user namespace | up to the machine's memory |
//! | links of directories but those of tasks, control groups, overlays and the session's tmpfs | they count what the model leaves out |
//! | what dd says about how long it took | measured on one side, declared on the other |
//! | usage figures, unless commands compute with them | measured on one side, computed on the other |

use crate::host::HostProfile;
use crate::kernel::cgroup::files::{is_known_file, is_measured_file};
use crate::kernel::is_known_proc_name;
use crate::plan::probe::MountInfo;
use crate::plan::reply::{Entry, FileKind, Stat, Statfs, Statx, Time};
use crate::plan::{
    Actor, Answer, Backend, Call, FileRef, Helper, Limits, Observation, Observe, Probe, Reply, Resource,
    Step, Text,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Options of a tmpfs that depend on how the kernel was built (`CONFIG_TMPFS_INODE64`); tmpfs(5).
const INODE_WIDTHS: [&str; 2] = ["inode32", "inode64"];

/// A device and the number of an inode on it.
type Identity = ((u32, u32), u64);

/// What stands where a value was taken out.
const HIDDEN: &str = "#";

/// dd's last line without its time and rate: `1048576 bytes (1.0 MB, 1.0 MiB) copied, #`.
fn without_rates(text: &str) -> String {
    const MARK: &str = " copied, ";
    let neutral = |line: &str| match line.split_once(MARK) {
        Some((bytes, rest)) if bytes.contains(" byte") && rest.contains("B/s") => {
            format!("{bytes}{MARK}{HIDDEN}{}", if line.ends_with('\n') { "\n" } else { "" })
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(neutral).collect()
}

/// A backend whose answers are made neutral.
pub struct Neutral<'a, B: Backend> {
    backend: &'a mut B,
    controllers: BTreeSet<String>,
    /// Mount points that the session began with.
    initial: BTreeSet<String>,
    /// Source and kind of its root file system.
    initial_root: (String, String),
    /// Files with usage figures that are handed on: what commands make of them is compared.
    measured: BTreeSet<String>,
    /// How many tasks there may be, as the session began.
    most_tasks: Option<u64>,
    /// Inodes that were seen, by device and number, and the numbers that they are shown with.
    inodes: RefCell<BTreeMap<Identity, u64>>,
    /// The machine's name.
    hostname: String,
    /// Links of namespaces that were seen, by kind in the order of appearance.
    namespaces: RefCell<BTreeMap<String, Vec<String>>>,
}

impl<'a, B: Backend> Neutral<'a, B> {
    /// Looks at `backend` through neutral eyes.
    pub fn new(backend: &'a mut B, profile: &HostProfile) -> Self {
        let mounts = match backend.observe(&Actor::shell(), &Probe::Mounts) {
            Observation::Mounts(mounts) => mounts,
            _ => Vec::new(),
        };
        let root = mounts.iter().find(|mount| mount.target == "/");
        let initial_root = root.map(|mount| (mount.source.clone(), mount.fstype.clone())).unwrap_or_default();
        let initial = mounts.into_iter().map(|mount| mount.target).collect();
        let controllers = profile.controllers.iter().cloned().collect();
        let limits = backend.observe(&Actor::shell(), &Probe::File(Text::from("/proc/1/limits")));
        let name = Probe::File(Text::from("/proc/sys/kernel/hostname"));
        let hostname = match backend.observe(&Actor::shell(), &name) {
            Observation::Data(name) => name,
            _ => String::new(),
        };
        let most_tasks = match limits {
            Observation::Data(text) => text.lines().find_map(of_the_machine).and_then(|(_, limit)| limit),
            _ => None,
        };
        Self {
            backend,
            controllers,
            initial,
            initial_root,
            measured: BTreeSet::new(),
            most_tasks,
            inodes: RefCell::default(),
            hostname,
            namespaces: RefCell::default(),
        }
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
            "stat" if path == "/proc/stat" => format!("{HIDDEN}\n"),
            "stat" if path.starts_with("/proc") => proc_pid_stat(&data),
            "status" if path.starts_with("/proc") => proc_pid_status(&data),
            "mountinfo" if path.starts_with("/proc") => self.proc_mountinfo(&data),
            "limits" if path.starts_with("/proc") => self.proc_limits(&data),
            "shm" | "msg" | "sem" if path.starts_with("/proc/sysvipc/") => without_times(name, &data),
            _ if path.starts_with("/proc/sys/user/") => self.namespace_limit(&data),
            "version" if path == "/proc/version" => proc_version(&data),
            "hostname" if path.starts_with("/proc") && data != self.hostname => data,
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

    /// A link of a namespace with the number of its appearance instead of its inode's; other links are as they are.
    fn neutral_link(&self, target: &str) -> String {
        let parts = target.split_once(":[").and_then(|(kind, rest)| Some((kind, rest.strip_suffix(']')?)));
        let Some((kind, inode)) = parts.filter(|(_, inode)| inode.bytes().all(|byte| byte.is_ascii_digit()))
        else {
            return target.to_owned();
        };
        let mut seen = self.namespaces.borrow_mut();
        let of_kind = seen.entry(kind.to_owned()).or_default();
        let known = of_kind.iter().position(|known| known == inode);
        let number = known.unwrap_or_else(|| {
            of_kind.push(inode.to_owned());
            of_kind.len() - 1
        });
        format!("{kind}:[{HIDDEN}{}]", number + 1)
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

    /// Half as many namespaces as there may be threads, where it was not set.
    fn namespace_limit(&self, data: &str) -> String {
        let limit = data.trim().parse().ok();
        if limit.is_some() && limit == self.most_tasks { format!("{HIDDEN}\n") } else { data.to_owned() }
    }

    fn neutral_limits(&self, resource: Resource, limits: Limits) -> Limits {
        let machine = matches!(resource, Resource::Nproc | Resource::Sigpending);
        let hide = |limit: Option<u64>| if machine && limit == self.most_tasks { None } else { limit };
        Limits { soft: hide(limits.soft), hard: hide(limits.hard) }
    }

    /// Where the root that the session began with is now, besides `/`: each as the start of the paths in it.
    fn old_roots<'m>(&self, mounts: impl Iterator<Item = [&'m str; 3]>) -> Vec<&'m str> {
        let is_root = |[source, target, fstype]: &[&str; 3]| {
            *target != "/"
                && (*source, *fstype) == (self.initial_root.0.as_str(), self.initial_root.1.as_str())
        };
        mounts.filter(is_root).map(|[_, target, _]| target).collect()
    }

    /// True for a mount that the session began with.
    fn is_initial(&self, [source, target, fstype]: [&str; 3], old_roots: &[&str]) -> bool {
        if target == "/" {
            return (source, fstype) == (self.initial_root.0.as_str(), self.initial_root.1.as_str());
        }
        let inside = |root: &&str| target.strip_prefix(*root).is_some_and(|rest| self.initial.contains(rest));
        self.initial.contains(target) || old_roots.iter().any(inside)
    }

    fn proc_mounts(&self, data: &str) -> String {
        let fields = |line: &'_ str| -> Option<[String; 3]> {
            let mut fields = line.split(' ').map(str::to_owned);
            Some([fields.next()?, fields.next()?, fields.next()?])
        };
        let all: Vec<[String; 3]> = data.lines().filter_map(fields).collect();
        let old_roots = self.old_roots(all.iter().map(as_words));
        let own =
            |line: &&str| fields(line).is_none_or(|words| !self.is_initial(as_words(&words), &old_roots));
        data.lines().filter(own).map(|line| format!("{}\n", without_inode_width(line))).collect()
    }

    /// Leaves out the mounts that the session began with, and counts all numbers anew.
    fn proc_mountinfo(&self, data: &str) -> String {
        let lines: Vec<MountLine<'_>> = data.lines().filter_map(MountLine::read).collect();
        let old_roots = self.old_roots(lines.iter().map(MountLine::words));
        let own: Vec<_> = lines.iter().filter(|line| !self.is_initial(line.words(), &old_roots)).collect();
        let (mut ids, mut devices, mut groups) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        // A mount may come before the one that it is on.
        for line in &own {
            renamed(&mut ids, line.id);
        }
        own.into_iter().map(|line| line.neutral(&mut ids, &mut devices, &mut groups)).collect()
    }

    fn neutral_mounts(&self, mounts: Vec<MountInfo>) -> Vec<MountInfo> {
        let words = |mount: &'_ MountInfo| [mount.source.clone(), mount.target.clone(), mount.fstype.clone()];
        let all: Vec<[String; 3]> = mounts.iter().map(words).collect();
        let old_roots = self.old_roots(all.iter().map(as_words));
        let own = |mount: &MountInfo| !self.is_initial(as_words(&words(mount)), &old_roots);
        let mut own: Vec<_> = mounts.into_iter().filter(own).collect();
        for mount in own.iter_mut().filter(|mount| mount.fstype == "tmpfs") {
            mount.options.retain(|option| !INODE_WIDTHS.contains(&option.as_str()));
        }
        own
    }

    fn neutral_reply(&self, step: &Step, reply: Reply) -> Reply {
        match (&step.call, reply) {
            (Call::Read { file: FileRef::Path(path), .. }, Reply::Data(data)) => {
                let path = path.resolve(|actor| self.backend.pid_for(&step.actor, actor)).unwrap_or_default();
                let path = crate::explain::sentence::absolute(&path, &step.actor, self);
                let path = if may_be_a_tasks(&path) { self.below_proc(&step.actor, &path) } else { path };
                Reply::Data(self.neutral_data(&path, data))
            }
            (Call::Getdents64 { path }, Reply::Entries(entries)) => {
                Reply::Entries(self.neutral_entries(&step.actor, path, entries))
            }
            (Call::Stat { path }, Reply::Stat(stat)) => {
                Reply::Stat(self.neutral_stat(&step.actor, path, stat))
            }
            (Call::Readlink { .. }, Reply::Data(target)) => Reply::Data(self.neutral_link(&target)),
            (Call::Statx { path, .. }, Reply::Statx(all)) => {
                Reply::Statx(Box::new(self.neutral_statx(&step.actor, path, *all)))
            }
            (Call::Statfs { path }, Reply::Statfs(found)) => {
                let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
                Reply::Statfs(Box::new(self.neutral_statfs(&step.actor, &path, *found)))
            }
            (Call::Lgetxattr { name, .. }, Reply::Data(_)) if is_own_note(name) => {
                Reply::Data(HIDDEN.to_owned())
            }
            (Call::Prlimit64 { resource, .. }, Reply::Limits(limits)) => {
                Reply::Limits(self.neutral_limits(*resource, limits))
            }
            (_, reply) => reply,
        }
    }

    /// What a machine counts, and when it was.
    fn neutral_statx(&self, actor: &Actor, path: &Text, all: Statx) -> Statx {
        const YEAR_2020: i64 = 1_577_836_800;
        let late = Time { seconds: YEAR_2020, nanoseconds: 0 };
        let time = |time: Time| time.min(late);
        let blocks = if all.stat.kind == FileKind::Directory { 0 } else { all.blocks };
        let stat = self.neutral_stat(actor, path, all.stat);
        let inode = if self.has_inodes(actor, path) { self.recounted((all.device, all.inode)) } else { 0 };
        Statx {
            stat,
            inode,
            device: (0, 0),
            represents: all.represents,
            blocks,
            born: None,
            accessed: time(all.accessed),
            modified: time(all.modified),
            changed: time(all.changed),
        }
    }

    /// True for file systems in which a file is known by its inode. In the others it has a new one whenever it is made
    /// anew, or looked at.
    fn has_inodes(&self, actor: &Actor, path: &Text) -> bool {
        let path = path.resolve(|other| self.backend.pid_for(actor, other)).unwrap_or_default();
        !matches!(self.fstype(actor, &path).as_deref(), Some("cgroup" | "cgroup2" | "proc" | "sysfs"))
    }

    /// Inodes are numbered in the order in which they are seen.
    fn recounted(&self, identity: Identity) -> u64 {
        let mut inodes = self.inodes.borrow_mut();
        let next = inodes.len() as u64 + 1;
        *inodes.entry(identity).or_insert(next)
    }

    /// The room of a file system that the session began with is the machine's own.
    fn neutral_statfs(&self, actor: &Actor, path: &str, found: Statfs) -> Statfs {
        let path = crate::explain::sentence::absolute(path, actor, self);
        let Observation::Mounts(mounts) = self.backend.observe(actor, &Probe::Mounts) else { return found };
        let mount = |path: &str| crate::explain::sentence::deepest_mount(path, &mounts);
        // An overlay has the room of its upper layer.
        let upper = mount(&path).and_then(|mount| {
            let option = mount.options.iter().find_map(|option| option.strip_prefix("upperdir="))?;
            Some(crate::explain::sentence::absolute(option, actor, self))
        });
        let holder = upper.as_deref().map_or_else(|| mount(&path), mount);
        if holder.is_none_or(|mount| self.initial.contains(&mount.target)) {
            return Statfs { block: 4096, blocks: 0, free: 0, available: 0, ..found };
        }
        found
    }

    /// A path in a proc file system as it would be below /proc.
    fn below_proc(&self, actor: &Actor, path: &str) -> String {
        let path = crate::explain::sentence::absolute(path, actor, self);
        let Observation::Mounts(mounts) = self.backend.observe(actor, &Probe::Mounts) else { return path };
        let mount =
            crate::explain::sentence::deepest_mount(&path, &mounts).filter(|mount| mount.fstype == "proc");
        let rest = mount.and_then(|mount| path.strip_prefix(mount.target.trim_end_matches('/')));
        rest.map_or_else(|| path.clone(), |rest| format!("/proc{rest}"))
    }

    /// The entries of a directory that the model knows.
    fn neutral_entries(&self, actor: &Actor, path: &Text, mut entries: Vec<Entry>) -> Vec<Entry> {
        let path = path.resolve(|other| self.backend.pid_for(actor, other)).unwrap_or_default();
        match self.fstype(actor, &path).as_deref() {
            Some("cgroup" | "cgroup2") => {
                entries.retain(|entry| entry.kind != FileKind::Regular || is_known_file(&entry.name));
            }
            Some("proc") => {
                let path = self.below_proc(actor, &path);
                entries.retain(|entry| is_known_proc_name(&path, &entry.name));
            }
            _ => entries.iter_mut().for_each(hide_counter),
        }
        entries
    }

    /// A directory's size is its file system's own business, and so is the number of its links in /proc itself, /sys and what
    /// is the machine's: below /usr, where the links in / lead, and on its disk.
    fn neutral_stat(&self, actor: &Actor, path: &Text, stat: Stat) -> Stat {
        if stat.kind != FileKind::Directory {
            return stat;
        }
        let path = path.resolve(|other| self.backend.pid_for(actor, other)).unwrap_or_default();
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
            Some("cgroup" | "cgroup2" | "tmpfs" | "ramfs" | "overlay") => !machine,
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

fn as_words(words: &[String; 3]) -> [&str; 3] {
    [&words[0], &words[1], &words[2]]
}

/// The place of a number in the order of appearance, from 1.
fn renamed<'n>(seen: &mut BTreeMap<&'n str, usize>, number: &'n str) -> usize {
    let next = seen.len() + 1;
    *seen.entry(number).or_insert(next)
}

/// A line of mountinfo.
struct MountLine<'l> {
    id: &'l str,
    parent: &'l str,
    device: &'l str,
    root: &'l str,
    target: &'l str,
    options: &'l str,
    /// `shared:1`, `master:2`, ….
    optional: Vec<&'l str>,
    fs: &'l str,
}

impl<'l> MountLine<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let (mount, fs) = line.split_once(" - ")?;
        let mut fields = mount.split(' ');
        let mut next = || fields.next();
        let (id, parent, device, root, target, options) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        Some(Self { id, parent, device, root, target, options, optional: fields.collect(), fs })
    }

    /// Source, target, kind.
    fn words(&self) -> [&str; 3] {
        let mut fields = self.fs.split(' ');
        let (fstype, source) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        [source, self.target, fstype]
    }

    /// The line with its numbers counted anew; a mount that is left out is `#`.
    fn neutral(
        &self,
        ids: &mut BTreeMap<&'l str, usize>,
        devices: &mut BTreeMap<&'l str, usize>,
        groups: &mut BTreeMap<&'l str, usize>,
    ) -> String {
        let parent = ids.get(self.parent).map_or(HIDDEN.to_owned(), usize::to_string);
        let mut optional = String::new();
        for field in &self.optional {
            optional.push_str(&match field.split_once(':') {
                Some((name, group)) => format!("{name}:{} ", renamed(groups, group)),
                None => format!("{field} "),
            });
        }
        format!(
            "{} {parent} {} {} {} {} {optional}- {}\n",
            renamed(ids, self.id),
            renamed(devices, self.device),
            self.root,
            self.target,
            self.options,
            without_width_behind(self.fs)
        )
    }
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

/// overlayfs numbers what it makes in a work directory: `#1a`.
fn hide_counter(entry: &mut Entry) {
    let digits = entry.name.strip_prefix('#').filter(|digits| !digits.is_empty());
    if digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        HIDDEN.clone_into(&mut entry.name);
    }
}

/// A file handle, and a number that is drawn by lot.
fn is_own_note(name: &str) -> bool {
    name.ends_with(".overlay.origin") || name.ends_with(".overlay.uuid")
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
        "NStgid:",
        "NSpid:",
        "Threads:",
        "ShdPnd:",
        "CapPrm:",
        "CapEff:",
        "CapAmb:",
        "NoNewPrivs:",
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

/// True for the names of files that a task has in /proc, wherever that is mounted.
fn may_be_a_tasks(path: &str) -> bool {
    const NAMES: [&str; 8] =
        ["cgroup", "environ", "limits", "mountinfo", "mounts", "oom_score", "stat", "status"];
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = directory.rsplit('/').next().unwrap_or_default();
    let is_pid = parent == "self" || (!parent.is_empty() && parent.bytes().all(|byte| byte.is_ascii_digit()));
    is_pid && !path.starts_with("/proc/") && NAMES.contains(&name)
}

/// The last columns tell when an IPC object was made and used, the segment's memory behind them.
fn without_times(name: &str, data: &str) -> String {
    let kept = match name {
        "shm" => 11,
        "msg" => 11,
        _ => 8,
    };
    let line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let shown = fields.iter().enumerate().map(|(index, field)| if index < kept { *field } else { "0" });
        format!("{}\n", shown.collect::<Vec<_>>().join(" "))
    };
    let mut lines = data.lines();
    let header = lines.next().map(|line| format!("{line}\n")).unwrap_or_default();
    std::iter::once(header).chain(lines.map(line)).collect()
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
            (Probe::Target(_), Observation::Data(target)) => Observation::Data(self.neutral_link(&target)),
            (Probe::Link(path), Observation::Statx(all)) => {
                Observation::Statx(Box::new(self.neutral_statx(actor, path, *all)))
            }
            (_, observation) => observation,
        }
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.backend.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.backend.pid_for(viewer, actor)
    }
}

impl<B: Backend> Backend for Neutral<'_, B> {
    fn perform(&mut self, step: &Step) -> Answer {
        let answer = self.backend.perform(step);
        // The number of a device may come again with the next file system.
        if matches!(step.call, Call::Umount2 { .. }) {
            self.inodes.borrow_mut().clear();
        }
        answer.map(|reply| self.neutral_reply(step, reply)).map_err(|mut refusal| {
            // Linux does not name rules.
            refusal.rule = None;
            refusal
        })
    }

    fn take_terminal(&mut self) -> String {
        without_rates(&self.backend.take_terminal())
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
