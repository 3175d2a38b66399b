//! From a [`Call`] to the system call of this name. Runs in the agents.
//!
//! A text that reaches this module has its references to pids resolved by the controller.

use super::agent::{Agent, Ends};
use super::files::{self, Refused, refused};
use super::raw::{self, Ipc};
use super::{again, attributes, namespaces, process, scheduling, settle, users};
use drydock_engine::plan::{
    Answer, Call, Errno, FileRef, IpcFlags, NamespaceRef, OpenMode, PipeName, Refusal, Reply, StdioSource,
    TaskRef, Text,
};
use nix::fcntl::OFlag;
use nix::mount::{MntFlags, MsFlags};
use nix::sys::stat::Mode;
use rustix::fs::{RenameFlags, XattrFlags};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// What has become of a call.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is answered.
    Answer(Answer),
    /// It made a child, whose socket is for the controller.
    Parent(Answer, OwnedFd),
    /// This process is that child.
    Child,
}

/// Performs a call in this process.
/// `request` is its number, and the pids that a child shall have.
pub(super) fn perform(agent: &mut Agent, call: &Call, request: (u64, &[u32])) -> Outcome {
    match call {
        Call::Clone3 { child: _, flags } => process::clone3(agent, flags, request.1),
        Call::Execveat { argv } => {
            let done = plains(argv).and_then(|argv| again::execute(agent, request.0, &argv));
            Outcome::Answer(done)
        }
        Call::Mkdir { .. }
        | Call::Rmdir { .. }
        | Call::Unlink { .. }
        | Call::Rename { .. }
        | Call::Symlink { .. }
        | Call::Link { .. }
        | Call::Mknod { .. }
        | Call::Statfs { .. }
        | Call::Open { .. }
        | Call::Read { .. }
        | Call::Write { .. }
        | Call::Getdents64 { .. }
        | Call::Stat { .. }
        | Call::Chdir { .. }
        | Call::Mount { .. }
        | Call::Umount2 { .. }
        | Call::Pipe2 { .. }
        | Call::Dup2 { .. }
        | Call::Close { .. }
        | Call::Execve { .. }
        | Call::ExitGroup { .. }
        | Call::Wait4 { .. }
        | Call::Kill { .. }
        | Call::ClockNanosleep { .. }
        | Call::Exit { .. }
        | Call::SchedSetaffinity { .. }
        | Call::SchedGetaffinity { .. }
        | Call::Setpriority { .. }
        | Call::Getpriority { .. }
        | Call::Setresuid { .. }
        | Call::Setresgid { .. }
        | Call::Setgroups { .. }
        | Call::Capset { .. }
        | Call::Prctl { .. }
        | Call::Fchmodat { .. }
        | Call::Fchownat { .. }
        | Call::Prlimit64 { .. }
        | Call::Readlink { .. }
        | Call::Unshare { .. }
        | Call::Setns { .. }
        | Call::Sethostname { .. }
        | Call::Setdomainname { .. }
        | Call::Chroot { .. }
        | Call::PivotRoot { .. }
        | Call::Renameat2 { .. }
        | Call::Truncate { .. }
        | Call::Lsetxattr { .. }
        | Call::Lgetxattr { .. }
        | Call::Llistxattr { .. }
        | Call::Lremovexattr { .. }
        | Call::Utimensat { .. }
        | Call::Statx { .. }
        | Call::CopyFileRange { .. }
        | Call::Shmget { .. }
        | Call::Msgget { .. }
        | Call::Semget { .. }
        | Call::Shmctl { .. }
        | Call::Msgctl { .. }
        | Call::Semctl { .. } => Outcome::Answer(answer(agent, call)),
    }
}

fn answer(agent: &mut Agent, call: &Call) -> Answer {
    let at = call.name();
    match call {
        Call::Mkdir { path, mode } => {
            let mode = Mode::from_bits_truncate(*mode);
            done(nix::unistd::mkdir(plain(path)?, mode), at)
        }
        Call::Rmdir { path } => done(files::rmdir(plain(path)?), at),
        Call::Unlink { path } => done(nix::unistd::unlink(plain(path)?), at),
        Call::Rename { from, to } => std::fs::rename(plain(from)?, plain(to)?)
            .map(|()| Reply::Done)
            .map_err(|error| files::io(&error, at)),
        Call::Symlink { target, path } => std::os::unix::fs::symlink(plain(target)?, plain(path)?)
            .map(|()| Reply::Done)
            .map_err(|error| files::io(&error, at)),
        Call::Link { from, to } => std::fs::hard_link(plain(from)?, plain(to)?)
            .map(|()| Reply::Done)
            .map_err(|error| files::io(&error, at)),
        Call::Mknod { path, kind, mode, major, minor } => {
            done(files::mknod(plain(path)?, *kind, *mode, (*major, *minor)), at)
        }
        Call::Statfs { path } => files::file_system(plain(path)?),
        Call::Open { path, mode } => files::open(plain(path)?, *mode).map(|_| Reply::Done),
        Call::Read { file, at_most } => read(agent, file, *at_most),
        Call::Write { file, data, mode } => write(agent, file, plain(data)?, *mode),
        Call::Getdents64 { path } => files::entries(plain(path)?).map(Reply::Entries),
        Call::Stat { path } => files::stat(plain(path)?).map(Reply::Stat),
        Call::Chdir { path } => done(nix::unistd::chdir(plain(path)?), at),
        Call::Mount { source, target, fstype, flags, data } => mount(source, target, fstype, flags, data),
        Call::Umount2 { target, flags } => umount(plain(target)?, flags),
        Call::Pipe2 { name } => pipe(agent, name),
        Call::Dup2 { from, to } => dup2(agent, from, *to),
        Call::Close { end } => {
            agent.take_end(end).map(|_| Reply::Done).ok_or_else(|| Refusal::bare(Errno::EBADF, at))
        }
        // `perform` has taken these.
        Call::Clone3 { .. } | Call::Execveat { .. } => Err(Refusal::bare(Errno::ENOSYS, at)),
        Call::Execve { path, argv, env } => process::execve(plain(path)?, &plains(argv)?, &plains(env)?),
        Call::ExitGroup { status } => std::process::exit(i32::from(*status)),
        Call::Wait4 { task, patience_ms } => process::wait4(&agent.link, number(task, at)?, *patience_ms),
        Call::Kill { task, signal } => process::kill(number(task, at)?, *signal),
        Call::ClockNanosleep { milliseconds } => process::clock_nanosleep(&agent.link, *milliseconds),
        Call::Exit { status } => process::exit(agent, *status),
        Call::SchedSetaffinity { task, cpus } => scheduling::set_affinity(number(task, at)?, cpus),
        Call::SchedGetaffinity { task } => scheduling::affinity(number(task, at)?),
        Call::Setpriority { which, task, nice } => scheduling::set_nice(*which, number(task, at)?, *nice),
        Call::Getpriority { which, task } => scheduling::nice(*which, number(task, at)?),
        Call::Setresuid { ruid, euid, suid } => users::set_user([*ruid, *euid, *suid]),
        Call::Setresgid { rgid, egid, sgid } => users::set_group([*rgid, *egid, *sgid]),
        Call::Setgroups { groups } => users::set_groups(groups),
        Call::Capset { effective, permitted, inheritable } => {
            done(raw::set_capabilities([*effective, *permitted, *inheritable]), at)
        }
        Call::Prctl { option } => done(raw::control(*option), at),
        Call::Fchmodat { path, mode } => users::change_mode(plain(path)?, *mode),
        Call::Fchownat { path, uid, gid, nofollow } => {
            users::change_owner(plain(path)?, *uid, *gid, *nofollow)
        }
        Call::Prlimit64 { task, resource, new } => scheduling::limit(number(task, at)?, *resource, *new),
        Call::Shmget { key, size, flags } => ipc_get(Ipc::Memory, *key, *size, *flags, at),
        Call::Msgget { key, flags } => ipc_get(Ipc::Queue, *key, 0, *flags, at),
        Call::Semget { key, nsems, flags } => ipc_get(Ipc::Semaphores, *key, *nsems, *flags, at),
        Call::Shmctl { id } => done(raw::ipc_remove(Ipc::Memory, *id), at),
        Call::Msgctl { id } => done(raw::ipc_remove(Ipc::Queue, *id), at),
        Call::Semctl { id } => done(raw::ipc_remove(Ipc::Semaphores, *id), at),
        Call::Readlink { path } => attributes::readlink(plain(path)?).map(Reply::Data),
        Call::Unshare { flags } => namespaces::unshare(flags),
        Call::Setns { from: NamespaceRef::File(path), nstype } => namespaces::enter(plain(path)?, nstype),
        Call::Setns { from: NamespaceRef::Task(task), nstype } => {
            namespaces::enter_those_of(number(task, at)?, nstype)
        }
        Call::Sethostname { name } => done(nix::unistd::sethostname(plain(name)?), at),
        Call::Setdomainname { name } => done(raw::set_domain_name(plain(name)?), at),
        Call::Chroot { path } => done(nix::unistd::chroot(plain(path)?), at),
        Call::PivotRoot { new_root, put_old } => {
            done(nix::unistd::pivot_root(plain(new_root)?, plain(put_old)?), at)
        }
        Call::Renameat2 { from, to, flags: names } => {
            let empty = RenameFlags::empty();
            let flags = flags(names, &attributes::RENAME_FLAGS, empty, |a, b| a | b, at)?;
            attributes::rename(plain(from)?, plain(to)?, flags)
        }
        Call::Truncate { path, length } => attributes::truncate(plain(path)?, *length),
        Call::Lsetxattr { path, name, value, flags: names } => {
            let empty = XattrFlags::empty();
            let flags = flags(names, &attributes::XATTR_FLAGS, empty, |a, b| a | b, at)?;
            attributes::set(plain(path)?, name, plain(value)?, flags)
        }
        Call::Lgetxattr { path, name } => attributes::get(plain(path)?, name).map(Reply::Data),
        Call::Llistxattr { path } => attributes::list(plain(path)?).map(Reply::Names),
        Call::Lremovexattr { path, name } => attributes::remove(plain(path)?, name),
        Call::Utimensat { path, access, modify, nofollow } => {
            attributes::set_times(plain(path)?, *access, *modify, *nofollow)
        }
        Call::Statx { path, nofollow } => {
            attributes::statx(plain(path)?, *nofollow).map(Box::new).map(Reply::Statx)
        }
        Call::CopyFileRange { from, to, create } => attributes::copy(plain(from)?, plain(to)?, *create),
    }
}

fn ipc_get(kind: Ipc, key: i32, size: u64, flags: IpcFlags, at: &str) -> Answer {
    let bits = [(flags.create, libc::IPC_CREAT), (flags.exclusive, libc::IPC_EXCL)];
    let bits = bits.iter().filter(|(set, _)| *set).fold(flags.mode.cast_signed(), |all, (_, bit)| all | bit);
    raw::ipc_get(kind, key, size, bits).map(Reply::Object).map_err(refused(at))
}

/// The characters of a text without references.
fn plain(text: &Text) -> Result<&str, Refusal> {
    text.plain().ok_or_else(|| Refusal::bare(Errno::EINVAL, "resolve"))
}

fn plains(texts: &[Text]) -> Result<Vec<&str>, Refusal> {
    texts.iter().map(plain).collect()
}

fn number(task: &TaskRef, at: &str) -> Result<i32, Refusal> {
    match task {
        TaskRef::Pid(pid) => Ok(*pid),
        // The controller puts numbers in for the actors it knows.
        TaskRef::Actor(_) => Err(Refusal::bare(Errno::ESRCH, at)),
    }
}

fn done(result: nix::Result<()>, at: &str) -> Answer {
    result.map(|()| Reply::Done).map_err(refused(at))
}

fn read(agent: &Agent, file: &FileRef, at_most: Option<u64>) -> Answer {
    let bytes = match file {
        FileRef::Path(path) => {
            files::read_all(files::open(plain(path)?, OpenMode::Read)?.as_fd(), None, at_most)
        }
        FileRef::Pipe(end) => {
            let end = agent.end(end).ok_or_else(|| Refusal::bare(Errno::EBADF, "read"))?;
            files::read_all(end.as_fd(), Some(&agent.link), at_most)
        }
    };
    Ok(Reply::Data(String::from_utf8_lossy(&bytes.map_err(refused("read"))?).into_owned()))
}

fn write(agent: &Agent, file: &FileRef, data: &str, mode: OpenMode) -> Answer {
    match file {
        FileRef::Path(path) => {
            let path = plain(path)?;
            let thawed = settle::before_write(path, data);
            let count = files::write_all(files::open(path, mode)?.as_fd(), data.as_bytes())?;
            settle::after_write(path, data, &thawed);
            Ok(Reply::Count(count))
        }
        FileRef::Pipe(end) => {
            let end = agent.end(end).ok_or_else(|| Refusal::bare(Errno::EBADF, "write"))?;
            files::write_all(end.as_fd(), data.as_bytes()).map(Reply::Count)
        }
    }
}

/// `MS_NOSYMFOLLOW` (Linux 5.10), which the headers of older systems have not.
const NOSYMFOLLOW: u64 = 256;

/// Names of mount(2)'s flags without `MS_`, in lower case.
const MOUNT_FLAGS: [(&str, MsFlags); 21] = [
    ("rdonly", MsFlags::MS_RDONLY),
    ("nosuid", MsFlags::MS_NOSUID),
    ("nodev", MsFlags::MS_NODEV),
    ("noexec", MsFlags::MS_NOEXEC),
    ("synchronous", MsFlags::MS_SYNCHRONOUS),
    ("remount", MsFlags::MS_REMOUNT),
    ("mandlock", MsFlags::MS_MANDLOCK),
    ("dirsync", MsFlags::MS_DIRSYNC),
    ("noatime", MsFlags::MS_NOATIME),
    ("nodiratime", MsFlags::MS_NODIRATIME),
    ("bind", MsFlags::MS_BIND),
    ("move", MsFlags::MS_MOVE),
    ("rec", MsFlags::MS_REC),
    ("silent", MsFlags::MS_SILENT),
    ("unbindable", MsFlags::MS_UNBINDABLE),
    ("private", MsFlags::MS_PRIVATE),
    ("slave", MsFlags::MS_SLAVE),
    ("shared", MsFlags::MS_SHARED),
    ("relatime", MsFlags::MS_RELATIME),
    ("strictatime", MsFlags::MS_STRICTATIME),
    ("nosymfollow", MsFlags::from_bits_retain(NOSYMFOLLOW)),
];

/// Names of umount2(2)'s flags without `MNT_` and `UMOUNT_`, in lower case.
const UMOUNT_FLAGS: [(&str, MntFlags); 4] = [
    ("force", MntFlags::MNT_FORCE),
    ("detach", MntFlags::MNT_DETACH),
    ("expire", MntFlags::MNT_EXPIRE),
    ("nofollow", MntFlags::UMOUNT_NOFOLLOW),
];

/// The flags together; a name that Linux does not have is refused as Linux refuses an unknown bit.
fn flags<F: Copy>(names: &[String], table: &[(&str, F)], none: F, or: fn(F, F) -> F, at: &str) -> Refused<F> {
    names.iter().try_fold(none, |all, name| {
        let row = table.iter().find(|(known, _)| known == name);
        row.map(|(_, flag)| or(all, *flag)).ok_or_else(|| Refusal::bare(Errno::EINVAL, at))
    })
}

fn mount(source: &Text, target: &Text, fstype: &str, names: &[String], data: &Text) -> Answer {
    let (source, target, data) = (plain(source)?, plain(target)?, plain(data)?);
    let flags = flags(names, &MOUNT_FLAGS, MsFlags::empty(), |a, b| a | b, "mount")?;
    let data = (!data.is_empty()).then_some(data);
    done(nix::mount::mount(Some(source), target, Some(fstype), flags, data), "mount")
}

fn umount(target: &str, names: &[String]) -> Answer {
    let flags = flags(names, &UMOUNT_FLAGS, MntFlags::empty(), |a, b| a | b, "umount2")?;
    done(nix::mount::umount2(target, flags), "umount2")
}

fn pipe(agent: &Agent, name: &PipeName) -> Answer {
    let (read, write) = nix::unistd::pipe2(OFlag::O_CLOEXEC).map_err(refused("pipe2"))?;
    let ends = Ends { read: Some(Arc::new(read)), write: Some(Arc::new(write)) };
    agent.process().pipes.insert(name.clone(), ends);
    Ok(Reply::Done)
}

fn dup2(agent: &Agent, from: &StdioSource, to: u32) -> Answer {
    match from {
        StdioSource::File { path, mode } => set_stdio(files::open(plain(path)?, *mode)?, to),
        StdioSource::Pipe(end) => match agent.end(end) {
            Some(fd) => set_stdio(&*fd, to),
            None => Err(bad_descriptor()),
        },
        StdioSource::Descriptor(0) => set_stdio(std::io::stdin(), to),
        StdioSource::Descriptor(1) => set_stdio(std::io::stdout(), to),
        StdioSource::Descriptor(2) => set_stdio(std::io::stderr(), to),
        StdioSource::Descriptor(_) => Err(bad_descriptor()),
    }
}

fn set_stdio(fd: impl AsFd, to: u32) -> Answer {
    let result = match to {
        0 => nix::unistd::dup2_stdin(fd),
        1 => nix::unistd::dup2_stdout(fd),
        2 => nix::unistd::dup2_stderr(fd),
        _ => return Err(bad_descriptor()),
    };
    done(result, "dup2")
}

fn bad_descriptor() -> Refusal {
    Refusal::bare(Errno::EBADF, "dup2")
}

#[cfg(test)]
mod tests {
    use super::{Agent, MOUNT_FLAGS, bad_descriptor, dup2, flags};
    use drydock_engine::plan::{Errno, PipeEnd, PipeName, Refusal, StdioSource};
    use nix::mount::MsFlags;

    #[test]
    fn the_tables_have_a_row_for_each_flag_once() {
        for (index, (name, flag)) in MOUNT_FLAGS.iter().enumerate() {
            assert!(MOUNT_FLAGS[..index].iter().all(|(other, bits)| other != name && bits != flag));
        }
    }

    #[test]
    fn an_unknown_flag_is_an_invalid_argument() {
        let names = ["nosuid".to_owned(), "sideways".to_owned()];
        let result = flags(&names, &MOUNT_FLAGS, MsFlags::empty(), |a, b| a | b, "mount");
        assert_eq!(result, Err(Refusal::bare(Errno::EINVAL, "mount")));
    }

    #[test]
    fn a_pipe_that_nobody_made_has_no_ends() -> std::io::Result<()> {
        let (link, _other) = std::os::unix::net::UnixStream::pair()?;
        let agent = Agent::new(link);
        let end = PipeEnd::Read(PipeName("p".to_owned()));
        assert_eq!(dup2(&agent, &StdioSource::Pipe(end), 0), Err(bad_descriptor()));
        Ok(())
    }
}
