//! Names given: symlink(2), link(2), mknod(2).

use super::path::{Last, Walker};
use super::ramfs::{Content, TreeId};
use super::{Node, Place};
use crate::kernel::limits::{PAGE, UMASK};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::{FileKind, Statfs};
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
        match directory.node {
            Node::Ram(tree, id) => {
                self.check_inodes(tree, at, path)?;
                if let Some(ram) = self.tree_mut(tree) {
                    let made = ram.add(id, &name, mode, content);
                    ram.own(id, made, task.owner());
                }
                Ok(())
            }
            Node::Overlay(id, above) => {
                self.overlay_make(task, (id, &above, &name), (mode, content), (at, path)).map(|_| ())
            }
            _ => refuse_path(Errno::EPERM, at, "rule-fixed-tree", path),
        }
    }

    /// ENOSPC where a tmpfs has all the inodes that it may have.
    pub(crate) fn check_inodes(&self, tree: TreeId, at: &str, path: &str) -> Result<(), Refusal> {
        if self.trees.get(&tree).is_some_and(|ram| ram.is_out_of_inodes()) {
            return refuse_path(Errno::ENOSPC, at, "rule-tmpfs-inodes", path);
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

    /// mknod(2). Making a device needs a capability, and its `m` in the group's list.
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
            FileKind::Block => Content::Block(device.0, device.1),
            FileKind::Fifo => Content::Fifo,
            // What no file system but tmpfs makes is refused before it matters what it would be.
            _ => {
                let (directory, _) = self.free_name(task, path, AT)?;
                return match directory.node {
                    Node::Ram(..) | Node::Overlay(..) => not_modelled(AT, "sockets"),
                    _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", path),
                };
            }
        };
        self.check_device_node(task, path, kind, device)?;
        if kind == FileKind::Regular {
            // Where there is no way to make a file the answer is another one: fs/namei.c, vfs_create().
            let (directory, _) = self.free_name(task, path, AT)?;
            if !matches!(directory.node, Node::Ram(..) | Node::Overlay(..)) {
                return refuse_path(Errno::EACCES, AT, "rule-fixed-tree-create", path);
            }
        }
        self.make_name(task, path, AT, mode & 0o7777 & !UMASK, content)
    }

    /// `vfs_mknod` in fs/namei.c: a whiteout is no device, and everybody may make one where overlayfs is not; through an
    /// overlay nobody may (`ovl_mknod`).
    fn check_device_node(
        &self,
        task: &Task,
        path: &str,
        kind: FileKind,
        device: (u32, u32),
    ) -> Result<(), Refusal> {
        const AT: &str = "mknod";
        let letter = match kind {
            FileKind::Character => 'c',
            FileKind::Block => 'b',
            _ => return Ok(()),
        };
        if kind == FileKind::Character && device == (0, 0) {
            let (directory, _) = self.free_name(task, path, AT)?;
            if matches!(directory.node, Node::Overlay(..)) {
                return refuse_path(Errno::EPERM, AT, "rule-overlay-whiteout", path);
            }
            return Ok(());
        }
        if !task.credentials.can(Capability::Mknod) {
            // The name and its directory are looked at first.
            self.free_name(task, path, AT)?;
            let rule = Rule::new("rule-mknod-needs-root").with("path", path);
            return refuse(Errno::EPERM, AT, rule.with("uid", task.credentials.uid.effective));
        }
        if !self.cgroups.device_allowed(task.pid, letter, device.0, device.1, "m") {
            let rule = Rule::new("rule-device-not-allowed").with("path", path).with("access", "m");
            let device = format!("{letter} {}:{}", device.0, device.1);
            return refuse(Errno::EPERM, AT, rule.with("device", device));
        }
        Ok(())
    }

    /// link(2): a second name for a file; control groups, proc and sysfs refuse it with EPERM.
    pub(crate) fn make_link(&mut self, task: &Task, from: &str, to: &str) -> Result<(), Refusal> {
        const AT: &str = "link";
        let old = Walker::new(self, task, AT).link(&task.cwd, from)?;
        let (directory, name) = self.free_name(task, to, AT)?;
        if old.mount != directory.mount {
            return refuse_path(Errno::EXDEV, AT, "rule-other-file-system", to);
        }
        if self.kind(&old.node) == FileKind::Directory {
            return refuse_path(Errno::EPERM, AT, "rule-link-directory", from);
        }
        match (old.node, directory.node) {
            (Node::Ram(tree, inode), Node::Ram(_, id)) => {
                self.check_inodes(tree, AT, to)?;
                if let Some(ram) = self.tree_mut(tree) {
                    ram.link(id, &name, inode);
                }
                Ok(())
            }
            (Node::Overlay(id, inside), Node::Overlay(_, above)) => {
                self.overlay_link((id, &inside), (&above, &name), (AT, to))
            }
            _ => refuse_path(Errno::EPERM, AT, "rule-fixed-tree", to),
        }
    }

    /// statfs(2): an overlay has the room of its upper layer, or of the topmost lower one (`ovl_statfs`).
    pub(crate) fn room_of(&self, node: &Node) -> Statfs {
        let tree = match node.ground() {
            Node::Ram(tree, _) => Some(*tree),
            Node::Overlay(id, _) => self.overlay_tree(*id),
            _ => None,
        };
        let (used, blocks) = match tree.and_then(|tree| self.trees.get(&tree)) {
            // ramfs has no limits, and tells none.
            Some(ram) if ram.is_ramfs => (0, 0),
            // tmpfs(5): half of the memory where nothing else is said.
            Some(ram) => (ram.used_pages(), ram.room.pages.unwrap_or(self.profile.memory / PAGE / 2)),
            None => (0, 0),
        };
        let free = blocks.saturating_sub(used);
        Statfs { kind: self.magic(node), block: PAGE, blocks, free, available: free }
    }

    /// The number of a file system as statfs(2) gives it (include/uapi/linux/magic.h).
    pub(crate) fn magic(&self, node: &Node) -> u64 {
        match node {
            Node::Ram(tree, _) if self.trees.get(tree).is_some_and(|tree| tree.is_ramfs) => 0x8584_58f6,
            Node::Ram(..) => 0x0102_1994,
            Node::Overlay(..) => 0x794c_7630,
            Node::Proc(..) => 0x9fa0,
            Node::Namespace(_) => 0x6e73_6673,
            Node::Sys(_) => 0x6265_6572,
            Node::Group(group) | Node::ControlFile(group, _) => {
                let hierarchy = self.cgroups.hierarchy_of(*group);
                if self.cgroups.fstype(hierarchy) == "cgroup2" { 0x6367_7270 } else { 0x0027_e0eb }
            }
            Node::Removed(parent) => self.magic(parent),
        }
    }
}
