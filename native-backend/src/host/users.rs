//! Calls on users and owners. Runs in the agents.

use super::files::refused;
use super::raw;
use drydock_engine::plan::{Answer, Reply};
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::{Gid, Uid, fchownat};

/// setresuid(2).
pub(super) fn set_user(ids: [Option<u32>; 3]) -> Answer {
    raw::set_ids(libc::SYS_setresuid, ids).map_err(refused("setresuid"))?;
    remain_dumpable();
    Ok(Reply::Done)
}

/// setresgid(2).
pub(super) fn set_group(ids: [Option<u32>; 3]) -> Answer {
    raw::set_ids(libc::SYS_setresgid, ids).map_err(refused("setresgid"))?;
    remain_dumpable();
    Ok(Reply::Done)
}

/// setgroups(2).
pub(super) fn set_groups(groups: &[u32]) -> Answer {
    raw::set_groups(groups).map_err(refused("setgroups"))?;
    Ok(Reply::Done)
}

/// A process that changes its user hides its files in /proc from it until the next execve(2) (prctl(2),
/// PR_SET_DUMPABLE). An agent goes on without one, and stands for the command that would have come by it.
fn remain_dumpable() {
    // Where it is refused, the files stay hidden.
    let _ = nix::sys::prctl::set_dumpable(true);
}

/// fchmodat(2).
pub(super) fn change_mode(path: &str, mode: u32) -> Answer {
    let mode = Mode::from_bits_truncate(mode);
    fchmodat(AT_FDCWD, path, mode, FchmodatFlags::FollowSymlink).map_err(refused("fchmodat"))?;
    Ok(Reply::Done)
}

/// fchownat(2).
pub(super) fn change_owner(path: &str, uid: Option<u32>, gid: Option<u32>, nofollow: bool) -> Answer {
    let flags = if nofollow { AtFlags::AT_SYMLINK_NOFOLLOW } else { AtFlags::empty() };
    let (uid, gid) = (uid.map(Uid::from_raw), gid.map(Gid::from_raw));
    fchownat(AT_FDCWD, path, uid, gid, flags).map_err(refused("fchownat"))?;
    Ok(Reply::Done)
}
