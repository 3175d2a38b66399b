//! tmpfs: a tree of inodes in memory.

use crate::kernel::limits::TMPFS_ENTRY_SIZE;
use crate::kernel::shared::{OrdMap, Shared};
use crate::plan::reply::{FileKind, Stat};
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
    /// A symbolic link.
    Symlink(String),
    /// A character device.
    Character(u32, u32),
}

/// An inode.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Inode {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) content: Content,
    /// Where it is, unless it is a directory, which knows that itself.
    at: Option<(InodeId, String)>,
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
}

impl Ramfs {
    /// An empty tree; tmpfs(5) makes its root with mode 1777 unless told otherwise.
    pub(crate) fn new(mode: u32) -> Self {
        let mut tree = Self { inodes: OrdMap::new(), next: 0, disk: None, is_ramfs: false };
        tree.insert(Inode { mode, uid: 0, gid: 0, content: directory(ROOT, ""), at: None });
        tree
    }

    fn insert(&mut self, inode: Inode) -> InodeId {
        let id = InodeId(self.next);
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
        let at = (!matches!(content, Content::Directory { .. })).then(|| (parent, name.to_owned()));
        let id = self.insert(Inode { mode, uid: 0, gid: 0, content, at });
        if let Some(Content::Directory { entries, .. }) = self.get_mut(parent).map(|inode| &mut inode.content)
        {
            entries.insert(name.to_owned(), id);
        }
        id
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

    /// Gives an inode another name, which is free.
    pub(crate) fn rename(&mut self, from: InodeId, old: &str, to: InodeId, new: &str, id: InodeId) {
        if let Some(Content::Directory { entries, .. }) = self.get_mut(from).map(|inode| &mut inode.content) {
            entries.remove(old);
        }
        if let Some(Content::Directory { entries, .. }) = self.get_mut(to).map(|inode| &mut inode.content) {
            entries.insert(new.to_owned(), id);
        }
        let Some(inode) = self.get_mut(id) else { return };
        if let Content::Directory { parent, name, .. } = &mut inode.content {
            *parent = to;
            new.clone_into(name);
        } else {
            inode.at = Some((to, new.to_owned()));
        }
    }

    /// Takes a name away and leaves the inode, which somebody still shows by a bind mount.
    pub(crate) fn unlink(&mut self, parent: InodeId, name: &str) {
        if let Some(Content::Directory { entries, .. }) = self.get_mut(parent).map(|inode| &mut inode.content)
        {
            entries.remove(name);
        }
    }

    /// Takes an inode away that has lost its name.
    pub(crate) fn forget(&mut self, id: InodeId) {
        self.inodes.remove(&id);
    }

    /// Takes a name away, and the inode with it: nothing has two names here.
    pub(crate) fn remove(&mut self, parent: InodeId, name: &str) {
        let Some(id) = self.child(parent, name) else { return };
        if let Some(Content::Directory { entries, .. }) = self.get_mut(parent).map(|inode| &mut inode.content)
        {
            entries.remove(name);
        }
        self.inodes.remove(&id);
    }

    /// stat(2) as tmpfs answers it: a directory counts 40 bytes and 20 an entry (mm/shmem.c).
    pub(crate) fn stat(&self, id: InodeId) -> Option<Stat> {
        let inode = self.get(id)?;
        let entries = self.entries(id).count() as u64;
        let (nlink, size) = match &inode.content {
            Content::Directory { .. } => (2 + self.subdirectories(id), (2 + entries) * TMPFS_ENTRY_SIZE),
            Content::Text(text) => (1, text.len() as u64),
            Content::Opaque(size) => (1, *size),
            Content::Symlink(target) => (1, target.len() as u64),
            Content::Program | Content::Character(..) => (1, 0),
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

fn directory(parent: InodeId, name: &str) -> Content {
    Content::Directory { entries: OrdMap::new(), parent, name: name.to_owned() }
}

/// The kind of file that a content makes.
pub(crate) fn kind_of(content: &Content) -> FileKind {
    match content {
        Content::Text(_) | Content::Opaque(_) | Content::Program => FileKind::Regular,
        Content::Directory { .. } => FileKind::Directory,
        Content::Symlink(_) => FileKind::Symlink,
        Content::Character(..) => FileKind::Character,
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
    fn a_clone_keeps_what_the_original_loses() {
        let mut tree = Ramfs::new(0o755);
        tree.add_directory(ROOT, "a", 0o755);
        let before = tree.clone();
        tree.remove(ROOT, "a");
        assert!(before.child(ROOT, "a").is_some());
        assert!(tree.child(ROOT, "a").is_none());
    }
}
