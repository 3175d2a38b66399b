//! A kernel seen through neutral eyes: what differs from machine to machine by nature is taken out of its
//! answers, so that two kernels can be compared on the rest. Used on both sides alike.
//!
//! | what | why |
//! |---|---|
//! | hierarchy ids in /proc/cgroups and /proc/PID/cgroup | a counter of the whole machine |
//! | number of groups in /proc/cgroups | counts groups of others on the same machine |
//! | controllers that the profile does not have | not modelled, so not shown |
//! | interface files that the model does not know | not modelled, so not shown |
//! | mounts that the session began with | their sources and options are the machine's own |
//! | usage figures | measured on one side, computed on the other |

use crate::host::HostProfile;
use crate::kernel::cgroup::files::{is_known_file, is_measured_file};
use crate::plan::probe::MountInfo;
use crate::plan::{Actor, Answer, Backend, Call, FileRef, Observation, Observe, Probe, Reply, Step};
use std::collections::BTreeSet;

/// What stands where a value was taken out.
const HIDDEN: &str = "#";

/// A backend whose answers are made neutral.
pub struct Neutral<'a, B: Backend> {
    backend: &'a mut B,
    controllers: BTreeSet<String>,
    /// Mount points that the session began with.
    initial: BTreeSet<String>,
}

impl<'a, B: Backend> Neutral<'a, B> {
    /// Looks at `backend` through neutral eyes.
    pub fn new(backend: &'a mut B, profile: &HostProfile) -> Self {
        let initial = match backend.observe(&Actor::shell(), &Probe::Mounts) {
            Observation::Mounts(mounts) => mounts.into_iter().map(|mount| mount.target).collect(),
            _ => BTreeSet::new(),
        };
        Self { backend, controllers: profile.controllers.iter().cloned().collect(), initial }
    }

    fn neutral_data(&self, path: &str, data: String) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            "cgroups" if path.starts_with("/proc") => self.proc_cgroups(&data),
            "cgroup" if path.starts_with("/proc") => proc_pid_cgroup(&data),
            "mounts" if path.starts_with("/proc") => self.proc_mounts(&data),
            _ if is_measured_file(name) => format!("{HIDDEN}\n"),
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

    fn proc_mounts(&self, data: &str) -> String {
        let kept = data
            .lines()
            .filter(|line| line.split(' ').nth(1).is_none_or(|target| !self.initial.contains(target)));
        kept.map(|line| format!("{line}\n")).collect()
    }

    fn neutral_mounts(&self, mounts: Vec<MountInfo>) -> Vec<MountInfo> {
        mounts.into_iter().filter(|mount| !self.initial.contains(&mount.target)).collect()
    }

    fn neutral_reply(&self, step: &Step, reply: Reply) -> Reply {
        match (&step.call, reply) {
            (Call::Read { file: FileRef::Path(path) }, Reply::Data(data)) => {
                let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
                let path = crate::explain::sentence::absolute(&path, &step.actor, self);
                Reply::Data(self.neutral_data(&path, data))
            }
            (Call::Getdents64 { path }, Reply::Entries(mut entries)) => {
                let path = path.resolve(|actor| self.backend.pid(actor)).unwrap_or_default();
                if self.is_cgroup(&step.actor, &path) {
                    entries.retain(|entry| {
                        entry.kind != crate::plan::reply::FileKind::Regular || is_known_file(&entry.name)
                    });
                }
                Reply::Entries(entries)
            }
            (_, reply) => reply,
        }
    }

    fn is_cgroup(&self, actor: &Actor, path: &str) -> bool {
        let path = crate::explain::sentence::absolute(path, actor, self);
        let Observation::Mounts(mounts) = self.backend.observe(actor, &Probe::Mounts) else { return false };
        crate::explain::sentence::deepest_mount(&path, &mounts)
            .is_some_and(|mount| mount.fstype.starts_with("cgroup"))
    }
}

/// Hides the hierarchy ids, and sorts the lines, since their order is that of the ids.
fn proc_pid_cgroup(data: &str) -> String {
    let mut lines: Vec<_> = data
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(_, rest)| format!("{HIDDEN}:{rest}\n"))
        .collect();
    lines.sort();
    lines.concat()
}

impl<B: Backend> Observe for Neutral<'_, B> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        match (probe, self.backend.observe(actor, probe)) {
            (Probe::Mounts, Observation::Mounts(mounts)) => Observation::Mounts(mounts),
            (Probe::File(path), Observation::Data(data)) => {
                Observation::Data(self.neutral_data(&path.to_string(), data))
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
                lines.push(format!("{at}: tasks {:?}", info.tasks));
                for (name, value) in &info.files {
                    if is_known_file(name) && !is_measured_file(name) {
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
