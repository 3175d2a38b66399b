//! `cgget`, as libcgroup's: reads the files of control groups.

use super::libcgroup::{Hierarchy, OTHER_STATUS, Spec, hierarchies, parse, spec, wrong_usage};
use super::options::{Opt, Parsed, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step};

const OPTIONS: &[Opt] = &[
    value('r', "variable"),
    value('g', ""),
    flag('a', "all"),
    flag('n', ""),
    flag('v', "values-only"),
    flag('h', ""),
];

pub(super) const CGGET: Command = Command {
    name: "cgget",
    usage: "[-anv] [-r NAME]… [-g CONTROLLERS[:PATH]]… [GROUP…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgget"),
    completes: Completes::Controllers,
    usage_status: 1,
    action: Action::Plan(plan),
    ..TOOL
};

/// A group that is shown, and the names of its files, each with the step that reads it.
struct Shown {
    group: String,
    files: Vec<String>,
    /// True where the files were asked for by name, so that each has to be there.
    named: bool,
}

/// What is read.
#[derive(Default)]
struct Reading {
    shown: Vec<Shown>,
    steps: Vec<Step>,
    /// A name that belongs to no hierarchy: what is said, and the status.
    wrong: Option<(u8, String)>,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match parse(request, false) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    let of = |wanted: char| -> Vec<String> {
        let chosen = parsed.options.iter().filter(|(letter, _)| *letter == wanted);
        chosen.map(|(_, word)| request.show(word)).collect()
    };
    let (names, controllers) = (of('r'), of('g'));
    let mut groups: Vec<String> = parsed.operands.iter().map(|word| request.show(word)).collect();
    let everything = parsed.has('a');
    if everything && groups.is_empty() && controllers.is_empty() {
        // The groups at the top, without a name.
        groups.push(String::new());
    }
    let specs: Vec<Spec> = controllers.iter().filter_map(|word| spec(word)).collect();
    if request.arguments.is_empty() || (!names.is_empty() && (!controllers.is_empty() || everything)) {
        return wrong_usage(request, 1).into();
    }
    if specs.is_empty() == groups.is_empty() || (!specs.is_empty() && specs.len() < controllers.len()) {
        return wrong_usage(request, 255).into();
    }
    if let Some(name) = names.iter().find(|name| !name.contains('.')) {
        return Output::error(format!("cgget: error parsing parameter name\n '{name}'"), 91).into();
    }
    let all = hierarchies(request);
    let mut reading = Reading::default();
    for spec in &specs {
        reading.files_of(request, &all, &spec.path, Some(&spec.controllers));
    }
    for group in &groups {
        if names.is_empty() {
            let wanted: Vec<String> =
                controllers.iter().flat_map(|word| word.split(',')).map(str::to_owned).collect();
            let wanted = if wanted.is_empty() || everything { None } else { Some(wanted.as_slice()) };
            reading.files_of(request, &all, group, wanted);
        } else {
            reading.named(request, &all, group, &names);
        }
    }
    let Reading { shown, steps, wrong } = reading;
    Planned::new(Plan::independent(steps), move |answers| render(&parsed, &shown, answers.answers, wrong))
}

impl Reading {
    /// Every readable file of the controllers that are wanted, or of all.
    fn files_of(&mut self, request: &Request<'_>, all: &[Hierarchy], group: &str, wanted: Option<&[String]>) {
        let mut shown = Shown { group: group.to_owned(), files: Vec::new(), named: false };
        let in_order: Vec<(&Hierarchy, &String)> = match wanted {
            Some(wanted) => {
                let owner = |name| all.iter().find(|one| one.names.contains(name));
                wanted.iter().filter_map(|name| Some((owner(name)?, name))).collect()
            }
            None => all.iter().flat_map(|one| one.names.iter().map(move |name| (one, name))).collect(),
        };
        for (hierarchy, controller) in in_order {
            let directory = hierarchy.group(group);
            let probe = Probe::Directory(directory.clone());
            let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else {
                continue;
            };
            let own = format!("{controller}.");
            let files = entries
                .iter()
                .filter(|entry| entry.kind == FileKind::Regular && entry.name.starts_with(&own));
            for file in files {
                self.read(request, &mut shown, file.name.clone(), join(&directory, &file.name));
            }
        }
        self.shown.push(shown);
    }

    fn named(&mut self, request: &Request<'_>, all: &[Hierarchy], group: &str, names: &[String]) {
        let mut shown = Shown { group: group.to_owned(), files: Vec::new(), named: true };
        for name in names {
            let controller = name.split('.').next().unwrap_or_default();
            let owner = all.iter().find(|one| {
                one.names.iter().any(|own| own == controller) || (one.v2 && controller == "cgroup")
            });
            match owner {
                Some(hierarchy) => {
                    self.read(request, &mut shown, name.clone(), join(&hierarchy.group(group), name));
                }
                None => {
                    let message =
                        format!("cgget: cannot find controller '{controller}' in group '{group}'\n");
                    self.wrong.get_or_insert((OTHER_STATUS, message));
                }
            }
        }
        self.shown.push(shown);
    }

    fn read(&mut self, request: &Request<'_>, shown: &mut Shown, name: String, path: crate::plan::Text) {
        // After a name that belongs to nothing the real one reads no more.
        if self.wrong.is_none() {
            let call = Call::Read { file: FileRef::Path(path), at_most: None };
            self.steps.push(Step::because(request.actor, call, "why-cgget"));
            shown.files.push(name);
        }
    }
}

fn render(parsed: &Parsed, shown: &[Shown], answers: &[Answer], wrong: Option<(u8, String)>) -> Output {
    let named = shown.iter().flat_map(|shown| shown.files.iter().map(|_| shown.named));
    let refused = named
        .zip(answers)
        .find_map(|(named, answer)| answer.as_ref().err().filter(|refusal| named && refusal.at == "open"));
    if let Some(refusal) = refused {
        return Output::error(format!("variable file read failed {}\n", refusal.errno.text()), OTHER_STATUS);
    }
    if let Some((status, message)) = wrong {
        return Output::error(message, status);
    }
    let headers = !parsed.has('n');
    let mut answers = answers.iter();
    let mut text = String::new();
    for Shown { group, files, .. } in shown {
        if headers {
            text.push_str(&format!("{group}:\n"));
        }
        for name in files {
            // Of all files those are shown that can be opened, even if there is nothing to be read.
            let value = match answers.next() {
                Some(Ok(Reply::Data(value))) => value.as_str(),
                Some(Err(refusal)) if refusal.at != "open" => "",
                _ => continue,
            };
            // Lines of a value after the first begin with a tab.
            let value = value.trim_end_matches('\n').replace('\n', "\n\t");
            let label = if parsed.has('v') { String::new() } else { format!("{name}: ") };
            text.push_str(&format!("{label}{value}\n"));
        }
        if headers {
            text.push('\n');
        }
    }
    Output::text(text)
}
