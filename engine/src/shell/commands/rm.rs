//! `rm`, as coreutils'.

use super::options::{self, Opt, flag};
use super::{Action, Command, Output, Planned, Request, TOOL};
use crate::explain::sentence;
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Observation, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] = &[
    flag('f', "force"),
    flag('r', "recursive"),
    flag('R', "recursive"),
    flag('d', "dir"),
    flag('v', "verbose"),
];

pub(super) const RM: Command =
    Command { name: "rm", usage: "[-dfrv] FILE…", options: OPTIONS, action: Action::Plan(plan), ..TOOL };

/// What a step removes.
struct Removed {
    path: String,
    directory: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() && !parsed.has('f') {
        return options::usage(request, "missing operand").into();
    }
    let recursive = parsed.has('r') || parsed.has('R');
    let (force, verbose) = (parsed.has('f'), parsed.has('v'));
    let mut refused = Output::default();
    let (mut removed, mut steps) = (Vec::new(), Vec::new());
    for operand in &parsed.operands {
        let path = request.show(operand);
        let directory =
            matches!(request.look(operand), Observation::Stat(stat) if stat.kind == FileKind::Directory);
        if directory && !recursive && !parsed.has('d') {
            refused.err(format!("rm: cannot remove '{path}': Is a directory\n"), 1);
        } else {
            add(request, operand, directory, recursive, &mut removed, &mut steps);
        }
    }
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = refused;
        for (removed, answer) in removed.iter().zip(answers.answers) {
            let path = &removed.path;
            match answer {
                Ok(_) if verbose && removed.directory => output.out(format!("removed directory '{path}'\n")),
                Ok(_) if verbose => output.out(format!("removed '{path}'\n")),
                Ok(_) => {}
                Err(refusal) if force && refusal.errno == Errno::ENOENT => {}
                Err(refusal) => {
                    output.err(format!("rm: cannot remove '{path}': {}\n", refusal.errno.text()), 1)
                }
            }
        }
        output
    })
}

/// Plans what removes a name and all below it. False where that can be seen to stay: rm then leaves the directories
/// above it alone.
fn add(
    request: &Request<'_>,
    path: &Text,
    directory: bool,
    recursive: bool,
    removed: &mut Vec<Removed>,
    steps: &mut Vec<Step>,
) -> bool {
    let mut all = true;
    if directory && recursive {
        let probe = Probe::Directory(path.clone());
        if let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) {
            for entry in entries {
                let below = super::join(path, &entry.name);
                all &= add(request, &below, entry.kind == FileKind::Directory, true, removed, steps);
            }
        }
    }
    if !all {
        return false;
    }
    let call =
        if directory { Call::Rmdir { path: path.clone() } } else { Call::Unlink { path: path.clone() } };
    steps.push(Step::new(request.actor, call));
    removed.push(Removed { path: request.show(path), directory });
    !stays(request, path, directory)
}

/// True for a file of a file system that the kernel has made its names for, for all that is on a read-only mount, and
/// for a mount point.
fn stays(request: &Request<'_>, path: &Text, directory: bool) -> bool {
    let Observation::Mounts(mounts) = request.observe.observe(request.actor, &Probe::Mounts) else {
        return false;
    };
    let path = sentence::absolute(&request.show(path), request.actor, request.observe);
    sentence::deepest_mount(&path, &mounts).is_some_and(|mount| {
        let made_by_the_kernel = ["cgroup", "cgroup2", "proc", "sysfs"].contains(&mount.fstype.as_str());
        let read_only = mount.options.iter().any(|option| option == "ro");
        read_only || mount.target == path || (made_by_the_kernel && !directory)
    })
}
