//! Names made and taken away in an overlay: whiteouts and opaque directories
//! (fs/overlayfs/dir.c; overlayfs.rst, "whiteouts and opaque directories").

use super::copy_up::Need;
use super::view::is_merged;
use super::{Overlay, OverlayId, Stack, Upper, below, split};
use crate::host::KernelVersion;
use crate::kernel::fs::Node;
use crate::kernel::fs::ramfs::{Content, InodeId};
use crate::kernel::refuse::refuse_path;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal};

/// Since Linux 5.12 a new directory is opaque only where something below would show through, or later might
/// (`ovl_allow_offline_changes`; seen on 5.10 and 6.1).
const PLAIN_DIRECTORIES: KernelVersion = KernelVersion { major: 5, minor: 12 };

/// A name in a directory of an overlay, with the directory in the upper layer.
pub(super) struct Spot {
    pub(super) overlay: Overlay,
    pub(super) upper: Upper,
    pub(super) directory: InodeId,
    pub(super) stack: Stack,
    /// The directory is in more than one layer.
    pub(super) merged: bool,
}

impl Kernel {
    /// A name that is going to be made or taken away; the directory is copied up.
    pub(super) fn spot(
        &mut self,
        id: OverlayId,
        directory: &str,
        name: &str,
        at: &str,
        path: &str,
    ) -> Result<Spot, Refusal> {
        let upper = self.upper_of(id, at, path)?;
        let (_, above) = self.copy_up(id, directory, Need::Attributes, at, path)?;
        let Some(overlay) = self.overlay(id).cloned() else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", path);
        };
        let merged = self.overlay_stack(id, directory).is_some_and(|stack| is_merged(&stack));
        let stack = self.overlay_name(id, directory, name);
        Ok(Spot { overlay, upper, directory: above, stack, merged })
    }

    /// Makes a file or directory; a whiteout that is there goes, and a directory in its place is opaque.
    pub(crate) fn overlay_make(
        &mut self,
        task: &Task,
        (id, directory, name): (OverlayId, &str, &str),
        (mode, content): (u32, Content),
        (at, path): (&str, &str),
    ) -> Result<Node, Refusal> {
        let spot = self.spot(id, directory, name, at, path)?;
        let Spot { overlay, upper, directory: above, stack, merged } = spot;
        self.check_inodes(upper.tree, at, path)?;
        let is_directory = matches!(content, Content::Directory { .. });
        let Some(ram) = self.tree_mut(upper.tree) else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", path);
        };
        if stack.is_whiteout() {
            ram.remove(above, name);
        }
        let inode = if is_directory {
            ram.add_directory(above, name, mode)
        } else {
            ram.add(above, name, mode, content)
        };
        ram.own(above, inode, task.owner());
        if is_directory && (stack.is_whiteout() || (merged && self.keeps_opaque(&overlay))) {
            self.set_own(&overlay, &upper, inode, ("opaque", "y"), at)?;
        }
        Ok(Node::Overlay(id, below(directory, name)))
    }

    fn keeps_opaque(&self, overlay: &Overlay) -> bool {
        let options = &overlay.options;
        let changes = options.index || options.metacopy || options.redirect == super::options::Redirect::On;
        changes || self.profile.kernel < PLAIN_DIRECTORIES
    }

    /// link(2): the file is copied up, and a second name made.
    pub(crate) fn overlay_link(
        &mut self,
        (id, old): (OverlayId, &str),
        (directory, name): (&str, &str),
        (at, path): (&str, &str),
    ) -> Result<(), Refusal> {
        let (_, inode) = self.copy_up(id, old, Need::Attributes, at, path)?;
        let spot = self.spot(id, directory, name, at, path)?;
        self.check_inodes(spot.upper.tree, at, path)?;
        if let Some(ram) = self.tree_mut(spot.upper.tree) {
            if spot.stack.is_whiteout() {
                ram.remove(spot.directory, name);
            }
            ram.link(spot.directory, name, inode);
        }
        Ok(())
    }

    /// unlink(2) and rmdir(2). What a lower layer has is hidden by a whiteout.
    pub(crate) fn overlay_remove(
        &mut self,
        (id, inside): (OverlayId, &str),
        directory: bool,
        (at, path): (&str, &str),
    ) -> Result<(), Refusal> {
        if directory && !self.overlay_entries(id, inside).is_empty() {
            return refuse_path(Errno::ENOTEMPTY, at, "rule-directory-not-empty", path);
        }
        let Some((above, name)) = split(inside) else {
            return refuse_path(Errno::EBUSY, at, "rule-mount-point-busy", path);
        };
        self.keep_links(id, inside, at, path)?;
        let spot = self.spot(id, above, name, at, path)?;
        let hides = self.hides_a_lower(id, above, name);
        self.clear(&spot, at)?;
        let (tree, directory) = (spot.upper.tree, spot.directory);
        if let Some(ram) = self.tree_mut(tree) {
            ram.remove_all(directory, name);
        }
        if hides {
            self.put_whiteout(id, directory, name, at, path)?;
        }
        Ok(())
    }

    /// An indexed file is copied up before one of its names goes, so that its links can be counted
    /// (`ovl_nlink_start`).
    pub(super) fn keep_links(
        &mut self,
        id: OverlayId,
        inside: &str,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let indexed =
            self.overlay(id).and_then(|overlay| overlay.upper.as_ref()).is_some_and(|u| u.index.is_some());
        let Some(stack) = self.overlay_stack(id, inside).filter(|_| indexed) else { return Ok(()) };
        let lower = stack.lowers.first().map(|(_, node)| self.stat(node));
        let linked =
            lower.is_some_and(|stat| stat.kind != crate::plan::reply::FileKind::Directory && stat.nlink > 1);
        if linked || (stack.upper.is_some() && !stack.alias) {
            self.copy_up(id, inside, Need::Attributes, at, path)?;
        }
        Ok(())
    }

    /// A directory in the upper layer that holds whiteouts is emptied by way of an opaque one, which has to be possible
    /// (`ovl_clear_empty`).
    pub(super) fn clear(&mut self, spot: &Spot, at: &str) -> Result<(), Refusal> {
        let Some(inode) = spot.stack.upper else { return Ok(()) };
        let ram = self.trees.get(&spot.upper.tree);
        let holds = ram.is_some_and(|ram| ram.entries(inode).next().is_some());
        if holds {
            self.set_own(&spot.overlay, &spot.upper, inode, ("opaque", "y"), at)?;
        }
        Ok(())
    }

    /// Puts a whiteout at a name. All are links to one, which is in the work directory (`ovl_whiteout`).
    pub(super) fn put_whiteout(
        &mut self,
        id: OverlayId,
        directory: InodeId,
        name: &str,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let upper = self.upper_of(id, at, path)?;
        let known = upper
            .whiteout
            .filter(|inode| self.trees.get(&upper.tree).is_some_and(|ram| ram.get(*inode).is_some()));
        let shared = match known {
            Some(inode) => inode,
            None => {
                let Some(ram) = self.tree_mut(upper.tree) else { return Ok(()) };
                let name = ram.free_name(upper.work);
                ram.add(upper.work, &name, 0, Content::Character(0, 0))
            }
        };
        if let Some(upper) = self.overlays.get_mut(&id).and_then(|overlay| overlay.upper.as_mut()) {
            upper.whiteout = Some(shared);
        }
        if let Some(ram) = self.tree_mut(upper.tree) {
            ram.link(directory, name, shared);
        }
        Ok(())
    }
}
