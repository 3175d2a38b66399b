//! Calls on files and directories.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::fs::path::Walker;
use crate::kernel::refuse::refuse_path;
use crate::kernel::user::access::Access;
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Errno, FileRef, OpenMode, Refusal, Reply, Text};

/// mkdir(2).
pub(super) fn mkdir(kernel: &mut Kernel, caller: &Caller, path: &Text, mode: u32) -> Answer {
    let path = kernel.text(path, caller.at)?;
    kernel.make_directory(&caller.task, &path, mode)?;
    Ok(Reply::Done)
}

/// rmdir(2).
pub(super) fn rmdir(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let effects = kernel.remove_directory(&caller.task, &path)?;
    kernel.carry_out(effects);
    Ok(Reply::Done)
}

/// unlink(2).
pub(super) fn unlink(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    kernel.remove_name(&caller.task, &path)?;
    Ok(Reply::Done)
}

/// open(2) and close(2).
pub(super) fn open(kernel: &mut Kernel, caller: &Caller, path: &Text, mode: OpenMode) -> Answer {
    let path = kernel.text(path, caller.at)?;
    kernel.open(&caller.task, &path, mode)?;
    Ok(Reply::Done)
}

/// open(2), read(2) to the end or so many bytes, close(2); or read(2) of a pipe.
pub(super) fn read(kernel: &mut Kernel, caller: &Caller, file: &FileRef, at_most: Option<u64>) -> Answer {
    match file {
        FileRef::Path(path) => {
            let path = kernel.text(path, "open")?;
            let place = kernel.open_to_read(&caller.task, &path)?;
            let data = kernel.read_part(&caller.task, &place, &path, at_most)?;
            kernel.note_access(&place);
            Ok(Reply::Data(data))
        }
        FileRef::Pipe(end) => {
            let handle = kernel.held_end(caller.task.pid, end, "read")?;
            kernel.read_pipe(caller.task.pid, &handle, at_most).map(Reply::Data)
        }
    }
}

/// open(2), one write(2), close(2); or write(2) to a pipe.
pub(super) fn write(
    kernel: &mut Kernel,
    caller: &Caller,
    file: &FileRef,
    data: &Text,
    mode: OpenMode,
) -> Answer {
    let data = kernel.text(data, "write")?;
    match file {
        FileRef::Path(path) => {
            let path = kernel.text(path, "open")?;
            let place = kernel.open(&caller.task, &path, mode)?;
            if mode == OpenMode::Read {
                return refuse_path(Errno::EBADF, "write", "rule-opened-to-read", &path);
            }
            let effects = kernel.write_place(&caller.task, &place, mode, &data)?;
            kernel.carry_out(effects);
            Ok(Reply::Count(data.len() as u64))
        }
        FileRef::Pipe(end) => {
            let handle = kernel.held_end(caller.task.pid, end, "write")?;
            kernel.write_pipe(&handle, &data).map(Reply::Count)
        }
    }
}

/// getdents64(2).
pub(super) fn getdents64(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let entries = kernel.list(&caller.task, &path, "open")?;
    let place = Walker::new(kernel, &caller.task, "open").place(&caller.task.cwd, &path)?;
    kernel.note_access(&place);
    Ok(Reply::Entries(entries))
}

/// stat(2).
pub(super) fn stat(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &path)?;
    Ok(Reply::Stat(kernel.stat_seen_by(&caller.task, kernel.stat(&place.node))))
}

/// chdir(2).
pub(super) fn chdir(kernel: &mut Kernel, caller: &Caller, path: &Text) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let place = Walker::new(kernel, &caller.task, caller.at).place(&caller.task.cwd, &path)?;
    if kernel.kind(&place.node) != FileKind::Directory {
        return refuse_path(Errno::ENOTDIR, caller.at, "rule-path-not-directory", &path);
    }
    kernel.permit(&caller.task, &place.node, Access::SEARCH, caller.at, &path)?;
    kernel.change_process(caller.task.pid, |task| task.cwd = place.clone());
    Ok(Reply::Done)
}

impl Kernel {
    /// The entries of a directory by its path.
    pub(crate) fn list(
        &self,
        task: &crate::kernel::Task,
        path: &str,
        at: &str,
    ) -> Result<Vec<crate::plan::reply::Entry>, Refusal> {
        let place = Walker::new(self, task, at).place(&task.cwd, path)?;
        if self.kind(&place.node) != FileKind::Directory {
            return refuse_path(Errno::ENOTDIR, at, "rule-path-not-directory", path);
        }
        self.permit(task, &place.node, Access::READ, at, path)?;
        Ok(self.entries(&place.node, task.pid))
    }
}
