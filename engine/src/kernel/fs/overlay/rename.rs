//! Names moved in an overlay (`ovl_rename` in fs/overlayfs/dir.c; overlayfs.rst, "renaming directories").

use super::change::Spot;
use super::copy_up::Need;
use super::options::Redirect;
use super::{OverlayId, Stack, below};
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::kernel::fs::ramfs::{Content, InodeId};
use crate::kernel::limits::PATH_MAX;
use crate::kernel::refuse::refuse_path;
use crate::kernel::task::Stdio;
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal};

/// A name in a directory of an overlay.
pub(crate) struct Name<'a> {
    pub(crate) directory: &'a str,
    pub(crate) name: &'a str,
    /// What was typed.
    pub(crate) path: &'a str,
}

impl Name<'_> {
    fn inside(&self) -> String {
        below(self.directory, self.name)
    }
}

/// One side of a rename: whether it is a directory, and what is below its name.
struct Side {
    directory: bool,
    /// Lower layers have a part in the file.
    lower: bool,
    origin: bool,
    /// A lower layer has the name, and so something would show through.
    hides: bool,
}

impl Kernel {
    /// renameat2(2) of what is there onto what may be there; the VFS has checked what holds for every file system.
    pub(crate) fn overlay_rename(
        &mut self,
        id: OverlayId,
        from: &Name<'_>,
        to: &Name<'_>,
        exchange: bool,
        at: &str,
    ) -> Result<(), Refusal> {
        let (old, new) = (from.inside(), to.inside());
        let there = self.overlay_stack(id, &new);
        self.check_movable(id, &old, from.path, at)?;
        if exchange {
            self.check_movable(id, &new, to.path, at)?;
        }
        let target_is_directory = there.is_some() && self.overlay_is_directory(id, &new);
        let full = !exchange && target_is_directory && !self.overlay_entries(id, &new).is_empty();
        // Of a directory that only the upper layer has, that layer itself says so, and late.
        let pure = there.as_ref().is_some_and(|stack| stack.lowers.is_empty());
        if full && !pure {
            return refuse_path(Errno::ENOTEMPTY, at, "rule-directory-not-empty", to.path);
        }
        self.copy_up(id, &old, Need::Attributes, at, from.path)?;
        if exchange {
            self.copy_up(id, &new, Need::Attributes, at, to.path)?;
        } else if there.is_some() {
            self.keep_links(id, &new, at, to.path)?;
        }
        self.keep_links(id, &old, at, from.path)?;
        let source = self.spot(id, from.directory, from.name, at, from.path)?;
        let target = self.spot(id, to.directory, to.name, at, to.path)?;
        let moved = self.side(id, from, &source);
        let replaced = self.side(id, to, &target);
        if !exchange && !full {
            self.clear(&target, at)?;
        }
        self.mark(id, (from, &source, &moved), (to, &target), at)?;
        if full {
            return refuse_path(Errno::ENOTEMPTY, at, "rule-overlay-rename-not-empty", to.path);
        }
        if exchange && there.is_some() {
            self.mark(id, (to, &target, &replaced), (from, &source), at)?;
        }
        self.move_names((from, &source), (to, &target), exchange);
        if !exchange && moved.hides {
            self.leave_whiteout(id, from, &source, &target, at)?;
        }
        self.rebase(id, &old, &new, exchange);
        Ok(())
    }

    fn overlay_is_directory(&self, id: OverlayId, inside: &str) -> bool {
        self.overlay_top(id, inside).is_some_and(|node| self.kind(&node) == FileKind::Directory)
    }

    /// EXDEV for a directory that lower layers have a part in, unless a redirect can tell where it was
    /// (`ovl_can_move`).
    fn check_movable(&self, id: OverlayId, inside: &str, path: &str, at: &str) -> Result<(), Refusal> {
        let lower = self.overlay_stack(id, inside).is_some_and(|stack| !stack.lowers.is_empty());
        let redirects = self.overlay(id).is_some_and(|overlay| overlay.options.redirect == Redirect::On);
        if lower && !redirects && self.overlay_is_directory(id, inside) {
            return refuse_path(Errno::EXDEV, at, "rule-overlay-rename-directory", path);
        }
        Ok(())
    }

    fn side(&self, id: OverlayId, name: &Name<'_>, spot: &Spot) -> Side {
        let Stack { upper, lowers, .. } = &spot.stack;
        let top = upper.map(|inode| Node::Ram(spot.upper.tree, inode));
        let directory = top.as_ref().is_some_and(|node| self.kind(node) == FileKind::Directory);
        let origin = top.as_ref().is_some_and(|node| self.origin_of(&spot.overlay, node).is_some());
        Side {
            directory,
            lower: directory && !lowers.is_empty(),
            origin,
            hides: self.hides_a_lower(id, name.directory, name.name),
        }
    }

    /// What a directory has to remember at its new name: a redirect to what was merged into it, or that nothing is.
    fn mark(
        &mut self,
        id: OverlayId,
        (from, source, side): (&Name<'_>, &Spot, &Side),
        (to, target): (&Name<'_>, &Spot),
        at: &str,
    ) -> Result<(), Refusal> {
        let Some(inode) = source.stack.upper else { return Ok(()) };
        if side.lower {
            let value = self.redirect_value(id, from, inode, source, from.directory == to.directory);
            if value.len() > PATH_MAX / 16 {
                return refuse_path(Errno::EXDEV, at, "rule-overlay-rename-directory", from.path);
            }
            self.set_own(&source.overlay, &source.upper, inode, ("redirect", &value), at)?;
        } else if side.directory && !source.stack.opaque && target.merged {
            self.set_own(&source.overlay, &source.upper, inode, ("opaque", "y"), at)?;
        }
        if from.directory != to.directory && (side.lower || side.origin) {
            self.note_own(&target.overlay, &target.upper, target.directory, ("impure", "y"));
        }
        Ok(())
    }

    /// The name in the lower layers, or the path from their roots where it leaves its directory (`ovl_get_redirect`).
    fn redirect_value(
        &self,
        id: OverlayId,
        from: &Name<'_>,
        inode: InodeId,
        source: &Spot,
        same_directory: bool,
    ) -> String {
        let own = |inode: InodeId| {
            self.layer_attribute(&source.overlay, &Node::Ram(source.upper.tree, inode), "redirect")
        };
        let known = own(inode);
        if let Some(known) = known.clone().filter(|known| same_directory || known.starts_with('/')) {
            return known;
        }
        let last = known.unwrap_or_else(|| from.name.to_owned());
        if same_directory {
            return last;
        }
        let mut parts = vec![last];
        let mut directory = from.directory;
        while let Some((above, name)) = super::split(directory) {
            let redirect = self.overlay_stack(id, directory).and_then(|stack| stack.upper).and_then(own);
            match redirect {
                Some(path) if path.starts_with('/') => {
                    parts.push(path.trim_start_matches('/').to_owned());
                    break;
                }
                Some(other) => parts.push(other),
                None => parts.push(name.to_owned()),
            }
            directory = above;
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }

    fn move_names(
        &mut self,
        (from, source): (&Name<'_>, &Spot),
        (to, target): (&Name<'_>, &Spot),
        exchange: bool,
    ) {
        let same = source.stack.upper;
        let Some(ram) = self.tree_mut(source.upper.tree) else { return };
        if exchange {
            ram.exchange(source.directory, from.name, target.directory, to.name);
        } else if let Some(inode) = same {
            ram.remove_all(target.directory, to.name);
            ram.rename(source.directory, from.name, target.directory, to.name, inode);
        }
    }

    /// The old name is hidden: by the whiteout that was at the new one, or by one of its own (RENAME_WHITEOUT).
    fn leave_whiteout(
        &mut self,
        id: OverlayId,
        from: &Name<'_>,
        source: &Spot,
        target: &Spot,
        at: &str,
    ) -> Result<(), Refusal> {
        if target.stack.is_whiteout() {
            return self.put_whiteout(id, source.directory, from.name, at, from.path);
        }
        if let Some(ram) = self.tree_mut(source.upper.tree) {
            ram.add(source.directory, from.name, 0, Content::Character(0, 0));
        }
        Ok(())
    }

    /// A file of an overlay is known by its path: those who are in what was renamed are so at its new one.
    fn rebase(&mut self, id: OverlayId, old: &str, new: &str, exchange: bool) {
        let moved = |node: &Node| -> Option<Node> {
            let Node::Overlay(own, path) = node else { return None };
            if *own != id {
                return None;
            }
            let to = |from: &str, to: &str| {
                let rest = path.strip_prefix(from)?;
                (rest.is_empty() || rest.starts_with('/')).then(|| Node::Overlay(id, format!("{to}{rest}")))
            };
            to(old, new).or_else(|| if exchange { to(new, old) } else { None })
        };
        let concerned = |task: &&crate::kernel::Task| {
            let open = |stdio: &Stdio| matches!(stdio, Stdio::File(place) if moved(&place.node).is_some());
            let inside = [&task.cwd, &task.root].into_iter().any(|place| moved(&place.node).is_some());
            inside || task.stdio.iter().any(open)
        };
        let pids: Vec<u32> = self.tasks().filter(concerned).map(|task| task.pid).collect();
        for pid in pids {
            let Some(mut task) = self.task_mut(pid) else { continue };
            if let Some(node) = moved(&task.cwd.node) {
                task.cwd.node = node;
            }
            if let Some(node) = moved(&task.root.node) {
                task.root.node = node;
            }
            for stdio in &mut task.stdio {
                if let Stdio::File(place) = stdio
                    && let Some(node) = moved(&place.node)
                {
                    place.node = node;
                }
            }
        }
        self.mounts.move_nodes(&moved);
    }
}
