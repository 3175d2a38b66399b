//! The agent: the small loop inside each actor that performs the calls it is sent, until execve replaces it.
//!
//! It has one thread, takes one request at a time, and ends when the controller is gone.

use super::calls::{self, Outcome};
use super::protocol::{Request, Response, Work};
use super::raw::{Disposition, set_signal};
use super::{observe, wire};
use drydock_engine::plan::{PipeEnd, PipeName};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// The ends of a pipe that an actor has open.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The end that is read from.
    pub(super) read: Option<OwnedFd>,
    /// The end that is written to.
    pub(super) write: Option<OwnedFd>,
}

/// What an agent knows.
#[derive(Debug)]
pub(super) struct Agent {
    /// To the controller.
    pub(super) link: UnixStream,
    /// Pipes made by this actor or inherited. Their descriptors are close-on-exec.
    pub(super) pipes: BTreeMap<PipeName, Ends>,
}

impl Agent {
    /// The descriptor of a pipe's end.
    pub(super) fn end(&self, end: &PipeEnd) -> Option<&OwnedFd> {
        match end {
            PipeEnd::Read(name) => self.pipes.get(name)?.read.as_ref(),
            PipeEnd::Write(name) => self.pipes.get(name)?.write.as_ref(),
        }
    }

    /// Takes a pipe's end out of the table; dropping it closes it.
    pub(super) fn take_end(&mut self, end: &PipeEnd) -> Option<OwnedFd> {
        match end {
            PipeEnd::Read(name) => self.pipes.get_mut(name)?.read.take(),
            PipeEnd::Write(name) => self.pipes.get_mut(name)?.write.take(),
        }
    }

    fn serve(&mut self, Request { id, work }: Request) -> io::Result<()> {
        match work {
            Work::Perform(call, tid) => match calls::perform(self, &call, tid) {
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

/// Runs as an agent; the socket to the controller is standard input. Does not return.
pub(super) fn run() -> ! {
    let status = match start() {
        Ok(mut agent) => loop {
            let served = wire::receive(&agent.link).and_then(|(request, _)| agent.serve(request));
            if served.is_err() {
                break 0;
            }
        },
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
    // The shell's usual one: files 0644, directories 0755.
    umask(Mode::from_bits_truncate(0o022));
    let name = std::env::args().next().unwrap_or_default();
    prctl::set_name(&CString::new(name)?)?;
    if nix::unistd::getpid().as_raw() == 1 {
        // init(8) reaps what is left to it. Ignoring the signal has the kernel do it.
        set_signal(Signal::SIGCHLD, Disposition::Ignore);
    }
    wire::send(&link, &Response::Hello, &[])?;
    Ok(Agent { link, pipes: BTreeMap::new() })
}
