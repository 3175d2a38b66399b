//! What the session's tasks write to their terminal: a pipe that is emptied while the controller waits, so that
//! no task stands still because nobody reads.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The reading end, and what has been read.
#[derive(Debug)]
pub(super) struct Terminal {
    reader: OwnedFd,
    pending: Vec<u8>,
}

impl Terminal {
    /// A terminal, and the end that tasks write to.
    pub(super) fn new() -> nix::Result<(Self, OwnedFd)> {
        let (reader, writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok((Self { reader, pending: Vec::new() }, writer))
    }

    /// For poll(2).
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }

    /// Reads what is there. False where nobody can write any more.
    pub(super) fn drain(&mut self) -> bool {
        let mut chunk = [0; 1 << 14];
        loop {
            match nix::unistd::read(&self.reader, &mut chunk) {
                Ok(0) => return false,
                Ok(count) => self.pending.extend_from_slice(&chunk[..count]),
                Err(nix::errno::Errno::EINTR) => {}
                Err(nix::errno::Errno::EAGAIN) => return true,
                Err(_) => return false,
            }
        }
    }

    /// Everything written since this was asked last. Bytes that are not UTF-8 become U+FFFD.
    pub(super) fn take(&mut self) -> String {
        self.drain();
        let bytes = std::mem::take(&mut self.pending);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
