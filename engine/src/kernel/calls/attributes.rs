//! Calls on sizes, times and extended attributes.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::Place;
use crate::kernel::fs::path::Walker;
use crate::plan::{Answer, Refusal, Reply, SetTime, Text};

impl Kernel {
    /// The place of a path; of a symbolic link at its end itself, where `nofollow` says so.
    fn place_of(&self, caller: &Caller, path: &str, nofollow: bool) -> Result<Place, Refusal> {
        let mut walker = Walker::new(self, &caller.task, caller.at);
        let start = &caller.task.cwd;
        if nofollow { walker.link(start, path) } else { walker.place(start, path) }
    }
}

/// truncate(2).
pub(super) fn truncate(kernel: &mut Kernel, caller: &Caller, path: &Text, length: u64) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, false)?;
    kernel.truncate(&caller.task, &place, length, &path)?;
    Ok(Reply::Done)
}

/// lsetxattr(2).
pub(super) fn lsetxattr(
    kernel: &mut Kernel,
    caller: &Caller,
    path: &Text,
    (name, value): (&str, &Text),
    flags: &[String],
) -> Answer {
    let (path, value) = (kernel.text(path, caller.at)?, kernel.text(value, caller.at)?);
    let place = kernel.place_of(caller, &path, true)?;
    kernel.set_attribute(&caller.task, &place, (name, &value), flags, &path)?;
    Ok(Reply::Done)
}

/// lgetxattr(2).
pub(super) fn lgetxattr(kernel: &mut Kernel, caller: &Caller, path: &Text, name: &str) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, true)?;
    kernel.read_attribute(&caller.task, &place, name, &path).map(Reply::Data)
}

/// llistxattr(2).
pub(super) fn llistxattr(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, true)?;
    Ok(Reply::Names(kernel.list_attributes(&caller.task, &place)))
}

/// lremovexattr(2).
pub(super) fn lremovexattr(kernel: &mut Kernel, caller: &Caller, path: &Text, name: &str) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, true)?;
    kernel.remove_attribute(&caller.task, &place, name, &path)?;
    Ok(Reply::Done)
}

/// utimensat(2).
pub(super) fn utimensat(
    kernel: &mut Kernel,
    caller: &Caller,
    path: &Text,
    times: (SetTime, SetTime),
    nofollow: bool,
) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, nofollow)?;
    kernel.set_times(&caller.task, &place, times, &path)?;
    Ok(Reply::Done)
}

/// statx(2).
pub(super) fn statx(kernel: &mut Kernel, caller: &Caller, path: &Text, nofollow: bool) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = kernel.place_of(caller, &path, nofollow)?;
    Ok(Reply::Statx(Box::new(kernel.statx(&caller.task, &place))))
}

/// `copy_file_range(2)` of a whole file.
pub(super) fn copy_file_range(
    kernel: &mut Kernel,
    caller: &Caller,
    from: &Text,
    to: &Text,
    create: Option<u32>,
) -> Answer {
    let (from, to) = (kernel.text(from, "open")?, kernel.text(to, "open")?);
    kernel.copy_file(&caller.task, &from, &to, create).map(Reply::Count)
}
