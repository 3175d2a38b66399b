//! Copying up: a file of a lower layer gets a copy in the upper one before it is changed
//! (fs/overlayfs/copy_up.c; overlayfs.rst, "Non-directories").

use super::lookup::index_key;
use super::private::origin_text;
use super::{Overlay, OverlayId, RamInode, Stack, Upper, split};
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::kernel::fs::ramfs::{Content, Inode, InodeId, pages, size};
use crate::kernel::refuse::{refuse, refuse_path};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

/// What of a file is needed in the upper layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// All.
    Content,
    /// It is about to be emptied.
    Nothing,
    /// Its attributes; with metacopy=on the content stays below.
    Attributes,
}

/// A copy that is being made.
struct Copy<'a> {
    overlay: &'a Overlay,
    upper: &'a Upper,
    stack: &'a Stack,
    /// The directory in the upper layer, and the name in it.
    directory: InodeId,
    name: &'a str,
    at: &'a str,
}

impl Kernel {
    /// The inode of a file in the upper layer, which is copied there first, and so are the directories above it.
    pub(crate) fn copy_up(
        &mut self,
        id: OverlayId,
        inside: &str,
        need: Need,
        at: &str,
        path: &str,
    ) -> Result<RamInode, Refusal> {
        let upper = self.upper_of(id, at, path)?;
        let Some((overlay, stack)) = self.overlay(id).cloned().zip(self.overlay_stack(id, inside)) else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", path);
        };
        if let Some(inode) = stack.upper.filter(|_| stack.alias) {
            if need != Need::Attributes {
                self.complete(&overlay, &upper, &stack, inode, need, at)?;
            }
            return Ok((upper.tree, inode));
        }
        let Some((above, name)) = split(inside) else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", path);
        };
        let (_, directory) = self.copy_up(id, above, Need::Attributes, at, path)?;
        let copy = Copy { overlay: &overlay, upper: &upper, stack: &stack, directory, name, at };
        let before = self.trees.get(&upper.tree).and_then(|ram| ram.get(directory)).map(|inode| inode.times);
        let inode = match stack.upper {
            Some(inode) => self.link_up(&copy, inode),
            None => self.make_copy(&copy, need)?,
        };
        // The directory's times stay as they were (`ovl_copy_up_one`).
        if let (Some(times), Some(inode)) =
            (before, self.tree_mut(upper.tree).and_then(|ram| ram.get_mut(directory)))
        {
            inode.times = times;
        }
        if stack.upper.is_some() && need != Need::Attributes {
            self.complete(&overlay, &upper, &stack, inode, need, at)?;
        }
        Ok((upper.tree, inode))
    }

    /// The name of an indexed file is made in the upper layer; how many links it has stays the same.
    fn link_up(&mut self, copy: &Copy<'_>, inode: InodeId) -> InodeId {
        let difference = self.link_difference(copy.overlay, copy.stack).unwrap_or(0);
        if let Some(ram) = self.tree_mut(copy.upper.tree) {
            ram.link(copy.directory, copy.name, inode);
        }
        self.note_links(copy.overlay, copy.upper, inode, difference - 1);
        inode
    }

    /// Notes how many links there are beside those in the upper layer (`ovl_set_nlink_upper`).
    pub(super) fn note_links(&mut self, overlay: &Overlay, upper: &Upper, inode: InodeId, difference: i64) {
        self.note_own(overlay, upper, inode, ("nlink", &format!("U{difference:+}")));
    }

    fn make_copy(&mut self, copy: &Copy<'_>, need: Need) -> Result<InodeId, Refusal> {
        let Copy { overlay, upper, stack, directory, name, at } = *copy;
        let Some((_, lower)) = stack.lowers.first() else {
            return refuse_path(Errno::ENOENT, at, "rule-path-missing", name);
        };
        let source = self.copied_inode(overlay, lower, need);
        let is_directory = matches!(source.content, Content::Directory { .. });
        let links = self.stat(lower).nlink;
        let index = upper.index.filter(|_| !is_directory && links > 1);
        self.check_room(upper, &source.content, at)?;
        let metacopy = matches!(source.content, Content::Hole(_));
        let inode = self.place_copy(copy, source, index.map(|index| (index, lower)));
        if let Node::Ram(tree, origin) = lower
            && (is_directory || links == 1 || index.is_some())
        {
            self.note_own(overlay, upper, inode, ("origin", &origin_text(*tree, *origin)));
        }
        if metacopy {
            self.note_own(overlay, upper, inode, ("metacopy", ""));
        }
        if index.is_some() {
            self.note_links(overlay, upper, inode, i64::try_from(links).unwrap_or(2) - 2);
        }
        self.note_own(overlay, upper, directory, ("impure", "y"));
        Ok(inode)
    }

    /// What the copy will be: attributes and times are copied, and the content as far as it is needed.
    fn copied_inode(&self, overlay: &Overlay, lower: &Node, need: Need) -> Inode {
        let stat = self.stat(lower);
        let inode = |found: Option<RamInode>| {
            found.and_then(|(tree, id)| self.trees.get(&tree).and_then(|ram| ram.get(id)))
        };
        let content = inode(self.content_inode(lower)).map(|inode| inode.content.clone());
        let content = match (stat.kind, need, content) {
            (FileKind::Regular, Need::Nothing, _) => Content::Text(String::new()),
            (FileKind::Regular, Need::Attributes, _) if overlay.options.metacopy => Content::Hole(stat.size),
            (FileKind::Regular, _, None) => Content::Text(self.text_of(lower)),
            (_, _, Some(content)) if stat.kind != FileKind::Directory => content,
            _ => Content::Directory { entries: Default::default(), parent: InodeId(0), name: String::new() },
        };
        let attributes = inode(self.attribute_inode(lower));
        let mut copy = Inode::new(stat.mode, content);
        (copy.uid, copy.gid) = (stat.uid, stat.gid);
        copy.times = attributes.map(|inode| inode.times).unwrap_or_default();
        for (name, value) in attributes.into_iter().flat_map(|inode| inode.attributes.iter()) {
            let private = name.strip_prefix(overlay.options.prefix());
            if private.is_none_or(|rest| rest.starts_with("overlay.")) {
                copy.attributes.set(name, value);
            }
        }
        copy
    }

    /// Puts the copy at its name; with an index it has a name there as well.
    fn place_copy(&mut self, copy: &Copy<'_>, source: Inode, index: Option<(InodeId, &Node)>) -> InodeId {
        let Some(ram) = self.tree_mut(copy.upper.tree) else { return InodeId(0) };
        let inode = match &source.content {
            Content::Directory { .. } => ram.add_directory(copy.directory, copy.name, source.mode),
            content => ram.add(copy.directory, copy.name, source.mode, content.clone()),
        };
        if let Some((index, Node::Ram(tree, origin))) = index {
            ram.link(index, &index_key(*tree, *origin), inode);
        }
        if let Some(made) = ram.get_mut(inode) {
            (made.uid, made.gid, made.attributes) = (source.uid, source.gid, source.attributes);
            made.times.accessed = source.times.accessed;
            made.times.modified = source.times.modified;
        }
        inode
    }

    /// A copy of the attributes alone gets its content too.
    fn complete(
        &mut self,
        overlay: &Overlay,
        upper: &Upper,
        stack: &Stack,
        inode: InodeId,
        need: Need,
        at: &str,
    ) -> Result<(), Refusal> {
        let node = Node::Ram(upper.tree, inode);
        if self.layer_attribute(overlay, &node, "metacopy").is_none() {
            return Ok(());
        }
        let data = stack.lowers.iter().map(|(_, node)| node);
        let data = data.into_iter().find(|node| self.layer_attribute(overlay, node, "metacopy").is_none());
        let content = match data {
            Some(lower) if need == Need::Content => self.copied_inode(overlay, lower, need).content,
            _ => Content::Text(String::new()),
        };
        self.check_room(upper, &content, at)?;
        if let Some(inode) = self.tree_mut(upper.tree).and_then(|ram| ram.get_mut(inode)) {
            inode.content = content;
            inode.attributes.remove(&format!("{}metacopy", overlay.options.prefix()));
        }
        Ok(())
    }

    /// ENOSPC where the copy does not fit into the upper layer; nothing is left of it then.
    fn check_room(&self, upper: &Upper, content: &Content, at: &str) -> Result<(), Refusal> {
        let Some(ram) = self.trees.get(&upper.tree) else { return Ok(()) };
        let full = ram.room.pages.is_some_and(|most| ram.used_pages() + pages(content) > most);
        if full || ram.is_out_of_inodes() {
            let rule = Rule::new("rule-overlay-copy-up-full").with("size", size(content));
            return refuse(Errno::ENOSPC, at, rule);
        }
        Ok(())
    }
}
