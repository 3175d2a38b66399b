//! `cgset`, as libcgroup's: writes into the files of control groups.

use super::libcgroup::{
    Hierarchy, NO_VALUE_STATUS, NOT_MOUNTED, NOT_MOUNTED_STATUS, hierarchies, is_directory, modify_error,
    parse, wrong_usage,
};
use super::options::{Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Fidelity, FileRef, Observation, OpenMode, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] = &[
    value('r', "variable"),
    Opt { short: 'c', long: "copy-from", takes: true, only_long: true },
    flag('h', ""),
];

pub(super) const CGSET: Command = Command {
    name: "cgset",
    usage: "-r NAME=VALUE… GROUP… or --copy-from GROUP GROUP…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgset"),
    completes: Completes::Nothing,
    usage_status: 255,
    action: Action::Plan(plan),
    ..TOOL
};

/// A file's name and what is written into it.
type Setting = (String, Text);

/// What ends the command before the kernel is asked: status and message.
type Wrong = (u8, String);

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match parse(request, false) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('h') {
        return super::help::usage(request.command).into();
    }
    let groups: Vec<String> = parsed.operands.iter().map(|word| request.show(word)).collect();
    let source = parsed.value('c').map(|word| request.show(word));
    let typed: Vec<&Text> =
        parsed.options.iter().filter(|(letter, _)| *letter == 'r').map(|(_, word)| word).collect();
    if source.is_some() && !typed.is_empty() {
        return wrong_usage(request, 255).into();
    }
    if request.arguments.is_empty() {
        let usage = "Usage is cgset -r <name=value> <relative path to cgroup>\n";
        return Output::error(usage, 255).into();
    }
    if groups.is_empty() {
        return Output::error(request.message("no cgroup specified"), 255).into();
    }
    let all = hierarchies(request);
    let settings = match source {
        Some(source) => copied(request, &all, &source),
        None => typed.into_iter().map(|word| setting(request, word)).collect(),
    };
    match settings {
        Err((status, message)) => Output::error(message, status).into(),
        Ok(settings) if settings.is_empty() => {
            Output::error(request.message("no name-value pair was set"), 255).into()
        }
        // It can't add a value twice, says so, and succeeds.
        Ok(settings) if twice(&settings).is_some() => {
            let (name, value) = twice(&settings).unwrap_or_default();
            let message = format!("name-value pair {name}={} can't be set\n", request.show(&value));
            Output::error(message, 0).into()
        }
        Ok(settings) => write_all(request, &all, &groups, &settings, parsed.has('c')),
    }
}

/// The first setting of a file that has one already.
fn twice(settings: &[Setting]) -> Option<Setting> {
    let is_known =
        |(index, (name, _)): &(usize, &Setting)| settings[..*index].iter().any(|(other, _)| other == name);
    settings.iter().enumerate().find(is_known).map(|(_, setting)| setting.clone())
}

/// Reads `cpu.shares=512`.
fn setting(request: &Request<'_>, word: &Text) -> Result<Setting, Wrong> {
    let shown = request.show(word);
    let wrong = || (255, request.message(&format!("wrong parameter of option -r: {shown}")));
    let (name, value) = shown.split_once('=').filter(|(_, value)| !value.is_empty()).ok_or_else(wrong)?;
    if !name.contains('.') {
        // The real one says so with a blank too many, and succeeds.
        return Err((0, format!("wrong -r  parameter ({shown})\n")));
    }
    Ok((name.to_owned(), Text::from(value)))
}

/// All files of a group that can be both read and written, with what is in them.
fn copied(request: &Request<'_>, all: &[Hierarchy], source: &str) -> Result<Vec<Setting>, Wrong> {
    let mut settings = Vec::new();
    let mut there = false;
    for hierarchy in all {
        let group = hierarchy.group(source);
        there |= is_directory(request, &group);
        let Observation::Entries(entries) =
            request.observe.observe(request.actor, &Probe::Directory(group.clone()))
        else {
            continue;
        };
        for entry in entries.iter().filter(|entry| entry.kind == FileKind::Regular) {
            let path = join(&group, &entry.name);
            let both = matches!(request.look(&path), Observation::Stat(stat) if stat.mode & 0o222 != 0 && stat.mode & 0o444 != 0);
            let own = hierarchy.names.iter().any(|name| entry.name.starts_with(&format!("{name}.")));
            if let (true, Observation::Data(value)) =
                (own && both, request.observe.observe(request.actor, &Probe::File(path)))
            {
                settings.push((entry.name.clone(), Text::from(value.trim_end_matches('\n'))));
            }
        }
    }
    // The real one says so, and succeeds.
    if there { Ok(settings) } else { Err((0, format!("cgroup {source} error: Cgroup does not exist \n"))) }
}

/// The first refusal ends it, as it ends the real one. Where values are copied, refusals are passed over.
fn write_all(
    request: &Request<'_>,
    all: &[Hierarchy],
    groups: &[String],
    settings: &[Setting],
    copies: bool,
) -> Planned {
    let failed =
        |(status, text): Wrong| Output::error(format!("cgset: cgroup modify error: {text} \n"), status);
    let mut writes = Vec::new();
    for (name, value) in settings {
        let controller = name.split('.').next().unwrap_or_default();
        let owner = all
            .iter()
            .find(|one| one.names.iter().any(|own| own == controller) || (one.v2 && controller == "cgroup"));
        // Nothing is written before every hierarchy has been found.
        let Some(hierarchy) = owner else {
            return failed((NOT_MOUNTED_STATUS, NOT_MOUNTED.to_owned())).into();
        };
        writes.push((hierarchy, name, value));
    }
    let mut steps = Vec::new();
    let mut wrong = None;
    'groups: for group in groups {
        for (hierarchy, name, value) in &writes {
            let directory = hierarchy.group(group);
            if !copies && !is_directory(request, &directory) {
                wrong = Some((NO_VALUE_STATUS, modify_error(crate::plan::Errno::ENOENT, "open").1));
                break 'groups;
            }
            let file = FileRef::Path(join(&directory, name));
            let call = Call::Write { file, data: (*value).clone(), mode: OpenMode::Write };
            steps.push(Step::because(request.actor, call, "why-cgset"));
        }
    }
    if copies {
        return Planned::new(Plan::independent(steps), |_| Output::default());
    }
    Planned::new(Plan::sequence(steps), move |answers| {
        let refused = answers.answers.iter().find_map(|answer| answer.as_ref().err());
        let wrong = refused.map(|refusal| modify_error(refusal.errno, &refusal.at)).or(wrong);
        wrong.map_or_else(Output::default, failed)
    })
}
