//! Why a test host did not answer; each says what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why there are no answers of a test host.
#[derive(Debug, thiserror::Error)]
pub enum TestHostError {
    /// A test host is no description of this machine.
    #[error(
        "a test host is lecture, v1 or v2, and never {0}: choose with --host lecture, --host v1 or --host v2"
    )]
    Kind(&'static str),
    /// Nothing was asked.
    #[error("there is nothing to perform in a test host")]
    NoJobs,
    /// Kernel and program are made for one kind of processor.
    #[error("test hosts are x86-64 machines, and this program is for {0}: use it on an x86-64 machine")]
    Architecture(&'static str),
    /// Kernel or static program are not there.
    #[error(
        "{} is not there. `cargo xtask test-host` fetches the kernel and builds the program; name the folder that it \
         fills with --test-host=DIR or DRYDOCK_TEST_HOST", .0.display()
    )]
    Missing(PathBuf),
    /// The emulator is not there.
    #[error(
        "qemu-system-x86_64 could not be started: {0}. On Debian and Ubuntu: `apt-get install qemu-system-x86`"
    )]
    Emulator(#[source] io::Error),
    /// Something could not be read or written.
    #[error("{what}: {source}")]
    Io {
        /// What.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel inside panicked, or the test host was switched off before its work was done.
    #[error(
        "the test host ended without an answer (qemu: {status}); {done}. The end of its console:\n{console}"
    )]
    Ended {
        /// How the emulator ended.
        status: String,
        /// How far it had come.
        done: String,
        /// The last lines of the console.
        console: String,
    },
    /// It said nothing for too long.
    #[error(
        "the test host was silent for {seconds} seconds and was ended; {done}. The end of its console:\n{console}"
    )]
    Silent {
        /// How long it was waited for.
        seconds: u64,
        /// How far it had come.
        done: String,
        /// The last lines of the console.
        console: String,
    },
}

impl TestHostError {
    /// True where this machine lacks something that test hosts need.
    pub fn is_lack(&self) -> bool {
        matches!(self, Self::Architecture(_) | Self::Missing(_) | Self::Emulator(_))
    }

    /// An error of input or output, with its place.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::reading(path.display())
    }

    /// The same for what is no file.
    pub(super) fn reading(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        let what = what.to_string();
        |source| Self::Io { what, source }
    }
}
