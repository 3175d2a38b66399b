//! The agent: the small loop inside each actor that performs the calls it is sent, until execve replaces it.
//!
//! A thread takes one request at a time; `clone3` with the flag `thread` makes one more, with an agent of its own.
//! They end when the controller is gone.

use super::calls::{self, Outcome};
use super::protocol::{Request, Response, Work};
use super::raw::{Disposition, set_signal};
use super::{again, observe, wire};
use drydock_engine::plan::{PipeEnd, PipeName};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ends of a pipe that a process has open.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The end that is read from.
    pub(super) read: Option<Arc<OwnedFd>>,
    /// The end that is written to.
    pub(super) write: Option<Arc<OwnedFd>>,
}

/// What the threads of a process share.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// Pipes made by this process or inherited. Their descriptors are close-on-exec.
    pub(super) pipes: BTreeMap<PipeName, Ends>,
    /// The sockets of all its agents.
    pub(super) links: Vec<RawFd>,
}

/// What an agent knows. There is one in each thread.
#[derive(Debug)]
pub(super) struct Agent {
    /// To the controller.
    pub(super) link: UnixStream,
    /// Shared with the other threads of the process.
    process: Arc<Mutex<Process>>,
}

impl Agent {
    /// The agent of a process with one thread.
    pub(super) fn new(link: UnixStream) -> Self {
        let process = Process { links: vec![link.as_raw_fd()], ..Process::default() };
        Self { link, process: Arc::new(Mutex::new(process)) }
    }

    /// The agent of one more thread.
    pub(super) fn beside(&self, link: UnixStream) -> Self {
        self.process().links.push(link.as_raw_fd());
        Self { link, process: self.process.clone() }
    }

    /// What the threads share. The controller asks one of them at a time, so nobody waits for the lock.
    pub(super) fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a fork: this is the only thread, and the sockets of the others are the parent's.
    pub(super) fn become_child(&mut self, link: UnixStream) {
        let links = std::mem::replace(&mut self.process().links, vec![link.as_raw_fd()]);
        let own = self.link.as_raw_fd();
        for other in links.into_iter().filter(|other| *other != own) {
            // Closing fails only for a descriptor that is closed already.
            let _ = nix::unistd::close(other);
        }
        self.link = link;
    }

    /// The controller sees the end of this agent, whoever else has the socket.
    pub(super) fn hang_up(&self) {
        let _ = self.link.shutdown(Shutdown::Both);
        self.process().links.retain(|link| *link != self.link.as_raw_fd());
    }

    /// The descriptor of a pipe's end.
    pub(super) fn end(&self, end: &PipeEnd) -> Option<Arc<OwnedFd>> {
        let process = self.process();
        match end {
            PipeEnd::Read(name) => process.pipes.get(name)?.read.clone(),
            PipeEnd::Write(name) => process.pipes.get(name)?.write.clone(),
        }
    }

    /// Takes a pipe's end out of the table; dropping it closes it.
    pub(super) fn take_end(&self, end: &PipeEnd) -> Option<Arc<OwnedFd>> {
        let mut process = self.process();
        match end {
            PipeEnd::Read(name) => process.pipes.get_mut(name)?.read.take(),
            PipeEnd::Write(name) => process.pipes.get_mut(name)?.write.take(),
        }
    }

    /// Performs what it is sent until the controller is gone.
    pub(super) fn serve_all(&mut self) {
        while let Ok((request, _)) = wire::receive(&self.link) {
            if self.serve(request).is_err() {
                return;
            }
        }
    }

    fn serve(&mut self, Request { id, work }: Request) -> io::Result<()> {
        match work {
            Work::Perform(call, tids) => match calls::perform(self, &call, (id, &tids)) {
                Outcome::Answer(answer) => wire::send(&self.link, &Response::Performed(id, answer), &[]),
                Outcome::Parent(answer, socket) => {
                    wire::send(&self.link, &Response::Performed(id, answer), &[socket])
                }
                // The new actor: from here on its own loop on its own socket.
                Outcome::Child => Ok(()),
            },
            Work::Observe(probe) => {
                wire::send(&self.link, &Response::Observed(id, observe::observe(&probe)), &[])
            }
            // It came after the call that it was to interrupt.
            Work::Interrupt => Ok(()),
        }
    }
}

/// Goes on as an agent after execveat(2) of itself. Does not return.
pub(super) fn run_again() -> ! {
    let status = match again::resume() {
        Ok(mut agent) => {
            agent.serve_all();
            0
        }
        Err(error) => {
            eprintln!("drydock: an agent could not go on: {error}");
            1
        }
    };
    std::process::exit(status)
}

/// Runs as an agent; the socket to the controller is standard input. Does not return.
pub(super) fn run() -> ! {
    let status = match start() {
        Ok(mut agent) => {
            agent.serve_all();
            0
        }
        Err(error) => {
            eprintln!("drydock: an agent could not start: {error}");
            1
        }
    };
    std::process::exit(status)
}

fn start() -> io::Result<Agent> {
    let link = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    nix::unistd::dup2_stdin(File::open("/dev/null")?)?;
    // As init has them. Those of whoever started the session are not the session's.
    nix::unistd::setgroups(&[])?;
    // The shell's usual one: files 0644, directories 0755.
    umask(Mode::from_bits_truncate(0o022));
    let name = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    prctl::set_name(&CString::new(name)?)?;
    if nix::unistd::getpid().as_raw() == 1 {
        // init(8) reaps what is left to it. Ignoring the signal has the kernel do it.
        set_signal(Signal::SIGCHLD, Disposition::Ignore);
    }
    // Rust's start-up handles these two to tell of a stack that is full. A task has its default actions.
    for signal in [Signal::SIGSEGV, Signal::SIGBUS] {
        set_signal(signal, Disposition::Default);
    }
    wire::send(&link, &Response::Hello, &[])?;
    Ok(Agent::new(link))
}
