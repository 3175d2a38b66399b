//! Putting pids in for actors: a call as an agent gets it.

use drydock_engine::plan::{Actor, Call, FileRef, NamespaceRef, StdioSource, TaskRef, Text};

/// The call with each reference replaced by the pid that `pid` knows; `None` where it knows none.
pub(super) fn resolve(call: &Call, pid: &dyn Fn(&Actor) -> Option<u32>) -> Option<Call> {
    let text = |text: &Text| text.resolve(pid).map(Text::from);
    let texts = |list: &[Text]| list.iter().map(text).collect::<Option<Vec<_>>>();
    let task = |task: &TaskRef| match task {
        TaskRef::Actor(actor) => Some(TaskRef::Pid(i32::try_from(pid(actor)?).ok()?)),
        TaskRef::Pid(pid) => Some(TaskRef::Pid(*pid)),
    };
    let file = |file: &FileRef| match file {
        FileRef::Path(path) => text(path).map(FileRef::Path),
        FileRef::Pipe(end) => Some(FileRef::Pipe(end.clone())),
    };
    Some(match call {
        Call::Mkdir { path, mode } => Call::Mkdir { path: text(path)?, mode: *mode },
        Call::Rmdir { path } => Call::Rmdir { path: text(path)? },
        Call::Rename { from, to } => Call::Rename { from: text(from)?, to: text(to)? },
        Call::Symlink { target, path } => Call::Symlink { target: text(target)?, path: text(path)? },
        Call::Link { from, to } => Call::Link { from: text(from)?, to: text(to)? },
        Call::Mknod { path, kind, mode, major, minor } => {
            Call::Mknod { path: text(path)?, kind: *kind, mode: *mode, major: *major, minor: *minor }
        }
        Call::Fchmodat { path, mode } => Call::Fchmodat { path: text(path)?, mode: *mode },
        Call::Fchownat { path, uid, gid, nofollow } => {
            Call::Fchownat { path: text(path)?, uid: *uid, gid: *gid, nofollow: *nofollow }
        }
        Call::Statfs { path } => Call::Statfs { path: text(path)? },
        Call::Unlink { path } => Call::Unlink { path: text(path)? },
        Call::Open { path, mode } => Call::Open { path: text(path)?, mode: *mode },
        Call::Read { file: from, at_most } => Call::Read { file: file(from)?, at_most: *at_most },
        Call::Write { file: to, data, mode } => {
            Call::Write { file: file(to)?, data: text(data)?, mode: *mode }
        }
        Call::Getdents64 { path } => Call::Getdents64 { path: text(path)? },
        Call::Stat { path } => Call::Stat { path: text(path)? },
        Call::Chdir { path } => Call::Chdir { path: text(path)? },
        Call::Mount { source, target, fstype, flags, data } => Call::Mount {
            source: text(source)?,
            target: text(target)?,
            fstype: fstype.clone(),
            flags: flags.clone(),
            data: text(data)?,
        },
        Call::Umount2 { target, flags } => Call::Umount2 { target: text(target)?, flags: flags.clone() },
        Call::Dup2 { from: StdioSource::File { path, mode }, to } => {
            Call::Dup2 { from: StdioSource::File { path: text(path)?, mode: *mode }, to: *to }
        }
        Call::Dup2 { from: StdioSource::Pipe(_) | StdioSource::Descriptor(_), .. }
        | Call::Pipe2 { .. }
        | Call::ClockNanosleep { .. }
        | Call::Close { .. }
        | Call::Clone3 { .. }
        | Call::ExitGroup { .. }
        | Call::Exit { .. }
        | Call::Setresuid { .. }
        | Call::Setresgid { .. }
        | Call::Capset { .. }
        | Call::Prctl { .. }
        | Call::Setgroups { .. } => call.clone(),
        Call::Execve { path, argv, env } => {
            Call::Execve { path: text(path)?, argv: texts(argv)?, env: texts(env)? }
        }
        Call::Wait4 { task: child, patience_ms } => {
            Call::Wait4 { task: task(child)?, patience_ms: *patience_ms }
        }
        Call::SchedSetaffinity { task: whom, cpus } => {
            Call::SchedSetaffinity { task: task(whom)?, cpus: cpus.clone() }
        }
        Call::SchedGetaffinity { task: whom } => Call::SchedGetaffinity { task: task(whom)? },
        Call::Setpriority { which, task: whom, nice } => {
            Call::Setpriority { which: *which, task: task(whom)?, nice: *nice }
        }
        Call::Getpriority { which, task: whom } => Call::Getpriority { which: *which, task: task(whom)? },
        Call::Prlimit64 { task: whom, resource, new } => {
            Call::Prlimit64 { task: task(whom)?, resource: *resource, new: *new }
        }
        Call::Unshare { .. }
        | Call::Shmget { .. }
        | Call::Msgget { .. }
        | Call::Semget { .. }
        | Call::Shmctl { .. }
        | Call::Msgctl { .. }
        | Call::Semctl { .. } => call.clone(),
        Call::Execveat { argv } => Call::Execveat { argv: texts(argv)? },
        Call::Setns { from, nstype } => {
            let from = match from {
                NamespaceRef::File(path) => NamespaceRef::File(text(path)?),
                NamespaceRef::Task(whom) => NamespaceRef::Task(task(whom)?),
            };
            Call::Setns { from, nstype: nstype.clone() }
        }
        Call::Sethostname { name } => Call::Sethostname { name: text(name)? },
        Call::Setdomainname { name } => Call::Setdomainname { name: text(name)? },
        Call::Chroot { path } => Call::Chroot { path: text(path)? },
        Call::PivotRoot { new_root, put_old } => {
            Call::PivotRoot { new_root: text(new_root)?, put_old: text(put_old)? }
        }
        Call::Kill { task: whom, signal } => Call::Kill { task: task(whom)?, signal: *signal },
        Call::Readlink { path } => Call::Readlink { path: text(path)? },
        Call::Renameat2 { from, to, flags } => {
            Call::Renameat2 { from: text(from)?, to: text(to)?, flags: flags.clone() }
        }
        Call::Truncate { path, length } => Call::Truncate { path: text(path)?, length: *length },
        Call::Lsetxattr { path, name, value, flags } => Call::Lsetxattr {
            path: text(path)?,
            name: name.clone(),
            value: text(value)?,
            flags: flags.clone(),
        },
        Call::Lgetxattr { path, name } => Call::Lgetxattr { path: text(path)?, name: name.clone() },
        Call::Llistxattr { path } => Call::Llistxattr { path: text(path)? },
        Call::Lremovexattr { path, name } => Call::Lremovexattr { path: text(path)?, name: name.clone() },
        Call::Utimensat { path, access, modify, nofollow } => {
            Call::Utimensat { path: text(path)?, access: *access, modify: *modify, nofollow: *nofollow }
        }
        Call::Statx { path, nofollow } => Call::Statx { path: text(path)?, nofollow: *nofollow },
        Call::CopyFileRange { from, to, create } => {
            Call::CopyFileRange { from: text(from)?, to: text(to)?, create: *create }
        }
    })
}
