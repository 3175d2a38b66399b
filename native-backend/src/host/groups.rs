//! Control groups as directories: what is in them, and how they are removed.

use drydock_engine::kernel::cgroup::files::{is_known_file, is_measured_file};
use drydock_engine::plan::probe::GroupInfo;
use std::collections::BTreeMap;
use std::fs::{self, File, read_dir, read_to_string};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer files are cut here.
const LONGEST_FILE: u64 = 1 << 16;

/// Options of a mount that are not a hierarchy's own: they come from mount flags or are the same for all.
const COMMON_OPTIONS: [&str; 16] = [
    "rw",
    "ro",
    "relatime",
    "noatime",
    "nosuid",
    "nodev",
    "noexec",
    "nsdelegate",
    "favordynmods",
    "xattr",
    "memory_localevents",
    "memory_recursiveprot",
    "memory_hugetlb_accounting",
    "pids_localevents",
    "noprefix",
    "clone_children",
];

/// Controllers and name out of a mount's options.
pub(super) fn own_options(options: &[String]) -> Vec<String> {
    let own = |option: &&String| {
        !COMMON_OPTIONS.contains(&option.as_str()) && !option.starts_with("release_agent=")
    };
    options.iter().filter(own).cloned().collect()
}

/// All groups below a mount, by their path in it.
pub(super) fn snapshot(mount: &Path) -> BTreeMap<String, GroupInfo> {
    let mut groups = BTreeMap::new();
    for directory in below(mount) {
        let relative = directory.strip_prefix(mount).unwrap_or(&directory);
        groups.insert(format!("/{}", relative.display()), group(&directory));
    }
    groups
}

fn group(directory: &Path) -> GroupInfo {
    // cgroup-v2.rst, "Threads": cgroup.procs of a threaded group can't be read.
    let procs = read_to_string(directory.join("cgroup.procs"));
    let procs = procs.or_else(|_| read_to_string(directory.join("cgroup.threads"))).unwrap_or_default();
    // 0 is a task outside of the reader's pid namespace: the machine's, not the session's.
    let mut tasks: Vec<u32> =
        procs.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid != 0).collect();
    tasks.sort_unstable();
    let mut files = BTreeMap::new();
    for entry in read_dir(directory).into_iter().flatten().flatten() {
        // What nobody compares takes long to read (memory.stat) and to send.
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| is_known_file(name) && !is_measured_file(name)) {
            continue;
        }
        if let Some(content) = readable(&entry) {
            files.insert(name.to_string_lossy().into_owned(), content);
        }
    }
    GroupInfo { tasks, files }
}

/// A file's content, where it is an interface file that can be read. Its mode does not say so: chmod(1) changes it.
fn readable(entry: &fs::DirEntry) -> Option<String> {
    let metadata = entry.metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(entry.path()).ok()?.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A directory and all below it, parents first. Symbolic links are not followed; there are none.
pub(crate) fn below(directory: &Path) -> Vec<PathBuf> {
    let mut all = vec![directory.to_owned()];
    let mut next = 0;
    while let Some(directory) = all.get(next) {
        let entries = read_dir(directory).into_iter().flatten().flatten();
        let children = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut children: Vec<_> = children.map(|entry| entry.path()).collect();
        children.sort();
        all.append(&mut children);
        next += 1;
    }
    all
}

/// Lets frozen tasks go on, so that a signal can end them (version 1: a frozen task does not even die).
pub(crate) fn thaw(directory: &Path) {
    for group in below(directory) {
        let state = group.join("freezer.state");
        if read_to_string(&state).is_ok_and(|state| state.trim() != "THAWED") {
            let _ = fs::write(&state, "THAWED");
        }
    }
}

/// Settings of a version 1 hierarchy's root that outlive the hierarchy, since they are the machine's, with what they are
/// on a machine that has just started. (A controller's root state is the same object in whichever hierarchy it is:
/// `rebind_subsystems` in cgroup.c.)
const ROOT_SETTINGS: [(&str, &str); 11] = [
    ("devices.allow", "a"),
    ("cpuset.cpu_exclusive", "1"),
    ("cpuset.mem_exclusive", "1"),
    ("cpuset.mem_hardwall", "0"),
    ("cpuset.memory_migrate", "0"),
    ("cpuset.memory_pressure_enabled", "0"),
    ("cpuset.memory_spread_page", "0"),
    ("cpuset.memory_spread_slab", "0"),
    ("cpuset.sched_load_balance", "1"),
    ("cpuset.sched_relax_domain_level", "-1"),
    ("net_cls.classid", "0"),
];

/// Gives the root of a hierarchy that a session made back as it was. No group is left below it.
pub(crate) fn reset_root(root: &Path) {
    for (file, value) in ROOT_SETTINGS {
        let file = root.join(file);
        // devices_cgroup.c refuses all of it for as long as a group below counts that was just removed. What is refused
        // for good could not be changed by the session either.
        let tries = if file.exists() { 50 } else { 0 };
        for _ in 0..tries {
            if fs::write(&file, value).is_ok() {
                break;
            }
            sleep(Duration::from_millis(10));
        }
    }
}

/// Removes a group and all below it, children first.
///
/// The kernel takes a dead task out of its group a moment after it has died, and with it the EBUSY.
pub(crate) fn remove(directory: &Path) -> io::Result<()> {
    if !directory.exists() {
        return Ok(());
    }
    for group in below(directory).into_iter().rev() {
        remove_one(&group)?;
    }
    Ok(())
}

fn remove_one(group: &Path) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match fs::remove_dir(group) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error)
                if error.kind() == io::ErrorKind::ResourceBusy
                    && start.elapsed() < Duration::from_secs(2) =>
            {
                sleep(Duration::from_millis(5));
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_options;

    #[test]
    fn only_controllers_and_name_are_a_hierarchys_own() {
        let options = ["rw", "relatime", "cpuset", "cpu", "release_agent=/x", "name=y"].map(str::to_owned);
        assert_eq!(own_options(&options), ["cpuset", "cpu", "name=y"]);
    }
}
