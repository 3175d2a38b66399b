//! mount(2) and umount2(2).

use super::Caller;
use crate::host::KernelVersion;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::limits::PATH_MAX;
use crate::kernel::mount::propagation::Kind;
use crate::kernel::mount::rearrange::NewFlags;
use crate::kernel::mount::{AccessTimes, FileSystem, MountFlags, SuperFlags};
use crate::kernel::namespace::{FIRST_USERS, NamespaceKind};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
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
    fs: SuperFlags,
    remount: bool,
    bind: bool,
    moving: bool,
    rec: bool,
    silent: bool,
    /// A flag said when access times are noted; a remount keeps them otherwise.
    access_times: bool,
    kinds: [bool; 4],
}

/// The four kinds of propagation in the order of [`Wanted::kinds`].
const KINDS: [Kind; 4] = [Kind::Shared, Kind::Private, Kind::Slave, Kind::Unbindable];

impl Wanted {
    fn new_flags(self) -> NewFlags {
        NewFlags { mount: self.mount, fs: self.fs, access_times: self.access_times }
    }

    /// The one kind of propagation that is asked for, with nothing beside it but MS_REC and MS_SILENT
    /// (`flags_to_propagation_type` in fs/namespace.c).
    fn kind(self, flags: &[String]) -> Result<Kind, Refusal> {
        let wanted = KINDS.iter().zip(self.kinds).filter(|(_, wanted)| *wanted).map(|(kind, _)| *kind);
        let beside = usize::from(self.rec) + usize::from(self.silent);
        match wanted.collect::<Vec<_>>().as_slice() {
            [kind] if flags.len() == 1 + beside => Ok(*kind),
            [_] => refuse(Errno::EINVAL, "mount", Rule::new("rule-propagation-with-flags")),
            _ => refuse(Errno::EINVAL, "mount", Rule::new("rule-propagation-two-kinds")),
        }
    }
}

/// mount(2). The order of the checks is that of fs/namespace.c, `path_mount`: the target's path, the right to mount,
/// then what kind of call the flags make it.
pub(super) fn mount(kernel: &mut Kernel, caller: &Caller, asked: &Asked<'_>) -> Answer {
    let source = kernel.text(asked.source, caller.at)?;
    let target = kernel.text(asked.target, caller.at)?;
    let data = kernel.text(asked.data, caller.at)?;
    check_words(&source, asked.fstype)?;
    let task = &caller.task;
    let place = Walker::new(kernel, task, caller.at).place(&task.cwd, &target)?;
    kernel.permit_mounts(task, caller.at)?;
    let wanted = read_flags(asked.flags)?;
    if wanted.remount && wanted.bind {
        kernel.change_flags(task, &place, wanted.new_flags(), &target)?;
    } else if wanted.remount {
        kernel.remount(task, &place, wanted.new_flags(), &data, &target)?;
    } else if wanted.bind {
        let from = source_place(kernel, caller, &source)?;
        kernel.bind(task, &from, &place, wanted.rec, &target)?;
    } else if wanted.kinds.contains(&true) {
        kernel.change_kind(task, &place, wanted.kind(asked.flags)?, wanted.rec, &target)?;
    } else if wanted.moving {
        let from = source_place(kernel, caller, &source)?;
        kernel.move_mount(task, &from, &place, &target)?;
    } else {
        check_kind(kernel, task, asked.fstype)?;
        check_device(kernel, caller, asked.fstype, &source)?;
        let hierarchies = kernel.cgroups.hierarchies().count();
        let prepared = match asked.fstype {
            // Its options name directories, which the caller's paths lead to.
            "overlay" => kernel.prepare_overlay(task, &data)?,
            fstype => kernel.prepare(fstype, &data)?,
        };
        if let FileSystem::Proc(number) = prepared.fs {
            kernel.namespaces.show(number, task.namespaces.get(NamespaceKind::Pid));
        }
        let is_new = asked.fstype != "cgroup2" && kernel.cgroups.hierarchies().count() > hierarchies;
        check_in_namespaces(kernel, task, prepared.fs, is_new)?;
        let mut flags = (wanted.mount, wanted.fs);
        flags.1.rdonly |= kernel.is_readonly_by_nature(prepared.fs);
        kernel.mount_new(task, &place, prepared, flags, &source, &target)?;
    }
    Ok(Reply::Done)
}

/// Who may not mount on the whole machine may mount these, where a user namespace of theirs owns what the file system
/// shows (FS_USERNS_MOUNT; `mount_capable` in fs/super.c).
fn check_kind(kernel: &Kernel, task: &Task, fstype: &str) -> Result<(), Refusal> {
    let owner = |kind| kernel.owner_of(task.namespaces.get(kind)).unwrap_or(FIRST_USERS);
    let users = match fstype {
        "tmpfs" | "ramfs" => task.credentials().users,
        "overlay" if kernel.profile().kernel >= OVERLAY_FOR_ALL => task.credentials().users,
        "proc" => kernel.owner_of(task.namespaces.pid_for_children).unwrap_or(FIRST_USERS),
        "sysfs" => owner(NamespaceKind::Net),
        "cgroup" | "cgroup2" => owner(NamespaceKind::Cgroup),
        _ => FIRST_USERS,
    };
    if kernel.has_capability(task.credentials(), users, Capability::SysAdmin) {
        return Ok(());
    }
    let rule = Rule::new("rule-mount-kind-needs-admin").with("fstype", fstype);
    refuse(Errno::EPERM, "mount", rule.with("uid", task.credentials().uid.effective))
}

/// A new version 1 hierarchy is made in the first cgroup namespace only (`cgroup1_root_to_use`); who is root in a user
/// namespace sees no more of proc and sysfs than before (`mount_too_revealing`).
fn check_in_namespaces(kernel: &Kernel, task: &Task, fs: FileSystem, is_new: bool) -> Result<(), Refusal> {
    let groups = task.namespaces.get(NamespaceKind::Cgroup);
    if is_new && matches!(fs, FileSystem::Cgroup(_)) && !groups.is_initial() {
        return refuse(Errno::EPERM, "mount", Rule::new("rule-mount-new-hierarchy-in-namespace"));
    }
    let owner = kernel.owner_of(task.mount_namespace()).unwrap_or(FIRST_USERS);
    let hides = matches!(fs, FileSystem::Proc(_) | FileSystem::Sys) && owner != FIRST_USERS;
    if hides && !kernel.is_fully_visible(task, fs) {
        return refuse(Errno::EPERM, "mount", Rule::new("rule-mount-too-revealing"));
    }
    Ok(())
}

/// Overlays in user namespaces (`ovl_fs_type`).
const OVERLAY_FOR_ALL: KernelVersion = KernelVersion { major: 5, minor: 11 };

/// Source and kind are copied before all else (`copy_mount_string`): neither may be as long as a page.
fn check_words(source: &str, fstype: &str) -> Result<(), Refusal> {
    match [source, fstype].into_iter().find(|word| word.len() >= PATH_MAX) {
        Some(word) => {
            let rule = Rule::new("rule-mount-word-too-long").with("length", word.len());
            refuse(Errno::EINVAL, "mount", rule)
        }
        None => Ok(()),
    }
}

/// Kinds of file systems that are on block devices (`FS_REQUIRES_DEV`).
const ON_DEVICES: [&str; 3] = ["ext4", "xfs", "btrfs"];

/// The source of a file system on a device is the path of a block device (fs/super.c, `get_tree_bdev`).
fn check_device(kernel: &Kernel, caller: &Caller, fstype: &str, source: &str) -> Result<(), Refusal> {
    if !ON_DEVICES.contains(&fstype) {
        return Ok(());
    }
    let place = source_place(kernel, caller, source)?;
    if kernel.kind(&place.node) != FileKind::Block {
        return refuse_path(Errno::ENOTBLK, caller.at, "rule-mount-no-block-device", source);
    }
    Ok(())
}

/// The source of a bind mount or a move is a path.
fn source_place(kernel: &Kernel, caller: &Caller, source: &str) -> Result<Place, Refusal> {
    if source.is_empty() {
        return refuse(Errno::EINVAL, caller.at, Rule::new("rule-mount-no-source"));
    }
    Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, source)
}

/// umount2(2).
pub(super) fn umount2(kernel: &mut Kernel, caller: &Caller, target: &Text, names: &[String]) -> Answer {
    let path = kernel.text(target, caller.at)?;
    let flags = Kernel::read_umount_flags(names)?;
    let mut walker = Walker::new(kernel, &caller.task, caller.at);
    let nofollow = names.iter().any(|name| name == "nofollow");
    let start = &caller.task.cwd;
    let place = if nofollow { walker.link(start, &path)? } else { walker.place(start, &path)? };
    kernel.permit_mounts(&caller.task, caller.at)?;
    kernel.unmount(&caller.task, &place, flags, &path)?;
    Ok(Reply::Done)
}

/// Flags by their names without `MS_` (mount(2)).
fn read_flags(names: &[String]) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted::default();
    for name in names {
        let flags = &mut wanted.mount;
        match name.as_str() {
            "rdonly" => (flags.rdonly, wanted.fs.rdonly) = (true, true),
            "nosuid" => flags.nosuid = true,
            "nodev" => flags.nodev = true,
            "noexec" => flags.noexec = true,
            "nosymfollow" => flags.nosymfollow = true,
            "nodiratime" => (flags.nodiratime, wanted.access_times) = (true, true),
            "noatime" => (flags.access_times, wanted.access_times) = (AccessTimes::Never, true),
            "relatime" => wanted.access_times = true,
            "strictatime" => (flags.access_times, wanted.access_times) = (AccessTimes::Strict, true),
            "synchronous" => wanted.fs.synchronous = true,
            "dirsync" => wanted.fs.dirsync = true,
            _ => read_action(&mut wanted, name)?,
        }
    }
    Ok(wanted)
}

/// Flags that say what is to be done.
fn read_action(wanted: &mut Wanted, name: &str) -> Result<(), Refusal> {
    match name {
        "remount" => wanted.remount = true,
        "bind" => wanted.bind = true,
        "move" => wanted.moving = true,
        "rec" => wanted.rec = true,
        "shared" => wanted.kinds[0] = true,
        "private" => wanted.kinds[1] = true,
        "slave" => wanted.kinds[2] = true,
        "unbindable" => wanted.kinds[3] = true,
        "silent" => wanted.silent = true,
        "mandlock" | "posixacl" => {}
        "lazytime" => return not_modelled("mount", "MS_LAZYTIME"),
        _ => return refuse(Errno::EINVAL, "mount", Rule::new("rule-mount-flag").with("flag", name)),
    }
    Ok(())
}
