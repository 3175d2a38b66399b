//! Scenarios on the model and on a real Linux: what they answer is compared with each other and with the file.
//!
//! | module | what it is |
//! |---|---|
//! | here | performing scenarios of one kind of host |
//! | [`files`] | finding scenarios, and writing into their files what Linux answered |
//! | [`judge`] | what came of one: same, different, skipped |

pub mod files;
pub mod judge;

pub use files::{Source, find, is_source};
pub use judge::{Outcome, Verdict};

use crate::host::{HostError, LinuxHost, Options, profile};
use crate::test_host::{self, Files, Job};
use drydock_engine::history::{RunLine, run_lines};
use drydock_engine::host::{DISK_AT, HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::scenario::Scenario;
use std::path::PathBuf;

/// The word among a scenario's needs for a disk at /var/tmp.
const DISK: &str = "disk";

/// Which real Linux answers.
#[derive(Clone, Debug)]
pub enum Linux {
    /// This machine; where its sessions write down what they make.
    Here(PathBuf),
    /// A stock kernel that is booted for it; all scenarios share one boot.
    TestHost(Files),
}

/// What a real Linux answered: the host as it was there, and each line. Or why there is no answer.
pub type Answered = Result<(HostProfile, Vec<RunLine>), Unanswered>;

/// Why there is no answer to a scenario.
#[derive(Clone, Debug)]
pub enum Unanswered {
    /// This machine cannot perform it.
    Cannot(String),
    /// It could, but it did not come to an end.
    Failed(String),
}

/// Performs scenarios of one kind of host on Linux and on the model, in order. With `against_file`, what Linux
/// showed is compared with the file, too.
pub fn run(scenarios: &[&Scenario], kind: HostKind, linux: &Linux, against_file: bool) -> Vec<Outcome> {
    let answered: Vec<Answered> = match linux {
        Linux::Here(state) => {
            let cannot = |scenario| here(scenario, kind, state.clone()).map_err(Unanswered::Cannot);
            scenarios.iter().copied().map(cannot).collect()
        }
        Linux::TestHost(files) => in_test_host(scenarios, kind, files),
    };
    let pairs = scenarios.iter().zip(answered);
    pairs.map(|(scenario, answered)| judge::outcome(scenario, kind, answered, against_file)).collect()
}

/// All scenarios in one boot.
fn in_test_host(scenarios: &[&Scenario], kind: HostKind, files: &Files) -> Vec<Answered> {
    let job = |scenario: &&Scenario| {
        let exchanges = scenario.exchanges(kind);
        let lines = exchanges.iter().map(|exchange| exchange.command.clone()).collect();
        Job { name: scenario.id.clone(), lines, measured: scenario.measured.clone() }
    };
    let jobs: Vec<_> = scenarios.iter().map(job).collect();
    let answers = match test_host::run(kind, &jobs, files) {
        Ok(answers) => answers,
        Err(error) => {
            let why = error.to_string();
            let why = if error.is_lack() { Unanswered::Cannot(why) } else { Unanswered::Failed(why) };
            return vec![Err(why); scenarios.len()];
        }
    };
    eprintln!("{}", answers.told());
    let profile = answers.profile;
    let results = answers.results.into_iter().zip(scenarios);
    let answered = results.map(|((_, result), scenario)| {
        lacking(scenario, &profile).map_err(Unanswered::Cannot)?;
        Ok((profile.clone(), result.map_err(Unanswered::Failed)?))
    });
    answered.collect()
}

/// The lines of a scenario on this machine.
fn here(scenario: &Scenario, kind: HostKind, state: PathBuf) -> Result<(HostProfile, Vec<RunLine>), String> {
    let profile = profile::available(kind).map_err(|error| error.to_string())?;
    lacking(scenario, &profile)?;
    let options = Options { state, program: None };
    let mut host = LinuxHost::start(&profile, &options).map_err(|error: HostError| error.to_string())?;
    let run = perform(scenario, kind, &profile, &mut host);
    Ok((profile, run))
}

/// Types a scenario's lines into a kernel.
pub(crate) fn perform(
    scenario: &Scenario,
    kind: HostKind,
    profile: &HostProfile,
    kernel: &mut impl drydock_engine::plan::Backend,
) -> Vec<RunLine> {
    let exchanges = scenario.exchanges(kind);
    let lines = exchanges.iter().map(|exchange| exchange.command.as_str());
    run_lines(profile, lines, kernel, false, &scenario.measured)
}

/// The same on the model.
pub(crate) fn on_model(scenario: &Scenario, kind: HostKind, profile: &HostProfile) -> Vec<RunLine> {
    perform(scenario, kind, profile, &mut Kernel::boot(profile))
}

/// Says what of that which a scenario needs is not there: controllers mounted by themselves, a disk.
fn lacking(scenario: &Scenario, profile: &HostProfile) -> Result<(), String> {
    let (disk, controllers): (Vec<_>, Vec<_>) = scenario.needs.iter().partition(|name| *name == DISK);
    if !disk.is_empty() && profile.disk.is_none() {
        return Err(format!("{DISK_AT} is on no disk there, or not on ext4"));
    }
    let mounted =
        |name: &&String| profile.mounts.iter().any(|mount| mount.fstype == "cgroup" && mount.data == **name);
    let missing: Vec<_> =
        controllers.iter().filter(|name| !mounted(name)).map(|name| name.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("this machine has not mounted by itself: version 1 {}", missing.join(", ")))
}
