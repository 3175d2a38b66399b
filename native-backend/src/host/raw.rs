//! The few system calls that neither std nor nix offers safely.
#![expect(unsafe_code, reason = "raw system calls; each block says why it is sound")]

use drydock_engine::plan::capability::Prctl;
use nix::errno::Errno;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Who a process is after [`clone_process`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloned {
    /// The new process.
    Child,
    /// The old one, and the new one's pid.
    Parent(i32),
}

/// clone3(2) as fork(2) uses it, with flags for namespaces, and with chosen pids (CLONE_SET_TID; needs CAP_SYS_ADMIN):
/// the child's number in its own pid namespace, then that in the one above, and so on.
///
/// To be called where no other thread of the process is at work: keepers have one thread, and of the threads of
/// an actor all but the caller wait for the controller.
pub(crate) fn clone_process(flags: u64, tids: &[u32]) -> nix::Result<Cloned> {
    let chosen: Vec<i32> = tids.iter().map(|tid| tid.cast_signed()).collect();
    // SAFETY: all-zero is a valid clone_args: no flags, no stack, no descriptors.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = flags;
    args.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    args.flags = flags;
    if !chosen.is_empty() {
        args.set_tid = chosen.as_ptr() as u64;
        args.set_tid_size = chosen.len() as u64;
    }
    // SAFETY: without CLONE_VM the child has its own copy of the memory; the other threads wait in
    // recvmsg(2), so no lock is held by a thread that the child lacks. `args` and `chosen` outlive the call.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<libc::clone_args>()) };
    match Errno::result(pid)? {
        0 => Ok(Cloned::Child),
        pid => i32::try_from(pid).map(Cloned::Parent).map_err(|_| Errno::EOVERFLOW),
    }
}

/// pidfd_open(2): a descriptor that stands for this process even when its pid is given to another.
pub(crate) fn pidfd_open(pid: i32) -> nix::Result<OwnedFd> {
    // SAFETY: takes two numbers, returns a new descriptor (close-on-exec) or an error.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    Ok(adopt(i32::try_from(Errno::result(fd)?).map_err(|_| Errno::EOVERFLOW)?))
}

/// pidfd_send_signal(2).
pub(crate) fn pidfd_kill(pidfd: &OwnedFd) -> nix::Result<()> {
    use std::os::fd::AsRawFd;
    let no_info = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: a null siginfo is allowed: the kernel fills in one as for kill(2).
    let done =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), libc::SIGKILL, no_info, 0) };
    Errno::result(done).map(drop)
}

/// getcwd(2), the system call: also of what is not below the root directory. libc's own looks for another path then.
pub(super) fn working_directory() -> nix::Result<String> {
    let mut buffer = vec![0_u8; 4096];
    // SAFETY: the kernel writes at most as many bytes as the buffer has.
    let length = unsafe { libc::syscall(libc::SYS_getcwd, buffer.as_mut_ptr(), buffer.len()) };
    let length = usize::try_from(Errno::result(length)?).unwrap_or(0);
    buffer.truncate(length.saturating_sub(1));
    Ok(String::from_utf8_lossy(&buffer).into_owned())
}

/// fsopen(2), fsconfig(2), fsmount(2): a proc of this pid namespace that is mounted nowhere.
pub(super) fn proc_nowhere() -> nix::Result<OwnedFd> {
    let number = |fd: libc::c_long| i32::try_from(fd).map_err(|_| Errno::EOVERFLOW);
    // SAFETY: takes a string that lives on, returns a new descriptor (close-on-exec, FSOPEN_CLOEXEC) or an error.
    let context = unsafe { libc::syscall(libc::SYS_fsopen, c"proc".as_ptr(), 1) };
    let context = adopt(number(Errno::result(context)?)?);
    let (none, fd) = (std::ptr::null::<libc::c_char>(), std::os::fd::AsRawFd::as_raw_fd(&context));
    // SAFETY: FSCONFIG_CMD_CREATE (6) takes no key and no value.
    Errno::result(unsafe { libc::syscall(libc::SYS_fsconfig, fd, 6, none, none, 0) })?;
    // SAFETY: takes three numbers, returns a new descriptor (FSMOUNT_CLOEXEC) or an error.
    let mount = unsafe { libc::syscall(libc::SYS_fsmount, fd, 1, 0) };
    Ok(adopt(number(Errno::result(mount)?)?))
}

/// kill(2) with any signal number, real-time ones included.
pub(super) fn kill(pid: i32, signal: u8) -> nix::Result<()> {
    // SAFETY: takes two numbers.
    Errno::result(unsafe { libc::kill(pid, i32::from(signal)) }).map(drop)
}

/// exit(2), the system call: ends this thread.
pub(super) fn exit_thread(status: u8) -> ! {
    loop {
        // SAFETY: takes a number and does not return; what is on this thread's stack is never used again.
        unsafe { libc::syscall(libc::SYS_exit, i32::from(status)) };
    }
}

/// setpriority(2).
pub(super) fn set_priority(which: i32, who: i32, nice: i32) -> nix::Result<()> {
    // SAFETY: takes three numbers.
    Errno::result(unsafe { libc::syscall(libc::SYS_setpriority, which, who, nice) }).map(drop)
}

/// getpriority(2). The system call gives 20 less the nice value, so that it is never negative.
pub(super) fn priority(which: i32, who: i32) -> nix::Result<i32> {
    // SAFETY: takes two numbers.
    let answer = Errno::result(unsafe { libc::syscall(libc::SYS_getpriority, which, who) })?;
    i32::try_from(20 - answer).map_err(|_| Errno::EOVERFLOW)
}

/// prlimit64(2): soft and hard limit as they were, and new ones. The highest number is no limit.
pub(super) fn limit(pid: i32, resource: u32, new: Option<[u64; 2]>) -> nix::Result<[u64; 2]> {
    let mut old = [0_u64; 2];
    let new = new.as_ref().map_or(std::ptr::null(), |new| new.as_ptr());
    // SAFETY: the kernel reads two numbers where a pointer is given, and writes two.
    Errno::result(unsafe { libc::syscall(libc::SYS_prlimit64, pid, resource, new, old.as_mut_ptr()) })?;
    Ok(old)
}

/// setresuid(2), setresgid(2): the system calls, which change this thread only. `None` is -1.
pub(super) fn set_ids(call: libc::c_long, ids: [Option<u32>; 3]) -> nix::Result<()> {
    let [real, effective, saved] = ids.map(|id| id.unwrap_or(u32::MAX));
    // SAFETY: takes three numbers.
    Errno::result(unsafe { libc::syscall(call, real, effective, saved) }).map(drop)
}

/// setgroups(2), the system call, which changes this thread only.
pub(super) fn set_groups(groups: &[u32]) -> nix::Result<()> {
    // SAFETY: the kernel reads as many numbers as are there.
    Errno::result(unsafe { libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) }).map(drop)
}

/// capset(2), the system call, version 3: effective, permitted and inheritable set of this thread.
pub(super) fn set_capabilities(sets: [u64; 3]) -> nix::Result<()> {
    const VERSION: u32 = 0x2008_0522;
    let half = |set: u64, shift: u32| u32::try_from(set >> shift & u64::from(u32::MAX)).unwrap_or(0);
    let header = [VERSION, 0];
    let data = [sets.map(|set| half(set, 0)), sets.map(|set| half(set, 32))];
    // SAFETY: the kernel reads a header of two numbers and, in version 3, two times three numbers.
    Errno::result(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), data.as_ptr()) }).map(drop)
}

/// prctl(2).
pub(super) fn control(option: Prctl) -> nix::Result<()> {
    let [a, b, c] = match option {
        Prctl::CapbsetDrop(number) => [libc::PR_CAPBSET_DROP, number.cast_signed(), 0],
        Prctl::CapAmbientRaise(number) => {
            [libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, number.cast_signed()]
        }
        Prctl::CapAmbientLower(number) => {
            [libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_LOWER, number.cast_signed()]
        }
        Prctl::CapAmbientClearAll => [libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0],
        Prctl::SetKeepcaps(value) => [libc::PR_SET_KEEPCAPS, value.cast_signed(), 0],
        Prctl::SetNoNewPrivs(value) => [libc::PR_SET_NO_NEW_PRIVS, value.cast_signed(), 0],
    };
    // SAFETY: each of these options takes numbers.
    Errno::result(unsafe { libc::syscall(libc::SYS_prctl, a, b, c, 0, 0) }).map(drop)
}

/// What a process does about a signal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disposition {
    /// What the kernel does by default.
    Default,
    /// Nothing.
    Ignore,
}

/// Sets what this process does about a signal; true where it ignored it before.
pub(crate) fn set_signal(signal: nix::sys::signal::Signal, disposition: Disposition) -> bool {
    use nix::sys::signal::{SigHandler, signal as set};
    let handler = match disposition {
        Disposition::Default => SigHandler::SigDfl,
        Disposition::Ignore => SigHandler::SigIgn,
    };
    // SAFETY: neither of the two handlers runs code of ours. SIGKILL and SIGSTOP are refused, without effect.
    unsafe { set(signal, handler) }.is_ok_and(|before| matches!(before, SigHandler::SigIgn))
}

/// Takes over a descriptor that the kernel has just made for us (SCM_RIGHTS, pidfd_open).
pub(super) fn adopt(fd: RawFd) -> OwnedFd {
    // SAFETY: callers pass descriptors that they received from the kernel and that nobody else has.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// The flag that the SIGINT handler sets.
static ON_SIGINT: std::sync::OnceLock<&'static std::sync::atomic::AtomicBool> = std::sync::OnceLock::new();

extern "C" fn raise_flag(_signal: libc::c_int) {
    if ON_SIGINT.get().is_some_and(|flag| flag.swap(true, std::sync::atomic::Ordering::Relaxed)) {
        // The first one has had no effect: the person wants out.
        // SAFETY: _exit is async-signal-safe; the keeper cleans up.
        unsafe { libc::_exit(130) };
    }
}

/// From now on, SIGINT sets this flag and interrupts the system call that waits. A second one, while the flag is
/// still set, ends the program.
pub(super) fn on_sigint(flag: &'static std::sync::atomic::AtomicBool) {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    let _ = ON_SIGINT.set(flag);
    let action = SigAction::new(SigHandler::Handler(raise_flag), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler reads a set OnceLock, swaps an atomic, and may _exit: all async-signal-safe.
    let _ = unsafe { sigaction(Signal::SIGINT, &action) };
}

/// setdomainname(2).
pub(super) fn set_domain_name(name: &str) -> nix::Result<()> {
    // SAFETY: the pointer and the length are those of a live string; the kernel only reads it.
    Errno::result(unsafe { libc::setdomainname(name.as_ptr().cast(), name.len()) }).map(drop)
}

/// A kind of System V IPC object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ipc {
    Memory,
    Queue,
    Semaphores,
}

/// shmget(2), msgget(2), semget(2).
pub(super) fn ipc_get(kind: Ipc, key: i32, size: u64, flags: i32) -> nix::Result<i32> {
    let size = usize::try_from(size).map_err(|_| Errno::EINVAL)?;
    let number = i32::try_from(size).unwrap_or(i32::MAX);
    // SAFETY: each takes numbers.
    Errno::result(unsafe {
        match kind {
            Ipc::Memory => libc::shmget(key, size, flags),
            Ipc::Queue => libc::msgget(key, flags),
            Ipc::Semaphores => libc::semget(key, number, flags),
        }
    })
}

/// IPC_RMID of shmctl(2), msgctl(2), semctl(2).
pub(super) fn ipc_remove(kind: Ipc, id: i32) -> nix::Result<()> {
    // SAFETY: IPC_RMID takes no argument behind it.
    Errno::result(unsafe {
        match kind {
            Ipc::Memory => libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()),
            Ipc::Queue => libc::msgctl(id, libc::IPC_RMID, std::ptr::null_mut()),
            Ipc::Semaphores => libc::semctl(id, 0, libc::IPC_RMID),
        }
    })
    .map(drop)
}

/// Lets a descriptor stay open over execve(2), or not.
pub(super) fn keep_on_exec(fd: RawFd, keep: bool) -> nix::Result<()> {
    let flags = if keep { 0 } else { libc::FD_CLOEXEC };
    // SAFETY: changes a flag of a descriptor, whoever has it.
    Errno::result(unsafe { libc::fcntl(fd, libc::F_SETFD, flags) }).map(drop)
}
