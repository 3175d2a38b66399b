//! `cgexec` and `cgclassify`, as libcgroup's: a new task, or one that is there, moves into control groups.

use super::libcgroup::{
    Hierarchy, NO_GROUP_STATUS, NOT_MOUNTED, NOT_MOUNTED_STATUS, OTHER_STATUS, Spec, chosen, hierarchies,
    is_directory, parse, spec, wrong_usage,
};
use super::nice::cut_integer;
use super::options::{Opt, Parsed, flag, value};
use super::{
    Act, Action, Command, Completes, Launch, Launched, Output, Planned, Refused, Request, Setup, TOOL, join,
};
use crate::plan::{Call, Errno, Fidelity, FileRef, OpenMode, Piece, Plan, Step, Text};

const STICKY: Opt = flag('s', "sticky");
const CANCEL_STICKY: Opt = flag('u', "cancel-sticky");

pub(super) const CGEXEC: Command = Command {
    name: "cgexec",
    usage: "-g CONTROLLERS:PATH… COMMAND [ARGUMENT…]",
    options: &[value('g', ""), STICKY, flag('h', "")],
    fidelity: Fidelity::Partial("partial-command-cgexec"),
    completes: Completes::Controllers,
    usage_status: 1,
    action: Action::Launch(launch),
    ..TOOL
};

pub(super) const CGCLASSIFY: Command = Command {
    name: "cgclassify",
    usage: "-g CONTROLLERS:PATH… PID…",
    options: &[value('g', ""), STICKY, CANCEL_STICKY, flag('h', "")],
    fidelity: Fidelity::Partial("partial-command-cgclassify"),
    completes: Completes::Controllers,
    usage_status: 2,
    action: Action::Plan(classify),
    ..TOOL
};

fn specs(request: &Request<'_>, parsed: &Parsed) -> Option<Vec<Spec>> {
    let words = parsed.options.iter().filter(|(letter, _)| *letter == 'g');
    words.map(|(_, word)| spec(&request.show(word))).collect()
}

/// The groups' directories, with the file in each that moves tasks.
fn groups<'h>(specs: &[Spec], all: &'h [Hierarchy]) -> Option<Vec<(&'h Hierarchy, Text)>> {
    let mut groups = Vec::new();
    for spec in specs {
        let hierarchies = chosen(spec, all)?;
        groups.extend(hierarchies.into_iter().map(|one| (one, one.group(&spec.path))));
    }
    Some(groups)
}

fn launch(request: &Request<'_>) -> Launched {
    match read_launch(request) {
        Ok(launch) => Launched::Command(launch),
        Err(output) => Launched::Planned(output.into()),
    }
}

fn read_launch(request: &Request<'_>) -> Result<Launch, Output> {
    let parsed = parse(request, true)?;
    if parsed.has('h') {
        return Err(super::help::usage(request.command));
    }
    let Some(specs) = specs(request, &parsed) else {
        return Err(Output::error("cgroup controller and pathparsing failed\n", 255));
    };
    if parsed.operands.is_empty() {
        return Err(wrong_usage(request, 1));
    }
    if specs.is_empty() {
        // Without -g the real one looks into /etc/cgrules.conf, which is not there.
        let text = "cgroup change of group failed\nError: failed to parse the configuration rules\n";
        return Err(Output::error(text, 99));
    }
    let all = hierarchies(request);
    let failed = |status| Err(Output::error("cgroup change of group failed\n", status));
    let Some(groups) = groups(&specs, &all) else { return failed(NOT_MOUNTED_STATUS) };
    if groups.iter().any(|(_, directory)| !is_directory(request, directory)) {
        return failed(NO_GROUP_STATUS);
    }
    let join_group = |(hierarchy, directory): &(&Hierarchy, Text)| Setup {
        act: Act::WriteOwnPid(join(directory, hierarchy.tasks_file())),
        why: "why-cgexec",
        refused: |_, _| Refused::Ends(OTHER_STATUS, "cgroup change of group failed".to_owned()),
    };
    Ok(Launch {
        setup: groups.iter().map(join_group).collect(),
        words: parsed.operands,
        missing: |_| (255, Errno::ENOENT.text().to_owned()),
    })
}

fn classify(request: &Request<'_>) -> Planned {
    match read_classify(request) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

fn read_classify(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = parse(request, false)?;
    if parsed.has('h') {
        return Err(super::help::usage(request.command));
    }
    let Some(specs) = specs(request, &parsed) else {
        return Err(Output::error("cgroup controller and path parsing failed\n", 255));
    };
    if request.arguments.is_empty() {
        return Err(wrong_usage(request, 2));
    }
    let all = hierarchies(request);
    let groups = groups(&specs, &all);
    let missing = groups.iter().flatten().any(|(_, directory)| !is_directory(request, directory));
    let mut wrong = Output::default();
    let (mut pids, mut steps) = (Vec::new(), Vec::new());
    for word in &parsed.operands {
        let typed = request.show(word);
        // As the real one, which cuts numbers to 32 bits.
        let Some(number) = cut_integer(&typed) else {
            wrong.err(format!("Error: {typed} is not valid pid.\n"), 2);
            continue;
        };
        let pid = number.to_string();
        let is_plain = typed == pid || matches!(word.pieces(), [Piece::PidOf { .. }]);
        let word = if is_plain { word.clone() } else { Text::from(pid.as_str()) };
        let status = wrong.status.max(1);
        match &groups {
            Some(groups) if groups.is_empty() => {
                let text = "Cgroup parsing failed\nError: failed to parse the configuration rules\n";
                wrong.err(format!("Error: change of cgroup failed for pid {pid}: {text}"), status);
            }
            None => wrong.err(format!("Error changing group of pid {pid}: {NOT_MOUNTED}\n"), status),
            Some(_) if missing => {
                wrong.err(format!("Error changing group of pid {pid}: Cgroup does not exist\n"), status);
            }
            // It looks for the task in /proc first.
            Some(_) if number == 0 => {
                let text = Errno::ENOENT.text();
                wrong.err(format!("Error changing group of pid {pid}: {text}\n"), status);
            }
            Some(groups) => {
                for (hierarchy, directory) in groups {
                    let file = FileRef::Path(join(directory, hierarchy.tasks_file()));
                    let call = Call::Write { file, data: word.clone(), mode: OpenMode::Write };
                    steps.push(Step::because(request.actor, call, "why-cgclassify"));
                    pids.push(pid.clone());
                }
            }
        }
    }
    Ok(Planned::new(Plan::independent(steps), move |answers| {
        let mut output = wrong;
        let mut said: Vec<&String> = Vec::new();
        for (pid, answer) in pids.iter().zip(answers.answers) {
            if let (Err(refusal), false) = (answer, said.contains(&pid)) {
                said.push(pid);
                let text = refusal.errno.text();
                let status = output.status.max(1);
                output.err(format!("Error changing group of pid {pid}: {text}\n"), status);
            }
        }
        output
    }))
}
