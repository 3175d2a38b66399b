//! Sets of capabilities, capabilities(7).

use serde::{Serialize, Serializer};

/// One of the things that only root may do (include/uapi/linux/capability.h). Those that a rule of the model asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Give a file to somebody else.
    Chown = 0,
    /// Read, write and search whatever the mode says.
    DacOverride = 1,
    /// Read files and search directories whatever the mode says.
    DacReadSearch = 2,
    /// Do what only a file's owner may.
    Fowner = 3,
    /// Keep the set-group-ID bit of a file of another group.
    Fsetid = 4,
    /// Send signals to anybody.
    Kill = 5,
    /// Take any group.
    Setgid = 6,
    /// Become any user.
    Setuid = 7,
    /// Lower the bounding set, choose what is inheritable.
    Setpcap = 8,
    /// Use IPC objects whatever their mode says.
    IpcOwner = 15,
    /// Change the root directory.
    SysChroot = 18,
    /// Look into the tasks of others.
    SysPtrace = 19,
    /// Mount, and much else.
    SysAdmin = 21,
    /// Raise priorities, bind the tasks of others to CPUs.
    SysNice = 23,
    /// Go beyond limits.
    SysResource = 24,
    /// Set clocks.
    SysTime = 25,
    /// Make devices.
    Mknod = 27,
    /// Give files capabilities, map root.
    Setfcap = 31,
}

impl Capability {
    /// Its name, as capabilities(7) has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chown => "CAP_CHOWN",
            Self::DacOverride => "CAP_DAC_OVERRIDE",
            Self::DacReadSearch => "CAP_DAC_READ_SEARCH",
            Self::Fowner => "CAP_FOWNER",
            Self::Fsetid => "CAP_FSETID",
            Self::Kill => "CAP_KILL",
            Self::Setgid => "CAP_SETGID",
            Self::Setuid => "CAP_SETUID",
            Self::Setpcap => "CAP_SETPCAP",
            Self::IpcOwner => "CAP_IPC_OWNER",
            Self::SysChroot => "CAP_SYS_CHROOT",
            Self::SysPtrace => "CAP_SYS_PTRACE",
            Self::SysAdmin => "CAP_SYS_ADMIN",
            Self::SysNice => "CAP_SYS_NICE",
            Self::SysResource => "CAP_SYS_RESOURCE",
            Self::SysTime => "CAP_SYS_TIME",
            Self::Mknod => "CAP_MKNOD",
            Self::Setfcap => "CAP_SETFCAP",
        }
    }
}

/// The last one that the kernels of the profiles know, `CAP_CHECKPOINT_RESTORE` (Linux 5.9).
const LAST: u32 = 40;

/// A set of capabilities, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u64);

impl Capabilities {
    /// None.
    pub const NONE: Self = Self(0);
    /// All that the kernel knows.
    pub const ALL: Self = Self((1 << (LAST + 1)) - 1);

    /// Those of some bits that the kernel knows; it passes over the others (kernel/capability.c, `mk_kernel_cap`).
    pub(crate) fn of(bits: u64) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// True where the other has all of these.
    pub(crate) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// True where it is in the set.
    pub fn has(self, capability: Capability) -> bool {
        self.0 & 1 << capability as u32 != 0
    }

    /// What is in both sets.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in one of the sets.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is not in the bits of the other.
    #[must_use]
    pub(crate) fn without(self, bits: u64) -> Self {
        Self(self.0 & !bits)
    }

    /// Sixteen hexadecimal digits, as /proc/PID/status shows a set.
    pub fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

impl Serialize for Capabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Capability};

    #[test]
    fn sets_are_shown_as_proc_shows_them() {
        assert_eq!(Capabilities::ALL.hex(), "000001ffffffffff");
        assert_eq!(Capabilities::NONE.hex(), "0000000000000000");
        assert!(Capabilities::ALL.has(Capability::Mknod));
        assert!(!Capabilities::NONE.has(Capability::Chown));
    }
}
