//! Answers to probes, as the process that asks sees them. Runs in the agents.

use super::files;
use super::groups;
use drydock_engine::plan::probe::{MountInfo, MountedHierarchy, TaskInfo};
use drydock_engine::plan::{Errno, Observation, OpenMode, Probe, Refusal, Text};
use std::fs::{read_dir, read_to_string};
use std::os::fd::AsFd;
use std::path::Path;

/// Answers one probe.
pub(super) fn observe(probe: &Probe) -> Observation {
    let answer = match probe {
        Probe::Path(path) => plain(path).and_then(files::stat).map(Observation::Stat),
        Probe::Directory(path) => plain(path).and_then(files::entries).map(Observation::Entries),
        Probe::File(path) => plain(path).and_then(content).map(Observation::Data),
        Probe::Link(path) => plain(path).and_then(link).map(Observation::Data),
        Probe::WorkingDirectory => working_directory().map(Observation::Data),
        Probe::Mounts => Ok(Observation::Mounts(mounts())),
        Probe::Tasks => Ok(Observation::Tasks(tasks())),
        Probe::States(pids) => {
            let state = |pid: &u32| Some((*pid, task_state((*pid).cast_signed())?));
            Ok(Observation::States(pids.iter().filter_map(state).collect()))
        }
        Probe::Cgroups => Ok(Observation::Cgroups(hierarchies())),
    };
    answer.unwrap_or_else(|refusal| Observation::Refused(refusal.errno))
}

fn plain(text: &Text) -> Result<&str, Refusal> {
    text.plain().ok_or_else(|| Refusal::bare(Errno::EINVAL, "resolve"))
}

fn link(path: &str) -> Result<String, Refusal> {
    let target = nix::fcntl::readlink(path).map_err(files::refused("readlink"))?;
    Ok(target.to_string_lossy().into_owned())
}

fn content(path: &str) -> Result<String, Refusal> {
    let file = files::open(path, OpenMode::Read)?;
    let bytes = files::read_all(file.as_fd(), None, None).map_err(files::refused("read"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn working_directory() -> Result<String, Refusal> {
    let path = nix::unistd::getcwd().map_err(files::refused("getcwd"))?;
    Ok(path.to_string_lossy().into_owned())
}

/// The lines of /proc/self/mounts.
fn mounts() -> Vec<MountInfo> {
    let table = read_to_string("/proc/self/mounts").unwrap_or_default();
    table.lines().filter_map(mount_line).collect()
}

fn mount_line(line: &str) -> Option<MountInfo> {
    let mut fields = line.split(' ');
    let (source, target, fstype, options) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some(MountInfo {
        source: unescape(source),
        target: unescape(target),
        fstype: fstype.to_owned(),
        options: options.split(',').map(unescape).collect(),
    })
}

/// fs/seq_file.c, `mangle_path`: space, tab, newline and backslash are three octal digits; in an option comma is,
/// and in the other fields `#`. A backslash comes last, since what follows it is not to be read again.
pub(crate) fn unescape(field: &str) -> String {
    let escapes =
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\043", "#"), ("\\054", ","), ("\\134", "\\")];
    escapes.iter().fold(field.to_owned(), |text, (escape, char)| text.replace(escape, char))
}

fn tasks() -> Vec<TaskInfo> {
    let Ok(entries) = read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut pids: Vec<_> = pids.collect();
    pids.sort_unstable();
    pids.into_iter().filter_map(task).collect()
}

fn task(pid: u32) -> Option<TaskInfo> {
    let stat = read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (comm, state, ppid) = stat_fields(&stat)?;
    let cgroups = read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let without_id = |line: &str| line.split_once(':').map(|(_, rest)| rest.to_owned());
    let cgroups = cgroups.lines().filter_map(without_id).collect();
    Some(TaskInfo { pid, ppid, comm, state, cgroups })
}

/// Name, state and parent out of /proc/PID/stat; the name is in parentheses and may contain any character.
fn stat_fields(stat: &str) -> Option<(String, char, u32)> {
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let mut rest = stat.get(close + 2..)?.split(' ');
    let state = rest.next()?.chars().next()?;
    Some((stat.get(open + 1..close)?.to_owned(), state, rest.next()?.parse().ok()?))
}

/// The state's letter; `None` where there is no such task.
pub(super) fn task_state(pid: i32) -> Option<char> {
    stat_fields(&read_to_string(format!("/proc/{pid}/stat")).ok()?).map(|(_, state, _)| state)
}

fn hierarchies() -> Vec<MountedHierarchy> {
    let table = mounts();
    let shown = |(index, mount): &(usize, &MountInfo)| {
        matches!(mount.fstype.as_str(), "cgroup" | "cgroup2") && mount.is_reachable(&table[index + 1..])
    };
    let hierarchy = |(_, mount): (usize, &MountInfo)| MountedHierarchy {
        groups: groups::snapshot(Path::new(&mount.target)),
        options: groups::own_options(&mount.options),
        target: mount.target.clone(),
        fstype: mount.fstype.clone(),
    };
    table.iter().enumerate().filter(shown).map(hierarchy).collect()
}

#[cfg(test)]
mod tests {
    use super::{mount_line, stat_fields, unescape};

    #[test]
    fn a_name_with_parentheses_is_read_whole() {
        let fields = stat_fields("42 (a) b (c)) S 1 42 42 0 -1");
        assert_eq!(fields, Some(("a) b (c)".to_owned(), 'S', 1)));
    }

    #[test]
    fn octal_digits_in_the_mount_table_are_characters() {
        assert_eq!(unescape("/a\\040b\\134040"), "/a b\\040");
        assert_eq!(unescape("release_agent=/a\\054b"), "release_agent=/a,b");
        assert!(mount_line("proc /proc proc").is_none());
        let line = mount_line("none /cgroup/x cgroup rw,relatime,name=x 0 0");
        assert_eq!(line.map(|line| line.options.len()), Some(3));
    }
}
