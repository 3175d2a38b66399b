//! Calls on namespaces and root directories.

use super::Caller;
use crate::kernel::fs::path::Walker;
use crate::kernel::namespace::UtsName;
use crate::kernel::refuse::{not_modelled, refuse_path};
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, NamespaceRef, Refusal, Reply, Text};

/// readlink(2).
pub(super) fn readlink(kernel: &Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    kernel.read_link(&caller.task, caller.at, &path).map(Reply::Data)
}

impl Kernel {
    /// Where a symbolic link points, for a task.
    pub(in crate::kernel) fn read_link(&self, task: &Task, at: &str, path: &str) -> Result<String, Refusal> {
        let mut walker = Walker::new(self, task, at);
        let place = walker.link(&task.cwd, path)?;
        walker.check_readable(&place)?;
        if self.kind(&place.node) != FileKind::Symlink {
            return refuse_path(Errno::EINVAL, at, "rule-not-a-link", path);
        }
        match self.link_target(&place.node, task.pid) {
            Some(target) => Ok(target),
            None => refuse_path(Errno::ENOENT, at, "rule-path-missing", path),
        }
    }
}

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

/// chroot(2).
pub(super) fn chroot(_kernel: &mut Kernel, caller: &Caller, _path: &Text) -> Answer {
    not_modelled(caller.at, "other root directories")
}

/// `pivot_root(2)`.
pub(super) fn pivot_root(_kernel: &mut Kernel, caller: &Caller, _new: &Text, _old: &Text) -> Answer {
    not_modelled(caller.at, "other roots")
}
