//! What libcgroup's tools have in common: where hierarchies are mounted, how groups are named, what refusals are
//! called. As cgroup-tools 2.0.2 of Debian 12 says it.

use super::options::{self, Parsed};
use super::{Output, Request, join};
use crate::plan::probe::MountInfo;
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Observation, Probe, Text};
use crate::shell::Stream;

/// A hierarchy that is mounted.
#[derive(Clone, Debug)]
pub(super) struct Hierarchy {
    /// Its controllers, in the kernel's order.
    pub(super) names: Vec<String>,
    /// Where it is mounted.
    pub(super) target: String,
    /// True for the version 2 tree.
    pub(super) v2: bool,
}

impl Hierarchy {
    /// A group's directory; the root's where the path is empty or `/`.
    pub(super) fn group(&self, path: &str) -> Text {
        let path = path.trim_matches('/');
        let target = Text::from(self.target.as_str());
        if path.is_empty() { target } else { join(&target, path) }
    }

    /// The file that tasks are moved with: one thread in version 1, a process in version 2.
    pub(super) fn tasks_file(&self) -> &'static str {
        if self.v2 { "cgroup.procs" } else { "tasks" }
    }
}

/// Controllers and a path, as in `cpu,memory:/group1`.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// Names of controllers; `*` for all.
    pub(super) controllers: Vec<String>,
    /// The group's path in its hierarchy, as it was typed.
    pub(super) path: String,
}

/// Reads `CONTROLLERS:PATH`.
pub(super) fn spec(word: &str) -> Option<Spec> {
    let (controllers, path) = word.split_once(':')?;
    if controllers.is_empty() || path.is_empty() {
        return None;
    }
    let controllers = controllers.split(',').map(str::to_owned).collect();
    Some(Spec { controllers, path: path.to_owned() })
}

/// Why no more can be said of a group's hierarchies.
pub(super) const NOT_MOUNTED: &str = "Cgroup one of the needed subsystems is not mounted";
/// `ECGROUPSUBSYSNOTMOUNTED` as an exit status.
pub(super) const NOT_MOUNTED_STATUS: u8 = 84;
/// Why a directory could not be made.
pub(super) const NOT_ALLOWED: &str = "Cgroup, operation not allowed";
/// `ECGROUPNOTALLOWED` as an exit status.
pub(super) const NOT_ALLOWED_STATUS: u8 = 87;
/// The same where the kernel said EPERM.
pub(super) const NOT_OWNER: &str = "Cgroup, request came in from non owner";
/// `ECGROUPNOTOWNER` as an exit status.
pub(super) const NOT_OWNER_STATUS: u8 = 85;
/// `ECGROUPNOTEXIST` as an exit status.
pub(super) const NO_GROUP_STATUS: u8 = 82;
/// `ECGROUPVALUENOTEXIST` as an exit status.
pub(super) const NO_VALUE_STATUS: u8 = 95;
/// `ECGOTHER` as an exit status: the error number says more.
pub(super) const OTHER_STATUS: u8 = 96;

/// Hierarchies with controllers: those of version 1 in the order of their controllers, then the version 2 tree.
pub(super) fn hierarchies(request: &Request<'_>) -> Vec<Hierarchy> {
    let Observation::Mounts(mounts) = request.observe.observe(request.actor, &Probe::Mounts) else {
        return Vec::new();
    };
    let known = super::mount::controllers(request);
    let mut found: Vec<Hierarchy> = Vec::new();
    for MountInfo { target, fstype, options, .. } in mounts {
        let v2 = fstype == "cgroup2";
        let names: Vec<String> = match fstype.as_str() {
            "cgroup" => options.iter().filter(|option| known.contains(option)).cloned().collect(),
            "cgroup2" => offered(request, &target),
            _ => continue,
        };
        let twice = found.iter().any(|one| one.names == names && one.v2 == v2);
        if !names.is_empty() && !twice {
            found.push(Hierarchy { names, target, v2 });
        }
    }
    let place = |one: &Hierarchy| (one.v2, known.iter().position(|name| Some(name) == one.names.first()));
    found.sort_by_key(place);
    found
}

/// The controllers that the version 2 tree offers at its root.
fn offered(request: &Request<'_>, target: &str) -> Vec<String> {
    let path = join(&Text::from(target), "cgroup.controllers");
    match request.observe.observe(request.actor, &Probe::File(path)) {
        Observation::Data(text) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The hierarchies that a spec names, each once; `None` where a controller is not mounted.
pub(super) fn chosen<'h>(spec: &Spec, all: &'h [Hierarchy]) -> Option<Vec<&'h Hierarchy>> {
    if spec.controllers.iter().any(|name| name == "*") {
        return Some(all.iter().collect());
    }
    let mut chosen: Vec<&Hierarchy> = Vec::new();
    for name in &spec.controllers {
        let hierarchy = all.iter().find(|one| one.names.contains(name))?;
        if !chosen.iter().any(|one| one.target == hierarchy.target) {
            chosen.push(hierarchy);
        }
    }
    Some(chosen)
}

/// True where a path is a directory.
pub(super) fn is_directory(request: &Request<'_>, path: &Text) -> bool {
    matches!(request.look(path), Observation::Stat(stat) if stat.kind == FileKind::Directory)
}

/// Reads the arguments; wrong usage ends as libcgroup's tools end it.
pub(super) fn parse(request: &Request<'_>, leading: bool) -> Result<Parsed, Output> {
    let parsed = if leading { options::parse_leading(request) } else { options::parse(request) };
    parsed.map_err(|mut output| {
        let first = output.chunks.first().map(|(_, text)| text.to_string()).unwrap_or_default();
        if output.status == 0 {
            return output;
        }
        let first = first.lines().next().unwrap_or_default();
        output.chunks = vec![(Stream::Stderr, Text::from(format!("{first}\n{}", wrong_input(request))))];
        output
    })
}

/// What the tools say about a wrong use.
pub(super) fn wrong_usage(request: &Request<'_>, status: u8) -> Output {
    Output::error(wrong_input(request), status)
}

fn wrong_input(request: &Request<'_>) -> String {
    let name = request.command.name;
    let help = match name {
        "cgset" | "cgexec" | "cgdelete" => "--help",
        _ => "-h",
    };
    format!("Wrong input parameters, try {name} {help}' for more information.\n")
}

/// What cgset calls a refusal of the kernel: a file that can't be opened is not there to it.
pub(super) fn modify_error(errno: Errno, at: &str) -> (u8, String) {
    if at == "open" {
        (NO_VALUE_STATUS, "Cgroup, requested group parameter does not exist".to_owned())
    } else {
        (OTHER_STATUS, errno.text().to_owned())
    }
}
