//! The file systems that can be mounted: made anew, or found where there is one of the kind.

use super::FileSystem;
use crate::kernel::Kernel;
use crate::kernel::fs::ramfs::{ROOT, Ramfs, Room, TreeId};
use crate::kernel::fs::tmpfs_options::TmpfsOptions;
use crate::kernel::refuse::{not_modelled, refuse};
use crate::kernel::shared::Shared;
use crate::plan::{Errno, Refusal, Rule};

/// A new or found file system: which, and what of its options shows.
pub(in crate::kernel) struct Prepared {
    pub(in crate::kernel) fs: FileSystem,
    pub(in crate::kernel) fstype: String,
    pub(in crate::kernel) shown: Vec<String>,
}

/// What a remount does to the options that show.
pub(in crate::kernel) struct Change(Vec<String>);

impl Change {
    /// New options in place of old ones of the same name, others behind them.
    pub(in crate::kernel) fn apply(self, shown: &mut Vec<String>) {
        let name = |option: &str| option.split('=').next().map(str::to_owned);
        for option in self.0 {
            match shown.iter_mut().find(|old| name(old) == name(&option)) {
                Some(old) => *old = option,
                None => shown.push(option),
            }
        }
    }
}

/// Kinds that Linux has and the model has not.
const NOT_MODELLED: [&str; 9] =
    ["bpf", "debugfs", "devpts", "devtmpfs", "ext4", "hugetlbfs", "mqueue", "securityfs", "tracefs"];

/// The mode of a ramfs's root unless told otherwise (fs/ramfs/inode.c, `RAMFS_DEFAULT_MODE`).
const RAMFS_MODE: u32 = 0o755;

impl Kernel {
    /// Makes or finds the file system that is to be mounted.
    pub(in crate::kernel) fn prepare(&mut self, fstype: &str, data: &str) -> Result<Prepared, Refusal> {
        let prepared = |fs, shown| Prepared { fs, fstype: fstype.to_owned(), shown };
        match fstype {
            "tmpfs" => self.prepare_tmpfs(data),
            "ramfs" => self.prepare_ramfs(data),
            "proc" => {
                let shown = proc_options(data)?;
                Ok(prepared(FileSystem::Proc(self.mounts.next_number()), shown))
            }
            "sysfs" if data.is_empty() => Ok(prepared(FileSystem::Sys, Vec::new())),
            "sysfs" => bad_option(fstype, data),
            // cpuset(7): the older name for a hierarchy with this one controller and short file names.
            "cpuset" => {
                let options = "cpuset,noprefix,release_agent=/sbin/cpuset_release_agent";
                let id = self.cgroups.mount("cgroup", options)?;
                let fs = FileSystem::Cgroup(id);
                Ok(Prepared { fs, fstype: "cgroup".to_owned(), shown: Vec::new() })
            }
            "cgroup" | "cgroup2" => {
                let id = self.cgroups.mount(fstype, data)?;
                Ok(prepared(FileSystem::Cgroup(id), Vec::new()))
            }
            _ => {
                let known = NOT_MODELLED.contains(&fstype);
                let id = if known { "rule-fstype-not-modelled" } else { "rule-fstype-unknown" };
                refuse(Errno::ENODEV, "mount", Rule::new(id).with("fstype", fstype))
            }
        }
    }

    fn prepare_tmpfs(&mut self, data: &str) -> Result<Prepared, Refusal> {
        let options = TmpfsOptions::parse(data, self.profile.memory)?;
        let id = TreeId(self.mounts.next_number());
        let mut tree = Ramfs::new(options.mode.unwrap_or(0o1777)).made_at(self.clock());
        tree.own(ROOT, ROOT, (options.uid.unwrap_or(0), options.gid.unwrap_or(0)));
        tree.room = options.room();
        self.trees.insert(id, Shared::from(tree));
        let shown = options.shown(self.profile.memory);
        Ok(Prepared { fs: FileSystem::Ram(id), fstype: "tmpfs".to_owned(), shown })
    }

    /// ramfs knows `mode` and overlooks all else (fs/ramfs/inode.c, `ramfs_parse_param`).
    fn prepare_ramfs(&mut self, data: &str) -> Result<Prepared, Refusal> {
        let mut mode = RAMFS_MODE;
        for option in data.split(',') {
            if let Some(value) = option.strip_prefix("mode=") {
                let Ok(bits) = u32::from_str_radix(value, 8) else { return bad_option("ramfs", option) };
                mode = bits & 0o7777;
            }
        }
        let id = TreeId(self.mounts.next_number());
        let mut tree = Ramfs::new(mode).made_at(self.clock());
        tree.is_ramfs = true;
        self.trees.insert(id, Shared::from(tree));
        let shown = (mode != RAMFS_MODE).then(|| format!("mode={mode:o}"));
        Ok(Prepared {
            fs: FileSystem::Ram(id),
            fstype: "ramfs".to_owned(),
            shown: shown.into_iter().collect(),
        })
    }

    /// The file system of the machine's disk, empty.
    pub(in crate::kernel) fn prepare_disk(&mut self) -> Prepared {
        let id = TreeId(self.mounts.next_number());
        // As /var/tmp is on Linux: everybody makes files in it, nobody removes another's.
        let mut tree = Ramfs::new(0o1777).made_at(self.clock());
        tree.disk = self.profile.disk;
        self.trees.insert(id, Shared::from(tree));
        Prepared { fs: FileSystem::Ram(id), fstype: "ext4".to_owned(), shown: Vec::new() }
    }

    /// New options for a file system that is mounted.
    pub(in crate::kernel) fn reconfigure(&mut self, fs: FileSystem, data: &str) -> Result<Change, Refusal> {
        let shown = match fs {
            // ramfs has nothing that a remount could change.
            FileSystem::Ram(tree) if self.trees.get(&tree).is_some_and(|tree| tree.is_ramfs) => Vec::new(),
            FileSystem::Ram(tree) => self.remount_tmpfs(tree, data)?,
            // On a remount overlayfs reads no options (`ovl_parse_param`).
            FileSystem::Overlay(_) | FileSystem::Nsfs => Vec::new(),
            FileSystem::Proc(_) => proc_options(data)?,
            FileSystem::Sys if data.is_empty() => Vec::new(),
            FileSystem::Sys => return bad_option("sysfs", data),
            FileSystem::Cgroup(hierarchy) => {
                self.cgroups.remount(hierarchy, data)?;
                Vec::new()
            }
        };
        Ok(Change(shown))
    }

    /// New limits of a tmpfs; those that are not named stay.
    fn remount_tmpfs(&mut self, tree: TreeId, data: &str) -> Result<Vec<String>, Refusal> {
        let options = TmpfsOptions::parse(data, self.profile.memory)?;
        if let Some(ram) = self.tree_mut(tree) {
            let Room { pages, inodes } = options.room();
            ram.room = Room { pages: pages.or(ram.room.pages), inodes: inodes.or(ram.room.inodes) };
        }
        Ok(options.shown(self.profile.memory))
    }

    /// True for an overlay without an upper layer: there is nowhere to write to.
    pub(crate) fn is_readonly_by_nature(&self, fs: FileSystem) -> bool {
        match fs {
            FileSystem::Overlay(id) => self.overlay(id).is_some_and(|overlay| overlay.upper.is_none()),
            FileSystem::Ram(_)
            | FileSystem::Proc(_)
            | FileSystem::Sys
            | FileSystem::Cgroup(_)
            | FileSystem::Nsfs => false,
        }
    }
}

/// Options of proc (proc(5), "Mount options"). Root sees all of it whatever they say.
fn proc_options(data: &str) -> Result<Vec<String>, Refusal> {
    let mut shown = Vec::new();
    for option in data.split(',').filter(|option| !option.is_empty()) {
        match option {
            "hidepid=0" | "hidepid=off" | "gid=0" => {}
            "hidepid=1" | "hidepid=noaccess" => shown.push("hidepid=noaccess".to_owned()),
            "hidepid=2" | "hidepid=invisible" => shown.push("hidepid=invisible".to_owned()),
            "hidepid=4" | "hidepid=ptraceable" => shown.push("hidepid=ptraceable".to_owned()),
            gid if gid.strip_prefix("gid=").is_some_and(|gid| gid.parse::<u32>().is_ok()) => {
                shown.push(gid.to_owned());
            }
            "subset=pid" => return not_modelled("mount", "the option subset=pid of proc"),
            _ => return bad_option("proc", option),
        }
    }
    Ok(shown)
}

fn bad_option<T>(fstype: &str, option: &str) -> Result<T, Refusal> {
    refuse(
        Errno::EINVAL,
        "mount",
        Rule::new("rule-mount-option").with("fstype", fstype).with("option", option),
    )
}
