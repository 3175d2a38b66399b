//! What a mount of overlayfs checks and prepares (fs/overlayfs/super.c).

use super::options::{MOUNT_API, Options, UUID_AUTO};
use super::{Overlay, OverlayId, Upper};
use crate::host::KernelVersion;
use crate::kernel::fs::path::Walker;
use crate::kernel::fs::ramfs::{InodeId, TreeId};
use crate::kernel::fs::{Node, Place};
use crate::kernel::limits::{OVERLAY_LAYERS, STACK_DEPTH};
use crate::kernel::mount::FileSystem;
use crate::kernel::mount::prepare::Prepared;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::shared::Shared;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};

const AT: &str = "mount";

/// Before Linux 5.11 a missing workdir was read as a null string (ENOMEM; seen on 5.10).
const WORKDIR_CHECKED: KernelVersion = KernelVersion { major: 5, minor: 11 };

/// The places that the options name.
struct Places {
    upper: Option<(Place, Place)>,
    lowers: Vec<Place>,
}

impl Kernel {
    /// An overlay of the layers that the options name.
    pub(in crate::kernel) fn prepare_overlay(
        &mut self,
        task: &Task,
        data: &str,
    ) -> Result<Prepared, Refusal> {
        let kernel = self.profile.kernel;
        let options = Options::parse(data, kernel)?;
        let places = self.layer_places(task, &options)?;
        self.check_layers(&places, &options)?;
        let depth = 1 + places.lowers.iter().map(|place| self.stack_depth(&place.node)).max().unwrap_or(0);
        if depth > STACK_DEPTH {
            let rule = Rule::new("rule-overlay-depth").with("depth", STACK_DEPTH);
            return refuse(Errno::EINVAL, AT, rule);
        }
        let lowers: Vec<Node> = places.lowers.into_iter().map(|place| place.node).collect();
        let mut uuid = options.uuid.clone().filter(|uuid| uuid != "on" || kernel >= UUID_AUTO);
        let upper = match places.upper {
            Some((upper, work)) => {
                let upper = self.prepare_upper(&upper, &work, &options, lowers.first())?;
                if uuid.is_none() && kernel >= UUID_AUTO && !upper.no_attributes {
                    uuid = self.give_uuid(&upper, &options);
                }
                Some(upper)
            }
            None => None,
        };
        let id = OverlayId(self.mounts.next_number());
        let shown = options.shown(uuid.as_deref(), kernel);
        self.overlays.insert(id, Shared::from(Overlay { upper, lowers, options, depth }));
        Ok(Prepared { fs: FileSystem::Overlay(id), fstype: "overlay".to_owned(), shown })
    }

    /// The directories by their paths. Before Linux 6.5 the upper ones were looked up first.
    fn layer_places(&self, task: &Task, options: &Options) -> Result<Places, Refusal> {
        if options.lower.is_empty() {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-overlay-no-lower"));
        }
        let place = |path: &String| {
            let place = Walker::new(self, task, AT).place(&task.cwd, path)?;
            if self.kind(&place.node) != FileKind::Directory {
                return refuse_path(Errno::EINVAL, AT, "rule-overlay-layer-kind", path);
            }
            Ok(place)
        };
        let lowers = || options.lower.iter().map(place).collect::<Result<Vec<Place>, Refusal>>();
        let early = if self.profile.kernel >= MOUNT_API { Some(lowers()?) } else { None };
        let upper = match (&options.upper, &options.work) {
            (Some(upper), Some(work)) => Some((place(upper)?, place(work)?)),
            (Some(upper), None) => {
                place(upper)?;
                let old = self.profile.kernel < WORKDIR_CHECKED;
                let errno = if old { Errno::ENOMEM } else { Errno::EINVAL };
                return refuse_path(errno, AT, "rule-overlay-no-work", upper);
            }
            (None, _) => None,
        };
        let lowers = early.map_or_else(lowers, Ok)?;
        Ok(Places { upper, lowers })
    }

    fn check_layers(&self, places: &Places, options: &Options) -> Result<(), Refusal> {
        let count = places.lowers.len();
        if count > OVERLAY_LAYERS {
            let rule = Rule::new("rule-overlay-too-many").with("most", OVERLAY_LAYERS);
            return refuse(Errno::EINVAL, AT, rule);
        }
        if places.upper.is_none() && count == 1 {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-overlay-one-layer"));
        }
        for (place, path) in places.lowers.iter().zip(&options.lower) {
            // `ovl_dentry_weird`: file systems whose names come and go by themselves.
            if matches!(place.node.ground(), Node::Proc(..) | Node::Removed(_)) {
                return refuse_path(Errno::EINVAL, AT, "rule-overlay-layer-kind", path);
            }
        }
        if let Some((upper, work)) = &places.upper {
            self.check_upper(upper, work, options)?;
        }
        self.check_overlap(places, options)
    }

    fn check_upper(&self, upper: &Place, work: &Place, options: &Options) -> Result<(), Refusal> {
        let path = options.upper.clone().unwrap_or_default();
        let refused = |id: &str| refuse_path(Errno::EINVAL, AT, id, &path);
        if !matches!(upper.node, Node::Ram(..)) {
            return refused("rule-overlay-upper-kind");
        }
        if self.mounts.is_readonly(upper.mount) {
            return refused("rule-overlay-upper-read-only");
        }
        if upper.mount != work.mount {
            return refused("rule-overlay-work-mount");
        }
        let nested = |one: &Place, other: &Place| self.ancestors(&one.node).contains(&other.node);
        if nested(upper, work) || nested(work, upper) {
            return refused("rule-overlay-work-inside");
        }
        let inode = |place: &Place| match place.node {
            Node::Ram(tree, id) => Some((tree, id)),
            _ => None,
        };
        let used = |wanted: Option<(TreeId, InodeId)>| {
            let uppers = self.overlays.values().filter_map(|overlay| overlay.upper.as_ref());
            uppers.flat_map(|one| [(one.tree, one.root), (one.tree, one.base)]).any(|id| Some(id) == wanted)
        };
        // Without an index two overlays may share an upper layer, at their own risk (`ovl_report_in_use`).
        if options.index && (used(inode(upper)) || used(inode(work))) {
            return refuse_path(Errno::EBUSY, AT, "rule-overlay-in-use", &path);
        }
        Ok(())
    }

    /// ELOOP where a lower layer is another layer, or is inside of one (`ovl_check_overlapping_layers`).
    fn check_overlap(&self, places: &Places, options: &Options) -> Result<(), Refusal> {
        let mut layers: Vec<&Node> =
            places.upper.iter().flat_map(|(upper, work)| [&upper.node, &work.node]).collect();
        layers.extend(places.lowers.iter().map(|place| &place.node));
        let own = layers.len() - places.lowers.len();
        for (index, (place, path)) in places.lowers.iter().zip(&options.lower).enumerate() {
            let above = self.ancestors(&place.node);
            let others = layers.iter().enumerate().filter(|(other, _)| *other != own + index);
            if others.into_iter().any(|(_, layer)| above.contains(layer)) {
                return refuse_path(Errno::ELOOP, AT, "rule-overlay-overlap", path);
            }
        }
        Ok(())
    }

    /// A file of a file system, and all directories above it in there.
    fn ancestors(&self, node: &Node) -> Vec<Node> {
        let mut all = vec![node.clone()];
        while let Some(last) = all.last() {
            let above = self.parent_node(last);
            if above == *last {
                break;
            }
            all.push(above);
        }
        all
    }

    fn stack_depth(&self, node: &Node) -> u32 {
        match node.ground() {
            Node::Overlay(id, _) => self.overlay(*id).map_or(0, |overlay| overlay.depth),
            _ => 0,
        }
    }

    /// The work directory is made anew: what is left of an earlier mount goes (`ovl_workdir_create`).
    fn prepare_upper(
        &mut self,
        upper: &Place,
        work: &Place,
        options: &Options,
        lower: Option<&Node>,
    ) -> Result<Upper, Refusal> {
        let (Node::Ram(tree, root), Node::Ram(_, base)) = (&upper.node, &work.node) else {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-overlay-upper-kind"));
        };
        let (tree, root, base) = (*tree, *root, *base);
        let no_attributes = options.user_attributes && !self.has_user_attributes();
        if options.index {
            self.check_origin(tree, root, options, lower)?;
        }
        let Some(ram) = self.tree_mut(tree) else {
            return refuse(Errno::ENOENT, AT, Rule::new("rule-path-missing"));
        };
        ram.remove_all(base, "work");
        let made = ram.add_directory(base, "work", 0);
        let index = options
            .index
            .then(|| ram.child(base, "index").unwrap_or_else(|| ram.add_directory(base, "index", 0)));
        Ok(Upper { tree, root, base, work: made, index, whiteout: None, no_attributes })
    }

    /// With an index, an upper layer belongs to the lower one that it was first mounted with (`ovl_verify_origin`).
    fn check_origin(
        &mut self,
        tree: TreeId,
        root: InodeId,
        options: &Options,
        lower: Option<&Node>,
    ) -> Result<(), Refusal> {
        let Some(Node::Ram(lower_tree, lower)) = lower else { return Ok(()) };
        let name = format!("{}origin", options.prefix());
        let origin = super::private::origin_text(*lower_tree, *lower);
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(root)) else { return Ok(()) };
        match inode.attributes.get(&name) {
            Some(known) if known != origin => refuse(Errno::ESTALE, AT, Rule::new("rule-overlay-stale")),
            Some(_) => Ok(()),
            None => {
                inode.attributes.set(&name, &origin);
                Ok(())
            }
        }
    }

    /// With uuid=auto an upper layer that is new is given one, and the mount says so (`ovl_init_uuid_xattr`).
    fn give_uuid(&mut self, upper: &Upper, options: &Options) -> Option<String> {
        let inode = self.tree_mut(upper.tree)?.get_mut(upper.root)?;
        let name = |name: &str| format!("{}{name}", options.prefix());
        if inode.attributes.get(&name("uuid")).is_some() {
            return None;
        }
        if inode.attributes.get(&name("impure")).is_some() {
            return Some("null".to_owned());
        }
        inode.attributes.set(&name("uuid"), &format!("{:016x}", upper.tree.0));
        Some("on".to_owned())
    }

    /// True where an overlay has a layer in a file system, which therefore stays when it is unmounted.
    pub(crate) fn is_layer(&self, fs: FileSystem) -> bool {
        self.overlays.values().any(|overlay| overlay.layers_on().contains(&fs))
    }
}

impl Overlay {
    /// The file systems that its layers are in.
    pub(super) fn layers_on(&self) -> Vec<FileSystem> {
        let lowers = self.lowers.iter().filter_map(|node| match node {
            Node::Ram(tree, _) => Some(FileSystem::Ram(*tree)),
            Node::Overlay(id, _) => Some(FileSystem::Overlay(*id)),
            _ => None,
        });
        self.upper.iter().map(|upper| FileSystem::Ram(upper.tree)).chain(lowers).collect()
    }
}
