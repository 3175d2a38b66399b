//! mount(2) and umount2(2).

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::fs::ramfs::{ROOT, Ramfs, TreeId};
use crate::kernel::fs::tmpfs_options::TmpfsOptions;
use crate::kernel::mount::{AccessTimes, FileSystem, Mount, MountFlags, MountId};
use crate::kernel::namespace::NamespaceKind;
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::shared::Shared;
use crate::kernel::user::capability::Capability;
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, Refusal, Reply, Rule, Text};

/// The arguments of a mount call.
pub(super) struct Asked<'a> {
    pub(super) source: &'a Text,
    pub(super) target: &'a Text,
    pub(super) fstype: &'a str,
    pub(super) flags: &'a [String],
    pub(super) data: &'a Text,
}

/// Flags as they were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    mount: MountFlags,
    remount: bool,
    /// A flag said when access times are noted; a remount keeps them otherwise.
    access_times: bool,
}

/// A new or found file system: which, what of its options shows, how its root is made.
pub(in crate::kernel) struct Prepared {
    pub(in crate::kernel) fs: FileSystem,
    pub(in crate::kernel) shown: Vec<String>,
}

/// mount(2). The order of the checks is that of fs/namespace.c: the target's path, the kind of file system,
/// its options, then whether it can be put there.
pub(super) fn mount(kernel: &mut Kernel, caller: &Caller, asked: &Asked<'_>) -> Answer {
    let source = kernel.text(asked.source, caller.at)?;
    let target = kernel.text(asked.target, caller.at)?;
    let data = kernel.text(asked.data, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &target)?;
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
    let wanted = read_flags(asked.flags)?;
    if wanted.remount {
        kernel.remount(&place, &wanted, &data, &target)?;
        return Ok(Reply::Done);
    }
    let prepared = kernel.prepare(asked.fstype, &data)?;
    if let FileSystem::Proc(number) = prepared.fs {
        kernel.namespaces.show(number, caller.task.namespaces.get(NamespaceKind::Pid));
    }
    let fstype = if asked.fstype == "cpuset" { "cgroup" } else { asked.fstype };
    kernel.attach(&place, prepared, wanted.mount, fstype, &source, &target)?;
    Ok(Reply::Done)
}

/// umount2(2).
pub(super) fn umount2(kernel: &mut Kernel, caller: &Caller, target: &Text, flags: &[String]) -> Answer {
    let path = kernel.text(target, caller.at)?;
    let mut detach = false;
    for flag in flags {
        match flag.as_str() {
            "detach" => detach = true,
            // Only network file systems give up under force (umount(2), MNT_FORCE).
            "force" | "nofollow" => {}
            "expire" => return not_modelled(caller.at, "MNT_EXPIRE"),
            _ => return refuse(Errno::EINVAL, caller.at, Rule::new("rule-mount-flag").with("flag", flag)),
        }
    }
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &path)?;
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
    kernel.unmount(&place, detach, &path)?;
    Ok(Reply::Done)
}

/// Flags by their names without `MS_` (mount(2)).
fn read_flags(names: &[String]) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted::default();
    let flags = &mut wanted.mount;
    for name in names {
        match name.as_str() {
            "rdonly" => flags.rdonly = true,
            "nosuid" => flags.nosuid = true,
            "nodev" => flags.nodev = true,
            "noexec" => flags.noexec = true,
            "nosymfollow" => flags.nosymfollow = true,
            "nodiratime" => (flags.nodiratime, wanted.access_times) = (true, true),
            "synchronous" => flags.synchronous = true,
            "dirsync" => flags.dirsync = true,
            "noatime" => (flags.access_times, wanted.access_times) = (AccessTimes::Never, true),
            "relatime" => wanted.access_times = true,
            "strictatime" => (flags.access_times, wanted.access_times) = (AccessTimes::Strict, true),
            "remount" => wanted.remount = true,
            "silent" | "mandlock" | "posixacl" => {}
            "bind" | "move" | "rec" | "shared" | "private" | "slave" | "unbindable" | "lazytime" => {
                return not_modelled("mount", &format!("MS_{}", name.to_ascii_uppercase()));
            }
            _ => return refuse(Errno::EINVAL, "mount", Rule::new("rule-mount-flag").with("flag", name)),
        }
    }
    Ok(wanted)
}

/// Kinds that Linux has and the model has not.
const NOT_MODELLED: [&str; 11] = [
    "bpf",
    "debugfs",
    "devpts",
    "devtmpfs",
    "ext4",
    "hugetlbfs",
    "mqueue",
    "overlay",
    "ramfs",
    "securityfs",
    "tracefs",
];

impl Kernel {
    /// Makes or finds the file system that is to be mounted.
    pub(in crate::kernel) fn prepare(&mut self, fstype: &str, data: &str) -> Result<Prepared, Refusal> {
        let none = Vec::new();
        match fstype {
            "tmpfs" => self.prepare_tmpfs(data),
            "proc" => {
                let shown = proc_options(data)?;
                Ok(Prepared { fs: FileSystem::Proc(self.mounts.next_number()), shown })
            }
            "sysfs" if data.is_empty() => Ok(Prepared { fs: FileSystem::Sys, shown: none }),
            "sysfs" => bad_option(fstype, data),
            // cpuset(7): the older name for a hierarchy with this one controller and short file names.
            "cpuset" => {
                let options = "cpuset,noprefix,release_agent=/sbin/cpuset_release_agent";
                let id = self.cgroups.mount("cgroup", options)?;
                Ok(Prepared { fs: FileSystem::Cgroup(id), shown: none })
            }
            "cgroup" | "cgroup2" => self
                .cgroups
                .mount(fstype, data)
                .map(|id| Prepared { fs: FileSystem::Cgroup(id), shown: none }),
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
        let mut tree = Ramfs::new(options.mode.unwrap_or(0o1777));
        tree.own(ROOT, ROOT, (options.uid.unwrap_or(0), options.gid.unwrap_or(0)));
        self.trees.insert(id, Shared::from(tree));
        Ok(Prepared { fs: FileSystem::Ram(id), shown: options.shown(self.profile.memory) })
    }

    /// The file system of the machine's disk, empty.
    pub(in crate::kernel) fn prepare_disk(&mut self) -> Prepared {
        let id = TreeId(self.mounts.next_number());
        // As /var/tmp is on Linux: everybody makes files in it, nobody removes another's.
        let mut tree = Ramfs::new(0o1777);
        tree.disk = self.profile.disk;
        self.trees.insert(id, Shared::from(tree));
        Prepared { fs: FileSystem::Ram(id), shown: Vec::new() }
    }

    /// Puts a file system on a place.
    pub(in crate::kernel) fn attach(
        &mut self,
        place: &Place,
        prepared: Prepared,
        flags: MountFlags,
        fstype: &str,
        source: &str,
        target: &str,
    ) -> Result<(), Refusal> {
        let under = self.mounts.get(place.mount).map(|mount| mount.fs);
        if under == Some(prepared.fs) && self.mounts.is_root_of_mount(place) {
            // fs/namespace.c, do_add_mount(): "Refuse the same filesystem on the same mount point".
            return refuse_path(Errno::EBUSY, "mount", "rule-mount-same-again", target);
        }
        if self.kind(&place.node) != FileKind::Directory {
            return refuse_path(Errno::ENOTDIR, "mount", "rule-path-not-directory", target);
        }
        let Some(shown_target) = self.path_of(place) else {
            return refuse_path(Errno::ENOENT, "mount", "rule-directory-removed", target);
        };
        if flags.rdonly && !self.mounts.is_mounted(prepared.fs) {
            self.mounts.set_readonly(prepared.fs, true);
        }
        self.mounts.add(Mount {
            id: MountId(0),
            on: Some(place.clone()),
            target: shown_target,
            source: source.to_owned(),
            fstype: fstype.to_owned(),
            fs: prepared.fs,
            root: self.root_node(prepared.fs),
            flags,
            shown: prepared.shown,
            detached: false,
        });
        Ok(())
    }

    /// MS_REMOUNT: new flags for the mount, new options for its file system, which becomes read-only or
    /// writable in all its mounts.
    fn remount(&mut self, place: &Place, wanted: &Wanted, data: &str, target: &str) -> Result<(), Refusal> {
        let Some(mount) = self.mounts.get(place.mount).filter(|mount| mount.root == place.node) else {
            return refuse_path(Errno::EINVAL, "mount", "rule-not-a-mount-point", target);
        };
        let (id, fs) = (mount.id, mount.fs);
        let shown = match fs {
            FileSystem::Ram(_) => TmpfsOptions::parse(data, self.profile.memory)?.shown(self.profile.memory),
            FileSystem::Proc(_) => proc_options(data)?,
            FileSystem::Sys if data.is_empty() => Vec::new(),
            FileSystem::Sys => return bad_option("sysfs", data),
            FileSystem::Cgroup(hierarchy) => {
                self.cgroups.remount(hierarchy, data)?;
                Vec::new()
            }
        };
        self.mounts.set_readonly(fs, wanted.mount.rdonly);
        self.mounts.change(id, |mount| {
            let before = mount.flags;
            mount.flags = wanted.mount;
            if !wanted.access_times {
                mount.flags.access_times = before.access_times;
                mount.flags.nodiratime = before.nodiratime;
            }
            merge_options(&mut mount.shown, shown);
        });
        Ok(())
    }

    /// umount2(2): only what is mounted, only if nobody is in it, unless it is merely detached.
    fn unmount(&mut self, place: &Place, detach: bool, path: &str) -> Result<(), Refusal> {
        let Some(mount) =
            self.mounts.get(place.mount).filter(|mount| mount.root == place.node && !mount.detached)
        else {
            return refuse_path(Errno::EINVAL, "umount2", "rule-not-a-mount-point", path);
        };
        let (id, fs) = (mount.id, mount.fs);
        if *place == self.root() {
            if detach {
                return not_modelled("umount2", "MNT_DETACH of the root");
            }
            // fs/namespace.c, do_umount_root(): the root is not unmounted but made read-only.
            self.mounts.set_readonly(fs, true);
            return Ok(());
        }
        let tree = self.mounts.tree_of(id);
        if !detach && tree.len() > 1 {
            return refuse_path(Errno::EBUSY, "umount2", "rule-umount-mounts-below", path);
        }
        if !detach && self.is_in_use(id) {
            return refuse_path(Errno::EBUSY, "umount2", "rule-umount-in-use", path);
        }
        for id in tree {
            self.mounts.change(id, |mount| {
                mount.on = None;
                mount.detached = true;
            });
        }
        Ok(())
    }
}

/// New options in place of old ones of the same name, others behind them.
fn merge_options(shown: &mut Vec<String>, new: Vec<String>) {
    let name = |option: &str| option.split('=').next().map(str::to_owned);
    for option in new {
        match shown.iter_mut().find(|old| name(old) == name(&option)) {
            Some(old) => *old = option,
            None => shown.push(option),
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
