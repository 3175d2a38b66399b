//! File systems, and the places that paths lead to.
//!
//! | module | what it holds |
//! |---|---|
//! | [`path`] | from a path to a place: links, `..`, mounts (path_resolution(7)) |
//! | [`ramfs`] | tmpfs: a tree of inodes in memory |
//! | [`tmpfs_options`] | its mount options |
//! | [`overlay`] | overlayfs: directories of several trees seen as one |
//! | [`procfs`] | /proc, made when it is read; [`proc_text`] writes its files |
//! | [`sysfs`] | the little of /sys that control groups need |
//! | [`cgroupfs`] | hierarchies as directories and files |
//! | [`device`] | null, zero and their kin |
//! | [`node`] | one match a question: what each file system answers |
//! | [`content`] | reading and writing what is in a file |
//! | [`tree`] | mkdir, rmdir, unlink |
//! | [`names`] | symlink, link, mknod |
//! | [`rename`] | rename, and what replaces or exchanges |
//! | [`xattr`] | extended attributes |
//! | [`times`] | statx, utimensat |
//! | [`sizes`] | truncate, copies of files |
//! | [`open`] | open(2): who may open what, creating and emptying |

pub(crate) mod cgroupfs;
pub(crate) mod content;
pub(crate) mod device;
pub(crate) mod limits_text;
pub(crate) mod names;
pub(crate) mod node;
pub(crate) mod open;
pub(crate) mod overlay;
pub(crate) mod path;
pub(crate) mod proc_text;
pub(crate) mod procfs;
pub(crate) mod ramfs;
pub(crate) mod rename;
pub(crate) mod sizes;
pub(crate) mod sysfs;
pub(crate) mod times;
pub(crate) mod tmpfs_options;
pub(crate) mod tree;
pub(crate) mod xattr;

use super::cgroup::GroupId;
use super::mount::MountId;
use super::namespace::NamespaceId;
use overlay::OverlayId;
use procfs::ProcNode;
use ramfs::{InodeId, TreeId};
use serde::Serialize;
use sysfs::SysNode;

/// A file in one of the file systems.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Node {
    /// In a tmpfs.
    Ram(TreeId, InodeId),
    /// In an overlay, by its path there without a slash at either end; the root's is empty.
    Overlay(OverlayId, String),
    /// In /proc, mounted to show the numbers of a pid namespace.
    Proc(NamespaceId, ProcNode),
    /// A namespace, which a link in /proc/PID/ns leads to.
    Namespace(NamespaceId),
    /// In /sys.
    Sys(SysNode),
    /// A control group's directory.
    Group(GroupId),
    /// A control group's file.
    ControlFile(GroupId, &'static str),
    /// A directory that was removed while somebody's working directory; holds its parent.
    Removed(Box<Node>),
}

/// A file as one reaches it: through which mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    pub(crate) mount: MountId,
    pub(crate) node: Node,
}

impl Node {
    /// What there is, or was, of it: of a directory that was removed the one it was in, and so on.
    pub(crate) fn ground(&self) -> &Self {
        match self {
            Self::Removed(up) => up.ground(),
            other => other,
        }
    }

    /// This node after directory `dead` was removed from `parent`.
    pub(crate) fn after_removal(&self, dead: &Self, parent: &Self) -> Self {
        match self {
            node if node == dead => Self::Removed(Box::new(parent.clone())),
            Self::Removed(up) => Self::Removed(Box::new(up.after_removal(dead, parent))),
            other => other.clone(),
        }
    }
}
