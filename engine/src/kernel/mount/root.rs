//! The root directory of a task: chroot(2), `pivot_root(2)`.

use super::MountId;
use crate::kernel::fs::Place;
use crate::kernel::refuse::refuse_path;
use crate::kernel::task_table::Fact;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal};

const AT: &str = "pivot_root";

impl Kernel {
    /// `pivot_root(2)`: `new` becomes the root mount of the namespace, the old one goes to `old`. Whoever had the old
    /// root as root or working directory has the new one then.
    pub(crate) fn pivot(
        &mut self,
        task: &Task,
        new: &Place,
        old: &Place,
        paths: (&str, &str),
    ) -> Result<(), Refusal> {
        let old = self.mount_target(old, paths.1, AT)?;
        let root = task.root.clone();
        let (new_parent, root_place) = self.check_pivot(task, new, &old, &root, paths)?;
        let (new_id, root_id) = (new.mount, root.mount);
        debug_assert!(self.mounts.parent_of(new_id) == Some(new_parent), "it has been looked at");
        self.mounts.unhook(new_id);
        self.mounts.unhook(root_id);
        self.hand_on_lock(root_id, new_id);
        self.mounts.hook(new_id, root_place);
        self.mounts.hook(root_id, old);
        self.move_roots(&root, new);
        Ok(())
    }

    /// All that Linux asks (fs/namespace.c, `pivot_root`), in its order. Gives the mount that the new root is on, and
    /// the place that the old one covers.
    fn check_pivot(
        &self,
        task: &Task,
        new: &Place,
        old: &Place,
        root: &Place,
        (new_path, old_path): (&str, &str),
    ) -> Result<(MountId, Place), Refusal> {
        let invalid = |rule: &str, path: &str| refuse_path(Errno::EINVAL, AT, rule, path);
        let (new_parent, root_place) =
            (self.mounts.parent_of(new.mount), self.mounts.mount_point(root.mount));
        let shared = |id: Option<MountId>| id.is_some_and(|id| self.mounts.is_shared(id));
        if shared(Some(old.mount)) {
            return invalid("rule-pivot-shared-old", old_path);
        }
        if shared(new_parent) {
            return invalid("rule-pivot-shared-parent", new_path);
        }
        if shared(root_place.as_ref().map(|place| place.mount)) {
            return invalid("rule-pivot-shared-root-parent", new_path);
        }
        self.check_own(task, root.mount, AT, "/")?;
        self.check_own(task, new.mount, AT, new_path)?;
        if self.mounts.get(new.mount).is_some_and(|mount| mount.locked) {
            return invalid("rule-pivot-locked", new_path);
        }
        if self.is_removed(new) {
            return refuse_path(Errno::ENOENT, AT, "rule-directory-removed", new_path);
        }
        if new.mount == root.mount || old.mount == root.mount {
            return refuse_path(Errno::EBUSY, AT, "rule-pivot-same-mount", new_path);
        }
        if !self.mounts.is_root_of_mount(root) {
            return invalid("rule-pivot-root-no-mount", new_path);
        }
        let Some(root_place) = root_place else { return invalid("rule-pivot-initramfs", new_path) };
        if !self.mounts.is_root_of_mount(new) {
            return invalid("rule-pivot-new-no-mount", new_path);
        }
        let Some(new_parent) = new_parent else { return invalid("rule-pivot-new-no-mount", new_path) };
        if !self.is_reachable(old, new) {
            return invalid("rule-pivot-old-outside", old_path);
        }
        if !self.is_reachable(new, root) {
            return invalid("rule-pivot-new-outside", new_path);
        }
        Ok((new_parent, root_place))
    }

    /// True for a place that is at or below another one, through mounts (`is_path_reachable`).
    fn is_reachable(&self, place: &Place, from: &Place) -> bool {
        let mut place = place.clone();
        while place.mount != from.mount {
            match self.mounts.mount_point(place.mount) {
                Some(below) => place = below,
                None => return false,
            }
        }
        self.is_below(&place.node, &from.node)
    }

    /// A root that may not be taken off makes the next one so.
    fn hand_on_lock(&mut self, from: MountId, to: MountId) {
        if let Some(root) = self.mounts.get_mut(from).filter(|mount| mount.locked) {
            root.locked = false;
            if let Some(mount) = self.mounts.get_mut(to) {
                mount.locked = true;
            }
        }
    }

    /// All tasks with this root or working directory, of whichever namespace, get another (`chroot_fs_refs`).
    fn move_roots(&mut self, from: &Place, to: &Place) {
        let concerned: Vec<u32> = self.tasks.with(Fact::On(from.mount)).map(|task| task.pid).collect();
        for pid in concerned {
            let Some(mut task) = self.task_mut(pid) else { continue };
            if task.root == *from {
                task.root = to.clone();
            }
            if task.cwd == *from {
                task.cwd = to.clone();
            }
        }
    }
}
