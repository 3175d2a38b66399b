//! Which control group hierarchies this machine has mounted, and the session's place in each.

use super::observe::unescape;
use nix::mount::{MsFlags, mount};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The directory below each hierarchy's root in which everything of Drydock's is.
pub(crate) const OWN: &str = "drydock";

/// Controllers that a host with version 2 has in its tree; `io` is version 1's `blkio`.
pub(crate) const V2_CONTROLLERS: [&str; 5] = ["cpuset", "cpu", "io", "memory", "pids"];

/// A hierarchy that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mounted {
    /// The device number of its file system, which is the same at each place where it is mounted.
    pub(crate) device: String,
    /// Where.
    pub(crate) target: PathBuf,
    /// True for the version 2 tree.
    pub(crate) v2: bool,
    /// Controllers and `name=`, as in the super block's options; empty for version 2.
    pub(crate) options: Vec<String>,
}

/// Every hierarchy that this process sees mounted, each once.
pub(crate) fn mounted() -> Vec<Mounted> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    parse(&table)
}

fn parse(table: &str) -> Vec<Mounted> {
    let mut all: Vec<Mounted> = Vec::new();
    for mounted in table.lines().filter_map(line) {
        if all.iter().all(|known| known.device != mounted.device) {
            all.push(mounted);
        }
    }
    all
}

/// proc_pid_mountinfo(5): id, parent, device, root, target, options, optional fields, `-`, type, source,
/// super block's options.
fn line(line: &str) -> Option<Mounted> {
    let (left, right) = line.split_once(" - ")?;
    let mut right = right.split(' ');
    let (fstype, options) = (right.next()?, right.nth(1)?);
    let left: Vec<_> = left.split(' ').collect();
    let v2 = fstype == "cgroup2";
    if !v2 && fstype != "cgroup" {
        return None;
    }
    let options: Vec<_> = options.split(',').map(str::to_owned).collect();
    let options = if v2 { Vec::new() } else { super::groups::own_options(&options) };
    let (device, target) = ((*left.get(2)?).to_owned(), unescape(left.get(4)?).into());
    Some(Mounted { device, target, v2, options })
}

/// Options to mount a version 1 hierarchy with.
pub(crate) fn mount_data(options: &[String]) -> String {
    let has_controller = options.iter().any(|option| !option.starts_with("name="));
    if has_controller { options.join(",") } else { format!("none,{}", options.join(",")) }
}

/// Mounts the version 2 tree.
pub(crate) fn mount_tree(at: &Path) -> io::Result<()> {
    mount(Some("drydock"), at, Some("cgroup2"), MsFlags::empty(), None::<&str>).map_err(Into::into)
}

/// The groups below a mounted root, from there, parents first.
pub(crate) fn groups_in(root: &Path) -> Vec<PathBuf> {
    let all = super::groups::below(root).into_iter().skip(1);
    all.filter_map(|group| group.strip_prefix(root).map(Path::to_owned).ok()).collect()
}

/// True where this version 1 hierarchy exists, mounted or not.
pub(crate) fn is_there(options: &[String]) -> bool {
    // cgroups(7), /proc/PID/cgroup: id, controllers and name, path.
    let table = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    table.lines().any(|line| line.split(':').nth(1).is_some_and(|label| is_same(label, options)))
}

/// Version 1 hierarchies that exist and are mounted nowhere, by their options.
pub(crate) fn outlived() -> Vec<Vec<String>> {
    let table = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounted = mounted();
    // Version 2 has no label.
    let labels = table.lines().filter_map(|line| line.split(':').nth(1)).filter(|label| !label.is_empty());
    labels
        .filter(|label| mounted.iter().all(|known| !is_same(label, &known.options)))
        .map(|label| label.split(',').map(str::to_owned).collect())
        .collect()
}

fn is_same(label: &str, options: &[String]) -> bool {
    let label: Vec<_> = label.split(',').collect();
    label.len() == options.len() && options.iter().all(|option| label.contains(&option.as_str()))
}

impl Mounted {
    /// The session's group in this hierarchy.
    pub(crate) fn group(&self, id: &str) -> PathBuf {
        self.target.join(OWN).join(id)
    }

    /// Makes the session's group. `controllers`: those of version 2 that the session shall have in it.
    pub(crate) fn make_group(&self, id: &str, controllers: &[&str]) -> io::Result<()> {
        let group = self.group(id);
        make_both(&group)?;
        let own = self.target.join(OWN);
        if self.options.iter().any(|option| option == "cpuset") {
            // cpusets.rst: a new cpuset has neither CPUs nor memory nodes, and takes no task before it has.
            for (from, to) in [(&self.target, &own), (&own, &group)] {
                copy(from, to, "cpuset.cpus")?;
                copy(from, to, "cpuset.mems")?;
            }
        }
        if self.v2 {
            for controller in controllers {
                fs::write(own.join("cgroup.subtree_control"), format!("+{controller}"))?;
            }
        }
        Ok(())
    }

    /// Moves a process into the session's group.
    pub(crate) fn enter(&self, id: &str, pid: i32) -> io::Result<()> {
        fs::write(self.group(id).join("cgroup.procs"), pid.to_string())
    }
}

/// `drydock` and the session's group in it. Another session that ends may remove `drydock` in between.
fn make_both(group: &Path) -> io::Result<()> {
    for _ in 0..50 {
        match fs::create_dir_all(group) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
    }
    fs::create_dir_all(group)
}

fn copy(from: &Path, to: &Path, file: &str) -> io::Result<()> {
    if fs::read_to_string(to.join(file))?.trim().is_empty() {
        let content = fs::read_to_string(from.join(file))?;
        fs::write(to.join(file), content.trim())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{is_same, mount_data, parse};

    #[test]
    fn a_hierarchy_is_known_by_its_controllers_in_any_order() {
        let options = ["cpu".to_owned(), "cpuset".to_owned()];
        assert!(is_same("cpuset,cpu", &options) && !is_same("cpuset,cpu,memory", &options));
        assert_eq!(mount_data(&options), "cpu,cpuset");
        assert_eq!(mount_data(&["name=x".to_owned()]), "none,name=x");
    }

    #[test]
    fn each_hierarchy_is_found_once_with_its_own_options() {
        let table = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
            33 31 0:29 / /mnt/again rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
            41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = parse(table);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].options, ["cpu", "cpuacct"]);
        assert!(found[1].v2 && found[1].target.ends_with("uni fied"));
    }
}
