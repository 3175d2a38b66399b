//! Calls on users and on whose files are.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::path::Walker;
use crate::kernel::namespace::IdKind;
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::{Capabilities, Capability};
use crate::kernel::user::credentials::{Credentials, Wanted};
use crate::plan::capability::Prctl;
use crate::plan::{Answer, Errno, Refusal, Reply, Rule, Text};

/// setresuid(2).
pub(super) fn setresuid(kernel: &mut Kernel, caller: &Caller, wanted: Wanted) -> Answer {
    let wanted = known(kernel, caller, IdKind::User, wanted)?;
    let user = wanted[0].unwrap_or(caller.task.credentials.uid.real);
    let exceeded = kernel.is_nproc_exceeded(&caller.task, user);
    let root = kernel.root_of(caller.task.credentials.users);
    let answer = change(kernel, caller, |credentials| credentials.set_user(wanted, root))?;
    kernel.flag_nproc(caller.task.pid, exceeded);
    Ok(answer)
}

/// setresgid(2).
pub(super) fn setresgid(kernel: &mut Kernel, caller: &Caller, wanted: Wanted) -> Answer {
    let wanted = known(kernel, caller, IdKind::Group, wanted)?;
    change(kernel, caller, |credentials| credentials.set_group(wanted))
}

/// setgroups(2).
pub(super) fn setgroups(kernel: &mut Kernel, caller: &Caller, groups: &[u32]) -> Answer {
    let who = caller.task.credentials();
    if who.has(Capability::Setgid) && !kernel.may_set_groups(who.users) {
        return refuse(Errno::EPERM, caller.at, Rule::new("rule-setgroups-denied"));
    }
    let known = groups.iter().map(|gid| known_id(kernel, caller, IdKind::Group, *gid));
    // The capability is looked at first.
    let groups = if who.has(Capability::Setgid) { known.collect::<Result<_, _>>()? } else { groups.to_vec() };
    change(kernel, caller, |credentials| credentials.set_groups(&groups))
}

/// The machine's id behind one that a task names; EINVAL where its user namespace has none (setresuid(2), EINVAL).
fn known_id(kernel: &Kernel, caller: &Caller, kind: IdKind, id: u32) -> Result<u32, Refusal> {
    match kernel.id_down(caller.task.credentials.users, kind, id) {
        Some(id) => Ok(id),
        None => refuse(Errno::EINVAL, caller.at, Rule::new("rule-id-unmapped").with("id", id)),
    }
}

fn known(kernel: &Kernel, caller: &Caller, kind: IdKind, wanted: Wanted) -> Result<Wanted, Refusal> {
    let mut ids = [None; 3];
    for (place, id) in ids.iter_mut().zip(wanted) {
        *place = id.map(|id| known_id(kernel, caller, kind, id)).transpose()?;
    }
    Ok(ids)
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

/// capset(2): effective, permitted and inheritable.
pub(super) fn capset(kernel: &mut Kernel, caller: &Caller, sets: [u64; 3]) -> Answer {
    let [effective, permitted, inheritable] = sets.map(Capabilities::of);
    change(kernel, caller, |credentials| credentials.set_capabilities(effective, permitted, inheritable))
}

/// prctl(2).
pub(super) fn prctl(kernel: &mut Kernel, caller: &Caller, option: Prctl) -> Answer {
    change(kernel, caller, |credentials| credentials.control(option))
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
    let uid = uid.map(|id| known_id(kernel, caller, IdKind::User, id)).transpose()?;
    let gid = gid.map(|id| known_id(kernel, caller, IdKind::Group, id)).transpose()?;
    let mut walker = Walker::new(kernel, &caller.task, caller.at);
    let start = &caller.task.cwd;
    let place = if nofollow { walker.link(start, &path)? } else { walker.place(start, &path)? };
    kernel.change_owner(&caller.task, &place, uid, gid, &path)?;
    Ok(Reply::Done)
}
