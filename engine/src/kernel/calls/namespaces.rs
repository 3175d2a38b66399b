//! Calls on namespaces and root directories.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::path::Walker;
use crate::kernel::refuse::{not_modelled, refuse_path};
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, NamespaceRef, Reply, Text};

/// readlink(2).
pub(super) fn readlink(kernel: &Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).link(&caller.task.cwd, &path)?;
    if kernel.kind(&place.node) != FileKind::Symlink {
        return refuse_path(Errno::EINVAL, caller.at, "rule-not-a-link", &path);
    }
    match kernel.link_target(&place.node, caller.task.pid) {
        Some(target) => Ok(Reply::Data(target)),
        None => refuse_path(Errno::ENOENT, caller.at, "rule-path-missing", &path),
    }
}

/// unshare(2).
pub(super) fn unshare(_kernel: &mut Kernel, caller: &Caller, flags: &[String]) -> Answer {
    if flags.is_empty() {
        return Ok(Reply::Done);
    }
    not_modelled(caller.at, "leaving namespaces")
}

/// setns(2).
pub(super) fn setns(
    _kernel: &mut Kernel,
    caller: &Caller,
    _from: &NamespaceRef,
    _nstype: &[String],
) -> Answer {
    not_modelled(caller.at, "entering namespaces")
}

/// sethostname(2).
pub(super) fn sethostname(_kernel: &mut Kernel, caller: &Caller, _name: &Text) -> Answer {
    not_modelled(caller.at, "host names")
}

/// setdomainname(2).
pub(super) fn setdomainname(_kernel: &mut Kernel, caller: &Caller, _name: &Text) -> Answer {
    not_modelled(caller.at, "domain names")
}

/// chroot(2).
pub(super) fn chroot(_kernel: &mut Kernel, caller: &Caller, _path: &Text) -> Answer {
    not_modelled(caller.at, "other root directories")
}

/// `pivot_root(2)`.
pub(super) fn pivot_root(_kernel: &mut Kernel, caller: &Caller, _new: &Text, _old: &Text) -> Answer {
    not_modelled(caller.at, "other roots")
}
