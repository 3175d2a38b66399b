//! Calls on namespaces and root directories.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::namespace::UtsName;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, NamespaceRef, Refusal, Reply, Rule, Text};

/// unshare(2).
pub(super) fn unshare(kernel: &mut Kernel, caller: &Caller, flags: &[String]) -> Answer {
    kernel.unshare(&caller.task, flags)?;
    Ok(Reply::Done)
}

/// setns(2).
pub(super) fn setns(kernel: &mut Kernel, caller: &Caller, from: &NamespaceRef, nstype: &[String]) -> Answer {
    match from {
        NamespaceRef::File(path) => {
            let path = kernel.text(path, caller.at)?;
            kernel.enter_file(&caller.task, &path, nstype)?;
        }
        NamespaceRef::Task(task) => kernel.enter_those_of(&caller.task, task, nstype)?,
    }
    Ok(Reply::Done)
}

/// sethostname(2).
pub(super) fn sethostname(kernel: &mut Kernel, caller: &Caller, name: &Text) -> Answer {
    let name = kernel.text(name, caller.at)?;
    kernel.set_uts_name(&caller.task, UtsName::Host, &name, caller.at)?;
    Ok(Reply::Done)
}

/// setdomainname(2).
pub(super) fn setdomainname(kernel: &mut Kernel, caller: &Caller, name: &Text) -> Answer {
    let name = kernel.text(name, caller.at)?;
    kernel.set_uts_name(&caller.task, UtsName::Domain, &name, caller.at)?;
    Ok(Reply::Done)
}

/// chroot(2). The directory is looked up first, then who may (fs/open.c).
pub(super) fn chroot(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = directory(kernel, caller, &path)?;
    kernel.permit(&caller.task, &place.node, Access::SEARCH, caller.at, &path)?;
    let who = caller.task.credentials();
    if !kernel.has_capability(who, who.users, Capability::SysChroot) {
        let rule = Rule::new("rule-chroot-needs-root").with("uid", who.uid.effective);
        return refuse(Errno::EPERM, caller.at, rule);
    }
    kernel.change_process(caller.task.pid, |task| task.root = place.clone());
    Ok(Reply::Done)
}

/// `pivot_root(2)`. Who may is asked first.
pub(super) fn pivot_root(kernel: &mut Kernel, caller: &Caller, new: &Text, old: &Text) -> Answer {
    let (new, old) = (kernel.text(new, caller.at)?, kernel.text(old, caller.at)?);
    kernel.permit_mounts(&caller.task, caller.at)?;
    let new_place = directory(kernel, caller, &new)?;
    let old_place = directory(kernel, caller, &old)?;
    kernel.pivot(&caller.task, &new_place, &old_place, (&new, &old))?;
    Ok(Reply::Done)
}

/// The directory that a path leads to.
fn directory(kernel: &Kernel, caller: &Caller, path: &str) -> Result<Place, Refusal> {
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, path)?;
    if kernel.kind(&place.node) != FileKind::Directory {
        return refuse_path(Errno::ENOTDIR, caller.at, "rule-path-not-directory", path);
    }
    Ok(place)
}
