//! What there is on a machine that sessions make things on, to see whether any of it is left.

use std::collections::BTreeSet;
use std::fs::{read_dir, read_link, read_to_string};
use std::path::Path;

/// Places in which sessions make files.
const FOLDERS: [&str; 2] = ["/var/tmp", "/run"];

/// Everything of these kinds, a line each.
///
/// Mounts of this mount namespace, control groups and hierarchies, network links, processes of a program, and files of
/// `state` and of where sessions make some.
pub fn look(program: &Path, state: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let table = read_to_string("/proc/self/mountinfo").unwrap_or_default();
    for line in table.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        let target = fields.get(4).copied().unwrap_or_default();
        found.insert(format!("mount {target}"));
        if line.contains(" - cgroup") {
            note_groups(Path::new(target), &mut found);
        }
    }
    let hierarchies = read_to_string("/proc/self/cgroup").unwrap_or_default();
    found.extend(
        hierarchies.lines().filter_map(|line| Some(format!("hierarchy {}", line.split(':').nth(1)?))),
    );
    found.extend(names(Path::new("/sys/class/net")).map(|name| format!("link {name}")));
    let is_ours = |pid: &String| read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program);
    found.extend(names(Path::new("/proc")).filter(is_ours).map(|pid| format!("process {pid}")));
    for folder in FOLDERS.map(Path::new).into_iter().chain([state]) {
        found.extend(names(folder).map(|name| format!("file {}/{name}", folder.display())));
    }
    found
}

fn note_groups(directory: &Path, found: &mut BTreeSet<String>) {
    found.insert(format!("group {}", directory.display()));
    for entry in read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            note_groups(&entry.path(), found);
        }
    }
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}
