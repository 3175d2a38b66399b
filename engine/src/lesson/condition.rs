//! Conditions on the state of a host: what a goal asks for. They look at the state, not at what was typed, and
//! both kernels can be asked.

use crate::plan::{Actor, Observation, Observe, Probe};

/// A condition, as a line of a `goal` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `directory PATH`
    Directory(String),
    /// `absent PATH`
    Absent(String),
    /// `mounted PATH cpu,cpuset`: a hierarchy with exactly these controllers is mounted there.
    Mounted(String, Vec<String>),
    /// `unmounted PATH`: nothing is mounted there.
    Unmounted(String),
    /// `file PATH is VALUE`: the content without blanks around it.
    File(String, String),
    /// `running NAME in PATH`: a task of this program is in the group with this directory.
    Running(String, String),
    /// `task PID in PATH`
    Task(u32, String),
}

impl Condition {
    /// Reads a line.
    ///
    /// # Errors
    /// Says which forms there are.
    pub fn parse(line: &str) -> Result<Self, String> {
        let words: Vec<_> = line.split_whitespace().collect();
        let owned = |word: &&str| (*word).to_owned();
        match words.as_slice() {
            ["directory", path] => Ok(Self::Directory(owned(path))),
            ["absent", path] => Ok(Self::Absent(owned(path))),
            ["mounted", path, list] => {
                Ok(Self::Mounted(owned(path), list.split(',').map(str::to_owned).collect()))
            }
            ["unmounted", path] => Ok(Self::Unmounted(owned(path))),
            ["file", path, "is", value @ ..] => Ok(Self::File(owned(path), value.join(" "))),
            ["running", name, "in", path] => Ok(Self::Running(owned(name), owned(path))),
            ["task", pid, "in", path] if pid.parse::<u32>().is_ok() => {
                Ok(Self::Task(pid.parse().unwrap_or_default(), owned(path)))
            }
            _ => Err(format!(
                "\"{line}\" is no condition; there are: directory PATH, absent PATH, mounted PATH CONTROLLERS, \
                 unmounted PATH, file PATH is VALUE, running NAME in PATH, task PID in PATH"
            )),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, kernel: &dyn Observe) -> bool {
        let shell = Actor::shell();
        let there = |path: &str| {
            !matches!(kernel.observe(&shell, &Probe::Path(path.into())), Observation::Refused(_))
        };
        match self {
            Self::Directory(path) => {
                matches!(
                    kernel.observe(&shell, &Probe::Directory(path.as_str().into())),
                    Observation::Entries(_)
                )
            }
            Self::Absent(path) => !there(path),
            Self::Mounted(path, controllers) => mounted(kernel, path).is_some_and(|options| {
                let known = |word: &&String| crate::host::CONTROLLER_ORDER.contains(&word.as_str());
                let has: std::collections::BTreeSet<_> = options.iter().filter(known).collect();
                has == controllers.iter().collect()
            }),
            Self::Unmounted(path) => mounted(kernel, path).is_none(),
            Self::File(path, value) => match kernel.observe(&shell, &Probe::File(path.as_str().into())) {
                Observation::Data(data) => data.trim() == value,
                _ => false,
            },
            Self::Running(name, path) => {
                let pids = members(kernel, path);
                tasks_named(kernel, name).iter().any(|pid| pids.contains(pid))
            }
            Self::Task(pid, path) => members(kernel, path).contains(pid),
        }
    }
}

/// The options of the last mount at a path.
fn mounted(kernel: &dyn Observe, path: &str) -> Option<Vec<String>> {
    let Observation::Mounts(mounts) = kernel.observe(&Actor::shell(), &Probe::Mounts) else { return None };
    mounts.into_iter().rev().find(|mount| mount.target == path).map(|mount| mount.options)
}

/// The pids in the `cgroup.procs` of a group's directory.
fn members(kernel: &dyn Observe, path: &str) -> Vec<u32> {
    let file = format!("{}/cgroup.procs", path.trim_end_matches('/'));
    match kernel.observe(&Actor::shell(), &Probe::File(file.into())) {
        Observation::Data(data) => data.lines().filter_map(|line| line.parse().ok()).collect(),
        _ => Vec::new(),
    }
}

fn tasks_named(kernel: &dyn Observe, name: &str) -> Vec<u32> {
    match kernel.observe(&Actor::shell(), &Probe::Tasks) {
        Observation::Tasks(tasks) => {
            tasks.into_iter().filter(|task| task.comm == name).map(|task| task.pid).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Session;
    use crate::host::{HostKind, HostProfile};

    #[test]
    fn conditions_look_at_the_state() {
        let mut session = Session::new(HostProfile::named(HostKind::Lecture));
        let holds = |session: &Session, line: &str| {
            Condition::parse(line).map(|condition| condition.holds(session.now()))
        };
        assert_eq!(holds(&session, "directory /cgroup/a"), Ok(false));
        session.run("mkdir -p /cgroup/a && mount -t cgroup -o cpu,memory x /cgroup/a && mkdir /cgroup/a/g");
        session.run("echo 1701 > /cgroup/a/g/tasks; echo 512 > /cgroup/a/g/cpu.shares");
        for line in [
            "directory /cgroup/a",
            "mounted /cgroup/a memory,cpu",
            "unmounted /cgroup",
            "file /cgroup/a/g/cpu.shares is 512",
            "running worker in /cgroup/a/g",
            "task 1701 in /cgroup/a/g",
            "absent /cgroup/a/h",
        ] {
            assert_eq!(holds(&session, line), Ok(true), "{line}");
        }
        for line in ["mounted /cgroup/a cpu", "running sh in /cgroup/a/g", "task 1 in /cgroup/a/g"] {
            assert_eq!(holds(&session, line), Ok(false), "{line}");
        }
        assert!(Condition::parse("is fine").is_err());
    }
}
