//! Which layers a name is in (`ovl_lookup` in fs/overlayfs/namei.c).

use super::options::Redirect;
use super::{Overlay, OverlayId, Stack};
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::kernel::fs::ramfs::{Content, InodeId, TreeId};
use crate::kernel::limits::NAME_MAX;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

/// A search through the layers under way.
struct Search {
    found: Stack,
    /// The name in the next layer, or a path from the layers' roots.
    name: String,
    stop: bool,
    /// A directory was found: what is none hides nothing more, but ends the merging.
    directory: bool,
    /// A redirect was met that must not be followed.
    forbidden: bool,
}

impl Kernel {
    /// What a path of an overlay consists of; `None` where it is not there.
    pub(crate) fn overlay_stack(&self, id: OverlayId, path: &str) -> Option<Stack> {
        let overlay = self.overlay(id)?;
        let mut stack = overlay.root_stack();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            stack = self.search(overlay, &stack, name).found;
            if !stack.is_positive() {
                return None;
            }
        }
        Some(stack)
    }

    /// What a name in a directory consists of, also where that is nothing but a whiteout.
    pub(super) fn overlay_name(&self, id: OverlayId, directory: &str, name: &str) -> Stack {
        let stack = self.overlay_stack(id, directory);
        match (self.overlay(id), stack) {
            (Some(overlay), Some(stack)) => self.search(overlay, &stack, name).found,
            _ => Stack::default(),
        }
    }

    /// The file of that name in a directory, for a path that is walked.
    pub(crate) fn overlay_lookup(
        &self,
        id: OverlayId,
        directory: &str,
        name: &str,
        at: &str,
    ) -> Result<Option<Node>, Refusal> {
        if name.len() > NAME_MAX {
            let rule = Rule::new("rule-name-too-long").with("name", name).with("length", name.len());
            return refuse(Errno::ENAMETOOLONG, at, rule);
        }
        let (Some(overlay), Some(stack)) = (self.overlay(id), self.overlay_stack(id, directory)) else {
            return Ok(None);
        };
        let search = self.search(overlay, &stack, name);
        if search.forbidden {
            return refuse_path(Errno::EPERM, at, "rule-overlay-redirect-forbidden", name);
        }
        let path = super::below(directory, name);
        Ok(search.found.is_positive().then_some(Node::Overlay(id, path)))
    }

    fn search(&self, overlay: &Overlay, directory: &Stack, name: &str) -> Search {
        let mut search = Search {
            found: Stack::default(),
            name: name.to_owned(),
            stop: false,
            directory: false,
            forbidden: false,
        };
        self.search_upper(overlay, directory, &mut search);
        let mut lowers = directory.lowers.clone();
        // "If redirect is absolute it is searched from the roots of the layers below."
        if search.name.starts_with('/') {
            lowers = overlay.root_stack().lowers;
        }
        let mut next = 0;
        while let Some((layer, place)) = lowers.get(next).cloned().filter(|_| !search.stop) {
            next += 1;
            let relative = !search.name.starts_with('/');
            self.search_lower(overlay, layer, &place, &mut search);
            if relative && search.name.starts_with('/') {
                lowers = overlay.root_stack().lowers;
                next = layer + 1;
            }
        }
        self.search_index(overlay, &mut search.found);
        search
    }

    fn search_upper(&self, overlay: &Overlay, directory: &Stack, search: &mut Search) {
        let (Some(upper), Some(above)) = (&overlay.upper, directory.upper) else { return };
        let Some(child) = self.trees.get(&upper.tree).and_then(|ram| ram.child(above, &search.name)) else {
            return;
        };
        let node = Node::Ram(upper.tree, child);
        if self.is_whiteout(&node) {
            (search.stop, search.found.opaque) = (true, true);
            return;
        }
        (search.found.upper, search.found.alias) = (Some(child), true);
        self.note_found(overlay, &node, search);
        search.found.opaque = search.stop;
    }

    fn search_lower(&self, overlay: &Overlay, layer: usize, place: &Node, search: &mut Search) {
        let parts = search.name.split('/').filter(|part| !part.is_empty());
        let root = if search.name.starts_with('/') { overlay.lowers.get(layer) } else { Some(place) };
        let mut node = root.cloned();
        for part in parts {
            node = node.and_then(|node| self.child_node(&node, part, 0));
        }
        let Some(node) = node else { return };
        let directory = self.kind(&node) == FileKind::Directory;
        if self.is_whiteout(&node) || (search.found.is_positive() && directory != search.directory) {
            search.stop = true;
            return;
        }
        search.found.lowers.push((layer, node.clone()));
        self.note_found(overlay, &node, search);
    }

    /// What a layer's own file says about the layers below it.
    fn note_found(&self, overlay: &Overlay, node: &Node, search: &mut Search) {
        let attribute = |name: &str| self.layer_attribute(overlay, node, name);
        if self.kind(node) == FileKind::Directory {
            search.directory = true;
            search.stop = attribute("opaque").as_deref() == Some("y");
        } else {
            search.stop = attribute("metacopy").is_none();
        }
        match attribute("redirect").filter(|_| !search.stop) {
            Some(_) if overlay.options.redirect == Redirect::Nofollow => {
                (search.forbidden, search.stop) = (true, true);
            }
            Some(target) => search.name = target,
            None => {}
        }
    }

    /// A hard link of a lower layer that was copied up under another name (`ovl_lookup_index`).
    fn search_index(&self, overlay: &Overlay, found: &mut Stack) {
        let Some(upper) = &overlay.upper else { return };
        let Some(index) = upper.index.filter(|_| found.upper.is_none()) else { return };
        let Some((_, Node::Ram(tree, inode))) = found.lowers.first() else { return };
        let key = index_key(*tree, *inode);
        if let Some(inode) = self.trees.get(&upper.tree).and_then(|ram| ram.child(index, &key)) {
            found.upper = Some(inode);
        }
    }

    /// A character device 0/0 in a layer.
    pub(super) fn is_whiteout(&self, node: &Node) -> bool {
        let Node::Ram(tree, id) = node else { return false };
        let inode = self.trees.get(tree).and_then(|ram| ram.get(*id));
        inode.is_some_and(|inode| matches!(inode.content, Content::Character(0, 0)))
    }

    /// One of the overlay's own attributes of a layer's file.
    pub(super) fn layer_attribute(&self, overlay: &Overlay, node: &Node, name: &str) -> Option<String> {
        let (tree, id) = self.attribute_inode(node)?;
        let name = self.stored_name(node, &format!("{}{name}", overlay.options.prefix()));
        self.trees.get(&tree)?.get(id)?.attributes.get(&name).map(str::to_owned)
    }

    /// True where a lower layer shows a name that the upper one hides (`ovl_lower_positive`).
    pub(super) fn hides_a_lower(&self, id: OverlayId, directory: &str, name: &str) -> bool {
        let (Some(overlay), Some(above)) = (self.overlay(id), self.overlay_stack(id, directory)) else {
            return false;
        };
        let found = self.search(overlay, &above, name).found;
        if !found.is_positive() {
            return found.opaque;
        }
        if !found.alias {
            return true;
        }
        let child = above.lowers.iter().find_map(|(_, node)| self.child_node(node, name, 0));
        child.is_some_and(|node| !self.is_whiteout(&node))
    }
}

/// The name in the index of an inode's copy. Linux has a file handle there.
pub(super) fn index_key(tree: TreeId, inode: InodeId) -> String {
    format!("{:08x}{:08x}", tree.0, inode.0)
}

impl Overlay {
    /// The root directory: that of every layer.
    pub(super) fn root_stack(&self) -> Stack {
        let upper = self.upper.as_ref().map(|upper| upper.root);
        let lowers = self.lowers.iter().cloned().enumerate().collect();
        Stack { upper, alias: upper.is_some(), lowers, opaque: false }
    }
}
