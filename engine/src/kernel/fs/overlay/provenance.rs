//! Which layer provides what: every path that one of an overlay's layers has, and what becomes of it.

use super::{Overlay, OverlayId, Stack, below};
use crate::kernel::Kernel;
use crate::kernel::fs::Node;
use crate::plan::reply::FileKind;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a layer has of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// Nothing.
    Absent,
    /// What is seen: the file, or the topmost directory with its attributes.
    Provides,
    /// As `Provides`, and nothing of the layers below is seen in this directory.
    Opaque,
    /// A directory whose entries are seen, too, or the content of a file of which a layer above has the attributes alone.
    Merged,
    /// Something that a layer above hides.
    Hidden,
    /// A whiteout: it hides what the layers below have.
    Whiteout,
}

/// A path that a layer of an overlay has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Its path in the overlay, without a slash at either end.
    pub path: String,
    /// What kind of file is seen; `None` where nothing is, for a whiteout hides it.
    pub kind: Option<FileKind>,
    /// What each layer has: the upper one first, where there is one, then the lower ones from the topmost on.
    pub shares: Vec<Share>,
}

impl Kernel {
    /// The paths of an overlay, each directory before what is in it, by name; `most` of them at most.
    pub(crate) fn overlay_provenance(&self, id: OverlayId, most: usize) -> Vec<Provenance> {
        let mut found = Vec::new();
        if let (Some(overlay), Some(stack)) = (self.overlay(id), self.overlay_stack(id, "")) {
            self.note_directory((id, overlay), "", &stack, most, &mut found);
        }
        found
    }

    fn note_directory(
        &self,
        overlay: (OverlayId, &Overlay),
        path: &str,
        stack: &Stack,
        most: usize,
        found: &mut Vec<Provenance>,
    ) {
        let directories = self.directories(overlay.1, stack);
        let names: BTreeSet<String> = directories
            .iter()
            .flatten()
            .flat_map(|node| self.entries(node, 0))
            .map(|entry| entry.name)
            .collect();
        for name in names {
            if found.len() >= most {
                return;
            }
            let (path, inside) = (below(path, &name), self.overlay_name(overlay.0, path, &name));
            let top = self.top_of(overlay.1, &inside);
            let kind = top.as_ref().map(|node| self.kind(node));
            let children = directories
                .iter()
                .map(|directory| directory.as_ref().and_then(|node| self.child_node(node, &name, 0)));
            let shares = children.map(|child| self.share(overlay.1, &inside, top.as_ref(), child)).collect();
            found.push(Provenance { path: path.clone(), kind, shares });
            if kind == Some(FileKind::Directory) {
                self.note_directory(overlay, &path, &inside, most, found);
            }
        }
    }

    /// The directory of each layer that is part of a merged one.
    fn directories(&self, overlay: &Overlay, stack: &Stack) -> Vec<Option<Node>> {
        let upper = overlay.upper.as_ref().map(|upper| stack.upper.map(|inode| Node::Ram(upper.tree, inode)));
        let lower =
            |layer: usize| stack.lowers.iter().find(|(at, _)| *at == layer).map(|(_, node)| node.clone());
        upper.into_iter().chain((0..overlay.lowers.len()).map(lower)).collect()
    }

    fn share(&self, overlay: &Overlay, stack: &Stack, top: Option<&Node>, child: Option<Node>) -> Share {
        let Some(child) = child else { return Share::Absent };
        if self.is_whiteout(&child) {
            Share::Whiteout
        } else if top == Some(&child) {
            let opaque = self.layer_attribute(overlay, &child, "opaque").as_deref() == Some("y");
            if opaque { Share::Opaque } else { Share::Provides }
        } else if stack.lowers.iter().any(|(_, node)| *node == child) {
            // A file's lower one counts only where the copy has no content of its own.
            let whole = top.is_some_and(|top| {
                self.kind(top) != FileKind::Directory
                    && self.layer_attribute(overlay, top, "metacopy").is_none()
            });
            if whole { Share::Hidden } else { Share::Merged }
        } else {
            Share::Hidden
        }
    }
}
