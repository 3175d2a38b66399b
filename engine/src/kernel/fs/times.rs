//! Times of files, and all that statx(2) tells.

use super::ramfs::{InodeId, Ramfs, Times, TreeId};
use super::{Node, Place, ramfs};
use crate::kernel::limits::BOOT_TIME;
use crate::kernel::mount::AccessTimes;
use crate::kernel::refuse::{not_modelled, refuse};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::{FileKind, Statx, Time};
use crate::plan::{Errno, Refusal, Rule, SetTime};

/// With relative times of access, an older one changes all the same (fs/inode.c, `relatime_need_update`); in seconds.
const DAY: i64 = 24 * 60 * 60;

impl Kernel {
    /// What the clock of the machine shows.
    pub(crate) fn clock(&self) -> Time {
        let seconds = i64::try_from(self.now_ms / 1000).unwrap_or(i64::MAX).saturating_add(BOOT_TIME);
        let nanoseconds = u32::try_from(self.now_ms % 1000).unwrap_or(0) * 1_000_000;
        Time { seconds, nanoseconds }
    }

    /// A tree to change; what is changed in it is changed now.
    pub(crate) fn tree_mut(&mut self, tree: TreeId) -> Option<&mut Ramfs> {
        let now = self.clock();
        let ram = self.trees.get_mut(&tree)?;
        ram.now = now;
        Some(ram)
    }

    /// The content of a file has changed.
    pub(crate) fn note_change(&mut self, tree: TreeId, id: InodeId) {
        if let Some(ram) = self.tree_mut(tree) {
            ram.note_change(id);
        }
    }

    /// The attributes of a file have changed.
    pub(crate) fn note_attributes(&mut self, tree: TreeId, id: InodeId) {
        if let Some(ram) = self.tree_mut(tree) {
            ram.note_attributes(id);
        }
    }

    /// A file was read: its time of access changes, unless the mount says otherwise (mount(2), MS_RELATIME). In an
    /// overlay that is so for what is in the upper layer only (`ovl_file_accessed` in fs/overlayfs/file.c).
    pub(crate) fn note_access(&mut self, place: &Place) {
        let Some(mount) = self.mounts.get(place.mount) else { return };
        let (kept, flags) = (mount.flags.access_times, mount.flags);
        let directory = self.kind(&place.node) == FileKind::Directory;
        if kept == AccessTimes::Never
            || (directory && flags.nodiratime)
            || self.mounts.is_readonly(place.mount)
        {
            return;
        }
        let top = match &place.node {
            Node::Overlay(id, path) => self.overlay_upper(*id, path),
            node => self.attribute_inode(node),
        };
        let Some((tree, id)) = top else { return };
        let now = self.clock();
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return };
        let Times { accessed, modified, changed, .. } = &mut inode.times;
        let old = now.seconds - accessed.seconds >= DAY;
        if kept == AccessTimes::Strict || old || *accessed <= *modified || *accessed <= *changed {
            *accessed = now;
        }
    }

    /// utimensat(2): a time that is given is the owner's to set; now is for all who may write.
    pub(crate) fn set_times(
        &mut self,
        task: &Task,
        place: &Place,
        (access, modify): (SetTime, SetTime),
        path: &str,
    ) -> Result<(), Refusal> {
        const AT: &str = "utimensat";
        if (access, modify) == (SetTime::Omit, SetTime::Omit) {
            return Ok(());
        }
        self.check_writable(place, AT, path)?;
        let (file, who) = (self.stat(&place.node), &task.credentials);
        let owns = who.uid.fs == file.uid || who.can(Capability::Fowner);
        if (access, modify) == (SetTime::Now, SetTime::Now) {
            if !owns {
                self.permit(task, &place.node, Access::WRITE, AT, path)?;
            }
        } else if !owns {
            let rule = Rule::new("rule-utimensat-owner").with("path", path).with("owner", file.uid);
            return refuse(Errno::EPERM, AT, rule.with("uid", who.uid.fs));
        }
        match &place.node {
            Node::Ram(..) | Node::Overlay(..) => {}
            // Control groups take them, and the model shows none there.
            Node::Group(_) | Node::ControlFile(..) => return Ok(()),
            _ => return not_modelled(AT, "times outside of tmpfs and overlayfs"),
        }
        let (tree, id) = self.writable_inode(&place.node, AT, path)?;
        let now = self.clock();
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return Ok(()) };
        let Times { accessed, modified, changed, .. } = &mut inode.times;
        for (time, set) in [(accessed, access), (modified, modify)] {
            match set {
                SetTime::Now => *time = now,
                SetTime::Omit => {}
                SetTime::At(given) => *time = given,
            }
        }
        *changed = now;
        Ok(())
    }

    /// statx(2).
    pub(crate) fn statx(&self, task: &Task, place: &Place) -> Statx {
        let node = &place.node;
        let inode =
            |found: Option<(TreeId, InodeId)>| found.and_then(|(tree, id)| self.trees.get(&tree)?.get(id));
        let attributes = inode(self.attribute_inode(node));
        // Other files are as old as the machine's run.
        let start = Time { seconds: BOOT_TIME, nanoseconds: 0 };
        let times = attributes.map_or(Times::all(start), |inode| inode.times);
        let number = match node {
            Node::Overlay(id, path) => self.overlay_number(*id, path),
            other => self.attribute_inode(other),
        };
        let device = self.mounts.get(place.mount).map_or((0, 0), |mount| self.device_of_fs(mount.fs));
        // Of a copy without content, the room that the content takes below.
        let pages = inode(self.content_inode(node)).map_or(0, |inode| ramfs::pages(&inode.content));
        Statx {
            stat: self.stat_seen_by(task, self.stat(node)),
            inode: number.map_or_else(|| number_of(node), |(_, id)| u64::from(id.0) + 1),
            device,
            represents: self.represented(node),
            blocks: pages * 8,
            born: attributes.map(|inode| inode.times.born),
            accessed: times.accessed,
            modified: times.modified,
            changed: times.changed,
        }
    }

    /// The numbers of the device that a file is.
    fn represented(&self, node: &Node) -> (u32, u32) {
        use ramfs::Content;
        let inode = self.attribute_inode(node).and_then(|(tree, id)| self.trees.get(&tree)?.get(id));
        match inode.map(|inode| &inode.content) {
            Some(Content::Character(major, minor) | Content::Block(major, minor)) => (*major, *minor),
            _ => (0, 0),
        }
    }
}

/// A number for a file that has no inode of a tmpfs: the same whenever it is asked for, another for each file (FNV-1a).
fn number_of(node: &Node) -> u64 {
    let text = format!("{node:?}");
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, fold) >> 16
}
