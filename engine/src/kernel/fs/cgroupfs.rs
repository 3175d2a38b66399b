//! Hierarchies of control groups as directories and files (cgroups(7), kernfs).

use super::Node;
use crate::kernel::Kernel;
use crate::kernel::cgroup::{Attributes, CgroupState, GroupId};
use crate::plan::reply::{Entry, FileKind, Stat};

/// The child group or file of that name.
pub(crate) fn child(state: &CgroupState, group: GroupId, name: &str) -> Option<Node> {
    if let Some(child) = state.child(group, name) {
        return Some(Node::Group(child));
    }
    state.file(group, name).map(|row| Node::ControlFile(group, row.name))
}

/// Child groups and files.
pub(crate) fn entries(state: &CgroupState, group: GroupId) -> Vec<Entry> {
    let groups = state.children(group).map(|(name, _)| (name.to_owned(), FileKind::Directory));
    let files = state.files(group).into_iter().map(|row| (row.name.to_owned(), FileKind::Regular));
    groups.chain(files).map(|(name, kind)| Entry { name, kind }).collect()
}

/// A group: as mkdir(2) made it, the root of a hierarchy 0555; two links and one a child group (seen on Linux 6.1).
pub(crate) fn stat_group(kernel: &Kernel, group: GroupId) -> Stat {
    let state = &kernel.cgroups;
    let mode = state.mode(group);
    let nlink = 2 + u64::from(state.n_children(group));
    let (uid, gid) = state.owner_of(group);
    Stat { kind: FileKind::Directory, mode, nlink, uid, gid, size: 0 }
}

/// A control file: its size is always 0.
pub(crate) fn stat_file(state: &CgroupState, group: GroupId, name: &str) -> Stat {
    let Attributes { mode, uid, gid } = state.file_attributes(group, name);
    Stat { kind: FileKind::Regular, mode, nlink: 1, uid, gid, size: 0 }
}
