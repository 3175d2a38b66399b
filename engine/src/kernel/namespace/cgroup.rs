//! Cgroup namespaces, `cgroup_namespaces(7)`: the groups that a task was in become the roots that it sees.

use super::content::Content;
use super::{NamespaceId, NamespaceKind};
use crate::kernel::cgroup::{CgroupState, GroupId, HierarchyId, V2};
use crate::kernel::refuse::refuse;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeMap;

/// The root of each hierarchy that was there; of others, and in the first namespace, it is the true one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ControlRoots(BTreeMap<HierarchyId, GroupId>);

impl ControlRoots {
    /// The groups that a task is in.
    pub(super) fn of(cgroups: &CgroupState, pid: u32) -> Self {
        let each = |id: HierarchyId| Some((id, cgroups.group_of(id, pid)?));
        Self(cgroups.hierarchies().filter_map(each).collect())
    }
}

impl Kernel {
    /// The root of a hierarchy as a cgroup namespace shows it.
    pub(crate) fn control_root(&self, namespace: NamespaceId, hierarchy: HierarchyId) -> GroupId {
        let root = match self.namespaces.get(namespace).map(|namespace| &namespace.content) {
            Some(Content::Cgroup(ControlRoots(roots))) => roots.get(&hierarchy).copied(),
            _ => None,
        };
        root.filter(|group| self.cgroups.exists(*group)).unwrap_or_else(|| self.cgroups.root(hierarchy))
    }

    /// /proc/PID/cgroup as a task reads it: paths begin at the roots of its namespace.
    pub(crate) fn cgroup_text(&self, pid: u32, reader: &Task) -> String {
        let namespace = reader.namespaces.get(NamespaceKind::Cgroup);
        let text = self.cgroups.proc_pid_cgroup(pid);
        if namespace.is_initial() {
            return text;
        }
        let seen = |line: &str| {
            let mut parts = line.splitn(3, ':');
            let (number, label, path) = (parts.next()?, parts.next()?, parts.next()?);
            let hierarchy = HierarchyId(number.parse().ok()?);
            let root = self.cgroups.path(self.control_root(namespace, hierarchy));
            Some(format!("{number}:{label}:{}\n", path_from(&root, path)))
        };
        text.lines().filter_map(seen).collect()
    }
}

impl Kernel {
    /// Where the version 2 tree is mounted with nsdelegate, cgroup namespaces are boundaries (cgroup-v2.rst, "Delegation
    /// Containment"): from inside, the files of the namespace's root are not written but those that delegation hands
    /// over, and no task is moved from or to what can't be seen.
    pub(crate) fn vet_delegation(
        &self,
        task: &Task,
        group: GroupId,
        file: &str,
        data: &str,
    ) -> Result<(), Refusal> {
        const HANDED_OVER: [&str; 3] = ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"];
        let namespace = task.namespaces.get(NamespaceKind::Cgroup);
        if namespace.is_initial() || !self.cgroups.is_delegated_by_namespace(group) {
            return Ok(());
        }
        let root = self.control_root(namespace, V2);
        if group == root && !HANDED_OVER.contains(&file) {
            return refuse(
                Errno::EPERM,
                "write",
                Rule::new("rule-cgroup2-namespace-root").with("file", file),
            );
        }
        if !["cgroup.procs", "cgroup.threads"].contains(&file) {
            return Ok(());
        }
        let moved = match data.trim().parse::<u32>() {
            Ok(0) => Some(task.pid),
            Ok(pid) => Some(pid),
            Err(_) => None,
        };
        let from = moved.and_then(|pid| self.cgroups.group_of(V2, pid));
        let is_seen = |group: GroupId| {
            std::iter::successors(Some(group), |group| self.cgroups.parent(*group)).any(|one| one == root)
        };
        if from.into_iter().chain([group]).all(is_seen) {
            return Ok(());
        }
        refuse(Errno::ENOENT, "write", Rule::new("rule-cgroup2-namespace-boundary").with("file", file))
    }
}

/// A path as it is seen from a root that is not above it: `/..` for each step up (fs/kernfs/dir.c,
/// `kernfs_path_from_node_locked`).
pub(crate) fn path_from(root: &str, path: &str) -> String {
    fn parts(path: &str) -> Vec<&str> {
        path.split('/').filter(|part| !part.is_empty()).collect()
    }
    let (root, path) = (parts(root), parts(path));
    let common = root.iter().zip(&path).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", root.len() - common);
    let words: Vec<&str> = up.chain(path[common..].iter().copied()).collect();
    format!("/{}", words.join("/"))
}

#[cfg(test)]
mod tests {
    use super::path_from;

    #[test]
    fn paths_begin_at_the_root_of_the_namespace() {
        let cases = [
            ("/c", "/c", "/"),
            ("/c", "/c/d", "/d"),
            ("/c", "/", "/.."),
            ("/c", "/e", "/../e"),
            ("/a/b", "/a/x/y", "/../x/y"),
            ("/", "/a", "/a"),
        ];
        for (root, path, seen) in cases {
            assert_eq!(path_from(root, path), seen, "{path} from {root}");
        }
    }
}
