//! `cgdelete`, as libcgroup's: tasks move to the group above, then the directory is removed.

use super::libcgroup::{
    Hierarchy, NOT_MOUNTED, NOT_MOUNTED_STATUS, OTHER_STATUS, chosen, hierarchies, is_directory, parse, spec,
};
use super::options::{Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Fidelity, FileRef, Observation, OpenMode, Plan, Probe, Step, Text};
use std::collections::BTreeSet;

const OPTIONS: &[Opt] = &[value('g', ""), flag('r', "recursive"), flag('h', "")];

pub(super) const CGDELETE: Command = Command {
    name: "cgdelete",
    usage: "[-r] [-g] CONTROLLERS:PATH…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgdelete"),
    completes: Completes::Controllers,
    usage_status: 255,
    action: Action::Plan(plan),
    ..TOOL
};

/// Collects the steps.
struct Remover<'r, 'a> {
    request: &'r Request<'a>,
    steps: Vec<Step>,
    /// The path of the spec that each step is for.
    paths: Vec<String>,
    /// Directories that go.
    gone: BTreeSet<String>,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match parse(request, false) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    let given = parsed.options.iter().filter(|(letter, _)| *letter == 'g').map(|(_, word)| word);
    let words: Vec<String> = given.chain(&parsed.operands).map(|word| request.show(word)).collect();
    let all = hierarchies(request);
    let (steps, paths, gone) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut remover = Remover { request, steps, paths, gone };
    let mut wrong = Output::default();
    for word in &words {
        let Some(spec) = spec(word) else {
            return Output::error(request.message(&format!("error parsing cgroup '{word}'")), 255).into();
        };
        let Some(hierarchies) = chosen(&spec, &all) else {
            let (status, text) = (NOT_MOUNTED_STATUS, NOT_MOUNTED);
            wrong.err(request.message(&format!("cannot remove group '{}': {text}", spec.path)), status);
            continue;
        };
        for hierarchy in hierarchies {
            let directory = hierarchy.group(&spec.path);
            if is_directory(request, &directory) && !remover.gone.contains(&directory.to_string()) {
                remover.remove(hierarchy, &spec.path, spec.path.trim_matches('/'), parsed.has('r'));
            } else {
                let text = Errno::ENOENT.text();
                wrong.err(
                    request.message(&format!("cannot remove group '{}': {text}", spec.path)),
                    OTHER_STATUS,
                );
            }
        }
    }
    let Remover { steps, paths, .. } = remover;
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = wrong;
        let mut said: Vec<&String> = Vec::new();
        for (path, answer) in paths.iter().zip(answers.answers) {
            if let (Err(refusal), false) = (answer, said.contains(&path)) {
                said.push(path);
                let text = refusal.errno.text();
                output.err(format!("cgdelete: cannot remove group '{path}': {text}\n"), OTHER_STATUS);
            }
        }
        output
    })
}

impl Remover<'_, '_> {
    /// The groups below first, if they are to go too.
    fn remove(&mut self, hierarchy: &Hierarchy, typed: &str, group: &str, recursive: bool) {
        let directory = hierarchy.group(group);
        if recursive {
            let probe = Probe::Directory(directory.clone());
            let found = self.request.observe.observe(self.request.actor, &probe);
            let Observation::Entries(entries) = found else { return };
            for entry in entries.iter().filter(|entry| entry.kind == FileKind::Directory) {
                let below = format!("{group}/{}", entry.name);
                if !self.gone.contains(&hierarchy.group(&below).to_string()) {
                    self.remove(hierarchy, typed, &below, true);
                }
            }
            self.gone.insert(directory.to_string());
        }
        // Nobody deletes the root.
        if group.is_empty() {
            return;
        }
        // With -r all tasks go to the group above the one that was named.
        let above = if recursive { typed.trim_matches('/') } else { group };
        let above = above.rsplit_once('/').map_or("", |(above, _)| above);
        let file = join(&hierarchy.group(above), hierarchy.tasks_file());
        for pid in self.tasks(&join(&directory, hierarchy.tasks_file())) {
            let call = Call::Write {
                file: FileRef::Path(file.clone()),
                data: Text::from(pid),
                mode: OpenMode::Write,
            };
            self.step(typed, call, "why-cgdelete-tasks");
        }
        self.step(typed, Call::Rmdir { path: directory }, "why-cgdelete-group");
    }

    fn tasks(&mut self, file: &Text) -> Vec<String> {
        match self.request.observe.observe(self.request.actor, &Probe::File(file.clone())) {
            Observation::Data(pids) => pids.lines().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn step(&mut self, typed: &str, call: Call, why: &str) {
        self.steps.push(Step::because(self.request.actor, call, why));
        self.paths.push(typed.to_owned());
    }
}
