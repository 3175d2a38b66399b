//! open(2): who may open what; making a file that is missing, emptying one that is there.

use super::device::{Device, device};
use super::overlay::Need;
use super::path::{Last, Parent, Walker};
use super::procfs::{PidFile, ProcNode};
use super::ramfs::Content;
use super::{Node, Place, sysfs};
use crate::host::KernelVersion;
use crate::kernel::limits::UMASK;
use crate::kernel::namespace::MapFile;
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, OpenMode, Refusal, Rule};

const AT: &str = "open";

/// What an open file is to be used for.
fn access_of(mode: OpenMode) -> Access {
    match mode {
        OpenMode::Read => Access::READ,
        OpenMode::ReadWrite => Access::READ_WRITE,
        OpenMode::Write | OpenMode::Truncate | OpenMode::Append | OpenMode::Exclusive => Access::WRITE,
    }
}

/// Where a path leads that may have to be made.
enum Found {
    There(Place),
    Missing(Place, String),
}

impl Kernel {
    /// open(2) of a path for a task: the place, after what the mode does to it.
    pub(crate) fn open(&mut self, task: &Task, path: &str, mode: OpenMode) -> Result<Place, Refusal> {
        let place = match mode {
            OpenMode::Read | OpenMode::Write | OpenMode::ReadWrite => {
                Walker::new(self, task, AT).place(&task.cwd, path)?
            }
            OpenMode::Truncate | OpenMode::Append | OpenMode::Exclusive => {
                match self.find(task, path, mode)? {
                    Found::There(_) if mode == OpenMode::Exclusive => {
                        return refuse_path(Errno::EEXIST, AT, "rule-path-exists", path);
                    }
                    Found::There(place) => place,
                    Found::Missing(directory, name) => {
                        // Whoever makes a file may write to it, whatever its mode.
                        return self.create(task, &directory, &name, path);
                    }
                }
            }
        };
        self.check_open(task, &place, mode, path)?;
        // Opening to write is what copies a file up (overlayfs.rst, "Non-directories").
        if let Node::Overlay(id, inside) = &place.node
            && mode != OpenMode::Read
            && self.kind(&place.node) == FileKind::Regular
        {
            let need = if mode == OpenMode::Truncate { Need::Nothing } else { Need::Content };
            self.copy_up(*id, inside, need, AT, path)?;
        }
        if mode == OpenMode::Truncate {
            self.empty(&place);
        }
        Ok(place)
    }

    /// open(2) for reading only: nothing changes.
    pub(crate) fn open_to_read(&self, task: &Task, path: &str) -> Result<Place, Refusal> {
        let place = Walker::new(self, task, AT).place(&task.cwd, path)?;
        self.check_open(task, &place, OpenMode::Read, path)?;
        Ok(place)
    }

    /// With O_CREAT a link to a missing file is followed, and the file is made where it points.
    fn find(&self, task: &Task, path: &str, mode: OpenMode) -> Result<Found, Refusal> {
        let mut walker = Walker::new(self, task, AT);
        let mut start = task.cwd.clone();
        let mut next = path.to_owned();
        loop {
            let parent = walker.parent(&start, &next)?;
            let Parent { directory, last: Last::Name(name), slash: false } = parent else {
                return refuse_path(Errno::EISDIR, AT, "rule-open-directory", path);
            };
            let Some(place) = self.lookup(&directory, &name, task.pid, AT)?.map(|place| self.top(place))
            else {
                return Ok(Found::Missing(directory, name));
            };
            // open(2), "O_EXCL": symbolic links are not followed.
            let target = walker.link_target(&place).filter(|_| mode != OpenMode::Exclusive);
            let Some(target) = target else { return Ok(Found::There(place)) };
            walker.count_link()?;
            start = directory;
            next = target;
        }
    }

    /// Makes an empty regular file. Only tmpfs lets files be made.
    fn create(&mut self, task: &Task, directory: &Place, name: &str, path: &str) -> Result<Place, Refusal> {
        if let Some(refusal) = self.missing_for_good(&directory.node, AT, path) {
            return Err(refusal);
        }
        if self.mounts.is_readonly(directory.mount) {
            return refuse_path(Errno::EROFS, AT, "rule-read-only", path);
        }
        self.permit(task, &directory.node, Access::CHANGE, AT, path)?;
        match &directory.node {
            Node::Ram(tree, parent) => {
                self.check_inodes(*tree, AT, path)?;
                let Some(ram) = self.tree_mut(*tree) else {
                    return refuse_path(Errno::ENOENT, AT, "rule-path-missing", path);
                };
                let id = ram.add(*parent, name, 0o666 & !UMASK, Content::Text(String::new()));
                ram.own(*parent, id, task.owner());
                Ok(Place { mount: directory.mount, node: Node::Ram(*tree, id) })
            }
            Node::Overlay(id, above) => {
                let made = (0o666 & !UMASK, Content::Text(String::new()));
                let node = self.overlay_make(task, (*id, above, name), made, (AT, path))?;
                Ok(Place { mount: directory.mount, node })
            }
            // kernfs has no way to make files: EACCES from fs/namei.c, lookup_open().
            Node::Group(_) | Node::ControlFile(..) => {
                let rule = Rule::new("rule-cgroup-file-create").with("name", name).with("path", path);
                refuse(Errno::EACCES, AT, rule)
            }
            Node::Sys(_) | Node::Proc(..) | Node::Namespace(_) | Node::Removed(_) => {
                refuse_path(Errno::EACCES, AT, "rule-fixed-tree-create", path)
            }
        }
    }

    /// Directories where a missing name stays missing: proc, /sys/fs/cgroup itself, what was removed.
    pub(crate) fn missing_for_good(&self, directory: &Node, at: &str, path: &str) -> Option<Refusal> {
        let rule = match directory {
            Node::Proc(..) => "rule-proc-missing",
            Node::Sys(node) if sysfs::is_mount_point(*node) => "rule-path-missing",
            Node::Removed(_) => "rule-directory-removed",
            Node::Group(group) if !self.cgroups.exists(*group) => "rule-directory-removed",
            Node::Ram(..)
            | Node::Overlay(..)
            | Node::Sys(_)
            | Node::Group(_)
            | Node::ControlFile(..)
            | Node::Namespace(_) => {
                return None;
            }
        };
        Some(Refusal::by(Errno::ENOENT, at, Rule::new(rule).with("path", path)))
    }

    /// True for a setting of a machine that is shared with others: a session has a read-only mount of /proc/sys there,
    /// which other mounts of proc have not.
    fn is_shared_setting(&self, place: &Place) -> bool {
        let on = self.mounts.mount_point(place.mount);
        let own = on.and_then(|on| self.path_in_file_system(&on.node)).is_some_and(|path| path == "/proc");
        own && matches!(&place.node, Node::Proc(_, node) if node.is_setting()) && self.profile.contained
    }

    fn check_open(&self, task: &Task, place: &Place, mode: OpenMode, path: &str) -> Result<(), Refusal> {
        let writes = mode != OpenMode::Read;
        let kind = self.kind(&place.node);
        match kind {
            FileKind::Directory if writes => refuse_path(Errno::EISDIR, AT, "rule-open-directory", path),
            FileKind::Character | FileKind::Block
                if self.mounts.get(place.mount).is_some_and(|mount| mount.flags.nodev) =>
            {
                refuse_path(Errno::EACCES, AT, "rule-nodev", path)
            }
            FileKind::Regular if writes && self.mounts.is_readonly(place.mount) => {
                refuse_path(Errno::EROFS, AT, "rule-read-only", path)
            }
            // sysfs checks the mode even for root (fs/kernfs/file.c, KERNFS_ROOT_EXTRA_OPEN_PERM_CHECK).
            FileKind::Regular if writes && matches!(place.node, Node::Sys(_)) => {
                refuse_path(Errno::EACCES, AT, "rule-sysfs-read-only", path)
            }
            _ => {
                self.check_secret(task, &place.node, path)?;
                self.permit(task, &place.node, access_of(mode), AT, path)?;
                self.check_ended(&place.node, path)?;
                if let Node::Proc(_, ProcNode::PidFile(pid, PidFile::Map(MapFile::Setgroups))) = &place.node
                    && writes
                {
                    self.check_open_setgroups(task, *pid, path)?;
                }
                if writes && self.is_shared_setting(place) {
                    return refuse_path(Errno::EROFS, AT, "rule-read-only", path);
                }
                match kind {
                    FileKind::Character => self.check_device(task, place, mode, path),
                    // Whoever opens a pipe by its name waits for somebody at the other end.
                    FileKind::Fifo => not_modelled(AT, "named pipes that are opened"),
                    FileKind::Block => not_modelled(AT, "block devices that are opened"),
                    _ => Ok(()),
                }
            }
        }
    }

    /// The environment of a task is for those who may look into it (fs/proc/base.c, `environ_open`).
    fn check_secret(&self, task: &Task, node: &Node, path: &str) -> Result<(), Refusal> {
        let Node::Proc(_, ProcNode::PidFile(pid, PidFile::Environ)) = node else { return Ok(()) };
        match self.task(*pid) {
            Some(target) if !self.may_look_into(task, target) => {
                refuse_path(Errno::EACCES, AT, "rule-proc-of-another", path)
            }
            _ => Ok(()),
        }
    }

    /// Of a task that has ended, these files are there and can't be opened: since Linux 6.16 its environment
    /// (fs/proc/base.c, `proc_mem_open`), and its mounts (fs/proc_namespace.c, `mounts_open_common`).
    fn check_ended(&self, node: &Node, path: &str) -> Result<(), Refusal> {
        let Node::Proc(_, ProcNode::PidFile(pid, file)) = node else { return Ok(()) };
        if self.is_alive(*pid) {
            return Ok(());
        }
        let errno = match file {
            PidFile::Environ if self.profile.kernel >= (KernelVersion { major: 6, minor: 16 }) => {
                Errno::ESRCH
            }
            PidFile::Mountinfo | PidFile::Mounts => Errno::EINVAL,
            _ => return Ok(()),
        };
        refuse_path(errno, AT, "rule-proc-of-ended", path)
    }

    /// A device: the device controller, and whether there is a driver.
    fn check_device(&self, task: &Task, place: &Place, mode: OpenMode, path: &str) -> Result<(), Refusal> {
        let Some((major, minor)) = self.device_numbers(&place.node) else { return Ok(()) };
        let access = match mode {
            OpenMode::Read => "r",
            OpenMode::ReadWrite => "rw",
            _ => "w",
        };
        if !self.cgroups.device_allowed(task.pid, 'c', major, minor, access) {
            let rule = Rule::new("rule-device-not-allowed").with("path", path);
            let rule = rule.with("device", format!("c {major}:{minor}")).with("access", access);
            return refuse(Errno::EPERM, AT, rule);
        }
        if device(major, minor).is_none() {
            return refuse_path(Errno::ENXIO, AT, "rule-device-without-driver", path);
        }
        Ok(())
    }

    fn device_numbers(&self, node: &Node) -> Option<(u32, u32)> {
        let (tree, id) = self.attribute_inode(node)?;
        match self.trees.get(&tree)?.get(id)?.content {
            Content::Character(major, minor) => Some((major, minor)),
            _ => None,
        }
    }

    /// The device behind a node.
    pub(crate) fn device_of(&self, node: &Node) -> Option<Device> {
        self.device_numbers(node).and_then(|(major, minor)| device(major, minor))
    }

    /// O_TRUNC: a regular file of a tmpfs loses its content; other files have none of their own.
    fn empty(&mut self, place: &Place) {
        let Some((tree, id)) = self.content_inode(&place.node) else { return };
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return };
        if matches!(inode.content, Content::Text(_) | Content::Opaque(_) | Content::Hole(_)) {
            inode.content = Content::Text(String::new());
            self.note_change(tree, id);
        }
    }
}
