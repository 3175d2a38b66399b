//! One thin function a call: decode, see that the caller may act, ask the state that owns the rule.

mod attributes;
mod files;
mod ipc;
mod mounts;
mod names;
mod namespaces;
mod scheduling;
mod streams;
mod tasks;
mod users;

use super::namespace::{IpcKind, NamespaceKind};
use super::refuse::refuse;
use super::shared::Shared;
use super::{Kernel, Task};
use crate::plan::{Actor, Answer, Call, Errno, Refusal, Rule, Step, Text};

/// A call under way: who makes it.
pub(super) struct Caller {
    task: Shared<Task>,
    at: &'static str,
}

/// Performs one call.
pub(super) fn dispatch(kernel: &mut Kernel, step: &Step) -> Answer {
    let caller = Caller { task: kernel.acting_task(&step.actor, step.call.name())?, at: step.call.name() };
    kernel.viewer = caller.task.namespaces.get(NamespaceKind::Pid);
    match &step.call {
        Call::Mkdir { path, mode } => files::mkdir(kernel, &caller, path, *mode),
        Call::Rmdir { path } => files::rmdir(kernel, &caller, path),
        Call::Rename { from, to } => names::rename(kernel, &caller, from, to, &[]),
        Call::Symlink { target, path } => names::symlink(kernel, &caller, target, path),
        Call::Link { from, to } => names::link(kernel, &caller, from, to),
        Call::Mknod { path, kind, mode, major, minor } => {
            names::mknod(kernel, &caller, path, *kind, *mode, (*major, *minor))
        }
        Call::Statfs { path } => names::statfs(kernel, &caller, path),
        Call::Unlink { path } => files::unlink(kernel, &caller, path),
        Call::Open { path, mode } => files::open(kernel, &caller, path, *mode),
        Call::Read { file, at_most } => files::read(kernel, &caller, file, *at_most),
        Call::Write { file, data, mode } => files::write(kernel, &caller, file, data, *mode),
        Call::Getdents64 { path } => files::getdents64(kernel, &caller, path),
        Call::Stat { path } => files::stat(kernel, &caller, path),
        Call::Chdir { path } => files::chdir(kernel, &caller, path),
        Call::Mount { source, target, fstype, flags, data } => {
            let asked = mounts::Asked { source, target, fstype, flags, data };
            mounts::mount(kernel, &caller, &asked)
        }
        Call::Umount2 { target, flags } => mounts::umount2(kernel, &caller, target, flags),
        Call::Pipe2 { name } => streams::pipe2(kernel, &caller, name),
        Call::Dup2 { from, to } => streams::dup2(kernel, &caller, from, *to),
        Call::Close { end } => streams::close(kernel, &caller, end),
        Call::Clone3 { child, flags } => tasks::clone3(kernel, &caller, child, flags),
        Call::Execve { path, argv, env } => tasks::execve(kernel, &caller, path, argv, env),
        Call::ExitGroup { status } => tasks::exit_group(kernel, &caller, *status),
        Call::Wait4 { task, patience_ms } => tasks::wait4(kernel, &caller, task, *patience_ms),
        Call::Kill { task, signal } => tasks::kill(kernel, &caller, task, *signal),
        Call::ClockNanosleep { milliseconds } => tasks::clock_nanosleep(kernel, &caller, *milliseconds),
        Call::Exit { status } => tasks::exit(kernel, &caller, *status),
        Call::SchedSetaffinity { task, cpus } => scheduling::set_affinity(kernel, &caller, task, cpus),
        Call::SchedGetaffinity { task } => scheduling::affinity(kernel, &caller, task),
        Call::Setpriority { which, task, nice } => scheduling::set_nice(kernel, &caller, *which, task, *nice),
        Call::Getpriority { which, task } => scheduling::nice(kernel, &caller, *which, task),
        Call::Setresuid { ruid, euid, suid } => users::setresuid(kernel, &caller, [*ruid, *euid, *suid]),
        Call::Setresgid { rgid, egid, sgid } => users::setresgid(kernel, &caller, [*rgid, *egid, *sgid]),
        Call::Setgroups { groups } => users::setgroups(kernel, &caller, groups),
        Call::Fchmodat { path, mode } => users::fchmodat(kernel, &caller, path, *mode),
        Call::Fchownat { path, uid, gid, nofollow } => {
            users::fchownat(kernel, &caller, path, (*uid, *gid), *nofollow)
        }
        Call::Prlimit64 { task, resource, new } => {
            scheduling::prlimit(kernel, &caller, task, *resource, *new)
        }
        Call::Readlink { path } => names::readlink(kernel, &caller, path),
        Call::Unshare { flags } => namespaces::unshare(kernel, &caller, flags),
        Call::Setns { from, nstype } => namespaces::setns(kernel, &caller, from, nstype),
        Call::Sethostname { name } => namespaces::sethostname(kernel, &caller, name),
        Call::Setdomainname { name } => namespaces::setdomainname(kernel, &caller, name),
        Call::Chroot { path } => namespaces::chroot(kernel, &caller, path),
        Call::PivotRoot { new_root, put_old } => namespaces::pivot_root(kernel, &caller, new_root, put_old),
        Call::Renameat2 { from, to, flags } => names::rename(kernel, &caller, from, to, flags),
        Call::Truncate { path, length } => attributes::truncate(kernel, &caller, path, *length),
        Call::Lsetxattr { path, name, value, flags } => {
            attributes::lsetxattr(kernel, &caller, path, (name, value), flags)
        }
        Call::Lgetxattr { path, name } => attributes::lgetxattr(kernel, &caller, path, name),
        Call::Llistxattr { path } => attributes::llistxattr(kernel, &caller, path),
        Call::Lremovexattr { path, name } => attributes::lremovexattr(kernel, &caller, path, name),
        Call::Utimensat { path, access, modify, nofollow } => {
            attributes::utimensat(kernel, &caller, path, (*access, *modify), *nofollow)
        }
        Call::Statx { path, nofollow } => attributes::statx(kernel, &caller, path, *nofollow),
        Call::CopyFileRange { from, to, create } => {
            attributes::copy_file_range(kernel, &caller, from, to, *create)
        }
        Call::Execveat { argv } => tasks::execveat(kernel, &caller, argv),
        Call::Shmget { key, size, flags } => {
            ipc::get(kernel, &caller, IpcKind::Memory, (*key, *size), *flags)
        }
        Call::Msgget { key, flags } => ipc::get(kernel, &caller, IpcKind::Queue, (*key, 0), *flags),
        Call::Semget { key, nsems, flags } => {
            ipc::get(kernel, &caller, IpcKind::Semaphores, (*key, *nsems), *flags)
        }
        Call::Shmctl { id } => ipc::remove(kernel, &caller, IpcKind::Memory, *id),
        Call::Msgctl { id } => ipc::remove(kernel, &caller, IpcKind::Queue, *id),
        Call::Semctl { id } => ipc::remove(kernel, &caller, IpcKind::Semaphores, *id),
        Call::Capset { effective, permitted, inheritable } => {
            users::capset(kernel, &caller, [*effective, *permitted, *inheritable])
        }
        Call::Prctl { option } => users::prctl(kernel, &caller, *option),
    }
}

impl Kernel {
    /// The task of an actor, if it can make a call: it has not ended, is not stopped or frozen, and is not a
    /// workload, which makes its calls itself.
    fn acting_task(&self, actor: &Actor, at: &str) -> Result<Shared<Task>, Refusal> {
        let rule = |id: &str| Rule::new(id).with("actor", actor);
        let Some(task) = self.pid_of(actor).and_then(|pid| self.tasks.get(pid)) else {
            return refuse(Errno::ESRCH, at, rule("rule-actor-unknown"));
        };
        if !task.is_alive() {
            return refuse(Errno::ESRCH, at, rule("rule-actor-ended"));
        }
        if task.work.is_some() {
            return refuse(Errno::ESRCH, at, rule("rule-actor-is-program"));
        }
        if self.is_held_up(task) {
            return refuse(Errno::EINTR, at, rule("rule-actor-held-up"));
        }
        Ok(task.clone())
    }

    /// Text with the pids of actors put in.
    fn text(&self, text: &Text, at: &str) -> Result<String, Refusal> {
        match text.resolve(|actor| self.pid_of(actor).map(|pid| self.number_or_outer(pid, self.viewer))) {
            Some(resolved) => Ok(resolved),
            None => refuse(Errno::ESRCH, at, Rule::new("rule-actor-unknown").with("actor", text)),
        }
    }
}
