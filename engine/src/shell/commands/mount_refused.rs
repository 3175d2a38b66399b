//! What `mount` says to a refusal: the sentences of util-linux 2.38.

use super::mount_options::MountOptions;
use super::{Request, accounts};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Observation, Text};

/// What was asked for, and what could be seen before.
pub(super) struct Asked {
    source: String,
    fstype: String,
    remount: bool,
    /// The source is a path.
    moves_files: bool,
    only_kinds: bool,
    root: bool,
    source_is_there: bool,
    target: Option<FileKind>,
}

/// The end of most of them.
pub(super) const DMESG: &str = "       dmesg(1) may have more information after failed mount system call.\n";

impl Asked {
    pub(super) fn new(
        request: &Request<'_>,
        target: &Text,
        source: String,
        fstype: &str,
        options: &MountOptions,
    ) -> Self {
        let kind = |path: &Text| match request.look(path) {
            Observation::Stat(stat) => Some(stat.kind),
            _ => None,
        };
        Self {
            remount: options.has("remount"),
            moves_files: options.has("bind") || options.has("move"),
            only_kinds: options.is_only_kinds() && fstype.is_empty(),
            root: accounts::myself(request).euid == 0,
            source_is_there: kind(&Text::from(source.as_str())).is_some(),
            target: kind(target),
            source,
            fstype: fstype.to_owned(),
        }
    }
}

/// The sentence for an error number.
pub(super) fn refused(asked: &Asked, target: &str, errno: Errno) -> String {
    let source = &asked.source;
    let system_call = || format!("mount(2) system call failed: {}.", errno.text());
    let reason = match errno {
        Errno::EPERM if !asked.root => "must be superuser to use mount.".to_owned(),
        Errno::EPERM => "permission denied.".to_owned(),
        Errno::EBUSY if asked.remount => "mount point is busy.".to_owned(),
        Errno::EBUSY => format!("{source} already mounted or mount point busy."),
        Errno::ENOENT if asked.target.is_none() => "mount point does not exist.".to_owned(),
        Errno::ENOENT if asked.moves_files && source == "none" => system_call(),
        Errno::ENOENT if asked.moves_files && !asked.source_is_there => {
            format!("special device {source} does not exist.")
        }
        Errno::ENOENT => system_call(),
        Errno::ENOTDIR if asked.target == Some(FileKind::Directory) => system_call(),
        Errno::ENOTDIR => "mount point is not a directory.".to_owned(),
        Errno::ENODEV => format!("unknown filesystem type '{}'.", asked.fstype),
        Errno::EINVAL if asked.remount => "mount point not mounted or bad option.".to_owned(),
        Errno::EINVAL if asked.only_kinds => "not mount point or bad option.".to_owned(),
        Errno::EINVAL => format!(
            "wrong fs type, bad option, bad superblock on {source}, missing codepage or helper program, or other error."
        ),
        _ => system_call(),
    };
    format!("mount: {target}: {reason}\n{DMESG}")
}
