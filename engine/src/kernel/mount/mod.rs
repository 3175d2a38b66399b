//! Mounts (mount_namespaces(7)): which file system covers which place, in which mount namespace.
//!
//! | module | what it holds |
//! |---|---|
//! | [`flags`] | read-only, noexec and their kin |
//! | [`table`] | all mounts, found by what is true of them |
//! | [`propagation`] | peer groups, masters, slaves |
//! | [`copy`] | copies of mounts and of trees of them |
//! | [`attach`] | putting a tree of mounts somewhere, and where it appears then |
//! | [`detach`] | taking mounts away, and where they disappear then |
//! | [`rearrange`] | bind, move, change of propagation, remount |
//! | [`namespace`] | mount namespaces: made, entered, gone |
//! | [`root`] | chroot(2) and `pivot_root(2)` |
//! | [`prepare`] | the file systems that can be mounted |
//! | [`info`], [`seen`] | the table as /proc shows it, and as the page draws it |

pub(crate) mod attach;
pub(crate) mod copy;
pub(crate) mod detach;
pub(crate) mod flags;
pub(crate) mod info;
pub(crate) mod namespace;
pub(crate) mod prepare;
pub(crate) mod propagation;
pub(crate) mod rearrange;
pub(crate) mod root;
pub(crate) mod seen;
pub(crate) mod table;

pub(crate) use flags::{AccessTimes, MountFlags, SuperFlags};
pub(crate) use propagation::PeerGroup;
pub(crate) use table::MountTable;

use super::Kernel;
use super::cgroup::HierarchyId;
use super::fs::overlay::OverlayId;
use super::fs::ramfs::{self, TreeId};
use super::fs::{Node, Place, procfs, sysfs};
use super::namespace::{FIRST_USERS, NamespaceId};
use serde::Serialize;

/// Which mount, in the order of mounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct MountId(pub(crate) u32);

/// Which file system (superblock) is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileSystem {
    /// A tmpfs, a ramfs, or a disk: every mount makes a new one.
    Ram(TreeId),
    /// proc: every mount makes a new one since Linux 5.8.
    Proc(u32),
    /// sysfs: there is one.
    Sys,
    /// A hierarchy of control groups.
    Cgroup(HierarchyId),
    /// An overlay.
    Overlay(OverlayId),
    /// nsfs: there is one, and only bind mounts of files in /proc/PID/ns show it.
    Nsfs,
}

/// A mount.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mount {
    pub(crate) id: MountId,
    /// The place it covers; `None` for the first of a namespace and for what was detached.
    pub(crate) on: Option<Place>,
    /// Its place among the mounts on the same one: later ones have higher numbers.
    pub(crate) order: u32,
    /// `None` once it was taken out of the tree, while somebody is still inside.
    pub(crate) namespace: Option<NamespaceId>,
    pub(crate) source: String,
    pub(crate) fs: FileSystem,
    /// What of the file system it shows.
    pub(crate) root: Node,
    /// The path of its root within the file system, once that was removed.
    pub(crate) lost_root: Option<String>,
    pub(crate) flags: MountFlags,
    /// The peer group of a shared mount.
    pub(crate) group: Option<PeerGroup>,
    /// The mount whose group a slave hears from.
    pub(crate) master: Option<MountId>,
    pub(crate) unbindable: bool,
    /// Came into a less privileged namespace together with others, and can't be told from them (MNT_LOCKED).
    pub(crate) locked: bool,
    /// The flags that it had then.
    pub(crate) locked_flags: Option<MountFlags>,
    /// umount2(2) with MNT_EXPIRE has seen it unused.
    pub(crate) expires: bool,
}

impl Mount {
    /// A mount of a whole file system, on nothing yet.
    pub(crate) fn new(fs: FileSystem, root: Node, source: &str, flags: MountFlags) -> Self {
        Self {
            id: MountId(0),
            on: None,
            order: 0,
            namespace: None,
            source: source.to_owned(),
            fs,
            root,
            lost_root: None,
            flags,
            group: None,
            master: None,
            unbindable: false,
            locked: false,
            locked_flags: None,
            expires: false,
        }
    }
}

impl Kernel {
    /// The root node of a file system.
    pub(crate) fn root_node(&self, fs: FileSystem) -> Node {
        match fs {
            FileSystem::Ram(tree) => Node::Ram(tree, ramfs::ROOT),
            FileSystem::Overlay(id) => Node::Overlay(id, String::new()),
            FileSystem::Proc(number) => Node::Proc(self.namespaces.shown_by(number), procfs::ProcNode::Root),
            FileSystem::Sys => Node::Sys(sysfs::ROOT),
            FileSystem::Nsfs => Node::Namespace(FIRST_USERS),
            FileSystem::Cgroup(hierarchy) => Node::Group(self.cgroups.root(hierarchy)),
        }
    }

    /// The last mount on a place, and on that one's root, and so on.
    pub(crate) fn top(&self, mut place: Place) -> Place {
        while let Some(above) = self.mounts.mounted_on(&place) {
            place = above;
        }
        place
    }

    /// True for a file or directory that is another one of its file system, or below it.
    pub(crate) fn is_below(&self, node: &Node, above: &Node) -> bool {
        let mut node = node.clone();
        loop {
            if node == *above {
                return true;
            }
            let parent = self.parent_node(&node);
            if parent == node {
                return false;
            }
            node = parent;
        }
    }
}
