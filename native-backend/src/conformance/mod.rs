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
use drydock_engine::history::{RunLine, run_lines};
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::scenario::Scenario;
use std::path::PathBuf;

/// Which real Linux answers.
#[derive(Clone, Debug)]
pub enum Linux {
    /// This machine; where its sessions write down what they make.
    Here(PathBuf),
}

/// What a real Linux answered: the host as it was there, and each line. Or why it could not be asked.
pub type Answered = Result<(HostProfile, Vec<RunLine>), String>;

/// Performs scenarios of one kind of host on Linux and on the model, in order. With `against_file`, what Linux
/// showed is compared with the file, too.
pub fn run(scenarios: &[&Scenario], kind: HostKind, linux: &Linux, against_file: bool) -> Vec<Outcome> {
    let answered: Vec<Answered> = match linux {
        Linux::Here(state) => scenarios.iter().map(|scenario| here(scenario, kind, state.clone())).collect(),
    };
    let pairs = scenarios.iter().zip(answered);
    pairs.map(|(scenario, answered)| judge::outcome(scenario, kind, answered, against_file)).collect()
}

/// The lines of a scenario on this machine.
fn here(scenario: &Scenario, kind: HostKind, state: PathBuf) -> Answered {
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
    run_lines(profile, exchanges.iter().map(|exchange| exchange.command.as_str()), kernel, false)
}

/// The same on the model.
pub(crate) fn on_model(scenario: &Scenario, kind: HostKind, profile: &HostProfile) -> Vec<RunLine> {
    perform(scenario, kind, profile, &mut Kernel::boot(profile))
}

/// Says which of the controllers that a scenario needs are not mounted by themselves.
fn lacking(scenario: &Scenario, profile: &HostProfile) -> Result<(), String> {
    let mounted =
        |name: &&String| profile.mounts.iter().any(|mount| mount.fstype == "cgroup" && mount.data == **name);
    let missing: Vec<_> = scenario.needs.iter().filter(|name| !mounted(name)).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("this machine has not mounted by itself: version 1 {}", missing.join(", ")))
}
