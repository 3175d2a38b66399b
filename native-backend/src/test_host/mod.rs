//! Test hosts: a stock kernel of a distribution, booted in an emulator, so that lines can be performed on a host
//! that this machine is not. It needs neither root nor free controllers here.
//!
//! | module | what it is | where it runs |
//! |---|---|---|
//! | here, [`files`], [`error`] | what is asked, what is needed for it | outside |
//! | [`image`], [`archive`] | the initramfs: `drydock` as init, programs, the jobs | outside |
//! | [`disk`] | a disk for it | both |
//! | [`emulator`] | qemu: start, time limits, what came of it | outside |
//! | [`wire`] | jobs in, results out | both |
//! | [`inside`], [`leave`] | pid 1 of the test host | inside |

mod archive;
mod disk;
mod emulator;
mod error;
mod files;
mod image;
mod inside;
mod leave;
mod wire;

pub use error::TestHostError;
pub use files::{Files, VARIABLE};
pub use inside::run_if_inside;
pub use wire::Job;

use drydock_engine::history::RunLine;
use drydock_engine::host::{HostKind, HostProfile, KernelVersion};
use std::time::{Duration, Instant};

/// What a test host did.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The test host as it described itself.
    pub profile: HostProfile,
    /// For each job, in the order of the jobs: its name, and what came of its lines or why it has no session.
    pub results: Vec<(String, Result<Vec<RunLine>, String>)>,
    /// From the start of the emulator until the test host was ready for the first job.
    pub boot: Duration,
    /// From the start of the emulator to its end.
    pub whole: Duration,
}

impl Answers {
    /// What it was, and how long it took, in a line.
    pub fn told(&self) -> String {
        let KernelVersion { major, minor } = self.profile.kernel;
        format!(
            "test host {}: Linux {major}.{minor}, ready after {:.1} s, {} sessions, done after {:.1} s",
            self.profile.kind.word(),
            self.boot.as_secs_f64(),
            self.results.len(),
            self.whole.as_secs_f64()
        )
    }
}

/// Boots a test host and has it perform all jobs, each in a session of its own.
///
/// # Errors
///
/// See [`TestHostError`]. That a job got no session, or that the test host ended in it, is in its result.
pub fn run(kind: HostKind, jobs: &[Job], files: &Files) -> Result<Answers, TestHostError> {
    if kind == HostKind::This {
        return Err(TestHostError::Kind(kind.word()));
    }
    if jobs.is_empty() {
        return Err(TestHostError::NoJobs);
    }
    let start = Instant::now();
    let (mut first, mut results) = (None, Vec::new());
    while let Some(rest) = jobs.get(results.len()..).filter(|rest| !rest.is_empty()) {
        let booted = boot(kind, rest, files)?;
        results.extend(booted.results);
        first.get_or_insert((booted.profile, booted.ready));
        // The job that it ended in is to blame; those after it get another boot.
        if let (Some(why), Some(job)) = (booted.broken, jobs.get(results.len())) {
            results.push((job.name.clone(), Err(why.to_string())));
        }
    }
    let (profile, boot) = first.ok_or(TestHostError::NoJobs)?;
    Ok(Answers { profile, results, boot, whole: start.elapsed() })
}

fn boot(kind: HostKind, jobs: &[Job], files: &Files) -> Result<emulator::Booted, TestHostError> {
    let directory = tempfile::tempdir().map_err(TestHostError::reading("a directory for temporary files"))?;
    let disk = disk::make(directory.path());
    let inside = wire::Jobs { kind, disk: disk.is_some(), jobs: jobs.to_vec() };
    image::write(&directory.path().join("initramfs"), files, &inside)?;
    emulator::run(kind, jobs.len(), files, directory.path(), disk.as_deref())
}
