//! The tree of mounts as one process sees it, and of each overlay which layer provides which path.

use super::namespaces::viewer;
use crate::history::Session;
use crate::kernel::{Kernel, Provenance, SeenMount, Share, Task};
use crate::plan::reply::FileKind;
use std::collections::{BTreeMap, BTreeSet};

/// Paths of an overlay that are told.
const MOST_PATHS: usize = 400;

/// The mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountsView {
    /// Through whose eyes: the machine's pid.
    pub eyes: u32,
    /// The name of that process's program.
    pub comm: String,
    /// The number of its mount namespace.
    pub namespace: u64,
    /// Mounts whose parent is not seen, oldest first: the root, as a rule.
    pub roots: Vec<MountNode>,
    /// Overlays among them, oldest first.
    pub overlays: Vec<OverlayView>,
}

/// A mount and those on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountNode {
    /// Its number in the model.
    pub id: u32,
    /// The mount point, from the root of who looks.
    pub target: String,
    /// First field of /proc/mounts.
    pub source: String,
    /// The kind of file system.
    pub fstype: String,
    /// Options of /proc/mounts.
    pub options: Vec<String>,
    /// What of the file system it shows; empty for all of it.
    pub root: String,
    /// `shared:1`, `master:2`, `unbindable`; empty for a private one.
    pub propagation: Vec<String>,
    /// True where the current step made or changed it.
    pub changed: bool,
    /// Mounts on it, oldest first.
    pub children: Vec<Self>,
}

/// An overlay, layer by layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayView {
    /// Where it is mounted.
    pub target: String,
    /// The layers, the upper one first.
    pub layers: Vec<LayerView>,
    /// The paths that a layer has, each directory before what is in it.
    pub paths: Vec<PathView>,
    /// True where there are more paths than are told.
    pub more: bool,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerView {
    /// Its directory, as mount(2) was told.
    pub directory: String,
    /// True for the upper one, which takes what is written.
    pub upper: bool,
}

/// A path of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathView {
    /// From the overlay's root, without a slash at either end.
    pub path: String,
    /// How many directories it is in.
    pub depth: u32,
    /// What is seen there; `None` for nothing.
    pub kind: Option<FileKind>,
    /// What each layer has of it.
    pub shares: Vec<Share>,
    /// True where the current step changed that.
    pub changed: bool,
}

/// The mounts at step `at`, as the process with the machine's pid `eyes` sees them; who is not there any more is
/// replaced by the first process.
pub fn mounts(session: &Session, at: u32, eyes: u32) -> MountsView {
    let kernel = &session.frame(at).kernel;
    let before = (at > 0).then(|| &session.frame(at - 1).kernel);
    let Some(task) = viewer(kernel, eyes) else {
        let (comm, namespace) = (String::new(), 0);
        return MountsView { eyes: 1, comm, namespace, roots: Vec::new(), overlays: Vec::new() };
    };
    let seen = kernel.seen_mounts(task);
    let old: Option<Vec<SeenMount>> = before
        .map(|before| viewer(before, task.pid).map(|task| before.seen_mounts(task)).unwrap_or_default());
    let is_new = |mount: &SeenMount| old.as_ref().is_some_and(|old| !old.contains(mount));
    let overlays = seen.iter().filter_map(|mount| overlay(kernel, before, mount)).collect();
    MountsView {
        eyes: task.pid,
        comm: task.comm.clone(),
        namespace: mount_namespace(kernel, task),
        roots: tree(&seen, &is_new),
        overlays,
    }
}

fn mount_namespace(kernel: &Kernel, task: &Task) -> u64 {
    let id = task.namespaces.get(crate::kernel::namespace::NamespaceKind::Mnt);
    kernel.namespaces().get(id).map_or(0, |namespace| namespace.inode)
}

/// Nests a list in which parents may come after their children.
fn tree(seen: &[SeenMount], is_new: &dyn Fn(&SeenMount) -> bool) -> Vec<MountNode> {
    let ids: BTreeSet<u32> = seen.iter().map(|mount| mount.id).collect();
    let mut children: BTreeMap<Option<u32>, Vec<&SeenMount>> = BTreeMap::new();
    for mount in seen {
        children.entry(mount.parent.filter(|parent| ids.contains(parent))).or_default().push(mount);
    }
    below(None, &children, is_new)
}

fn below(
    parent: Option<u32>,
    children: &BTreeMap<Option<u32>, Vec<&SeenMount>>,
    is_new: &dyn Fn(&SeenMount) -> bool,
) -> Vec<MountNode> {
    let node = |mount: &&SeenMount| MountNode {
        id: mount.id,
        target: mount.info.target.clone(),
        source: mount.info.source.clone(),
        fstype: mount.info.fstype.clone(),
        options: mount.info.options.clone(),
        root: if mount.root == "/" { String::new() } else { mount.root.clone() },
        propagation: mount.propagation.clone(),
        changed: is_new(mount),
        children: below(Some(mount.id), children, is_new),
    };
    children.get(&parent).into_iter().flatten().map(node).collect()
}

fn overlay(kernel: &Kernel, before: Option<&Kernel>, mount: &SeenMount) -> Option<OverlayView> {
    let layers = kernel.layers_of(mount)?;
    let mut paths = kernel.provenance_of(mount, MOST_PATHS + 1);
    let old: BTreeMap<String, Vec<Share>> = before
        .map(|before| before.provenance_of(mount, MOST_PATHS + 1))
        .unwrap_or_default()
        .into_iter()
        .map(|path| (path.path, path.shares))
        .collect();
    let more = paths.len() > MOST_PATHS;
    paths.truncate(MOST_PATHS);
    // At the step that mounted it, all is new, and marked once: at the mount.
    let was_there = before.is_some_and(|before| before.layers_of(mount).is_some());
    let path = |Provenance { path, kind, shares }| PathView {
        depth: u32::try_from(path.matches('/').count()).unwrap_or(u32::MAX),
        changed: was_there && old.get(&path) != Some(&shares),
        path,
        kind,
        shares,
    };
    Some(OverlayView {
        target: mount.info.target.clone(),
        layers: layers.into_iter().map(|(directory, upper)| LayerView { directory, upper }).collect(),
        paths: paths.into_iter().map(path).collect(),
        more,
    })
}

#[cfg(test)]
mod tests {
    use super::{MountNode, Share, mounts};
    use crate::history::Session;
    use crate::host::{HostKind, HostProfile};

    const OVERLAY: &[&str] = &[
        "mkdir -p /l1/d /l2/d /u /w /m",
        "echo one > /l1/a; echo one > /l1/gone; echo one > /l1/d/x",
        "echo two > /l2/a; echo two > /l2/d/y",
        "mount -t overlay -o lowerdir=/l2:/l1,upperdir=/u,workdir=/w overlay /m",
        "echo new > /m/a",
        "rm /m/gone",
    ];

    fn session(lines: &[&str]) -> Session {
        Session::replay(HostProfile::named(HostKind::Lecture), lines.iter().copied())
    }

    fn flat(nodes: &[MountNode]) -> Vec<&MountNode> {
        nodes.iter().flat_map(|node| std::iter::once(node).chain(flat(&node.children))).collect()
    }

    #[test]
    fn each_path_says_which_layer_it_is_from() {
        let session = session(OVERLAY);
        let view = mounts(&session, session.n_steps(), 1);
        let overlay = view.overlays.first().expect("an overlay");
        let directories: Vec<_> = overlay.layers.iter().map(|layer| layer.directory.as_str()).collect();
        assert_eq!(directories, ["/u", "/l2", "/l1"]);
        let shares = |path: &str| {
            let found = overlay.paths.iter().find(|row| row.path == path);
            found.map(|row| row.shares.clone()).unwrap_or_default()
        };
        assert_eq!(shares("a"), [Share::Provides, Share::Hidden, Share::Hidden]);
        assert_eq!(shares("gone"), [Share::Whiteout, Share::Absent, Share::Hidden]);
        assert_eq!(shares("d"), [Share::Absent, Share::Provides, Share::Merged]);
        assert_eq!(shares("d/x"), [Share::Absent, Share::Absent, Share::Provides]);
        let gone = overlay.paths.iter().find(|row| row.path == "gone").expect("a row");
        assert!(gone.kind.is_none() && gone.changed, "{gone:?}");
    }

    #[test]
    fn the_tree_is_that_of_who_looks() {
        let session = session(&["unshare --mount sh -c 'mount -t tmpfs none /mnt; sleep 100' &"]);
        let at = session.n_steps();
        let kernel = &session.frame(at).kernel;
        let inside =
            kernel.tasks().filter(|task| task.is_alive()).map(|task| task.pid).max().expect("a task");
        let targets = |eyes| {
            let view = mounts(&session, at, eyes);
            flat(&view.roots).iter().map(|node| node.target.clone()).collect::<Vec<_>>()
        };
        assert!(targets(inside).contains(&"/mnt".to_owned()) && !targets(1).contains(&"/mnt".to_owned()));
    }
}
