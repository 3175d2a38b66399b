//! `cgcreate`, as libcgroup's: a control group is a directory, made in each hierarchy that is named.

use super::libcgroup::{
    Hierarchy, NOT_MOUNTED, NOT_MOUNTED_STATUS, OTHER_STATUS, Spec, chosen, hierarchies, is_directory, parse,
    spec, wrong_usage,
};
use super::options::{Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::{Call, Fidelity, FileRef, OpenMode, Plan, Step, Text};
use std::collections::BTreeSet;

const OPTIONS: &[Opt] = &[value('g', ""), flag('h', "")];

pub(super) const CGCREATE: Command = Command {
    name: "cgcreate",
    usage: "-g CONTROLLERS:PATH…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgcreate"),
    completes: Completes::Controllers,
    usage_status: 255,
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match parse(request, false) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    if let Some(word) = parsed.operands.first() {
        let message = format!("wrong arguments ({})", request.show(word));
        return Output::error(request.message(&message), 255).into();
    }
    let words: Vec<String> = parsed.options.iter().map(|(_, word)| request.show(word)).collect();
    if words.is_empty() {
        return wrong_usage(request, 255).into();
    }
    let Some(specs) = words.iter().map(|word| spec(word)).collect::<Option<Vec<Spec>>>() else {
        let message = "cgroup controller and pathparsing failed ((null))";
        return Output::error(request.message(message), 255).into();
    };
    let all = hierarchies(request);
    let mut maker = Maker { request, made: BTreeSet::new(), steps: Vec::new(), groups: Vec::new() };
    let mut wrong = None;
    for spec in &specs {
        let Some(chosen) = chosen(spec, &all) else {
            wrong = Some(format!("can't create cgroup {}: {NOT_MOUNTED}", spec.path));
            break;
        };
        for hierarchy in chosen {
            maker.make(hierarchy, spec);
        }
    }
    let wrong = wrong.map(|message| request.message(&message));
    let groups = maker.groups;
    Planned::new(Plan::sequence(maker.steps), move |answers| {
        let refused = answers
            .answers
            .iter()
            .zip(&groups)
            .find_map(|(answer, path)| Some((answer.as_ref().err()?, path)));
        match (refused, wrong) {
            (Some((refusal, path)), _) => {
                let text = refusal.errno.text();
                Output::error(format!("cgcreate: can't create cgroup {path}: {text}\n"), OTHER_STATUS)
            }
            (None, Some(message)) => Output::error(message, NOT_MOUNTED_STATUS),
            (None, None) => Output::default(),
        }
    })
}

/// Collects the steps.
struct Maker<'r, 'a> {
    request: &'r Request<'a>,
    /// Directories that a step before makes.
    made: BTreeSet<String>,
    steps: Vec<Step>,
    /// The group that each step is for, as it was typed.
    groups: Vec<String>,
}

impl Maker<'_, '_> {
    /// A directory for each part of the path that is not there yet. In the version 2 tree a controller has to be
    /// switched on in every group above, below the root.
    fn make(&mut self, hierarchy: &Hierarchy, spec: &Spec) {
        let parts: Vec<&str> = spec.path.split('/').filter(|part| !part.is_empty()).collect();
        let mut path = Text::from(hierarchy.target.as_str());
        for (index, part) in parts.iter().enumerate() {
            path = join(&path, part);
            let last = index + 1 == parts.len();
            let shown = self.request.show(&path);
            if !is_directory(self.request, &path) && self.made.insert(shown) {
                let why = if last { "why-cgcreate-group" } else { "why-cgcreate-parent" };
                self.step(spec, Call::Mkdir { path: path.clone(), mode: 0o775 }, why);
            } else if last {
                self.step(spec, Call::Stat { path: path.clone() }, "why-cgcreate-there");
            }
            if hierarchy.v2 && !last {
                self.switch_on(hierarchy, spec, &path);
            }
        }
    }

    fn switch_on(&mut self, hierarchy: &Hierarchy, spec: &Spec, group: &Text) {
        let wanted = hierarchy.names.iter().filter(|name| {
            spec.controllers.iter().any(|controller| controller == *name || controller == "*")
        });
        for name in wanted {
            let file = FileRef::Path(join(group, "cgroup.subtree_control"));
            let data = Text::from(format!("+{name}"));
            self.step(spec, Call::Write { file, data, mode: OpenMode::Write }, "why-cgcreate-controller");
        }
    }

    fn step(&mut self, spec: &Spec, call: Call, why: &str) {
        self.steps.push(Step::because(self.request.actor, call, why));
        self.groups.push(spec.path.clone());
    }
}
