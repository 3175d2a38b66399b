//! Names given and moved: rename(2), symlink(2), link(2), mknod(2).

use super::path::{Last, Walker};
use super::ramfs::Content;
use super::{Node, Place};
use crate::kernel::limits::UMASK;
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

impl Kernel {
    /// The directory in which a name is to be made, and the name, which has to be free.
    fn free_name(&self, task: &Task, path: &str, at: &'static str) -> Result<(Place, String), Refusal> {
        let parent = Walker::new(self, task, at).parent(&task.cwd, path)?;
        let Last::Name(name) = parent.last else {
            return refuse_path(Errno::EEXIST, at, "rule-path-exists", path);
        };
        if self.lookup(&parent.directory, &name, task.pid, at)?.is_some() {
            return refuse_path(Errno::EEXIST, at, "rule-path-exists", path);
        }
        if let Some(refusal) = self.missing_for_good(&parent.directory.node, at, path) {
            return Err(refusal);
        }
        if self.mounts.is_readonly(parent.directory.mount) {
            return refuse_path(Errno::EROFS, at, "rule-read-only", path);
        }
        self.permit(task, &parent.directory.node, Access::CHANGE, at, path)?;
        Ok((parent.directory, name))
    }

    /// Makes a name in a tmpfs. Control groups, proc and sysfs have no way to: EPERM (fs/namei.c).
    fn make_name(
        &mut self,
        task: &Task,
        path: &str,
        at: &'static str,
        mode: u32,
        content: Content,
    ) -> Result<(), Refusal> {
        let (directory, name) = self.free_name(task, path, at)?;
        let Node::Ram(tree, id) = directory.node else {
            return refuse_path(Errno::EPERM, at, "rule-fixed-tree", path);
        };
        if let Some(ram) = self.trees.get_mut(&tree) {
            let made = ram.add(id, &name, mode, content);
            ram.own(id, made, task.owner());
        }
        Ok(())
    }

    /// symlink(2).
    pub(crate) fn make_symlink(&mut self, task: &Task, target: &str, path: &str) -> Result<(), Refusal> {
        if target.is_empty() {
            return refuse_path(Errno::ENOENT, "symlink", "rule-path-empty", path);
        }
        self.make_name(task, path, "symlink", 0o777, Content::Symlink(target.to_owned()))
    }

    /// mknod(2) of a regular file or a character device; making a device needs its `m` in the group's list.
    pub(crate) fn make_node(
        &mut self,
        task: &Task,
        path: &str,
        kind: FileKind,
        mode: u32,
        device: (u32, u32),
    ) -> Result<(), Refusal> {
        const AT: &str = "mknod";
        let content = match kind {
            FileKind::Regular => Content::Text(String::new()),
            FileKind::Character => Content::Character(device.0, device.1),
            // What no file system but tmpfs makes is refused before it matters what it would be.
            _ => {
                let (directory, _) = self.free_name(task, path, AT)?;
                return match directory.node {
                    Node::Ram(..) => not_modelled(AT, "named pipes, sockets and block devices"),
                    _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", path),
                };
            }
        };
        if kind == FileKind::Character && !task.credentials.can(Capability::Mknod) {
            // The name and its directory are looked at first.
            self.free_name(task, path, AT)?;
            let rule = Rule::new("rule-mknod-needs-root").with("path", path);
            return refuse(Errno::EPERM, AT, rule.with("uid", task.credentials.uid.effective));
        }
        if kind == FileKind::Character && !self.cgroups.device_allowed(task.pid, 'c', device.0, device.1, "m")
        {
            let rule = Rule::new("rule-device-not-allowed").with("path", path).with("access", "m");
            return refuse(Errno::EPERM, AT, rule.with("device", format!("c {}:{}", device.0, device.1)));
        }
        if kind == FileKind::Regular {
            // Where there is no way to make a file the answer is another one: fs/namei.c, vfs_create().
            let (directory, _) = self.free_name(task, path, AT)?;
            if !matches!(directory.node, Node::Ram(..)) {
                return refuse_path(Errno::EACCES, AT, "rule-fixed-tree-create", path);
            }
        }
        self.make_name(task, path, AT, mode & 0o7777 & !UMASK, content)
    }

    /// link(2). The model's files have one name each; control groups refuse a second with EPERM.
    pub(crate) fn make_link(&mut self, task: &Task, from: &str, to: &str) -> Result<(), Refusal> {
        const AT: &str = "link";
        let old = Walker::new(self, task, AT).place(&task.cwd, from)?;
        let (directory, _) = self.free_name(task, to, AT)?;
        if old.mount != directory.mount {
            return refuse_path(Errno::EXDEV, AT, "rule-other-file-system", to);
        }
        match directory.node {
            Node::Ram(..) if self.kind(&old.node) != FileKind::Directory => not_modelled(AT, "hard links"),
            _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", to),
        }
    }

    /// rename(2). Two mounts and a read-only one are told before what is missing (fs/namei.c, `do_renameat2`).
    pub(crate) fn rename(&mut self, task: &Task, from: &str, to: &str) -> Result<(), Refusal> {
        const AT: &str = "rename";
        let old = Walker::new(self, task, AT).parent(&task.cwd, from)?;
        let new = Walker::new(self, task, AT).parent(&task.cwd, to)?;
        if old.directory.mount != new.directory.mount {
            return refuse_path(Errno::EXDEV, AT, "rule-other-file-system", to);
        }
        let (Last::Name(old_name), Last::Name(new_name)) = (old.last, new.last) else {
            return refuse_path(Errno::EBUSY, AT, "rule-mount-point-busy", from);
        };
        if self.mounts.is_readonly(old.directory.mount) {
            return refuse_path(Errno::EROFS, AT, "rule-read-only", from);
        }
        let Some(victim) = self.lookup(&old.directory, &old_name, task.pid, AT)? else {
            return refuse_path(Errno::ENOENT, AT, "rule-path-missing", from);
        };
        // fs/namei.c, lock_rename(): neither of the two may be above the other's directory.
        if self.is_below(&new.directory.node, &victim.node) {
            return refuse_path(Errno::EINVAL, AT, "rule-rename-into-itself", to);
        }
        let there = self.lookup(&new.directory, &new_name, task.pid, AT)?;
        if there.as_ref().is_some_and(|there| self.is_below(&old.directory.node, &there.node)) {
            return refuse_path(Errno::ENOTEMPTY, AT, "rule-rename-onto-above", to);
        }
        if there.as_ref().is_some_and(|there| there.node == victim.node) {
            return Ok(());
        }
        self.permit_removal(task, &old.directory, &victim, AT, from)?;
        match &there {
            Some(there) => {
                self.permit_removal(task, &new.directory, there, AT, to)?;
                // fs/namei.c, may_delete().
                let is_directory = |node: &Node| self.kind(node) == FileKind::Directory;
                match (is_directory(&victim.node), is_directory(&there.node)) {
                    (true, false) => return refuse_path(Errno::ENOTDIR, AT, "rule-rename-onto-file", to),
                    (false, true) => return refuse_path(Errno::EISDIR, AT, "rule-rename-onto-directory", to),
                    _ => {}
                }
            }
            None => self.permit(task, &new.directory.node, Access::CHANGE, AT, to)?,
        }
        // Its `..` changes (fs/namei.c, vfs_rename).
        if old.directory != new.directory && self.kind(&victim.node) == FileKind::Directory {
            self.permit(task, &victim.node, Access::WRITE, AT, from)?;
        }
        let busy = |place: &Place| self.is_mount_point_for(task, &place.node);
        if busy(&victim) || there.as_ref().is_some_and(busy) {
            return refuse_path(Errno::EBUSY, AT, "rule-mount-point-busy", from);
        }
        match (&old.directory.node, &new.directory.node, victim.node) {
            (Node::Group(parent), Node::Group(other), Node::Group(group)) => {
                self.cgroups.rename_group(group, *parent, *other, &new_name)
            }
            (Node::Group(_), Node::Group(_), Node::ControlFile(group, _)) => {
                self.cgroups.rename_file(group, &old_name)
            }
            (Node::Ram(tree, from_id), Node::Ram(_, to_id), Node::Ram(_, id)) if there.is_none() => {
                if let Some(ram) = self.trees.get_mut(tree) {
                    ram.rename(*from_id, &old_name, *to_id, &new_name, id);
                }
                Ok(())
            }
            (Node::Ram(..), ..) => not_modelled(AT, "a rename onto what is there already"),
            _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", from),
        }
    }

    /// The number of a file system as statfs(2) gives it (include/uapi/linux/magic.h).
    pub(crate) fn magic(&self, node: &Node) -> u64 {
        match node {
            Node::Ram(tree, _) if self.trees.get(tree).is_some_and(|tree| tree.is_ramfs) => 0x8584_58f6,
            Node::Ram(..) => 0x0102_1994,
            Node::Proc(_) => 0x9fa0,
            Node::Sys(_) => 0x6265_6572,
            Node::Group(group) | Node::ControlFile(group, _) => {
                let hierarchy = self.cgroups.hierarchy_of(*group);
                if self.cgroups.fstype(hierarchy) == "cgroup2" { 0x6367_7270 } else { 0x0027_e0eb }
            }
            Node::Removed(parent) => self.magic(parent),
        }
    }
}
