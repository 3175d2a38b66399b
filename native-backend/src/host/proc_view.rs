//! /proc as an actor's probes read it, also where the actor's root directory has none (chroot, `pivot_root`).

use super::raw;
use nix::dir::Dir;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use std::fs::{File, read_to_string};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Path;

/// A way into /proc.
pub(super) enum ProcView {
    /// The one that the actor sees.
    Mounted,
    /// One of this probe's own, mounted nowhere: nobody sees it, and it goes with the descriptor.
    Own(OwnedFd),
}

impl ProcView {
    /// What there is. Who may not mount has only what is mounted.
    pub(super) fn open() -> Self {
        if Path::new("/proc/self/stat").exists() {
            return Self::Mounted;
        }
        raw::proc_nowhere().map_or(Self::Mounted, Self::Own)
    }

    /// A file by its path below /proc.
    pub(super) fn read(&self, path: &str) -> Option<String> {
        match self {
            Self::Mounted => read_to_string(Path::new("/proc").join(path)).ok(),
            Self::Own(root) => {
                let file = openat(root, path, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty()).ok()?;
                let mut text = String::new();
                File::from(file).read_to_string(&mut text).ok()?;
                Some(text)
            }
        }
    }

    /// The numbers of all processes.
    pub(super) fn pids(&self) -> Vec<u32> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = match self {
            Self::Mounted => Dir::open("/proc", flags, Mode::empty()),
            Self::Own(root) => Dir::openat(root, ".", flags, Mode::empty()),
        };
        let Ok(mut directory) = directory else { return Vec::new() };
        let names =
            directory.iter().flatten().filter_map(|entry| entry.file_name().to_str().ok()?.parse().ok());
        let mut pids: Vec<u32> = names.collect();
        pids.sort_unstable();
        pids
    }
}
