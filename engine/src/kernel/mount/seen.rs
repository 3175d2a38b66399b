//! Mounts as the page draws them: each with its place in the tree.

use super::FileSystem;
use crate::kernel::fs::overlay::Provenance;
use crate::kernel::{Kernel, Task};
use crate::plan::probe::MountInfo;

/// A mount that a task sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenMount {
    /// Its number.
    pub id: u32,
    /// The number of the mount that it is on.
    pub parent: Option<u32>,
    /// Its line of /proc/mounts.
    pub info: MountInfo,
    /// What of its file system it shows: the fourth field of mountinfo.
    pub root: String,
    /// The optional fields of mountinfo.
    pub propagation: Vec<String>,
    fs: FileSystem,
}

impl Kernel {
    /// The mounts that a task sees, oldest first.
    pub fn seen_mounts(&self, task: &Task) -> Vec<SeenMount> {
        let seen = self.mounts_seen_by(task).map(|seen| SeenMount {
            id: seen.mount.id.0,
            parent: self.mounts.parent_of(seen.mount.id).map(|parent| parent.0),
            info: self.mount_info(&seen),
            root: self.root_text(task, seen.mount),
            propagation: self.propagation_fields(task, seen.mount),
            fs: seen.mount.fs,
        });
        seen.collect()
    }

    /// The layers of an overlay, the upper one first (true), by their directories as mount(2) was told; `None` for
    /// other file systems, and for one that is not there.
    pub fn layers_of(&self, mount: &SeenMount) -> Option<Vec<(String, bool)>> {
        let FileSystem::Overlay(id) = mount.fs else { return None };
        let options = &self.overlay(id)?.options;
        let upper = options.upper.iter().map(|directory| (directory.clone(), true));
        Some(upper.chain(options.lower.iter().map(|directory| (directory.clone(), false))).collect())
    }

    /// The paths that the layers of an overlay have, `most` of them at most; none for other file systems.
    pub fn provenance_of(&self, mount: &SeenMount, most: usize) -> Vec<Provenance> {
        match mount.fs {
            FileSystem::Overlay(id) => self.overlay_provenance(id, most),
            _ => Vec::new(),
        }
    }
}
