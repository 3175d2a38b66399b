//! mount(2) and umount2(2).

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::limits::PATH_MAX;
use crate::kernel::mount::propagation::Kind;
use crate::kernel::mount::rearrange::NewFlags;
use crate::kernel::mount::{AccessTimes, MountFlags, SuperFlags};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
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
    kernel.require(task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
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
        check_device(kernel, caller, asked.fstype, &source)?;
        let prepared = kernel.prepare(asked.fstype, &data)?;
        kernel.mount_new(task, &place, prepared, (wanted.mount, wanted.fs), &source, &target)?;
    }
    Ok(Reply::Done)
}

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
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
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
