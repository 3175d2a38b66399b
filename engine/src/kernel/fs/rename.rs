//! Names moved: rename(2), renameat2(2).

use super::overlay::Name;
use super::path::{Last, Walker};
use super::ramfs::Content;
use super::{Node, Place};
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

/// What the flags of renameat2(2) ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Plain,
    Noreplace,
    Exchange,
    Whiteout,
}

impl How {
    /// rename(2), "EINVAL": an unknown flag, or exchange with one of the others.
    fn read(flags: &[String], at: &str) -> Result<Self, Refusal> {
        let words: Vec<&str> = flags.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(Self::Plain),
            ["noreplace"] => Ok(Self::Noreplace),
            ["exchange"] => Ok(Self::Exchange),
            ["whiteout"] => Ok(Self::Whiteout),
            _ => refuse(Errno::EINVAL, at, Rule::new("rule-rename-flags").with("flags", words.join(" "))),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Noreplace => "noreplace",
            Self::Exchange => "exchange",
            Self::Whiteout => "whiteout",
        }
    }

    fn check(self, there: bool, to: &str, at: &str) -> Result<(), Refusal> {
        match self {
            Self::Noreplace if there => refuse_path(Errno::EEXIST, at, "rule-path-exists", to),
            Self::Exchange if !there => refuse_path(Errno::ENOENT, at, "rule-path-missing", to),
            _ => Ok(()),
        }
    }
}

/// The two directories, what is renamed, and what has the new name already.
struct Places {
    old: Place,
    new: Place,
    victim: Place,
    there: Option<Place>,
}

impl Kernel {
    /// rename(2) and renameat2(2).
    pub(crate) fn rename(
        &mut self,
        task: &Task,
        from: &str,
        to: &str,
        flags: &[String],
        at: &'static str,
    ) -> Result<(), Refusal> {
        let how = How::read(flags, at)?;
        let old = Walker::new(self, task, at).parent(&task.cwd, from)?;
        let new = Walker::new(self, task, at).parent(&task.cwd, to)?;
        // In this order: fs/namei.c, do_renameat2().
        if old.directory.mount != new.directory.mount {
            return refuse_path(Errno::EXDEV, at, "rule-other-file-system", to);
        }
        let (Last::Name(old_name), Last::Name(new_name)) = (old.last, new.last) else {
            return refuse_path(Errno::EBUSY, at, "rule-mount-point-busy", from);
        };
        if self.mounts.is_readonly(old.directory.mount) {
            return refuse_path(Errno::EROFS, at, "rule-read-only", from);
        }
        let Some(victim) = self.lookup(&old.directory, &old_name, task.pid, at)? else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", from);
        };
        let there = self.lookup(&new.directory, &new_name, task.pid, at)?;
        how.check(there.is_some(), to, at)?;
        // fs/namei.c, lock_rename(): neither of the two may be above the other's directory.
        if self.is_below(&new.directory.node, &victim.node) {
            return refuse_path(Errno::EINVAL, at, "rule-rename-into-itself", to);
        }
        if there.as_ref().is_some_and(|there| self.is_below(&old.directory.node, &there.node)) {
            let errno = if how == How::Exchange { Errno::EINVAL } else { Errno::ENOTEMPTY };
            return refuse_path(errno, at, "rule-rename-onto-above", to);
        }
        let directory = self.kind(&victim.node) == FileKind::Directory;
        if !directory && (old.slash || (new.slash && how != How::Exchange)) {
            return refuse_path(Errno::ENOTDIR, at, "rule-path-not-directory", from);
        }
        if there.as_ref().is_some_and(|there| self.is_same_file(&there.node, &victim.node)) {
            return Ok(());
        }
        let places = Places { old: old.directory, new: new.directory, victim, there };
        self.check_rename(task, &places, how, (from, to), at)?;
        self.carry_out_rename(task, &places, (&old_name, &new_name), how, (from, to), at)
    }

    /// True for two names of one inode: rename(2) does nothing then.
    fn is_same_file(&self, one: &Node, other: &Node) -> bool {
        match (one, other) {
            (Node::Overlay(id, path), Node::Overlay(_, other)) => {
                path == other || {
                    let directory = self.kind(one) == FileKind::Directory;
                    !directory && self.overlay_number(*id, path) == self.overlay_number(*id, other)
                }
            }
            _ => one == other,
        }
    }

    /// Whether the task may, and what may replace what (`vfs_rename` and `may_delete` in fs/namei.c).
    fn check_rename(
        &self,
        task: &Task,
        places: &Places,
        how: How,
        (from, to): (&str, &str),
        at: &str,
    ) -> Result<(), Refusal> {
        let Places { old, new, victim, there } = places;
        self.permit_removal(task, old, victim, at, from)?;
        let is_directory = |node: &Node| self.kind(node) == FileKind::Directory;
        match there {
            Some(there) => {
                self.permit_removal(task, new, there, at, to)?;
                match (is_directory(&victim.node), is_directory(&there.node)) {
                    _ if how == How::Exchange => {}
                    (true, false) => return refuse_path(Errno::ENOTDIR, at, "rule-rename-onto-file", to),
                    (false, true) => return refuse_path(Errno::EISDIR, at, "rule-rename-onto-directory", to),
                    _ => {}
                }
            }
            None => self.permit(task, &new.node, Access::CHANGE, at, to)?,
        }
        // Its `..` changes (fs/namei.c, vfs_rename).
        let turned = old != new;
        if turned && is_directory(&victim.node) {
            self.permit(task, &victim.node, Access::WRITE, at, from)?;
        }
        let mut concerned = [Some(victim), there.as_ref()].into_iter().flatten();
        if concerned.any(|place| self.is_mount_point_for(task, &place.node)) {
            return refuse_path(Errno::EBUSY, at, "rule-mount-point-busy", from);
        }
        Ok(())
    }

    fn carry_out_rename(
        &mut self,
        task: &Task,
        places: &Places,
        (old_name, new_name): (&str, &str),
        how: How,
        (from, to): (&str, &str),
        at: &'static str,
    ) -> Result<(), Refusal> {
        let Places { old, new, victim, there } = places;
        match (&old.node, &new.node, &victim.node) {
            (Node::Group(parent), Node::Group(other), Node::Group(group)) if how == How::Plain => {
                self.cgroups.rename_group(*group, *parent, *other, new_name)
            }
            (Node::Group(_), Node::Group(_), Node::ControlFile(group, _)) if how == How::Plain => {
                self.cgroups.rename_file(*group, old_name)
            }
            (Node::Ram(tree, from_id), Node::Ram(_, to_id), Node::Ram(_, id)) => {
                let Some(ram) = self.tree_mut(*tree) else { return Ok(()) };
                if how == How::Exchange {
                    ram.exchange(*from_id, old_name, *to_id, new_name);
                    return Ok(());
                }
                if let Some(Place { node: Node::Ram(_, there), .. }) = there
                    && ram.entries(*there).next().is_some()
                {
                    return refuse_path(Errno::ENOTEMPTY, at, "rule-directory-not-empty", to);
                }
                ram.rename(*from_id, old_name, *to_id, new_name, *id);
                if how == How::Whiteout {
                    let made = ram.add(*from_id, old_name, 0, Content::Character(0, 0));
                    ram.own(*from_id, made, task.owner());
                }
                if let Some(there) = there {
                    self.bury(there, new);
                }
                Ok(())
            }
            (Node::Overlay(id, old_path), Node::Overlay(_, new_path), _) => {
                if how == How::Whiteout {
                    let rule = Rule::new("rule-rename-flags").with("flags", "whiteout");
                    return refuse(Errno::EINVAL, at, rule);
                }
                let id = *id;
                if let Some(there) = there.as_ref().filter(|_| how != How::Exchange) {
                    self.bury(there, new);
                }
                let old = Name { directory: old_path, name: old_name, path: from };
                let new = Name { directory: new_path, name: new_name, path: to };
                self.overlay_rename(id, &old, &new, how == How::Exchange, at)
            }
            // Control groups know no flags (fs/kernfs/dir.c, `kernfs_iop_rename`).
            (Node::Group(_), ..) => {
                refuse(Errno::EINVAL, at, Rule::new("rule-rename-flags").with("flags", how.word()))
            }
            _ => refuse_path(Errno::EPERM, at, "rule-fixed-tree", from),
        }
    }
}
