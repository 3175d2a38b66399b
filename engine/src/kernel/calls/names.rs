//! Calls that give and move names, and statfs(2).

use super::Caller;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::kernel::refuse::refuse_path;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, Refusal, Reply, Text};

/// rename(2), renameat2(2).
pub(super) fn rename(
    kernel: &mut Kernel,
    caller: &Caller,
    from: &Text,
    to: &Text,
    flags: &[String],
) -> Answer {
    let (from, to) = (kernel.text(from, caller.at)?, kernel.text(to, caller.at)?);
    kernel.rename(&caller.task, &from, &to, flags, caller.at)?;
    Ok(Reply::Done)
}

/// symlink(2).
pub(super) fn symlink(kernel: &mut Kernel, caller: &Caller, target: &Text, path: &Text) -> Answer {
    let (target, path) = (kernel.text(target, caller.at)?, kernel.text(path, caller.at)?);
    kernel.make_symlink(&caller.task, &target, &path)?;
    Ok(Reply::Done)
}

/// link(2).
pub(super) fn link(kernel: &mut Kernel, caller: &Caller, from: &Text, to: &Text) -> Answer {
    let (from, to) = (kernel.text(from, caller.at)?, kernel.text(to, caller.at)?);
    kernel.make_link(&caller.task, &from, &to)?;
    Ok(Reply::Done)
}

/// readlink(2): EINVAL for what is no symbolic link.
pub(super) fn readlink(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let (place, target) = kernel.read_link(&caller.task, caller.at, &path)?;
    kernel.note_access(&place);
    Ok(Reply::Data(target))
}

impl Kernel {
    /// A symbolic link, and where it points for a task.
    pub(in crate::kernel) fn read_link(
        &self,
        task: &Task,
        at: &str,
        path: &str,
    ) -> Result<(Place, String), Refusal> {
        let mut walker = Walker::new(self, task, at);
        let place = walker.link(&task.cwd, path)?;
        walker.check_readable(&place)?;
        if self.kind(&place.node) != FileKind::Symlink {
            return refuse_path(Errno::EINVAL, at, "rule-not-a-link", path);
        }
        match self.link_target(&place.node, task.pid) {
            Some(target) => Ok((place, target)),
            None => refuse_path(Errno::ENOENT, at, "rule-path-missing", path),
        }
    }
}

/// mknod(2).
pub(super) fn mknod(
    kernel: &mut Kernel,
    caller: &Caller,
    path: &Text,
    kind: FileKind,
    mode: u32,
    device: (u32, u32),
) -> Answer {
    let path = kernel.text(path, caller.at)?;
    kernel.make_node(&caller.task, &path, kind, mode, device)?;
    Ok(Reply::Done)
}

/// statfs(2).
pub(super) fn statfs(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &path)?;
    Ok(Reply::Statfs(Box::new(kernel.room_of(&place.node))))
}
