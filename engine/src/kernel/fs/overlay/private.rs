//! The attributes that an overlay keeps for itself, and how those of its users are stored beside them
//! (fs/overlayfs/xattrs.c; overlayfs.rst, "Nesting overlayfs mounts").

use super::{Overlay, RamInode, Upper};
use crate::host::KernelVersion;
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::kernel::fs::ramfs::{InodeId, TreeId};
use crate::kernel::refuse::{refuse, refuse_path};
use crate::plan::{Errno, Refusal, Rule};

/// The kernel that lets attributes of the overlay's own namespace be set through it, under another name.
const ESCAPES: KernelVersion = KernelVersion { major: 6, minor: 7 };

/// Where a copy is from. Linux has a file handle there.
pub(super) fn origin_text(tree: TreeId, inode: InodeId) -> String {
    format!("{}:{}", tree.0, inode.0)
}

impl Kernel {
    /// The name under which a file system keeps an attribute.
    pub(crate) fn stored_name(&self, node: &Node, name: &str) -> String {
        match self.overlay_prefix(node).and_then(|prefix| Some((prefix, name.strip_prefix(prefix)?))) {
            Some((prefix, rest)) => format!("{prefix}overlay.{rest}"),
            None => name.to_owned(),
        }
    }

    /// The name of a stored attribute as it is listed; `None` for the overlay's own.
    pub(crate) fn shown_name(&self, node: &Node, name: String) -> Option<String> {
        let Some(prefix) = self.overlay_prefix(node) else { return Some(name) };
        match name.strip_prefix(prefix) {
            Some(rest) if self.profile.kernel >= ESCAPES => {
                rest.strip_prefix("overlay.").map(|rest| format!("{prefix}{rest}"))
            }
            Some(_) => None,
            None => Some(name),
        }
    }

    /// True for an attribute that can be neither read nor written through an overlay.
    pub(crate) fn is_private_attribute(&self, node: &Node, name: &str) -> bool {
        self.profile.kernel < ESCAPES
            && self.overlay_prefix(node).is_some_and(|prefix| name.starts_with(prefix))
    }

    fn overlay_prefix(&self, node: &Node) -> Option<&'static str> {
        match node {
            Node::Overlay(id, _) => Some(self.overlay(*id)?.options.prefix()),
            _ => None,
        }
    }

    /// The inode whose attributes a file has.
    pub(crate) fn attribute_inode(&self, node: &Node) -> Option<RamInode> {
        match node {
            Node::Ram(tree, id) => self.trees.get(tree)?.get(*id).map(|_| (*tree, *id)),
            Node::Overlay(id, path) => self.attribute_inode(&self.overlay_top(*id, path)?),
            _ => None,
        }
    }

    /// The inode whose content a file has.
    pub(crate) fn content_inode(&self, node: &Node) -> Option<RamInode> {
        match node {
            Node::Ram(tree, id) => self.trees.get(tree)?.get(*id).map(|_| (*tree, *id)),
            Node::Overlay(id, path) => self.content_inode(&self.overlay_data(*id, path)?),
            _ => None,
        }
    }

    /// The inode to change, copied up first where it has to be.
    pub(crate) fn writable_inode(&mut self, node: &Node, at: &str, path: &str) -> Result<RamInode, Refusal> {
        match node {
            Node::Ram(tree, id) => Ok((*tree, *id)),
            Node::Overlay(id, inside) => {
                self.copy_up(*id, inside, super::copy_up::Need::Attributes, at, path)
            }
            _ => refuse_path(Errno::EPERM, at, "rule-fixed-tree", path),
        }
    }

    /// Sets one of the overlay's own attributes. Where the file system takes none, what depends on it fails with EIO
    /// (`ovl_check_setxattr`).
    pub(super) fn set_own(
        &mut self,
        overlay: &Overlay,
        upper: &Upper,
        inode: InodeId,
        (name, value): (&str, &str),
        at: &str,
    ) -> Result<(), Refusal> {
        let name = format!("{}{name}", overlay.options.prefix());
        if upper.no_attributes {
            return refuse(Errno::EIO, at, Rule::new("rule-overlay-no-attributes").with("name", name));
        }
        if let Some(inode) = self.tree_mut(upper.tree).and_then(|ram| ram.get_mut(inode)) {
            inode.attributes.set(&name, value);
        }
        Ok(())
    }

    /// Sets one that nothing depends on.
    pub(super) fn note_own(&mut self, overlay: &Overlay, upper: &Upper, inode: InodeId, pair: (&str, &str)) {
        // What is missing then is only looked up another way.
        let _ = self.set_own(overlay, upper, inode, pair, "");
    }
}
