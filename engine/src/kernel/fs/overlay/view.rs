//! What is seen of a file in an overlay (fs/overlayfs/inode.c, `ovl_getattr`; fs/overlayfs/readdir.c).

use super::{Overlay, OverlayId, RamInode, Stack};
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::plan::reply::{Entry, FileKind, Stat};
use std::collections::{BTreeMap, BTreeSet};

impl Kernel {
    /// The file of the topmost layer that has it: its attributes are the overlay's.
    pub(crate) fn overlay_top(&self, id: OverlayId, path: &str) -> Option<Node> {
        let stack = self.overlay_stack(id, path)?;
        self.top_of(self.overlay(id)?, &stack)
    }

    pub(super) fn top_of(&self, overlay: &Overlay, stack: &Stack) -> Option<Node> {
        match (stack.upper, &overlay.upper) {
            (Some(inode), Some(upper)) => Some(Node::Ram(upper.tree, inode)),
            _ => stack.lowers.first().map(|(_, node)| node.clone()),
        }
    }

    /// The file that holds the content: below a copy of the attributes alone, another one (`ovl_path_realdata`).
    pub(crate) fn overlay_data(&self, id: OverlayId, path: &str) -> Option<Node> {
        let stack = self.overlay_stack(id, path)?;
        let overlay = self.overlay(id)?;
        let top = self.top_of(overlay, &stack)?;
        if self.layer_attribute(overlay, &top, "metacopy").is_none() {
            return Some(top);
        }
        let data = |node: &Node| self.layer_attribute(overlay, node, "metacopy").is_none();
        stack.lowers.into_iter().map(|(_, node)| node).find(data)
    }

    /// stat(2): a directory that is merged has one link, and hard links are counted over all layers.
    pub(crate) fn overlay_stat(&self, id: OverlayId, path: &str) -> Option<Stat> {
        let stack = self.overlay_stack(id, path)?;
        let overlay = self.overlay(id)?;
        let top = self.top_of(overlay, &stack)?;
        let mut stat = self.stat(&top);
        match stat.kind {
            FileKind::Directory if is_merged(&stack) => stat.nlink = 1,
            FileKind::Regular => {
                stat.size = self.overlay_data(id, path).map_or(stat.size, |data| self.stat(&data).size);
            }
            _ => {}
        }
        if stat.kind != FileKind::Directory
            && let Some(difference) = self.link_difference(overlay, &stack)
        {
            stat.nlink = stat.nlink.saturating_add_signed(difference);
        }
        Some(stat)
    }

    /// How many links an indexed file has beside those of the upper layer (`ovl_get_nlink`).
    pub(super) fn link_difference(&self, overlay: &Overlay, stack: &Stack) -> Option<i64> {
        let upper = overlay.upper.as_ref()?;
        let node = Node::Ram(upper.tree, stack.upper?);
        self.layer_attribute(overlay, &node, "nlink")?.strip_prefix('U')?.parse().ok()
    }

    /// The names in a directory: each once, those of upper layers first, without what a whiteout hides.
    pub(crate) fn overlay_entries(&self, id: OverlayId, path: &str) -> Vec<Entry> {
        let (Some(overlay), Some(stack)) = (self.overlay(id), self.overlay_stack(id, path)) else {
            return Vec::new();
        };
        let upper = overlay.upper.as_ref().zip(stack.upper).map(|(upper, id)| Node::Ram(upper.tree, id));
        let mut shown: BTreeMap<String, FileKind> = BTreeMap::new();
        let mut hidden: BTreeSet<String> = BTreeSet::new();
        for directory in upper.into_iter().chain(stack.lowers.into_iter().map(|(_, node)| node)) {
            for entry in self.entries(&directory, 0) {
                if shown.contains_key(&entry.name) || hidden.contains(&entry.name) {
                    continue;
                }
                let node = self.child_node(&directory, &entry.name, 0);
                if entry.kind == FileKind::Character && node.is_some_and(|node| self.is_whiteout(&node)) {
                    hidden.insert(entry.name);
                } else {
                    shown.insert(entry.name, entry.kind);
                }
            }
        }
        shown.into_iter().map(|(name, kind)| Entry { name, kind }).collect()
    }

    /// The inode whose number the overlay shows: of a copy its origin's, so that it stays the same
    /// (overlayfs.rst, "Inode properties").
    pub(crate) fn overlay_number(&self, id: OverlayId, path: &str) -> Option<RamInode> {
        let stack = self.overlay_stack(id, path)?;
        let overlay = self.overlay(id)?;
        let top = self.top_of(overlay, &stack)?;
        let lower = stack.lowers.first().map(|(_, node)| node);
        let origin = match lower {
            Some(lower) if self.kind(&top) == FileKind::Directory => Some(lower.clone()),
            _ => self.origin_of(overlay, &top),
        };
        self.attribute_inode(&origin.unwrap_or(top))
    }

    /// What a file of the upper layer was copied from, as it remembers.
    pub(super) fn origin_of(&self, overlay: &Overlay, node: &Node) -> Option<Node> {
        let text = self.layer_attribute(overlay, node, "origin")?;
        let (tree, inode) = text.split_once(':')?;
        let node = Node::Ram(
            crate::kernel::fs::ramfs::TreeId(tree.parse().ok()?),
            crate::kernel::fs::ramfs::InodeId(inode.parse().ok()?),
        );
        self.attribute_inode(&node).map(|_| node)
    }
}

impl Kernel {
    /// A file in the upper layer, if it is there.
    pub(crate) fn overlay_upper(&self, id: OverlayId, path: &str) -> Option<RamInode> {
        let inode = self.overlay_stack(id, path)?.upper?;
        Some((self.overlay(id)?.upper.as_ref()?.tree, inode))
    }

    /// The tree that an overlay's files are written to, or that of its topmost layer.
    pub(crate) fn overlay_tree(&self, id: OverlayId) -> Option<crate::kernel::fs::ramfs::TreeId> {
        let overlay = self.overlay(id)?;
        match (&overlay.upper, overlay.lowers.first()) {
            (Some(upper), _) => Some(upper.tree),
            (None, Some(Node::Ram(tree, _))) => Some(*tree),
            (None, Some(Node::Overlay(id, _))) => self.overlay_tree(*id),
            _ => None,
        }
    }
}

/// A directory that more than one layer has (`OVL_TYPE_MERGE`).
pub(super) fn is_merged(stack: &Stack) -> bool {
    let lowers = stack.lowers.len();
    lowers > 1 || (lowers == 1 && stack.upper.is_some())
}
