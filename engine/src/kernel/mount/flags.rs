//! What a mount allows, whatever its file system does: the flags of mount(2).

use serde::Serialize;

/// When reading a file notes the time of access (mount(2), MS_RELATIME and so on).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccessTimes {
    #[default]
    Relative,
    Never,
    Strict,
}

/// Flags of one mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MountFlags {
    pub(crate) rdonly: bool,
    pub(crate) nosuid: bool,
    pub(crate) nodev: bool,
    pub(crate) noexec: bool,
    pub(crate) nodiratime: bool,
    pub(crate) nosymfollow: bool,
    pub(crate) access_times: AccessTimes,
}

/// Flags of a file system, in all its mounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SuperFlags {
    pub(crate) rdonly: bool,
    pub(crate) synchronous: bool,
    pub(crate) dirsync: bool,
}

impl SuperFlags {
    /// Words of mountinfo and of /proc/mounts, but for `ro` and `rw` (fs/proc_namespace.c, `show_sb_opts`).
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [(self.synchronous, "sync"), (self.dirsync, "dirsync")];
        words.into_iter().filter(|(shown, _)| *shown).map(|(_, word)| word)
    }
}

impl MountFlags {
    /// The words but for `ro` and `rw`, in the kernel's order (fs/proc_namespace.c, `show_mnt_opts`).
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [
            (self.nosuid, "nosuid"),
            (self.nodev, "nodev"),
            (self.noexec, "noexec"),
            (self.access_times == AccessTimes::Never, "noatime"),
            (self.nodiratime, "nodiratime"),
            (self.access_times == AccessTimes::Relative, "relatime"),
            (self.nosymfollow, "nosymfollow"),
        ];
        words.into_iter().filter(|(shown, _)| *shown).map(|(_, word)| word)
    }

    /// True where these may become `new` in a less privileged mount namespace, where they came from a more privileged
    /// one (mount_namespaces(7), "Restrictions"): what is forbidden stays so, and access times stay as they are.
    pub(crate) fn may_become(self, new: Self) -> bool {
        let kept = |locked: bool, new: bool| !locked || new;
        kept(self.rdonly, new.rdonly)
            && kept(self.nosuid, new.nosuid)
            && kept(self.nodev, new.nodev)
            && kept(self.noexec, new.noexec)
            && self.access_times == new.access_times
            && self.nodiratime == new.nodiratime
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessTimes, MountFlags};

    // Lines of /proc/mounts on Linux 6.18.
    #[test]
    fn flags_show_in_the_kernels_order() {
        let strict = MountFlags { access_times: AccessTimes::Strict, ..MountFlags::default() };
        let noatime = MountFlags {
            nosuid: true,
            nodev: true,
            noexec: true,
            access_times: AccessTimes::Never,
            ..MountFlags::default()
        };
        let nodiratime = MountFlags { nodiratime: true, ..MountFlags::default() };
        let cases = [
            (MountFlags::default(), "relatime"),
            (strict, ""),
            (noatime, "nosuid,nodev,noexec,noatime"),
            (nodiratime, "nodiratime,relatime"),
        ];
        for (flags, expected) in cases {
            assert_eq!(flags.words().collect::<Vec<_>>().join(","), expected);
        }
    }

    #[test]
    fn what_is_locked_can_only_become_stricter() {
        let ro = MountFlags { rdonly: true, ..MountFlags::default() };
        let both = MountFlags { nosuid: true, ..ro };
        assert!(ro.may_become(both) && !both.may_become(ro) && MountFlags::default().may_become(ro));
        assert!(!ro.may_become(MountFlags { access_times: AccessTimes::Never, ..ro }));
    }
}
