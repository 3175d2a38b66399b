//! tmpfs: a tree of inodes in memory.

use super::xattr::Attributes;
use crate::kernel::limits::{PAGE, TMPFS_ENTRY_SIZE};
use crate::kernel::shared::{OrdMap, Shared};
use crate::plan::reply::{FileKind, Stat, Time};
use serde::Serialize;

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct TreeId(pub(crate) u32);

/// Which inode of a tree; the root's is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct InodeId(pub(crate) u32);

/// The root of every tree.
pub(crate) const ROOT: InodeId = InodeId(0);

/// What an inode is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    /// A regular file that steps have written.
    Text(String),
    /// A regular file that a workload has written: only its size is known.
    Opaque(u64),
    /// A program.
    Program,
    /// A directory: its entries, and where it is.
    Directory { entries: OrdMap<String, InodeId>, parent: InodeId, name: String },
    /// A regular file of zero bytes that takes no room.
    Hole(u64),
    /// A symbolic link.
    Symlink(String),
    /// A character device.
    Character(u32, u32),
    /// A block device.
    Block(u32, u32),
    /// A named pipe.
    Fifo,
}

/// An inode.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Inode {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) content: Content,
    /// How many names it has; of a directory it is counted when it is asked for.
    pub(crate) names: u64,
    pub(crate) times: Times,
    pub(crate) attributes: Attributes,
    /// Where its first name is, unless it is a directory, which knows that itself.
    at: Option<(InodeId, String)>,
}

impl Inode {
    /// Root's, with one name, of no time and without attributes.
    pub(crate) fn new(mode: u32, content: Content) -> Self {
        let (times, attributes) = (Times::default(), Attributes::default());
        Self { mode, uid: 0, gid: 0, content, names: 1, times, attributes, at: None }
    }
}

/// The times of an inode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Times {
    pub(crate) born: Time,
    pub(crate) accessed: Time,
    pub(crate) modified: Time,
    pub(crate) changed: Time,
}

impl Times {
    pub(crate) fn all(now: Time) -> Self {
        Self { born: now, accessed: now, modified: now, changed: now }
    }
}

/// How much fits (tmpfs(5), `size` and `nr_inodes`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Room {
    /// Pages of all regular files.
    pub(crate) pages: Option<u64>,
    /// Inodes, and names beyond the first of each.
    pub(crate) inodes: Option<u64>,
}

/// A tree.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ramfs {
    inodes: OrdMap<InodeId, Shared<Inode>>,
    next: u32,
    /// The device that it is on, if it is no tmpfs: its files are only cached in memory.
    pub(crate) disk: Option<(u32, u32)>,
    /// A ramfs, which is a tmpfs without limits and sizes.
    pub(crate) is_ramfs: bool,
    pub(crate) room: Room,
    /// The time of the change that is being made.
    pub(crate) now: Time,
}

impl Ramfs {
    /// An empty tree; tmpfs(5) makes its root with mode 1777 unless told otherwise.
    pub(crate) fn new(mode: u32) -> Self {
        let (room, now) = (Room::default(), Time::default());
        let mut tree = Self { inodes: OrdMap::new(), next: 0, disk: None, is_ramfs: false, room, now };
        tree.insert(mode, directory(ROOT, ""));
        tree
    }

    /// The same, made at this time.
    pub(crate) fn made_at(mut self, now: Time) -> Self {
        self.now = now;
        if let Some(root) = self.get_mut(ROOT) {
            root.times = Times::all(now);
        }
        self
    }

    fn insert(&mut self, mode: u32, content: Content) -> InodeId {
        let id = InodeId(self.next);
        let inode = Inode { times: Times::all(self.now), ..Inode::new(mode, content) };
        self.next += 1;
        self.inodes.insert(id, Shared::from(inode));
        id
    }

    /// An inode; `None` after it was removed.
    pub(crate) fn get(&self, id: InodeId) -> Option<&Inode> {
        self.inodes.get(&id).map(|inode| &**inode)
    }

    /// An inode to change.
    pub(crate) fn get_mut(&mut self, id: InodeId) -> Option<&mut Inode> {
        self.inodes.get_mut(&id).map(|inode| &mut **inode)
    }

    /// A directory's entries; none for what is no directory.
    pub(crate) fn entries(&self, id: InodeId) -> impl Iterator<Item = (&str, InodeId)> {
        let entries = match self.get(id).map(|inode| &inode.content) {
            Some(Content::Directory { entries, .. }) => Some(entries),
            _ => None,
        };
        entries.into_iter().flat_map(|map| map.iter()).map(|(name, id)| (name.as_str(), *id))
    }

    /// The inode of that name in a directory.
    pub(crate) fn child(&self, directory: InodeId, name: &str) -> Option<InodeId> {
        match &self.get(directory)?.content {
            Content::Directory { entries, .. } => entries.get(name).copied(),
            _ => None,
        }
    }

    /// Where a file or directory is: its parent and its name.
    pub(crate) fn location(&self, id: InodeId) -> Option<(InodeId, &str)> {
        let inode = self.get(id)?;
        match &inode.content {
            Content::Directory { parent, name, .. } => Some((*parent, name)),
            _ => inode.at.as_ref().map(|(parent, name)| (*parent, name.as_str())),
        }
    }

    /// Adds a name with a new inode. The caller has seen that the name is free.
    pub(crate) fn add(&mut self, parent: InodeId, name: &str, mode: u32, content: Content) -> InodeId {
        let id = self.insert(mode, content);
        self.enter(parent, name, id);
        id
    }

    /// Puts a name into a directory.
    fn enter(&mut self, parent: InodeId, name: &str, id: InodeId) {
        let now = self.now;
        let Some(above) = self.get_mut(parent) else { return };
        (above.times.modified, above.times.changed) = (now, now);
        if let Content::Directory { entries, .. } = &mut above.content {
            entries.insert(name.to_owned(), id);
        }
        let Some(inode) = self.get_mut(id) else { return };
        if let Content::Directory { parent: old, name: own, .. } = &mut inode.content {
            *old = parent;
            name.clone_into(own);
        } else if inode.at.is_none() {
            inode.at = Some((parent, name.to_owned()));
        }
    }

    /// Takes a name out of a directory; the inode stays.
    fn leave(&mut self, parent: InodeId, name: &str) {
        let now = self.now;
        let Some(above) = self.get_mut(parent) else { return };
        (above.times.modified, above.times.changed) = (now, now);
        let Content::Directory { entries, .. } = &mut above.content else { return };
        let left = entries.remove(name).and_then(|id| self.get_mut(id));
        if let Some(inode) = left.filter(|inode| inode.at == Some((parent, name.to_owned()))) {
            inode.at = None;
        }
    }

    /// Gives a file one more name, which is free.
    pub(crate) fn link(&mut self, parent: InodeId, name: &str, id: InodeId) {
        self.enter(parent, name, id);
        let now = self.now;
        if let Some(inode) = self.get_mut(id) {
            inode.names += 1;
            inode.times.changed = now;
        }
    }

    /// The content of a file has changed.
    pub(crate) fn note_change(&mut self, id: InodeId) {
        let now = self.now;
        if let Some(inode) = self.get_mut(id) {
            (inode.times.modified, inode.times.changed) = (now, now);
        }
    }

    /// The attributes of a file have changed.
    pub(crate) fn note_attributes(&mut self, id: InodeId) {
        let now = self.now;
        if let Some(inode) = self.get_mut(id) {
            inode.times.changed = now;
        }
    }

    /// Adds an empty directory.
    pub(crate) fn add_directory(&mut self, parent: InodeId, name: &str, mode: u32) -> InodeId {
        self.add(parent, name, mode, directory(parent, name))
    }

    /// Gives a new inode to who made it. In a directory with set-group-ID the group is the directory's, and a new
    /// directory has the bit too (`inode_init_owner` in fs/inode.c).
    pub(crate) fn own(&mut self, parent: InodeId, id: InodeId, (uid, gid): (u32, u32)) {
        let above =
            self.get(parent).map(|inode| (inode.mode, inode.gid)).filter(|(mode, _)| mode & 0o2000 != 0);
        let Some(inode) = self.get_mut(id) else { return };
        inode.uid = uid;
        inode.gid = above.map_or(gid, |(_, gid)| gid);
        if above.is_some() && matches!(inode.content, Content::Directory { .. }) {
            inode.mode |= 0o2000;
        }
    }

    /// Gives an inode another name. What has it already loses it.
    pub(crate) fn rename(&mut self, from: InodeId, old: &str, to: InodeId, new: &str, id: InodeId) {
        self.remove(to, new);
        self.leave(from, old);
        self.enter(to, new, id);
        self.note_attributes(id);
    }

    /// Exchanges what two names stand for.
    pub(crate) fn exchange(&mut self, from: InodeId, old: &str, to: InodeId, new: &str) {
        let (Some(first), Some(second)) = (self.child(from, old), self.child(to, new)) else { return };
        self.enter(to, new, first);
        self.enter(from, old, second);
        self.note_attributes(first);
        self.note_attributes(second);
    }

    /// Takes a name away, and the inode with the last one.
    pub(crate) fn remove(&mut self, parent: InodeId, name: &str) {
        let Some(id) = self.child(parent, name) else { return };
        self.unlink(parent, name);
        self.forget(id);
    }

    /// Takes a name away and leaves the inode, which somebody may still show by a bind mount.
    pub(crate) fn unlink(&mut self, parent: InodeId, name: &str) {
        let Some(id) = self.child(parent, name) else { return };
        self.leave(parent, name);
        self.note_attributes(id);
        if let Some(inode) = self.get_mut(id) {
            inode.names -= 1;
        }
    }

    /// Takes an inode away that has lost its last name.
    pub(crate) fn forget(&mut self, id: InodeId) {
        if self.get(id).is_some_and(|inode| inode.names == 0) {
            self.inodes.remove(&id);
        }
    }

    /// Takes a name away, and all that is below it.
    pub(crate) fn remove_all(&mut self, parent: InodeId, name: &str) {
        let Some(id) = self.child(parent, name) else { return };
        let below: Vec<String> = self.entries(id).map(|(name, _)| name.to_owned()).collect();
        for name in below {
            self.remove_all(id, &name);
        }
        self.remove(parent, name);
    }

    /// A name that a directory does not have, as overlayfs makes names for what is not ready (`ovl_lookup_temp`).
    pub(crate) fn free_name(&self, directory: InodeId) -> String {
        let names = (1_u32..).map(|number| format!("#{number:x}"));
        names.into_iter().find(|name| self.child(directory, name).is_none()).unwrap_or_default()
    }

    /// True where one more inode or name is too much.
    pub(crate) fn is_out_of_inodes(&self) -> bool {
        let used = |inode: &Shared<Inode>| inode.names.max(1);
        self.room.inodes.is_some_and(|most| self.inodes.values().map(used).sum::<u64>() >= most)
    }

    /// Pages that its regular files take.
    pub(crate) fn used_pages(&self) -> u64 {
        self.inodes.values().map(|inode| pages(&inode.content)).sum()
    }

    /// The size that a file may have at most for all to fit.
    pub(crate) fn size_limit(&self, id: InodeId) -> Option<u64> {
        let own = self.get(id).map_or(0, |inode| pages(&inode.content));
        Some(self.room.pages?.saturating_sub(self.used_pages() - own) * PAGE)
    }

    /// stat(2) as tmpfs answers it: a directory counts 40 bytes and 20 an entry (mm/shmem.c).
    pub(crate) fn stat(&self, id: InodeId) -> Option<Stat> {
        let inode = self.get(id)?;
        let entries = self.entries(id).count() as u64;
        let (nlink, size) = match &inode.content {
            Content::Directory { .. } => (2 + self.subdirectories(id), (2 + entries) * TMPFS_ENTRY_SIZE),
            Content::Symlink(target) => (inode.names, target.len() as u64),
            content => (inode.names, size(content)),
        };
        Some(Stat {
            kind: kind_of(&inode.content),
            mode: inode.mode,
            nlink,
            uid: inode.uid,
            gid: inode.gid,
            size,
        })
    }

    fn subdirectories(&self, id: InodeId) -> u64 {
        let is_directory =
            |id| self.get(id).is_some_and(|inode| matches!(inode.content, Content::Directory { .. }));
        self.entries(id).filter(|(_, child)| is_directory(*child)).count() as u64
    }
}

/// An empty directory.
pub(crate) fn directory(parent: InodeId, name: &str) -> Content {
    Content::Directory { entries: OrdMap::new(), parent, name: name.to_owned() }
}

/// The bytes of a regular file; 0 for anything else. A program's are not known.
pub(crate) fn size(content: &Content) -> u64 {
    match content {
        Content::Text(text) => text.len() as u64,
        Content::Opaque(size) | Content::Hole(size) => *size,
        _ => 0,
    }
}

/// The pages of memory that a regular file takes.
pub(crate) fn pages(content: &Content) -> u64 {
    match content {
        Content::Hole(_) => 0,
        other => size(other).div_ceil(PAGE),
    }
}

/// The kind of file that a content makes.
pub(crate) fn kind_of(content: &Content) -> FileKind {
    match content {
        Content::Text(_) | Content::Opaque(_) | Content::Hole(_) | Content::Program => FileKind::Regular,
        Content::Directory { .. } => FileKind::Directory,
        Content::Symlink(_) => FileKind::Symlink,
        Content::Character(..) => FileKind::Character,
        Content::Block(..) => FileKind::Block,
        Content::Fifo => FileKind::Fifo,
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, ROOT, Ramfs};

    // The sizes and link counts were read from a real tmpfs (Linux 6.18).
    #[test]
    fn sizes_and_links_are_those_of_tmpfs() {
        let mut tree = Ramfs::new(0o1777);
        let stat = |tree: &Ramfs, id| tree.stat(id).map(|stat| (stat.size, stat.nlink));
        assert_eq!(stat(&tree, ROOT), Some((40, 2)));
        let a = tree.add_directory(ROOT, "a", 0o755);
        assert_eq!(stat(&tree, ROOT), Some((60, 3)));
        assert_eq!(stat(&tree, a), Some((40, 2)));
        tree.add(ROOT, "b", 0o644, Content::Text("hi\n".to_owned()));
        let link = tree.add(ROOT, "l", 0o777, Content::Symlink("x".to_owned()));
        assert_eq!(stat(&tree, ROOT), Some((100, 3)));
        assert_eq!(stat(&tree, link), Some((1, 1)));
        tree.remove(ROOT, "a");
        assert_eq!(stat(&tree, ROOT), Some((80, 2)));
        assert_eq!(tree.stat(a), None);
    }

    #[test]
    fn a_file_goes_with_its_last_name() {
        let mut tree = Ramfs::new(0o755);
        let file = tree.add(ROOT, "a", 0o644, Content::Text("x".to_owned()));
        tree.link(ROOT, "b", file);
        tree.remove(ROOT, "a");
        assert_eq!(tree.stat(file).map(|stat| stat.nlink), Some(1));
        tree.add(ROOT, "c", 0o644, Content::Fifo);
        tree.exchange(ROOT, "b", ROOT, "c");
        assert_eq!(tree.child(ROOT, "c"), Some(file));
        tree.remove(ROOT, "c");
        assert!(tree.get(file).is_none());
    }

    #[test]
    fn a_clone_keeps_what_the_original_loses() {
        let mut tree = Ramfs::new(0o755);
        tree.add_directory(ROOT, "a", 0o755);
        let before = tree.clone();
        tree.remove(ROOT, "a");
        assert!(before.child(ROOT, "a").is_some());
        assert!(tree.child(ROOT, "a").is_none());
    }
}
