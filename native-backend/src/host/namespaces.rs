//! Leaving and entering namespaces. Runs in the agents.

use super::files::{self, refused};
use super::raw;
use drydock_engine::plan::{Answer, Errno, Refusal, Reply};
use nix::sched::CloneFlags;
use std::fs::File;
use std::os::fd::AsFd;

/// unshare(2).
pub(super) fn unshare(flags: &[String]) -> Answer {
    nix::sched::unshare(flags_of(flags, "unshare")?).map_err(refused("unshare"))?;
    Ok(Reply::Done)
}

/// open(2) and setns(2).
pub(super) fn enter(path: &str, nstype: &[String]) -> Answer {
    let file = File::open(path).map_err(|error| files::io(&error, "open"))?;
    nix::sched::setns(file.as_fd(), flags_of(nstype, "setns")?).map_err(refused("setns"))?;
    Ok(Reply::Done)
}

/// `pidfd_open(2)` and setns(2).
pub(super) fn enter_those_of(pid: i32, nstype: &[String]) -> Answer {
    let task = raw::pidfd_open(pid).map_err(refused("pidfd_open"))?;
    nix::sched::setns(task.as_fd(), flags_of(nstype, "setns")?).map_err(refused("setns"))?;
    Ok(Reply::Done)
}

/// Flags of clone(2) by their names without `CLONE_`; numbers are taken as they are.
pub(super) fn flags_of(names: &[String], at: &str) -> Result<CloneFlags, Refusal> {
    let mut flags = CloneFlags::empty();
    for name in names {
        flags |= match name.as_str() {
            "newns" => CloneFlags::CLONE_NEWNS,
            "newuts" => CloneFlags::CLONE_NEWUTS,
            "newipc" => CloneFlags::CLONE_NEWIPC,
            "newnet" => CloneFlags::CLONE_NEWNET,
            "newpid" => CloneFlags::CLONE_NEWPID,
            "newuser" => CloneFlags::CLONE_NEWUSER,
            "newcgroup" => CloneFlags::CLONE_NEWCGROUP,
            "newtime" => CloneFlags::from_bits_retain(0x80),
            "fs" => CloneFlags::CLONE_FS,
            "files" => CloneFlags::CLONE_FILES,
            "vm" => CloneFlags::CLONE_VM,
            "thread" => CloneFlags::CLONE_THREAD,
            "sighand" => CloneFlags::CLONE_SIGHAND,
            other => number(other).ok_or_else(|| Refusal::bare(Errno::EINVAL, at))?,
        };
    }
    Ok(flags)
}

fn number(word: &str) -> Option<CloneFlags> {
    let bits = word.strip_prefix("0x").and_then(|digits| i32::from_str_radix(digits, 16).ok());
    bits.map(CloneFlags::from_bits_retain)
}
