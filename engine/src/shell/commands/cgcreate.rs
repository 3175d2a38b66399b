//! `cgcreate`, as libcgroup's: a control group is a directory, made in each hierarchy that is named, and given to
//! an owner.

use super::cgcreate_rights::{self, Rights};
use super::libcgroup::{
    Hierarchy, NOT_ALLOWED, NOT_ALLOWED_STATUS, NOT_MOUNTED, NOT_MOUNTED_STATUS, NOT_OWNER, NOT_OWNER_STATUS,
    OTHER_STATUS, Spec, chosen, hierarchies, parse, spec, wrong_usage,
};
use super::options::{Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::{FileKind, Refusal};
use crate::plan::{Answer, Call, Errno, Fidelity, FileRef, Observation, OpenMode, Plan, Step, Text};
use std::collections::VecDeque;

const OPTIONS: &[Opt] = &[
    value('g', ""),
    value('a', ""),
    value('t', ""),
    value('d', "dperm"),
    value('f', "fperm"),
    value('s', "tperm"),
    flag('h', ""),
];

pub(super) const CGCREATE: Command = Command {
    name: "cgcreate",
    usage: "[-a USER:GROUP] [-t USER:GROUP] [-d MODE] [-f MODE] [-s MODE] -g CONTROLLERS:PATH…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgcreate"),
    completes: Completes::Controllers,
    usage_status: 255,
    action: Action::Plan(plan),
    ..TOOL
};

/// What is left to do.
struct Work {
    groups: VecDeque<Group>,
    rights: Rights,
    /// What ends the command when all groups are made.
    end: Output,
}

/// A group in one hierarchy.
struct Group {
    hierarchy: Hierarchy,
    spec: Spec,
}

fn plan(request: &Request<'_>) -> Planned {
    match read(request) {
        Ok(work) => next_group(request, work),
        Err(output) => output.into(),
    }
}

fn read(request: &Request<'_>) -> Result<Work, Output> {
    let parsed = parse(request, false)?;
    if parsed.has('h') {
        return Err(super::help::usage(request.command));
    }
    let rights = cgcreate_rights::read(request, &parsed)?;
    if let Some(word) = parsed.operands.first() {
        let message = format!("wrong arguments ({})", request.show(word));
        return Err(Output::error(request.message(&message), 255));
    }
    if request.arguments.is_empty() {
        return Err(wrong_usage(request, 255));
    }
    let words = parsed.options.iter().filter(|(letter, _)| *letter == 'g');
    let specs: Option<Vec<Spec>> = words.map(|(_, word)| spec(&request.show(word))).collect();
    let Some(specs) = specs else {
        let message = "cgroup controller and pathparsing failed ((null))";
        return Err(Output::error(request.message(message), 255));
    };
    let all = hierarchies(request);
    let mut groups = VecDeque::new();
    let mut end = Output::default();
    for spec in specs {
        let mut names = spec.controllers.iter().enumerate();
        if let Some((_, name)) = names.find(|(index, name)| spec.controllers[..*index].contains(*name)) {
            end = Output::error(request.message(&format!("controller {name}can't be add")), 91);
            break;
        }
        let Some(chosen) = chosen(&spec, &all) else {
            end = failure(&spec.path, NOT_MOUNTED, NOT_MOUNTED_STATUS);
            break;
        };
        let group = |hierarchy: &Hierarchy| Group { hierarchy: hierarchy.clone(), spec: spec.clone() };
        groups.extend(chosen.into_iter().map(group));
    }
    Ok(Work { groups, rights, end })
}

fn failure(path: &str, text: &str, status: u8) -> Output {
    Output::error(format!("cgcreate: can't create cgroup {path}: {text}\n"), status)
}

/// Makes the next group's directories, then gives it to its owner.
fn next_group(request: &Request<'_>, mut work: Work) -> Planned {
    let Some(group) = work.groups.pop_front() else { return work.end.into() };
    let directories = Plan::sequence(directories(request, &group));
    let path = group.spec.path.clone();
    Planned::new(directories, refused(path, not_made)).and_then(move |request, answers| {
        answers.iter().all(Answer::is_ok).then(|| owners(request, work, group))
    })
}

/// Every file that belongs to somebody else changes its owner. What the kernel refuses does not stop the others.
fn owners(request: &Request<'_>, work: Work, group: Group) -> Planned {
    let steps = work.rights.owners(request, &group.hierarchy, &group.hierarchy.group(&group.spec.path));
    let path = group.spec.path.clone();
    Planned::new(Plan::independent(steps), refused(path, other)).and_then(move |request, answers| {
        answers.iter().all(Answer::is_ok).then(|| modes(request, work, &group))
    })
}

/// Permissions, then the file `tasks`, then the group behind this one.
fn modes(request: &Request<'_>, work: Work, group: &Group) -> Planned {
    let steps = work.rights.modes(request, &group.hierarchy, &group.hierarchy.group(&group.spec.path));
    let path = group.spec.path.clone();
    Planned::new(Plan::sequence(steps), refused(path, other)).and_then(move |request, answers| {
        answers.iter().all(Answer::is_ok).then(|| next_group(request, work))
    })
}

/// What is printed where a call was refused: the last refusal says why.
fn refused(
    path: String,
    why: fn(&Refusal) -> (&'static str, u8),
) -> impl FnOnce(&super::Answers<'_>) -> Output + 'static {
    move |answers| {
        let refusal = answers.answers.iter().rev().find_map(|answer| answer.as_ref().err());
        refusal.map_or_else(Output::default, |refusal| {
            let (text, status) = why(refusal);
            failure(&path, text, status)
        })
    }
}

/// What libcgroup makes of a refused mkdir(2), or of a refused controller.
fn not_made(refusal: &Refusal) -> (&'static str, u8) {
    match refusal.errno {
        _ if refusal.at != "mkdir" => other(refusal),
        // A file is there; the directory's owner could not be changed.
        Errno::EEXIST => (Errno::ENOTDIR.text(), OTHER_STATUS),
        Errno::EPERM => (NOT_OWNER, NOT_OWNER_STATUS),
        _ => (NOT_ALLOWED, NOT_ALLOWED_STATUS),
    }
}

fn other(refusal: &Refusal) -> (&'static str, u8) {
    (refusal.errno.text(), OTHER_STATUS)
}

/// A directory for each part of the path that is not there yet. In the version 2 tree a controller has to be
/// switched on in every group above, below the root.
fn directories(request: &Request<'_>, group: &Group) -> Vec<Step> {
    let Group { hierarchy, spec } = group;
    let parts: Vec<&str> = spec.path.split('/').filter(|part| !part.is_empty()).collect();
    let mut path = Text::from(hierarchy.target.as_str());
    let mut steps = Vec::new();
    let mut step = |call: Call, why: &str| steps.push(Step::because(request.actor, call, why));
    for (index, part) in parts.iter().enumerate() {
        path = join(&path, part);
        let last = index + 1 == parts.len();
        let missing = match request.look(&path) {
            Observation::Stat(stat) => last && stat.kind != FileKind::Directory,
            _ => true,
        };
        if missing {
            let why = if last { "why-cgcreate-group" } else { "why-cgcreate-parent" };
            step(Call::Mkdir { path: path.clone(), mode: 0o775 }, why);
        } else if last {
            step(Call::Stat { path: path.clone() }, "why-cgcreate-there");
        }
        if last && leaves(&parts) {
            // The directory is made all the same; it is no group.
            step(Call::Stat { path: join(&path, hierarchy.tasks_file()) }, "why-cgcreate-there");
        }
        if hierarchy.v2 && !last {
            for name in wanted(hierarchy, spec) {
                let file = FileRef::Path(join(&path, "cgroup.subtree_control"));
                let data = Text::from(format!("+{name}"));
                step(Call::Write { file, data, mode: OpenMode::Write }, "why-cgcreate-controller");
            }
        }
    }
    steps
}

/// True for a path that leads out of its hierarchy.
fn leaves(parts: &[&str]) -> bool {
    let mut depth = 0_i32;
    parts.iter().any(|part| {
        depth += match *part {
            "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

/// The controllers of a hierarchy that a spec names.
fn wanted<'h>(hierarchy: &'h Hierarchy, spec: &Spec) -> impl Iterator<Item = &'h String> {
    hierarchy
        .names
        .iter()
        .filter(|name| spec.controllers.iter().any(|controller| controller == *name || controller == "*"))
}
