//! The hosts that scenarios were recorded on. The model can be asked about them on any machine.

use drydock_engine::host::{HostKind, HostProfile, InitialMount, KernelVersion};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What answers depend on, of the machine that the scenarios for the host `this` were recorded on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Machine {
    kernel: KernelVersion,
    cpus: u32,
    controllers: Vec<String>,
    nested: bool,
    mounts: Vec<InitialMount>,
}

impl Machine {
    fn of(profile: &HostProfile) -> Self {
        Self {
            kernel: profile.kernel,
            cpus: profile.cpus,
            controllers: profile.controllers.clone(),
            nested: profile.nested,
            mounts: profile.mounts.clone(),
        }
    }
}

fn file() -> PathBuf {
    super::folder().join("this.json")
}

/// The profile that a kind of host had when its scenarios were recorded.
///
/// # Errors
///
/// Where the file of this machine's profile can't be read.
pub fn recorded(kind: HostKind) -> Result<HostProfile, String> {
    let mut profile = HostProfile::named(kind);
    if kind == HostKind::This {
        let path = file();
        let at = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| at(&error))?;
        let machine: Machine = serde_json::from_str(&text).map_err(|error| at(&error))?;
        profile.kernel = machine.kernel;
        profile.cpus = machine.cpus;
        profile.controllers = machine.controllers;
        profile.nested = machine.nested;
        profile.mounts = machine.mounts;
    }
    Ok(profile)
}

/// Writes down what the machine is that scenarios are recorded on.
///
/// # Errors
///
/// Where the file can't be written.
pub fn record(profile: &HostProfile) -> Result<(), String> {
    let text = serde_json::to_string_pretty(&Machine::of(profile)).map_err(|error| error.to_string())?;
    std::fs::write(file(), text + "\n").map_err(|error| format!("{}: {error}", file().display()))
}

/// True where a machine is like the recorded one in all that answers depend on, so that it has to give the
/// recorded answers.
pub fn is_like(machine: &HostProfile, recorded: &HostProfile) -> bool {
    Machine::of(machine) == Machine::of(recorded)
}
