//! Making, replacing, awaiting and signalling tasks. Runs in the agents.

use super::agent::Agent;
use super::calls::Outcome;
use super::fatal::Masks;
use super::files::refused;
use super::namespaces::flags_of;
use super::raw::{self, Cloned, Disposition, set_signal};
use super::settle;
use drydock_engine::kernel::IGNORED_BY_SHELLS;
use drydock_engine::plan::{Answer, Errno, Refusal, Reply, Signal, WaitStatus};
use nix::errno::Errno as NixErrno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal as NixSignal;
use nix::sys::wait::{WaitPidFlag, WaitStatus as NixWaitStatus, waitpid};
use nix::unistd::Pid;
use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// clone3(2): the child goes on as an agent of its own, as a process or as a thread.
pub(super) fn clone3(agent: &mut Agent, flags: &[String], tids: &[u32]) -> Outcome {
    let is_thread = flags.iter().any(|flag| flag == "thread");
    let rest: Vec<String> = flags.iter().filter(|flag| *flag != "thread").cloned().collect();
    let rest = match flags_of(&rest, "clone3") {
        Ok(rest) if !is_thread || rest.is_empty() => rest,
        // A thread is made by the C library, which asks for no namespaces.
        Ok(_) => return Outcome::Answer(Err(Refusal::bare(Errno::EINVAL, "clone3"))),
        Err(refusal) => return Outcome::Answer(Err(refusal)),
    };
    let sockets = UnixStream::pair();
    let Ok((ours, theirs)) = sockets else {
        return Outcome::Answer(Err(Refusal::bare(Errno::EMFILE, "clone3")));
    };
    if is_thread {
        let link = ours.as_raw_fd();
        return match start_thread(agent.beside(ours), tids.first().copied()) {
            Ok(tid) => Outcome::Parent(Ok(Reply::Pid(tid)), OwnedFd::from(theirs)),
            Err(errno) => {
                // It is closed again: a child must not close what has that number by then.
                agent.process().links.retain(|other| *other != link);
                Outcome::Answer(Err(refused("clone3")(errno)))
            }
        };
    }
    // Before the clone, so that there is no moment at which the child ignores them. Nobody signals the parent
    // meanwhile: the session's actors act one at a time.
    let ignored = take_signals();
    let cloned = raw::clone_process(u64::from(rest.bits().cast_unsigned()), tids);
    if cloned != Ok(Cloned::Child) {
        ignore(&ignored);
    }
    match cloned {
        Ok(Cloned::Child) => {
            agent.become_child(ours);
            // The child of init; init ignores the signal.
            set_signal(NixSignal::SIGCHLD, Disposition::Default);
            Outcome::Child
        }
        Ok(Cloned::Parent(pid)) => {
            Outcome::Parent(Ok(Reply::Pid(pid.cast_unsigned())), OwnedFd::from(theirs))
        }
        Err(errno) => Outcome::Answer(Err(refused("clone3")(errno))),
    }
}

/// An interactive shell ignores some signals; its children and what it becomes do not (POSIX, `sh`, "Asynchronous
/// Events": they have the actions that the shell inherited). Answers which ones it has ignored until now.
fn take_signals() -> Vec<NixSignal> {
    of_shells().filter(|signal| set_signal(*signal, Disposition::Default)).collect()
}

fn of_shells() -> impl Iterator<Item = NixSignal> {
    IGNORED_BY_SHELLS.iter().filter_map(|signal| NixSignal::try_from(i32::from(*signal)).ok())
}

fn ignore(signals: &[NixSignal]) {
    for signal in signals {
        set_signal(*signal, Disposition::Ignore);
    }
}

/// The agent of an interactive shell: it ignores what the model's shell does.
pub(super) fn ignore_as_a_shell() {
    ignore(&of_shells().collect::<Vec<_>>());
}

/// A thread with an agent of its own. It gets the number that is wanted, since nobody else in this pid namespace
/// makes tasks: pid_namespaces(7), ns_last_pid.
fn start_thread(mut agent: Agent, tid: Option<u32>) -> nix::Result<u32> {
    if let Some(tid) = tid {
        let chosen = std::fs::write("/proc/sys/kernel/ns_last_pid", (tid - 1).to_string());
        // Only root may; the controller asks again when it has been set. Where there is no such counter, the thread
        // has the next free one.
        if chosen.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
            return Err(NixErrno::EPERM);
        }
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    let started = std::thread::Builder::new().spawn(move || {
        // The other side waits for it.
        let _ = sender.send(nix::unistd::gettid());
        agent.serve_all();
        agent.hang_up();
        raw::exit_thread(0)
    });
    started.map_err(|error| NixErrno::from_raw(error.raw_os_error().unwrap_or(libc::EAGAIN)))?;
    let tid = receiver.recv().map_err(|_| NixErrno::EAGAIN)?;
    Ok(tid.as_raw().cast_unsigned())
}

/// exit(2), the system call. Does not return: the controller sees the socket closed.
pub(super) fn exit(agent: &Agent, status: u8) -> ! {
    agent.hang_up();
    raw::exit_thread(status)
}

/// execve(2). Comes back only with a refusal.
pub(super) fn execve(path: &str, argv: &[&str], env: &[&str]) -> Answer {
    let strings =
        |words: &[&str]| words.iter().map(|word| CString::new(*word)).collect::<Result<Vec<_>, _>>();
    let (Ok(path), Ok(argv), Ok(env)) = (CString::new(path), strings(argv), strings(env)) else {
        return Err(Refusal::bare(Errno::EINVAL, "execve"));
    };
    // Rust's start-up ignores SIGPIPE, and execve keeps that; programs expect the default.
    set_signal(NixSignal::SIGPIPE, Disposition::Default);
    let ignored = take_signals();
    let Err(errno) = nix::unistd::execve(&path, &argv, &env);
    ignore(&ignored);
    set_signal(NixSignal::SIGPIPE, Disposition::Ignore);
    Err(refused("execve")(errno))
}

/// wait4(2) until the child has ended, the patience has, or the controller sends something.
pub(super) fn wait4(link: &UnixStream, pid: i32, patience_ms: u64) -> Answer {
    let start = Instant::now();
    let patience = Duration::from_millis(patience_ms);
    loop {
        if let Some(status) = reap(pid)? {
            return Ok(Reply::Wait(status));
        }
        let left = patience.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(Reply::Wait(WaitStatus::Running));
        }
        if !wait_for_change(link, pid, left) {
            return interrupt(pid);
        }
    }
}

/// Ctrl-C: the terminal sends SIGINT to what runs in the foreground.
fn interrupt(pid: i32) -> Answer {
    if pid > 0 {
        kill(pid, Signal::INT)?;
    }
    Ok(Reply::Wait(reap(pid)?.unwrap_or(WaitStatus::Running)))
}

/// waitpid(2) with WNOHANG; `None` where the child runs on.
fn reap(pid: i32) -> Result<Option<WaitStatus>, Refusal> {
    let status = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG)).map_err(refused("wait4"))?;
    Ok(match status {
        NixWaitStatus::Exited(_, status) => {
            Some(WaitStatus::Exited(u8::try_from(status & 0xff).unwrap_or(0)))
        }
        NixWaitStatus::Signaled(_, signal, _) => {
            Some(WaitStatus::Signaled(Signal(u8::try_from(signal as i32).unwrap_or(0))))
        }
        _ => None,
    })
}

/// False where the controller has something to say. Any child (pid -1) is asked for every few milliseconds.
fn wait_for_change(link: &UnixStream, pid: i32, left: Duration) -> bool {
    let pidfd = (pid > 0).then(|| raw::pidfd_open(pid).ok()).flatten();
    let step = if pidfd.is_some() { left } else { left.min(Duration::from_millis(5)) };
    let timeout = PollTimeout::try_from(step.max(Duration::from_millis(1))).unwrap_or(PollTimeout::MAX);
    let mut fds = vec![PollFd::new(link.as_fd(), PollFlags::POLLIN)];
    fds.extend(pidfd.as_ref().map(|pidfd| PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)));
    let polled = poll(&mut fds, timeout);
    polled.is_err() || fds[0].any() != Some(true)
}

/// `clock_nanosleep(2)`, as a wait that what the controller sends (Ctrl-C) interrupts as a signal would.
pub(super) fn clock_nanosleep(link: &UnixStream, milliseconds: u64) -> Answer {
    let start = Instant::now();
    let time = Duration::from_millis(milliseconds);
    loop {
        let left = time.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(Reply::Done);
        }
        let timeout = PollTimeout::try_from(left.max(Duration::from_millis(1))).unwrap_or(PollTimeout::MAX);
        let mut fds = [PollFd::new(link.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, timeout).is_err() || fds[0].any() == Some(true) {
            return Err(Refusal::bare(Errno::EINTR, "clock_nanosleep"));
        }
    }
}

/// kill(2), and a moment for the signal to take effect.
pub(super) fn kill(pid: i32, signal: Signal) -> Answer {
    let pidfd = (pid > 0).then(|| raw::pidfd_open(pid).ok()).flatten();
    let masks = Masks::of(pid);
    raw::kill(pid, signal.0).map_err(refused("kill"))?;
    match (signal, pidfd) {
        (Signal::STOP, Some(_)) => settle::after_stop(pid),
        (Signal::CONT, Some(pidfd)) if masks.are_fatal() => settle::after_kill(pid, &pidfd),
        (_, Some(pidfd)) if masks.end_by(signal) => settle::after_kill(pid, &pidfd),
        _ => {}
    }
    Ok(Reply::Done)
}
