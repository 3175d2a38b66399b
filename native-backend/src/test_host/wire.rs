//! What goes in and out of a test host: the jobs as a file of the initramfs, the results as JSON, one a line, over
//! the second serial port.

use drydock_engine::history::RunLine;
use drydock_engine::host::{HostKind, HostProfile};
use serde::{Deserialize, Serialize};

/// Where the jobs are in the initramfs.
pub(super) const JOBS: &str = "/jobs.json";

/// Lines that are performed in a session of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Comes back with the result.
    pub name: String,
    /// Complete commands.
    pub lines: Vec<String>,
    /// Files with usage figures that the lines compute with.
    pub measured: Vec<String>,
}

/// All jobs of one boot.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Jobs {
    /// The host that each session finds.
    pub(super) kind: HostKind,
    /// True where the test host was given a disk.
    pub(super) disk: bool,
    pub(super) jobs: Vec<Job>,
}

/// What a test host says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// It is up, and this is what it is like.
    Ready(Box<HostProfile>),
    /// A job is done, or has no session, and why.
    Done { name: String, result: Result<Vec<RunLine>, String> },
}
