//! `lscgroup`, as cgroup-tools 2.0.2 of Debian 12.

use super::libcgroup::{self, Hierarchy};
use super::options::{Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Fidelity, FileRef, Observation, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] = &[value('g', "group"), flag('h', "")];

pub(super) const LSCGROUP: Command = Command {
    name: "lscgroup",
    usage: "[[-g] CONTROLLERS:PATH…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-lscgroup"),
    completes: Completes::Controllers,
    usage_status: 1,
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match libcgroup::parse(request, false) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    let given = parsed.options.iter().map(|(_, word)| word).chain(&parsed.operands);
    let specs: Vec<String> = given.map(|word| request.show(word)).collect();
    // All words are read before anything is listed.
    for word in &specs {
        if libcgroup::spec(word).is_none() {
            let shown = word.strip_suffix(':').unwrap_or(word);
            let message = format!("lscgroup: cgroup controller and path parsing failed ({shown})\n");
            return Output::error(message, 255).into();
        }
    }
    let hierarchies = libcgroup::hierarchies(request);
    if hierarchies.is_empty() {
        return Output::error("cgroups can't be listed: Cgroup is not mounted\n", 81).into();
    }
    let read = Call::Read { file: FileRef::Path(Text::from("/proc/mounts")), at_most: None };
    let mut steps = vec![Step::new(request.actor, read)];
    let mut rows = Vec::new();
    let mut wrong = Output::default();
    if specs.is_empty() {
        for hierarchy in &hierarchies {
            walk(request, hierarchy, "", &mut steps, &mut rows);
        }
    }
    for spec in specs {
        let (controllers, path) = spec.split_once(':').unwrap_or_default();
        let mut found = controllers
            .split(',')
            .filter_map(|wanted| hierarchies.iter().find(|one| one.names.iter().any(|name| name == wanted)));
        // A group that is not there is none to list.
        match found.next() {
            Some(hierarchy) => walk(request, hierarchy, path.trim_matches('/'), &mut steps, &mut rows),
            None => {
                let first = controllers.split(',').next().unwrap_or_default();
                let message =
                    format!("lscgroup: cannot find group {first}..:{path}: Cgroup operation failed\n");
                wrong.err(message, 93);
            }
        }
    }
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        // The first answer is that of /proc/mounts.
        for (row, answer) in rows.iter().zip(answers.answers.iter().skip(1)) {
            if answer.is_ok() {
                output.out(format!("{row}\n"));
            }
        }
        output.chunks.extend(wrong.chunks);
        output.status = wrong.status;
        output
    })
}

/// Adds a step for every group at or below a path, and the line that it gives.
fn walk(
    request: &Request<'_>,
    hierarchy: &Hierarchy,
    below: &str,
    steps: &mut Vec<Step>,
    rows: &mut Vec<String>,
) {
    let names = hierarchy.names.join(",");
    let start = if below.is_empty() { String::new() } else { format!("/{below}") };
    let mut open = vec![start.clone()];
    while let Some(group) = open.pop() {
        let path = Text::from(format!("{}{group}", hierarchy.target));
        let probe = Probe::Directory(path.clone());
        let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else { continue };
        // The one that was asked for ends in a slash.
        let slash = if group == start { "/" } else { "" };
        rows.push(format!("{names}:{group}{slash}"));
        steps.push(Step::new(request.actor, Call::Getdents64 { path }));
        let children = entries.iter().filter(|entry| entry.kind == FileKind::Directory).rev();
        open.extend(children.map(|entry| join(&Text::from(group.as_str()), &entry.name).to_string()));
    }
}
