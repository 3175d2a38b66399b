//! `touch`, as coreutils': makes files that are not there, and sets the times of others.

use super::options::{self, Opt, Parsed, flag, value};
use super::work::{Job, Work, cannot, planned, refusal};
use super::{Action, Command, Output, Planned, Request, TOOL, dates};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Fidelity, OpenMode, SetTime, Text};

const OPTIONS: &[Opt] = &[
    flag('a', ""),
    flag('c', "no-create"),
    value('d', "date"),
    flag('h', "no-dereference"),
    flag('m', ""),
    value('r', "reference"),
    value('t', ""),
];

pub(super) const TOUCH: Command = Command {
    name: "touch",
    usage: "[-achm] [-d DATE | -r FILE | -t STAMP] FILE…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-touch"),
    action: Action::Plan(plan),
    ..TOOL
};

/// What is done with each file.
#[derive(Clone, Copy)]
struct How {
    access: SetTime,
    modify: SetTime,
    create: bool,
    nofollow: bool,
    /// The times are not just now.
    given: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let times = times(request, &parsed)?;
    if parsed.operands.is_empty() {
        return Err(options::usage(request, "missing file operand"));
    }
    let (only_access, only_modify) = (parsed.has('a'), parsed.has('m'));
    let (access, modify) = times.unwrap_or((SetTime::Now, SetTime::Now));
    let how = How {
        access: if only_modify && !only_access { SetTime::Omit } else { access },
        modify: if only_access && !only_modify { SetTime::Omit } else { modify },
        create: !parsed.has('c') && !parsed.has('h'),
        nofollow: parsed.has('h'),
        given: times.is_some(),
    };
    let job = |path: Text| Job::look(move |request, work| touch(request, work, path, how));
    Ok(planned(request, parsed.operands.into_iter().map(job).collect()))
}

/// The times that were given.
fn times(request: &Request<'_>, parsed: &Parsed) -> Result<Option<(SetTime, SetTime)>, Output> {
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let both = |time| Ok(Some((SetTime::At(time), SetTime::At(time))));
    if let Some(path) = parsed.value('r') {
        let shown = request.show(path);
        return match request.link(path) {
            Ok(all) => Ok(Some((SetTime::At(all.accessed), SetTime::At(all.modified)))),
            Err(errno) => Err(wrong(format!("failed to get attributes of '{shown}': {}", errno.text()))),
        };
    }
    if let Some(word) = parsed.value('d').map(|word| request.show(word)) {
        return match dates::parse(&word) {
            _ if word == "now" => Ok(None),
            Some(time) => both(time),
            None => Err(wrong(format!("invalid date format '{word}'"))),
        };
    }
    match parsed.value('t').map(|word| request.show(word)) {
        Some(word) => match dates::parse_stamp(&word) {
            Some(time) => both(time),
            None => Err(wrong(format!("invalid date format '{word}'"))),
        },
        None => Ok(None),
    }
}

fn touch(request: &Request<'_>, work: &mut Work, path: Text, how: How) {
    let shown = request.show(&path);
    let found = request.link(&path).map(|all| all.stat.kind);
    let follows = request.look(&path);
    let there = matches!(follows, crate::plan::Observation::Stat(_)) || (how.nofollow && found.is_ok());
    if !there && !how.create {
        return match found {
            Err(Errno::ENOENT) | Ok(_) if !how.nofollow => {}
            _ => work.fail(cannot("touch", "setting times of", &shown, Errno::ENOENT)),
        };
    }
    let special = request.is_directory(&path)
        || matches!(found, Ok(FileKind::Fifo | FileKind::Block))
        || (how.nofollow && found == Ok(FileKind::Symlink));
    let mut calls = Vec::new();
    if !special && how.create {
        calls.push(Call::Open { path: path.clone(), mode: OpenMode::Append });
    }
    if there || how.given {
        let How { access, modify, nofollow, .. } = how;
        calls.push(Call::Utimensat { path, access, modify, nofollow });
    }
    work.first([Job::calls(calls, move |_, answers, work| {
        let refused = answers.iter().position(Result::is_err);
        let opened = refused == Some(1);
        if let Some(errno) = refusal(answers) {
            let does = if opened || how.given && special { "setting times of" } else { "cannot touch" };
            work.fail(cannot("touch", does, &shown, errno));
        }
    })]);
}
