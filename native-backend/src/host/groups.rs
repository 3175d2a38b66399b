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
    let mut tasks: Vec<u32> = procs.lines().filter_map(|line| line.parse().ok()).collect();
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
