//! `readlink`, as coreutils': where symbolic links point.

use super::options::{self, flag};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL};
use crate::plan::{Call, Observation, Plan, Probe, Reply, Step, Text};

pub(super) const READLINK: Command = Command {
    name: "readlink",
    usage: "[-fnv] FILE…",
    options: &[flag('f', "canonicalize"), flag('n', "no-newline"), flag('v', "verbose")],
    fidelity: Fidelity::Partial("partial-command-readlink"),
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return options::usage(request, "missing operand").into();
    }
    let end = if parsed.has('n') && parsed.operands.len() == 1 { "" } else { "\n" };
    if parsed.has('f') {
        let mut output = Output::default();
        for path in &parsed.operands {
            match canonical(request, &request.show(path), 0) {
                Some(path) => output.out(format!("{path}{end}")),
                None => output.status = 1,
            }
        }
        return output.into();
    }
    let verbose = parsed.has('v');
    let steps =
        parsed.operands.iter().map(|path| Step::new(request.actor, Call::Readlink { path: path.clone() }));
    let plan = Plan::independent(steps.collect());
    let names: Vec<String> = parsed.operands.iter().map(|path| request.show(path)).collect();
    Planned::new(plan, move |answers| {
        let mut output = Output::default();
        for (name, answer) in names.iter().zip(answers.answers) {
            match answer {
                Ok(Reply::Data(target)) => output.out(format!("{target}{end}")),
                Err(refusal) if verbose => {
                    output.err(format!("readlink: {name}: {}\n", refusal.errno.text()), 1);
                }
                _ => output.status = 1,
            }
        }
        output
    })
}

/// The path without links, `.` and `..`; all but the last name have to be there.
fn canonical(request: &Request<'_>, path: &str, depth: u32) -> Option<String> {
    if depth > 40 {
        return None;
    }
    let mut whole = if path.starts_with('/') {
        String::new()
    } else {
        match request.observe.observe(request.actor, &Probe::WorkingDirectory) {
            Observation::Data(directory) => directory.trim_end_matches('/').to_owned(),
            _ => return None,
        }
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for (index, part) in parts.iter().enumerate() {
        if *part == ".." {
            whole.truncate(whole.rfind('/').unwrap_or(0));
            continue;
        }
        let next = format!("{whole}/{part}");
        match request.observe.observe(request.actor, &Probe::Link(Text::from(next.as_str()))) {
            Observation::Data(target) => {
                let target = if target.starts_with('/') { target } else { format!("{whole}/{target}") };
                whole = canonical(request, &target, depth + 1)?;
                whole = if whole == "/" { String::new() } else { whole };
            }
            _ => {
                let there = !matches!(request.look(&Text::from(next.as_str())), Observation::Refused(_));
                if !there && index + 1 < parts.len() {
                    return None;
                }
                whole = next;
            }
        }
    }
    Some(if whole.is_empty() { "/".to_owned() } else { whole })
}
