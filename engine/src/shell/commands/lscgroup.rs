//! `lscgroup`, as libcgroup 0.41 had it.

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

/// Groups that one `lscgroup` may list.
const MOST: usize = 5000;

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
    let mut hierarchies = libcgroup::hierarchies(request);
    hierarchies.retain(|one| !one.v2);
    if hierarchies.is_empty() {
        return Output::error("cgroups can't be listed: Cgroup is not mounted\n", 96).into();
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
        let Some((controllers, path)) = spec.split_once(':') else {
            wrong.err(format!("lscgroup: cgroup controller an path parsing failed ({spec})\n"), 255);
            continue;
        };
        let first = controllers.split(',').next().unwrap_or_default();
        let found = hierarchies.iter().find(|one| one.names.iter().any(|name| name == first));
        let before = rows.len();
        if let Some(hierarchy) = found {
            walk(request, hierarchy, path.trim_matches('/'), &mut steps, &mut rows);
        }
        if rows.len() == before {
            let reason = "Failed to get subsys_mount_point or no such group";
            wrong.err(format!("lscgroup: cannot find group {first}..:{path}: {reason}\n"), 82);
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
    let mut open = vec![start];
    while let Some(group) = open.pop() {
        let path = Text::from(format!("{}{group}", hierarchy.target));
        let probe = Probe::Directory(path.clone());
        let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else { continue };
        if rows.len() >= MOST {
            return;
        }
        let shown = if group.is_empty() { "/" } else { &group };
        rows.push(format!("{names}:{shown}"));
        steps.push(Step::new(request.actor, Call::Getdents64 { path }));
        let children = entries.iter().filter(|entry| entry.kind == FileKind::Directory).rev();
        open.extend(children.map(|entry| join(&Text::from(group.as_str()), &entry.name).to_string()));
    }
}
