//! `umount`, as util-linux'.

use super::mount::canonical;
use super::mount_table::Line;
use super::options::{self, Opt, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, cat};
use crate::plan::{Call, Errno, Observation, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] = &[
    flag('l', "lazy"),
    flag('f', "force"),
    flag('R', "recursive"),
    flag('v', "verbose"),
    flag('n', "no-mtab"),
];

pub(super) const UMOUNT: Command = Command {
    name: "umount",
    usage: "[-lfRv] DIRECTORY | SOURCE …",
    options: OPTIONS,
    completes: Completes::MountPoints,
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return Output::error("umount: bad usage\nTry 'umount --help' for more information.\n", 1).into();
    }
    let names = [('l', "detach"), ('f', "force")];
    let flags: Vec<String> =
        names.iter().filter(|(letter, _)| parsed.has(*letter)).map(|(_, name)| (*name).to_owned()).collect();
    let mut targets: Vec<Text> = parsed.operands.iter().map(|operand| target(request, operand)).collect();
    if parsed.has('R') {
        match with_those_below(request, &targets) {
            Ok(all) => targets = all,
            Err(output) => return output.into(),
        }
    }
    let shown: Vec<_> =
        targets.iter().map(|target| (named(request, target), cat::path_hint(request, target))).collect();
    let step = |target| Step::new(request.actor, Call::Umount2 { target, flags: flags.clone() });
    let steps = targets.into_iter().map(step).collect();
    let verbose = parsed.has('v');
    let plan = if parsed.has('R') { Plan::sequence(steps) } else { Plan::independent(steps) };
    Planned::new(plan, move |answers| {
        let mut output = Output::default();
        for ((target, hint), answer) in shown.iter().zip(answers.answers) {
            match answer {
                Ok(_) if verbose => output.out(format!("umount: {target} unmounted\n")),
                Ok(_) => {}
                Err(refusal) => {
                    output.err(format!("umount: {target}: {}\n", reason(refusal.errno)), 32);
                    output.hints.extend(hint.clone());
                }
            }
        }
        output
    })
}

/// A source that is mounted somewhere stands for its mount point.
fn target(request: &Request<'_>, operand: &Text) -> Text {
    let name = request.show(operand);
    if name.contains('/') {
        return operand.clone();
    }
    let Observation::Mounts(mounts) = request.observe.observe(request.actor, &Probe::Mounts) else {
        return operand.clone();
    };
    let mount = mounts.iter().rev().find(|mount| mount.source == name);
    mount.map_or_else(|| operand.clone(), |mount| Text::from(mount.target.as_str()))
}

/// A path as messages name it: whole where something is mounted there, else as it was typed.
fn named(request: &Request<'_>, target: &Text) -> String {
    let whole = canonical(request, target);
    match request.observe.observe(request.actor, &Probe::Mounts) {
        Observation::Mounts(mounts) if mounts.iter().any(|mount| mount.target == whole) => whole,
        _ => request.show(target),
    }
}

/// `-R`: before each of these, what is mounted on it, the latest first, and so on.
fn with_those_below(request: &Request<'_>, targets: &[Text]) -> Result<Vec<Text>, Output> {
    let probe = Probe::File(Text::from("/proc/self/mountinfo"));
    let lines = match request.observe.observe(request.actor, &probe) {
        Observation::Data(text) => Line::read_all(&text),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for target in targets {
        let whole = canonical(request, target);
        let Some(line) = lines.iter().rev().find(|line| line.target == whole) else {
            let there = matches!(request.look(target), Observation::Stat(_));
            let what = if there { "not mounted" } else { "not found" };
            return Err(Output::error(format!("umount: {}: {what}\n", request.show(target)), 1));
        };
        add_with_children(&lines, line, &mut all);
    }
    Ok(all)
}

fn add_with_children(lines: &[Line], line: &Line, all: &mut Vec<Text>) {
    for child in lines.iter().rev().filter(|child| child.parent == line.id && child.id != line.id) {
        add_with_children(lines, child, all);
    }
    all.push(Text::from(line.target.as_str()));
}

fn reason(errno: Errno) -> String {
    match errno {
        Errno::EINVAL => "not mounted.".to_owned(),
        Errno::EBUSY => "target is busy.".to_owned(),
        Errno::ENOENT => "no mount point specified.".to_owned(),
        Errno::EPERM => "must be superuser to unmount.".to_owned(),
        other => format!("umount failed: {}.", other.text()),
    }
}
