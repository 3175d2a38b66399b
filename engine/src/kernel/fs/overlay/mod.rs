//! overlayfs: directories of several trees seen as one (Documentation/filesystems/overlayfs.rst).
//!
//! | module | what it holds |
//! |---|---|
//! | [`options`] | mount options, and how /proc/mounts shows them |
//! | [`layers`] | what a mount checks and prepares |
//! | [`lookup`] | which layers a name is in |
//! | [`view`] | what is seen of a file: attributes, entries, numbers |
//! | [`copy_up`] | a file of a lower layer gets a copy in the upper |
//! | [`change`] | names made and taken away, whiteouts, opaque directories |
//! | [`rename`] | names moved, redirects |
//! | [`provenance`] | which layer provides what, for whoever looks at it |
//! | [`private`] | the attributes that the overlay keeps for itself |
//!
//! What an overlay knows is in its upper layer, as on Linux: whiteouts are character devices 0/0, and all else is in
//! extended attributes. So it is still there when the same layers are mounted again. A file is named by its path in
//! the overlay, since copying it up must not make it another one; a rename therefore renames the places of tasks.

mod change;
mod copy_up;
mod layers;
mod lookup;
pub(crate) mod options;
mod private;
mod provenance;
mod rename;
mod view;

use super::Node;
use super::ramfs::{InodeId, TreeId};
use crate::kernel::Kernel;
use crate::kernel::refuse::refuse;
use crate::plan::{Errno, Refusal, Rule};
pub(crate) use copy_up::Need;
use options::Options;
pub use provenance::{Provenance, Share};
pub(crate) use rename::Name;
use serde::Serialize;

/// Which overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct OverlayId(pub(crate) u32);

/// An inode of a tmpfs.
pub(crate) type RamInode = (TreeId, InodeId);

/// A mounted overlay.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Overlay {
    pub(crate) upper: Option<Upper>,
    /// The lower layers' root directories, the topmost first.
    pub(crate) lowers: Vec<Node>,
    pub(crate) options: Options,
    /// How many file systems it stands on (`s_stack_depth`).
    pub(crate) depth: u32,
}

/// The layer that takes the changes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Upper {
    pub(crate) tree: TreeId,
    pub(crate) root: InodeId,
    /// The directory that workdir named.
    pub(crate) base: InodeId,
    /// `work` in the work directory: what is not ready yet is made there.
    pub(crate) work: InodeId,
    /// `index` in the work directory: hard links that were copied up, by their origin.
    pub(crate) index: Option<InodeId>,
    /// The whiteout in `work` that all others are links to, once there is one.
    pub(crate) whiteout: Option<InodeId>,
    /// The file system takes no attributes of the overlay's namespace.
    pub(crate) no_attributes: bool,
}

/// What a path of an overlay consists of: at least one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stack {
    /// In the upper layer.
    pub(crate) upper: Option<InodeId>,
    /// False where the upper file was found by the index, and its name is not in the upper layer.
    pub(crate) alias: bool,
    /// In lower layers, with the layer's number from 0, the topmost first.
    pub(crate) lowers: Vec<(usize, Node)>,
    /// Nothing of a lower layer shows through: in the upper one it is opaque, or a whiteout.
    pub(crate) opaque: bool,
}

impl Stack {
    /// False where no layer shows anything of this name.
    fn is_positive(&self) -> bool {
        self.upper.is_some() || !self.lowers.is_empty()
    }

    /// A whiteout in the upper layer, and so nothing (`ovl_dentry_is_whiteout`).
    fn is_whiteout(&self) -> bool {
        !self.is_positive() && self.opaque
    }
}

impl Kernel {
    pub(crate) fn overlay(&self, id: OverlayId) -> Option<&Overlay> {
        self.overlays.get(&id).map(|overlay| &**overlay)
    }

    /// The overlay's upper layer; EROFS where it has none.
    fn upper_of(&self, id: OverlayId, at: &str, path: &str) -> Result<Upper, Refusal> {
        match self.overlay(id).and_then(|overlay| overlay.upper.clone()) {
            Some(upper) => Ok(upper),
            None => refuse(Errno::EROFS, at, Rule::new("rule-overlay-no-upper").with("path", path)),
        }
    }

    /// The last mount of an overlay is gone, and with it trees that only it was holding.
    pub(crate) fn drop_overlay(&mut self, id: OverlayId) {
        let Some(overlay) = self.overlays.remove(&id) else { return };
        for fs in overlay.layers_on() {
            if !self.mounts.is_mounted(fs) && !self.is_layer(fs) {
                self.drop_file_system(fs);
            }
        }
    }
}

/// A path in the overlay with one more name.
pub(crate) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// The directory of a path, and its last name; the root has none.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').unwrap_or(("", path))) }
}
