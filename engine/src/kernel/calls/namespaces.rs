//! Calls on namespaces and root directories.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::namespace::{NamespaceId, NamespaceKind};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, NamespaceRef, Refusal, Reply, Rule, TaskRef, Text};

/// unshare(2).
pub(super) fn unshare(kernel: &mut Kernel, caller: &Caller, flags: &[String]) -> Answer {
    for flag in flags.iter().filter(|flag| *flag != "fs") {
        match NamespaceKind::of_flag(flag) {
            Some(NamespaceKind::Mnt) => unshare_mounts(kernel, caller)?,
            Some(_) => return not_modelled(caller.at, &format!("CLONE_{}", flag.to_ascii_uppercase())),
            None => return refuse(Errno::EINVAL, caller.at, Rule::new("rule-clone-flag").with("flag", flag)),
        }
    }
    Ok(Reply::Done)
}

/// unshare(2) with CLONE_NEWNS.
fn unshare_mounts(kernel: &mut Kernel, caller: &Caller) -> Result<(), Refusal> {
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
    let owner = caller.task.namespaces.get(NamespaceKind::User);
    kernel.new_mount_namespace(caller.task.pid, owner).map(|_| ())
}

/// setns(2).
pub(super) fn setns(kernel: &mut Kernel, caller: &Caller, from: &NamespaceRef, nstype: &[String]) -> Answer {
    match (from, nstype) {
        (NamespaceRef::Task(task), [flag]) if flag == "newns" => {
            let namespace = kernel.mounts_of_other(task)?;
            setns_mounts(kernel, caller, namespace)?;
            Ok(Reply::Done)
        }
        _ => not_modelled(caller.at, "entering namespaces"),
    }
}

/// setns(2) into a mount namespace. Threads that share root and working directory can't (`mntns_install`).
fn setns_mounts(kernel: &mut Kernel, caller: &Caller, namespace: NamespaceId) -> Result<(), Refusal> {
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
    if kernel.n_threads(&caller.task) > 1 {
        return refuse(Errno::EINVAL, caller.at, Rule::new("rule-setns-threads"));
    }
    kernel.enter_mount_namespace(caller.task.pid, namespace);
    Ok(())
}

impl Kernel {
    /// The mount namespace of a task that is named.
    fn mounts_of_other(&self, task: &TaskRef) -> Result<NamespaceId, Refusal> {
        let pid = match task {
            TaskRef::Actor(actor) => self.pid_of(actor),
            TaskRef::Pid(pid) => u32::try_from(*pid).ok(),
        };
        match pid.and_then(|pid| self.task(pid)).filter(|task| task.is_alive()) {
            Some(task) => Ok(task.mount_namespace()),
            None => refuse(Errno::ESRCH, "pidfd_open", Rule::new("rule-no-such-process").with("pid", task)),
        }
    }
}

/// sethostname(2).
pub(super) fn sethostname(_kernel: &mut Kernel, caller: &Caller, _name: &Text) -> Answer {
    not_modelled(caller.at, "host names")
}

/// setdomainname(2).
pub(super) fn setdomainname(_kernel: &mut Kernel, caller: &Caller, _name: &Text) -> Answer {
    not_modelled(caller.at, "domain names")
}

/// chroot(2). The directory is looked up first, then who may (fs/open.c).
pub(super) fn chroot(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = directory(kernel, caller, &path)?;
    kernel.permit(&caller.task, &place.node, Access::SEARCH, caller.at, &path)?;
    kernel.require(&caller.task, Capability::SysChroot, caller.at, "rule-chroot-needs-root")?;
    kernel.change_process(caller.task.pid, |task| task.root = place.clone());
    Ok(Reply::Done)
}

/// `pivot_root(2)`. Who may is asked first.
pub(super) fn pivot_root(kernel: &mut Kernel, caller: &Caller, new: &Text, old: &Text) -> Answer {
    let (new, old) = (kernel.text(new, caller.at)?, kernel.text(old, caller.at)?);
    kernel.require(&caller.task, Capability::SysAdmin, caller.at, "rule-mount-needs-root")?;
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
