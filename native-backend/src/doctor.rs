//! `drydock doctor`: what this machine can do, and what to do about what it cannot.

use crate::host::machine::Machine;
use crate::host::{LinuxHost, Options, profile};
use drydock_engine::host::{HostKind, PROGRAMS};
use std::path::Path;

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// What was found.
    pub state: String,
    /// What to do, where something is missing.
    pub advice: Option<String>,
}

fn finding(what: &str, state: impl Into<String>, advice: Option<&str>) -> Finding {
    Finding { what: what.to_owned(), state: state.into(), advice: advice.map(str::to_owned) }
}

/// Looks at everything. A session is started and removed on the way, where that can be.
#[must_use]
pub fn examine(state: &Path) -> Vec<Finding> {
    let machine = Machine::look();
    let mut findings = vec![kernel(&machine), user(&machine)];
    findings.extend(namespaces());
    findings.extend(machine.controllers.iter().map(|row| controller(&machine, &row.name, row.hierarchy)));
    findings.push(tree(&machine));
    findings.extend(PROGRAMS.iter().map(|name| program(name)));
    findings.extend(HostKind::NAMED.iter().chain([&HostKind::This]).map(|kind| host(*kind, &machine)));
    if machine.root {
        findings.push(session(state));
    }
    findings
}

fn kernel(machine: &Machine) -> Finding {
    let new = (machine.kernel.major, machine.kernel.minor) >= (5, 5);
    let advice = "Linux 5.5 or newer is needed: clone3 with chosen pids";
    finding("kernel", machine.release.clone(), (!new).then_some(advice))
}

fn user(machine: &Machine) -> Finding {
    let advice = "Sessions on the real kernel need root: use sudo. The model needs nothing";
    let state = if machine.root { "root" } else { "not root" };
    finding("user", state, (!machine.root).then_some(advice))
}

fn namespaces() -> Vec<Finding> {
    let look = |name: &&str| {
        let there = Path::new("/proc/self/ns").join(name).exists();
        let advice = "The kernel was built without it, or /proc is not mounted";
        finding(
            &format!("namespace {name}"),
            if there { "there" } else { "not there" },
            (!there).then_some(advice),
        )
    };
    ["mnt", "pid", "cgroup", "uts", "ipc"].iter().map(look).collect()
}

fn controller(machine: &Machine, name: &str, hierarchy: u32) -> Finding {
    let state = match machine.mount_of(name) {
        Some(mounted) => format!("version 1, mounted at {}", mounted.target.display()),
        None if hierarchy != 0 => format!("version 1, in hierarchy {hierarchy}, not mounted here"),
        None if machine.v2_controllers.iter().any(|own| own == name) => {
            "free for version 1; in the version 2 tree until then".to_owned()
        }
        None => "free".to_owned(),
    };
    finding(&format!("controller {name}"), state, None)
}

fn tree(machine: &Machine) -> Finding {
    match machine.hierarchies.iter().find(|found| found.v2) {
        Some(found) if machine.v2_controllers.is_empty() => {
            finding("version 2 tree", format!("at {}, without controllers", found.target.display()), None)
        }
        Some(found) => finding(
            "version 2 tree",
            format!("at {}, with {}", found.target.display(), machine.v2_controllers.join(", ")),
            None,
        ),
        None => finding("version 2 tree", "not mounted", None),
    }
}

fn program(name: &str) -> Finding {
    let path = Path::new("/usr/bin").join(name);
    let there = path.exists();
    let advice = format!(
        "Install {name} from the distribution's packages; on Debian: apt-get install {}",
        match name {
            "bzip2" => "bzip2",
            "stress" => "stress",
            "memhog" => "numactl",
            _ => "coreutils",
        }
    );
    let state = if there { path.display().to_string() } else { "not below /usr/bin".to_owned() };
    finding(&format!("program {name}"), state, (!there).then_some(&advice))
}

fn host(kind: HostKind, machine: &Machine) -> Finding {
    let what = format!("--host {} on the real kernel", kind.word());
    match profile::of(kind, machine) {
        Ok(profile) if profile.nested => finding(
            &what,
            format!("can be had, in groups of its own ({})", profile.controllers.join(", ")),
            None,
        ),
        Ok(profile) => finding(&what, format!("can be had ({})", profile.controllers.join(", ")), None),
        Err(why) => finding(&what, "cannot be had here", Some(&why)),
    }
}

/// Starts a session for a try: chosen pids, control groups, mounts, and their removal.
fn session(state: &Path) -> Finding {
    let options = Options { state: state.to_owned(), program: None };
    let tried = profile::available(HostKind::This).and_then(|profile| LinuxHost::start(&profile, &options));
    match tried {
        Ok(_session) => finding("a session on the real kernel", "starts, with its own pids and groups", None),
        Err(error) => finding("a session on the real kernel", "does not start", Some(&error.to_string())),
    }
}
