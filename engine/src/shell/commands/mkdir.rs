//! `mkdir`, as coreutils'.

use super::options::{self, Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Observation, Plan, Step, Text};

const OPTIONS: &[Opt] = &[value('m', "mode"), flag('p', "parents"), flag('v', "verbose")];

pub(super) const MKDIR: Command = Command {
    name: "mkdir",
    usage: "[-pv] [-m MODE] DIRECTORY…",
    options: OPTIONS,
    completes: Completes::Directories,
    action: Action::Plan(plan),
    ..TOOL
};

/// A directory that a step makes.
struct Made {
    path: String,
    /// What is said instead of the refusal: with `-p`, something that is no directory has the name.
    instead: Option<Errno>,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return options::usage(request, "missing operand").into();
    }
    let mode = match parsed.value('m').map(|mode| request.show(mode)) {
        None => 0o777,
        Some(word) => match u32::from_str_radix(&word, 8).ok().filter(|mode| *mode <= 0o7777) {
            Some(mode) => mode,
            None => return Output::error(request.message(&format!("invalid mode '{word}'")), 1).into(),
        },
    };
    let (parents, verbose) = (parsed.has('p'), parsed.has('v'));
    let mut made = Vec::new();
    let mut steps = Vec::new();
    for operand in &parsed.operands {
        if parents {
            add_missing(request, operand, mode, &mut made, &mut steps);
        } else {
            steps.push(Step::new(request.actor, Call::Mkdir { path: operand.clone(), mode }));
            made.push(Made { path: request.show(operand), instead: None });
        }
    }
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        for (made, answer) in made.iter().zip(answers.answers) {
            match answer {
                Ok(_) if verbose => output.out(format!("mkdir: created directory '{}'\n", made.path)),
                Ok(_) => {}
                Err(refusal) => {
                    output.err(refused(&made.path, made.instead.unwrap_or(refusal.errno)), 1);
                }
            }
        }
        output
    })
}

fn refused(path: &str, errno: Errno) -> String {
    format!("mkdir: cannot create directory '{path}': {}\n", errno.text())
}

/// With `-p`: a step for every component that is not there.
fn add_missing(
    request: &Request<'_>,
    operand: &Text,
    mode: u32,
    made: &mut Vec<Made>,
    steps: &mut Vec<Step>,
) {
    let path = request.show(operand);
    let mut so_far = String::new();
    if path.starts_with('/') {
        so_far.push('/');
    }
    let components: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for (index, component) in components.iter().enumerate() {
        so_far.push_str(component);
        let last = index + 1 == components.len();
        let kind = match request.look(&Text::from(so_far.as_str())) {
            Observation::Stat(stat) => Some(stat.kind),
            _ => None,
        };
        let known = made.iter().any(|made| made.path == so_far);
        if kind != Some(FileKind::Directory) && !known {
            let call =
                Call::Mkdir { path: Text::from(so_far.as_str()), mode: if last { mode } else { 0o777 } };
            steps.push(Step::because(request.actor, call, if last { "" } else { "why-parent-directory" }));
            let in_the_way = kind.is_some() && !last;
            made.push(Made { path: so_far.clone(), instead: in_the_way.then_some(Errno::ENOTDIR) });
            if in_the_way {
                return;
            }
        }
        so_far.push('/');
    }
}
