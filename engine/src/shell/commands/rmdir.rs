//! `rmdir`, as coreutils'.

use super::options::{self, Opt, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Call, Plan, Step, Text};

const OPTIONS: &[Opt] = &[flag('p', "parents"), flag('v', "verbose")];

pub(super) const RMDIR: Command = Command {
    name: "rmdir",
    usage: "[-pv] DIRECTORY…",
    options: OPTIONS,
    completes: Completes::Directories,
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
    let verbose = parsed.has('v');
    let mut paths = Vec::new();
    for operand in &parsed.operands {
        paths.push(operand.clone());
        if parsed.has('p') {
            paths.extend(parents(&request.show(operand)));
        }
    }
    let names: Vec<String> = paths.iter().map(|path| request.show(path)).collect();
    let steps = paths.into_iter().map(|path| Step::new(request.actor, Call::Rmdir { path })).collect();
    let plan = if parsed.has('p') { Plan::sequence(steps) } else { Plan::independent(steps) };
    Planned::new(plan, move |answers| {
        let mut output = Output::default();
        for (name, answer) in names.iter().zip(answers.answers) {
            if verbose {
                output.out(format!("rmdir: removing directory, '{name}'\n"));
            }
            if let Err(refusal) = answer {
                output.err(format!("rmdir: failed to remove '{name}': {}\n", refusal.errno.text()), 1);
            }
        }
        output
    })
}

/// The directories above a path, as far as it names them.
fn parents(path: &str) -> Vec<Text> {
    let mut all = Vec::new();
    let mut rest = path.trim_end_matches('/');
    while let Some((parent, _)) = rest.rsplit_once('/') {
        rest = parent.trim_end_matches('/');
        if rest.is_empty() {
            break;
        }
        all.push(Text::from(rest));
    }
    all
}
