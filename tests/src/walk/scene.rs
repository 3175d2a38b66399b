//! What there is to act on, looked up in the model.

use drydock_engine::kernel::cgroup::{GroupId, HierarchyId, Version};
use drydock_engine::kernel::{Kernel, TaskState};
use drydock_engine::plan::Actor;

/// A directory of a mounted hierarchy.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Its path.
    pub path: String,
    /// Its group.
    pub group: GroupId,
    /// Its hierarchy.
    pub hierarchy: HierarchyId,
    /// 0 for a root.
    pub depth: usize,
}

/// Every directory of every hierarchy that is mounted, parents first.
pub fn directories(kernel: &Kernel) -> Vec<Directory> {
    let cgroups = kernel.cgroups();
    let mut found: Vec<Directory> = Vec::new();
    let table = kernel.mounts();
    for (index, mount) in table.iter().enumerate() {
        if !mount.fstype.starts_with("cgroup") || !mount.is_reachable(&table[index + 1..]) {
            continue;
        }
        let is_it = |id: &HierarchyId| {
            let options = cgroups.mount_options(*id);
            cgroups.fstype(*id) == mount.fstype && options.iter().all(|own| mount.options.contains(own))
        };
        let Some(hierarchy) = cgroups.hierarchies().find(is_it) else { continue };
        let group = cgroups.root(hierarchy);
        let mut next = found.len();
        found.push(Directory { path: mount.target.clone(), group, hierarchy, depth: 0 });
        while let Some(above) = found.get(next).cloned() {
            found.extend(cgroups.children(above.group).map(|(name, group)| Directory {
                path: format!("{}/{name}", above.path),
                group,
                hierarchy,
                depth: above.depth + 1,
            }));
            next += 1;
        }
    }
    found
}

/// True for a hierarchy of version 2.
pub fn is_v2(kernel: &Kernel, hierarchy: HierarchyId) -> bool {
    kernel.cgroups().version(hierarchy) == Version::V2
}

/// Actors that have not been reaped.
pub fn actors(kernel: &Kernel) -> Vec<Actor> {
    kernel.tasks().map(|task| task.actor.clone()).collect()
}

/// Actors that answer: alive, neither stopped nor frozen.
pub fn responsive(kernel: &Kernel) -> Vec<Actor> {
    let answers = kernel.tasks().filter(|task| {
        task.state == TaskState::Alive
            && kernel.cgroups().is_frozen(task.pid).is_none()
            && task.argv.len() < 2
    });
    answers.map(|task| task.actor.clone()).collect()
}

/// A group and all below it.
pub fn subtree(kernel: &Kernel, group: GroupId) -> Vec<GroupId> {
    let mut found = vec![group];
    let mut next = 0;
    while let Some(above) = found.get(next).copied() {
        found.extend(kernel.cgroups().children(above).map(|(_, child)| child));
        next += 1;
    }
    found
}

/// A group and all above it.
pub fn ancestry(kernel: &Kernel, group: GroupId) -> impl Iterator<Item = GroupId> + '_ {
    std::iter::successors(Some(group), |group| kernel.cgroups().parent(*group))
}

/// A number in a group's file; `None` where there is no such file, or no number in it.
pub fn number(kernel: &Kernel, group: GroupId, file: &str) -> Option<i64> {
    kernel.cgroups().file(group, file)?;
    let text = kernel.read_group_file(group, file).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// What a value for a group's file may be near to.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// The same file's content in the group's parent, in the group, and in its children; without the newline.
    pub contents: Vec<String>,
    /// Controllers of the host.
    pub controllers: Vec<String>,
}

/// Looks around a directory.
pub fn neighbours(kernel: &Kernel, place: &Directory, file: &str) -> Neighbours {
    let cgroups = kernel.cgroups();
    let mut groups: Vec<GroupId> = cgroups.parent(place.group).into_iter().collect();
    groups.push(place.group);
    groups.extend(cgroups.children(place.group).map(|(_, child)| child));
    let contents = groups.into_iter().filter_map(|group| kernel.read_group_file(group, file).ok());
    let contents = contents.map(|text| text.trim_end().to_owned()).collect();
    Neighbours { contents, controllers: kernel.profile().controllers.clone() }
}
