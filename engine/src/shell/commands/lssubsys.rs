//! `lssubsys`, as libcgroup 0.41 had it, the one that the lecture's hosts came with.

use super::mount::{controller_hint, controllers};
use super::options::{self, Opt, Parsed, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Fidelity, FileRef, Plan, Reply, Step, Text};
use crate::shell::nearest;

const OPTIONS: &[Opt] = &[
    flag('a', "all"),
    flag('i', "hierarchies"),
    flag('m', "mount-points"),
    flag('M', "all-mount-points"),
    flag('h', ""),
];

pub(super) const LSSUBSYS: Command = Command {
    name: "lssubsys",
    usage: "[-aimM] [CONTROLLER…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-lssubsys"),
    completes: Completes::Controllers,
    usage_status: 255,
    action: Action::Plan(plan),
    ..TOOL
};

/// A line of /proc/cgroups.
struct Controller {
    name: String,
    hierarchy: String,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(mut output) => {
            if output.status == LSSUBSYS.usage_status {
                let first = output.chunks[0].1.to_string();
                let first = first.lines().next().unwrap_or_default().to_owned();
                let text =
                    format!("{first}\nWrong input parameters, try lssubsys -h' for more information.\n");
                output.chunks = vec![(crate::shell::Stream::Stderr, Text::from(text))];
            }
            return output.into();
        }
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    let wanted: Vec<String> = parsed.operands.iter().map(|word| request.show(word)).collect();
    let known = controllers(request);
    let unknown = wanted.iter().filter(|word| !known.contains(word));
    let hints: Vec<_> = unknown
        .filter_map(|word| {
            nearest(word, known.iter().map(String::as_str)).map(|near| controller_hint(word, near))
        })
        .collect();
    let read = |path: &str| {
        Step::new(request.actor, Call::Read { file: FileRef::Path(Text::from(path)), at_most: None })
    };
    let plan = Plan::independent(vec![read("/proc/cgroups"), read("/proc/mounts")]);
    Planned::new(plan, move |answers| {
        let mut output = render(&parsed, &wanted, answers.answers);
        output.hints = hints;
        output
    })
}

fn render(parsed: &Parsed, wanted: &[String], answers: &[Answer]) -> Output {
    let [cgroups, mounts] = answers else { return Output::default() };
    let Ok(Reply::Data(cgroups)) = cgroups else {
        return Output::error("cgroup_get_controller_begin/next failed (No such file or directory)\n", 1);
    };
    let mounts = match mounts {
        Ok(Reply::Data(mounts)) => mounts.as_str(),
        _ => "",
    };
    let all: Vec<Controller> = cgroups.lines().filter_map(controller).collect();
    let mut text = String::new();
    let mut hierarchies: Vec<&str> = Vec::new();
    for one in &all {
        if one.hierarchy == "0" {
            if parsed.has('a') {
                text.push_str(&format!("{}\n", one.name));
            }
        } else if (parsed.has('a') || wanted.is_empty() || wanted.contains(&one.name))
            && !hierarchies.contains(&one.hierarchy.as_str())
        {
            hierarchies.push(&one.hierarchy);
        }
    }
    for hierarchy in hierarchies {
        let members = all.iter().filter(|one| one.hierarchy == hierarchy);
        let names: Vec<&str> = members.map(|one| one.name.as_str()).collect();
        text.push_str(&lines(parsed, &names, hierarchy, mounts));
    }
    Output::text(text)
}

fn controller(line: &str) -> Option<Controller> {
    let mut fields = line.split_whitespace();
    let (name, hierarchy) = (fields.next()?, fields.next()?);
    (!name.starts_with('#')).then(|| Controller { name: name.to_owned(), hierarchy: hierarchy.to_owned() })
}

/// The lines about one hierarchy.
fn lines(parsed: &Parsed, names: &[&str], hierarchy: &str, mounts: &str) -> String {
    let joined = names.join(",");
    if !parsed.has('m') && !parsed.has('M') {
        return if parsed.has('i') { format!("{joined} {hierarchy}\n") } else { format!("{joined}\n") };
    }
    let first = names.first().copied().unwrap_or_default();
    let targets = mounts.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, target, "cgroup", options, ..] = fields.as_slice() else { return None };
        options.split(',').any(|option| option == first).then_some(*target)
    });
    let most = if parsed.has('M') { usize::MAX } else { 1 };
    targets.take(most).map(|target| format!("{joined} {target}\n")).collect()
}
