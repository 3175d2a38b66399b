//! Names made and taken away: mkdir(2), rmdir(2), unlink(2).

use super::path::{Last, Parent, Walker};
use super::ramfs::{Content, InodeId, TreeId};
use super::{Node, Place, ramfs};
use crate::kernel::cgroup::Effect;
use crate::kernel::limits::UMASK;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::{Fact, Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

impl Kernel {
    /// mkdir(2). What is there already is told before a read-only file system is.
    pub(crate) fn make_directory(&mut self, task: &Task, path: &str, mode: u32) -> Result<(), Refusal> {
        const AT: &str = "mkdir";
        let parent = Walker::new(self, task, AT).parent(&task.cwd, path)?;
        let Last::Name(name) = parent.last else {
            return refuse_path(Errno::EEXIST, AT, "rule-path-exists", path);
        };
        let directory = parent.directory;
        if self.lookup(&directory, &name, task.pid, AT)?.is_some() {
            return refuse_path(Errno::EEXIST, AT, "rule-path-exists", path);
        }
        if let Some(refusal) = self.missing_for_good(&directory.node, AT, path) {
            return Err(refusal);
        }
        if self.mounts.is_readonly(directory.mount) {
            return refuse_path(Errno::EROFS, AT, "rule-read-only", path);
        }
        self.permit(task, &directory.node, Access::CHANGE, AT, path)?;
        match directory.node {
            Node::Ram(tree, id) => {
                self.check_inodes(tree, AT, path)?;
                if let Some(ram) = self.tree_mut(tree) {
                    let made = ram.add_directory(id, &name, mode & 0o1777 & !UMASK);
                    ram.own(id, made, task.owner());
                }
                Ok(())
            }
            Node::Overlay(id, above) => {
                let content = ramfs::directory(ramfs::ROOT, &name);
                let made = (mode & 0o1777 & !UMASK, content);
                self.overlay_make(task, (id, &above, &name), made, (AT, path)).map(|_| ())
            }
            Node::Group(group) => {
                let made = self.cgroups.mkdir(group, &name, mode & 0o1777 & !UMASK)?;
                self.cgroups.give(made, task.owner());
                Ok(())
            }
            Node::Sys(_) | Node::Proc(..) | Node::Namespace(_) | Node::ControlFile(..) | Node::Removed(_) => {
                refuse_path(Errno::EPERM, AT, "rule-fixed-tree", path)
            }
        }
    }

    /// rmdir(2).
    pub(crate) fn remove_directory(&mut self, task: &Task, path: &str) -> Result<Vec<Effect>, Refusal> {
        const AT: &str = "rmdir";
        let parent = Walker::new(self, task, AT).parent(&task.cwd, path)?;
        let name = match &parent.last {
            Last::Name(name) => name.clone(),
            Last::Dot => return refuse_path(Errno::EINVAL, AT, "rule-rmdir-dot", path),
            Last::DotDot => return refuse_path(Errno::ENOTEMPTY, AT, "rule-rmdir-dotdot", path),
            Last::Root => return refuse_path(Errno::EBUSY, AT, "rule-mount-point-busy", path),
        };
        let victim = self.victim(task, &parent, &name, AT, path)?;
        self.permit_removal(task, &parent.directory, &victim, AT, path)?;
        if self.kind(&victim.node) != FileKind::Directory {
            return refuse_path(Errno::ENOTDIR, AT, "rule-path-not-directory", path);
        }
        self.check_removable(task, &victim, AT, path)?;
        let lost = self.path_in_file_system(&victim.node);
        let effects = self.take_directory(&parent.directory.node, &victim.node, &name, path)?;
        self.bury(&victim, &parent.directory);
        self.lose_roots(&victim.node, &Node::Removed(Box::new(parent.directory.node.clone())), lost);
        self.detach_mounts_on(&victim.node);
        Ok(effects)
    }

    /// unlink(2). A directory is refused before the file system is asked.
    pub(crate) fn remove_name(&mut self, task: &Task, path: &str) -> Result<(), Refusal> {
        const AT: &str = "unlink";
        let parent = Walker::new(self, task, AT).parent(&task.cwd, path)?;
        let Last::Name(name) = parent.last.clone() else {
            return refuse_path(Errno::EISDIR, AT, "rule-unlink-directory", path);
        };
        let victim = self.victim(task, &parent, &name, AT, path)?;
        self.permit_removal(task, &parent.directory, &victim, AT, path)?;
        if self.kind(&victim.node) == FileKind::Directory {
            return refuse_path(Errno::EISDIR, AT, "rule-unlink-directory", path);
        }
        if parent.slash {
            return refuse_path(Errno::ENOTDIR, AT, "rule-path-not-directory", path);
        }
        if self.is_mount_point_for(task, &victim.node) {
            return refuse_path(Errno::EBUSY, AT, "rule-mount-point-busy", path);
        }
        match (&parent.directory.node, &victim.node) {
            (Node::Ram(tree, directory), Node::Ram(..)) => {
                self.take_file(*tree, *directory, &name, &victim.node);
                Ok(())
            }
            (Node::Overlay(..), Node::Overlay(id, inside)) => {
                self.overlay_remove((*id, inside), false, (AT, path))
            }
            (_, Node::ControlFile(..)) => {
                let rule = Rule::new("rule-cgroup-file-remove").with("name", name).with("path", path);
                refuse(Errno::EPERM, AT, rule)
            }
            _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", path),
        }
    }

    /// What is to be removed, as its own file system knows it. A read-only one is told first (fs/namei.c).
    fn victim(
        &self,
        task: &Task,
        parent: &Parent,
        name: &str,
        at: &str,
        path: &str,
    ) -> Result<Place, Refusal> {
        if self.mounts.is_readonly(parent.directory.mount) {
            return refuse_path(Errno::EROFS, at, "rule-read-only", path);
        }
        match self.lookup(&parent.directory, name, task.pid, at)? {
            Some(place) => Ok(place),
            None => refuse_path(Errno::ENOENT, at, "rule-path-missing", path),
        }
    }

    /// `may_delete` in fs/namei.c: the directory has to be writable and, if sticky, one of the two the task's own.
    pub(crate) fn permit_removal(
        &self,
        task: &Task,
        directory: &Place,
        victim: &Place,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        self.permit(task, &directory.node, Access::CHANGE, at, path)?;
        self.check_sticky(task, &directory.node, &victim.node, at, path)
    }

    /// proc and sysfs have no rmdir (EPERM); a mount point is busy. In that order (fs/namei.c, vfs_rmdir).
    fn check_removable(&self, task: &Task, victim: &Place, at: &str, path: &str) -> Result<(), Refusal> {
        if matches!(victim.node, Node::Proc(..)) {
            return refuse_path(Errno::EPERM, at, "rule-fixed-tree", path);
        }
        if self.is_mount_point_for(task, &victim.node) {
            return refuse_path(Errno::EBUSY, at, "rule-mount-point-busy", path);
        }
        Ok(())
    }

    fn take_directory(
        &mut self,
        parent: &Node,
        victim: &Node,
        name: &str,
        path: &str,
    ) -> Result<Vec<Effect>, Refusal> {
        match (parent, victim) {
            (Node::Ram(tree, directory), Node::Ram(_, id)) => {
                let Some(ram) = self.tree_mut(*tree) else { return Ok(Vec::new()) };
                if ram.entries(*id).next().is_some() {
                    return refuse_path(Errno::ENOTEMPTY, "rmdir", "rule-directory-not-empty", path);
                }
                ram.remove(*directory, name);
                Ok(Vec::new())
            }
            (Node::Overlay(..), Node::Overlay(id, inside)) => {
                self.overlay_remove((*id, inside), true, ("rmdir", path)).map(|()| Vec::new())
            }
            (_, Node::Group(group)) => self.cgroups.rmdir(*group),
            _ => refuse_path(Errno::EPERM, "rmdir", "rule-fixed-tree", path),
        }
    }

    /// Takes a file's name away. Where a bind mount shows the file, it stays there.
    fn take_file(&mut self, tree: TreeId, directory: InodeId, name: &str, file: &Node) {
        let lost = self.path_in_file_system(file);
        let shown = !self.mounts.with_root(file).is_empty();
        if let Some(ram) = self.tree_mut(tree) {
            if shown {
                ram.unlink(directory, name);
            } else {
                ram.remove(directory, name);
            }
        }
        self.lose_roots(file, file, lost);
        self.detach_mounts_on(file);
    }

    /// Mounts that show what has lost its name go on showing it.
    fn lose_roots(&mut self, node: &Node, now: &Node, lost: Option<String>) {
        for id in self.mounts.with_root(node) {
            self.mounts.set_root(id, now.clone());
            if let Some(mount) = self.mounts.get_mut(id) {
                mount.lost_root.clone_from(&lost);
            }
        }
    }

    /// Tasks whose working directory or root is gone stay in it: it is empty and nothing can be made there.
    pub(crate) fn bury(&mut self, dead: &Place, parent: &Place) {
        let concerned: Vec<u32> =
            self.tasks.with(Fact::Inside(dead.node.clone())).map(|task| task.pid).collect();
        for pid in concerned {
            if let Some(mut task) = self.task_mut(pid) {
                task.cwd.node = task.cwd.node.after_removal(&dead.node, &parent.node);
                task.root.node = task.root.node.after_removal(&dead.node, &parent.node);
            }
        }
    }

    /// Makes a directory and those above it, for the boot.
    pub(crate) fn make_directories(&mut self, task: &Task, path: &str) {
        let mut prefix = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            prefix = format!("{prefix}/{part}");
            // What is there already is what was wanted.
            let _ = self.make_directory(task, &prefix, 0o755);
        }
    }

    /// Puts a file of any content at a path, for the boot.
    pub(crate) fn place_file(&mut self, task: &Task, path: &str, mode: u32, content: Content) -> Option<()> {
        let parent = Walker::new(self, task, "open").parent(&task.cwd, path).ok()?;
        let (Node::Ram(tree, id), Last::Name(name)) = (&parent.directory.node, parent.last) else {
            return None;
        };
        self.tree_mut(*tree)?.add(*id, &name, mode, content);
        Some(())
    }
}
