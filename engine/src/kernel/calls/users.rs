//! Calls on users and on whose files are.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::path::Walker;
use crate::kernel::user::credentials::{Credentials, Wanted};
use crate::plan::{Answer, Refusal, Reply, Text};

/// setresuid(2).
pub(super) fn setresuid(kernel: &mut Kernel, caller: &Caller, wanted: Wanted) -> Answer {
    let user = wanted[0].unwrap_or(caller.task.credentials.uid.real);
    let exceeded = kernel.is_nproc_exceeded(&caller.task, user);
    let answer = change(kernel, caller, |credentials| credentials.set_user(wanted))?;
    kernel.flag_nproc(caller.task.pid, exceeded);
    Ok(answer)
}

/// setresgid(2).
pub(super) fn setresgid(kernel: &mut Kernel, caller: &Caller, wanted: Wanted) -> Answer {
    change(kernel, caller, |credentials| credentials.set_group(wanted))
}

/// setgroups(2).
pub(super) fn setgroups(kernel: &mut Kernel, caller: &Caller, groups: &[u32]) -> Answer {
    change(kernel, caller, |credentials| credentials.set_groups(groups))
}

/// The system calls change one thread; that a C library changes all of a process is not the kernel's doing.
fn change(
    kernel: &mut Kernel,
    caller: &Caller,
    change: impl FnOnce(&mut Credentials) -> Result<(), Refusal>,
) -> Answer {
    let mut credentials = (*caller.task.credentials).clone();
    change(&mut credentials)?;
    if let Some(mut task) = kernel.task_mut(caller.task.pid) {
        task.credentials = credentials.into();
    }
    Ok(Reply::Done)
}

/// fchmodat(2).
pub(super) fn fchmodat(kernel: &mut Kernel, caller: &Caller, path: &Text, mode: u32) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &path)?;
    kernel.change_mode(&caller.task, &place, mode, caller.at, &path)?;
    Ok(Reply::Done)
}

/// fchownat(2).
pub(super) fn fchownat(
    kernel: &mut Kernel,
    caller: &Caller,
    path: &Text,
    (uid, gid): (Option<u32>, Option<u32>),
    nofollow: bool,
) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let mut walker = Walker::new(kernel, &caller.task, caller.at);
    let start = &caller.task.cwd;
    let place = if nofollow { walker.link(start, &path)? } else { walker.place(start, &path)? };
    kernel.change_owner(&caller.task, &place, uid, gid, &path)?;
    Ok(Reply::Done)
}
