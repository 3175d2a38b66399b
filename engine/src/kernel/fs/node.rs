//! One match a question: what each file system answers about its files.

use super::ramfs::{self, Content};
use super::{Node, cgroupfs, overlay, procfs, sysfs};
use crate::kernel::Kernel;
use crate::plan::reply::{Entry, FileKind, Stat};

impl Kernel {
    /// What kind of file it is.
    pub(crate) fn kind(&self, node: &Node) -> FileKind {
        match node {
            Node::Ram(tree, id) => {
                let inode = self.trees.get(tree).and_then(|tree| tree.get(*id));
                inode.map_or(FileKind::Regular, |inode| ramfs::kind_of(&inode.content))
            }
            Node::Overlay(id, path) => {
                self.overlay_top(*id, path).map_or(FileKind::Regular, |top| self.kind(&top))
            }
            Node::Proc(_, node) => procfs::kind(node),
            Node::Namespace(_) => FileKind::Regular,
            Node::Sys(node) => sysfs::stat(*node).kind,
            Node::Group(_) | Node::Removed(_) => FileKind::Directory,
            Node::ControlFile(..) => FileKind::Regular,
        }
    }

    /// The file of that name in a directory; `pid` is who looks.
    pub(crate) fn child_node(&self, directory: &Node, name: &str, pid: u32) -> Option<Node> {
        match directory {
            Node::Ram(tree, id) => Some(Node::Ram(*tree, self.trees.get(tree)?.child(*id, name)?)),
            Node::Overlay(id, path) => self.overlay_lookup(*id, path, name, "open").ok().flatten(),
            Node::Proc(view, node) => {
                procfs::child(self, (*view, node), name, pid).map(|node| Node::Proc(*view, node))
            }
            Node::Sys(node) => sysfs::child(*node, name).map(Node::Sys),
            Node::Group(group) => cgroupfs::child(&self.cgroups, *group, name),
            Node::ControlFile(..) | Node::Namespace(_) | Node::Removed(_) => None,
        }
    }

    /// `..` within the file system.
    pub(crate) fn parent_node(&self, node: &Node) -> Node {
        match node {
            Node::Ram(tree, id) => {
                let location = self.trees.get(tree).and_then(|tree| tree.location(*id));
                Node::Ram(*tree, location.map_or(ramfs::ROOT, |(parent, _)| parent))
            }
            Node::Overlay(id, path) => {
                Node::Overlay(*id, overlay::split(path).map_or("", |(above, _)| above).to_owned())
            }
            Node::Proc(view, node) => Node::Proc(*view, procfs::parent(self, node)),
            Node::Namespace(id) => Node::Namespace(*id),
            Node::Sys(node) => Node::Sys(sysfs::parent(*node)),
            Node::Group(group) => Node::Group(self.cgroups.parent(*group).unwrap_or(*group)),
            Node::ControlFile(group, _) => Node::Group(*group),
            Node::Removed(parent) => (**parent).clone(),
        }
    }

    /// A directory's name in the one above it; `None` where it was removed.
    pub(crate) fn name_of_node(&self, node: &Node) -> Option<String> {
        match node {
            Node::Ram(tree, id) => self.trees.get(tree)?.location(*id).map(|(_, name)| name.to_owned()),
            Node::Overlay(_, path) => overlay::split(path).map(|(_, name)| name.to_owned()),
            Node::Proc(view, node) => Some(procfs::name(self, *view, node)),
            Node::Namespace(_) => None,
            Node::Sys(node) => Some(sysfs::name(*node).to_owned()),
            Node::Group(group) => Some(self.cgroups.name_of(*group).to_owned()),
            Node::ControlFile(_, name) => Some((*name).to_owned()),
            Node::Removed(_) => None,
        }
    }

    /// Where a symbolic link points, for the task that follows it.
    pub(crate) fn link_target(&self, node: &Node, pid: u32) -> Option<String> {
        match node {
            Node::Ram(tree, id) => match &self.trees.get(tree)?.get(*id)?.content {
                Content::Symlink(target) => Some(target.clone()),
                _ => None,
            },
            Node::Overlay(id, path) => self.link_target(&self.overlay_top(*id, path)?, pid),
            Node::Proc(view, node) => procfs::link_target(self, *view, node, pid),
            Node::Sys(_) | Node::Group(_) | Node::ControlFile(..) | Node::Namespace(_) | Node::Removed(_) => {
                None
            }
        }
    }

    /// What stat(2) says of kind, mode and owner: that of /proc also counts all processes, which takes its time.
    pub(crate) fn stat_of_rights(&self, node: &Node) -> Stat {
        match node {
            Node::Proc(_, node) => procfs::stat_of_rights(self, node),
            _ => self.stat(node),
        }
    }

    /// stat(2).
    pub(crate) fn stat(&self, node: &Node) -> Stat {
        match node {
            Node::Ram(tree, id) => {
                self.trees.get(tree).and_then(|tree| tree.stat(*id)).unwrap_or(removed(node))
            }
            Node::Overlay(id, path) => self.overlay_stat(*id, path).unwrap_or(removed(node)),
            Node::Proc(_, node) => procfs::stat(self, node),
            Node::Namespace(_) => {
                Stat { kind: FileKind::Regular, mode: 0o444, nlink: 1, uid: 0, gid: 0, size: 0 }
            }
            Node::Sys(node) => sysfs::stat(*node),
            Node::Group(group) => cgroupfs::stat_group(self, *group),
            Node::ControlFile(group, name) => cgroupfs::stat_file(&self.cgroups, *group, name),
            Node::Removed(from) => removed(from),
        }
    }

    /// The entries of a directory, sorted by name. readdir(3) shows a removed one as empty.
    pub(crate) fn entries(&self, node: &Node, pid: u32) -> Vec<Entry> {
        let entry = |name: &str, kind| Entry { name: name.to_owned(), kind };
        let mut entries: Vec<Entry> = match node {
            Node::Ram(tree, id) => {
                let children = self.trees.get(tree).into_iter().flat_map(|ram| ram.entries(*id));
                children.map(|(name, id)| entry(name, self.kind(&Node::Ram(*tree, id)))).collect()
            }
            Node::Overlay(id, path) => self.overlay_entries(*id, path),
            Node::Proc(view, node) => procfs::entries(self, *view, node, pid),
            Node::Sys(node) => {
                sysfs::entries(*node).map(|(name, node)| entry(name, sysfs::stat(node).kind)).collect()
            }
            Node::Group(group) => cgroupfs::entries(&self.cgroups, *group),
            Node::ControlFile(..) | Node::Namespace(_) | Node::Removed(_) => Vec::new(),
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries
    }
}

/// A directory that is no longer anywhere. kernfs, which control groups are shown by, leaves a directory's attributes as
/// they were.
fn removed(from: &Node) -> Stat {
    let is_group = matches!(from, Node::Group(_));
    let (nlink, size) = if is_group { (2, 0) } else { (0, 40) };
    Stat { kind: FileKind::Directory, mode: 0o755, nlink, uid: 0, gid: 0, size }
}
